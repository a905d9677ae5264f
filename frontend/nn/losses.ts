/** Losses as modules: called with the model's output and the target. */

import * as F from '../functional/index.ts';
import { optionsOf, type Trailing } from '../options.ts';
import { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import { Buffer } from './parameter.ts';

/** One factor for each class or element: numbers, which become a buffer of the loss, or a tensor. */
export type Factors = Tensor | ArrayLike<number> | null;
const factorsOf = (factors: Factors | undefined): Tensor | null =>
  factors == null || factors instanceof Tensor ? (factors ?? null) : new Buffer([factors.length], factors);

type Named<O> = Omit<O, 'weight' | 'posWeight'> & { readonly weight?: Factors };

export type CrossEntropyLossOptions = Named<F.CrossEntropyLossOptions>;
const crossEntropyOptions = ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing'] as const;

/** -log softmax(logits)[target], for logits f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…], or
 *  probabilities f32 of the logits' shape. */
export class CrossEntropyLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.CrossEntropyLossOptions;

  constructor(...more: Trailing<CrossEntropyLossOptions, typeof crossEntropyOptions>) {
    super();
    const { weight, ...options } = optionsOf<CrossEntropyLossOptions>('CrossEntropyLoss', crossEntropyOptions, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(logits: Tensor, target: Tensor): Tensor {
    return F.crossEntropy(logits, target, { ...this.options, weight: this.weight });
  }
}

export type NLLLossOptions = Named<F.NLLLossOptions>;
const nllOptions = ['weight', 'ignoreIndex', 'reduction'] as const;

/** -logProbabilities[target], for log-probabilities f32 [N,C] or [N,C,d1,…] and class indices i32 [N] or [N,d1,…]. */
export class NLLLoss extends Module {
  readonly weight: Tensor | null;
  readonly options: F.NLLLossOptions;

  constructor(...more: Trailing<NLLLossOptions, typeof nllOptions>) {
    super();
    const { weight, ...options } = optionsOf<NLLLossOptions>('NLLLoss', nllOptions, more);
    this.weight = factorsOf(weight);
    this.options = options;
  }
  forward(logProbabilities: Tensor, target: Tensor): Tensor {
    return F.nllLoss(logProbabilities, target, { ...this.options, weight: this.weight });
  }
}

const reductionOption = ['reduction'] as const;

/** (input - target)², for two tensors of one shape. */
export class MSELoss extends Module {
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<F.ReductionOption, typeof reductionOption>) {
    super();
    this.options = optionsOf<F.ReductionOption>('MSELoss', reductionOption, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, this.options);
  }
}

export type BCEWithLogitsLossOptions = Named<F.BCEWithLogitsLossOptions> & { readonly posWeight?: Factors };
const bceOptions = ['weight', 'reduction', 'posWeight'] as const;

/** Binary cross-entropy of σ(input) with a target of the input's shape, 0 to 1. */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<BCEWithLogitsLossOptions, typeof bceOptions>) {
    super();
    const { weight, posWeight, ...options } = optionsOf<BCEWithLogitsLossOptions>(
      'BCEWithLogitsLoss',
      bceOptions,
      more,
    );
    [this.weight, this.posWeight] = [factorsOf(weight), factorsOf(posWeight)];
    this.options = options;
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.bceWithLogits(input, target, { ...this.options, weight: this.weight, posWeight: this.posWeight });
  }
}
