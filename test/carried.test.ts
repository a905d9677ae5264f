/** State with the batch in its shape, carried from call to call: on every backend, in state dicts, and where the batch
 *  changes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataset } from '../frontend/data/dataset.ts';
import { bundleOf } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { train } from '../frontend/training.ts';
import { instantiate, instantiateGpu, instantiateThreads, readSafetensors } from '../runtime/index.ts';
import { uniform } from './support/generate.ts';
import { noGpu, openDevice } from './support/gpu.ts';

const [steps, width] = [3, 4];

class Net extends nn.Module {
  lstm = nn.LSTM(2, width, { batchFirst: true });
  out = nn.Linear(width, 2);
  h = nn.Buffer([1, 'N', width], { eval: true });
  c = nn.Buffer([1, 'N', width], { eval: true });
  calls = nn.Buffer([], { eval: true, dtype: 'i32' });

  forward(x: Tensor): Tensor {
    const [y, [h, c]] = this.lstm(x, [this.h, this.c]);
    this.h.copy_(h);
    this.c.copy_(c);
    this.calls.add_(1);
    return this.out(y);
  }
}
const spec = defineModel({
  model: Net,
  input: { shape: ['N', steps, 2] },
  target: { shape: ['N', steps, 2] },
  loss: nn.MSELoss(),
  optimizer: optim.SGD({ lr: 0.1 }),
  maxBatch: 8,
});
/** The same with its state as inputs and outputs. */
class Apart extends nn.Module {
  lstm = nn.LSTM(2, width, { batchFirst: true });
  out = nn.Linear(width, 2);
  forward(x: Tensor, h0: Tensor, c0: Tensor) {
    const [y, [h, c]] = this.lstm(x, [h0, c0]);
    return { y: this.out(y), h, c };
  }
}
const state = { shape: [1, 'N', width] } as const;
const apart = defineModel({
  model: Apart,
  input: { x: { shape: ['N', steps, 2] }, h: state, c: state },
  maxBatch: 8,
});

const random = uniform(1);
const rows = (n: number): Float32Array => Float32Array.from({ length: n * steps * 2 }, () => random() * 2 - 1);

let compiled: Compiled;
let device: GPUDevice | undefined;
beforeAll(async () => {
  compiled = await compile(spec, { target: 'all', threads: 2, verify: true });
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

const made = {
  WebAssembly: () => instantiate(compiled.wasm, compiled.manifest, compiled.weights),
  threads: () =>
    instantiateThreads(
      { wasm: compiled.wasm, threadedWasm: compiled.threadedWasm! },
      compiled.manifest,
      compiled.weights,
      { threads: 2, cores: 2 },
    ),
  WebGPU: () => instantiateGpu(device!, compiled.wgsl!, compiled.manifest, compiled.weights),
};
const backends = (Object.keys(made) as (keyof typeof made)[]).filter((name) => name !== 'WebGPU' || !noGpu);

describe.each(backends)('on %s', (backend) => {
  test('each call continues from where the previous one ended', async () => {
    const model = await made[backend]();
    const { wasm, manifest, weights } = await compile(apart);
    const other = await instantiate(wasm, manifest, weights);
    let [h, c] = [new Float32Array(5 * width), new Float32Array(5 * width)];
    for (let k = 0; k < 3; k++) {
      const x = rows(5);
      const want = other.forward<{ y: Float32Array; h: Float32Array; c: Float32Array }>(x, h, c);
      const got = await model.forward(x);
      for (const [i, y] of want.y.entries()) expect(got[i]).toBeCloseTo(y, 5);
      [h, c] = [want.h.slice(), want.c.slice()];
    }
    const saved = await model.stateDict({ state: true });
    expect(saved.get('calls')).toEqual(Int32Array.of(3));
    expect(saved.get('h')!.length).toBe(5 * width);
    model.dispose();
  });

  test('a call with another batch throws and changes nothing until the state is reset', async () => {
    const model = await made[backend]();
    const x = rows(2);
    const first = (await model.forward(x)).slice();
    const other = async () => await model.trainStep(rows(3), rows(3));
    await expect(other()).rejects.toThrow(
      "'h' is carried from call to call, and holds the state of 2 samples, but trainStep was given 3. Call model.resetState() to begin with zeros, or pass 2.",
    );
    const second = (await model.forward(x)).slice();
    expect(second).not.toEqual(first);
    model.resetState();
    expect((await model.forward(rows(3))).length).toBe(3 * steps * 2);
    model.resetState();
    expect((await model.forward(x)).slice()).toEqual(first);
    model.dispose();
  });

  test('a state dict with state holds it for each sample, and training resumes with the same bits', async () => {
    const model = await made[backend]();
    const batches = Array.from({ length: 6 }, () => [rows(3), rows(3)] as const);
    expect((await model.stateDict({ state: true })).get('h')).toHaveLength(0);
    for (const [x, y] of batches.slice(0, 3)) await model.trainStep(x, y);
    const file = await model.toSafetensors({ state: true });
    const [h, calls] = ['h', 'calls'].map((name) => readSafetensors(file).get(name)!);
    expect(h!.shape).toEqual([1, 3, width]);
    expect([calls!.dtype, ...calls!.data]).toEqual(['I64', 3n]);
    const learnt = [...(await model.stateDict()).keys()];
    expect(learnt).toContain('calls');
    expect(learnt).not.toContain('h');
    const losses: number[] = [];
    for (const [x, y] of batches.slice(3)) losses.push(await model.trainStep(x, y));

    const resumed = await made[backend]();
    await resumed.forward(rows(8));
    resumed.loadStateDict(file);
    const again: number[] = [];
    for (const [x, y] of batches.slice(3)) again.push(await resumed.trainStep(x, y));
    expect(again).toEqual(losses);
    // Weights alone leave it unchanged; without samples it is zeros.
    resumed.loadStateDict(await model.toSafetensors());
    expect((await resumed.stateDict({ state: true })).get('h')).toHaveLength(3 * width);
    resumed.loadStateDict({ h: new Float32Array(0), c: new Float32Array(0) }, { strict: false });
    await resumed.forward(rows(1));
    for (const wrong of [new Float32Array(9 * width), new Float32Array(width + 1)])
      expect(() => resumed.loadStateDict({ h: wrong }, { strict: false })).toThrow(/9 samples|takes 4 values a sample/);
    model.dispose();
    resumed.dispose();
  });
});

test('it is in the types of a bundle', async () => {
  const types = String((await bundleOf(compiled)).get('index.d.ts'));
  expect(types).toContain('resetState(): void;');
  expect(types).toMatch(/interface StateArrays \{[^}]* h: Float32Array;/);
  expect(types).not.toMatch(/interface BufferArrays \{[^}]* h: /);
  expect(types).toMatch(/interface BufferArrays \{[^}]* calls: Int32Array;/);
});

test('integers are added in i32, and load from floats that are whole numbers', async () => {
  const model = await made.WebAssembly();
  const big = 2 ** 24 + 1;
  const calls = (value: number) => ({ calls: { dtype: 'F32' as const, shape: [], data: Float32Array.of(value) } });
  model.loadStateDict({ calls: Int32Array.of(big) }, { strict: false });
  model.forward(rows(1));
  expect(model.stateDict().get('calls')).toEqual(Int32Array.of(big + 1));
  model.loadStateDict(calls(7), { strict: false });
  expect(model.stateDict().get('calls')).toEqual(Int32Array.of(7));
  expect(() => model.loadStateDict(calls(7.5), { strict: false })).toThrow('which cannot hold 7.5');
});

test('tapeout train resets it where batch sizes differ', async () => {
  class Classes extends nn.Module {
    fc = nn.Linear(4, 3);
    last: Tensor = nn.Buffer(['N', 3], { eval: true });
    forward(x: Tensor): Tensor {
      this.last = this.fc(x.flatten(1)).add(this.last);
      return this.last;
    }
  }
  const given = defineModel({
    model: Classes,
    input: { shape: ['N', 1, 2, 2] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: 0.1 }),
    maxBatch: 8,
  });
  const { wasm, manifest, weights } = await compile(given);
  const data = dataset({
    ...{ name: 'seven', images: new Float32Array(28).fill(1), labels: Int32Array.of(0, 1, 2, 0, 1, 2, 0) },
    ...{ shape: [1, 2, 2], classes: 3 },
  });
  const model = await instantiate(wasm, manifest, weights);
  const history = await train(model, { train: data, test: data }, { epochs: 2, batchSize: 3, seed: 0 });
  expect([history.end, history.losses.length]).toEqual(['done', 6]);
});

test('initial values for it, a misplaced batch, and a batch for a buffer without one are refused', () => {
  expect(() => nn.Buffer([2, 'N'], 1)).toThrow('holds the batch, so that it begins with zeros');
  expect(() => nn.Buffer(['N', 'N'])).toThrow("in which 'N', the batch, may occur once");
  class Wrong extends nn.Module {
    w = new nn.Parameter([2]);
    last = new nn.Buffer([2]);
    forward(x: Tensor): Tensor {
      this.last.copy_(x);
      return x.mul(this.w);
    }
  }
  const model = defineModel({
    model: Wrong,
    input: { shape: ['N', 2] },
    target: { shape: ['N', 2] },
    loss: nn.MSELoss(),
  });
  return expect(compile(model)).rejects.toThrow('cannot hold');
});
