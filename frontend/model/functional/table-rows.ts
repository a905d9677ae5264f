/** Reads of tables of rows, for embeddings and bags of them. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import * as indexing from '../indexing.ts';
import { fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';

/** The rows of a table; with `scaled`, each shares its gradient among its readers, and does not add it up. */
export function rowsAt(table: Value, x: Value, scaled: boolean): Tensor {
  const read = indexing.selected(table, 0, x);
  if (!scaled) return Tensor.of(read);
  const one = ir.full({ value: 1, shape: x.type.shape, dtype: 'f32' });
  const count = ir.indexAdd(one, x, { dim: 0, size: fixedExtent(table.type.shape, 0) });
  const often = Tensor.of(ir.indexSelect(count, x, { dim: 0, fill: 1 })).unsqueeze(-1);
  return Tensor.of(ir.withGradientOf(read, Tensor.of(read).div(often.detach()).value));
}
