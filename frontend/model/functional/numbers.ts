/** More functions of numbers, element by element, made of others. */

import * as ir from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import * as k from '../kinds.ts';
import { Tensor } from '../tensor.ts';
import { where } from './activation.ts';

const two = { x: k.tensor, other: k.either(k.tensor, k.number) };
const tensors = { x: k.tensor, other: k.tensor };
const one = { x: k.tensor };
const like = (x: Tensor, value: number): Tensor => Tensor.of(ir.full({ ...x.value.type, shape: [], value }));
const asTensor = (v: Tensor | number, x: Tensor): Tensor =>
  v instanceof Tensor
    ? v
    : Tensor.of(ir.full({ value: v, shape: [], dtype: Number.isInteger(v) && x.dtype === 'i32' ? 'i32' : 'f32' }));

/** What a division leaves, with the sign of x, or, rounded `down`, with that of the divisor. */
function rest(x: Tensor, other: Tensor | number, down: boolean): Tensor {
  const y = asTensor(other, x);
  const isWhole = x.dtype === 'i32' && y.dtype === 'i32';
  const [of, by] = isWhole ? [x, y] : [x.to('f32'), y.to('f32')];
  const shape = commonShape(of.value, by.value);
  const [a, b] = [of, by].map((t) => Tensor.of(spreadTo(t.value, shape))) as [Tensor, Tensor];
  const r = isWhole ? a.sub(Tensor.of(ir.div(a.value, b.value)).mul(b)) : Tensor.of(ir.fmod(a.value, b.value));
  const isWrongSide = r.ne(0).logicalAnd(r.lt(0).logicalXor(b.lt(0)));
  return down ? where(isWrongSide, r.add(b), r) : r;
}
/** The remainder of x divided by `other`, with the sign of x: C's fmod. */
export const fmod: (x: Tensor, other: Tensor | number) => Tensor = fn('fmod', two, (x, other) => rest(x, other, false));
/** The remainder of x divided by `other`, with the sign of `other`: Python's %. */
export const remainder: (x: Tensor, other: Tensor | number) => Tensor = fn('remainder', two, (x, other) =>
  rest(x, other, true),
);
/** √(x² + other²); squares may overflow. */
export const hypot: (x: Tensor, other: Tensor) => Tensor = fn('hypot', tensors, (x, other) =>
  x.square().add(other.square()).sqrt(),
);

/** ln(eˣ + e^other), computed so that nothing overflows. */
export const logaddexp: (x: Tensor, other: Tensor) => Tensor = fn('logaddexp', tensors, (x, other) => {
  const most = x.maximum(other).detach();
  const by = where(most.abs().eq(Infinity), 0, most);
  return x.sub(by).exp().add(other.sub(by).exp()).log().add(by);
});
/** log₂(2ˣ + 2^other), computed so that nothing overflows. */
export const logaddexp2: (x: Tensor, other: Tensor) => Tensor = fn('logaddexp2', tensors, (x, other) => {
  const most = x.maximum(other).detach();
  const by = where(most.abs().eq(Infinity), 0, most);
  return x.sub(by).exp2().add(other.sub(by).exp2()).log2().add(by);
});
/** x·ln(other), and 0 where x is 0 unless `other` is NaN. */
export const xlogy: (x: Tensor, other: Tensor | number) => Tensor = fn('xlogy', two, (x, other) => {
  const y = asTensor(other, x).to('f32');
  const none = x.eq(0).logicalAnd(y.gt(0).logicalNot()).logicalAnd(y.isnan().logicalNot());
  return where(none, 0, x.mul(where(none, 1, y).log()));
});
/** ln(x/(1 - x)); x is limited to eps … 1 - eps if `eps` is given. */
export const logit: (x: Tensor, eps?: number | null) => Tensor = fn(
  'logit',
  { x: k.tensor, eps: k.optional(k.orNull(k.finite(0, 0.5))) },
  (x, eps = null) => {
    const z = eps === null ? x : x.clamp(eps, 1 - eps);
    return z.log().sub(z.neg().log1p());
  },
);
/** sin(πx)/(πx), and 1 at 0. */
export const sinc: (x: Tensor) => Tensor = fn('sinc', one, (x) => {
  const none = x.eq(0);
  const angle = where(none, 1, x).mul(Math.PI);
  return where(none, 1, angle.sin().div(angle));
});
/** 0 below 0, 1 above it, and `values` at 0. */
export const heaviside: (x: Tensor, values: Tensor) => Tensor = fn(
  'heaviside',
  { x: k.tensor, values: k.tensor },
  (x, values) => {
    const above = x.gt(0);
    return where(x.eq(0), values, x.dtype === 'bool' ? above : above.to(x.dtype as 'f32' | 'i32')).detach();
  },
);
/** True where the sign is negative, that of -0 too. */
export const signbit: (x: Tensor) => Tensor = fn('signbit', one, (x) => {
  const y = x.to('f32');
  return y.lt(0).logicalOr(y.eq(0).logicalAnd(y.reciprocal().lt(0)));
});
/** |x| with the sign of `other`, -0 included. */
export const copysign: (x: Tensor, other: Tensor | number) => Tensor = fn('copysign', two, (x, other) => {
  const negative = signbit(asTensor(other, x));
  const z = x.to('f32');
  const size = z.mul(where(z.lt(0), -1, like(z, 1)).detach());
  return where(negative, size.abs().neg(), size.abs());
});
/** The greater of the two, and the other one where one is NaN. Of equal ones x has the gradient. */
export const fmax: (x: Tensor, other: Tensor) => Tensor = fn('fmax', tensors, (x, other) =>
  where(x.ge(other).logicalOr(other.isnan()), x, other),
);
/** The lesser of the two, and the other one where one is NaN. Of equal ones x has the gradient. */
export const fmin: (x: Tensor, other: Tensor) => Tensor = fn('fmin', tensors, (x, other) =>
  where(x.le(other).logicalOr(other.isnan()), x, other),
);
/** The greatest whole number not above x/other. */
export const floorDivide: (x: Tensor, other: Tensor | number) => Tensor = fn('floorDivide', two, (x, other) => {
  const y = asTensor(other, x);
  const q = x
    .sub(rest(x, y, true))
    .detach()
    .div(y.detach())
    .round();
  if (x.dtype === 'i32' && y.dtype === 'i32') return q.to('i32');
  // A quotient of 0 has the sign that x/y has.
  return where(q.eq(0), x.div(y).mul(0).detach(), q);
});
/** Degrees in radians. */
export const deg2rad: (x: Tensor) => Tensor = fn('deg2rad', one, (x) => x.mul(Math.PI / 180));
/** Radians in degrees. */
export const rad2deg: (x: Tensor) => Tensor = fn('rad2deg', one, (x) => x.mul(180 / Math.PI));
/** True where elements are infinite and positive. */
export const isposinf: (x: Tensor) => Tensor = fn('isposinf', one, (x) => x.to('f32').eq(Infinity));
/** True where elements are infinite and negative. */
export const isneginf: (x: Tensor) => Tensor = fn('isneginf', one, (x) => x.to('f32').eq(-Infinity));
/** True where |x - other| is at most atol (1e-8) + rtol (1e-5)·|other|, and where both are NaN if `equalNan` (false). */
export const isclose: (x: Tensor, other: Tensor, rtol?: number, atol?: number, equalNan?: boolean) => Tensor = fn(
  'isclose',
  {
    ...tensors,
    rtol: k.optional(k.finite(0)),
    atol: k.optional(k.finite(0)),
    equalNan: k.optional(k.flag),
  },
  (x, other, rtol = 1e-5, atol = 1e-8, equalNan = false) => {
    const near = x.sub(other).abs().le(other.abs().mul(rtol).add(atol)).logicalAnd(other.isfinite());
    const close = near.logicalOr(x.eq(other));
    return equalNan ? close.logicalOr(x.isnan().logicalAnd(other.isnan())) : close;
  },
);
