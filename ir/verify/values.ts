/** Ranges of the integers in a kernel's tiles, and in the buffers that kernels store. They bound indices that are read
 *  from them. */

import { Bounds, type Top } from '../analysis/bounds.ts';
import { countersIn, topOf } from '../analysis/lists.ts';
import { type Buffer, dtypeOf, type Expr, some, type Tile } from '../expr.ts';
import { exprsOf, type Kernel, type Stmt, storageOf, type Write, walkStmts } from '../kernel.ts';
import type { DType } from '../type.ts';

type Interval = readonly [low: number, high: number];
const nothing: Interval = [Infinity, -Infinity];
const anything: Interval = [-Infinity, Infinity];
const hull = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** The depth to which tiles feed tiles: lowered kernels never go deeper. */
const rounds = 3;

/** True if an index in a kernel is data. */
export function readsByData(kernel: Kernel): boolean {
  let found = false;
  walkStmts(kernel.body, (s) => {
    const places = 'at' in s ? s.at : [];
    const isData = (e: Expr): boolean => some(e, (p) => p.kind === 'load' || p.kind === 'tile');
    const within = (e: Expr): boolean =>
      some(e, (p) => (p.kind === 'load' || p.kind === 'tile') && p.at.some((i) => isData(i)));
    found ||= places.some(isData) || exprsOf(s).some(within);
  });
  return found;
}

/** Known facts on integers in buffers: numbers n such that they are in 0 … n − 1, and the greatest where it depends on
 *  the batch. */
export interface Stored {
  readonly buffers: ReadonlyMap<Buffer, number>;
  readonly tops: ReadonlyMap<Buffer | Tile, Top>;
}
/** The same for a kernel's tiles and stores; null if a value may be anything. */
interface Found {
  readonly tiles: ReadonlyMap<Tile, number>;
  readonly stored: ReadonlyMap<Buffer, number | null>;
  readonly tops: ReadonlyMap<Buffer | Tile, Top>;
  readonly storedTops: ReadonlyMap<Buffer, Top | null>;
}

/** The values of a kernel's tiles and stores, given those of buffers. */
export function valuesIn(kernel: Kernel, maxBatch: number, known: Stored): Found {
  const counters = countersIn(kernel);
  const counted = new Map([...counters].flatMap(([t, c]) => defined(t, topOf(c))));
  const tops = new Map<Buffer | Tile, Top>([...known.tops, ...counted]);
  const most = (t: Top): number => t.constant + t.times * maxBatch;
  let tiles: ReadonlyMap<Tile, number> = new Map();
  let stored = new Map<Buffer, Interval>();
  let storedTops = new Map<Buffer, Top | null>();
  // The facts from one round hold throughout: the next one may use them.
  for (let round = 0; round < rounds; round++) {
    const held = new Map<Tile, Interval>([...counted].map(([t, top]) => [t, [0, most(top)]]));
    [stored, storedTops] = [new Map(), new Map()];
    const bounds = new Bounds(maxBatch, { buffers: known.buffers, tiles, tops });
    walk(kernel.body, bounds, (s) => {
      if (s.kind === 'store') {
        if (!isInteger(dtypeOf(s.value))) return;
        const b = storageOf(s.buffer);
        storedTops.set(b, s.add || stored.has(b) ? null : bounds.top(s.value));
        stored.set(b, s.add ? anything : hull(stored.get(b) ?? nothing, bounds.interval(s.value)));
      } else if (isInteger(s.tile.dtype) && !counted.has(s.tile))
        held.set(s.tile, hull(held.get(s.tile) ?? nothing, given(s, bounds)));
    });
    tiles = counts(held);
  }
  return { tiles, stored: new Map([...stored].map(([b, i]) => [b, integersIn(i)])), tops, storedTops };
}

const defined = <K, V>(key: K, value: V | null): [K, V][] => (value === null ? [] : [[key, value]]);

/** The values that all kernels store, given what hosts check: for a buffer with several writers, those of all of them. */
export function storedValues(
  kernels: readonly Kernel[],
  maxBatch: number,
  given: ReadonlyMap<Buffer, number>,
  givenTops: ReadonlyMap<Buffer | Tile, Top> = new Map(),
): Stored {
  // Nothing needs them unless an index is data.
  if (!kernels.some(readsByData)) return { buffers: new Map(), tops: new Map() };
  let known: Stored = { buffers: new Map(given), tops: givenTops };
  // Kernels come after those that they read from: anything not settled by then counts as unknown.
  for (let round = 0; round <= rounds; round++) {
    const all = new Map<Buffer, number | null>();
    const highest = new Map<Buffer, Top | null>();
    for (const k of kernels) {
      const { stored, storedTops } = valuesIn(k, maxBatch, known);
      for (const [b, count] of stored) {
        const before = all.get(b);
        all.set(b, before === null || count === null ? null : Math.max(before ?? 0, count));
      }
      for (const [b, top] of storedTops) highest.set(b, highest.has(b) ? null : top);
    }
    const buffers = new Map(given);
    for (const [b, count] of all) {
      // The host's check no longer holds for a buffer that a kernel writes.
      if (count === null) buffers.delete(b);
      else buffers.set(b, Math.max(count, buffers.get(b) ?? 0));
    }
    const tops = new Map([...givenTops, ...[...highest].flatMap(([b, top]) => defined(b, top))]);
    const settled =
      same(buffers, known.buffers, (a, b) => a === b) &&
      same(tops, known.tops, (a, b) => a.constant === b.constant && a.times === b.times);
    known = { buffers, tops };
    if (settled) return known;
  }
  const written = new Set(kernels.flatMap((k) => k.params.flatMap((p) => (p.access === 'in' ? [] : [p.buffer]))));
  return { buffers: new Map([...given].filter(([b]) => !written.has(b))), tops: new Map() };
}

const same = <K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, equal: (a: V, b: V) => boolean): boolean =>
  a.size === b.size && [...a].every(([k, v]) => b.has(k) && equal(v, b.get(k) as V));

function walk(body: readonly Stmt[], bounds: Bounds, visit: (s: Write) => void): void {
  for (const s of body) {
    if (s.kind === 'tile' || s.kind === 'barrier') continue;
    if (s.kind !== 'for') {
      visit(s);
      continue;
    }
    if (bounds.isBound(s.axis) || !Number.isInteger(s.step) || s.step < 1) continue;
    bounds.bind(s.axis, bounds.form(s.from), bounds.form(s.to), s.step);
    walk(s.body, bounds, visit);
    bounds.unbind(s.axis);
  }
}

/** The values that a statement may write to its tile, apart from those that the tile already has. */
function given(s: Exclude<Write, { kind: 'store' }>, bounds: Bounds): Interval {
  if (s.kind === 'accumulate' && (s.fn === 'add' || s.fn === 'mul')) return anything;
  const own = (e: Expr): boolean => e.kind === 'tile' && e.tile === s.tile;
  const of = (e: Expr): Interval => {
    if (own(e)) return nothing;
    if (e.kind === 'select' && (own(e.then) || own(e.otherwise))) return hull(of(e.then), of(e.otherwise));
    return some(e, own) ? anything : bounds.interval(e);
  };
  return of(s.value);
}

const isInteger = (dtype: DType): boolean => dtype === 'i32' || dtype === 'u8';
const integersIn = ([low, high]: Interval): number | null =>
  low >= 0 && Number.isFinite(high) ? Math.floor(high) + 1 : null;
const counts = (held: ReadonlyMap<Tile, Interval>): Map<Tile, number> =>
  new Map(
    [...held].flatMap(([t, i]): [Tile, number][] => {
      const count = integersIn(i);
      return count === null ? [] : [[t, count]];
    }),
  );
