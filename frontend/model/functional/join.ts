/** Tensors joined. */

import { concat } from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import { dimOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { promoted } from '../promote.ts';
import { Tensor } from '../tensor.ts';

/** Tensors one after another along `dim`, 0 unless given; in every other dimension they must agree, and the batch cannot be
 *  joined. Element types are promoted. Throws for an empty list. */
export const cat: (tensors: readonly Tensor[], dim?: number) => Tensor = fn(
  'cat',
  { tensors: k.tensors, dim: k.optional(k.dim) },
  (tensors, dim = 0) => {
    const all = promoted(...tensors.map((t) => t.value));
    // PyTorch passes over empty vectors, whatever the others are.
    const some = all.filter(({ type: { shape } }) => shape.length !== 1 || shape[0] !== 0);
    const values = some.length > 0 ? some : all;
    const d = dimOf((values[0] as (typeof values)[number]).type.shape, dim);
    return Tensor.of(values.reduce((a, b) => concat(a, b, { dim: d })));
  },
);

/** Tensors of one shape along a new dimension `dim`, 0 unless given. Throws for an empty list. */
export const stack: (tensors: readonly Tensor[], dim?: number) => Tensor = fn(
  'stack',
  { tensors: k.tensors, dim: k.optional(k.dim) },
  (tensors, dim = 0) => {
    // Counted in the result, which has a dimension more.
    const d = dimOf((tensors[0] as Tensor).value.type.shape, dim, { more: 1 });
    return cat(
      tensors.map((t) => t.unsqueeze(d)),
      d,
    );
  },
);
