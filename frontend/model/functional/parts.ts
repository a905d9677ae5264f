/** Copies and other shapes, tensors joined and parted, and slices in place of others. */

import { type Dim, type Shape, sameShape, showShape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import { dimOf, type Extent } from '../dims.ts';
import * as k from '../kinds.ts';
import { wrongRank } from '../promote.ts';
import { clipped, fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { arange } from './create.ts';
import { cat, stack } from './join.ts';
import { indexCopy, meshgrid } from './placing.ts';

const one = { x: k.tensor };

/** A tensor of the same values. What is written to a buffer later does not change it. */
export const clone: (x: Tensor) => Tensor = fn('clone', one, (x) => Tensor.of(x.value));
/** All elements in row-major order. */
export const ravel: (x: Tensor) => Tensor = fn('ravel', one, (x) => x.flatten());
/** `x` repeated along extents of 1, and along new leading dimensions, to this shape; -1 keeps an extent. */
export const broadcastTo: (x: Tensor, shape: readonly Extent[]) => Tensor = fn(
  'broadcastTo',
  { x: k.tensor, shape: k.listOf('a list of extents', (e) => k.extent.holds(e)) },
  (x, shape) => x.expand(shape),
);
/** The tensors, each repeated to the shape that all of them broadcast to. */
export const broadcastTensors: (tensors: readonly Tensor[]) => Tensor[] = fn(
  'broadcastTensors',
  { tensors: k.tensors },
  (tensors) => {
    const [first, ...rest] = tensors.map((t) => t.value) as [Tensor['value'], ...Tensor['value'][]];
    const all = rest.reduce((a, b) => spreadTo(a, commonShape(a, b)), first);
    return tensors.map((t) => Tensor.of(spreadTo(t.value, all.type.shape)));
  },
);

const withDims = (x: Tensor, rank: number): Tensor => {
  if (x.dim >= rank) return x;
  if (rank === 1) return x.unsqueeze(0);
  if (rank === 2) return x.dim === 0 ? x.view(1, 1) : x.unsqueeze(0);
  return x.dim === 2 ? x.unsqueeze(2) : withDims(x, 2).unsqueeze(2);
};
/** `x`, a number as a vector of one element. */
export const atleast1d: (x: Tensor) => Tensor = fn('atleast1d', one, (x) => withDims(x, 1));
/** `x` as a matrix if it has fewer dimensions: a vector is a row. */
export const atleast2d: (x: Tensor) => Tensor = fn('atleast2d', one, (x) => withDims(x, 2));
/** `x` with three dimensions if it has fewer: [n] as [1, n, 1], [m, n] as [m, n, 1]. */
export const atleast3d: (x: Tensor) => Tensor = fn('atleast3d', one, (x) => withDims(x, 3));
/** Tensors side by side: along dimension 1, vectors along their own. */
export const hstack: (tensors: readonly Tensor[]) => Tensor = fn('hstack', { tensors: k.tensors }, (tensors) => {
  const all = tensors.map((t) => withDims(t, 1));
  return cat(all, (all[0] as Tensor).dim === 1 ? 0 : 1);
});
/** Tensors one below the other, along dimension 0; vectors are rows. */
export const vstack: (tensors: readonly Tensor[]) => Tensor = fn('vstack', { tensors: k.tensors }, (tensors) =>
  cat(
    tensors.map((t) => withDims(t, 2)),
    0,
  ),
);
/** Tensors of one shape stacked along a last dimension as columns: vectors give a matrix. */
export const columnStack: (tensors: readonly Tensor[]) => Tensor = fn(
  'columnStack',
  { tensors: k.tensors },
  (tensors) =>
    tensors.every((t) => t.dim === 1) ? stack(tensors, 1) : hstack(tensors.map((t) => (t.dim < 2 ? t.view(-1, 1) : t))),
);
/** Tensors one after another along the third dimension; those of fewer dimensions as `atleast3d` makes them. */
export const dstack: (tensors: readonly Tensor[]) => Tensor = fn('dstack', { tensors: k.tensors }, (tensors) =>
  cat(
    tensors.map((t) => withDims(t, 3)),
    2,
  ),
);

/** `x` from right to left: the second dimension in reverse order. */
export const fliplr: (x: Tensor) => Tensor = fn('fliplr', one, (x) => {
  if (x.dim < 2) throw wrongRank('at least two dimensions', x.value);
  return x.flip(1);
});
/** `x` upside down: the first dimension in reverse order. */
export const flipud: (x: Tensor) => Tensor = fn('flipud', one, (x) => {
  if (x.dim < 1) throw wrongRank('at least one dimension', x.value);
  return x.flip(0);
});
/** The elements along the first dimension in order, as `sort`. */
export const msort: (x: Tensor) => Tensor = fn('msort', one, (x) => (x.dim === 0 ? x : x.sort(0).values));

const places = k.either(k.whole(), k.wholes());
/** Parts of `x` along `dim` (0): this many, the first ones larger by 1 where the extent does not divide, or those between the
 *  places of a list, which count from the end if negative. */
export const tensorSplit: (x: Tensor, indicesOrSections: number | readonly number[], dim?: number) => Tensor[] = fn(
  'tensorSplit',
  { x: k.tensor, indicesOrSections: places, dim: k.optional(k.dim) },
  (x, given, dim = 0) => {
    if (x.dim === 0) throw wrongRank('a tensor with dimensions', x.value);
    return parts(x, given, dimOf(x.value.type.shape, dim));
  },
);
function parts(x: Tensor, given: number | readonly number[], d: number): Tensor[] {
  const length = fixedExtent(x.value.type.shape, d);
  if (typeof given === 'number') {
    if (given < 1) throw userError('bad-argument', `${called()}: ${given} parts; there must be at least one`);
    const sizes = Array.from({ length: given }, (_, i) => Math.floor(length / given) + (i < length % given ? 1 : 0));
    return x.split(sizes, d);
  }
  const ends = [...given.map((i) => clipped(i, length)), length];
  return ends.map((end, i) => {
    const start = i === 0 ? 0 : (ends[i - 1] as number);
    return x.narrow(d, start, Math.max(0, end - start));
  });
}
/** A function that parts along a fixed dimension; of a number of parts, the extent is a multiple. */
const splitAlong = (name: string, rank: number, dimFor: (x: Tensor) => number) =>
  fn(name, { x: k.tensor, indicesOrSections: places }, (x: Tensor, given: number | readonly number[]): Tensor[] => {
    if (x.dim < rank) throw wrongRank(`at least ${rank} dimension${rank === 1 ? '' : 's'}`, x.value);
    const d = dimFor(x);
    const length = fixedExtent(x.value.type.shape, d);
    if (typeof given === 'number' && given > 0 && length % given !== 0)
      throw userError('bad-argument', `${called()}: an extent of ${length} does not divide into ${given} equal parts`, {
        help: 'tensorSplit makes parts of two sizes',
      });
    return parts(x, given, d);
  });
/** Equal parts of `x` side by side, along dimension 1, or 0 of a vector, or those between the places of a list. */
export const hsplit: (x: Tensor, indicesOrSections: number | readonly number[]) => Tensor[] = splitAlong(
  'hsplit',
  1,
  (x) => (x.dim === 1 ? 0 : 1),
);
/** Equal parts of `x` one below the other, along dimension 0, or those between the places of a list. */
export const vsplit: (x: Tensor, indicesOrSections: number | readonly number[]) => Tensor[] = splitAlong(
  'vsplit',
  2,
  () => 0,
);
/** Equal parts of `x` along dimension 2, or those between the places of a list. */
export const dsplit: (x: Tensor, indicesOrSections: number | readonly number[]) => Tensor[] = splitAlong(
  'dsplit',
  3,
  () => 2,
);

/** The elements of `x`, in row-major order, at these indices, in the shape of `index`, i32. */
export const take: (x: Tensor, index: Tensor) => Tensor = fn('take', { x: k.tensor, index: k.tensor }, (x, index) =>
  x.flatten().indexSelect(0, index.flatten()).reshape(index.shape),
);
/** `x` with `src` in place of its slice `index` along `dim`. */
export const selectScatter: (x: Tensor, src: Tensor, dim: number, index: number) => Tensor = fn(
  'selectScatter',
  { x: k.tensor, src: k.tensor, dim: k.dim, index: k.whole() },
  (x, src, dim, index) => {
    const d = dimOf(x.value.type.shape, dim);
    const length = fixedExtent(x.value.type.shape, d);
    const at = index < 0 ? index + length : index;
    if (at < 0 || at >= length)
      throw userError('bad-argument', `${called()}: there is no slice ${index} of ${length} along dimension ${dim}`);
    requireShape(src, x.value.type.shape.toSpliced(d, 1));
    return replaced(x, src.unsqueeze(d), d, at, length);
  },
);
/** `x` with `src` in place of the slices from `start` (0) to before `end`, the extent by default, along `dim` (0), every `step`-th (1). */
export const sliceScatter: (
  x: Tensor,
  src: Tensor,
  dim?: number,
  start?: number | null,
  end?: number | null,
  step?: number,
) => Tensor = fn(
  'sliceScatter',
  {
    x: k.tensor,
    src: k.tensor,
    dim: k.optional(k.dim),
    start: k.optional(k.orNull(k.whole())),
    end: k.optional(k.orNull(k.whole())),
    step: k.optional(k.whole(1)),
  },
  (x, src, dim = 0, start = null, end = null, step = 1) => {
    const d = dimOf(x.value.type.shape, dim);
    const length = fixedExtent(x.value.type.shape, d);
    const [from, to] = [clipped(start ?? 0, length), clipped(end ?? length, length)];
    const count = Math.max(0, Math.ceil((to - from) / step));
    requireShape(src, x.value.type.shape.with(d, count));
    if (count === 0) return x;
    return step === 1 ? replaced(x, src, d, from, length) : indexCopy(x, d, arange(from, to, step), src);
  },
);
/** Throws unless `src` has the shape of what it replaces. */
function requireShape(src: Tensor, wanted: Shape): void {
  const { shape } = src.value.type;
  if (!sameShape(shape, wanted))
    throw userError(
      'shape-mismatch',
      `${called()}: src is ${showShape(shape)}, and the part that it replaces ${showShape(wanted)}`,
      {
        notes: involved({ src: src.value }),
      },
    );
}
/** `x`, of this length along `d`, with `src` from `at` on. */
function replaced(x: Tensor, src: Tensor, d: number, at: number, length: number): Tensor {
  const size = src.value.type.shape[d] as Dim as number;
  const end = at + size;
  const all = [x.narrow(d, 0, at), src, x.narrow(d, end, length - end)];
  return cat(
    all.filter((_, i) => [at, size, length - end][i] !== 0),
    d,
  );
}

/** All tuples of one element of each vector, as rows in the order of `meshgrid`; of a single vector, the vector. */
export const cartesianProd: (tensors: readonly Tensor[]) => Tensor = fn(
  'cartesianProd',
  { tensors: k.tensors },
  (tensors) => {
    for (const t of tensors) if (t.dim !== 1) throw wrongRank('vectors', t.value);
    if (tensors.length === 1) return tensors[0] as Tensor;
    return stack(
      meshgrid(tensors, 'ij').map((t) => t.flatten()),
      -1,
    );
  },
);
/** x·2^other, element by element, in f32. */
export const ldexp: (x: Tensor, other: Tensor) => Tensor = fn('ldexp', { x: k.tensor, other: k.tensor }, (x, other) =>
  x.mul(other.to('f32').exp2()),
);
