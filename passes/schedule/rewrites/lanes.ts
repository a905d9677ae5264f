/** Turns unrolled copies that only set neighbours in a tile into lanes. */

import { linear } from '../../../ir/analysis/linear.ts';
import * as x from '../../../ir/expr.ts';
import { constantExtent, type Expr, type Tile, walk } from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import { isTileWrite, type Kernel, type Loop, loop, type Stmt, walkStmts } from '../../../ir/kernel.ts';
import { innerName } from '../../../ir/schedule.ts';
import { vectorLanes } from '../../../ir/target.ts';
import { requireVectors, ScheduleError } from './legal.ts';
import { replaceAxis } from './loops.ts';

/** unroll i in 0..e { t[…, i] = f } --> unroll i in 0..e/`by` { vectorize i_i in 0..by { t[…, i·by + i_i] = f } },
 *  if then all writes of t are in lanes. Other copies over i stay as they are. */
export function copiesAsLanes(k: Kernel, axis: string, by: number): Kernel {
  requireVectors(by);
  const fitting = new Map<Loop, Tile>();
  const others = new Set<Tile>();
  walkStmts(k.body, (s, loops) => {
    if (!isTileWrite(s)) return;
    const around = loops.at(-1);
    const inLanes = loops.some((l) => l.mode === 'vectorized');
    if (around?.axis.name === axis && !inLanes && setsNeighbours(around, by)) fitting.set(around, s.tile);
    else if (!inLanes) others.add(s.tile);
  });
  for (const [l, t] of fitting) if (others.has(t)) fitting.delete(l);
  if (fitting.size === 0)
    throw new ScheduleError(
      `there is no serial loop over ${axis}, and no unrolled one whose copies only set neighbours in a tile`,
    );
  const go = (s: Stmt): Stmt => {
    if (s.kind !== 'for') return s;
    if (!fitting.has(s)) return { ...s, body: s.body.map(go) };
    if (s.axis.extent === by) return { ...s, mode: 'vectorized' };
    const [group, lane] = [
      x.axis(s.axis.name, constantExtent(s.axis) / by),
      x.axis(innerName('vectorize', s.axis.name), by),
    ];
    const body = replaceAxis(s.body, s.axis, x.add(x.mul(x.ix(group), x.int(by)), x.ix(lane)));
    const copies = [loop(lane, x.int(0), x.int(by), body, { mode: 'vectorized' })];
    return { ...s, axis: group, to: x.size(group.extent), body: copies };
  };
  return { ...k, body: k.body.map(go) };
}

/** True if the copies only write one element each, in rows of whole vectors, and none reads an element of another. */
function setsNeighbours(l: Loop, by: number): boolean {
  const [only, ...more] = l.body;
  const whole = l.from.kind === 'const' && l.from.value === 0 && l.to.kind === 'const' && l.to.value === l.axis.extent;
  if (l.mode !== 'unrolled' || l.step !== 1 || !whole || constantExtent(l.axis) % by !== 0) return false;
  if (!isTileWrite(only) || more.length > 0) return false;
  const { tile, at, value } = only;
  const moves = (e: Expr): boolean => x.freeAxes(e).has(l.axis);
  const last = at.at(-1);
  if (last === undefined || at.slice(0, -1).some(moves) || (tile.shape.at(-1) as number) % vectorLanes !== 0)
    return false;
  const lanes = new Map([[l.axis, { kind: 'lanes', start: 0, count: by }] as const]);
  const index = linear(last, lanes, new Interner());
  if (index?.lanes !== 1 || index.constant % vectorLanes !== 0) return false;
  if ([...index.terms.values()].some((t) => t.by % vectorLanes !== 0)) return false;
  let apart = true;
  walk(value, (p) => {
    if (p.kind === 'tile' && (p.tile === tile || (!p.tile.memory && p.at.some(moves)))) apart = false;
  });
  return apart;
}
