/** Long sums of numbers of one sign stay within 1e-6 of the sum in float64, whatever computes them. */
import { compile, conv2d, defineModel, layerNorm, matmul, maxPool2d, mseLoss, nn, optim, type Tensor } from 'tapeout';
import { instantiate, instantiateGpu } from 'tapeout/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noGpu, openDevice } from '../support/gpu.ts';

class Fn extends nn.Module {
  readonly f: (...x: Tensor[]) => Tensor;
  constructor(f: (...x: Tensor[]) => Tensor) {
    super();
    this.f = f;
  }
  forward(...x: Tensor[]): Tensor {
    return this.f(...x);
  }
}

async function outputs(f: (...x: Tensor[]) => Tensor, shape: readonly number[], fill: (i: number) => number) {
  const input = { x: { shape } };
  const { wasm, manifest, weights } = await compile(defineModel({ model: () => new Fn(f), input, maxBatch: 1 }), {
    entries: ['forward'],
  });
  const model = await instantiate(wasm, manifest, weights);
  const x = model.input('x') as Float32Array;
  for (let i = 0; i < x.length; i++) x[i] = fill(i);
  model.forward(1);
  return { x, out: Float32Array.from(model.output('output')) };
}

const tenth = (): number => 0.1;
/** From 0.5 to 1.5, in no order. */
const mixed = (i: number): number => 0.5 + ((i * 2654435761) % 4294967296) / 4294967296;

const sum64 = (x: Float32Array, from = 0, step = 1, count = Math.ceil((x.length - from) / step)): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[from + i * step]!;
  return sum;
};

type Case = readonly [
  name: string,
  shape: readonly number[],
  f: (x: Tensor) => Tensor,
  want: (x: Float32Array) => readonly number[],
];
const columns = (x: Float32Array, n: number): number[] => Array.from({ length: n }, (_, j) => sum64(x, j, n));
const cases: readonly Case[] = [
  ...[65, 100, 1000, 4096, 65_537].map((n): Case => [`a sum of ${n}`, [n], (x) => x.sum(), (x) => [sum64(x)]]),
  ['a mean of 3 million', [3_000_000], (x) => x.mean(), (x) => [sum64(x) / x.length]],
  ['rows', [3, 100_001], (x) => x.sum(1), (x) => [0, 1, 2].map((i) => sum64(x, i * 100_001, 1, 100_001))],
  ['columns', [100_000, 5], (x) => x.sum(0), (x) => columns(x, 5)],
  [
    'planes',
    [130, 7, 1100],
    (x) => x.sum([0, 2]),
    (x) =>
      Array.from({ length: 7 }, (_, j) => {
        let s = 0;
        for (let i = 0; i < 130; i++) s += sum64(x, (i * 7 + j) * 1100, 1, 1100);
        return s;
      }),
  ],
  [
    'squared differences',
    [400, 1000],
    (x) => mseLoss(x.mul(3), x.mul(2)),
    (x) => [x.reduce((s, v) => s + v * v, 0) / x.length],
  ],
  [
    'products',
    [2, 50_000],
    (x) => matmul(x, x.t()),
    (x) => {
      const dot = (a: number, b: number) =>
        x.subarray(a * 50_000, (a + 1) * 50_000).reduce((s, v, i) => s + v * x[b * 50_000 + i]!, 0);
      return [dot(0, 0), dot(0, 1), dot(1, 0), dot(1, 1)];
    },
  ],
  [
    'products of many columns',
    [3000, 33],
    (x) => matmul(x.t(), x).narrow(0, 0, 1),
    (x) =>
      Array.from({ length: 33 }, (_, j) => {
        let s = 0;
        for (let i = 0; i < 3000; i++) s += x[i * 33]! * x[i * 33 + j]!;
        return s;
      }),
  ],
  [
    'squares over several dimensions',
    [4, 6, 100, 100],
    (x) => x.square().sum([0, 2, 3]),
    (x) =>
      Array.from({ length: 6 }, (_, j) => x.reduce((s, v, i) => (Math.floor(i / 10_000) % 6 === j ? s + v * v : s), 0)),
  ],
  [
    'a weighted sum over several dimensions',
    [4, 20, 20, 5],
    (x) => x.mul(x.narrow(0, 0, 1)).sum([1, 2]),
    (x) =>
      Array.from({ length: 20 }, (_, o) => {
        let s = 0;
        for (let i = 0; i < 400; i++) s += x[Math.floor(o / 5) * 2000 + i * 5 + (o % 5)]! * x[i * 5 + (o % 5)]!;
        return s;
      }),
  ],
  ['the sum of a softmax', [200_000], (x) => x.softmax(0).sum(), () => [1]],
];

test.each(cases)('%s', async (_, shape, f, want) => {
  for (const fill of [tenth, mixed]) {
    const { x, out } = await outputs(f, shape, fill);
    const wanted = want(x);
    expect(out.length).toBe(wanted.length);
    for (const [i, w] of wanted.entries()) expect(Math.abs(out[i]! / w - 1), `element ${i}`).toBeLessThan(1e-6);
  }
});

class Tracked extends nn.Module {
  readonly norm = nn.BatchNorm2d(1, { momentum: 1 });
  readonly w = nn.Parameter([1], [1]);
  forward(x: Tensor): Tensor {
    return this.norm(x).mean().mul(this.w);
  }
}

test('the running statistics of 6 million', async () => {
  const [input, target] = [{ shape: [6, 1, 1000, 1000] }, { shape: [1] }];
  const spec = defineModel({ model: Tracked, input, target, loss: nn.MSELoss(), optimizer: optim.SGD({ lr: 0 }) });
  const { wasm, manifest, weights } = await compile(spec, { entries: ['train_step'] });
  const model = await instantiate(wasm!, manifest, weights);
  const tenths = (i: number): number => (i % 2 ? 0.1 : -0.1);
  for (const fill of [tenths, (i: number) => 0.1 + tenths(i) / 3, mixed]) {
    const x = Float32Array.from({ length: 6_000_000 }, (_, i) => fill(i));
    model.trainStep(x, new Float32Array(1));
    const mean = sum64(x) / x.length;
    const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / (x.length - 1);
    const stored = (name: string): number => model.stateDict().get(name)![0] as number;
    expect(Math.abs(stored('norm.running_var') / variance - 1)).toBeLessThan(1e-6);
    if (fill !== tenths) expect(Math.abs(stored('norm.running_mean') / mean - 1)).toBeLessThan(1e-6);
  }
});

test('a layer norm of 100,000', async () => {
  const n = 100_000;
  const { x, out } = await outputs((t) => layerNorm(t, [n]), [n], mixed);
  const mean = sum64(x) / n;
  const spread = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / n + 1e-5);
  for (const i of [0, 1, 7, n - 1]) expect(out[i]).toBeCloseTo((x[i]! - mean) / spread, 5);
});

test('infinities and NaN are kept', async () => {
  const large = await outputs((t) => t.mul(1e38).sum(), [100_000], tenth);
  expect(large.out[0]).toBe(Number.POSITIVE_INFINITY);
  const one = await outputs(
    (t) => t.sum(),
    [100_000],
    (i) => (i === 77 ? Number.NEGATIVE_INFINITY : 1),
  );
  expect(one.out[0]).toBe(Number.NEGATIVE_INFINITY);
  const no = await outputs(
    (t) => t.sum(),
    [100_000],
    (i) => (i === 77 ? Number.NaN : 1),
  );
  expect(no.out[0]).toBeNaN();
});

/** A net of one parameter, `w`. */
class OfOne extends nn.Module {
  readonly w: nn.Parameter;
  readonly f: (x: Tensor, w: Tensor) => Tensor;
  constructor(shape: readonly number[], f: (x: Tensor, w: Tensor) => Tensor) {
    super();
    this.w = nn.Parameter([...shape], new Float32Array(shape.reduce((p, e) => p * e, 1)));
    this.f = f;
  }
  forward(x: Tensor): Tensor {
    return this.f(x, this.w);
  }
}

interface Sums {
  readonly value: Float32Array;
  readonly ofWeight: Float32Array;
  readonly ofInput: Float32Array;
}
type Run = (x: number, w: number, cotangent: number) => Promise<Sums>;

/** Runs a net of one parameter on tensors of one number each. */
async function running(
  [batch, ...shape]: readonly number[],
  weight: readonly number[],
  f: (x: Tensor, w: Tensor) => Tensor,
  device?: GPUDevice,
): Promise<Run> {
  const target = device ? 'webgpu' : 'wasm';
  const spec = defineModel({ model: () => new OfOne(weight, f), input: { shape: ['N', ...shape] }, maxBatch: batch! });
  const compiled = await compile(spec, { entries: ['forward', 'zero_grad', 'vjp'], inputGradient: true, target });
  const { wasm, manifest, weights } = compiled;
  const filled = (dims: readonly number[], v: number) => new Float32Array(dims.reduce((p, e) => p * e, 1)).fill(v);
  const given = (x: number, w: number) => [filled([batch!, ...shape], x), { w: filled(weight, w) }] as const;
  if (device) {
    const model = await instantiateGpu(device, async () => compiled.wgsl!, manifest, weights);
    return async (x, w, cotangent) => {
      const [input, parameters] = given(x, w);
      model.loadStateDict(parameters);
      const value = Float32Array.from(await model.forward(input));
      model.zeroGrad();
      model.vjp(input, filled([value.length], cotangent));
      return { value, ofWeight: await model.gradient('w'), ofInput: await model.gradient('x') };
    };
  }
  const model = await instantiate(wasm!, manifest, weights);
  return async (x, w, cotangent) => {
    const [input, parameters] = given(x, w);
    model.loadStateDict(parameters);
    const value = Float32Array.from(model.forward(input));
    model.zeroGrad();
    model.vjp(input, filled([value.length], cotangent));
    return {
      value,
      ofWeight: Float32Array.from(model.gradients.w!),
      ofInput: Float32Array.from(model.gradients.x!),
    };
  };
}

/** Numbers whose sums round the same way for long. */
const numbers: readonly (readonly [number, number, number])[] = [
  [0.1, 0.1, 0.1],
  [1 / 3, 1 / 3, 0.7],
  [0.7, 0.9, 1.9402503967285156],
  [1.3271331787109375, 0.3, 1.2],
];

/** The largest relative error of sums of equal products. Sums of ones count the products. */
async function furthest(run: Run): Promise<number> {
  const ones = await run(1, 1, 1);
  let most = 0;
  for (const [x, w, g] of numbers.map((n) => n.map(Math.fround) as [number, number, number])) {
    const got = await run(x, w, g);
    for (const [key, product] of [
      ['value', x * w],
      ['ofWeight', x * g],
      ['ofInput', w * g],
    ] as const)
      for (const [i, count] of ones[key].entries())
        if (count !== 0) most = Math.max(most, Math.abs(got[key][i]! / (count * product) - 1));
  }
  return most;
}

type Net = readonly [
  name: string,
  input: readonly number[],
  weight: readonly number[],
  f: (x: Tensor, w: Tensor) => Tensor,
];
const product = (rows: number, inner: number, columns: number): Net => [
  `a product of ${rows} x ${inner} and ${inner} x ${columns}`,
  [rows, inner],
  [inner, columns],
  matmul,
];
const pointwise = (n: number, c: number, o: number, h: number): Net => [
  `a 1 x 1 convolution of ${n} x ${c} x ${h} x ${h}`,
  [n, c, h, h],
  [o, c, 1, 1],
  (x, w) => conv2d(x, w, null),
];
const products: readonly Net[] = [
  ...[65, 84, 100, 128, 256, 400, 512, 513, 1000, 1024, 1025, 4096, 65_536].map((k) => product(8, k, 16)),
  ...[400, 1000, 100_000].map((k) => product(1, k, 2)),
  ...[100, 256, 512, 1000, 20_000].map((n) => product(n, 12, 20)),
  ['products of 5 x 300 in a batch', [4, 5, 300], [300, 7], matmul],
];
/** Up to 512 products over several loops share one accumulator. */
const windows: readonly Net[] = [
  pointwise(2, 128, 16, 8),
  pointwise(8, 700, 4, 3),
  ...(
    [
      [2, 56, 8, 3, 8],
      [1, 512, 8, 3, 5],
      [2, 3, 8, 7, 20],
      [16, 8, 8, 3, 32],
      [64, 4, 8, 3, 64],
    ] as const
  ).map(
    ([n, c, o, k, h]): Net => [
      `a ${k} x ${k} convolution of ${n} x ${c} x ${h} x ${h}`,
      [n, c, h, h],
      [o, c, k, k],
      (x, w) => conv2d(x, w, null),
    ],
  ),
  ['a depthwise convolution', [16, 8, 32, 32], [8, 1, 3, 3], (x, w) => conv2d(x, w, null, 1, 1, 1, 8)],
  ['a convolution with a stride', [16, 8, 33, 33], [8, 8, 3, 3], (x, w) => conv2d(x, w, null, 2)],
  ['a convolution in groups', [32, 16, 16, 16], [16, 4, 3, 3], (x, w) => conv2d(x, w, null, 1, 1, 1, 4)],
  ['a convolution followed by a max pool', [8, 16, 16, 16], [8, 16, 3, 3], (x, w) => maxPool2d(conv2d(x, w, null), 2)],
];

test.each(products)('%s, and its gradients', async (_, input, weight, f) => {
  expect(await furthest(await running(input, weight, f))).toBeLessThan(1e-6);
});
test.each(windows)('%s, and its gradients', async (_, input, weight, f) => {
  expect(await furthest(await running(input, weight, f))).toBeLessThan(8e-6);
});

describe.skipIf(noGpu)(`on SwiftShader${noGpu ? `: ${noGpu}` : ''}`, { timeout: 600_000 }, () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device?.destroy());
  const few: readonly Net[] = [
    product(8, 128, 16),
    product(8, 1000, 16),
    product(64, 300, 64),
    product(1000, 12, 20),
    ['a weighted sum of 4 x 100 x 100', [4, 100, 100], [100, 100], (x, w) => x.mul(w).sum([1, 2])],
    ['a 3 x 3 convolution of 2 x 32 x 8 x 8', [2, 32, 8, 8], [16, 32, 3, 3], (x, w) => conv2d(x, w, null)],
  ];
  test.each(few)('%s, and its gradients', async (_, input, weight, f) => {
    expect(await furthest(await running(input, weight, f, device))).toBeLessThan(1e-6);
  });
});

test.each([
  ['wasm', 32, 64],
  ['wasm', 100, 50],
  ['webgpu', 32, 64],
  ['webgpu', 100, 50],
] as const)(
  '%s, %i rows in each of %i samples: blocks of blocks end within the rows',
  async (target, rows, maxBatch) => {
    class Net extends nn.Module {
      a = nn.Linear(20, 33);
      b = nn.Linear(33, 8);
      forward(x: Tensor): Tensor {
        return this.b(this.a(x).tanh());
      }
    }
    const spec = defineModel({
      ...{ model: Net, input: { shape: ['N', rows, 20] }, target: { shape: ['N', rows, 8] } },
      ...{ loss: nn.MSELoss(), optimizer: optim.Adam(), maxBatch },
    });
    const c = await compile(spec, { entries: ['train_step'], target, verify: true });
    if (target === 'wasm')
      expect(await c.printed('schedule')).toMatch(/for k\S*: \d+N in k\S*\.\.min\(k\S* \+ \d+, \d+N/);
  },
);
