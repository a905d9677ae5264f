/** Common parts of optimizers. The learning rate is a scalar that the host may change between steps; all other options are
 *  constants of the compiled step. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import type { Optimizer } from '../../../passes/update.ts';
import { type Kinds, namedOnly } from '../arguments.ts';
import * as k from '../kinds.ts';
import { onParameters, repr } from '../options.ts';

/** A learning rate or another factor. */
export const rate = k.finite(0);

/** The kinds of an optimizer's options, all of them given by name. */
export const optionsOf = (name: string, kinds: Kinds) =>
  namedOnly(name, kinds, (v) => onParameters(typeof v === 'number' ? String(v) : '0.01'));

/** An optimizer from its update and the options that PyTorch's `print(optimizer)` shows. */
export const rule = ({
  name,
  lr,
  update,
  shown,
}: Pick<Optimizer, 'name' | 'update'> & {
  readonly lr: number;
  readonly shown: Readonly<Record<string, unknown>>;
}): Optimizer =>
  Object.freeze<Optimizer & { toString(): string }>({
    name,
    scalars: { lr },
    update,
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
/** An f32 scalar. */
export const constant = (value: number): Value => ir.full({ value, shape: [], dtype: 'f32' });
/** The exponential moving average of `v` after one more value: weight·average + (1 - weight)·v. */
export const average = (before: Value, v: Value, weight: number): Value =>
  ir.add(scaled(before, weight), scaled(v, 1 - weight));
