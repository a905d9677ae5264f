/** Pooling over images: the maximum of each window, its position, and the gradients. */

import { flag } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import { CompileError } from '../diagnostic.ts';
import * as x from '../expr.ts';
import { currentLoc, type Op, typeError } from '../graph.ts';
import { type Dim, f32, N, sameDim, sameShape, showType, type TensorType, tensor } from '../type.ts';
import { checkBatch, fixed, inside, pair, placeOf, tap, type Window, windowKinds } from './conv.ts';

/** The attributes of a pool: its windows, their kernel, and whether the last window may extend past the edge. */
export type PoolAttrs = Window & { kernel: readonly number[]; ceil: boolean };
/** Example attributes for the reference. */
const shown = { kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1], ceil: false } as const;
const poolRule =
  '[N,C,H,W] of x: f32[N,C,h,w], with H = ⌊(h + 2·padding - dilation·(kh - 1) - 1) / stride⌋ + 1, rounded up with `ceil`, and W likewise.';
const poolKinds = { kernel: pair(1), ...windowKinds, ceil: flag } as const;

/** The number of windows that fit. With `ceil` the last may extend past the edge, if it starts inside or in the left
 *  padding. */
function windows(extent: number, d: 0 | 1, a: PoolAttrs): number {
  const [k, s, p, dil] = [a.kernel[d], a.stride[d], a.padding[d], a.dilation[d]] as [number, number, number, number];
  const free = extent + 2 * p - dil * (k - 1) - 1;
  const count = (a.ceil ? Math.ceil(free / s) : Math.floor(free / s)) + 1;
  return a.ceil && (count - 1) * s >= extent + p ? count - 1 : count;
}

function poolShape(name: string, t: TensorType, a: PoolAttrs): Dim[] {
  if (t.shape.length !== 4)
    throw typeError(
      t.shape.length === 3 ? 'missing-batch' : 'shape-mismatch',
      `${name}: the input must be [batch, channels, height, width], got ${showType(t)}`,
      t.shape.length === 3 ? 'add the batch with x.unsqueeze(0)' : null,
    );
  checkBatch(name, t);
  const [n, c, h, w] = t.shape as [Dim, Dim, number, number];
  if (c === 0) throw typeError('shape-mismatch', `${name}: ${showType(t)} has no channels`);
  for (const d of [0, 1] as const)
    if ((a.padding[d] as number) * 2 > (a.kernel[d] as number))
      throw typeError(
        'bad-attribute',
        `${name}: padding ${a.padding[d]} is more than half of the kernel ${a.kernel[d]}`,
      );
  const [oh, ow] = [windows(h, 0, a), windows(w, 1, a)];
  if (oh < 1 || ow < 1)
    throw typeError('shape-mismatch', `${name}: a ${a.kernel.join('x')} window does not fit in ${showType(t)}`);
  return [n, c, oh, ow];
}

/** The type of images of `size` that are pooled to the type of `g`. Throws if they are not. */
function unpooled(name: string, g: TensorType, attrs: PoolAttrs & { size: readonly number[] }): TensorType {
  const image = tensor('f32', [...g.shape.slice(0, 2), ...attrs.size]);
  if (g.dtype !== 'f32' || g.shape.length !== 4)
    throw typeError('shape-mismatch', `${name}: g must be f32[batch, channels, height, width], got ${showType(g)}`);
  const pooled = poolShape(name, image, attrs);
  if (!pooled.every((d, i) => sameDim(d, g.shape[i] as Dim)))
    throw typeError(
      'shape-mismatch',
      `${name}: ${showType(image)} is pooled to ${showType(tensor('f32', pooled))}, and g is ${showType(g)}`,
    );
  return image;
}

/** A reduction by `fn` over the elements of a window; positions outside the image count as -∞. */
function overWindow(
  fn: 'max' | 'argmax',
  image: (...at: x.Expr[]) => x.Expr,
  [n, c, y, col]: readonly x.Expr[],
  a: PoolAttrs,
  t: TensorType,
): x.Expr {
  const [i, j] = [x.axis('i', a.kernel[0] as number), x.axis('j', a.kernel[1] as number)];
  const [row, column] = [tap(y as x.Expr, x.ix(i), 0, a), tap(col as x.Expr, x.ix(j), 1, a)];
  const ok = x.and(reaches(row, 0, a, t), reaches(column, 1, a, t));
  return x.reduce(fn, [i, j], x.select(ok, image(n as x.Expr, c as x.Expr, row, column), x.num(-Infinity)));
}

/** The row-major position in its window of the first tap inside the image; null if that is always the window's first. */
function firstInside(y: x.Expr, col: x.Expr, a: PoolAttrs): x.Expr | null {
  if (a.padding.every((p) => p === 0)) return null;
  const first = (i: x.Expr, d: 0 | 1): x.Expr => {
    const [stride, padding, dilation] = [a.stride[d], a.padding[d], a.dilation[d]] as [number, number, number];
    if (padding === 0) return x.int(0);
    const outside = x.sub(x.int(padding + dilation - 1), x.mul(i, x.int(stride)));
    return x.max(x.int(0), x.idiv(outside, x.int(dilation)));
  };
  return x.add(x.mul(first(y, 0), x.int(a.kernel[1] as number)), first(col, 1));
}

/** The condition that an index is in bounds, if a window can extend past an edge; else true. */
function reaches(i: x.Expr, d: 0 | 1, a: PoolAttrs, t: TensorType): x.Expr {
  const [p, extent] = [a.padding[d] as number, fixed(t, d + 2)];
  const last =
    (windows(extent, d, a) - 1) * (a.stride[d] as number) -
    p +
    ((a.kernel[d] as number) - 1) * (a.dilation[d] as number);
  return p > 0 ? inside(i, extent, p) : last >= extent ? x.lt(i, x.int(extent)) : x.bool(true);
}

/** The maximum of each window. */
export const maxPool2d: Op<['x'], PoolAttrs> = defineOp({
  name: 'max_pool2d',
  doc: 'The greatest element of each window of images [N,C,H,W]; NaN if one is.',
  operands: ['x'],
  attrs: poolKinds,
  rule: `f32${poolRule}`,
  example: [{ x: f32(N, 3, 9, 9) }, shown],
  infer({ x }, attrs) {
    if (x.dtype !== 'f32') throw typeError('dtype-mismatch', `max_pool2d: needs an f32 tensor, got ${showType(x)}`);
    return tensor('f32', poolShape('max_pool2d', x, attrs));
  },
  compute: ({ x: image }, at, attrs, types) => overWindow('max', image, at, attrs, types.x),
  // Only the maximum affects the result, so it alone gets the cotangent.
  vjp: ({ x }, g, attrs) => ({
    x: maxPool2dGrad(g, maxPool2dIndex(x, attrs), { ...attrs, size: x.type.shape.slice(2) as number[] }),
  }),
});

/** The row-major position of the maximum in its window: u8, or i32 for windows of more than 256 positions. */
export const maxPool2dIndex: Op<['x'], PoolAttrs> = defineOp({
  name: 'max_pool2d_index',
  doc: 'The row-major position in its window of the first greatest element.',
  operands: ['x'],
  attrs: poolKinds,
  rule: `u8${poolRule} i32 where a window has more than 256 positions.`,
  example: [{ x: f32(N, 3, 9, 9) }, shown],
  infer({ x }, attrs) {
    if (x.dtype !== 'f32')
      throw typeError('dtype-mismatch', `max_pool2d_index: needs an f32 tensor, got ${showType(x)}`);
    const [kh, kw] = attrs.kernel as [number, number];
    return tensor(kh * kw <= 256 ? 'u8' : 'i32', poolShape('max_pool2d_index', x, attrs));
  },
  compute({ x: image }, at, attrs, types, out) {
    const best = overWindow('argmax', image, at, attrs, types.x);
    // Among equals the first position of a window counts; in a window of nothing but -∞ that might be padding.
    const inside = firstInside(at[2] as x.Expr, at[3] as x.Expr, attrs);
    return x.convert(out.dtype, inside ? x.select(x.eq(best, x.int(0)), inside, best) : best);
  },
  vjp: () => ({ x: 'none' }),
});

/** The sum over the windows that cover a position of the image: `from` is the share of one window, by its own position
 *  and the tap that covers. */
function overWindowsAt(
  [n, c, row, column]: readonly x.Expr[],
  attrs: PoolAttrs & { size: readonly number[] },
  windows: TensorType,
  from: (place: readonly x.Expr[], i: x.Expr, j: x.Expr) => x.Expr,
): x.Expr {
  const [kh, kw] = attrs.kernel as [number, number];
  const [sh, sw] = attrs.stride as [number, number];
  const [rows, columns] = [fixed(windows, 2), fixed(windows, 3)];
  const apart = sh >= kh && sw >= kw && attrs.dilation.every((d) => d === 1) && attrs.padding.every((p) => p === 0);
  if (!apart) {
    const [i, j] = [x.axis('i', kh), x.axis('j', kw)];
    const [y, okY] = placeOf(row as x.Expr, x.ix(i), 0, rows, attrs);
    const [col, okX] = placeOf(column as x.Expr, x.ix(j), 1, columns, attrs);
    const share = from([n as x.Expr, c as x.Expr, y, col], x.ix(i), x.ix(j));
    return x.sum([i, j], x.select(x.and(okY, okX), share, x.num(0)));
  }
  // Windows that do not overlap cover an index at most once, at a tap that follows from the index.
  const [i, j] = [x.imod(row as x.Expr, x.int(sh)), x.imod(column as x.Expr, x.int(sw))];
  const [y, col] = [x.idiv(row as x.Expr, x.int(sh)), x.idiv(column as x.Expr, x.int(sw))];
  const covered = x.all(
    ...(sh > kh ? [x.lt(i, x.int(kh))] : []),
    ...(sw > kw ? [x.lt(j, x.int(kw))] : []),
    ...((attrs.size[0] as number) > rows * sh ? [x.lt(y, x.int(rows))] : []),
    ...((attrs.size[1] as number) > columns * sw ? [x.lt(col, x.int(columns))] : []),
  );
  return x.select(covered, from([n as x.Expr, c as x.Expr, y, col], i, j), x.num(0));
}

/** The axes over the windows of a pooled image, and their indices. */
function windowsOf(pooled: TensorType): [over: x.Axis[], place: x.Expr[]] {
  const over = pooled.shape.map((d, i) => x.axis(['n', 'c', 'y', 'x'][i] as string, d));
  return [over, over.map(x.ix)];
}

/** The cotangent of a max pool's input: each window's `g` at the position in `index`. */
export const maxPool2dGrad: Op<['g', 'index'], PoolAttrs & { size: readonly number[] }> = defineOp({
  name: 'max_pool2d_grad',
  doc: 'g of each window at the position in `index`, where its greatest element was, summed over the windows; 0 elsewhere.',
  operands: ['g', 'index'],
  attrs: { ...poolKinds, size: pair(1) },
  rule: 'f32[N,C,h,w] with `size` = [h,w], which the windows pool to the shape that g and index have.',
  example: [
    { g: f32(N, 3, 4, 4), index: tensor('u8', [N, 3, 4, 4]) },
    { ...shown, kernel: [2, 2], padding: [0, 0], size: [8, 8] },
  ],
  infer({ g, index }, attrs) {
    if (!sameShape(g.shape, index.shape) || (index.dtype !== 'u8' && index.dtype !== 'i32'))
      throw typeError(
        'shape-mismatch',
        `max_pool2d_grad: ${showType(index)} does not have a position for each of ${showType(g)}`,
      );
    return unpooled('max_pool2d_grad', g, attrs);
  },
  compute({ g, index }, at, attrs, types) {
    const width = attrs.kernel[1] as number;
    return overWindowsAt(at, attrs, types.g, (place, i, j) => {
      const tapped = x.add(x.mul(i, x.int(width)), j);
      return x.select(x.eq(x.convert('i32', index(...place)), tapped), g(...place), x.num(0));
    });
  },
  scatter({ g, index }, attrs, types) {
    const [over, place] = windowsOf(types.g);
    const tapped = x.convert('i32', index(...place));
    const [i, j] = [x.idiv(tapped, x.int(attrs.kernel[1] as number)), x.imod(tapped, x.int(attrs.kernel[1] as number))];
    const [n, c, y, col] = place as [x.Expr, x.Expr, x.Expr, x.Expr];
    return { over, at: [n, c, tap(y, i, 0, attrs), tap(col, j, 1, attrs)], value: g(...place) };
  },
  vjp() {
    throw new CompileError('no-gradient', 'the gradient of a max pool cannot itself be differentiated yet', {
      loc: currentLoc(),
      help: 'take an average pool where second derivatives are needed',
    });
  },
});

/** The sum of each window, zero outside: an average pool before its division. */
export const sumPool2d: Op<['x'], PoolAttrs> = defineOp({
  name: 'sum_pool2d',
  doc: 'The sum of each window of images [N,C,H,W], zero outside.',
  operands: ['x'],
  attrs: poolKinds,
  rule: `f32${poolRule}`,
  example: [{ x: f32(N, 3, 9, 9) }, shown],
  infer({ x }, attrs) {
    if (x.dtype !== 'f32') throw typeError('dtype-mismatch', `sum_pool2d: needs an f32 tensor, got ${showType(x)}`);
    return tensor('f32', poolShape('sum_pool2d', x, attrs));
  },
  compute({ x: image }, [n, c, y, col], attrs, types) {
    const [i, j] = [x.axis('i', attrs.kernel[0] as number), x.axis('j', attrs.kernel[1] as number)];
    const [row, column] = [tap(y as x.Expr, x.ix(i), 0, attrs), tap(col as x.Expr, x.ix(j), 1, attrs)];
    const ok = x.and(reaches(row, 0, attrs, types.x), reaches(column, 1, attrs, types.x));
    return x.sum([i, j], x.select(ok, image(n as x.Expr, c as x.Expr, row, column), x.num(0)));
  },
  vjp: ({ x }, g, attrs) => ({ x: sumPool2dGrad(g, { ...attrs, size: x.type.shape.slice(2) as number[] }) }),
});

/** The cotangent of a sum pool's input: each element sums the windows over it. */
export const sumPool2dGrad: Op<['g'], PoolAttrs & { size: readonly number[] }> = defineOp({
  name: 'sum_pool2d_grad',
  doc: 'The transpose of sum_pool2d: each element sums g over the windows that cover it.',
  operands: ['g'],
  attrs: { ...poolKinds, size: pair(1) },
  rule: 'f32[N,C,h,w] with `size` = [h,w], which the windows pool to the shape of g.',
  example: [{ g: f32(N, 3, 5, 5) }, { ...shown, size: [9, 9] }],
  infer: ({ g }, attrs) => unpooled('sum_pool2d_grad', g, attrs),
  compute: ({ g }, at, attrs, types) => overWindowsAt(at, attrs, types.g, (place) => g(...place)),
  scatter({ g }, attrs, types) {
    const [over, place] = windowsOf(types.g);
    const [i, j] = [x.axis('i', attrs.kernel[0] as number), x.axis('j', attrs.kernel[1] as number)];
    const [n, c, y, col] = place as [x.Expr, x.Expr, x.Expr, x.Expr];
    const at = [n, c, tap(y, x.ix(i), 0, attrs), tap(col, x.ix(j), 1, attrs)];
    return { over: [...over, i, j], at, value: g(...place) };
  },
  vjp: (_ops, h, { size: _size, ...attrs }) => ({ g: sumPool2d(h, attrs) }),
});
