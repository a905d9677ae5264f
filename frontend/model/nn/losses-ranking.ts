/** Losses that compare scores or distances, as modules, called with the tensors that they compare. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { lossKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

const kinds = lossKinds(k.tensor);
const marginRankingTakes = layer('MarginRankingLoss', {}, kinds.margin);

/** max(0, margin - target·(input1 - input2)) for a target of 1 where the first is to rank higher, else -1, all three of one shape;
 *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in `forward` if the
 *  shapes differ. */
export class MarginRankingLoss extends Module {
  readonly options: F.MarginOption;

  constructor(...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>) {
    super();
    this.options = read<F.MarginOption>(marginRankingTakes, more);
  }
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}

const hingeEmbeddingTakes = layer('HingeEmbeddingLoss', {}, kinds.margin);

/** The input, a distance, where the target is 1, and max(0, margin - input) where it is -1, both of one shape; a scalar unless
 *  `reduction` is 'none'. Options in PyTorch's order: margin (1), reduction ('mean'). Throws in `forward` if the shapes
 *  differ. */
export class HingeEmbeddingLoss extends Module {
  readonly options: F.MarginOption;

  constructor(...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>) {
    super();
    this.options = read<F.MarginOption>(hingeEmbeddingTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.options);
  }
}

const cosineEmbeddingTakes = layer('CosineEmbeddingLoss', {}, kinds.margin);

/** 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, for the cosine of the angle between two inputs [N,D] and
 *  a target [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (0), reduction ('mean'). Throws in
 *  `forward` if the shapes do not fit. */
export class CosineEmbeddingLoss extends Module {
  readonly options: F.MarginOption;

  constructor(...more: Trailing<F.MarginOption, [margin: number, reduction: F.Reduction]>) {
    super();
    this.options = read<F.MarginOption>(cosineEmbeddingTakes, more);
  }
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

const tripletMarginTakes = layer('TripletMarginLoss', {}, kinds.tripletMargin);

/** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by the p-norm over the last dimension of three tensors
 *  of one shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: margin (1), p (2), eps (1e-6), swap (false),
 *  reduction ('mean'). Throws in `forward` if the shapes differ. */
export class TripletMarginLoss extends Module {
  readonly options: F.TripletMarginLossOptions;

  constructor(
    ...more: Trailing<
      F.TripletMarginLossOptions,
      [margin: number, p: number, eps: number, swap: boolean, reduction: F.Reduction]
    >
  ) {
    super();
    this.options = read<F.TripletMarginLossOptions>(tripletMarginTakes, more);
  }
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

const withDistanceTakes = layer('TripletMarginWithDistanceLoss', {}, kinds.tripletMarginWithDistance);

/** As TripletMarginLoss, by a distance of your own: `nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) =>
 *  a.sub(b).abs().sum(-1) })`. Options in this order: distanceFunction (pairwiseDistance), margin (1), swap (false),
 *  reduction ('mean'). Throws in `forward` if the shapes differ. */
export class TripletMarginWithDistanceLoss extends Module {
  readonly distanceFunction: F.Distance | null;
  readonly options: Omit<F.TripletMarginWithDistanceLossOptions, 'distanceFunction'>;

  constructor(
    ...more: Trailing<
      F.TripletMarginWithDistanceLossOptions,
      [distanceFunction: F.Distance | null, margin: number, swap: boolean, reduction: F.Reduction]
    >
  ) {
    super();
    const { distanceFunction = null, ...options } = read<F.TripletMarginWithDistanceLossOptions>(
      withDistanceTakes,
      more,
    );
    [this.distanceFunction, this.options] = [distanceFunction, options];
  }
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, options } = this;
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { ...options, distanceFunction });
  }
}
