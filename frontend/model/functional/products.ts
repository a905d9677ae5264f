/** Products of vectors, matrices and stacks of them: each is the tensor's method of its name. */

import { fn, withOptions } from '../arguments.ts';
import { dimOf } from '../dims.ts';
import { einsum } from '../einsum.ts';
import * as k from '../kinds.ts';
import { wrongRank } from '../promote.ts';
import { type AddOptions, Tensor } from '../tensor.ts';
import { called, userError } from '../trace.ts';

const factors = { beta: k.optional(k.number), alpha: k.optional(k.number) };
const third = { x: k.tensor, tensor1: k.tensor, tensor2: k.tensor, value: k.optional(k.number) };

/** The product of two matrices. */
export const mm: (x: Tensor, mat2: Tensor) => Tensor = fn('mm', { x: k.tensor, mat2: k.tensor }, (x, mat2) =>
  x.mm(mat2),
);
/** The product of a matrix and a vector. */
export const mv: (x: Tensor, vec: Tensor) => Tensor = fn('mv', { x: k.tensor, vec: k.tensor }, (x, vec) => x.mv(vec));
/** The inner product of two vectors. */
export const dot: (x: Tensor, other: Tensor) => Tensor = fn('dot', { x: k.tensor, other: k.tensor }, (x, other) =>
  x.dot(other),
);
/** The products of two stacks of matrices, [B,I,J] and [B,J,K]. */
export const bmm: (x: Tensor, mat2: Tensor) => Tensor = fn('bmm', { x: k.tensor, mat2: k.tensor }, (x, mat2) =>
  x.bmm(mat2),
);
/** The products of all pairs of two vectors: [I] and [J] give [I,J]. */
export const outer: (x: Tensor, vec2: Tensor) => Tensor = fn('outer', { x: k.tensor, vec2: k.tensor }, (x, vec2) =>
  x.outer(vec2),
);
/** beta·x + alpha·(vec1·vec2ᵀ), of vectors, as addmm. */
export const addr: (x: Tensor, vec1: Tensor, vec2: Tensor, options?: AddOptions) => Tensor = withOptions(
  'addr',
  { x: k.tensor, vec1: k.tensor, vec2: k.tensor },
  factors,
  (x: Tensor, vec1: Tensor, vec2: Tensor, options: AddOptions) => {
    for (const v of [vec1, vec2]) if (v.dim !== 1) throw wrongRank('vectors', v.value);
    return x.addmm(vec1.unsqueeze(1), vec2.unsqueeze(0), options);
  },
);
const dimLists = k.listOf('two lists of dimensions', (v) => k.someDims.holds(v) && Array.isArray(v), {}, 2);
/** The sums of products over dimensions of both tensors: the last `dims` (2) of `x` and the first of `other`, or those of a pair of
 *  lists. The other dimensions of x come first in the result. */
export const tensordot: (
  x: Tensor,
  other: Tensor,
  dims?: number | readonly [readonly number[], readonly number[]],
) => Tensor = fn(
  'tensordot',
  { x: k.tensor, other: k.tensor, dims: k.optional(k.either(k.whole(0), dimLists)) },
  (x, other, dims = 2) => {
    const [a, b] = [x.value.type.shape, other.value.type.shape];
    const lists =
      typeof dims === 'number'
        ? [Array.from({ length: dims }, (_, i) => x.dim - dims + i), Array.from({ length: dims }, (_, i) => i)]
        : dims;
    const [of, by] = [lists[0]?.map((d) => dimOf(a, d)), lists[1]?.map((d) => dimOf(b, d))] as [number[], number[]];
    if (lists.length !== 2 || of.length !== by.length || [of, by].some((l) => new Set(l).size !== l.length))
      throw userError('bad-dim', `${called()}: the dimensions [${of}] and [${by}] do not belong together`);
    const letter = (i: number): string => String.fromCharCode(97 + i);
    const own = a.map((_, d) => letter(d));
    const others = b.map((_, d) => (by.includes(d) ? (own[of[by.indexOf(d)] as number] as string) : letter(x.dim + d)));
    const kept = [...own.filter((_, d) => !of.includes(d)), ...others.filter((_, d) => !by.includes(d))];
    return Tensor.of(einsum(`${own.join('')},${others.join('')}->${kept.join('')}`, [x.value, other.value]));
  },
);
/** beta·x + alpha·(mat1·mat2), of matrices; `beta` and `alpha` are 1 by default. x broadcasts, and is not read for beta 0. */
export const addmm: (x: Tensor, mat1: Tensor, mat2: Tensor, options?: AddOptions) => Tensor = withOptions(
  'addmm',
  { x: k.tensor, mat1: k.tensor, mat2: k.tensor },
  factors,
  (x: Tensor, mat1: Tensor, mat2: Tensor, options: AddOptions) => x.addmm(mat1, mat2, options),
);
/** beta·x + alpha·(mat·vec), of a matrix and a vector, as addmm. */
export const addmv: (x: Tensor, mat: Tensor, vec: Tensor, options?: AddOptions) => Tensor = withOptions(
  'addmv',
  { x: k.tensor, mat: k.tensor, vec: k.tensor },
  factors,
  (x: Tensor, mat: Tensor, vec: Tensor, options: AddOptions) => x.addmv(mat, vec, options),
);
/** beta·x + alpha·(batch1·batch2), of stacks of matrices, as addmm. */
export const baddbmm: (x: Tensor, batch1: Tensor, batch2: Tensor, options?: AddOptions) => Tensor = withOptions(
  'baddbmm',
  { x: k.tensor, batch1: k.tensor, batch2: k.tensor },
  factors,
  (x: Tensor, batch1: Tensor, batch2: Tensor, options: AddOptions) => x.baddbmm(batch1, batch2, options),
);
/** x + value·(tensor1·tensor2), element by element; value defaults to 1. */
export const addcmul: (x: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number) => Tensor = fn(
  'addcmul',
  third,
  (x, tensor1, tensor2, value = 1) => x.addcmul(tensor1, tensor2, value),
);
/** x + value·(tensor1/tensor2), element by element; value defaults to 1. */
export const addcdiv: (x: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number) => Tensor = fn(
  'addcdiv',
  third,
  (x, tensor1, tensor2, value = 1) => x.addcdiv(tensor1, tensor2, value),
);
