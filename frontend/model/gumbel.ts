/** Gumbel noise, and classes that are drawn by it. */

import * as ir from '../../ir/ops/index.ts';
import { dimOf } from './dims.ts';
import { Tensor } from './tensor.ts';

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
