/** Activations, element by element. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, reprOfFloat, type Trailing } from '../options.ts';
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

export interface RReLUOptions extends InplaceOption {
  /** The least slope; defaults to 1/8. */
  readonly lower?: number;
  /** The greatest slope; defaults to 1/3. */
  readonly upper?: number;
}
const rreluTakes = layer(
  'RReLU',
  {},
  { lower: k.optional(k.finite()), upper: k.optional(k.finite()), inplace: k.optional(k.flag) },
);

/** x where it is positive, else a slope times x: in training drawn for each element between `lower` and `upper`, in evaluation
 *  their mean. Of any shape. Options in PyTorch's order: lower (1/8), upper (1/3), inplace (false). Throws in `forward` if lower
 *  is above upper. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<RReLUOptions, [lower: number, upper: number, inplace: boolean]>) {
    super();
    const { lower = 1 / 8, upper = 1 / 3, inplace = false } = read<RReLUOptions>(rreluTakes, more);
    [this.lower, this.upper, this.inplace] = [lower, upper, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.rrelu(x, this.lower, this.upper, this.training);
  }
  override extraRepr(): string {
    return `lower=${repr(this.lower)}, upper=${repr(this.upper)}${this.inplace ? ', inplace=True' : ''}`;
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

export interface ELUOptions extends InplaceOption {
  /** The factor of the exponential; defaults to 1. */
  readonly alpha?: number;
}
const eluTakes = layer('ELU', {}, { alpha: k.optional(k.number), inplace: k.optional(k.flag) });

/** x where it is positive, else `alpha`·(e^x - 1), element by element, of any shape; alpha defaults to 1. */
export class ELU extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<ELUOptions, [alpha: number, inplace: boolean]>) {
    super();
    const { alpha = 1, inplace = false } = read<ELUOptions>(eluTakes, more);
    [this.alpha, this.inplace] = [alpha, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.elu(x, this.alpha);
  }
  override extraRepr(): string {
    return `alpha=${reprOfFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

const seluTakes = layer('SELU', {}, { inplace: k.optional(k.flag) });

/** 1.0507·x where it is positive, else 1.0507·1.6733·(e^x - 1), element by element, of any shape. */
export class SELU extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(seluTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.selu(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

export interface CELUOptions extends InplaceOption {
  /** What x is divided by, and the exponential multiplied with; not 0. Defaults to 1. */
  readonly alpha?: number;
}
const celuTakes = layer('CELU', {}, { alpha: k.optional(k.divisor), inplace: k.optional(k.flag) });

/** x where it is positive, else `alpha`·(e^(x/alpha) - 1), element by element, of any shape; alpha, which is not 0, defaults to 1. */
export class CELU extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<CELUOptions, [alpha: number, inplace: boolean]>) {
    super();
    const { alpha = 1, inplace = false } = read<CELUOptions>(celuTakes, more);
    [this.alpha, this.inplace] = [alpha, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.celu(x, this.alpha);
  }
  override extraRepr(): string {
    return `alpha=${reprOfFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

const siluTakes = layer('SiLU', {}, { inplace: k.optional(k.flag) });

/** x·σ(x), also called swish, element by element, of any shape. */
export class SiLU extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(siluTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.silu(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

const mishTakes = layer('Mish', {}, { inplace: k.optional(k.flag) });

/** x·tanh(softplus(x)), element by element, of any shape. */
export class Mish extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(mishTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.mish(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

export interface SoftplusOptions {
  /** The factor of x, by whose inverse the result is scaled; defaults to 1. */
  readonly beta?: number;
  /** Where beta·x is above it, the result is x; defaults to 20. */
  readonly threshold?: number;
}
const softplusTakes = layer('Softplus', {}, { beta: k.optional(k.number), threshold: k.optional(k.number) });

/** ln(1 + e^(beta·x))/beta, a smooth relu, element by element, of any shape; x itself where beta·x is above `threshold`. Options
 *  in PyTorch's order: beta (1), threshold (20). */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(...more: Trailing<SoftplusOptions, [beta: number, threshold: number]>) {
    super();
    const { beta = 1, threshold = 20 } = read<SoftplusOptions>(softplusTakes, more);
    [this.beta, this.threshold] = [beta, threshold];
  }
  forward(x: Tensor): Tensor {
    return F.softplus(x, this.beta, this.threshold);
  }
  override extraRepr(): string {
    return `beta=${repr(this.beta)}, threshold=${repr(this.threshold)}`;
  }
}

const softsignTakes = layer('Softsign', {});

/** x / (1 + |x|), element by element, of any shape. */
export class Softsign extends Module {
  constructor(...none: []) {
    super();
    read(softsignTakes, none);
  }
  forward(x: Tensor): Tensor {
    return F.softsign(x);
  }
}

const tanhshrinkTakes = layer('Tanhshrink', {});

/** x - tanh(x), element by element, of any shape. */
export class Tanhshrink extends Module {
  constructor(...none: []) {
    super();
    read(tanhshrinkTakes, none);
  }
  forward(x: Tensor): Tensor {
    return F.tanhshrink(x);
  }
}

const logSigmoidTakes = layer('LogSigmoid', {});

/** The logarithm of the sigmoid, element by element, of any shape. */
export class LogSigmoid extends Module {
  constructor(...none: []) {
    super();
    read(logSigmoidTakes, none);
  }
  forward(x: Tensor): Tensor {
    return F.logsigmoid(x);
  }
}
