/** Losses for targets of two kinds, as modules, called with the model's output and the target. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { lossKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { type Factors, factorsOf, type Named } from './losses.ts';
import { Module } from './module.ts';

const kinds = lossKinds(k.optional(k.factors));

export type BCELossOptions = Named<F.BCELossOptions>;
const bceTakes = layer('BCELoss', {}, kinds.bce);

/** Binary cross-entropy of probabilities with a target of the input's shape, both f32, 0 to 1; a scalar unless `reduction` is
 *  'none'. Its logarithms are at least -100, as in PyTorch; BCEWithLogitsLoss takes logits and is exact. Options in PyTorch's
 *  order: weight (none), reduction ('mean'). Throws in `forward` if the shapes differ. */
export class BCELoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<BCELossOptions, [weight: Factors, reduction: F.Reduction]>) {
    super();
    const { weight, ...options } = read<BCELossOptions>(bceTakes, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

export type BCEWithLogitsLossOptions = Named<F.BCEWithLogitsLossOptions> & {
  /** A factor for the positive part of each class; none by default. */
  readonly posWeight?: Factors;
};
const bceWithLogitsTakes = layer('BCEWithLogitsLoss', {}, kinds.bceWithLogits);

/** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1, both f32; a scalar unless `reduction` is
 *  'none'. Options in PyTorch's order: weight (none), reduction ('mean'), posWeight (none). Throws in `forward` if the
 *  shapes differ. */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Tensor | null;
  readonly pos_weight: Tensor | null;
  readonly options: F.ReductionOption;

  constructor(
    ...more: Trailing<BCEWithLogitsLossOptions, [weight: Factors, reduction: F.Reduction, posWeight: Factors]>
  ) {
    super();
    const { weight, posWeight, ...options } = read<BCEWithLogitsLossOptions>(bceWithLogitsTakes, more);
    [this.weight, this.pos_weight] = [factorsOf(weight), factorsOf(posWeight)];
    this.options = options;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.bceWithLogits(input, target, { ...this.options, weight: this.weight, posWeight: this.pos_weight });
  }
}

export type MultiLabelSoftMarginLossOptions = Named<F.MultiLabelSoftMarginLossOptions>;
const multilabelSoftMarginTakes = layer('MultiLabelSoftMarginLoss', {}, kinds.multilabelSoftMargin);

/** The mean over the classes, the last dimension, of the binary cross-entropy of σ(input) with a target of the input's shape;
 *  a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none), reduction ('mean'). Throws in `forward` if
 *  the shapes differ. */
export class MultiLabelSoftMarginLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<MultiLabelSoftMarginLossOptions, [weight: Factors, reduction: F.Reduction]>) {
    super();
    const { weight, ...options } = read<MultiLabelSoftMarginLossOptions>(multilabelSoftMarginTakes, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

const softMarginTakes = layer('SoftMarginLoss', {}, kinds.softMargin);

/** log(1 + e^(-target·input)) for a target of the input's shape, 1 or -1; a scalar unless `reduction` ('mean' by default) is
 *  'none'. Throws in `forward` if the shapes differ. */
export class SoftMarginLoss extends Module {
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>) {
    super();
    this.options = read<F.ReductionOption>(softMarginTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, this.options);
  }
}
