/** Two-dimensional convolution and its two gradients: a closed set, each a transpose of another. */

import { integer, integers } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { type Dim, f32, isBatch, N, sameDim, showDim, showType, type TensorType, tensor } from '../type.ts';

/** The geometry of windows over an image: [height, width] of each. */
export type Window = {
  stride: readonly number[];
  padding: readonly number[];
  dilation: readonly number[];
};
/** The attributes of a convolution. */
export type ConvAttrs = Window & { groups: number };

/** Two numbers, for height and width. */
export const pair = (least: number) => integers(least, 2);
/** The kinds of a window's attributes. */
export const windowKinds = { stride: pair(1), padding: pair(0), dilation: pair(1) } as const;
/** Example attributes for the reference. */
const shown = { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
const convKinds = { ...windowKinds, groups: integer(1) } as const;

/** The number of positions of a window along one dimension. */
export const places = (extent: number, kernel: number, d: 0 | 1, w: Window): number =>
  Math.floor(
    (extent + 2 * (w.padding[d] as number) - (w.dilation[d] as number) * (kernel - 1) - 1) / (w.stride[d] as number),
  ) + 1;

/** The input index of tap `k` of the window at position `i`, shifted by the padding: it may be out of bounds. */
export const tap = (i: x.Expr, k: x.Expr, d: 0 | 1, w: Window): x.Expr =>
  x.sub(
    x.add(x.mul(i, x.int(w.stride[d] as number)), x.mul(k, x.int(w.dilation[d] as number))),
    x.int(w.padding[d] as number),
  );

/** True if an index shifted by padding is in bounds; always true without padding. */
export const inside = (i: x.Expr, extent: number, padding: number): x.Expr =>
  padding === 0 ? x.bool(true) : x.and(x.ge(i, x.int(0)), x.lt(i, x.int(extent)));

/** An extent that is not the batch. */
export const fixed = (t: TensorType, d: number): number => t.shape[d] as number;

function checkOperands(name: string, image: TensorType, weight: TensorType): void {
  for (const t of [image, weight]) {
    if (t.dtype !== 'f32') throw typeError('dtype-mismatch', `${name}: needs f32 tensors, got ${showType(t)}`);
  }
  if (image.shape.length === 3)
    throw typeError(
      'missing-batch',
      `${name}: the input ${showType(image)} has 3 dimensions; 4 are needed, [batch, channels, height, width]: the batch is missing`,
      'add it with x.unsqueeze(0), or declare the input with a batch: [N, channels, height, width]',
    );
  if (image.shape.length !== 4)
    throw typeError(
      'shape-mismatch',
      `${name}: the input must be [batch, channels, height, width], got ${showType(image)}`,
    );
  if (weight.shape.length !== 4)
    throw typeError(
      'shape-mismatch',
      `${name}: the weight must be [out, in/groups, height, width], got ${showType(weight)}`,
    );
  for (const t of [image, weight]) checkBatch(name, t);
}

/** Windows need constant extents: only the first dimension of an image may be the batch. */
export function checkBatch(name: string, t: TensorType): void {
  const at = t.shape.findLastIndex((d) => isBatch(d));
  if (at > 0)
    throw typeError(
      'shape-mismatch',
      `${name}: dimension ${at} of ${showType(t)} is the batch N, which only dimension 0 may be`,
      'permute brings the batch to the front',
    );
}

/** Checks that a cotangent has as many positions as its convolution's result. */
function checkPlaces(
  name: string,
  g: TensorType,
  size: readonly number[],
  kernel: readonly number[],
  attrs: ConvAttrs,
): void {
  for (const d of [0, 1] as const) {
    const [have, want] = [g.shape[d + 2] as Dim, places(size[d] as number, kernel[d] as number, d, attrs)];
    if (!sameDim(have, want))
      throw typeError(
        'shape-mismatch',
        `${name}: ${kernel.join('x')} kernels on ${size.join('x')} images have ${want} places along dimension ${d + 2}, and g has ${showDim(have)}`,
      );
  }
}

/** Convolution (cross-correlation, as everywhere in the field):
 *  `out[n,o,y,x] = Σ_{c,i,j} x[n, g·C+c, y·s+i·d−p, x·s+j·d−p] · w[o,c,i,j]`, zero outside, g the group of o. */
export const conv2d: Op<['x', 'w'], ConvAttrs> = defineOp({
  name: 'conv2d',
  doc: 'The cross-correlation of images [N,C,H,W] with kernels [O,C/groups,KH,KW].',
  operands: ['x', 'w'],
  attrs: convKinds,
  rule: 'f32[N,O,H,W] of x: f32[N,C,h,w] and w: f32[O,C/groups,kh,kw], with H = ⌊(h + 2·padding - dilation·(kh - 1) - 1) / stride⌋ + 1 and W likewise.',
  example: [{ x: f32(N, 3, 9, 9), w: f32(8, 3, 3, 3) }, shown],

  infer({ x, w }, attrs) {
    checkOperands('conv2d', x, w);
    if (w.shape.some((d) => isBatch(d)))
      throw typeError('shape-mismatch', `conv2d: the weight ${showType(w)} holds the batch N`);
    const [n, c, h, width] = x.shape as [Dim, Dim, number, number];
    const [o, perGroup, kh, kw] = w.shape as [number, number, number, number];
    if (!sameDim(c, perGroup * attrs.groups))
      throw typeError(
        'shape-mismatch',
        attrs.groups === 1
          ? `conv2d: the input has ${showDim(c)} channels, the weight expects ${perGroup}`
          : `conv2d: the input has ${showDim(c)} channels, the weight expects ${attrs.groups} groups of ${perGroup}`,
        `give the layer ${showDim(c)} input channels, or feed it ${perGroup * attrs.groups}`,
      );
    if (o % attrs.groups !== 0)
      throw typeError('shape-mismatch', `conv2d: ${o} output channels do not divide into ${attrs.groups} groups`);
    const [oh, ow] = [places(h, kh, 0, attrs), places(width, kw, 1, attrs)];
    if (oh < 1 || ow < 1)
      throw typeError(
        'shape-mismatch',
        `conv2d: a ${kh}x${kw} kernel does not fit in ${showType(x)} with padding ${attrs.padding.join('x')}`,
        'pad the input, take a smaller kernel, or remove a pooling layer before it',
      );
    return tensor('f32', [n, o, oh, ow]);
  },

  compute({ x: image, w }, [n, o, y, col], attrs, types) {
    const [perGroup, kh, kw] = [fixed(types.w, 1), fixed(types.w, 2), fixed(types.w, 3)];
    const [c, i, j] = [x.axis('c', perGroup), x.axis('i', kh), x.axis('j', kw)];
    const group = x.idiv(o as x.Expr, x.int(fixed(types.w, 0) / attrs.groups));
    const channel = attrs.groups === 1 ? x.ix(c) : x.add(x.mul(group, x.int(perGroup)), x.ix(c));
    const [row, column] = [tap(y as x.Expr, x.ix(i), 0, attrs), tap(col as x.Expr, x.ix(j), 1, attrs)];
    const ok = x.and(
      inside(row, fixed(types.x, 2), attrs.padding[0] as number),
      inside(column, fixed(types.x, 3), attrs.padding[1] as number),
    );
    const pixel = x.select(ok, image(n as x.Expr, channel, row, column), x.num(0));
    return x.sum([c, i, j], x.mul(pixel, w(o as x.Expr, x.ix(c), x.ix(i), x.ix(j))));
  },

  vjp: ({ x, w }, g, attrs) => ({
    x: conv2dInputGrad(g, w, { ...attrs, size: x.type.shape.slice(2) as number[] }),
    w: conv2dWeightGrad(x, g, { ...attrs, kernel: w.type.shape.slice(2) as number[] }),
  }),
});

/** The cotangent of a convolution's input, from `g`, the cotangent of its result: each element gathers from the windows
 *  over it. */
export const conv2dInputGrad: Op<['g', 'w'], ConvAttrs & { size: readonly number[] }> = defineOp({
  name: 'conv2d_input_grad',
  doc: 'The transpose of conv2d in its input: the cotangent of images of `size`, from g, that of the result.',
  operands: ['g', 'w'],
  attrs: { ...convKinds, size: pair(1) },
  rule: 'f32[N,C,h,w] with `size` = [h,w], of g: f32[N,O,H,W] and w: f32[O,C/groups,kh,kw] as conv2d relates them.',
  example: [
    { g: f32(N, 8, 5, 5), w: f32(8, 3, 3, 3) },
    { ...shown, size: [9, 9] },
  ],
  infer({ g, w }, attrs) {
    const { groups, size } = attrs;
    checkOperands('conv2d_input_grad', g, w);
    if (w.shape.some((d) => isBatch(d)))
      throw typeError('shape-mismatch', `conv2d_input_grad: the weight ${showType(w)} holds the batch N`);
    checkPlaces('conv2d_input_grad', g, size, [fixed(w, 2), fixed(w, 3)], attrs);
    if (!sameDim(g.shape[1] as Dim, w.shape[0] as Dim) || fixed(w, 0) % groups !== 0)
      throw typeError(
        'shape-mismatch',
        `conv2d_input_grad: ${showType(g)} is no result of ${groups} groups of ${showType(w)}`,
      );
    return tensor('f32', [g.shape[0] as Dim, fixed(w, 1) * groups, ...size]);
  },
  compute({ g, w }, [n, channel, row, column], attrs, types) {
    const [perOut, perIn] = [fixed(types.w, 0) / attrs.groups, fixed(types.w, 1)];
    const [o, i, j] = [x.axis('o', perOut), x.axis('i', fixed(types.w, 2)), x.axis('j', fixed(types.w, 3))];
    const c = channel as x.Expr;
    const out = attrs.groups === 1 ? x.ix(o) : x.add(x.mul(x.idiv(c, x.int(perIn)), x.int(perOut)), x.ix(o));
    const [y, okY] = placeOf(row as x.Expr, x.ix(i), 0, fixed(types.g, 2), attrs);
    const [col, okX] = placeOf(column as x.Expr, x.ix(j), 1, fixed(types.g, 3), attrs);
    const weight = w(out, attrs.groups === 1 ? c : x.imod(c, x.int(perIn)), x.ix(i), x.ix(j));
    return x.sum([o, i, j], x.mul(x.select(x.and(okY, okX), g(n as x.Expr, out, y, col), x.num(0)), weight));
  },
  scatter({ g, w }, attrs, types) {
    const [perOut, perIn] = [fixed(types.w, 0) / attrs.groups, fixed(types.w, 1)];
    const [n, c] = [x.axis('n', types.g.shape[0] as Dim), x.axis('c', perIn * attrs.groups)];
    const [y, col] = [x.axis('y', fixed(types.g, 2)), x.axis('x', fixed(types.g, 3))];
    const [o, i, j] = [x.axis('o', perOut), x.axis('i', fixed(types.w, 2)), x.axis('j', fixed(types.w, 3))];
    const group = x.mul(x.idiv(x.ix(c), x.int(perIn)), x.int(perOut));
    const [out, channel] =
      attrs.groups === 1 ? [x.ix(o), x.ix(c)] : [x.add(group, x.ix(o)), x.imod(x.ix(c), x.int(perIn))];
    const share = x.mul(g(x.ix(n), out, x.ix(y), x.ix(col)), w(out, channel, x.ix(i), x.ix(j)));
    const at = [x.ix(n), x.ix(c), tap(x.ix(y), x.ix(i), 0, attrs), tap(x.ix(col), x.ix(j), 1, attrs)];
    return { over: [n, c, y, col, i, j, o], at, value: share };
  },
  vjp: ({ g, w }, h, { size: _size, ...attrs }) => ({
    g: conv2d(h, w, attrs),
    w: conv2dWeightGrad(h, g, { ...attrs, kernel: w.type.shape.slice(2) as number[] }),
  }),
});

/** The position at which tap `k` of a window is on input index `i`, and the condition that there is one. */
export function placeOf(i: x.Expr, k: x.Expr, d: 0 | 1, count: number, w: Window): [x.Expr, x.Expr] {
  const stride = x.int(w.stride[d] as number);
  const from = x.sub(x.add(i, x.int(w.padding[d] as number)), x.mul(k, x.int(w.dilation[d] as number)));
  const place = x.idiv(from, stride);
  return [place, x.all(x.ge(from, x.int(0)), x.eq(x.imod(from, stride), x.int(0)), x.lt(place, x.int(count)))];
}

/** The cotangent of a convolution's weight, from its input and `g`, the cotangent of its result. */
export const conv2dWeightGrad: Op<['x', 'g'], ConvAttrs & { kernel: readonly number[] }> = defineOp({
  name: 'conv2d_weight_grad',
  doc: 'The transpose of conv2d in its weight: the cotangent of kernels of size `kernel`, from g, that of the result.',
  operands: ['x', 'g'],
  attrs: { ...convKinds, kernel: pair(1) },
  rule: 'f32[O,C/groups,kh,kw] with `kernel` = [kh,kw], of x: f32[N,C,h,w] and g: f32[N,O,H,W] as conv2d relates them.',
  example: [
    { x: f32(N, 3, 9, 9), g: f32(N, 8, 5, 5) },
    { ...shown, kernel: [3, 3] },
  ],
  infer({ x, g }, attrs) {
    const { groups, kernel } = attrs;
    checkOperands('conv2d_weight_grad', x, g);
    checkPlaces('conv2d_weight_grad', g, [fixed(x, 2), fixed(x, 3)], kernel, attrs);
    if (!sameDim(x.shape[0] as Dim, g.shape[0] as Dim) || fixed(x, 1) % groups !== 0 || fixed(g, 1) % groups !== 0)
      throw typeError(
        'shape-mismatch',
        `conv2d_weight_grad: ${showType(g)} is no result of ${showType(x)} in ${groups} groups`,
      );
    return tensor('f32', [g.shape[1] as Dim, fixed(x, 1) / groups, ...kernel]);
  },
  compute({ x: image, g }, [o, c, i, j], attrs, types) {
    const [n, y, col] = [
      x.axis('n', types.g.shape[0] as Dim),
      x.axis('y', fixed(types.g, 2)),
      x.axis('x', fixed(types.g, 3)),
    ];
    const group = x.idiv(o as x.Expr, x.int(fixed(types.g, 1) / attrs.groups));
    const perIn = fixed(types.x, 1) / attrs.groups;
    const channel = attrs.groups === 1 ? (c as x.Expr) : x.add(x.mul(group, x.int(perIn)), c as x.Expr);
    const [row, column] = [tap(x.ix(y), i as x.Expr, 0, attrs), tap(x.ix(col), j as x.Expr, 1, attrs)];
    const ok = x.and(
      inside(row, fixed(types.x, 2), attrs.padding[0] as number),
      inside(column, fixed(types.x, 3), attrs.padding[1] as number),
    );
    const pixel = x.select(ok, image(x.ix(n), channel, row, column), x.num(0));
    return x.sum([n, y, col], x.mul(pixel, g(x.ix(n), o as x.Expr, x.ix(y), x.ix(col))));
  },
  vjp: ({ x, g }, h, { kernel: _kernel, ...attrs }) => ({
    x: conv2dInputGrad(g, h, { ...attrs, size: x.type.shape.slice(2) as number[] }),
    g: conv2d(x, h, attrs),
  }),
});
