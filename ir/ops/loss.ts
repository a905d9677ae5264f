/** The loss whose gradient is not that of its formula. */

import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { sameShape, showType } from '../type.ts';
import { full } from './create.ts';
import { div, log, maximum, mul, sub } from './elementwise.ts';

const like = (v: Value, value: number): Value => full({ value, shape: v.type.shape, dtype: v.type.dtype });

/** -(b·ln a + (1 − b)·ln(1 − a)), each logarithm at least −100, for a probability a and a target b of its shape. */
// PyTorch's gradients are those without the bound: ∂/∂a = (a − b) / (a·(1 − a)), the divisor at least 1e-12, and
// ∂/∂b = ln(1 − a) − ln a.
export const binaryCrossEntropy: Op<['a', 'b']> = defineOp({
  name: 'binary_cross_entropy',
  doc: '-(b·ln a + (1 - b)·ln(1 - a)), each logarithm at least -100.',
  operands: ['a', 'b'],
  attrs: {},
  rule: 'The type of a and b, which are of one shape and both f32.',
  infer({ a, b }) {
    if (a.dtype !== 'f32' || b.dtype !== 'f32' || !sameShape(a.shape, b.shape))
      throw typeError(
        'shape-mismatch',
        `binary_cross_entropy: needs two f32 tensors of one shape, got ${showType(a)} and ${showType(b)}`,
      );
    return a;
  },
  compute({ a, b }, at) {
    const [p, t] = [a(...at), b(...at)];
    const bounded = (v: x.Expr): x.Expr => x.max(x.log(v), x.num(-100));
    return x.sub(x.mul(x.sub(t, x.num(1)), bounded(x.sub(x.num(1), p))), x.mul(t, bounded(p)));
  },
  vjp({ a, b }, g) {
    const rest = sub(like(a, 1), a);
    return {
      a: div(mul(g, sub(a, b)), maximum(mul(rest, a), like(a, 1e-12))),
      b: mul(g, sub(log(rest), log(a))),
    };
  },
});
