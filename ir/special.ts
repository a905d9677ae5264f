/** Special functions in 64 bits, within some units of the 15th digit: what interpreters and constants compute of those that
 *  `passes/math.ts` expands. */

/** The error function. Abramowitz & Stegun: for |x| < 2 the series 7.1.6, whose terms all have one sign, beyond that the
 *  continued fraction 7.1.14 for 1 − erf x, whose error matters little as its value is small. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const bell = Math.exp(-a * a);
  if (a < 2) {
    let [term, total] = [x, x];
    for (let n = 1; n < 60 && total + term !== total; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      total += term;
    }
    return (2 / Math.sqrt(Math.PI)) * bell * total;
  }
  return Math.sign(x) * (1 - tail(a));
}

/** 1 − erf a for a ≥ 2. */
const tail = (a: number): number => Math.exp(-a * a) * scaledTail(a);
function scaledTail(a: number): number {
  let fraction = a;
  for (let n = 60; n > 0; n--) fraction = a + n / 2 / fraction;
  return 1 / (Math.sqrt(Math.PI) * fraction);
}

/** 1 − erf x, as closely as erf. */
export const erfc = (x: number): number => (x >= 2 ? (x === Infinity ? 0 : tail(x)) : 1 - erf(x));

/** e^(x²)·(1 − erf x). */
export const erfcx = (x: number): number => (x >= 2 ? scaledTail(x) : Math.exp(x * x) * erfc(x));

/** The number whose error function is x: Winitzki's approximation (2008), and Newton's steps of erf, or of ln erfc where erf is
 *  near 1. */
export function erfinv(x: number): number {
  const a = Math.abs(x);
  if (!(a < 1)) return a === 1 ? x * Infinity : Number.NaN;
  const l = Math.log((1 - a) * (1 + a));
  const b = 2 / (Math.PI * 0.147) + l / 2;
  let y = Math.sqrt(Math.sqrt(b * b - l / 0.147) - b);
  for (let step = 0; step < 5; step++) {
    const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y);
    if (a < 0.9) y -= (erf(y) - a) / slope;
    else y += (Math.log(erfc(y) / (1 - a)) * erfc(y)) / slope;
  }
  return x === 0 ? x : Math.sign(x) * y;
}

// B₂, B₄, …
const bernoulli: readonly number[] = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** Σ (q + n)^-s over all n ≥ 0, for s > 1 and q > 0: Euler and Maclaurin's formula from q + 12 on. */
function zeta(s: number, q: number): number {
  let total = 0;
  for (let n = 0; n < 12; n++) total += (q + n) ** -s;
  const w = q + 12;
  total += w ** (1 - s) / (s - 1) + w ** -s / 2;
  let factor = s / w ** (s + 1);
  for (const [i, b] of bernoulli.entries()) {
    const k = 2 * i + 2;
    total += (b * factor) / factorial(k);
    factor *= ((s + k - 1) * (s + k)) / w ** 2;
  }
  return total;
}
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** ζ(k) - 1 for k from 2 on. */
const zetas: readonly number[] = Array.from({ length: 40 }, (_, i) => zeta(i + 2, 2));
const euler = 0.5772156649015329;

/** ln |Γ(x)|. Near 1 and 2, where it is 0, the series 6.1.33 of Abramowitz & Stegun, elsewhere Stirling's, of x + n for a
 *  small x. */
export function lgamma(x: number): number {
  if (x === -Infinity) return Infinity;
  if (x <= 0) {
    const sine = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
    return Math.log(Math.PI) - Math.log(sine) - lgamma(1 - x);
  }
  if (Math.abs(x - 1) < 0.5) return nearOne(x - 1);
  if (Math.abs(x - 2) <= 0.5) return nearOne(x - 2) + Math.log1p(x - 2);
  let [product, z] = [1, x];
  for (; z < 12; z++) product *= z;
  if (z === Infinity) return z;
  const series = bernoulli.reduce((sum, b, i) => sum + b / ((2 * i + 1) * (2 * i + 2) * z ** (2 * i + 1)), 0);
  return (z - 0.5) * (Math.log(z) - 1) + (Math.log(2 * Math.PI) - 1) / 2 + series - Math.log(product);
}
/** ln Γ(1 + t) for |t| ≤ ½. */
const nearOne = (t: number): number =>
  zetas.reduce((sum, z, i) => sum + (z * (-t) ** (i + 2)) / (i + 2), (1 - euler) * t - Math.log1p(t));

/** The slope of ln |Γ(x)|; NaN at negative whole numbers, and of the sign that the slope has next to 0 on 0's side. */
export function digamma(x: number): number {
  if (x === 0) return -1 / x;
  if (x < 0) {
    const angle = Math.PI * (x - Math.round(x));
    return angle === 0 || x === -Infinity ? Number.NaN : digamma(1 - x) - (Math.cos(angle) / Math.sin(angle)) * Math.PI;
  }
  let [less, z] = [0, x];
  for (; z < 12; z++) less += 1 / z;
  const series = bernoulli.reduce((sum, b, i) => sum + b / ((2 * i + 2) * z ** (2 * i + 2)), 0);
  return Math.log(z) - 0.5 / z - series - less;
}
