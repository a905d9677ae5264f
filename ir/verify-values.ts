/** What integers in a kernel's tiles, and in the buffers that kernels store, may be: an index read from one of them lies in
 *  its buffer where that is known. */

import { Bounds } from './bounds.ts';
import { type Buffer, dtypeOf, type Expr, some, type Tile } from './expr.ts';
import { exprsOf, type Kernel, type Stmt, storageOf, type Write, walkStmts } from './kernel.ts';
import type { DType } from './type.ts';

type Interval = readonly [low: number, high: number];
const nothing: Interval = [Infinity, -Infinity];
const anything: Interval = [-Infinity, Infinity];
const hull = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** Tiles that feed tiles that feed tiles: no kernel that is lowered goes deeper. */
const rounds = 3;

/** Whether some index in a kernel is data. */
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

/** What a kernel's tiles hold, and what it stores, where a buffer holds what `buffers` says. */
export function valuesIn(
  kernel: Kernel,
  maxBatch: number,
  buffers: ReadonlyMap<Buffer, number>,
): { tiles: ReadonlyMap<Tile, number>; stored: ReadonlyMap<Buffer, number | null> } {
  let tiles: ReadonlyMap<Tile, number> = new Map();
  let stored: Map<Buffer, Interval> = new Map();
  // What one round finds out of the tiles holds at any time: the next may lean on it.
  for (let round = 0; round < rounds; round++) {
    const held = new Map<Tile, Interval>();
    stored = new Map();
    const bounds = new Bounds(maxBatch, { buffers, tiles });
    walk(kernel.body, bounds, (s) => {
      if (s.kind === 'store') {
        if (!isInteger(dtypeOf(s.value))) return;
        const b = storageOf(s.buffer);
        stored.set(b, s.add ? anything : hull(stored.get(b) ?? nothing, bounds.interval(s.value)));
      } else if (isInteger(s.tile.dtype)) held.set(s.tile, hull(held.get(s.tile) ?? nothing, given(s, bounds)));
    });
    tiles = counts(held);
  }
  return { tiles, stored: new Map([...stored].map(([b, i]) => [b, countOf(i)])) };
}

/** What all kernels store, given what hosts check: a buffer that several write holds what any of them writes. */
export function storedValues(
  kernels: readonly Kernel[],
  maxBatch: number,
  given: ReadonlyMap<Buffer, number>,
): ReadonlyMap<Buffer, number> {
  let known = new Map(given);
  // Kernels stand behind those that they read from: what is not settled by then is taken for unknown.
  for (let round = 0; round <= rounds; round++) {
    const all = new Map<Buffer, number | null>();
    for (const k of kernels)
      for (const [b, count] of valuesIn(k, maxBatch, known).stored) {
        const before = all.get(b);
        all.set(b, before === null || count === null ? null : Math.max(before ?? 0, count));
      }
    const next = new Map(given);
    for (const [b, count] of all) {
      // What a kernel writes is no longer what a host checked.
      if (count === null) next.delete(b);
      else next.set(b, Math.max(count, next.get(b) ?? 0));
    }
    if (next.size === known.size && [...next].every(([b, count]) => known.get(b) === count)) return next;
    known = next;
  }
  return new Map(
    [...given].filter(([b]) => !kernels.some((k) => k.params.some((p) => p.buffer === b && p.access !== 'in'))),
  );
}

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

/** What a statement may put into its tile beside what the tile holds already. */
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
const countOf = ([low, high]: Interval): number | null =>
  low >= 0 && Number.isFinite(high) ? Math.floor(high) + 1 : null;
const counts = (held: ReadonlyMap<Tile, Interval>): Map<Tile, number> =>
  new Map(
    [...held].flatMap(([t, i]): [Tile, number][] => {
      const count = countOf(i);
      return count === null ? [] : [[t, count]];
    }),
  );
