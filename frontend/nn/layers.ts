/** Layers, with PyTorch's arguments, defaults, initial values and printed form. */

import { type Pair, pairOf } from '../functional/image.ts';
import * as F from '../functional/index.ts';
import { fanIn, kaimingUniform, uniformBias } from '../init.ts';
import { optionsOf, repr, type Trailing, wholeOf } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

// ---- layers with parameters ----

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  /** Groups of input channels, each seen by its own group of output channels. */
  readonly groups?: number;
  readonly bias?: boolean;
}
const conv2dOptions = ['stride', 'padding', 'dilation', 'groups', 'bias'] as const;

/** Convolution of [N, inChannels, H, W] to [N, outChannels, OH, OW]: `nn.Conv2d(1, 6, 5)`,
 *  `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. `weight` [out, in/groups, KH, KW] and `bias` [out] are drawn from
 *  ±1/√(in/groups·KH·KW). Throws for sizes below 1 and for groups that do not divide the channels. */
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
    ...more: Trailing<Conv2dOptions, typeof conv2dOptions>
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
    } = optionsOf<Conv2dOptions>('Conv2d', conv2dOptions, more);
    this.inChannels = wholeOf('Conv2d', 'inChannels', inChannels);
    this.outChannels = wholeOf('Conv2d', 'outChannels', outChannels);
    this.groups = wholeOf('Conv2d', 'groups', groups);
    [this.kernelSize, this.stride, this.padding, this.dilation] = withLoc(() => {
      for (const [name, channels] of Object.entries({ inChannels, outChannels }))
        if (channels % groups !== 0)
          throw userError(
            'bad-argument',
            `Conv2d: ${name} must be divisible by groups, and ${channels} is not by ${groups}`,
          );
      return [
        pairOf('Conv2d', 'kernelSize', kernelSize, 1),
        pairOf('Conv2d', 'stride', stride, 1),
        pairOf('Conv2d', 'padding', padding, 0),
        pairOf('Conv2d', 'dilation', dilation, 1),
      ];
    });
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
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
  readonly bias?: boolean;
}
const linearOptions = ['bias'] as const;

/** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out] are
 *  drawn from ±1/√in. Throws for sizes below 1. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, ...more: Trailing<LinearOptions, typeof linearOptions>) {
    super();
    const { bias = true } = optionsOf<LinearOptions>('Linear', linearOptions, more);
    this.inFeatures = wholeOf('Linear', 'inFeatures', inFeatures);
    this.outFeatures = wholeOf('Linear', 'outFeatures', outFeatures);
    const shape = [outFeatures, inFeatures];
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
  readonly eps?: number;
  /** Whether there are a weight and a bias, ones and zeros at first. */
  readonly elementwiseAffine?: boolean;
}
const layerNormOptions = ['eps', 'elementwiseAffine'] as const;

/** Normalises over the last dimensions, which must be `normalizedShape`. */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, typeof layerNormOptions>
  ) {
    super();
    const { eps = 1e-5, elementwiseAffine = true } = optionsOf<LayerNormOptions>('LayerNorm', layerNormOptions, more);
    const shape = Array.isArray(normalizedShape) ? normalizedShape : [normalizedShape];
    this.normalizedShape = shape.map((e) => wholeOf('LayerNorm', 'normalizedShape', e));
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

const maxPoolOptions = ['stride', 'padding', 'dilation', 'ceilMode'] as const;
type MaxPoolOptions = Pick<F.MaxPoolOptions, (typeof maxPoolOptions)[number]>;

/** The greatest element of each window: `nn.MaxPool2d(2)` halves height and width. The stride is the kernel's extent
 *  unless given. */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: Required<F.MaxPoolOptions>;

  constructor(kernelSize: Pair, ...more: Trailing<MaxPoolOptions, typeof maxPoolOptions>) {
    super();
    const given = optionsOf<F.MaxPoolOptions>('MaxPool2d', maxPoolOptions, more);
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

const avgPoolOptions = ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const;
type AvgPoolOptions = Pick<F.AvgPoolOptions, (typeof avgPoolOptions)[number]>;

/** The mean of each window. The stride is the kernel's extent unless given. */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: F.AvgPoolOptions;

  constructor(kernelSize: Pair, ...more: Trailing<AvgPoolOptions, typeof avgPoolOptions>) {
    super();
    const given = optionsOf<F.AvgPoolOptions>('AvgPool2d', avgPoolOptions, more);
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
  readonly startDim?: number;
  readonly endDim?: number;
}
const flattenOptions = ['startDim', 'endDim'] as const;

/** Dimensions `startDim` (1, which keeps the batch) to `endDim` (the last) as one. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(...more: Trailing<FlattenOptions, typeof flattenOptions>) {
    super();
    const { startDim = 1, endDim = -1 } = optionsOf<FlattenOptions>('Flatten', flattenOptions, more);
    [this.startDim, this.endDim] = [startDim, endDim];
  }

  forward(x: Tensor): Tensor {
    return F.flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Its input. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

// ---- activations ----

export interface InplaceOption {
  /** For PyTorch's sake: memory is planned by the compiler, so that it changes nothing. */
  readonly inplace?: boolean;
}
const inplaceOption = ['inplace'] as const;

/** max(x, 0). */
export class ReLU extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, typeof inplaceOption>) {
    super();
    this.inplace = optionsOf<InplaceOption>('ReLU', inplaceOption, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.relu(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

export interface LeakyReLUOptions extends InplaceOption {
  readonly negativeSlope?: number;
}
const leakyReLUOptions = ['negativeSlope', 'inplace'] as const;

/** x where it is positive, else `negativeSlope`·x; 0.01 unless given. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<LeakyReLUOptions, typeof leakyReLUOptions>) {
    super();
    const { negativeSlope = 0.01, inplace = false } = optionsOf<LeakyReLUOptions>('LeakyReLU', leakyReLUOptions, more);
    [this.negativeSlope, this.inplace] = [negativeSlope, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.leakyRelu(x, this.negativeSlope);
  }
  override extraRepr(): string {
    return `negative_slope=${repr(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** 1 / (1 + e^-x). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return F.sigmoid(x);
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return F.tanh(x);
  }
}

export interface GELUOptions {
  readonly approximate?: 'none' | 'tanh';
}
const geluOptions = ['approximate'] as const;

/** x·Φ(x), by erf unless `approximate` is `'tanh'`. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(...more: Trailing<GELUOptions, typeof geluOptions>) {
    super();
    this.approximate = optionsOf<GELUOptions>('GELU', geluOptions, more).approximate ?? 'none';
  }
  forward(x: Tensor): Tensor {
    return F.gelu(x, this.approximate);
  }
  override extraRepr(): string {
    return `approximate=${repr(this.approximate)}`;
  }
}

export interface DimOption {
  readonly dim?: number;
}
const dimOption = ['dim'] as const;
/** Which dimension holds the classes: PyTorch guesses where none is given, and warns. */
function classDim(layer: string, more: readonly unknown[]): number {
  const { dim } = optionsOf<DimOption>(layer, dimOption, more);
  if (Number.isInteger(dim)) return dim as number;
  throw withLoc(() =>
    userError('bad-argument', `${layer}: the dimension over which to normalise is missing`, {
      help: `write nn.${layer}(1) or nn.${layer}({ dim: -1 })`,
    }),
  );
}

/** e^x over its sum along `dim`, which must be given. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(...more: Trailing<DimOption, typeof dimOption>) {
    super();
    this.dim = classDim('Softmax', more);
  }
  forward(x: Tensor): Tensor {
    return F.softmax(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The logarithm of softmax along `dim`, which must be given. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(...more: Trailing<DimOption, typeof dimOption>) {
    super();
    this.dim = classDim('LogSoftmax', more);
  }
  forward(x: Tensor): Tensor {
    return F.logSoftmax(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
