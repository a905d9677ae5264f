/** Exponentials and logarithms, as polynomials in operations that hardware has, and what all such formulas share. */

import type { Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { polynomial } from '../../ir/polynomial.ts';

export const f = (v: number): Expr => x.num(Math.fround(v));
export const horner = (v: Expr, ...c: readonly number[]): Expr => polynomial(v, c.map(f));
/** 2ⁿ for -126 ≤ n ≤ 127. */
const power2 = (n: Expr): Expr => x.f32Bits(x.shl(x.add(n, x.int(127)), x.int(23)));
export const clamp = (v: Expr, low: number, high: number): Expr =>
  x.select(x.gt(v, f(high)), f(high), x.select(x.lt(v, f(low)), f(low), v));

/** x = n·ln 2 + r with n = ⌊x/ln 2⌉ and so |r| ≤ ½·ln 2, and eʳ - 1 - r. */
function reduced(v: Expr): { readonly n: Expr; readonly r: Expr; readonly rest: Expr } {
  const n = x.nearest(x.mul(v, f(Math.LOG2E)));
  const r = x.sub(x.sub(v, x.mul(n, f(0.693359375))), x.mul(n, f(-2.1219444e-4)));
  const p = horner(
    r,
    5.0000001201e-1,
    1.6666665459e-1,
    4.1665795894e-2,
    8.3334519073e-3,
    1.3981999507e-3,
    1.98756915e-4,
  );
  return { n, r, rest: x.mul(x.mul(r, r), p) };
}

/** v·2ⁿ, the power in two factors, as n may exceed the range of exponents. */
export function timesPower2(v: Expr, n: Expr): Expr {
  const half = x.convert('i32', x.mul(n, f(0.5)));
  const rest = x.sub(x.convert('i32', n), half);
  return x.mul(x.mul(v, power2(half)), power2(rest));
}

// eˣ = 2ⁿ·eʳ
export function exp(v: Expr): Expr {
  const { n, r, rest } = reduced(clamp(v, -104, 89));
  return timesPower2(x.add(x.add(rest, r), f(1)), n);
}

// eˣ - 1 = 2ⁿ·((eʳ - 1) + (1 - 2⁻ⁿ))
export function expm1(v: Expr): Expr {
  const { n, r, rest } = reduced(clamp(v, -18, 89));
  const inverse = power2(x.sub(x.int(0), x.convert('i32', clamp(n, -26, 126))));
  const y = timesPower2(x.add(x.add(rest, r), x.sub(f(1), inverse)), n);
  // −0 stays −0.
  return x.select(x.eq(v, f(0)), v, y);
}

/** v = 2ᵏ·m with √½ ≤ m < √2, for v > 0. */
export function parts(v: Expr): { readonly k: Expr; readonly m: Expr } {
  const tiny = x.lt(v, f(1.17549435e-38));
  const bits = x.add(x.i32Bits(x.select(tiny, x.mul(v, f(8388608)), v)), x.int(0x3f800000 - 0x3f3504f3));
  const k = x.convert('f32', x.sub(x.sub(x.shr(bits, x.int(23)), x.int(127)), x.select(tiny, x.int(23), x.int(0))));
  return { k, m: x.f32Bits(x.add(x.bitand(bits, x.int(0x007fffff)), x.int(0x3f3504f3))) };
}

/** ln (1 + g) = g - half + rest for 1 + g between √½ and √2, by a series in s = g/(2 + g). */
function series(g: Expr): { readonly half: Expr; readonly rest: Expr } {
  const s = x.div(g, x.add(f(2), g));
  const z = x.mul(s, s);
  const w = x.mul(z, z);
  const r = x.add(x.mul(z, horner(w, 0.66666662693, 0.28498786688)), x.mul(w, horner(w, 0.40000972152, 0.24279078841)));
  const half = x.mul(f(0.5), x.mul(g, g));
  return { half, rest: x.mul(s, x.add(half, r)) };
}

/** k·ln 2 + ln (1 + g) */
function sumOfLogs(k: Expr, g: Expr): Expr {
  const { half, rest } = series(g);
  const low = x.add(rest, x.mul(k, f(9.0580006145e-6)));
  return x.add(x.add(x.sub(low, half), g), x.mul(k, f(6.9313812256e-1)));
}

/** The logarithm `y` of v > 0, and of 0 → −∞, ∞ → ∞, negative or NaN → NaN. */
function everywhere(v: Expr, y: Expr): Expr {
  const special = x.select(x.eq(v, f(0)), f(-Infinity), x.select(x.gt(v, f(0)), v, f(Number.NaN)));
  return x.select(x.and(x.gt(v, f(0)), x.lt(v, f(Infinity))), y, special);
}

// ln x = k·ln 2 + ln m
export function log(v: Expr): Expr {
  const { k, m } = parts(v);
  return everywhere(v, sumOfLogs(k, x.sub(m, f(1))));
}

// As ln (1 + x), whose m - 1 is x itself where k is 0, and no difference of a rounded sum.
export function log1p(v: Expr): Expr {
  const u = x.add(f(1), v);
  const { k, m } = parts(u);
  const y = sumOfLogs(k, x.select(x.eq(k, f(0)), v, x.sub(m, f(1))));
  // −0 stays −0.
  return x.select(x.eq(v, f(0)), v, everywhere(u, y));
}

// log₂ x = k + ln m / ln 2, exact for powers of 2
export function log2(v: Expr): Expr {
  const { k, m } = parts(v);
  const g = x.sub(m, f(1));
  const { half, rest } = series(g);
  return everywhere(v, x.add(k, x.mul(x.add(x.sub(rest, half), g), f(Math.LOG2E))));
}

/** The upper half of a number's bits: the product of two such numbers is exact. */
export const upper = (v: Expr): Expr => x.f32Bits(x.bitand(x.i32Bits(v), x.int(-4096)));
