/** The loop rewrites behind the directives: each preserves what a kernel computes. */

import type { Axis, Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import {
  declare,
  exprsOf,
  isTileWrite,
  isWrittenOut,
  type Loop,
  loop,
  mapStmt,
  type Stmt,
  set,
  tripsBetween,
  walkStmts,
} from '../../../ir/kernel.ts';
import { innerName } from '../../../ir/schedule.ts';
import {
  carried,
  requireAnyOrder,
  requireApart,
  requireLanes,
  requireOwnSum,
  requireRepeatable,
  requireVectors,
  ScheduleError,
} from './legal.ts';

/** True if a loop ends at a constant or at the batch, and not at a computed index, which may lie before its start. */
export const endsAtDim = (l: Loop): boolean => l.to.kind === 'const' || l.to.kind === 'size';

/** The end of the whole steps of `by` below an extent: the extent itself where nothing is left for any batch. */
export function wholeSteps(extent: Expr, by: number): Expr {
  if (extent.kind === 'const' && extent.value % by !== 0) return x.int(extent.value - (extent.value % by));
  const divides = extent.kind === 'const' || (extent.kind === 'size' && extent.of.times % by === 0);
  return divides ? extent : x.sub(extent, x.imod(extent, x.int(by)));
}

/** The bounds of a loop. Throws a `ScheduleError` where it does not count by 1 from a constant. */
export function boundsOf(l: Loop): { from: number; to: number | Expr } {
  if (l.from.kind !== 'const' || l.step !== 1)
    throw new ScheduleError(`the loop over ${l.axis.name} does not count by 1 from a constant`);
  return { from: l.from.value, to: l.to.kind === 'const' ? l.to.value : l.to };
}

export function tiled(l: Loop, by: number, mode: 'unrolled' | 'vectorized', shift: boolean, fenced: boolean): Stmt[] {
  // The remainder of an earlier split of a symbolic extent stays as it is.
  if (l.from.kind !== 'const') return [l];
  if (mode === 'vectorized') requireLanes(l);
  const [from, { step }] = [l.from.value, l];
  const copies = (start: Expr, count: number): Stmt[] => {
    const inner = x.axis(innerName('tile', l.axis.name), count);
    const index = x.add(start, x.mul(x.ix(inner), x.int(step)));
    return jam(replaceAxis(fresh(l.body), l.axis, index), inner, count, mode, fenced);
  };
  if (l.to.kind !== 'const') {
    if (from !== 0 || step !== 1)
      throw new ScheduleError(`the loop over ${l.axis.name} has a symbolic bound and does not count from 0 by 1`);
    if (!endsAtDim(l)) throw new ScheduleError(`the loop over ${l.axis.name} may end before it starts`);
    const main = x.axis(l.axis.name, l.axis.extent);
    const tail = x.axis(l.axis.name, l.axis.extent);
    const whole = wholeSteps(l.to, by);
    const bulk = loop(main, x.int(0), whole, copies(x.ix(main), by), { step: by });
    if (whole === l.to) return [bulk];
    return [bulk, loop(tail, whole, l.to, replaceAxis(fresh(l.body), l.axis, x.ix(tail)))];
  }
  const to = l.to.value;
  const trips = tripsBetween(from, to, step);
  const rest = trips % by;
  const whole = from + (trips - rest) * step;
  const out: Stmt[] = [];
  if (trips - rest === by) out.push(...copies(x.int(from), by));
  else if (trips > rest) {
    const main = x.axis(l.axis.name, l.axis.extent);
    out.push(loop(main, x.int(from), x.int(whole), copies(x.ix(main), by), { step: by * step }));
  }
  if (rest > 0) {
    if (shift && trips > by) {
      requireRepeatable(l);
      out.push(...copies(x.int(from + (trips - by) * step), by));
    } else out.push(...copies(x.int(whole), rest));
  }
  return out;
}

export function split(l: Loop, by: number): Stmt[] {
  const { from, to } = boundsOf(l);
  if (from !== 0 || typeof to !== 'number' || to % by !== 0)
    throw new ScheduleError(`the loop over ${l.axis.name} does not divide into groups of ${by}`);
  const [outer, inner] = [x.axis(l.axis.name, to / by), x.axis(innerName('split', l.axis.name), by)];
  const body = replaceAxis(l.body, l.axis, x.add(x.mul(x.ix(outer), x.int(by)), x.ix(inner)));
  return [loop(outer, x.int(0), x.int(to / by), [loop(inner, x.int(0), x.int(by), body)])];
}

export function peeled(l: Loop, at: readonly number[]): Stmt[] {
  const { from, to } = boundsOf(l);
  if (typeof to !== 'number') throw new ScheduleError(`the loop over ${l.axis.name} has no fixed end`);
  const cuts = [from, ...at.filter((c) => c > from && c < to), to];
  return cuts.slice(1).map((end, i) => {
    const part = x.axis(l.axis.name, l.axis.extent);
    return loop(part, x.int(cuts[i] as number), x.int(end), replaceAxis(fresh(l.body), l.axis, x.ix(part)));
  });
}

/** Statements that an unrolled body can hold: no declarations, no serial loops. */
const isLeaf = (s: Stmt): boolean => s.kind !== 'tile' && (s.kind !== 'for' || isWrittenOut(s));

/** True if moving a loop over these statements inwards would reorder writes to an outer tile: one that a loop among
 *  them feeds. */
export function reorders(body: readonly Stmt[]): boolean {
  const own = new Set<Tile>();
  let found = false;
  walkStmts(body, (s, loops) => {
    if (s.kind === 'tile') own.add(s.tile);
    if (isTileWrite(s)) found ||= !own.has(s.tile) && loops.some((l) => l.mode === 'serial' || l.mode === 'parallel');
  });
  return found;
}

/** unroll i { S; for k { T } }  -->  unroll i { S }; for k { unroll i { T } }, with tiles of S and T for each i. */
function jam(body: readonly Stmt[], i: Axis, count: number, mode: 'unrolled' | 'vectorized', fenced: boolean): Stmt[] {
  if (reorders(body))
    throw new ScheduleError(`moving ${i.name} inwards would change the order of a sum that outlives its loop`);
  walkStmts(body, (s, loops) =>
    requireOwnSum(
      s,
      i,
      loops.filter((l) => l.mode === 'serial' || l.mode === 'parallel').map((l) => l.axis),
    ),
  );
  const outside = carried(body);
  const wider = new Map<Tile, Tile>();
  walkStmts(body, (s) => {
    if (s.kind === 'tile')
      wider.set(s.tile, {
        ...s.tile,
        // Lanes are the last dimension, so that a vector is contiguous.
        shape: mode === 'vectorized' ? [...s.tile.shape, count] : [count, ...s.tile.shape],
      });
  });
  const extended = (at: readonly Expr[]): readonly Expr[] =>
    mode === 'vectorized' ? [...at, x.ix(i)] : [x.ix(i), ...at];
  const onExpr = (e: Expr): Expr => {
    const tile = e.kind === 'tile' ? wider.get(e.tile) : undefined;
    return e.kind === 'tile' && tile ? { ...e, tile, at: extended(e.at) } : e;
  };
  const done = new Map<Expr, Expr>();
  const widen = (s: Stmt): Stmt => {
    if (s.kind === 'for') return { ...s, body: s.body.map(widen) };
    const mapped = mapStmt(s, onExpr, done);
    if (mapped.kind === 'tile') return declare(wider.get(mapped.tile) ?? mapped.tile);
    if (mapped.kind === 'store' || mapped.kind === 'for' || mapped.kind === 'barrier') return mapped;
    const tile = wider.get(mapped.tile);
    return tile ? { ...mapped, tile, at: extended(mapped.at) } : mapped;
  };
  const met = new Set<Tile>();
  const spread = (stmts: readonly Stmt[]): Stmt[] => {
    const out: Stmt[] = [];
    let run: Stmt[] = [];
    const flush = (): void => {
      for (const t of touched(run, outside)) {
        if (met.has(t))
          throw new ScheduleError(`copies over ${i.name} would separate the steps of one iteration on ${t.name}`);
        met.add(t);
      }
      if (run.length > 0) out.push(loop(i, x.int(0), x.int(count), run, { mode, fenced }));
      run = [];
    };
    for (const s of stmts) {
      if (isLeaf(s)) {
        run.push(s);
        continue;
      }
      if (s.kind === 'tile') {
        // Declarations do nothing, so they need not split a run.
        out.push(s);
        continue;
      }
      flush();
      if (s.kind === 'for') {
        if (exprsOf(s).some((e) => x.freeAxes(e).has(i)))
          throw new ScheduleError(`the bounds of ${s.axis.name} depend on ${i.name}`);
        out.push({ ...s, body: spread(s.body) });
      }
    }
    flush();
    return out;
  };
  return spread(body.map(widen));
}

/** Those of the given tiles that the statements read or write. */
function touched(stmts: readonly Stmt[], of: ReadonlySet<Tile>): Set<Tile> {
  const out = new Set<Tile>();
  walkStmts(stmts, (s) => {
    if (isTileWrite(s) && of.has(s.tile)) out.add(s.tile);
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'tile' && of.has(p.tile) && out.add(p.tile)));
  });
  return out;
}

/** The loops from `s` down to the one over `axis`, if each holds nothing but the next. */
export function nestTo(s: Stmt, axis: string): Loop[] | null {
  if (s.kind !== 'for' || s.mode !== 'serial') return null;
  if (s.axis.name === axis) return [s];
  const below = s.body.length === 1 ? nestTo(s.body[0] as Stmt, axis) : null;
  return below && [s, ...below];
}

export function reassociated(nest: readonly Loop[], by: number): Stmt[] {
  requireVectors(by);
  const l = nest.at(-1) as Loop;
  const [only, ...others] = l.body;
  if (only?.kind !== 'accumulate' || others.length > 0 || only.fn === 'mul')
    throw new ScheduleError(`the loop over ${l.axis.name} does more than add to one accumulator`);
  const { fn } = only;
  if (nest.some((o) => only.at.some((e) => x.freeAxes(e).has(o.axis))))
    throw new ScheduleError(`the loops down to ${l.axis.name} add to more than one element of ${only.tile.name}`);
  const { from, to } = boundsOf(l);
  if (from !== 0) throw new ScheduleError(`the loop over ${l.axis.name} does not start at 0`);
  if (!endsAtDim(l)) throw new ScheduleError(`the loop over ${l.axis.name} may end before it starts`);
  const part: Tile = { name: 'part', dtype: only.tile.dtype, shape: [by] };
  const lane = (): Axis => x.axis(innerName('reassociate', l.axis.name), by);
  const [zero, each, join] = [lane(), lane(), lane()];
  const over = (a: Axis, mode: 'vectorized' | 'unrolled', body: Stmt): Loop =>
    loop(a, x.int(0), x.int(by), [body], { mode });
  const whole = wholeSteps(l.to, by);
  const main = x.axis(l.axis.name, l.axis.extent);
  const tail = x.axis(l.axis.name, l.axis.extent);
  const value = (at: Expr): Expr => x.substitute(only.value, new Map([[l.axis, at]]));
  const rest: Stmt[] =
    whole === l.to
      ? []
      : [
          loop(tail, whole, l.to, [{ ...only, value: value(x.ix(tail)) }], {
            mode: typeof to === 'number' ? 'unrolled' : 'serial',
          }),
        ];
  const sums = loop(
    main,
    x.int(0),
    whole,
    [
      over(each, 'vectorized', {
        kind: 'accumulate',
        fn,
        tile: part,
        at: [x.ix(each)],
        value: value(x.add(x.ix(main), x.ix(each))),
      }),
    ],
    { step: by },
  );
  const inner = typeof to === 'number' && to < by ? rest : [sums, ...rest];
  return [
    declare(part),
    over(zero, 'vectorized', set(part, [x.ix(zero)], x.identity(fn, part.dtype))),
    ...nest.slice(0, -1).reduceRight<Stmt[]>((body, outer) => [{ ...outer, body }], inner),
    over(join, 'unrolled', { ...only, value: x.read(part, [x.ix(join)]) }),
  ];
}

export function interchanged(l: Loop): Stmt[] {
  const [inner, ...others] = l.body;
  if (inner?.kind !== 'for' || inner.mode !== 'serial' || others.length > 0)
    throw new ScheduleError(`the loop over ${l.axis.name} holds more than a serial loop`);
  if (exprsOf(inner).some((e) => x.freeAxes(e).has(l.axis)))
    throw new ScheduleError(`the bounds of ${inner.axis.name} depend on ${l.axis.name}`);
  requireAnyOrder(l, inner);
  return [{ ...inner, body: [{ ...l, body: inner.body }] }];
}

export function parallel(l: Loop): Stmt[] {
  requireApart(l);
  return [{ ...l, mode: 'parallel' }];
}

export const replaceAxis = (body: readonly Stmt[], axis: Axis, by: Expr): Stmt[] => {
  const done = new Map<Expr, Expr>();
  return body.map((s) => mapStmt(s, (e) => (e.kind === 'axis' && e.axis === axis ? by : e), done));
};

/** The same loops, with axes of their own, around other statements. */
export const sameLoops = (loops: readonly Loop[], body: readonly Stmt[]): readonly Stmt[] =>
  loops.reduceRight((inner, l) => {
    const axis = { ...l.axis };
    return [{ ...l, axis, body: replaceAxis(inner, l.axis, x.ix(axis)) }];
  }, body);

/** A copy with axes and tiles of its own, so that no two loops bind the same axis and no tile is declared twice. */
export function fresh(body: readonly Stmt[]): Stmt[] {
  const axes = new Map<Axis, Axis>();
  const tiles = new Map<Tile, Tile>();
  walkStmts(body, (s) => {
    if (s.kind === 'for') axes.set(s.axis, { ...s.axis });
    if (s.kind === 'tile') tiles.set(s.tile, { ...s.tile });
  });
  const onExpr = (e: Expr): Expr => {
    if (e.kind === 'axis') return axes.has(e.axis) ? x.ix(axes.get(e.axis) as Axis) : e;
    return e.kind === 'tile' && tiles.has(e.tile) ? { ...e, tile: tiles.get(e.tile) as Tile } : e;
  };
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt => {
    const m = mapStmt(s, onExpr, done);
    if (m.kind === 'for')
      return { ...m, axis: axes.get(m.axis) as Axis, body: s.kind === 'for' ? s.body.map(go) : m.body };
    if (m.kind === 'store' || m.kind === 'barrier') return m;
    return { ...m, tile: tiles.get(m.tile) ?? m.tile };
  };
  return body.map(go);
}
