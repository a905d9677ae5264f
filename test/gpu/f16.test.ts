/** f16 in the buffers of shaders: the interpreter's bits, for all values. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { toWords } from '../../codegen/wgsl/words.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { compareKernels, gpuKernels } from '../support/gpu-kernels.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { critical, expectHalves, halfKernels } from '../support/halves.ts';
import { unless } from '../support/left-out.ts';

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), () => {
  test('all f16, and the f32 next to each and halfway between neighbours', async () => {
    const given = critical();
    const { program, shaders, manifest } = gpuKernels(halfKernels(given.length), 1);
    const machine = await GpuMachine.of(device, manifest, shaders.wgsl);
    const slot = (name: string) => program.slots.find((s) => s.buffer.name === name)!;
    machine.write(
      slot('h').offset,
      Uint32Array.from({ length: 65536 }, (_, i) => i),
    );
    machine.write(slot('x').offset, toWords(given));
    machine.run('main', 1);
    const got = new Map<string, ArrayLike<number>>();
    for (const name of ['one', 'four']) got.set(name, await machine.read('f32', slot(name).offset, 65536));
    for (const name of ['near', 'nears']) got.set(name, await machine.read('f16', slot(name).offset, given.length));
    expectHalves((name) => got.get(name)!, given);
    machine.dispose();
  });

  test('sums in memory are rounded at each step', async () => {
    const kernels = parseKernels(
      `tapeout ir 1
kernel @sum(x: f16[N,5], s: f16[5] inout) {
  for n in 0..N { for i in 0..5 { s[i] += x[n, i] } }
}`,
      'sum.tir',
      { maxBatch: 9 },
    );
    await compareKernels(device, kernels, { maxBatch: 9, batches: [1, 9], tolerance: 0 });
  });
});
