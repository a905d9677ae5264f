/** Special functions, element by element: relatives of the error function, of the gamma function and of entropies. */

import * as ir from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { Tensor } from '../tensor.ts';
import { where } from './activation.ts';

const one = { x: k.tensor };
const asFloat = (x: Tensor): Tensor => x.to('f32');

/** The number whose error function is x, element by element: infinite at ±1, NaN beyond. */
export const erfinv: (x: Tensor) => Tensor = fn('erfinv', one, (x) => Tensor.of(ir.erfinv(asFloat(x).value)));
/** e^(x²)·erfc(x), element by element, without the overflow of one and the underflow of the other. */
export const erfcx: (x: Tensor) => Tensor = fn('erfcx', one, (x) => Tensor.of(ir.erfcx(asFloat(x).value)));
/** The share of a normal distribution below x, element by element: erfc(-x/√2)/2. */
export const ndtr: (x: Tensor) => Tensor = fn('ndtr', one, (x) => normalShare(asFloat(x)));
const normalShare = (x: Tensor): Tensor => x.mul(-Math.SQRT1_2).erfc().mul(0.5);
/** The logarithm of ndtr, element by element, where ndtr itself is 0 too. */
export const logNdtr: (x: Tensor) => Tensor = fn('logNdtr', one, (x) => {
  const t = asFloat(x).mul(Math.SQRT1_2);
  const isLow = x.lt(-1);
  // Each is computed of numbers that it is for, as the gradient of the other would be infinite times 0.
  const low = where(isLow, t.neg(), 1);
  const tail = Tensor.of(ir.erfcx(low.value)).mul(0.5).log().sub(low.square());
  return where(isLow, tail, where(isLow, 0, t).erfc().mul(-0.5).log1p());
});
/** The logarithm of |Γ(x)|, element by element: infinite at 0 and at negative whole numbers. Its gradient is digamma. */
export const lgamma: (x: Tensor) => Tensor = fn('lgamma', one, (x) => Tensor.of(ir.lgamma(asFloat(x).value)));
/** The slope of lgamma, element by element: infinite at 0, NaN at negative whole numbers. */
export const digamma: (x: Tensor) => Tensor = fn('digamma', one, (x) => Tensor.of(ir.digamma(asFloat(x).value)));
/** The `n`th derivative of digamma, element by element; digamma itself for 0. */
export const polygamma: (n: number, x: Tensor) => Tensor = fn('polygamma', { n: k.whole(0), x: k.tensor }, (n, x) =>
  x.polygamma(n),
);
/** The logarithm of the gamma function of p dimensions, element by element, for x above (p - 1)/2: p·(p - 1)/4·ln π + Σ lgamma(x - j/2)
 *  over j from 0 to p - 1. */
export const mvlgamma: (x: Tensor, p: number) => Tensor = fn('mvlgamma', { x: k.tensor, p: k.whole(1) }, (x, p) => {
  const each = Array.from({ length: p }, (_, j) => lgamma(x.sub(j / 2)));
  return each.reduce((sum, y) => sum.add(y)).add(((p * (p - 1)) / 4) * Math.log(Math.PI));
});
/** -x·ln(x), element by element: 0 at 0, and -Infinity below. */
export const entr: (x: Tensor) => Tensor = fn('entr', one, (x) => Tensor.of(ir.entr(asFloat(x).value)));
/** x·ln(1 + other), and 0 where x is 0 unless `other` is NaN. */
export const xlog1py: (x: Tensor, other: Tensor | number) => Tensor = fn(
  'xlog1py',
  { x: k.tensor, other: k.either(k.tensor, k.number) },
  (x, other) => {
    const y = other instanceof Tensor ? asFloat(other) : Tensor.of(ir.full({ value: other, shape: [], dtype: 'f32' }));
    const isNone = x.eq(0).logicalAnd(y.gt(-1).logicalNot()).logicalAnd(y.isnan().logicalNot());
    return where(isNone, 0, x.mul(where(isNone, 0, y).log1p()));
  },
);
