/** Pooling of each rank: the maximum of each window, its position, the sum of each window, and the gradients. */

import { flag } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Load, type Op, typeError } from '../graph.ts';
import { type Dim, f32, fixed, N, sameDim, sameShape, showType, type TensorType, tensor } from '../type.ts';
import {
  checkBatch,
  checkRank,
  countRule,
  each,
  extentsOf,
  flatTap,
  inside,
  letters,
  type Rank,
  shownWindow,
  sizes,
  small,
  spaceOf,
  tapAt,
  tapAxes,
  tapped,
  type Window,
  windowAxes,
  windowKinds,
  windowsOver,
} from './windows.ts';

/** The attributes of a pool: its windows, their kernel, and whether the last window may extend past the edge. */
export type PoolAttrs = Window & { kernel: readonly number[]; ceil: boolean };
/** The attributes of a gradient of a pool, whose input has the extents `size`. */
export type PoolGradAttrs = PoolAttrs & { size: readonly number[] };

/** The pools of a rank. */
export interface Pools {
  readonly rank: Rank;
  readonly max: Op<['x'], PoolAttrs>;
  readonly maxIndex: Op<['x'], PoolAttrs>;
  readonly maxGrad: Op<['g', 'index'], PoolGradAttrs>;
  readonly maxAt: Op<['x', 'index'], PoolAttrs>;
  readonly sum: Op<['x'], PoolAttrs>;
  readonly sumGrad: Op<['g'], PoolGradAttrs>;
}

/** The number of windows that fit. With `ceil` the last may extend past the edge, if it starts inside or in the left
 *  padding. */
function windows(extent: number, d: number, a: PoolAttrs): number {
  const [k, s, p, dil] = [a.kernel[d], a.stride[d], a.padding[d], a.dilation[d]] as [number, number, number, number];
  const free = extent + 2 * p - dil * (k - 1) - 1;
  const count = (a.ceil ? Math.ceil(free / s) : Math.floor(free / s)) + 1;
  return a.ceil && (count - 1) * s >= extent + p ? count - 1 : count;
}

/** The condition that an index is in bounds, if a window can extend past an edge; else true. */
function reaches(i: x.Expr, d: number, a: PoolAttrs, t: TensorType): x.Expr {
  const [p, extent] = [a.padding[d] as number, fixed(t, d + 2)];
  const last =
    (windows(extent, d, a) - 1) * (a.stride[d] as number) -
    p +
    ((a.kernel[d] as number) - 1) * (a.dilation[d] as number);
  return p > 0 ? inside(i, extent, p) : last >= extent ? x.lt(i, x.int(extent)) : x.bool(true);
}
/** The condition that all of an element's indices are in bounds. */
const reachesAll = (at: readonly x.Expr[], a: PoolAttrs, t: TensorType): x.Expr =>
  x.all(...at.map((i, d) => reaches(i, d, a, t)));

/** The row-major position in its window of the first tap inside the image; null if that is always the window's first. */
function firstInside(at: readonly x.Expr[], a: PoolAttrs): x.Expr | null {
  if (a.padding.every((p) => p === 0)) return null;
  const first = (i: x.Expr, d: number): x.Expr => {
    const [stride, padding, dilation] = [a.stride[d], a.padding[d], a.dilation[d]] as [number, number, number];
    if (padding === 0) return x.int(0);
    const outside = x.sub(x.int(padding + dilation - 1), x.mul(i, x.int(stride)));
    return x.max(x.int(0), x.idiv(outside, x.int(dilation)));
  };
  return flatTap(at.map(first), a.kernel);
}

/** The sum over the windows that cover a position of the image: `from` is the share of one window, by its own position
 *  and the tap that covers. */
function overWindowsAt(
  at: readonly x.Expr[],
  taps: readonly x.Axis[],
  attrs: PoolGradAttrs,
  pooled: TensorType,
  from: (position: readonly x.Expr[], taps: readonly x.Expr[]) => x.Expr,
): x.Expr {
  const [n, c, ...pixel] = at as [x.Expr, x.Expr, ...x.Expr[]];
  const { kernel, stride, size } = attrs;
  const counts = extentsOf(pooled);
  const apart =
    stride.every((s, d) => s >= (kernel[d] as number)) &&
    attrs.dilation.every((d) => d === 1) &&
    attrs.padding.every((p) => p === 0);
  if (!apart) {
    const [position, ok] = windowsOver(pixel, taps.map(x.ix), counts, attrs);
    return x.sum(taps, x.select(ok, from([n, c, ...position], taps.map(x.ix)), x.num(0)));
  }
  // Windows that do not overlap cover an index at most once, at a tap that follows from the index.
  const own = pixel.map((i, d) => x.imod(i, x.int(stride[d] as number)));
  const position = pixel.map((i, d) => x.idiv(i, x.int(stride[d] as number)));
  const covered = x.all(
    ...own.flatMap((i, d) => {
      const k = kernel[d] as number;
      return (stride[d] as number) > k ? [x.lt(i, x.int(k))] : [];
    }),
    ...position.flatMap((i, d) => {
      const count = counts[d] as number;
      return (size[d] as number) > count * (stride[d] as number) ? [x.lt(i, x.int(count))] : [];
    }),
  );
  return x.select(covered, from([n, c, ...position], own), x.num(0));
}

function pools(rank: Rank): Pools {
  const space = spaceOf(rank);
  const name = (of: string, more = ''): string => `${of}_pool${rank}d${more}`;
  const kinds = { kernel: sizes(space, 1), ...windowKinds(space), ceil: flag } as const;
  const shown = { ...shownWindow(space), kernel: each(space, 3), ceil: false };
  const of = letters('N,C', space, small);
  const given = `\`size\` = [${space.letters.map(small).join(',')}]`;
  const to = letters('N,C', space, (l) => l);
  const rule = `${to} of x: f32${of}, with ${countRule(space).replace(/⌋ \+ 1/, '⌋ + 1, rounded up with `ceil`')}`;
  // Small enough for the random graphs of the tests.
  const side = rank === 3 ? 5 : 9;
  const few = rank === 3 ? 2 : 4;
  const [input, pooled] = [f32(N, 3, ...each(space, side)), f32(N, 3, ...each(space, (side + 1) / 2))];

  function poolShape(called: string, t: TensorType, a: PoolAttrs): Dim[] {
    checkRank(called, 'the input', t, space);
    checkBatch(called, t);
    const [n, c, ...extents] = t.shape as [Dim, Dim, ...number[]];
    if (c === 0) throw typeError('shape-mismatch', `${called}: ${showType(t)} has no channels`);
    for (const [d, p] of a.padding.entries())
      if (p * 2 > (a.kernel[d] as number))
        throw typeError('bad-attribute', `${called}: padding ${p} is more than half of the kernel ${a.kernel[d]}`);
    const counts = extents.map((extent, d) => windows(extent, d, a));
    if (counts.some((count) => count < 1))
      throw typeError(
        'shape-mismatch',
        `${called}: a ${rank === 1 ? `window of ${a.kernel}` : `${a.kernel.join('x')} window`} does not fit in ${showType(t)}`,
      );
    return [n, c, ...counts];
  }
  const pooledType = (called: string, t: TensorType, a: PoolAttrs): TensorType => {
    if (t.dtype !== 'f32') throw typeError('dtype-mismatch', `${called}: needs an f32 tensor, got ${showType(t)}`);
    return tensor('f32', poolShape(called, t, a));
  };

  /** The type of images of `size` that are pooled to the type of `g`. Throws if they are not. */
  function unpooled(called: string, g: TensorType, attrs: PoolGradAttrs): TensorType {
    const image = tensor('f32', [...g.shape.slice(0, 2), ...attrs.size]);
    if (g.dtype !== 'f32' || g.shape.length !== rank + 2)
      throw typeError(
        'shape-mismatch',
        `${called}: g must be f32[batch, channels, ${space.extents}], got ${showType(g)}`,
      );
    const shape = poolShape(called, image, attrs);
    if (!shape.every((d, i) => sameDim(d, g.shape[i] as Dim)))
      throw typeError(
        'shape-mismatch',
        `${called}: ${showType(image)} is pooled to ${showType(tensor('f32', shape))}, and g is ${showType(g)}`,
      );
    return image;
  }

  /** Checks that there is a position for each window. */
  function checkIndex(called: string, index: TensorType, of: TensorType): void {
    if (!sameShape(of.shape, index.shape) || (index.dtype !== 'u8' && index.dtype !== 'i32'))
      throw typeError(
        'shape-mismatch',
        `${called}: ${showType(index)} does not have a position for each of ${showType(of)}`,
      );
  }

  /** The axes over a window's elements, and the indices in the image that these have. */
  function windowAt(position: readonly x.Expr[], a: PoolAttrs): { taps: x.Axis[]; at: x.Expr[] } {
    const taps = tapAxes(space, a.kernel);
    return { taps, at: tapped(position, taps.map(x.ix), a) };
  }

  /** A reduction by `fn` over the elements of a window; positions outside the image count as `outside`. */
  function overWindow(
    fn: 'max' | 'argmax' | 'add',
    image: Load,
    [n, c, ...position]: readonly x.Expr[],
    a: PoolAttrs,
    t: TensorType,
    outside = -Infinity,
  ): x.Expr {
    const { taps, at } = windowAt(position, a);
    const read = image(n as x.Expr, c as x.Expr, ...at);
    return x.reduce(fn, taps, x.select(reachesAll(at, a, t), read, x.num(outside)));
  }

  /** The axes over the windows of a pooled image, and their indices. */
  function windowsOf(t: TensorType): [over: x.Axis[], lead: x.Expr[], position: x.Expr[]] {
    const lead = [x.axis('n', t.shape[0] as Dim), x.axis('c', t.shape[1] as Dim)];
    const position = windowAxes(space, extentsOf(t));
    return [[...lead, ...position], lead.map(x.ix), position.map(x.ix)];
  }

  const max: Op<['x'], PoolAttrs> = defineOp({
    name: name('max'),
    doc: `The maximum of each window of ${space.things} ${to}; NaN if any element is.`,
    operands: ['x'],
    attrs: kinds,
    rule: `f32${rule}.`,
    example: [{ x: input }, shown],
    infer: ({ x }, attrs) => pooledType(name('max'), x, attrs),
    compute: ({ x: image }, at, attrs, types) => overWindow('max', image, at, attrs, types.x),
    // Only the maximum affects the result, so it alone gets the cotangent.
    vjp: ({ x }, g, attrs) => ({ x: maxGrad(g, maxIndex(x, attrs), { ...attrs, size: extentsOf(x.type) }) }),
  });

  const maxIndex: Op<['x'], PoolAttrs> = defineOp({
    name: name('max', '_index'),
    doc: 'The row-major position in its window of the first greatest element.',
    operands: ['x'],
    attrs: kinds,
    rule: `u8${rule}. i32 where a window has more than 256 positions.`,
    example: [{ x: input }, shown],
    infer({ x }, attrs) {
      const { shape } = pooledType(name('max', '_index'), x, attrs);
      return tensor(attrs.kernel.reduce((p, k) => p * k) <= 256 ? 'u8' : 'i32', shape);
    },
    compute({ x: image }, at, attrs, types, out) {
      const best = overWindow('argmax', image, at, attrs, types.x);
      // Among equals the first position of a window counts; in a window of nothing but -∞ that might be padding.
      const first = firstInside(at.slice(2), attrs);
      return x.convert(out.dtype, first ? x.select(x.eq(best, x.int(0)), first, best) : best);
    },
    vjp: () => ({ x: 'none' }),
  });

  const maxGrad: Op<['g', 'index'], PoolGradAttrs> = defineOp({
    name: name('max', '_grad'),
    doc: 'g of each window at the position in `index`, where its greatest element was, summed over the windows; 0 elsewhere.',
    operands: ['g', 'index'],
    attrs: { ...kinds, size: sizes(space, 1) },
    rule: `f32${of} with ${given}, which the windows pool to the shape that g and index have.`,
    example: [
      { g: f32(N, 3, ...each(space, few)), index: tensor('u8', [N, 3, ...each(space, few)]) },
      { ...shown, kernel: each(space, 2), padding: each(space, 0), size: each(space, 2 * few) },
    ],
    infer({ g, index }, attrs) {
      checkIndex(name('max', '_grad'), index, g);
      return unpooled(name('max', '_grad'), g, attrs);
    },
    compute({ g, index }, at, attrs, types) {
      return overWindowsAt(at, tapAxes(space, attrs.kernel), attrs, types.g, (position, taps) =>
        x.select(x.eq(x.convert('i32', index(...position)), flatTap(taps, attrs.kernel)), g(...position), x.num(0)),
      );
    },
    scatter({ g, index }, attrs, types) {
      const [over, lead, position] = windowsOf(types.g);
      const taps = tapAt(x.convert('i32', index(...lead, ...position)), attrs.kernel);
      return { over, at: [...lead, ...tapped(position, taps, attrs)], value: g(...lead, ...position) };
    },
    vjp: ({ index }, h, { size: _size, ...attrs }) => ({ g: maxAt(h, index, attrs), index: 'none' }),
  });

  const maxAt: Op<['x', 'index'], PoolAttrs> = defineOp({
    name: name('max', '_at'),
    doc: 'The element of each window at the position in `index`; 0 if that is outside.',
    operands: ['x', 'index'],
    attrs: kinds,
    rule: `f32${rule}; \`index\` has that shape.`,
    example: [{ x: input, index: tensor('u8', pooled.shape) }, shown],
    infer({ x, index }, attrs) {
      const type = pooledType(name('max', '_at'), x, attrs);
      checkIndex(name('max', '_at'), index, type);
      return type;
    },
    compute({ x: image, index }, [n, c, ...position], attrs, types) {
      const { taps, at } = windowAt(position, attrs);
      const own = x.eq(
        x.convert('i32', index(n as x.Expr, c as x.Expr, ...position)),
        flatTap(taps.map(x.ix), attrs.kernel),
      );
      const read = image(n as x.Expr, c as x.Expr, ...at);
      return x.sum(taps, x.select(x.and(reachesAll(at, attrs, types.x), own), read, x.num(0)));
    },
    vjp: ({ x, index }, g, attrs) => ({
      x: maxGrad(g, index, { ...attrs, size: extentsOf(x.type) }),
      index: 'none',
    }),
  });

  const sum: Op<['x'], PoolAttrs> = defineOp({
    name: name('sum'),
    doc: `The sum of each window of ${space.things} ${to}, zero outside.`,
    operands: ['x'],
    attrs: kinds,
    rule: `f32${rule}.`,
    example: [{ x: input }, shown],
    infer: ({ x }, attrs) => pooledType(name('sum'), x, attrs),
    compute: ({ x: image }, at, attrs, types) => overWindow('add', image, at, attrs, types.x, 0),
    vjp: ({ x }, g, attrs) => ({ x: sumGrad(g, { ...attrs, size: extentsOf(x.type) }) }),
  });

  const sumGrad: Op<['g'], PoolGradAttrs> = defineOp({
    name: name('sum', '_grad'),
    doc: `The transpose of ${name('sum')}: each element sums g over the windows that cover it.`,
    operands: ['g'],
    attrs: { ...kinds, size: sizes(space, 1) },
    rule: `f32${of} with ${given}, which the windows pool to the shape of g.`,
    example: [{ g: pooled }, { ...shown, size: each(space, side) }],
    infer: ({ g }, attrs) => unpooled(name('sum', '_grad'), g, attrs),
    compute: ({ g }, at, attrs, types) =>
      overWindowsAt(at, tapAxes(space, attrs.kernel), attrs, types.g, (position) => g(...position)),
    scatter({ g }, attrs, types) {
      const [over, lead, position] = windowsOf(types.g);
      const { taps, at } = windowAt(position, attrs);
      return { over: [...over, ...taps], at: [...lead, ...at], value: g(...lead, ...position) };
    },
    vjp: (_ops, h, { size: _size, ...attrs }) => ({ g: sum(h, attrs) }),
  });
  return { rank, max, maxIndex, maxGrad, maxAt, sum, sumGrad };
}

const [sequences, images, volumes] = [pools(1), pools(2), pools(3)];
/** Pools of every rank. */
export const everyPool: readonly Pools[] = [sequences, images, volumes];
/** The pools of a rank. */
export const poolsOf = (rank: Rank): Pools => everyPool[rank - 1] as Pools;

/** The maximum of each window of sequences. */
export const maxPool1d = sequences.max;
/** The row-major position of the maximum in its window: u8, or i32 for windows of more than 256 positions. */
export const maxPool1dIndex = sequences.maxIndex;
/** The cotangent of a max pool's input: each window's `g` at the position in `index`. */
export const maxPool1dGrad = sequences.maxGrad;
/** The element of each window at the position in `index`. */
export const maxPool1dAt = sequences.maxAt;
/** The sum of each window, zero outside: an average pool before its division. */
export const sumPool1d = sequences.sum;
/** The cotangent of a sum pool's input: each element sums the windows over it. */
export const sumPool1dGrad = sequences.sumGrad;

/** The maximum of each window of images. */
export const maxPool2d = images.max;
/** The row-major position of the maximum in its window: u8, or i32 for windows of more than 256 positions. */
export const maxPool2dIndex = images.maxIndex;
/** The cotangent of a max pool's input: each window's `g` at the position in `index`. */
export const maxPool2dGrad = images.maxGrad;
/** The element of each window at the position in `index`. */
export const maxPool2dAt = images.maxAt;
/** The sum of each window, zero outside: an average pool before its division. */
export const sumPool2d = images.sum;
/** The cotangent of a sum pool's input: each element sums the windows over it. */
export const sumPool2dGrad = images.sumGrad;

/** The maximum of each window of volumes. */
export const maxPool3d = volumes.max;
/** The row-major position of the maximum in its window: u8, or i32 for windows of more than 256 positions. */
export const maxPool3dIndex = volumes.maxIndex;
/** The cotangent of a max pool's input: each window's `g` at the position in `index`. */
export const maxPool3dGrad = volumes.maxGrad;
/** The element of each window at the position in `index`. */
export const maxPool3dAt = volumes.maxAt;
/** The sum of each window, zero outside: an average pool before its division. */
export const sumPool3d = volumes.sum;
/** The cotangent of a sum pool's input: each element sums the windows over it. */
export const sumPool3dGrad = volumes.sumGrad;
