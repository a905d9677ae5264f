/** Activations along a dimension. */

import { describe } from '../../../ir/graph.ts';
import { type Kind, read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { involved, userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

export interface DimOption {
  /** The dimension of the classes. It must be given: PyTorch would guess it, and warn. */
  readonly dim?: number;
}
const classDim = (name: string): Kind => ({
  ...k.dim,
  help: () => `it is the dimension to normalise over: write nn.${name}(1), or nn.${name}({ dim: -1 })`,
});
const softmaxTakes = layer('Softmax', {}, { dim: classDim('Softmax') });

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

const logSoftmaxTakes = layer('LogSoftmax', {}, { dim: classDim('LogSoftmax') });

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

const softminTakes = layer('Softmin', {}, { dim: classDim('Softmin') });

/** Softmax of -x along `dim`, which must be given: `nn.Softmin(1)`. Of any shape; throws in `forward` if the input has no such
 *  dimension. */
export class Softmin extends Module {
  readonly dim: number;

  constructor(...more: Trailing<DimOption, [dim: number]>) {
    super();
    this.dim = read<Required<DimOption>>(softminTakes, more).dim;
  }
  forward(x: Tensor): Tensor {
    return F.softmin(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

const softmax2dTakes = layer('Softmax2d', {});

/** Softmax over the channels of images [N,C,H,W] or [C,H,W], for each pixel. Throws in `forward` for inputs of other shapes. */
export class Softmax2d extends Module {
  constructor(...none: []) {
    super();
    read(softmax2dTakes, none);
  }
  forward(x: Tensor): Tensor {
    if (x.dim !== 3 && x.dim !== 4)
      throw withLoc(() =>
        userError('shape-mismatch', `Softmax2d: needs an input of 3 or 4 dimensions, got ${describe(x.value)}`, {
          notes: involved({ input: x.value }),
          help: 'the channels come before rows and columns; nn.Softmax takes other shapes',
        }),
      );
    return F.softmax(x, -3);
  }
}

export interface GLUOptions {
  /** The dimension to halve; defaults to -1, the last. */
  readonly dim?: number;
}
const gluTakes = layer('GLU', {}, { dim: k.optional(k.dim) });

/** The first half of the input along `dim` (-1) times the sigmoid of the second, of any shape. Throws in `forward` if the extent
 *  is odd. */
export class GLU extends Module {
  readonly dim: number;

  constructor(...more: Trailing<GLUOptions, [dim: number]>) {
    super();
    this.dim = read<GLUOptions>(gluTakes, more).dim ?? -1;
  }
  forward(x: Tensor): Tensor {
    return F.glu(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
