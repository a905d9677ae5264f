/** Reference for f16: the number of each bit pattern and the f16 of every f32 that rounding could get wrong, from the
 *  definition, in float64 and without shifts. Kernels that load and store them, and their inputs. */

import { expect } from 'vitest';
import type { Kernel } from '../../ir/kernel.ts';
import { parseKernels } from '../../ir/text/parse.ts';

/** Values of the patterns from 0 up to infinity's: the next pattern is the next greater number. */
const magnitudes: readonly number[] = Array.from({ length: 0x7c00 }, (_, bits) => {
  const [exponent, fraction] = [Math.floor(bits / 1024), bits % 1024];
  return exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/** The value of each of the 65536 patterns. */
export const meanings: readonly number[] = Array.from({ length: 65536 }, (_, bits) => {
  const size = bits % 32768;
  const value = size < 0x7c00 ? (magnitudes[size] as number) : size === 0x7c00 ? Infinity : Number.NaN;
  return bits < 32768 ? value : -value;
});

/** The pattern nearest to a number, ties to even. After the largest comes 2^16, which is infinity. */
export function nearestHalf(v: number): number {
  if (Number.isNaN(v)) return 0x7e00;
  const sign = v < 0 || Object.is(v, -0) ? 0x8000 : 0;
  const size = Math.abs(v);
  let [low, high] = [0, 0x7c00];
  const at = (bits: number): number => magnitudes[bits] ?? 2 ** 16;
  if (size >= 2 ** 16) return sign + high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle) <= size) low = middle;
    else high = middle;
  }
  const [below, above] = [size - at(low), at(high) - size];
  const up = above < below || (above === below && high % 2 === 0);
  return sign + (up ? high : low);
}

/** Row lengths of the kernels' inputs: none is a multiple of another. */
export const rows = 256;

/** Each f16, what lies halfway to the next, and the f32 beside these, of both signs; and numbers far below and above. */
export function critical(): Float32Array<ArrayBuffer> {
  const words = new Int32Array(1);
  const float = new Float32Array(words.buffer);
  const found: number[] = [
    Number.NaN,
    Infinity,
    2 ** -149,
    2 ** -126,
    2 ** -26,
    1e-30,
    1e30,
    (2 - 2 ** -23) * 2 ** 127,
  ];
  const around = (v: number): void => {
    for (const step of [-1, 0, 1]) {
      float[0] = v;
      words[0] = (words[0] as number) + step;
      if (v > 0 || step >= 0) found.push(float[0]);
    }
  };
  for (const [i, v] of magnitudes.entries()) {
    around(v);
    around((v + (magnitudes[i + 1] ?? 2 ** 16)) / 2);
  }
  const cols = 4 * Math.ceil((2 * found.length) / (4 * rows));
  const all = [...found, ...found.map((v) => -v)];
  return Float32Array.from({ length: rows * cols }, (_, i) => all[i % all.length] as number);
}

/** Loads of all f16, and stores of as many f32, one at a time and in lanes. */
export function halfKernels(count: number): Kernel[] {
  const [loads, stores] = [65536 / rows, count / rows];
  return parseKernels(
    `tapeout ir 1
kernel @load(h: f16[${rows},${loads}], one: f32[${rows},${loads}] out, four: f32[${rows},${loads}] out) {
  parallel i in 0..${rows} {
    for j in 0..${loads} { one[i, j] = h[i, j] }
    for j: ${loads} in 0..${loads} step 4 { vectorize k in 0..4 { four[i, j + k] = h[i, j + k] } }
  }
}
kernel @store(x: f32[${rows},${stores}], near: f16[${rows},${stores}] out, nears: f16[${rows},${stores}] out) {
  parallel i in 0..${rows} {
    for j in 0..${stores} { near[i, j] = x[i, j] }
    for j: ${stores} in 0..${stores} step 4 { vectorize k in 0..4 { nears[i, j + k] = x[i, j + k] } }
  }
}`,
    'halves.tir',
    {},
  );
}

/** The first element that differs from the expected one, any NaN equal to any other; null if there is none. */
export function wrong(got: ArrayLike<number>, want: (i: number) => number): string | null {
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], want(i))) return `element ${i} is ${got[i]}, not ${want(i)}`;
  }
  return null;
}

/** Checks the kernels' results for all patterns and for `given`, by the names of their buffers. */
export function expectHalves(of: (name: string) => ArrayLike<number>, given: ArrayLike<number>): void {
  for (const name of ['one', 'four'])
    expect(
      wrong(of(name), (i) => meanings[i]!),
      name,
    ).toBe(null);
  for (const name of ['near', 'nears'])
    expect(
      wrong(of(name), (i) => nearestHalf(given[i]!)),
      name,
    ).toBe(null);
}
