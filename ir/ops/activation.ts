/** Activations whose gradient, taken of their parts, would be NaN where it is finite. */

import * as x from '../expr.ts';
import type { Op } from '../graph.ts';
import { fullLike } from './create.ts';
import { add, div, exp, greaterEqual, less, minimum, mul, select, sigmoid, sub } from './elementwise.ts';
import { unary } from './unary.ts';

/** x·σ(x), element by element. */
// d x·σ(x) = σ(x)·(1 + x·(1 − σ(x)))·dx
export const silu: Op<['x']> = unary(
  'silu',
  'x times its logistic function, x / (1 + e^-x).',
  (v) => x.div(v, x.add(x.num(1), x.exp(x.neg(v)))),
  (v, g) => {
    const [s, one] = [sigmoid(v), fullLike(v, 1)];
    return mul(g, mul(s, add(one, mul(v, sub(one, s)))));
  },
);

/** x·tanh(ln(1 + e^x)), element by element. */
// tanh(ln(1 + e)) = n/(n + 2) with n = e·(e + 2), which is 1 from e = e²⁰ on.
// d x·t = (t + x·σ(x)·(1 − t²))·dx
export const mish: Op<['x']> = unary(
  'mish',
  'x times the hyperbolic tangent of ln(1 + e^x).',
  (v) => {
    const e = x.exp(x.min(v, x.num(20)));
    const n = x.mul(e, x.add(e, x.num(2)));
    return x.mul(v, x.div(n, x.add(n, x.num(2))));
  },
  (v, g) => {
    const [one, two] = [fullLike(v, 1), fullLike(v, 2)];
    const e = exp(minimum(v, fullLike(v, 20)));
    const n = mul(e, add(e, two));
    const t = div(n, add(n, two));
    return mul(g, add(t, mul(mul(v, sigmoid(v)), sub(one, mul(t, t)))));
  },
);

/** x·min(max(x + 3, 0), 6)/6, element by element. */
// The slope is 0 below −3, x/3 + ½ up to 3, and then 1.
export const hardswish: Op<['x']> = unary(
  'hardswish',
  'x times x + 3, kept within 0 and 6, over 6.',
  (v) => x.div(x.mul(v, x.min(x.max(x.add(v, x.num(3)), x.num(0)), x.num(6))), x.num(6)),
  (v, g) => {
    const between = mul(g, add(div(v, fullLike(v, 3)), fullLike(v, 0.5)));
    return select(less(v, fullLike(v, -3)), fullLike(v, 0), select(greaterEqual(v, fullLike(v, 3)), g, between));
  },
);
