/** Lists are rows of variable length: a kernel writes the selected elements of each row, and their count.
 *
 *      for o {  k = 0;  for i { list[o, k] = e; k += i32(c) };  count[o] = k  }          and elsewhere
 *      for o {  for e in 0..count[o] { … list[o, e] … }  } */

import { upsert } from '../collections.ts';
import { type Axis, type Buffer, dtypeOf, type Expr, leastOf, some, type Tile } from '../expr.ts';
import type { Interner } from '../interner.ts';
import {
  constantTrips,
  isTileWrite,
  type Kernel,
  type Loop,
  type Store,
  storageOf,
  type TileWrite,
  walkStmts,
} from '../kernel.ts';
import { type Dim, isBatch } from '../type.ts';
import type { Top } from './bounds.ts';

/** A tile that starts at 0 and counts some iterations of the loops around its increment. */
export interface Counter {
  readonly tile: Tile;
  /** The loops between its start and its increment. */
  readonly over: readonly Loop[];
  readonly add: TileWrite;
}

export function countersIn(kernel: Kernel): Map<Tile, Counter> {
  const writes = new Map<Tile, { readonly s: TileWrite; readonly loops: readonly Loop[] }[]>();
  walkStmts(kernel.body, (s, loops) => {
    if (isTileWrite(s)) upsert(writes, s.tile, () => []).push({ s, loops });
  });
  const found = new Map<Tile, Counter>();
  for (const [tile, [start, step, ...more]] of writes) {
    if (tile.dtype !== 'i32' || tile.shape.length > 0 || !start || !step || more.length > 0) continue;
    const { s: set, loops: around } = start;
    const { s: add, loops } = step;
    const isZero = set.kind === 'set' && set.value.kind === 'const' && set.value.value === 0;
    if (!isZero || add.kind !== 'accumulate' || add.fn !== 'add' || !isOneOrNone(add.value)) continue;
    if (around.some((l, i) => l !== loops[i])) continue;
    found.set(tile, { tile, over: loops.slice(around.length), add });
  }
  return found;
}

const isOneOrNone = (e: Expr): boolean => e.kind === 'convert' && dtypeOf(e.x) === 'bool';

/** An upper bound of a counter; null if the bounds of its loops give none. */
export function topOf({ over }: Counter): Top | null {
  let top: Top = { constant: 1, times: 0 };
  for (const l of over) {
    const trips = constantTrips(l);
    const { from, to, step } = l;
    if (trips !== null) top = { constant: top.constant * trips, times: top.times * trips };
    else if (from.kind === 'const' && from.value >= 0 && to.kind === 'size' && step === 1 && top.times === 0)
      top = { constant: 0, times: top.constant * to.of.times };
    else return null;
  }
  return top;
}

/** A list that a kernel fills. */
export interface List {
  /** The number of elements of each row. */
  readonly count: Buffer;
  /** The store that appends to it, before the counter is incremented. */
  readonly append: Store;
  readonly counter: Counter;
}

export function listsIn(kernel: Kernel): Map<Buffer, List> {
  const counters = countersIn(kernel);
  if (counters.size === 0) return new Map();
  const stores: { readonly s: Store; readonly loops: readonly Loop[] }[] = [];
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'store') stores.push({ s, loops });
  });
  const found = new Map<Buffer, List>();
  for (const { s, loops } of stores) {
    const counter = counterAt(s.at.at(-1), counters);
    const axes = axesOf(s.at.slice(0, -1));
    if (
      !counter ||
      counter.over.length === 0 ||
      !axes ||
      s.add ||
      stores.some((o) => o.s !== s && storageOf(o.s.buffer) === storageOf(s.buffer))
    )
      continue;
    // The element must be stored before it is counted.
    const steps = loops.at(-1)?.body ?? [];
    const isInPlace = loops.slice(-counter.over.length).every((l, i) => l === counter.over[i]);
    if (!isInPlace || steps.indexOf(s) < 0 || steps.indexOf(counter.add) < steps.indexOf(s)) continue;
    const told = stores.find(
      (o) => o.s.value.kind === 'tile' && o.s.value.tile === counter.tile && !o.s.add && sameAxes(axesOf(o.s.at), axes),
    );
    const around = loops.slice(0, -counter.over.length);
    if (told?.loops.length !== around.length || around.some((l, i) => l !== told.loops[i])) continue;
    // The count must be stored after the last element.
    const row = around.at(-1)?.body ?? kernel.body;
    if (row.indexOf(told.s) > row.indexOf(counter.over[0] as Loop))
      found.set(storageOf(s.buffer), { count: storageOf(told.s.buffer), append: s, counter });
  }
  return found;
}

/** True if data determine where a loop ends, as for a loop over a list. */
export const endsByData = ({ to }: Loop): boolean => some(to, (p) => p.kind === 'load');

/** True if a list has room for the longest possible row, for every batch. */
export function hasRoom({ append, counter }: List): boolean {
  const [top, room] = [topOf(counter), append.buffer.type.shape.at(-1) as Dim];
  if (!top) return false;
  return isBatch(room)
    ? top.constant + top.times <= room.times && top.constant >= 0
    : top.constant <= room && top.times === 0;
}

const counterAt = (e: Expr | undefined, counters: ReadonlyMap<Tile, Counter>): Counter | undefined =>
  e?.kind === 'tile' ? counters.get(e.tile) : undefined;
const axesOf = (at: readonly Expr[]): readonly Axis[] | null =>
  at.every((e) => e.kind === 'axis') ? at.map((e) => e.axis) : null;
const sameAxes = (a: readonly Axis[] | null, b: readonly Axis[]): boolean =>
  a !== null && a.length === b.length && a.every((axis, i) => axis === b[i]);

/** True if an index into a list is below the count of its row. */
export function isCounted(at: readonly Expr[], loops: readonly Loop[], count: Buffer, interner: Interner): boolean {
  const last = at.at(-1);
  const over = last?.kind === 'axis' ? loops.find((l) => l.axis === last.axis) : undefined;
  if (over?.from.kind !== 'const' || over.from.value < 0) return false;
  return leastOf(over.to).some(
    (e) =>
      e.kind === 'load' &&
      storageOf(e.buffer) === count &&
      e.at.length === at.length - 1 &&
      e.at.every((i, d) => interner.id(i) === interner.id(at[d] as Expr)),
  );
}
