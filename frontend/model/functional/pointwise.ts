/** Functions of numbers, element by element: each is the tensor's method of its name. */

import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import type { RoundOptions, Tensor } from '../tensor.ts';

const one = { x: k.tensor };
const operand = k.either(k.tensor, k.number);
const two = { x: k.tensor, other: operand };
const conditions = { x: k.tensor, other: k.tensor };

/** |x|, element by element; its gradient at 0 is 0. */
export const abs: (x: Tensor) => Tensor = fn('abs', one, (x) => x.abs());
/** -x, element by element. */
export const neg: (x: Tensor) => Tensor = fn('neg', one, (x) => x.neg());
/** -1, 0 or 1 by the sign, and 0 for NaN, element by element; its gradient is 0. */
export const sign: (x: Tensor) => Tensor = fn('sign', one, (x) => x.sign());
/** e^x, element by element, in f32. */
export const exp: (x: Tensor) => Tensor = fn('exp', one, (x) => x.exp());
/** 2^x, element by element, exact for whole numbers. */
export const exp2: (x: Tensor) => Tensor = fn('exp2', one, (x) => x.exp2());
/** e^x - 1, element by element, exact near 0. */
export const expm1: (x: Tensor) => Tensor = fn('expm1', one, (x) => x.expm1());
/** The natural logarithm, element by element, in f32. */
export const log: (x: Tensor) => Tensor = fn('log', one, (x) => x.log());
/** The logarithm to base 2, element by element, exact for powers of 2. */
export const log2: (x: Tensor) => Tensor = fn('log2', one, (x) => x.log2());
/** The logarithm to base 10, element by element. */
export const log10: (x: Tensor) => Tensor = fn('log10', one, (x) => x.log10());
/** The natural logarithm of 1 + x, element by element, exact near 0. */
export const log1p: (x: Tensor) => Tensor = fn('log1p', one, (x) => x.log1p());
/** The square root, element by element, in f32. */
export const sqrt: (x: Tensor) => Tensor = fn('sqrt', one, (x) => x.sqrt());
/** 1/√x, element by element. */
export const rsqrt: (x: Tensor) => Tensor = fn('rsqrt', one, (x) => x.rsqrt());
/** 1/x, element by element, in f32. */
export const reciprocal: (x: Tensor) => Tensor = fn('reciprocal', one, (x) => x.reciprocal());
/** x·x, element by element. */
export const square: (x: Tensor) => Tensor = fn('square', one, (x) => x.square());
/** The sine of an angle in radians, element by element, exact to the last places up to some 10⁵. */
export const sin: (x: Tensor) => Tensor = fn('sin', one, (x) => x.sin());
/** The cosine of an angle in radians, as sin. */
export const cos: (x: Tensor) => Tensor = fn('cos', one, (x) => x.cos());
/** The tangent of an angle in radians, as sin. */
export const tan: (x: Tensor) => Tensor = fn('tan', one, (x) => x.tan());
/** The angle, within ±π/2, whose sine is x, element by element; NaN beyond ±1. */
export const asin: (x: Tensor) => Tensor = fn('asin', one, (x) => x.asin());
/** The angle, from 0 to π, whose cosine is x, element by element; NaN beyond ±1. */
export const acos: (x: Tensor) => Tensor = fn('acos', one, (x) => x.acos());
/** The angle, within ±π/2, whose tangent is x, element by element. */
export const atan: (x: Tensor) => Tensor = fn('atan', one, (x) => x.atan());
/** The hyperbolic sine, element by element. */
export const sinh: (x: Tensor) => Tensor = fn('sinh', one, (x) => x.sinh());
/** The hyperbolic cosine, element by element. */
export const cosh: (x: Tensor) => Tensor = fn('cosh', one, (x) => x.cosh());
/** The number whose hyperbolic sine is x, element by element. */
export const asinh: (x: Tensor) => Tensor = fn('asinh', one, (x) => x.asinh());
/** The number, not negative, whose hyperbolic cosine is x, element by element; NaN below 1. */
export const acosh: (x: Tensor) => Tensor = fn('acosh', one, (x) => x.acosh());
/** The number whose hyperbolic tangent is x, element by element; NaN beyond ±1. */
export const atanh: (x: Tensor) => Tensor = fn('atanh', one, (x) => x.atanh());
/** The error function, element by element, in f32. */
export const erf: (x: Tensor) => Tensor = fn('erf', one, (x) => x.erf());
/** 1 - erf(x), element by element, exact where erf is near 1. */
export const erfc: (x: Tensor) => Tensor = fn('erfc', one, (x) => x.erfc());
/** The greatest whole number not above x, element by element; its gradient is 0. */
export const floor: (x: Tensor) => Tensor = fn('floor', one, (x) => x.floor());
/** The least whole number not below x, element by element; its gradient is 0. */
export const ceil: (x: Tensor) => Tensor = fn('ceil', one, (x) => x.ceil());
/** The integer nearest to x, element by element; ties go to the even one. Its gradient is 0. `decimals` (0) is how many
 *  decimals stay. */
export const round: (x: Tensor, options?: RoundOptions) => Tensor = withOptions(
  'round',
  one,
  { decimals: k.optional(k.whole()) },
  (x: Tensor, options: RoundOptions) => x.round(options),
);
/** x rounded to an integer towards 0, element by element; its gradient is 0. */
export const trunc: (x: Tensor) => Tensor = fn('trunc', one, (x) => x.trunc());
/** The fractional part of x, with its sign, element by element. Throws for integers. */
export const frac: (x: Tensor) => Tensor = fn('frac', one, (x) => x.frac());
/** True where elements are NaN. */
export const isnan: (x: Tensor) => Tensor = fn('isnan', one, (x) => x.isnan());
/** True where elements are infinite. */
export const isinf: (x: Tensor) => Tensor = fn('isinf', one, (x) => x.isinf());
/** True where elements are neither NaN nor infinite. */
export const isfinite: (x: Tensor) => Tensor = fn('isfinite', one, (x) => x.isfinite());
/** True where an element is 0 or false. */
export const logicalNot: (x: Tensor) => Tensor = fn('logicalNot', one, (x) => x.logicalNot());
/** The greater of the two, element by element. */
export const maximum: (x: Tensor, other: Tensor | number) => Tensor = fn('maximum', two, (x, other) =>
  x.maximum(other),
);
/** The lesser of the two, element by element. */
export const minimum: (x: Tensor, other: Tensor | number) => Tensor = fn('minimum', two, (x, other) =>
  x.minimum(other),
);
/** The power, element by element: small whole exponents are products, and 0.5 is a square root. */
export const pow: (x: Tensor, exponent: Tensor | number) => Tensor = fn(
  'pow',
  { x: k.tensor, exponent: operand },
  (x, exponent) => x.pow(exponent),
);
/** The angle, within ±π, of the points with the heights x and the breadths `other`. */
export const atan2: (x: Tensor, other: Tensor) => Tensor = fn('atan2', conditions, (x, other) => x.atan2(other));
/** True where both elements are neither 0 nor false. */
export const logicalAnd: (x: Tensor, other: Tensor) => Tensor = fn('logicalAnd', conditions, (x, other) =>
  x.logicalAnd(other),
);
/** True where one or both elements are neither 0 nor false. */
export const logicalOr: (x: Tensor, other: Tensor) => Tensor = fn('logicalOr', conditions, (x, other) =>
  x.logicalOr(other),
);
/** True where exactly one of the two elements is neither 0 nor false. */
export const logicalXor: (x: Tensor, other: Tensor) => Tensor = fn('logicalXor', conditions, (x, other) =>
  x.logicalXor(other),
);
/** `x` within `min` and `max`, numbers or tensors, either of which may be left out (null). */
export const clamp: (x: Tensor, min?: Tensor | number | null, max?: Tensor | number | null) => Tensor = fn(
  'clamp',
  { x: k.tensor, min: k.optional(k.orNull(operand)), max: k.optional(k.orNull(operand)) },
  (x, min = null, max = null) => x.clamp(min, max),
);
/** As `clamp` with only a minimum. */
export const clampMin: (x: Tensor, min: Tensor | number) => Tensor = fn(
  'clampMin',
  { x: k.tensor, min: operand },
  (x, min) => x.clamp(min),
);
/** As `clamp` with only a maximum. */
export const clampMax: (x: Tensor, max: Tensor | number) => Tensor = fn(
  'clampMax',
  { x: k.tensor, max: operand },
  (x, max) => x.clamp(null, max),
);
/** x + weight·(end - x), computed from the nearer end. Throws for integers. */
export const lerp: (x: Tensor, end: Tensor, weight: Tensor | number) => Tensor = fn(
  'lerp',
  { x: k.tensor, end: k.tensor, weight: operand },
  (x, end, weight) => x.lerp(end, weight),
);
/** `x` with `nan` (0) for NaN, and the greatest and the least number, or `posinf` and `neginf`, for infinities. */
export const nanToNum: (x: Tensor, nan?: number, posinf?: number | null, neginf?: number | null) => Tensor = fn(
  'nanToNum',
  {
    x: k.tensor,
    nan: k.optional(k.number),
    posinf: k.optional(k.orNull(k.number)),
    neginf: k.optional(k.orNull(k.number)),
  },
  (x, nan = 0, posinf = null, neginf = null) => x.nanToNum(nan, posinf, neginf),
);
