/** Convolutions of sequences [batch, channels, length], images [batch, channels, height, width] and volumes [batch, channels,
 *  depth, height, width]. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { convolution, type Windows } from '../products.ts';
import { type Pair, type Single, type Sizes, samePadding, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { called, userError } from '../trace.ts';
import { inBatch, requirePixels, requireResults, withBias } from './pixels.ts';

export type { Pair, Single, Triple } from '../sizes.ts';

/** Padding in words: 'valid' is none, and with 'same' a stride of 1 gives as many results as there are elements. */
export type Padding<S> = S | 'same' | 'valid';

const kindsOf = (rank: ir.Rank) => ({
  x: k.tensor,
  weight: k.tensor,
  bias: k.optional(k.orNull(k.tensor)),
  stride: k.optional(k.sizes(rank, 1)),
  padding: k.optional(k.paddings(rank)),
  dilation: k.optional(k.sizes(rank, 1)),
  groups: k.optional(k.whole(1)),
});

type Convolution<S> = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: S,
  padding?: Padding<S>,
  dilation?: S,
  groups?: number,
) => Tensor;
const convolutionOf = <S extends Sizes>(rank: ir.Rank): Convolution<S> =>
  fn(
    `conv${rank}d`,
    kindsOf(rank),
    (
      x: Tensor,
      weight: Tensor,
      bias: Tensor | null = null,
      stride: Sizes = 1,
      padding: Padding<Sizes> = 0,
      dilation: Sizes = 1,
      groups = 1,
    ) => {
      const w = weight.value;
      requireResults(rank, w, [0, ...kernelDims(rank)]);
      const [steps, gaps] = [sizesOf(stride, rank), sizesOf(dilation, rank)];
      return inBatch(rank, x, (images) => {
        const input = requirePixels(rank, images);
        const [padded, around] = withPadding(input, w, padding, rank, { stride: steps, dilation: gaps });
        const windows = { stride: steps, padding: around, dilation: gaps, groups };
        return withBias(convolution(rank, padded, w, windows), w, bias);
      });
    },
  );

const kernelDims = (rank: ir.Rank): number[] => Array.from({ length: rank }, (_, d) => d + 2);

/** The input and the padding on both its sides. Where 'same' makes these differ, the input is padded first. */
function withPadding(
  x: Value,
  w: Value,
  padding: Padding<Sizes>,
  rank: ir.Rank,
  { stride, dilation }: Pick<Windows, 'stride' | 'dilation'>,
): [Value, readonly number[]] {
  if (padding === 'valid') return [x, sizesOf(0, rank)];
  if (padding !== 'same') return [x, sizesOf(padding, rank)];
  if (stride.some((s) => s !== 1))
    throw userError('bad-argument', `${called()}: padding 'same' needs a stride of 1, got ${stride.join(', ')}`, {
      help: 'give the padding in numbers',
    });
  const total = kernelDims(rank).map((d, i) =>
    samePadding(typeof w.type.shape[d] === 'number' ? w.type.shape[d] : 1, dilation[i] as number),
  );
  const low = total.map((t) => Math.floor(t / 2));
  if (total.every((t) => t % 2 === 0) || x.type.shape.length !== rank + 2) return [x, low];
  // As in PyTorch, an odd one is at the end.
  const padded = ir.pad(x, {
    low: [0, 0, ...low],
    high: [0, 0, ...total.map((t) => Math.ceil(t / 2))],
    interior: x.type.shape.map(() => 0),
    value: 0,
  });
  return [padded, sizesOf(0, rank)];
}

/** The cross-correlation of `x` [N,C,L] or [C,L] with `weight` [O,C/groups,KL], plus `bias` [O] unless it is null: [N,O,OL] with OL =
 *  ⌊(L + 2·padding - dilation·(KL-1) - 1) / stride⌋ + 1. `padding` is a number of zeros on both sides, 'valid' for none, or
 *  'same'. Throws if channels or groups do not match, or the kernel does not fit. */
export const conv1d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Single,
  padding?: Padding<Single>,
  dilation?: Single,
  groups?: number,
) => Tensor = convolutionOf<Single>(1);

/** The cross-correlation of `x` [N,C,H,W] or [C,H,W] with `weight` [O,C/groups,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OH,OW] with OH = ⌊(H + 2·padding - dilation·(KH-1) - 1) / stride⌋ + 1. `padding` is a number of rows and columns of
 *  zeros on both sides, 'valid' for none, or 'same'. Throws if channels or groups do not match, or the
 *  kernel does not fit. */
export const conv2d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Pair,
  padding?: Padding<Pair>,
  dilation?: Pair,
  groups?: number,
) => Tensor = convolutionOf<Pair>(2);

/** The cross-correlation of `x` [N,C,D,H,W] or [C,D,H,W] with `weight` [O,C/groups,KD,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OD,OH,OW] with OD = ⌊(D + 2·padding - dilation·(KD-1) - 1) / stride⌋ + 1. `padding` is a number of zeros on both
 *  sides, 'valid' for none, or 'same'. Throws if channels or groups do not match, or the kernel does
 *  not fit. */
export const conv3d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Triple,
  padding?: Padding<Triple>,
  dilation?: Triple,
  groups?: number,
) => Tensor = convolutionOf<Triple>(3);
