/** torch.nn. Layers are made with or without `new`: `nn.Conv2d(1, 6, 5)`. Written by scripts/nn-index.mjs from the classes beside
 *  it: `npm run docs` after a change of their comments or arguments. */

import type * as F from '../functional/index.ts';
import type { Trailing } from '../options.ts';
import type { Pair } from '../pair.ts';
import { callable } from './callable.ts';
import * as containers from './containers.ts';
import type {
  Conv2dOptions,
  DimOption,
  FlattenOptions,
  GELUOptions,
  InplaceOption,
  LayerNormOptions,
  LeakyReLUOptions,
  LinearOptions,
} from './layers.ts';
import * as layers from './layers.ts';
import type { BCEWithLogitsLossOptions, CrossEntropyLossOptions, Factors, NLLLossOptions } from './losses.ts';
import * as losses from './losses.ts';
import type { Module } from './module.ts';
import * as parameter from './parameter.ts';

export { Module } from './module.ts';

/** A tensor that training changes: f32 of `shape`, `data` its initial values, one for all or as many as it has elements; zeros
 *  unless given. Throws for a shape that is not of whole numbers, and for another number of values. */
export const Parameter: {
  /** A tensor that training changes: f32 of `shape`, `data` its initial values, one for all or as many as it has elements; zeros
   *  unless given. Throws for a shape that is not of whole numbers, and for another number of values. */
  new (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Parameter;
  /** A tensor that training changes: f32 of `shape`, `data` its initial values, one for all or as many as it has elements; zeros
   *  unless given. Throws for a shape that is not of whole numbers, and for another number of values. */
  (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Parameter;
} = callable(parameter.Parameter);
export type Parameter = parameter.Parameter;

/** A tensor that a model needs and training does not change, such as the class weights of a loss: f32 of `shape`, `data` its
 *  values, one for all or as many as it has elements; zeros unless given. Throws as a Parameter does. */
export const Buffer: {
  /** A tensor that a model needs and training does not change, such as the class weights of a loss: f32 of `shape`, `data` its
   *  values, one for all or as many as it has elements; zeros unless given. Throws as a Parameter does. */
  new (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Buffer;
  /** A tensor that a model needs and training does not change, such as the class weights of a loss: f32 of `shape`, `data` its
   *  values, one for all or as many as it has elements; zeros unless given. Throws as a Parameter does. */
  (shape: readonly number[], data?: number | ArrayLike<number>): parameter.Buffer;
} = callable(parameter.Buffer);
export type Buffer = parameter.Buffer;

/** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
 *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
 *  order: stride (1), padding (0), dilation (1), groups (1), bias (true). `weight` [out, in/groups, KH, KW] and `bias` [out]
 *  are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
 *  `forward` where the batch is missing, the channels are others, or the kernel does not fit. */
export const Conv2d: {
  /** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
   *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
   *  order: stride (1), padding (0), dilation (1), groups (1), bias (true). `weight` [out, in/groups, KH, KW] and `bias` [out]
   *  are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
   *  `forward` where the batch is missing, the channels are others, or the kernel does not fit. */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<Conv2dOptions, [stride: Pair, padding: Pair, dilation: Pair, groups: number, bias: boolean]>
  ): layers.Conv2d;
  /** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
   *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
   *  order: stride (1), padding (0), dilation (1), groups (1), bias (true). `weight` [out, in/groups, KH, KW] and `bias` [out]
   *  are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
   *  `forward` where the batch is missing, the channels are others, or the kernel does not fit. */
  (
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<Conv2dOptions, [stride: Pair, padding: Pair, dilation: Pair, groups: number, bias: boolean]>
  ): layers.Conv2d;
} = callable(layers.Conv2d);
export type Conv2d = layers.Conv2d;

/** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
 *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` where the last dimension
 *  is another. */
export const Linear: {
  /** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
   *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` where the last dimension
   *  is another. */
  new (inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, [bias: boolean]>): layers.Linear;
  /** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
   *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` where the last dimension
   *  is another. */
  (inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, [bias: boolean]>): layers.Linear;
} = callable(layers.Linear);
export type Linear = layers.Linear;

/** Less the mean and over the standard deviation of the last dimensions, which must be `normalizedShape`, one number or
 *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` are of
 *  that shape. Throws for extents below 1, and in `forward` where the input ends in others. */
export const LayerNorm: {
  /** Less the mean and over the standard deviation of the last dimensions, which must be `normalizedShape`, one number or
   *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` are of
   *  that shape. Throws for extents below 1, and in `forward` where the input ends in others. */
  new (
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ): layers.LayerNorm;
  /** Less the mean and over the standard deviation of the last dimensions, which must be `normalizedShape`, one number or
   *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` are of
   *  that shape. Throws for extents below 1, and in `forward` where the input ends in others. */
  (
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ): layers.LayerNorm;
} = callable(layers.LayerNorm);
export type LayerNorm = layers.LayerNorm;

/** The greatest element of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false). Throws for sizes that are not whole
 *  numbers of at least 1, and in `forward` where the batch is missing or the window does not fit. */
export const MaxPool2d: {
  /** The greatest element of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false). Throws for sizes that are not whole
   *  numbers of at least 1, and in `forward` where the batch is missing or the window does not fit. */
  new (
    kernelSize: Pair,
    ...more: Trailing<F.MaxPoolOptions, [stride: Pair | null, padding: Pair, dilation: Pair, ceilMode: boolean]>
  ): layers.MaxPool2d;
  /** The greatest element of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
   *  order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false). Throws for sizes that are not whole
   *  numbers of at least 1, and in `forward` where the batch is missing or the window does not fit. */
  (
    kernelSize: Pair,
    ...more: Trailing<F.MaxPoolOptions, [stride: Pair | null, padding: Pair, dilation: Pair, ceilMode: boolean]>
  ): layers.MaxPool2d;
} = callable(layers.MaxPool2d);
export type MaxPool2d = layers.MaxPool2d;

/** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` where the batch is missing or the window does not fit. */
export const AvgPool2d: {
  /** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` where the batch is missing or the window does not fit. */
  new (
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ): layers.AvgPool2d;
  /** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
   *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
   *  1, and in `forward` where the batch is missing or the window does not fit. */
  (
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ): layers.AvgPool2d;
} = callable(layers.AvgPool2d);
export type AvgPool2d = layers.AvgPool2d;

/** Dimensions `startDim` (1, which keeps the batch) to `endDim` (-1, the last) as one: [N,16,5,5] to [N,400]. Throws in
 *  `forward` where the input has no such dimensions. */
export const Flatten: {
  /** Dimensions `startDim` (1, which keeps the batch) to `endDim` (-1, the last) as one: [N,16,5,5] to [N,400]. Throws in
   *  `forward` where the input has no such dimensions. */
  new (...more: Trailing<FlattenOptions, [startDim: number, endDim: number]>): layers.Flatten;
  /** Dimensions `startDim` (1, which keeps the batch) to `endDim` (-1, the last) as one: [N,16,5,5] to [N,400]. Throws in
   *  `forward` where the input has no such dimensions. */
  (...more: Trailing<FlattenOptions, [startDim: number, endDim: number]>): layers.Flatten;
} = callable(layers.Flatten);
export type Flatten = layers.Flatten;

/** Its input, of any shape. As in PyTorch it takes any arguments, and uses none. */
export const Identity: {
  /** Its input, of any shape. As in PyTorch it takes any arguments, and uses none. */
  new (...any: unknown[]): layers.Identity;
  /** Its input, of any shape. As in PyTorch it takes any arguments, and uses none. */
  (...any: unknown[]): layers.Identity;
} = callable(layers.Identity);
export type Identity = layers.Identity;

/** max(x, 0), element by element, of any shape. NaN stays NaN. */
export const ReLU: {
  /** max(x, 0), element by element, of any shape. NaN stays NaN. */
  new (...more: Trailing<InplaceOption, [inplace: boolean]>): layers.ReLU;
  /** max(x, 0), element by element, of any shape. NaN stays NaN. */
  (...more: Trailing<InplaceOption, [inplace: boolean]>): layers.ReLU;
} = callable(layers.ReLU);
export type ReLU = layers.ReLU;

/** x where it is positive, else `negativeSlope`·x, which is 0.01·x unless given; of any shape. */
export const LeakyReLU: {
  /** x where it is positive, else `negativeSlope`·x, which is 0.01·x unless given; of any shape. */
  new (...more: Trailing<LeakyReLUOptions, [negativeSlope: number, inplace: boolean]>): layers.LeakyReLU;
  /** x where it is positive, else `negativeSlope`·x, which is 0.01·x unless given; of any shape. */
  (...more: Trailing<LeakyReLUOptions, [negativeSlope: number, inplace: boolean]>): layers.LeakyReLU;
} = callable(layers.LeakyReLU);
export type LeakyReLU = layers.LeakyReLU;

/** 1 / (1 + e^-x), element by element, of any shape. */
export const Sigmoid: {
  /** 1 / (1 + e^-x), element by element, of any shape. */
  new (): layers.Sigmoid;
  /** 1 / (1 + e^-x), element by element, of any shape. */
  (): layers.Sigmoid;
} = callable(layers.Sigmoid);
export type Sigmoid = layers.Sigmoid;

/** The hyperbolic tangent, element by element, of any shape. */
export const Tanh: {
  /** The hyperbolic tangent, element by element, of any shape. */
  new (): layers.Tanh;
  /** The hyperbolic tangent, element by element, of any shape. */
  (): layers.Tanh;
} = callable(layers.Tanh);
export type Tanh = layers.Tanh;

/** x·Φ(x), element by element, of any shape: by erf unless `approximate` is `'tanh'`. */
export const GELU: {
  /** x·Φ(x), element by element, of any shape: by erf unless `approximate` is `'tanh'`. */
  new (...more: Trailing<GELUOptions, [approximate: 'none' | 'tanh']>): layers.GELU;
  /** x·Φ(x), element by element, of any shape: by erf unless `approximate` is `'tanh'`. */
  (...more: Trailing<GELUOptions, [approximate: 'none' | 'tanh']>): layers.GELU;
} = callable(layers.GELU);
export type GELU = layers.GELU;

/** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
 *  `forward` where the input has no such dimension. */
export const Softmax: {
  /** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
   *  `forward` where the input has no such dimension. */
  new (...more: Trailing<DimOption, [dim: number]>): layers.Softmax;
  /** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
   *  `forward` where the input has no such dimension. */
  (...more: Trailing<DimOption, [dim: number]>): layers.Softmax;
} = callable(layers.Softmax);
export type Softmax = layers.Softmax;

/** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` where the
 *  input has no such dimension. */
export const LogSoftmax: {
  /** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` where the
   *  input has no such dimension. */
  new (...more: Trailing<DimOption, [dim: number]>): layers.LogSoftmax;
  /** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` where the
   *  input has no such dimension. */
  (...more: Trailing<DimOption, [dim: number]>): layers.LogSoftmax;
} = callable(layers.LogSoftmax);
export type LogSoftmax = layers.LogSoftmax;

/** Each module's output is the next one's input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Of any shape that the first
 *  takes. Throws for what is no module. */
export const Sequential: {
  /** Each module's output is the next one's input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Of any shape that the first
   *  takes. Throws for what is no module. */
  new (...modules: Module[]): containers.Sequential;
  /** Each module's output is the next one's input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Of any shape that the first
   *  takes. Throws for what is no module. */
  (...modules: Module[]): containers.Sequential;
} = callable(containers.Sequential);
export type Sequential = containers.Sequential;

/** A list of modules, for a `forward` that loops over it. It cannot itself be called. Throws for what is no list of
 *  modules. */
export const ModuleList: {
  /** A list of modules, for a `forward` that loops over it. It cannot itself be called. Throws for what is no list of
   *  modules. */
  new (modules?: readonly Module[]): containers.ModuleList;
  /** A list of modules, for a `forward` that loops over it. It cannot itself be called. Throws for what is no list of
   *  modules. */
  (modules?: readonly Module[]): containers.ModuleList;
} = callable(containers.ModuleList);
export type ModuleList = containers.ModuleList;

/** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
 *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
 *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` where shapes or element types do not
 *  fit. */
export const CrossEntropyLoss: {
  /** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
   *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
   *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` where shapes or element types do not
   *  fit. */
  new (
    ...more: Trailing<
      CrossEntropyLossOptions,
      [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction, labelSmoothing: number]
    >
  ): losses.CrossEntropyLoss;
  /** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
   *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
   *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` where shapes or element types do not
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
 *  `forward` where shapes or element types do not fit. */
export const NLLLoss: {
  /** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
   *  `forward` where shapes or element types do not fit. */
  new (
    ...more: Trailing<NLLLossOptions, [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction]>
  ): losses.NLLLoss;
  /** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
   *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
   *  `forward` where shapes or element types do not fit. */
  (
    ...more: Trailing<NLLLossOptions, [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction]>
  ): losses.NLLLoss;
} = callable(losses.NLLLoss);
export type NLLLoss = losses.NLLLoss;

/** (input - target)², for two f32 tensors of one shape; a scalar unless `reduction`, 'mean' unless given, is 'none'. Throws in
 *  `forward` where the shapes differ. */
export const MSELoss: {
  /** (input - target)², for two f32 tensors of one shape; a scalar unless `reduction`, 'mean' unless given, is 'none'. Throws in
   *  `forward` where the shapes differ. */
  new (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): losses.MSELoss;
  /** (input - target)², for two f32 tensors of one shape; a scalar unless `reduction`, 'mean' unless given, is 'none'. Throws in
   *  `forward` where the shapes differ. */
  (...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>): losses.MSELoss;
} = callable(losses.MSELoss);
export type MSELoss = losses.MSELoss;

/** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
 *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` where the
 *  shapes differ. */
export const BCEWithLogitsLoss: {
  /** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` where the
   *  shapes differ. */
  new (
    ...more: Trailing<BCEWithLogitsLossOptions, [weight: Factors, reduction: F.Reduction, posWeight: Factors]>
  ): losses.BCEWithLogitsLoss;
  /** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
   *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` where the
   *  shapes differ. */
  (
    ...more: Trailing<BCEWithLogitsLossOptions, [weight: Factors, reduction: F.Reduction, posWeight: Factors]>
  ): losses.BCEWithLogitsLoss;
} = callable(losses.BCEWithLogitsLoss);
export type BCEWithLogitsLoss = losses.BCEWithLogitsLoss;
