/** Ops that make tensors without operands, and tensors of indices. */

import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { type DType, i32, isValueOf, N, type Shape, showType, tensor } from '../type.ts';

/** One value everywhere. */
export const full: Op<[], { value: number; shape: Shape; dtype: DType }> = defineOp({
  name: 'full',
  doc: 'The constant `value` everywhere.',
  operands: [],
  attrs: { value: a.number, shape: a.shape, dtype: a.dtype },
  rule: '`shape` of `dtype`, of which `value` is one: whole for i32, from 0 to 255 for u8, 0 or 1 for bool.',
  example: [{}, { value: 0.5, shape: [N, 4], dtype: 'f32' }],
  infer(_types, { value, shape, dtype }) {
    if (!isValueOf(dtype, value)) throw typeError('bad-attribute', `full: ${value} is not a value of type ${dtype}`);
    return tensor(dtype, shape);
  },
  compute: (_load, _at, { value, dtype }) => x.constant(value, dtype),
  vjp: () => ({}),
});

/** A constant of the type of `v`. */
export const fullLike = (v: Value, value: number): Value => full({ value, shape: v.type.shape, dtype: v.type.dtype });

/** The number of elements of a shape, as a scalar: the divisor of a mean over a symbolic batch. */
export const count: Op<[], { shape: Shape }> = defineOp({
  name: 'count',
  doc: 'The number of elements of a tensor of this shape, as f32.',
  operands: [],
  attrs: { shape: a.shape },
  rule: 'f32[].',
  example: [{}, { shape: [N, 4] }],
  infer: () => tensor('f32', []),
  compute: (_load, _at, { shape }) => x.convert('f32', shape.map(x.size).reduce(x.mul, x.int(1))),
  vjp: () => ({}),
});

/** As `count`, in an entry that takes only batches of at least `least` samples: one whose statistics need more than one element. */
export const countAtLeast: Op<[], { shape: Shape; least: number }> = defineOp({
  name: 'count_at_least',
  doc: 'The number of elements of a tensor of this shape, as f32; entries that need it take no batch of fewer than `least` samples.',
  operands: [],
  attrs: { shape: a.shape, least: a.integer(1) },
  rule: 'f32[].',
  example: [{}, { shape: [N, 4], least: 2 }],
  infer: () => tensor('f32', []),
  compute: (_load, _at, { shape }) => x.convert('f32', shape.map(x.size).reduce(x.mul, x.int(1))),
  vjp: () => ({}),
  leastBatch: ({ least }) => least,
});

/** `out[…, i, …] = i` along one dimension. */
export const iota: Op<[], { shape: Shape; dim: number; dtype: DType }> = defineOp({
  name: 'iota',
  doc: 'The index along dimension `dim`.',
  operands: [],
  attrs: { shape: a.shape, dim: a.integer(0), dtype: a.dtype },
  rule: '`shape` of `dtype`; `dim` is one of its dimensions.',
  example: [{}, { shape: [N, 4], dim: 1, dtype: 'i32' }],
  infer(_types, { shape, dim, dtype }) {
    if (dim >= shape.length)
      throw typeError('bad-dim', `iota: dimension ${dim} is not one of ${showType(tensor(dtype, shape))}`);
    return tensor(dtype, shape);
  },
  compute: (_load, at, { dim, dtype }) => x.convert(dtype, at[dim] as x.Expr),
  vjp: () => ({}),
});

/** `out[…, c] = (index[…] = c)`: true where the last index equals the operand. */
export const oneHot: Op<['index'], { classes: number }> = defineOp({
  name: 'one_hot',
  doc: 'True where the index is this class, along a new last dimension of `classes`.',
  operands: ['index'],
  attrs: { classes: a.integer(1) },
  rule: "bool, of the index's shape and a last dimension of `classes`; the index is i32.",
  example: [{ index: i32(N) }, { classes: 10 }],
  infer({ index }, { classes }) {
    if (index.dtype !== 'i32')
      throw typeError('dtype-mismatch', `one_hot: class indices must be i32, got ${showType(index)}`);
    return tensor('bool', [...index.shape, classes]);
  },
  compute({ index }, at) {
    const c = at.at(-1) as x.Expr;
    return x.eq(index(...at.slice(0, -1)), c);
  },
  vjp: () => ({ index: 'none' }),
  indexRange: (_types, { classes }) => ({ index: classes }),
});
