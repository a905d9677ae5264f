/** Sums shared by the invocations of a workgroup: each adds up a part, and then the parts are added. */

import * as x from '../../../ir/expr.ts';
import { type Axis, constantExtent, type Expr, type Tile } from '../../../ir/expr.ts';
import { addsTogether, barrier, declare, type Loop, loop, type Stmt, set } from '../../../ir/kernel.ts';
import { type Dim, isBatch, mulDim } from '../../../ir/type.ts';
import { ScheduleError } from './legal.ts';
import { boundsOf, replaceAxis } from './loops.ts';

/** for i in 0..a { for j in 0..b { S(i, j) } }  -->  for i in 0..a·b { S(i / b, i % b) }, and so on inwards. */
export function flattened(l: Loop): Stmt[] {
  const nest = [l];
  for (;;) {
    const [inner, ...others] = (nest.at(-1) as Loop).body;
    if (inner?.kind !== 'for' || inner.mode !== 'serial' || others.length > 0) break;
    nest.push(inner);
  }
  if (nest.length === 1) throw new ScheduleError(`the loop over ${l.axis.name} does not hold just another serial loop`);
  for (const n of nest) {
    const { from, to } = boundsOf(n);
    if (from !== 0 || (typeof to !== 'number' && to.kind !== 'size'))
      throw new ScheduleError(`the loop over ${n.axis.name} does not run from 0 to its extent`);
  }
  const extent = nest.reduce<Dim | null>((p, n) => p && mulDim(p, extentOf(n)), 1);
  if (extent === null || nest.slice(1).some((n) => isBatch(extentOf(n))))
    throw new ScheduleError(`one of the loops inside ${l.axis.name} has the length of the batch`);
  const whole = x.axis(l.axis.name, extent);
  let [body, below] = [(nest.at(-1) as Loop).body, 1];
  for (const [k, n] of [...nest.entries()].reverse()) {
    const places = x.idiv(x.ix(whole), x.int(below));
    body = replaceAxis(body, n.axis, k === 0 ? places : x.imod(places, x.int(extentOf(n) as number)));
    if (k > 0) below *= extentOf(n) as number;
  }
  return [loop(whole, x.int(0), x.size(extent), body)];
}

/** The trip count of a loop that starts at 0. */
const extentOf = (l: Loop): Dim => (l.to.kind === 'size' ? l.to.of : (l.to as { value: number }).value);

/** From this many parts on, groups of them are added first. */
const manyParts = 64;

/** for k { acc += e }  -->  invoke t { own = 0; for k in t.. step `by` { own += e }; part[t] = own }; barrier;
 *  then every invocation adds the parts in order: groups of them first, by one invocation each, where they are many.
 *  Or all add them `together`. */
export function shared(l: Loop, by: number, together: boolean): Stmt[] {
  const [only, ...others] = l.body;
  if (only?.kind !== 'accumulate' || others.length > 0 || only.at.length > 0)
    throw new ScheduleError(`the loop over ${l.axis.name} does more than add to one accumulator`);
  const { from } = boundsOf(l);
  if (from !== 0) throw new ScheduleError(`the loop over ${l.axis.name} does not start at 0`);
  const { tile, fn } = only;
  if (x.some(only.value, (p) => p.kind === 'tile' && p.tile === tile))
    throw new ScheduleError(`the values added to ${tile.name} depend on it`);
  const part: Tile = { name: 'part', dtype: tile.dtype, shape: [by], memory: 'workgroup' };
  const mine = x.axis('t', by);
  const add = (to: Tile, value: Expr): Stmt => ({ kind: 'accumulate', fn, tile: to, at: [], value });
  const turn = x.axis(l.axis.name, l.axis.extent);
  const value = x.substitute(only.value, new Map([[l.axis, x.ix(turn)]]));
  /** The sum of each invocation over this loop, stored where all can read it. */
  const summed = (t: Axis, to: Tile, over: (body: readonly Stmt[]) => Stmt, what: Expr): Stmt => {
    const own: Tile = { name: 'own', dtype: tile.dtype, shape: [] };
    const body = [
      declare(own),
      set(own, [], x.identity(fn, tile.dtype)),
      over([add(own, what)]),
      set(to, [x.ix(t)], x.read(own)),
    ];
    return loop(t, x.int(0), x.int(constantExtent(t)), body, { mode: 'invocations' });
  };
  const parts = [
    declare(part),
    summed(mine, part, (body) => loop(turn, x.ix(mine), l.to, body, { step: by }), value),
    barrier,
  ];
  const all = (of: Tile, count: number): Stmt => {
    const t = x.axis('t', count);
    return loop(t, x.int(0), x.int(count), [add(tile, x.read(of, [x.ix(t)]))], { together });
  };
  if (together) {
    if (!addsTogether(fn, tile.dtype))
      throw new ScheduleError(
        `a device does not keep a NaN when its invocations find the ${fn} of ${tile.name} together`,
      );
    return [...parts, all(part, by)];
  }
  const groups = 2 ** Math.floor(Math.log2(by) / 2);
  if (by < manyParts || by % groups !== 0) return [...parts, all(part, by)];
  const each = by / groups;
  const group: Tile = { ...part, name: 'group', shape: [groups] };
  const [of, u] = [x.axis('t', groups), x.axis('u', each)];
  const inGroup = x.read(part, [x.add(x.mul(x.ix(of), x.int(each)), x.ix(u))]);
  return [
    ...parts,
    declare(group),
    summed(of, group, (body) => loop(u, x.int(0), x.int(each), body), inGroup),
    barrier,
    all(group, groups),
  ];
}
