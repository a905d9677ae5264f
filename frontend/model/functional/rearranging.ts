/** Elements moved along dimensions, running sums, orders, and sums of products. */

import { fn } from '../arguments.ts';
import * as einsteins from '../einsum.ts';
import * as k from '../kinds.ts';
import { Tensor } from '../tensor.ts';

const one = k.either(k.whole(), k.wholes());

/** `x` with the elements along these dimensions in reverse order. */
export const flip: (x: Tensor, dims: number | readonly number[]) => Tensor = fn(
  'flip',
  { x: k.tensor, dims: one },
  (x, dims) => x.flip(dims),
);
/** `x` with the elements moved by `shifts` along `dims`, those beyond the end to the start; without `dims`, of all elements in row-major
 *  order. */
export const roll: (x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[] | null) => Tensor =
  fn('roll', { x: k.tensor, shifts: one, dims: k.optional(k.orNull(one)) }, (x, shifts, dims = null) =>
    x.roll(shifts, dims),
  );
/** Parts of `x` along `dim`, 0 by default: of one size, of which the last may be smaller, or of the sizes of a list. */
export const split: (x: Tensor, splitSize: number | readonly number[], dim?: number) => Tensor[] = fn(
  'split',
  { x: k.tensor, splitSize: k.either(k.whole(0), k.wholes(0)), dim: k.optional(k.dim) },
  (x, splitSize, dim = 0) => x.split(splitSize, dim),
);
/** At most `chunks` parts of `x` along `dim`, 0 by default, of one size, of which the last may be smaller. */
export const chunk: (x: Tensor, chunks: number, dim?: number) => Tensor[] = fn(
  'chunk',
  { x: k.tensor, chunks: k.whole(1), dim: k.optional(k.dim) },
  (x, chunks, dim = 0) => x.chunk(chunks, dim),
);
/** The part of matrices on and below their diagonal, or the one that is `diagonal` further right; 0 elsewhere. */
export const tril: (x: Tensor, diagonal?: number) => Tensor = fn(
  'tril',
  { x: k.tensor, diagonal: k.optional(k.whole()) },
  (x, diagonal = 0) => x.tril(diagonal),
);
/** The part of matrices on and above their diagonal, or the one that is `diagonal` further right; 0 elsewhere. */
export const triu: (x: Tensor, diagonal?: number) => Tensor = fn(
  'triu',
  { x: k.tensor, diagonal: k.optional(k.whole()) },
  (x, diagonal = 0) => x.triu(diagonal),
);
/** The sums of the elements along `dim` up to each. */
export const cumsum: (x: Tensor, dim: number) => Tensor = fn('cumsum', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.cumsum(dim),
);
// Whether the order is to be stable or sorted is no choice: it is both.
const order = { x: k.tensor, dim: k.optional(k.dim), descending: k.optional(k.flag), stable: k.optional(k.flag) };
/** The elements along `dim`, the last by default, in order, equal ones in their original order and NaN as the greatest, and
 *  their indices, i32. The gradient goes where elements stood. Each pair is compared. */
export const sort: (
  x: Tensor,
  dim?: number,
  descending?: boolean,
  stable?: boolean,
) => { values: Tensor; indices: Tensor } = fn('sort', order, (x, dim = -1, descending = false) =>
  x.sort(dim, descending),
);
/** The indices that sort `x` along `dim`, the last by default. */
export const argsort: (x: Tensor, dim?: number, descending?: boolean, stable?: boolean) => Tensor = fn(
  'argsort',
  order,
  (x, dim = -1, descending = false) => x.argsort(dim, descending),
);
/** The `k` greatest elements along `dim`, the last by default, or the least, in order, and their indices, i32. Each pair is compared. */
export const topk: (
  x: Tensor,
  k: number,
  dim?: number,
  largest?: boolean,
  sorted?: boolean,
) => { values: Tensor; indices: Tensor } = fn(
  'topk',
  {
    x: k.tensor,
    k: k.whole(0),
    dim: k.optional(k.dim),
    largest: k.optional(k.flag),
    sorted: k.optional(k.flag),
  },
  (x, count, dim = -1, largest = true) => x.topk(count, dim, largest),
);
/** Sums of products in Einstein's notation: `einsum('bij,bjk->bik', a, b)` is a product of matrices. Letters that the result lacks are
 *  summed over, `...` stands for any dimensions, and without `->` the result has the letters that occur once, in alphabetical
 *  order. Operands may be in one list. */
export const einsum: (equation: string, ...operands: readonly (Tensor | readonly Tensor[])[]) => Tensor = fn(
  'einsum',
  { equation: k.kind("an equation, such as 'ij,jk->ik'", (v) => typeof v === 'string'), operands: k.each(k.tensor) },
  (equation: string, ...operands: readonly (Tensor | readonly Tensor[])[]) => {
    const tensors = operands.flat() as Tensor[];
    return Tensor.of(
      einsteins.einsum(
        equation,
        tensors.map((t) => t.value),
      ),
    );
  },
);
