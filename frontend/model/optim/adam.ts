/** Adam, and AdamW, whose weight decay is not part of the gradient. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import {
  average,
  averageKinds,
  decayed,
  everywhere,
  missing,
  moved,
  optionsOf,
  raised,
  rule,
  thisStep,
} from './rule.ts';

/** The options that Adam and its relatives share: finite numbers of at least 0. */
export interface AverageOptions {
  /** The weights of the past in the averages of the gradient and of its square, each below 1; defaults to [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** A number that is added to the root of the second average, so that it is not 0; defaults to 1e-8. */
  readonly eps?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
/** The options of Adam and AdamW: finite numbers of at least 0. */
export interface AdamOptions extends AverageOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.001. */
  readonly lr?: number;
  /** Adam: the factor of the parameter that is added to its gradient; defaults to 0. AdamW: the share of the parameter, times lr,
   *  that each step takes off; defaults to 0.01. */
  readonly weightDecay?: number;
  /** Divide by the greatest average of squares so far; defaults to false. */
  readonly amsgrad?: boolean;
}
const kinds = { ...averageKinds, amsgrad: k.optional(k.flag), maximize: k.optional(k.flag) };
const adamTakes = optionsOf('Adam', kinds);
const adamWTakes = optionsOf('AdamW', kinds);

/** Adam, in the order of torch.optim.Adam's operations:
 *  g += weightDecay·p;  m = β₁·m + (1 - β₁)·g;  v = β₂·v + (1 - β₂)·g²;  p -= lr/(1 - β₁ᵗ) · m/(√v/√(1 - β₂ᵗ) + eps) in step t, from 1 on;
 *  with amsgrad, the greatest v so far for v. Throws for a negative or non-finite option. */
export const Adam = (options: AdamOptions = {}, ...none: []): Optimizer =>
  withLoc(() => adam('Adam', read<AdamOptions>(adamTakes, [options, ...none]), 0));

/** AdamW, in the order of torch.optim.AdamW's operations: p -= lr·weightDecay·p, then as Adam without weight decay.
 *  Throws for a negative or non-finite option. */
export const AdamW = (options: AdamOptions = {}, ...none: []): Optimizer =>
  withLoc(() => adam('AdamW', read<AdamOptions>(adamWTakes, [options, ...none]), 0.01));

function adam(name: 'Adam' | 'AdamW', given: AdamOptions, usualDecay: number): Optimizer {
  const { lr = 0.001, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = usualDecay } = given;
  const { amsgrad = false, maximize = false } = given;
  return rule({
    name,
    lr,
    maximize,
    weightDecay: name === 'Adam' ? weightDecay : 0,
    value({ p, g, kept, context }) {
      const rateNow = context.scalar('lr');
      const from = name === 'AdamW' && weightDecay !== 0 ? decayed(p, rateNow, weightDecay) : p;
      const mean = kept('exp_avg', (before) => average(before, g, beta1));
      let square = kept('exp_avg_sq', (before) => average(before, ir.mul(g, g), beta2));
      if (amsgrad) square = kept('max_exp_avg_sq', (before) => ir.maximum(before, square));
      const step = thisStep(context);
      const size = ir.div(rateNow, missing(beta1, step));
      const root = ir.div(ir.sqrt(square), everywhere(ir.sqrt(missing(beta2, step)), p));
      return moved(from, size, ir.div(mean, raised(root, eps)));
    },
    shown: {
      amsgrad,
      betas: [beta1, beta2],
      capturable: false,
      ...(name === 'Adam' ? { differentiable: false } : {}),
      eps,
      foreach: null,
      ...(name === 'Adam' ? { fused: false } : {}),
      lr,
      maximize,
      weight_decay: weightDecay,
    },
  });
}
