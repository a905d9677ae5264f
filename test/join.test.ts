/** Launches joined into one dispatch: which are joined, and that results stay the same. */
import { expect, test } from 'vitest';
import { interpretKernel, makeMemory } from '../ir/interpret/kernel.ts';
import { kernelsOf } from '../ir/program.ts';
import { type GridTarget, webgpu } from '../ir/target.ts';
import { parseKernels } from '../ir/text/parse.ts';
import { verifyKernels } from '../ir/verify/kernel.ts';
import { joined } from '../passes/join.ts';
import { outlineOfKernels } from '../passes/outline.ts';
import { generator } from './support/golden.ts';

const maxBatch = 4;
const map = (name: string, from: string, to: string, by = 64): string => `
kernel @${name}(${from}: f32[128], ${to}: f32[128] out) {
  parallel i in 0..128 step ${by} {
    invoke i_i in 0..${by} { ${to}[i + i_i] = ${from}[i + i_i] + 1.0 }
  }
}`;
const overBatch = (name: string, from: string, to: string): string => `
kernel @${name}(${from}: f32[N], ${to}: f32[N] out) {
  parallel n in 0..N { ${to}[n] = ${from}[n] * 2.0 }
}`;
const alone = (name: string, from: string, to: string): string => `
kernel @${name}(${from}: f32[128], ${to}: f32[] out) {
  tile part: f32[64] workgroup
  invoke t in 0..64 { part[t] = ${from}[t] + ${from}[t + 64] }
  barrier
  tile acc: f32[]
  acc = 0.0
  for t in 0..64 { acc += part[t] }
  ${to} = acc
}`;

function launches(texts: readonly string[], target: GridTarget = webgpu): string[] {
  const kernels = parseKernels(`tapeout ir 1\n${texts.join('\n')}`, 'join.tir', { maxBatch });
  const before = outlineOfKernels(kernels, maxBatch);
  const after = joined(before, target);
  verifyKernels(kernelsOf(after), { maxBatch, target: webgpu });
  const [want, got] = [before, after].map((of) => {
    const memory = makeMemory(kernels, maxBatch);
    const random = generator(1);
    for (const s of of.lasting)
      if (s.purpose === 'input') memory.get(s.buffer)!.set(memory.get(s.buffer)!.map(() => random()));
    for (const k of of.entries[0]!.launches) interpretKernel(k, memory, maxBatch);
    return [...memory.values()];
  });
  expect(got).toEqual(want);
  return after.entries[0]!.launches.map((k) => k.name);
}

test('independent kernels become one launch', () => {
  expect(launches([map('a', 'x', 'p'), map('b', 'x', 'q'), alone('c', 'x', 's')])).toEqual(['a_and_2_more']);
});

test('a kernel that reads a result waits for it', () => {
  expect(launches([map('a', 'x', 'p'), map('b', 'p', 'q')])).toEqual(['a', 'b']);
});

test('a launch moves ahead of launches it does not depend on', () => {
  expect(launches([map('a', 'x', 'p'), map('b', 'p', 'q'), map('c', 'x', 'r')])).toEqual(['a_and_1_more', 'b']);
  expect(launches([map('a', 'x', 'p'), map('b', 'p', 'q'), map('c', 'p', 'r')])).toEqual(['a', 'b_and_1_more']);
});

test('a grid over the batch is not joined', () => {
  expect(launches([overBatch('a', 'x', 'p'), overBatch('b', 'x', 'q')])).toEqual(['a', 'b']);
});

test('workgroups of very different sizes are not joined', () => {
  expect(launches([map('a', 'x', 'p', 64), map('b', 'x', 'q', 32), map('c', 'x', 'r', 16)])).toEqual([
    'a_and_1_more',
    'c',
  ]);
});
