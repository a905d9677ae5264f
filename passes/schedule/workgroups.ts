/** Schedules for devices of workgroups: which loops are the grid, and which the invocations of a workgroup. */

import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import type { Directive, Schedule } from '../../ir/schedule.ts';
import type { GridTarget } from '../../ir/target.ts';
import { Extents } from './extents.ts';
import { requireApart, ScheduleError } from './legal.ts';

/** So many loops at most make the invocations of a workgroup. */
const deepest = 3;

/** Every iteration of the independent loops around a kernel is an invocation: those of the innermost make a workgroup, of
 *  further ones too where these are short, and the grid is what is left. */
export function workgroups(kernel: Kernel, target: GridTarget, batch: number): Schedule {
  const extents = new Extents(batch);
  const nest = independent(kernel.body);
  const shared: Directive[] = [];
  let room = target.workgroup.usual;
  for (const l of nest.toReversed().slice(0, deepest)) {
    const by = Math.min(room, extents.of(l));
    if (by <= 1 && shared.length > 0) continue;
    shared.push({ do: 'invoke', axis: l.axis.name, by });
    room = Math.floor(room / by);
  }
  const grid = nest.filter((l) => {
    const by = shared.find((d) => 'axis' in d && d.axis === l.axis.name);
    return !(by && 'by' in by && extents.constant(l) === by.by);
  });
  return [...shared, ...grid.map((l): Directive => ({ do: 'parallel', axis: l.axis.name }))];
}

/** The loops that a kernel consists of, outermost first, as far as their iterations are independent. */
export function independent(body: readonly Stmt[]): Loop[] {
  const [only, ...others] = body;
  if (only?.kind !== 'for' || only.mode !== 'serial' || others.length > 0 || !isApart(only)) return [];
  return [only, ...independent(only.body)];
}

function isApart(l: Loop): boolean {
  try {
    requireApart(l);
    return l.from.kind === 'const' && l.from.value === 0 && l.step === 1;
  } catch (e) {
    if (e instanceof ScheduleError) return false;
    throw e;
  }
}
