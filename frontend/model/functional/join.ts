/** Joining tensors. */

import type { Value } from '../../../ir/graph.ts';
import { concat } from '../../../ir/ops/index.ts';
import { sameShape, showShape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { dimOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { promoted } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { involved, userError } from '../trace.ts';

/** Tensors concatenated along `dim`, 0 by default. All other extents must be equal, and the batch dimension cannot be joined.
 *  Element types are promoted. Throws for an empty list. */
export const cat: (tensors: readonly Tensor[], dim?: number) => Tensor = fn(
  'cat',
  { tensors: k.tensors, dim: k.optional(k.dim) },
  (tensors, dim = 0) => {
    const all = promoted(...tensors.map((t) => t.value));
    // PyTorch skips empty vectors, whatever the shapes of the others.
    const some = all.filter(({ type: { shape } }) => shape.length !== 1 || shape[0] !== 0);
    const values = some.length > 0 ? some : all;
    const d = dimOf((values[0] as (typeof values)[number]).type.shape, dim);
    return Tensor.of(values.reduce((a, b) => concat(a, b, { dim: d })));
  },
);

/** Tensors of one shape stacked along a new dimension `dim`, 0 by default. Throws for an empty list. */
export const stack: (tensors: readonly Tensor[], dim?: number) => Tensor = fn(
  'stack',
  { tensors: k.tensors, dim: k.optional(k.dim) },
  (tensors, dim = 0) => {
    const [first, ...others] = tensors.map((t) => t.value) as [Value, ...Value[]];
    const other = others.find((v) => !sameShape(v.type.shape, first.type.shape));
    if (other)
      throw userError(
        'shape-mismatch',
        `stack: the tensors must have the same shape, got ${showShape(first.type.shape)} and ${showShape(other.type.shape)}`,
        { notes: involved({ first, other }), help: 'cat joins along an existing dimension' },
      );
    // A dimension of the result, which has one more.
    const d = dimOf((tensors[0] as Tensor).value.type.shape, dim, { more: 1 });
    return cat(
      tensors.map((t) => t.unsqueeze(d)),
      d,
    );
  },
);
