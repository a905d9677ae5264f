/** The reverse of max pools that returned indices. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import { viewAs } from '../broadcast.ts';
import { joinedDim } from '../dims.ts';
import * as k from '../kinds.ts';
import { float, integer } from '../promote.ts';
import { scatter } from '../scattering.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userError } from '../trace.ts';
import { maxUnpoolKinds } from './kinds.ts';
import { inBatch } from './pixels.ts';

/** The options of the reverse of max pools, by PyTorch's names. */
export interface MaxUnpoolOptions<S extends Sizes = Pair> {
  /** The distance between the windows of the pool; defaults to the kernel's extent. */
  readonly stride?: S | null;
  /** The padding of the pool; none by default. */
  readonly padding?: S;
  /** The extents of the result, where the windows did not cover the pool's input exactly; those that the windows cover by default. */
  readonly outputSize?: readonly number[] | null;
}

type Unpool = (...args: never[]) => Tensor;
const unpoolOf = <P extends Unpool>(rank: ir.Rank): P =>
  withOptions<P>(
    `maxUnpool${rank}d`,
    { x: k.tensor, indices: k.tensor, kernelSize: k.sizes(rank, 1) },
    { ...maxUnpoolKinds(rank), outputSize: k.optional(k.orNull(k.wholes(0))) },
    (x: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions<Sizes>) =>
      inBatch(rank, x, (images) =>
        unpooled(rank, images, images === x ? indices : indices.unsqueeze(0), kernelSize, options),
      ) as ReturnType<P>,
  );

function unpooled(
  rank: ir.Rank,
  x: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions<Sizes>,
): Tensor {
  const [v, at] = [float(x.value), integer(indices.value)];
  const { shape } = v.type;
  if (shape.length !== rank + 2 || shape.slice(2).some((e) => isBatch(e)))
    throw userError(
      shape.length === rank + 1 ? 'missing-batch' : 'shape-mismatch',
      `${called()}: the input must be [batch, channels, and ${rank === 1 ? 'an extent' : `${rank} extents`}], got ${showType(v.type)}`,
      { notes: involved({ input: v }), help: shape.length === rank + 1 ? 'add the batch with x.unsqueeze(0)' : null },
    );
  if (showType({ ...v.type, dtype: 'i32' }) !== showType(at.type))
    throw userError(
      'shape-mismatch',
      `${called()}: the input is ${showType(v.type)}, and its indices are ${showType(at.type)}: they must have the same shape`,
      { notes: involved({ input: v, indices: at }), help: 'maxPool with returnIndices returns both' },
    );
  const to = extentsOf(rank, shape.slice(2) as number[], kernelSize, options);
  const lead = shape.slice(0, 2);
  const flat = (of: readonly Dim[]): Dim[] => [...lead, joinedDim(of)];
  const zeros = ir.full({ value: 0, shape: flat(to), dtype: 'f32' });
  const put = scatter(zeros, 2, viewAs(at, flat(shape.slice(2))), viewAs(v, flat(shape.slice(2))));
  return Tensor.of(viewAs(put, [...lead, ...to]));
}

/** The extents of the result: those given, less than a stride from those that the windows cover. */
function extentsOf(
  rank: ir.Rank,
  extents: readonly number[],
  kernelSize: Sizes,
  { stride = null, padding = 0, outputSize = null }: MaxUnpoolOptions<Sizes>,
): readonly number[] {
  const kernel = sizesOf(kernelSize, rank);
  const step = stride === null || (Array.isArray(stride) && stride.length === 0) ? kernel : sizesOf(stride, rank);
  const around = sizesOf(padding, rank);
  const covered = extents.map(
    (e, d) => (e - 1) * (step[d] as number) + (kernel[d] as number) - 2 * (around[d] as number),
  );
  if (outputSize === null) {
    if (covered.every((e) => e > 0)) return covered;
    throw userError('shape-mismatch', `${called()}: the result would have extents of ${covered.join('x')}`);
  }
  const given = outputSize.length === rank + 2 ? outputSize.slice(2) : outputSize;
  if (given.length !== rank)
    throw userError(
      'bad-argument',
      `${called()}: outputSize must have ${rank} or ${rank + 2} extents, got ${showAny(outputSize)}`,
    );
  const wrong = given.findIndex((e, d) => Math.abs(e - (covered[d] as number)) >= (step[d] as number));
  if (wrong < 0) return given;
  const [least, most] = [-1, 1].map((by) => (covered[wrong] as number) + by * ((step[wrong] as number) - 1));
  throw userError(
    'bad-argument',
    `${called()}: outputSize ${showAny(outputSize)} is invalid: extent ${wrong} must be between ${least} and ${most}`,
  );
}

/** The elements of `x` [N,C,L] or [C,L] at their index in sequences, zeros elsewhere: the reverse of `maxPool1d` with returnIndices. The options
 *  in a last object or in PyTorch's order: stride (the kernel's extent), padding (0), outputSize. Of several elements with one index
 *  the last stays. Throws for an outputSize that no pool of this kind reduces to x. */
export const maxUnpool1d: (
  x: Tensor,
  indices: Tensor,
  kernelSize: Single,
  stride?: Single | null | MaxUnpoolOptions<Single>,
  padding?: Single,
  outputSize?: readonly number[] | null,
) => Tensor = unpoolOf(1);

/** The elements of `x` [N,C,H,W] or [C,H,W] at their row-major index in images, zeros elsewhere: the reverse of `maxPool2d` with returnIndices. The
 *  options in a last object or in PyTorch's order: stride (the kernel's extent), padding (0), outputSize. Of several elements with
 *  one index the last stays. Throws for an outputSize that no pool of this kind reduces to x. */
export const maxUnpool2d: (
  x: Tensor,
  indices: Tensor,
  kernelSize: Pair,
  stride?: Pair | null | MaxUnpoolOptions,
  padding?: Pair,
  outputSize?: readonly number[] | null,
) => Tensor = unpoolOf(2);

/** The elements of `x` [N,C,D,H,W] or [C,D,H,W] at their row-major index in volumes, zeros elsewhere: the reverse of `maxPool3d` with returnIndices.
 *  The options in a last object or in PyTorch's order: stride (the kernel's extent), padding (0), outputSize. Of several elements
 *  with one index the last stays. Throws for an outputSize that no pool of this kind reduces to x. */
export const maxUnpool3d: (
  x: Tensor,
  indices: Tensor,
  kernelSize: Triple,
  stride?: Triple | null | MaxUnpoolOptions<Triple>,
  padding?: Triple,
  outputSize?: readonly number[] | null,
) => Tensor = unpoolOf(3);
