/** The sweep of test/conformance on a device. A few cases of each op; all of them with TAPEOUT_SWEEP=all. Of NaN, infinities,
 *  denormal numbers and the sign of zero WGSL promises little: docs/differences.md has what is held. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noGpu, openDevice } from '../support/gpu.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import { type Difference, differencesOf, lineOf, sweepCases, sweepModule } from '../support/sweep.ts';
import { reasonOf } from '../support/sweep-differences.ts';
import { rows } from '../support/sweep-rows.ts';

const all = process.env.TAPEOUT_SWEEP === 'all';
let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());
const found: Difference[] = [];
const count = { cases: 0, values: 0 };

describe.skipIf(noGpu)(`on SwiftShader${noGpu ? `: ${noGpu}` : ''}`, { timeout: 600_000 }, () => {
  test.each(Object.keys(rows))('%s', async (of) => {
    const every = sweepCases().filter((c) => c.of === of);
    const cases = all ? every : every.filter((_, i) => i === 0 || i % 12 === 5);
    const { module, given, wanted } = sweepModule(cases);
    const types = new Map(module.graphs[0]!.results.map((r) => [r.name, r.value.type]));
    const { manifest, wgsl } = gpuStages(module);
    const machine = await GpuMachine.of(device, manifest, wgsl);
    for (const [p, values] of given) if (manifest.tensors.some((t) => t.name === p.name)) machine.set(p.name, values);
    machine.run('run', 1);
    const got = new Map<string, ArrayLike<number>>();
    for (const w of wanted) got.set(w.result, await machine.get(w.result, 1));
    machine.dispose();
    const mine = differencesOf(
      wanted,
      'WebGPU',
      (w) => got.get(w.result)!,
      (w) => types.get(w.result)!,
      'device',
    );
    found.push(...mine);
    count.cases += cases.length;
    count.values += wanted.reduce((n, w) => n + w.want.length, 0);
    expect(mine.filter((d) => !reasonOf(d)).map(lineOf)).toEqual([]);
  });
});
afterAll(() => {
  console.log(
    `sweep on WebGPU: ${count.cases} cases, ${count.values} values and gradients; differences: ${found.length}`,
  );
});
