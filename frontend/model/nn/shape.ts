/** Layers that only change shapes, or nothing. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

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
