/** Operations of numbers, as the IR has them: a shader holds no constant expression, which WGSL would judge by its own rules. */

import type { BinaryFn, UnaryFn } from '../../ir/expr.ts';
import type { DType } from '../../ir/type.ts';

const bits = new DataView(new ArrayBuffer(4));
const toI32 = (v: number): number => (v >= 2147483647 ? 2147483647 : v <= -2147483648 ? -2147483648 : v | 0);

/** Null where whole numbers are divided by zero, which is an error of the input. */
export function foldBinary(fn: BinaryFn, dtype: DType, a: number, b: number): number | null {
  const narrow = (v: number): number =>
    dtype === 'f32' ? Math.fround(v) : dtype === 'u8' ? v & 255 : dtype === 'bool' ? v & 1 : v | 0;
  switch (fn) {
    case 'add':
      return narrow(a + b);
    case 'sub':
      return narrow(a - b);
    case 'mul':
      return dtype === 'f32' ? Math.fround(a * b) : narrow(Math.imul(a, b));
    case 'div':
    case 'idiv':
      if (dtype === 'f32') return fn === 'div' ? Math.fround(a / b) : Math.trunc(Math.fround(a / b));
      return b === 0 ? null : narrow(Math.trunc(a / b));
    case 'imod':
      if (dtype === 'f32') return Math.fround(a % b);
      return b === 0 ? null : (a % b) | 0;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      return null;
    case 'shl':
      return narrow(a << b);
    case 'shr':
      return narrow(a >> b);
    case 'bitand':
      return narrow(a & b);
    case 'and':
      return a && b ? 1 : 0;
    case 'or':
      return a || b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'gt':
      return a > b ? 1 : 0;
    case 'ge':
      return a >= b ? 1 : 0;
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a !== b ? 1 : 0;
    default:
      return fn satisfies never;
  }
}

export function foldUnary(fn: UnaryFn, dtype: DType, v: number): number {
  const float = dtype === 'f32';
  switch (fn) {
    case 'neg':
      return float ? -v : -v | 0;
    case 'abs':
      return float ? Math.abs(v) : Math.abs(v) | 0;
    case 'not':
      return v ? 0 : 1;
    case 'sqrt':
      return Math.fround(Math.sqrt(v));
    case 'floor':
      return Math.floor(v);
    case 'nearest': {
      const up = Math.round(v);
      return up - v === 0.5 && up % 2 !== 0 ? up - 1 : up;
    }
    case 'f32_bits':
      bits.setInt32(0, v);
      return bits.getFloat32(0);
    case 'i32_bits':
      bits.setFloat32(0, v);
      return bits.getInt32(0);
    case 'exp':
    case 'log':
    case 'tanh':
    case 'erf':
      throw new Error(`'${fn}' was not expanded before code was written`);
    default:
      return fn satisfies never;
  }
}

export function foldConvert(from: DType, to: DType, v: number): number {
  if (to === 'bool') return v !== 0 ? 1 : 0;
  if (to === 'f32') return Math.fround(v);
  const whole = from === 'f32' ? toI32(Number.isNaN(v) ? 0 : v) : v;
  return to === 'u8' ? whole & 255 : whole;
}
