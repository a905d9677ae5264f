/** The exact rest of a division, in operations that hardware has. */

import type { Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { f, upper } from './elementary.ts';

/** r - ⌊r/y⌋·y for r ≥ 0 and y > 0 where r/y is at most 2²⁰, and r where r < y. The product is exact in two parts (Dekker), and what it
 *  leaves is a multiple of y's last place below y, which f32 holds. The quotient is one too large or too small where it was rounded
 *  past a whole number, also by a device whose division is some units of the last place off. */
function step(r: Expr, y: Expr): Expr {
  const rounded = x.floor(x.div(r, y));
  const q = x.select(x.gt(x.mul(rounded, y), r), x.sub(rounded, f(1)), rounded);
  const p = x.mul(q, y);
  const [q1, y1] = [upper(q), upper(y)];
  const [q2, y2] = [x.sub(q, q1), x.sub(y, y1)];
  const low = x.add(x.add(x.add(x.sub(x.mul(q1, y1), p), x.mul(q1, y2)), x.mul(q2, y1)), x.mul(q2, y2));
  const rest = x.sub(x.sub(r, p), low);
  const over = x.select(x.ge(rest, y), x.sub(rest, y), rest);
  return x.select(x.lt(r, y), r, x.select(x.lt(rest, f(0)), x.add(rest, y), over));
}

// By y·2²⁰ᵏ for the greatest k first: the quotient of the largest f32 and the least is below 2²⁷⁷.
export function fmod(a: Expr, b: Expr): Expr {
  const divisors = [x.abs(b)];
  for (let k = 1; k < 14; k++) divisors.push(x.mul(divisors[k - 1] as Expr, f(2 ** 20)));
  const size = x.abs(a);
  const rest = divisors.reduceRight(step, size);
  const isNone = x.or(x.not(x.lt(size, f(Infinity))), x.not(x.gt(x.abs(b), f(0))));
  return x.select(isNone, f(Number.NaN), x.select(x.lt(x.i32Bits(a), x.int(0)), x.neg(rest), rest));
}
