/** Stochastic gradient descent. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { userError, withLoc } from '../trace.ts';
import { constant, everywhere, moved, optionsOf, rate, rule, scaled } from './rule.ts';

/** The options of SGD: finite numbers of at least 0; only dampening may be negative. */
export interface SGDOptions {
  /** The learning rate, which the host may change between steps. */
  readonly lr: number;
  /** The factor of the momentum buffer; defaults to 0. */
  readonly momentum?: number;
  /** The share of the gradient that does not enter the momentum buffer; defaults to 0. */
  readonly dampening?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** Use Nesterov momentum; defaults to false. */
  readonly nesterov?: boolean;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('SGD', {
  lr: rate,
  momentum: k.optional(rate),
  dampening: k.optional(k.finite()),
  weightDecay: k.optional(rate),
  nesterov: k.optional(k.flag),
  maximize: k.optional(k.flag),
});

/** Stochastic gradient descent, in the order of torch.optim.SGD's operations:
 *  g += weightDecay·p;  b = momentum·b + (1 - dampening)·g, initially g;  p -= lr·(nesterov ? g + momentum·b : b).
 *  Throws for a negative or non-finite option, and for nesterov without momentum or with dampening. */
export function SGD(options: SGDOptions, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<SGDOptions>(takes, [options, ...none]);
    const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = given;
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw userError('bad-option', 'SGD: Nesterov momentum requires a momentum and zero dampening', {
        help: 'give momentum, such as 0.9, and leave dampening out',
      });

    return rule({
      name: 'SGD',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        let step = g;
        if (momentum !== 0) {
          const buffer = kept('momentum_buffer', (before) =>
            ir.add(scaled(before, momentum), dampening === 0 ? g : dampened(g, dampening, context.step())),
          );
          step = nesterov ? ir.add(g, scaled(buffer, momentum)) : buffer;
        }
        return moved(p, context.scalar('lr'), step);
      },
      shown: {
        dampening,
        differentiable: false,
        foreach: null,
        lr,
        maximize,
        momentum,
        nesterov,
        weight_decay: weightDecay,
      },
    });
  });
}

/** (1 - dampening)·g, but g itself in the first step, when the buffer is zero. */
function dampened(g: Value, dampening: number, step: Value): Value {
  const share = ir.select(ir.equal(step, constant(0)), constant(1), constant(1 - dampening));
  return ir.mul(everywhere(share, g), g);
}
