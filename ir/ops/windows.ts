/** The geometry of windows over sequences, images and volumes, which convolutions and pools share. An op of them is made once
 *  for each rank, the number of dimensions that windows move along. */

import { integers } from '../attr.ts';
import * as x from '../expr.ts';
import { typeError } from '../graph.ts';
import { type Dim, isBatch, showType, type TensorType } from '../type.ts';

/** The number of dimensions that windows move along. */
export type Rank = 1 | 2 | 3;

/** The geometry of windows: a number for each of the dimensions, outer ones first. */
export type Window = {
  stride: readonly number[];
  padding: readonly number[];
  dilation: readonly number[];
};

/** The words and letters for what windows of a rank move over. */
export interface Space {
  readonly rank: Rank;
  /** What such tensors are called: 'images'. */
  readonly things: string;
  /** The dimensions in words: 'height, width'. */
  readonly extents: string;
  /** Their letters in shapes: ['H', 'W']. */
  readonly letters: readonly string[];
  /** The names of the axes over positions, and over the taps of a window. */
  readonly windows: readonly string[];
  readonly taps: readonly string[];
}
const spaces: Readonly<Record<Rank, Omit<Space, 'rank'>>> = {
  1: { things: 'sequences', extents: 'length', letters: ['L'], windows: ['x'], taps: ['i'] },
  2: { things: 'images', extents: 'height, width', letters: ['H', 'W'], windows: ['y', 'x'], taps: ['i', 'j'] },
  3: {
    things: 'volumes',
    extents: 'depth, height, width',
    letters: ['D', 'H', 'W'],
    windows: ['z', 'y', 'x'],
    taps: ['h', 'i', 'j'],
  },
};
/** What windows of this rank move over. */
export const spaceOf = (rank: Rank): Space => ({ rank, ...spaces[rank] });

/** The same number for every dimension. */
export const each = ({ rank }: Space, n: number): number[] => Array.from({ length: rank }, () => n);
/** A list of numbers as a shape: `[C,h,w]`. */
export const letters = (before: string, { letters: own }: Space, spell: (letter: string) => string): string =>
  `[${[before, ...own.map(spell)].join(',')}]`;
export const small = (letter: string): string => letter.toLowerCase();
export const ofKernel = (letter: string): string => `k${letter.toLowerCase()}`;

/** The number of windows along each dimension, in words. */
export function countRule({ letters: [first, ...more] }: Space): string {
  const [of, by] = [small(first as string), ofKernel(first as string)];
  const rest = more.length === 0 ? '' : ` and ${more.join(' and ')} likewise`;
  return `${first} = ⌊(${of} + 2·padding - dilation·(${by} - 1) - 1) / stride⌋ + 1${rest}`;
}

/** A list of whole numbers, one for each dimension. */
export const sizes = ({ rank }: Space, least: number) => integers(least, rank);
/** The kinds of a window's attributes. */
export const windowKinds = (space: Space) =>
  ({ stride: sizes(space, 1), padding: sizes(space, 0), dilation: sizes(space, 1) }) as const;
/** Example attributes for the reference. */
export const shownWindow = (space: Space) => ({
  stride: each(space, 2),
  padding: each(space, 1),
  dilation: each(space, 1),
});

/** The number of positions of a window along dimension `d`. */
export const windowCount = (extent: number, kernel: number, d: number, w: Window): number =>
  Math.floor(
    (extent + 2 * (w.padding[d] as number) - (w.dilation[d] as number) * (kernel - 1) - 1) / (w.stride[d] as number),
  ) + 1;

/** The input index of tap `k` of the window at position `i`, shifted by the padding: it may be out of bounds. */
export const tap = (i: x.Expr, k: x.Expr, d: number, w: Window): x.Expr =>
  x.sub(
    x.add(x.mul(i, x.int(w.stride[d] as number)), x.mul(k, x.int(w.dilation[d] as number))),
    x.int(w.padding[d] as number),
  );

/** The input indices of a window's tap along every dimension. */
export const tapped = (at: readonly x.Expr[], taps: readonly x.Expr[], w: Window): x.Expr[] =>
  at.map((i, d) => tap(i, taps[d] as x.Expr, d, w));

/** The position at which tap `k` of a window is on input index `i`, and the condition that there is one. */
export function windowOver(i: x.Expr, k: x.Expr, d: number, count: number, w: Window): [x.Expr, x.Expr] {
  const stride = x.int(w.stride[d] as number);
  const from = x.sub(x.add(i, x.int(w.padding[d] as number)), x.mul(k, x.int(w.dilation[d] as number)));
  const position = x.idiv(from, stride);
  return [position, x.all(x.ge(from, x.int(0)), x.eq(x.imod(from, stride), x.int(0)), x.lt(position, x.int(count)))];
}

/** The positions at which a window's tap is on an input index, and the condition that there are such. */
export function windowsOver(
  at: readonly x.Expr[],
  taps: readonly x.Expr[],
  counts: readonly number[],
  w: Window,
): [at: x.Expr[], ok: x.Expr] {
  const found = at.map((i, d) => windowOver(i, taps[d] as x.Expr, d, counts[d] as number, w));
  return [found.map(([position]) => position), x.all(...found.map(([, ok]) => ok))];
}

/** True if an index shifted by padding is in bounds; always true without padding. */
export const inside = (i: x.Expr, extent: number, padding: number): x.Expr =>
  padding === 0 ? x.bool(true) : x.and(x.ge(i, x.int(0)), x.lt(i, x.int(extent)));

/** The extents along which windows move: all but the first two. */
export const extentsOf = ({ shape }: TensorType): readonly number[] => shape.slice(2) as readonly Dim[] as number[];

/** Axes for the elements of a window. */
export const tapAxes = ({ taps }: Space, kernel: readonly number[]): x.Axis[] =>
  kernel.map((k, d) => x.axis(taps[d] as string, k));
/** Axes for the positions of windows. */
export const windowAxes = ({ windows: names }: Space, counts: readonly number[]): x.Axis[] =>
  counts.map((n, d) => x.axis(names[d] as string, n));

/** The row-major number of a window's element. */
export const flatTap = (taps: readonly x.Expr[], kernel: readonly number[]): x.Expr =>
  taps.reduce((flat, i, d) => x.add(x.mul(flat, x.int(kernel[d] as number)), i));
/** The element of a window that has this row-major number. */
export function tapAt(flat: x.Expr, kernel: readonly number[]): x.Expr[] {
  const taps: x.Expr[] = [];
  let rest = flat;
  for (let d = kernel.length - 1; d > 0; d--) {
    taps.unshift(x.imod(rest, x.int(kernel[d] as number)));
    rest = x.idiv(rest, x.int(kernel[d] as number));
  }
  return [rest, ...taps];
}

/** Throws if a tensor is not [batch, channels, …extents]: 'the input must be [batch, channels, height, width]'. */
export function checkRank(name: string, what: string, t: TensorType, space: Space): void {
  const dims = `[batch, channels, ${space.extents}]`;
  if (t.shape.length === space.rank + 1) {
    const ofChannels = t.shape[0] !== undefined && isBatch(t.shape[0]);
    throw typeError(
      ofChannels ? 'missing-channels' : 'missing-batch',
      `${name}: ${what} ${showType(t)} has ${space.rank + 1} dimensions; ${space.rank + 2} are needed, ${dims}: the ${ofChannels ? 'channels are' : 'batch is'} missing`,
      ofChannels
        ? `add one with x.unsqueeze(1), or declare the input with its channels: [N, channels, ${space.extents}]`
        : `add it with x.unsqueeze(0), or declare the input with a batch: [N, channels, ${space.extents}]`,
    );
  }
  if (t.shape.length !== space.rank + 2)
    throw typeError('shape-mismatch', `${name}: ${what} must be ${dims}, got ${showType(t)}`);
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

/** Throws if a weight contains the batch. */
export function checkWeight(name: string, w: TensorType): void {
  if (w.shape.some((d) => isBatch(d)))
    throw typeError('shape-mismatch', `${name}: the weight ${showType(w)} holds the batch N`);
}
