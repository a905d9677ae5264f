/** Reductions over whole dimensions, which disappear. */

import { integer, integers } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { f32, N, type Shape, showType, type TensorType, tensor } from '../type.ts';
import { broadcast, reduceSum } from './broadcast.ts';
import { full, iota } from './create.ts';
import { axesOf, check, type Dims, interleave, kept, reducedRule } from './dims.ts';
import { div, equal, mul, notEqual, select } from './elementwise.ts';

/** Checks that there are elements, without which there is no extreme one. */
function checkAny(name: string, t: TensorType, dims: readonly number[]): Shape {
  const shape = check(name, t, dims);
  const none = dims.find((d) => t.shape[d] === 0);
  if (none !== undefined)
    throw typeError('bad-dim', `${name}: dimension ${none} of ${showType(t)} has no elements, and so no extreme one`);
  return shape;
}

/** Spreads a reduction's result over the shape that was reduced. */
const spread = (v: Value, over: TensorType, dims: readonly number[]): Value =>
  broadcast(v, { shape: over.shape, dims: kept(over.shape.length, dims) });

/** `out[o] = max_r x[o, r]`, or the minimum; `share` divides the cotangent among the elements of x. */
const extreme = (
  name: string,
  doc: string,
  fn: 'max' | 'min',
  share: (v: Value, g: Value, y: Value, dims: readonly number[]) => Value,
): Op<['x'], Dims> =>
  defineOp({
    name,
    doc,
    operands: ['x'],
    attrs: { dims: integers(0) },
    rule: reducedRule,
    example: [{ x: f32(N, 4) }, { dims: [1] }],
    infer: ({ x }, { dims }) => tensor(x.dtype, checkAny(name, x, dims)),
    compute({ x: v }, at, { dims }, types) {
      const axes = axesOf(types.x, dims);
      return x.reduce(fn, axes, v(...interleave(types.x.shape.length, dims, at, axes)));
    },
    vjp: ({ x: v }, g, { dims }, y) => ({ x: v.type.dtype === 'f32' ? share(v, g, y, dims) : 'none' }),
  });

const constant = (like: Value, value: number): Value => full({ value, shape: like.type.shape, dtype: like.type.dtype });

// As PyTorch's amax: extreme elements share evenly, and NaN, which equals nothing, makes the gradients NaN.
const alike = (v: Value, g: Value, y: Value, dims: readonly number[]): Value => {
  const hit = select(equal(v, spread(y, v.type, dims)), constant(v, 1), constant(v, 0));
  return mul(hit, spread(div(g, reduceSum(hit, { dims })), v.type, dims));
};
/** The maximum over the dimensions `dims`, which disappear; NaN if any is. Equal ones share the gradient. */
export const reduceMax = extreme(
  'reduce_max',
  'The maximum over the dimensions `dims`; NaN if any element is.',
  'max',
  alike,
);
/** The minimum over the dimensions `dims`, which disappear; NaN if any is. Equal ones share the gradient. */
export const reduceMin = extreme(
  'reduce_min',
  'The minimum over the dimensions `dims`; NaN if any element is.',
  'min',
  alike,
);

// As PyTorch's max of everything: extreme elements share evenly; if there are NaNs, which differ from themselves, those
// do.
const alikeOrNaN = (v: Value, g: Value, y: Value, dims: readonly number[]): Value => {
  const all = spread(y, v.type, dims);
  const hit = select(equal(all, all), equal(v, all), notEqual(v, v));
  const count = reduceSum(select(hit, constant(v, 1), constant(v, 0)), { dims });
  return select(hit, spread(div(g, count), v.type, dims), constant(v, 0));
};
/** As reduceMax; NaNs share the gradient too. */
export const maxOfAll = extreme('max_of_all', 'As reduce_max; NaNs share the cotangent.', 'max', alikeOrNaN);
/** As reduceMin; NaNs share the gradient too. */
export const minOfAll = extreme('min_of_all', 'As reduce_min; NaNs share the cotangent.', 'min', alikeOrNaN);

/** The first index along `dim` at which `of(x)` is greatest. */
const firstIndex = (name: 'argmax' | 'argmin', doc: string, of: (v: x.Expr) => x.Expr): Op<['x'], { dim: number }> =>
  defineOp({
    name,
    doc,
    operands: ['x'],
    attrs: { dim: integer(0) },
    rule: 'i32, of the shape of x without `dim`, which is not empty; x is f32 or i32.',
    example: [{ x: f32(N, 10) }, { dim: 1 }],
    infer: ({ x }, { dim }) => tensor('i32', checkAny(name, x, [dim])),
    compute({ x: v }, at, { dim }, types) {
      const axes = axesOf(types.x, [dim]);
      return x.reduce('argmax', axes, of(v(...interleave(types.x.shape.length, [dim], at, axes))));
    },
    vjp: () => ({ x: 'none' }),
  });
/** The first index along `dim` at which x is greatest, as i32. */
export const argmax = firstIndex('argmax', 'The first index along `dim` at which x is greatest.', (v) => v);
/** The first index along `dim` at which x is least, as i32. */
// −1 − v reverses the order of integers, including the least one.
export const argmin = firstIndex('argmin', 'The first index along `dim` at which x is least.', (v) =>
  x.dtypeOf(v) === 'f32' ? x.neg(v) : x.sub(x.int(-1), v),
);

// As PyTorch's max along a dimension: the first extreme element gets the whole cotangent.
const first = (name: string, doc: string, fn: 'max' | 'min', index: typeof argmax): Op<['x'], { dim: number }> =>
  defineOp({
    name,
    doc,
    operands: ['x'],
    attrs: { dim: integer(0) },
    rule: 'x without the dimension `dim`, which is not empty; x is f32 or i32.',
    example: [{ x: f32(N, 10) }, { dim: 1 }],
    infer: ({ x }, { dim }) => tensor(x.dtype, checkAny(name, x, [dim])),
    compute({ x: v }, at, { dim }, types) {
      const axes = axesOf(types.x, [dim]);
      return x.reduce(fn, axes, v(...interleave(types.x.shape.length, [dim], at, axes)));
    },
    vjp({ x: v }, g, { dim }) {
      if (v.type.dtype !== 'f32') return { x: 'none' };
      const here = iota({ shape: v.type.shape, dim, dtype: 'i32' });
      const there = spread(index(v, { dim }), v.type, [dim]);
      return { x: select(equal(here, there), spread(g, v.type, [dim]), constant(v, 0)) };
    },
  });
/** The maximum along `dim`, whose first position gets the gradient. */
export const firstMax = first('first_max', 'The maximum along `dim`; of equal ones the first counts.', 'max', argmax);
/** The minimum along `dim`, whose first position gets the gradient. */
export const firstMin = first('first_min', 'The minimum along `dim`; of equal ones the first counts.', 'min', argmin);
