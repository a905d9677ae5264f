/** Optimizers: rules that build graph. The learning rate is a scalar that the host may change between steps; every other
 *  option is a constant of the compiled step. */

import type { Param, Value } from '../ir/graph.ts';
import * as ir from '../ir/ops/index.ts';
import type { Optimizer } from '../passes/update.ts';
import { optionsOf, repr } from './options.ts';
import { showAny, userError, withLoc } from './trace.ts';

export interface SGDOptions {
  readonly lr: number;
  readonly momentum?: number;
  /** How much of the gradient is kept from the momentum. */
  readonly dampening?: number;
  readonly weightDecay?: number;
  readonly nesterov?: boolean;
  /** Climb instead of descend. */
  readonly maximize?: boolean;
}
const sgdOptions = ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov', 'maximize'] as const;

/** Stochastic gradient descent, in the order of torch.optim.SGD's operations:
 *  g += weightDecay·p;  b = momentum·b + (1 - dampening)·g, at first g;  p -= lr·(nesterov ? g + momentum·b : b).
 *  Throws for a negative or non-finite option, and for Nesterov's without momentum or with dampening. */
export function SGD(options: SGDOptions): Optimizer {
  return withLoc(() => {
    const given = optionsOf<SGDOptions>('SGD', sgdOptions, [options]);
    const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = given;
    checkRate('learning rate', lr);
    checkRate('momentum value', momentum);
    checkRate('weight_decay value', weightDecay);
    if (!Number.isFinite(dampening)) throw userError('bad-option', `Invalid dampening value: ${showAny(dampening)}`);
    if (nesterov && (momentum <= 0 || dampening !== 0))
      throw userError('bad-option', 'Nesterov momentum requires a momentum and zero dampening', {
        help: 'give momentum, such as 0.9, and leave dampening out',
      });

    return Object.freeze<Optimizer & { toString(): string }>({
      name: 'SGD',
      scalars: { lr },
      update(p, gradient, context) {
        const state = new Map<Param, Value>();
        let g = maximize ? ir.neg(gradient) : gradient;
        if (weightDecay !== 0) g = ir.add(g, scaled(p, weightDecay));
        if (momentum !== 0) {
          const before = context.state('momentum_buffer');
          const buffer = ir.add(scaled(before, momentum), dampening === 0 ? g : dampened(g, dampening, context.step()));
          state.set(before, buffer);
          g = nesterov ? ir.add(g, scaled(buffer, momentum)) : buffer;
        }
        return { value: ir.sub(p, ir.mul(everywhere(context.scalar('lr'), p), g)), state };
      },
      toString: () =>
        show('SGD', {
          dampening,
          differentiable: false,
          foreach: null,
          lr,
          maximize,
          momentum,
          nesterov,
          weight_decay: weightDecay,
        }),
    });
  });
}

/** (1 - dampening)·g, but g itself in the first step, before which the buffer is zero. */
function dampened(g: Value, dampening: number, step: Value): Value {
  const scalar = (value: number): Value => ir.full({ value, shape: [], dtype: 'f32' });
  const share = ir.select(ir.equal(step, scalar(0)), scalar(1), scalar(1 - dampening));
  return ir.mul(everywhere(share, g), g);
}

const scaled = (v: Value, by: number): Value => ir.mul(v, ir.full({ value: by, shape: v.type.shape, dtype: 'f32' }));
const everywhere = (scalar: Value, like: Value): Value => ir.broadcast(scalar, { shape: like.type.shape, dims: [] });

function checkRate(what: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return;
  throw userError('bad-option', `Invalid ${what}: ${showAny(value)}`, {
    help: 'it must be a finite number of at least 0',
  });
}

/** As PyTorch prints an optimizer. */
function show(name: string, options: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(options).map(
    ([key, value]) => `    ${key}: ${typeof value === 'string' ? value : repr(value)}\n`,
  );
  return `${name} (\nParameter Group 0\n${lines.join('')})`;
}
