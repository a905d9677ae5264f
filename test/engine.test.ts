/** Schedules for other engines, and fused multiply-add: other code for nearly the same numbers. */
import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import type { CompileOptions } from '../frontend/pipeline/options.ts';
import { instantiate, TapeoutError } from '../runtime/index.ts';
import { cli } from './support/cli.ts';
import { uniform } from './support/generate.ts';
import { unless } from './support/left-out.ts';

const other: readonly CompileOptions[] = [
  { engine: 'v8-13' },
  { fastMath: true },
  { engine: 'v8-13', fastMath: true, threads: 2 },
];

/** Losses of some steps on seeded numbers. */
async function losses({ wasm, manifest, weights }: Compiled): Promise<number[]> {
  const model = await instantiate(wasm, manifest, weights);
  const random = uniform(1);
  for (const { name, dtype, range = 2 } of manifest.tensors.filter((t) => t.purpose === 'input')) {
    const data = model.input(name);
    data.forEach((_, i) => {
      data[i] = dtype === 'f32' ? random() : Math.floor(random() * range);
    });
  }
  return [7, 8, 1, 7, 8].map((n) => model.trainStep(n));
}

// Before the flag is set, which holds for the whole process.
const relaxed =
  Number.parseInt(process.versions.v8, 10) < 12 ? null : `V8 ${process.versions.v8} always has relaxed SIMD`;
test.skipIf(relaxed)(unless(relaxed, 'the error of an engine without relaxed SIMD says what to do'), async () => {
  const { wasm, manifest } = await compile(mlp, { fastMath: true });
  const failed = instantiate(wasm, manifest);
  await expect(failed).rejects.toThrow(TapeoutError);
  await expect(failed).rejects.toThrow(/Compile it without, or start Node 20 with --experimental-wasm-relaxed-simd/);
  setFlagsFromString('--experimental-wasm-relaxed-simd');
});

test.each([
  ['lenet', { ...lenet, maxBatch: 8 }],
  ['mlp', { ...mlp, maxBatch: 8 }],
  ['convnet', { ...convnet, maxBatch: 8 }],
] as const)('%s learns the same', async (_, spec) => {
  const usual = await compile(spec);
  const want = await losses(usual);
  for (const options of other) {
    const compiled = await compile(spec, { ...options, verify: true });
    expect(compiled.wat().includes('f32x4.relaxed_madd')).toBe(options.fastMath === true);
    const found = await losses(compiled);
    found.forEach((loss, i) => {
      expect(Math.abs(loss - (want[i] as number)), JSON.stringify(options)).toBeLessThan(1e-4);
    });
  }
});

test('an engine changes schedules and nothing else', async () => {
  const [usual, later] = await Promise.all([compile(lenet), compile(lenet, { engine: 'v8-13' })]);
  expect(later.printed('lower')).toBe(usual.printed('lower'));
  expect(later.printed('schedule')).not.toBe(usual.printed('schedule'));
  expect(later.wat()).not.toContain('relaxed');
});

test('on the command line', async () => {
  const printed = await cli(['print', 'examples/mlp.ts', '--stage', 'wat', '--engine', 'v8-13', '--fast-math']);
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toContain('f32x4.relaxed_madd');
  const unknown = await cli(['compile', 'examples/mlp.ts', '--engine', 'v8-99']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/v8-99.*is invalid.*v8-11, v8-13/);
  await expect(compile(mlp, { engine: 'spidermonkey' as never })).rejects.toThrow(/no engine 'spidermonkey'/);
});
