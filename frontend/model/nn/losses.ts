/** Losses for one class of several, as modules, called with the model's output and the target. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { lossKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Buffer } from './parameter.ts';

/** One factor for each class or element: numbers, which become a buffer of the loss, or a tensor. */
export type Factors = Tensor | ArrayLike<number> | null;
/** The tensor of some factors; numbers become a buffer. */
export const factorsOf = (factors: Factors | undefined): Tensor | null =>
  factors == null || factors instanceof Tensor ? (factors ?? null) : new Buffer([factors.length], factors);

/** Options of a function as those of a layer, which takes numbers as factors. */
export type Named<O> = Omit<O, 'weight' | 'posWeight'> & {
  /** One factor for each class, or for each element of a binary loss; none by default. */
  readonly weight?: Factors;
};
const kinds = lossKinds(k.optional(k.factors));

export type CrossEntropyLossOptions = Named<F.CrossEntropyLossOptions>;
const crossEntropyTakes = layer('CrossEntropyLoss', {}, kinds.crossEntropy);

/** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
 *  probabilities f32 of the logits' shape; a scalar unless `reduction` is 'none'. Options in PyTorch's order: weight (none),
 *  ignoreIndex (none), reduction ('mean'), labelSmoothing (0). Throws in `forward` if shapes or element types do not
 *  fit. */
export class CrossEntropyLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.CrossEntropyLossOptions;

  constructor(
    ...more: Trailing<
      CrossEntropyLossOptions,
      [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction, labelSmoothing: number]
    >
  ) {
    super();
    const { weight, ...options } = read<CrossEntropyLossOptions>(crossEntropyTakes, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(logits: Tensor, target: Tensor): Tensor {
    return F.crossEntropy(logits, target, { ...this.options, weight: this.weight });
  }
}

export type NLLLossOptions = Named<F.NLLLossOptions>;
const nllTakes = layer('NLLLoss', {}, kinds.nll);

/** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]; a scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: weight (none), ignoreIndex (none), reduction ('mean'). Throws in
 *  `forward` if shapes or element types do not fit. */
export class NLLLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.NLLLossOptions;

  constructor(
    ...more: Trailing<NLLLossOptions, [weight: Factors, ignoreIndex: number | null, reduction: F.Reduction]>
  ) {
    super();
    const { weight, ...options } = read<NLLLossOptions>(nllTakes, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(logProbabilities: Tensor, target: Tensor): Tensor {
    return F.nllLoss(logProbabilities, target, { ...this.options, weight: this.weight });
  }
}

export type MultiMarginLossOptions = Named<F.MultiMarginLossOptions>;
const multiMarginTakes = layer('MultiMarginLoss', {}, kinds.multiMargin);

/** The mean over the classes of max(0, margin - input[target] + input[class])^p, without the target's own, for scores f32
 *  [N,C] and class indices i32 [N]; a scalar unless `reduction` is 'none'. Options in PyTorch's order: p (1, or 2), margin (1),
 *  weight (none), reduction ('mean'). Throws in `forward` if shapes or element types do not fit. */
export class MultiMarginLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.MultiMarginLossOptions;

  constructor(
    ...more: Trailing<MultiMarginLossOptions, [p: number, margin: number, weight: Factors, reduction: F.Reduction]>
  ) {
    super();
    const { weight, ...options } = read<MultiMarginLossOptions>(multiMarginTakes, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

const multilabelMarginTakes = layer('MultiLabelMarginLoss', {}, kinds.multilabelMargin);

/** The mean over the classes of max(0, 1 - input[label] + input[class]), summed over a row's labels, for each class that is not
 *  a label: scores f32 [N,C], and labels i32 [N,C], which end at the first -1; a scalar unless `reduction`
 *  ('mean' by default) is 'none'. Throws in `forward` if shapes or element types do not fit. */
export class MultiLabelMarginLoss extends Module {
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>) {
    super();
    this.options = read<F.ReductionOption>(multilabelMarginTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, this.options);
  }
}

const ctcTakes = layer('CTCLoss', {}, kinds.ctc);

/** The negative log-likelihood of labels, i32 [N,S] padded to one length, in the steps of log-probabilities f32 [T,N,C], of all their
 *  alignments; called as `ctc(logProbs, targets, inputLengths, targetLengths)`, of lengths i32 [N] or one number for all. A scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: blank (0), reduction ('mean', of each loss over its number of labels),
 *  zeroInfinity (false). Throws in `forward` if the shapes do not fit. */
export class CTCLoss extends Module {
  readonly options: F.CTCLossOptions;

  constructor(...more: Trailing<F.CTCLossOptions, [blank: number, reduction: F.Reduction, zeroInfinity: boolean]>) {
    super();
    this.options = read<F.CTCLossOptions>(ctcTakes, more);
  }
  forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | number, targetLengths: Tensor | number): Tensor {
    return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
