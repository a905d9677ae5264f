/** Batch norms in training need more than one value per channel: which step reports it if it depends on the batch. */
import { describe, expect, test } from 'vitest';
import { bundleOf } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import { parseText } from '../ir/text/parse.ts';
import { printProgram } from '../ir/text/print-program.ts';
import { instantiate } from '../runtime/index.ts';

const specOf = (layers: () => nn.Module, shape: readonly (number | 'N')[], more = {}) =>
  defineModel({
    model: layers,
    name: 'net',
    input: { shape },
    target: { shape: [shape[0]!, 3] },
    loss: nn.MSELoss(),
    optimizer: optim.SGD({ lr: 0.1 }),
    maxBatch: 8,
    ...more,
  });
const ofRows = () => nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 3));
const ofPixels = () => nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3));

describe('of rows', () => {
  test('a training step needs at least two samples, evaluation one', async () => {
    const c = await compile(specOf(ofRows, ['N', 4]), { target: 'all', verify: true });
    expect(Object.fromEntries(c.manifest.entries.map((e) => [e.name, e.leastBatch]))).toEqual({
      ...{ forward: undefined, evaluate: undefined },
      train_step: 2,
    });
    expect(c.manifest.webgpu!.entries.find((e) => e.name === 'train_step')!.leastBatch).toBe(2);
    const model = await instantiate(c.wasm, c.manifest, c.weights, { warmUp: 5 });
    expect(() => model.trainStep(new Float32Array(4), new Float32Array(3))).toThrow(
      'trainStep takes at least 2 samples, and was given 1',
    );
    expect(() => model.trainStep(1)).toThrow('takes at least 2 samples');
    expect(model.trainStep(2)).toBeTypeOf('number');
    expect(model.forward(new Float32Array(4))).toHaveLength(3);
    const types = String((await bundleOf(c)).get('index.d.ts'));
    expect(types).toContain('N: 2 to 8');
    expect(types).toContain('N: 1 to 8');
  });

  test('the text has the least batch and is read back', async () => {
    const { program, printedWith } = await compile(specOf(ofRows, ['N', 4]));
    const text = printProgram(program, { kernels: true });
    expect(text).toContain('entry @train_step (N >= 2) {');
    expect(text).toContain('entry @forward {');
    const read = parseText(text, 'text');
    expect('program' in read && printProgram(read.program as typeof program, { kernels: true })).toBe(text);
    expect(printedWith).toBeDefined();
  });

  test('a largest batch of one cannot train', async () => {
    await expect(compile(specOf(ofRows, ['N', 4], { maxBatch: 1 }))).rejects.toThrow(
      '@train_step takes batches of at least 2 samples, and maxBatch is 1',
    );
  });

  test('a fixed batch of one is refused when it is recorded', async () => {
    await expect(compile(specOf(ofRows, [1, 4]))).rejects.toThrow(
      'batchNorm: expected more than 1 value per channel when training, got input size [1,5]',
    );
    await expect(compile(specOf(ofRows, [2, 4]))).resolves.toBeDefined();
  });

  test('without running statistics evaluation needs two as well', async () => {
    const untracked = () => nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, { trackRunningStats: false }));
    const { manifest } = await compile(specOf(untracked, ['N', 4]), { entries: ['forward'] });
    expect(manifest.entries[0]!.leastBatch).toBe(2);
  });
});

test('any batch of images is accepted', async () => {
  const { manifest } = await compile(specOf(ofPixels, ['N', 1, 4, 4]));
  expect(manifest.entries.every((e) => e.leastBatch === undefined)).toBe(true);
  class Mean extends nn.Module {
    norm = nn.BatchNorm1d(3);
    forward(x: Tensor): Tensor {
      return this.norm(x.mean([2]));
    }
  }
  const pooled = await compile(specOf(() => new Mean(), ['N', 3, 4]));
  expect(pooled.manifest.entries.find((e) => e.name === 'train_step')!.leastBatch).toBe(2);
});
