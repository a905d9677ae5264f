/** RAdam: Adam whose first steps wait until the variance of its second average is known. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { read } from '../arguments.ts';
import * as k from '../kinds.ts';
import { withLoc } from '../trace.ts';
import type { AverageOptions } from './adam.ts';
import { average, averageKinds, constant, missing, moved, optionsOf, raised, rule, thisStep } from './rule.ts';

/** The options of RAdam: finite numbers of at least 0. */
export interface RAdamOptions extends AverageOptions {
  /** The learning rate, which the host may change between steps; defaults to 0.001. */
  readonly lr?: number;
}
const takes = optionsOf('RAdam', {
  ...averageKinds,
  maximize: k.optional(k.flag),
});

/** RAdam, in the order of torch.optim.RAdam's operations:
 *  g += weightDecay·p;  m = β₁·m + (1 - β₁)·g;  v = β₂·v + (1 - β₂)·g²;  ρ∞ = 2/(1 - β₂) - 1;  ρ = ρ∞ - 2t·β₂ᵗ/(1 - β₂ᵗ) in
 *  step t, from 1 on;  p -= lr/(1 - β₁ᵗ) · m, times √(1 - β₂ᵗ)/(√v + eps) · √((ρ - 4)(ρ - 2)ρ∞/((ρ∞ - 4)(ρ∞ - 2)ρ)) if ρ > 5.
 *  Throws for a negative or non-finite option. */
export function RAdam(options: RAdamOptions = {}, ...none: []): Optimizer {
  return withLoc(() => {
    const given = read<RAdamOptions>(takes, [options, ...none]);
    const { lr = 0.001, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0, maximize = false } = given;
    return rule({
      name: 'RAdam',
      lr,
      maximize,
      weightDecay,
      value({ p, g, kept, context }) {
        const step = thisStep(context);
        const mean = kept('exp_avg', (before) => average(before, g, beta1));
        const square = kept('exp_avg_sq', (before) => average(before, ir.mul(g, g), beta2));
        const rateNow = ir.div(context.scalar('lr'), missing(beta1, step));
        const length = lengthAt(beta2, step);
        const isKnown = ir.greater(length, constant(5));
        const factor = ir.mul(ir.sqrt(missing(beta2, step)), rectified(beta2, length));
        const adapted = ir.div(mean, raised(ir.sqrt(square), eps));
        // As scalars, so that the branch that is not taken costs no element anything.
        const [plain, other] = [ir.select(isKnown, constant(0), rateNow), ir.mul(rateNow, factor)];
        return moved(moved(p, plain, mean), ir.select(isKnown, other, constant(0)), adapted);
      },
      shown: {
        betas: [beta1, beta2],
        eps,
        foreach: null,
        lr,
        ...(maximize ? { maximize } : {}),
        weight_decay: weightDecay,
      },
    });
  });
}

/** The greatest length ρ∞ of an average, in steps. */
const longest = (beta: number): number => 2 / (1 - beta) - 1;

/** The length ρ of an average after t steps, ρ∞ - 2t·βᵗ/(1 - βᵗ), without the difference of large numbers: with u = -ln β and
 *  Langevin's function L(x) = coth x - 1/x it is t + L(u/2) - t·L(t·u/2). */
function lengthAt(beta: number, t: Value): Value {
  if (beta === 0) return constant(1);
  const half = -Math.log(beta) / 2;
  const x = ir.mul(t, constant(half));
  const square = ir.mul(x, x);
  // Its series, whose next term is below 1e-8 of it up to 0.5; beyond, the difference is exact enough.
  let near = constant(-1 / 4725);
  for (const next of [2 / 945, -1 / 45, 1 / 3]) near = ir.add(ir.mul(near, square), constant(next));
  const far = ir.sub(ir.reciprocal(ir.tanh(x)), ir.reciprocal(x));
  const at = ir.select(ir.less(x, constant(0.5)), ir.mul(x, near), far);
  const first = half < 1e-4 ? half / 3 : 1 / Math.tanh(half) - 1 / half;
  return ir.add(ir.sub(t, ir.mul(t, at)), constant(first));
}

/** √((ρ - 4)(ρ - 2)ρ∞/((ρ∞ - 4)(ρ∞ - 2)ρ)), where ρ > 5. */
function rectified(beta: number, length: Value): Value {
  const whole = longest(beta);
  const safe = ir.maximum(length, constant(5));
  const parts = ir.mul(ir.sub(safe, constant(4)), ir.sub(safe, constant(2)));
  return ir.sqrt(ir.mul(ir.div(parts, safe), constant(whole / ((whole - 4) * (whole - 2)))));
}
