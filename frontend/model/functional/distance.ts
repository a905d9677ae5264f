/** Distances and lengths of vectors, by PyTorch's formulas. */

import * as ir from '../../../ir/ops/index.ts';
import { fn, withOptions } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import { dimsOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { float, promoted } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { where } from './activation.ts';
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

/** (Σ|x|^p)^(1/p) over `dim`; for p = 0 how many are not 0, for p = ±Infinity the greatest or least |x|. */
function norm(x: Tensor, p: number, dim: number, keepdim: boolean): Tensor {
  // No elements have no greatest one, but their norm is 0.
  if (x.shape.at(dim) === 0) return x.sum(dim, keepdim);
  if (p === 0) return x.ne(0).to('f32').sum(dim, keepdim);
  if (Math.abs(p) === Infinity) {
    const extreme = p > 0 ? ir.maxOfAll : ir.minOfAll;
    const dims = dimsOf(x.value.type.shape, dim);
    const y = Tensor.of(extreme(x.abs().value, { dims }));
    return keepdim ? y.unsqueeze(dim) : y;
  }
  return power((p === 2 ? x.mul(x) : power(x.abs(), p)).sum(dim, keepdim), 1 / p);
}

/** x^p for x ≥ 0, without a gradient at 0, where the slope may be infinite. */
function power(x: Tensor, p: number): Tensor {
  const none = x.eq(0);
  return where(none, 0 ** p, where(none, 1, x).pow(p));
}

/** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. The gradient is 0 where the norm is. */
export const pairwiseDistance: (x1: Tensor, x2: Tensor, options?: PairwiseDistanceOptions) => Tensor = withOptions(
  'pairwiseDistance',
  { x1: k.tensor, x2: k.tensor },
  distanceKinds,
  (x1: Tensor, x2: Tensor, { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions) =>
    norm(x1.sub(x2).add(eps), p, -1, keepdim),
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
    return x.div(norm(x, p, dim, true).clamp(eps));
  },
);
