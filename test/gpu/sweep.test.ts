/** The sweep of test/conformance on a device. A few cases of each op; all of them with TAPEOUT_SWEEP=all. WGSL promises
 *  little about NaN, infinities, denormal numbers and the sign of zero: docs/differences.md lists what is guaranteed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noGpu, openDevice } from '../support/gpu.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import {
  batchModules,
  type Difference,
  differencesOf,
  lineOf,
  meantAt,
  sweepCases,
  sweepModule,
  typeAt,
  type Wanted,
} from '../support/sweep.ts';
import { reasonOf, reasonWithBatch } from '../support/sweep-differences.ts';
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

const withBatch = { cases: 0, values: 0, batches: 0, explained: 0 };

describe.skipIf(noGpu)(`with a batch, on SwiftShader${noGpu ? `: ${noGpu}` : ''}`, { timeout: 600_000 }, () => {
  const some = Object.keys(rows).filter((_, i) => all || i % 8 === 2);
  test.each(some)('%s', async (of) => {
    const every = sweepCases().filter((c) => c.of === of);
    const modules = batchModules(all ? every : every.filter((_, i) => i % 12 === 0));
    for (const { module, n, wanted, givenAt } of all ? modules : modules.slice(0, 1)) {
      const graph = module.graphs[0]!;
      const { manifest, wgsl } = gpuStages(module);
      const machine = await GpuMachine.of(device, manifest, wgsl);
      for (const rows of new Set([n, 1, module.maxBatch])) {
        const given = givenAt(rows);
        for (const [p, values] of given)
          if (manifest.tensors.some((t) => t.name === p.name)) machine.set(p.name, values);
        machine.run('run', rows);
        const got = new Map<string, ArrayLike<number>>();
        for (const w of wanted) got.set(w.result, await machine.get(w.result, rows));
        const asked = rows === n ? wanted : meantAt(graph, wanted, given, rows);
        const typeOf = (w: Wanted) => typeAt(graph, w, rows);
        const mine = differencesOf(asked, 'WebGPU', (w) => got.get(w.result)!, typeOf, 'device');
        expect(mine.filter((d) => !reasonWithBatch(d)).map(lineOf), `N = ${rows}`).toEqual([]);
        withBatch.explained += mine.length;
        withBatch.values += asked.reduce((sum, w) => sum + w.want.length, 0);
        withBatch.batches++;
      }
      machine.dispose();
      withBatch.cases += new Set(wanted.map((w) => w.case)).size;
    }
  });
});

afterAll(() => {
  console.log(
    `sweep with a batch on WebGPU: ${withBatch.cases} cases at ${withBatch.batches} batches, ${withBatch.values} values and gradients; differences: ${withBatch.explained}`,
  );
  console.log(
    `sweep on WebGPU: ${count.cases} cases, ${count.values} values and gradients; differences: ${found.length}`,
  );
});
