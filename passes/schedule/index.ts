/** The schedule pass: a kernel's directives are chosen, kept beside it, and applied. */

import { upsert } from '../../ir/collections.ts';
import { type Buffer, walk } from '../../ir/expr.ts';
import { exprsOf, type Kernel, walkStmts } from '../../ir/kernel.ts';
import { kernelKey } from '../../ir/kernel-key.ts';
import { showDirective } from '../../ir/print-schedule.ts';
import { kernelsOf, type Outline } from '../../ir/program.ts';
import type { Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import { copyKernel, type Lowered } from '../lower.ts';
import { chooseSchedule } from './choose.ts';
import { applySchedule } from './directives.ts';
import { type GivenSchedules, givenTo, nothingGiven, requireKernels, requireModel, withPlaces } from './given.ts';
import { ScheduleError } from './legal.ts';
import { packedName } from './loops.ts';
import { simplify } from './settle.ts';

/** Kernels in launch order, and by name the directives that made each. */
export interface ScheduledKernels {
  readonly kernels: readonly Kernel[];
  readonly schedules: ReadonlyMap<string, Schedule>;
}
/** A graph's kernels, scheduled. */
export type Scheduled = Lowered & ScheduledKernels;

export const schedule = (
  target: Target,
  batch: number,
  given: GivenSchedules = nothingGiven,
): ((lowered: Lowered) => Scheduled) => {
  const launches = scheduler(target, batch, given);
  return (lowered) => ({ ...lowered, ...launches(lowered.kernels) });
};

/** A module's graphs, scheduled. Throws a `CompileError` where a schedule is given that does not fit the kernels. */
export function scheduleAll(
  lowered: readonly Lowered[],
  { name, maxBatch }: { readonly name: string; readonly maxBatch: number },
  target: Target,
  given: GivenSchedules = nothingGiven,
): Scheduled[] {
  requireModel(
    given,
    lowered.flatMap((l) => l.kernels),
    name,
  );
  const done = lowered.map(schedule(target, maxBatch, given));
  requireKernels(
    given,
    done.flatMap((l) => [...l.schedules.keys()]),
  );
  return done;
}

/** The same for launches that no graph is known of. */
export function scheduleOutline(
  of: Outline,
  target: Target,
  given: GivenSchedules = nothingGiven,
): { readonly outline: Outline; readonly schedules: ReadonlyMap<string, Schedule> } {
  requireModel(given, kernelsOf(of), of.name);
  const launches = scheduler(target, of.maxBatch, given);
  const done = of.entries.map((e) => [e, launches(e.launches)] as const);
  requireKernels(
    given,
    done.flatMap(([, { schedules }]) => [...schedules.keys()]),
  );
  return {
    outline: { ...of, entries: done.map(([e, { kernels }]) => ({ ...e, launches: kernels })) },
    schedules: new Map(done.flatMap(([, { schedules }]) => [...schedules])),
  };
}

const scheduler = (
  target: Target,
  batch: number,
  given: GivenSchedules,
): ((kernels: readonly Kernel[]) => ScheduledKernels) => {
  // Graphs share kernels, and so the scheduled ones.
  const done = new Map<Kernel, ScheduledKernels>();
  const chosen = remembering((k) => chooseSchedule(k, target, batch));
  const choose = (k: Kernel): Schedule => givenTo(k, given) ?? chosen(k);
  return (kernels) => {
    const parts = kernels.map((k) =>
      upsert(done, k, () => withPlaces(given, batch, () => scheduledBy(k, choose(k), target, batch, choose))),
    );
    return {
      kernels: parts.flatMap((p) => p.kernels),
      schedules: new Map(parts.flatMap((p) => [...p.schedules])),
    };
  };
};

/** A kernel under a schedule, behind those that make the packed copies it reads, which get schedules of their own. Throws a
 *  `ScheduleError` where a directive does not fit. */
export function scheduledBy(
  k: Kernel,
  s: Schedule,
  target: Target,
  batch: number,
  /** What gives the copies their schedules. */
  choose = (copy: Kernel): Schedule => chooseSchedule(copy, target, batch),
): ScheduledKernels {
  const schedules = new Map<string, Schedule>([[k.name, s]]);
  const kernels = withCopies(k, simplify(applySchedule(k, s), batch), s, choose, batch, schedules);
  return { kernels, schedules };
}

/** Chooses once for all kernels that are alike up to the names of their buffers and to float constants, as the layers of a
 *  deep net are. */
function remembering(choose: (k: Kernel) => Schedule): (k: Kernel) => Schedule {
  const known = new Map<string, { schedule: Schedule; buffers: readonly Buffer[] }>();
  return (k) => {
    const { key, buffers } = kernelKey(k, { constants: false });
    const found = upsert(known, key, () => ({ schedule: choose(k), buffers }));
    const names = new Map(found.buffers.map((b, i) => [b.name, (buffers[i] as Buffer).name]));
    return found.schedule.map((d) => (d.do === 'pack' ? { ...d, buffer: names.get(d.buffer) as string } : d));
  };
}

/** A kernel behind those that make the packed copies it reads. */
function withCopies(
  before: Kernel,
  after: Kernel,
  s: Schedule,
  choose: (k: Kernel) => Schedule,
  batch: number,
  schedules: Map<string, Schedule>,
): Kernel[] {
  const copies = s.flatMap((d) => {
    if (d.do !== 'pack') return [];
    const from = readAs(before, d.buffer, d.order.length);
    if (!from)
      throw new ScheduleError(`@${before.name}: ${showDirective(d)}: a packed copy is not packed again`, {
        cause: new ScheduleError('a packed copy is not packed again'),
        directive: d,
      });
    const to = after.params.find((p) => p.buffer.name === packedName(d.buffer, d.order))?.buffer;
    // What only branches read that are never taken is not read at all.
    if (!to) return [];
    const name = `pack_${after.name}_${d.buffer}`;
    const copy = copyKernel(schedules.has(name) ? `${name}_${d.order.join('')}` : name, from, to, d.order);
    const chosen = choose(copy);
    schedules.set(copy.name, chosen);
    return [simplify(applySchedule(copy, chosen), batch)];
  });
  return [...copies, after];
}

/** The buffer that a kernel reads by this name in so many dimensions: it may be a view. */
function readAs(k: Kernel, name: string, rank: number): Buffer | undefined {
  const found = new Set<Buffer>();
  walkStmts(k.body, (s) => {
    for (const e of exprsOf(s))
      walk(e, (p) => p.kind === 'load' && p.buffer.name === name && p.at.length === rank && found.add(p.buffer));
  });
  return [...found][0];
}
