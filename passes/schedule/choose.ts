/** Derives a schedule from a kernel and a target. */

import type { Kernel } from '../../ir/kernel.ts';
import type { Directive, Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import { analyse } from './analyse.ts';
import { contraction } from './contraction.ts';
import { applySchedule } from './directives.ts';
import { Extents } from './extents.ts';
import { loopsOf } from './legal.ts';
import { mapping } from './mapping.ts';
import { settleGuards, simplify } from './settle.ts';

export function chooseSchedule(kernel: Kernel, target: Target, batch: number): Schedule {
  return [...overLoops(kernel), ...chosen(kernel, target, batch)];
}

/** What ties a schedule to the kernel that it is written for. */
export function overLoops(kernel: Kernel): Directive[] {
  const loops = loopsOf(kernel);
  return loops.length > 0 ? [{ do: 'over', loops }] : [];
}

function chosen(kernel: Kernel, target: Target, batch: number): Schedule {
  const extents = new Extents(batch);
  const a = analyse(kernel, batch);
  if (a.main) return contraction(a, target, extents);
  const settled = settleGuards(kernel);
  const plain = settled.length > 0 ? analyse(simplify(applySchedule(kernel, settled), batch), batch) : a;
  return [...settled, ...mapping(plain, target, extents)];
}
