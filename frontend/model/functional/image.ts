/** Convolution and pooling over images [batch, channels, height, width]. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { isBatch, sameDim, showDim, showType } from '../../../ir/type.ts';
import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { both, type Pair } from '../pair.ts';
import { convolution } from '../products.ts';
import { float, integer } from '../promote.ts';
import { constant, Tensor } from '../tensor.ts';
import { involved, showAny, userError } from '../trace.ts';
import { avgPoolKinds, maxPoolKinds } from './kinds.ts';

export type { Pair } from '../pair.ts';

/** The options that max and average pools share. Sizes are one number for both dimensions, or [height, width]. */
export interface PoolOptions {
  /** The distance between windows; defaults to the kernel's extent. */
  readonly stride?: Pair | null;
  /** Rows and columns added around the image, at most half of the kernel's extent; none by default. */
  readonly padding?: Pair;
  /** Allow the last window to extend over the edge; defaults to false. */
  readonly ceilMode?: boolean;
}
/** The options of maxPool2d, by PyTorch's names. */
export interface MaxPoolOptions extends PoolOptions {
  /** The distance between the elements of a window; defaults to 1. */
  readonly dilation?: Pair;
}
/** The options of avgPool2d, by PyTorch's names. */
export interface AvgPoolOptions extends PoolOptions {
  /** Count the zeros of the padding as elements; defaults to true. */
  readonly countIncludePad?: boolean;
  /** The divisor, in place of the window's size. */
  readonly divisorOverride?: number | null;
}

/** The cross-correlation of `x` [N,C,H,W] with `weight` [O,C/groups,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OH,OW] with OH = ⌊(H + 2·padding - dilation·(KH-1) - 1) / stride⌋ + 1.
 *  Throws if the batch is missing, channels or groups do not match, or the kernel does not fit. */
export const conv2d: (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  stride?: Pair,
  padding?: Pair,
  dilation?: Pair,
  groups?: number,
) => Tensor = fn(
  'conv2d',
  {
    x: k.tensor,
    weight: k.tensor,
    bias: k.optional(k.orNull(k.tensor)),
    stride: k.optional(k.pair(1)),
    padding: k.optional(k.pair(0)),
    dilation: k.optional(k.pair(1)),
    groups: k.optional(k.whole(1)),
  },
  (x, weight, bias = null, stride = 1, padding = 0, dilation = 1, groups = 1) => {
    const w = weight.value;
    requirePixels('conv2d', x);
    if (w.type.shape.length === 4 && [0, 2, 3].some((d) => w.type.shape[d] === 0))
      throw userError('shape-mismatch', `conv2d: the weight ${showType(w.type)} has no elements to give a result`, {
        notes: involved({ weight: w }),
        help: 'output channels and the extents of the kernel must be at least 1',
      });
    const out = convolution(x.value, w, {
      stride: both(stride),
      padding: both(padding),
      dilation: both(dilation),
      groups,
    });
    if (bias === null) return Tensor.of(out);
    const b = out.type.dtype === 'f32' ? float(bias.value) : integer(bias.value);
    if (b.type.shape.length !== 1 || !sameDim(b.type.shape[0]!, w.type.shape[0]!))
      throw userError(
        'shape-mismatch',
        `conv2d: the weight has ${showDim(w.type.shape[0]!)} output channels, the bias is ${showType(b.type)}`,
        { notes: involved({ weight: w, bias: b }) },
      );
    return Tensor.of(ir.add(out, ir.broadcast(b, { shape: out.type.shape, dims: [1] })));
  },
);

/** The value of a tensor of images. Throws if they have no rows or no columns: padding alone is not an image. */
function requirePixels(called: string, { value }: Tensor): Value {
  const { shape } = value.type;
  if (shape.length === 4 && (shape[2] === 0 || shape[3] === 0))
    throw userError('shape-mismatch', `${called}: images of ${showType(value.type)} have no pixels`, {
      notes: involved({ input: value }),
    });
  return value;
}

/** The greatest element of each window of `x` [N,C,H,W]. `maxPool2d(x, 2)` halves height and width. The options in a last
 *  object or in PyTorch's order: stride (the kernel's extent), padding (0), dilation (1), ceilMode (false). The gradient goes
 *  to the first greatest element. Throws if the batch is missing, or if the window does not fit. */
export const maxPool2d: (
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | null | MaxPoolOptions,
  padding?: Pair,
  dilation?: Pair,
  ceilMode?: boolean,
) => Tensor = withOptions(
  'maxPool2d',
  { x: k.tensor, kernelSize: k.pair(1) },
  maxPoolKinds,
  (x: Tensor, kernelSize: Pair, options: MaxPoolOptions) =>
    Tensor.of(ir.maxPool2d(requirePixels('maxPool2d', x), poolAttrs(kernelSize, options))),
);

/** The mean of each window of `x` [N,C,H,W]. The options in a last object or in PyTorch's order: stride (the kernel's
 *  extent), padding (0), ceilMode (false), countIncludePad (true), divisorOverride (none). Throws if the batch is missing,
 *  or if the window does not fit. */
export const avgPool2d: (
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | null | AvgPoolOptions,
  padding?: Pair,
  ceilMode?: boolean,
  countIncludePad?: boolean,
  divisorOverride?: number | null,
) => Tensor = withOptions(
  'avgPool2d',
  { x: k.tensor, kernelSize: k.pair(1) },
  avgPoolKinds,
  (x: Tensor, kernelSize: Pair, options: AvgPoolOptions) => {
    const attrs = poolAttrs(kernelSize, options);
    const sum = Tensor.of(ir.sumPool2d(float(requirePixels('avgPool2d', x)), attrs));
    return sum.div(options.divisorOverride ?? divisor(sum, x.value.type.shape.slice(2) as number[], attrs, options));
  },
);

/** The number of elements in each window. Windows that extend over an edge have fewer. */
function divisor(
  sum: Tensor,
  [h, w]: number[],
  attrs: ir.PoolAttrs,
  { countIncludePad = true }: AvgPoolOptions,
): number | Tensor {
  const [kh, kw] = attrs.kernel as [number, number];
  const padded = attrs.padding.some((p) => p > 0);
  if (!attrs.ceil && (countIncludePad || !padded)) return kh * kw;
  const [, , rows, columns] = sum.shape as readonly number[];
  const [ph, pw] = countIncludePad ? (attrs.padding as [number, number]) : [0, 0];
  const ones = ir.full({ value: 1, shape: [1, 1, h! + 2 * ph, w! + 2 * pw], dtype: 'f32' });
  const counted = ir.sumPool2d(ones, countIncludePad ? { ...attrs, padding: [0, 0] } : attrs);
  // Padding counted as part of the image may make room for one more window.
  return Tensor.of(counted).slice(2, 0, rows!).slice(3, 0, columns!);
}

/** True unless the stride is left out, which PyTorch's functions also write as an empty list. */
const isGiven = (stride: Pair | null | undefined): stride is Pair =>
  stride != null && (typeof stride === 'number' || stride.length > 0);

function poolAttrs(kernelSize: Pair, options: MaxPoolOptions): ir.PoolAttrs {
  return {
    kernel: both(kernelSize),
    stride: both(isGiven(options.stride) ? options.stride : kernelSize),
    padding: both(options.padding ?? 0),
    dilation: both(options.dilation ?? 1),
    ceil: options.ceilMode ?? false,
  };
}

/** `x` padded with `value`, 0 by default. `amounts` are F.pad's: [left, right, top, bottom, …], from the last dimension
 *  backwards; negative ones crop. Throws for an odd number of amounts, for more than `x` has dimensions, and for the batch. */
export const pad: (x: Tensor, amounts: readonly number[], value?: number) => Tensor = fn(
  'pad',
  {
    x: k.tensor,
    amounts: {
      ...k.wholes(),
      help: (v) =>
        Number.isInteger(v) ? `an amount for each side: [${v}, ${v}, ${v}, ${v}], left, right, top and bottom` : null,
    },
    value: k.optional({
      ...k.number,
      help: (v) => (typeof v === 'string' ? 'the padding is one number, 0 by default: pad(x, amounts, 0)' : null),
    }),
  },
  (x, amounts, value = 0) => {
    const v = x.value;
    const { shape } = v.type;
    const rank = shape.length;
    if (amounts.length % 2 || amounts.length > 2 * rank)
      throw userError('bad-argument', `pad: amounts ${showAny(amounts)} do not pad ${showType(v.type)}`, {
        help: 'give whole amounts [left, right, top, bottom, …], two for each dimension, from the last backwards',
      });
    const low = shape.map((_, d) => amounts[2 * (rank - 1 - d)] ?? 0);
    const high = shape.map((_, d) => amounts[2 * (rank - 1 - d) + 1] ?? 0);
    const batch = shape.findIndex((e, d) => isBatch(e) && (low[d] || high[d]));
    if (batch >= 0) throw userError('shape-mismatch', `pad: dimension ${batch} of ${showType(v.type)} is the batch`);
    constant(v, value); // throws where the element type has no such value
    return Tensor.of(ir.pad(v, { low, high, interior: low.map(() => 0), value }));
  },
);
