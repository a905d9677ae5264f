/** Functions of float64 that are the same on every engine, which may round those of Math as they like. */

/** e^x, for results that are normal numbers. */
export function exp64(x: number): number {
  const k = Math.round(x / Math.LN2);
  // ln 2 in two parts, the first of which has bits to spare for the factor.
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum = 1;
  for (let n = 18; n >= 1; n--) sum = 1 + (r * sum) / n;
  return sum * 2 ** k;
}

/** The natural logarithm of a normal number above 0. */
export function log64(v: number): number {
  let [m, e] = [v, 0];
  for (; m < Math.SQRT1_2; e--) m *= 2;
  for (; m > Math.SQRT2; e++) m /= 2;
  const s = (m - 1) / (m + 1);
  let sum = 0;
  for (let n = 25; n >= 1; n -= 2) sum = sum * s * s + 1 / n;
  return 2 * s * sum + e * Math.LN2;
}

/** Sine and cosine of a number from 0 to 10^6. */
export function sincos64(v: number): readonly [sin: number, cos: number] {
  const quarter = Math.round(v / (Math.PI / 2));
  // π/2 in two parts, the first of which has bits to spare for the factor.
  const x = v - quarter * 1.5707963267341256 - quarter * 6.077100506506192e-11;
  let [sin, cos] = [0, 0];
  for (let n = 20; n >= 0; n -= 2) {
    cos = 1 - (cos * x * x) / ((n + 1) * (n + 2));
    sin = 1 - (sin * x * x) / ((n + 2) * (n + 3));
  }
  sin *= x;
  const turned = [
    [sin, cos],
    [cos, -sin],
    [-sin, -cos],
    [-cos, sin],
  ] as const;
  return turned[quarter % 4] as readonly [number, number];
}
