/** The WGSL spelling of the IR's operations. Where the IR defines the result for a NaN, an infinity or a number out of
 *  range and WGSL does not, a helper function of the shader computes it from the bits. */

import { type DType, dtypes, kindOf, type StoredType } from '../../ir/dtype.ts';
import { type BinaryRow, resultOf, type UnaryRow } from '../../ir/scalar.ts';

/** Helper functions, which a shader contains if it calls them. */
export const helpers = {
  is_nan: 'fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
  // Constants must be finite, so others are read from a variable.
  special:
    'var<private> special_bits = array<u32, 3>(0x7f800000u, 0xff800000u, 0x7fc00000u);\nfn special(k: u32) -> f32 { return bitcast<f32>(special_bits[k]); }',
  // A constant may lose its sign.
  minus_zero: 'var<private> sign_bit = 0x80000000u;\nfn minus_zero() -> f32 { return bitcast<f32>(sign_bit); }',
  // Without && and ||: they become branches, and each in a nest of extremes doubles a device's compile time.
  max_f32: 'fn max_f32(a: f32, b: f32) -> f32 { return select(a, b, ((a < b) & !is_nan(a)) | is_nan(b)); }',
  min_f32: 'fn min_f32(a: f32, b: f32) -> f32 { return select(a, b, ((a > b) & !is_nan(a)) | is_nan(b)); }',
  to_i32:
    'fn to_i32(x: f32) -> i32 {\n  let near = select(i32(clamp(x, -2147483648.0, 2147483520.0)), 2147483647, x >= 2147483648.0);\n  return select(near, 0, is_nan(x));\n}',
  // In integers, as WGSL specifies neither the rounding of f32 nor whether subnormals are kept.
  from_f16: `fn from_f16(h: u32) -> f32 {
  let size = h & 0x7fffu;
  let normal = (size << 13u) + select(0x38000000u, 0x70000000u, size >= 0x7c00u);
  let bits = select(normal, bitcast<u32>(f32(size) * 5.9604644775390625e-8), size < 0x400u);
  return bitcast<f32>(bits | ((h & 0x8000u) << 16u));
}`,
  to_f16: `fn to_f16(x: f32) -> u32 {
  let word = bitcast<u32>(x);
  let size = word & 0x7fffffffu;
  let normal = (size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u;
  let all = (size & 0x7fffffu) | 0x800000u;
  let cut = min(126u - (size >> 23u), 25u);
  let subnormal = (all + (1u << (cut - 1u)) - 1u + ((all >> cut) & 1u)) >> cut;
  let near = select(min(normal, 0x7c00u), subnormal, size < 0x38800000u);
  return select(((word >> 16u) & 0x8000u) | near, 0x7e00u, size > 0x7f800000u);
}`,
} as const;
export type Helper = keyof typeof helpers;
/** The helpers that a helper calls. */
export const callees: Partial<Record<Helper, readonly Helper[]>> = {
  max_f32: ['is_nan'],
  min_f32: ['is_nan'],
  to_i32: ['is_nan'],
};

/** The WGSL literal of a number. A number that is not finite needs a helper, which is passed to `uses`. */
export function literal(value: number, dtype: DType, uses: (h: Helper) => void): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  if (dtype !== 'f32') return value < 0 ? `(${value})` : String(value);
  const v = Math.fround(value);
  if (!Number.isFinite(v)) {
    uses('special');
    return `special(${Number.isNaN(v) ? 2 : v > 0 ? 0 : 1}u)`;
  }
  if (Object.is(v, -0)) {
    uses('minus_zero');
    return 'minus_zero()';
  }
  // Subnormal numbers are written as bits.
  if (v !== 0 && Math.abs(v) < 2 ** -126) {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setFloat32(0, v);
    return `bitcast<f32>(0x${bits.getUint32(0).toString(16)}u)`;
  }
  const text = String(v);
  const shownText = /[.e]/.test(text) ? text : `${text}.0`;
  return v < 0 ? `(${shownText})` : shownText;
}

/** A function of operands of one type. */
export function callText(
  row: UnaryRow | BinaryRow,
  dtype: DType,
  operands: readonly string[],
  uses: (h: Helper) => void,
): string {
  const spelt = row.wgsl?.[kindOf(dtype)];
  if (spelt === undefined) throw new Error(`${row.doc} was not expanded before code was emitted`);
  useCallees(spelt, uses);
  const [a = '', b = ''] = operands;
  const text = spelt.replace(/\$([abn])/g, (_, operand) => (operand === 'a' ? a : operand === 'b' ? b : bitCount(b)));
  return 'closed' in row && row.closed ? text : narrowed(resultOf(row, dtype), text);
}

/** Passes the helpers that a text calls to `uses`. */
function useCallees(spelt: string, uses: (h: Helper) => void): void {
  for (const [, callee] of spelt.matchAll(/(\w+)\(/g))
    if (Object.hasOwn(helpers, callee as string)) uses(callee as Helper);
}

/** A shift count as WGSL takes it: unsigned, and below the width. */
const bitCount = (b: string): string => (/^\d+$/.test(b) ? `${Number(b) & 31}u` : `(u32(${b}) & 31u)`);

/** An integer brought into the range of its type. */
const narrowed = (dtype: DType, text: string): string => (dtype === 'u8' ? `(${text} & 255)` : text);

export function convertText(from: DType, to: DType, x: string, uses: (h: Helper) => void): string {
  if (to === 'bool') return from === 'f32' ? `!(${x} == 0.0)` : `(${x} != 0)`;
  if (to === 'f32') return `f32(${x})`;
  if (from === 'f32') uses('to_i32');
  const whole = from === 'f32' ? `to_i32(${x})` : from === 'bool' ? `i32(${x})` : x;
  return to === 'u8' && from !== 'bool' ? `(${whole} & 255)` : whole;
}

/** True if an element fills a word, so that WGSL has a type for it in memory shared with the host. */
export const isWhole = (dtype: StoredType): boolean => dtypes[dtype].bytes === 4;

/** Converts a word of the arena to a value, and back. */
export const fromWord = (dtype: StoredType, word: string, uses: (h: Helper) => void): string =>
  filled(dtypes[dtype].wgsl.fromWord, word, uses);
export const toWord = (dtype: StoredType, value: string, uses: (h: Helper) => void): string =>
  filled(dtypes[dtype].wgsl.toWord, value, uses);
function filled(spelt: string, operand: string, uses: (h: Helper) => void): string {
  useCallees(spelt, uses);
  return spelt.replace('$', () => operand);
}
