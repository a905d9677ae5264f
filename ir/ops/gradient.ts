/** Ops that say how a gradient is computed, and are nothing but their first operand when a graph runs. */

import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { rebuilt } from '../rebuild.ts';
import { f32, N, type Shape, sameType, showType, tensor } from '../type.ts';

/** x, treated as a constant: for values that a derivative is known not to depend on, such as the maximum that softmax
 *  subtracts. */
export const stopGradient: Op<['x']> = defineOp({
  name: 'stop_gradient',
  doc: 'x, through which no gradient flows.',
  operands: ['x'],
  attrs: {},
  rule: 'The type of x.',
  infer: ({ x }) => x,
  compute: ({ x }, at) => x(...at),
  vjp: () => ({ x: 'none' }),
  view: true,
});

/** The cotangent of a `custom_gradient`, while there is none: differentiation puts the actual one in its place. */
export const cotangent: Op<[], { of: number; shape: Shape }> = defineOp({
  name: 'cotangent',
  doc: 'A placeholder for the cotangent of the `custom_gradient` that has it as an operand; 0 anywhere else.',
  operands: [],
  attrs: { of: a.integer(0), shape: a.shape },
  rule: 'f32 of `shape`; `of` tells several apart.',
  example: [{}, { of: 0, shape: [N, 4] }],
  infer: (_types, { shape }) => tensor('f32', shape),
  compute: () => x.num(0),
  vjp: () => ({}),
});

/** y, with a gradient of its own with respect to x. For several operands, one is the y of the next. */
export const customGradient: Op<['y', 'x', 'g', 'dx']> = defineOp({
  name: 'custom_gradient',
  doc: "y. Its cotangent is also y's; that of x is dx, computed from g, a `cotangent` that stands for it.",
  operands: ['y', 'x', 'g', 'dx'],
  attrs: {},
  rule: 'The type of y, which g has too; dx is of the type of x; all are f32.',
  infer({ y, x, g, dx }) {
    for (const t of [y, x])
      if (t.dtype !== 'f32')
        throw typeError('dtype-mismatch', `custom_gradient: only f32 has a gradient, got ${showType(t)}`);
    if (!sameType(y, g))
      throw typeError('shape-mismatch', `custom_gradient: y is ${showType(y)}, and its cotangent ${showType(g)}`);
    if (!sameType(x, dx))
      throw typeError('shape-mismatch', `custom_gradient: x is ${showType(x)}, and its cotangent ${showType(dx)}`);
    return y;
  },
  compute: ({ y }, at) => y(...at),
  vjp: ({ g, dx }, actual) => ({
    y: actual,
    x: rebuilt([dx], new Map([[g, actual]]))[0] ?? 'none',
    g: 'none',
    dx: 'none',
  }),
  view: true,
});

/** y, whose cotangent is that of `other`, of the same type, and not that of what it is made of. */
export function withGradientOf(y: Value, other: Value): Value {
  const g = cotangent({ of: shared, shape: y.type.shape });
  return customGradient(stopGradient(y), other, g, g);
}
/** The number of cotangents of which nothing but themselves is made, which recordings do not count up to. */
const shared = 2 ** 31 - 1;

/** x, for readers that are to run late: what reads it waits for `first`, and is not the same value as what reads x. */
export const after: Op<['x', 'first']> = defineOp({
  name: 'after',
  doc: 'x; its readers are computed after `first`, even if the same was computed from x before.',
  operands: ['x', 'first'],
  attrs: {},
  rule: 'The type of x, whatever `first` is.',
  example: [{ x: f32(N, 4), first: f32(N, 3) }, {}],
  infer: ({ x }) => x,
  compute: ({ x }, at) => x(...at),
  vjp: (_operands, g) => ({ x: g, first: 'none' }),
  view: true,
  awaits: ['first'],
});
