/** Divides loops among the invocations of a workgroup. */

import type { Axis, Expr } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { exprsOf, type Loop, loop, type Stmt } from '../../../ir/kernel.ts';
import { innerName } from '../../../ir/schedule.ts';
import { requireAnyOrder, requireApart, ScheduleError } from './legal.ts';
import { boundsOf, replaceAxis } from './loops.ts';

export function invoked(l: Loop, by: number): Stmt[] {
  const { from, to } = boundsOf(l);
  if (from !== 0) throw new ScheduleError(`the loop over ${l.axis.name} does not start at 0`);
  requireApart(l, 'invocations');
  const whole = typeof to === 'number' ? Math.min(by, to) : by;
  const mine = x.axis(innerName('invoke', l.axis.name), whole);
  if (whole === to) return inwards(l, mine, x.int(whole), replaceAxis(l.body, l.axis, x.ix(mine)));
  const group = x.axis(l.axis.name, l.axis.extent);
  const left = x.sub(l.to, x.ix(group));
  const bound = typeof to === 'number' && to % whole === 0 ? x.int(whole) : x.min(x.int(whole), left);
  const body = replaceAxis(l.body, l.axis, x.add(x.ix(group), x.ix(mine)));
  return [loop(group, x.int(0), l.to, inwards(l, mine, bound, body), { step: whole })];
}

/** for j { invoke k { S } }  -->  for j { invoke i { invoke k { S } } }, and invoke i { S } where S is anything else. */
function inwards(l: Loop, i: Axis, to: Expr, body: readonly Stmt[]): Stmt[] {
  const around = (s: readonly Stmt[]): Stmt[] => [loop(i, x.int(0), to, s, { mode: 'invocations' })];
  const go = (stmts: readonly Stmt[]): Stmt[] | null => {
    const [only, ...others] = stmts;
    if (only?.kind !== 'for' || others.length > 0) return null;
    if (only.mode === 'invocations') return around([only]);
    if (only.mode !== 'serial' || exprsOf(only).some((e) => x.freeAxes(e).has(i))) return null;
    const inner = go(only.body);
    if (!inner) return null;
    requireAnyOrder({ ...l, axis: i }, only);
    return [{ ...only, body: inner }];
  };
  return go(body) ?? around(body);
}
