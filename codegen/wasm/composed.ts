/** Scalar functions that take several WebAssembly instructions: for one value, and for four lanes. */

import { type DType, dtypes } from '../../ir/dtype.ts';
import type { ComposedFn } from '../../ir/scalar.ts';
import type { Code, Val } from './code.ts';

type Build = (c: Code, dtype: DType, a: Val, b: Val) => Val;

/** -v, of an i32. */
const negative = (c: Code, v: Val): Val => c.pure('i32.sub', 'i32', [c.leaf('i32.const', 'i32', [0]), v]);

/** A constant other than NaN in all lanes. */
const isNumber = ({ op, args: [one] }: Val): boolean =>
  op === 'f32x4.splat' && one?.op === 'f32.const' && !Number.isNaN(one.imm[0]);

const none: Build = () => {
  throw new Error('this is a single instruction');
};

const extreme = (fn: 'min' | 'max', beyond: 'lt' | 'gt', within: 'lt' | 'gt'): { one: Build; four: Build } => ({
  one(c, dtype, a, b) {
    if (dtypes[dtype].kind !== 'float')
      return c.pure('select', 'i32', [c.pure(`i32.${within}_s`, 'i32', [a, b]), a, b]);
    const other = c.pure('i32.or', 'i32', [c.pure(`f32.${beyond}`, 'i32', [a, b]), c.pure('f32.ne', 'i32', [b, b])]);
    return c.pure('select', 'f32', [other, b, a]);
  },
  // Engines compile IEEE's maximum to eight dependent instructions. A pseudo-maximum keeps a NaN of the first operand,
  // and or-ing all ones gives a NaN.
  four(c, _dtype, a, b) {
    const most = c.pure(`f32x4.p${fn}`, 'v128', [a, b]);
    return isNumber(b) ? most : c.pure('v128.or', 'v128', [most, c.pure('f32x4.ne', 'v128', [b, b])]);
  },
});

export const composed: Readonly<Record<ComposedFn, { readonly one: Build; readonly four: Build }>> = {
  neg: { one: (c, _dtype, v) => negative(c, v), four: none },
  abs: {
    one(c, _dtype, v) {
      const less = negative(c, v);
      return c.pure('select', 'i32', [c.pure('i32.lt_s', 'i32', [v, c.leaf('i32.const', 'i32', [0])]), less, v]);
    },
    four: none,
  },
  // Lanes have no type.
  f32_bits: { one: none, four: (_c, _dtype, v) => v },
  i32_bits: { one: none, four: (_c, _dtype, v) => v },
  min: extreme('min', 'gt', 'lt'),
  max: extreme('max', 'lt', 'gt'),
  and: {
    one: none,
    four(c, _dtype, a, b) {
      if (a.op === 'v128.not') return c.pure('v128.andnot', 'v128', [b, a.args[0] as Val]);
      if (b.op === 'v128.not') return c.pure('v128.andnot', 'v128', [a, b.args[0] as Val]);
      return c.pure('v128.and', 'v128', [a, b]);
    },
  },
};
