/** Pooling of sequences, images and volumes. */

import * as ir from '../../../ir/ops/index.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import { Tensor } from '../tensor.ts';
import { avgPoolKinds, maxPoolKinds } from './kinds.ts';
import { inBatch, requirePixels } from './pixels.ts';
import { indexInInput } from './windows.ts';

/** The options that max and average pools share. Sizes are one number for all dimensions, or a list with one for each. */
export interface PoolOptions<S extends Sizes = Pair> {
  /** The distance between windows; defaults to the kernel's extent. */
  readonly stride?: S | null;
  /** What is added around the input, at most half of the kernel's extent; none by default. */
  readonly padding?: S;
  /** Allow the last window to extend over the edge; defaults to false. */
  readonly ceilMode?: boolean;
}
/** The options of max pools, by PyTorch's names. */
export interface MaxPoolOptions<S extends Sizes = Pair, R extends boolean = boolean> extends PoolOptions<S> {
  /** The distance between the elements of a window; defaults to 1. */
  readonly dilation?: S;
  /** Return a list of two tensors, the greatest elements and the row-major index of each in the input, i32; defaults to false. */
  readonly returnIndices?: R;
}
/** The options of average pools of sequences, by PyTorch's names. */
export interface AvgPool1dOptions extends PoolOptions<Single> {
  /** Count the zeros of the padding as elements; defaults to true. */
  readonly countIncludePad?: boolean;
}
/** The options of average pools, by PyTorch's names. */
export interface AvgPoolOptions<S extends Sizes = Pair> extends PoolOptions<S> {
  /** Count the zeros of the padding as elements; defaults to true. */
  readonly countIncludePad?: boolean;
  /** The divisor, in place of the window's size. */
  readonly divisorOverride?: number | null;
}

const taken = (rank: ir.Rank) => ({ x: k.tensor, kernelSize: k.sizes(rank, 1) });

/** True unless the stride is left out, which PyTorch's functions also write as an empty list. */
const isGiven = (stride: Sizes | null | undefined): stride is Sizes =>
  stride != null && (typeof stride === 'number' || stride.length > 0);

function poolAttrs(rank: ir.Rank, kernelSize: Sizes, options: MaxPoolOptions<Sizes>): ir.PoolAttrs {
  return {
    kernel: sizesOf(kernelSize, rank),
    stride: sizesOf(isGiven(options.stride) ? options.stride : kernelSize, rank),
    padding: sizesOf(options.padding ?? 0, rank),
    dilation: sizesOf(options.dilation ?? 1, rank),
    ceil: options.ceilMode ?? false,
  };
}

/** Greatest elements, and their row-major indices in the input, as i32. */
export type MaxPooled = [values: Tensor, indices: Tensor];
/** Greatest elements, with their indices if those are asked for. */
export type Pooled<R extends boolean> = R extends true ? MaxPooled : Tensor;
type Pool = (...args: never[]) => Tensor | MaxPooled;
const maxPoolOf = <P extends Pool>(rank: ir.Rank): P =>
  withOptions<P>(
    `maxPool${rank}d`,
    taken(rank),
    maxPoolKinds.ofFunctions(rank),
    (x: Tensor, kernelSize: Sizes, options: MaxPoolOptions<Sizes>) =>
      inBatch(rank, x, (images) =>
        maxPooled(rank, images, poolAttrs(rank, kernelSize, options), options.returnIndices),
      ) as ReturnType<P>,
  );

function maxPooled(rank: ir.Rank, x: Tensor, attrs: ir.PoolAttrs, returnIndices = false): Tensor | MaxPooled {
  const input = requirePixels(rank, x);
  const values = Tensor.of(ir.poolsOf(rank).max(input, attrs));
  return returnIndices ? [values, Tensor.of(indexInInput(input, attrs))] : values;
}

/** The maximum of each window of `x` [N,C,L] or [C,L]. `maxPool1d(x, 2)` halves the length. The options in a last object
 *  or in PyTorch's order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false), returnIndices
 *  (false). The gradient goes to the first greatest element. Throws if the window does not fit. */
export const maxPool1d: <const R extends boolean = false>(
  x: Tensor,
  kernelSize: Single,
  stride?: Single | null | MaxPoolOptions<Single, R>,
  padding?: Single,
  dilation?: Single,
  ceilMode?: boolean,
  returnIndices?: R,
) => Pooled<R> = maxPoolOf(1);

/** The maximum of each window of `x` [N,C,H,W] or [C,H,W]. `maxPool2d(x, 2)` halves height and width. The options in a last
 *  object or in PyTorch's order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false), returnIndices (false).
 *  The gradient goes to the first greatest element. Throws if the window does not fit. */
export const maxPool2d: <const R extends boolean = false>(
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | null | MaxPoolOptions<Pair, R>,
  padding?: Pair,
  dilation?: Pair,
  ceilMode?: boolean,
  returnIndices?: R,
) => Pooled<R> = maxPoolOf(2);

/** The maximum of each window of `x` [N,C,D,H,W] or [C,D,H,W]. The options in a last object or in PyTorch's order: stride
 *  (the kernel's extent), padding (0), dilation (1), ceilMode (false), returnIndices (false). The gradient goes to the
 *  first greatest element. Throws if the window does not fit. */
export const maxPool3d: <const R extends boolean = false>(
  x: Tensor,
  kernelSize: Triple,
  stride?: Triple | null | MaxPoolOptions<Triple, R>,
  padding?: Triple,
  dilation?: Triple,
  ceilMode?: boolean,
  returnIndices?: R,
) => Pooled<R> = maxPoolOf(3);

const avgPoolOf = <P extends Pool>(rank: ir.Rank): P =>
  withOptions<P>(
    `avgPool${rank}d`,
    taken(rank),
    avgPoolKinds(rank),
    (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions<Sizes>) =>
      inBatch(rank, x, (images) => {
        const attrs = poolAttrs(rank, kernelSize, options);
        const sum = Tensor.of(ir.poolsOf(rank).sum(float(requirePixels(rank, images)), attrs));
        return sum.div(options.divisorOverride ?? divisor(rank, sum, images, attrs, options));
      }) as ReturnType<P>,
  );

/** The number of elements in each window. Windows that extend over an edge have fewer. */
function divisor(
  rank: ir.Rank,
  sum: Tensor,
  x: Tensor,
  attrs: ir.PoolAttrs,
  { countIncludePad = true }: AvgPoolOptions<Sizes>,
): number | Tensor {
  const padded = attrs.padding.some((p) => p > 0);
  if (!attrs.ceil && (countIncludePad || !padded)) return attrs.kernel.reduce((p, e) => p * e);
  const extents = x.value.type.shape.slice(2) as number[];
  const around = countIncludePad ? attrs.padding : attrs.padding.map(() => 0);
  const shape = [1, 1, ...extents.map((e, d) => e + 2 * (around[d] as number))];
  const ones = ir.full({ value: 1, shape, dtype: 'f32' });
  const counted = ir
    .poolsOf(rank)
    .sum(ones, countIncludePad ? { ...attrs, padding: attrs.padding.map(() => 0) } : attrs);
  // Padding counted as part of the image may make room for one more window.
  const counts = sum.shape.slice(2) as readonly number[];
  return counts.reduce((t, count, d) => t.slice(d + 2, 0, count), Tensor.of(counted));
}

/** The mean of each window of `x` [N,C,L] or [C,L]. The options in a last object or in PyTorch's order: stride (the kernel's extent),
 *  padding (0), ceilMode (false), countIncludePad (true). Throws if the window does not fit. */
export const avgPool1d: (
  x: Tensor,
  kernelSize: Single,
  stride?: Single | null | AvgPool1dOptions,
  padding?: Single,
  ceilMode?: boolean,
  countIncludePad?: boolean,
) => Tensor = avgPoolOf(1);

/** The mean of each window of `x` [N,C,H,W] or [C,H,W]. The options in a last object or in PyTorch's order: stride (the kernel's
 *  extent), padding (0), ceilMode (false), countIncludePad (true), divisorOverride (none). Throws if
 *  the window does not fit. */
export const avgPool2d: (
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | null | AvgPoolOptions,
  padding?: Pair,
  ceilMode?: boolean,
  countIncludePad?: boolean,
  divisorOverride?: number | null,
) => Tensor = avgPoolOf(2);

/** The mean of each window of `x` [N,C,D,H,W] or [C,D,H,W]. The options in a last object or in PyTorch's order: stride (the kernel's
 *  extent), padding (0), ceilMode (false), countIncludePad (true), divisorOverride (none). Throws if
 *  the window does not fit. */
export const avgPool3d: (
  x: Tensor,
  kernelSize: Triple,
  stride?: Triple | null | AvgPoolOptions<Triple>,
  padding?: Triple,
  ceilMode?: boolean,
  countIncludePad?: boolean,
  divisorOverride?: number | null,
) => Tensor = avgPoolOf(3);
