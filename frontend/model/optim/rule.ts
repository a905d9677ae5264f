/** Common parts of optimizers. The learning rate is a scalar that the host may change between steps; all other options are
 *  constants of the compiled step. */

import type { Param, Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import type { TensorType } from '../../../ir/type.ts';
import type { Optimizer, UpdateContext } from '../../../passes/update.ts';
import { type Kinds, namedOnly } from '../arguments.ts';
import * as k from '../kinds.ts';
import { onParameters, repr } from '../options.ts';

/** A learning rate or another factor. */
export const rate = k.finite(0);

/** The kinds of an optimizer's options, all of them given by name. */
export const optionsOf = (name: string, kinds: Kinds) =>
  namedOnly(name, kinds, (v) => onParameters(typeof v === 'number' ? String(v) : '0.01'));

/** The weights of the past in two averages. */
export const betas = k.kind(
  'two numbers from 0 to below 1',
  (v) => Array.isArray(v) && v.length === 2 && v.every((b) => typeof b === 'number' && b >= 0 && b < 1),
  { help: (v) => (typeof v === 'number' ? 'one for each average: betas: [0.9, 0.999]' : null) },
);

/** The options of optimizers with averages of the gradient and of its square. */
export const averageKinds = {
  lr: k.optional(rate),
  betas: k.optional(betas),
  eps: k.optional(rate),
  weightDecay: k.optional(rate),
};

/** The update of one parameter while it is built. */
export interface Update {
  readonly context: UpdateContext;
  readonly p: Param;
  /** The gradient, with weight decay, negated to maximize. */
  readonly g: Value;
  /** The new values of state. */
  readonly state: Map<Param, Value>;
  /** The new value of a state of the parameter, which `next` makes of the old one. It has the parameter's shape, or that
   *  of `type`. */
  kept(name: string, next: (before: Value) => Value, initial?: number, type?: TensorType): Value;
}

/** An optimizer from the new value of a parameter, and the options that PyTorch's `print(optimizer)` shows. */
export const rule = ({
  name,
  lr,
  maximize,
  weightDecay,
  value,
  shown,
}: {
  readonly name: string;
  readonly lr: number;
  readonly maximize: boolean;
  /** The factor of the parameter that is added to its gradient. */
  readonly weightDecay: number;
  value(update: Update): Value;
  readonly shown: Readonly<Record<string, unknown>>;
}): Optimizer =>
  Object.freeze<Optimizer & { toString(): string }>({
    name,
    scalars: { lr },
    update(p, gradient, context) {
      const state = new Map<Param, Value>();
      const kept: Update['kept'] = (key, next, initial, type) => {
        const before = context.state(key, initial, type);
        const after = next(before);
        state.set(before, after);
        return after;
      };
      let g = maximize ? ir.neg(gradient) : gradient;
      if (weightDecay !== 0) g = ir.add(g, scaled(p, weightDecay));
      return { value: value({ context, p, g, state, kept }), state };
    },
    toString: () => {
      const lines = Object.entries(shown).map(
        ([key, value]) => `    ${key}: ${typeof value === 'string' ? value : repr(value)}\n`,
      );
      return `${name} (\nParameter Group 0\n${lines.join('')})`;
    },
  });

/** v·by, element by element. */
export const scaled = (v: Value, by: number): Value =>
  ir.mul(v, ir.full({ value: by, shape: v.type.shape, dtype: 'f32' }));
/** v + by, element by element. */
export const raised = (v: Value, by: number): Value =>
  ir.add(v, ir.full({ value: by, shape: v.type.shape, dtype: 'f32' }));
/** A scalar as a tensor of another one's shape. */
export const everywhere = (scalar: Value, like: Value): Value =>
  ir.broadcast(scalar, { shape: like.type.shape, dims: [] });
/** p - rate·step, of a scalar rate. */
export const moved = (p: Value, rate: Value, step: Value): Value => ir.sub(p, ir.mul(everywhere(rate, p), step));
/** p·(1 - rate·by), of a scalar rate. */
export const decayed = (p: Value, rate: Value, by: number): Value =>
  ir.mul(p, everywhere(ir.sub(constant(1), ir.mul(rate, constant(by))), p));
/** An f32 scalar. */
export const constant = (value: number): Value => ir.full({ value, shape: [], dtype: 'f32' });
/** The exponential moving average of `v` after one more value: weight·average + (1 - weight)·v. */
export const average = (before: Value, v: Value, weight: number): Value =>
  ir.add(scaled(before, weight), scaled(v, 1 - weight));
/** The number of this step, from 1 on: an f32 scalar. */
export const thisStep = (context: UpdateContext): Value => ir.add(context.step(), constant(1));

/** 1 - βᵗ with all its digits, also where βᵗ is close to 1: 2s/(1 + s) with s = tanh(-t·ln β/2). */
export function missing(beta: number, t: Value): Value {
  if (beta === 0) return constant(1);
  const s = ir.tanh(ir.mul(t, constant(-Math.log(beta) / 2)));
  return ir.div(ir.add(s, s), ir.add(constant(1), s));
}
