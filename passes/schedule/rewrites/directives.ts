/** Applies directives: each rewrites a kernel after a check, or is refused. */

import { handedOn } from '../../../ir/analysis/handed-on.ts';
import { upsert } from '../../../ir/collections.ts';
import type { Kernel } from '../../../ir/kernel.ts';
import type { Directive, DirectiveName, Dropped, Schedule } from '../../../ir/schedule.ts';
import { showDirective } from '../../../ir/text/print-schedule.ts';
import { requireFields, requireHandedOn, requireRoom, ScheduleError, unlessRefused } from './legal.ts';
import { type Rewrite, rewrites } from './rows.ts';

/** The kernel after a schedule. Throws a `ScheduleError` that names the directive that does not fit. */
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

/** True if every directive fits. */
export const fits = (kernel: Kernel, schedule: Schedule): boolean => misfitOf(kernel, schedule) === null;

/** The kernel before the schedule, and after each directive. */
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

/** The kernel that fills the buffer that the directive at `i` adds to another; null if there is none, or if nothing
 *  reads it in the end. */
export function madeFor(s: Schedule, i: number, steps: readonly Kernel[], readers: readonly Kernel[]): Kernel | null {
  const d = s[i] as Directive;
  const { makes } = rewriteOf(d);
  if (!makes) return null;
  const [lowered, before, after] = [steps[0], steps[i], steps[i + 1]] as [Kernel, Kernel, Kernel];
  const name = makes.buffer(d, before);
  const to = after.params.find((p) => p.buffer.name === name)?.buffer;
  // A buffer that only untaken branches read is not read at all.
  if (!to || !readers.some((r) => r.params.some((p) => p.buffer === to))) return null;
  return naming(before, d, () => makes.by(d, { lowered, earlier: s.slice(0, i), before, after }, to));
}

const rewriteOf = (d: Directive): Rewrite<DirectiveName> => rewrites[d.do];

/** Adds the kernel and the directive to the message of a refusal. */
function naming<T>(k: Kernel, d: Directive, rewrite: () => T): T {
  try {
    return rewrite();
  } catch (e) {
    if (!(e instanceof ScheduleError)) throw e;
    throw new ScheduleError(`@${k.name}: ${showDirective(d)}: ${e.message}`, { cause: e, directive: d });
  }
}

/** True if a kernel hands on values through memory. Remembered, as many schedules are tried on one kernel. */
const handsOn = (k: Kernel): boolean => upsert(known, k, () => handedOn(k).length > 0);
const known = new WeakMap<Kernel, boolean>();
