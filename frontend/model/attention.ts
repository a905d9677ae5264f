/** Attention: weights by the products of queries and keys, and the masks that keep keys out. */

import * as ir from '../../ir/ops/index.ts';
import type { Dim } from '../../ir/type.ts';
import { Tensor } from './tensor.ts';
import { called, involved, userError } from './trace.ts';

/** softmax(query·keyᵀ/√d + mask) over the keys, for queries […,L,d] and keys […,S,d]. */
export function attentionWeights(query: Tensor, key: Tensor, mask: Tensor | null): Tensor {
  const scores = query.div(Math.sqrt(query.size(-1) as number)).matmul(key.transpose(-2, -1));
  return (mask ? scores.add(mask) : scores).softmax(-1);
}

/** A mask to add to scores: one of floats as it is; of bools, -Infinity where it is `out`, else 0. */
export function additive(mask: Tensor, out: boolean): Tensor {
  const v = mask.value;
  if (v.type.dtype === 'f32') return mask;
  if (v.type.dtype !== 'bool')
    throw userError('dtype-mismatch', `${called()}: a mask is f32 or bool, got ${mask}`, {
      notes: involved({ mask: v }),
      help: 'a comparison gives bools: mask.ne(0)',
    });
  const all = (value: number) => ir.full({ value, shape: v.type.shape, dtype: 'f32' });
  return Tensor.of(out ? ir.select(v, all(-Infinity), all(0)) : ir.select(v, all(0), all(-Infinity)));
}

/** True where a key comes after a query, bool [queries,keys]. */
export function later(queries: Dim, keys: Dim): Tensor {
  const index = (dim: number) => ir.iota({ shape: [queries, keys], dim, dtype: 'i32' });
  return Tensor.of(ir.less(index(0), index(1)));
}
