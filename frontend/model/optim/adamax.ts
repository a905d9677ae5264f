/** Adamax. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { average, averageKinds, missing, moved, optionsOf, raised, rule, scaled, thisStep } from './rule.ts';

/** The options of Adamax: finite numbers of at least 0. */
export interface AdamaxOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.002. */
  readonly lr?: number;
  /** The weights of the past in the average of the gradient and in its greatest size, each below 1; defaults to [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** A number that is added to the size of the gradient, so that it is not 0; defaults to 1e-8. */
  readonly eps?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('Adamax', {
  ...averageKinds,
  maximize: k.optional(k.flag),
});

/** Adamax, in the order of torch.optim.Adamax's operations:
 *  g += weightDecay·p;  m = β₁·m + (1 - β₁)·g;  u = max(β₂·u, |g| + eps);  p -= lr/(1 - β₁ᵗ) · m/u in step t, from 1 on.
 *  Throws for a negative or non-finite option. */
export function Adamax(options: AdamaxOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<AdamaxOptions>(takes, [options, ...none]);
    const { lr = 0.002, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0, maximize = false } = given;
    return rule({
      name: 'Adamax',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        const mean = kept('exp_avg', (before) => average(before, g, beta1));
        const size = raised(ir.abs(g), eps);
        const greatest = kept('exp_inf', (before) => ir.maximum(scaled(before, beta2), size));
        const rateNow = ir.div(context.scalar('lr'), missing(beta1, thisStep(context)));
        return moved(p, rateNow, ir.div(mean, greatest));
      },
      shown: { betas: [beta1, beta2], eps, foreach: null, lr, maximize, weight_decay: weightDecay },
    });
  });
}
