/** Ops whose indices are data. Hosts check the indices in inputs; for computed ones the equations are safe: what is read
 *  outside is `fill`, and what would be added outside is dropped. */

import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Load, type Op, type Scatter, typeError } from '../graph.ts';
import {
  type Dim,
  f32,
  fixed,
  i32,
  isBatch,
  isValueOf,
  N,
  type Shape,
  sameDim,
  showShape,
  showType,
  type TensorType,
  tensor,
} from '../type.ts';

/** What index selections share: the dimension, and what is read outside of it. */
export type Reading = { dim: number; fill: number };
/** What additions share: the dimension, and its extent in the result. */
export type Adding = { dim: number; size: number };

/** Throws if there is no such dimension, or if the indices are not i32. */
function checkIndices(name: string, t: TensorType, dim: number, index: TensorType): void {
  if (dim >= t.shape.length) throw typeError('bad-dim', `${name}: dimension ${dim} is not one of ${showType(t)}`);
  if (index.dtype !== 'i32') throw typeError('dtype-mismatch', `${name}: indices must be i32, got ${showType(index)}`);
}
/** The same, for a dimension that is read by index, which a batch cannot be. */
function checkRead(name: string, t: TensorType, dim: number, index: TensorType): void {
  checkIndices(name, t, dim, index);
  if (isBatch(t.shape[dim] as Dim))
    throw typeError('shape-mismatch', `${name}: dimension ${dim} of ${showType(t)} is the batch, which has no indices`);
}

/** Checks that the extents of an operand around `dim` are those of its indices. */
function alongside(name: string, t: TensorType, index: TensorType, dim: number): void {
  const same =
    t.shape.length === index.shape.length && t.shape.every((d, i) => i === dim || sameDim(d, index.shape[i] as Dim));
  if (!same)
    throw typeError(
      'shape-mismatch',
      `${name}: ${showType(t)} and its indices ${showType(index)} differ in other dimensions than ${dim}`,
    );
}

function checkFill(name: string, { dtype }: TensorType, fill: number): void {
  if (!isValueOf(dtype, fill)) throw typeError('bad-attribute', `${name}: ${fill} is not a value of type ${dtype}`);
}

/** `read` at index `i` of `extent`; `fill` if that lies outside. */
function guarded(i: x.Expr, extent: number, fill: x.Expr, read: (i: x.Expr) => x.Expr): x.Expr {
  if (extent === 0) return fill;
  const inside = x.and(x.ge(i, x.int(0)), x.lt(i, x.int(extent)));
  // The clamped index is safe to read at, so that the choice needs no branch.
  return x.select(inside, read(x.max(x.int(0), x.min(i, x.int(extent - 1)))), fill);
}

const readingKinds = { dim: a.integer(0), fill: a.number } as const;
const addingKinds = { dim: a.integer(0), size: a.integer(0) } as const;

/** The elements of x at the indices along one dimension, which the dimensions of `index` replace. */
export const indexSelect: Op<['x', 'index'], Reading> = defineOp({
  name: 'index_select',
  doc: 'x at `index[…]` along dimension `dim`, which the dimensions of the index replace; `fill` where that lies outside.',
  operands: ['x', 'index'],
  attrs: readingKinds,
  rule: `The element type of x, and its shape with that of the index in place of \`dim\`, which is not the batch; the index is i32.`,
  example: [
    { x: f32(9, 4), index: i32(N, 3) },
    { dim: 0, fill: Number.NaN },
  ],
  infer({ x, index }, { dim, fill }) {
    checkRead('index_select', x, dim, index);
    checkFill('index_select', x, fill);
    return tensor(x.dtype, x.shape.toSpliced(dim, 1, ...index.shape));
  },
  compute({ x: v, index }, at, { dim, fill }, types) {
    const rank = types.index.shape.length;
    const row = index(...at.slice(dim, dim + rank));
    return guarded(row, fixed(types.x, dim), x.constant(fill, types.x.dtype), (i) => v(...at.toSpliced(dim, rank, i)));
  },
  vjp({ x: v, index }, g, { dim }) {
    const size = fixed(v.type, dim);
    return { x: v.type.dtype === 'f32' ? indexAdd(g, index, { dim, size }) : 'none', index: 'none' };
  },
  indexRange: ({ x }, { dim }) => ({ index: fixed(x, dim) }),
});

/** The axes over the points of an addition, and those that are its indices. */
const pointsOver = (shape: Shape): x.Axis[] => shape.map((d, i) => x.axis(`p${i}`, d));

/** Slices of g added up by index: the transpose of `indexSelect`. */
export const indexAdd: Op<['g', 'index'], Adding> = defineOp({
  name: 'index_add',
  doc: 'The sum of the slices of g whose index is that along dimension `dim`, in their order; the transpose of index_select.',
  operands: ['g', 'index'],
  attrs: addingKinds,
  rule: 'f32, of the shape of g with `size` in place of the dimensions of the index, which begin at `dim`; the index is i32.',
  example: [
    { g: f32(N, 3, 4), index: i32(N, 3) },
    { dim: 0, size: 9 },
  ],
  infer({ g, index }, { dim, size }) {
    if (dim > g.shape.length) throw typeError('bad-dim', `index_add: ${showType(g)} has no dimension ${dim}`);
    const of = g.shape.slice(dim, dim + index.shape.length);
    if (g.dtype !== 'f32') throw typeError('dtype-mismatch', `index_add: needs an f32 tensor, got ${showType(g)}`);
    if (index.dtype !== 'i32')
      throw typeError('dtype-mismatch', `index_add: indices must be i32, got ${showType(index)}`);
    if (of.length !== index.shape.length || !of.every((d, i) => sameDim(d, index.shape[i] as Dim)))
      throw typeError(
        'shape-mismatch',
        `index_add: ${showType(g)} has no dimensions ${showShape(index.shape)} of the index at ${dim}`,
      );
    return tensor('f32', g.shape.toSpliced(dim, index.shape.length, size));
  },
  compute({ g, index }, at, { dim }, types) {
    const axes = pointsOver(types.index.shape);
    const points = axes.map(x.ix);
    const hit = x.eq(index(...points), at[dim] as x.Expr);
    return x.sum(axes, x.select(hit, g(...at.toSpliced(dim, 1, ...points)), x.num(0)));
  },
  scatter({ g, index }, { dim }, types): Scatter {
    const over = pointsOver(types.g.shape);
    const points = over.map(x.ix);
    const rank = types.index.shape.length;
    return { over, at: points.toSpliced(dim, rank, index(...points.slice(dim, dim + rank))), value: g(...points) };
  },
  vjp: ({ index }, h, { dim }) => ({ g: indexSelect(h, index, { dim, fill: 0 }), index: 'none' }),
  indexRange: (_types, { size }) => ({ index: size }),
});

/** The elements of x whose index along one dimension is data, and all others the result's own. */
export const gather: Op<['x', 'index'], Reading> = defineOp({
  name: 'gather',
  doc: "x at the result's own index, but for `index[…]` along dimension `dim`; `fill` where that lies outside.",
  operands: ['x', 'index'],
  attrs: readingKinds,
  rule: `The element type of x, and the shape of the index, which is i32 and has the extents of x in all dimensions but \`dim\`.`,
  example: [
    { x: f32(N, 9), index: i32(N, 3) },
    { dim: 1, fill: Number.NaN },
  ],
  infer({ x, index }, { dim, fill }) {
    checkRead('gather', x, dim, index);
    checkFill('gather', x, fill);
    alongside('gather', x, index, dim);
    return tensor(x.dtype, index.shape);
  },
  compute: ({ x: v, index }, at, { dim, fill }, types) =>
    guarded(index(...at), fixed(types.x, dim), x.constant(fill, types.x.dtype), (i) => v(...at.with(dim, i))),
  vjp({ x: v, index }, g, { dim }) {
    const size = fixed(v.type, dim);
    return { x: v.type.dtype === 'f32' ? scatterAdd(g, index, { dim, size }) : 'none', index: 'none' };
  },
  indexRange: ({ x }, { dim }) => ({ index: fixed(x, dim) }),
});

/** Elements of g added up by index along one dimension: the transpose of `gather`. */
export const scatterAdd: Op<['g', 'index'], Adding> = defineOp({
  name: 'scatter_add',
  doc: 'The sum of the elements of g along dimension `dim` whose index is that of the result, in their order; the transpose of gather.',
  operands: ['g', 'index'],
  attrs: addingKinds,
  rule: 'f32, of the shape that g and the index have, with `size` in place of `dim`; the index is i32.',
  example: [
    { g: f32(N, 3), index: i32(N, 3) },
    { dim: 1, size: 9 },
  ],
  infer({ g, index }, { dim, size }) {
    if (g.dtype !== 'f32') throw typeError('dtype-mismatch', `scatter_add: needs an f32 tensor, got ${showType(g)}`);
    checkIndices('scatter_add', g, dim, index);
    alongside('scatter_add', g, index, dim);
    if (!sameDim(g.shape[dim] as Dim, index.shape[dim] as Dim))
      throw typeError(
        'shape-mismatch',
        `scatter_add: ${showType(g)} and its indices ${showType(index)} differ in shape`,
      );
    return tensor('f32', g.shape.with(dim, size));
  },
  compute({ g, index }, at, { dim }, types) {
    const p = x.axis('p', types.g.shape[dim] as Dim);
    const point = at.with(dim, x.ix(p));
    return x.sum([p], x.select(x.eq(index(...point), at[dim] as x.Expr), g(...point), x.num(0)));
  },
  scatter({ g, index }: { g: Load; index: Load }, { dim }, types): Scatter {
    const over = pointsOver(types.g.shape);
    const points = over.map(x.ix);
    return { over, at: points.with(dim, index(...points)), value: g(...points) };
  },
  vjp: ({ index }, h, { dim }) => ({ g: gather(h, index, { dim, fill: 0 }), index: 'none' }),
  indexRange: (_types, { size }) => ({ index: size }),
});
