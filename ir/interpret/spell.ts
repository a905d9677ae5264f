/** Scalar functions, conversions and constants as JavaScript. */

import { codedAs, dtypes } from '../dtype.ts';
import type { BinaryFn, UnaryFn } from '../expr.ts';
import { binaries, isCondition, resultOf, unaries } from '../scalar.ts';
import { type Dim, type DType, isBatch, type StoredType } from '../type.ts';

/** `f64` keeps floats unrounded; `f32` rounds after every operation, as WebAssembly does. */
export type Precision = 'f64' | 'f32';

export const dimSource = (d: Dim): string => (isBatch(d) ? (d.times === 1 ? 'N' : `(${d.times} * N)`) : String(d));

export function literal(value: number, dtype: DType, precision: Precision): string {
  const v = dtype === 'f32' && precision === 'f32' ? Math.fround(value) : value;
  return v < 0 || Object.is(v, -0) ? `(${Object.is(v, -0) ? '-0' : v})` : String(v);
}

/** Converts an element of a buffer's array to a value, and back. */
export const fromElement = (dtype: StoredType, element: string): string =>
  codedAs(dtype) ? `from_${dtype}(${element})` : element;
export const toElement = (dtype: StoredType, value: string): string =>
  codedAs(dtype) ? `to_${dtype}(${value})` : value;

/** An integer brought into the range of its type. */
const narrow = (dtype: DType, text: string): string => (dtype === 'u8' ? `(${text} & 255)` : text);

const rounded =
  (precision: Precision) =>
  (text: string): string =>
    precision === 'f32' ? `fround(${text})` : text;

export function unary(fn: UnaryFn, dtype: DType, x: string, precision: Precision): string {
  const row = unaries[fn];
  const { kind } = dtypes[dtype];
  const text = row.js?.[kind]?.(x, rounded(precision)) ?? `${kind}_${fn}(${x}, round)`;
  return narrow(resultOf(row, dtype), text);
}

/** JavaScript for a function: a condition, if the function is one. */
export function condition(fn: BinaryFn, dtype: DType, a: string, b: string, precision: Precision): string {
  const row = binaries[fn];
  const { kind } = dtypes[dtype];
  const text = row.js?.[kind]?.(a, b, rounded(precision)) ?? `${kind}_${fn}(${a}, ${b}, round)`;
  return row.closed ? text : narrow(resultOf(row, dtype), text);
}

/** The same as a number, even if the function is a condition. */
export function binary(fn: BinaryFn, dtype: DType, a: string, b: string, precision: Precision): string {
  const text = condition(fn, dtype, a, b, precision);
  return isCondition(fn) ? `(${text} ? 1 : 0)` : text;
}

export function convert(from: DType, to: DType, x: string): string {
  if (to === 'bool') return from === 'bool' ? x : `(${x} !== 0 ? 1 : 0)`;
  if (to === 'f32') return from === 'i32' ? `fround_i32(${x})` : x;
  const whole = from === 'f32' ? `to_i32(${x})` : x;
  return to === 'u8' && from !== 'bool' ? `(${whole} & 255)` : whole;
}
