/** torch.nn. Layers are made with or without `new`: `nn.Conv2d(1, 6, 5)`. Written by scripts/nn-index.mjs from the classes beside
 *  it: `npm run docs` after a change of their comments or arguments. */

import type { Extent } from '../dims.ts';
import type * as F from '../functional/index.ts';
import type { Trailing } from '../options.ts';
import type { Pair, Single, Sizes, Triple } from '../sizes.ts';
import type {
  CELUOptions,
  ELUOptions,
  GELUOptions,
  InplaceOption,
  LeakyReLUOptions,
  RReLUOptions,
  SoftplusOptions,
} from './activation.ts';
import * as activation from './activation.ts';
import type { ReturnIndicesOption } from './adaptive.ts';
import * as adaptive from './adaptive.ts';
import type { MultiheadAttentionArguments } from './attention.ts';
import * as attention from './attention.ts';
import type { BilinearOptions, LocalResponseNormOptions } from './bilinear.ts';
import * as bilinear from './bilinear.ts';
import { callable } from './callable.ts';
import * as containers from './containers.ts';
import type { ConvOptions, ConvPaddingMode } from './conv.ts';
import * as conv from './conv.ts';
import type { ConvTransposeOptions } from './conv-transpose.ts';
import * as convTranspose from './conv-transpose.ts';
import type { CosineSimilarityOptions } from './distance.ts';
import * as distance from './distance.ts';
import type { DropoutArguments } from './dropout.ts';
import * as dropout from './dropout.ts';
import type { EmbeddingBagLayerOptions, EmbeddingOptions, TableArguments } from './embedding.ts';
import * as embedding from './embedding.ts';
import * as fold from './fold.ts';
import type { LinearOptions } from './linear.ts';
import * as linear from './linear.ts';
import type { CrossEntropyLossOptions, Factors, MultiMarginLossOptions, NLLLossOptions } from './losses.ts';
import * as losses from './losses.ts';
import type { BCELossOptions, BCEWithLogitsLossOptions, MultiLabelSoftMarginLossOptions } from './losses-binary.ts';
import * as lossesBinary from './losses-binary.ts';
import * as lossesRanking from './losses-ranking.ts';
import * as lossesRegression from './losses-regression.ts';
import type { Module } from './module.ts';
import type { BatchNormArguments, GroupNormOptions, LayerNormOptions, RMSNormOptions } from './norm.ts';
import * as norm from './norm.ts';
import type { Amounts } from './padding.ts';
import * as padding from './padding.ts';
import type { BufferOptions } from './parameter.ts';
import * as parameter from './parameter.ts';
import type { HardtanhOptions, LambdOption, PReLUOptions } from './piecewise.ts';
import * as piecewise from './piecewise.ts';
import * as pool from './pool.ts';
import type { GRUArguments, LSTMArguments, RNNArguments } from './recurrent.ts';
import * as recurrent from './recurrent.ts';
import type { CellOptions, RNNCellOptions } from './recurrent-cells.ts';
import * as recurrentCells from './recurrent-cells.ts';
import type { UpsamplingOptions } from './resize.ts';
import * as resize from './resize.ts';
import type { FlattenOptions } from './shape.ts';
import * as shape from './shape.ts';
import type { DimOption, GLUOptions } from './softmax.ts';
import * as softmax from './softmax.ts';
import type { TransformerArguments } from './transformer.ts';
import * as transformer from './transformer.ts';
import * as transformerDecoder from './transformer-decoder.ts';
import type { NormOption, TransformerLayerArguments } from './transformer-encoder.ts';
import * as transformerEncoder from './transformer-encoder.ts';
import type { MaxUnpoolLayerOptions } from './unpool.ts';
import * as unpool from './unpool.ts';

export * as init from '../initializers.ts';
export { Module } from './module.ts';

/** A tensor that training changes, unless `requiresGrad` is false: f32 of `shape`. `data` holds its initial values, one number for
 *  all elements or a list with one for each; zeros by default. Throws for a shape that is not a list of whole numbers, and for a
 *  list of another length. */
export const Parameter: {
  /** A tensor that training changes, unless `requiresGrad` is false: f32 of `shape`. `data` holds its initial values, one number for
   *  all elements or a list with one for each; zeros by default. Throws for a shape that is not a list of whole numbers, and for a
   *  list of another length. */
  new (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Parameter;
  /** A tensor that training changes, unless `requiresGrad` is false: f32 of `shape`. `data` holds its initial values, one number for
   *  all elements or a list with one for each; zeros by default. Throws for a shape that is not a list of whole numbers, and for a
   *  list of another length. */
  (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Parameter;
} = callable(parameter.Parameter);
export type Parameter = parameter.Parameter;

/** A tensor that a model holds and the optimizer does not change, such as the class weights of a loss or running statistics:
 *  f32 of `shape`, or i32 with `{ dtype: 'i32' }`. `data` holds its values, one number for all elements or a list with one for
 *  each; zeros by default. In `forward` it can be written to, by assigning a tensor to its field or by `copy_`, `add_` and the
 *  like; the next step reads what this one wrote. One extent may be the batch, `'N'`, as of a hidden state that is carried from
 *  call to call: it begins with zeros, belongs to the samples of the calls before, and calls with another number of samples throw
 *  until the model's `resetState()` has set it to zeros. Throws as Parameter does. */
export const Buffer: {
  /** A tensor that a model holds and the optimizer does not change, such as the class weights of a loss or running statistics:
   *  f32 of `shape`, or i32 with `{ dtype: 'i32' }`. `data` holds its values, one number for all elements or a list with one for
   *  each; zeros by default. In `forward` it can be written to, by assigning a tensor to its field or by `copy_`, `add_` and the
   *  like; the next step reads what this one wrote. One extent may be the batch, `'N'`, as of a hidden state that is carried from
   *  call to call: it begins with zeros, belongs to the samples of the calls before, and calls with another number of samples throw
   *  until the model's `resetState()` has set it to zeros. Throws as Parameter does. */
  new (
    shape: readonly Extent[],
    ...more: Trailing<BufferOptions, [data: number | ArrayLike<number>, eval: boolean, dtype: 'f32' | 'i32']>
  ): parameter.Buffer;
  /** A tensor that a model holds and the optimizer does not change, such as the class weights of a loss or running statistics:
   *  f32 of `shape`, or i32 with `{ dtype: 'i32' }`. `data` holds its values, one number for all elements or a list with one for
   *  each; zeros by default. In `forward` it can be written to, by assigning a tensor to its field or by `copy_`, `add_` and the
   *  like; the next step reads what this one wrote. One extent may be the batch, `'N'`, as of a hidden state that is carried from
   *  call to call: it begins with zeros, belongs to the samples of the calls before, and calls with another number of samples throw
   *  until the model's `resetState()` has set it to zeros. Throws as Parameter does. */
  (
    shape: readonly Extent[],
    ...more: Trailing<BufferOptions, [data: number | ArrayLike<number>, eval: boolean, dtype: 'f32' | 'i32']>
  ): parameter.Buffer;
} = callable(parameter.Buffer);
export type Buffer = parameter.Buffer;

/** max(x, 0), element by element, of any shape. NaN stays NaN. */
export const ReLU: {
  /** max(x, 0), element by element, of any shape. NaN stays NaN. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.ReLU;
  /** max(x, 0), element by element, of any shape. NaN stays NaN. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.ReLU;
} = callable(activation.ReLU);
export type ReLU = activation.ReLU;

/** x where it is positive, else `negativeSlope`·x, element by element, of any shape; the slope defaults to 0.01. */
export const LeakyReLU: {
  /** x where it is positive, else `negativeSlope`·x, element by element, of any shape; the slope defaults to 0.01. */
  new (...more: Trailing<LeakyReLUOptions, [negativeSlope: number, inplace: boolean]>): activation.LeakyReLU;
  /** x where it is positive, else `negativeSlope`·x, element by element, of any shape; the slope defaults to 0.01. */
  (...more: Trailing<LeakyReLUOptions, [negativeSlope: number, inplace: boolean]>): activation.LeakyReLU;
} = callable(activation.LeakyReLU);
export type LeakyReLU = activation.LeakyReLU;

/** x where it is positive, else a slope times x: in training drawn for each element between `lower` and `upper`, in evaluation
 *  their mean. Of any shape. Options in PyTorch's order: lower (1/8), upper (1/3), inplace (false). Throws in `forward` if lower
 *  is above upper. */
export const RReLU: {
  /** x where it is positive, else a slope times x: in training drawn for each element between `lower` and `upper`, in evaluation
   *  their mean. Of any shape. Options in PyTorch's order: lower (1/8), upper (1/3), inplace (false). Throws in `forward` if lower
   *  is above upper. */
  new (...more: Trailing<RReLUOptions, [lower: number, upper: number, inplace: boolean]>): activation.RReLU;
  /** x where it is positive, else a slope times x: in training drawn for each element between `lower` and `upper`, in evaluation
   *  their mean. Of any shape. Options in PyTorch's order: lower (1/8), upper (1/3), inplace (false). Throws in `forward` if lower
   *  is above upper. */
  (...more: Trailing<RReLUOptions, [lower: number, upper: number, inplace: boolean]>): activation.RReLU;
} = callable(activation.RReLU);
export type RReLU = activation.RReLU;

/** 1 / (1 + e^-x), element by element, of any shape. */
export const Sigmoid: {
  /** 1 / (1 + e^-x), element by element, of any shape. */
  new (): activation.Sigmoid;
  /** 1 / (1 + e^-x), element by element, of any shape. */
  (): activation.Sigmoid;
} = callable(activation.Sigmoid);
export type Sigmoid = activation.Sigmoid;

/** The hyperbolic tangent, element by element, of any shape. */
export const Tanh: {
  /** The hyperbolic tangent, element by element, of any shape. */
  new (): activation.Tanh;
  /** The hyperbolic tangent, element by element, of any shape. */
  (): activation.Tanh;
} = callable(activation.Tanh);
export type Tanh = activation.Tanh;

/** x·Φ(x), element by element, of any shape: computed with erf unless `approximate` is `'tanh'`. */
export const GELU: {
  /** x·Φ(x), element by element, of any shape: computed with erf unless `approximate` is `'tanh'`. */
  new (...more: Trailing<GELUOptions, [approximate: 'none' | 'tanh']>): activation.GELU;
  /** x·Φ(x), element by element, of any shape: computed with erf unless `approximate` is `'tanh'`. */
  (...more: Trailing<GELUOptions, [approximate: 'none' | 'tanh']>): activation.GELU;
} = callable(activation.GELU);
export type GELU = activation.GELU;

/** x where it is positive, else `alpha`·(e^x - 1), element by element, of any shape; alpha defaults to 1. */
export const ELU: {
  /** x where it is positive, else `alpha`·(e^x - 1), element by element, of any shape; alpha defaults to 1. */
  new (...more: Trailing<ELUOptions, [alpha: number, inplace: boolean]>): activation.ELU;
  /** x where it is positive, else `alpha`·(e^x - 1), element by element, of any shape; alpha defaults to 1. */
  (...more: Trailing<ELUOptions, [alpha: number, inplace: boolean]>): activation.ELU;
} = callable(activation.ELU);
export type ELU = activation.ELU;

/** 1.0507·x where it is positive, else 1.0507·1.6733·(e^x - 1), element by element, of any shape. */
export const SELU: {
  /** 1.0507·x where it is positive, else 1.0507·1.6733·(e^x - 1), element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.SELU;
  /** 1.0507·x where it is positive, else 1.0507·1.6733·(e^x - 1), element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.SELU;
} = callable(activation.SELU);
export type SELU = activation.SELU;

/** x where it is positive, else `alpha`·(e^(x/alpha) - 1), element by element, of any shape; alpha, which is not 0, defaults to 1. */
export const CELU: {
  /** x where it is positive, else `alpha`·(e^(x/alpha) - 1), element by element, of any shape; alpha, which is not 0, defaults to 1. */
  new (...more: Trailing<CELUOptions, [alpha: number, inplace: boolean]>): activation.CELU;
  /** x where it is positive, else `alpha`·(e^(x/alpha) - 1), element by element, of any shape; alpha, which is not 0, defaults to 1. */
  (...more: Trailing<CELUOptions, [alpha: number, inplace: boolean]>): activation.CELU;
} = callable(activation.CELU);
export type CELU = activation.CELU;

/** x·σ(x), also called swish, element by element, of any shape. */
export const SiLU: {
  /** x·σ(x), also called swish, element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.SiLU;
  /** x·σ(x), also called swish, element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.SiLU;
} = callable(activation.SiLU);
export type SiLU = activation.SiLU;

/** x·tanh(softplus(x)), element by element, of any shape. */
export const Mish: {
  /** x·tanh(softplus(x)), element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.Mish;
  /** x·tanh(softplus(x)), element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): activation.Mish;
} = callable(activation.Mish);
export type Mish = activation.Mish;

/** ln(1 + e^(beta·x))/beta, a smooth relu, element by element, of any shape; x itself where beta·x is above `threshold`. Options
 *  in PyTorch's order: beta (1), threshold (20). */
export const Softplus: {
  /** ln(1 + e^(beta·x))/beta, a smooth relu, element by element, of any shape; x itself where beta·x is above `threshold`. Options
   *  in PyTorch's order: beta (1), threshold (20). */
  new (...more: Trailing<SoftplusOptions, [beta: number, threshold: number]>): activation.Softplus;
  /** ln(1 + e^(beta·x))/beta, a smooth relu, element by element, of any shape; x itself where beta·x is above `threshold`. Options
   *  in PyTorch's order: beta (1), threshold (20). */
  (...more: Trailing<SoftplusOptions, [beta: number, threshold: number]>): activation.Softplus;
} = callable(activation.Softplus);
export type Softplus = activation.Softplus;

/** x / (1 + |x|), element by element, of any shape. */
export const Softsign: {
  /** x / (1 + |x|), element by element, of any shape. */
  new (): activation.Softsign;
  /** x / (1 + |x|), element by element, of any shape. */
  (): activation.Softsign;
} = callable(activation.Softsign);
export type Softsign = activation.Softsign;

/** x - tanh(x), element by element, of any shape. */
export const Tanhshrink: {
  /** x - tanh(x), element by element, of any shape. */
  new (): activation.Tanhshrink;
  /** x - tanh(x), element by element, of any shape. */
  (): activation.Tanhshrink;
} = callable(activation.Tanhshrink);
export type Tanhshrink = activation.Tanhshrink;

/** The logarithm of the sigmoid, element by element, of any shape. */
export const LogSigmoid: {
  /** The logarithm of the sigmoid, element by element, of any shape. */
  new (): activation.LogSigmoid;
  /** The logarithm of the sigmoid, element by element, of any shape. */
  (): activation.LogSigmoid;
} = callable(activation.LogSigmoid);
export type LogSigmoid = activation.LogSigmoid;

/** The mean of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the extent of the input. */
export const AdaptiveAvgPool1d: {
  /** The mean of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the extent of the input. */
  new (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool1d;
  /** The mean of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the extent of the input. */
  (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool1d;
} = callable(adaptive.AdaptiveAvgPool1d);
export type AdaptiveAvgPool1d = adaptive.AdaptiveAvgPool1d;

/** The mean of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
export const AdaptiveAvgPool2d: {
  /** The mean of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
  new (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool2d;
  /** The mean of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
  (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool2d;
} = callable(adaptive.AdaptiveAvgPool2d);
export type AdaptiveAvgPool2d = adaptive.AdaptiveAvgPool2d;

/** The mean of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
export const AdaptiveAvgPool3d: {
  /** The mean of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
  new (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool3d;
  /** The mean of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
  (outputSize: F.OutputSize): adaptive.AdaptiveAvgPool3d;
} = callable(adaptive.AdaptiveAvgPool3d);
export type AdaptiveAvgPool3d = adaptive.AdaptiveAvgPool3d;

/** The maximum of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export const AdaptiveMaxPool1d: {
  /** The maximum of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  new <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool1d<R>;
  /** The maximum of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool1d<R>;
} = callable(adaptive.AdaptiveMaxPool1d) as never;
export type AdaptiveMaxPool1d<R extends boolean = false> = adaptive.AdaptiveMaxPool1d<R>;

/** The maximum of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export const AdaptiveMaxPool2d: {
  /** The maximum of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  new <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool2d<R>;
  /** The maximum of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool2d<R>;
} = callable(adaptive.AdaptiveMaxPool2d) as never;
export type AdaptiveMaxPool2d<R extends boolean = false> = adaptive.AdaptiveMaxPool2d<R>;

/** The maximum of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export const AdaptiveMaxPool3d: {
  /** The maximum of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  new <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool3d<R>;
  /** The maximum of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the
   *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
  <R extends boolean = false>(
    outputSize: F.OutputSize,
    ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>
  ): adaptive.AdaptiveMaxPool3d<R>;
} = callable(adaptive.AdaptiveMaxPool3d) as never;
export type AdaptiveMaxPool3d<R extends boolean = false> = adaptive.AdaptiveMaxPool3d<R>;

/** Scaled dot-product attention of `numHeads` heads, each over embedDim/numHeads features of projections of the three inputs:
 *  `const [output, weights] = this.attention(query, key, value)` of queries [L,N,embedDim], keys [S,N,kdim] and values [S,N,vdim],
 *  or [N,L,embedDim] and so on with `batchFirst`, or without N. Options in PyTorch's order: dropout (0), bias (true), addBiasKv
 *  (false), addZeroAttn (false), kdim (null), vdim (null), batchFirst (false). A call also takes, in PyTorch's order or by name,
 *  keyPaddingMask [N,S], needWeights (true; without, weights are null), attnMask [L,S] or [N·numHeads,L,S], averageAttnWeights
 *  (true). Masks are tensors of bools, true where a key is not seen, or of f32, added to the scores. A query that sees no key gives
 *  NaN. Parameters have PyTorch's names, `in_proj_weight` and so on. Throws unless embedDim is a multiple of numHeads. */
export const MultiheadAttention: {
  /** Scaled dot-product attention of `numHeads` heads, each over embedDim/numHeads features of projections of the three inputs:
   *  `const [output, weights] = this.attention(query, key, value)` of queries [L,N,embedDim], keys [S,N,kdim] and values [S,N,vdim],
   *  or [N,L,embedDim] and so on with `batchFirst`, or without N. Options in PyTorch's order: dropout (0), bias (true), addBiasKv
   *  (false), addZeroAttn (false), kdim (null), vdim (null), batchFirst (false). A call also takes, in PyTorch's order or by name,
   *  keyPaddingMask [N,S], needWeights (true; without, weights are null), attnMask [L,S] or [N·numHeads,L,S], averageAttnWeights
   *  (true). Masks are tensors of bools, true where a key is not seen, or of f32, added to the scores. A query that sees no key gives
   *  NaN. Parameters have PyTorch's names, `in_proj_weight` and so on. Throws unless embedDim is a multiple of numHeads. */
  new (embedDim: number, numHeads: number, ...more: MultiheadAttentionArguments): attention.MultiheadAttention;
  /** Scaled dot-product attention of `numHeads` heads, each over embedDim/numHeads features of projections of the three inputs:
   *  `const [output, weights] = this.attention(query, key, value)` of queries [L,N,embedDim], keys [S,N,kdim] and values [S,N,vdim],
   *  or [N,L,embedDim] and so on with `batchFirst`, or without N. Options in PyTorch's order: dropout (0), bias (true), addBiasKv
   *  (false), addZeroAttn (false), kdim (null), vdim (null), batchFirst (false). A call also takes, in PyTorch's order or by name,
   *  keyPaddingMask [N,S], needWeights (true; without, weights are null), attnMask [L,S] or [N·numHeads,L,S], averageAttnWeights
   *  (true). Masks are tensors of bools, true where a key is not seen, or of f32, added to the scores. A query that sees no key gives
   *  NaN. Parameters have PyTorch's names, `in_proj_weight` and so on. Throws unless embedDim is a multiple of numHeads. */
  (embedDim: number, numHeads: number, ...more: MultiheadAttentionArguments): attention.MultiheadAttention;
} = callable(attention.MultiheadAttention);
export type MultiheadAttention = attention.MultiheadAttention;

/** Σ x1·weight[o]·x2 + bias over the last dimensions of two inputs, […,in1Features] and […,in2Features], to […,outFeatures]: `forward(x1,
 *  x2)`. `weight` [out, in1, in2] and `bias` [out], which `{ bias: false }` leaves out, are drawn from ±1/√in1. Throws in `forward` for
 *  shapes that do not fit. */
export const Bilinear: {
  /** Σ x1·weight[o]·x2 + bias over the last dimensions of two inputs, […,in1Features] and […,in2Features], to […,outFeatures]: `forward(x1,
   *  x2)`. `weight` [out, in1, in2] and `bias` [out], which `{ bias: false }` leaves out, are drawn from ±1/√in1. Throws in `forward` for
   *  shapes that do not fit. */
  new (
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    ...more: Trailing<BilinearOptions, [bias: boolean]>
  ): bilinear.Bilinear;
  /** Σ x1·weight[o]·x2 + bias over the last dimensions of two inputs, […,in1Features] and […,in2Features], to […,outFeatures]: `forward(x1,
   *  x2)`. `weight` [out, in1, in2] and `bias` [out], which `{ bias: false }` leaves out, are drawn from ±1/√in1. Throws in `forward` for
   *  shapes that do not fit. */
  (
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    ...more: Trailing<BilinearOptions, [bias: boolean]>
  ): bilinear.Bilinear;
} = callable(bilinear.Bilinear);
export type Bilinear = bilinear.Bilinear;

/** Inputs [N,C,…] over (k + alpha·m)^beta, m the mean of the squares of `size` neighbouring channels. Options in PyTorch's order: alpha
 *  (1e-4), beta (0.75), k (1). Throws in `forward` for fewer than three dimensions. */
export const LocalResponseNorm: {
  /** Inputs [N,C,…] over (k + alpha·m)^beta, m the mean of the squares of `size` neighbouring channels. Options in PyTorch's order: alpha
   *  (1e-4), beta (0.75), k (1). Throws in `forward` for fewer than three dimensions. */
  new (
    size: number,
    ...more: Trailing<LocalResponseNormOptions, [alpha: number, beta: number, k: number]>
  ): bilinear.LocalResponseNorm;
  /** Inputs [N,C,…] over (k + alpha·m)^beta, m the mean of the squares of `size` neighbouring channels. Options in PyTorch's order: alpha
   *  (1e-4), beta (0.75), k (1). Throws in `forward` for fewer than three dimensions. */
  (
    size: number,
    ...more: Trailing<LocalResponseNormOptions, [alpha: number, beta: number, k: number]>
  ): bilinear.LocalResponseNorm;
} = callable(bilinear.LocalResponseNorm);
export type LocalResponseNorm = bilinear.LocalResponseNorm;

/** Dimension `dim` split into these sizes, one of which may be -1: `nn.Unflatten(1, [2, 5, 5])` turns [N,50] into [N,2,5,5].
 *  Throws in `forward` for sizes that do not fit. */
export const Unflatten: {
  /** Dimension `dim` split into these sizes, one of which may be -1: `nn.Unflatten(1, [2, 5, 5])` turns [N,50] into [N,2,5,5].
   *  Throws in `forward` for sizes that do not fit. */
  new (dim: number, unflattenedSize: readonly Extent[]): bilinear.Unflatten;
  /** Dimension `dim` split into these sizes, one of which may be -1: `nn.Unflatten(1, [2, 5, 5])` turns [N,50] into [N,2,5,5].
   *  Throws in `forward` for sizes that do not fit. */
  (dim: number, unflattenedSize: readonly Extent[]): bilinear.Unflatten;
} = callable(bilinear.Unflatten);
export type Unflatten = bilinear.Unflatten;

/** A chain of modules, in which each output is the next input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Takes any shape
 *  that the first module takes. Throws for an argument that is not a module. */
export const Sequential: {
  /** A chain of modules, in which each output is the next input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Takes any shape
   *  that the first module takes. Throws for an argument that is not a module. */
  new (...modules: Module[]): containers.Sequential;
  /** A chain of modules, in which each output is the next input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Takes any shape
   *  that the first module takes. Throws for an argument that is not a module. */
  (...modules: Module[]): containers.Sequential;
} = callable(containers.Sequential);
export type Sequential = containers.Sequential;

/** A list of modules, for a `forward` that loops over it. It cannot be called itself. Throws for an argument that is not a
 *  list of modules. */
export const ModuleList: {
  /** A list of modules, for a `forward` that loops over it. It cannot be called itself. Throws for an argument that is not a
   *  list of modules. */
  new (modules?: readonly Module[]): containers.ModuleList;
  /** A list of modules, for a `forward` that loops over it. It cannot be called itself. Throws for an argument that is not a
   *  list of modules. */
  (modules?: readonly Module[]): containers.ModuleList;
} = callable(containers.ModuleList);
export type ModuleList = containers.ModuleList;

/** Convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = ⌊(L + 2·padding - dilation·(KL - 1) - 1) / stride⌋ +
 *  1: `nn.Conv1d(1, 6, 5)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1),
 *  bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KL] and `bias` [out] are drawn from ±1/√(in/groups·KL). Throws
 *  for sizes below 1, for groups that do not divide the channels, and in `forward` if the channels do not
 *  match, or the kernel does not fit. */
export const Conv1d: {
  /** Convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = ⌊(L + 2·padding - dilation·(KL - 1) - 1) / stride⌋ +
   *  1: `nn.Conv1d(1, 6, 5)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1),
   *  bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KL] and `bias` [out] are drawn from ±1/√(in/groups·KL). Throws
   *  for sizes below 1, for groups that do not divide the channels, and in `forward` if the channels do not
   *  match, or the kernel does not fit. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvOptions<Single>,
      [
        stride: Single,
        padding: F.Padding<Single>,
        dilation: Single,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv1d;
  /** Convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = ⌊(L + 2·padding - dilation·(KL - 1) - 1) / stride⌋ +
   *  1: `nn.Conv1d(1, 6, 5)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1),
   *  bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KL] and `bias` [out] are drawn from ±1/√(in/groups·KL). Throws
   *  for sizes below 1, for groups that do not divide the channels, and in `forward` if the channels do not
   *  match, or the kernel does not fit. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvOptions<Single>,
      [
        stride: Single,
        padding: F.Padding<Single>,
        dilation: Single,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv1d;
} = callable(conv.Conv1d);
export type Conv1d = conv.Conv1d;

/** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
 *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
 *  order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight`
 *  [out, in/groups, KH, KW] and `bias` [out] are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do
 *  not divide the channels, and in `forward` if the channels do not match, or the kernel does not fit. */
export const Conv2d: {
  /** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
   *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
   *  order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight`
   *  [out, in/groups, KH, KW] and `bias` [out] are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do
   *  not divide the channels, and in `forward` if the channels do not match, or the kernel does not fit. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvOptions,
      [
        stride: Pair,
        padding: F.Padding<Pair>,
        dilation: Pair,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv2d;
  /** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
   *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
   *  order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight`
   *  [out, in/groups, KH, KW] and `bias` [out] are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do
   *  not divide the channels, and in `forward` if the channels do not match, or the kernel does not fit. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvOptions,
      [
        stride: Pair,
        padding: F.Padding<Pair>,
        dilation: Pair,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv2d;
} = callable(conv.Conv2d);
export type Conv2d = conv.Conv2d;

/** Convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = ⌊(D + 2·padding - dilation·(KD - 1) - 1)
 *  / stride⌋ + 1 and OH and OW likewise: `nn.Conv3d(1, 6, 3)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or
 *  'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KD, KH, KW] and `bias`
 *  [out] are drawn from ±1/√(in/groups·KD·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
 *  `forward` if the channels do not match, or the kernel does not fit. */
export const Conv3d: {
  /** Convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = ⌊(D + 2·padding - dilation·(KD - 1) - 1)
   *  / stride⌋ + 1 and OH and OW likewise: `nn.Conv3d(1, 6, 3)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or
   *  'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KD, KH, KW] and `bias`
   *  [out] are drawn from ±1/√(in/groups·KD·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
   *  `forward` if the channels do not match, or the kernel does not fit. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvOptions<Triple>,
      [
        stride: Triple,
        padding: F.Padding<Triple>,
        dilation: Triple,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv3d;
  /** Convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = ⌊(D + 2·padding - dilation·(KD - 1) - 1)
   *  / stride⌋ + 1 and OH and OW likewise: `nn.Conv3d(1, 6, 3)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or
   *  'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KD, KH, KW] and `bias`
   *  [out] are drawn from ±1/√(in/groups·KD·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
   *  `forward` if the channels do not match, or the kernel does not fit. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvOptions<Triple>,
      [
        stride: Triple,
        padding: F.Padding<Triple>,
        dilation: Triple,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ): conv.Conv3d;
} = callable(conv.Conv3d);
export type Conv3d = conv.Conv3d;

/** Transposed convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = (L - 1)·stride - 2·padding +
 *  dilation·(KL - 1) + outputPadding + 1: `nn.ConvTranspose1d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KL] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export const ConvTranspose1d: {
  /** Transposed convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = (L - 1)·stride - 2·padding +
   *  dilation·(KL - 1) + outputPadding + 1: `nn.ConvTranspose1d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KL] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvTransposeOptions<Single>,
      [
        stride: Single,
        padding: Single,
        outputPadding: Single,
        groups: number,
        bias: boolean,
        dilation: Single,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose1d;
  /** Transposed convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = (L - 1)·stride - 2·padding +
   *  dilation·(KL - 1) + outputPadding + 1: `nn.ConvTranspose1d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KL] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvTransposeOptions<Single>,
      [
        stride: Single,
        padding: Single,
        outputPadding: Single,
        groups: number,
        bias: boolean,
        dilation: Single,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose1d;
} = callable(convTranspose.ConvTranspose1d);
export type ConvTranspose1d = convTranspose.ConvTranspose1d;

/** Transposed convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = (H - 1)·stride - 2·padding +
 *  dilation·(KH - 1) + outputPadding + 1 and OW likewise: `nn.ConvTranspose2d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export const ConvTranspose2d: {
  /** Transposed convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = (H - 1)·stride - 2·padding +
   *  dilation·(KH - 1) + outputPadding + 1 and OW likewise: `nn.ConvTranspose2d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvTransposeOptions,
      [
        stride: Pair,
        padding: Pair,
        outputPadding: Pair,
        groups: number,
        bias: boolean,
        dilation: Pair,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose2d;
  /** Transposed convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = (H - 1)·stride - 2·padding +
   *  dilation·(KH - 1) + outputPadding + 1 and OW likewise: `nn.ConvTranspose2d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvTransposeOptions,
      [
        stride: Pair,
        padding: Pair,
        outputPadding: Pair,
        groups: number,
        bias: boolean,
        dilation: Pair,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose2d;
} = callable(convTranspose.ConvTranspose2d);
export type ConvTranspose2d = convTranspose.ConvTranspose2d;

/** Transposed convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = (D - 1)·stride - 2·padding +
 *  dilation·(KD - 1) + outputPadding + 1, and OH and OW likewise: `nn.ConvTranspose3d(8, 4, 2, { stride: 2 })` doubles the extents.
 *  Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KD, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export const ConvTranspose3d: {
  /** Transposed convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = (D - 1)·stride - 2·padding +
   *  dilation·(KD - 1) + outputPadding + 1, and OH and OW likewise: `nn.ConvTranspose3d(8, 4, 2, { stride: 2 })` doubles the extents.
   *  Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KD, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvTransposeOptions<Triple>,
      [
        stride: Triple,
        padding: Triple,
        outputPadding: Triple,
        groups: number,
        bias: boolean,
        dilation: Triple,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose3d;
  /** Transposed convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = (D - 1)·stride - 2·padding +
   *  dilation·(KD - 1) + outputPadding + 1, and OH and OW likewise: `nn.ConvTranspose3d(8, 4, 2, { stride: 2 })` doubles the extents.
   *  Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
   *  `weight` [in, out/groups, KD, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
   *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
   *  channels, and in `forward` if the channels do not match. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvTransposeOptions<Triple>,
      [
        stride: Triple,
        padding: Triple,
        outputPadding: Triple,
        groups: number,
        bias: boolean,
        dilation: Triple,
        paddingMode: 'zeros',
      ]
    >
  ): convTranspose.ConvTranspose3d;
} = callable(convTranspose.ConvTranspose3d);
export type ConvTranspose3d = convTranspose.ConvTranspose3d;

/** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. Options in PyTorch's order: p (2), eps (1e-6), keepdim
 *  (false). */
export const PairwiseDistance: {
  /** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. Options in PyTorch's order: p (2), eps (1e-6), keepdim
   *  (false). */
  new (
    ...more: Trailing<F.PairwiseDistanceOptions, [p: number, eps: number, keepdim: boolean]>
  ): distance.PairwiseDistance;
  /** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. Options in PyTorch's order: p (2), eps (1e-6), keepdim
   *  (false). */
  (...more: Trailing<F.PairwiseDistanceOptions, [p: number, eps: number, keepdim: boolean]>): distance.PairwiseDistance;
} = callable(distance.PairwiseDistance);
export type PairwiseDistance = distance.PairwiseDistance;

/** The cosine of the angle between x1 and x2 along `dim`; the two broadcast. Options in PyTorch's order: dim (1), eps (1e-8). Throws
 *  in `forward` for integers, or if there is no such dimension. */
export const CosineSimilarity: {
  /** The cosine of the angle between x1 and x2 along `dim`; the two broadcast. Options in PyTorch's order: dim (1), eps (1e-8). Throws
   *  in `forward` for integers, or if there is no such dimension. */
  new (...more: Trailing<CosineSimilarityOptions, [dim: number, eps: number]>): distance.CosineSimilarity;
  /** The cosine of the angle between x1 and x2 along `dim`; the two broadcast. Options in PyTorch's order: dim (1), eps (1e-8). Throws
   *  in `forward` for integers, or if there is no such dimension. */
  (...more: Trailing<CosineSimilarityOptions, [dim: number, eps: number]>): distance.CosineSimilarity;
} = callable(distance.CosineSimilarity);
export type CosineSimilarity = distance.CosineSimilarity;

/** Each element is 0 with probability `p` (0.5) in training, and 1 / (1 - p) times as large otherwise: `nn.Dropout(0.2)`. In
 *  evaluation the input stays as it is. Of any shape. */
export const Dropout: {
  /** Each element is 0 with probability `p` (0.5) in training, and 1 / (1 - p) times as large otherwise: `nn.Dropout(0.2)`. In
   *  evaluation the input stays as it is. Of any shape. */
  new (...more: DropoutArguments): dropout.Dropout;
  /** Each element is 0 with probability `p` (0.5) in training, and 1 / (1 - p) times as large otherwise: `nn.Dropout(0.2)`. In
   *  evaluation the input stays as it is. Of any shape. */
  (...more: DropoutArguments): dropout.Dropout;
} = callable(dropout.Dropout);
export type Dropout = dropout.Dropout;

/** As Dropout, for whole channels of inputs [N,C,L]: `nn.Dropout1d(0.2)`. */
export const Dropout1d: {
  /** As Dropout, for whole channels of inputs [N,C,L]: `nn.Dropout1d(0.2)`. */
  new (...more: DropoutArguments): dropout.Dropout1d;
  /** As Dropout, for whole channels of inputs [N,C,L]: `nn.Dropout1d(0.2)`. */
  (...more: DropoutArguments): dropout.Dropout1d;
} = callable(dropout.Dropout1d);
export type Dropout1d = dropout.Dropout1d;

/** As Dropout, for whole channels of images [N,C,H,W]: `nn.Dropout2d(0.2)`. */
export const Dropout2d: {
  /** As Dropout, for whole channels of images [N,C,H,W]: `nn.Dropout2d(0.2)`. */
  new (...more: DropoutArguments): dropout.Dropout2d;
  /** As Dropout, for whole channels of images [N,C,H,W]: `nn.Dropout2d(0.2)`. */
  (...more: DropoutArguments): dropout.Dropout2d;
} = callable(dropout.Dropout2d);
export type Dropout2d = dropout.Dropout2d;

/** As Dropout, for whole channels of volumes [N,C,D,H,W]: `nn.Dropout3d(0.2)`. */
export const Dropout3d: {
  /** As Dropout, for whole channels of volumes [N,C,D,H,W]: `nn.Dropout3d(0.2)`. */
  new (...more: DropoutArguments): dropout.Dropout3d;
  /** As Dropout, for whole channels of volumes [N,C,D,H,W]: `nn.Dropout3d(0.2)`. */
  (...more: DropoutArguments): dropout.Dropout3d;
} = callable(dropout.Dropout3d);
export type Dropout3d = dropout.Dropout3d;

/** As Dropout, for use after SELU: dropped elements get the value at which SELU saturates, and mean and variance are kept. */
export const AlphaDropout: {
  /** As Dropout, for use after SELU: dropped elements get the value at which SELU saturates, and mean and variance are kept. */
  new (...more: DropoutArguments): dropout.AlphaDropout;
  /** As Dropout, for use after SELU: dropped elements get the value at which SELU saturates, and mean and variance are kept. */
  (...more: DropoutArguments): dropout.AlphaDropout;
} = callable(dropout.AlphaDropout);
export type AlphaDropout = dropout.AlphaDropout;

/** As AlphaDropout, for whole channels of inputs [N,C,…]. */
export const FeatureAlphaDropout: {
  /** As AlphaDropout, for whole channels of inputs [N,C,…]. */
  new (...more: DropoutArguments): dropout.FeatureAlphaDropout;
  /** As AlphaDropout, for whole channels of inputs [N,C,…]. */
  (...more: DropoutArguments): dropout.FeatureAlphaDropout;
} = callable(dropout.FeatureAlphaDropout);
export type FeatureAlphaDropout = dropout.FeatureAlphaDropout;

/** The rows of `weight` [numEmbeddings, embeddingDim] at the indices of an input of i32, […] to […, embeddingDim]:
 *  `nn.Embedding(1000, 64)`. Options in PyTorch's order: paddingIdx, maxNorm (null alone), normType, scaleGradByFreq (false: with it, the
 *  gradient of each row is divided by how often it is read), sparse, which changes nothing. `weight` is drawn from the normal distribution with mean 0 and variance 1. A compiled model refuses
 *  indices in inputs that are no rows; computed ones give NaN. Throws for a paddingIdx that is no row. */
export const Embedding: {
  /** The rows of `weight` [numEmbeddings, embeddingDim] at the indices of an input of i32, […] to […, embeddingDim]:
   *  `nn.Embedding(1000, 64)`. Options in PyTorch's order: paddingIdx, maxNorm (null alone), normType, scaleGradByFreq (false: with it, the
   *  gradient of each row is divided by how often it is read), sparse, which changes nothing. `weight` is drawn from the normal distribution with mean 0 and variance 1. A compiled model refuses
   *  indices in inputs that are no rows; computed ones give NaN. Throws for a paddingIdx that is no row. */
  new (
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<EmbeddingOptions, TableArguments>
  ): embedding.Embedding;
  /** The rows of `weight` [numEmbeddings, embeddingDim] at the indices of an input of i32, […] to […, embeddingDim]:
   *  `nn.Embedding(1000, 64)`. Options in PyTorch's order: paddingIdx, maxNorm (null alone), normType, scaleGradByFreq (false: with it, the
   *  gradient of each row is divided by how often it is read), sparse, which changes nothing. `weight` is drawn from the normal distribution with mean 0 and variance 1. A compiled model refuses
   *  indices in inputs that are no rows; computed ones give NaN. Throws for a paddingIdx that is no row. */
  (
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<EmbeddingOptions, TableArguments>
  ): embedding.Embedding;
  fromPretrained: typeof embedding.Embedding.fromPretrained;
} = callable(embedding.Embedding);
export type Embedding = embedding.Embedding;

/** The rows of `weight` [numEmbeddings, embeddingDim] in bags, each reduced to one: `nn.EmbeddingBag(1000, 64)`. `forward(x)` takes bags
 *  of one length, i32 [B,n], and gives [B,embeddingDim]; `forward(x, offsets)` takes i32 [n] and where each of B bags begins.
 *  `forward(x, offsets, perSampleWeights)` takes factors. Options: mode ('mean'), includeLastOffset (false), paddingIdx, scaleGradByFreq (false). `weight` is
 *  drawn as that of nn.Embedding. Throws for a paddingIdx that is no row. */
export const EmbeddingBag: {
  /** The rows of `weight` [numEmbeddings, embeddingDim] in bags, each reduced to one: `nn.EmbeddingBag(1000, 64)`. `forward(x)` takes bags
   *  of one length, i32 [B,n], and gives [B,embeddingDim]; `forward(x, offsets)` takes i32 [n] and where each of B bags begins.
   *  `forward(x, offsets, perSampleWeights)` takes factors. Options: mode ('mean'), includeLastOffset (false), paddingIdx, scaleGradByFreq (false). `weight` is
   *  drawn as that of nn.Embedding. Throws for a paddingIdx that is no row. */
  new (
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<
      EmbeddingBagLayerOptions,
      [mode: F.BagMode, includeLastOffset: boolean, paddingIdx: number | null]
    >
  ): embedding.EmbeddingBag;
  /** The rows of `weight` [numEmbeddings, embeddingDim] in bags, each reduced to one: `nn.EmbeddingBag(1000, 64)`. `forward(x)` takes bags
   *  of one length, i32 [B,n], and gives [B,embeddingDim]; `forward(x, offsets)` takes i32 [n] and where each of B bags begins.
   *  `forward(x, offsets, perSampleWeights)` takes factors. Options: mode ('mean'), includeLastOffset (false), paddingIdx, scaleGradByFreq (false). `weight` is
   *  drawn as that of nn.Embedding. Throws for a paddingIdx that is no row. */
  (
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<
      EmbeddingBagLayerOptions,
      [mode: F.BagMode, includeLastOffset: boolean, paddingIdx: number | null]
    >
  ): embedding.EmbeddingBag;
  fromPretrained: typeof embedding.EmbeddingBag.fromPretrained;
} = callable(embedding.EmbeddingBag);
export type EmbeddingBag = embedding.EmbeddingBag;

/** The windows of images as columns: [N,C,H,W] to [N,C·kh·kw,L], the elements of each of L windows. Options in PyTorch's order: dilation
 *  (1), padding (0), stride (1). Throws in `forward` if no window fits. */
export const Unfold: {
  /** The windows of images as columns: [N,C,H,W] to [N,C·kh·kw,L], the elements of each of L windows. Options in PyTorch's order: dilation
   *  (1), padding (0), stride (1). Throws in `forward` if no window fits. */
  new (kernelSize: Pair, ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>): fold.Unfold;
  /** The windows of images as columns: [N,C,H,W] to [N,C·kh·kw,L], the elements of each of L windows. Options in PyTorch's order: dilation
   *  (1), padding (0), stride (1). Throws in `forward` if no window fits. */
  (kernelSize: Pair, ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>): fold.Unfold;
} = callable(fold.Unfold);
export type Unfold = fold.Unfold;

/** The sum of columns at the positions of their windows in images: [N,C·kh·kw,L] to [N,C,…outputSize], the transpose of
 *  `nn.Unfold`. Options in PyTorch's order: dilation (1), padding (0), stride (1). Throws in `forward` if an image of this
 *  size has not L windows. */
export const Fold: {
  /** The sum of columns at the positions of their windows in images: [N,C·kh·kw,L] to [N,C,…outputSize], the transpose of
   *  `nn.Unfold`. Options in PyTorch's order: dilation (1), padding (0), stride (1). Throws in `forward` if an image of this
   *  size has not L windows. */
  new (
    outputSize: Pair,
    kernelSize: Pair,
    ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>
  ): fold.Fold;
  /** The sum of columns at the positions of their windows in images: [N,C·kh·kw,L] to [N,C,…outputSize], the transpose of
   *  `nn.Unfold`. Options in PyTorch's order: dilation (1), padding (0), stride (1). Throws in `forward` if an image of this
   *  size has not L windows. */
  (
    outputSize: Pair,
    kernelSize: Pair,
    ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>
  ): fold.Fold;
} = callable(fold.Fold);
export type Fold = fold.Fold;

/** (Σ x^p)^(1/p) of each window of sequences [N,C,L], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
 *  (false). Throws in `forward` if the window does not fit. */
export const LPPool1d: {
  /** (Σ x^p)^(1/p) of each window of sequences [N,C,L], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
   *  (false). Throws in `forward` if the window does not fit. */
  new (
    normType: number,
    kernelSize: Single,
    ...more: Trailing<F.LPPoolOptions<Single>, [stride: Single | null, ceilMode: boolean]>
  ): fold.LPPool1d;
  /** (Σ x^p)^(1/p) of each window of sequences [N,C,L], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
   *  (false). Throws in `forward` if the window does not fit. */
  (
    normType: number,
    kernelSize: Single,
    ...more: Trailing<F.LPPoolOptions<Single>, [stride: Single | null, ceilMode: boolean]>
  ): fold.LPPool1d;
} = callable(fold.LPPool1d);
export type LPPool1d = fold.LPPool1d;

/** (Σ x^p)^(1/p) of each window of images [N,C,H,W], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
 *  (false). Throws in `forward` if the window does not fit. */
export const LPPool2d: {
  /** (Σ x^p)^(1/p) of each window of images [N,C,H,W], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
   *  (false). Throws in `forward` if the window does not fit. */
  new (
    normType: number,
    kernelSize: Pair,
    ...more: Trailing<F.LPPoolOptions, [stride: Pair | null, ceilMode: boolean]>
  ): fold.LPPool2d;
  /** (Σ x^p)^(1/p) of each window of images [N,C,H,W], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
   *  (false). Throws in `forward` if the window does not fit. */
  (
    normType: number,
    kernelSize: Pair,
    ...more: Trailing<F.LPPoolOptions, [stride: Pair | null, ceilMode: boolean]>
  ): fold.LPPool2d;
} = callable(fold.LPPool2d);
export type LPPool2d = fold.LPPool2d;

/** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
 *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` if the last dimension is
 *  not `inFeatures`. */
export const Linear: {
  /** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
   *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` if the last dimension is
   *  not `inFeatures`. */
  new (inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, [bias: boolean]>): linear.Linear;
  /** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
   *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` if the last dimension is
   *  not `inFeatures`. */
  (inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, [bias: boolean]>): linear.Linear;
} = callable(linear.Linear);
export type Linear = linear.Linear;

/** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
 *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
 *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` if shapes or element types do not
 *  fit. */
export const CrossEntropyLoss: {
  /** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
   *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
   *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` if shapes or element types do not
   *  fit. */
  new (
    ...more: Trailing<
      CrossEntropyLossOptions,
      [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction, labelSmoothing: number]
    >
  ): losses.CrossEntropyLoss;
  /** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
   *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
   *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` if shapes or element types do not
   *  fit. */
  (
    ...more: Trailing<
      CrossEntropyLossOptions,
      [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction, labelSmoothing: number]
    >
  ): losses.CrossEntropyLoss;
} = callable(losses.CrossEntropyLoss);
export type CrossEntropyLoss = losses.CrossEntropyLoss;

/** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
 *  `forward` if shapes or element types do not fit. */
export const NLLLoss: {
  /** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
   *  `forward` if shapes or element types do not fit. */
  new (
    ...more: Trailing<NLLLossOptions, [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction]>
  ): losses.NLLLoss;
  /** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
   *  `forward` if shapes or element types do not fit. */
  (
    ...more: Trailing<NLLLossOptions, [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction]>
  ): losses.NLLLoss;
} = callable(losses.NLLLoss);
export type NLLLoss = losses.NLLLoss;

/** The mean over the classes of max(0, margin - input[target] + input[class])^p, without the target's own, for scores f32
 *  [N,C] and class indices i32 [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: p (1, or 2), margin (1),
 *  weight (none), reduction ('mean'). Throws in `forward` if shapes or element types do not fit. */
export const MultiMarginLoss: {
  /** The mean over the classes of max(0, margin - input[target] + input[class])^p, without the target's own, for scores f32
   *  [N,C] and class indices i32 [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: p (1, or 2), margin (1),
   *  weight (none), reduction ('mean'). Throws in `forward` if shapes or element types do not fit. */
  new (
    ...more: Trailing<MultiMarginLossOptions, [p: number, margin: number, weight: Factors, reduction: F.Reduction]>
  ): losses.MultiMarginLoss;
  /** The mean over the classes of max(0, margin - input[target] + input[class])^p, without the target's own, for scores f32
   *  [N,C] and class indices i32 [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: p (1, or 2), margin (1),
   *  weight (none), reduction ('mean'). Throws in `forward` if shapes or element types do not fit. */
  (
    ...more: Trailing<MultiMarginLossOptions, [p: number, margin: number, weight: Factors, reduction: F.Reduction]>
  ): losses.MultiMarginLoss;
} = callable(losses.MultiMarginLoss);
export type MultiMarginLoss = losses.MultiMarginLoss;

/** The mean over the classes of max(0, 1 - input[label] + input[class]), summed over a row's labels, for each class that is not
 *  a label: scores f32 [N,C], and labels i32 [N,C], which end at the first -1; a scalar unless `reduction`
 *  ('mean' by default) is 'none'. Throws in `forward` if shapes or element types do not fit. */
export const MultiLabelMarginLoss: {
  /** The mean over the classes of max(0, 1 - input[label] + input[class]), summed over a row's labels, for each class that is not
   *  a label: scores f32 [N,C], and labels i32 [N,C], which end at the first -1; a scalar unless `reduction`
   *  ('mean' by default) is 'none'. Throws in `forward` if shapes or element types do not fit. */
  new (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): losses.MultiLabelMarginLoss;
  /** The mean over the classes of max(0, 1 - input[label] + input[class]), summed over a row's labels, for each class that is not
   *  a label: scores f32 [N,C], and labels i32 [N,C], which end at the first -1; a scalar unless `reduction`
   *  ('mean' by default) is 'none'. Throws in `forward` if shapes or element types do not fit. */
  (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): losses.MultiLabelMarginLoss;
} = callable(losses.MultiLabelMarginLoss);
export type MultiLabelMarginLoss = losses.MultiLabelMarginLoss;

/** The negative log-likelihood of labels, i32 [N,S] padded to one length, in the steps of log-probabilities f32 [T,N,C], of all their
 *  alignments; called as `ctc(logProbs, targets, inputLengths, targetLengths)`, of lengths i32 [N] or one number for all. A scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: blank (0), reduction ('mean', of each loss over its number of labels),
 *  zeroInfinity (false). Throws in `forward` if the shapes do not fit. */
export const CTCLoss: {
  /** The negative log-likelihood of labels, i32 [N,S] padded to one length, in the steps of log-probabilities f32 [T,N,C], of all their
   *  alignments; called as `ctc(logProbs, targets, inputLengths, targetLengths)`, of lengths i32 [N] or one number for all. A scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: blank (0), reduction ('mean', of each loss over its number of labels),
   *  zeroInfinity (false). Throws in `forward` if the shapes do not fit. */
  new (
    ...more: Trailing<F.CTCLossOptions, [blank: number, reduction: F.Reduction, zeroInfinity: boolean]>
  ): losses.CTCLoss;
  /** The negative log-likelihood of labels, i32 [N,S] padded to one length, in the steps of log-probabilities f32 [T,N,C], of all their
   *  alignments; called as `ctc(logProbs, targets, inputLengths, targetLengths)`, of lengths i32 [N] or one number for all. A scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: blank (0), reduction ('mean', of each loss over its number of labels),
   *  zeroInfinity (false). Throws in `forward` if the shapes do not fit. */
  (...more: Trailing<F.CTCLossOptions, [blank: number, reduction: F.Reduction, zeroInfinity: boolean]>): losses.CTCLoss;
} = callable(losses.CTCLoss);
export type CTCLoss = losses.CTCLoss;

/** Binary cross-entropy of probabilities with a target of the input's shape, both f32, 0 to 1; a scalar unless `reduction` is
 *  'none'. Its logarithms are at least -100, as in PyTorch; BCEWithLogitsLoss takes logits and is exact. Options in PyTorch's
 *  order: weight (none), reduction ('mean'). Throws in `forward` if the shapes differ. */
export const BCELoss: {
  /** Binary cross-entropy of probabilities with a target of the input's shape, both f32, 0 to 1; a scalar unless `reduction` is
   *  'none'. Its logarithms are at least -100, as in PyTorch; BCEWithLogitsLoss takes logits and is exact. Options in PyTorch's
   *  order: weight (none), reduction ('mean'). Throws in `forward` if the shapes differ. */
  new (...more: Trailing<BCELossOptions, [weight: Factors, reduction: F.Reduction]>): lossesBinary.BCELoss;
  /** Binary cross-entropy of probabilities with a target of the input's shape, both f32, 0 to 1; a scalar unless `reduction` is
   *  'none'. Its logarithms are at least -100, as in PyTorch; BCEWithLogitsLoss takes logits and is exact. Options in PyTorch's
   *  order: weight (none), reduction ('mean'). Throws in `forward` if the shapes differ. */
  (...more: Trailing<BCELossOptions, [weight: Factors, reduction: F.Reduction]>): lossesBinary.BCELoss;
} = callable(lossesBinary.BCELoss);
export type BCELoss = lossesBinary.BCELoss;

/** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
 *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` if the
 *  shapes differ. */
export const BCEWithLogitsLoss: {
  /** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` if the
   *  shapes differ. */
  new (
    ...more: Trailing<BCEWithLogitsLossOptions, [weight: Factors, reduction: F.Reduction, posWeight: Factors]>
  ): lossesBinary.BCEWithLogitsLoss;
  /** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` if the
   *  shapes differ. */
  (
    ...more: Trailing<BCEWithLogitsLossOptions, [weight: Factors, reduction: F.Reduction, posWeight: Factors]>
  ): lossesBinary.BCEWithLogitsLoss;
} = callable(lossesBinary.BCEWithLogitsLoss);
export type BCEWithLogitsLoss = lossesBinary.BCEWithLogitsLoss;

/** The mean over the classes, the last dimension, of the binary cross-entropy of σ(input) with a target of the input's shape;
 *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none), reduction ('mean'). Throws in `forward` if
 *  the shapes differ. */
export const MultiLabelSoftMarginLoss: {
  /** The mean over the classes, the last dimension, of the binary cross-entropy of σ(input) with a target of the input's shape;
   *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none), reduction ('mean'). Throws in `forward` if
   *  the shapes differ. */
  new (
    ...more: Trailing<MultiLabelSoftMarginLossOptions, [weight: Factors, reduction: F.Reduction]>
  ): lossesBinary.MultiLabelSoftMarginLoss;
  /** The mean over the classes, the last dimension, of the binary cross-entropy of σ(input) with a target of the input's shape;
   *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none), reduction ('mean'). Throws in `forward` if
   *  the shapes differ. */
  (
    ...more: Trailing<MultiLabelSoftMarginLossOptions, [weight: Factors, reduction: F.Reduction]>
  ): lossesBinary.MultiLabelSoftMarginLoss;
} = callable(lossesBinary.MultiLabelSoftMarginLoss);
export type MultiLabelSoftMarginLoss = lossesBinary.MultiLabelSoftMarginLoss;

/** log(1 + e^(-target·input)) for a target of the input's shape, 1 or -1; a scalar unless `reduction` ('mean' by default) is
 *  'none'. Throws in `forward` if the shapes differ. */
export const SoftMarginLoss: {
  /** log(1 + e^(-target·input)) for a target of the input's shape, 1 or -1; a scalar unless `reduction` ('mean' by default) is
   *  'none'. Throws in `forward` if the shapes differ. */
  new (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesBinary.SoftMarginLoss;
  /** log(1 + e^(-target·input)) for a target of the input's shape, 1 or -1; a scalar unless `reduction` ('mean' by default) is
   *  'none'. Throws in `forward` if the shapes differ. */
  (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesBinary.SoftMarginLoss;
} = callable(lossesBinary.SoftMarginLoss);
export type SoftMarginLoss = lossesBinary.SoftMarginLoss;

/** max(0, margin - target·(input1 - input2)) for a target of 1 where the first is to rank higher, else -1, all three of one shape;
 *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in `forward` if the
 *  shapes differ. */
export const MarginRankingLoss: {
  /** max(0, margin - target·(input1 - input2)) for a target of 1 where the first is to rank higher, else -1, all three of one shape;
   *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in `forward` if the
   *  shapes differ. */
  new (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.MarginRankingLoss;
  /** max(0, margin - target·(input1 - input2)) for a target of 1 where the first is to rank higher, else -1, all three of one shape;
   *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in `forward` if the
   *  shapes differ. */
  (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.MarginRankingLoss;
} = callable(lossesRanking.MarginRankingLoss);
export type MarginRankingLoss = lossesRanking.MarginRankingLoss;

/** The input, a distance, where the target is 1, and max(0, margin - input) where it is -1, both of one shape; a scalar unless
 *  `reduction` is 'none'. Options in PyTorch's order: margin (1), reduction ('mean'). Throws in `forward` if the shapes
 *  differ. */
export const HingeEmbeddingLoss: {
  /** The input, a distance, where the target is 1, and max(0, margin - input) where it is -1, both of one shape; a scalar unless
   *  `reduction` is 'none'. Options in PyTorch's order: margin (1), reduction ('mean'). Throws in `forward` if the shapes
   *  differ. */
  new (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.HingeEmbeddingLoss;
  /** The input, a distance, where the target is 1, and max(0, margin - input) where it is -1, both of one shape; a scalar unless
   *  `reduction` is 'none'. Options in PyTorch's order: margin (1), reduction ('mean'). Throws in `forward` if the shapes
   *  differ. */
  (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.HingeEmbeddingLoss;
} = callable(lossesRanking.HingeEmbeddingLoss);
export type HingeEmbeddingLoss = lossesRanking.HingeEmbeddingLoss;

/** 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, for the cosine of the angle between two inputs [N,D] and
 *  a target [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in
 *  `forward` if the shapes do not fit. */
export const CosineEmbeddingLoss: {
  /** 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, for the cosine of the angle between two inputs [N,D] and
   *  a target [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in
   *  `forward` if the shapes do not fit. */
  new (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.CosineEmbeddingLoss;
  /** 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, for the cosine of the angle between two inputs [N,D] and
   *  a target [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in
   *  `forward` if the shapes do not fit. */
  (...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>): lossesRanking.CosineEmbeddingLoss;
} = callable(lossesRanking.CosineEmbeddingLoss);
export type CosineEmbeddingLoss = lossesRanking.CosineEmbeddingLoss;

/** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by the p-norm over the last dimension of three tensors
 *  of one shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (1), p (2), eps (1e-6), swap (false),
 *  reduction ('mean'). Throws in `forward` if the shapes differ. */
export const TripletMarginLoss: {
  /** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by the p-norm over the last dimension of three tensors
   *  of one shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (1), p (2), eps (1e-6), swap (false),
   *  reduction ('mean'). Throws in `forward` if the shapes differ. */
  new (
    ...more: Trailing<
      F.TripletMarginLossOptions,
      [margin: number, p: number, eps: number, swap: boolean, reduction: F.Reduction]
    >
  ): lossesRanking.TripletMarginLoss;
  /** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by the p-norm over the last dimension of three tensors
   *  of one shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (1), p (2), eps (1e-6), swap (false),
   *  reduction ('mean'). Throws in `forward` if the shapes differ. */
  (
    ...more: Trailing<
      F.TripletMarginLossOptions,
      [margin: number, p: number, eps: number, swap: boolean, reduction: F.Reduction]
    >
  ): lossesRanking.TripletMarginLoss;
} = callable(lossesRanking.TripletMarginLoss);
export type TripletMarginLoss = lossesRanking.TripletMarginLoss;

/** As TripletMarginLoss, by a distance of your own: `nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) =>
 *  a.sub(b).abs().sum(-1) })`. Options in this order: distanceFunction (pairwiseDistance), margin (1), swap (false),
 *  reduction ('mean'). Throws in `forward` if the shapes differ. */
export const TripletMarginWithDistanceLoss: {
  /** As TripletMarginLoss, by a distance of your own: `nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) =>
   *  a.sub(b).abs().sum(-1) })`. Options in this order: distanceFunction (pairwiseDistance), margin (1), swap (false),
   *  reduction ('mean'). Throws in `forward` if the shapes differ. */
  new (
    ...more: Trailing<
      F.TripletMarginWithDistanceLossOptions,
      [distanceFunction: F.Distance | null, margin: number, swap: boolean, reduction: F.Reduction]
    >
  ): lossesRanking.TripletMarginWithDistanceLoss;
  /** As TripletMarginLoss, by a distance of your own: `nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) =>
   *  a.sub(b).abs().sum(-1) })`. Options in this order: distanceFunction (pairwiseDistance), margin (1), swap (false),
   *  reduction ('mean'). Throws in `forward` if the shapes differ. */
  (
    ...more: Trailing<
      F.TripletMarginWithDistanceLossOptions,
      [distanceFunction: F.Distance | null, margin: number, swap: boolean, reduction: F.Reduction]
    >
  ): lossesRanking.TripletMarginWithDistanceLoss;
} = callable(lossesRanking.TripletMarginWithDistanceLoss);
export type TripletMarginWithDistanceLoss = lossesRanking.TripletMarginWithDistanceLoss;

/** (input - target)², for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
 *  in `forward` if the shapes differ. */
export const MSELoss: {
  /** (input - target)², for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
   *  in `forward` if the shapes differ. */
  new (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesRegression.MSELoss;
  /** (input - target)², for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
   *  in `forward` if the shapes differ. */
  (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesRegression.MSELoss;
} = callable(lossesRegression.MSELoss);
export type MSELoss = lossesRegression.MSELoss;

/** |input - target|, for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
 *  in `forward` if the shapes differ. */
export const L1Loss: {
  /** |input - target|, for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
   *  in `forward` if the shapes differ. */
  new (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesRegression.L1Loss;
  /** |input - target|, for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
   *  in `forward` if the shapes differ. */
  (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): lossesRegression.L1Loss;
} = callable(lossesRegression.L1Loss);
export type L1Loss = lossesRegression.L1Loss;

/** d²/2β where |d| < β, else |d| - β/2, for the difference d of two f32 tensors of the same shape; a scalar unless `reduction` is
 *  'none'. Options in PyTorch's order: reduction ('mean'), beta (1). Throws in `forward` if the shapes differ. */
export const SmoothL1Loss: {
  /** d²/2β where |d| < β, else |d| - β/2, for the difference d of two f32 tensors of the same shape; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: reduction ('mean'), beta (1). Throws in `forward` if the shapes differ. */
  new (...more: Trailing<F.SmoothL1LossOptions, [reduction: F.Reduction, beta: number]>): lossesRegression.SmoothL1Loss;
  /** d²/2β where |d| < β, else |d| - β/2, for the difference d of two f32 tensors of the same shape; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: reduction ('mean'), beta (1). Throws in `forward` if the shapes differ. */
  (...more: Trailing<F.SmoothL1LossOptions, [reduction: F.Reduction, beta: number]>): lossesRegression.SmoothL1Loss;
} = callable(lossesRegression.SmoothL1Loss);
export type SmoothL1Loss = lossesRegression.SmoothL1Loss;

/** d²/2 where |d| ≤ δ, else δ·(|d| - δ/2), for the difference d of two f32 tensors of the same shape; a scalar unless `reduction`
 *  is 'none'. Options in PyTorch's order: reduction ('mean'), delta (1). Throws in `forward` if the shapes differ. */
export const HuberLoss: {
  /** d²/2 where |d| ≤ δ, else δ·(|d| - δ/2), for the difference d of two f32 tensors of the same shape; a scalar unless `reduction`
   *  is 'none'. Options in PyTorch's order: reduction ('mean'), delta (1). Throws in `forward` if the shapes differ. */
  new (...more: Trailing<F.HuberLossOptions, [reduction: F.Reduction, delta: number]>): lossesRegression.HuberLoss;
  /** d²/2 where |d| ≤ δ, else δ·(|d| - δ/2), for the difference d of two f32 tensors of the same shape; a scalar unless `reduction`
   *  is 'none'. Options in PyTorch's order: reduction ('mean'), delta (1). Throws in `forward` if the shapes differ. */
  (...more: Trailing<F.HuberLossOptions, [reduction: F.Reduction, delta: number]>): lossesRegression.HuberLoss;
} = callable(lossesRegression.HuberLoss);
export type HuberLoss = lossesRegression.HuberLoss;

/** target·(log target - input): the divergence of the distributions `target` from those with the logarithms `input`, of the same
 *  shape, both f32; a scalar unless `reduction` is 'none'. Options in PyTorch's order: reduction ('mean', over all elements;
 *  'batchmean' gives the divergence for each sample), logTarget (false). Throws in `forward` if the shapes differ. */
export const KLDivLoss: {
  /** target·(log target - input): the divergence of the distributions `target` from those with the logarithms `input`, of the same
   *  shape, both f32; a scalar unless `reduction` is 'none'. Options in PyTorch's order: reduction ('mean', over all elements;
   *  'batchmean' gives the divergence for each sample), logTarget (false). Throws in `forward` if the shapes differ. */
  new (
    ...more: Trailing<F.KLDivLossOptions, [reduction: F.Reduction | 'batchmean', logTarget: boolean]>
  ): lossesRegression.KLDivLoss;
  /** target·(log target - input): the divergence of the distributions `target` from those with the logarithms `input`, of the same
   *  shape, both f32; a scalar unless `reduction` is 'none'. Options in PyTorch's order: reduction ('mean', over all elements;
   *  'batchmean' gives the divergence for each sample), logTarget (false). Throws in `forward` if the shapes differ. */
  (
    ...more: Trailing<F.KLDivLossOptions, [reduction: F.Reduction | 'batchmean', logTarget: boolean]>
  ): lossesRegression.KLDivLoss;
} = callable(lossesRegression.KLDivLoss);
export type KLDivLoss = lossesRegression.KLDivLoss;

/** e^input - target·input, for counts of the Poisson distribution with the logarithmic rate `input`, of the same shape; a scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: logInput (true), full (false), eps (1e-8), reduction ('mean').
 *  Throws in `forward` if the shapes differ. */
export const PoissonNLLLoss: {
  /** e^input - target·input, for counts of the Poisson distribution with the logarithmic rate `input`, of the same shape; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: logInput (true), full (false), eps (1e-8), reduction ('mean').
   *  Throws in `forward` if the shapes differ. */
  new (
    ...more: Trailing<F.PoissonNLLLossOptions, [logInput: boolean, full: boolean, eps: number, reduction: F.Reduction]>
  ): lossesRegression.PoissonNLLLoss;
  /** e^input - target·input, for counts of the Poisson distribution with the logarithmic rate `input`, of the same shape; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: logInput (true), full (false), eps (1e-8), reduction ('mean').
   *  Throws in `forward` if the shapes differ. */
  (
    ...more: Trailing<F.PoissonNLLLossOptions, [logInput: boolean, full: boolean, eps: number, reduction: F.Reduction]>
  ): lossesRegression.PoissonNLLLoss;
} = callable(lossesRegression.PoissonNLLLoss);
export type PoissonNLLLoss = lossesRegression.PoissonNLLLoss;

/** (log v + (input - target)²/v)/2, for the normal distribution with the mean `input` and the variance v; a scalar unless
 *  `reduction` is 'none'. A net returns both: with nll = nn.GaussianNLLLoss(), write
 *  `loss: (mean, variance, y) => nll(mean, y, variance)`. Options in this order: full (false), eps (1e-6),
 *  reduction ('mean'). Throws in `forward` if the shapes do not fit. */
export const GaussianNLLLoss: {
  /** (log v + (input - target)²/v)/2, for the normal distribution with the mean `input` and the variance v; a scalar unless
   *  `reduction` is 'none'. A net returns both: with nll = nn.GaussianNLLLoss(), write
   *  `loss: (mean, variance, y) => nll(mean, y, variance)`. Options in this order: full (false), eps (1e-6),
   *  reduction ('mean'). Throws in `forward` if the shapes do not fit. */
  new (
    ...more: Trailing<F.GaussianNLLLossOptions, [full: boolean, eps: number, reduction: F.Reduction]>
  ): lossesRegression.GaussianNLLLoss;
  /** (log v + (input - target)²/v)/2, for the normal distribution with the mean `input` and the variance v; a scalar unless
   *  `reduction` is 'none'. A net returns both: with nll = nn.GaussianNLLLoss(), write
   *  `loss: (mean, variance, y) => nll(mean, y, variance)`. Options in this order: full (false), eps (1e-6),
   *  reduction ('mean'). Throws in `forward` if the shapes do not fit. */
  (
    ...more: Trailing<F.GaussianNLLLossOptions, [full: boolean, eps: number, reduction: F.Reduction]>
  ): lossesRegression.GaussianNLLLoss;
} = callable(lossesRegression.GaussianNLLLoss);
export type GaussianNLLLoss = lossesRegression.GaussianNLLLoss;

/** (x - mean) / √(variance + eps)·weight + bias over the last dimensions, which must be `normalizedShape`, one number or
 *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` have
 *  that shape. Throws for extents below 0, and in `forward` if the input does not end in that shape. */
export const LayerNorm: {
  /** (x - mean) / √(variance + eps)·weight + bias over the last dimensions, which must be `normalizedShape`, one number or
   *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` have
   *  that shape. Throws for extents below 0, and in `forward` if the input does not end in that shape. */
  new (
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ): norm.LayerNorm;
  /** (x - mean) / √(variance + eps)·weight + bias over the last dimensions, which must be `normalizedShape`, one number or
   *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` have
   *  that shape. Throws for extents below 0, and in `forward` if the input does not end in that shape. */
  (
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ): norm.LayerNorm;
} = callable(norm.LayerNorm);
export type LayerNorm = norm.LayerNorm;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C] or [N,C,L]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm1d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export const BatchNorm1d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C] or [N,C,L]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm1d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm1d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C] or [N,C,L]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm1d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm1d;
} = callable(norm.BatchNorm1d);
export type BatchNorm1d = norm.BatchNorm1d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm2d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export const BatchNorm2d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm2d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm2d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm2d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm2d;
} = callable(norm.BatchNorm2d);
export type BatchNorm2d = norm.BatchNorm2d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm3d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export const BatchNorm3d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm3d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm3d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W]: in training by mean and biased variance of the batch, over
   *  all but the channels, in evaluation by the running ones: `nn.BatchNorm3d(6)`. Options in PyTorch's order: eps (1e-5),
   *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
   *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
   *  other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.BatchNorm3d;
} = callable(norm.BatchNorm3d);
export type BatchNorm3d = norm.BatchNorm3d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,L], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm1d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export const InstanceNorm1d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,L], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm1d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm1d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,L], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm1d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm1d;
} = callable(norm.InstanceNorm1d);
export type InstanceNorm1d = norm.InstanceNorm1d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm2d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export const InstanceNorm2d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm2d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm2d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm2d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm2d;
} = callable(norm.InstanceNorm2d);
export type InstanceNorm2d = norm.InstanceNorm2d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm3d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export const InstanceNorm3d: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm3d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  new (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm3d;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W], by mean and biased variance of each sample and channel:
   *  `nn.InstanceNorm3d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
   *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
  (numFeatures: number, ...more: BatchNormArguments): norm.InstanceNorm3d;
} = callable(norm.InstanceNorm3d);
export type InstanceNorm3d = norm.InstanceNorm3d;

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,…], by mean and biased variance of each sample and each of
 *  `numGroups` groups of channels: `nn.GroupNorm(3, 6)`. Options in PyTorch's order: eps (1e-5), affine (true). Throws if the
 *  groups do not divide the channels, and in `forward` for another number of channels. */
export const GroupNorm: {
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,…], by mean and biased variance of each sample and each of
   *  `numGroups` groups of channels: `nn.GroupNorm(3, 6)`. Options in PyTorch's order: eps (1e-5), affine (true). Throws if the
   *  groups do not divide the channels, and in `forward` for another number of channels. */
  new (
    numGroups: number,
    numChannels: number,
    ...more: Trailing<GroupNormOptions, [eps: number, affine: boolean]>
  ): norm.GroupNorm;
  /** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,…], by mean and biased variance of each sample and each of
   *  `numGroups` groups of channels: `nn.GroupNorm(3, 6)`. Options in PyTorch's order: eps (1e-5), affine (true). Throws if the
   *  groups do not divide the channels, and in `forward` for another number of channels. */
  (
    numGroups: number,
    numChannels: number,
    ...more: Trailing<GroupNormOptions, [eps: number, affine: boolean]>
  ): norm.GroupNorm;
} = callable(norm.GroupNorm);
export type GroupNorm = norm.GroupNorm;

/** x / √(mean of x² + eps)·weight over the last dimensions, which must be `normalizedShape`, one number or several:
 *  `nn.RMSNorm(128)`. Options in PyTorch's order: eps (null, for 2^-23), elementwiseAffine (true). Throws for extents below 0,
 *  and in `forward` if the input does not end in that shape. */
export const RMSNorm: {
  /** x / √(mean of x² + eps)·weight over the last dimensions, which must be `normalizedShape`, one number or several:
   *  `nn.RMSNorm(128)`. Options in PyTorch's order: eps (null, for 2^-23), elementwiseAffine (true). Throws for extents below 0,
   *  and in `forward` if the input does not end in that shape. */
  new (
    normalizedShape: number | readonly number[],
    ...more: Trailing<RMSNormOptions, [eps: number | null, elementwiseAffine: boolean]>
  ): norm.RMSNorm;
  /** x / √(mean of x² + eps)·weight over the last dimensions, which must be `normalizedShape`, one number or several:
   *  `nn.RMSNorm(128)`. Options in PyTorch's order: eps (null, for 2^-23), elementwiseAffine (true). Throws for extents below 0,
   *  and in `forward` if the input does not end in that shape. */
  (
    normalizedShape: number | readonly number[],
    ...more: Trailing<RMSNormOptions, [eps: number | null, elementwiseAffine: boolean]>
  ): norm.RMSNorm;
} = callable(norm.RMSNorm);
export type RMSNorm = norm.RMSNorm;

/** Padding of sequences [N,C,L] by what is beside the edge, mirrored there: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export const ReflectionPad1d: {
  /** Padding of sequences [N,C,L] by what is beside the edge, mirrored there: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReflectionPad1d;
  /** Padding of sequences [N,C,L] by what is beside the edge, mirrored there: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReflectionPad1d;
} = callable(padding.ReflectionPad1d);
export type ReflectionPad1d = padding.ReflectionPad1d;

/** Padding of images [N,C,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export const ReflectionPad2d: {
  /** Padding of images [N,C,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReflectionPad2d;
  /** Padding of images [N,C,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReflectionPad2d;
} = callable(padding.ReflectionPad2d);
export type ReflectionPad2d = padding.ReflectionPad2d;

/** Padding of volumes [N,C,D,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export const ReflectionPad3d: {
  /** Padding of volumes [N,C,D,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReflectionPad3d;
  /** Padding of volumes [N,C,D,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReflectionPad3d;
} = callable(padding.ReflectionPad3d);
export type ReflectionPad3d = padding.ReflectionPad3d;

/** Padding of sequences [N,C,L] by the elements at the edge: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export const ReplicationPad1d: {
  /** Padding of sequences [N,C,L] by the elements at the edge: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReplicationPad1d;
  /** Padding of sequences [N,C,L] by the elements at the edge: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReplicationPad1d;
} = callable(padding.ReplicationPad1d);
export type ReplicationPad1d = padding.ReplicationPad1d;

/** Padding of images [N,C,H,W] by the elements at the edge: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export const ReplicationPad2d: {
  /** Padding of images [N,C,H,W] by the elements at the edge: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReplicationPad2d;
  /** Padding of images [N,C,H,W] by the elements at the edge: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReplicationPad2d;
} = callable(padding.ReplicationPad2d);
export type ReplicationPad2d = padding.ReplicationPad2d;

/** Padding of volumes [N,C,D,H,W] by the elements at the edge: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export const ReplicationPad3d: {
  /** Padding of volumes [N,C,D,H,W] by the elements at the edge: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.ReplicationPad3d;
  /** Padding of volumes [N,C,D,H,W] by the elements at the edge: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.ReplicationPad3d;
} = callable(padding.ReplicationPad3d);
export type ReplicationPad3d = padding.ReplicationPad3d;

/** Padding of sequences [N,C,L] by the elements at the other end: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export const CircularPad1d: {
  /** Padding of sequences [N,C,L] by the elements at the other end: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.CircularPad1d;
  /** Padding of sequences [N,C,L] by the elements at the other end: one amount, or [left, right].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.CircularPad1d;
} = callable(padding.CircularPad1d);
export type CircularPad1d = padding.CircularPad1d;

/** Padding of images [N,C,H,W] by the elements at the other end: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export const CircularPad2d: {
  /** Padding of images [N,C,H,W] by the elements at the other end: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.CircularPad2d;
  /** Padding of images [N,C,H,W] by the elements at the other end: one amount, or [left, right, top, bottom].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.CircularPad2d;
} = callable(padding.CircularPad2d);
export type CircularPad2d = padding.CircularPad2d;

/** Padding of volumes [N,C,D,H,W] by the elements at the other end: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export const CircularPad3d: {
  /** Padding of volumes [N,C,D,H,W] by the elements at the other end: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  new (padding: Amounts): padding.CircularPad3d;
  /** Padding of volumes [N,C,D,H,W] by the elements at the other end: one amount, or [left, right, top, bottom, front, back].
   *  Throws in `forward` for more than the input has. */
  (padding: Amounts): padding.CircularPad3d;
} = callable(padding.CircularPad3d);
export type CircularPad3d = padding.CircularPad3d;

/** Padding of sequences [N,C,L] by a number: one amount, or [left, right]; negative ones crop. */
export const ConstantPad1d: {
  /** Padding of sequences [N,C,L] by a number: one amount, or [left, right]; negative ones crop. */
  new (padding: Amounts, value: number): padding.ConstantPad1d;
  /** Padding of sequences [N,C,L] by a number: one amount, or [left, right]; negative ones crop. */
  (padding: Amounts, value: number): padding.ConstantPad1d;
} = callable(padding.ConstantPad1d);
export type ConstantPad1d = padding.ConstantPad1d;

/** Padding of images [N,C,H,W] by a number: one amount, or [left, right, top, bottom]; negative ones crop. */
export const ConstantPad2d: {
  /** Padding of images [N,C,H,W] by a number: one amount, or [left, right, top, bottom]; negative ones crop. */
  new (padding: Amounts, value: number): padding.ConstantPad2d;
  /** Padding of images [N,C,H,W] by a number: one amount, or [left, right, top, bottom]; negative ones crop. */
  (padding: Amounts, value: number): padding.ConstantPad2d;
} = callable(padding.ConstantPad2d);
export type ConstantPad2d = padding.ConstantPad2d;

/** Padding of volumes [N,C,D,H,W] by a number: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
export const ConstantPad3d: {
  /** Padding of volumes [N,C,D,H,W] by a number: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
  new (padding: Amounts, value: number): padding.ConstantPad3d;
  /** Padding of volumes [N,C,D,H,W] by a number: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
  (padding: Amounts, value: number): padding.ConstantPad3d;
} = callable(padding.ConstantPad3d);
export type ConstantPad3d = padding.ConstantPad3d;

/** Padding of sequences [N,C,L] by zeros: one amount, or [left, right]; negative ones crop. */
export const ZeroPad1d: {
  /** Padding of sequences [N,C,L] by zeros: one amount, or [left, right]; negative ones crop. */
  new (padding: Amounts): padding.ZeroPad1d;
  /** Padding of sequences [N,C,L] by zeros: one amount, or [left, right]; negative ones crop. */
  (padding: Amounts): padding.ZeroPad1d;
} = callable(padding.ZeroPad1d);
export type ZeroPad1d = padding.ZeroPad1d;

/** Padding of images [N,C,H,W] by zeros: one amount, or [left, right, top, bottom]; negative ones crop. */
export const ZeroPad2d: {
  /** Padding of images [N,C,H,W] by zeros: one amount, or [left, right, top, bottom]; negative ones crop. */
  new (padding: Amounts): padding.ZeroPad2d;
  /** Padding of images [N,C,H,W] by zeros: one amount, or [left, right, top, bottom]; negative ones crop. */
  (padding: Amounts): padding.ZeroPad2d;
} = callable(padding.ZeroPad2d);
export type ZeroPad2d = padding.ZeroPad2d;

/** Padding of volumes [N,C,D,H,W] by zeros: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
export const ZeroPad3d: {
  /** Padding of volumes [N,C,D,H,W] by zeros: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
  new (padding: Amounts): padding.ZeroPad3d;
  /** Padding of volumes [N,C,D,H,W] by zeros: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
  (padding: Amounts): padding.ZeroPad3d;
} = callable(padding.ZeroPad3d);
export type ZeroPad3d = padding.ZeroPad3d;

/** x kept within `minVal` (-1) and `maxVal` (1), element by element, of any shape. Throws unless maxVal is above minVal. */
export const Hardtanh: {
  /** x kept within `minVal` (-1) and `maxVal` (1), element by element, of any shape. Throws unless maxVal is above minVal. */
  new (...more: Trailing<HardtanhOptions, [minVal: number, maxVal: number, inplace: boolean]>): piecewise.Hardtanh;
  /** x kept within `minVal` (-1) and `maxVal` (1), element by element, of any shape. Throws unless maxVal is above minVal. */
  (...more: Trailing<HardtanhOptions, [minVal: number, maxVal: number, inplace: boolean]>): piecewise.Hardtanh;
} = callable(piecewise.Hardtanh);
export type Hardtanh = piecewise.Hardtanh;

/** x kept within 0 and 6, element by element, of any shape. */
export const ReLU6: {
  /** x kept within 0 and 6, element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.ReLU6;
  /** x kept within 0 and 6, element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.ReLU6;
} = callable(piecewise.ReLU6);
export type ReLU6 = piecewise.ReLU6;

/** x + 3, kept within 0 and 6, over 6, element by element, of any shape. */
export const Hardsigmoid: {
  /** x + 3, kept within 0 and 6, over 6, element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Hardsigmoid;
  /** x + 3, kept within 0 and 6, over 6, element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Hardsigmoid;
} = callable(piecewise.Hardsigmoid);
export type Hardsigmoid = piecewise.Hardsigmoid;

/** x·hardsigmoid(x), element by element, of any shape. */
export const Hardswish: {
  /** x·hardsigmoid(x), element by element, of any shape. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Hardswish;
  /** x·hardsigmoid(x), element by element, of any shape. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Hardswish;
} = callable(piecewise.Hardswish);
export type Hardswish = piecewise.Hardswish;

/** x where it lies beyond ±`lambd` (0.5), else 0, element by element, of any shape. */
export const Hardshrink: {
  /** x where it lies beyond ±`lambd` (0.5), else 0, element by element, of any shape. */
  new (...more: Trailing<LambdOption, [lambd: number]>): piecewise.Hardshrink;
  /** x where it lies beyond ±`lambd` (0.5), else 0, element by element, of any shape. */
  (...more: Trailing<LambdOption, [lambd: number]>): piecewise.Hardshrink;
} = callable(piecewise.Hardshrink);
export type Hardshrink = piecewise.Hardshrink;

/** x moved by `lambd` (0.5), which is at least 0, towards 0, and 0 within ±lambd, element by element, of any shape. */
export const Softshrink: {
  /** x moved by `lambd` (0.5), which is at least 0, towards 0, and 0 within ±lambd, element by element, of any shape. */
  new (...more: Trailing<LambdOption, [lambd: number]>): piecewise.Softshrink;
  /** x moved by `lambd` (0.5), which is at least 0, towards 0, and 0 within ±lambd, element by element, of any shape. */
  (...more: Trailing<LambdOption, [lambd: number]>): piecewise.Softshrink;
} = callable(piecewise.Softshrink);
export type Softshrink = piecewise.Softshrink;

/** x where it is above `threshold`, else `value`, element by element, of any shape: `nn.Threshold(0.1, 20)`. */
export const Threshold: {
  /** x where it is above `threshold`, else `value`, element by element, of any shape: `nn.Threshold(0.1, 20)`. */
  new (threshold: number, value: number, ...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Threshold;
  /** x where it is above `threshold`, else `value`, element by element, of any shape: `nn.Threshold(0.1, 20)`. */
  (threshold: number, value: number, ...more: Trailing<InplaceOption, [inplace: boolean]>): piecewise.Threshold;
} = callable(piecewise.Threshold);
export type Threshold = piecewise.Threshold;

/** x where it is positive, else a slope times x, element by element. The slope is learned: `weight` has one for all elements, or
 *  one for each channel of inputs [N,C,…]. Options in PyTorch's order: numParameters (1), init (0.25). Throws in `forward` for
 *  another number of channels. */
export const PReLU: {
  /** x where it is positive, else a slope times x, element by element. The slope is learned: `weight` has one for all elements, or
   *  one for each channel of inputs [N,C,…]. Options in PyTorch's order: numParameters (1), init (0.25). Throws in `forward` for
   *  another number of channels. */
  new (...more: Trailing<PReLUOptions, [numParameters: number, init: number]>): piecewise.PReLU;
  /** x where it is positive, else a slope times x, element by element. The slope is learned: `weight` has one for all elements, or
   *  one for each channel of inputs [N,C,…]. Options in PyTorch's order: numParameters (1), init (0.25). Throws in `forward` for
   *  another number of channels. */
  (...more: Trailing<PReLUOptions, [numParameters: number, init: number]>): piecewise.PReLU;
} = callable(piecewise.PReLU);
export type PReLU = piecewise.PReLU;

/** The maximum of each window of sequences [N,C,L]: `nn.MaxPool1d(2)` halves the length. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export const MaxPool1d: {
  /** The maximum of each window of sequences [N,C,L]: `nn.MaxPool1d(2)` halves the length. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  new <R extends boolean = false>(
    kernelSize: Single,
    ...more: Trailing<
      F.MaxPoolOptions<Single, R>,
      [stride: Single | null, padding: Single, dilation: Single, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool1d<R>;
  /** The maximum of each window of sequences [N,C,L]: `nn.MaxPool1d(2)` halves the length. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  <R extends boolean = false>(
    kernelSize: Single,
    ...more: Trailing<
      F.MaxPoolOptions<Single, R>,
      [stride: Single | null, padding: Single, dilation: Single, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool1d<R>;
} = callable(pool.MaxPool1d) as never;
export type MaxPool1d<R extends boolean = false> = pool.MaxPool1d<R>;

/** The maximum of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export const MaxPool2d: {
  /** The maximum of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  new <R extends boolean = false>(
    kernelSize: Pair,
    ...more: Trailing<
      F.MaxPoolOptions<Pair, R>,
      [stride: Pair | null, padding: Pair, dilation: Pair, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool2d<R>;
  /** The maximum of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  <R extends boolean = false>(
    kernelSize: Pair,
    ...more: Trailing<
      F.MaxPoolOptions<Pair, R>,
      [stride: Pair | null, padding: Pair, dilation: Pair, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool2d<R>;
} = callable(pool.MaxPool2d) as never;
export type MaxPool2d<R extends boolean = false> = pool.MaxPool2d<R>;

/** The maximum of each window of volumes [N,C,D,H,W]: `nn.MaxPool3d(2)` halves all three extents. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export const MaxPool3d: {
  /** The maximum of each window of volumes [N,C,D,H,W]: `nn.MaxPool3d(2)` halves all three extents. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  new <R extends boolean = false>(
    kernelSize: Triple,
    ...more: Trailing<
      F.MaxPoolOptions<Triple, R>,
      [stride: Triple | null, padding: Triple, dilation: Triple, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool3d<R>;
  /** The maximum of each window of volumes [N,C,D,H,W]: `nn.MaxPool3d(2)` halves all three extents. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
   *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
   *  `forward` if the window does not fit. */
  <R extends boolean = false>(
    kernelSize: Triple,
    ...more: Trailing<
      F.MaxPoolOptions<Triple, R>,
      [stride: Triple | null, padding: Triple, dilation: Triple, returnIndices: R, ceilMode: boolean]
    >
  ): pool.MaxPool3d<R>;
} = callable(pool.MaxPool3d) as never;
export type MaxPool3d<R extends boolean = false> = pool.MaxPool3d<R>;

/** The mean of each window of sequences [N,C,L]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export const AvgPool1d: {
  /** The mean of each window of sequences [N,C,L]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  new (
    kernelSize: Single,
    ...more: Trailing<
      F.AvgPool1dOptions,
      [stride: Single | null, padding: Single, ceilMode: boolean, countIncludePad: boolean]
    >
  ): pool.AvgPool1d;
  /** The mean of each window of sequences [N,C,L]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  (
    kernelSize: Single,
    ...more: Trailing<
      F.AvgPool1dOptions,
      [stride: Single | null, padding: Single, ceilMode: boolean, countIncludePad: boolean]
    >
  ): pool.AvgPool1d;
} = callable(pool.AvgPool1d);
export type AvgPool1d = pool.AvgPool1d;

/** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export const AvgPool2d: {
  /** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  new (
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ): pool.AvgPool2d;
  /** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  (
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ): pool.AvgPool2d;
} = callable(pool.AvgPool2d);
export type AvgPool2d = pool.AvgPool2d;

/** The mean of each window of volumes [N,C,D,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export const AvgPool3d: {
  /** The mean of each window of volumes [N,C,D,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  new (
    kernelSize: Triple,
    ...more: Trailing<
      F.AvgPoolOptions<Triple>,
      [
        stride: Triple | null,
        padding: Triple,
        ceilMode: boolean,
        countIncludePad: boolean,
        divisorOverride: number | null,
      ]
    >
  ): pool.AvgPool3d;
  /** The mean of each window of volumes [N,C,D,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` if the window does not fit. */
  (
    kernelSize: Triple,
    ...more: Trailing<
      F.AvgPoolOptions<Triple>,
      [
        stride: Triple | null,
        padding: Triple,
        ceilMode: boolean,
        countIncludePad: boolean,
        divisorOverride: number | null,
      ]
    >
  ): pool.AvgPool3d;
} = callable(pool.AvgPool3d);
export type AvgPool3d = pool.AvgPool3d;

/** h = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh), step by step: `const [output, hn] = this.rnn(x)` of x [T,N,inputSize], or
 *  [N,T,inputSize] with `batchFirst`, to [T,N,hiddenSize] and the last h [layers·directions,N,hiddenSize]. A second argument is
 *  the first h. Options in PyTorch's order: numLayers (1), bias (true), batchFirst (false), dropout (0), bidirectional (false);
 *  and by name nonlinearity ('tanh' or 'relu'). Parameters have PyTorch's names, `weight_ih_l0` and so on, and are drawn from
 *  ±1/√hiddenSize. T is a number. Throws for inputs of other shapes. */
export const RNN: {
  /** h = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh), step by step: `const [output, hn] = this.rnn(x)` of x [T,N,inputSize], or
   *  [N,T,inputSize] with `batchFirst`, to [T,N,hiddenSize] and the last h [layers·directions,N,hiddenSize]. A second argument is
   *  the first h. Options in PyTorch's order: numLayers (1), bias (true), batchFirst (false), dropout (0), bidirectional (false);
   *  and by name nonlinearity ('tanh' or 'relu'). Parameters have PyTorch's names, `weight_ih_l0` and so on, and are drawn from
   *  ±1/√hiddenSize. T is a number. Throws for inputs of other shapes. */
  new (inputSize: number, hiddenSize: number, ...more: RNNArguments): recurrent.RNN;
  /** h = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh), step by step: `const [output, hn] = this.rnn(x)` of x [T,N,inputSize], or
   *  [N,T,inputSize] with `batchFirst`, to [T,N,hiddenSize] and the last h [layers·directions,N,hiddenSize]. A second argument is
   *  the first h. Options in PyTorch's order: numLayers (1), bias (true), batchFirst (false), dropout (0), bidirectional (false);
   *  and by name nonlinearity ('tanh' or 'relu'). Parameters have PyTorch's names, `weight_ih_l0` and so on, and are drawn from
   *  ±1/√hiddenSize. T is a number. Throws for inputs of other shapes. */
  (inputSize: number, hiddenSize: number, ...more: RNNArguments): recurrent.RNN;
} = callable(recurrent.RNN);
export type RNN = recurrent.RNN;

/** h = (1 - z)·n + z·h with gates r and z, and n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn)): `const [output, hn] = this.gru(x)`,
 *  shapes and options as of RNN. Parameters have PyTorch's names, with the rows of r, z and n in this order. */
export const GRU: {
  /** h = (1 - z)·n + z·h with gates r and z, and n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn)): `const [output, hn] = this.gru(x)`,
   *  shapes and options as of RNN. Parameters have PyTorch's names, with the rows of r, z and n in this order. */
  new (inputSize: number, hiddenSize: number, ...more: GRUArguments): recurrent.GRU;
  /** h = (1 - z)·n + z·h with gates r and z, and n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn)): `const [output, hn] = this.gru(x)`,
   *  shapes and options as of RNN. Parameters have PyTorch's names, with the rows of r, z and n in this order. */
  (inputSize: number, hiddenSize: number, ...more: GRUArguments): recurrent.GRU;
} = callable(recurrent.GRU);
export type GRU = recurrent.GRU;

/** c = f·c + i·g and h = o·tanh(c), with gates i, f, g and o of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh: `const [output, [hn, cn]] =
 *  this.lstm(x)`, shapes and options as of RNN. A second argument, `[h0, c0]`, is the first state. `projSize` above 0 makes h
 *  smaller by a product with `weight_hr_l0`. Parameters have PyTorch's names, with the rows of i, f, g and o in this order. */
export const LSTM: {
  /** c = f·c + i·g and h = o·tanh(c), with gates i, f, g and o of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh: `const [output, [hn, cn]] =
   *  this.lstm(x)`, shapes and options as of RNN. A second argument, `[h0, c0]`, is the first state. `projSize` above 0 makes h
   *  smaller by a product with `weight_hr_l0`. Parameters have PyTorch's names, with the rows of i, f, g and o in this order. */
  new (inputSize: number, hiddenSize: number, ...more: LSTMArguments): recurrent.LSTM;
  /** c = f·c + i·g and h = o·tanh(c), with gates i, f, g and o of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh: `const [output, [hn, cn]] =
   *  this.lstm(x)`, shapes and options as of RNN. A second argument, `[h0, c0]`, is the first state. `projSize` above 0 makes h
   *  smaller by a product with `weight_hr_l0`. Parameters have PyTorch's names, with the rows of i, f, g and o in this order. */
  (inputSize: number, hiddenSize: number, ...more: LSTMArguments): recurrent.LSTM;
} = callable(recurrent.LSTM);
export type LSTM = recurrent.LSTM;

/** One step of an RNN: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
export const RNNCell: {
  /** One step of an RNN: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
  new (
    inputSize: number,
    hiddenSize: number,
    ...more: Trailing<RNNCellOptions, [bias: boolean, nonlinearity: 'tanh' | 'relu']>
  ): recurrentCells.RNNCell;
  /** One step of an RNN: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
  (
    inputSize: number,
    hiddenSize: number,
    ...more: Trailing<RNNCellOptions, [bias: boolean, nonlinearity: 'tanh' | 'relu']>
  ): recurrentCells.RNNCell;
} = callable(recurrentCells.RNNCell);
export type RNNCell = recurrentCells.RNNCell;

/** One step of a GRU: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
export const GRUCell: {
  /** One step of a GRU: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
  new (inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>): recurrentCells.GRUCell;
  /** One step of a GRU: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
  (inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>): recurrentCells.GRUCell;
} = callable(recurrentCells.GRUCell);
export type GRUCell = recurrentCells.GRUCell;

/** One step of an LSTM: `const [h, c] = this.cell(x, [h, c])` of x [N,inputSize], h and c [N,hiddenSize], zeros where they are
 *  left out. */
export const LSTMCell: {
  /** One step of an LSTM: `const [h, c] = this.cell(x, [h, c])` of x [N,inputSize], h and c [N,hiddenSize], zeros where they are
   *  left out. */
  new (inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>): recurrentCells.LSTMCell;
  /** One step of an LSTM: `const [h, c] = this.cell(x, [h, c])` of x [N,inputSize], h and c [N,hiddenSize], zeros where they are
   *  left out. */
  (inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>): recurrentCells.LSTMCell;
} = callable(recurrentCells.LSTMCell);
export type LSTMCell = recurrentCells.LSTMCell;

/** Sequences, images or volumes with other extents: `nn.Upsample({ scaleFactor: 2 })`. Options in PyTorch's order: size,
 *  scaleFactor, mode ('nearest'), alignCorners (false), recomputeScaleFactor (false). Throws in `forward` without a size or a
 *  factor, and for a mode of another number of dimensions. */
export const Upsample: {
  /** Sequences, images or volumes with other extents: `nn.Upsample({ scaleFactor: 2 })`. Options in PyTorch's order: size,
   *  scaleFactor, mode ('nearest'), alignCorners (false), recomputeScaleFactor (false). Throws in `forward` without a size or a
   *  factor, and for a mode of another number of dimensions. */
  new (
    ...more: Trailing<
      F.InterpolateOptions,
      [
        size: Sizes | null,
        scaleFactor: Sizes | null,
        mode: F.InterpolationMode,
        alignCorners: boolean | null,
        recomputeScaleFactor: boolean | null,
      ]
    >
  ): resize.Upsample;
  /** Sequences, images or volumes with other extents: `nn.Upsample({ scaleFactor: 2 })`. Options in PyTorch's order: size,
   *  scaleFactor, mode ('nearest'), alignCorners (false), recomputeScaleFactor (false). Throws in `forward` without a size or a
   *  factor, and for a mode of another number of dimensions. */
  (
    ...more: Trailing<
      F.InterpolateOptions,
      [
        size: Sizes | null,
        scaleFactor: Sizes | null,
        mode: F.InterpolationMode,
        alignCorners: boolean | null,
        recomputeScaleFactor: boolean | null,
      ]
    >
  ): resize.Upsample;
} = callable(resize.Upsample);
export type Upsample = resize.Upsample;

/** Images with other extents, by the nearest pixel. Options in PyTorch's order: size, scaleFactor. Throws in `forward` without
 *  either. */
export const UpsamplingNearest2d: {
  /** Images with other extents, by the nearest pixel. Options in PyTorch's order: size, scaleFactor. Throws in `forward` without
   *  either. */
  new (
    ...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>
  ): resize.UpsamplingNearest2d;
  /** Images with other extents, by the nearest pixel. Options in PyTorch's order: size, scaleFactor. Throws in `forward` without
   *  either. */
  (...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>): resize.UpsamplingNearest2d;
} = callable(resize.UpsamplingNearest2d);
export type UpsamplingNearest2d = resize.UpsamplingNearest2d;

/** Images with other extents, by interpolation between pixels, with the corner pixels kept in place. Options in
 *  PyTorch's order: size, scaleFactor. Throws in `forward` without either. */
export const UpsamplingBilinear2d: {
  /** Images with other extents, by interpolation between pixels, with the corner pixels kept in place. Options in
   *  PyTorch's order: size, scaleFactor. Throws in `forward` without either. */
  new (
    ...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>
  ): resize.UpsamplingBilinear2d;
  /** Images with other extents, by interpolation between pixels, with the corner pixels kept in place. Options in
   *  PyTorch's order: size, scaleFactor. Throws in `forward` without either. */
  (...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>): resize.UpsamplingBilinear2d;
} = callable(resize.UpsamplingBilinear2d);
export type UpsamplingBilinear2d = resize.UpsamplingBilinear2d;

/** Channels spread over pixels: […, C·r², H, W] to […, C, H·r, W·r], r = `upscaleFactor`. Throws in `forward` if r² does not
 *  divide the channels. */
export const PixelShuffle: {
  /** Channels spread over pixels: […, C·r², H, W] to […, C, H·r, W·r], r = `upscaleFactor`. Throws in `forward` if r² does not
   *  divide the channels. */
  new (upscaleFactor: number): resize.PixelShuffle;
  /** Channels spread over pixels: […, C·r², H, W] to […, C, H·r, W·r], r = `upscaleFactor`. Throws in `forward` if r² does not
   *  divide the channels. */
  (upscaleFactor: number): resize.PixelShuffle;
} = callable(resize.PixelShuffle);
export type PixelShuffle = resize.PixelShuffle;

/** Pixels gathered into channels: […, C, H·r, W·r] to […, C·r², H, W], r = `downscaleFactor`. Throws in `forward` if r does not
 *  divide height and width. */
export const PixelUnshuffle: {
  /** Pixels gathered into channels: […, C, H·r, W·r] to […, C·r², H, W], r = `downscaleFactor`. Throws in `forward` if r does not
   *  divide height and width. */
  new (downscaleFactor: number): resize.PixelUnshuffle;
  /** Pixels gathered into channels: […, C, H·r, W·r] to […, C·r², H, W], r = `downscaleFactor`. Throws in `forward` if r does not
   *  divide height and width. */
  (downscaleFactor: number): resize.PixelUnshuffle;
} = callable(resize.PixelUnshuffle);
export type PixelUnshuffle = resize.PixelUnshuffle;

/** The channels of [N,C,…] in another order: those of each group are spread over all. Throws in `forward` if the groups do not
 *  divide the channels. */
export const ChannelShuffle: {
  /** The channels of [N,C,…] in another order: those of each group are spread over all. Throws in `forward` if the groups do not
   *  divide the channels. */
  new (groups: number): resize.ChannelShuffle;
  /** The channels of [N,C,…] in another order: those of each group are spread over all. Throws in `forward` if the groups do not
   *  divide the channels. */
  (groups: number): resize.ChannelShuffle;
} = callable(resize.ChannelShuffle);
export type ChannelShuffle = resize.ChannelShuffle;

/** Joins the dimensions from `startDim` (1, which keeps the batch) to `endDim` (-1, the last): [N,16,5,5] to [N,400]. Throws
 *  in `forward` if the input has no such dimensions. */
export const Flatten: {
  /** Joins the dimensions from `startDim` (1, which keeps the batch) to `endDim` (-1, the last): [N,16,5,5] to [N,400]. Throws
   *  in `forward` if the input has no such dimensions. */
  new (...more: Trailing<FlattenOptions, [startDim: number, endDim: number]>): shape.Flatten;
  /** Joins the dimensions from `startDim` (1, which keeps the batch) to `endDim` (-1, the last): [N,16,5,5] to [N,400]. Throws
   *  in `forward` if the input has no such dimensions. */
  (...more: Trailing<FlattenOptions, [startDim: number, endDim: number]>): shape.Flatten;
} = callable(shape.Flatten);
export type Flatten = shape.Flatten;

/** Returns its input, of any shape. As in PyTorch, it takes any arguments and ignores them. */
export const Identity: {
  /** Returns its input, of any shape. As in PyTorch, it takes any arguments and ignores them. */
  new (...any: unknown[]): shape.Identity;
  /** Returns its input, of any shape. As in PyTorch, it takes any arguments and ignores them. */
  (...any: unknown[]): shape.Identity;
} = callable(shape.Identity);
export type Identity = shape.Identity;

/** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
 *  `forward` if the input has no such dimension. */
export const Softmax: {
  /** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
   *  `forward` if the input has no such dimension. */
  new (...more: Trailing<DimOption, [dim: number]>): softmax.Softmax;
  /** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
   *  `forward` if the input has no such dimension. */
  (...more: Trailing<DimOption, [dim: number]>): softmax.Softmax;
} = callable(softmax.Softmax);
export type Softmax = softmax.Softmax;

/** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` if the
 *  input has no such dimension. */
export const LogSoftmax: {
  /** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` if the
   *  input has no such dimension. */
  new (...more: Trailing<DimOption, [dim: number]>): softmax.LogSoftmax;
  /** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` if the
   *  input has no such dimension. */
  (...more: Trailing<DimOption, [dim: number]>): softmax.LogSoftmax;
} = callable(softmax.LogSoftmax);
export type LogSoftmax = softmax.LogSoftmax;

/** Softmax of -x along `dim`, which must be given: `nn.Softmin(1)`. Of any shape; throws in `forward` if the input has no such
 *  dimension. */
export const Softmin: {
  /** Softmax of -x along `dim`, which must be given: `nn.Softmin(1)`. Of any shape; throws in `forward` if the input has no such
   *  dimension. */
  new (...more: Trailing<DimOption, [dim: number]>): softmax.Softmin;
  /** Softmax of -x along `dim`, which must be given: `nn.Softmin(1)`. Of any shape; throws in `forward` if the input has no such
   *  dimension. */
  (...more: Trailing<DimOption, [dim: number]>): softmax.Softmin;
} = callable(softmax.Softmin);
export type Softmin = softmax.Softmin;

/** Softmax over the channels of images [N,C,H,W] or [C,H,W], for each pixel. Throws in `forward` for inputs of other shapes. */
export const Softmax2d: {
  /** Softmax over the channels of images [N,C,H,W] or [C,H,W], for each pixel. Throws in `forward` for inputs of other shapes. */
  new (): softmax.Softmax2d;
  /** Softmax over the channels of images [N,C,H,W] or [C,H,W], for each pixel. Throws in `forward` for inputs of other shapes. */
  (): softmax.Softmax2d;
} = callable(softmax.Softmax2d);
export type Softmax2d = softmax.Softmax2d;

/** The first half of the input along `dim` (-1) times the sigmoid of the second, of any shape. Throws in `forward` if the extent
 *  is odd. */
export const GLU: {
  /** The first half of the input along `dim` (-1) times the sigmoid of the second, of any shape. Throws in `forward` if the extent
   *  is odd. */
  new (...more: Trailing<GLUOptions, [dim: number]>): softmax.GLU;
  /** The first half of the input along `dim` (-1) times the sigmoid of the second, of any shape. Throws in `forward` if the extent
   *  is odd. */
  (...more: Trailing<GLUOptions, [dim: number]>): softmax.GLU;
} = callable(softmax.GLU);
export type GLU = softmax.GLU;

/** An encoder of one sequence and a decoder of another: `this.transformer(src, tgt)` of [S,N,dModel] and [T,N,dModel], or with the
 *  batch first with `batchFirst`, or without it, to the shape of `tgt`. Options in PyTorch's order: dModel (512), nhead (8),
 *  numEncoderLayers (6), numDecoderLayers (6), dimFeedforward (2048), dropout (0.1), activation ('relu'), customEncoder (null),
 *  customDecoder (null), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask, tgtMask, memoryMask,
 *  srcKeyPaddingMask, tgtKeyPaddingMask and memoryKeyPaddingMask. Matrices are drawn from ±√(6/(in + out)). */
export const Transformer: {
  /** An encoder of one sequence and a decoder of another: `this.transformer(src, tgt)` of [S,N,dModel] and [T,N,dModel], or with the
   *  batch first with `batchFirst`, or without it, to the shape of `tgt`. Options in PyTorch's order: dModel (512), nhead (8),
   *  numEncoderLayers (6), numDecoderLayers (6), dimFeedforward (2048), dropout (0.1), activation ('relu'), customEncoder (null),
   *  customDecoder (null), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask, tgtMask, memoryMask,
   *  srcKeyPaddingMask, tgtKeyPaddingMask and memoryKeyPaddingMask. Matrices are drawn from ±√(6/(in + out)). */
  new (...more: TransformerArguments): transformer.Transformer;
  /** An encoder of one sequence and a decoder of another: `this.transformer(src, tgt)` of [S,N,dModel] and [T,N,dModel], or with the
   *  batch first with `batchFirst`, or without it, to the shape of `tgt`. Options in PyTorch's order: dModel (512), nhead (8),
   *  numEncoderLayers (6), numDecoderLayers (6), dimFeedforward (2048), dropout (0.1), activation ('relu'), customEncoder (null),
   *  customDecoder (null), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask, tgtMask, memoryMask,
   *  srcKeyPaddingMask, tgtKeyPaddingMask and memoryKeyPaddingMask. Matrices are drawn from ±√(6/(in + out)). */
  (...more: TransformerArguments): transformer.Transformer;
  generateSquareSubsequentMask: typeof transformer.Transformer.generateSquareSubsequentMask;
} = callable(transformer.Transformer);
export type Transformer = transformer.Transformer;

/** As nn.TransformerEncoderLayer, with attention to `memory` [S,N,dModel] in between: `this.decoder(tgt, memory)`, of the shape of
 *  `tgt`. A call also takes tgtMask, memoryMask, tgtKeyPaddingMask and memoryKeyPaddingMask. */
export const TransformerDecoderLayer: {
  /** As nn.TransformerEncoderLayer, with attention to `memory` [S,N,dModel] in between: `this.decoder(tgt, memory)`, of the shape of
   *  `tgt`. A call also takes tgtMask, memoryMask, tgtKeyPaddingMask and memoryKeyPaddingMask. */
  new (dModel: number, nhead: number, ...more: TransformerLayerArguments): transformerDecoder.TransformerDecoderLayer;
  /** As nn.TransformerEncoderLayer, with attention to `memory` [S,N,dModel] in between: `this.decoder(tgt, memory)`, of the shape of
   *  `tgt`. A call also takes tgtMask, memoryMask, tgtKeyPaddingMask and memoryKeyPaddingMask. */
  (dModel: number, nhead: number, ...more: TransformerLayerArguments): transformerDecoder.TransformerDecoderLayer;
} = callable(transformerDecoder.TransformerDecoderLayer);
export type TransformerDecoderLayer = transformerDecoder.TransformerDecoderLayer;

/** `numLayers` copies of a layer one after another, each with the same memory, and then `norm` if there is one:
 *  `nn.TransformerDecoder(nn.TransformerDecoderLayer(512, 8), 6)`, called as the layer is. */
export const TransformerDecoder: {
  /** `numLayers` copies of a layer one after another, each with the same memory, and then `norm` if there is one:
   *  `nn.TransformerDecoder(nn.TransformerDecoderLayer(512, 8), 6)`, called as the layer is. */
  new (
    decoderLayer: Module,
    numLayers: number,
    ...more: Trailing<NormOption, [norm: Module | null]>
  ): transformerDecoder.TransformerDecoder;
  /** `numLayers` copies of a layer one after another, each with the same memory, and then `norm` if there is one:
   *  `nn.TransformerDecoder(nn.TransformerDecoderLayer(512, 8), 6)`, called as the layer is. */
  (
    decoderLayer: Module,
    numLayers: number,
    ...more: Trailing<NormOption, [norm: Module | null]>
  ): transformerDecoder.TransformerDecoder;
} = callable(transformerDecoder.TransformerDecoder);
export type TransformerDecoder = transformerDecoder.TransformerDecoder;

/** Attention of a sequence to itself and two linear layers, each added to its input and normalised: [T,N,dModel] to the same
 *  shape, or [N,T,dModel] with `batchFirst`, or without N. Options in PyTorch's order: dimFeedforward (2048), dropout (0.1),
 *  activation ('relu'), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask and
 *  srcKeyPaddingMask, the attnMask and keyPaddingMask of nn.MultiheadAttention. Throws unless dModel is a multiple of nhead. */
export const TransformerEncoderLayer: {
  /** Attention of a sequence to itself and two linear layers, each added to its input and normalised: [T,N,dModel] to the same
   *  shape, or [N,T,dModel] with `batchFirst`, or without N. Options in PyTorch's order: dimFeedforward (2048), dropout (0.1),
   *  activation ('relu'), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask and
   *  srcKeyPaddingMask, the attnMask and keyPaddingMask of nn.MultiheadAttention. Throws unless dModel is a multiple of nhead. */
  new (dModel: number, nhead: number, ...more: TransformerLayerArguments): transformerEncoder.TransformerEncoderLayer;
  /** Attention of a sequence to itself and two linear layers, each added to its input and normalised: [T,N,dModel] to the same
   *  shape, or [N,T,dModel] with `batchFirst`, or without N. Options in PyTorch's order: dimFeedforward (2048), dropout (0.1),
   *  activation ('relu'), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask and
   *  srcKeyPaddingMask, the attnMask and keyPaddingMask of nn.MultiheadAttention. Throws unless dModel is a multiple of nhead. */
  (dModel: number, nhead: number, ...more: TransformerLayerArguments): transformerEncoder.TransformerEncoderLayer;
} = callable(transformerEncoder.TransformerEncoderLayer);
export type TransformerEncoderLayer = transformerEncoder.TransformerEncoderLayer;

/** `numLayers` copies of a layer one after another, which begin with the same values, and then `norm` if there is one:
 *  `nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8), 6)`. A call also takes mask and srcKeyPaddingMask, for every
 *  layer. What comes out at padded positions is not 0, as it is where PyTorch evaluates layers with nested tensors. */
export const TransformerEncoder: {
  /** `numLayers` copies of a layer one after another, which begin with the same values, and then `norm` if there is one:
   *  `nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8), 6)`. A call also takes mask and srcKeyPaddingMask, for every
   *  layer. What comes out at padded positions is not 0, as it is where PyTorch evaluates layers with nested tensors. */
  new (
    encoderLayer: Module,
    numLayers: number,
    ...more: Trailing<NormOption, [norm: Module | null]>
  ): transformerEncoder.TransformerEncoder;
  /** `numLayers` copies of a layer one after another, which begin with the same values, and then `norm` if there is one:
   *  `nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8), 6)`. A call also takes mask and srcKeyPaddingMask, for every
   *  layer. What comes out at padded positions is not 0, as it is where PyTorch evaluates layers with nested tensors. */
  (
    encoderLayer: Module,
    numLayers: number,
    ...more: Trailing<NormOption, [norm: Module | null]>
  ): transformerEncoder.TransformerEncoder;
} = callable(transformerEncoder.TransformerEncoder);
export type TransformerEncoder = transformerEncoder.TransformerEncoder;

/** The elements of an input [N,C,L] at their index in sequences, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool1d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export const MaxUnpool1d: {
  /** The elements of an input [N,C,L] at their index in sequences, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool1d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  new (
    kernelSize: Single,
    ...more: Trailing<MaxUnpoolLayerOptions<Single>, [stride: Single | null, padding: Single]>
  ): unpool.MaxUnpool1d;
  /** The elements of an input [N,C,L] at their index in sequences, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool1d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  (
    kernelSize: Single,
    ...more: Trailing<MaxUnpoolLayerOptions<Single>, [stride: Single | null, padding: Single]>
  ): unpool.MaxUnpool1d;
} = callable(unpool.MaxUnpool1d);
export type MaxUnpool1d = unpool.MaxUnpool1d;

/** The elements of an input [N,C,H,W] at their index in images, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool2d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export const MaxUnpool2d: {
  /** The elements of an input [N,C,H,W] at their index in images, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool2d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  new (
    kernelSize: Pair,
    ...more: Trailing<MaxUnpoolLayerOptions<Pair>, [stride: Pair | null, padding: Pair]>
  ): unpool.MaxUnpool2d;
  /** The elements of an input [N,C,H,W] at their index in images, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool2d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  (
    kernelSize: Pair,
    ...more: Trailing<MaxUnpoolLayerOptions<Pair>, [stride: Pair | null, padding: Pair]>
  ): unpool.MaxUnpool2d;
} = callable(unpool.MaxUnpool2d);
export type MaxUnpool2d = unpool.MaxUnpool2d;

/** The elements of an input [N,C,D,H,W] at their index in volumes, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool3d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export const MaxUnpool3d: {
  /** The elements of an input [N,C,D,H,W] at their index in volumes, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool3d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  new (
    kernelSize: Triple,
    ...more: Trailing<MaxUnpoolLayerOptions<Triple>, [stride: Triple | null, padding: Triple]>
  ): unpool.MaxUnpool3d;
  /** The elements of an input [N,C,D,H,W] at their index in volumes, zeros elsewhere: `forward(x, indices)` is the reverse of
   *  `nn.MaxPool3d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
   *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
  (
    kernelSize: Triple,
    ...more: Trailing<MaxUnpoolLayerOptions<Triple>, [stride: Triple | null, padding: Triple]>
  ): unpool.MaxUnpool3d;
} = callable(unpool.MaxUnpool3d);
export type MaxUnpool3d = unpool.MaxUnpool3d;
