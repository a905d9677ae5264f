/** Threefry-2x32 with 20 rounds, a counter-based generator: a random word is a function of a key and a counter, in additions,
 *  rotations and exclusive ors of 32 bits. After Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 *  (2011); the default generator of JAX. */

import type { Expr } from './expr.ts';
import * as x from './expr.ts';

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const parity = 0x1bd11bda;

const rotated = (v: Expr, bits: number): Expr => x.bitxor(x.shl(v, x.int(bits)), x.ushr(v, x.int(32 - bits)));

/** The two words, as i32, for a key and a counter of two words each. */
export function threefry(
  [k0, k1]: readonly [Expr, Expr],
  [c0, c1]: readonly [Expr, Expr],
): readonly [first: Expr, second: Expr] {
  const keys = [k0, k1, x.bitxor(x.bitxor(k0, k1), x.int(parity))] as const;
  let [a, b] = [x.add(c0, k0), x.add(c1, k1)];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2] as (typeof rotations)[0]) {
      a = x.add(a, b);
      b = x.bitxor(rotated(b, bits), a);
    }
    a = x.add(a, keys[(group + 1) % 3] as Expr);
    b = x.add(x.add(b, keys[(group + 2) % 3] as Expr), x.int(group + 1));
  }
  return [a, b];
}
