/** The compiler's own exp, log, tanh, erf, sigmoid and pow: how far each is from the true value, and its values at the
 *  edges. Errors are in units of the last place of the f32 nearest to the true value. */
import { expect, test } from 'vitest';
import * as x from '../ir/expr.ts';
import { axis, type Buffer, ix, load } from '../ir/expr.ts';
import { interpretKernel } from '../ir/interpret/kernel.ts';
import { finish, loop, store } from '../ir/kernel.ts';
import * as special from '../ir/special.ts';
import { f32 } from '../ir/type.ts';
import { expandMath } from '../passes/math.ts';
import { random } from './support/oracle.ts';

/** The kernel's results for each value. */
function evaluate(f: (v: x.Expr) => x.Expr, values: Float32Array): Float32Array {
  const [from, to]: Buffer[] = ['x', 'y'].map((name) => ({ name, type: f32(values.length) })) as [Buffer, Buffer];
  const i = axis('i', values.length);
  const body = loop(i, x.int(0), x.int(values.length), [
    store(to as Buffer, [ix(i)], expandMath(f(load(from as Buffer, [ix(i)])))),
  ]);
  const out = new Float32Array(values.length);
  interpretKernel(
    finish('f', [body], []),
    new Map([
      [from as Buffer, values],
      [to as Buffer, out],
    ]),
    1,
  );
  return out;
}

/** The distance between neighbours at a value, including subnormal ones. */
const ulp = (v: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(v))), -126) - 23);

function worst(
  f: (v: x.Expr) => x.Expr,
  exact: (v: number) => number,
  from: number,
  to: number,
): { error: number; at: number } {
  const count = 40_000;
  const values = Float32Array.from({ length: count }, (_, k) => from + ((to - from) * (k + 0.37)) / count);
  const got = evaluate(f, values);
  let [error, at] = [0, 0];
  for (const [k, v] of values.entries()) {
    const want = exact(v);
    const off = want === got[k] ? 0 : Math.abs((got[k] as number) - want) / ulp(want);
    if (off > error) [error, at] = [off, v];
  }
  return { error, at };
}

const sigmoid = (v: x.Expr): x.Expr => x.div(x.num(1), x.add(x.num(1), x.exp(x.neg(v))));
const ranges: [string, (v: x.Expr) => x.Expr, (v: number) => number, number, number, number][] = [
  ['exp', x.exp, Math.exp, -87, 88.7, 1.5],
  ['exp near 0', x.exp, Math.exp, -1, 1, 1.5],
  ['log', x.log, Math.log, 1e-3, 1e3, 1],
  ['log near 1', x.log, Math.log, 0.5, 2, 1],
  ['expm1', x.expm1, Math.expm1, -20, 88.7, 1.5],
  ['expm1 near 0', x.expm1, Math.expm1, -1, 1, 2],
  ['expm1 very near 0', x.expm1, Math.expm1, -1e-4, 1e-4, 1],
  ['log1p', x.log1p, Math.log1p, -0.999, 1e3, 2],
  ['log1p near 0', x.log1p, Math.log1p, -0.5, 0.5, 2.5],
  ['log1p very near 0', x.log1p, Math.log1p, -1e-4, 1e-4, 1],
  ['log2', x.log2, Math.log2, 1e-3, 1e3, 2],
  ['log2 near 1', x.log2, Math.log2, 0.5, 2, 2],
  ['tanh', x.tanh, Math.tanh, -10, 10, 2],
  ['tanh near 0', x.tanh, Math.tanh, -0.7, 0.7, 2],
  ['erf', x.erf, special.erf, -4, 4, 2],
  ['erf near 0', x.erf, special.erf, -1, 1, 2],
  ['erfc', x.erfc, special.erfc, -4, 9, 16],
  ['erfcx', x.erfcx, special.erfcx, -1, 20, 6],
  ['erfcx of negative numbers', x.erfcx, special.erfcx, -9.3, -1, 4],
  ['erfinv', x.erfinv, special.erfinv, -1, 1, 4],
  ['erfinv near 1', x.erfinv, special.erfinv, 0.99999, 1, 5],
  ['erfinv near 0', x.erfinv, special.erfinv, -1e-3, 1e-3, 4],
  ['lgamma', x.lgamma, special.lgamma, 0, 100, 5],
  ['lgamma of large numbers', x.lgamma, special.lgamma, 1e3, 1e6, 4],
  ['lgamma between its zeros', x.lgamma, special.lgamma, 0.9, 2.1, 4],
  ['lgamma at 0', x.lgamma, special.lgamma, -0.2, 0.2, 4],
  ['lgamma of negative numbers', x.lgamma, special.lgamma, -0.99, -0.01, 4],
  ['digamma', x.digamma, special.digamma, 0, 100, 4],
  ['digamma about its zero', x.digamma, special.digamma, 1, 2, 4],
  ['digamma of negative numbers', x.digamma, special.digamma, -0.3, -0.01, 8],
  ['sin', x.sin, Math.sin, -300, 300, 2],
  ['sin near 0', x.sin, Math.sin, -1, 1, 1.5],
  ['sin of 10,000', x.sin, Math.sin, 1e4, 1.1e4, 3],
  ['cos', x.cos, Math.cos, -300, 300, 2],
  ['cos near 0', x.cos, Math.cos, -1, 1, 1.5],
  ['atan', x.atan, Math.atan, -30, 30, 3],
  ['atan near 0', x.atan, Math.atan, -1, 1, 3],
  ['sigmoid', sigmoid, (v) => 1 / (1 + Math.exp(-v)), -20, 20, 2.5],
];
test.each(ranges)('%s', (_name, f, exact, from, to, most) => {
  const { error, at } = worst(f, exact, from, to);
  expect(error, `${error} ulp at ${at}`).toBeLessThanOrEqual(most);
});

/** The kernel's results for pairs. */
const evaluatePow = (a: Float32Array, b: Float32Array): Float32Array => evaluatePairs(x.pow, a, b);
function evaluatePairs(f: typeof x.pow, a: Float32Array, b: Float32Array): Float32Array {
  const [from, by, to] = ['a', 'b', 'y'].map((name): Buffer => ({ name, type: f32(a.length) })) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const i = axis('i', a.length);
  const power = expandMath(f(load(from, [ix(i)]), load(by, [ix(i)])));
  const out = new Float32Array(a.length);
  interpretKernel(
    finish('f', [loop(i, x.int(0), x.int(a.length), [store(to, [ix(i)], power)])], []),
    new Map([
      [from, a],
      [by, b],
      [to, out],
    ]),
    1,
  );
  return out;
}

const powers: [string, (next: () => number) => [number, number]][] = [
  ['ordinary', (next) => [next() * 10, next() * 10 - 5]],
  ['wide bases', (next) => [2 ** (next() * 250 - 125), next() * 2 - 1]],
  ['bases near 1', (next) => [1 + (next() - 0.5) * 1e-4, (next() - 0.5) * 2e6]],
  ['bases next to 1', (next) => [1 + (next() - 0.5) * 1e-6, (next() - 0.5) * 2e8]],
  ['denormal bases', (next) => [2 ** (-149 + next() * 23), next() - 0.4]],
  ['whole', (next) => [Math.floor(next() * 40) - 20, Math.floor(next() * 14) - 4]],
  ['halves', (next) => [Math.floor(next() * 1000), Math.floor(next() * 8) / 2 - 1]],
  [
    'results of every size',
    (next) => {
      const a = 2 ** (next() * 20 - 10);
      return [a, (next() * 278 - 150) / Math.log2(a)];
    },
  ],
];
test.each(powers)('pow of %s: within 1, and exact where the result is', (_name, draw) => {
  const next = random(7);
  const drawn = Array.from({ length: 20_000 }, () => draw(next));
  const [a, b] = [Float32Array.from(drawn, ([p]) => p), Float32Array.from(drawn, ([, q]) => q)];
  for (const [i, got] of evaluatePow(a, b).entries()) {
    const want = a[i]! ** b[i]!;
    if (Object.is(Math.fround(want), got)) continue;
    const what = `${a[i]} to the power of ${b[i]} is ${want}, not ${got}`;
    expect(Number.isFinite(got) && Math.fround(want) !== want, what).toBe(true);
    expect(Math.abs(got - want) / ulp(want), what).toBeLessThanOrEqual(1);
  }
});

test('fmod is exact, whatever the quotient', () => {
  const next = random(9);
  const size = () => 2 ** (next() * 276 - 149) * (next() < 0.5 ? -1 : 1);
  const near = () => (next() - 0.5) * 1e3;
  const drawn = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? [size(), size()] : [near(), near()]));
  const edges = [0, -0, Infinity, -Infinity, Number.NaN, 1, -3, 1e-45, 3.4028234663852886e38, 1.17549435e-38, 16777217];
  const all = [...drawn, ...edges.flatMap((a) => edges.map((b) => [a, b]))];
  const [a, b] = [0, 1].map((k) => Float32Array.from(all, (pair) => pair[k]!)) as [Float32Array, Float32Array];
  for (const [i, got] of evaluatePairs(x.fmod, a, b).entries())
    expect(Object.is(got, a[i]! % b[i]!), `${a[i]} % ${b[i]} is ${a[i]! % b[i]!}, not ${got}`).toBe(true);
});

test('pow at the edges follows IEEE 754', () => {
  const edges = [
    0,
    -0,
    Infinity,
    -Infinity,
    Number.NaN,
    1,
    -1,
    0.5,
    -0.5,
    2,
    -2,
    3,
    -3,
    2.5,
    1e-40,
    -1e-40,
    3e38,
    -3e38,
    16777217,
  ];
  const [a, b] = [edges.flatMap((v) => edges.map(() => v)), edges.flatMap(() => edges)].map((v) =>
    Float32Array.from(v),
  );
  for (const [i, got] of evaluatePow(a!, b!).entries()) {
    const [p, q] = [a![i]!, b![i]!];
    // JavaScript returns NaN for powers of 1 or -1 if the exponent is NaN or infinite.
    const want = p === 1 || (p === -1 && Math.abs(q) === Infinity) ? 1 : Math.fround(p ** q);
    const near = Math.abs(got - want) <= 2 * ulp(want);
    expect(Object.is(got, want) || near, `${p} to the power of ${q} is ${want}, not ${got}`).toBe(true);
  }
});

test('values at the edges', () => {
  const edges = Float32Array.of(Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40, 3e38, -3e38);
  const nan = Number.NaN;
  expect([...evaluate(x.exp, edges)]).toEqual([nan, Infinity, 0, 1, 1, 1, 1, Infinity, 0]);
  expect([...evaluate(x.log, edges)].map((v) => Math.fround(v))).toEqual(
    [
      nan,
      Infinity,
      nan,
      -Infinity,
      -Infinity,
      Math.log(edges[5] as number),
      nan,
      Math.log(edges[7] as number),
      nan,
    ].map(Math.fround),
  );
  expect([...evaluate(x.expm1, edges)]).toEqual([nan, Infinity, -1, 0, -0, edges[5], edges[6], Infinity, -1]);
  expect([...evaluate(x.log1p, edges)]).toEqual([
    ...[nan, Infinity, nan, 0, -0, edges[5], edges[6], Math.fround(Math.log(edges[7] as number)), nan],
  ]);
  expect([...evaluate(x.log1p, Float32Array.of(-1, -1.5))]).toEqual([-Infinity, nan]);
  const powers = Array.from({ length: 277 }, (_, i) => i - 149);
  expect([
    ...evaluate(
      x.log2,
      Float32Array.from(powers, (n) => 2 ** n),
    ),
  ]).toEqual(powers);
  expect([...evaluate(x.log2, Float32Array.of(nan, Infinity, 0, -0, -1))]).toEqual([
    nan,
    Infinity,
    -Infinity,
    -Infinity,
    nan,
  ]);
  expect([...evaluate(x.sin, edges)].slice(0, 7)).toEqual([nan, nan, nan, 0, -0, edges[5], edges[6]]);
  expect([...evaluate(x.cos, edges)].slice(0, 7)).toEqual([nan, nan, nan, 1, 1, 1, 1]);
  // For angles too large to have significant digits, results stay within ±1.
  for (const f of [x.sin, x.cos])
    for (const y of evaluate(f, edges).slice(7)) expect(Math.abs(y)).toBeLessThanOrEqual(1);
  const quarter = Math.fround(Math.PI / 2);
  expect([...evaluate(x.atan, edges)]).toEqual([
    ...[nan, quarter, -quarter, 0, -0, edges[5], edges[6], quarter, -quarter],
  ]);
  expect([...evaluate(x.erfc, edges)]).toEqual([nan, 0, 2, 1, 1, 1, 1, 0, 2]);
  expect([...evaluate(x.tanh, edges)]).toEqual([nan, 1, -1, 0, -0, edges[5], edges[6], 1, -1]);
  expect([...evaluate(x.erf, edges)].map((v) => Math.fround(v))).toEqual([
    ...[
      nan,
      1,
      -1,
      0,
      -0,
      Math.fround((edges[5] as number) * 1.1283791),
      Math.fround((edges[6] as number) * 1.1283791),
    ],
    ...[1, -1],
  ]);
});
