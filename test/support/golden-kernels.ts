/** Golden tests of the passes on kernels. As in `golden.ts`, a file of `test/golden/<pass>/` holds an input and what its pass
 *  makes of it, and both are run, for several batches:
 *
 *  - `lower`: a fused graph, and its kernels.
 *  - `schedule`: kernels, and what the scheduler makes of them. A kernel with a `schedule` block in front gets that one.
 *  - `plan`: a program, and its arena. The kernels then run over the arena's bytes, and must find what they find in buffers
 *    of their own. */

import { expect } from 'vitest';
import { CompileError } from '../../ir/diagnostic.ts';
import { arrayOf } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { FusedGraph } from '../../ir/graph.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import { type Entry, kernelsOf, type Outline, type Program, runOf } from '../../ir/program.ts';
import { reordersSums, type Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { parseGraph, parseProgram, parseText, type ScheduleText } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { byteSize, countAt } from '../../ir/type.ts';
import { verifyFused } from '../../ir/verify/graph.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { verifyOutline, verifyProgram } from '../../ir/verify/program.ts';
import { Buffers, lower } from '../../passes/lower/index.ts';
import { expandMathIn } from '../../passes/math.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { ScheduleError } from '../../passes/schedule/rewrites/legal.ts';
import { agree, annotated, close, type Golden, generator, marker, maxBatch } from './golden.ts';

const batches = [1, 3, maxBatch];

/** The result of a pass: its text, and a check that it computes what the input does. */
interface Made {
  readonly text: string;
  compare(text: string): void;
}
const kernelPasses = { lower: lowered, expandMath: expanded, schedule: scheduled, plan: planned } satisfies Record<
  string,
  (g: Golden) => Made
>;
export type KernelPass = keyof typeof kernelPasses;
export const kernelGoldenPasses = Object.keys(kernelPasses) as KernelPass[];

/** The pass's result for a golden's input, as text; null if it refuses it. */
export function madeOf({ pass, ...golden }: Golden<KernelPass>): string | null {
  try {
    return kernelPasses[pass]({ pass, ...golden }).text;
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}

/** Runs the pass, compares the file with what it made, and runs both sides. */
export async function checkKernelGolden(golden: Golden<KernelPass>): Promise<void> {
  const { pass, path, input } = golden;
  let made: Made;
  try {
    made = kernelPasses[pass](golden);
  } catch (e) {
    if (!(e instanceof CompileError)) throw e;
    await expect(annotated(input, e)).toMatchFileSnapshot(path);
    return;
  }
  await expect(`${input}\n${marker(pass)}\n${made.text}\n`).toMatchFileSnapshot(path);
  made.compare(made.text);
}

/** Consecutive kernels, as in the file. */
const kernelsIn = (text: string, path: string): readonly Kernel[] =>
  parseText(`${versionLine}\n${text}`, path, { maxBatch }).kernels;

function lowered({ input, path, positive }: Golden): Made {
  const graph = parseGraph(input, path, { maxBatch, places: 'text' });
  if (!('groups' in graph)) throw new Error(`${path}: lowering takes a fused graph`);
  verifyFused(graph as FusedGraph, { maxBatch });
  const { kernels, outputs } = lower(graph as FusedGraph, new Buffers());
  return {
    text: kernels.map((k) => printKernel(k, { places: false })).join('\n'),
    compare(text) {
      const read = kernelsIn(text, path);
      verifyKernels(read, { maxBatch });
      const found = new Map(read.flatMap((k) => k.params).map(({ buffer }) => [buffer.name, buffer]));
      const at = (name: string): Buffer => found.get(name) as Buffer;
      const params = graph.params.filter((p) => found.has(p.name)).map((p) => [p.name, at(p.name)] as const);
      const results = [...outputs].map(([r, b]) => [r.name, at(b.name)] as const);
      agree(graph, read, new Map(params), new Map(results), positive);
    },
  };
}

function expanded({ input, path }: Golden): Made {
  const { kernels } = parseText(input, path);
  verifyKernels(kernels, { maxBatch });
  return {
    text: kernels.map((k) => printKernel(expandMathIn(k))).join('\n'),
    compare(text) {
      const read = kernelsIn(text, path);
      verifyKernels(read, { maxBatch });
      const [want, got] = [kernels, read].map((ks) => run(outlineOfKernels(ks, maxBatch), 1, ownMemory)) as [
        Seen,
        Seen,
      ];
      // The functions are exact to two units of the last place.
      for (const [name, values] of want) close(got.get(name)!, values, 3e-7, name);
    },
  };
}

function scheduled({ input, path }: Golden): Made {
  const { kernels, schedules, maxBatch: most } = parseText(input, path);
  if (most !== maxBatch) throw new Error(`${path}: says 'batch (N <= ${maxBatch})' in its head`);
  verifyKernels(kernels, { maxBatch });
  const made = kernels.map((k) => {
    const given = schedules.find((s) => s.kernel === k.name);
    return given ? scheduledAs(k, given) : scheduledBy(k, chooseSchedule(k, wasm128, maxBatch), wasm128, maxBatch);
  });
  const shown = made.flatMap((m) =>
    m.kernels.flatMap((k) => [printSchedule(k.name, m.schedules.get(k.name) as Schedule), printKernel(k)]),
  );
  const directives = made.flatMap((m) => [...m.schedules.values()].flat());
  const rounded = directives.some((d) => d.do === 'block' && d.half);
  const tolerance = rounded ? 2e-3 : directives.some(reordersSums) ? 1e-5 : 0;
  return {
    text: shown.join('\n'),
    compare(text) {
      const read = kernelsIn(text, path);
      verifyKernels(read, { maxBatch, target: wasm128 });
      for (const n of batches) {
        const [want, got] = [kernels, read].map((ks) => run(outlineOfKernels(ks, maxBatch), n, ownMemory)) as [
          Seen,
          Seen,
        ];
        for (const [name, values] of want)
          if (tolerance > 0) close(got.get(name)!, values, tolerance, name);
          else expect(got.get(name), `${name} at N = ${n}`).toEqual(values);
      }
    },
  };
}

/** A kernel under the given schedule; what does not fit is an error at the directive. */
function scheduledAs(k: Kernel, { directives }: ScheduleText) {
  for (const [i, { loc }] of directives.entries())
    try {
      const schedule = directives.slice(0, i + 1).map((d) => d.directive);
      const made = scheduledBy(k, schedule, wasm128, maxBatch);
      if (i === directives.length - 1) return made;
    } catch (e) {
      // The directive is on the line itself.
      const cause = e instanceof ScheduleError && e.cause instanceof Error ? e.cause : e;
      if (cause instanceof ScheduleError) throw new CompileError('bad-schedule', cause.message, { loc });
      throw e;
    }
  return scheduledBy(k, [], wasm128, maxBatch);
}

function planned({ input, path }: Golden): Made {
  const before = parseProgram(input, path) as Outline;
  verifyKernels(kernelsOf(before), { maxBatch: before.maxBatch });
  verifyOutline(before);
  const arena = /^ {2}arena [\s\S]*?^ {2}\}$/m;
  return {
    text: arena.exec(printProgram(plan(before, wasm128)))?.[0] as string,
    compare(text) {
      const after = parseProgram(input.replace(/^ {2}buffers [\s\S]*?^ {2}\}$/m, text), path) as Program;
      verifyProgram(after);
      for (const n of batches) expect(run(after, n, arenaMemory(after))).toEqual(run(before, n, ownMemory));
    },
  };
}

// Both sides run

/** The memory that the host sees after each call of an entry. */
type Seen = Map<string, ArrayLike<number>>;
type MemoryFor = (p: Outline | Program, n: number) => Memory;

/** Calls every entry twice, the last one first: state is kept between calls, and temporaries are not. */
function run(p: Outline | Program, n: number, memoryFor: MemoryFor): Seen {
  const memory = memoryFor(p, n);
  const lasting = 'slots' in p ? p.slots.filter((s) => s.purpose !== 'temp') : p.lasting;
  const random = generator(1);
  for (const { buffer, purpose } of lasting.toSorted((a, b) => (a.buffer.name < b.buffer.name ? -1 : 1)))
    if (purpose !== 'output')
      memory.get(buffer)?.forEach((_, i, all) => {
        all[i] = buffer.type.dtype === 'f32' ? Math.fround(random() * 4 - 2) : Math.floor(random() * 3);
      });
  const seen: Seen = new Map();
  const call = (e: Entry, turn: number): void => {
    for (const k of runOf(e)) interpretKernel(k, memory, n);
    const written = new Set(e.launches.flatMap((k) => k.params.flatMap((q) => (q.access === 'in' ? [] : q.buffer))));
    for (const { buffer } of lasting)
      if (written.has(buffer)) seen.set(`${buffer.name} after @${e.name}, call ${turn}`, [...memory.get(buffer)!]);
  };
  for (const turn of [1, 2]) for (const e of p.entries.toReversed()) call(e, turn);
  return seen;
}

/** Separate memory for each buffer, garbage at first. */
const ownMemory: MemoryFor = (p, n) => {
  const named = 'slots' in p ? p.slots : p.lasting;
  const all = [...named.map((s) => s.buffer), ...kernelsOf(p).flatMap((k) => k.params.map((q) => storageOf(q.buffer)))];
  return new Map(
    [...new Set(all)].map((b) => {
      const count = countAt(b.type.shape, n);
      const bytes = new Uint8Array(count * byteSize(b.type.dtype)).fill(0xff);
      return [b, new (arrayOf(b.type.dtype))(bytes.buffer, 0, count)];
    }),
  );
};

/** The bytes of the arena at the planned offsets. */
const arenaMemory =
  ({ slots, arenaBytes }: Program): MemoryFor =>
  (_, n) => {
    const { buffer: bytes } = new Uint8Array(arenaBytes).fill(0xff);
    return new Map(
      slots.map(({ buffer: b, offset }) => [b, new (arrayOf(b.type.dtype))(bytes, offset, countAt(b.type.shape, n))]),
    );
  };
