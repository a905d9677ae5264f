/** Rprop: steps by the signs of gradients. */

import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { optionsOf, rate, rule } from './rule.ts';

/** The options of Rprop. */
export interface RpropOptions {
  /** The first size of a step, a finite number of at least 0; defaults to 0.01. */
  readonly lr?: number;
  /** The factors of a step's size where the sign of the gradient changes and where it does not: from above 0 to below 1, and
   *  above 1; defaults to [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** The least and the greatest size of a step; defaults to [1e-6, 50]. */
  readonly stepSizes?: readonly [number, number];
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const isPair = (v: unknown): v is [number, number] =>
  Array.isArray(v) && v.length === 2 && v.every((x) => typeof x === 'number' && Number.isFinite(x));
const takes = optionsOf('Rprop', {
  lr: k.optional(rate),
  etas: k.optional(
    k.kind(
      'two factors, the first between 0 and 1, the second above 1',
      (v) => isPair(v) && v[0] > 0 && v[0] < 1 && v[1] > 1,
    ),
  ),
  stepSizes: k.optional(
    k.kind(
      'two numbers of at least 0, the second no less than the first',
      (v) => isPair(v) && v[0] >= 0 && v[1] >= v[0],
    ),
  ),
  maximize: k.optional(k.flag),
});

/** Rprop, in the order of torch.optim.Rprop's operations: a step of size s has the sign of -g; s is multiplied by etas[1] where g
 *  has the sign of the gradient before, by etas[0] where it has the other, in which case g becomes 0, and kept within stepSizes.
 *  It is for whole data sets, not for mini-batches. A learning rate that the host sets later changes nothing, as in PyTorch.
 *  Throws for an option out of its range. */
export function Rprop(options: RpropOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<RpropOptions>(takes, [options, ...none]);
    const { lr = 0.01, etas = [0.5, 1.2], stepSizes = [1e-6, 50], maximize = false } = given;
    return rule({
      name: 'Rprop',
      lr,
      maximize,
      weightDecay: 0,
      value({ p, g, state, kept, context }) {
        const like = (value: number) => ir.fullLike(p, value);
        const before = context.state('prev');
        const agreement = ir.mul(g, before);
        const turned = ir.less(agreement, like(0));
        const grown = ir.select(ir.greater(agreement, like(0)), like(etas[1]), like(1));
        const size = kept(
          'step_size',
          (old) => {
            const next = ir.mul(old, ir.select(turned, like(etas[0]), grown));
            return ir.minimum(ir.maximum(next, like(stepSizes[0])), like(stepSizes[1]));
          },
          lr,
        );
        const left = ir.select(turned, like(0), g);
        state.set(before, left);
        return ir.sub(p, ir.mul(ir.sign(left), size));
      },
      shown: { etas, foreach: null, lr, maximize, step_sizes: stepSizes },
    });
  });
}
