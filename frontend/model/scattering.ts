/** Values put where indices that are data say. Of several with one index the last stays, and each pair of indices is compared to find
 *  it; as in PyTorch, the gradient goes to all of them. What is put outside is dropped. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { fixed, isBatch, type Shape } from '../../ir/type.ts';
import { viewAs } from './broadcast.ts';
import { dimOf } from './dims.ts';
import { atLeastVector, whole, within } from './indexing.ts';
import { integer } from './promote.ts';
import { fixedExtent } from './rearranging.ts';
import { along } from './statistics.ts';
import { called, involved, userError } from './trace.ts';

const f32 = (v: Value): Value => (v.type.dtype === 'f32' ? v : ir.convert(v, { to: 'f32' }));

/** The operands of a scatter along `d`: the part of the source that has indices, and the indices. */
function placed(x: Value, dim: number, index: Value, source: Value) {
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const [into, from, at] = [x, source, integer(index)].map(atLeastVector) as [Value, Value, Value];
  if (into.type.dtype !== from.type.dtype)
    throw userError('dtype-mismatch', `${called()}: the tensor is ${into.type.dtype}, and src ${from.type.dtype}`, {
      notes: involved({ x, src: source }),
      help: 'convert one of them with .to',
    });
  whole(into, d);
  within('x', into, 'index', at, d);
  return { d, into, from: within('src', from, 'index', at, null), at };
}

/** `v`, of the extents of indices but for `d`, with `value` up to the extents of `x`. */
function filled(v: Value, x: Value, value: number): Value {
  const high = x.type.shape.map((e, i) => (isBatch(e) ? 0 : e - fixed(v.type, i)));
  if (high.every((h) => h === 0)) return v;
  const zeros = high.map(() => 0);
  return ir.pad(v, { low: zeros, high, interior: zeros, value });
}

/** A value of pairs of positions along `d`, which stands once in dimension `d` and once in the next: `v` at the first or the second. */
function atPair(v: Value, d: number, first: number, second: number, by: 'first' | 'second'): Value {
  const shape = v.type.shape.toSpliced(d, 1, first, second);
  const gone = by === 'first' ? d + 1 : d;
  return ir.broadcast(v, { shape, dims: shape.map((_, i) => i).filter((i) => i !== gone) });
}
const indices = (shape: Shape, dim: number): Value => ir.iota({ shape, dim, dtype: 'i32' });

/** True where no later index along `d` is the same. */
function isLast(index: Value, d: number): Value {
  const n = fixedExtent(index.type.shape, d);
  const [own, other] = [atPair(index, d, n, n, 'first'), atPair(index, d, n, n, 'second')];
  const later = ir.less(indices(own.type.shape, d), indices(own.type.shape, d + 1));
  const again = ir.select(later, ir.equal(own, other), later);
  const count = ir.reduceSum(ir.convert(again, { to: 'i32' }), { dims: [d + 1] });
  return ir.equal(count, ir.fullLike(count, 0));
}

/** torch.scatter: x with each element of `source` in place of that at its index along `dim`. */
export function scatter(x: Value, dim: number, index: Value, source: Value): Value {
  const { d, into, from, at } = placed(x, dim, index, source);
  if (at.type.shape.some((e) => e === 0)) return x;
  const { shape } = at.type;
  const place = ir.add(indices(shape, d), ir.fullLike(at, 1));
  const last = fixedExtent(shape, d) === 1 ? place : ir.select(isLast(at, d), place, ir.fullLike(at, 0));
  // One more than the position that each element takes, and 0 for none.
  const size = fixed(into.type, d);
  const taken = ir.convert(ir.scatterAdd(f32(last), at, { dim: d, size }), { to: 'i32' });
  const read = ir.gather(from, ir.sub(taken, ir.fullLike(taken, 1)), { dim: d, fill: 0 });
  const there = filled(ir.greater(taken, ir.fullLike(taken, 0)), into, 0);
  const put = ir.select(there, filled(read, into, 0), into);
  if (put.type.dtype !== 'f32' || last === place) return viewAs(put, x.type.shape);
  const all = ir.select(there, filled(ir.scatterAdd(from, at, { dim: d, size }), into, 0), into);
  return viewAs(ir.withGradientOf(put, all), x.type.shape);
}

/** How the elements of one index become one. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** torch.scatter_reduce. All elements are compared with all indices, but for sums and means. */
export function scatterReduce(
  x: Value,
  dim: number,
  index: Value,
  source: Value,
  reduce: ScatterReduction,
  includeSelf: boolean,
): Value {
  const { d, into, from, at } = placed(x, dim, index, source);
  if (at.type.shape.some((e) => e === 0)) return x;
  const size = fixed(into.type, d);
  const count = ir.scatterAdd(ir.fullLike(f32(from), 1), at, { dim: d, size });
  const hit = filled(ir.greater(count, ir.fullLike(count, 0)), into, 0);
  const made = (() => {
    if (reduce === 'sum' || reduce === 'mean') {
      const sum = filled(ir.scatterAdd(from, at, { dim: d, size }), into, 0);
      const all = includeSelf ? ir.add(into, sum) : sum;
      if (reduce === 'sum') return all;
      const counts = filled(count, into, 0);
      return ir.div(all, includeSelf ? ir.add(counts, ir.fullLike(counts, 1)) : counts);
    }
    const n = fixedExtent(at.type.shape, d);
    const neutral = reduce === 'prod' ? 1 : reduce === 'amax' ? -Infinity : Infinity;
    const spread = atPair(from, d, size, n, 'second');
    const mine = ir.equal(atPair(at, d, size, n, 'second'), indices(spread.type.shape, d));
    const chosen = ir.select(mine, spread, ir.fullLike(spread, neutral));
    const self = includeSelf ? within('x', into, 'index', count, null) : null;
    const one = self && viewAs(self, self.type.shape.toSpliced(d + 1, 0, 1));
    const every = one ? ir.concat(one, chosen, { dim: d + 1 }) : chosen;
    const y =
      reduce === 'prod'
        ? viewAs(along(every, d + 1), count.type.shape)
        : (reduce === 'amax' ? ir.reduceMax : ir.reduceMin)(every, { dims: [d + 1] });
    return filled(y, into, 0);
  })();
  return viewAs(ir.select(hit, made, into), x.type.shape);
}
