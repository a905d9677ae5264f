/** Broadcasting, as in NumPy and PyTorch: shapes are aligned at the last dimension, and an extent of 1 repeats. */

import type { Value } from '../../ir/graph.ts';
import { broadcast, reshape } from '../../ir/ops/index.ts';
import { type Dim, isBatch, type Shape, sameDim, sameShape, showDim, showShape } from '../../ir/type.ts';
import { called, involved, userError } from './trace.ts';

/** `v` under another shape with the same number of elements. A view of a view is a view of the original. */
export function viewAs(v: Value, shape: Shape): Value {
  const source = v.kind === 'node' && Object.is(v.op, reshape) ? (v.inputs[0] as Value) : v;
  return sameShape(source.type.shape, shape) ? source : reshape(source, { shape });
}

/** `v` broadcast to `shape`, which the caller has found compatible. */
export function spreadTo(v: Value, shape: Shape): Value {
  if (sameShape(v.type.shape, shape)) return v;
  const lead = shape.length - v.type.shape.length;
  const dims = v.type.shape.flatMap((d, i) => (sameDim(d, shape[i + lead] as Dim) ? [i + lead] : []));
  const narrow = viewAs(
    v,
    dims.map((d) => shape[d] as Dim),
  );
  return sameShape(narrow.type.shape, shape) ? narrow : broadcast(narrow, { shape, dims });
}

/** The shape to which `a` and `b` broadcast, not counting their last `inner` dimensions. Throws if there is none. */
export function commonShape(a: Value, b: Value, inner = 0): Shape {
  const outer = ({ type: { shape } }: Value): Shape => shape.slice(0, shape.length - inner);
  const [sa, sb] = [outer(a), outer(b)];
  const rank = Math.max(sa.length, sb.length);
  return Array.from({ length: rank }, (_, d) => {
    const [da, db] = [sa[d - rank + sa.length] ?? 1, sb[d - rank + sb.length] ?? 1];
    if (sameDim(da, db) || db === 1) return da;
    if (da === 1) return db;
    throw userError(
      'shape-mismatch',
      `${called()}: shapes ${showShape(a.type.shape)} and ${showShape(b.type.shape)} do not broadcast: ${showDim(da)} meets ${showDim(db)} in dimension ${d - rank - inner}`,
      {
        notes: involved({ a, b }),
        help:
          isBatch(da) !== isBatch(db)
            ? 'N is the batch, known only when a step runs: give both operands the batch, or an extent of 1 there'
            : 'extents must be equal, or one of them 1; unsqueeze, transpose or view aligns them',
      },
    );
  });
}
