/** Adadelta. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { average, moved, optionsOf, raised, rate, rule } from './rule.ts';

/** The options of Adadelta: finite numbers of at least 0. */
export interface AdadeltaOptions {
  /** The factor of each step, which the host may change between steps; defaults to 1. */
  readonly lr?: number;
  /** The weight of the past in the averages, at most 1; defaults to 0.9. */
  readonly rho?: number;
  /** A number that is added to the averages, so that their roots are not 0; defaults to 1e-6. */
  readonly eps?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('Adadelta', {
  lr: k.optional(rate),
  rho: k.optional(k.finite(0, 1)),
  eps: k.optional(rate),
  weightDecay: k.optional(rate),
  maximize: k.optional(k.flag),
});

/** Adadelta, in the order of torch.optim.Adadelta's operations:
 *  g += weightDecay·p;  v = rho·v + (1 - rho)·g²;  d = √(u + eps)/√(v + eps)·g;  u = rho·u + (1 - rho)·d²;  p -= lr·d.
 *  Throws for a negative or non-finite option. */
export function Adadelta(options: AdadeltaOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<AdadeltaOptions>(takes, [options, ...none]);
    const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0, maximize = false } = given;
    return rule({
      name: 'Adadelta',
      lr,
      maximize,
      weightDecay,
      value({ p, g, state, kept, context }) {
        const square = kept('square_avg', (before) => average(before, ir.mul(g, g), rho));
        const deltas = context.state('acc_delta');
        const root = (v: Value): Value => ir.sqrt(raised(v, eps));
        const delta = ir.mul(ir.div(root(deltas), root(square)), g);
        state.set(deltas, average(deltas, ir.mul(delta, delta), rho));
        return moved(p, context.scalar('lr'), delta);
      },
      shown: { eps, foreach: null, lr: given.lr ?? '1.0', maximize, rho, weight_decay: weightDecay },
    });
  });
}
