/** The parts of a sum that is computed in blocks: its loops, the windows around it, and its reads. */

import type { Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { type Accumulate, constantTrips, exprsOf, isTileWrite, type Loop, type Stmt } from '../../../ir/kernel.ts';
import { requireApart, ScheduleError } from './legal.ts';
import { boundsOf } from './loops.ts';

export type Load = Extract<Expr, { kind: 'load' }>;

/** A read of the sum. */
export interface BlockRead {
  readonly load: Load;
  /** The sides of a block along which it moves. */
  readonly along: readonly ('rows' | 'cols')[];
  /** The windows along which it moves. */
  readonly windows: readonly Loop[];
  /** True if it moves along one side and the sum, so that it is staged; other reads are done where they are needed. */
  readonly staged: boolean;
  /** The conditions on indices under which it is read. */
  readonly guard: Expr;
}

export interface BlockParts {
  readonly rows: Loop;
  readonly cols: Loop;
  readonly over: Loop;
  /** The loops between the results and the sum, outermost first: those over windows. */
  readonly windows: readonly Loop[];
  /** The accumulator, its initial value, and the sum. */
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

/** The loops inside `cols` down to the outermost of a sum, each the only loop in its body. */
export function loopsToSum(cols: Loop): Loop[] {
  const inner = onlyLoop(cols.body);
  if (!inner) return [];
  const isSum = cols.body.some((s) => s.kind === 'set' && feeds(inner, s.tile));
  return isSum ? [inner] : [inner, ...loopsToSum(inner)];
}

/** True if a loop does nothing but add to this tile. */
function feeds({ body }: Loop, tile: Tile): boolean {
  const [only, ...others] = body;
  if (others.length > 0) return false;
  return only?.kind === 'for' ? feeds(only, tile) : only?.kind === 'accumulate' && only.tile === tile;
}

/** Takes apart for i { for j { for w { acc = s; for k { acc += e }; T }; S } }, with any number of loops over w. */
export function blockParts(rows: Loop, colsName: string, overName: string): BlockParts {
  const no = (problem: string): never => {
    throw new ScheduleError(problem);
  };
  const [cols, ...others] = rows.body;
  if (cols?.kind !== 'for' || cols.axis.name !== colsName || cols.mode !== 'serial' || others.length > 0)
    return no(`the loop over ${rows.axis.name} holds more than a serial loop over ${colsName}`);
  const inner = loopsToSum(cols);
  const over = inner.at(-1);
  if (over?.axis.name !== overName)
    return no(`no sum over ${overName} is the only loop in the loop over ${colsName} or in its windows`);
  const windows = inner.slice(0, -1);
  const [add, ...more] = over.body;
  if (add?.kind !== 'accumulate' || more.length > 0 || over.mode !== 'serial')
    return no(`the loop over ${overName} does more than add to one accumulator`);
  const around = (windows.at(-1) ?? cols).body;
  const before = around.slice(0, around.indexOf(over));
  const first = before.find((s) => s.kind === 'set' && s.tile === add.tile);
  if (first?.kind !== 'set' || !before.some((s) => s.kind === 'tile' && s.tile === add.tile) || add.at.length > 0)
    return no(`the accumulator of the sum over ${overName} is not declared and set before it`);
  const writes = around.filter((s) => isTileWrite(s) && s.tile === add.tile);
  const early = before.some((s) => exprsOf(s).some((e) => x.some(e, (p) => p.kind === 'tile' && p.tile === add.tile)));
  if (writes.length > 1 || early) return no(`${add.tile.name} is also used outside the sum over ${overName}`);
  for (const e of [add.value, first.value])
    if (x.some(e, (p) => p.kind === 'tile')) return no(`the sum over ${overName} reads a tile`);
  for (const l of [rows, cols, over])
    if (boundsOf(l).from !== 0) no(`the loop over ${l.axis.name} does not start at 0`);
  for (const w of windows)
    if (w.mode !== 'serial' || w.step !== 1 || boundsOf(w).from !== 0 || !constantTrips(w))
      no(`the loop over ${w.axis.name} does not count from 0 to a constant`);
  const inBlock = new Set([rows.axis, cols.axis, ...windows.map((w) => w.axis)]);
  for (const l of [cols, over])
    if (exprsOf(l).some((e) => [...x.freeAxes(e)].some((a) => inBlock.has(a))))
      no(`the bounds of ${l.axis.name} depend on the loops around it`);
  requireApart(rows, 'invocations');
  requireApart(cols, 'invocations');
  const reads = [...guardedLoads(add.value)].map(([load, holds]): BlockRead => {
    const free = x.freeAxes(load);
    const along = (['rows', 'cols'] as const).filter((s) => free.has((s === 'rows' ? rows : cols).axis));
    // Conditions on data keep no index in bounds.
    const guard = x.all(...holds.filter((c) => !x.some(c, (p) => p.kind === 'load')));
    const known = [...x.freeAxes(guard)].every((a) => free.has(a) || !(inBlock.has(a) || a === over.axis));
    const staged = along.length === 1 && free.has(over.axis) && known;
    return { load, along, windows: windows.filter((w) => free.has(w.axis)), staged, guard };
  });
  return { rows, cols, over, windows, tile: add.tile, start: first.value, add, reads };
}

/** The loads of an expression outside the indices of others, with the conditions under which each is evaluated. */
function guardedLoads(e: Expr): Map<Load, readonly Expr[]> {
  const order: Expr[] = [];
  x.walk(e, (p) => void order.push(p));
  const holds = new Map<Expr, readonly Expr[]>([[e, []]]);
  const under = (part: Expr, conditions: readonly Expr[]): void => {
    const others = holds.get(part);
    holds.set(part, others ? conditions.filter((c) => others.includes(c)) : conditions);
  };
  // Parents first: a shared part is evaluated under the conditions that all its parents have in common.
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

/** The number of positions in these windows. */
export const tapCount = (windows: readonly Loop[]): number =>
  windows.reduce((p, w) => p * (constantTrips(w) as number), 1);
