/** Long sums of numbers of one sign stay within 1e-6 of the sum in float64, whatever adds them up. */
import { compile, defineModel, layerNorm, matmul, mseLoss, nn, type Tensor } from 'tapeout';
import { instantiate } from 'tapeout/runtime';
import { expect, test } from 'vitest';

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

test('a layer norm of 100,000', async () => {
  const n = 100_000;
  const { x, out } = await outputs((t) => layerNorm(t, [n]), [n], mixed);
  const mean = sum64(x) / n;
  const spread = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / n + 1e-5);
  for (const i of [0, 1, 7, n - 1]) expect(out[i]).toBeCloseTo((x[i]! - mean) / spread, 5);
});

test('what is not finite stays what it is', async () => {
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
