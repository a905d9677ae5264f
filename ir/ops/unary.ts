/** What ops of one float operand share. */

import { defineOp } from '../define-op.ts';
import type { Expr } from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { showType, type TensorType } from '../type.ts';

/** The type `t`. Throws unless it is f32. */
export function float(name: string, t: TensorType): TensorType {
  if (t.dtype !== 'f32') throw typeError('dtype-mismatch', `${name}: needs an f32 tensor, got ${showType(t)}`);
  return t;
}

/** `out[i] = f(x[i])` over floats; `grad` is the derivative's product with the cotangent. */
export const unary = (
  name: string,
  doc: string,
  f: (x: Expr) => Expr,
  grad: (x: Value, g: Value, result: Value) => Value,
): Op<['x']> =>
  defineOp({
    name,
    doc,
    operands: ['x'],
    attrs: {},
    rule: 'The type of x, which is f32.',
    infer: ({ x }) => float(name, x),
    compute: ({ x }, at) => f(x(...at)),
    vjp: ({ x }, g, _attrs, result) => ({ x: grad(x, g, result) }),
  });
