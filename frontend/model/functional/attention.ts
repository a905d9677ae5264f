/** Attention, and positions by rotation. */

import { type Dim, isBatch, showShape } from '../../../ir/type.ts';
import { fn, withOptions } from '../arguments.ts';
import { additive, attentionWeights, later } from '../attention.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import { float, wrongRank } from '../promote.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { cat, stack } from './join.ts';
import { dropout } from './random.ts';

/** The options of scaledDotProductAttention. */
export interface AttentionOptions {
  /** Which keys a query sees, broadcast to […,L,S]: bools, true where it does, or f32 to add to the scores; defaults to null. */
  readonly attnMask?: Tensor | null;
  /** The probability with which a weight is dropped, in evaluation too; defaults to 0. */
  readonly dropoutP?: number;
  /** Each query sees the keys up to its own index; defaults to false. */
  readonly isCausal?: boolean;
}

/** softmax(query·keyᵀ/√d)·value, for queries […,L,d], keys […,S,d] and values […,S,e], giving […,L,e]; leading dimensions are
 *  batch and heads. Options in PyTorch's order: attnMask (null), dropoutP (0), isCausal (false). In a mask of bools true means
 *  that a query sees the key, where for nn.MultiheadAttention it means that it does not. A query that sees no key gives NaN.
 *  Throws for a mask beside `isCausal`. */
export const scaledDotProductAttention: (
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...more: Trailing<AttentionOptions, [attnMask: Tensor | null, dropoutP: number, isCausal: boolean]>
) => Tensor = withOptions(
  'scaledDotProductAttention',
  { query: k.tensor, key: k.tensor, value: k.tensor },
  { attnMask: k.optional(k.orNull(k.tensor)), dropoutP: k.optional(k.finite(0, 1)), isCausal: k.optional(k.flag) },
  (query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions) => {
    const { attnMask = null, dropoutP = 0, isCausal = false } = options;
    for (const [name, t] of Object.entries({ query, key, value }))
      if (float(t.value).type.shape.length < 2) throw wrongRank(`a ${name} […,rows,features]`, t.value);
    if (isCausal && attnMask)
      throw userError('bad-argument', `${called()}: isCausal makes a mask, and attnMask is given too`, {
        help: 'give one of them',
      });
    const [rows, keys] = [query, key].map((t) => t.value.type.shape.at(-2) as Dim) as [Dim, Dim];
    const mask = isCausal ? additive(later(rows, keys), true) : attnMask && additive(attnMask, false);
    const weights = attentionWeights(query, key, mask);
    return dropout(weights, dropoutP, dropoutP > 0).matmul(value);
  },
);

/** Queries or keys `x` […,T,d] with each pair of features turned by the angle that `positions` has for it, so that their products
 *  depend on distances alone. `positions` [T,d] holds cosines beside sines, as `rotaryPositions(T, d)` makes them. A pair is feature
 *  i and i + d/2, or with `interleaved` 2i and 2i + 1. Throws if d is odd, or if `positions` does not fit. */
export const rotary: (x: Tensor, positions: Tensor, interleaved?: boolean) => Tensor = fn(
  'rotary',
  { x: k.tensor, positions: k.tensor, interleaved: k.optional(k.flag) },
  (x, positions, interleaved = false) => {
    const [shape, table] = [float(x.value).type.shape, float(positions.value).type.shape];
    const [steps, features] = [shape.at(-2), shape.at(-1)];
    if (shape.length < 2 || features === undefined || isBatch(features) || features % 2 !== 0)
      throw wrongRank('an input […,T,d] with an even d', x.value);
    if (table.length !== 2 || table[0] !== steps || table[1] !== features)
      throw userError(
        'shape-mismatch',
        `${called()}: the input ${showShape(shape)} and positions ${showShape(table)} must agree in the last two dimensions`,
        {
          notes: involved({ x: x.value, positions: positions.value }),
          help: 'slice(0, 0, T) takes the first T positions',
        },
      );
    const half = features / 2;
    const [cos, sin] = [positions.narrow(1, 0, half), positions.narrow(1, half, half)];
    const pairs = interleaved ? x.view(...x.shape.slice(0, -1), half, 2) : x;
    const [a, b] = interleaved
      ? [pairs.select(-1, 0), pairs.select(-1, 1)]
      : [x.narrow(-1, 0, half), x.narrow(-1, half, half)];
    const turned = [a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))];
    return interleaved ? stack(turned, -1).view(...x.shape) : cat(turned, -1);
  },
);
