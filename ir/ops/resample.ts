/** Stretching along one dimension: an element of the result reads the input at a fraction of its own index. */

import { integer } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { f32, fixed, isBatch, N, showType, type TensorType, tensor } from '../type.ts';

/** The index in the input of index i: max(⌊(i·num + add) / den⌋, 0) + shift, and the last one beyond the end. */
export type Line = { dim: number; num: number; add: number; den: number; shift: number };
/** Stretching to an extent of `size`. */
export type ResampleAttrs = Line & { size: number };

const kinds = {
  dim: integer(0),
  size: integer(1),
  num: integer(1),
  add: integer(),
  den: integer(1),
  shift: integer(0),
} as const;
const indexRule = 'max(⌊(i·num + add) / den⌋, 0) + shift, at most the last index';
const shown = { dim: 1, size: 6, num: 1, add: 0, den: 2, shift: 0 } as const;

/** The index in an input of this extent that index `i` of the result reads. */
export function sourceOf(i: number, { num, add, den, shift }: Omit<Line, 'dim'>, extent: number): number {
  return Math.min(Math.max(Math.floor((i * num + add) / den), 0) + shift, extent - 1);
}
function sourceAt(i: x.Expr, { num, add, den, shift, size }: ResampleAttrs, extent: number): x.Expr {
  const line = x.idiv(x.add(x.mul(i, x.int(num)), x.int(add)), x.int(den));
  // A quotient is rounded towards 0, and below it counts as 0 all the same.
  const start = x.add(add < 0 ? x.max(line, x.int(0)) : line, x.int(shift));
  const last = Math.max(Math.floor(((size - 1) * num + add) / den), 0) + shift;
  return last < extent ? start : x.min(start, x.int(extent - 1));
}

/** The extent of a dimension that can be stretched. Throws if there is none. */
function extentAt(name: string, t: TensorType, { dim, size, num, add, den }: ResampleAttrs): number {
  const extent = t.shape[dim];
  if (t.dtype !== 'f32') throw typeError('dtype-mismatch', `${name}: needs an f32 tensor, got ${showType(t)}`);
  if (extent === undefined) throw typeError('bad-dim', `${name}: dimension ${dim} is not one of ${showType(t)}`);
  if (isBatch(extent)) throw typeError('shape-mismatch', `${name}: dimension ${dim} of ${showType(t)} is the batch`);
  if (extent === 0) throw typeError('shape-mismatch', `${name}: dimension ${dim} of ${showType(t)} has no elements`);
  const largest = Math.max(Math.abs((size - 1) * num + add), extent * den + Math.abs(add) + num);
  if (largest > 2 ** 31 - 1) throw typeError('bad-attribute', `${name}: ${largest} does not fit in a 32-bit index`);
  return extent;
}
const withExtent = (t: TensorType, dim: number, extent: number): TensorType =>
  tensor(
    'f32',
    t.shape.map((d, i) => (i === dim ? extent : d)),
  );
const moved = (at: readonly x.Expr[], dim: number, to: x.Expr): x.Expr[] => at.map((i, d) => (d === dim ? to : i));

/** `out[…, i, …] = x[…, source(i), …]`. */
export const resample: Op<['x'], ResampleAttrs> = defineOp({
  name: 'resample',
  doc: `The element at a fraction of the index along dimension \`dim\`: ${indexRule}.`,
  operands: ['x'],
  attrs: kinds,
  rule: 'x with the extent `size` in place of that of `dim`, which is neither the batch nor empty.',
  example: [{ x: f32(N, 3) }, shown],
  infer({ x }, attrs) {
    extentAt('resample', x, attrs);
    return withExtent(x, attrs.dim, attrs.size);
  },
  compute: ({ x: v }, at, attrs, types) =>
    v(...moved(at, attrs.dim, sourceAt(at[attrs.dim] as x.Expr, attrs, fixed(types.x, attrs.dim)))),
  vjp: ({ x: v }, g, attrs) => ({
    x: resampleGrad(g, { ...attrs, size: fixed(v.type, attrs.dim) }),
  }),
});

/** The sum over the indices of a stretched tensor that read an index, which are neighbours. */
export const resampleGrad: Op<['g'], ResampleAttrs> = defineOp({
  name: 'resample_grad',
  doc: 'The transpose of resample: each element of an input of extent `size` sums g over the indices that read it.',
  operands: ['g'],
  attrs: kinds,
  rule: 'g with the extent `size`, that of the input, in place of that of `dim`.',
  example: [{ g: f32(N, 6) }, { ...shown, size: 3 }],
  infer({ g }, attrs) {
    extentAt('resample_grad', g, attrs);
    return withExtent(g, attrs.dim, attrs.size);
  },
  compute({ g }, at, attrs, types) {
    const { dim, size: extent, num, add, den, shift } = attrs;
    const line = { ...attrs, size: fixed(types.g, dim) };
    const p = at[dim] as x.Expr;
    const readers = Array.from({ length: extent }, () => 0);
    for (let i = 0; i < line.size; i++) (readers[sourceOf(i, line, extent)] as number)++;
    const most = Math.max(...readers, 1);
    const k = x.axis('k', most);
    // A whole factor has as many readers for every element, one after another.
    if (num === 1 && add === 0 && shift === 0 && line.size === extent * den)
      return x.sum([k], g(...moved(at, dim, x.add(x.mul(p, x.int(den)), x.ix(k)))));
    // The first index with ⌊(i·num + add) / den⌋ = p - shift.
    const from = x.add(x.mul(x.sub(p, x.int(shift)), x.int(den)), x.int(num - 1 - add));
    const first = x.select(x.le(p, x.int(shift)), x.int(0), x.max(x.idiv(from, x.int(num)), x.int(0)));
    const i = x.add(first, x.ix(k));
    const reads = x.and(x.lt(i, x.int(line.size)), x.eq(sourceAt(i, line, extent), p));
    return x.sum([k], x.select(reads, g(...moved(at, dim, i)), x.num(0)));
  },
  vjp: ({ g: v }, h, attrs) => ({ g: resample(h, { ...attrs, size: fixed(v.type, attrs.dim) }) }),
});
