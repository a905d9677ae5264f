/** What `tapeout train` makes of data of any shape, and what it leaves in a run's folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type StoredTensor, writeSafetensors } from '../../runtime/index.ts';
import { cli, folderOf } from '../support/cli.ts';
import { uniform } from '../support/generate.ts';
import { data, net } from '../support/quarters.ts';

const lines = (cwd: string, out = 'out') =>
  readFileSync(join(cwd, out, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const train = (cwd: string, ...more: string[]) =>
  cli(['train', 'net.ts', '--data', 'data', '-o', 'out', ...more], { cwd });

/** A model with these layers, forward, inputs and loss. */
const model = (body: string, options: string): string => `
import { cat, defineModel, nn, optim, relu, type Tensor } from 'tapeout';
class Net extends nn.Module {
${body}
}
export default defineModel({ model: Net, ${options}, optimizer: optim.Adam({ lr: 0.05 }), maxBatch: 16 });
`;
const f32 = (shape: number[], of: (i: number) => number): StoredTensor => ({
  ...{ dtype: 'F32', shape },
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => of(i)),
});
/** The same tensors for training and for the test. */
const tensors = (of: Record<string, StoredTensor>) => {
  const bytes = writeSafetensors(Object.entries(of));
  return { 'data/train.safetensors': bytes, 'data/test.safetensors': bytes };
};

describe('tensors', () => {
  test('several inputs and targets of several values', async () => {
    const random = uniform(1);
    const [a, b] = [f32([50, 3], () => random()), f32([50, 2, 2], () => random())];
    const y = f32([50, 2], (i) => (a.data[3 * (i >> 1)] as number) + (i % 2) * (b.data[4 * (i >> 1)] as number));
    const cwd = folderOf({
      'net.ts': model(
        `  fc = nn.Linear(7, 2);
  forward(a: Tensor, b: Tensor): Tensor { return this.fc(cat([a, b.flatten(1)], 1)); }`,
        `input: { a: { shape: ['N', 3] }, b: { shape: ['N', 2, 2] } }, target: { y: { shape: ['N', 2] } }, loss: nn.MSELoss()`,
      ),
      ...tensors({ y, b, a }),
    });
    const { code, stdout, stderr } = await train(cwd, '--epochs', '30');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^epoch 30\/30 {2}loss 0\.\d{4} {2}test loss 0\.\d{4} {2}mae 0\.\d{4} /m);
    const epochs = lines(cwd).filter(({ event }) => event === 'epoch');
    expect(Object.keys(epochs.at(-1).validation)).toEqual(['loss', 'mae', 'rmse', 'r2']);
    expect(epochs.at(-1).validation.r2).toBeGreaterThan(0.95);
    expect(epochs.at(-1).validation.rmse ** 2).toBeCloseTo(epochs.at(-1).validation.loss, 6);
    const drawn = readFileSync(join(cwd, 'out/predictions.svg'), 'utf8');
    expect(drawn.match(/<circle/g)).toHaveLength(100);
    expect(readdirSync(join(cwd, 'out'))).not.toContain('confusion.svg');
  });

  test('two classes of one output, by a binary cross entropy', async () => {
    const random = uniform(2);
    const x = f32([40, 2], () => random() * 2 - 1);
    const y = f32([40, 1], (i) => ((x.data[2 * i] as number) > 0 ? 1 : 0));
    const cwd = folderOf({
      'net.ts': model(
        '  fc = nn.Linear(2, 1);\n  forward(x: Tensor): Tensor { return this.fc(x); }',
        `input: { shape: ['N', 2] }, target: { shape: ['N', 1] }, loss: nn.BCEWithLogitsLoss()`,
      ),
      ...tensors({ x, y }),
    });
    const { code, stdout } = await train(cwd, '--epochs', '40');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^epoch 40\/40 {2}loss 0\.\d{4} {2}test accuracy (9\d|100)\.\d\d%/m);
    const { metrics } = lines(cwd).at(-1);
    expect(metrics.confusionMatrix.flat().reduce((a: number, b: number) => a + b)).toBe(40);
    expect(readFileSync(join(cwd, 'out/confusion.svg'), 'utf8')).toContain('40 right');
  });

  test('labels of any number of classes, and indices as inputs', async () => {
    const x: StoredTensor = {
      dtype: 'I64',
      shape: [60, 4],
      data: BigInt64Array.from({ length: 240 }, (_, i) => BigInt((i * 7) % 9)),
    };
    const y: StoredTensor = { dtype: 'U8', shape: [60], data: Uint8Array.from({ length: 60 }, (_, i) => (i * 28) % 9) };
    const source = model(
      '  rows = nn.Embedding(9, 8);\n  fc = nn.Linear(32, 9);\n  forward(x: Tensor): Tensor { return this.fc(this.rows(x).flatten(1)); }',
      `input: { shape: ['N', 4], dtype: 'i32' }, target: { shape: ['N'], dtype: 'i32' }, loss: nn.CrossEntropyLoss()`,
    );
    const cwd = folderOf({ 'net.ts': source, ...tensors({ x, y }) });
    const { code, stdout, stderr } = await train(cwd, '--epochs', '20');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/epoch 20\/20 .* test accuracy 100\.00%/);
    expect(Object.keys(lines(cwd).at(-2).validation)).toEqual(['loss', 'accuracy', 'top5', 'f1']);
  });

  const x = f32([4, 2], (i) => i);
  const y = f32([4, 1], (i) => i);
  const one = model(
    '  fc = nn.Linear(2, 1);\n  forward(x: Tensor): Tensor { return this.fc(x); }',
    `input: { shape: ['N', 2] }, target: { shape: ['N', 1] }, loss: nn.MSELoss()`,
  );
  test.each<[string, Record<string, StoredTensor>, RegExp]>([
    ['lack an input', { y }, /train\.safetensors has no tensor 'x', an input or target of the model; it has y\./],
    [
      'have another shape',
      { x: f32([4, 3], (i) => i), y },
      /'x' has the shape \[4,3\], but the model takes f32\[N,2\]: samples of \[2\]/,
    ],
    [
      'differ in number',
      { x, y: f32([3, 1], (i) => i) },
      /'x' has 4 samples, but 'y' has 3\. They do not belong together/,
    ],
    ['are empty', { x: f32([0, 2], () => 0), y: f32([0, 1], () => 0) }, /the data set is empty/],
    ['hold NaN', { x: f32([4, 2], () => Number.NaN), y }, /element 0 of 'x' is NaN, which would break the training/],
  ])('that %s are refused', async (_, given, message) => {
    const { code, stderr } = await train(folderOf({ 'net.ts': one, ...tensors(given) }));
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test('that are damaged, or without a test set, are refused', async () => {
    const good = tensors({ x, y });
    const cut = { ...good, 'data/train.safetensors': good['data/train.safetensors'].subarray(0, 60) };
    expect((await train(folderOf({ 'net.ts': one, ...cut }))).stderr).toMatch(/^error: \S*train\.safetensors/);
    const alone = { 'data/train.safetensors': good['data/train.safetensors'] };
    expect((await train(folderOf({ 'net.ts': one, ...alone }))).stderr).toMatch(
      /test\.safetensors.*A folder of tensors has train\.safetensors and test\.safetensors\./,
    );
  });
});

describe('the log', () => {
  test('has the settings, the steps, the epochs and the end', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    expect((await train(cwd, '--epochs', '2')).code).toBe(0);
    const log = lines(cwd);
    expect(log[0]).toMatchObject({ event: 'start', step: 0 });
    expect(log[0].settings).toEqual({
      ...{ model: 'Net', data: 'data, train', samples: 42, batchSize: 4, epochs: 2, seed: '0', lr: 0.1 },
      ...{ parameters: 7850, backend: 'wasm' },
    });
    expect(log.filter(({ event }) => event === 'steps').map(({ step }) => step)).toEqual(
      Array.from({ length: 22 }, (_, i) => i + 1),
    );
    const epochs = log.filter(({ event }) => event === 'epoch');
    expect(epochs).toMatchObject([
      { epoch: 1, step: 11, samples: 42, lr: Math.fround(0.1) },
      { epoch: 2, step: 22, samples: 42, validation: { accuracy: 1 } },
    ]);
    // The mean of an epoch's steps is its loss: the last has 2 samples, the others 4.
    const mean = log.slice(1, 12).reduce((sum, { loss }, i) => sum + loss * (i < 10 ? 4 : 2), 0) / 42;
    expect(mean).toBeCloseTo(epochs[0].loss, 12);
    expect(log.at(-1)).toMatchObject({ event: 'end', step: 22, end: 'done', metrics: { accuracy: 1 } });
  });

  test('of a resumed run continues, without what came after the checkpoint', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    expect((await train(cwd, '--epochs', '1')).code).toBe(0);
    expect((await train(cwd, '--epochs', '2', '--resume')).code).toBe(0);
    const resumed = lines(cwd);
    expect(resumed.map(({ event }) => event).join(' ')).toBe(
      `start ${'steps '.repeat(11)}epoch start ${'steps '.repeat(11)}epoch end`,
    );
    expect((await train(cwd, '--epochs', '2')).code).toBe(0);
    const losses = (log: { event: string; loss: number }[]) =>
      log.filter(({ event }) => event !== 'start').map(({ loss }) => loss);
    expect(losses(resumed)).toEqual(losses(lines(cwd)));
  });

  test('is compared with that of an earlier run', async () => {
    const cwd = folderOf({ 'net.ts': net(), ...data });
    const run = (...flags: string[]) => cli(['train', 'net.ts', '--data', 'data', ...flags], { cwd });
    expect((await run('-o', 'a', '--epochs', '1')).code).toBe(0);
    const { code, stdout } = await run('-o', 'b', '--epochs', '3', '--lr', '0.2', '--compare', 'a');
    expect(code).toBe(0);
    const table = stdout.slice(stdout.indexOf('\n\n', stdout.indexOf('trained in')), stdout.indexOf('wrote to')).trim();
    expect(
      table
        .split('\n')
        .slice(0, 6)
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['a', 'b', 'change'],
      ['epochs', '1', '3'],
      ['lr', '0.1', '0.2'],
      ['epochs done', '1', '3', '+2'],
      ['steps', '11', '33', '+22'],
      [
        'training loss',
        expect.stringMatching(/^\d\.\d{4}$/),
        expect.stringMatching(/^\d\.\d{4}$/),
        expect.stringMatching(/^-\d\.\d{4}$/),
      ],
    ]);
    const missing = await run('--compare', 'nowhere');
    expect(missing.stderr).toMatch(
      /^error: nowhere\/log\.jsonl.*Name the output folder of an earlier tapeout train with --compare\.\n$/,
    );
    expect(missing.code).toBe(1);
  });
});
