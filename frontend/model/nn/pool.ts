/** Pooling. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { avgPoolKinds, maxPoolKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Pair } from '../pair.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

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
