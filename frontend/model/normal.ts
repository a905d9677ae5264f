/** PyTorch's normal numbers on the CPU, to the bit: Box and Muller's method on the numbers of a generator, 16 elements at a time with
 *  the polynomials of ATen's avx_mathfun.h (Cephes' logf, sinf and cosf), where GCC has made single roundings of products and sums;
 *  fewer than 16 one by one, in float64. */

import { type Generator, multiplyAdd } from '../../runtime/random.ts';
import { log64, sincos64 } from './float64.ts';

const f = Math.fround;
const block = 16;

/** The numbers of `torch.empty(count).normal_(0, deviation)`; fewer than 16 may have another mean. */
export function normal(count: number, generator: Generator, deviation = 1, mean = 0): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  const draw = (): number => generator.uniform(0, 1);
  if (count < block) return values.map(() => oneNormal(generator) * deviation + mean);
  for (let i = 0; i < count; i++) values[i] = draw();
  const whole = count - (count % block);
  for (let i = 0; i < whole; i += block) transform(values, i);
  if (whole < count) {
    // What is left is drawn again, with elements from before that fill a block.
    for (let i = count - block; i < count; i++) values[i] = draw();
    transform(values, count - block);
  }
  return deviation === 1 ? values : values.map((v) => v * f(deviation));
}

/** Makes 16 uniform numbers normal: eight are radii, eight are angles. */
function transform(values: Float32Array, from: number): void {
  for (let i = from; i < from + block / 2; i++) {
    const radius = f(Math.sqrt(f(-2 * log(f(1 - (values[i] as number))))));
    const [sin, cos] = sincos(f(f(2 * Math.PI) * (values[i + block / 2] as number)));
    values[i] = radius * cos;
    values[i + block / 2] = radius * sin;
  }
}

const bits = new DataView(new ArrayBuffer(4));
/** a·x^n + b·x^(n-1) + …, each step rounded once. */
const horner = (x: number, [first, ...others]: readonly number[]): number =>
  others.reduce((y, c) => multiplyAdd(y, x, f(c)), f(first as number));

const logs = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
/** The natural logarithm of a normal f32 above 0. */
function log(v: number): number {
  bits.setFloat32(0, v);
  const word = bits.getInt32(0);
  bits.setInt32(0, (word & 0x7fffff) | 0x3f000000);
  const m = bits.getFloat32(0); // ½ … 1
  const low = m < f(Math.SQRT1_2);
  const e = (word >> 23) - 126 - (low ? 1 : 0);
  const x = low ? f(f(m - 1) + m) : f(m - 1);
  const z = f(x * x);
  let y = multiplyAdd(f(horner(x, logs) * x), z, f(e * f(-2.1219444e-4)));
  y = multiplyAdd(f(-z), 0.5, y);
  return multiplyAdd(e, 0.693359375, f(x + y));
}

const cosines = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
const sines = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
/** Sine and cosine of an f32 from 0 to 2π. */
function sincos(v: number): readonly [sin: number, cos: number] {
  const octant = (Math.trunc(f(v * f(4 / Math.PI))) + 1) & ~1;
  const x = [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8].reduce(
    (r, part) => multiplyAdd(octant, f(part), r),
    v,
  );
  const z = f(x * x);
  const c = f(multiplyAdd(f(horner(z, cosines) * z), z, f(-f(z * 0.5))) + 1);
  const s = multiplyAdd(f(horner(z, sines) * z), x, x);
  const [sin, cos] = octant & 2 ? [c, s] : [s, c];
  return [octant & 4 ? -sin : sin, (octant + 2) & 4 ? -cos : cos];
}

/** The next single number. They come in pairs, of which the generator keeps the second. */
function oneNormal(generator: Generator): number {
  const kept = generator.keptNormal;
  generator.keptNormal = null;
  if (kept !== null) return kept;
  const [turn, u] = [generator.random53(), generator.random53()];
  const radius = Math.sqrt(-2 * log64(1 - u));
  const [sin, cos] = sincos64(2 * Math.PI * turn);
  generator.keptNormal = radius * sin;
  return radius * cos;
}
