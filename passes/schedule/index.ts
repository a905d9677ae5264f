/** The schedule pass: a kernel's directives are chosen, kept beside it, and applied. */

import type { Buffer } from '../../ir/expr.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import type { Target } from '../../ir/target.ts';
import { copyKernel, type Lowered } from '../lower.ts';
import { chooseSchedule } from './choose.ts';
import { applySchedule, type Schedule } from './directives.ts';

/** A graph's kernels, scheduled, with the directives that made each. */
export interface Scheduled extends Lowered {
  readonly schedules: ReadonlyMap<string, Schedule>;
}

export const schedule =
  (target: Target, batch: number) =>
  (lowered: Lowered): Scheduled => {
    const schedules = new Map<string, Schedule>();
    const kernels = lowered.kernels.flatMap((k) => {
      const { schedule: chosen } = chooseSchedule(k, target, batch);
      schedules.set(k.name, chosen);
      return withCopies(k, applySchedule(k, chosen), chosen, target, batch, schedules);
    });
    return { ...lowered, kernels, schedules };
  };

/** A kernel behind those that make the packed copies it reads. */
function withCopies(
  before: Kernel,
  after: Kernel,
  s: Schedule,
  target: Target,
  batch: number,
  schedules: Map<string, Schedule>,
): Kernel[] {
  const copies = s.flatMap((d) => {
    if (d.do !== 'pack') return [];
    const from = before.params.find((p) => p.buffer.name === d.buffer)?.buffer as Buffer;
    const to = after.params.find((p) => p.buffer.name.startsWith(`${d.buffer}.packed_`))?.buffer as Buffer;
    const copy = copyKernel(`pack_${after.name}_${d.buffer}`, storageOf(from), to, d.order);
    const { schedule: chosen } = chooseSchedule(copy, target, batch);
    schedules.set(copy.name, chosen);
    return [applySchedule(copy, chosen)];
  });
  return [...copies, after];
}
