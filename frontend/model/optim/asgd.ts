/** ASGD: averaged stochastic gradient descent. */

import * as ir from '../../../ir/ops/index.ts';
import { f32 } from '../../../ir/type.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import { constant, decayed, everywhere, moved, optionsOf, rate, rule, thisStep } from './rule.ts';

/** The options of ASGD: finite numbers of at least 0. */
export interface ASGDOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.01. */
  readonly lr?: number;
  /** The decay of parameters and of the learning rate; defaults to 1e-4. */
  readonly lambd?: number;
  /** The power by which the learning rate decays; defaults to 0.75. */
  readonly alpha?: number;
  /** The step at which averages begin; defaults to 1e6. */
  readonly t0?: number;
  /** The factor of the parameter that is added to its gradient; defaults to 0. */
  readonly weightDecay?: number;
  /** Maximize the loss instead of minimizing it; defaults to false. */
  readonly maximize?: boolean;
}
const takes = optionsOf('ASGD', {
  lr: k.optional(rate),
  lambd: k.optional(rate),
  alpha: k.optional(rate),
  t0: k.optional(rate),
  weightDecay: k.optional(rate),
  maximize: k.optional(k.flag),
});

/** ASGD, in the order of torch.optim.ASGD's operations:
 *  g += weightDecay·p;  p -= lambd·η·p;  p -= η·g;  ax += μ·(p - ax);  then for the next step η = lr/(1 + lambd·lr·t)^alpha and
 *  μ = 1/max(1, t - t0), after t steps. The averages are the state `ax` of each parameter. Throws for a negative or non-finite
 *  option. */
export function ASGD(options: ASGDOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<ASGDOptions>(takes, [options, ...none]);
    const { lr = 0.01, lambd = 1e-4, alpha = 0.75, t0 = 1e6, weightDecay = 0, maximize = false } = given;
    return rule({
      name: 'ASGD',
      lr,
      maximize,
      weightDecay,
      value({ p, g, state, context }) {
        const [one, step, rateNow] = [constant(1), thisStep(context), context.scalar('lr')];
        const eta = context.state('eta', lr, f32());
        const mu = context.state('mu', 1, f32());
        const averages = context.state('ax');
        const value = moved(decayed(p, eta, lambd), eta, g);
        const nearer = ir.add(averages, ir.mul(everywhere(mu, p), ir.sub(value, averages)));
        state.set(averages, ir.select(everywhere(ir.equal(mu, one), p), value, nearer));
        const slower = ir.log1p(ir.mul(ir.mul(constant(lambd), rateNow), step));
        state.set(eta, ir.mul(rateNow, ir.exp(ir.mul(constant(-alpha), slower))));
        state.set(mu, ir.reciprocal(ir.maximum(one, ir.sub(step, constant(t0)))));
        return value;
      },
      shown: {
        alpha,
        foreach: null,
        lambd,
        lr,
        maximize,
        t0: t0 === 1e6 ? '1000000.0' : t0,
        weight_decay: weightDecay,
      },
    });
  });
}
