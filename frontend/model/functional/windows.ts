/** Windows that follow from the extents of a result, and places in windows as indices. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { Tensor } from '../tensor.ts';

const extentsIn = (x: Tensor): number[] => x.value.type.shape.slice(2) as number[];
/** Attributes of windows that lie side by side. */
const sideBySide = (kernel: readonly number[]): ir.PoolAttrs => ({
  kernel,
  stride: kernel,
  padding: kernel.map(() => 0),
  dilation: kernel.map(() => 1),
  ceil: false,
});
/** The extents of windows that lie side by side; null where the results do not divide the input. */
const dividing = (x: Tensor, to: readonly number[]): number[] | null => {
  const extents = extentsIn(x);
  return extents.every((e, d) => e % (to[d] as number) === 0) ? extents.map((e, d) => e / (to[d] as number)) : null;
};

/** The windows along one dimension, which begin at ⌊i·n/m⌋ and end before ⌈(i+1)·n/m⌉: how long the longest is, and the
 *  length of each as a value. */
function windowsOf(n: number, m: number): { longest: number; start: Value; length: Value } {
  const lengths = Array.from({ length: m }, (_, i) => Math.ceil(((i + 1) * n) / m) - Math.floor((i * n) / m));
  const like = { shape: [m], dtype: 'i32' } as const;
  const constant = (value: number): Value => ir.full({ value, ...like });
  const i = ir.iota({ ...like, dim: 0 });
  const start = ir.div(ir.mul(i, constant(n)), constant(m));
  const next = ir.add(ir.mul(i, constant(n)), constant(n + m - 1));
  return { longest: Math.max(...lengths), start, length: ir.sub(ir.div(next, constant(m)), start) };
}
/** The windows along a dimension, as two dimensions [m, longest]; `outside` where a window is shorter than the longest. */
function windowsAlong(x: Value, dim: number, m: number, outside: number): Value {
  const { longest, start, length } = windowsOf(x.type.shape[dim] as number, m);
  const like = { shape: [m, longest], dtype: 'i32' } as const;
  const of = (v: Value): Value => ir.broadcast(v, { shape: like.shape, dims: [0] });
  const place = ir.iota({ ...like, dim: 1 });
  const at = ir.select(ir.greater(of(length), place), ir.add(of(start), place), ir.full({ value: -1, ...like }));
  return ir.indexSelect(x, at, { dim, fill: outside });
}

/** The mean of windows, for extents of the result. */
export function resizedByMean(x: Tensor, to: readonly number[]): Tensor {
  if (to.every((m) => m === 1))
    return x.mean(
      to.map((_, d) => d + 2),
      true,
    );
  const kernel = dividing(x, to);
  const rank = to.length as ir.Rank;
  if (kernel) {
    const sum = Tensor.of(ir.poolsOf(rank).sum(x.value, sideBySide(kernel)));
    return sum.div(kernel.reduce((p, e) => p * e));
  }
  return Tensor.of(
    extentsIn(x).reduce<Value>((y, n, d) => {
      const m = to[d] as number;
      if (n === m) return y;
      const { length } = windowsOf(n, m);
      const sum = ir.reduceSum(windowsAlong(y, d + 2, m, 0), { dims: [d + 3] });
      const count = ir.broadcast(ir.convert(length, { to: 'f32' }), { shape: sum.type.shape, dims: [d + 2] });
      return ir.div(sum, count);
    }, x.value),
  );
}

/** The maximum of windows, for extents of the result, and its row-major index in the input. */
export function greatest(x: Tensor, to: readonly number[]): { values: Tensor; indices: () => Tensor } {
  const rank = to.length as ir.Rank;
  const kernel = dividing(x, to);
  if (kernel) {
    const attrs = sideBySide(kernel);
    return {
      values: Tensor.of(ir.poolsOf(rank).max(x.value, attrs)),
      indices: () => Tensor.of(indexInInput(x.value, attrs)),
    };
  }
  const extents = extentsIn(x);
  const along = extents.map((n, d) => windowsOf(n, to[d] as number));
  const apart = to.reduce<Value>((y, m, d) => windowsAlong(y, 2 + 2 * d, m, -Infinity), x.value);
  const [windows, places] = [to.map((_, d) => 2 + 2 * d), to.map((_, d) => 3 + 2 * d)];
  const placesLast = ir.permute(apart, { perm: [0, 1, ...windows, ...places] });
  const last = rank + 2;
  const inWindow = along.reduce((p, { longest }) => p * longest, 1);
  const stacked = ir.reshape(placesLast, { shape: [...placesLast.type.shape.slice(0, last), inWindow] });
  const indices = (): Tensor => {
    const best = ir.argmax(stacked, { dim: last });
    const taps = tapsOf(
      best,
      along.map(({ longest }) => longest),
    );
    const at = taps.map((tap, d) =>
      ir.add(tap, ir.broadcast((along[d] as { start: Value }).start, { shape: best.type.shape, dims: [d + 2] })),
    );
    return Tensor.of(flatIndex(at, extents));
  };
  return { values: Tensor.of(ir.firstMax(stacked, { dim: last })), indices };
}

/** The index along each dimension of a row-major index. */
export function tapsOf(flat: Value, extents: readonly number[]): Value[] {
  const taps: Value[] = [];
  let rest = flat;
  for (const extent of extents.slice(1).reverse()) {
    const next = ir.div(rest, ir.fullLike(flat, extent));
    taps.unshift(ir.sub(rest, ir.mul(next, ir.fullLike(flat, extent))));
    rest = next;
  }
  return [rest, ...taps];
}
/** The row-major index of an index along each dimension. */
export const flatIndex = (at: readonly Value[], extents: readonly number[]): Value =>
  at.reduce((flat, i, d) => ir.add(ir.mul(flat, ir.fullLike(flat, extents[d] as number)), i));

/** The row-major index in the input, i32, of the greatest element of each window. */
export function indexInInput(x: Value, attrs: ir.PoolAttrs): Value {
  const extents = x.type.shape.slice(2) as number[];
  const best = ir.convert(ir.poolsOf(extents.length as ir.Rank).maxIndex(x, attrs), { to: 'i32' });
  const { shape } = best.type;
  const at = tapsOf(best, attrs.kernel).map((tap, d) => {
    const [stride, padding, dilation] = [attrs.stride[d], attrs.padding[d], attrs.dilation[d]] as number[];
    const own = ir.iota({ shape, dim: d + 2, dtype: 'i32' });
    const start = ir.sub(ir.mul(own, ir.fullLike(best, stride as number)), ir.fullLike(best, padding as number));
    return ir.add(start, ir.mul(tap, ir.fullLike(best, dilation as number)));
  });
  return flatIndex(at, extents);
}
