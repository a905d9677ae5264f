/** Products with weights. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { countIn, kaimingUniform, uniformBias } from '../init.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface LinearOptions {
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
}
const linearTakes = layer('Linear', { inFeatures: k.whole(0), outFeatures: k.whole(0) }, { bias: k.optional(k.flag) });

/** x·weightᵀ + bias over the last dimension, […, inFeatures] to […, outFeatures]. `weight` [out, in] and `bias` [out], which
 *  `{ bias: false }` leaves out, are drawn from ±1/√in. Throws for sizes below 0, and in `forward` if the last dimension is
 *  not `inFeatures`. */
export class Linear extends Module {
  weight: Parameter;
  bias: Parameter | null;
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
