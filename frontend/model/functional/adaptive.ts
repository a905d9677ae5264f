/** Pools to given extents: the windows follow from those. */

import type * as ir from '../../../ir/ops/index.ts';
import { isBatch, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, showAny, userError } from '../trace.ts';
import { inBatch, requirePixels } from './pixels.ts';
import type { MaxPooled, Pooled } from './pool.ts';
import { greatest, resizedByMean } from './windows.ts';

/** Extents of a result: one number for all dimensions, or a list with one for each; null keeps that of the input. */
export type OutputSize = number | null | readonly (number | null)[];
const taken = (rank: ir.Rank) => ({ x: k.tensor, outputSize: k.outputSize(rank) });

/** The extents that are wanted. */
function wantedOf(rank: ir.Rank, x: Tensor, outputSize: OutputSize): number[] {
  const v = float(requirePixels(rank, x));
  const { shape } = v.type;
  if (shape.length !== rank + 2 || shape.slice(2).some((d) => isBatch(d)))
    throw userError(
      shape.length === rank + 1 ? 'missing-batch' : 'shape-mismatch',
      `${called()}: the input must be [batch, channels, and ${rank === 1 ? 'an extent' : `${rank} extents`}], got ${showType(v.type)}`,
      { notes: involved({ input: v }), help: shape.length === rank + 1 ? 'add the batch with x.unsqueeze(0)' : null },
    );
  const list = Array.isArray(outputSize) ? (outputSize as readonly (number | null)[]) : [outputSize as number | null];
  if (list.length !== 1 && list.length !== rank)
    throw userError(
      'bad-argument',
      `${called()}: outputSize ${showAny(outputSize)} is not one for each of ${rank} dimensions`,
    );
  return Array.from({ length: rank }, (_, d) => (list.length === 1 ? list[0] : list[d]) ?? (shape[d + 2] as number));
}

const meanTo = (rank: ir.Rank) =>
  fn(`adaptiveAvgPool${rank}d`, taken(rank), (x: Tensor, outputSize: OutputSize) =>
    inBatch(rank, x, (images) => resizedByMean(images, wantedOf(rank, images, outputSize))),
  );
type MaxTo = <const R extends boolean = false>(x: Tensor, outputSize: OutputSize, returnIndices?: R) => Pooled<R>;
const maxTo = (rank: ir.Rank): MaxTo =>
  fn(
    `adaptiveMaxPool${rank}d`,
    { ...taken(rank), returnIndices: k.optional(k.flag) },
    (x: Tensor, outputSize: OutputSize, returnIndices?: boolean): Tensor | MaxPooled => {
      const [values, indices] = pooled(rank, x, outputSize, returnIndices === true);
      return returnIndices ? ([values, indices] as MaxPooled) : (values as Tensor);
    },
  ) as never;
const maxToWithIndices = (rank: ir.Rank) =>
  fn(
    `adaptiveMaxPool${rank}dWithIndices`,
    taken(rank),
    (x: Tensor, outputSize: OutputSize) => pooled(rank, x, outputSize, true) as MaxPooled,
  );
/** The greatest of each window, and where it is if that is asked for. */
const pooled = (rank: ir.Rank, x: Tensor, outputSize: OutputSize, withIndices: boolean): readonly Tensor[] =>
  inBatch(rank, x, (images) => {
    const { values, indices } = greatest(images, wantedOf(rank, images, outputSize));
    return withIndices ? [values, indices()] : [values];
  });

/** The mean of windows of `x` [N,C,L] or [C,L], as many as `outputSize` says along each dimension: a number, null for
 *  the extent of the input. Window i of m over n elements begins at ⌊i·n/m⌋ and ends before ⌈(i+1)·n/m⌉. */
export const adaptiveAvgPool1d: (x: Tensor, outputSize: OutputSize) => Tensor = meanTo(1);
/** The maximum of windows of `x` [N,C,L] or [C,L], as many as `outputSize` says along each dimension. With `returnIndices`
 *  also its row-major index in the input, i32. */
export const adaptiveMaxPool1d: <const R extends boolean = false>(
  x: Tensor,
  outputSize: OutputSize,
  returnIndices?: R,
) => Pooled<R> = maxTo(1);
/** The same as adaptiveMaxPool1d, with the row-major index in the input of each greatest element, i32. */
export const adaptiveMaxPool1dWithIndices: (x: Tensor, outputSize: OutputSize) => MaxPooled = maxToWithIndices(1);

/** The mean of windows of `x` [N,C,H,W] or [C,H,W], as many as `outputSize` says along each dimension: a number or a list, null
 *  for the extent of the input. Window i of m over n elements begins at ⌊i·n/m⌋ and ends before ⌈(i+1)·n/m⌉. */
export const adaptiveAvgPool2d: (x: Tensor, outputSize: OutputSize) => Tensor = meanTo(2);
/** The maximum of windows of `x` [N,C,H,W] or [C,H,W], as many as `outputSize` says along each dimension. With
 *  `returnIndices` also its row-major index in the input, i32. */
export const adaptiveMaxPool2d: <const R extends boolean = false>(
  x: Tensor,
  outputSize: OutputSize,
  returnIndices?: R,
) => Pooled<R> = maxTo(2);
/** The same as adaptiveMaxPool2d, with the row-major index in the input of each greatest element, i32. */
export const adaptiveMaxPool2dWithIndices: (x: Tensor, outputSize: OutputSize) => MaxPooled = maxToWithIndices(2);

/** The mean of windows of `x` [N,C,D,H,W] or [C,D,H,W], as many as `outputSize` says along each dimension: a number or a list, null
 *  for the extent of the input. Window i of m over n elements begins at ⌊i·n/m⌋ and ends before ⌈(i+1)·n/m⌉. */
export const adaptiveAvgPool3d: (x: Tensor, outputSize: OutputSize) => Tensor = meanTo(3);
/** The maximum of windows of `x` [N,C,D,H,W] or [C,D,H,W], as many as `outputSize` says along each dimension. With
 *  `returnIndices` also its row-major index in the input, i32. */
export const adaptiveMaxPool3d: <const R extends boolean = false>(
  x: Tensor,
  outputSize: OutputSize,
  returnIndices?: R,
) => Pooled<R> = maxTo(3);
/** The same as adaptiveMaxPool3d, with the row-major index in the input of each greatest element, i32. */
export const adaptiveMaxPool3dWithIndices: (x: Tensor, outputSize: OutputSize) => MaxPooled = maxToWithIndices(3);
