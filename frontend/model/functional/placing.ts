/** Elements repeated, turned and arranged, differences of neighbours, running sums of exponentials, and places among sorted numbers. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { spreadTo, viewAs } from '../broadcast.ts';
import { dimOf, type Extent, joinedDim, reshaped } from '../dims.ts';
import * as k from '../kinds.ts';
import { float, wrongRank } from '../promote.ts';
import { fixedExtent, running } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import { cat } from './join.ts';
import { logaddexp } from './numbers.ts';

const someDims = k.either(k.whole(), k.wholes());

/** `x` repeated `sizes` times along each dimension; there may be additional leading sizes. */
export const repeat: (x: Tensor, ...sizes: readonly number[] | [readonly number[]]) => Tensor = fn(
  'repeat',
  { x: k.tensor, sizes: k.each(k.whole(0)) },
  (x: Tensor, ...sizes: readonly number[] | [readonly number[]]) => repeated(x, sizes.flat()),
);
function repeated(x: Tensor, sizes: readonly number[]): Tensor {
  const lead = sizes.length - x.dim;
  if (lead < 0)
    throw userError('bad-argument', `${called()}: ${sizes.length} sizes for ${showType(x.value.type)}`, {
      notes: involved({ x: x.value }),
    });
  const shape: Dim[] = [...Array.from({ length: lead }, () => 1), ...x.value.type.shape];
  const apart = shape.flatMap((e, d): Dim[] => [sizes[d] as number, e]);
  const spread = spreadTo(
    viewAs(
      x.value,
      shape.flatMap((e): Dim[] => [1, e]),
    ),
    apart,
  );
  const whole = shape.map((e, d) => joinedDim([sizes[d] as number, e]));
  return Tensor.of(viewAs(spread, whole));
}
/** As `repeat`; missing leading sizes are 1. */
export const tile: (x: Tensor, ...dims: readonly number[] | [readonly number[]]) => Tensor = fn(
  'tile',
  { x: k.tensor, dims: k.each(k.whole(0)) },
  (x: Tensor, ...dims: readonly number[] | [readonly number[]]) => {
    const sizes = dims.flat();
    return repeated(x, [...Array.from({ length: Math.max(0, x.dim - sizes.length) }, () => 1), ...sizes]);
  },
);
/** Each element `repeats` times, one after another along `dim`, or of all in row-major order; a list has a number for each element. */
export const repeatInterleave: (x: Tensor, repeats: number | readonly number[], dim?: number | null) => Tensor = fn(
  'repeatInterleave',
  { x: k.tensor, repeats: k.either(k.whole(0), k.wholes(0)), dim: k.optional(k.orNull(k.dim)) },
  (x, repeats, dim = null) => {
    const flat = dim === null || x.dim === 0;
    const t = flat ? Tensor.of(viewAs(x.value, [joinedDim(x.value.type.shape)])) : x;
    const { shape } = t.value.type;
    const d = flat ? 0 : dimOf(shape, dim);
    if (typeof repeats === 'number') {
      const apart = shape.toSpliced(d + 1, 0, repeats);
      const dims = apart.map((_, i) => i).filter((i) => i !== d + 1);
      const whole = shape.with(d, joinedDim([shape[d] as Dim, repeats]));
      return Tensor.of(viewAs(ir.broadcast(t.value, { shape: apart, dims }), whole));
    }
    const extent = fixedExtent(shape, d);
    if (repeats.length !== extent && repeats.length !== 1)
      throw userError('bad-argument', `${called()}: ${repeats.length} repeats for ${extent} elements`);
    const parts = Array.from({ length: extent }, (_, i): [number, number] => [i, repeats[i] ?? (repeats[0] as number)])
      .filter(([, count]) => count > 0)
      .map(([i, count]) => {
        const one = t.narrow(d, i, 1);
        return Tensor.of(spreadTo(one.value, shape.with(d, count)));
      });
    return parts.length > 0 ? cat(parts, d) : t.narrow(d, 0, 0);
  },
);

/** `x` rotated by 90 degrees `k` times (1) in the plane of two dimensions (0 and 1), from the first to the second. */
export const rot90: (x: Tensor, k?: number, dims?: readonly number[]) => Tensor = fn(
  'rot90',
  { x: k.tensor, k: k.optional(k.whole()), dims: k.optional(k.wholes()) },
  (x, turns = 1, dims = [0, 1]) => {
    const named = dims.map((d) => dimOf(x.value.type.shape, d));
    const [a, b] = named as [number, number];
    if (named.length !== 2 || a === b)
      throw userError('bad-dim', `${called()}: dims must be two different dimensions, got [${dims}]`);
    const quarter = ((turns % 4) + 4) % 4;
    if (quarter === 0) return x;
    if (quarter === 2) return x.flip(a, b);
    return quarter === 1 ? x.flip(b).transpose(a, b) : x.flip(a).transpose(a, b);
  },
);
/** The slices along `dim` (0), without that dimension. */
export const unbind: (x: Tensor, dim?: number) => Tensor[] = fn(
  'unbind',
  { x: k.tensor, dim: k.optional(k.dim) },
  (x, dim = 0) => {
    if (x.dim === 0) throw wrongRank('a tensor with dimensions', x.value);
    const d = dimOf(x.value.type.shape, dim);
    return Array.from({ length: fixedExtent(x.value.type.shape, d) }, (_, i) => x.select(d, i));
  },
);
/** Vectors as grids of their common shape, each along its own dimension; with `indexing` 'xy' the first two are swapped. */
export const meshgrid: (tensors: readonly Tensor[], indexing?: 'ij' | 'xy') => Tensor[] = fn(
  'meshgrid',
  { tensors: k.tensors, indexing: k.optional(k.oneOf('ij', 'xy')) },
  (tensors, indexing = 'ij') => {
    for (const t of tensors) if (t.dim > 1) throw wrongRank('vectors', t.value);
    const vectors = tensors.map((t) => viewAs(t.value, [joinedDim(t.value.type.shape)]));
    const swapped = indexing === 'xy' && vectors.length > 1;
    const order = vectors.map((_, i) => (swapped && i < 2 ? 1 - i : i));
    const shape = order.map((i) => (vectors[i] as (typeof vectors)[number]).type.shape[0] as Dim);
    return vectors.map((v, i) => Tensor.of(ir.broadcast(v, { shape, dims: [order.indexOf(i)] })));
  },
);
/** `x` with the dimensions `source` moved to `destination`, and the others in their order. */
export const movedim: (
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
) => Tensor = fn('movedim', { x: k.tensor, source: someDims, destination: someDims }, (x, source, destination) => {
  const { shape } = x.value.type;
  const [from, to] = [source, destination].map((of) => [of].flat().map((d) => dimOf(shape, d))) as [number[], number[]];
  if (from.length !== to.length || [from, to].some((of) => new Set(of).size !== of.length))
    throw userError('bad-dim', `${called()}: source [${source}] and destination [${destination}] do not fit`);
  const others = shape.map((_, d) => d).filter((d) => !from.includes(d));
  return x.permute(
    shape.map((_, d) => (to.includes(d) ? (from[to.indexOf(d)] as number) : (others.shift() as number))),
  );
});
/** `x` with dimension `dim` split into several of these sizes, one of which may be -1. */
export const unflatten: (x: Tensor, dim: number, sizes: readonly Extent[]) => Tensor = fn(
  'unflatten',
  { x: k.tensor, dim: k.dim, sizes: k.listOf('a list of extents', (e) => k.extent.holds(e)) },
  (x, dim, sizes) => {
    const { shape } = x.value.type;
    const d = dimOf(shape, dim);
    const part = ir.full({ value: 0, shape: [shape[d] as Dim], dtype: 'f32' });
    return Tensor.of(viewAs(x.value, shape.toSpliced(d, 1, ...reshaped(part, sizes))));
  },
);

/** The differences of neighbours along `dim` (-1), `n` times (1), of `x` with `prepend` before and `append` after it. */
export const diff: (x: Tensor, n?: number, dim?: number, prepend?: Tensor | null, append?: Tensor | null) => Tensor =
  fn(
    'diff',
    {
      x: k.tensor,
      n: k.optional(k.whole(0)),
      dim: k.optional(k.dim),
      prepend: k.optional(k.orNull(k.tensor)),
      append: k.optional(k.orNull(k.tensor)),
    },
    (x, n = 1, dim = -1, prepend = null, append = null) => {
      if (x.dim === 0) throw wrongRank('a tensor with dimensions', x.value);
      const d = dimOf(x.value.type.shape, dim);
      if (n === 0) return x;
      const parts = [prepend, x, append].filter((t): t is Tensor => t !== null);
      let y = parts.length > 1 ? cat(parts, d) : x;
      for (let i = 0; i < n; i++) {
        const extent = fixedExtent(y.value.type.shape, d);
        if (extent === 0) return y;
        const [later, earlier] = [y.narrow(d, 1, extent - 1), y.narrow(d, 0, extent - 1)];
        y = y.dtype === 'bool' ? later.logicalXor(earlier) : later.sub(earlier);
      }
      return y;
    },
  );
/** ln Σ eˣ of the elements along `dim` up to each, computed so that nothing overflows. */
export const logcumsumexp: (x: Tensor, dim: number) => Tensor = fn(
  'logcumsumexp',
  { x: k.tensor, dim: k.dim },
  (x, dim) => Tensor.of(running(float(x.value), dim, (a, b) => logaddexp(Tensor.of(a), Tensor.of(b)).value, -Infinity)),
);
const extremes = (name: 'cummax' | 'cummin') =>
  fn(name, { x: k.tensor, dim: k.dim }, (x: Tensor, dim: number): { values: Tensor; indices: Tensor } => {
    const { shape } = x.value.type;
    const d = dimOf(shape, dim, { orScalar: true });
    if (shape.length === 0) {
      const { values, indices } = name === 'cummax' ? x.max(0) : x.min(0);
      return { values, indices };
    }
    const extent = fixedExtent(shape, d);
    const pairs = shape.toSpliced(d + 1, 0, extent);
    const dims = pairs.map((_, i) => i);
    const other = Tensor.of(ir.broadcast(x.value, { shape: pairs, dims: dims.filter((i) => i !== d) }));
    const at = (dim: number): Tensor => Tensor.of(ir.iota({ shape: pairs, dim, dtype: 'i32' }));
    // Of equal elements the last counts, so they are looked at from the back.
    const worst = name === 'cummax' ? -Infinity : Infinity;
    const seen = where(at(d + 1).le(at(d)), other, worst).flip(d + 1);
    const best = name === 'cummax' ? seen.argmax(d + 1) : seen.argmin(d + 1);
    const indices = best.neg().add(extent - 1);
    return { values: x.gather(d, indices), indices };
  });
/** The running maximum along `dim`, and the index of its last occurrence, i32. Each pair is compared. */
export const cummax: (x: Tensor, dim: number) => { values: Tensor; indices: Tensor } = extremes('cummax');
/** The running minimum along `dim`, and the index of its last occurrence, i32. Each pair is compared. */
export const cummin: (x: Tensor, dim: number) => { values: Tensor; indices: Tensor } = extremes('cummin');

/** How many of the last dimension of `sortedSequence`, which is in order, are below each of `values`, i32; with `right`, at most each. A
 *  vector serves for values of any shape, others have the same leading dimensions. */
export const searchsorted: (sortedSequence: Tensor, values: Tensor, right?: boolean) => Tensor = fn(
  'searchsorted',
  { sortedSequence: k.tensor, values: k.tensor, right: k.optional(k.flag) },
  (sortedSequence, values, right = false) => {
    if (sortedSequence.dim === 0) throw wrongRank('a sequence', sortedSequence.value);
    if (sortedSequence.dim === 1) return placed(sortedSequence, values, right);
    const [a, b] = [sortedSequence, values].map((t) => t.value.type.shape.slice(0, -1)) as [Dim[], Dim[]];
    if (`${a.map(String)}` !== `${b.map(String)}` || values.dim !== sortedSequence.dim)
      throw userError(
        'shape-mismatch',
        `${called()}: ${showType(sortedSequence.value.type)} and ${showType(values.value.type)} differ in leading dimensions`,
      );
    return placed(sortedSequence.unsqueeze(-2), values, right);
  },
);
const placed = (sequence: Tensor, values: Tensor, right: boolean): Tensor => {
  const v = values.unsqueeze(-1);
  return (right ? sequence.le(v) : sequence.lt(v)).sum(-1);
};
/** As `searchsorted`, with the values before the boundaries, a vector. */
export const bucketize: (x: Tensor, boundaries: Tensor, right?: boolean) => Tensor = fn(
  'bucketize',
  { x: k.tensor, boundaries: k.tensor, right: k.optional(k.flag) },
  (x, boundaries, right = false) => {
    if (boundaries.dim !== 1) throw wrongRank('a vector of boundaries', boundaries.value);
    return placed(boundaries, x, right);
  },
);

/** The sum of all elements that are not NaN, over `dim`, of all by default. */
export const nansum: (x: Tensor, dim?: number | readonly number[] | null, keepdim?: boolean) => Tensor = fn(
  'nansum',
  { x: k.tensor, dim: k.optional(k.dims), keepdim: k.optional(k.flag) },
  (x, dim = null, keepdim = false) => (x.dtype === 'f32' ? where(x.isnan(), 0, x) : x).sum(dim, keepdim),
);
/** The mean of all elements that are not NaN, over `dim`, of all by default. */
export const nanmean: (x: Tensor, dim?: number | readonly number[] | null, keepdim?: boolean) => Tensor = fn(
  'nanmean',
  { x: k.tensor, dim: k.optional(k.dims), keepdim: k.optional(k.flag) },
  (x, dim = null, keepdim = false) => {
    const known = x.isnan().logicalNot();
    return where(known, x, 0).sum(dim, keepdim).div(known.sum(dim, keepdim));
  },
);
/** How many elements are not 0, over `dim`, of all by default, i32. */
export const countNonzero: (x: Tensor, dim?: number | readonly number[] | null) => Tensor = fn(
  'countNonzero',
  { x: k.tensor, dim: k.optional(k.dims) },
  (x, dim = null) => x.ne(0).sum(dim),
);
/** `x` with `value` in the slices along `dim` at the indices of a vector. */
export const indexFill: (x: Tensor, dim: number, index: Tensor, value: number) => Tensor = fn(
  'indexFill',
  { x: k.tensor, dim: k.dim, index: k.tensor, value: k.number },
  (x, dim, index, value) => {
    const at = slices(x, dim, index);
    return x.scatter(dim, at, value);
  },
);
/** `x` with each slice of `source` along `dim` in place of that at its index; of several with the same index the last one
 *  wins. */
export const indexCopy: (x: Tensor, dim: number, index: Tensor, source: Tensor) => Tensor = fn(
  'indexCopy',
  { x: k.tensor, dim: k.dim, index: k.tensor, source: k.tensor },
  (x, dim, index, source) => x.scatter(dim, slices(x, dim, index), source),
);
/** The indices of a vector for all elements of their slices. */
function slices(x: Tensor, dim: number, index: Tensor): Tensor {
  const { shape } = x.value.type;
  if (index.dim > 1) throw wrongRank('a vector of indices', index.value);
  if (shape.length === 0) return index.view([]);
  const d = dimOf(shape, dim);
  const [n] = index.dim === 0 ? [1] : (index.value.type.shape as [Dim]);
  if (isBatch(n as Dim) && shape.some(isBatch)) throw wrongRank('indices without a batch', index.value);
  const line = viewAs(
    index.value,
    shape.map((_, i) => (i === d ? (n as Dim) : 1)),
  );
  return Tensor.of(spreadTo(line, shape.with(d, n as Dim)));
}
