/** Adagrad. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { constant, moved, optionsOf, raised, rate, rule } from './rule.ts';

/** The options of Adagrad: finite numbers of at least 0. */
export interface AdagradOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.01. */
  readonly lr?: number;
  /** How fast the learning rate falls: after t steps it is lr / (1 + t·lrDecay); defaults to 0. */
  readonly lrDecay?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** The sum of squares to begin with; defaults to 0. */
  readonly initialAccumulatorValue?: number;
  /** A number that is added to the root of the sum, so that it is not 0; defaults to 1e-10. */
  readonly eps?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('Adagrad', {
  lr: k.optional(rate),
  lrDecay: k.optional(rate),
  weightDecay: k.optional(rate),
  initialAccumulatorValue: k.optional(rate),
  eps: k.optional(rate),
  maximize: k.optional(k.flag),
});

/** Adagrad, in the order of torch.optim.Adagrad's operations:
 *  g += weightDecay·p;  s += g²;  p -= lr/(1 + t·lrDecay)·g/(√s + eps), after t earlier steps.
 *  Throws for a negative or non-finite option. */
export function Adagrad(options: AdagradOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<AdagradOptions>(takes, [options, ...none]);
    const {
      lr = 0.01,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
      maximize = false,
    } = given;
    return rule({
      name: 'Adagrad',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        const sum = kept('sum', (before) => ir.add(before, ir.mul(g, g)), initialAccumulatorValue);
        let rateNow = context.scalar('lr');
        if (lrDecay !== 0) {
          const slower = ir.add(constant(1), ir.mul(context.step(), constant(lrDecay)));
          rateNow = ir.div(rateNow, slower);
        }
        return moved(p, rateNow, ir.div(g, raised(ir.sqrt(sum), eps)));
      },
      shown: {
        eps,
        foreach: null,
        initial_accumulator_value: initialAccumulatorValue,
        lr,
        lr_decay: lrDecay,
        maximize,
        weight_decay: weightDecay,
      },
    });
  });
}
