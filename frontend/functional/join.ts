/** Tensors joined. */

import { concat } from '../../ir/ops/index.ts';
import { dimOf } from '../dims.ts';
import { operandOf, Tensor } from '../tensor.ts';
import { showAny, userError, withLoc } from '../trace.ts';

/** Tensors one after another along `dim`; in every other dimension they must agree. Throws for an empty list. */
export const cat = (tensors: readonly Tensor[], dim = 0): Tensor =>
  withLoc(() => {
    const [first, ...rest] = listOf('cat', tensors).map((t, i) => operandOf('cat', `element ${i}`, t));
    const d = dimOf('cat', first!.type.shape, dim);
    return Tensor.of(rest.reduce((a, b) => concat(a, b, { dim: d }), first!));
  });

/** Tensors of one shape along a new dimension `dim`. Throws for an empty list. */
export const stack = (tensors: readonly Tensor[], dim = 0): Tensor =>
  withLoc(() => {
    const rank = operandOf('stack', 'element 0', listOf('stack', tensors)[0]).type.shape.length;
    // Counted in the result, which has a dimension more.
    return cat(
      tensors.map((t) => t.unsqueeze(dim)),
      dim < 0 ? dim + rank + 1 : dim,
    );
  });

function listOf(what: string, tensors: unknown): readonly Tensor[] {
  if (Array.isArray(tensors) && tensors.length > 0) return tensors;
  throw userError('bad-argument', `${what}: needs a list of at least one tensor, got ${showAny(tensors)}`);
}
