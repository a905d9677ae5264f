/** Relatives of the error function and of the gamma function, and the terms of entropies, element by element. */

import { integer } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import type { Expr } from '../expr.ts';
import * as x from '../expr.ts';
import type { Op } from '../graph.ts';
import { polynomial } from '../polynomial.ts';
import { f32, N } from '../type.ts';
import { fullLike } from './create.ts';
import { exp, log, mul, neg, sub } from './elementwise.ts';
import { float, unary } from './unary.ts';

/** e^(x²)·(1 - erf x), element by element. */
// d y = (2x·y − 2/√π)·dx
export const erfcx: Op<['x']> = unary(
  'erfcx',
  'e^(x²)·(1 - erf x), which is 1/(x·√π) far above 0.',
  x.erfcx,
  (v, g, y) => mul(g, sub(mul(fullLike(v, 2), mul(v, y)), fullLike(v, 2 / Math.sqrt(Math.PI)))),
);
/** The number whose error function is x, element by element. */
// d erf⁻¹ x = √π/2·e^(y²)·dx
export const erfinv: Op<['x']> = unary(
  'erfinv',
  'The number whose error function is x; infinite at ±1, NaN beyond.',
  x.erfinv,
  (_x, g, y) => mul(g, mul(fullLike(y, Math.sqrt(Math.PI) / 2), exp(mul(y, y)))),
);
/** -x·ln x, element by element. */
// d(−x·ln x) = (−ln x − 1)·dx
export const entr: Op<['x']> = unary(
  'entr',
  '-x·ln x; 0 at 0, and -∞ below.',
  (v) => {
    const inside = x.select(x.eq(v, x.num(0)), x.num(0), x.mul(x.neg(v), x.log(v)));
    return x.select(x.lt(v, x.num(0)), x.num(-Infinity), inside);
  },
  (v, g) => mul(g, sub(neg(log(v)), fullLike(v, 1))),
);
/** ln |Γ(x)|, element by element. */
// d ln |Γ(x)| = ψ(x)·dx
export const lgamma: Op<['x']> = unary(
  'lgamma',
  'The logarithm of the absolute value of the gamma function.',
  x.lgamma,
  (v, g) => mul(g, digamma(v)),
);
/** The slope ψ of ln |Γ(x)|, element by element. */
// dψ(x) = ψ′(x)·dx
export const digamma: Op<['x']> = unary(
  'digamma',
  'The slope of lgamma; NaN at negative whole numbers.',
  x.digamma,
  (v, g) => mul(g, polygamma(v, { n: 1 })),
);

/** The nth derivative of digamma, element by element. */
// dψₙ(x) = ψₙ₊₁(x)·dx
export const polygamma: Op<['x'], { n: number }> = defineOp({
  name: 'polygamma',
  doc: 'The nth derivative of digamma; infinite at 0 and negative whole numbers.',
  operands: ['x'],
  attrs: { n: integer(1) },
  rule: 'The type of x, which is f32.',
  example: [{ x: f32(N, 4) }, { n: 1 }],
  infer: ({ x }) => float('polygamma', x),
  compute({ x: of }, at, { n }) {
    const v = of(...at);
    const isNegative = x.lt(v, x.num(0));
    // ψₙ(z) = (-1)ⁿ⁺¹·n!·ζ(n + 1, z)
    const sign = n % 2 === 1 ? 1 : -1;
    const z = x.select(isNegative, x.sub(x.num(1), v), v);
    const y = x.mul(x.num(sign * factorial(n)), zeta(n + 1, z));
    // ψₙ(x) = (-1)ⁿ·ψₙ(1 - x) - π·dⁿ cot(πx)/dxⁿ
    const angle = x.mul(x.num(Math.PI), x.sub(v, x.nearest(v)));
    const slope = polynomial(x.div(x.cos(angle), x.sin(angle)), cotangentSlope(n).map(x.num));
    const other = x.sub(x.mul(x.num(-sign), y), x.mul(x.num(Math.PI ** (n + 1)), slope));
    return x.select(isNegative, other, y);
  },
  vjp: ({ x: v }, g, { n }) => ({ x: mul(g, polygamma(v, { n: n + 1 })) }),
});

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
/** vⁿ for a whole n of at least 1, by squares. */
const power = (v: Expr, n: number): Expr => {
  if (n === 1) return v;
  const half = power(v, n >> 1);
  const square = x.mul(half, half);
  return n % 2 === 0 ? square : x.mul(square, v);
};
/** The coefficients, of c⁰ first, of dⁿc/dxⁿ for c = cot x, of which each derivative is one of c times dc/dx = -(1 + c²). */
function cotangentSlope(n: number): number[] {
  if (n === 0) return [0, 1];
  const of = cotangentSlope(n - 1)
    .slice(1)
    .map((c, i) => -c * (i + 1));
  return [...of, 0, 0].map((c, i) => c + (of[i - 2] ?? 0));
}

// B₂ₖ/(2k)!
const bernoulli = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160] as const;
/** Σ (z + i)^-s over all i ≥ 0, for a whole s ≥ 2 and z ≥ 0: Euler and Maclaurin's formula from z + 8 on. */
function zeta(s: number, z: Expr): Expr {
  const from = 8;
  const inverse = (i: number): Expr => x.div(x.num(1), x.add(z, x.num(i)));
  const first = Array.from({ length: from }, (_, i) => power(inverse(i), s)).reduce(x.add);
  // w^-s·(w/(s - 1) + 1/2 + Σ B₂ₖ/(2k)!·s·(s + 1)⋯(s + 2k - 2)·w^(1 - 2k))
  const w = x.add(z, x.num(from));
  const v = x.div(x.num(1), w);
  const series = polynomial(
    x.mul(v, v),
    bernoulli.map((b, k) => x.num(Array.from({ length: 2 * k + 1 }, (_, i) => s + i).reduce((p, f) => p * f, b))),
  );
  const ends = x.add(x.num(0.5), x.mul(v, series));
  // w^(1 - s) is written as a product of its own: w may be infinite.
  const rest = x.mul(power(v, s - 1), x.num(1 / (s - 1)));
  return x.add(x.add(first, rest), x.mul(power(v, s), ends));
}
