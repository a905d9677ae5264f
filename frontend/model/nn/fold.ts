/** Windows of images as columns, and pools by norms. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { foldKinds, lpPoolKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Pair, Single, Sizes } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

abstract class Windows extends Module {
  readonly kernelSize: Pair;
  readonly options: Required<F.FoldOptions>;
  constructor(kernelSize: Pair, { dilation = 1, padding = 0, stride = 1 }: F.FoldOptions) {
    super();
    [this.kernelSize, this.options] = [kernelSize, { dilation, padding, stride }];
  }
  override extraRepr(): string {
    const { dilation, padding, stride } = this.options;
    return `kernel_size=${repr(this.kernelSize)}, dilation=${repr(dilation)}, padding=${repr(padding)}, stride=${repr(stride)}`;
  }
}

const unfoldTakes = layer('Unfold', { kernelSize: k.pair(1) }, foldKinds);

/** The windows of images as columns: [N,C,H,W] to [N,C·kh·kw,L], the elements of each of L windows. Options in PyTorch's order: dilation
 *  (1), padding (0), stride (1). Throws in `forward` if no window fits. */
export class Unfold extends Windows {
  constructor(kernelSize: Pair, ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>) {
    super(kernelSize, read<F.FoldOptions>(unfoldTakes, [kernelSize, ...more]));
  }
  forward(x: Tensor): Tensor {
    return F.unfold(x, this.kernelSize, this.options);
  }
}

const foldTakes = layer('Fold', { outputSize: k.pair(1), kernelSize: k.pair(1) }, foldKinds);

/** The sum of columns at the positions of their windows in images: [N,C·kh·kw,L] to [N,C,…outputSize], the transpose of
 *  `nn.Unfold`. Options in PyTorch's order: dilation (1), padding (0), stride (1). Throws in `forward` if an image of this
 *  size has not L windows. */
export class Fold extends Windows {
  readonly outputSize: Pair;
  constructor(
    outputSize: Pair,
    kernelSize: Pair,
    ...more: Trailing<F.FoldOptions, [dilation: Pair, padding: Pair, stride: Pair]>
  ) {
    super(kernelSize, read<F.FoldOptions>(foldTakes, [outputSize, kernelSize, ...more]));
    this.outputSize = outputSize;
  }
  forward(x: Tensor): Tensor {
    return F.fold(x, this.outputSize, this.kernelSize, this.options);
  }
  override extraRepr(): string {
    return `output_size=${repr(this.outputSize)}, ${super.extraRepr()}`;
  }
}

abstract class LPPool<S extends Sizes> extends Module {
  readonly normType: number;
  readonly kernelSize: S;
  readonly stride: S | null;
  readonly ceilMode: boolean;
  constructor(made: Signature, normType: number, kernelSize: S, more: readonly unknown[]) {
    super();
    const { stride = null, ceilMode = false } = read<F.LPPoolOptions<S>>(made, [normType, kernelSize, ...more]);
    [this.normType, this.kernelSize, this.stride, this.ceilMode] = [normType, kernelSize, stride, ceilMode];
  }
  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    return `norm_type=${repr(normType)}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}, ceil_mode=${repr(ceilMode)}`;
  }
}

const lpPool1dTakes = layer('LPPool1d', { normType: k.finite(), kernelSize: k.sizes(1, 1) }, lpPoolKinds(1));

/** (Σ x^p)^(1/p) of each window of sequences [N,C,L], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
 *  (false). Throws in `forward` if the window does not fit. */
export class LPPool1d extends LPPool<Single> {
  constructor(
    normType: number,
    kernelSize: Single,
    ...more: Trailing<F.LPPoolOptions<Single>, [stride: Single | null, ceilMode: boolean]>
  ) {
    super(lpPool1dTakes, normType, kernelSize, more);
  }
  forward(x: Tensor): Tensor {
    return F.lpPool1d(x, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}

const lpPool2dTakes = layer('LPPool2d', { normType: k.finite(), kernelSize: k.pair(1) }, lpPoolKinds(2));

/** (Σ x^p)^(1/p) of each window of images [N,C,H,W], p = `normType`. Options in PyTorch's order: stride (the kernel's extent), ceilMode
 *  (false). Throws in `forward` if the window does not fit. */
export class LPPool2d extends LPPool<Pair> {
  constructor(
    normType: number,
    kernelSize: Pair,
    ...more: Trailing<F.LPPoolOptions, [stride: Pair | null, ceilMode: boolean]>
  ) {
    super(lpPool2dTakes, normType, kernelSize, more);
  }
  forward(x: Tensor): Tensor {
    return F.lpPool2d(x, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}
