/** Reductions over whole dimensions. The reduced dimensions disappear. */

import { integer, integers } from '../attr.ts';
import * as x from '../expr.ts';
import { defineOp, type Op, typeError, type Value } from '../graph.ts';
import { f32, N, type Shape, showType, type TensorType, tensor } from '../type.ts';
import { full } from './create.ts';
import { div, equal, mul, select } from './elementwise.ts';
import { broadcast } from './movement.ts';

type Dims = { dims: readonly number[] };
const reducedRule = 'x without the dimensions `dims`, each of which is one of its own; x is f32 or i32.';

const kept = (rank: number, dims: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, d) => d).filter((d) => !dims.includes(d));

function check(name: string, t: TensorType, dims: readonly number[]): Shape {
  if (t.dtype !== 'f32' && t.dtype !== 'i32')
    throw typeError('dtype-mismatch', `${name}: needs an f32 or i32 tensor, got ${showType(t)}`, 'convert it first');
  const wrong = dims.find((d, i) => !Number.isInteger(d) || d < 0 || d >= t.shape.length || dims.indexOf(d) !== i);
  if (wrong !== undefined)
    throw typeError('bad-dim', `${name}: dimension ${wrong} is not one of ${showType(t)}, or is named twice`);
  return kept(t.shape.length, dims).map((d) => t.shape[d] as never);
}

/** What has a greatest element has some. */
function checkAny(name: string, t: TensorType, dims: readonly number[]): Shape {
  const shape = check(name, t, dims);
  const none = dims.find((d) => t.shape[d] === 0);
  if (none !== undefined)
    throw typeError(
      'bad-dim',
      `${name}: dimension ${none} of ${showType(t)} has no elements, and so none that is extreme`,
    );
  return shape;
}

/** The operand's index from the result's and the reduction's axes. */
function interleave(rank: number, dims: readonly number[], at: readonly x.Expr[], axes: readonly x.Axis[]): x.Expr[] {
  const outer = at.values();
  return Array.from({ length: rank }, (_, d) => {
    const r = dims.indexOf(d);
    return r < 0 ? (outer.next().value as x.Expr) : x.ix(axes[r] as x.Axis);
  });
}
const axesOf = (t: TensorType, dims: readonly number[]): x.Axis[] =>
  dims.map((d) => x.axis(`r${d}`, t.shape[d] as never));

/** Spreads a reduction's result over the shape that was reduced. */
const spread = (v: Value, over: TensorType, dims: readonly number[]): Value =>
  broadcast(v, { shape: over.shape, dims: kept(over.shape.length, dims) });

/** `out[o] = Σ_r x[o, r]`. */
export const reduceSum: Op<['x'], Dims> = defineOp({
  name: 'reduce_sum',
  doc: 'The sum over the dimensions `dims`.',
  operands: ['x'],
  attrs: { dims: integers(0) },
  rule: reducedRule,
  example: [{ x: f32(N, 4) }, { dims: [1] }],
  infer: ({ x }, { dims }) => tensor(x.dtype, check('reduce_sum', x, dims)),
  compute({ x: v }, at, { dims }, types) {
    const axes = axesOf(types.x, dims);
    return x.sum(axes, v(...interleave(types.x.shape.length, dims, at, axes)));
  },
  // y = Σ x  ⇒  dx = dy, the same for every element of the sum
  vjp: ({ x }, g, { dims }) => ({ x: spread(g, x.type, dims) }),
});

// Where several elements are extreme they share the cotangent evenly, as PyTorch's amax does.
const extreme = (name: 'reduce_max' | 'reduce_min', doc: string, fn: 'max' | 'min'): Op<['x'], Dims> =>
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
    vjp({ x: v }, g, { dims }, y) {
      const one = full({ value: 1, shape: v.type.shape, dtype: 'f32' });
      const zero = full({ value: 0, shape: v.type.shape, dtype: 'f32' });
      const hit = select(equal(v, spread(y, v.type, dims)), one, zero);
      return { x: mul(hit, spread(div(g, reduceSum(hit, { dims })), v.type, dims)) };
    },
  });
/** The greatest over the dimensions `dims`, which disappear; NaN if one is. */
export const reduceMax = extreme('reduce_max', 'The greatest over the dimensions `dims`; NaN if one is.', 'max');
/** The least over the dimensions `dims`, which disappear; NaN if one is. */
export const reduceMin = extreme('reduce_min', 'The least over the dimensions `dims`; NaN if one is.', 'min');

/** The first index along `dim` at which x is greatest. */
export const argmax: Op<['x'], { dim: number }> = defineOp({
  name: 'argmax',
  doc: 'The first index along `dim` at which x is greatest.',
  operands: ['x'],
  attrs: { dim: integer(0) },
  rule: 'i32, of the shape of x without `dim`; x is f32 or i32.',
  example: [{ x: f32(N, 10) }, { dim: 1 }],
  infer: ({ x }, { dim }) => tensor('i32', checkAny('argmax', x, [dim])),
  compute({ x: v }, at, { dim }, types) {
    const axes = axesOf(types.x, [dim]);
    return x.reduce('argmax', axes, v(...interleave(types.x.shape.length, [dim], at, axes)));
  },
  vjp: () => ({ x: 'none' }),
});
