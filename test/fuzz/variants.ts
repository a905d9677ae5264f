/** One kernel under several schedules: each passes the verifier, and all give the same results, interpreted and as
 *  WebAssembly. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import { elementOf, kindOf } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import { buffersOf, interpretKernel, type Memory, makeMemory } from '../../ir/interpret/kernel.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { directives, reordersSums, type Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { byteSize, countAt } from '../../ir/type.ts';
import { type ProblemCode, VerifyError } from '../../ir/verify/index.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { loopsIn, ScheduleError } from '../../passes/schedule/rewrites/legal.ts';
import { uniform } from '../support/generate.ts';
import { Arena } from '../support/pipeline.ts';

/** A kernel under a schedule, after the kernels that make its packed copies. */
export interface Variant {
  readonly schedule: Schedule;
  readonly kernels: readonly Kernel[];
}

/** Verifies kernels. Those whose indices cannot be proved to be in range still run, which checks each index. */
export function proved(kernels: readonly Kernel[], maxBatch: number): boolean {
  try {
    verifyKernels(kernels, { maxBatch });
    return true;
  } catch (e) {
    if (e instanceof VerifyError && e.problems.every((p) => p.code === 'bounds')) return false;
    throw e;
  }
}

/** True if kernels use invocations, which WebAssembly does not have. */
const forDevice = ({ kernels }: Variant): boolean =>
  kernels.some((k) => loopsIn(k).some((l) => l.mode === 'invocations'));
/** Problems that a directive leaves to the verifier: races between iterations, and memory shared by invocations. */
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

/** Null where a directive is refused: by its rewrite or, if iterations run on several threads, by the verifier, which alone
 *  can tell whether they are independent. */
export function applied(k: Kernel, schedule: Schedule, maxBatch: number): readonly Kernel[] | null {
  try {
    const { kernels } = scheduledBy(k, schedule, wasm128, maxBatch);
    if (schedule.some((d) => directives[d.do].unproved)) proved(kernels, maxBatch);
    return kernels;
  } catch (e) {
    if (e instanceof ScheduleError) return null;
    if (e instanceof VerifyError && e.problems.every((p) => toldByVerifier.has(p.code))) return null;
    throw e;
  }
}

/** Variants, and the WebAssembly of those that can have it, an entry each. */
export interface Runnable {
  readonly variants: readonly Variant[];
  readonly onWasm: readonly Variant[];
  readonly arena: Arena;
}

/** Compiled once for all batches that they run on. */
export async function runnable(variants: readonly Variant[], maxBatch: number): Promise<Runnable> {
  const onWasm = variants.filter((v) => !forDevice(v));
  const program = programOf(onWasm, maxBatch);
  return { variants, onWasm, arena: await Arena.of(program, emitWasm(program).wasm) };
}

/** Runs every variant, interpreted and as WebAssembly, on the same memory, which starts as garbage. Sums of `exact` kernels are
 *  the same in any order. */
export async function compare(
  { variants, onWasm, arena }: Runnable,
  n: number,
  onto: (v: Variant) => void,
  { exact = false } = {},
): Promise<void> {
  arena.bytes.fill(0xff);
  const plain = variants[0] as Variant;
  const start = memoryOf(plain.kernels, n);
  const stored = plain.kernels.flatMap((k) => k.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
  let want: Memory | null = null;
  for (const v of variants) {
    onto(v);
    const memory = copied(start);
    for (const [b, values] of makeMemory(v.kernels, n)) if (!memory.has(b)) memory.set(b, values);
    for (const k of v.kernels) interpretKernel(k, memory, n);
    want ??= memory;
    const loose = !exact && v.schedule.some(reordersSums);
    for (const b of stored)
      hold(b, memory, want, loose, `the kernel stores other values at N = ${n} under its schedule`);
    if (!onWasm.includes(v)) continue;
    for (const [b, values] of start) arena.view(b, n).set(values as Float32Array);
    arena.run(entry(onWasm.indexOf(v)), n);
    for (const [b] of start)
      hold(b, new Map([[b, arena.view(b, n)]]), memory, false, `WebAssembly stores other values at N = ${n}`);
  }
}

/** Equal bits, any NaN equal to any other; within rounding where a sum was split. */
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
    // A sum that is zero except for rounding, divided by zero.
    if (loose && Math.abs(g[i] as number) === Infinity && Math.abs(w[i] as number) === Infinity) continue;
    // A value that depends on a comparison of sums may be anything.
    if (loose && (b.type.dtype !== 'f32' || !(Math.abs((g[i] as number) - (w[i] as number)) > 1e-3 * largest)))
      continue;
    throw new Error(`${problem}: element ${i} of ${w.length} of ${b.name} is ${g[i]}, not ${w[i]}`);
  }
}

/** Params hold multiples of 1/4, whose sums are usually exact; buffers that are only stored to hold garbage. */
function memoryOf(kernels: readonly Kernel[], n: number): Memory {
  const next = uniform(n);
  const memory = makeMemory(kernels, n);
  // Sums that fit in an f16 are never rounded.
  const reach = [...memory.keys()].some((b) => b.type.dtype === 'f16') ? 256 : 8;
  const accesses = new Map(kernels.flatMap((k) => k.params.map((p) => [p.buffer, p.access] as const)));
  for (const [b, values] of memory) {
    if (accesses.get(b) === 'out') new Uint8Array(values.buffer).fill(0xff);
    else
      for (let i = 0; i < values.length; i++)
        values[i] = elementOf(
          b.type.dtype,
          kindOf(b.type.dtype) === 'float'
            ? Math.round((2 * next() - 1) * reach) / 4
            : next() * (b.type.dtype === 'bool' ? 2 : 4),
        );
  }
  return memory;
}
const copied = (m: Memory): Memory => new Map([...m].map(([b, values]) => [b, values.slice()]));

const entry = (i: number): string => `schedule${i}`;

/** Every variant as an entry over the same buffers, none of which overlap. */
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
