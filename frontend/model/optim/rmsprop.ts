/** RMSprop. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { average, moved, optionsOf, raised, rate, rule, scaled } from './rule.ts';

/** The options of RMSprop: finite numbers of at least 0. */
export interface RMSpropOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.01. */
  readonly lr?: number;
  /** The weight of the past in the averages; defaults to 0.99. */
  readonly alpha?: number;
  /** A number that is added to the root of the average, so that it is not 0; defaults to 1e-8. */
  readonly eps?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** The factor of the momentum buffer; defaults to 0. */
  readonly momentum?: number;
  /** Divide by the estimated standard deviation of the gradient instead of its root mean square; defaults to false. */
  readonly centered?: boolean;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('RMSprop', {
  lr: k.optional(rate),
  alpha: k.optional(rate),
  eps: k.optional(rate),
  weightDecay: k.optional(rate),
  momentum: k.optional(rate),
  centered: k.optional(k.flag),
  maximize: k.optional(k.flag),
});

/** RMSprop, in the order of torch.optim.RMSprop's operations:
 *  g += weightDecay·p;  v = alpha·v + (1 - alpha)·g²;  if centered, m = alpha·m + (1 - alpha)·g and d = √(v - m²) + eps, else
 *  d = √v + eps;  b = momentum·b + g/d;  p -= lr·b. Throws for a negative or non-finite option. */
export function RMSprop(options: RMSpropOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<RMSpropOptions>(takes, [options, ...none]);
    const { lr = 0.01, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = given;
    const { centered = false, maximize = false } = given;
    return rule({
      name: 'RMSprop',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        let variance = kept('square_avg', (before) => average(before, ir.mul(g, g), alpha));
        if (centered) {
          const mean = kept('grad_avg', (before) => average(before, g, alpha));
          variance = ir.sub(variance, ir.mul(mean, mean));
        }
        const unit = ir.div(g, raised(ir.sqrt(variance), eps));
        const step =
          momentum === 0 ? unit : kept('momentum_buffer', (before) => ir.add(scaled(before, momentum), unit));
        return moved(p, context.scalar('lr'), step);
      },
      shown: {
        alpha,
        centered,
        differentiable: false,
        eps,
        foreach: null,
        lr,
        maximize,
        momentum,
        weight_decay: weightDecay,
      },
    });
  });
}
