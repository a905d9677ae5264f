/** Divides loops among threads, and places barriers. The division is part of the program: the number of threads affects
 *  who computes an element, never how. */

import { type Expr, int, mapExpr, walk } from '../ir/expr.ts';
import { Interner } from '../ir/interner.ts';
import { constantTrips, exprsOf, isShared, type Kernel, type Loop, type Stmt, tripsBetween } from '../ir/kernel.ts';
import { clash, type Entry, hostValues, type Program } from '../ir/program.ts';
import type { Schedule } from '../ir/schedule.ts';
import { type VectorTarget, vectorLanes } from '../ir/target.ts';
import { bindDim } from '../ir/type.ts';
import { VerifyError } from '../ir/verify/index.ts';
import { type KernelOptions, verifyKernel } from '../ir/verify/kernel.ts';
import { storedValues } from '../ir/verify/values.ts';
import type { ScheduledKernels, ScheduledOutline } from './schedule/index.ts';
import { applied } from './schedule/rewrites/directives.ts';

/** Parallelizes the kernels that are worth it, by `parallel` directives after those that made them. `known`: facts
 *  about kernels for the verifier. */
export const onThreads = (
  target: VectorTarget,
  known: KernelOptions,
): (<S extends Pick<ScheduledKernels, 'kernels' | 'schedules'>>(s: S) => S) => {
  // Graphs share kernels.
  const done = new Map<Kernel, readonly [Kernel, Schedule]>();
  return (s) => {
    // Bounds of indices that are data follow from what the graph's other kernels store.
    const { buffers: values, tops } = storedValues(s.kernels, known.maxBatch, known.values ?? new Map());
    const schedules = new Map(s.schedules);
    const kernels = s.kernels.map((k) => {
      const made = done.get(k) ?? shared(k, target, { ...known, values, tops });
      done.set(k, made);
      const [kernel, directives] = made;
      if (directives.length > 0) schedules.set(k.name, [...(schedules.get(k.name) ?? []), ...directives]);
      return kernel;
    });
    return { ...s, kernels, schedules };
  };
};

/** The same for the launches of all entries. */
export function threads(of: ScheduledOutline, target: VectorTarget): ScheduledOutline {
  const { entries, lasting, maxBatch } = of.outline;
  const share = onThreads(target, { maxBatch, values: hostValues(lasting) });
  const done = entries.map((e) => [e, share({ kernels: e.launches, schedules: of.schedules })] as const);
  return {
    ...of,
    outline: { ...of.outline, entries: done.map(([e, { kernels }]) => ({ ...e, launches: kernels })) },
    schedules: new Map(done.flatMap(([, { schedules }]) => [...schedules])),
  };
}

function shared(k: Kernel, target: VectorTarget, known: KernelOptions): readonly [Kernel, Schedule] {
  const { maxBatch } = known;
  const alone = [k, []] as const;
  if (isShared(k) || k.body.some((s) => s.kind === 'tile') || work(k.body, maxBatch) < target.threads.kernel)
    return alone;
  const outermost = new Set(k.body.flatMap((s) => (s.kind === 'for' && s.mode === 'serial' ? [s.axis.name] : [])));
  let [kernel, schedule]: [Kernel, Schedule] = [k, []];
  for (const name of outermost) {
    const next = withParallel(kernel, name);
    if (!next) continue;
    kernel = next;
    schedule = [...schedule, { do: 'parallel', axis: name }];
    for (;;) {
      const inner = kernel.body.flatMap((s) =>
        s.kind === 'for' && s.mode === 'parallel' ? deeper(s, target, maxBatch) : [],
      )[0];
      const further = inner === undefined ? null : withParallel(kernel, inner);
      if (inner === undefined || !further) break;
      kernel = further;
      schedule = [...schedule, { do: 'parallel', axis: inner }];
    }
  }
  return schedule.length > 0 && isSafe(kernel, known) ? [kernel, schedule] : alone;
}

/** The kernel with the loops of this name parallel; null where their iterations depend on each other. */
const withParallel = (k: Kernel, axis: string): Kernel | null => applied(k, [{ do: 'parallel', axis }]);

/** The loop directly inside a parallel one, to run in parallel too, if there are few iterations otherwise and its own
 *  are not small. */
function deeper(l: Loop, { threads }: VectorTarget, maxBatch: number): string[] {
  let [units, at]: [number, Loop] = [1, l];
  for (;;) {
    units *= trips(at, maxBatch);
    const [inner, ...others] = at.body;
    // The remainder of a tiled loop may be empty at the largest batch.
    if (units === 0 || units >= threads.units || inner?.kind !== 'for' || others.length > 0) return [];
    if (inner.mode === 'parallel') {
      at = inner;
      continue;
    }
    if (inner.mode !== 'serial' || work(inner.body, maxBatch) < threads.unit) return [];
    return [inner.axis.name];
  }
}

/** True if the verifier finds no race between threads. */
function isSafe(k: Kernel, known: KernelOptions): boolean {
  try {
    verifyKernel(k, known);
    return true;
  } catch (e) {
    if (e instanceof VerifyError) return false;
    throw e;
  }
}

/** A rough instruction count: the distinct subexpressions of each statement. */
const work = (body: readonly Stmt[], batch: number): number =>
  body.reduce((sum, s) => {
    if (s.kind === 'tile' || s.kind === 'barrier') return sum;
    if (s.kind === 'for')
      return sum + (trips(s, batch) / (s.mode === 'vectorized' ? vectorLanes : 1)) * work(s.body, batch);
    const [interner, parts, seen] = [new Interner(), new Set<number>(), new Set<Expr>()];
    for (const e of exprsOf(s)) walk(e, (p) => void parts.add(interner.id(p)), seen);
    return sum + parts.size;
  }, 0);

/** The trip count of a loop at this batch, or an upper bound. */
function trips(l: Loop, batch: number): number {
  const at = (e: Expr): Expr => mapExpr(e, (p) => (p.kind === 'size' ? int(p.of.times * batch) : p));
  const known = constantTrips({ ...l, from: at(l.from), to: at(l.to) });
  return known ?? tripsBetween(0, bindDim(l.axis.extent, batch), l.step);
}

/** Puts barriers before the launches that depend on launches which may still be running, through a value or through
 *  reused memory. */
export const barriers = (program: Program): Program => {
  const slots = new Map(program.slots.map((s) => [s.buffer, s]));
  const parted = ({ launches, ...e }: Entry): Entry => {
    const found: number[] = [];
    // All threads begin and end each turn of what is repeated together.
    const turns = new Set(e.repeats?.flatMap(({ from, to }) => [from, to + 1]));
    for (const i of launches.keys()) {
      const first = found.at(-1) ?? 0;
      if (i > 0 && turns.has(i)) found.push(i);
      else if (launches.slice(first, i).some((_, j) => clash(launches, first + j, i, slots))) found.push(i);
    }
    return { ...e, launches, barriers: found };
  };
  return { ...program, entries: program.entries.map(parted) };
};
