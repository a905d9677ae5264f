/** Images read at points that are data. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, type Shape, sameDim, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import { spreadTo, viewAs } from '../broadcast.ts';
import { type Extent, indicesOf, joinedDim, toDim } from '../dims.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userError } from '../trace.ts';
import { where } from './activation.ts';
import { cubicWeights } from './cubic.ts';

/** How elements between those of the input are made. */
export type GridMode = 'bilinear' | 'nearest' | 'bicubic';
/** What is read outside of the input: zeros, the elements at its edge, or those that are reflected at it. */
export type GridPadding = 'zeros' | 'border' | 'reflection';
/** The options of gridSample, by PyTorch's names. */
export interface GridSampleOptions {
  /** How elements are made; defaults to 'bilinear'. */
  readonly mode?: GridMode;
  /** What is read outside; defaults to 'zeros'. */
  readonly paddingMode?: GridPadding;
  /** -1 and 1 are the middles of the first and the last elements, and not their edges; defaults to false. */
  readonly alignCorners?: boolean | null;
}
const alignCorners = k.optional(k.orNull(k.flag));

/** `x` [N,C,H,W] at the points of `grid` [N,H',W',2], each x and then y from -1 to 1: [N,C,H',W']. Volumes [N,C,D,H,W] have points
 *  [N,D',H',W',3] of x, y and z. The options in a last object or in PyTorch's order: mode ('bilinear'), paddingMode ('zeros'),
 *  alignCorners (false). Throws for shapes that do not fit. */
export const gridSample: (
  x: Tensor,
  grid: Tensor,
  mode?: GridMode | GridSampleOptions,
  paddingMode?: GridPadding,
  alignCorners?: boolean | null,
) => Tensor = withOptions(
  'gridSample',
  { x: k.tensor, grid: k.tensor },
  {
    mode: k.optional(k.oneOf('bilinear', 'nearest', 'bicubic')),
    paddingMode: k.optional(k.oneOf('zeros', 'border', 'reflection')),
    alignCorners,
  },
  sampled,
);

function sampled(x: Tensor, grid: Tensor, options: GridSampleOptions): Tensor {
  const { mode = 'bilinear', paddingMode = 'zeros' } = options;
  const aligned = options.alignCorners ?? false;
  const [v, g] = [float(x.value), float(grid.value)];
  const rank = v.type.shape.length - 2;
  const [n, c, ...extents] = v.type.shape as [Dim, Dim, ...number[]];
  const fits =
    (rank === 2 || rank === 3) &&
    !extents.some((e) => isBatch(e) || e === 0) &&
    g.type.shape.length === rank + 2 &&
    g.type.shape.at(-1) === rank &&
    sameDim(g.type.shape[0] as Dim, n);
  if (!fits)
    throw userError(
      'shape-mismatch',
      `${called()}: needs images [N,C,H,W] and points [N,H',W',2], or volumes [N,C,D,H,W] and points [N,D',H',W',3], got ${showType(v.type)} and ${showType(g.type)}`,
      { notes: involved({ input: v, grid: g }) },
    );
  if (mode === 'bicubic' && rank === 3)
    throw userError('bad-argument', `${called()}: mode 'bicubic' is for images, and the input is ${showType(v.type)}`);
  const to = g.type.shape.slice(1, -1);
  const points: Shape = [n, joinedDim(to)];
  // Points name the last dimension first.
  const along = extents.map((extent, d) => {
    const own = Tensor.of(viewAs(grid.select(-1, rank - 1 - d).value, points));
    return aligned
      ? own
          .add(1)
          .div(2)
          .mul(extent - 1)
      : own.add(1).mul(extent).sub(1).div(2);
  });
  const pixels = Tensor.of(viewAs(v, [n, c, joinedDim(extents)]));
  const within = (at: Tensor, d: number): Tensor => inside(at, extents[d] as number, paddingMode, aligned);
  /** The pixels at whole indices, 0 for those outside. */
  const read = (at: readonly Tensor[]): Tensor => readAt(pixels, at, extents);
  const made = (() => {
    if (mode === 'nearest') return read(along.map((at, d) => within(at, d).detach().round()));
    if (mode === 'bilinear') {
      const places = along.map(within);
      const below = places.map((at) => at.detach().floor());
      return corners(rank, 2).reduce<Tensor | null>((sum, corner) => {
        const share = places
          .map((at, d) => {
            const from = at.sub(below[d] as Tensor);
            return corner[d] === 0 ? from.neg().add(1) : from;
          })
          .reduce((p, q) => p.mul(q));
        const term = read(below.map((at, d) => at.add(corner[d] as number))).mul(share.unsqueeze(1));
        return sum ? sum.add(term) : term;
      }, null) as Tensor;
    }
    const below = along.map((at) => at.detach().floor());
    const factors = along.map((at, d) => cubicWeights(at.sub(below[d] as Tensor).value).map((w) => Tensor.of(w)));
    return corners(rank, 4).reduce<Tensor | null>((sum, tap) => {
      const share = factors.map((of, d) => of[tap[d] as number] as Tensor).reduce((p, q) => p.mul(q));
      const at = below.map((b, d) => within(b.add((tap[d] as number) - 1), d));
      const term = read(at).mul(share.unsqueeze(1));
      return sum ? sum.add(term) : term;
    }, null) as Tensor;
  })();
  return Tensor.of(viewAs(made.value, [n, c, ...to]));
}

const corners = (rank: number, each: number): number[][] => indicesOf(Array.from({ length: rank }, () => each));

/** Places outside of an extent moved inside, where padding is not of zeros. No gradient passes at or beyond an edge. */
function inside(at: Tensor, extent: number, padding: GridPadding, aligned: boolean): Tensor {
  if (padding === 'zeros') return at;
  const moved = padding === 'border' ? at : aligned ? reflected(at, 0, extent - 1) : reflected(at, -0.5, extent - 0.5);
  const last = extent - 1;
  return where(moved.le(0), 0, where(moved.ge(last), last, moved));
}
/** Places reflected at two edges until they lie between them. */
function reflected(at: Tensor, low: number, high: number): Tensor {
  const span = high - low;
  if (span === 0) return at.mul(0).detach();
  const from = at.sub(low).abs();
  const turns = from.detach().div(span).floor();
  const extra = from.sub(turns.mul(span));
  const even = turns.div(2).floor().mul(2).eq(turns);
  return where(even, extra.add(low), extra.neg().add(high));
}

/** Pixels [N,C,P] at whole places along each dimension; 0 outside of the extents. */
function readAt(pixels: Tensor, at: readonly Tensor[], extents: readonly number[]): Tensor {
  const known = at.map((t, d) => t.ge(0).logicalAnd(t.lt(extents[d] as number))).reduce((a, b) => a.logicalAnd(b));
  const flat = at.reduce<Tensor | null>((sum, t, d) => {
    const own = where(known, t, 0).to('i32');
    return sum ? sum.mul(extents[d] as number).add(own) : own;
  }, null) as Tensor;
  const index = where(known, flat, -1);
  const [n, c] = pixels.value.type.shape as [Dim, Dim];
  const [, count] = index.value.type.shape as [Dim, Dim];
  const spread = spreadTo(index.unsqueeze(1).value, [n, c, count]);
  return Tensor.of(ir.gather(pixels.value, spread, { dim: 2, fill: 0 }));
}

/** The points of `gridSample` for affine maps: `theta` [N,2,3] gives [N,H,W,2] for `size` [N,C,H,W], and [N,3,4] gives [N,D,H,W,3] for
 *  [N,C,D,H,W]. Throws for shapes that do not fit. */
export const affineGrid: (theta: Tensor, size: readonly Extent[], alignCorners?: boolean | null) => Tensor =
  withOptions(
    'affineGrid',
    { theta: k.tensor, size: k.listOf('a list of extents', (e) => toDim(e) !== null) },
    { alignCorners },
    (theta: Tensor, size: readonly Extent[], options: { alignCorners?: boolean | null }) => {
      const v = float(theta.value);
      const rank = size.length - 2;
      const [n, , ...extents] = size.map((e) => toDim(e) as Dim) as [Dim, Dim, ...number[]];
      const [own, rows, columns, ...more] = v.type.shape as [Dim, Dim, Dim, ...Dim[]];
      const fits =
        (rank === 2 || rank === 3) && more.length === 0 && sameDim(own, n) && rows === rank && columns === rank + 1;
      if (!fits || extents.some((e) => isBatch(e) || e === 0))
        throw userError(
          'shape-mismatch',
          `${called()}: needs theta [N,2,3] and a size [N,C,H,W], or [N,3,4] and [N,C,D,H,W], got ${showType(v.type)} and ${showAny(size)}`,
          { notes: involved({ theta: v }) },
        );
      const shape: Shape = [n, ...extents];
      const base = extents.map((extent, d) => {
        const line = lineOf(extent, options.alignCorners ?? false);
        return Tensor.of(ir.broadcast(line, { shape, dims: [d + 1] }));
      });
      const entry = (i: number, j: number): Tensor => {
        const one = theta.select(1, i).select(1, j);
        return one.view([n as number, ...extents.map(() => 1)].map((e, d) => (d === 0 ? -1 : e)));
      };
      const made = extents.map((_, i) =>
        base
          .map((b, d) => entry(i, rank - 1 - d).mul(b))
          .reduce((a, b) => a.add(b))
          .add(entry(i, rank))
          .unsqueeze(-1),
      );
      return Tensor.of(made.map((t) => t.value).reduce((a, b) => ir.concat(a, b, { dim: rank + 1 })));
    },
  );

/** Numbers from -1 to 1 in equal steps, or those in the middle of as many equal parts. */
function lineOf(extent: number, aligned: boolean): Value {
  const i = ir.iota({ shape: [extent], dtype: 'f32', dim: 0 });
  const of = (value: number): Value => ir.fullLike(i, value);
  if (extent === 1) return of(0);
  const ends = ir.sub(ir.mul(i, of(2 / (extent - 1))), of(1));
  return aligned ? ends : ir.mul(ends, of((extent - 1) / extent));
}
