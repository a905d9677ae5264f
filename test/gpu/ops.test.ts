/** Every op of PyTorch's goldens on a device: results and gradients. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls } from '../support/calls.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import { unless } from '../support/left-out.ts';
import { hasBatch, type OpCase, opModule } from '../support/op-case.ts';
import { cases } from '../support/pytorch.ts';

/** Tolerance, relative to the largest value in the tensor, or to 1. */
const tolerance = 1e-4;

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

const present = cases('op').filter((c) => calls[c.op]);
const worst = new Map<string, number>();

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), () => {
  test.each([...new Set(present.map((c) => c.op))])('%s', async (op) => {
    const mine = present.filter((c) => c.op === op);
    const off = await Promise.all(mine.map((c) => errorOf(c, hasBatch(c))));
    worst.set(op, Math.max(...off));
    expect(worst.get(op)).toBeLessThan(tolerance);
  });

  // The table of docs/webgpu.md.
  test('every op has a worst error, for the table of docs/webgpu.md', () => {
    const rows = [...worst].sort(([, a], [, b]) => b - a).map(([op, e]) => `| ${op} | ${e.toExponential(1)} |`);
    if (process.env.TAPEOUT_TABLE) console.log(rows.join('\n'));
    expect(worst.size).toBe(new Set(present.map((c) => c.op)).size);
  });
});

async function errorOf(c: OpCase, symbolic: boolean): Promise<number> {
  const { module, given, n, wanted } = opModule(c, symbolic);
  const { manifest, wgsl } = gpuStages(module);
  const machine = await GpuMachine.of(device, manifest, wgsl);
  // Inputs that no result depends on are not stored.
  for (const [p, values] of given) if (machine.has(p.name)) machine.set(p.name, values);
  machine.run('run', n);
  let most = 0;
  for (const { name, want } of wanted) {
    const got = await machine.get(name, n);
    const values = Array.from(want.data as ArrayLike<number | bigint>, Number);
    expect(got.length, `${c.id}: ${name}`).toBe(values.length);
    const largest = values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1);
    for (const [i, w] of values.entries()) {
      const g = got[i]!;
      if (g === w || (Number.isNaN(g) && Number.isNaN(w))) continue;
      const error = Math.abs(g - w) / largest;
      if (!(error < tolerance)) expect.fail(`${c.id}: ${name}, element ${i}: ${g} on the device, ${w} by PyTorch`);
      most = Math.max(most, error);
    }
  }
  machine.dispose();
  return most;
}
