/** Other extents: interpolation, and channels that become pixels. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, type Shape, showDim, showType } from '../../../ir/type.ts';
import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { fixedExtent } from '../rearranging.ts';
import { type Sizes, sizesOf } from '../sizes.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userError } from '../trace.ts';
import { cubicWeights } from './cubic.ts';
import { interpolateKinds } from './kinds.ts';

import { requirePixels } from './pixels.ts';
import { resizedByMean } from './windows.ts';

/** How elements between those of the input are made. */
export type InterpolationMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'area';
/** The options of interpolate, by PyTorch's names. */
export interface InterpolateOptions {
  /** The extents of the result; give these or the factor. */
  readonly size?: Sizes | null;
  /** The factor by which extents grow. */
  readonly scaleFactor?: Sizes | null;
  /** How elements are made; defaults to 'nearest'. */
  readonly mode?: InterpolationMode;
  /** The first and the last elements stay where they are, in the linear modes and the cubic one; defaults to false. */
  readonly alignCorners?: boolean | null;
  /** Compute with the factor that the extents have once they are whole; defaults to false. */
  readonly recomputeScaleFactor?: boolean | null;
}

const ranks: Readonly<Partial<Record<InterpolationMode, ir.Rank>>> = {
  linear: 1,
  bilinear: 2,
  bicubic: 2,
  trilinear: 3,
};

/** `x` [N,C,…] with other extents, of one to three dimensions after the channels. The options in a last object or in PyTorch's
 *  order: size, scaleFactor, mode ('nearest'), alignCorners (false), recomputeScaleFactor (false). Throws without a size or a
 *  factor, and for a mode of another number of dimensions. */
export const interpolate: (
  x: Tensor,
  size?: Sizes | null | InterpolateOptions,
  scaleFactor?: Sizes | null,
  mode?: InterpolationMode,
  alignCorners?: boolean | null,
  recomputeScaleFactor?: boolean | null,
) => Tensor = withOptions('interpolate', { x: k.tensor }, interpolateKinds, interpolated);

/** The same as `interpolate`, under its older name. */
export const upsample: (
  x: Tensor,
  size?: Sizes | null | InterpolateOptions,
  scaleFactor?: Sizes | null,
  mode?: InterpolationMode,
  alignCorners?: boolean | null,
) => Tensor = withOptions('upsample', { x: k.tensor }, interpolateKinds, interpolated);

function interpolated(x: Tensor, options: InterpolateOptions): Tensor {
  const { size = null, scaleFactor = null, mode = 'nearest', alignCorners = null, recomputeScaleFactor } = options;
  const v = float(x.value);
  const rank = v.type.shape.length - 2;
  if (rank < 1 || rank > 3 || (ranks[mode] !== undefined && ranks[mode] !== rank)) {
    const wanted = ranks[mode] === undefined ? '3 to 5' : `${(ranks[mode] as number) + 2}`;
    throw userError(
      'shape-mismatch',
      `${called()}: mode '${mode}' needs ${wanted} dimensions, [batch, channels, …], got ${showType(v.type)}`,
      { notes: involved({ input: v }) },
    );
  }
  requirePixels(rank as ir.Rank, x);
  if ((size === null) === (scaleFactor === null))
    throw userError('bad-argument', `${called()}: give either size or scaleFactor`);
  if (alignCorners !== null && ranks[mode] === undefined)
    throw userError(
      'bad-argument',
      `${called()}: alignCorners is for the linear modes and 'bicubic', and mode is '${mode}'`,
    );
  for (const [name, list] of Object.entries({ size, scaleFactor }))
    if (Array.isArray(list) && list.length !== rank)
      throw userError(
        'bad-argument',
        `${called()}: ${name} ${showAny(list)} is not one for each of ${rank} dimensions`,
      );
  if (recomputeScaleFactor && size !== null)
    throw userError('bad-argument', `${called()}: recomputeScaleFactor is for a scaleFactor, not for a size`);
  const batch = v.type.shape.slice(2).find((d) => isBatch(d));
  if (batch !== undefined)
    throw userError(
      'shape-mismatch',
      `${called()}: ${showType(v.type)} has the batch ${showDim(batch)} among its extents`,
    );
  const extents = v.type.shape.slice(2) as number[];
  const factors = scaleFactor === null ? null : sizesOf(scaleFactor, rank);
  const wanted = factors ? extents.map((e, d) => Math.floor(e * (factors[d] as number))) : sizesOf(size as Sizes, rank);
  if (wanted.some((e) => e < 1))
    throw userError('shape-mismatch', `${called()}: the result of ${showType(v.type)} would be ${wanted.join('x')}`);
  if (mode === 'area') return resizedByMean(x, wanted);
  const scales = recomputeScaleFactor ? null : factors;
  const times = wanted.map((to, d) => to / (extents[d] as number));
  if (mode.startsWith('nearest') && times.every((t, d) => Number.isInteger(t) && t === (scales?.[d] ?? t)))
    return Tensor.of(repeated(v, times));
  return Tensor.of(
    extents.reduce<Value>((y, extent, d) => {
      const to = wanted[d] as number;
      const scale = scales?.[d] ?? null;
      return ranks[mode] === undefined
        ? nearest(y, d + 2, extent, to, scale, mode === 'nearest-exact')
        : (mode === 'bicubic' ? cubic : linear)(y, d + 2, extent, to, scale, alignCorners ?? false);
    }, v),
  );
}

/** Each element as often as `times` says along each dimension after the channels: its gradient is a plain sum. */
function repeated(x: Value, times: readonly number[]): Value {
  const [n, c, ...extents] = x.type.shape as [Dim, Dim, ...number[]];
  const apart = [n, c, ...extents.flatMap((e, d) => [e, times[d] as number])];
  const dims = [0, 1, ...extents.map((_, d) => 2 * d + 2)];
  const shape = [n, c, ...extents.map((e, d) => e * (times[d] as number))];
  return ir.reshape(ir.broadcast(x, { shape: apart, dims }), { shape });
}

/** The step in the input from one result to the next, as a fraction; without a factor that of the extents. */
function stepOf(extent: number, to: number, scale: number | null): [number, number] {
  if (scale === null) return [extent, to];
  for (let q = 1; q <= 1000; q++) {
    const p = Math.round(scale * q);
    if (p > 0 && Math.abs(scale * q - p) < 1e-9 * p) return [q, p];
  }
  return [Math.round(2 ** 15 / scale), 2 ** 15];
}
const divisor = (a: number, b: number): number => (b === 0 ? Math.abs(a) : divisor(b, a % b));
/** Numbers of a line without a common divisor. */
function reduced(num: number, add: number, den: number): { num: number; add: number; den: number } {
  const by = divisor(divisor(num, add), den);
  return { num: num / by, add: add / by, den: den / by };
}

/** The nearest element below, or with `exact` that whose middle is nearest, as PyTorch finds it in float32. */
function nearest(x: Value, dim: number, extent: number, to: number, scale: number | null, exact: boolean): Value {
  if (to === extent && scale === null) return x;
  const f = Math.fround;
  const by = scale === null ? f(extent / to) : f(1 / scale);
  const wanted = Array.from({ length: to }, (_, i) => {
    if (!exact && to === extent) return i;
    return Math.min(Math.floor(exact ? f(f(i + 0.5) * by) : f(i * by)), extent - 1);
  });
  const [n, m] = stepOf(extent, to, scale);
  const lines = [exact ? reduced(2 * n, n, 2 * m) : reduced(n, 0, m), { num: 1, add: 0, den: 1 }];
  // Rounding may have moved an index: a line nearby has it, too.
  for (let bits = 4; to * by * 2 ** bits < 2 ** 29; bits++)
    for (let more = -2; more <= 2; more++) {
      const den = 2 ** bits;
      const [num, add] = [Math.round(by * den), Math.round(exact ? (by * den) / 2 : 0) + more];
      if (num > 0) lines.push({ num, add, den });
    }
  const line = lines.find((l) => wanted.every((w, i) => ir.sourceOf(i, { ...l, shift: 0 }, extent) === w));
  if (!line)
    throw userError('bad-argument', `${called()}: no factor in whole numbers gives ${to} of ${extent} elements`);
  return ir.resample(x, { dim, size: to, ...line, shift: 0 });
}

/** Where each result lies in the input, as a line of whole numbers and as f32: `at` of the index of a result. */
function lineOf(extent: number, to: number, scale: number | null, aligned: boolean) {
  const [n, m] = aligned ? [Math.max(extent - 1, 1), extent > 1 ? to - 1 : to] : stepOf(extent, to, scale);
  const line = m === 0 ? { num: 1, add: 0, den: 1 } : aligned ? reduced(n, 0, m) : reduced(2 * n, n - m, 2 * m);
  const f = Math.fround;
  const by = aligned ? f(to > 1 ? (extent - 1) / (to - 1) : 0) : f(scale === null ? extent / to : 1 / scale);
  const constant = (value: number): Value => ir.full({ value, shape: [to], dtype: 'f32' });
  const i = ir.iota({ shape: [to], dtype: 'f32', dim: 0 });
  const at = aligned ? ir.mul(i, constant(by)) : ir.sub(ir.mul(ir.add(i, constant(0.5)), constant(by)), constant(0.5));
  return { line, at, constant };
}
/** Elements along `dim`, each times its factor. */
const weighed = (x: Value, dim: number, factors: Value): Value =>
  ir.mul(x, ir.broadcast(factors, { shape: x.type.shape, dims: [dim] }));

/** (1 − λ)·x[i] + λ·x[i + 1], i the element below and λ the way from it to the next. */
function linear(x: Value, dim: number, extent: number, to: number, scale: number | null, aligned: boolean): Value {
  const { line, at, constant } = lineOf(extent, to, scale, aligned);
  const [below, above] = [0, 1].map((shift) => ({ dim, size: to, ...line, shift })) as [
    ir.ResampleAttrs,
    ir.ResampleAttrs,
  ];
  const start = ir.resample(ir.iota({ shape: [extent], dtype: 'f32', dim: 0 }), { ...below, dim: 0 });
  const way = ir.sub(aligned ? at : ir.maximum(at, constant(0)), start);
  return ir.add(
    weighed(ir.resample(x, below), dim, ir.sub(constant(1), way)),
    weighed(ir.resample(x, above), dim, way),
  );
}

/** The cubic convolution of four elements, two on each side; those beyond an edge are the last there. */
function cubic(x: Value, dim: number, extent: number, to: number, scale: number | null, aligned: boolean): Value {
  const { line, at } = lineOf(extent, to, scale, aligned);
  const { num, add, den } = line;
  const whole = (value: number): Value => ir.full({ value, shape: [to], dtype: 'i32' });
  const i = ir.iota({ shape: [to], dtype: 'i32', dim: 0 });
  // One more than the element below, which may be -1.
  const next = ir.div(ir.add(ir.mul(i, whole(num)), whole(add + den)), whole(den));
  const way = ir.sub(at, ir.convert(ir.sub(next, whole(1)), { to: 'f32' }));
  const taps = cubicWeights(way).map((factors, j) =>
    weighed(ir.resample(x, { dim, size: to, num, add: add + (j - 1) * den, den, shift: 0 }), dim, factors),
  );
  return taps.reduce((a, b) => ir.add(a, b));
}

/** Channels that are divisible by `by`. Throws if they are not, or if there are none. */
function divided(x: Value, d: number, by: number, what: string): number {
  const channels = x.type.shape[d] as Dim;
  if (typeof channels === 'number' && channels % by === 0) return channels / by;
  throw userError(
    'shape-mismatch',
    `${called()}: ${showDim(channels)} ${what} of ${showType(x.type)} do not divide by ${by}`,
    {
      notes: involved({ input: x }),
    },
  );
}
function requireRank(x: Value, least: number, words: string): void {
  if (x.type.shape.length < least)
    throw userError('shape-mismatch', `${called()}: the input must be ${words}, got ${showType(x.type)}`, {
      notes: involved({ input: x }),
    });
}

/** Channels spread over pixels: […, C·r², H, W] to […, C, H·r, W·r], r = `upscaleFactor`. Throws if r² does not divide the
 *  channels. */
export const pixelShuffle: (x: Tensor, upscaleFactor: number) => Tensor = fn(
  'pixelShuffle',
  { x: k.tensor, upscaleFactor: k.whole(1) },
  (x, r) => {
    const v = x.value;
    requireRank(v, 3, '[…, channels, height, width]');
    const lead = v.type.shape.slice(0, -3);
    const n = lead.length;
    const c = divided(v, n, r * r, 'channels');
    const [h, w] = [fixedExtent(v.type.shape, n + 1), fixedExtent(v.type.shape, n + 2)];
    const parts = ir.reshape(v, { shape: [...lead, c, r, r, h, w] });
    const perm = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
    return Tensor.of(ir.reshape(ir.permute(parts, { perm }), { shape: [...lead, c, h * r, w * r] }));
  },
);

/** Pixels gathered into channels, the reverse of pixelShuffle: […, C, H·r, W·r] to […, C·r², H, W], r = `downscaleFactor`.
 *  Throws if r does not divide height and width. */
export const pixelUnshuffle: (x: Tensor, downscaleFactor: number) => Tensor = fn(
  'pixelUnshuffle',
  { x: k.tensor, downscaleFactor: k.whole(1) },
  (x, r) => {
    const v = x.value;
    requireRank(v, 3, '[…, channels, height, width]');
    const lead = v.type.shape.slice(0, -3);
    const n = lead.length;
    const c = fixedExtent(v.type.shape, n);
    const [h, w] = [divided(v, n + 1, r, 'rows'), divided(v, n + 2, r, 'columns')];
    const parts = ir.reshape(v, { shape: [...lead, c, h, r, w, r] });
    const perm = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
    return Tensor.of(ir.reshape(ir.permute(parts, { perm }), { shape: [...lead, c * r * r, h, w] }));
  },
);

/** The channels of `x` [N,C,…] in another order: those of each of `groups` groups are spread over all. Throws if the groups do
 *  not divide the channels. */
export const channelShuffle: (x: Tensor, groups: number) => Tensor = fn(
  'channelShuffle',
  { x: k.tensor, groups: k.whole(1) },
  (x, groups) => {
    const v = x.value;
    requireRank(v, 3, '[batch, channels, …]');
    const [n, , ...rest] = v.type.shape as [Dim, Dim, ...Dim[]];
    const each = divided(v, 1, groups, 'channels');
    const shape: Shape = [n, groups, each, ...rest];
    const perm = [0, 2, 1, ...rest.map((_, d) => d + 3)];
    return Tensor.of(ir.reshape(ir.permute(ir.reshape(v, { shape }), { perm }), { shape: v.type.shape }));
  },
);
