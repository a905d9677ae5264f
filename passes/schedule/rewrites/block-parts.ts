/** What becomes of a sum when it is taken in blocks: its loops, those of the windows around it, and what it reads. */

import type { Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { type Accumulate, constantTrips, exprsOf, isTileWrite, type Loop, type Stmt } from '../../../ir/kernel.ts';
import { requireApart, ScheduleError } from './legal.ts';
import { boundsOf } from './loops.ts';

export type Load = Extract<Expr, { kind: 'load' }>;

/** What the sum reads. */
export interface BlockRead {
  readonly load: Load;
  /** Along which sides of a block it moves. */
  readonly along: readonly ('rows' | 'cols')[];
  /** The windows along which it moves. */
  readonly windows: readonly Loop[];
  /** Whether it moves along one side and the sum, so that a block brings it in; the rest is read where it is needed. */
  readonly staged: boolean;
  /** Conditions on indices under which alone it is read. */
  readonly guard: Expr;
}

export interface BlockParts {
  readonly rows: Loop;
  readonly cols: Loop;
  readonly over: Loop;
  /** The loops around the sum, outermost first: places of windows that a result looks at. */
  readonly windows: readonly Loop[];
  /** The accumulator, what it is set to, and the sum. */
  readonly tile: Tile;
  readonly start: Expr;
  readonly add: Accumulate;
  readonly reads: readonly BlockRead[];
}

/** The one loop among statements. */
function onlyLoop(body: readonly Stmt[]): Loop | null {
  const [only, ...others] = body.filter((s): s is Loop => s.kind === 'for');
  return only && others.length === 0 ? only : null;
}

/** The loops in `cols` around a sum and the sum's outermost own one, as far as each stands alone among statements. */
export function loopsToSum(cols: Loop): Loop[] {
  const inner = onlyLoop(cols.body);
  if (!inner) return [];
  const isSum = cols.body.some((s) => s.kind === 'set' && feeds(inner, s.tile));
  return isSum ? [inner] : [inner, ...loopsToSum(inner)];
}

/** Whether a loop does nothing but add to this tile. */
function feeds({ body }: Loop, tile: Tile): boolean {
  const [only, ...others] = body;
  if (others.length > 0) return false;
  return only?.kind === 'for' ? feeds(only, tile) : only?.kind === 'accumulate' && only.tile === tile;
}

/** for i { for j { for w { acc = s; for k { acc += e }; T }; S } }, taken apart; of loops over w there may be any number. */
export function blockParts(rows: Loop, colsName: string, overName: string): BlockParts {
  const no = (problem: string): never => {
    throw new ScheduleError(problem);
  };
  const [cols, ...others] = rows.body;
  if (cols?.kind !== 'for' || cols.axis.name !== colsName || cols.mode !== 'serial' || others.length > 0)
    return no(`the loop over ${rows.axis.name} does not consist of one over ${colsName}`);
  const inner = loopsToSum(cols);
  const over = inner.at(-1);
  if (over?.axis.name !== overName)
    return no(`the loop over ${colsName} holds no sum over ${overName} that stands alone in it or in its windows`);
  const windows = inner.slice(0, -1);
  const [add, ...more] = over.body;
  if (add?.kind !== 'accumulate' || more.length > 0 || over.mode !== 'serial')
    return no(`the loop over ${overName} does more than add to one accumulator`);
  const around = (windows.at(-1) ?? cols).body;
  const before = around.slice(0, around.indexOf(over));
  const first = before.find((s) => s.kind === 'set' && s.tile === add.tile);
  if (first?.kind !== 'set' || !before.some((s) => s.kind === 'tile' && s.tile === add.tile) || add.at.length > 0)
    return no(`the accumulator of the sum over ${overName} does not come into being in front of it`);
  const writes = around.filter((s) => isTileWrite(s) && s.tile === add.tile);
  const early = before.some((s) => exprsOf(s).some((e) => x.some(e, (p) => p.kind === 'tile' && p.tile === add.tile)));
  if (writes.length > 1 || early) return no(`${add.tile.name} is touched beside the sum over ${overName}`);
  for (const e of [add.value, first.value])
    if (x.some(e, (p) => p.kind === 'tile')) return no(`what the sum over ${overName} is made of reads a tile`);
  for (const l of [rows, cols, over])
    if (boundsOf(l).from !== 0) no(`the loop over ${l.axis.name} does not start at 0`);
  for (const w of windows)
    if (w.mode !== 'serial' || w.step !== 1 || boundsOf(w).from !== 0 || !constantTrips(w))
      no(`the loop over ${w.axis.name} does not count from 0 to a number`);
  const inBlock = new Set([rows.axis, cols.axis, ...windows.map((w) => w.axis)]);
  for (const l of [cols, over])
    if (exprsOf(l).some((e) => [...x.freeAxes(e)].some((a) => inBlock.has(a))))
      no(`the bounds of ${l.axis.name} depend on the loops around it`);
  requireApart(rows, 'invocations');
  requireApart(cols, 'invocations');
  const reads = [...guardedLoads(add.value)].map(([load, holds]): BlockRead => {
    const free = x.freeAxes(load);
    const along = (['rows', 'cols'] as const).filter((s) => free.has((s === 'rows' ? rows : cols).axis));
    // Conditions that are data do not keep an index in range.
    const guard = x.all(...holds.filter((c) => !x.some(c, (p) => p.kind === 'load')));
    const known = [...x.freeAxes(guard)].every((a) => free.has(a) || !(inBlock.has(a) || a === over.axis));
    const staged = along.length === 1 && free.has(over.axis) && known;
    return { load, along, windows: windows.filter((w) => free.has(w.axis)), staged, guard };
  });
  return { rows, cols, over, windows, tile: add.tile, start: first.value, add, reads };
}

/** The loads of an expression that are no part of another's index, with the conditions under which alone each is evaluated. */
function guardedLoads(e: Expr): Map<Load, readonly Expr[]> {
  const order: Expr[] = [];
  x.walk(e, (p) => void order.push(p));
  const holds = new Map<Expr, readonly Expr[]>([[e, []]]);
  const under = (part: Expr, conditions: readonly Expr[]): void => {
    const others = holds.get(part);
    holds.set(part, others ? conditions.filter((c) => others.includes(c)) : conditions);
  };
  // Parents first: what several of them share is evaluated under what all of these have.
  for (const part of order.toReversed()) {
    const own = holds.get(part);
    if (!own || part.kind === 'load') continue;
    if (part.kind === 'select') {
      under(part.cond, own);
      under(part.then, [...own, ...conjuncts(part.cond)]);
      under(part.otherwise, [...own, x.not(part.cond)]);
    } else for (const c of x.children(part)) under(c, own);
  }
  return new Map(
    order.flatMap((p) => {
      const own = holds.get(p);
      return p.kind === 'load' && own ? [[p, own] as const] : [];
    }),
  );
}

const conjuncts = (e: Expr): Expr[] =>
  e.kind === 'binary' && e.fn === 'and' ? [...conjuncts(e.a), ...conjuncts(e.b)] : [e];

/** Places of these windows. */
export const placesOf = (windows: readonly Loop[]): number =>
  windows.reduce((p, w) => p * (constantTrips(w) as number), 1);
