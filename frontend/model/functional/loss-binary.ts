/** Losses for targets of two kinds, element by element, by PyTorch's formulas. */

import * as ir from '../../../ir/ops/index.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { wrongRank } from '../promote.ts';
import { constant, Tensor } from '../tensor.ts';
import { logsigmoid } from './activation.ts';
import { lossKinds } from './kinds.ts';
import type { ReductionOption } from './reduction.ts';
import { reduceLoss, requireSameShape } from './shared.ts';

/** The options of binaryCrossEntropy. */
export interface BCELossOptions extends ReductionOption {
  /** A factor for each element's loss; broadcasts to the input. */
  readonly weight?: Tensor | null;
}
/** The options of bceWithLogits. */
export interface BCEWithLogitsLossOptions extends ReductionOption {
  /** A factor for each element's loss; broadcasts to the input. */
  readonly weight?: Tensor | null;
  /** A factor for the positive part of each class; broadcasts to the input. */
  readonly posWeight?: Tensor | null;
}

/** The options of multilabelSoftMarginLoss. */
export interface MultiLabelSoftMarginLossOptions extends ReductionOption {
  /** A factor for each class; broadcasts to the input. */
  readonly weight?: Tensor | null;
}
const kinds = lossKinds(k.optional(k.orNull(k.tensor)));

/** -(y·log x + (1-y)·log(1-x)) for probabilities x and a target y of the same shape, both f32, 0 to 1. Each logarithm is at
 *  least -100, as in PyTorch; of logits, bceWithLogits is exact. A scalar, unless `reduction` is 'none'. NaN for an x outside 0
 *  to 1. Throws if the shapes differ. */
export const binaryCrossEntropy: (input: Tensor, target: Tensor, options?: BCELossOptions) => Tensor = withOptions(
  'binaryCrossEntropy',
  { input: k.tensor, target: k.tensor },
  kinds.bce,
  (x: Tensor, y: Tensor, { weight = null, ...options }: BCELossOptions) => {
    requireSameShape(x, y);
    const loss = Tensor.of(ir.binaryCrossEntropy(x.value, y.value));
    return reduceLoss(weight ? loss.mul(weight) : loss, options);
  },
);

/** -(y·log σ(x) + (1-y)·log(1-σ(x))) for a target y of the input's shape, both f32, computed without σ. A scalar, unless
 *  `reduction` is 'none'. Throws if the shapes differ. */
export const bceWithLogits: (input: Tensor, target: Tensor, options?: BCEWithLogitsLossOptions) => Tensor = withOptions(
  'bceWithLogits',
  { input: k.tensor, target: k.tensor },
  kinds.bceWithLogits,
  (x: Tensor, y: Tensor, options: BCEWithLogitsLossOptions) => {
    requireSameShape(x, y);
    const { weight = null, posWeight = null } = options;
    const factor = posWeight && y.mul(posWeight.sub(1)).add(1);
    const scaled = (t: Tensor): Tensor => (factor ? t.mul(factor) : t);
    // log σ(x) = log σ(|x|) + min(x, 0), taken apart: for y = 0 the minimum cancels x, and log σ(|x|) keeps all its digits.
    // It is the first operand so that the gradient of x is summed in that order too, as (1 - y) - 1 + σ(x).
    const tail = logsigmoid(x.abs());
    const least = Tensor.of(ir.minimum(x.value, constant(x.value, 0)));
    const loss = scaled(tail)
      .neg()
      .add(y.neg().add(1).mul(x).sub(scaled(least)));
    return reduceLoss(weight ? loss.mul(weight) : loss, options);
  },
);

/** The mean over the last dimension, the classes, of -(y·log σ(x) + (1-y)·log(1-σ(x))), for a target y of the input's shape,
 *  f32 or i32. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const multilabelSoftMarginLoss: (
  input: Tensor,
  target: Tensor,
  options?: MultiLabelSoftMarginLossOptions,
) => Tensor = withOptions(
  'multilabelSoftMarginLoss',
  { input: k.tensor, target: k.tensor },
  kinds.multilabelSoftMargin,
  (x: Tensor, y: Tensor, { weight = null, ...options }: MultiLabelSoftMarginLossOptions) => {
    requireSameShape(x, y, 'whole');
    if (x.dim === 0) throw wrongRank('an input with classes as its last dimension', x.value);
    const loss = y
      .mul(logsigmoid(x))
      .add(y.neg().add(1).mul(logsigmoid(x.neg())))
      .neg();
    return reduceLoss((weight ? loss.mul(weight) : loss).mean(-1), options);
  },
);

/** log(1 + e^(-y·x)) for a target y of the input's shape, 1 or -1, f32 or i32, computed so that nothing overflows. A scalar,
 *  unless `reduction` is 'none'. Throws if the shapes differ. */
export const softMarginLoss: (input: Tensor, target: Tensor, options?: ReductionOption) => Tensor = withOptions(
  'softMarginLoss',
  { input: k.tensor, target: k.tensor },
  kinds.softMargin,
  (x: Tensor, y: Tensor, options: ReductionOption) => {
    requireSameShape(x, y, 'whole');
    return reduceLoss(logsigmoid(y.mul(x)).neg(), options);
  },
);
