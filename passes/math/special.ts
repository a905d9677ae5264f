/** The error function and its inverse, and the gamma function's logarithm with its slope, in operations that hardware has. */

import type { Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { exp, f, horner, log, upper } from './elementary.ts';

// x + x·P(x²) near 0, sign(x)·(1 − e^(|x|·Q(|x|))) elsewhere: after Juffa's erff.
export function erf(v: Expr): Expr {
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

/** e^(±x²), x² in two parts, as the function multiplies its error. */
function bell(size: Expr, sign: (v: Expr) => Expr): Expr {
  const high = upper(size);
  return x.mul(exp(sign(x.mul(high, high))), exp(sign(x.mul(x.sub(size, high), x.add(size, high)))));
}
/** e^(x²)·(1 - erf x) for x ≥ 1, P(1/x²)/x: Cephes' erfcf. */
function scaledTail(size: Expr): Expr {
  const inverse = x.div(f(1), size);
  const z = x.mul(inverse, inverse);
  const near = horner(
    z,
    5.638259427386472e-1,
    -2.741127028184656e-1,
    3.404879937665872e-1,
    -4.944515323274145e-1,
    6.210004621745983e-1,
    -5.824733027278666e-1,
    3.687424674597105e-1,
    -1.387039388740657e-1,
    2.326819970068386e-2,
  );
  const far = horner(
    z,
    5.641895067754075e-1,
    -2.820767439740514e-1,
    4.218463358204948e-1,
    -1.0152652792027,
    2.921019019210786,
    -7.495518717768503,
    1.297719955372516e1,
    -1.047766399936249e1,
  );
  return x.mul(inverse, x.select(x.lt(size, f(2)), near, far));
}
// 1 - erf x below 1, 2 - erfc(-x) below -1, and e^(-x²)·erfcx x above 1.
export function erfc(v: Expr): Expr {
  const size = x.abs(v);
  // e^(-x²) is 0 from 10.1 on, where its factors may be infinite.
  const tail = x.select(x.gt(size, f(10.1)), f(0), x.mul(bell(size, x.neg), scaledTail(size)));
  return x.select(x.lt(size, f(1)), x.sub(f(1), erf(v)), x.select(x.lt(v, f(0)), x.sub(f(2), tail), tail));
}
// e^(x²)·(1 - erf x) below 1, and 2e^(x²) - erfcx(-x) below -1.
export function erfcx(v: Expr): Expr {
  const size = x.abs(v);
  const scale = bell(size, (w) => w);
  const tail = scaledTail(size);
  // Below -9.4 it is infinite, where a factor of e^(x²) may be 0.
  const below = x.select(x.lt(v, f(-9.5)), f(Infinity), x.sub(x.mul(f(2), scale), tail));
  return x.select(x.lt(size, f(1)), x.mul(scale, x.sub(f(1), erf(v))), x.select(x.lt(v, f(0)), below, tail));
}

// x·P(ln (1 - x²)): after Juffa. (1 - x)·(1 + x) is exact where 1 - x² is small.
export function erfinv(v: Expr): Expr {
  const t = log(x.mul(x.sub(f(1), v), x.add(f(1), v)));
  const near = horner(
    t,
    8.86226892e-1,
    -2.32015476e-1,
    1.15392581e-2,
    2.31468678e-3,
    -1.47697632e-4,
    -5.6153076e-5,
    1.12963626e-7,
    1.22774793e-6,
    1.43285448e-7,
    5.43877832e-9,
  );
  const far = horner(
    t,
    8.40016484e-1,
    -2.64646143e-1,
    4.83185798e-3,
    3.02698812e-3,
    3.93552968e-4,
    2.84108955e-5,
    1.22150334e-6,
    2.93243101e-8,
    3.03697567e-10,
  );
  const y = x.mul(v, x.select(x.gt(x.abs(t), f(6.125)), far, near));
  // ±1 → ±∞, beyond → NaN
  const end = x.select(x.eq(x.abs(v), f(1)), x.mul(v, f(Infinity)), f(Number.NaN));
  return x.select(x.lt(x.abs(v), f(1)), y, end);
}

/** sin πr for |r| ≤ ½. */
const sinPi = (r: Expr): Expr =>
  x.mul(r, horner(x.mul(r, r), Math.PI, -5.16770968, 2.55006973, -0.598242124, 0.077560383));

/** What formulas of the gamma function begin with. By reflection, Γ(x)·Γ(1 - x) = π/sin πx, only z ≥ 0 is left: 1 - x where x is
 *  negative. Of z < 1 the next number is taken, so that t, its distance from 2, is within ±1, unless z ≥ 3. */
function gammaParts(v: Expr) {
  const isNegative = x.lt(v, f(0));
  const r = x.sub(v, x.nearest(v));
  const z = x.select(isNegative, x.sub(f(1), v), v);
  const isSmall = x.lt(z, f(1));
  return {
    isNegative,
    // From 2²³ on all numbers are whole.
    isPole: x.or(x.ge(x.abs(v), f(8388608)), x.eq(r, f(0))),
    sine: sinPi(r),
    // cos πr = sin π(½ - |r|)
    cosine: sinPi(x.sub(f(0.5), x.abs(r))),
    z,
    isSmall,
    t: x.sub(z, x.select(isSmall, f(1), f(2))),
    inverse: x.div(f(1), z),
  };
}

// ln Γ(x) = (x - 1)·(x - 2)·P(x - 2) from 1 to 3, of which below 1 ln x is taken, and Stirling's series from 3 on.
export function lgamma(v: Expr): Expr {
  const { isNegative, isPole, sine, z, isSmall, t, inverse } = gammaParts(v);
  const p = horner(
    t,
    0.422784326,
    -0.100317273,
    0.0329656274,
    -0.0123849766,
    0.00499154698,
    -0.00210205132,
    9.44335885e-4,
    -4.25597853e-4,
    1.30587337e-4,
    -5.23905681e-5,
    7.81937429e-5,
    -3.87454099e-5,
  );
  const core = x.mul(x.mul(x.add(t, f(1)), t), p);
  const l = log(z);
  const near = x.sub(core, x.select(isSmall, l, f(0)));
  const series = horner(x.mul(inverse, inverse), 0.0833333327, -0.00277759507, 7.84928422e-4, -4.55680145e-4);
  const rest = x.add(x.mul(series, inverse), f((Math.log(2 * Math.PI) - 1) / 2));
  const far = x.add(x.mul(x.sub(z, f(0.5)), x.sub(l, f(1))), rest);
  const y = x.select(x.lt(z, f(3)), near, far);
  const other = x.sub(x.sub(f(Math.log(Math.PI)), log(x.abs(sine))), y);
  return x.select(isNegative, x.select(isPole, f(Infinity), other), y);
}

// (x - x₀)·P(x - 2) from 1 to 3, where x₀ is its zero in two parts, of which below 1 1/x is taken; from 3 on ln x - 1/(2x) - ….
export function digamma(v: Expr): Expr {
  const { isNegative, isPole, sine, cosine, z, isSmall, t, inverse } = gammaParts(v);
  const p = horner(
    t,
    0.785307546,
    -0.260738975,
    0.10899923,
    -0.0495502316,
    0.023458044,
    -0.0113474636,
    0.00549003169,
    -0.00269589864,
    0.0015268204,
    -7.80587867e-4,
    1.09843548e-4,
    -3.77822894e-5,
    2.21717322e-4,
    -1.15954693e-4,
  );
  const zero = x.select(isSmall, f(0.4616321325302124), f(1.4616321325302124));
  const core = x.mul(x.sub(x.sub(z, zero), f(1.24381499e-8)), p);
  const near = x.sub(core, x.select(isSmall, inverse, f(0)));
  const square = x.mul(inverse, inverse);
  const series = horner(square, -0.0833333284, 0.00833182557, -0.00389548559, 0.00297809074);
  const far = x.add(x.sub(log(z), x.mul(f(0.5), inverse)), x.mul(series, square));
  const y = x.select(x.lt(z, f(3)), near, far);
  const other = x.sub(y, x.div(x.mul(f(Math.PI), cosine), sine));
  return x.select(isNegative, x.select(isPole, f(Number.NaN), other), y);
}
