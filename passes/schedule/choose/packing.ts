/** Packed copies for reads that lanes cannot load as they are laid out, with other dimensions last, and the strides of
 *  each read in them. */

import { type Linear, linear } from '../../../ir/analysis/linear.ts';
import type { Axis, Expr } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import type { Loop } from '../../../ir/kernel.ts';
import type { Directive } from '../../../ir/schedule.ts';
import type { VectorTarget } from '../../../ir/target.ts';
import { bindDim, type Dim } from '../../../ir/type.ts';
import type { Analysis, Reference } from './analyse.ts';
import { alongTwo, type Lanes } from './cost.ts';
import type { Extents } from './extents.ts';

/** Strides at which a few instructions load a vector. */
const loadable = [0, 1, 2];

/** The reads of a kernel under given lanes, the copies that they read, and the cycles that the copies take. */
export interface Packed {
  readonly refs: readonly Reference[];
  readonly packs: readonly Directive[];
  readonly cycles: number;
}

/** The reads of a kernel. Those that lanes cannot load as they are read a copy with the lanes' dimensions last. */
export function packedFor(a: Analysis, lanes: Lanes | null, target: VectorTarget, extents: Extents): Packed {
  if (!lanes) return { refs: a.reads, packs: [], cycles: 0 };
  const { woven } = lanes;
  if (woven && !alongTwo(lanes, a))
    return { refs: a.reads.map((r) => besideWindow(r, lanes, woven)), packs: [], cycles: 0 };
  const packs: Directive[] = [];
  let cycles = 0;
  const refs = a.reads.map((r) => {
    const order = woven ? rowsOrder(r, lanes.loop, woven) : lanesOrder(r, lanes.loop.axis, a);
    if (!order) return r;
    if (order.some((d, k) => d !== k)) {
      packs.push({ do: 'pack', buffer: r.buffer.name, order });
      cycles += extents.elements(r.buffer.type.shape) * target.cost.copy;
    }
    const strides = restrided(r, order);
    return { ...r, strides: woven ? strides.set(lanes.loop.axis, 1).set(woven.axis, 0) : strides };
  });
  return { refs, packs, cycles };
}

/** A read in which the lanes and the window form one contiguous run. */
const besideWindow = (r: Reference, { loop, span }: Lanes, woven: Loop): Reference => ({
  ...r,
  strides: new Map(
    [...r.strides].map(([axis, by]) => [axis, axis === loop.axis ? by / span : axis === woven.axis ? 0 : by]),
  ),
});

/** True if everything read along two axes is laid out in rows of the short one, or may be packed that way. */
export const readsRows = (a: Analysis, rows: Loop, short: Loop): boolean => {
  const moving = a.reads.filter((r) => moves(r, rows.axis) || moves(r, short.axis));
  return (
    moving.length > 0 &&
    moving.every((r) => {
      const order = rowsOrder(r, rows, short);
      return order !== null && (order.every((d, k) => d === k) || mayPack(r, a));
    })
  );
};

const moves = (r: Reference, axis: Axis): boolean => (r.strides.get(axis) ?? 0) !== 0 || r.bent.has(axis);

/** A copy is made before the kernel runs, and of each buffer at most once. */
const mayPack = (r: Reference, a: Analysis): boolean =>
  !a.stores.some((s) => s.buffer === r.buffer) && !a.reads.some((q) => q !== r && q.buffer.name === r.buffer.name);

/** The order of dimensions that puts the lanes' dimension last; null where the read needs no copy, or cannot have one. */
function lanesOrder(r: Reference, axis: Axis, a: Analysis): readonly number[] | null {
  if (r.bent.has(axis) || loadable.includes(r.strides.get(axis) ?? 0)) return null;
  const d = dimensionOf(r, axis);
  return d === null || !mayPack(r, a) ? null : [...others(r, d), d];
}

/** The order of dimensions in which the rows, each the whole of the short axis, are contiguous, one for each index of
 *  the other axis; null if there is none. */
function rowsOrder(r: Reference, rows: Loop, short: Loop): readonly number[] | null {
  if (r.bent.has(rows.axis) || r.bent.has(short.axis)) return null;
  if (r.at.length === 1 && r.strides.get(short.axis) === 1 && r.strides.get(rows.axis) === short.axis.extent)
    return [0];
  const [row, column] = [dimensionOf(r, rows.axis), dimensionOf(r, short.axis)];
  if (row === null || column === null || row === column) return null;
  const { shape } = r.buffer.type;
  const isWhole = r.at[column]?.kind === 'axis' && shape[column] === short.axis.extent;
  return isWhole && typeof shape[row] === 'number' ? [...others(r, row, column), row, column] : null;
}

const others = (r: Reference, ...but: readonly number[]): number[] => [...r.at.keys()].filter((d) => !but.includes(d));

/** The dimension that an axis moves by one element per step, if it moves no other. */
function dimensionOf(r: Reference, axis: Axis): number | null {
  const [d, ...more] = [...r.at.keys()].filter((k) => x.freeAxes(r.at[k] as Expr).has(axis));
  if (d === undefined || more.length > 0) return null;
  const [step, ...again] = coefficients(r.at[d] as Expr).filter(([b]) => b === axis);
  return step?.[1] === 1 && again.length === 0 ? d : null;
}

/** The strides of a read after its dimensions are reordered. Exact for sums of axes with constant factors, which is
 *  enough to rank candidates. */
function restrided(r: Reference, order: readonly number[]): Map<Axis, number> {
  const out = new Map<Axis, number>();
  let step = 1;
  for (const d of order.toReversed()) {
    for (const [axis, by] of coefficients(r.at[d] as Expr)) out.set(axis, (out.get(axis) ?? 0) + by * step);
    step *= bindDim(r.buffer.type.shape[d] as Dim, 1);
  }
  return out;
}

/** The axes of an index that stand in sums, each with its factor. */
function coefficients(e: Expr): [Axis, number][] {
  const { terms } = linear(e, new Map(), new Interner()) as Linear;
  return [...terms.values()].flatMap(({ of, by }): [Axis, number][] => (of.kind === 'axis' ? [[of.axis, by]] : []));
}
