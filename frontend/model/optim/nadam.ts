/** NAdam: Adam with Nesterov's momentum. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { f32 } from '../../../ir/type.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import type { AverageOptions } from './adam.ts';
import {
  average,
  averageKinds,
  constant,
  everywhere,
  missing,
  moved,
  optionsOf,
  raised,
  rate,
  rule,
  thisStep,
} from './rule.ts';

/** The options of NAdam: finite numbers of at least 0. */
export interface NAdamOptions extends AverageOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.002. */
  readonly lr?: number;
  /** How fast the momentum comes near β₁; defaults to 0.004. */
  readonly momentumDecay?: number;
}
const takes = optionsOf('NAdam', {
  ...averageKinds,
  momentumDecay: k.optional(rate),
  maximize: k.optional(k.flag),
});

/** NAdam, in the order of torch.optim.NAdam's operations:
 *  g += weightDecay·p;  μₜ = β₁·(1 - 0.96^(t·momentumDecay)/2) and its product M over all steps t, from 1 on;
 *  m = β₁·m + (1 - β₁)·g;  v = β₂·v + (1 - β₂)·g²;  d = √(v/(1 - β₂ᵗ)) + eps;
 *  p -= lr·(1 - μₜ)/(1 - M) · g/d + lr·μₜ₊₁/(1 - M·μₜ·μₜ₊₁) · m/d. Throws for a negative or non-finite option. */
export function NAdam(options: NAdamOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<NAdamOptions>(takes, [options, ...none]);
    const { lr = 0.002, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = given;
    const { momentumDecay = 0.004, maximize = false } = given;
    const momentum = (step: Value): Value => {
      const decayed = ir.exp(ir.mul(step, constant(momentumDecay * Math.log(0.96))));
      return ir.mul(constant(beta1), ir.sub(constant(1), ir.mul(constant(0.5), decayed)));
    };
    return rule({
      name: 'NAdam',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        const [one, step, rateNow] = [constant(1), thisStep(context), context.scalar('lr')];
        const now = momentum(step);
        const next = momentum(ir.add(step, one));
        const product = kept('mu_product', (before) => ir.mul(before, now), 1, f32());
        const mean = kept('exp_avg', (before) => average(before, g, beta1));
        const square = kept('exp_avg_sq', (before) => average(before, ir.mul(g, g), beta2));
        const root = raised(ir.sqrt(ir.div(square, everywhere(missing(beta2, step), p))), eps);
        const byGradient = ir.div(ir.mul(rateNow, ir.sub(one, now)), ir.sub(one, product));
        // PyTorch 1.13 has μₜ in this product twice; later versions do not.
        const productNext = ir.mul(ir.mul(product, now), next);
        const byMean = ir.div(ir.mul(rateNow, next), ir.sub(one, productNext));
        return moved(moved(p, byGradient, ir.div(g, root)), byMean, ir.div(mean, root));
      },
      shown: {
        betas: [beta1, beta2],
        eps,
        foreach: null,
        lr,
        ...(maximize ? { maximize } : {}),
        momentum_decay: momentumDecay,
        weight_decay: weightDecay,
      },
    });
  });
}
