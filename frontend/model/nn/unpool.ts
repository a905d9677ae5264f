/** The reverse of max pools. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { maxUnpoolKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

/** The options of the reverse of max pools. */
export type MaxUnpoolLayerOptions<S extends Sizes> = Omit<F.MaxUnpoolOptions<S>, 'outputSize'>;

abstract class MaxUnpool<S extends Sizes> extends Module {
  readonly kernelSize: S;
  readonly stride: S;
  readonly padding: S;

  constructor(made: Signature, kernelSize: S, more: readonly unknown[]) {
    super();
    const { stride, padding = 0 as S } = read<MaxUnpoolLayerOptions<S>>(made, [kernelSize, ...more]);
    [this.kernelSize, this.stride, this.padding] = [kernelSize, stride ?? kernelSize, padding];
  }

  override extraRepr(): string {
    const list = (sizes: Sizes): string => repr(sizesOf(sizes, this.rank));
    return `kernel_size=${list(this.kernelSize)}, stride=${list(this.stride)}, padding=${list(this.padding)}`;
  }
  protected abstract get rank(): number;
}

const maxUnpool1dTakes = layer('MaxUnpool1d', { kernelSize: k.sizes(1, 1) }, maxUnpoolKinds(1));

/** The elements of an input [N,C,L] at their index in sequences, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool1d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export class MaxUnpool1d extends MaxUnpool<Single> {
  constructor(
    kernelSize: Single,
    ...more: Trailing<MaxUnpoolLayerOptions<Single>, [stride: Single | null, padding: Single]>
  ) {
    super(maxUnpool1dTakes, kernelSize, more);
  }
  protected get rank(): number {
    return 1;
  }
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[] | null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool1d(x, indices, this.kernelSize, { stride, padding, outputSize: outputSize ?? null });
  }
}

const maxUnpool2dTakes = layer('MaxUnpool2d', { kernelSize: k.sizes(2, 1) }, maxUnpoolKinds(2));

/** The elements of an input [N,C,H,W] at their index in images, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool2d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export class MaxUnpool2d extends MaxUnpool<Pair> {
  constructor(kernelSize: Pair, ...more: Trailing<MaxUnpoolLayerOptions<Pair>, [stride: Pair | null, padding: Pair]>) {
    super(maxUnpool2dTakes, kernelSize, more);
  }
  protected get rank(): number {
    return 2;
  }
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[] | null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool2d(x, indices, this.kernelSize, { stride, padding, outputSize: outputSize ?? null });
  }
}

const maxUnpool3dTakes = layer('MaxUnpool3d', { kernelSize: k.sizes(3, 1) }, maxUnpoolKinds(3));

/** The elements of an input [N,C,D,H,W] at their index in volumes, zeros elsewhere: `forward(x, indices)` is the reverse of
 *  `nn.MaxPool3d(2, { returnIndices: true })`, and takes the extents of the result as `outputSize`, where the windows did not cover them
 *  exactly. Options in PyTorch's order: stride (the kernel's extent), padding (0). Throws for sizes that are not whole numbers. */
export class MaxUnpool3d extends MaxUnpool<Triple> {
  constructor(
    kernelSize: Triple,
    ...more: Trailing<MaxUnpoolLayerOptions<Triple>, [stride: Triple | null, padding: Triple]>
  ) {
    super(maxUnpool3dTakes, kernelSize, more);
  }
  protected get rank(): number {
    return 3;
  }
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[] | null): Tensor {
    const { stride, padding } = this;
    return F.maxUnpool3d(x, indices, this.kernelSize, { stride, padding, outputSize: outputSize ?? null });
  }
}
