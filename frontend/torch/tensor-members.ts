/** What tensors with values have besides the methods of all tensors, as types. */

import type { Tensor } from '../model/tensor.ts';
import type { BackwardOptions } from './backward-options.ts';
import type { GradFn } from './grad-fn.ts';

/** Numbers in lists, nested as the dimensions are. */
export type Nested = number | boolean | Nested[];

/** The members that `tapeout/torch` gives tensors. */
export interface TensorMembers {
  /** The only number of a tensor of one element. Throws if it has several. */
  item(): number;
  /** The numbers as nested lists; a number for a tensor without dimensions. Bools are true and false. */
  tolist(): Nested;
  /** A copy of the numbers, row-major. */
  numpy(): Float32Array | Int32Array | Uint8Array;
  /** The number of elements. */
  numel(): number;
  /** Whether operations on it are recorded for gradients. */
  requiresGrad: boolean;
  /** Sets `requiresGrad`, to true by default. Throws for integers, and to stop gradients of a tensor that is no leaf. */
  requiresGrad_(requiresGrad?: boolean): this;
  /** True for a tensor that was not computed from others that require a gradient. */
  readonly isLeaf: boolean;
  /** The sum of gradients that backward passes have added; null before the first, and after `zeroGrad`. */
  grad: Tensor | null;
  /** The function by which it was computed, as PyTorch names it; null for a leaf. */
  readonly gradFn: GradFn | null;
  /** Keeps the gradient of a tensor that is no leaf, in `grad`. */
  retainGrad(): void;
  /** Adds the gradients of this tensor, times `gradient`, which may be left out for one element, to `grad` of all leaves it was
   *  computed from. Throws if there is none that requires a gradient. */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void;
  /** Adds `other`, times `alpha`, in place. */
  add_(other: Tensor | number, alpha?: number): this;
  /** Subtracts `other`, times `alpha`, in place. */
  sub_(other: Tensor | number, alpha?: number): this;
  /** Multiplies by `other` in place. */
  mul_(other: Tensor | number): this;
  /** Divides by `other` in place. */
  div_(other: Tensor | number): this;
  /** Writes the values of `other`, which broadcasts. */
  copy_(other: Tensor): this;
  /** Writes one number to all elements. */
  fill_(value: number): this;
  /** Writes zeros. */
  zero_(): this;
  /** Clamps all elements in place. */
  clamp_(min?: number | null, max?: number | null): this;
  /** Adds value·tensor1·tensor2 in place. */
  addcmul_(tensor1: Tensor, tensor2: Tensor, value?: number): this;
  /** Adds value·tensor1/tensor2 in place. */
  addcdiv_(tensor1: Tensor, tensor2: Tensor, value?: number): this;
  /** Goes the share `weight` of the way to `end` in place. */
  lerp_(end: Tensor, weight: Tensor | number): this;
  /** Detaches it from what it was computed from. */
  detach_(): this;
  /** The slices along the first dimension. */
  [Symbol.iterator](): IterableIterator<Tensor>;
}
