/** Classes drawn so that a gradient passes: softmax of logits with noise. */

import { fn } from '../arguments.ts';
import { gumbelNoise, gumbelShares } from '../gumbel.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { randLike } from './random.ts';

/** The softmax along `dim` (-1) of `x` plus Gumbel noise, over `tau` (1): random shares, in which each element is the
 *  greatest with the probability that the softmax of x gives it. With `hard` it alone is 1, the others 0, and the gradient
 *  is that of the shares. Throws for integers. */
export const gumbelSoftmax: (x: Tensor, tau?: number, hard?: boolean, eps?: number, dim?: number) => Tensor = fn(
  'gumbelSoftmax',
  {
    x: k.tensor,
    tau: k.optional(k.finite()),
    hard: k.optional(k.flag),
    eps: k.optional(k.finite()),
    dim: k.optional(k.dim),
  },
  (x, tau = 1, hard = false, _eps = 1e-10, dim = -1) => {
    const logits = Tensor.of(float(x.value));
    return gumbelShares(logits, gumbelNoise(randLike(logits)), tau, hard, dim);
  },
);
