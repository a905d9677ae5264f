/** Functions of angles, and the hyperbolic ones, element by element. */

import { defineOp } from '../define-op.ts';
import type { Expr } from '../expr.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { sameShape, showType } from '../type.ts';
import { fullLike } from './create.ts';
import { add, div, mul, neg, reciprocal, rsqrt, sub } from './elementwise.ts';
import { float, unary } from './unary.ts';

const [one, half] = [x.num(1), x.num(0.5)];
const square = (v: Expr): Expr => x.mul(v, v);
/** `size`, which is not negative, with the sign of v; v itself where that is 0. */
const withSignOf = (v: Expr, size: Expr): Expr =>
  x.select(x.eq(v, x.num(0)), v, x.select(x.lt(v, x.num(0)), x.neg(size), size));

/** The sine, element by element. */
// d sin x = cos x·dx
export const sin: Op<['x']> = unary('sin', 'The sine.', x.sin, (v, g) => mul(g, cos(v)));
/** The cosine, element by element. */
// d cos x = −sin x·dx
export const cos: Op<['x']> = unary('cos', 'The cosine.', x.cos, (v, g) => mul(g, neg(sin(v))));
/** The tangent, element by element. */
// d tan x = (1 + tan² x)·dx
export const tan: Op<['x']> = unary(
  'tan',
  'The tangent.',
  (v) => x.div(x.sin(v), x.cos(v)),
  (_x, g, y) => mul(g, add(fullLike(y, 1), mul(y, y))),
);
/** The angle, within ±π/2, whose sine is x, element by element. */
// d asin x = dx/√(1 − x²)
export const asin: Op<['x']> = unary(
  'asin',
  'The angle, within ±π/2, whose sine is x.',
  (v) => x.atan(x.div(v, x.sqrt(x.mul(x.sub(one, v), x.add(one, v))))),
  (v, g) => mul(g, rsqrt(sub(fullLike(v, 1), mul(v, v)))),
);
/** The angle, from 0 to π, whose cosine is x, element by element. */
// d acos x = −dx/√(1 − x²)
export const acos: Op<['x']> = unary(
  'acos',
  'The angle, from 0 to π, whose cosine is x.',
  (v) => x.mul(x.num(2), x.atan(x.sqrt(x.div(x.sub(one, v), x.add(one, v))))),
  (v, g) => mul(g, neg(rsqrt(sub(fullLike(v, 1), mul(v, v))))),
);
/** The angle, within ±π/2, whose tangent is x, element by element. */
// d atan x = dx/(x² + 1)
export const atan: Op<['x']> = unary('atan', 'The angle, within ±π/2, whose tangent is x.', x.atan, (v, g) =>
  div(g, add(mul(v, v), fullLike(v, 1))),
);
/** The angle of the point (b, a), within ±π, of one shape. */
// d atan2(a, b) = (b·da − a·db)/(a² + b²)
export const atan2: Op<['a', 'b']> = defineOp({
  name: 'atan2',
  doc: 'The angle, within ±π, of the point whose height is a and whose breadth is b.',
  operands: ['a', 'b'],
  attrs: {},
  rule: 'The type of a and b, which are of one shape and f32.',
  infer({ a, b }) {
    if (!sameShape(a.shape, b.shape))
      throw typeError('shape-mismatch', `atan2: shapes differ: ${showType(a)} and ${showType(b)}`);
    float('atan2', b);
    return float('atan2', a);
  },
  compute({ a, b }, at) {
    const [up, right] = [a(...at), b(...at)];
    const [tall, wide] = [x.abs(up), x.abs(right)];
    const isNegative = (v: Expr): Expr => x.lt(x.i32Bits(v), x.int(0));
    const isNone = x.or(x.ne(up, up), x.ne(right, right));
    // Of 0/0 and ∞/∞ the angle is that of 0 and of 1.
    const ratio = x.select(x.eq(tall, wide), x.select(x.eq(tall, x.num(0)), x.num(0), one), x.div(tall, wide));
    const angle = x.atan(ratio);
    const turned = x.select(isNegative(right), x.sub(x.num(Math.PI), angle), angle);
    return x.select(isNone, x.num(Number.NaN), x.select(isNegative(up), x.neg(turned), turned));
  },
  vjp({ a, b }, g) {
    const part = mul(g, reciprocal(add(mul(a, a), mul(b, b))));
    return { a: mul(part, b), b: mul(part, neg(a)) };
  },
});

// Beyond this, e^-x is nothing beside e^x, which in two factors does not overflow before its half does.
const isFar = (size: Expr): Expr => x.gt(size, x.num(9));
const farHalf = (size: Expr): Expr => {
  const root = x.exp(x.mul(half, size));
  return x.mul(x.mul(half, root), root);
};
/** The hyperbolic sine, element by element, exact near 0. */
// d sinh x = cosh x·dx
export const sinh: Op<['x']> = unary(
  'sinh',
  'The hyperbolic sine, (e^x - e^-x) / 2; exact near 0.',
  (v) => {
    const size = x.abs(v);
    const e = x.expm1(size);
    const near = x.mul(half, x.add(e, x.div(e, x.add(e, one))));
    return withSignOf(v, x.select(isFar(size), farHalf(size), near));
  },
  (v, g) => mul(g, cosh(v)),
);
/** The hyperbolic cosine, element by element. */
// d cosh x = sinh x·dx
export const cosh: Op<['x']> = unary(
  'cosh',
  'The hyperbolic cosine, (e^x + e^-x) / 2.',
  (v) => {
    const size = x.abs(v);
    const e = x.exp(size);
    return x.select(isFar(size), farHalf(size), x.mul(half, x.add(e, x.div(one, e))));
  },
  (v, g) => mul(g, sinh(v)),
);
/** The inverse of sinh, element by element, exact near 0. */
// d asinh x = dx/√(x² + 1)
export const asinh: Op<['x']> = unary(
  'asinh',
  'The number whose hyperbolic sine is x; exact near 0.',
  (v) => {
    const size = x.abs(v);
    const near = x.log1p(x.add(size, x.div(square(size), x.add(one, x.sqrt(x.add(square(size), one))))));
    return withSignOf(v, x.select(x.gt(size, x.num(1e4)), x.add(x.log(size), x.num(Math.LN2)), near));
  },
  (v, g) => mul(g, rsqrt(add(mul(v, v), fullLike(v, 1)))),
);
/** The inverse of cosh, which is not negative, element by element; NaN below 1. */
// d acosh x = dx/√(x² − 1)
export const acosh: Op<['x']> = unary(
  'acosh',
  'The number, not negative, whose hyperbolic cosine is x; NaN below 1.',
  (v) => {
    const over = x.sub(v, one);
    const near = x.log1p(x.add(over, x.sqrt(x.mul(over, x.add(v, one)))));
    const far = x.add(x.log(v), x.num(Math.LN2));
    return x.select(x.gt(v, x.num(1e4)), far, x.select(x.lt(v, one), x.num(Number.NaN), near));
  },
  (v, g) => mul(g, rsqrt(sub(mul(v, v), fullLike(v, 1)))),
);
/** The inverse of tanh, element by element, exact near 0; NaN beyond ±1. */
// d atanh x = dx/(1 − x²)
export const atanh: Op<['x']> = unary(
  'atanh',
  'The number whose hyperbolic tangent is x; exact near 0, NaN beyond ±1.',
  (v) => withSignOf(v, x.mul(half, x.log1p(x.div(x.mul(x.num(2), x.abs(v)), x.sub(one, x.abs(v)))))),
  (v, g) => div(g, sub(fullLike(v, 1), mul(v, v))),
);
