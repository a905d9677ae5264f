/** PyTorch's tutorial on tensors with values, beside what PyTorch 1.13 prints, and the same class compiled ahead of time. */
import { readFileSync } from 'node:fs';
import { compile, optim as compiledOptim, defineModel, nn } from 'tapeout';
import { manualSeed, randn, optim as valuesOptim } from 'tapeout/torch';
import { expect, test } from 'vitest';
import { Net, tutorial } from '../../examples/tutorial/neural-networks.ts';
import { instantiate } from '../../runtime/index.ts';

const { tutorial: expected } = JSON.parse(
  readFileSync(new URL('../goldens/torch/printed.json', import.meta.url), 'utf8'),
) as { tutorial: string[] };

test('the tutorial prints what PyTorch prints, from the same seed', () => {
  const lines: string[] = [];
  tutorial((...what) => void lines.push(what.map(String).join(' ')));
  expect(lines).toHaveLength(expected.length);
  for (const [i, line] of lines.entries()) {
    const numbers = /-?\d+\.\d{4}/g;
    const want = expected[i] as string;
    // The last printed digit may be rounded the other way.
    expect(line.replace(numbers, '#')).toBe(want.replace(numbers, '#'));
    const [a, b] = [line, want].map((text) => (text.match(numbers) ?? []).map(Number));
    for (const [j, v] of (a as number[]).entries()) expect(Math.abs(v - (b?.[j] as number))).toBeLessThan(1.5e-4);
  }
});

test('the same steps as one compiled training step give the same numbers', async () => {
  manualSeed(3);
  const net = new Net();
  const [x, y] = [randn(4, 1, 32, 32), randn(4, 10)];
  const spec = defineModel({
    model: net,
    input: { shape: ['N', 1, 32, 32] },
    target: { shape: ['N', 10] },
    loss: nn.MSELoss(),
    optimizer: compiledOptim.SGD({ lr: 0.05, momentum: 0.9 }),
    maxBatch: 4,
  });
  const { wasm, manifest, weights } = await compile(spec);
  const model = await instantiate(wasm, manifest, weights);
  const optimizer = new valuesOptim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  const criterion = new nn.MSELoss();
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    const loss = criterion(net(x), y);
    loss.backward();
    optimizer.step();
    expect(loss.item()).toBeCloseTo(model.trainStep(x.numpy() as Float32Array, y.numpy() as Float32Array), 6);
  }
  const after = model.stateDict();
  for (const [name, p] of net.namedParameters()) {
    const want = after.get(name) as unknown as { data: ArrayLike<number> } | ArrayLike<number>;
    const numbers = Array.from('data' in want ? want.data : want);
    for (const [i, v] of p.data.entries()) expect(Math.abs(v - (numbers[i] as number))).toBeLessThan(2e-6);
  }
});
