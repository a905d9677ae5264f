/** The schedule pass: a kernel's directives are chosen, kept beside it, and applied. */

import { upsert } from '../../ir/collections.ts';
import { type Buffer, walk } from '../../ir/expr.ts';
import { exprsOf, type Kernel, walkStmts } from '../../ir/kernel.ts';
import { kernelKey } from '../../ir/kernel-key.ts';
import type { Target } from '../../ir/target.ts';
import { copyKernel, type Lowered } from '../lower.ts';
import { chooseSchedule } from './choose.ts';
import { applySchedule, type Schedule } from './directives.ts';
import { packedName } from './loops.ts';
import { simplify } from './settle.ts';

/** A graph's kernels, scheduled, with the directives that made each. */
export interface Scheduled extends Lowered {
  readonly schedules: ReadonlyMap<string, Schedule>;
}

export const schedule = (target: Target, batch: number): ((lowered: Lowered) => Scheduled) => {
  // Graphs share kernels, and so the scheduled ones.
  const done = new Map<Kernel, { kernels: Kernel[]; schedules: ReadonlyMap<string, Schedule> }>();
  const choose = remembering((k) => chooseSchedule(k, target, batch));
  const one = (k: Kernel): { kernels: Kernel[]; schedules: ReadonlyMap<string, Schedule> } => {
    const chosen = choose(k);
    const schedules = new Map<string, Schedule>([[k.name, chosen]]);
    return {
      kernels: withCopies(k, simplify(applySchedule(k, chosen), batch), chosen, choose, batch, schedules),
      schedules,
    };
  };
  return (lowered) => {
    const parts = lowered.kernels.map((k) => upsert(done, k, () => one(k)));
    return {
      ...lowered,
      kernels: parts.flatMap((p) => p.kernels),
      schedules: new Map(parts.flatMap((p) => [...p.schedules])),
    };
  };
};

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
    const to = after.params.find((p) => p.buffer.name === packedName(d.buffer, d.order))?.buffer as Buffer;
    const copy = copyKernel(`pack_${after.name}_${d.buffer}`, from, to, d.order);
    const chosen = choose(copy);
    schedules.set(copy.name, chosen);
    return [simplify(applySchedule(copy, chosen), batch)];
  });
  return [...copies, after];
}

/** The buffer that a kernel reads by this name in so many dimensions: it may be a view. */
function readAs(k: Kernel, name: string, rank: number): Buffer {
  const found = new Set<Buffer>();
  walkStmts(k.body, (s) => {
    for (const e of exprsOf(s))
      walk(e, (p) => p.kind === 'load' && p.buffer.name === name && p.at.length === rank && found.add(p.buffer));
  });
  return [...found][0] as Buffer;
}
