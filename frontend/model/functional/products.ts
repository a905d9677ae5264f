/** Products of vectors, matrices and stacks of them: each is the tensor's method of its name. */

import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import type { AddOptions, Tensor } from '../tensor.ts';

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
