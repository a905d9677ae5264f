/** What old versions made, under today's runtime, compiler and command line: the fixtures of a version stay as they were released,
 *  and no change may break them. `fixtures/legacy/make.mjs` made them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile } from '../frontend/pipeline/compile.ts';
import { loadModelFile } from '../frontend/source/load.ts';
import {
  GpuModel,
  instantiate,
  instantiateGpu,
  instantiateThreads,
  type Manifest,
  type Model,
  readSafetensors,
  writeSafetensors,
} from '../runtime/index.ts';
import { evaluate, train } from './fixtures/legacy/feed.mjs';
import { cli, folderOf } from './support/cli.ts';
import { noGpu, openDevice } from './support/gpu.ts';
import { unless } from './support/left-out.ts';

const legacy = fileURLToPath(new URL('fixtures/legacy/', import.meta.url));
const models = ['small', 'norms', 'everywhere'] as const;
const versions = readdirSync(legacy).filter((name) => /^\d/.test(name));
const sourceOf = (name: string): string => join(legacy, 'models', `${name}.ts`);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Expected {
  readonly version: string;
  /** The steps before the checkpoint. */
  readonly before: number;
  readonly losses: readonly number[];
  /** At the checkpoint. */
  readonly evaluation: { readonly loss: number; readonly correct: number | null; readonly output: readonly number[] };
  /** The hash of all state after the last step. */
  readonly bits: string;
}

/** A fixture's files. */
function fixture(version: string, name: string) {
  const at = join(legacy, version, name);
  const file = (path: string): Buffer => readFileSync(join(at, path));
  const text = (path: string): string => file(path).toString();
  return {
    at,
    file,
    wasm: file('bundle/model.wasm'),
    manifest: JSON.parse(text('bundle/manifest.json')) as Manifest,
    weights: file('bundle/weights.safetensors'),
    checkpoint: file('checkpoint.safetensors'),
    expected: JSON.parse(text('expected.json')) as Expected,
  };
}

/** Trains as the old version did, from the start and from its checkpoint: the bits must be the same. */
async function sameBits(load: () => Promise<Model>, { expected, checkpoint }: ReturnType<typeof fixture>) {
  const { before, losses, evaluation, bits } = expected;
  const model = await load();
  expect(await train(model, 0, before)).toEqual(losses.slice(0, before));
  expect(model.toSafetensors({ state: true })).toEqual(new Uint8Array(checkpoint));
  expect(await evaluate(model)).toEqual(evaluation);
  expect(await train(model, before, losses.length)).toEqual(losses.slice(before));
  expect(sha256(model.toSafetensors({ state: true }))).toBe(bits);
  model.dispose();
  const resumed = await load();
  resumed.loadStateDict(checkpoint);
  expect(await evaluate(resumed)).toEqual(evaluation);
  expect(await train(resumed, before, losses.length)).toEqual(losses.slice(before));
  expect(sha256(resumed.toSafetensors({ state: true }))).toBe(bits);
  resumed.dispose();
}

test('this version, or one before it, is kept', () => {
  expect(versions).toContain('0.1.0');
  for (const version of versions)
    for (const name of models) expect(fixture(version, name).expected.version, name).toBe(version);
});

describe.each(versions)('%s', (version) => {
  describe.each(models)('%s', (name) => {
    const { at, wasm, manifest, weights, checkpoint, expected, file } = fixture(version, name);

    test("runs with this runtime, and gives its own version's bits", () =>
      sameBits(() => instantiate(wasm, manifest, weights), fixture(version, name)));

    test('runs with the runtime that it came with', async () => {
      const { load } = await import(pathToFileURL(join(at, 'bundle/index.js')).href);
      await sameBits(() => load({ backend: 'wasm', threads: 1 }), fixture(version, name));
    });

    if (manifest.threads)
      test('runs on threads', () =>
        sameBits(
          () =>
            instantiateThreads({ wasm, threadedWasm: file('bundle/model.threads.wasm') }, manifest, weights, {
              threads: 2,
              cores: 2,
            }),
          fixture(version, name),
        ));

    const onGpu = test.skipIf(noGpu);
    if (manifest.webgpu)
      onGpu(unless(noGpu, 'runs on WebGPU'), { timeout: 120_000 }, async () => {
        const wgsl = file('bundle/model.wgsl').toString();
        const model = await instantiateGpu(await openDevice(), wgsl, manifest, weights);
        expect(model).toBeInstanceOf(GpuModel);
        // Another device may add in another order.
        expectClose(await train(model, 0, expected.before), expected.losses.slice(0, expected.before), 1e-4);
        expectClose((await evaluate(model)).output, expected.evaluation.output, 1e-3);
        model.loadStateDict(checkpoint);
        expectClose(
          await train(model, expected.before, expected.losses.length),
          expected.losses.slice(expected.before),
          1e-4,
        );
        model.dispose();
      });

    test("this compiler's bundle of the same source goes on from its checkpoint", async () => {
      const now = await compile(await loadModelFile(sourceOf(name)));
      const model = await instantiate(now.wasm, now.manifest, now.weights);
      model.loadStateDict(checkpoint);
      // A later compiler may add in another order.
      expectClose((await evaluate(model)).output, expected.evaluation.output, 1e-5);
      expectClose(
        await train(model, expected.before, expected.losses.length),
        expected.losses.slice(expected.before),
        1e-4,
      );
      expect([...readSafetensors(model.toSafetensors({ state: true })).keys()].sort()).toEqual(
        [...readSafetensors(checkpoint).keys()].sort(),
      );
      model.dispose();
    });

    test('its manifest says its version, and a newer one is refused with what to do', async () => {
      expect(manifest.tapeout).toBe(2);
      await expect(instantiate(wasm, { ...manifest, tapeout: 3 } as never, weights)).rejects.toThrow(
        'the manifest is of a newer Tapeout: it has version 3, and this runtime reads version 2. Update this one (npm install ' +
          "tapeout@latest), load the model by its bundle's own index.js, or compile the model again with the Tapeout that this " +
          'runtime comes from.',
      );
    });
  });

  describe('tapeout train', () => {
    const at = join(legacy, version, 'digits');
    const checkpoint = readFileSync(join(at, 'checkpoint.safetensors'));
    const expected = JSON.parse(readFileSync(join(at, 'expected.json'), 'utf8'));
    const resumed = (file: string, out: string) =>
      cli(['train', sourceOf('digits'), '--epochs', '2', '--batch-size', '50', '--resume', file, '--out', out]);

    test('goes on from its checkpoint', async () => {
      const out = folderOf();
      const { code, stdout, stderr } = await resumed(join(at, 'checkpoint.safetensors'), out);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('resuming after step 160, in epoch 2');
      const [, loss, accuracy] = /epoch 2\/2 {2}loss (\S+) {2}test accuracy (\S+)%/.exec(stdout) ?? [];
      expectClose(
        [Number(loss), Number(accuracy)],
        [expected.epochs[1].loss, expected.epochs[1].accuracy].map(Number),
        5e-3,
      );
    });

    test('refuses a checkpoint of a newer version with what to do', async () => {
      const text = readMetadata(checkpoint);
      const newer = JSON.stringify({ ...JSON.parse(text), version: 2 });
      const out = folderOf({ 'newer.safetensors': writeSafetensors(readSafetensors(checkpoint), { [key]: newer }) });
      const { code, stderr } = await resumed(join(out, 'newer.safetensors'), out);
      expect(code).toBe(1);
      expect(stderr).toContain(
        'is a checkpoint of a newer Tapeout: its record of the training has version 2, and this Tapeout reads version 1',
      );
      expect(stderr).toContain('npm install tapeout@latest');
      expect(existsSync(join(out, 'trained.safetensors'))).toBe(false);
    });
  });
});

const key = 'tapeout.checkpoint';
function readMetadata(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))).__metadata__[key];
}

function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of got.entries())
    expect(Math.abs(value - wanted[i]!), `${i}: ${value} and ${wanted[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(wanted[i]!)),
    );
}
