/** Directives applied: each is a checked rewrite of a kernel, or refused. */

import { handedOn } from '../../../ir/analysis/handed-on.ts';
import { upsert } from '../../../ir/collections.ts';
import type { Kernel } from '../../../ir/kernel.ts';
import type { Directive, DirectiveName, Dropped, Schedule } from '../../../ir/schedule.ts';
import { showDirective } from '../../../ir/text/print-schedule.ts';
import { requireFields, requireHandedOn, requireRoom, ScheduleError, unlessRefused } from './legal.ts';
import { type Rewrite, rewrites } from './rows.ts';

/** The kernel under a schedule. Throws a `ScheduleError` that names the directive which does not fit. */
export const applySchedule = (k: Kernel, s: Schedule): Kernel => appliedSteps(k, s).at(-1) as Kernel;

/** The same; null where a directive does not fit. */
export const applied = (k: Kernel, s: Schedule): Kernel | null => unlessRefused(() => applySchedule(k, s));

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

/** Why a directive does not fit; null where it does. */
export const whyNot = (kernel: Kernel, d: Directive): string | null => misfitOf(kernel, [d])?.why ?? null;

/** Whether every directive fits. */
export const fits = (kernel: Kernel, schedule: Schedule): boolean => misfitOf(kernel, schedule) === null;

/** The kernel as it was, and as each directive left it. */
export function appliedSteps(k: Kernel, s: Schedule): Kernel[] {
  const steps = [k];
  const inOrder = handsOn(k);
  for (const d of s) {
    const before = steps.at(-1) as Kernel;
    steps.push(
      naming(k, d, () => {
        const { order, apply } = rewriteOf(d);
        if (inOrder) requireHandedOn(before, d, order);
        requireFields(d);
        const after = apply(before, d);
        requireRoom(after);
        return after;
      }),
    );
  }
  return steps;
}

/** The kernel that makes what the directive at `i` has another one read; null where there is none, or nothing reads it after all. */
export function madeFor(s: Schedule, i: number, steps: readonly Kernel[], readers: readonly Kernel[]): Kernel | null {
  const d = s[i] as Directive;
  const { makes } = rewriteOf(d);
  if (!makes) return null;
  const [lowered, before, after] = [steps[0], steps[i], steps[i + 1]] as [Kernel, Kernel, Kernel];
  const name = makes.buffer(d, before);
  const to = after.params.find((p) => p.buffer.name === name)?.buffer;
  // What only branches read that are never taken is not read at all.
  if (!to || !readers.some((r) => r.params.some((p) => p.buffer === to))) return null;
  return naming(before, d, () => makes.by(d, { lowered, earlier: s.slice(0, i), before, after }, to));
}

const rewriteOf = (d: Directive): Rewrite<DirectiveName> => rewrites[d.do];

/** Has a refusal name the kernel and the directive. */
function naming<T>(k: Kernel, d: Directive, rewrite: () => T): T {
  try {
    return rewrite();
  } catch (e) {
    if (!(e instanceof ScheduleError)) throw e;
    throw new ScheduleError(`@${k.name}: ${showDirective(d)}: ${e.message}`, { cause: e, directive: d });
  }
}

/** Whether a kernel hands on anything through memory. Many schedules are tried on one kernel. */
const handsOn = (k: Kernel): boolean => upsert(known, k, () => handedOn(k).length > 0);
const known = new WeakMap<Kernel, boolean>();
