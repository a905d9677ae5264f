/** Pools to given extents. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

abstract class AdaptivePool extends Module {
  readonly outputSize: F.OutputSize;
  constructor(outputSize: F.OutputSize) {
    super();
    this.outputSize = outputSize;
  }
  override extraRepr(): string {
    return `output_size=${repr(this.outputSize)}`;
  }
}

/** The option of adaptive max pools. */
export interface ReturnIndicesOption<R extends boolean> {
  /** Return a list of two tensors, the greatest elements and the row-major index of each in the input, i32; defaults to false. */
  readonly returnIndices?: R;
}
const returnIndices = { returnIndices: k.optional(k.flag) };

abstract class AdaptiveMaxPool<R extends boolean> extends AdaptivePool {
  readonly returnIndices: R;
  constructor(outputSize: F.OutputSize, { returnIndices = false as R }: ReturnIndicesOption<R>) {
    super(outputSize);
    this.returnIndices = returnIndices;
  }
}

const adaptiveAvgPool1dTakes = layer('AdaptiveAvgPool1d', { outputSize: k.outputSize(1) });

/** The mean of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the extent of the input. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(outputSize: F.OutputSize, ...none: []) {
    read(adaptiveAvgPool1dTakes, [outputSize, ...none]);
    super(outputSize);
  }
  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }
}

const adaptiveAvgPool2dTakes = layer('AdaptiveAvgPool2d', { outputSize: k.outputSize(2) });

/** The mean of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(outputSize: F.OutputSize, ...none: []) {
    read(adaptiveAvgPool2dTakes, [outputSize, ...none]);
    super(outputSize);
  }
  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}

const adaptiveAvgPool3dTakes = layer('AdaptiveAvgPool3d', { outputSize: k.outputSize(3) });

/** The mean of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the extent of the input. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(outputSize: F.OutputSize, ...none: []) {
    read(adaptiveAvgPool3dTakes, [outputSize, ...none]);
    super(outputSize);
  }
  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool3d(x, this.outputSize);
  }
}

const adaptiveMaxPool1dTakes = layer('AdaptiveMaxPool1d', { outputSize: k.outputSize(1) }, returnIndices);

/** The maximum of windows of sequences [N,C,L], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export class AdaptiveMaxPool1d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  constructor(outputSize: F.OutputSize, ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>) {
    super(outputSize, read<ReturnIndicesOption<R>>(adaptiveMaxPool1dTakes, [outputSize, ...more]));
  }
  forward(x: Tensor): F.Pooled<R> {
    return F.adaptiveMaxPool1d(x, this.outputSize, this.returnIndices);
  }
  /** The same, with the row-major index in the input of each greatest element. */
  withIndices(x: Tensor): F.MaxPooled {
    return F.adaptiveMaxPool1dWithIndices(x, this.outputSize);
  }
}

const adaptiveMaxPool2dTakes = layer('AdaptiveMaxPool2d', { outputSize: k.outputSize(2) }, returnIndices);

/** The maximum of windows of images [N,C,H,W], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export class AdaptiveMaxPool2d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  constructor(outputSize: F.OutputSize, ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>) {
    super(outputSize, read<ReturnIndicesOption<R>>(adaptiveMaxPool2dTakes, [outputSize, ...more]));
  }
  forward(x: Tensor): F.Pooled<R> {
    return F.adaptiveMaxPool2d(x, this.outputSize, this.returnIndices);
  }
  /** The same, with the row-major index in the input of each greatest element. */
  withIndices(x: Tensor): F.MaxPooled {
    return F.adaptiveMaxPool2dWithIndices(x, this.outputSize);
  }
}

const adaptiveMaxPool3dTakes = layer('AdaptiveMaxPool3d', { outputSize: k.outputSize(3) }, returnIndices);

/** The maximum of windows of volumes [N,C,D,H,W], as many as `outputSize` says along each dimension, null for the
 *  extent of the input. With `returnIndices`, `forward` returns a list of two tensors. */
export class AdaptiveMaxPool3d<R extends boolean = false> extends AdaptiveMaxPool<R> {
  constructor(outputSize: F.OutputSize, ...more: Trailing<ReturnIndicesOption<R>, [returnIndices: R]>) {
    super(outputSize, read<ReturnIndicesOption<R>>(adaptiveMaxPool3dTakes, [outputSize, ...more]));
  }
  forward(x: Tensor): F.Pooled<R> {
    return F.adaptiveMaxPool3d(x, this.outputSize, this.returnIndices);
  }
  /** The same, with the row-major index in the input of each greatest element. */
  withIndices(x: Tensor): F.MaxPooled {
    return F.adaptiveMaxPool3dWithIndices(x, this.outputSize);
  }
}
