/** Serial loops may pass values between iterations through memory: such kernels mean what their text says, on every
 *  backend, and a directive that would change the order is refused. */
import { expect, test } from 'vitest';
import { emitWasm } from '../../codegen/wasm/emit.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Program } from '../../ir/program.ts';
import type { Directive } from '../../ir/schedule.ts';
import { wasm128, webgpu } from '../../ir/target.ts';
import { parseText } from '../../ir/text/parse.ts';
import { showDirective } from '../../ir/text/print-schedule.ts';
import { verifyKernel } from '../../ir/verify/kernel.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { applySchedule } from '../../passes/schedule/rewrites/directives.ts';
import { ScheduleError } from '../../passes/schedule/rewrites/legal.ts';
import { Arena } from '../support/pipeline.ts';

/** The directives that may be applied, and those that would pass on other values. */
const cases: readonly [name: string, text: string, allowed: readonly Directive[], refused: readonly Directive[]][] = [
  [
    'prefix',
    'kernel @prefix(x: f32[13], y: f32[13] inout) { for i in 1..13 { y[i] = y[i - 1] + x[i] } }',
    [{ do: 'peel', axis: 'i', at: [5] }],
    [
      { do: 'tile', axis: 'i', by: 2 },
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'parallel', axis: 'i' },
    ],
  ],
  [
    'rows',
    'kernel @rows(x: f32[8,8], y: f32[8,8] inout) { for t in 0..7 { for i in 0..8 { y[t + 1, i] = y[t, i] * x[t, i] } } }',
    [
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'split', axis: 'i', by: 2 },
      { do: 'parallel', axis: 'i' },
    ],
    [
      { do: 'vectorize', axis: 't', by: 4 },
      { do: 'tile', axis: 't', by: 2 },
      { do: 'interchange', axis: 't' },
      { do: 'parallel', axis: 't' },
      { do: 'pack', buffer: 'y', order: [1, 0] },
    ],
  ],
  [
    'columns',
    'kernel @columns(y: f32[8,8] inout) { for i in 0..8 { for t in 0..7 { y[i, t + 1] = y[i, t] * 0.5 } } }',
    [{ do: 'tile', axis: 'i', by: 2 }],
    [
      { do: 'interchange', axis: 'i' },
      { do: 'vectorize', axis: 't', by: 4 },
      { do: 'tile', axis: 't', by: 7 },
    ],
  ],
  [
    'read again',
    'kernel @again(x: f32[8], y: f32[8] inout, z: f32[8] out) { for i in 0..8 { y[i] = x[i] * 2.0  z[i] = y[i] + 1.0 } }',
    [
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'parallel', axis: 'i' },
    ],
    [{ do: 'pack', buffer: 'y', order: [0] }],
  ],
  [
    'reversed in place',
    'kernel @reversed(y: f32[9] inout) { for i in 0..9 { y[i] = y[8 - i] + 1.0 } }',
    [],
    [
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'tile', axis: 'i', by: 3 },
    ],
  ],
  [
    'stored twice',
    'kernel @twice(x: f32[8], y: f32[9] out) { for i in 0..8 { y[i] = x[i]  y[i + 1] = -x[i] } }',
    [{ do: 'split', axis: 'i', by: 4 }],
    [
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'tile', axis: 'i', by: 2 },
    ],
  ],
  [
    'a sum of stored values',
    'kernel @sums(y: f32[9] inout) { for i in 1..9 { tile acc: f32[] acc = 0.0 for k: 9 in 0..i { acc += y[k] } y[i] = acc } }',
    [],
    [{ do: 'tile', axis: 'i', by: 2 }],
  ],
];
const kernelOf = (text: string): Kernel => parseText(`tapeout ir 1\n${text}`, 'hand.tir').kernels[0] as Kernel;

function interpreted(k: Kernel): number[][] {
  const memory = makeMemory([k], 1);
  for (const values of memory.values()) values.set(values.map((_, i) => ((i * 7) % 5) - 2));
  interpretKernel(k, memory, 1);
  return k.params.map((p) => [...(memory.get(p.buffer) as Float32Array)]);
}

test.each(cases)('%s', async (_, text, allowed, refused) => {
  const k = kernelOf(text);
  verifyKernel(k, { maxBatch: 1, throughMemory: true });
  const want = interpreted(k);
  const chosen = chooseSchedule(k, wasm128, 1);
  expect(applySchedule(k, chooseSchedule(k, webgpu, 1))).toBeDefined();
  const variants = [k, applySchedule(k, chosen), ...allowed.map((d) => applySchedule(k, [d]))];
  for (const v of variants) {
    verifyKernel(v, { maxBatch: 1, target: wasm128, throughMemory: true });
    expect(interpreted(v)).toEqual(want);
    const program: Program = plan(outlineOfKernels([v], 1), wasm128);
    const arena = await Arena.of(program, emitWasm(program).wasm);
    for (const p of k.params) {
      const view = arena.view(p.buffer, 1);
      view.set(view.map((_, i) => ((i * 7) % 5) - 2));
    }
    arena.run('main', 1);
    expect(k.params.map((p) => [...arena.view(p.buffer, 1)])).toEqual(want);
  }
  for (const d of refused) expect(() => applySchedule(k, [d]), showDirective(d)).toThrow(ScheduleError);
});

test('values passed between threads, lanes or invocations are refused', () => {
  const parallel = kernelOf(
    'kernel @p(x: f32[13], y: f32[13] inout) { parallel i in 1..13 { y[i] = y[i - 1] + x[i] } }',
  );
  expect(() => verifyKernel(parallel, { maxBatch: 1, throughMemory: true })).toThrow(
    /overwritten by another iteration/,
  );
  const serial = kernelOf(cases[0]?.[1] as string);
  // Lowering never makes such a kernel: there it is a bug.
  expect(() => verifyKernel(serial, { maxBatch: 1 })).toThrow(/overwritten by another iteration over i/);
});
