/** Losses for targets that are numbers or distributions, as modules, called with the model's output and the target. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { lossKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

const kinds = lossKinds(k.tensor);
const mseTakes = layer('MSELoss', {}, kinds.mse);

/** (input - target)², for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
 *  in `forward` if the shapes differ. */
export class MSELoss extends Module {
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>) {
    super();
    this.options = read<F.ReductionOption>(mseTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, this.options);
  }
}

const l1Takes = layer('L1Loss', {}, kinds.l1);

/** |input - target|, for two f32 tensors of the same shape; a scalar unless `reduction` ('mean' by default) is 'none'. Throws
 *  in `forward` if the shapes differ. */
export class L1Loss extends Module {
  readonly options: F.ReductionOption;

  constructor(...more: Trailing<F.ReductionOption, [reduction: F.Reduction]>) {
    super();
    this.options = read<F.ReductionOption>(l1Takes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, this.options);
  }
}

const smoothL1Takes = layer('SmoothL1Loss', {}, kinds.smoothL1);

/** d²/2β where |d| < β, else |d| - β/2, for the difference d of two f32 tensors of the same shape; a scalar unless `reduction` is
 *  'none'. Options in PyTorch's order: reduction ('mean'), beta (1). Throws in `forward` if the shapes differ. */
export class SmoothL1Loss extends Module {
  readonly options: F.SmoothL1LossOptions;

  constructor(...more: Trailing<F.SmoothL1LossOptions, [reduction: F.Reduction, beta: number]>) {
    super();
    this.options = read<F.SmoothL1LossOptions>(smoothL1Takes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, this.options);
  }
}

const huberTakes = layer('HuberLoss', {}, kinds.huber);

/** d²/2 where |d| ≤ δ, else δ·(|d| - δ/2), for the difference d of two f32 tensors of the same shape; a scalar unless `reduction`
 *  is 'none'. Options in PyTorch's order: reduction ('mean'), delta (1). Throws in `forward` if the shapes differ. */
export class HuberLoss extends Module {
  readonly options: F.HuberLossOptions;

  constructor(...more: Trailing<F.HuberLossOptions, [reduction: F.Reduction, delta: number]>) {
    super();
    this.options = read<F.HuberLossOptions>(huberTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, this.options);
  }
}

const klDivTakes = layer('KLDivLoss', {}, kinds.klDiv);

/** target·(log target - input): the divergence of the distributions `target` from those with the logarithms `input`, of the same
 *  shape, both f32; a scalar unless `reduction` is 'none'. Options in PyTorch's order: reduction ('mean', over all elements;
 *  'batchmean' gives the divergence for each sample), logTarget (false). Throws in `forward` if the shapes differ. */
export class KLDivLoss extends Module {
  readonly options: F.KLDivLossOptions;

  constructor(...more: Trailing<F.KLDivLossOptions, [reduction: F.Reduction | 'batchmean', logTarget: boolean]>) {
    super();
    this.options = read<F.KLDivLossOptions>(klDivTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, this.options);
  }
}

const poissonNllTakes = layer('PoissonNLLLoss', {}, kinds.poissonNll);

/** e^input - target·input, for counts of the Poisson distribution with the logarithmic rate `input`, of the same shape; a scalar
 *  unless `reduction` is 'none'. Options in PyTorch's order: logInput (true), full (false), eps (1e-8), reduction ('mean').
 *  Throws in `forward` if the shapes differ. */
export class PoissonNLLLoss extends Module {
  readonly options: F.PoissonNLLLossOptions;

  constructor(
    ...more: Trailing<F.PoissonNLLLossOptions, [logInput: boolean, full: boolean, eps: number, reduction: F.Reduction]>
  ) {
    super();
    this.options = read<F.PoissonNLLLossOptions>(poissonNllTakes, more);
  }
  forward(input: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(input, target, this.options);
  }
}

const gaussianNllTakes = layer('GaussianNLLLoss', {}, kinds.gaussianNll);

/** (log v + (input - target)²/v)/2, for the normal distribution with the mean `input` and the variance v; a scalar unless
 *  `reduction` is 'none'. A net returns both: with nll = nn.GaussianNLLLoss(), write
 *  `loss: (mean, variance, y) => nll(mean, y, variance)`. Options in this order: full (false), eps (1e-6),
 *  reduction ('mean'). Throws in `forward` if the shapes do not fit. */
export class GaussianNLLLoss extends Module {
  readonly options: F.GaussianNLLLossOptions;

  constructor(...more: Trailing<F.GaussianNLLLossOptions, [full: boolean, eps: number, reduction: F.Reduction]>) {
    super();
    this.options = read<F.GaussianNLLLossOptions>(gaussianNllTakes, more);
  }
  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.options);
  }
}
