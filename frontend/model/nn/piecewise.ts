/** Activations made of pieces, which a condition on x chooses among. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, reprOfFloat, type Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import type { InplaceOption } from './activation.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface HardtanhOptions extends InplaceOption {
  /** The lower bound; defaults to -1. */
  readonly minVal?: number;
  /** The upper bound, above the lower one; defaults to 1. */
  readonly maxVal?: number;
}
const hardtanhTakes = layer(
  'Hardtanh',
  {},
  { minVal: k.optional(k.number), maxVal: k.optional(k.number), inplace: k.optional(k.flag) },
);

/** x kept within `minVal` (-1) and `maxVal` (1), element by element, of any shape. Throws unless maxVal is above minVal. */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;
  readonly inplace: boolean;

  constructor(...more: Trailing<HardtanhOptions, [minVal: number, maxVal: number, inplace: boolean]>) {
    super();
    const { minVal = -1, maxVal = 1, inplace = false } = read<HardtanhOptions>(hardtanhTakes, more);
    if (!(maxVal > minVal))
      throw withLoc(() =>
        userError('bad-argument', `Hardtanh: maxVal ${maxVal} must be greater than minVal ${minVal}`),
      );
    [this.minVal, this.maxVal, this.inplace] = [minVal, maxVal, inplace];
  }
  forward(x: Tensor): Tensor {
    return F.hardtanh(x, this.minVal, this.maxVal);
  }
  override extraRepr(): string {
    return `min_val=${reprOfFloat(this.minVal)}, max_val=${reprOfFloat(this.maxVal)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

const relu6Takes = layer('ReLU6', {}, { inplace: k.optional(k.flag) });

/** x kept within 0 and 6, element by element, of any shape. */
export class ReLU6 extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(relu6Takes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.relu6(x);
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

const hardsigmoidTakes = layer('Hardsigmoid', {}, { inplace: k.optional(k.flag) });

/** x + 3, kept within 0 and 6, over 6, element by element, of any shape. */
export class Hardsigmoid extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(hardsigmoidTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.hardsigmoid(x);
  }
}

const hardswishTakes = layer('Hardswish', {}, { inplace: k.optional(k.flag) });

/** x·hardsigmoid(x), element by element, of any shape. */
export class Hardswish extends Module {
  readonly inplace: boolean;

  constructor(...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(hardswishTakes, more).inplace ?? false;
  }
  forward(x: Tensor): Tensor {
    return F.hardswish(x);
  }
}

export interface LambdOption {
  /** How far from 0 the inner piece goes; defaults to 0.5. */
  readonly lambd?: number;
}
const hardshrinkTakes = layer('Hardshrink', {}, { lambd: k.optional(k.number) });

/** x where it lies beyond ±`lambd` (0.5), else 0, element by element, of any shape. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(...more: Trailing<LambdOption, [lambd: number]>) {
    super();
    this.lambd = read<LambdOption>(hardshrinkTakes, more).lambd ?? 0.5;
  }
  forward(x: Tensor): Tensor {
    return F.hardshrink(x, this.lambd);
  }
  override extraRepr(): string {
    return reprOfFloat(this.lambd);
  }
}

const softshrinkTakes = layer('Softshrink', {}, { lambd: k.optional(k.notNegative) });

/** x moved by `lambd` (0.5), which is at least 0, towards 0, and 0 within ±lambd, element by element, of any shape. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(...more: Trailing<LambdOption, [lambd: number]>) {
    super();
    this.lambd = read<LambdOption>(softshrinkTakes, more).lambd ?? 0.5;
  }
  forward(x: Tensor): Tensor {
    return F.softshrink(x, this.lambd);
  }
  override extraRepr(): string {
    return reprOfFloat(this.lambd);
  }
}

const thresholdTakes = layer('Threshold', { threshold: k.number, value: k.number }, { inplace: k.optional(k.flag) });

/** x where it is above `threshold`, else `value`, element by element, of any shape: `nn.Threshold(0.1, 20)`. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;
  readonly inplace: boolean;

  constructor(threshold: number, value: number, ...more: Trailing<InplaceOption, [inplace: boolean]>) {
    super();
    this.inplace = read<InplaceOption>(thresholdTakes, [threshold, value, ...more]).inplace ?? false;
    [this.threshold, this.value] = [threshold, value];
  }
  forward(x: Tensor): Tensor {
    return F.threshold(x, this.threshold, this.value);
  }
  override extraRepr(): string {
    return `threshold=${repr(this.threshold)}, value=${repr(this.value)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

export interface PReLUOptions {
  /** The number of slopes: 1, or that of the channels; defaults to 1. */
  readonly numParameters?: number;
  /** The initial slope; defaults to 0.25. */
  readonly init?: number;
}
const preluTakes = layer('PReLU', {}, { numParameters: k.optional(k.sizeOrNone), init: k.optional(k.number) });

/** x where it is positive, else a slope times x, element by element. The slope is learned: `weight` has one for all elements, or
 *  one for each channel of inputs [N,C,…]. Options in PyTorch's order: numParameters (1), init (0.25). Throws in `forward` for
 *  another number of channels. */
export class PReLU extends Module {
  weight: Parameter;
  readonly numParameters: number;

  constructor(...more: Trailing<PReLUOptions, [numParameters: number, init: number]>) {
    super();
    const { numParameters = 1, init = 0.25 } = read<PReLUOptions>(preluTakes, more);
    this.numParameters = numParameters;
    this.weight = new Parameter([numParameters], init);
  }
  forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }
  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
