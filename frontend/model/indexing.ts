/** Elements chosen by indices that are data, and sums into them. Hosts check the indices in inputs; other indices outside give
 *  NaN, 0 or false where they are read, and add nothing where they are added to. */

import { describe, type Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import {
  type Dim,
  fixed,
  isBatch,
  type Shape,
  sameDim,
  sameShape,
  showDim,
  showShape,
  showType,
} from '../../ir/type.ts';
import { commonShape, spreadTo, viewAs } from './broadcast.ts';
import { dimOf, joinedDim } from './dims.ts';
import { float, integer, wrongRank } from './promote.ts';
import { called, involved, userError } from './trace.ts';

/** What is read outside of a tensor. */
const outside = ({ type: { dtype } }: Value): number => (dtype === 'f32' ? Number.NaN : 0);

/** x at `index`, of any shape, along dimension `dim`. */
export const selected = (x: Value, dim: number, index: Value): Value =>
  ir.indexSelect(whole(x, dim), integer(index), { dim, fill: outside(x) });

/** x, whose dimension `dim` may be indexed. Throws if it is the batch. */
export function whole(x: Value, dim: number): Value {
  const extent = x.type.shape[dim] as Dim;
  if (!isBatch(extent)) return x;
  throw userError(
    'shape-mismatch',
    `${called()}: dimension ${dim} of ${showType(x.type)} is the batch, whose samples have no indices`,
    { notes: involved({ x }), help: 'a batch can be of any size when a step runs' },
  );
}

/** A scalar as a vector of one element, with which these functions work in PyTorch; other tensors unchanged. */
export const atLeastVector = (v: Value): Value => (v.type.shape.length === 0 ? viewAs(v, [1]) : v);

/** torch.index_select. */
export function indexSelect(x: Value, dim: number, index: Value): Value {
  if (index.type.shape.length > 1)
    throw wrongRank('a vector of indices', index, 'gather takes indices of other shapes');
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const y = selected(atLeastVector(x), d, atLeastVector(index));
  return x.type.shape.length === 0 ? viewAs(y, []) : y;
}

/** torch.index_add: `alpha` times each slice of `source` added to x where its index says. */
export function indexAdd(x: Value, dim: number, index: Value, source: Value, alpha: number): Value {
  if (index.type.shape.length > 1) throw wrongRank('a vector of indices', index);
  for (const v of [x, source]) float(v);
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const [into, from, at] = [x, source, integer(index)].map(atLeastVector) as [Value, Value, Value];
  const want = whole(into, d).type.shape.with(d, at.type.shape[0] as Dim);
  if (!sameShape(from.type.shape, want))
    throw userError(
      'shape-mismatch',
      `${called()}: the source is ${showShape(source.type.shape)}, and must be ${showShape(want)}`,
      { notes: involved({ x, index, source }) },
    );
  const factor = ir.full({ value: alpha, shape: from.type.shape, dtype: 'f32' });
  const scaled = alpha === 1 ? from : ir.mul(from, factor);
  return viewAs(ir.add(into, ir.indexAdd(scaled, at, { dim: d, size: fixed(into.type, d) })), x.type.shape);
}

/** torch.gather: x at the index of each element, which takes the place of its position along `dim`. */
export function gather(x: Value, dim: number, index: Value): Value {
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const [from, at] = [atLeastVector(x), atLeastVector(integer(index))];
  const part = within('x', from, 'index', at, d);
  return viewAs(ir.gather(whole(part, d), at, { dim: d, fill: outside(x) }), index.type.shape);
}

/** torch.take_along_dim: gather with operands that broadcast; without `dim`, of the elements in row-major order. */
export function takeAlongDim(x: Value, index: Value, dim: number | null): Value {
  if (dim === null) {
    const flat = (v: Value): Value => viewAs(v, [joinedDim(v.type.shape)]);
    return gather(flat(x), 0, flat(index));
  }
  const d = dimOf(x.type.shape, dim);
  if (x.type.shape.length !== index.type.shape.length)
    throw userError(
      'shape-mismatch',
      `${called()}: ${showType(x.type)} and its indices ${describe(index)} differ in the number of dimensions`,
      { notes: involved({ x, index }) },
    );
  const one = (v: Value): Value => viewlike(v, v.type.shape.with(d, 1));
  const shape = commonShape(one(x), one(index));
  return gather(
    spreadTo(x, shape.with(d, x.type.shape[d] as Dim)),
    d,
    spreadTo(index, shape.with(d, index.type.shape[d] as Dim)),
  );
}
/** A value of another shape, of which only the type is looked at. */
const viewlike = (v: Value, shape: Shape): Value => ir.full({ value: 0, shape, dtype: v.type.dtype });

/** torch.scatter_add: each element of `source` added to x at its index along `dim`. */
export function scatterAdd(x: Value, dim: number, index: Value, source: Value): Value {
  for (const v of [x, source]) float(v);
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const [into, from, at] = [x, source, integer(index)].map(atLeastVector) as [Value, Value, Value];
  whole(into, d);
  // Only the part of the source that has indices is added.
  const added = within('source', from, 'index', at, null);
  within('x', into, 'index', at, d);
  const sums = ir.scatterAdd(added, at, { dim: d, size: fixed(into.type, d) });
  const high = into.type.shape.map((e, i) => (isBatch(e) ? 0 : e - fixed(sums.type, i)));
  const zeros = high.map(() => 0);
  const all = high.every((h) => h === 0) ? sums : ir.pad(sums, { low: zeros, high, interior: zeros, value: 0 });
  return viewAs(ir.add(into, all), x.type.shape);
}

/** The part of `v` that lies in the extents of its indices, in all dimensions but `dim`. Throws if there are more indices. */
export function within(name: string, v: Value, by: string, index: Value, dim: number | null): Value {
  const [have, want] = [v.type.shape, index.type.shape];
  if (have.length !== want.length)
    throw userError(
      'shape-mismatch',
      `${called()}: ${name} ${showType(v.type)} and ${by} ${showType(index.type)} differ in the number of dimensions`,
      { notes: involved({ [name]: v, [by]: index }) },
    );
  const shape = have.map((e, d) => {
    const w = want[d] as Dim;
    if (d === dim || sameDim(e, w)) return e;
    if (!isBatch(e) && !isBatch(w) && w < e) return w;
    throw userError(
      'shape-mismatch',
      `${called()}: ${by} ${showType(index.type)} has extent ${showDim(w)} in dimension ${d}, where ${name} ${showType(v.type)} has ${showDim(e)}`,
      {
        notes: involved({ [name]: v, [by]: index }),
        help: `there can be no more indices than ${name} has elements there`,
      },
    );
  });
  if (sameShape(shape, have)) return v;
  return ir.slice(v, { starts: shape.map(() => 0), steps: shape.map(() => 1), shape });
}
