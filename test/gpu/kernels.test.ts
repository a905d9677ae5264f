/** Kernels on a device beside the interpreter: the emitter's goldens as they stand, whatever their loops' modes, and what the
 *  scheduler makes of those of the schedule's for a device. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseText } from '../../ir/parse.ts';
import { webgpu } from '../../ir/target.ts';
import { verifyKernels } from '../../ir/verify-kernel.ts';
import { chooseSchedule } from '../../passes/schedule/choose.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { goldensOf, maxBatch } from '../support/golden.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { compareKernels, draws } from '../support/gpu-kernels.ts';

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

const kernelsOf = (input: string, path: string) => parseText(input, path, { maxBatch }).kernels;

describe.skipIf(noGpu)(`on SwiftShader${noGpu ? `: ${noGpu}` : ''}`, () => {
  /** Values that comparison, sign and conversion treat in their own way. WGSL lets arithmetic take them to be absent. */
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
