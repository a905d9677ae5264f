/** Kernels on a device compared with the interpreter: the emitter's goldens as they are, whatever the modes of their loops,
 *  and the schedule goldens as scheduled for a device. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elementOf } from '../../ir/dtype.ts';
import { interpretKernel, type Memory, makeMemory } from '../../ir/interpret/kernel.ts';
import { webgpu } from '../../ir/target.ts';
import { directivesOf, parseText } from '../../ir/text/parse.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { applySchedule } from '../../passes/schedule/rewrites/directives.ts';
import { goldensOf, maxBatch } from '../support/golden.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { compareKernels, draws, gpuKernels, sameValues } from '../support/gpu-kernels.ts';
import { unless } from '../support/left-out.ts';
import type { Elements } from '../support/pipeline.ts';
import { scalarKernels } from '../support/scalar-kernels.ts';

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

const kernelsOf = (input: string, path: string) => parseText(input, path, { maxBatch }).kernels;

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), () => {
  /** Special values in comparison, sign and conversion. WGSL lets arithmetic assume that they do not occur. */
  const special = (at: number): number =>
    [Number.NaN, Infinity, -Infinity, 0, -0, 1][Math.floor(at * 40)] ?? Math.fround(8 * at - 4.5);

  test.each(goldensOf('wat').map((g) => [g.name, g] as const))('%s', async (name, { input, path }) => {
    const kernels = kernelsOf(input, path);
    const compares = /argmax|compar|convert|select|decided|branch|unary/.test(name);
    await compareKernels(device, kernels, {
      maxBatch,
      batches: [1, 3, maxBatch],
      tolerance: 1e-5,
      draw: compares ? { ...draws, f32: special } : draws,
    });
  });

  test('every scalar function of every type', async () => {
    const kernels = scalarKernels();
    await compareKernels(device, kernels, { maxBatch, batches: [1, 2, 3], tolerance: 1e-5 });
  });

  // Grids of more workgroups than fit in a dimension are rare, so this test's device has a low limit.
  test.each([4, 5, 6])('grids are folded where a dimension has at most %i workgroups', async (most) => {
    const target = { ...webgpu, workgroup: { ...webgpu.workgroup, most } };
    const text = `tapeout ir 1
kernel @image(a: f32[N,3,4], y: f32[N,3,4] out) {
  parallel n in 0..N { parallel c in 0..3 { parallel i in 0..4 step 2 {
    invoke i_i in 0..2 { y[n, c, i + i_i] = a[n, c, i + i_i] * 2.0 }
  } } }
}
kernel @rows(a: f32[N,3,4], z: f32[N] out) {
  parallel n in 0..N step 2 { invoke n_i: 2 in 0..min(2, N - n) { z[n + n_i] = a[n + n_i, 1, 2] } }
}`;
    const kernels = kernelsOf(text, 'grid.tir');
    verifyKernels(kernels, { maxBatch, target });
    await compareKernels(device, kernels, { maxBatch, batches: [1, 3, maxBatch], tolerance: 1e-6, target });
  });

  // Products whose sides end before, at and after a vector, and around blocks; vectors of integers are copies.
  test.each(['f32', 'i32'])('vectors of %s at the edges of blocks', async (dtype) => {
    const zero = dtype === 'f32' ? '0.0' : '0';
    const sides = [1, 3, 4, 5, 63, 64, 65, 257];
    for (const [i, j] of sides.entries()) {
      const k = sides.at(-1 - i)!;
      if (dtype === 'i32' && j % 5 !== 0) continue;
      const text = `tapeout ir 1
batch (N <= 65)
schedule @k {
  block n with j over k by 16 invocations 8 registers 4
  vectorize n_i by 4
  vectorize j_i by 4
  parallel n
  parallel j
}
kernel @k(a: ${dtype}[N,${k}], b: ${dtype}[${k},${j}], c: ${dtype}[${j}], y: ${dtype}[N,${j}] out) {
  for n in 0..N { for j in 0..${j} {
    tile acc: ${dtype}[]
    acc = ${zero}
    for k in 0..${k} { acc += a[n, k] * b[k, j] }
    y[n, j] = max(acc + c[j], ${zero})
  } }
}`;
      const given = parseText(text, 'edges.tir', { maxBatch: 65 });
      const scheduled = given.kernels.map((of) => applySchedule(of, directivesOf(given.schedules[0]!)));
      verifyKernels(scheduled, { maxBatch: 65, target: webgpu });
      const { wgsl } = gpuKernels(scheduled, 65).shaders;
      expect(/vec4f/.test(wgsl)).toBe(dtype === 'f32');
      await compareKernels(device, scheduled, { maxBatch: 65, batches: [5, 64, 65], tolerance: 1e-5 });
    }
  });

  /** Sums whose slices are full, partial and empty. */
  const sums: readonly (readonly [what: string, kernel: string, maxBatch: number, batches: readonly number[]])[] = [
    [
      'one sum over a large batch',
      'kernel @k(a: f32[N], y: f32[] out) { tile acc: f32[] acc = 0.0 for n in 0..N { acc += a[n] } y = acc }',
      16500,
      [1, 65, 16500],
    ],
    [
      'a sum over batch and positions, and an update',
      `kernel @k(a: f32[N,3,5,5], b: f32[3] inout) { for c in 0..3 {
        tile acc: f32[] acc = 0.0
        for n in 0..N { for y in 0..5 { for x in 0..5 { acc += a[n, c, y, x] } } }
        b[c] = b[c] - acc * 0.1
      } }`,
      700,
      [1, 3, 64, 700],
    ],
    [
      'the maximum of a large batch',
      'kernel @k(a: i32[N], y: i32[] out) { tile top: i32[] top = -9 for n in 0..N { top max= a[n] } y = top }',
      16500,
      [1, 257, 16500],
    ],
    [
      'blocks',
      `kernel @k(a: f32[16000,33], b: f32[16000,34], y: f32[33,34] out) { for i in 0..33 { for j in 0..34 {
        tile acc: f32[] acc = 0.0
        for k in 0..16000 { acc += a[k, i] * b[k, j] }
        y[i, j] = acc
      } } }`,
      1,
      [1],
    ],
  ];
  test.each(sums)('in two stages: %s', async (_, kernel, most, batches) => {
    const { kernels } = parseText(`tapeout ir 1 batch (N <= ${most}) ${kernel}`, 'sums.tir', { maxBatch: most });
    const chosen = kernels.map((k) => chooseSchedule(k, webgpu, most));
    expect(chosen.flat().map((d) => d.do)).toContain('slice');
    const scheduled = kernels.flatMap((k) => scheduledBy(k, chosen[0]!, webgpu, most).kernels);
    expect(scheduled.length).toBe(2);
    verifyKernels(scheduled, { maxBatch: most, target: webgpu });
    await compareKernels(device, scheduled, { maxBatch: most, batches, tolerance: 1e-5 });
    // And the result of a single kernel, up to the order of the sum.
    for (const n of batches) {
      const one: Memory = new Map();
      const two: Memory = new Map();
      for (const [b, empty] of makeMemory([...kernels, ...scheduled], n)) {
        one.set(
          b,
          empty.map((_, i) => elementOf(b.type.dtype, draws[b.type.dtype]((i % 97) / 97))),
        );
        two.set(b, one.get(b)!.slice());
      }
      for (const k of kernels) interpretKernel(k, one, n);
      for (const k of scheduled) interpretKernel(k, two, n);
      for (const { buffer, access } of kernels[0]!.params)
        if (access !== 'in')
          sameValues(two.get(buffer)! as Elements, one.get(buffer)!, 1e-4, `${buffer.name} at N = ${n}`);
    }
  });

  test.each(
    goldensOf('schedule')
      .filter((g) => g.name.startsWith('rule-'))
      .map((g) => [g.name, g] as const),
  )('%s, scheduled for the device', async (_, { input, path }) => {
    const scheduled = kernelsOf(input, path).flatMap(
      (k) => scheduledBy(k, chooseSchedule(k, webgpu, maxBatch), webgpu, maxBatch).kernels,
    );
    verifyKernels(scheduled, { maxBatch, target: webgpu });
    expect(await compareKernels(device, scheduled, { maxBatch, batches: [1, maxBatch], tolerance: 1e-5 })).toBeLessThan(
      1e-5,
    );
  });
});
