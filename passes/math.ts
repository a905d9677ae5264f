/** Functions that hardware lacks, as polynomials in operations that it has: the same bits on every engine. exp and tanh
 *  follow Moshier's Cephes, as do sin, cos, atan, erfc and erfcx, log FreeBSD's e_logf.c, erf Juffa's erff. `test/math.test.ts`
 *  checks the error of each in units in the last place. */

import { upsert } from '../ir/collections.ts';
import type { Expr } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';
import { Interner } from '../ir/interner.ts';
import { exprsOf, finish, type Kernel, mapStmt, walkStmts } from '../ir/kernel.ts';
import type { ExpandedFn } from '../ir/scalar.ts';
import { clamp, exp, expm1, f, horner, log, log1p, log2, parts, timesPower2, upper } from './math/elementary.ts';
import { fmod } from './math/remainder.ts';
import { digamma, erf, erfc, erfcx, erfinv, lgamma } from './math/special.ts';

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

/** x = n·π/2 + r with |r| within some ½% of π/4, for |x| below some 10⁵; π/2 is in parts of which n times each is exact. Beyond, the digits that r
 *  would need are not in x, and r is only kept within its bounds. */
function quarters(v: Expr): { readonly n: Expr; readonly r: Expr } {
  const n = x.nearest(x.mul(v, f(2 / Math.PI)));
  const left = halfPi.reduce((rest, part) => x.sub(rest, x.mul(n, f(part))), v);
  return { n: x.convert('i32', n), r: x.select(x.lt(x.abs(v), f(0.7853982)), v, clamp(left, -0.85, 0.85)) };
}
/** π/2 in parts of at most 8 bits, of which the last is rounded. */
const halfPi: readonly number[] = (() => {
  const parts: number[] = [];
  let rest = Math.PI / 2;
  for (let bits = 7; bits < 40; bits += 8) {
    parts.push(Math.floor(rest * 2 ** bits) / 2 ** bits);
    rest -= parts.at(-1) as number;
  }
  // What a float64 lacks of π/2.
  return [...parts, rest + 6.123233995736766e-17];
})();
// Sine and cosine of r, within ±π/4: Cephes.
const sinOf = (r: Expr): Expr => {
  const z = x.mul(r, r);
  const p = horner(z, -1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4);
  return x.add(r, x.mul(r, x.mul(z, p)));
};
const cosOf = (r: Expr): Expr => {
  const z = x.mul(r, r);
  const p = horner(z, 4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5);
  return x.add(x.sub(f(1), x.mul(f(0.5), z)), x.mul(x.mul(z, z), p));
};
const isOdd = (n: Expr): Expr => x.ne(x.bitand(n, x.int(1)), x.int(0));
const inSecondHalf = (n: Expr): Expr => x.ne(x.bitand(n, x.int(2)), x.int(0));
const withSign = (isNegative: Expr, v: Expr): Expr => x.select(isNegative, x.neg(v), v);

function sin(v: Expr): Expr {
  const { n, r } = quarters(v);
  // −0 stays −0.
  return x.select(x.eq(v, f(0)), v, withSign(inSecondHalf(n), x.select(isOdd(n), cosOf(r), sinOf(r))));
}
// cos x = sin(x + π/2)
function cos(v: Expr): Expr {
  const { n, r } = quarters(v);
  return withSign(inSecondHalf(x.add(n, x.int(1))), x.select(isOdd(n), sinOf(r), cosOf(r)));
}

// atan x = π/4 + atan((x - 1)/(x + 1)) = π/2 - atan(1/x), by a series within ±tan(π/8): Cephes.
function atan(v: Expr): Expr {
  const size = x.abs(v);
  const [isLarge, isSmall] = [x.gt(size, f(2.4142136)), x.lt(size, f(0.41421357))];
  const r = x.select(isSmall, v, x.select(isLarge, x.div(f(-1), size), x.div(x.sub(size, f(1)), x.add(size, f(1)))));
  const z = x.mul(r, r);
  const p = horner(z, -3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2);
  const series = x.add(r, x.mul(r, x.mul(z, p)));
  const angle = x.add(x.select(isLarge, f(Math.PI / 2), f(Math.PI / 4)), series);
  // −0 stays −0.
  return x.select(x.eq(v, f(0)), v, x.select(isSmall, series, withSign(x.lt(v, f(0)), angle)));
}

/** One of three numbers, depending on where `v` lies relative to `low` and `high`. */
const byInterval = (v: Expr, low: number, high: number, [a, b, c]: readonly [number, number, number]): Expr =>
  x.select(x.lt(v, f(low)), f(a), x.select(x.lt(v, f(high)), f(b), f(c)));

// aᵇ = 2^(b·log₂|a|) with the logarithm to some 36 bits: |a| = 2ᵏ·c·(1 + s)/(1 − s) with c the nearest of three
// numbers, and every step in two parts, the first so short that the operations after it are exact. After FreeBSD's
// e_powf.c.
function pow(a: Expr, b: Expr): Expr {
  const size = x.abs(a);
  const { k, m } = parts(size);
  const near = (three: readonly [number, number, number]): Expr => byInterval(m, 0.8927, 1.118, three);
  // s = (m − c)/(m + c)
  const c = near([0.796875, 1, 1.25]);
  const [over, under] = [x.sub(m, c), x.add(m, c)];
  const s = x.div(over, under);
  const [s1, under1] = [upper(s), upper(under)];
  const under2 = x.sub(m, x.sub(under1, c));
  const s2 = x.div(x.sub(x.sub(over, x.mul(s1, under1)), x.mul(s1, under2)), under);
  // log₂(m/c) = 2/(3·ln 2)·s·t with t = 3 + s² + s⁴·(…)
  const z = x.mul(s, s);
  const square = x.mul(s1, s1);
  const rest = x.add(x.mul(x.mul(z, z), horner(z, 0.5999974, 0.43055)), x.mul(s2, x.add(s1, s)));
  const t1 = upper(x.add(x.add(f(3), square), rest));
  const t2 = x.sub(rest, x.sub(x.sub(t1, f(3)), square));
  const p = x.mul(s1, t1);
  const q = x.add(x.mul(s2, t1), x.mul(t2, s));
  const p1 = upper(x.add(p, q));
  const p2 = x.sub(q, x.sub(p1, p));
  const l = x.mul(f(0.961669921875), p1);
  const low = x.add(
    x.add(x.mul(f(0.00012677205086220056), p1), x.mul(f(0.9617967), p2)),
    near([-6.000959183e-5, 0, 2.8680824471e-5]),
  );
  const high = near([-0.3275146484375, 0, 0.3218994140625]);
  const log1 = upper(x.add(x.add(x.add(l, low), high), k));
  const log2 = x.sub(low, x.sub(x.sub(x.sub(log1, k), high), l));
  // e = b·log₂|a|
  const b1 = upper(b);
  const e1 = x.mul(b1, log1);
  const e2 = x.add(x.mul(x.sub(b, b1), log1), x.mul(b, log2));
  // The logarithms of 0, ∞ and NaN are −∞, ∞ and NaN; for large exponents a rough one is enough.
  const rough = x.mul(b, x.select(x.eq(size, f(0)), f(-Infinity), x.select(x.lt(size, f(Infinity)), log1, size)));
  const e = x.select(x.le(x.abs(rough), f(200)), x.add(e1, e2), rough);
  // 2ᵉ = 2ⁿ·e^((e − n)·ln 2)
  const n = x.nearest(clamp(e, -151, 129));
  const r = x.sub(e1, n);
  const r1 = upper(x.add(r, e2));
  const u = x.mul(r1, f(0.693115234375));
  const v = x.add(x.mul(x.sub(e2, x.sub(r1, r)), f(Math.LN2)), x.mul(r1, f(0.000031946184492)));
  const y = x.add(u, v);
  const tail = x.sub(v, x.sub(y, u));
  const powers = x.mul(x.mul(y, y), horner(y, 0.5, 0.16666666, 0.04166629, 0.0083334985, 0.0013944943, 0.00019790062));
  const root = x.add(f(1), x.add(y, x.add(powers, x.add(tail, x.mul(y, tail)))));
  const scaled = timesPower2(root, n);
  const power = x.select(
    x.eq(size, f(1)),
    f(1),
    x.select(x.lt(e, f(-151)), f(0), x.select(x.le(e, f(129)), scaled, x.mul(e, f(Infinity)))),
  );
  // A negative base has only integer powers, of which the odd ones keep its sign; 0 and ∞ also have the powers of their
  // magnitude.
  const whole = x.eq(x.floor(b), b);
  const halved = x.mul(b, f(0.5));
  const odd = x.ne(x.floor(halved), halved);
  const finite = x.and(x.lt(size, f(Infinity)), x.gt(size, f(0)));
  const other = x.select(finite, f(Number.NaN), power);
  const negative = x.select(whole, x.select(odd, x.neg(power), power), other);
  const signed = x.select(x.lt(x.i32Bits(a), x.int(0)), negative, power);
  return x.select(x.or(x.eq(b, f(0)), x.eq(a, f(1))), f(1), signed);
}

const functions: Readonly<Record<ExpandedFn, (a: Expr, b: Expr) => Expr>> = {
  exp,
  expm1,
  log,
  log1p,
  log2,
  tanh,
  erf,
  erfc,
  erfcx,
  erfinv,
  lgamma,
  digamma,
  sin,
  cos,
  atan,
  pow,
  fmod,
};
type Call = Extract<Expr, { kind: 'unary' | 'binary' }> & { readonly fn: ExpandedFn };
const isCall = (e: Expr): e is Call => (e.kind === 'unary' || e.kind === 'binary') && Object.hasOwn(functions, e.fn);
const expansion = (e: Call): Expr => (e.kind === 'unary' ? functions[e.fn](e.x, e.x) : functions[e.fn](e.a, e.b));

/** The first call of a function above in some kernels, and where; null where all are expanded. */
export function unexpanded(kernels: readonly Kernel[]): { readonly kernel: Kernel; readonly fn: ExpandedFn } | null {
  const seen = new Set<Expr>();
  for (const kernel of kernels) {
    const calls: Call[] = [];
    walkStmts(kernel.body, (s) => {
      for (const e of exprsOf(s)) x.walk(e, (p) => void (isCall(p) && calls.push(p)), seen);
    });
    const [first] = calls;
    if (first) return { kernel, fn: first.fn };
  }
  return null;
}

/** The same expression without the functions above. */
export const expandMath = (e: Expr): Expr => x.mapExpr(e, (v) => (isCall(v) ? expansion(v) : v));

/** The same kernel without the functions above. Equal calls become one expression. */
export function expandMathIn(kernel: Kernel): Kernel {
  const interner = new Interner();
  const expanded = new Map<number, Expr>();
  const once = (e: Expr): Expr => (isCall(e) ? upsert(expanded, interner.id(e), () => expansion(e)) : e);
  const done = new Map<Expr, Expr>();
  const body = kernel.body.map((s) => mapStmt(s, once, done));
  return finish(kernel.name, body, kernel.locs);
}
