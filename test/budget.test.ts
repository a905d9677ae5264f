/** A memory budget: what is recomputed and frozen to fit it, and the error where nothing fits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import { compile, defineModel, nn, optim } from '../frontend/index.ts';
import { instantiate } from '../runtime/index.ts';
import { cli } from './support/cli.ts';

const spec = defineModel({
  name: 'Deep',
  model: () =>
    nn.Sequential(
      nn.Linear(8, 64),
      nn.Tanh(),
      nn.Linear(64, 64),
      nn.Tanh(),
      nn.Linear(64, 64),
      nn.Tanh(),
      nn.Linear(64, 4),
    ),
  ...{ input: { shape: ['N', 8] }, target: { shape: ['N', 4] }, loss: nn.MSELoss(), maxBatch: 256 },
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
});

describe('a memory budget', () => {
  test('that suffices changes nothing', async () => {
    const [usual, within] = await Promise.all([compile(spec), compile(spec, { memory: 10_000_000 })]);
    expect(usual.budget).toBe(null);
    expect(within.budget?.tried).toEqual([
      {
        trained: usual.recording.parameters.map((p) => p.param.name),
        rematerialize: false,
        arenaBytes: usual.program.arenaBytes,
      },
    ]);
    expect(Buffer.compare(within.wasm, usual.wasm)).toBe(0);
  });

  test('that is too small freezes the layers farthest from the loss', async () => {
    const usual = await compile(spec);
    const memory = Math.floor(0.8 * usual.program.arenaBytes);
    const within = await compile(spec, { memory, verify: true });
    expect(within.program.arenaBytes).toBeLessThanOrEqual(memory);
    const { tried } = within.budget!;
    // Each choice needs no more than the one before, and only the last one fits.
    expect(tried.slice(0, -1).every((c) => c.arenaBytes > memory)).toBe(true);
    expect(tried.at(-1)!.arenaBytes).toBe(within.program.arenaBytes);
    const frozen = within.recording.parameters.filter((p) => !p.trains).map((p) => p.param.name);
    expect(frozen.slice(0, 2)).toEqual(['0.weight', '0.bias']);
    expect(frozen).not.toContain('6.weight');
    const model = await instantiate(within.wasm, within.manifest, within.weights);
    const before = new Map([...model.stateDict()].map(([name, v]) => [name, [...v]]));
    model.trainStep(
      Float32Array.from({ length: 8 * 8 }, (_, i) => Math.sin(i)),
      new Float32Array(8 * 4),
    );
    for (const [name, v] of model.stateDict())
      expect(`${name} ${[...v].some((x, i) => x !== before.get(name)![i])}`).toBe(`${name} ${!frozen.includes(name)}`);
  });

  test('prefers recomputing to freezing', async () => {
    const { budget, rematerialized, recording } = await compile(convnet, { memory: 10_000_000, rematerialize: false });
    expect(budget?.tried.map((c) => c.rematerialize)).toEqual([false, true]);
    expect(rematerialized.length).toBeGreaterThan(0);
    expect(recording.parameters.every((p) => p.trains)).toBe(true);
  });

  test('that nothing fits is an error that says what would fit', async () => {
    const error = await compile(spec, { memory: 120_000 }).catch((e) => e);
    expect(error.message).toMatch(
      /needs [\d,]+ bytes, even if it trains 6.weight, 6.bias alone, and 120,000 are allowed/,
    );
    expect(error.help).toMatch(/with maxBatch \d+ it would take [\d,]+ bytes; the batch was 256/);
    const none = await compile(spec, { memory: 1000 }).catch((e) => e);
    expect(none.help).toMatch(/no batch makes it fit/);
    await expect(compile(spec, { memory: 0 })).rejects.toThrow(/memory must be/);
  });

  test('is a flag of the command line', async () => {
    const out = mkdtempSync(join(tmpdir(), 'budget-'));
    const { code, stdout } = await cli(['compile', 'examples/mlp.ts', '--no-check', '--memory', '800kB', '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/trained parameters +computed twice +arena bytes +of 800,000/);
    expect(stdout).toMatch(/2 of 4, from 3.weight on +yes +[\d,]+ +\d+%\nfrozen: 1.weight, 1.bias/);
    const bad = await cli(['compile', 'examples/mlp.ts', '--memory', 'much']);
    expect(bad.stderr).toMatch(/It must be a size such as 4MB/);
    rmSync(out, { recursive: true });
  });
});
