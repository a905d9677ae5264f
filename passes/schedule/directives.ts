/** What the directives of a schedule do: each is a checked rewrite of a kernel. */

import { upsert } from '../../ir/collections.ts';
import { handedOn } from '../../ir/handed-on.ts';
import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import { showDirective } from '../../ir/print-schedule.ts';
import type { Directive, Dropped, Schedule } from '../../ir/schedule.ts';
import { blocked } from './block.ts';
import { compressed } from './compress.ts';
import { invoked } from './invoke.ts';
import { copiesAsLanes } from './lanes.ts';
import { requireCuts, requireFactor, requireHandedOn, requireLoops, requireOrder, ScheduleError } from './legal.ts';
import { interchanged, nestTo, packed, parallel, peeled, reassociated, split, tiled } from './loops.ts';
import { inPartialSums } from './partial.ts';
import { flattened, shared } from './share.ts';
import { sliced } from './slice.ts';
import { woven } from './weave.ts';

/** The kernel under a schedule. Throws a `ScheduleError` that names the directive which does not fit. */
export const applySchedule = (k: Kernel, s: Schedule): Kernel => appliedSteps(k, s).at(-1) as Kernel;

/** The first directive that does not fit; null where all do. */
export function misfitOf(kernel: Kernel, schedule: Schedule): Dropped | null {
  try {
    applySchedule(kernel, schedule);
    return null;
  } catch (e) {
    if (!(e instanceof ScheduleError && e.directive && e.cause instanceof ScheduleError)) throw e;
    return { directive: e.directive, why: e.cause.message };
  }
}

/** Whether every directive fits. */
export const fits = (kernel: Kernel, schedule: Schedule): boolean => misfitOf(kernel, schedule) === null;

/** The kernel as it was, and as each directive left it. */
export function appliedSteps(k: Kernel, s: Schedule): Kernel[] {
  const steps = [k];
  const inOrder = handsOn(k);
  for (const d of s)
    try {
      if (inOrder) requireHandedOn(steps.at(-1) as Kernel, d);
      steps.push(applyDirective(steps.at(-1) as Kernel, d));
    } catch (e) {
      if (!(e instanceof ScheduleError)) throw e;
      throw new ScheduleError(`@${k.name}: ${showDirective(d)}: ${e.message}`, { cause: e, directive: d });
    }
  return steps;
}

/** Whether a kernel hands on anything through memory. Many schedules are tried on one kernel. */
const handsOn = (k: Kernel): boolean => upsert(known, k, () => handedOn(k).length > 0);
const known = new WeakMap<Kernel, boolean>();

function applyDirective(k: Kernel, d: Directive): Kernel {
  if ('by' in d) requireFactor(d.by, d.do === 'reassociate');
  if (d.do === 'peel') requireCuts(d.at);
  if (d.do === 'pack') requireOrder(d.order);
  if (d.do === 'over') {
    requireLoops(k, d.loops);
    return k;
  }
  if (d.do === 'pack') return packed(k, d.buffer, d.order);
  if (d.do === 'weave') return woven(k, d.axis, d.with);
  if (d.do === 'compress') return compressed(k, d.buffer);
  if (d.do === 'slice') return sliced(k, d.axis, d.by);
  if (d.do === 'partial') return inPartialSums(k, d.axis, d.by, d.compensated ?? false);
  let found = false;
  const onLoop = (f: (l: Loop) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        if (s.kind !== 'for') return [s];
        const inner: Loop = { ...s, body: go(s.body) };
        if (s.axis.name !== d.axis || s.mode !== 'serial') return [inner];
        found = true;
        return f(inner);
      });
    return { ...k, body: go(k.body) };
  };
  const onNest = (f: (nest: readonly Loop[]) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        const nest = nestTo(s, d.axis);
        if (nest) {
          found = true;
          return f(nest);
        }
        return s.kind === 'for' ? [{ ...s, body: go(s.body) }] : [s];
      });
    return { ...k, body: go(k.body) };
  };
  const out = ((): Kernel => {
    switch (d.do) {
      case 'tile':
        return onLoop((l) => tiled(l, d.by, 'unrolled', d.shift ?? false, d.fenced ?? false));
      case 'vectorize':
        return onLoop((l) => tiled(l, d.by, 'vectorized', d.shift ?? false, false));
      case 'reassociate':
        return onNest((nest) => reassociated(nest, d.by));
      case 'split':
        return onLoop((l) => split(l, d.by));
      case 'peel':
        return onLoop((l) => peeled(l, d.at));
      case 'interchange':
        return onLoop(interchanged);
      case 'parallel':
        return onLoop(parallel);
      case 'invoke':
        return onLoop((l) => invoked(l, d.by));
      case 'flatten':
        return onLoop(flattened);
      case 'share':
        return onLoop((l) => shared(l, d.by, d.together ?? false));
      case 'block':
        return onLoop((l) => blocked(l, d.with, d.over, d));
      default:
        return d satisfies never;
    }
  })();
  if (!found && d.do === 'vectorize') return copiesAsLanes(k, d.axis, d.by);
  if (!found) throw new ScheduleError(`there is no serial loop over ${d.axis}`);
  return out;
}
