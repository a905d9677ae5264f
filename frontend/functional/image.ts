/** Convolution and pooling over images [batch, channels, height, width]. */

import * as ir from '../../ir/ops/index.ts';
import { isBatch, sameDim, showDim, showType } from '../../ir/type.ts';
import { float, operandOf, Tensor } from '../tensor.ts';
import { involved, showAny, userError, withLoc } from '../trace.ts';

/** One number for both dimensions, or [height, width]. */
export type Pair = number | readonly [number, number];

export interface PoolOptions {
  /** The distance between windows; the kernel's extent unless given. */
  readonly stride?: Pair | null;
  readonly padding?: Pair;
  readonly ceilMode?: boolean;
}
export interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: Pair;
}
export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count as elements; true unless given. */
  readonly countIncludePad?: boolean;
  /** The divisor, in place of the window's size. */
  readonly divisorOverride?: number | null;
}

/** [height, width] from what a user wrote. Throws where either is not a whole number of at least `least`. */
export function pairOf(what: string, name: string, value: unknown, least: number): [number, number] {
  const [h, w] = Array.isArray(value) ? value : [value, value];
  const fine = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= least;
  if (fine(h) && fine(w) && (!Array.isArray(value) || value.length === 2)) return [h, w];
  throw userError(
    'bad-argument',
    `${what}: ${name} must be a whole number of at least ${least}, or a pair of them, got ${showAny(value)}`,
  );
}

/** The cross-correlation of `x` [N,C,H,W] with `weight` [O,C/groups,KH,KW], plus `bias` [O] unless it is null:
 *  [N,O,OH,OW] with OH = ⌊(H + 2·padding - dilation·(KH-1) - 1) / stride⌋ + 1.
 *  Throws where the batch is missing, channels or groups do not match, or the kernel does not fit. */
export const conv2d = (
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  stride: Pair = 1,
  padding: Pair = 0,
  dilation: Pair = 1,
  groups = 1,
): Tensor =>
  withLoc(() => {
    const [image, w] = [operandOf('conv2d', 'the input', x), operandOf('conv2d', 'the weight', weight)];
    if (!Number.isInteger(groups) || groups < 1)
      throw userError('bad-argument', `conv2d: groups must be a whole number of at least 1, got ${showAny(groups)}`);
    const out = ir.conv2d(image, w, {
      stride: pairOf('conv2d', 'stride', stride, 1),
      padding: pairOf('conv2d', 'padding', padding, 0),
      dilation: pairOf('conv2d', 'dilation', dilation, 1),
      groups,
    });
    if (bias === null) return Tensor.of(out);
    const b = float('conv2d', operandOf('conv2d', 'the bias', bias));
    if (b.type.shape.length !== 1 || !sameDim(b.type.shape[0]!, w.type.shape[0]!))
      throw userError(
        'shape-mismatch',
        `conv2d: the weight has ${showDim(w.type.shape[0]!)} output channels, the bias is ${showType(b.type)}`,
        { notes: involved({ weight: w, bias: b }) },
      );
    return Tensor.of(ir.add(out, ir.broadcast(b, { shape: out.type.shape, dims: [1] })));
  });

/** The greatest element of each window of `x` [N,C,H,W]. `maxPool2d(x, 2)` halves height and width. PyTorch's keywords in
 *  a last object or in order: stride, padding, dilation, ceilMode. The gradient goes to the first greatest element. */
export const maxPool2d = (
  x: Tensor,
  kernelSize: Pair,
  stride: Pair | null | MaxPoolOptions = null,
  padding: Pair = 0,
  dilation: Pair = 1,
  ceilMode = false,
): Tensor =>
  withLoc(() => {
    const options = isOptions<MaxPoolOptions>(stride) ? stride : { stride, padding, dilation, ceilMode };
    const image = operandOf('maxPool2d', 'the input', x);
    return Tensor.of(ir.maxPool2d(image, poolAttrs('maxPool2d', kernelSize, options)));
  });

/** The mean of each window of `x` [N,C,H,W]. PyTorch's keywords in a last object or in order: stride, padding, ceilMode,
 *  countIncludePad, divisorOverride. */
export const avgPool2d = (
  x: Tensor,
  kernelSize: Pair,
  stride: Pair | null | AvgPoolOptions = null,
  padding: Pair = 0,
  ceilMode = false,
  countIncludePad = true,
  divisorOverride: number | null = null,
): Tensor =>
  withLoc(() => {
    const options: AvgPoolOptions = isOptions<AvgPoolOptions>(stride)
      ? stride
      : { stride, padding, ceilMode, countIncludePad, divisorOverride };
    const image = operandOf('avgPool2d', 'the input', x);
    const attrs = poolAttrs('avgPool2d', kernelSize, options);
    const sum = Tensor.of(ir.sumPool2d(float('avgPool2d', image), attrs));
    return sum.div(options.divisorOverride ?? divisor(sum, image.type.shape.slice(2) as number[], attrs, options));
  });

/** The number of elements in each window. Windows that hang over an edge have fewer. */
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
  // The padding counted as image may give room to one window more.
  return Tensor.of(counted).slice(2, 0, rows!).slice(3, 0, columns!);
}

function poolAttrs(what: string, kernelSize: unknown, options: MaxPoolOptions): ir.PoolAttrs {
  return {
    kernel: pairOf(what, 'kernelSize', kernelSize, 1),
    stride: pairOf(what, 'stride', options.stride ?? kernelSize, 1),
    padding: pairOf(what, 'padding', options.padding ?? 0, 0),
    dilation: pairOf(what, 'dilation', options.dilation ?? 1, 1),
    ceil: options.ceilMode ?? false,
  };
}

const isOptions = <O extends PoolOptions>(v: Pair | null | O): v is O =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** `x` with `value` around it: F.pad's amounts, [left, right, top, bottom, …] from the last dimension on; negative ones
 *  crop. Throws for an odd number of amounts, more than `x` has dimensions for, and the batch dimension. */
export const pad = (x: Tensor, amounts: readonly number[], value = 0): Tensor =>
  withLoc(() => {
    const v = operandOf('pad', 'the input', x);
    const rank = v.type.shape.length;
    if (!Array.isArray(amounts) || amounts.length % 2 || amounts.length > 2 * rank || !amounts.every(Number.isInteger))
      throw userError('bad-argument', `pad: ${showAny(amounts)} does not pad ${showType(v.type)}`, {
        help: 'give whole amounts [left, right, top, bottom, …], two for each dimension from the last on',
      });
    const low = v.type.shape.map((_, d) => amounts[2 * (rank - 1 - d)] ?? 0);
    const high = v.type.shape.map((_, d) => amounts[2 * (rank - 1 - d) + 1] ?? 0);
    const batch = v.type.shape.findIndex((e, d) => isBatch(e) && (low[d] || high[d]));
    if (batch >= 0) throw userError('shape-mismatch', `pad: dimension ${batch} of ${showType(v.type)} is the batch`);
    return Tensor.of(ir.pad(v, { low, high, interior: low.map(() => 0), value }));
  });
