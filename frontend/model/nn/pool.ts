/** Pooling. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { avgPoolKinds, maxPoolKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

abstract class MaxPool<S extends Sizes, R extends boolean> extends Module {
  readonly kernelSize: S;
  readonly options: Required<F.MaxPoolOptions<S, R>>;

  constructor(made: Signature, kernelSize: S, more: readonly unknown[]) {
    super();
    const { kernelSize: _, ...given } = read<F.MaxPoolOptions<S, R> & { kernelSize: S }>(made, [kernelSize, ...more]);
    const plain = { padding: 0 as S, dilation: 1 as S, ceilMode: false, returnIndices: false as R };
    this.kernelSize = kernelSize;
    this.options = { ...plain, ...given, stride: given.stride ?? kernelSize };
  }

  override extraRepr(): string {
    const { stride, padding, dilation, ceilMode } = this.options;
    return `kernel_size=${repr(this.kernelSize)}, stride=${repr(stride)}, padding=${repr(padding)}, dilation=${repr(dilation)}, ceil_mode=${repr(ceilMode)}`;
  }
}

abstract class AvgPool<S extends Sizes, O extends F.PoolOptions<S>> extends Module {
  readonly kernelSize: S;
  readonly options: O;

  constructor(made: Signature, kernelSize: S, more: readonly unknown[]) {
    super();
    const { kernelSize: _, ...given } = read<O & { kernelSize: S }>(made, [kernelSize, ...more]);
    this.kernelSize = kernelSize;
    this.options = { padding: 0, ...given, stride: given.stride ?? kernelSize } as unknown as O;
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    return `kernel_size=${repr(this.kernelSize)}, stride=${repr(stride)}, padding=${repr(padding)}`;
  }
}

const maxPool1dTakes = layer('MaxPool1d', { kernelSize: k.sizes(1, 1) }, maxPoolKinds.ofLayers(1));

/** The maximum of each window of sequences [N,C,L]: `nn.MaxPool1d(2)` halves the length. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export class MaxPool1d<R extends boolean = false> extends MaxPool<Single, R> {
  constructor(
    kernelSize: Single,
    ...more: Trailing<
      F.MaxPoolOptions<Single, R>,
      [stride: Single | null, padding: Single, dilation: Single, returnIndices: R, ceilMode: boolean]
    >
  ) {
    super(maxPool1dTakes, kernelSize, more);
  }

  forward(x: Tensor): F.Pooled<R> {
    return F.maxPool1d(x, this.kernelSize, this.options);
  }
}

const maxPool2dTakes = layer('MaxPool2d', { kernelSize: k.sizes(2, 1) }, maxPoolKinds.ofLayers(2));

/** The maximum of each window of images [N,C,H,W]: `nn.MaxPool2d(2)` halves height and width. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export class MaxPool2d<R extends boolean = false> extends MaxPool<Pair, R> {
  constructor(
    kernelSize: Pair,
    ...more: Trailing<
      F.MaxPoolOptions<Pair, R>,
      [stride: Pair | null, padding: Pair, dilation: Pair, returnIndices: R, ceilMode: boolean]
    >
  ) {
    super(maxPool2dTakes, kernelSize, more);
  }

  forward(x: Tensor): F.Pooled<R> {
    return F.maxPool2d(x, this.kernelSize, this.options);
  }
}

const maxPool3dTakes = layer('MaxPool3d', { kernelSize: k.sizes(3, 1) }, maxPoolKinds.ofLayers(3));

/** The maximum of each window of volumes [N,C,D,H,W]: `nn.MaxPool3d(2)` halves all three extents. Options in PyTorch's
 *  order: stride (the kernel's extent), padding (0), dilation (1), returnIndices (false), ceilMode (false). With
 *  returnIndices, `forward` returns a list of two tensors. Throws for sizes that are not whole numbers of at least 1, and in
 *  `forward` if the window does not fit. */
export class MaxPool3d<R extends boolean = false> extends MaxPool<Triple, R> {
  constructor(
    kernelSize: Triple,
    ...more: Trailing<
      F.MaxPoolOptions<Triple, R>,
      [stride: Triple | null, padding: Triple, dilation: Triple, returnIndices: R, ceilMode: boolean]
    >
  ) {
    super(maxPool3dTakes, kernelSize, more);
  }

  forward(x: Tensor): F.Pooled<R> {
    return F.maxPool3d(x, this.kernelSize, this.options);
  }
}

const avgPool1dTakes = layer('AvgPool1d', { kernelSize: k.sizes(1, 1) }, avgPoolKinds(1));

/** The mean of each window of sequences [N,C,L]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export class AvgPool1d extends AvgPool<Single, F.AvgPool1dOptions> {
  constructor(
    kernelSize: Single,
    ...more: Trailing<
      F.AvgPool1dOptions,
      [stride: Single | null, padding: Single, ceilMode: boolean, countIncludePad: boolean]
    >
  ) {
    super(avgPool1dTakes, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return F.avgPool1d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding } = this.options;
    const list = (sizes: Sizes): string => repr(sizesOf(sizes, 1));
    return `kernel_size=${list(this.kernelSize)}, stride=${list(stride as Single)}, padding=${list(padding as Single)}`;
  }
}

const avgPool2dTakes = layer('AvgPool2d', { kernelSize: k.sizes(2, 1) }, avgPoolKinds(2));

/** The mean of each window of images [N,C,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export class AvgPool2d extends AvgPool<Pair, F.AvgPoolOptions> {
  constructor(
    kernelSize: Pair,
    ...more: Trailing<
      F.AvgPoolOptions,
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]
    >
  ) {
    super(avgPool2dTakes, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.kernelSize, this.options);
  }
}

const avgPool3dTakes = layer('AvgPool3d', { kernelSize: k.sizes(3, 1) }, avgPoolKinds(3));

/** The mean of each window of volumes [N,C,D,H,W]. Options in PyTorch's order: stride (the kernel's extent), padding (0),
 *  ceilMode (false), countIncludePad (true), divisorOverride (none). Throws for sizes that are not whole numbers of at least
 *  1, and in `forward` if the window does not fit. */
export class AvgPool3d extends AvgPool<Triple, F.AvgPoolOptions<Triple>> {
  constructor(
    kernelSize: Triple,
    ...more: Trailing<
      F.AvgPoolOptions<Triple>,
      [
        stride: Triple | null,
        padding: Triple,
        ceilMode: boolean,
        countIncludePad: boolean,
        divisorOverride: number | null,
      ]
    >
  ) {
    super(avgPool3dTakes, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return F.avgPool3d(x, this.kernelSize, this.options);
  }
}
