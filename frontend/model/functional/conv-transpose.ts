/** Transposed convolutions: the gradients of convolutions' inputs, as functions of their own. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, fixed, sameDim, showDim, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { inBatch, requirePixels, requireResults, withBias } from './pixels.ts';

type Transposed<S> = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: S,
  padding?: S,
  outputPadding?: S,
  groups?: number,
  dilation?: S,
) => Tensor;

const transposedOf = <S extends Sizes>(rank: ir.Rank): Transposed<S> =>
  fn(
    `convTranspose${rank}d`,
    {
      x: k.tensor,
      weight: k.tensor,
      bias: k.optional(k.orNull(k.tensor)),
      stride: k.optional(k.sizes(rank, 1)),
      padding: k.optional(k.sizes(rank, 0)),
      outputPadding: k.optional(k.sizes(rank, 0)),
      groups: k.optional(k.whole(1)),
      dilation: k.optional(k.sizes(rank, 1)),
    },
    (
      x: Tensor,
      weight: Tensor,
      bias: Tensor | null = null,
      stride: Sizes = 1,
      padding: Sizes = 0,
      outputPadding: Sizes = 0,
      groups = 1,
      dilation: Sizes = 1,
    ) => {
      const at = (sizes: Sizes): readonly number[] => sizesOf(sizes, rank);
      const windows = {
        stride: at(stride),
        padding: at(padding),
        dilation: at(dilation),
        more: at(outputPadding),
        groups,
      };
      return inBatch(rank, x, (images) => transposed(rank, images, weight, bias, windows));
    },
  );

interface TransposedWindows {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly more: readonly number[];
  readonly groups: number;
}
function transposed(
  rank: ir.Rank,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { more, ...windows }: TransposedWindows,
): Tensor {
  const [g, w] = [float(requirePixels(rank, x)), float(weight.value)];
  const { stride: steps, padding: around, dilation: gaps, groups } = windows;
  requireFit(rank, g, w, groups);
  const tooMuch = more.find((n, d) => n >= Math.max(steps[d] as number, gaps[d] as number));
  if (tooMuch !== undefined)
    throw userError(
      'bad-argument',
      `${called()}: outputPadding must be less than the stride or the dilation, got ${tooMuch}`,
    );
  const extents = g.type.shape.slice(2) as number[];
  const size = extents.map((extent, d) => {
    const reach = (gaps[d] as number) * (fixed(w.type, d + 2) - 1) + 1;
    return (extent - 1) * (steps[d] as number) - 2 * (around[d] as number) + reach + (more[d] as number);
  });
  if (size.some((extent) => extent < 1))
    throw userError('shape-mismatch', `${called()}: the result of ${showType(g.type)} would be ${size.join('x')}`, {
      notes: involved({ input: g, weight: w }),
      help: 'take less padding, or a larger kernel',
    });
  // A whole step of output padding has room for one more window, of zeros.
  const rows = more.map((n, d) => Math.floor(n / (steps[d] as number)));
  const roomy =
    rows.every((n) => n === 0) || g.type.shape.length !== rank + 2
      ? g
      : ir.pad(g, {
          low: g.type.shape.map(() => 0),
          high: [0, 0, ...rows],
          interior: g.type.shape.map(() => 0),
          value: 0,
        });
  return withBias(ir.convolutionsOf(rank).inputGrad(roomy, w, { ...windows, size }), w, bias);
}

/** Throws unless the weight is [channels of the input, out/groups, ...kernel]. */
function requireFit(rank: ir.Rank, x: Value, w: Value, groups: number): void {
  const fail = (problem: string, help: string | null = null) =>
    userError('shape-mismatch', `${called()}: ${problem}`, { notes: involved({ input: x, weight: w }), help });
  if (w.type.shape.length !== rank + 2)
    throw fail(`the weight must have ${rank + 2} dimensions, [in, out/groups, kernel], got ${showType(w.type)}`);
  requireResults(rank, w, w.type.shape.map((_, d) => d).slice(1));
  if (x.type.shape.length !== rank + 2) return;
  const [channels, wanted] = [x.type.shape[1] as Dim, w.type.shape[0] as Dim];
  if (!sameDim(channels, wanted))
    throw fail(`the input has ${showDim(channels)} channels, the weight expects ${showDim(wanted)}`);
  if (typeof wanted === 'number' && wanted % groups !== 0)
    throw fail(`${wanted} input channels do not divide into ${groups} groups`);
}

/** The transposed convolution of `x` [N,C,L] or [C,L] with `weight` [C,O/groups,KL], plus `bias` [O] unless it is null:
 *  [N,O,OL] with OL = (L - 1)·stride - 2·padding + dilation·(KL - 1) + outputPadding + 1. Each element adds
 *  the kernel times itself, `stride` apart. Throws if channels or groups do not match, or
 *  `outputPadding` is not less than the stride or the dilation. */
export const convTranspose1d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Single,
  padding?: Single,
  outputPadding?: Single,
  groups?: number,
  dilation?: Single,
) => Tensor = transposedOf<Single>(1);

/** The transposed convolution of `x` [N,C,H,W] or [C,H,W] with `weight` [C,O/groups,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OH,OW] with OH = (H - 1)·stride - 2·padding + dilation·(KH - 1) + outputPadding + 1. Each element adds
 *  the kernel times itself, `stride` apart. Throws if channels or groups do not match, or
 *  `outputPadding` is not less than the stride or the dilation. */
export const convTranspose2d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Pair,
  padding?: Pair,
  outputPadding?: Pair,
  groups?: number,
  dilation?: Pair,
) => Tensor = transposedOf<Pair>(2);

/** The transposed convolution of `x` [N,C,D,H,W] or [C,D,H,W] with `weight` [C,O/groups,KD,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OD,OH,OW] with OD = (D - 1)·stride - 2·padding + dilation·(KD - 1) + outputPadding + 1. Each element adds
 *  the kernel times itself, `stride` apart. Throws if channels or groups do not match, or
 *  `outputPadding` is not less than the stride or the dilation. */
export const convTranspose3d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Triple,
  padding?: Triple,
  outputPadding?: Triple,
  groups?: number,
  dilation?: Triple,
) => Tensor = transposedOf<Triple>(3);
