/** LeNet learns real digits: 8,000 to train on, 2,000 to test on, as PyTorch was given them for `accuracy.json`. */
import { expect, test } from 'vitest';
import lenet from '../../examples/lenet.ts';
import { loadDigits } from '../../frontend/data/digits.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { train } from '../../frontend/training.ts';
import { instantiate } from '../../runtime/index.ts';

// PyTorch reaches 0.970 ± 0.004 over its seeds. The bits of each run are fixed, so this does not depend on luck.
test('ten epochs at lr 0.01, momentum 0.9 and batches of 64 reach 96 %, in the mean of three seeds', async () => {
  const digits = loadDigits(new URL('../..', import.meta.url).pathname);
  const reached: number[] = [];
  for (const seed of [1, 2, 3]) {
    const { wasm, manifest, weights } = await compile({ ...lenet, seed });
    const model = await instantiate(wasm, manifest, new Map(weights));
    const { epochs, end } = await train(model, digits, { epochs: 10, batchSize: 64, seed });
    expect(end).toBe('done');
    reached.push(epochs.at(-1)?.accuracy ?? 0);
    model.dispose();
  }
  const mean = reached.reduce((a, b) => a + b) / reached.length;
  expect(mean, `reached ${reached.join(', ')}`).toBeGreaterThanOrEqual(0.96);
}, 300_000);
