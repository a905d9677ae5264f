/** Compiles functions from source, with the helpers that the source calls besides `Math`. */

import { codedAs, storedTypeNames } from '../dtype.ts';
import { fromHalf, toHalf } from '../half.ts';
import { binaries, unaries } from '../scalar.ts';
import type { Precision } from './spell.ts';

const helpers = {
  outside(where: string, name: string, dim: number, index: number, extent: number): never {
    throw new RangeError(`${where}: ${name}: index ${index} lies outside 0..${extent} in dimension ${dim}`);
  },
  /** Truncates, saturating; NaN becomes 0. */
  to_i32: (x: number): number => (x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0),
  /** Rounds to f16. */
  half: (x: number): number => fromHalf(toHalf(x)),
};

/** Conversions of array elements to values and back, by type: `from_f16`, `to_f16`. */
const codes: Readonly<Record<string, unknown>> = Object.fromEntries(
  storedTypeNames.flatMap((d) => {
    const coded = codedAs(d);
    return coded ? [[`from_${d}`, coded.read] as const, [`to_${d}`, coded.written] as const] : [];
  }),
);

/** The scalar functions, by the kind of their operands: `whole_shl`, `float_exp`. */
const values: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...Object.entries(unaries), ...Object.entries(binaries)].flatMap(([fn, row]) =>
    Object.entries(row.eval).map(([kind, f]) => [`${kind}_${fn}`, f]),
  ),
);

/** The most functions to keep: a long run compiles new equations all the time. */
const maxCompiled = 4096;
const compiled = new Map<string, (...args: unknown[]) => void>();

/** A function of `N` and `args` with this body; equal text gives the same function. */
export function compileSource(
  where: string,
  precision: Precision,
  args: readonly string[],
  body: string,
): (...args: unknown[]) => void {
  const key = `${where}\n${precision}\n${args}\n${body}`;
  let f = compiled.get(key);
  if (!f) {
    const called = Object.entries(values).filter(([name]) => body.includes(name));
    const given = {
      ...helpers,
      ...codes,
      ...Object.fromEntries(called),
      where,
      fround: Math.fround,
      round: precision === 'f32' ? Math.fround : (x: number) => x,
      fround_i32: precision === 'f32' ? Math.fround : (x: number) => x,
    };
    const source = `'use strict';\nreturn (N${args.map((a) => `, ${a}`).join('')}) => {\n${body}\n};`;
    f = new Function(...Object.keys(given), source)(...Object.values(given)) as (...args: unknown[]) => void;
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(key, f);
  }
  return f;
}
