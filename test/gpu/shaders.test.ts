/** Every shader of the examples and of the goldens goes through Tint: types, uniformity and the limits that every device
 *  has. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { parseText } from '../../ir/text/parse.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { expandMathIn } from '../../passes/math.ts';
import { goldensOf, maxBatch } from '../support/golden.ts';
import { madeOf } from '../support/golden-kernels.ts';
import { openNullDevice, pipelineProblem, shaderProblem } from '../support/gpu.ts';
import { gpuKernels } from '../support/gpu-kernels.ts';

let device: GPUDevice;
/** Has the features that some goldens need. */
let able: GPUDevice;
beforeAll(async () => {
  device = await openNullDevice();
  able = await openNullDevice(['subgroups', 'shader-f16']);
});
afterAll(() => {
  device.destroy();
  able.destroy();
});

const models = { lenet, mlp, convnet };
const compiled = new Map(
  await Promise.all(
    Object.entries(models).map(
      async ([name, spec]) => [name, await compile(spec, { target: 'webgpu', verify: true })] as const,
    ),
  ),
);

describe('examples', () => {
  test.each([...compiled])('%s', async (_, { wgsl, manifest }) => {
    expect(await shaderProblem(device, wgsl!)).toBeNull();
    const kernels = new Set(manifest.webgpu!.entries.flatMap((e) => e.dispatches.map((d) => d.kernel)));
    for (const k of kernels) expect(await pipelineProblem(device, wgsl!, k), k).toBeNull();
  });

  test.each(['lenet', 'mlp'] as const)('%s: schedules and shaders', async (name) => {
    const { gpu, printed } = compiled.get(name)!;
    const chosen = gpu!.scheduled.schedules;
    const schedules = [versionLine, ...[...chosen].map(([k, s]) => printSchedule(k, s)), ''];
    await expect(schedules.join('\n')).toMatchFileSnapshot(`../golden/webgpu/${name}.schedule.tir`);
    await expect(printed('wgsl')).toMatchFileSnapshot(`../golden/webgpu/${name}.wgsl`);
  });

  test('dispatches and bytes of every example match the golden', async () => {
    const row = (...cells: readonly (string | number)[]): string =>
      cells.map((c, i) => (i < 2 ? String(c).padEnd(10) : String(c).padStart(11))).join(' ');
    const table = [
      row('model', 'entry', 'dispatches', 'arena bytes', 'wgsl bytes'),
      ...[...compiled].flatMap(([name, { manifest, printed }]) => [
        ...manifest.webgpu!.entries.map((e) => row(name, e.name, e.dispatches.length, '', '')),
        row(name, 'all', '', manifest.webgpu!.arenaBytes, printed('wgsl').length),
      ]),
      '',
    ];
    await expect(table.join('\n')).toMatchFileSnapshot('../golden/webgpu/summary.txt');
  });
});

/** Kernels of goldens: the emitter's as they are, those of other passes after the pass. */
const goldens: readonly (readonly [string, readonly Kernel[]])[] = [
  ...goldensOf('wat').map((g) => [`wat/${g.name}`, parseText(g.input, g.path, { maxBatch }).kernels] as const),
  ...(['lower', 'expandMath', 'schedule'] as const).flatMap((pass) =>
    goldensOf(pass).flatMap((g) => {
      const text = madeOf(g);
      if (text === null) return [];
      const { kernels } = parseText(`${versionLine}\n${text}`, g.path, { maxBatch });
      return [[`${pass}/${g.name}`, kernels.map(expandMathIn)] as const];
    }),
  ),
];

test.each(goldens)('%s', async (_, kernels) => {
  const { wgsl } = gpuKernels(kernels, maxBatch).shaders;
  expect(await shaderProblem(wgsl.startsWith('enable') ? able : device, wgsl)).toBeNull();
});
