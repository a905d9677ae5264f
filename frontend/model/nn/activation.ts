/** Activations, element by element or along a dimension. */

import { type Kind, read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

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
