/** Compares the stages of one compilation: the optimised graph, the lowered and the scheduled kernels and the WebAssembly
 *  must agree with what the recorded graph means. */

import type { Graph, Param } from '../../ir/graph.ts';
import { reordersSums } from '../../ir/schedule.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { showDirective } from '../../ir/text/print-schedule.ts';
import { largest, noisyRuns } from './noise.ts';
import { type Given, graphMemory, KernelMachine, runGraph, type Seen, type Stages, WasmMachine } from './pipeline.ts';

export interface Agreement {
  /** The results of the WebAssembly, by `entry/result`, and the params that it updates. */
  readonly seen: ReadonlyMap<string, ArrayLike<number>>;
  /** The same by the recorded graph in float64. */
  readonly exact: ReadonlyMap<string, ArrayLike<number>>;
  /** The worst difference between WebAssembly and the recorded graph, as a multiple of what is allowed. */
  readonly worst: number;
}

/** Runs every entry once, in order, each on the memory that the previous one left. Throws with both numbers where stages
 *  differ. */
export async function agree(stages: Stages, given: Given, n: number, rounds = 1): Promise<Agreement> {
  const entries = stages.original.graphs.map((g) => g.name);
  const exactly = graphMemory(stages, given, n);
  const rounded = graphMemory(stages, given, n);
  const optimised = graphMemory(stages, given, n);
  const lowered = new KernelMachine(stages, 'lowered', given, n);
  const scheduled = new KernelMachine(stages, 'scheduled', given, n);
  const wasm = await WasmMachine.of(stages, given, n);
  const reassociated = (entry: string): boolean => {
    const s = stages.scheduled.find((l) => l.name === entry)!;
    return [...s.schedules.values()].some((ds) => ds.some(reordersSums));
  };
  let loose = false;
  let worst = 0;
  const seen = new Map<string, ArrayLike<number>>();
  const exact = new Map<string, ArrayLike<number>>();

  const computed = new Set<Param>();
  for (let round = 0; round < rounds; round++)
    for (const [i, entry] of entries.entries()) {
      const what = (name: string) => `${entry}/${name} at N = ${n}${rounds > 1 ? `, round ${round}` : ''}`;
      const held = new Map(exactly);
      const e = runGraph(stages.original.graphs[i]!, exactly, n);
      const r = runGraph(stages.original.graphs[i]!, rounded, n, 'f32');
      const o = runGraph(stages.module.graphs[i]!, optimised, n);
      const [l, s, w] = [lowered.run(entry), scheduled.run(entry), wasm.run(entry, n)];
      loose ||= reassociated(entry);
      let noise: Seen[] | null = null;
      for (const [name, want] of e) {
        // The effect of rounding on this value bounds the part of a difference that may be rounding.
        const others = [r.get(name)!];
        const near = (got: ArrayLike<number>, problem: string): number => {
          try {
            return close(got, want, others, `${what(name)}: ${problem}`);
          } catch (error) {
            // One way to round is one of many: where a value depends on a comparison it may well differ from the others.
            noise ??= noisyRuns(stages.original.graphs[i]!, held, n, computed);
            const all = [...others, ...noise.map((run) => run.get(name)!)];
            if (all.length === others.length) throw error;
            return close(got, want, all, `${what(name)}: ${problem}`);
          }
        };
        near(o.get(name)!, 'the optimised graph differs from the recorded one');
        worst = Math.max(worst, near(l.get(name)!, 'the lowered kernels differ from the graph'));
        if (loose) near(s.get(name)!, 'the scheduled kernels differ from the graph');
        else same(s.get(name)!, l.get(name)!, `${what(name)}: the scheduled kernels differ from the lowered ones`);
        same(w.get(name)!, s.get(name)!, `${what(name)}: the WebAssembly differs from the scheduled kernels`);
        seen.set(`${entry}/${name}`, w.get(name)!);
        exact.set(`${entry}/${name}`, want);
      }
      for (const { into } of stages.original.graphs[i]!.results) if (into) computed.add(into);
    }
  return { seen, exact, worst };
}

/** The same for the kernels alone, to the bit, for any numbers: results for NaN, infinities and the smallest and largest
 *  numbers are the same under their schedules, unless these reorder sums, and as WebAssembly. */
export async function agreeInBits(stages: Stages, given: Given, n: number): Promise<void> {
  const lowered = new KernelMachine(stages, 'lowered', given, n);
  const scheduled = new KernelMachine(stages, 'scheduled', given, n);
  const wasm = await WasmMachine.of(stages, given, n);
  let loose = false;
  for (const { name: entry, schedules } of stages.scheduled) {
    const [l, s, w] = [lowered.run(entry), scheduled.run(entry), wasm.run(entry, n)];
    loose ||= [...schedules.values()].some((ds) => ds.some(reordersSums));
    for (const [name, got] of s) {
      const what = `${entry}/${name} at N = ${n}`;
      if (!loose) same(got, l.get(name)!, `${what}: the scheduled kernels differ from the lowered ones`);
      same(w.get(name)!, got, `${what}: the WebAssembly differs from the scheduled kernels`);
    }
  }
}

/** Runs a graph on `memory`, which it updates, and compares the results that another way gave with its own. */
export function holdTo(
  graph: Graph,
  memory: Map<Param, ArrayLike<number>>,
  n: number,
  got: ReadonlyMap<string, ArrayLike<number>>,
  problem: string,
): void {
  const [held, rounded] = [new Map(memory), new Map(memory)];
  const exact = runGraph(graph, memory, n);
  const r = runGraph(graph, rounded, n, 'f32');
  for (const [name, want] of exact) {
    const what = `${graph.name}/${name} at N = ${n}: ${problem}`;
    try {
      close(got.get(name)!, want, [r.get(name)!], what);
    } catch {
      const noise = noisyRuns(graph, held, n).map((run) => run.get(name)!);
      close(got.get(name)!, want, [r.get(name)!, ...noise], what);
    }
  }
}

/** The greatest finite difference between two runs. */
function spread(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (Number.isFinite(d)) most = Math.max(most, d);
  }
  return most;
}

/** The goldens' tolerance, with rounded runs of the graph in place of PyTorch. Returns the worst fraction of it. */
function close(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  rounded: readonly ArrayLike<number>[],
  what: string,
): number {
  const slack = Math.max(...rounded.map((r) => spread(want, r)));
  const base = 1e-6 * Math.max(1, largest(want)) + 8 * slack;
  let worst = 0;
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} elements, not ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i]!, want[i]!];
    if (g === w || (Number.isNaN(g) && Number.isNaN(w))) continue;
    // Whether it is finite depends on rounding.
    if (rounded.some((r) => Number.isFinite(r[i]!) !== Number.isFinite(w))) continue;
    const share = Math.abs(g - w) / (base + 1e-5 * Math.abs(w));
    // Beyond the range of f32 there is nothing to compare: an intermediate ∞ gives NaN where float64 still has a number.
    if (!(share <= 1) && Math.fround(w) !== g && Math.abs(w) < 1e30)
      throw new Error(
        `${what}: element ${i} of ${want.length} is ${g}, not ${w}: ${share.toPrecision(3)} times what rounding explains`,
      );
    worst = Math.max(worst, share);
  }
  return worst;
}

function same(got: ArrayLike<number>, want: ArrayLike<number>, what: string): void {
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i]))
      throw new Error(`${what}: element ${i} of ${want.length} is ${show(got[i])}, not ${show(want[i])}`);
}
const show = (v: number | undefined): string => (Object.is(v, -0) ? '-0' : String(v));

/** The text for investigating a failing case: the graph, and the schedule of each kernel. */
export const describeStages = (stages: Stages): string =>
  [
    printModule(stages.original),
    ...stages.scheduled.flatMap((s) =>
      [...s.schedules].map(
        ([kernel, ds]) => `${s.name}.${kernel}: ${ds.map(showDirective).join('; ') || 'as lowered'}`,
      ),
    ),
  ].join('\n');
