/** The conditions under which a directive does not change what a kernel computes. A rewrite that cannot prove them
 *  refuses. */

import { handedOn } from '../../../ir/analysis/handed-on.ts';
import type { Axis, Buffer, Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import {
  constantTrips,
  exprsOf,
  isTileWrite,
  isWrittenOut,
  type Kernel,
  type Loop,
  maxCopies,
  type Stmt,
  storageOf,
  walkStmts,
} from '../../../ir/kernel.ts';
import { type Directive, type LoopExtent, valuesOf } from '../../../ir/schedule.ts';
import { vectorLanes } from '../../../ir/target.ts';
import { showLoops } from '../../../ir/text/print-schedule.ts';
import { countAt } from '../../../ir/type.ts';

/** A directive that does not fit the kernel it is applied to. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  /** The directive that is refused, once known. */
  readonly directive: Directive | null;

  constructor(message: string, options: ErrorOptions & { directive?: Directive } = {}) {
    super(message, options);
    this.directive = options.directive ?? null;
  }
}

/** The result of `ask`; null if it refuses. */
export function unlessRefused<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (e) {
    if (e instanceof ScheduleError) return null;
    throw e;
  }
}

function refuse(why: string | null): void {
  if (why !== null) throw new ScheduleError(why);
}

/** The loops of a kernel, outer ones before those inside. */
export function loopsIn(k: Kernel): Loop[] {
  const loops: Loop[] = [];
  walkStmts(k.body, (s) => void (s.kind === 'for' && loops.push(s)));
  return loops;
}
/** The same as an `over` directive lists them. */
export const loopsOf = (k: Kernel): LoopExtent[] =>
  loopsIn(k).map(({ axis }) => ({ axis: axis.name, extent: axis.extent }));

export function requireLoops(k: Kernel, told: readonly LoopExtent[]): void {
  const own = showLoops(loopsOf(k));
  if (own !== showLoops(told))
    throw new ScheduleError(`this is not the kernel that the schedule was written for: its loops are ${own || 'none'}`);
}

/** The effect of a directive on the order in which a kernel runs. */
export type Order =
  /** Iterations keep their order: loops are split, cut or flattened. */
  | 'kept'
  /** The iterations of its loops are reordered. */
  | 'moved'
  /** So are those of the loops directly inside. */
  | 'swapped'
  /** What it copies, lists or sums is read before the kernel stores anything. */
  | 'ahead';

/** Requires that values handed on through memory are still handed on in the same order. */
export function requireHandedOn(k: Kernel, d: Directive, order: Order): void {
  if (order === 'kept') return;
  const handed = handedOn(k);
  if (order === 'ahead') {
    const read = handed.find((h) => h.read);
    if (!read) return;
    throw new ScheduleError(`this kernel reads elements of ${read.buffer.name} that earlier iterations store`);
  }
  const [over] = valuesOf(d, 'loop');
  const outer = loopsIn(k).filter((l) => l.axis.name === over);
  const inner = order === 'swapped' ? outer.flatMap((l) => (l.body[0]?.kind === 'for' ? [l.body[0]] : [])) : [];
  for (const { buffer, loops } of handed)
    for (const { axis } of [...outer, ...inner])
      if (loops.has(axis))
        throw new ScheduleError(`iterations over ${axis.name} stay in order: they hand on elements of ${buffer.name}`);
}

export function requireVectors(by: number): void {
  if (by % vectorLanes !== 0) throw new ScheduleError(`by ${by}: lanes come in multiples of ${vectorLanes}`);
}

/** Keeps unrolled code within what engines take: the elements of each tile, and the copies of each statement. */
export function requireRoom(k: Kernel): void {
  walkStmts(k.body, (s, around) => {
    if (s.kind === 'tile') {
      const count = countAt(s.tile.shape, 1);
      if (count > maxCopies)
        throw new ScheduleError(`the tile ${s.tile.name} would have ${count} elements: the most are ${maxCopies}`);
    }
    if (s.kind !== 'for' || !isWrittenOut(s)) return;
    const copies = [...around, s].filter(isWrittenOut).reduce((n, l) => n * (constantTrips(l) ?? 1), 1);
    if (copies > maxCopies)
      throw new ScheduleError(
        `the loop over ${s.axis.name} would write out ${copies} copies: the most are ${maxCopies}`,
      );
  });
}
/** Checks the fields of a directive, also of one that no parser has seen. */
export function requireFields(d: Directive): void {
  for (const by of [...valuesOf(d, 'count'), ...valuesOf(d, 'sides').flat()]) requireFactor(by);
  for (const at of valuesOf(d, 'cuts')) requireCuts(at);
  for (const order of valuesOf(d, 'order')) requireOrder(order);
}

function requireFactor(by: number): void {
  if (!Number.isInteger(by) || by < 1) throw new ScheduleError(`by ${by}: a whole number of at least 1 is needed`);
}

function requireCuts(at: readonly number[]): void {
  const wrong = at.find((c, i) => !Number.isInteger(c) || (i > 0 && c <= (at[i - 1] as number)));
  if (wrong !== undefined) throw new ScheduleError(`at ${at.join(', ')}: whole numbers are needed, in rising order`);
}

function requireOrder(order: readonly number[]): void {
  if ([...order].sort((a, b) => a - b).some((d, i) => d !== i))
    throw new ScheduleError(`order ${order.join(', ')}: each dimension from 0 on is needed once`);
}

/** The tiles that these statements declare. */
function ownTiles(body: readonly Stmt[]): Set<Tile> {
  const own = new Set<Tile>();
  walkStmts(body, (s) => void (s.kind === 'tile' && own.add(s.tile)));
  return own;
}

/** Outer tiles that these statements write: they carry values from one iteration to the next. */
export function carried(body: readonly Stmt[]): Set<Tile> {
  const own = ownTiles(body);
  const out = new Set<Tile>();
  walkStmts(body, (s) => {
    if (isTileWrite(s) && !own.has(s.tile)) out.add(s.tile);
  });
  return out;
}

/** A last copy that is shifted back runs some iterations twice, which must change nothing. */
export function requireRepeatable({ axis, body }: Loop): void {
  const [tile] = carried(body);
  if (tile)
    throw new ScheduleError(`${axis.name} cannot shift: iterations that run twice would count twice in ${tile.name}`);
  const [loads, stores] = [new Set<Buffer>(), new Set<Buffer>()];
  walkStmts(body, (s) => {
    if (s.kind === 'store') stores.add(storageOf(s.buffer));
    if (s.kind === 'store' && s.add) loads.add(storageOf(s.buffer));
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'load' && loads.add(storageOf(p.buffer))));
  });
  const both = [...stores].find((b) => loads.has(b));
  if (both)
    throw new ScheduleError(`${axis.name} cannot shift: ${both.name} is updated in place, and would be updated twice`);
}

/** Lanes run side by side, so each needs elements of its own. */
export function requireLanes({ axis, body }: Loop): void {
  const [tile] = carried(body);
  if (tile) throw new ScheduleError(`${axis.name} cannot be lanes: they would share ${tile.name}`);
  walkStmts(body, (s) => {
    if (s.kind === 'for' && s.mode === 'vectorized')
      throw new ScheduleError(`${axis.name} cannot be lanes: there are lanes over ${s.axis.name} in it`);
    requireOwnElement(s, axis);
  });
}

/** Why iterations cannot be divided among threads or invocations: one uses a value that another leaves, or several
 *  store the same element. Null where they can. */
export function whyNotApart({ axis, body }: Loop, who: 'threads' | 'invocations' = 'threads'): string | null {
  const [tile] = carried(body);
  if (tile) return `${who} cannot share ${axis.name}: its iterations add to ${tile.name} in turn`;
  let why: string | null = null;
  walkStmts(body, (s) => {
    why ??= whyNotOwnElement(s, axis);
  });
  return why;
}

export const requireApart = (l: Loop, who?: 'threads' | 'invocations'): void => refuse(whyNotApart(l, who));

/** Iterations of two loops may be reordered if none uses what another leaves. */
export function requireAnyOrder(outer: Loop, inner: Loop): void {
  const [tile] = carried(inner.body);
  if (tile)
    throw new ScheduleError(
      `${outer.axis.name} and ${inner.axis.name} both add to ${tile.name}, whose order would change`,
    );
  walkStmts(inner.body, (s) => {
    requireOwnElement(s, outer.axis);
    requireOwnElement(s, inner.axis);
    requireOwnSum(s, outer.axis, [inner.axis]);
  });
}

/** Additions to memory keep their order when a loop moves inwards past others, if its iterations add to different
 *  elements whatever the others are at. */
export function requireOwnSum(s: Stmt, axis: Axis, others: readonly Axis[]): void {
  if (s.kind !== 'store' || !s.add || others.length === 0) return;
  const own = s.at.some((e) => {
    const free = x.freeAxes(e);
    return free.has(axis) && !isData(e) && !others.some((o) => free.has(o));
  });
  if (!own)
    throw new ScheduleError(
      `moving ${axis.name} past ${others.map((a) => a.name).join(', ')} would change the order of what is added to ${s.buffer.name}`,
    );
}

function whyNotOwnElement(s: Stmt, axis: Axis): string | null {
  // Data may choose one element for several iterations to add to.
  const isOwn = (e: Expr): boolean => x.freeAxes(e).has(axis) && !(s.kind === 'store' && s.add && isData(e));
  const isShared = s.kind === 'store' && !s.at.some(isOwn);
  return isShared ? `every iteration over ${axis.name} stores the same element of ${s.buffer.name}` : null;
}
const isData = (e: Expr): boolean => x.some(e, (p) => p.kind === 'load' || p.kind === 'tile');
const requireOwnElement = (s: Stmt, axis: Axis): void => refuse(whyNotOwnElement(s, axis));
