/** Diagonals, products of matrices and vectors of more kinds, and distances of all pairs. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, elementsDim, isBatch, type Shape, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { viewAs } from '../broadcast.ts';
import { dimOf, joinedDim } from '../dims.ts';
import * as k from '../kinds.ts';
import { float, wrongRank } from '../promote.ts';
import { cut, fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import { cat } from './join.ts';

/** `v` with dimensions `a` and `b` after all others. */
function atEnd(v: Value, a: number, b: number): Value {
  const others = v.type.shape.map((_, d) => d).filter((d) => d !== a && d !== b);
  const perm = [...others, a, b];
  return perm.every((p, d) => p === d) ? v : ir.permute(v, { perm });
}
/** Two dimensions of a shape that are not the same. */
function twoDims(shape: Shape, dim1: number, dim2: number, more = 0): [number, number] {
  const [a, b] = [dimOf(shape, dim1, { more }), dimOf(shape, dim2, { more })];
  if (a !== b) return [a, b];
  throw userError('bad-dim', `${called()}: dim1 and dim2 are both ${a}`);
}

/** The elements of `x` whose indices along `dim1` (0) and `dim2` (1) differ by `offset` (0), as a last dimension. */
export const diagonal: (x: Tensor, offset?: number, dim1?: number, dim2?: number) => Tensor = fn(
  'diagonal',
  { x: k.tensor, offset: k.optional(k.whole()), dim1: k.optional(k.dim), dim2: k.optional(k.dim) },
  (x, offset = 0, dim1 = 0, dim2 = 1) =>
    Tensor.of(diagonalOf(x.value, offset, ...twoDims(x.value.type.shape, dim1, dim2))),
);
function diagonalOf(x: Value, offset: number, a: number, b: number): Value {
  const v = atEnd(x, a, b);
  const lead = v.type.shape.slice(0, -2);
  const [rows, columns] = [fixedExtent(x.type.shape, a), fixedExtent(x.type.shape, b)];
  const count = Math.max(0, Math.min(offset < 0 ? rows + offset : rows, offset < 0 ? columns : columns - offset));
  const flat = viewAs(v, [...lead, rows * columns]);
  return cut(flat, lead.length, count === 0 ? 0 : offset < 0 ? -offset * columns : offset, count, columns + 1);
}

/** Matrices with the last dimension of `x` on the diagonal that is `offset` (0) further right, and zeros elsewhere, in dimensions
 *  `dim1` (-2) and `dim2` (-1). */
export const diagEmbed: (x: Tensor, offset?: number, dim1?: number, dim2?: number) => Tensor = fn(
  'diagEmbed',
  { x: k.tensor, offset: k.optional(k.whole()), dim1: k.optional(k.dim), dim2: k.optional(k.dim) },
  (x, offset = 0, dim1 = -2, dim2 = -1) => {
    if (x.dim === 0) throw wrongRank('a tensor with dimensions', x.value);
    return Tensor.of(embedded(x.value, offset, ...twoDims(x.value.type.shape, dim1, dim2, 1)));
  },
);
function embedded(x: Value, offset: number, a: number, b: number): Value {
  const { shape } = x.type;
  const last = shape.length - 1;
  const count = fixedExtent(shape, last);
  const side = count + Math.abs(offset);
  const low = offset < 0 ? -offset * side : offset;
  const along = (here: number): number[] => shape.map((_, d) => (d === last ? here : 0));
  const between = count > 0 ? (count - 1) * (side + 1) + 1 : 0;
  const flat = ir.pad(x, {
    low: along(low),
    high: along(side * side - low - between),
    interior: along(side),
    value: 0,
  });
  const square = viewAs(flat, [...shape.slice(0, -1), side, side]);
  // The matrices' dimensions move to where they are wanted.
  const others = square.type.shape.map((_, d) => d).slice(0, -2);
  const perm = square.type.shape.map((_, d) => (d === a ? last : d === b ? last + 1 : (others.shift() as number)));
  return perm.every((p, d) => p === d) ? square : ir.permute(square, { perm });
}

/** For a vector the matrix with it on a diagonal, for a matrix that diagonal: the one that is `diagonal` (0) further
 *  right. */
export const diag: (x: Tensor, diagonal?: number) => Tensor = fn(
  'diag',
  { x: k.tensor, diagonal: k.optional(k.whole()) },
  (x, diagonal = 0) => {
    if (x.dim === 1) return Tensor.of(embedded(x.value, diagonal, 0, 1));
    if (x.dim === 2) return Tensor.of(diagonalOf(x.value, diagonal, 0, 1));
    throw wrongRank('a vector or a matrix', x.value, 'diagonal and diagEmbed take tensors of any rank');
  },
);
/** The sum of the diagonal of a matrix. */
export const trace: (x: Tensor) => Tensor = fn('trace', { x: k.tensor }, (x) => {
  if (x.dim !== 2) throw wrongRank('a matrix', x.value);
  return Tensor.of(diagonalOf(x.value, 0, 0, 1)).sum();
});

/** The Kronecker product: each element of `x` times all of `other`, in its place. */
export const kron: (x: Tensor, other: Tensor) => Tensor = fn('kron', { x: k.tensor, other: k.tensor }, (x, other) => {
  const rank = Math.max(x.dim, other.dim);
  const full = (t: Tensor): readonly Dim[] => [...Array.from({ length: rank - t.dim }, () => 1), ...t.value.type.shape];
  const [a, b] = [full(x), full(other)];
  const wide = Tensor.of(
    viewAs(
      x.value,
      a.flatMap((e) => [e, 1]),
    ),
  );
  const narrow = Tensor.of(
    viewAs(
      other.value,
      b.flatMap((e) => [1, e]),
    ),
  );
  const shape = a.map((e, d) => elementsDim([e, b[d] as Dim]));
  if (shape.includes(null)) throw userError('bad-shape', `${called()}: the result would have an extent of N²`);
  return Tensor.of(viewAs(wide.mul(narrow).value, shape as Dim[]));
});
/** The cross product along `dim`, by default the first of extent 3; the two broadcast. */
export const cross: (x: Tensor, other: Tensor, dim?: number | null) => Tensor = fn(
  'cross',
  { x: k.tensor, other: k.tensor, dim: k.optional(k.orNull(k.dim)) },
  (x, other, dim = null) => {
    const { shape } = x.value.type;
    const d = dim === null ? shape.indexOf(3) : dimOf(shape, dim);
    if (shape[d] !== 3 || other.dim !== x.dim || other.value.type.shape[d] !== 3)
      throw userError(
        'shape-mismatch',
        `${called()}: needs two tensors with ${dim === null ? 'a dimension' : `dimension ${d}`} of extent 3, got ${showType(x.value.type)} and ${showType(other.value.type)}`,
        { notes: involved({ x: x.value, other: other.value }) },
      );
    const [next, after] = [-1, -2];
    return x
      .roll(next, d)
      .mul(other.roll(after, d))
      .sub(x.roll(after, d).mul(other.roll(next, d)));
  },
);
/** The sums of products over the last dimensions of two tensors: […,J] and [***,J] give […,***]. */
export const inner: (x: Tensor, other: Tensor) => Tensor = fn('inner', { x: k.tensor, other: k.tensor }, (x, other) => {
  if (x.dim === 0 || other.dim === 0) return x.mul(other);
  const rows = (t: Tensor): Tensor => {
    const { shape } = t.value.type;
    const n = elementsDim(shape.slice(0, -1));
    if (n === null) throw wrongRank('one batch', t.value);
    return Tensor.of(viewAs(t.value, [n, shape.at(-1) as Dim]));
  };
  const shape = [...x.value.type.shape.slice(0, -1), ...other.value.type.shape.slice(0, -1)];
  return Tensor.of(viewAs(rows(x).mm(rows(other).t()).value, shape));
});

const computeModes = [
  'use_mm_for_euclid_dist_if_necessary',
  'use_mm_for_euclid_dist',
  'donot_use_mm_for_euclid_dist',
] as const;
/** PyTorch's ways to compute distances; here all are exact. */
type ComputeMode = (typeof computeModes)[number];
/** The p-norm (2) of the difference of each row of `x1` […,P,M] and each of `x2` […,R,M]: […,P,R]. Its gradient is 0 where it is 0. */
export const cdist: (x1: Tensor, x2: Tensor, p?: number, computeMode?: ComputeMode) => Tensor = fn(
  'cdist',
  {
    x1: k.tensor,
    x2: k.tensor,
    p: k.optional(k.notNegative),
    computeMode: k.optional(k.oneOf(...computeModes)),
  },
  (x1, x2, p = 2) => {
    for (const t of [x1, x2]) if (float(t.value).type.shape.length < 2) throw wrongRank('matrices of rows', t.value);
    return x1.unsqueeze(-2).sub(x2.unsqueeze(-3)).norm(p, -1);
  },
);
/** The p-norm (2) of the difference of each pair of rows of `x` [P,M]: those of row 0, then those of row 1 with the later ones, and so
 *  on. P is a number. */
export const pdist: (x: Tensor, p?: number) => Tensor = fn(
  'pdist',
  { x: k.tensor, p: k.optional(k.notNegative) },
  (x, p = 2) => {
    const { shape } = float(x.value).type;
    if (shape.length !== 2) throw wrongRank('a matrix of rows', x.value);
    const rows = fixedExtent(shape, 0);
    const parts = Array.from({ length: Math.max(0, rows - 1) }, (_, i) =>
      x
        .narrow(0, i, 1)
        .sub(x.narrow(0, i + 1, rows - i - 1))
        .norm(p, 1),
    );
    return parts.length > 0 ? cat(parts) : Tensor.of(ir.full({ value: 0, shape: [0], dtype: 'f32' }));
  },
);
/** The p-norm (2) of the difference of two tensors, which broadcast. */
export const dist: (x: Tensor, other: Tensor, p?: number) => Tensor = fn(
  'dist',
  { x: k.tensor, other: k.tensor, p: k.optional(k.number) },
  (x, other, p = 2) => x.sub(other).norm(p),
);
const aboveZero = k.kind('a number greater than 0', (v) => k.notNegative.holds(v) && v !== 0);
/** `x` with the slices along `dim` whose p-norm is above `maxnorm` shortened to it. */
export const renorm: (x: Tensor, p: number, dim: number, maxnorm: number) => Tensor = fn(
  'renorm',
  { x: k.tensor, p: aboveZero, dim: k.dim, maxnorm: k.finite(0) },
  (x, p, dim, maxnorm) => {
    const { shape } = float(x.value).type;
    if (shape.length < 2) throw wrongRank('a tensor of two dimensions or more', x.value);
    const d = dimOf(shape, dim);
    const others = shape.map((_, i) => i).filter((i) => i !== d);
    const length = x.norm(p, others, true);
    const by = where(length.gt(maxnorm), length.add(1e-7).reciprocal().mul(maxnorm), 1);
    return x.mul(by);
  },
);

/** Matrices on the diagonal of one, zeros elsewhere; vectors count as a row. */
export const blockDiag: (tensors: readonly Tensor[]) => Tensor = fn('blockDiag', { tensors: k.tensors }, (tensors) => {
  const blocks = tensors.map((t) => {
    if (t.dim > 2) throw wrongRank('matrices', t.value);
    return t.dim === 2 ? t.value : viewAs(t.value, [1, joinedDim(t.value.type.shape)]);
  });
  if (blocks.some((b) => b.type.shape.some((e) => isBatch(e))))
    throw userError('shape-mismatch', `${called()}: a batch cannot be joined with others`);
  const columns = blocks.reduce((n, b) => n + (b.type.shape[1] as number), 0);
  let start = 0;
  const bands = blocks.map((b) => {
    const width = b.type.shape[1] as number;
    start += width;
    return Tensor.of(ir.pad(b, { low: [0, start - width], high: [0, columns - start], interior: [0, 0], value: 0 }));
  });
  return cat(bands);
});
