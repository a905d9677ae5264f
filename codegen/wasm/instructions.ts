/** Scalar functions and conversions as WebAssembly instructions: on vectors of four lanes if an operand is one, else on
 *  single values. */

import { dtypes, kindOf } from '../../ir/dtype.ts';
import type { BinaryFn, UnaryFn } from '../../ir/expr.ts';
import { binaries, type ComposedFn, resultOf, unaries } from '../../ir/scalar.ts';
import type { DType, StoredType } from '../../ir/type.ts';
import type { Code, Val } from './code.ts';
import { composed } from './composed.ts';

/** The number of lanes in a vector. */
export const LANES = 4;

export const wasmType = (d: StoredType): 'i32' | 'f32' => dtypes[d].wasm[0];
/** The vector interpretation of an element type: conditions are all-ones masks. */
export const lanesOf = (d: StoredType): 'f32x4' | 'i32x4' => dtypes[d].wasm[1];

/** `fn` of two operands of one type. A shift of lanes takes one shift count for all. */
export function arithmetic(c: Code, fn: BinaryFn, dtype: DType, a: Val, b: Val): Val {
  const row = binaries[fn];
  if (a.type === 'v128' || b.type === 'v128')
    return arithmeticVector(c, fn, dtype, splat(c, a, dtype), row.shifts ? b : splat(c, b, dtype));
  const one = row.wasm?.[kindOf(dtype)]?.[0];
  if (one === 'composed') return composed[fn as ComposedFn].one(c, dtype, a, b);
  if (!one) throw c.fault(`${fn} of ${dtype} was not expanded`);
  const result = resultOf(row, dtype);
  const v = c.pure(one, wasmType(result), [a, b]);
  return row.closed ? v : narrow(c, result, v);
}

function arithmeticVector(c: Code, fn: BinaryFn, dtype: DType, a: Val, b: Val): Val {
  const row = binaries[fn];
  const four = row.wasm?.[kindOf(dtype)]?.[1];
  if (four === 'composed') return composed[fn as ComposedFn].four(c, dtype, a, b);
  if (!four) throw c.fault(`${fn} of ${dtype} has no vector instruction`);
  const v = c.pure(four, 'v128', [a, b]);
  return row.closed ? v : narrow(c, resultOf(row, dtype), v);
}

/** An integer brought into the range of its type. */
function narrow(c: Code, dtype: DType, v: Val): Val {
  return dtype === 'u8' ? convert(c, 'i32', dtype, v) : v;
}

export function unary(c: Code, fn: UnaryFn, dtype: DType, v: Val): Val {
  if (v.type === 'v128') return unaryVector(c, fn, dtype, v);
  const row = unaries[fn];
  const one = row.wasm?.[kindOf(dtype)]?.[0];
  if (one === 'composed') return composed[fn as ComposedFn].one(c, dtype, v, v);
  if (!one) throw c.fault(`${fn} of ${dtype} was not expanded`);
  return c.pure(one, wasmType(resultOf(row, dtype)), [v]);
}

function unaryVector(c: Code, fn: UnaryFn, dtype: DType, v: Val): Val {
  const four = unaries[fn].wasm?.[kindOf(dtype)]?.[1];
  if (four === 'composed') return composed[fn as ComposedFn].four(c, dtype, v, v);
  if (!four) throw c.fault(`${fn} of ${dtype} has no vector instruction`);
  return c.pure(four, 'v128', [v]);
}

/** sum + a·b; on vectors rounded once or twice, depending on the engine. */
export function madd(c: Code, a: Val, b: Val, sum: Val): Val {
  if (sum.type !== 'v128' || (a.type !== 'v128' && b.type !== 'v128'))
    return arithmetic(c, 'add', 'f32', sum, arithmetic(c, 'mul', 'f32', a, b));
  return c.pure('f32x4.relaxed_madd', 'v128', [splat(c, a, 'f32'), splat(c, b, 'f32'), sum]);
}

export function convert(c: Code, from: DType, to: DType, v: Val): Val {
  if (v.type === 'v128') return convertVector(c, from, to, v);
  if (from === 'f32') {
    if (to === 'bool') return c.pure('f32.ne', 'i32', [v, c.leaf('f32.const', 'f32', [0])]);
    const i = c.pure('i32.trunc_s_sat.f32', 'i32', [v]);
    return to === 'u8' ? c.pure('i32.and', 'i32', [i, c.leaf('i32.const', 'i32', [255])]) : i;
  }
  if (to === 'f32') return c.pure('f32.convert_s.i32', 'f32', [v]);
  if (to === 'bool') return c.pure('i32.ne', 'i32', [v, c.leaf('i32.const', 'i32', [0])]);
  return to === 'u8' && from === 'i32' ? c.pure('i32.and', 'i32', [v, c.leaf('i32.const', 'i32', [255])]) : v;
}

function convertVector(c: Code, from: DType, to: DType, v: Val): Val {
  const all = (value: number): Val =>
    c.leaf('v128.const', 'v128', [...new Uint8Array(new Int32Array(4).fill(value).buffer)]);
  if (from === 'bool') {
    const one = c.pure('v128.and', 'v128', [v, all(1)]);
    return to === 'f32' ? c.pure('f32x4.convert_i32x4_s', 'v128', [one]) : one;
  }
  if (to === 'bool')
    return from === 'f32' ? c.pure('f32x4.ne', 'v128', [v, all(0)]) : c.pure('i32x4.ne', 'v128', [v, all(0)]);
  if (from === 'f32') {
    const i = c.pure('i32x4.trunc_sat_f32x4_s', 'v128', [v]);
    return to === 'u8' ? c.pure('v128.and', 'v128', [i, all(255)]) : i;
  }
  if (to === 'f32') return c.pure('f32x4.convert_i32x4_s', 'v128', [v]);
  return to === 'u8' && from === 'i32' ? c.pure('v128.and', 'v128', [v, all(255)]) : v;
}

/** A vector with the value in each lane; a vector is returned as it is. */
export function splat(c: Code, v: Val, dtype: DType): Val {
  if (v.type === 'v128') return v;
  if (dtype === 'bool')
    return c.pure('i32x4.splat', 'v128', [c.pure('i32.sub', 'i32', [c.leaf('i32.const', 'i32', [0]), v])]);
  if (v.op === 'f32.load' && v.uses.length === 0) {
    const [offset, align] = v.imm as [number, number];
    return v.ordered
      ? c.ordered('v128.load32_splat', 'v128', v.args, [offset, align])
      : c.pure('v128.load32_splat', 'v128', v.args, [offset, align]);
  }
  return c.pure(`${lanesOf(dtype)}.splat`, 'v128', [v]);
}

/** A vector of single values, in order. */
export function vectorOf(c: Code, first: Val, rest: readonly Val[], dtype: DType): Val {
  const lanes = lanesOf(dtype);
  return rest.reduce(
    (v, p, i) => c.pure(`${lanes}.replace_lane`, 'v128', [v, p], [i + 1]),
    c.pure(`${lanes}.splat`, 'v128', [first]),
  );
}

/** A shuffle's bytes from the lanes it picks, 0…3 of the first vector and 4…7 of the second. */
export const lanePicks = (lanes: readonly number[]): number[] =>
  lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);
