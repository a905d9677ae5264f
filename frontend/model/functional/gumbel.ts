/** Classes drawn so that a gradient passes: softmax of logits with noise. */

import * as ir from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import { dimOf } from '../dims.ts';
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
/** Gumbel's distribution, -ln(-ln(1 - u)), of numbers from 0 up to but not including 1. The logarithm of u = 0 would be infinite: half of
 *  the least other u takes its place. */
export const gumbelNoise = (u: Tensor): Tensor =>
  u
    .clamp(2 ** -25)
    .neg()
    .log1p()
    .neg()
    .log()
    .neg();
/** `gumbelSoftmax` with given noise. */
export function gumbelShares(x: Tensor, noise: Tensor, tau: number, hard: boolean, dim: number): Tensor {
  const soft = x.add(noise).div(tau).softmax(dim);
  if (!hard) return soft;
  const place = x.dim === 0 ? null : dim;
  const first = soft.detach().argmax(place, true);
  const isFirst = x.dim === 0 ? first.eq(0) : arangeAlong(soft, dim).eq(first);
  return isFirst.to('f32').sub(soft.detach()).add(soft);
}
const arangeAlong = (x: Tensor, dim: number): Tensor =>
  Tensor.of(ir.iota({ shape: x.value.type.shape, dim: dimOf(x.value.type.shape, dim), dtype: 'i32' }));
