/** Kernels with some f16 buffers: every directive keeps what they compute, and interpreter, WebAssembly and WebGPU store
 *  the same bits, as sums are exact and every backend rounds stores the same way. */

import { webgpu } from '../../ir/target.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { noEngines } from '../support/engines.ts';
import { Choices, seeded } from '../support/generate.ts';
import { anyLegal, checkLegal, kernelOf, type Legal, maxBatch } from './directives.ts';
import { faulty, type Kind } from './kind.ts';

let device: Promise<GPUDevice> | null = null;

export const halves: Kind = {
  name: 'halves',
  doc: 'kernels with f16 among their buffers store the same bits everywhere',
  runs: 12,
  async check(choices, tally) {
    const c = new Choices(choices);
    const own = Array.from({ length: 3 }, () => seeded(c.below(5040)));
    for (const o of own) {
      const legal = halved(o, anyLegal(o));
      await checkLegal(legal, o, tally);
      await onDevice(legal.text);
    }
  },
};

/** Some buffers of a kernel as f16. Those that a directive turns into lists stay f32. */
function halved(c: Choices, { text, schedule }: Legal): Legal {
  const listed = schedule.flatMap((d) => (d.do === 'compress' ? [d.buffer] : []));
  const [head = '', ...body] = text.split(/(?=\) \{)/);
  const params = head.replace(/(\w+): f32\[/g, (param, name: string) =>
    listed.includes(name) || c.chance(3) ? param : `${name}: f16[`,
  );
  return { text: params + body.join(''), schedule };
}

/** Quarters whose sums and products an f32 holds, and an f16 seldom does. */
const quarters = (at: number): number => Math.round(512 * at - 256) / 4;

async function onDevice(text: string): Promise<void> {
  // Dawn is loaded only on demand, and SwiftShader is not available everywhere.
  if (noEngines !== null) return;
  const [{ openDevice }, { compareKernels, draws }] = await Promise.all([
    import('../support/gpu.ts'),
    import('../support/gpu-kernels.ts'),
  ]);
  device ??= openDevice();
  const k = kernelOf(text);
  await faulty(
    () => null,
    () => `\n${printKernel(k)}`,
    async () => {
      const { kernels } = scheduledBy(k, chooseSchedule(k, webgpu, maxBatch), webgpu, maxBatch);
      verifyKernels(kernels, { maxBatch, target: webgpu });
      await compareKernels(await (device as Promise<GPUDevice>), kernels, {
        maxBatch,
        batches: [1, maxBatch],
        tolerance: 0,
        draw: { ...draws, f32: quarters, f16: quarters },
      });
    },
  );
}
