/** Threads: which loops they share, and where they wait for each other. The split is part of the program: how many threads
 *  there are changes who computes an element, and never how. */

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

/** Lets threads share the kernels that are worth it, by `parallel` directives behind those that made them. `known` is what
 *  the verifier is told of kernels. */
export const onThreads = (
  target: VectorTarget,
  known: KernelOptions,
): (<S extends Pick<ScheduledKernels, 'kernels' | 'schedules'>>(s: S) => S) => {
  // Graphs share kernels.
  const done = new Map<Kernel, readonly [Kernel, Schedule]>();
  return (s) => {
    // Indices that are data lie where the graph's other kernels store them.
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

/** The same for what all entries launch. */
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

/** The kernel with the loops of this name shared; null where their iterations depend on each other. */
const withParallel = (k: Kernel, axis: string): Kernel | null => applied(k, [{ do: 'parallel', axis }]);

/** The loop whose iterations a parallel loop's consist of, where these alone would be few and those are not small. */
function deeper(l: Loop, { threads }: VectorTarget, maxBatch: number): string[] {
  let [units, at]: [number, Loop] = [1, l];
  for (;;) {
    units *= trips(at, maxBatch);
    const [inner, ...others] = at.body;
    // What tiles leave over may be nothing at the largest batch.
    if (units === 0 || units >= threads.units || inner?.kind !== 'for' || others.length > 0) return [];
    if (inner.mode === 'parallel') {
      at = inner;
      continue;
    }
    if (inner.mode !== 'serial' || work(inner.body, maxBatch) < threads.unit) return [];
    return [inner.axis.name];
  }
}

/** Whether the verifier finds no two threads at one element. */
function isSafe(k: Kernel, known: KernelOptions): boolean {
  try {
    verifyKernel(k, known);
    return true;
  } catch (e) {
    if (e instanceof VerifyError) return false;
    throw e;
  }
}

/** About how many instructions statements take: the parts of their expressions, each once. */
const work = (body: readonly Stmt[], batch: number): number =>
  body.reduce((sum, s) => {
    if (s.kind === 'tile' || s.kind === 'barrier') return sum;
    if (s.kind === 'for')
      return sum + (trips(s, batch) / (s.mode === 'vectorized' ? vectorLanes : 1)) * work(s.body, batch);
    const [interner, parts, seen] = [new Interner(), new Set<number>(), new Set<Expr>()];
    for (const e of exprsOf(s)) walk(e, (p) => void parts.add(interner.id(p)), seen);
    return sum + parts.size;
  }, 0);

/** How often a loop runs at this batch, or at most. */
function trips(l: Loop, batch: number): number {
  const at = (e: Expr): Expr => mapExpr(e, (p) => (p.kind === 'size' ? int(p.of.times * batch) : p));
  const known = constantTrips({ ...l, from: at(l.from), to: at(l.to) });
  return known ?? tripsBetween(0, bindDim(l.axis.extent, batch), l.step);
}

/** Barriers ahead of the launches that need what others make which may still be under way, or the memory of these. */
export const barriers = (program: Program): Program => {
  const slots = new Map(program.slots.map((s) => [s.buffer, s]));
  const parted = ({ launches, ...e }: Entry): Entry => {
    const found: number[] = [];
    for (const i of launches.keys()) {
      const first = found.at(-1) ?? 0;
      if (launches.slice(first, i).some((_, j) => clash(launches, first + j, i, slots))) found.push(i);
    }
    return { ...e, launches, barriers: found };
  };
  return { ...program, entries: program.entries.map(parted) };
};
