/** Lion. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { average, betas, decayed, moved, optionsOf, rate, rule } from './rule.ts';

/** The options of Lion: finite numbers of at least 0. */
export interface LionOptions {
  /** The learning rate, which the host may change between steps; defaults to 1e-4. */
  readonly lr?: number;
  /** The weights of the past in the direction of a step and in the average that is kept, each below 1; defaults to [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
  /** The share of the parameter, times lr, that each step takes off; defaults to 0. */
  readonly weightDecay?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('Lion', {
  lr: k.optional(rate),
  betas: k.optional(betas),
  weightDecay: k.optional(rate),
  maximize: k.optional(k.flag),
});

/** Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, Algorithm 2; PyTorch has none):
 *  p -= lr·weightDecay·p;  p -= lr·sign(β₁·m + (1 - β₁)·g);  m = β₂·m + (1 - β₂)·g. Throws for a negative or non-finite option. */
export function Lion(options: LionOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<LionOptions>(takes, [options, ...none]);
    const { lr = 1e-4, betas: [beta1, beta2] = [0.9, 0.99], weightDecay = 0, maximize = false } = given;
    return rule({
      name: 'Lion',
      lr,
      maximize,
      weightDecay: 0,
      value({ p, g, state, context }) {
        const rateNow = context.scalar('lr');
        const mean = context.state('exp_avg');
        state.set(mean, average(mean, g, beta2));
        const from = weightDecay === 0 ? p : decayed(p, rateNow, weightDecay);
        return moved(from, rateNow, ir.sign(average(mean, g, beta1)));
      },
      shown: { betas: [beta1, beta2], lr, maximize, weight_decay: weightDecay },
    });
  });
}
