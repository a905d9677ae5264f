/** What a host passes and reads is bound as the model declares it: by its name, whatever else has that name, and by its place,
 *  whatever comes of it. */
import { describe, expect, test } from 'vitest';
import { compile } from '../frontend/compile.ts';
import type { EntryName } from '../frontend/entries.ts';
import { defineModel, type ModelOptions, nn, optim, type Tensor } from '../frontend/index.ts';
import { instantiate, type Model } from '../runtime/index.ts';

const two = { shape: ['N', 2] as const };
const every: readonly EntryName[] = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'];

class Scale extends nn.Module {
  w = new nn.Parameter([2], [1, 2]);
  forward(x: Tensor): Tensor {
    return x.mul(this.w);
  }
}

const usual = {
  model: Scale,
  input: two,
  target: two,
  loss: nn.MSELoss(),
  optimizer: optim.SGD({ lr: 0.1 }),
  maxBatch: 4,
};

async function loaded(options: Partial<ModelOptions>, entries: readonly EntryName[] = every): Promise<Model> {
  const { wasm, manifest, weights } = await compile(defineModel({ ...usual, ...options }), { entries, verify: true });
  return instantiate(wasm as Uint8Array<ArrayBuffer>, manifest, weights);
}
const f = (...values: number[]) => Float32Array.from(values);

describe('names', () => {
  const names = [
    'loss',
    'output',
    'correct',
    'lr',
    'step',
    'v',
    'v.1',
    'w.grad',
    'w.momentum_buffer',
    'lr.1',
    'N',
    'x',
  ];
  const identifiers = names.filter((n) => !n.includes('.'));

  test.each(identifiers)("an input called '%s'", async (name) => {
    const model = await loaded({ input: { [name]: two } });
    expect([...model.forward(f(1, 1))]).toEqual([1, 2]);
    expect([...model.forward({ [name]: f(1, 1) })]).toEqual([1, 2]);
    expect(model.evaluate(f(1, 1), f(0, 0))).toMatchObject({ loss: 2.5, output: f(1, 2) });
    expect(model.backward(f(1, 1), f(0, 0))).toBe(2.5);
    model.vjp(f(1, 1), f(1, 1));
    expect([...model.gradients.w!]).toEqual([2, 3]);
    model.zeroGrad();
    expect(model.trainStep(f(1, 1), f(0, 0))).toBe(2.5);
    expect([...model.parameter('w')]).toEqual([...f(0.9, 1.8)]);
    model.input(name, 1).set([2, 2]);
    expect([...model.forward(1)]).toEqual([...f(1.8, 3.6)]);
    expect(model.lr).toBe(Math.fround(0.1));
  });
});
