/** Cheap values computed twice: a lower memory peak, the same numbers, and a report of the cost. */
import { expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { instantiate } from '../runtime/index.ts';
import { cli } from './support/cli.ts';
import { uniform } from './support/generate.ts';

const spec = { ...convnet, maxBatch: 8 };

/** The bits of everything that a model has learnt after some steps. */
async function learnt({ wasm, manifest, weights }: Compiled): Promise<Uint8Array> {
  const model = await instantiate(wasm, manifest, weights);
  const random = uniform(1);
  const x = model.input('x') as Float32Array;
  const y = model.input('y') as Int32Array;
  for (const n of [8, 3, 8]) {
    x.forEach((_, i) => {
      x[i] = random();
    });
    y.forEach((_, i) => {
      y[i] = Math.floor(random() * 10);
    });
    model.trainStep(n);
  }
  return model.toSafetensors({ state: true });
}

test('takes less memory for the same bits', async () => {
  const [usual, spared] = await Promise.all([compile(spec), compile(spec, { rematerialize: true, verify: true })]);
  expect(usual.rematerialized).toEqual([]);
  const [step, ...others] = spared.rematerialized;
  expect([step?.graph, others]).toEqual(['train_step', []]);
  // The results of other entries are alive too.
  expect(spared.program.liveBytes - (step?.after.liveBytes as number)).toBeLessThan(1000);
  expect(spared.program.liveBytes).toBeLessThan(0.85 * usual.program.liveBytes);
  expect(spared.program.arenaBytes).toBeLessThan(0.85 * usual.program.arenaBytes);
  expect(step?.after.operations).toBeGreaterThan(step?.before.operations as number);
  expect(step?.after.operations).toBeLessThan(1.01 * (step?.before.operations as number));
  expect(Buffer.compare(await learnt(spared), await learnt(usual))).toBe(0);
});

test('leaves a model alone that has nothing to gain', async () => {
  const [usual, asked] = await Promise.all([compile(mlp), compile(mlp, { rematerialize: true })]);
  expect(asked.rematerialized).toEqual([]);
  expect(Buffer.compare(asked.wasm, usual.wasm)).toBe(0);
});

test('reports on the command line what is computed twice, and the cost', async () => {
  const { code, stdout } = await cli(['print', 'examples/convnet.ts', '--stage', 'recorded']);
  expect(code).toBe(0);
  const passes =
    'inferShapes,autodiff,update=sgd(lr=0.1),canonicalize,rematerialize,fuse,lower,expandMath,schedule,plan';
  const opt = await cli(['opt', '-', '--passes', passes, '--verify'], { stdin: stdout });
  expect(opt).toMatchObject({ code: 0, stderr: '' });
  const early = await cli(['opt', '-', '--passes', 'rematerialize'], { stdin: stdout });
  expect(early.code).toBe(2);
  expect(early.stderr).toMatch(/must still be differentiated: run 'autodiff' and 'update' before 'rematerialize'/);
});
