/** Derives a schedule from a kernel and a target. */

import { inLanes } from '../../../ir/analysis/work.ts';
import * as x from '../../../ir/expr.ts';
import { constantTrips, type Kernel, walkStmts } from '../../../ir/kernel.ts';
import type { Directive, Dropped, Schedule } from '../../../ir/schedule.ts';
import { isGrid, isVector, type Target, type VectorTarget } from '../../../ir/target.ts';
import { showDirective } from '../../../ir/text/print-schedule.ts';
import { compressed, compressibles, listedSteps } from '../rewrites/compress.ts';
import { applySchedule, fits, misfitOf } from '../rewrites/directives.ts';
import { loopsIn, loopsOf } from '../rewrites/legal.ts';
import { endsAtDim } from '../rewrites/loops.ts';
import { longSums } from '../rewrites/partial.ts';
import { settleGuards, simplify, splits } from '../rewrites/settle.ts';
import { type Analysis, analyse } from './analyse.ts';
import { contractions, type Way } from './contraction.ts';
import { Extents } from './extents.ts';
import { mappings } from './mapping.ts';
import { isSafe, workgroups } from './workgroups.ts';

/** A schedule that fits its kernel, and the better ones by estimate that do not fit. */
export interface Choice {
  readonly schedule: Schedule;
  readonly dropped: readonly Dropped[];
}

/** The cheapest schedule by estimate among those that fit. Never throws: in the worst case a kernel stays as it was
 *  lowered. */
export function choose(kernel: Kernel, target: Target, batch: number): Choice {
  const fitting = new Fitting(kernel);
  const [schedule = []] = ways(fitting, target, batch, 1);
  return { schedule: [...overLoops(kernel), ...inBlocks(kernel, schedule, target, batch)], dropped: fitting.dropped };
}
export const chooseSchedule = (kernel: Kernel, target: Target, batch: number): Schedule =>
  choose(kernel, target, batch).schedule;

/** At most `most` schedules, the cheapest by estimate first: those worth measuring. */
export function candidates(kernel: Kernel, target: Target, batch: number, most: number): Schedule[] {
  const over = overLoops(kernel);
  return ways(new Fitting(kernel), target, batch, most).map((s) => [...over, ...inBlocks(kernel, s, target, batch)]);
}

/** Keeps the schedules that fit a kernel, and notes why others do not. */
class Fitting {
  readonly kernel: Kernel;
  readonly #dropped = new Map<string, Dropped>();
  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get dropped(): readonly Dropped[] {
    return [...this.#dropped.values()];
  }

  fits(schedule: Schedule): boolean {
    const misfit = misfitOf(this.kernel, schedule);
    if (misfit) this.#dropped.set(showDirective(misfit.directive), misfit);
    return misfit === null;
  }

  /** The first `most` schedules that fit. */
  first(most: number, schedules: Iterable<Schedule>): Schedule[] {
    const found: Schedule[] = [];
    for (const s of schedules) {
      if (found.length === most) break;
      if (this.fits(s)) found.push(s);
    }
    return found;
  }

  /** A schedule extended by each piece that fits after those before it. */
  with(schedule: Schedule, pieces: readonly Schedule[]): Schedule {
    return pieces.reduce((s, piece) => (this.fits([...s, ...piece]) ? [...s, ...piece] : s), schedule);
  }
}

/** A schedule that also blocks the kernel's long sums. */
function inBlocks(kernel: Kernel, schedule: Schedule, target: Target, batch: number): Schedule {
  const mayBe = (s: Schedule): boolean => fits(kernel, s) && (!isGrid(target) || isSafe(kernel, s, target, batch));
  const sums = longSums(applySchedule(kernel, schedule), new Extents(batch));
  return sums.reduce<Schedule>((s, d) => (mayBe([...s, d]) ? [...s, d] : s), schedule);
}

/** The directive that ties a schedule to the loops of its kernel. */
function overLoops(kernel: Kernel): Directive[] {
  const loops = loopsOf(kernel);
  return loops.length > 0 ? [{ do: 'over', loops }] : [];
}

function ways(fitting: Fitting, target: Target, batch: number, most: number): Schedule[] {
  const { kernel } = fitting;
  if (isGrid(target)) return [workgroups(kernel, target, batch)];
  if (!isVector(target) || loopsIn(kernel).some((l) => l.from.kind === 'const' && !endsAtDim(l))) return [[]];
  const a = analyse(kernel, batch);
  // A store to a place that an earlier iteration counted keeps its order.
  if (a.stores.some((s) => s.at.some((e) => x.some(e, (p) => p.kind === 'tile')))) return [copies(kernel, a)];
  const extents = new Extents(batch);
  if (a.main) {
    const plain = contractions(a, target, extents);
    const all = [
      ...plain,
      ...overLists(kernel, plain, target, extents),
      // No gain for windows that add to memory: their planes run in order.
      ...(a.ordered.length > 0 ? [] : overGroups(kernel, target, extents)),
    ].sort((p, q) => p.cycles - q.cycles);
    const found = fitting.first(
      most,
      all.map((w) => w.schedule),
    );
    const lanes = fitting.with([], rows(kernel, target));
    const ofRows = lanes.length > 0 ? inLanesBy(kernel, lanes, batch) : 0;
    return (found.length > 0 ? found : [[]])
      .map((s) => (ofRows > 0 && ofRows > inLanesBy(kernel, s, batch) ? lanes : s))
      .map((s) => fitting.with(s, fills(kernel, s, target)));
  }
  const settled = fitting.with([], settleGuards(kernel));
  const plain = settled.length > 0 ? analyse(simplify(applySchedule(kernel, settled), batch), batch) : a;
  return fitting.first(
    most,
    mappings(plain, target).map((m) => [...settled, ...m]),
  );
}

/** Ways to run a contraction over lists of its steps, which are made first. */
function overLists(kernel: Kernel, plain: readonly Way[], target: VectorTarget, extents: Extents): Way[] {
  if (compressibles(kernel).length === 0) return [];
  const copied = new Map(plain.map((w) => [w.packs.map(showDirective).join(), w]));
  return [...copied.values()].flatMap(({ packs, copying }) => {
    if (!fits(kernel, packs)) return [];
    const packed = applySchedule(kernel, packs);
    return compressibles(packed).flatMap((buffer) => {
      const before: Schedule = [...packs, { do: 'compress', buffer }];
      const made = copying + listedSteps(packed, buffer, extents) * target.cost.listing;
      return contractions(analyse(compressed(packed, buffer), extents.batch), target, extents)
        .filter((w) => w.packs.length === 0)
        .map((w): Way => ({ ...w, schedule: [...before, ...w.schedule], packs, copying, cycles: w.cycles + made }));
    });
  });
}

/** Ways to run a contraction with a loop of its own for the groups of channels. */
function overGroups(kernel: Kernel, target: VectorTarget, extents: Extents): Way[] {
  const apart = splits(kernel);
  if (apart.length === 0 || !fits(kernel, apart)) return [];
  const found = contractions(analyse(applySchedule(kernel, apart), extents.batch), target, extents);
  return found.map((w) => ({ ...w, schedule: [...apart, ...w.schedule] }));
}

/** Unrolls a short innermost loop that appends to a list, by a factor that divides its trip count. */
function copies(kernel: Kernel, { reduction }: Analysis): Schedule {
  const last = reduction.at(-1);
  const trips = last && constantTrips(last);
  const by = [8, 7, 6, 5, 4, 3, 2].find((n) => trips && trips % n === 0);
  const schedule: Schedule = last && by ? [{ do: 'tile', axis: last.axis.name, by }] : [];
  return fits(kernel, schedule) ? schedule : [];
}

/** Lanes along the rows of a kernel that passes over each row several times, as a softmax does: for its sums and
 *  maxima, and for its results. */
function rows(kernel: Kernel, target: VectorTarget): Schedule[] {
  return loopsIn(kernel).flatMap((l): Schedule[] => {
    const [axis, by] = [l.axis.name, target.lanes];
    if (l.mode !== 'serial' || (constantTrips(l) ?? 0) < fewestVectors * by) return [];
    if (l.body.every((s) => s.kind === 'accumulate')) return [[{ do: 'reassociate', axis, by }]];
    return l.body.every((s) => s.kind === 'store') ? [[{ do: 'vectorize', axis, by, shift: true }]] : [];
  });
}
/** The fewest vectors in a row for which lanes pay. */
const fewestVectors = 4;

const inLanesBy = (kernel: Kernel, schedule: Schedule, batch: number): number =>
  inLanes(applySchedule(kernel, schedule), batch);

/** Lanes for loops that only fill memory with a constant, such as the zeros to which windows are added. */
function fills(kernel: Kernel, main: Schedule, target: VectorTarget): Schedule[] {
  const out: Schedule[] = [];
  const lanes = new Set(main.flatMap((d) => (d.do === 'vectorize' ? [d.axis] : [])));
  walkStmts(kernel.body, (l, around) => {
    const [only, ...others] = l.kind === 'for' ? l.body : [];
    if (l.kind !== 'for' || only?.kind !== 'store' || others.length > 0 || only.value.kind !== 'const') return;
    const last = only.at.at(-1);
    const along = last?.kind === 'axis' && last.axis === l.axis && (constantTrips(l) ?? 0) >= target.lanes;
    if (along && !around.some((o) => lanes.has(o.axis.name)))
      out.push([{ do: 'vectorize', axis: l.axis.name, by: target.lanes, shift: true }]);
  });
  return out;
}
