/** Repeating along dimensions and summing over them: each is the other's gradient. */

import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { type Dim, f32, N, type Shape, sameDim, showShape, showType, tensor } from '../type.ts';
import { axesOf, check, type Dims, interleave, kept, reducedRule } from './dims.ts';
import { permute } from './movement.ts';

/** `out[…] = x[…]`, the same along every dimension not named: dimension d of x is dimension dims[d] of the result. */
export const broadcast: Op<['x'], { shape: Shape; dims: readonly number[] }> = defineOp({
  name: 'broadcast',
  doc: 'x repeated to `shape`: dimension d of x is dimension `dims[d]` of the result.',
  operands: ['x'],
  attrs: { shape: a.shape, dims: a.integers(0) },
  rule: '`shape`, whose dimension `dims[d]` has the extent of dimension d of x, of its element type.',
  example: [{ x: f32(4) }, { shape: [N, 4], dims: [1] }],
  infer({ x }, { shape, dims }) {
    const fits =
      dims.length === x.shape.length &&
      new Set(dims).size === dims.length &&
      dims.every((d, i) => sameDim(shape[d] ?? -1, x.shape[i] as Dim));
    if (!fits)
      throw typeError(
        'shape-mismatch',
        `broadcast: ${showType(x)} does not spread to ${showShape(shape)} along [${dims}]`,
      );
    return tensor(x.dtype, shape);
  },
  compute: ({ x: v }, at, { dims }) => v(...dims.map((d) => at[d] as x.Expr)),
  vjp(_ops, g, { shape, dims }) {
    const repeated = shape.map((_, d) => d).filter((d) => !dims.includes(d));
    const summed = repeated.length ? reduceSum(g, { dims: repeated }) : g;
    // The remaining dimensions come in the result's order, which may differ from x's.
    const order = [...dims].sort((a, b) => a - b);
    return {
      x: dims.every((d, i) => d === order[i]) ? summed : permute(summed, { perm: dims.map((d) => order.indexOf(d)) }),
    };
  },
});

/** `out[o] = Σ_r x[o, r]`. */
export const reduceSum: Op<['x'], Dims> = defineOp({
  name: 'reduce_sum',
  doc: 'The sum over the dimensions `dims`.',
  operands: ['x'],
  attrs: { dims: a.integers(0) },
  rule: reducedRule,
  example: [{ x: f32(N, 4) }, { dims: [1] }],
  infer: ({ x }, { dims }) => tensor(x.dtype, check('reduce_sum', x, dims)),
  compute({ x: v }, at, { dims }, types) {
    const axes = axesOf(types.x, dims);
    return x.sum(axes, v(...interleave(types.x.shape.length, dims, at, axes)));
  },
  // y = Σ x  ⇒  dx = dy, the same for every element of the sum
  vjp: ({ x }, g, { dims }) => ({ x: broadcast(g, { shape: x.type.shape, dims: kept(x.type.shape.length, dims) }) }),
});
