/** Statistics of samples: elements by rank, covariances, and the area below points. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, sameDim, showDim } from '../../../ir/type.ts';
import { fn, withOptions } from '../arguments.ts';
import { dimOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { wrongRank } from '../promote.ts';
import { fixedExtent, sorted } from '../rearranging.ts';
import { divisorOf } from '../statistics.ts';
import { Tensor } from '../tensor.ts';
import { called, userError } from '../trace.ts';
import { where } from './activation.ts';
import { diagonal } from './diagonals.ts';
import { stack } from './join.ts';

type Ranked = { values: Tensor; indices: Tensor };
const flag = k.optional(k.flag);
const tensorOrNone = k.optional(k.orNull(k.tensor));

/** The elements of a rank, counted from 0, along a dimension, and where they stood. */
function ofRank(x: Tensor, dim: number, rank: number, keepdim: boolean): Ranked {
  const { values, indices } = sorted(x.value, dim, false, rank + 1);
  const [v, i] = [Tensor.of(values), Tensor.of(indices)];
  if (x.dim === 0) return { values: v, indices: i };
  const one = (t: Tensor): Tensor => (keepdim ? t.narrow(dim, rank, 1) : t.select(dim, rank));
  return { values: one(v), indices: one(i) };
}
const extentOf = (x: Tensor, dim: number): number => {
  const { shape } = x.value.type;
  const d = dimOf(shape, dim, { orScalar: true });
  return shape.length === 0 ? 1 : fixedExtent(shape, d);
};
const noElements = (): Error => userError('shape-mismatch', `${called()}: there are no elements to choose from`);

/** The `k`th least of the elements along `dim` (-1), counted from 1, with NaN as the greatest, and its index, i32. Of equal elements
 *  the earlier is less. Each pair is compared. */
export const kthvalue: (x: Tensor, k: number, dim?: number, keepdim?: boolean) => { values: Tensor; indices: Tensor } =
  fn(
    'kthvalue',
    { x: k.tensor, k: k.whole(1), dim: k.optional(k.dim), keepdim: flag },
    (x, rank, dim = -1, keepdim = false) => ofRank(x, dim, rank - 1, keepdim),
  );

const medianAlong = (x: Tensor, dim: number, keepdim: boolean): Ranked => {
  const extent = extentOf(x, dim);
  if (extent === 0) throw noElements();
  const { values, indices } = ofRank(x, dim, (extent - 1) >> 1, keepdim);
  if (x.dtype !== 'f32') return { values, indices };
  // A row with NaN has it as its median, as PyTorch's do.
  const odd = x.isnan();
  const first = odd.to('i32').argmax(x.dim === 0 ? null : dim, keepdim);
  const at = where(x.dim === 0 ? odd : odd.any(dim, keepdim), first, indices);
  if (x.dim === 0) return { values: x, indices: at };
  const read = x.gather(dim, keepdim ? at : at.unsqueeze(dim));
  return { values: keepdim ? read : read.squeeze(dim), indices: at };
};
const medianTakes = { x: k.tensor, dim: k.optional(k.dim), keepdim: flag };
/** A median along a dimension, or of all elements, which shares its gradient among ties. */
const medianOf =
  (along: typeof medianAlong) =>
  (x: Tensor, dim?: number, keepdim = false): Tensor | Ranked => {
    if (dim !== undefined) return along(x, dim, keepdim);
    const all = x.flatten();
    return sharedAmongTies(all, along(all, 0, false).values);
  };
/** The median of all elements, which shares its gradient among ties, or with `dim` those along a dimension and the index of each, i32,
 *  where its gradient goes: the lower of the two in the middle where their number is even, and NaN where one is NaN. Each pair is
 *  compared. Throws if there are none. */
export const median: <const D extends number | undefined = undefined>(
  x: Tensor,
  dim?: D,
  keepdim?: boolean,
) => D extends number ? { values: Tensor; indices: Tensor } : Tensor = fn(
  'median',
  medianTakes,
  medianOf(medianAlong),
) as typeof median;
/** An element of a vector whose gradient goes to all that are equal to it. */
function sharedAmongTies(all: Tensor, element: Tensor): Tensor {
  if (all.dtype !== 'f32') return element;
  // The mean of the ties, for its gradient; the number itself is the one that was found.
  const found = element.detach();
  const ties = all.eq(found).logicalOr(found.isnan().logicalAnd(all.isnan()));
  const mean = where(ties, all.div(ties.sum()), 0).sum();
  return where(found.isfinite(), found.add(mean.sub(mean.detach())), mean);
}

/** How many elements along `dim` are not NaN, less 1: the rank of the last of them, -1 where there are none. Keeps the dimension. */
const lastKnown = (x: Tensor, dim: number): Tensor => x.eq(x).sum(dim, true).sub(1);
const nanmedianAlong = (x: Tensor, dim: number, keepdim: boolean): Ranked => {
  if (x.dtype !== 'f32' || x.dim === 0) return medianAlong(x, dim, keepdim);
  if (extentOf(x, dim) === 0) throw noElements();
  const { values, indices } = x.sort(dim);
  const last = lastKnown(x, dim);
  const middle = Tensor.of(ir.div(last.value, ir.fullLike(last.value, 2)));
  const read = (t: Tensor): Tensor => (keepdim ? t.gather(dim, middle) : t.gather(dim, middle).squeeze(dim));
  return { values: read(values), indices: read(indices) };
};
/** As `median`, of the elements that are not NaN; NaN where there are no others. */
export const nanmedian: <const D extends number | undefined = undefined>(
  x: Tensor,
  dim?: D,
  keepdim?: boolean,
) => D extends number ? { values: Tensor; indices: Tensor } : Tensor = fn(
  'nanmedian',
  medianTakes,
  medianOf(nanmedianAlong),
) as typeof nanmedian;

/** The most frequent of the elements along `dim` (-1), the least of several, and the index of its last occurrence, i32.
 *  Each pair is compared. */
export const mode: (x: Tensor, dim?: number, keepdim?: boolean) => { values: Tensor; indices: Tensor } = fn(
  'mode',
  { x: k.tensor, dim: k.optional(k.dim), keepdim: flag },
  (x, dim = -1, keepdim = false) => {
    if (x.dim === 0) return { values: x, indices: Tensor.of(ir.full({ value: 0, shape: [], dtype: 'i32' })) };
    const extent = extentOf(x, dim);
    if (extent === 0) throw noElements();
    const d = dimOf(x.value.type.shape, dim);
    const line = x.detach();
    const often = line
      .unsqueeze(d + 1)
      .eq(line.unsqueeze(d))
      .sum(d + 1);
    const isMost = often.eq(often.amax(d, true));
    const largest = x.dtype === 'f32' ? Infinity : 2 ** 31 - 1;
    const least = where(isMost, line.dtype === 'bool' ? line.to('i32') : line, largest).amin(d, true);
    const last = line
      .eq(least)
      .to('i32')
      .flip(d)
      .argmax(d, true)
      .neg()
      .add(extent - 1);
    const values = x.gather(d, last);
    return keepdim ? { values, indices: last } : { values: values.squeeze(d), indices: last.squeeze(d) };
  },
);

/** Where a quantile lies between two ranks, in f32 as PyTorch counts. */
function ranksOf(q: number, extent: number, way: Interpolation): readonly [below: number, above: number, by: number] {
  const rank = Math.fround(Math.fround(q) * (extent - 1));
  const [below, above] = [Math.floor(rank), Math.ceil(rank)];
  if (way === 'lower') return [below, below, 0];
  if (way === 'higher') return [above, above, 0];
  if (way === 'midpoint') return [below, above, 0.5];
  if (way === 'linear') return [below, above, Math.fround(rank - below)];
  const nearest = rank - below === 0.5 ? below + (below % 2) : Math.round(rank);
  return [nearest, nearest, 0];
}
/** What stands between two elements of a quantile. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
const share = k.finite(0, 1);
/** How elements of a share are found, in a line that is sorted along a dimension. */
type Find = (share: number, way: Interpolation, of: Line) => Tensor;
type Line = { readonly line: Tensor; readonly values: Tensor; readonly along: number; readonly extent: number };
const quantiles = (name: string, find: Find): typeof quantile =>
  withOptions(
    name,
    {
      x: k.tensor,
      q: k.either(
        share,
        k.listOf('a list of numbers from 0 to 1', (v) => share.holds(v), {}, 1),
      ),
    },
    {
      dim: k.optional(k.orNull(k.dim)),
      keepdim: flag,
      interpolation: k.optional(k.oneOf('linear', 'lower', 'higher', 'midpoint', 'nearest')),
    },
    (
      x: Tensor,
      q: number | readonly number[],
      { dim = null, keepdim = false, interpolation = 'linear' }: QuantileOptions,
    ) => {
      const line = dim === null || x.dim === 0 ? x.flatten() : x;
      const along = dim ?? 0;
      const extent = extentOf(line, along);
      if (extent === 0) throw noElements();
      const { values } = line.sort(along);
      const one = (share: number): Tensor => {
        const y = find(share, interpolation, { line, values, along, extent });
        if (!keepdim) return y;
        return dim === null || x.dim === 0 ? y.view(x.value.type.shape.map(() => 1)) : y.unsqueeze(along);
      };
      return typeof q === 'number' ? one(q) : stack(q.map(one), 0);
    },
  );
/** The options of quantile and nanquantile. */
export interface QuantileOptions {
  /** The dimension along which the elements lie; null, the default, for all elements. */
  readonly dim?: number | null;
  /** Keeps the reduced dimensions, with an extent of 1; defaults to false. */
  readonly keepdim?: boolean;
  /** What stands between two elements; defaults to 'linear'. */
  readonly interpolation?: Interpolation;
}
/** The elements below which a share `q` of all lie, from 0 to 1, or of those along `dim`; NaN where one is NaN. A list of shares gives
 *  a first dimension of them. `interpolation` says what stands between two elements: 'linear' (the default), 'lower', 'higher',
 *  'midpoint' or 'nearest'. Each pair is compared. */
export const quantile: (
  x: Tensor,
  q: number | readonly number[],
  dim?: number | null | QuantileOptions,
  keepdim?: boolean | QuantileOptions,
  interpolation?: Interpolation | QuantileOptions,
) => Tensor = quantiles('quantile', (share, way, { line, values, along, extent }) => {
  const [below, above, by] = ranksOf(share, extent, way);
  const [a, b] = [values.select(along, below), values.select(along, above)];
  return where(line.isnan().any(along), Number.NaN, below === above ? a : a.lerp(b, by));
});
/** As `quantile`, of the elements that are not NaN; NaN where there are no others. */
export const nanquantile: (
  x: Tensor,
  q: number | readonly number[],
  dim?: number | null | QuantileOptions,
  keepdim?: boolean | QuantileOptions,
  interpolation?: Interpolation | QuantileOptions,
) => Tensor = quantiles('nanquantile', (share, way, { line, values, along }) => {
  const rank = lastKnown(line, along).to('f32').mul(share).clamp(0);
  const at = (place: Tensor): Tensor => values.gather(along, place.to('i32')).squeeze(along);
  if (way === 'lower') return at(rank.floor());
  if (way === 'higher') return at(rank.ceil());
  if (way === 'nearest') return at(rank.round());
  const by = way === 'midpoint' ? 0.5 : rank.sub(rank.floor()).squeeze(along);
  return at(rank.floor()).lerp(at(rank.ceil()), by);
});

/** The options of cov. */
export interface CovOptions {
  /** What is taken from the number of samples that the sums are divided by; defaults to 1. */
  readonly correction?: number;
  /** How often each sample counts, a vector of whole numbers; once by default. */
  readonly fweights?: Tensor | null;
  /** The weight of each sample, a vector; 1 by default. */
  readonly aweights?: Tensor | null;
}
/** The covariances of variables, which are the rows of `x` and whose samples its columns; of a vector or a single row, its variance
 *  without dimensions. */
export const cov: (x: Tensor, options?: CovOptions) => Tensor = withOptions(
  'cov',
  { x: k.tensor },
  { correction: k.optional(k.whole()), fweights: tensorOrNone, aweights: tensorOrNone },
  (x: Tensor, { correction = 1, fweights = null, aweights = null }: CovOptions) => {
    if (x.dim > 2) throw wrongRank('a vector or a matrix', x.value);
    const rows = (x.dim === 2 ? x : x.view(1, -1)).to('f32');
    const [variables, samples] = rows.value.type.shape as readonly [Dim, Dim];
    for (const w of [fweights, aweights])
      if (w && (w.dim !== 1 || !sameDim(w.value.type.shape[0] as Dim, samples)))
        throw wrongRank(`a vector of weights, one for each of ${showDim(samples)} samples`, w.value);
    const c = covariances(rows, samples, correction, fweights, aweights);
    return variables === 1 ? c.view([]) : c;
  },
);
function covariances(rows: Tensor, samples: Dim, less: number, often: Tensor | null, heavy: Tensor | null): Tensor {
  const w = often && heavy ? often.mul(heavy) : (often ?? heavy);
  if (!w) {
    const off = rows.sub(rows.mean(1, true));
    const sums = off.mm(off.t());
    return sums.div(Tensor.of(divisorOf([samples], less, sums.value)));
  }
  const total = w.sum();
  const off = rows.sub(rows.mul(w).sum(1, true).div(total));
  const free = total.sub(heavy && less !== 0 ? w.mul(heavy).sum().div(total).mul(less) : less);
  return off.mm(off.mul(w).t()).div(free.clamp(0));
}

/** The correlations of variables, which are the rows of `x` and whose samples its columns, within ±1; of a vector, 1. */
export const corrcoef: (x: Tensor) => Tensor = fn('corrcoef', { x: k.tensor }, (x) => {
  const c = cov(x);
  if (c.dim === 0) return c.div(c);
  const spread = diagonal(c).sqrt();
  return c.div(spread.unsqueeze(1)).div(spread.unsqueeze(0)).clamp(-1, 1);
});

interface TrapezoidOptions {
  /** The places of the points, a vector or a tensor that fits y; by default they are `dx` apart. */
  readonly x?: Tensor | null;
  /** The distance of neighbours where `x` is not given; defaults to 1. */
  readonly dx?: number;
  /** The dimension along which the points lie; defaults to -1. */
  readonly dim?: number;
}
/** A function of twice the areas between neighbours, and of the dimension that they lie along. */
const trapezoids = (
  name: string,
  of: (twice: Tensor, d: number) => Tensor,
): ((y: Tensor, x?: Tensor | null | TrapezoidOptions, options?: TrapezoidOptions) => Tensor) =>
  withOptions(
    name,
    { y: k.tensor },
    { x: tensorOrNone, dx: k.optional(k.number), dim: k.optional(k.dim) },
    (y: Tensor, { x = null, dx = 1, dim = -1 }: TrapezoidOptions) => {
      if (y.dim === 0) throw wrongRank('a tensor with dimensions', y.value);
      const d = dimOf(y.value.type.shape, dim);
      const ends = (t: Tensor, along: number): [Tensor, Tensor] => {
        const extent = fixedExtent(t.value.type.shape, along);
        const count = Math.max(0, extent - 1);
        return [t.narrow(along, 0, count), t.narrow(along, Math.min(1, extent), count)];
      };
      const [before, after] = ends(y, d);
      const both = before.add(after);
      // Integers too have an area that is none.
      if (!x)
        return of(both, d)
          .to('f32')
          .mul(dx / 2);
      const line = x.dim === 1 ? x.view(y.value.type.shape.map((_, i) => (i === d ? -1 : 1))) : x;
      const [from, to] = ends(line, line.dim === y.dim ? d : dimOf(line.value.type.shape, dim));
      return of(both.mul(to.sub(from)), d).div(2);
    },
  );
/** The area below the points `y` along a dimension, by trapezoids: at the positions `x`, a vector or a tensor that fits y,
 *  or `dx` (1) apart. */
export const trapezoid: (y: Tensor, x?: Tensor | null | TrapezoidOptions, options?: TrapezoidOptions) => Tensor =
  trapezoids('trapezoid', (twice, d) => twice.sum(d));
/** The areas of `trapezoid` up to each point after the first. */
export const cumulativeTrapezoid: (
  y: Tensor,
  x?: Tensor | null | TrapezoidOptions,
  options?: TrapezoidOptions,
) => Tensor = trapezoids('cumulativeTrapezoid', (twice, d) => twice.cumsum(d));
