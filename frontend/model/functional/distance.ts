/** Distances and lengths of vectors, by PyTorch's formulas. */

import { fn, withOptions } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import * as k from '../kinds.ts';
import { float, promoted } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { distanceKinds } from './kinds.ts';
import { raisedTo } from './shared.ts';

/** The options of pairwiseDistance. */
export interface PairwiseDistanceOptions {
  /** The power of the norm, Infinity included; defaults to 2. */
  readonly p?: number;
  /** Added to each difference; defaults to 1e-6. */
  readonly eps?: number;
  /** Keeps the last dimension, with an extent of 1; defaults to false. */
  readonly keepdim?: boolean;
}

/** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. The gradient is 0 where the norm is. */
export const pairwiseDistance: (x1: Tensor, x2: Tensor, options?: PairwiseDistanceOptions) => Tensor = withOptions(
  'pairwiseDistance',
  { x1: k.tensor, x2: k.tensor },
  distanceKinds,
  (x1: Tensor, x2: Tensor, { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions) =>
    x1.sub(x2).add(eps).norm(p, -1, keepdim),
);

/** The cosine of the angle between x1 and x2 along `dim` (1): Σ x1·x2 over the product of their lengths, each at least `eps`
 *  (1e-8). The two broadcast. Throws for integers, or if there is no such dimension. */
export const cosineSimilarity: (x1: Tensor, x2: Tensor, dim?: number, eps?: number) => Tensor = fn(
  'cosineSimilarity',
  { x1: k.tensor, x2: k.tensor, dim: k.optional(k.dim), eps: k.optional(k.finite(0)) },
  (x1, x2, dim = 1, eps = 1e-8) => {
    const both = promoted(x1.value, x2.value);
    const shape = commonShape(...both);
    // Each is divided by its own length: the product of the two might overflow.
    const [a, b] = both.map((v) => {
      const x = Tensor.of(spreadTo(float(v), shape));
      return x.div(raisedTo(eps ** 2, x.mul(x).sum(dim, true)).sqrt());
    }) as [Tensor, Tensor];
    return a.mul(b).sum(dim);
  },
);

/** x over its p-norm along `dim`, which counts as `eps` where it is less. p defaults to 2, dim to 1, eps to 1e-12. Throws for
 *  integers, or if there is no such dimension. */
export const normalize: (x: Tensor, p?: number, dim?: number, eps?: number) => Tensor = fn(
  'normalize',
  { x: k.tensor, p: k.optional(k.number), dim: k.optional(k.dim), eps: k.optional(k.finite()) },
  (x, p = 2, dim = 1, eps = 1e-12) => {
    float(x.value);
    return x.div(x.norm(p, dim, true).clamp(eps));
  },
);
