/** Derives a schedule from a kernel and a target. */

import { type Kernel, walkStmts } from '../../ir/kernel.ts';
import type { Directive, Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import { analyse } from './analyse.ts';
import { contraction } from './contraction.ts';
import { applySchedule } from './directives.ts';
import { Extents } from './extents.ts';
import { mapping } from './mapping.ts';
import { settleGuards, simplify } from './settle.ts';

export function chooseSchedule(kernel: Kernel, target: Target, batch: number): Schedule {
  const extents = new Extents(batch);
  const a = analyse(kernel, batch);
  if (a.main) {
    const main = contraction(a, target, extents);
    return [...main, ...fills(kernel, main, target, extents)];
  }
  const settled = settleGuards(kernel);
  const plain = settled.length > 0 ? analyse(simplify(applySchedule(kernel, settled), batch), batch) : a;
  return [...settled, ...mapping(plain, target, extents)];
}

/** Lanes for loops that only set memory to a constant, as zeros that windows are added to. */
function fills(kernel: Kernel, main: Schedule, target: Target, extents: Extents): Schedule {
  const out: Directive[] = [];
  const lanes = new Set(main.flatMap((d) => (d.do === 'vectorize' ? [d.axis] : [])));
  walkStmts(kernel.body, (l, around) => {
    const [only, ...others] = l.kind === 'for' ? l.body : [];
    if (l.kind !== 'for' || only?.kind !== 'store' || others.length > 0 || only.value.kind !== 'const') return;
    const last = only.at.at(-1);
    const along = last?.kind === 'axis' && last.axis === l.axis && (extents.constantTrips(l) ?? 0) >= target.lanes;
    if (along && !around.some((o) => lanes.has(o.axis.name)))
      out.push({ do: 'vectorize', axis: l.axis.name, by: target.lanes, shift: true });
  });
  return out;
}
