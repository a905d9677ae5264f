/** Random schedules on the kernels of random graphs: a directive is refused, or the kernel after it is sound, means the
 *  same to the last bit when it is interpreted, and as WebAssembly. Only what reorders sums may round otherwise. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { Module } from '../../ir/graph.ts';
import { buffersOf, interpretKernel, type Memory, makeMemory } from '../../ir/interpret-kernel.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import { printModule } from '../../ir/print-graph.ts';
import { printKernel } from '../../ir/print-kernel.ts';
import { showDirective } from '../../ir/print-schedule.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { type Directive, reordersSums, type Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { byteSize, countAt } from '../../ir/type.ts';
import { type ProblemCode, VerifyError } from '../../ir/verify.ts';
import { verifyKernels } from '../../ir/verify-kernel.ts';
import { chooseSchedule } from '../../passes/schedule/choose.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { ScheduleError } from '../../passes/schedule/legal.ts';
import type { Optimizer } from '../../passes/update.ts';
import { Choices, pooledConvolution, randomModel, seeded, uniform } from '../support/generate.ts';
import { Arena, unscheduled } from '../support/pipeline.ts';
import { faulty, type Kind, unlessByZero } from './kind.ts';
import { randomGraph } from './random-graph.ts';
import { randomDirective, unrolledSize } from './random-schedule.ts';
import type { Tally } from './tally.ts';

const mostKernels = 2;
const schedulesPerKernel = 3;
const mostDirectives = 6;
/** Statements that a kernel may have once its copies are written out. */
const largest = 1500;

/** A kernel under a schedule, behind the kernels that make its packed copies. */
interface Variant {
  readonly schedule: Schedule;
  readonly kernels: readonly Kernel[];
}

const sources: readonly ((c: Choices) => { readonly module: Module; readonly optimizer?: Optimizer })[] = [
  (c) => randomGraph(c),
  (c) => randomModel(c),
  (c) => ({ module: pooledConvolution(c) }),
];

export const schedules: Kind = {
  name: 'schedules',
  doc: 'directives are refused or keep what a kernel computes',
  runs: 120,
  async check(choices, tally) {
    const c = new Choices(choices);
    // A directive is a number, and these come first, so that dropping numbers from the end makes the graph smaller.
    const plans = Array.from({ length: mostKernels }, () => ({
      kernel: c.below(5040),
      schedules: Array.from({ length: schedulesPerKernel }, () => {
        const count = 1 + c.below(mostDirectives);
        return Array.from({ length: mostDirectives }, () => c.below(5040)).slice(0, count);
      }),
    }));
    const { module, optimizer } = c.of(sources)(c);
    const { lowered, original } = await faulty(
      () => ({ module, given: new Map(), n: module.maxBatch }),
      () => printModule(module),
      () => unscheduled(module, optimizer, undefined, () => tally.unproved++),
    );
    const kernels = [...new Set(lowered.flatMap((l) => l.kernels))];
    for (const g of original.graphs) tally.graph(g);
    for (const plan of plans) {
      const k = kernels[plan.kernel % kernels.length];
      if (k) await check(k, plan.schedules, module.maxBatch, tally);
    }
  },
};

async function check(k: Kernel, seeds: readonly (readonly number[])[], maxBatch: number, tally: Tally): Promise<void> {
  tally.kernels++;
  const variants: Variant[] = [{ schedule: [], kernels: [k] }];
  let trying: Schedule = [];
  const shown = (): string => `\n${trying.map(showDirective).join('\n')}\n${printKernel(k)}`;
  await faulty(
    () => null,
    shown,
    async () => {
      for (const directives of seeds) {
        let last: Variant = variants[0] as Variant;
        // Some go along with the schedule that is chosen, as there are directives that fit nowhere else.
        const chosen = (directives[0] as number) % 2 ? [...chooseSchedule(k, wasm128, maxBatch)] : [];
        for (const seed of directives) {
          const c = seeded(seed);
          const d = (c.below(4) > 0 && chosen.shift()) || randomDirective(last.kernels.at(-1) as Kernel, c);
          trying = [...last.schedule, d];
          const next = applied(k, trying, maxBatch);
          const outcome = next === null ? 'refused' : size(next) > largest ? 'too large' : 'applied';
          tally.directive(d, outcome);
          if (next === null || outcome !== 'applied') continue;
          if (!proved(next, maxBatch)) tally.unproved++;
          last = { schedule: trying, kernels: next };
        }
        if (last.schedule.length > 0) variants.push(last);
      }
      tally.schedules += variants.length - 1;
      for (const n of new Set([maxBatch, 1]))
        await unlessByZero(
          compare(variants, n, maxBatch, (v) => {
            trying = v.schedule;
          }),
        );
    },
  );
}

/** Verifies kernels. Where it cannot prove that indices are in range they are run all the same, which says of each
 *  whether it is. */
function proved(kernels: readonly Kernel[], maxBatch: number): boolean {
  try {
    verifyKernels(kernels, { maxBatch });
    return true;
  } catch (e) {
    if (e instanceof VerifyError && e.problems.every((p) => p.code === 'bounds')) return false;
    throw e;
  }
}

const size = (kernels: readonly Kernel[]): number => Math.max(...kernels.map(unrolledSize));

/** Directives that make invocations, which no WebAssembly has. */
const forDevice = (d: Directive): boolean => d.do === 'invoke' || d.do === 'share' || d.do === 'block';
/** What a directive leaves to the verifier: whether iterations stay apart, and what invocations share. */
const toldByVerifier: ReadonlySet<ProblemCode> = new Set([
  'race',
  'barrier',
  'invocations',
  'in-place',
  'tile-scope',
  'tile-register',
  'tile-unset',
  'uncovered',
  'lanes',
]);

/** Null where a directive is refused: by itself, or, where iterations are to share threads, by the verifier, which alone can
 *  tell whether they stay apart. */
function applied(k: Kernel, schedule: Schedule, maxBatch: number): readonly Kernel[] | null {
  try {
    const { kernels } = scheduledBy(k, schedule, wasm128, maxBatch);
    if (schedule.some((d) => d.do === 'parallel' || d.do === 'flatten' || forDevice(d))) proved(kernels, maxBatch);
    return kernels;
  } catch (e) {
    if (e instanceof ScheduleError) return null;
    if (e instanceof VerifyError && e.problems.every((p) => toldByVerifier.has(p.code))) return null;
    throw e;
  }
}

/** Runs every variant, interpreted and as WebAssembly, on the same memory. */
async function compare(
  variants: readonly Variant[],
  n: number,
  maxBatch: number,
  onto: (v: Variant) => void,
): Promise<void> {
  const plain = variants[0] as Variant;
  const start = memoryOf(plain.kernels, n);
  const stored = plain.kernels.flatMap((k) => k.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
  const onWasm = variants.filter((v) => !v.schedule.some(forDevice));
  const program = programOf(onWasm, maxBatch);
  const arena = await Arena.of(program, emitWasm(program).wasm);
  let want: Memory | null = null;
  for (const v of variants) {
    onto(v);
    const memory = copied(start);
    for (const [b, values] of makeMemory(v.kernels, n)) if (!memory.has(b)) memory.set(b, values);
    for (const k of v.kernels) interpretKernel(k, memory, n);
    want ??= memory;
    const loose = v.schedule.some(reordersSums);
    for (const b of stored)
      hold(b, memory, want, loose, `the kernel stores other values at N = ${n} under its schedule`);
    if (!onWasm.includes(v)) continue;
    for (const [b, values] of start) arena.view(b, n).set(values as Float32Array);
    arena.run(entry(onWasm.indexOf(v)), n);
    for (const [b] of start)
      hold(b, new Map([[b, arena.view(b, n)]]), memory, false, `WebAssembly stores other values at N = ${n}`);
  }
}

/** Equal to the last bit, NaN being NaN; where a sum was parted, as near as rounding brings it. */
function hold(
  b: Buffer,
  got: ReadonlyMap<Buffer, ArrayLike<number>>,
  want: ReadonlyMap<Buffer, ArrayLike<number>>,
  loose: boolean,
  problem: string,
): void {
  const [g, w] = [got.get(b), want.get(b)] as [ArrayLike<number>, ArrayLike<number>];
  let largest = 1;
  for (let i = 0; i < w.length; i++) if (Number.isFinite(w[i])) largest = Math.max(largest, Math.abs(w[i] as number));
  for (let i = 0; i < w.length; i++) {
    if (Object.is(g[i], w[i])) continue;
    // What follows from a sum by a comparison may be anything.
    if (loose && (b.type.dtype !== 'f32' || !(Math.abs((g[i] as number) - (w[i] as number)) > 1e-3 * largest)))
      continue;
    throw new Error(`${problem}: element ${i} of ${w.length} of ${b.name} is ${g[i]}, not ${w[i]}`);
  }
}

/** Params hold quarters, whose sums are exact more often than not, and what is only stored is garbage. */
function memoryOf(kernels: readonly Kernel[], n: number): Memory {
  const next = uniform(n);
  const memory = makeMemory(kernels, n);
  const accesses = new Map(kernels.flatMap((k) => k.params.map((p) => [p.buffer, p.access] as const)));
  for (const [b, values] of memory) {
    if (accesses.get(b) === 'out') new Uint8Array(values.buffer).fill(0xff);
    else
      for (let i = 0; i < values.length; i++)
        values[i] =
          b.type.dtype === 'f32' ? Math.round(next() * 16 - 8) / 4 : next() * (b.type.dtype === 'bool' ? 2 : 4);
  }
  return memory;
}
const copied = (m: Memory): Memory => new Map([...m].map(([b, values]) => [b, values.slice()]));

const entry = (i: number): string => `schedule${i}`;

/** Every variant as an entry over the same buffers, which all have places of their own. */
function programOf(variants: readonly Variant[], maxBatch: number): Program {
  const buffers = new Set(variants.flatMap((v) => v.kernels.flatMap((k) => buffersOf(k).map(storageOf))));
  let top = 64;
  const slots = [...buffers].map((buffer): Slot => {
    const bytes = Math.ceil((countAt(buffer.type.shape, maxBatch) * byteSize(buffer.type.dtype)) / 16) * 16;
    top += bytes;
    return { buffer, purpose: 'state', offset: top - bytes, bytes };
  });
  return {
    name: 'Schedules',
    maxBatch,
    entries: variants.map((v, i) => ({ name: entry(i), inputs: [], outputs: [], launches: v.kernels })),
    slots,
    arenaBytes: top + 32,
    liveBytes: top,
  };
}
