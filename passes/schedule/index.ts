/** The schedule pass: chooses directives for each kernel, keeps them beside it, and applies them. */

import { kernelKey } from '../../ir/analysis/kernel-key.ts';
import { upsert } from '../../ir/collections.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { hoisted, kernelsOf, mapParts, type Outline } from '../../ir/program.ts';
import { type Directive, type Dropped, mapFields, type Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import type { Lowered } from '../lower/index.ts';
import {
  type GivenSchedules,
  givenTo,
  nothingGiven,
  requireKernels,
  requireModel,
  withPlaces,
} from './choose/given.ts';
import { type Choice, choose, chooseSchedule } from './choose/index.ts';
import { appliedSteps, madeFor } from './rewrites/directives.ts';
import { simplify } from './rewrites/settle.ts';

/** Kernels in launch order, and the directives that made each, by its name. */
export interface ScheduledKernels {
  readonly kernels: readonly Kernel[];
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Schedules that seemed better but do not fit, by kernel name. */
  readonly dropped: ReadonlyMap<string, readonly Dropped[]>;
}
/** A graph's kernels, scheduled. */
export type Scheduled = Lowered & ScheduledKernels;

/** Schedules the kernels of a graph with the given directives, or else with chosen ones. */
export const schedule = (
  target: Target,
  batch: number,
  given: GivenSchedules = nothingGiven,
): ((lowered: Lowered) => Scheduled) => {
  const launches = scheduler(target, batch, given);
  return (lowered) => ({ ...lowered, ...launches(lowered.kernels) });
};

/** Launches of scheduled kernels, and the directives that made each, by its name. */
export interface ScheduledOutline extends Pick<ScheduledKernels, 'schedules'> {
  readonly outline: Outline;
  /** Unknown for kernels that were read from a text. */
  readonly dropped?: ScheduledKernels['dropped'];
}

/** Schedules the launches of all entries. Throws a `CompileError` where a given schedule does not fit the kernels. */
export function scheduleOutline(of: Outline, target: Target, given: GivenSchedules = nothingGiven): ScheduledOutline {
  requireModel(given, kernelsOf(of), of.name);
  const launches = scheduler(target, of.maxBatch, given);
  const done: ScheduledKernels[] = [];
  // What a loop's body has packed may be the same in each turn.
  const entries = of.entries.map((e) =>
    hoisted(
      mapParts(e, (part) => {
        const made = launches(part);
        done.push(made);
        return made.kernels;
      }),
    ),
  );
  requireKernels(
    given,
    done.flatMap(({ schedules }) => [...schedules.keys()]),
  );
  return {
    outline: { ...of, entries },
    schedules: new Map(done.flatMap(({ schedules }) => [...schedules])),
    dropped: new Map(done.flatMap(({ dropped }) => [...dropped])),
  };
}

const scheduler = (
  target: Target,
  batch: number,
  given: GivenSchedules,
): ((kernels: readonly Kernel[]) => ScheduledKernels) => {
  // Graphs share kernels, so they share the scheduled ones too.
  const done = new Map<Kernel, ScheduledKernels>();
  const chosen = remembering((k) => choose(k, target, batch));
  const by = (k: Kernel): Choice => {
    const schedule = givenTo(k, given);
    return schedule ? { schedule, dropped: [] } : chosen(k);
  };
  return (kernels) => {
    const parts = kernels.map((k) =>
      upsert(done, k, () => withPlaces(given, target, batch, () => chosenBy(k, by(k), target, batch, by))),
    );
    return {
      kernels: parts.flatMap((p) => p.kernels),
      schedules: new Map(parts.flatMap((p) => [...p.schedules])),
      dropped: new Map(parts.flatMap((p) => [...p.dropped])),
    };
  };
};

/** A scheduled kernel, after those that make the packed copies, lists and slice sums that it reads, which get schedules
 *  of their own. Throws a `ScheduleError` where a directive does not fit. */
export const scheduledBy = (
  k: Kernel,
  s: Schedule,
  target: Target,
  batch: number,
  /** Gives the other kernels their schedules. */
  others = (other: Kernel): Schedule => chooseSchedule(other, target, batch),
): ScheduledKernels =>
  chosenBy(k, { schedule: s, dropped: [] }, target, batch, (other) => ({ schedule: others(other), dropped: [] }));

function chosenBy(
  k: Kernel,
  { schedule: s, dropped: left }: Choice,
  target: Target,
  batch: number,
  others: (other: Kernel) => Choice,
): ScheduledKernels {
  const schedules = new Map<string, Schedule>([[k.name, s]]);
  const dropped = new Map(left.length > 0 ? [[k.name, left]] : []);
  const steps = appliedSteps(k, s);
  const after = simplify(steps.at(-1) as Kernel, batch);
  // The inputs of the last kernel are made before it, and theirs before them.
  let kernels: readonly Kernel[] = [after];
  for (const i of [...s.keys()].reverse()) {
    const made = madeFor(s, i, steps, kernels);
    if (!made) continue;
    const own = chosenBy(made, others(made), target, batch, others);
    for (const [name, t] of own.schedules) schedules.set(name, t);
    for (const [name, t] of own.dropped) dropped.set(name, t);
    kernels = [...own.kernels, ...kernels];
  }
  return { kernels, schedules, dropped };
}

/** Chooses once for all kernels that are equal up to the names of their buffers and float constants, such as the layers
 *  of a deep net. */
function remembering(choose: (k: Kernel) => Choice): (k: Kernel) => Choice {
  const known = new Map<string, { choice: Choice; buffers: readonly Buffer[] }>();
  return (k) => {
    const { key, buffers } = kernelKey(k, { constants: false });
    const found = upsert(known, key, () => ({ choice: choose(k), buffers }));
    const names = new Map(found.buffers.map((b, i) => [b.name, (buffers[i] as Buffer).name]));
    const own = (d: Directive): Directive =>
      mapFields(d, (name, { holds }) => (holds === 'buffer' ? names.get(name as string) : name));
    const { schedule, dropped } = found.choice;
    return {
      schedule: schedule.map(own),
      dropped: dropped.map(({ directive, why }) => ({ directive: own(directive), why })),
    };
  };
}
