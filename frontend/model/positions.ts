/** Tables of positions, for buffers. */

import { fn } from './arguments.ts';
import { exp64, log64, sincos64 } from './float64.ts';
import { countIn } from './init.ts';
import * as k from './kinds.ts';
import { called, userError } from './trace.ts';

const takes = { length: k.size, features: k.size, base: k.optional(k.positive) };

/** The angles t·base^(-2i/features) of each position t and each of features/2 frequencies i, as sine and cosine. */
function angles(
  length: number,
  features: number,
  base: number,
  put: (t: number, i: number, sin: number, cos: number) => void,
): void {
  if (features % 2 !== 0) throw userError('bad-argument', `${called()}: features must be even, got ${features}`);
  for (let i = 0; i < features / 2; i++) {
    const frequency = exp64((-2 * i * logarithm(base)) / features);
    for (let t = 0; t < length; t++) put(t, i, ...sincos64(t * frequency));
  }
}
const logarithm = (base: number): number => (base < 1 ? -log64(1 / base) : log64(base));

/** The positions of "Attention Is All You Need", [length,features] row by row: feature 2i of position t is
 *  sin(t·base^(-2i/features)), and 2i + 1 the cosine; `base` defaults to 10000. They are added to embeddings:
 *  `positions = nn.Buffer([T, E], sinusoidalPositions(T, E))`. Throws for an odd number of features. */
export const sinusoidalPositions: (length: number, features: number, base?: number) => Float32Array = fn(
  'sinusoidalPositions',
  takes,
  (length, features, base = 10_000) => {
    const table = new Float32Array(countIn([length, features]));
    angles(length, features, base, (t, i, sin, cos) => table.set([sin, cos], t * features + 2 * i));
    return table;
  },
);

/** The angles by which `rotary` turns queries and keys, [length,features] row by row: features/2 cosines of
 *  t·base^(-2i/features) and then as many sines; `base` defaults to 10000. `features` are those of one head:
 *  `positions = nn.Buffer([T, d], rotaryPositions(T, d))`. Throws for an odd number of features. */
export const rotaryPositions: (length: number, features: number, base?: number) => Float32Array = fn(
  'rotaryPositions',
  takes,
  (length, features, base = 10_000) => {
    const table = new Float32Array(countIn([length, features]));
    const half = features / 2;
    angles(length, features, base, (t, i, sin, cos) => {
      table[t * features + i] = cos;
      table[t * features + half + i] = sin;
    });
    return table;
  },
);
