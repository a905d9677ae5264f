/** Distances and angles of vectors. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { distanceKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

const pairwiseTakes = layer('PairwiseDistance', {}, distanceKinds);

/** The p-norm of x1 - x2 + eps over the last dimension; the two broadcast. Options in PyTorch's order: p (2), eps (1e-6), keepdim
 *  (false). */
export class PairwiseDistance extends Module {
  readonly options: F.PairwiseDistanceOptions;

  constructor(...more: Trailing<F.PairwiseDistanceOptions, [p: number, eps: number, keepdim: boolean]>) {
    super();
    this.options = read<F.PairwiseDistanceOptions>(pairwiseTakes, more);
  }
  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.pairwiseDistance(x1, x2, this.options);
  }
}

export interface CosineSimilarityOptions {
  /** The dimension of the vectors; defaults to 1. */
  readonly dim?: number;
  /** The least length; lower ones count as this much. Defaults to 1e-8. */
  readonly eps?: number;
}
const cosineTakes = layer('CosineSimilarity', {}, { dim: k.optional(k.dim), eps: k.optional(k.finite(0)) });

/** The cosine of the angle between x1 and x2 along `dim`; the two broadcast. Options in PyTorch's order: dim (1), eps (1e-8). Throws
 *  in `forward` for integers, or if there is no such dimension. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(...more: Trailing<CosineSimilarityOptions, [dim: number, eps: number]>) {
    super();
    const { dim = 1, eps = 1e-8 } = read<CosineSimilarityOptions>(cosineTakes, more);
    [this.dim, this.eps] = [dim, eps];
  }
  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}
