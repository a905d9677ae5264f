/** Reductions that are made of others: variances, norms, products, logarithms of sums, and conditions of many. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, elements } from '../../ir/type.ts';
import { spreadTo, viewAs } from './broadcast.ts';
import { dimOf, dimsOf, joinedDim } from './dims.ts';
import { float } from './promote.ts';
import { cut, fixedExtent } from './rearranging.ts';

type Dims = number | readonly number[] | null;

/** `v`, a reduction over `dims` of `of`, with these dimensions put back with an extent of 1. */
const restored = (v: Value, of: Value, dims: readonly number[]): Value =>
  viewAs(
    v,
    of.type.shape.map((e, d) => (dims.includes(d) ? 1 : e)),
  );
const spreadOver = (v: Value, of: Value, dims: readonly number[]): Value =>
  spreadTo(restored(v, of, dims), of.type.shape);
const summed = (v: Value, dims: readonly number[]): Value => (dims.length === 0 ? v : ir.reduceSum(v, { dims }));

/** The number of elements along some dimensions, less `less`, but at least 0, in the shape of `of`: a constant, or counted when the
 *  step runs. */
export function divisorOf(extents: readonly Dim[], less: number, of: Value): Value {
  const { times, power } = elements(extents);
  if (power === 0) return ir.fullLike(of, Math.max(0, times - less));
  const count = spreadTo(ir.count({ shape: extents }), of.type.shape);
  return less === 0 ? count : ir.maximum(ir.sub(count, ir.fullLike(count, less)), ir.fullLike(count, 0));
}

/** Mean and variance over dimensions, where the sum of squares is divided by the number of elements less a correction, 1 if null. A
 *  flag in place of dimensions is that of all: true for 1. As in PyTorch
 *  the mean of the deviations counts as 0 in gradients, which it is but for rounding. */
export function moments(
  of: Value,
  over: Dims | boolean,
  divisor: number | boolean | null,
  keepdim: boolean,
): { readonly mean: Value; readonly variance: Value } {
  const x = float(of);
  const [dim, correction] = typeof over === 'boolean' ? [null, Number(over)] : [over, Number(divisor ?? 1)];
  const dims = dimsOf(x.type.shape, dim);
  const extents = dims.map((d) => x.type.shape[d] as Dim);
  const sum = summed(x, dims);
  const mean = ir.div(sum, divisorOf(extents, 0, sum));
  const d = ir.sub(x, ir.stopGradient(spreadOver(mean, x, dims)));
  const squares = summed(ir.mul(d, d), dims);
  const variance = ir.div(squares, divisorOf(extents, correction, squares));
  return keepdim ? { mean: restored(mean, x, dims), variance: restored(variance, x, dims) } : { mean, variance };
}

/** √v, of which the gradient is 0 where it is 0. */
export const root = (v: Value): Value => power(v, 0.5);

/** (Σ|x|^p)^(1/p) over `dim`; for p = 0 how many are not 0, for p = ±Infinity the greatest or least |x|. */
export function norm(of: Value, p: number, dim: Dims, keepdim: boolean): Value {
  const x = float(of);
  const dims = dimsOf(x.type.shape, dim);
  const y = normOver(x, p, dims);
  return keepdim ? restored(y, x, dims) : y;
}
function normOver(x: Value, p: number, dims: readonly number[]): Value {
  // No elements have no greatest one, but their norm is 0.
  if (dims.some((d) => x.type.shape[d] === 0)) return summed(x, dims);
  if (p === 0) return summed(ir.convert(ir.notEqual(x, ir.fullLike(x, 0)), { to: 'f32' }), dims);
  if (Math.abs(p) === Infinity) return (p > 0 ? ir.maxOfAll : ir.minOfAll)(ir.abs(x), { dims });
  return power(summed(p === 2 ? ir.mul(x, x) : power(ir.abs(x), p), dims), 1 / p);
}
/** x^p for x ≥ 0, without a gradient at 0, where the slope may be infinite. */
function power(x: Value, p: number): Value {
  if (p === 1) return x;
  const none = ir.equal(x, ir.fullLike(x, 0));
  const some = ir.select(none, ir.fullLike(x, 1), x);
  return ir.select(
    none,
    ir.fullLike(x, 0 ** p),
    p === 0.5 ? ir.sqrt(some) : p === 2 ? ir.mul(some, some) : ir.pow(some, ir.fullLike(x, p)),
  );
}

/** ln Σ eˣ over `dim`. The greatest element is subtracted first, where it is finite, so that nothing overflows. */
export function logsumexp(of: Value, dim: Dims, keepdim: boolean): Value {
  const x = of.type.dtype === 'f32' ? of : ir.convert(of, { to: 'f32' });
  const dims = dimsOf(x.type.shape, dim);
  const y = logOfSum(x, dims);
  return keepdim ? restored(y, x, dims) : y;
}
function logOfSum(x: Value, dims: readonly number[]): Value {
  if (x.type.shape.some((e) => e === 0)) return ir.log(summed(ir.exp(x), dims));
  const greatest = ir.stopGradient(ir.reduceMax(x, { dims }));
  const isInfinite = ir.equal(ir.abs(greatest), ir.fullLike(greatest, Infinity));
  const most = ir.select(isInfinite, ir.fullLike(greatest, 0), greatest);
  return ir.add(ir.log(summed(ir.exp(ir.sub(x, spreadOver(most, x, dims))), dims)), most);
}

/** The product of the elements along `dim`, or of all: of halves of halves, so that a gradient is the product of all others. */
export function prod(x: Value, dim: number | null, keepdim: boolean): Value {
  if (dim === null || x.type.shape.length === 0) {
    if (dim !== null) dimOf(x.type.shape, dim, { orScalar: true });
    for (const d of x.type.shape.keys()) fixedExtent(x.type.shape, d);
    const flat = viewAs(x, [joinedDim(x.type.shape)]);
    return viewAs(along(flat, 0), []);
  }
  const d = dimOf(x.type.shape, dim);
  const y = along(x, d);
  return keepdim ? y : viewAs(y, x.type.shape.toSpliced(d, 1));
}
/** The product along `d`, whose extent becomes 1. */
export function along(x: Value, d: number): Value {
  let [left, extent] = [x, fixedExtent(x.type.shape, d)];
  if (extent === 0) return ir.full({ value: 1, shape: x.type.shape.with(d, 1), dtype: x.type.dtype });
  for (; extent > 1; extent = Math.ceil(extent / 2)) {
    const half = Math.floor(extent / 2);
    const halves = ir.mul(cut(left, d, 0, half), cut(left, d, half, half));
    left = extent % 2 === 0 ? halves : ir.concat(halves, cut(left, d, 2 * half, 1), { dim: d });
  }
  return left;
}

/** How many conditions of `dim` hold, as i32. */
export function countTrue(x: Value, dim: Dims, keepdim: boolean, holds: (v: Value) => Value): Value {
  const dims = dimsOf(x.type.shape, dim);
  const count = summed(ir.convert(holds(x), { to: 'i32' }), dims);
  return keepdim ? restored(count, x, dims) : count;
}
