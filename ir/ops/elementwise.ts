/** Ops that act element by element, on operands of one shape. Broadcasting is an op of its own. */

import { dtype } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import type { Expr } from '../expr.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { type DType, f32, N, sameShape, showType, type TensorType, tensor } from '../type.ts';
import { fullLike } from './create.ts';
import { float, unary } from './unary.ts';

function same(name: string, a: TensorType, b: TensorType): TensorType {
  if (!sameShape(a.shape, b.shape))
    throw typeError('shape-mismatch', `${name}: shapes differ: ${showType(a)} and ${showType(b)}`);
  if (a.dtype !== b.dtype)
    throw typeError(
      'dtype-mismatch',
      `${name}: element types differ: ${showType(a)} and ${showType(b)}`,
      `convert one of them, e.g. to(${a.dtype})`,
    );
  return a;
}

function numeric(name: string, t: TensorType): TensorType {
  if (t.dtype !== 'f32' && t.dtype !== 'i32')
    throw typeError('dtype-mismatch', `${name}: needs f32 or i32 tensors, got ${showType(t)}`, 'convert it first');
  return t;
}

/** `out[i] = f(a[i], b[i])`, of floats alone where `only` says so. */
const binary = (
  name: string,
  doc: string,
  f: (a: Expr, b: Expr) => Expr,
  grad: (a: Value, b: Value, g: Value, result: Value) => readonly [Value, Value],
  only?: 'f32',
): Op<['a', 'b']> =>
  defineOp({
    name,
    doc,
    operands: ['a', 'b'],
    attrs: {},
    rule: `The type of a and b, which are of one shape and both f32${only ? '' : ' or both i32'}.`,
    infer: ({ a, b }) => (only ? float : numeric)(name, same(name, a, b)),
    compute: ({ a, b }, at) => f(a(...at), b(...at)),
    vjp: ({ a, b }, g, _attrs, result) => {
      if (result.type.dtype !== 'f32') return { a: 'none', b: 'none' };
      const [da, db] = grad(a, b, g, result);
      return { a: da, b: db };
    },
  });

/** `out[i] = a[i] ? b[i]`, a condition, through which no gradient flows. */
const comparison = (name: string, doc: string, f: (a: Expr, b: Expr) => Expr): Op<['a', 'b']> =>
  defineOp({
    name,
    doc,
    operands: ['a', 'b'],
    attrs: {},
    rule: 'bool, of the shape of a and b, which are of one type.',
    infer: ({ a, b }) => tensor('bool', same(name, a, b).shape),
    compute: ({ a, b }, at) => f(a(...at), b(...at)),
    vjp: () => ({ a: 'none', b: 'none' }),
  });

/** a + b, both f32 or both i32, of one shape. */
// d(a+b) = da + db
export const add: Op<['a', 'b']> = binary('add', 'The sum, a + b.', x.add, (_a, _b, g) => [g, g]);
/** a - b, both f32 or both i32, of one shape. */
// d(a−b) = da − db
export const sub: Op<['a', 'b']> = binary('sub', 'The difference, a - b.', x.sub, (_a, _b, g) => [g, neg(g)]);
/** a · b, both f32 or both i32, of one shape. */
// d(a·b) = b·da + a·db
export const mul: Op<['a', 'b']> = binary('mul', 'The product, a * b.', x.mul, (a, b, g) => [mul(g, b), mul(g, a)]);
/** a / b, of one shape. */
// d(a/b) = da/b − (a/b)/b·db: b² might be 0 or infinite where b is neither.
export const div: Op<['a', 'b']> = binary('div', 'The quotient, a / b.', x.div, (_a, b, g, q) => [
  div(g, b),
  neg(mul(g, div(q, b))),
]);
/** a to the b, both f32, of one shape. */
// d(aᵇ) = b·aᵇ⁻¹·da + aᵇ·ln a·db; the first term is 0 at b = 0 even where a is 0, the second at a = 0 as its limit is,
// which there is for powers that are no poles.
export const pow: Op<['a', 'b']> = binary(
  'pow',
  'The power, a to the b.',
  x.pow,
  (a, b, g, p) => [
    select(equal(b, fullLike(b, 0)), fullLike(b, 0), mul(g, mul(b, pow(a, sub(b, fullLike(b, 1)))))),
    mul(g, select(both(equal(a, fullLike(a, 0)), greaterEqual(b, fullLike(b, 0))), fullLike(a, 0), mul(p, log(a)))),
  ],
  'f32',
);
/** What the division of a by b leaves, with the sign of a. */
// r = a − ⌊a/b⌋·b, towards 0  ⇒  dr = da − ⌊a/b⌋·db
export const fmod: Op<['a', 'b']> = binary(
  'fmod',
  'What the division of a by b leaves, exactly, with the sign of a.',
  x.fmod,
  (a, b, g) => {
    const q = div(a, b);
    return [g, neg(mul(g, mul(sign(q), floor(abs(q)))))];
  },
  'f32',
);
/** -(b·ln a + (1 − b)·ln(1 − a)), each logarithm at least −100, for a probability a and a target b of its shape. */
// PyTorch's gradients are those without the bound: ∂/∂a = (a − b) / (a·(1 − a)), the divisor at least 1e-12, and
// ∂/∂b = ln(1 − a) − ln a.
export const binaryCrossEntropy: Op<['a', 'b']> = binary(
  'binary_cross_entropy',
  '-(b·ln a + (1 - b)·ln(1 - a)), each logarithm at least -100.',
  (a, b) => {
    const bounded = (v: Expr): Expr => x.max(x.log(v), x.num(-100));
    return x.sub(x.mul(x.sub(b, x.num(1)), bounded(x.sub(x.num(1), a))), x.mul(b, bounded(a)));
  },
  (a, b, g) => {
    const rest = sub(fullLike(a, 1), a);
    return [div(mul(g, sub(a, b)), maximum(mul(rest, a), fullLike(a, 1e-12))), mul(g, sub(log(rest), log(a)))];
  },
  'f32',
);

/** The greater of a and b, of one shape; NaN if either is. */
// The gradient goes to the greater operand, half to each where they are equal, and to both where either is NaN.
export const maximum: Op<['a', 'b']> = binary(
  'maximum',
  'The greater of a and b; NaN if either is.',
  x.max,
  (a, b, g) => [unlessLess(a, b, g), unlessLess(b, a, g)],
);
/** The lesser of a and b, of one shape; NaN if either is. */
export const minimum: Op<['a', 'b']> = binary(
  'minimum',
  'The lesser of a and b; NaN if either is.',
  x.min,
  (a, b, g) => [unlessLess(b, a, g), unlessLess(a, b, g)],
);
/** 0 where a < b, g/2 where a = b, else g. */
const unlessLess = (a: Value, b: Value, g: Value): Value =>
  select(less(a, b), fullLike(g, 0), select(equal(a, b), mul(g, fullLike(g, 0.5)), g));

/** a < b: bool, of the shape of both. */
export const less = comparison('less', 'The condition a < b.', x.lt);
/** a <= b: bool, of the shape of both. */
export const lessEqual = comparison('less_equal', 'The condition a <= b.', x.le);
/** a > b: bool, of the shape of both. */
export const greater = comparison('greater', 'The condition a > b.', x.gt);
/** a >= b: bool, of the shape of both. */
export const greaterEqual = comparison('greater_equal', 'The condition a >= b.', x.ge);
/** a = b: bool, of the shape of both. */
export const equal = comparison('equal', 'The condition a = b.', x.eq);
/** a ≠ b: bool, of the shape of both. NaN differs from everything. */
export const notEqual = comparison('not_equal', 'The condition a ≠ b; NaN differs from everything.', x.ne);

/** `cond ? a : b`. */
export const select: Op<['cond', 'a', 'b']> = defineOp({
  name: 'select',
  doc: 'a where cond holds, else b.',
  operands: ['cond', 'a', 'b'],
  attrs: {},
  rule: 'The type of a and b; cond is bool, and all three are of one shape.',
  example: [{ cond: tensor('bool', [N, 4]), a: f32(N, 4), b: f32(N, 4) }, {}],
  infer({ cond, a, b }) {
    if (cond.dtype !== 'bool')
      throw typeError('dtype-mismatch', `select: the condition must be bool, got ${showType(cond)}`);
    if (!sameShape(cond.shape, a.shape))
      throw typeError('shape-mismatch', `select: shapes differ: ${showType(cond)} and ${showType(a)}`);
    return same('select', a, b);
  },
  compute: ({ cond, a, b }, at) => x.select(cond(...at), a(...at), b(...at)),
  vjp: ({ cond, a }, g) => ({ cond: 'none', a: select(cond, g, fullLike(a, 0)), b: select(cond, fullLike(a, 0), g) }),
});

/** True if both conditions hold. */
const both = (p: Value, q: Value): Value => select(p, q, p);

/** True if either condition holds. */
const either = (p: Value, q: Value): Value => select(p, p, q);
const where = (cond: Value, g: Value): Value => select(cond, g, fullLike(g, 0));

/** x, and `low` where x is less, of one shape; NaN if either is. */
// The gradient goes to x within its bounds, inclusive, else to the bound that applies. NaN is within no bounds.
export const clampMin: Op<['x', 'low']> = defineOp({
  name: 'clamp_min',
  doc: 'x, and `low` where x is less; NaN if either is.',
  operands: ['x', 'low'],
  attrs: {},
  rule: 'The type of x and low, which are of one shape and both f32 or both i32.',
  infer: ({ x, low }) => numeric('clamp_min', same('clamp_min', x, low)),
  compute: ({ x: v, low }, at) => x.max(v(...at), low(...at)),
  vjp: ({ x: v, low }, g) => ({ x: where(greaterEqual(v, low), g), low: where(less(v, low), g) }),
});
/** x, and `high` where x is greater, of one shape; NaN if either is. */
export const clampMax: Op<['x', 'high']> = defineOp({
  name: 'clamp_max',
  doc: 'x, and `high` where x is greater; NaN if either is.',
  operands: ['x', 'high'],
  attrs: {},
  rule: 'The type of x and high, which are of one shape and both f32 or both i32.',
  infer: ({ x, high }) => numeric('clamp_max', same('clamp_max', x, high)),
  compute: ({ x: v, high }, at) => x.min(v(...at), high(...at)),
  vjp: ({ x: v, high }, g) => ({ x: where(lessEqual(v, high), g), high: where(greater(v, high), g) }),
});
/** x kept within `low` and `high`, of one shape; `high` if low > high, and NaN if any of the three is. */
export const clamp: Op<['x', 'low', 'high']> = defineOp({
  name: 'clamp',
  doc: 'x kept within `low` and `high`; `high` where low > high, and NaN if any of the three is.',
  operands: ['x', 'low', 'high'],
  attrs: {},
  rule: 'The type of x, low and high, which are of one shape and all f32 or all i32.',
  infer: ({ x, low, high }) => numeric('clamp', same('clamp', same('clamp', x, low), high)),
  compute: ({ x: v, low, high }, at) => x.min(x.max(v(...at), low(...at)), high(...at)),
  vjp: ({ x: v, low, high }, g) => ({
    x: where(both(greaterEqual(v, low), lessEqual(v, high)), g),
    low: where(both(less(v, low), less(low, high)), g),
    high: where(either(greater(v, high), less(high, low)), g),
  }),
});

/** a + w·(b - a), of one shape, computed from the nearer end: a for w = 0, b for w = 1. */
// da = (1 − w)·g, db = w·g, dw = (b − a)·g
export const lerp: Op<['a', 'b', 'weight']> = defineOp({
  name: 'lerp',
  doc: 'a + weight·(b - a), computed from b where the weight is at least ½.',
  operands: ['a', 'b', 'weight'],
  attrs: {},
  rule: 'The type of a, b and weight, which are of one shape and f32.',
  infer: ({ a, b, weight }) => float('lerp', same('lerp', same('lerp', a, b), weight)),
  compute({ a, b, weight }, at) {
    const [from, to, w] = [a(...at), b(...at), weight(...at)];
    const way = x.sub(to, from);
    const isNear = x.lt(w, x.num(0.5));
    return x.select(isNear, x.add(from, x.mul(w, way)), x.sub(to, x.mul(way, x.sub(x.num(1), w))));
  },
  vjp: ({ a, b, weight }, g) => ({
    a: mul(g, sub(fullLike(weight, 1), weight)),
    b: mul(g, weight),
    weight: mul(g, sub(b, a)),
  }),
});

/** -x, element by element. */
// d(−x) = −dx
export const neg: Op<['x']> = unary('neg', 'The negative, -x.', x.neg, (_x, g) => neg(g));
/** e to the x, element by element. */
// d eˣ = eˣ·dx
export const exp: Op<['x']> = unary('exp', 'e to the x.', x.exp, (_x, g, y) => mul(g, y));
/** The natural logarithm, element by element. */
// d ln x = dx/x
export const log: Op<['x']> = unary('log', 'The natural logarithm.', x.log, (v, g) => div(g, v));
/** e to the x, less 1, element by element, exact near 0. */
// d (eˣ − 1) = eˣ·dx
export const expm1: Op<['x']> = unary('expm1', 'e to the x, less 1; exact near 0.', x.expm1, (v, g) => mul(g, exp(v)));
/** The natural logarithm of 1 + x, element by element, exact near 0. */
// d ln (1 + x) = dx/(1 + x)
export const log1p: Op<['x']> = unary('log1p', 'The natural logarithm of 1 + x; exact near 0.', x.log1p, (v, g) =>
  div(g, add(v, fullLike(v, 1))),
);
/** The logarithm to base 2, element by element, exact for powers of 2. */
// d log₂ x = dx/(x·ln 2)
export const log2: Op<['x']> = unary('log2', 'The logarithm to base 2.', x.log2, (v, g) =>
  div(g, mul(v, fullLike(v, Math.LN2))),
);
/** The logarithm to base 10, element by element. */
// d log₁₀ x = dx/(x·ln 10)
export const log10: Op<['x']> = unary(
  'log10',
  'The logarithm to base 10.',
  (v) => x.mul(x.log(v), x.num(Math.LOG10E)),
  (v, g) => div(g, mul(v, fullLike(v, Math.LN10))),
);
/** 2 to the x, element by element, exact for whole numbers. */
// d 2ˣ = 2ˣ·ln 2·dx
export const exp2: Op<['x']> = unary(
  'exp2',
  '2 to the x.',
  (v) => x.pow(x.num(2), v),
  (_x, g, y) => mul(mul(g, y), fullLike(y, Math.LN2)),
);
/** 1/x, element by element. */
// d(1/x) = −dx/x²
export const reciprocal: Op<['x']> = unary(
  'reciprocal',
  'The reciprocal, 1 / x.',
  (v) => x.div(x.num(1), v),
  (_x, g, y) => mul(neg(g), mul(y, y)),
);
/** 1/√x, element by element. */
// d(1/√x) = −dx/(2·√x³)
export const rsqrt: Op<['x']> = unary(
  'rsqrt',
  'The reciprocal of the square root.',
  (v) => x.div(x.num(1), x.sqrt(v)),
  (_x, g, y) => mul(mul(fullLike(y, -0.5), g), mul(mul(y, y), y)),
);
/** The square root, element by element. */
// d √x = dx/(2√x)
export const sqrt: Op<['x']> = unary('sqrt', 'The square root.', x.sqrt, (v, g, y) => div(g, mul(fullLike(v, 2), y)));
/** |x|, element by element. */
// d|x| = sign(x)·dx, and 0 at 0
export const abs: Op<['x']> = unary('abs', 'The absolute value.', x.abs, (v, g) => mul(g, sign(v)));
/** The hyperbolic tangent, element by element. */
// d tanh x = (1 − tanh² x)·dx
export const tanh: Op<['x']> = unary('tanh', 'The hyperbolic tangent.', x.tanh, (v, g, y) =>
  mul(g, sub(fullLike(v, 1), mul(y, y))),
);
/** The error function, element by element. */
// d erf x = 2/√π·e^(−x²)·dx
export const erf: Op<['x']> = unary('erf', 'The error function.', x.erf, (v, g) =>
  mul(g, mul(fullLike(v, 2 / Math.sqrt(Math.PI)), exp(neg(mul(v, v))))),
);
/** 1 - erf x, element by element, exact where erf x is near 1. */
// d(1 − erf x) = −2/√π·e^(−x²)·dx
export const erfc: Op<['x']> = unary('erfc', '1 - erf x; exact where erf x is near 1.', x.erfc, (v, g) =>
  mul(g, mul(fullLike(v, -2 / Math.sqrt(Math.PI)), exp(neg(mul(v, v))))),
);
/** 1 / (1 + e^-x), element by element. */
// d σ = σ·(1 − σ)·dx
export const sigmoid: Op<['x']> = unary(
  'sigmoid',
  'The logistic function, 1 / (1 + e^-x).',
  (v) => x.div(x.num(1), x.add(x.num(1), x.exp(x.neg(v)))),
  (v, g, y) => mul(g, mul(y, sub(fullLike(v, 1), y))),
);
/** The logarithm of the logistic function, element by element. */
// d ln σ(x) = (1 − σ(x))·dx
export const logSigmoid: Op<['x']> = unary(
  'log_sigmoid',
  'The logarithm of the logistic function, written so that neither end overflows.',
  (v) => x.sub(x.min(v, x.num(0)), x.log1p(x.exp(x.neg(x.abs(v))))),
  (v, g) => mul(g, sigmoid(neg(v))),
);
/** -1, 0 or 1 by the sign of x, element by element, and 0 of NaN; its gradient is 0. */
export const sign: Op<['x']> = unary(
  'sign',
  '-1, 0 or 1 by the sign of x; 0 of NaN, which has none.',
  (v) => x.select(x.gt(v, x.num(0)), x.num(1), x.select(x.lt(v, x.num(0)), x.num(-1), x.num(0))),
  (v) => fullLike(v, 0),
);
/** The greatest integer not above x, element by element; its gradient is 0. */
export const floor: Op<['x']> = unary('floor', 'The greatest integer not above x.', x.floor, (v) => fullLike(v, 0));
/** The whole number next to x, element by element, of which ties take the even one; its gradient is 0. */
export const round: Op<['x']> = unary('round', 'The integer nearest to x; ties go to the even one.', x.nearest, (v) =>
  fullLike(v, 0),
);

/** max(x, 0), and NaN for NaN, as in PyTorch. */
export const relu: Op<['x']> = unary(
  'relu',
  'x where it is positive or NaN, else 0.',
  (v) => x.select(x.lt(v, x.num(0)), x.num(0), v),
  (_x, g, y) => reluGrad(y, g),
);
/** The cotangent of a relu's operand, from the relu's result `y`. */
export const reluGrad: Op<['y', 'g']> = defineOp({
  name: 'relu_grad',
  doc: 'g where y is positive or NaN, else 0.',
  operands: ['y', 'g'],
  attrs: {},
  rule: 'The type of y and g, which are of one shape and f32.',
  infer: ({ y, g }) => float('relu_grad', same('relu_grad', y, g)),
  compute: ({ y, g }, at) => x.select(x.le(y(...at), x.num(0)), x.num(0), g(...at)),
  // The mask has slope 0, and the second cotangent passes where the first did.
  vjp: ({ y }, g2) => ({ y: 'none', g: reluGrad(y, g2) }),
});

/** The value in another element type. Floats convert to integers by truncation. */
export const convert: Op<['x'], { to: DType }> = defineOp({
  name: 'convert',
  doc: 'x in the element type `to`; floats lose their fraction on the way to integers.',
  operands: ['x'],
  attrs: { to: dtype },
  rule: 'The shape of x, of the element type `to`.',
  example: [{ x: f32(N, 4) }, { to: 'i32' }],
  infer: ({ x }, { to }) => tensor(to, x.shape),
  compute: ({ x: v }, at, { to }) => x.convert(to, v(...at)),
  vjp: ({ x }, g, { to }) => ({ x: to === 'f32' && x.type.dtype === 'f32' ? g : 'none' }),
});
