/** Random numbers: Threefry's known answers, the same bits everywhere, their distribution, dropout and rrelu. */
import { describe, expect, it, test } from 'vitest';
import {
  alphaDropout,
  bernoulli,
  cat,
  defineModel,
  dropout,
  dropout2d,
  gumbelSoftmax,
  nn,
  optim,
  rand,
  randn,
  randnLike,
  rrelu,
  Tensor,
} from '../frontend/index.ts';
import { gumbelNoise, gumbelShares } from '../frontend/model/gumbel.ts';
import { record } from '../frontend/model/record.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import { defineOp } from '../ir/define-op.ts';
import * as x from '../ir/expr.ts';
import { makeGraph, type Param, param } from '../ir/graph.ts';
import { interpretGraph, interpretValues } from '../ir/interpret/graph.ts';
import { randomNormal, randomUniform } from '../ir/ops/index.ts';
import { threefry } from '../ir/threefry.ts';
import { i32 } from '../ir/type.ts';
import { cotangentsOf } from '../passes/autodiff.ts';
import { instantiate } from '../runtime/index.ts';
import { noGpu, openDevice } from './support/gpu.ts';
import { GpuMachine, startOf } from './support/gpu-machine.ts';
import { unless } from './support/left-out.ts';

/** Both words of Threefry, for a key and a counter of two words each. */
const words = defineOp({
  name: 'test.threefry',
  doc: 'The words of Threefry-2x32.',
  operands: ['key', 'counter'],
  attrs: {},
  infer: () => i32(2),
  compute({ key, counter }, [i]) {
    const both = (load: typeof key) => [load(x.int(0)), load(x.int(1))] as const;
    const [first, second] = threefry(both(key), both(counter));
    return x.select(x.eq(i as x.Expr, x.int(0)), first, second);
  },
  vjp: () => ({ key: 'none', counter: 'none' }),
});

// The known answers of the authors' own library, Random123: kat_vectors.
test.each([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [-1, -1],
    [-1, -1],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    [0xc4923a9c, 0x483df7a0],
  ],
])('threefry of key %j and counter %j is %j', (key, counter, answer) => {
  const [k, c] = [param('input', 'key', i32(2)), param('input', 'counter', i32(2))];
  const given = new Map([
    [k, Int32Array.from(key)],
    [c, Int32Array.from(counter)],
  ]);
  const [got] = interpretValues([words(k, c)], given, 1);
  expect(Array.from(got!, (word) => word >>> 0)).toEqual(answer);
});

const [seed, step] = [param('input', 'seed', i32()), param('input', 'step', i32())];
function draw(op: typeof randomUniform, count: number, at: { seed?: number; step?: number; stream?: number } = {}) {
  const value = op(seed, step, { stream: at.stream ?? 0, shape: [count] });
  const graph = makeGraph('draw', [{ name: 'u', value }], [seed, step]);
  const given = new Map([
    [seed, [at.seed ?? 1]],
    [step, [at.step ?? 0]],
  ]);
  return [...interpretGraph(graph, given, 1).values()][0] as Float64Array;
}

describe('numbers', () => {
  const count = 40_000;
  const moment = (values: ArrayLike<number>, k: number, centre = 0): number =>
    Array.from(values).reduce((sum, v) => sum + (v - centre) ** k, 0) / values.length;

  it('are uniform: moments, buckets and runs', () => {
    const u = draw(randomUniform, count);
    expect(Math.min(...u.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    // Within five standard errors.
    expect(Math.abs(moment(u, 1) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(moment(u, 2) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
    const buckets = new Array(64).fill(0);
    for (const v of u) buckets[Math.floor(64 * v)]++;
    const chi = buckets.reduce((sum, n) => sum + (n - count / 64) ** 2 / (count / 64), 0);
    expect(Math.abs(chi - 63)).toBeLessThan(5 * Math.sqrt(2 * 63));
    const up = Array.from(u).filter((v, i) => i > 0 && v > u[i - 1]!).length;
    expect(Math.abs(up - (count - 1) / 2)).toBeLessThan(5 * Math.sqrt((count + 1) / 12));
    const runs = Array.from(u).filter((v, i) => i === 0 || v < 0.5 !== u[i - 1]! < 0.5).length;
    expect(Math.abs(runs - (count / 2 + 1))).toBeLessThan(5 * Math.sqrt(count / 4));
  });

  it('are normal: four moments, and tails', () => {
    const z = draw(randomNormal, count);
    const near = (got: number, want: number, variance: number): void =>
      expect(Math.abs(got - want)).toBeLessThan(5 * Math.sqrt(variance / count));
    near(moment(z, 1), 0, 1);
    near(moment(z, 2), 1, 2);
    near(moment(z, 3), 0, 15);
    near(moment(z, 4), 3, 96);
    const far = Array.from(z).filter((v) => Math.abs(v) > 3).length / count;
    near(far, 0.0026998, 0.0026998);
  });

  it.each([
    ['streams', { stream: 0 }, { stream: 1 }],
    ['steps', { step: 0 }, { step: 1 }],
    ['seeds', { seed: 0 }, { seed: 1 }],
    ['streams and steps exchanged', { stream: 1, step: 2 }, { stream: 2, step: 1 }],
  ])('of different %s do not correlate', (_, a, b) => {
    const [u, v] = [draw(randomUniform, count, a), draw(randomUniform, count, b)];
    for (const lag of [0, 1, 2, 64]) {
      let sum = 0;
      for (let i = lag; i < count; i++) sum += (u[i]! - 0.5) * (v[i - lag]! - 0.5);
      expect(Math.abs((12 * sum) / count)).toBeLessThan(5 / Math.sqrt(count));
    }
  });
});

const f32 = (...values: number[]) => Float32Array.of(...values);
const sixteen = { shape: ['N', 16] } as const;
async function made(model: new () => nn.Module, more: object = {}, options: object = {}) {
  const c = await compile(
    defineModel({
      ...{ model, input: sixteen, target: sixteen, loss: nn.MSELoss(), optimizer: optim.SGD({ lr: 0.1 }) },
      ...more,
    }),
    { verify: true, entries: ['forward', 'evaluate', 'train_step', 'backward'], ...options },
  );
  return { c, model: await instantiate(c.wasm, c.manifest, c.weights) };
}
const ones = (n: number) => new Float32Array(16 * n).fill(1);

/** Writes the result of dropout on ones to a buffer. */
const drawing = (draws: (x: Tensor) => Tensor) =>
  class Drawing extends nn.Module {
    w = new nn.Parameter([16], 1);
    ones = new nn.Buffer([4, 16], 1);
    drawn: Tensor = new nn.Buffer([4, 16]);
    forward(x: Tensor): Tensor {
      if (this.training) this.drawn = draws(this.ones);
      return x.mul(this.w);
    }
  };

describe('dropout', () => {
  const drawn = async (draws: (x: Tensor) => Tensor, steps = 1, more = {}) => {
    const { model } = await made(drawing(draws), more);
    for (let i = 0; i < steps; i++) model.trainStep(ones(1), ones(1));
    return [...model.stateDict().get('drawn')!] as number[];
  };

  it('keeps a fraction 1 - p, scaled by its inverse', async () => {
    const y = await drawn((x) => dropout(x, 0.25));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(y.filter((v) => v > 0).length).toBeGreaterThan(36);
    expect(y.filter((v) => v > 0).length).toBeLessThan(60);
  });

  it('draws new numbers for each step, layer and seed, reproducibly', async () => {
    const one = await drawn((x) => dropout(x));
    expect(await drawn((x) => dropout(x))).toEqual(one);
    expect(await drawn((x) => dropout(x), 2)).not.toEqual(one);
    expect(await drawn((x) => dropout(x), 1, { seed: 5 })).not.toEqual(one);
    const both = await drawn((x) => dropout(x).mul(2).add(dropout(x)));
    expect(new Set(both)).toEqual(new Set([0, 2, 4, 6]));
  });

  it('does nothing with p = 0 or in evaluation, and drops everything with p = 1', async () => {
    const of = (call: (x: Tensor) => Tensor) => record(defineModel({ model: drawing(call), input: sixteen }));
    expect(await drawn((x) => dropout(x, 1))).toEqual(new Array(64).fill(0));
    expect(await drawn((x) => dropout(x, 0))).toEqual(new Array(64).fill(1));
    expect(of((x) => dropout(x, 0.5, false)).train.writes[0]?.value).not.toBe(null);
    class Net extends nn.Module {
      drop = nn.Dropout();
      w = new nn.Parameter([16], 2);
      forward(x: Tensor): Tensor {
        return this.drop(x.mul(this.w));
      }
    }
    const { model } = await made(Net);
    expect([...model.forward(ones(1))]).toEqual(new Array(16).fill(2));
    const loss = model.trainStep(ones(4), ones(4));
    // (4 - 1)² or (0 - 1)²
    expect(loss).toBeGreaterThan(1);
    expect(loss).toBeLessThan(9);
  });

  it('drops whole channels', async () => {
    const y = await drawn((x) => dropout2d(x.view(1, 16, 2, 2)).view(4, 16));
    for (let channel = 0; channel < 16; channel++) expect(new Set(y.slice(4 * channel, 4 * channel + 4)).size).toBe(1);
    expect(new Set(y)).toEqual(new Set([0, 2]));
  });

  it('keeps mean and variance after SELU', async () => {
    const y = await drawn((x) => alphaDropout(x, 0.5, true));
    expect(new Set(y).size).toBe(2);
  });

  it('has the gradient of its mask', async () => {
    class Net extends nn.Module {
      w = new nn.Parameter([16], 1);
      forward(_: Tensor): Tensor {
        return this.w.mul(dropout(this.w.mul(0).add(1), 0.5));
      }
    }
    const { model } = await made(Net, { loss: (y: Tensor) => y.sum(), target: {}, input: { shape: [1, 1] } });
    model.trainStep(f32(0));
    // w - lr·mask
    const after = new Set([...model.parameter('w')].map((v) => Number(v.toFixed(4))));
    expect(after).toEqual(new Set([1, 0.8]));
  });
});

test.skipIf(noGpu)(
  unless(noGpu, 'a device draws the same bits for dropout and uniform numbers, and normal ones within rounding'),
  async () => {
    const device = await openDevice();
    const model = drawing((x) => cat([dropout(x.narrow(0, 0, 2), 0.3), rand(1, 16), randn(1, 16)]));
    const { c, model: wasm } = await made(model, {}, { target: 'all' });
    const gpu = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!, ['train_step']);
    startOf(gpu, c.manifest.webgpu!, c.weights);
    for (let i = 0; i < 2; i++) {
      for (const name of ['x', 'y']) gpu.set(name, ones(2));
      gpu.run('train_step', 2);
      wasm.trainStep(ones(2), ones(2));
    }
    const [got, want] = [[...(await gpu.get('drawn', 1))], [...wasm.stateDict().get('drawn')!]];
    expect(got.slice(0, 48)).toEqual(want.slice(0, 48));
    for (const [i, v] of want.slice(48).entries()) expect(Math.abs(got[48 + i]! - v)).toBeLessThan(1e-5);
    gpu.dispose();
    device.destroy();
  },
);

describe('rrelu', () => {
  const slopes = async (call: (x: Tensor) => Tensor) => {
    const { model } = await made(drawing((x) => call(x.neg()).neg()));
    model.trainStep(ones(1), ones(1));
    return [...model.stateDict().get('drawn')!] as number[];
  };

  it('draws a slope between its bounds for each element in training', async () => {
    const drawn = await slopes((x) => rrelu(x, 0.25, 0.5, true));
    expect(new Set(drawn).size).toBeGreaterThan(60);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...drawn)).toBeLessThan(0.5);
    expect(drawn.reduce((a, b) => a + b) / 64).toBeCloseTo(0.375, 1);
    expect(await slopes((x) => nn.RReLU(0.25, 0.5)(x))).toEqual(drawn);
  });

  it('uses the mean slope in evaluation, and leaves positive elements', async () => {
    expect(new Set(await slopes((x) => rrelu(x, 0.25, 0.5)))).toEqual(new Set([0.375]));
    expect(new Set(await slopes((x) => rrelu(x.neg(), 0.25, 0.5, true).neg()))).toEqual(new Set([1]));
  });

  it('has its slopes as the gradient', async () => {
    class Net extends nn.Module {
      w = new nn.Parameter([16], -1);
      forward(_: Tensor): Tensor {
        return rrelu(this.w, 0.25, 0.5, true);
      }
    }
    const { model } = await made(Net, { loss: (y: Tensor) => y.sum(), target: {}, input: { shape: [1, 1] } });
    model.trainStep(f32(0));
    // w - lr·slope
    for (const w of model.parameter('w')) {
      expect(w).toBeLessThanOrEqual(-1.025);
      expect(w).toBeGreaterThan(-1.05);
    }
    expect(new Set(model.parameter('w')).size).toBe(16);
  });

  it('refuses a lower bound above the upper', () => {
    const model = drawing((x) => rrelu(x, 0.5, 0.25));
    expect(() => record(defineModel({ model, input: sixteen }))).toThrow(
      'rrelu: lower 0.5 must not be above upper 0.25',
    );
  });
});

describe('gumbelSoftmax', () => {
  const drawn = async (call: (x: Tensor) => Tensor) => {
    const { model } = await made(drawing((x) => call(x)));
    model.trainStep(ones(1), ones(1));
    return [...model.stateDict().get('drawn')!] as number[];
  };

  it('gives shares that add up to 1, and the one that is drawn alone if hard', async () => {
    const soft = await drawn((x) => gumbelSoftmax(x));
    const sums = [0, 16, 32, 48].map((i) => soft.slice(i, i + 16).reduce((a, b) => a + b));
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    expect(new Set(soft).size).toBe(64);
    const hard = await drawn((x) => gumbelSoftmax(x, 1, true));
    const places = [0, 16, 32, 48].map((i) => {
      const row = hard.slice(i, i + 16);
      expect(row.filter((v) => Math.abs(v) > 1e-6)).toHaveLength(1);
      return row.indexOf(Math.max(...row));
    });
    expect(places).toEqual(
      [0, 16, 32, 48].map((i) => soft.slice(i, i + 16).indexOf(Math.max(...soft.slice(i, i + 16)))),
    );
  });

  it('draws each with the probability that the softmax gives it', () => {
    const count = 20_000;
    const logits = [Math.log(0.1), Math.log(0.2), Math.log(0.7)];
    const seeds = { seed: param('input', 'seed', i32()), step: param('input', 'step', i32()) };
    const u = randomUniform(seeds.seed, seeds.step, { stream: 0, shape: [count, 3] });
    const x = param('input', 'x', { dtype: 'f32', shape: [count, 3] });
    const shares = gumbelShares(Tensor.of(x), gumbelNoise(Tensor.of(u)), 1, true, -1);
    const given = new Map<typeof x, ArrayLike<number>>([
      [seeds.seed, [1]],
      [seeds.step, [0]],
      [x, Float32Array.from({ length: count * 3 }, (_, i) => logits[i % 3]!)],
    ]);
    const [y] = interpretValues([shares.value], given as never, 1);
    const found = [0, 1, 2].map(
      (c) => y!.reduce((sum: number, v: number, i: number) => sum + (i % 3 === c ? v : 0), 0) / count,
    );
    for (const [c, p] of [0.1, 0.2, 0.7].entries())
      expect(Math.abs(found[c]! - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / count));
  });

  // PyTorch's noise of seed 3, and what F.gumbel_softmax made of it.
  const noise = [3.360916, 1.0849769, -0.3936831, 1.6487846, -0.34217584, 0.06493005, 1.50709, 0.56540656];
  it.each([
    [
      { tau: 1, hard: false },
      [0.78840125, 0.01806666, 0.082715586, 0.11081653, 0.2423983, 0.08126278, 0.20848103, 0.4678579],
      [-0.099397995, -0.056477737, -0.05178619, 0.20766182, -0.2507931, 0.119079866, -0.3199417, 0.45165494],
    ],
    [
      { tau: 0.5, hard: true },
      [1, 0, 0, 0, 0, 0, 0, 1],
      [-0.060992155, -0.0030871737, -0.011344682, 0.07542414, -0.47330308, 0.047558382, -0.48274514, 0.90848976],
    ],
  ])('has PyTorch’s values and gradients by its noise: %j', ({ tau, hard }, value, gradient) => {
    const [x, n, g] = ['x', 'noise', 'g'].map((name) => param('input', name, { dtype: 'f32', shape: [2, 4] })) as [
      Param,
      Param,
      Param,
    ];
    const y = gumbelShares(Tensor.of(x), Tensor.of(n), tau, hard, -1).value;
    const dx = cotangentsOf(y, g, new Set([x])).get(x)!;
    const given = new Map([
      [x, [0.5, -1, 2, 0.25, 1.5, 0, -0.5, 1.25]],
      [n, noise],
      [g, [1, -2, 0.5, 3, -1.5, 1, -2, 0.5]],
    ]);
    const [gotY, gotX] = interpretValues([y, dx], given as never, 1);
    for (const [i, want] of value.entries()) expect(gotY![i]).toBeCloseTo(want, 6);
    for (const [i, want] of gradient.entries()) expect(gotX![i]).toBeCloseTo(want, 6);
  });
});

describe('the state of random numbers', () => {
  class Net extends nn.Module {
    w = new nn.Parameter([16], 1);
    forward(x: Tensor): Tensor {
      return x
        .mul(this.w)
        .add(randnLike(x).mul(0.1))
        .mul(bernoulli(rand('N', 16)));
    }
  }

  it('is in a checkpoint, from which training resumes with the same bits', async () => {
    const { c, model } = await made(Net);
    for (let i = 0; i < 3; i++) model.trainStep(ones(3), ones(3));
    const saved = model.stateDict({ state: true });
    expect([...saved.get('random.step')!]).toEqual([3]);
    expect(saved.get('random.seed')).toEqual(Int32Array.of(0));
    const again = await instantiate(c.wasm, c.manifest, c.weights);
    again.loadStateDict(saved);
    const losses = (m: typeof model) => [1, 2, 3].map(() => m.trainStep(ones(3), ones(3)));
    const rest = losses(model);
    expect(losses(again)).toEqual(rest);
    expect(new Set(rest).size).toBe(3);
  });

  it('advances with backward too, and takes any seed of 64 bits', async () => {
    const { model } = await made(Net, { seed: 2n ** 63n + 7n });
    const losses = [1, 2].map(() => model.backward(ones(2), ones(2)));
    expect(losses[0]).not.toBe(losses[1]);
    expect([...model.stateDict({ state: true }).get('random.step')!]).toEqual([2]);
  });

  it('gives way to names in the model', () => {
    class Named extends nn.Module {
      random = { seed: 1 };
      'random.seed' = new nn.Parameter([16], 1);
      forward(x: Tensor): Tensor {
        return dropout(x.mul(this['random.seed']));
      }
    }
    const { random } = record(defineModel({ model: Named, input: sixteen }));
    expect([random?.state.seed.name, random?.state.step.name]).toEqual(['random.seed.1', 'random.step']);
  });

  it('is available in forward only', () => {
    expect(() => rand(3)).toThrow('rand: random numbers are drawn in forward');
    expect(() => randn(3)).toThrow('randn: random numbers are drawn in forward');
  });
});
