/** PyTorch's promotion of element types: bool < i32 < f32; a plain number counts as an integer or a float. */

import { describe, type Value } from '../../ir/graph.ts';
import { convert } from '../../ir/ops/index.ts';
import { type DType, showType } from '../../ir/type.ts';
import { called, involved, userError } from './trace.ts';

const order: readonly DType[] = ['bool', 'u8', 'i32', 'f32'];
const as = (v: Value, to: DType): Value => (v.type.dtype === to ? v : convert(v, { to }));

/** Values converted to the highest of their element types. */
export function promoted<V extends readonly Value[]>(...values: V): { [K in keyof V]: Value } {
  const to = order[Math.max(...values.map((v) => order.indexOf(v.type.dtype)))] as DType;
  return values.map((v) => as(v, to)) as { [K in keyof V]: Value };
}

/** `v` promoted by a number: a fraction makes it f32, and a whole number makes a bool i32. */
export const promotedWith = (v: Value, number: number): Value =>
  Number.isInteger(number) ? (v.type.dtype === 'bool' ? as(v, 'i32') : v) : as(v, 'f32');

/** `v`. Throws unless it is f32. */
export function float(v: Value): Value {
  if (v.type.dtype === 'f32') return v;
  throw wrongType(
    'an f32 tensor',
    v,
    v.kind === 'param' && v.role === 'input'
      ? `declare '${v.name}' without dtype: '${v.type.dtype}', or convert it: .to('f32')`
      : "convert it: .to('f32')",
  );
}

/** `v`. Throws unless it is i32. */
export function integer(v: Value): Value {
  if (v.type.dtype === 'i32') return v;
  throw wrongType('an i32 tensor', v, "convert it: .to('i32')");
}

/** `v`. Throws if it is bool. */
export function numeric(v: Value): Value {
  if (v.type.dtype !== 'bool') return v;
  throw wrongType('an f32 or i32 tensor', v, "convert it: .to('i32') or .to('f32')");
}

const wrongType = (wanted: string, v: Value, help: string) =>
  userError('dtype-mismatch', `${called()}: needs ${wanted}, got ${describe(v)}`, { notes: involved({ x: v }), help });

/** The error for a tensor with too many or too few dimensions. */
export const wrongRank = (wanted: string, v: Value, help: string | null = null) =>
  userError('shape-mismatch', `${called()}: needs ${wanted}, got ${showType(v.type)}`, {
    notes: involved({ x: v }),
    help,
  });
