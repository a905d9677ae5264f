/** Conversions of constants by the IR's rules: shaders contain no constant expressions, which WGSL would evaluate by
 *  its own. */

import type { DType } from '../../ir/type.ts';

const toI32 = (v: number): number => (v >= 2147483647 ? 2147483647 : v <= -2147483648 ? -2147483648 : v | 0);

export function foldConvert(from: DType, to: DType, v: number): number {
  if (to === 'bool') return v !== 0 ? 1 : 0;
  if (to === 'f32') return Math.fround(v);
  const whole = from === 'f32' ? toI32(Number.isNaN(v) ? 0 : v) : v;
  return to === 'u8' ? whole & 255 : whole;
}
