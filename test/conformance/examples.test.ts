/** The nets of examples/nets train as PyTorch's do: 200 steps from the same initial bits on the same batches, and the loss of
 *  held-out samples in evaluation afterwards. Resumed in the middle, they reach the same bits.
 *
 *  A curve also holds how far PyTorch's own trainings of the net differ from it (beside.py). Most nets keep to 1e-6. Where they do not,
 *  rounding has moved a relu, or the window of a pool, across its corner, and batch norm lets the difference grow; so the tolerance
 *  grows as PyTorch's own differences do, and some steps sooner, as no two of its trainings meet the corner in the same step. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Batch, tasks } from '../../examples/nets/data.mjs';
import type { ModelSpec } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { instantiate, type Model, readSafetensors } from '../../runtime/index.ts';
import { build, root } from '../support/build.ts';

interface Curve {
  readonly parameters: number;
  /** Hashes of the initial values, and of some batches. */
  readonly initial: string;
  readonly data: string;
  readonly losses: readonly number[];
  readonly error: readonly number[];
  readonly held: number;
  readonly heldError: number;
}
const [half, held, sooner] = [100, 64, 10];
/** They take a few seconds each, and many times as long on a busy machine. */
const slow = { timeout: 240_000 };
/** The goldens' tolerance, but for the factor of PyTorch's error, which there is against float64 alone. */
const tolerance = (want: number, error: number): number => 1e-6 * Math.max(1, want) + 4 * error + 1e-5 * want;

const example = (name: string, suffix: string) => new URL(`../../examples/nets/${name}${suffix}`, import.meta.url);
const hashOf = (tensors: Iterable<ArrayBufferView>): string => {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of tensors) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex').slice(0, 16);
};
const stateOf = (net: Model): string => hashOf(net.stateDict({ state: true }).values());
const pretrained = readSafetensors(readFileSync(example('pretrained', '.safetensors')));

const steps = (net: Model, given: readonly Batch[]): number[] => given.map((tensors) => net.trainStep(...tensors));

/** From a checkpoint, a new instance of a net reaches the same losses and state. */
async function expectToResume(
  made: () => Promise<Model>,
  checkpoint: Uint8Array,
  { given, losses, state }: { given: readonly Batch[]; losses: readonly number[]; state: string },
): Promise<void> {
  const resumed = await made();
  resumed.loadStateDict(readSafetensors(checkpoint));
  expect(steps(resumed, given)).toEqual(losses);
  expect(stateOf(resumed)).toBe(state);
}

describe('the nets of examples/nets train as in PyTorch, and resume with the same bits', slow, () => {
  test.each(Object.keys(tasks))('%s', async (name) => {
    const exported = (await import(example(name, '.ts').href)) as { default: ModelSpec; beside?: ModelSpec };
    const spec = exported.beside ?? exported.default;
    const curve = JSON.parse(readFileSync(example(`curves/${name}`, '.json'), 'utf8')) as Curve;
    const { size, batch, held: heldOut, startsFrom } = tasks[name]!;
    const { wasm, manifest, weights } = await compile(spec, { entries: ['train_step', 'evaluate'] });
    const made = () => instantiate(wasm, manifest, weights);
    const batches = curve.losses.map((_, k) => batch(k, size));

    const net = await made();
    if (startsFrom) net.loadStateDict(pretrained, { strict: false });
    const parameters = Object.values(net.parameters);
    expect(parameters.reduce((n, p) => n + p.length, 0)).toBe(curve.parameters);
    expect(hashOf(parameters), 'initial values').toBe(curve.initial);
    expect(hashOf([...batches[0]!, ...batches.at(-1)!, ...heldOut(held)]), 'data').toBe(curve.data);
    const first = steps(net, batches.slice(0, half));
    const checkpoint = net.toSafetensors({ state: true });
    const second = steps(net, batches.slice(half));
    for (const [k, loss] of [...first, ...second].entries()) {
      const want = curve.losses[k]!;
      const error = curve.error[Math.min(k + sooner, curve.error.length - 1)]!;
      expect(Math.abs(loss - want), `step ${k}: ${loss}, ${want} by PyTorch`).toBeLessThan(tolerance(want, error));
    }
    const state = stateOf(net);
    net.resetState(); // of those nets that carry some from step to step
    const { loss } = net.evaluate(...heldOut(held));
    expect(Math.abs(loss - curve.held), `held out: ${loss}, ${curve.held} by PyTorch`).toBeLessThan(
      tolerance(curve.held, Math.max(curve.heldError, curve.error.at(-1)!)),
    );

    await expectToResume(made, checkpoint, { given: batches.slice(half), losses: second, state });

    // By itself, such a net draws the noise or the masks that it takes as inputs beside PyTorch.
    if (!exported.beside) return;
    const namesOf = ({ inputs, targets }: ModelSpec) => [...inputs, ...targets].map(([n]) => n);
    const [all, own] = [namesOf(spec), namesOf(exported.default)];
    const given = batches.slice(0, 20).map((b) => b.filter((_, i) => own.includes(all[i]!)) as unknown as Batch);
    const drawing = await compile(exported.default, { entries: ['train_step'] });
    const again = () => instantiate(drawing.wasm, drawing.manifest, drawing.weights);
    const alone = await again();
    steps(alone, given.slice(0, 10));
    const between = alone.toSafetensors({ state: true });
    const losses = steps(alone, given.slice(10));
    await expectToResume(again, between, { given: given.slice(10), losses, state: stateOf(alone) });
  });
});

describe('npm run nets', slow, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapeout-nets-'));
  beforeAll(build, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  // The two that load what they learnt into another net to sample from it.
  test.each([
    ['charlstm', 'You may ', 'sample.txt'],
    ['vae', 'held out', 'samples.svg'],
  ])('%s trains, prints and writes', (name, said, wrote) => {
    const args = [join(root, 'examples/nets/train.mjs'), name, '--steps', '5', '-o', folder];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain(said);
    expect(readdirSync(join(folder, name))).toEqual(expect.arrayContaining(['model.wasm', 'loss.svg', wrote]));
  });

  test('an unknown net is an error', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'examples/nets/train.mjs'), 'lenet5'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('one of resnet, mobilenet,');
  });
});
