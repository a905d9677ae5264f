/** Layers, with PyTorch's arguments, defaults, initial values and printed form. */

import { type Kind, read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { avgPoolKinds, maxPoolKinds } from '../functional/kinds.ts';
import { countIn, fanIn, kaimingUniform, uniformBias } from '../init.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { both, type Pair } from '../pair.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

// ---- layers with parameters ----

export interface Conv2dOptions {
  /** The distance between positions of the kernel; defaults to 1. */
  readonly stride?: Pair;
  /** Rows and columns of zeros added around the image; none by default. */
  readonly padding?: Pair;
  /** The distance between taps of the kernel; defaults to 1. */
  readonly dilation?: Pair;
  /** Groups of input channels, each seen by its own group of output channels; defaults to 1. */
  readonly groups?: number;
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
}
const conv2dTakes = layer(
  'Conv2d',
  { inChannels: k.size, outChannels: k.size, kernelSize: k.pair(1) },
  {
    stride: k.optional(k.pair(1)),
    padding: k.optional(k.pair(0)),
    dilation: k.optional(k.pair(1)),
    groups: k.optional(k.whole(1)),
    bias: k.optional(k.flag),
  },
);

/** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
 *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
 *  order: stride (1), padding (0), dilation (1), groups (1), bias (true). `weight` [out, in/groups, KH, KW] and `bias` [out]
 *  are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
 *  `forward` if the batch is missing, the channels do not match, or the kernel does not fit. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<Conv2dOptions, [stride: Pair, padding: Pair, dilation: Pair, groups: number, bias: boolean]>
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
    } = read<Conv2dOptions>(conv2dTakes, [inChannels, outChannels, kernelSize, ...more]);
    for (const [name, channels] of Object.entries({ inChannels, outChannels }))
      if (channels % groups !== 0)
        throw withLoc(() =>
          userError('bad-argument', `Conv2d: ${name} must be divisible by groups, and ${channels} is not by ${groups}`),
        );
    [this.inChannels, this.outChannels, this.groups] = [inChannels, outChannels, groups];
    [this.kernelSize, this.stride] = [both(kernelSize), both(stride)];
    [this.padding, this.dilation] = [both(padding), both(dilation)];
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    withLoc(() => countIn(shape), 'Conv2d');
    this.weight = new Parameter(shape, kaimingUniform(shape, currentGenerator()));
    this.bias = bias ? new Parameter([outChannels], uniformBias(outChannels, fanIn(shape), currentGenerator())) : null;
  }

  forward(x: Tensor): Tensor {
    return F.conv2d(x, this.weight, this.bias, this.stride, this.padding, this.dilation, this.groups);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups } = this;
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}`,
      ...(padding.some((p) => p !== 0) ? [`padding=${repr(padding)}`] : []),
      ...(dilation.some((d) => d !== 1) ? [`dilation=${repr(dilation)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias ? [] : ['bias=False']),
    ].join(', ');
  }
}

export interface LinearOptions {
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
}
const linearTakes = layer('Linear', { inFeatures: k.whole(0), outFeatures: k.whole(0) }, { bias: k.optional(k.flag) });

/** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
 *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` if the last dimension is
 *  not `inFeatures`. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, [bias: boolean]>) {
    super();
    const { bias = true } = read<LinearOptions>(linearTakes, [inFeatures, outFeatures, ...more]);
    [this.inFeatures, this.outFeatures] = [inFeatures, outFeatures];
    const shape = [outFeatures, inFeatures];
    withLoc(() => countIn(shape), 'Linear');
    this.weight = new Parameter(shape, kaimingUniform(shape, currentGenerator()));
    this.bias = bias ? new Parameter([outFeatures], uniformBias(outFeatures, inFeatures, currentGenerator())) : null;
  }

  forward(x: Tensor): Tensor {
    return F.linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${repr(this.bias !== null)}`;
  }
}

export interface LayerNormOptions {
  /** Added to the variance; defaults to 1e-5. */
  readonly eps?: number;
  /** Have a weight and a bias, initially ones and zeros; defaults to true. */
  readonly elementwiseAffine?: boolean;
}
const layerNormTakes = layer(
  'LayerNorm',
  { normalizedShape: k.either(k.size, k.wholes(1, 1)) },
  { eps: k.optional(k.finite()), elementwiseAffine: k.optional(k.flag) },
);

/** (x - mean) / √(variance + eps)·weight + bias over the last dimensions, which must be `normalizedShape`, one number or
 *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` have
 *  that shape. Throws for extents below 1, and in `forward` if the input does not end in that shape. */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ) {
    super();
    const { eps = 1e-5, elementwiseAffine = true } = read<LayerNormOptions>(layerNormTakes, [normalizedShape, ...more]);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(this.normalizedShape, 1) : null;
    this.bias = elementwiseAffine ? new Parameter(this.normalizedShape, 0) : null;
  }

  forward(x: Tensor): Tensor {
    return F.layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${repr(this.eps)}, elementwise_affine=${repr(this.weight !== null)}`;
  }
}

// ---- pooling and shape ----

const maxPoolTakes = layer('MaxPool2d', { kernelSize: k.pair(1) }, maxPoolKinds);

/** The greatest element of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false). Throws for sizes that are not whole
 *  numbers of at least 1, and in `forward` if the batch is missing or the window does not fit. */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: Required<F.MaxPoolOptions>;

  constructor(
    kernelSize: Pair,
    ...more: Trailing<F.MaxPoolOptions, [stride: Pair | null, padding: Pair, dilation: Pair, ceilMode: boolean]>
  ) {
    super();
    const { kernelSize: _, ...given } = read<F.MaxPoolOptions & { kernelSize: Pair }>(maxPoolTakes, [
      kernelSize,
      ...more,
    ]);
    this.kernelSize = kernelSize;
    this.options = { padding: 0, dilation: 1, ceilMode: false, ...given, stride: given.stride ?? kernelSize };
  }

  forward(x: Tensor): Tensor {
    return F.maxPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding, dilation, ceilMode } = this.options;
    return `kernel_size=${repr(this.kernelSize)}, stride=${repr(stride)}, padding=${repr(padding)}, dilation=${repr(dilation)}, ceil_mode=${repr(ceilMode)}`;
  }
}

const avgPoolTakes = layer('AvgPool2d', { kernelSize: k.pair(1) }, avgPoolKinds);

/** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the batch is missing or the window does not fit. */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: F.AvgPoolOptions;

  constructor(
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ) {
    super();
    const { kernelSize: _, ...given } = read<F.AvgPoolOptions & { kernelSize: Pair }>(avgPoolTakes, [
      kernelSize,
      ...more,
    ]);
    this.kernelSize = kernelSize;
    this.options = { padding: 0, ...given, stride: given.stride ?? kernelSize };
  }

  forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    return `kernel_size=${repr(this.kernelSize)}, stride=${repr(stride)}, padding=${repr(padding)}`;
  }
}

export interface FlattenOptions {
  /** The first dimension to join; defaults to 1, which keeps the batch. */
  readonly startDim?: number;
  /** The last dimension to join; defaults to -1, the last. */
  readonly endDim?: number;
}
const flattenTakes = layer('Flatten', {}, { startDim: k.optional(k.dim), endDim: k.optional(k.dim) });

/** Joins the dimensions from `startDim` (1, which keeps the batch) to `endDim` (-1, the last): [N,16,5,5] to [N,400]. Throws
 *  in `forward` if the input has no such dimensions. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(...more: Trailing<FlattenOptions, [startDim: number, endDim: number]>) {
    super();
    const { startDim = 1, endDim = -1 } = read<FlattenOptions>(flattenTakes, more);
    [this.startDim, this.endDim] = [startDim, endDim];
  }

  forward(x: Tensor): Tensor {
    return F.flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Returns its input, of any shape. As in PyTorch, it takes any arguments and ignores them. */
export class Identity extends Module {
  constructor(..._any: unknown[]) {
    super();
  }
  forward(x: Tensor): Tensor {
    return x;
  }
}

// ---- activations ----

export interface InplaceOption {
  /** Accepted for compatibility with PyTorch. It has no effect: the compiler plans memory. */
  readonly inplace?: boolean;
}
const reluTakes = layer('ReLU', {}, { inplace: k.optional(k.flag) });

/** max(x, 0), element by element, of any shape. NaN stays NaN. */
export class ReLU extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(reluTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.relu(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

export interface LeakyReLUOptions extends InplaceOption {
  /** The factor for negative elements; defaults to 0.01. */
  readonly negativeSlope?: number;
}
const leakyReLUTakes = layer('LeakyReLU', {}, { negativeSlope: k.optional(k.number), inplace: k.optional(k.flag) });

/** x where it is positive, else `negativeSlope`·x, element by element, of any shape; the slope defaults to 0.01. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<LeakyReLUOptions, [negativeSlope: number, inplace: boolean]>) {
    super();
    const { negativeSlope = 0.01, inplace = false } = read<LeakyReLUOptions>(leakyReLUTakes, more);
    [this.negativeSlope, this.inplace] = [negativeSlope, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.leakyRelu(x, this.negativeSlope);
  }
  override extraRepr(): string {
    return `negative_slope=${repr(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

const sigmoidTakes = layer('Sigmoid', {});

/** 1 / (1 + e^-x), element by element, of any shape. */
export class Sigmoid extends Module {
  constructor(...none: []) {
    super();
    read(sigmoidTakes, none);
  }
  forward(x: Tensor): Tensor {
    return F.sigmoid(x);
  }
}

const tanhTakes = layer('Tanh', {});

/** The hyperbolic tangent, element by element, of any shape. */
export class Tanh extends Module {
  constructor(...none: []) {
    super();
    read(tanhTakes, none);
  }
  forward(x: Tensor): Tensor {
    return F.tanh(x);
  }
}

export interface GELUOptions {
  /** `'tanh'` for the approximation; defaults to `'none'`. */
  readonly approximate?: 'none' | 'tanh';
}
const geluTakes = layer('GELU', {}, { approximate: k.optional(k.oneOf('none', 'tanh')) });

/** x·Φ(x), element by element, of any shape: computed with erf unless `approximate` is `'tanh'`. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(...more: Trailing<GELUOptions, [approximate: 'none' | 'tanh']>) {
    super();
    this.approximate = read<GELUOptions>(geluTakes, more).approximate ?? 'none';
  }
  forward(x: Tensor): Tensor {
    return F.gelu(x, this.approximate);
  }
  override extraRepr(): string {
    return `approximate=${repr(this.approximate)}`;
  }
}

export interface DimOption {
  /** The dimension of the classes. It must be given: PyTorch would guess it, and warn. */
  readonly dim?: number;
}
const classDim: Kind = {
  ...k.dim,
  help: () => 'it is the dimension to normalise over: write nn.Softmax(1), or nn.Softmax({ dim: -1 })',
};
const softmaxTakes = layer('Softmax', {}, { dim: classDim });

/** e^x over its sum along `dim`, which must be given: `nn.Softmax(1)`, `nn.Softmax({ dim: -1 })`. Of any shape; throws in
 *  `forward` if the input has no such dimension. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(...more: Trailing<DimOption, [dim: number]>) {
    super();
    this.dim = read<Required<DimOption>>(softmaxTakes, more).dim;
  }
  forward(x: Tensor): Tensor {
    return F.softmax(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

const logSoftmaxTakes = layer('LogSoftmax', {}, { dim: classDim });

/** The logarithm of softmax along `dim`, which must be given: `nn.LogSoftmax(1)`. Of any shape; throws in `forward` if the
 *  input has no such dimension. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(...more: Trailing<DimOption, [dim: number]>) {
    super();
    this.dim = read<Required<DimOption>>(logSoftmaxTakes, more).dim;
  }
  forward(x: Tensor): Tensor {
    return F.logSoftmax(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
