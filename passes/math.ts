/** The functions that hardware lacks, as polynomials over what it has: the same bits on every engine.
 *  exp and tanh after Moshier's Cephes, log after FreeBSD's e_logf.c, erf after Juffa's erff. `test/math.test.ts` holds
 *  each to its error in units of the last place. */

import type { Expr } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';

/** c₀ + v·(c₁ + v·(c₂ + …)) */
const horner = (v: Expr, ...c: readonly number[]): Expr =>
  c.slice(0, -1).reduceRight((sum, k) => x.add(x.mul(sum, v), f(k)), f(c.at(-1) as number));
const f = (v: number): Expr => x.num(Math.fround(v));
/** 2ⁿ for -126 ≤ n ≤ 127. */
const power2 = (n: Expr): Expr => x.f32Bits(x.shl(x.add(n, x.int(127)), x.int(23)));
const clamp = (v: Expr, low: number, high: number): Expr =>
  x.select(x.gt(v, f(high)), f(high), x.select(x.lt(v, f(low)), f(low), v));

// eˣ = 2ⁿ·eʳ with n = ⌊x/ln 2⌉ and |r| ≤ ½·ln 2; 2ⁿ in two factors, as n may leave the exponent's range.
function exp(v: Expr): Expr {
  const c = clamp(v, -104, 89);
  const n = x.nearest(x.mul(c, f(Math.LOG2E)));
  const r = x.sub(x.sub(c, x.mul(n, f(0.693359375))), x.mul(n, f(-2.1219444e-4)));
  const p = horner(
    r,
    5.0000001201e-1,
    1.6666665459e-1,
    4.1665795894e-2,
    8.3334519073e-3,
    1.3981999507e-3,
    1.98756915e-4,
  );
  const y = x.add(x.add(x.mul(x.mul(r, r), p), r), f(1));
  const half = x.convert('i32', x.mul(n, f(0.5)));
  const rest = x.sub(x.convert('i32', n), half);
  return x.mul(x.mul(y, power2(half)), power2(rest));
}

// ln x = k·ln 2 + ln m with √½ ≤ m < √2; ln m by a series in s = (m−1)/(m+1).
function log(v: Expr): Expr {
  const tiny = x.lt(v, f(1.17549435e-38));
  const scaled = x.select(tiny, x.mul(v, f(8388608)), v);
  const bits = x.add(x.i32Bits(scaled), x.int(0x3f800000 - 0x3f3504f3));
  const k = x.convert('f32', x.sub(x.sub(x.shr(bits, x.int(23)), x.int(127)), x.select(tiny, x.int(23), x.int(0))));
  const m = x.f32Bits(x.add(x.bitand(bits, x.int(0x007fffff)), x.int(0x3f3504f3)));
  const g = x.sub(m, f(1));
  const s = x.div(g, x.add(f(2), g));
  const z = x.mul(s, s);
  const w = x.mul(z, z);
  const r = x.add(x.mul(z, horner(w, 0.66666662693, 0.28498786688)), x.mul(w, horner(w, 0.40000972152, 0.24279078841)));
  const h = x.mul(f(0.5), x.mul(g, g));
  const low = x.add(x.mul(s, x.add(h, r)), x.mul(k, f(9.0580006145e-6)));
  const y = x.add(x.add(x.sub(low, h), g), x.mul(k, f(6.9313812256e-1)));
  // 0 → −∞, ∞ → ∞, negative or NaN → NaN
  const special = x.select(x.eq(v, f(0)), f(-Infinity), x.select(x.gt(v, f(0)), v, f(Number.NaN)));
  return x.select(x.and(x.gt(v, f(0)), x.lt(v, f(Infinity))), y, special);
}

// x + x³·P(x²) near 0; sign(x)·(1 − 2/(e²|x| + 1)) elsewhere.
function tanh(v: Expr): Expr {
  const z = x.mul(v, v);
  const p = horner(z, -3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3);
  // −0 stays −0.
  const near = x.select(x.eq(v, f(0)), v, x.add(v, x.mul(v, x.mul(z, p))));
  const size = x.abs(v);
  const far = x.sub(f(1), x.div(f(2), x.add(exp(x.mul(f(2), size)), f(1))));
  return x.select(x.lt(size, f(0.625)), near, x.select(x.lt(v, f(0)), x.neg(far), far));
}

// x + x·P(x²) near 0, sign(x)·(1 − e^(|x|·Q(|x|))) elsewhere: after Juffa's erff.
function erf(v: Expr): Expr {
  const z = x.mul(v, v);
  const p = horner(z, 1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4);
  const near = x.add(v, x.mul(v, p));
  const size = x.abs(v);
  const q = horner(
    size,
    -1.28717512e-1,
    -6.34846687e-1,
    -1.06777877e-1,
    2.42546219e-2,
    -3.88396438e-3,
    3.83197126e-4,
    -1.7285347e-5,
  );
  const far = x.sub(f(1), exp(x.sub(x.mul(size, q), size)));
  return x.select(x.lt(size, f(0.921875)), near, x.select(x.lt(v, f(0)), x.neg(far), far));
}

// aᵇ = ±e^(b·ln|a|): negative bases have whole powers only, and −∞ has those of ∞.
function pow(a: Expr, b: Expr): Expr {
  const size = exp(x.mul(b, log(x.abs(a))));
  const whole = x.eq(x.floor(b), b);
  const halved = x.mul(b, f(0.5));
  const odd = x.ne(x.floor(halved), halved);
  const other = x.select(x.eq(a, f(-Infinity)), size, f(Number.NaN));
  const negative = x.select(whole, x.select(odd, x.neg(size), size), other);
  return x.select(x.eq(b, f(0)), f(1), x.select(x.lt(a, f(0)), negative, size));
}

const functions: Partial<Record<x.UnaryFn, (v: Expr) => Expr>> = { exp, log, tanh, erf };

/** The same expression without the functions above; `done` holds what became of parts that expressions share. */
export function expandMath(e: Expr, done: Map<Expr, Expr> = new Map()): Expr {
  const expand = (v: Expr): Expr => {
    if (v.kind === 'unary') return functions[v.fn]?.(v.x) ?? v;
    return v.kind === 'binary' && v.fn === 'pow' ? pow(v.a, v.b) : v;
  };
  return x.mapExpr(e, expand, done);
}
