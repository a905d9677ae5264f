/** Extents and dimensions as users write them: `'N'` for the batch, -1 for the last dimension. */

import type { Value } from '../../ir/graph.ts';
import {
  type Dim,
  elements,
  elementsDim,
  isBatch,
  mostBatches,
  N,
  quotient,
  type Shape,
  showCount,
  showDim,
  showShape,
} from '../../ir/type.ts';
import { called, involved, showAny, userError } from './trace.ts';

/** An extent: a number, or a multiple of the symbolic batch, `'N'` or `'25N'`. */
export type Extent = number | 'N' | `${number}N`;

export const toExtent = (d: Dim): Extent => (isBatch(d) ? (showDim(d) as Extent) : d);

/** The extent that a user wrote, or null if it is not one. */
export function toDim(e: unknown): Dim | null {
  if (typeof e === 'number') return Number.isInteger(e) && e >= 0 ? e : null;
  const [, times] = (typeof e === 'string' && /^([1-9]\d*)?N$/.exec(e)) || [null, null];
  return times === null ? null : times === undefined ? N : { times: Number(times) };
}

/** All indices of a tensor of these extents, in row-major order. */
export const indicesOf = (extents: readonly number[]): number[][] =>
  extents.reduce<number[][]>(
    (lists, extent) => lists.flatMap((list) => Array.from({ length: extent }, (_, i) => [...list, i])),
    [[]],
  );

/** The index, from the front, of dimension `dim`, which may count from the back. `more` is added to the rank of `shape`; with
 *  `orScalar` a scalar has one dimension, as in PyTorch's reductions. Throws if there is no such dimension. */
export function dimOf(
  shape: Shape,
  dim: unknown,
  { more = 0, orScalar = false }: { more?: number; orScalar?: boolean } = {},
): number {
  const rank = Math.max(shape.length + more, orScalar ? 1 : 0);
  if (Number.isInteger(dim) && (dim as number) >= -rank && (dim as number) < rank)
    return (dim as number) < 0 ? (dim as number) + rank : (dim as number);
  throw userError('bad-dim', `${called()}: ${showAny(dim)} is not a dimension of ${showShape(shape)}`, {
    help: rank === 0 ? 'a scalar has no dimensions' : `dimensions go from ${-rank} to ${rank - 1}`,
  });
}

/** The named dimensions, counted from the front and sorted; all if none is named. For a scalar, 0 and -1 are accepted, and the
 *  result is empty. Throws if one is named twice. */
export function dimsOf(shape: Shape, dims: number | readonly number[] | null | undefined): number[] {
  const all = shape.map((_, d) => d);
  if (dims === null || dims === undefined || (Array.isArray(dims) && dims.length === 0)) return all;
  const named = (Array.isArray(dims) ? dims : [dims]).map((d) => dimOf(shape, d, { orScalar: true }));
  const twice = named.find((d, i) => named.indexOf(d) !== i);
  if (twice !== undefined)
    throw userError('bad-dim', `${called()}: dimension ${twice} is named twice in ${showAny(dims)}`);
  return shape.length === 0 ? [] : named.sort((a, b) => a - b);
}

/** The extent of a dimension that joins these. Throws if it would be a multiple of N². */
export function joinedDim(dims: readonly Dim[]): Dim {
  const joined = elementsDim(dims);
  if (joined !== null) return joined;
  throw userError(
    'bad-shape',
    `${called()}: dimensions ${showShape(dims)} cannot be joined: no extent is ${showCount(elements(dims))}`,
    {
      help: 'reduce one of the dimensions over the batch first, or give the dimension to work along',
    },
  );
}

/** The shape that `wanted` gives `v`. One extent may be -1: it is inferred from the others. */
export function reshaped(v: Value, wanted: readonly unknown[]): Dim[] {
  const have = v.type.shape;
  const asked = `[${wanted.join(', ')}]`;
  const open = wanted.indexOf(-1);
  if (open >= 0 && wanted.includes(-1, open + 1))
    throw userError('shape-mismatch', `${called()}: only one extent of ${asked} can be -1`);
  const dims = wanted.map((e, i) => {
    const dim = i === open ? 1 : toDim(e);
    if (dim !== null) return dim;
    throw userError('bad-shape', `${called()}: ${showAny(e)} in ${asked} is not an extent`, {
      help: "an extent is a whole number, -1 to infer it, or 'N' for the batch, which cannot be computed with",
    });
  });
  const [total, known] = [elements(have), elements(dims)];
  if (dims.filter(isBatch).length > mostBatches)
    throw userError('bad-shape', `${called()}: ${asked} holds the batch more than twice`);
  if (total.times === 0 && known.times === 0 && open >= 0)
    throw userError('shape-mismatch', `${called()}: ${asked} has no elements, whatever -1 stands for`, {
      notes: involved({ x: v }),
      help: 'write the extent',
    });
  const rest = total.times === 0 ? (known.times === 0 ? 1 : open >= 0 ? 0 : null) : quotient(total, known);
  if (rest !== null && (open >= 0 || rest === 1)) return dims.map((d, i) => (i === open ? rest : d));
  const problem = `${called()}: ${showShape(have)} has ${showCount(total)} elements, which do not fill ${asked}`;
  const perSample = showCount(elements(have.slice(1)));
  const hardCoded = total.power > 0 && open < 0 && !dims.some(isBatch);
  throw userError('shape-mismatch', open < 0 ? `${problem}, which has ${showCount(known)}` : problem, {
    notes: involved({ x: v }),
    help: hardCoded
      ? `the batch is known only when a step runs: write -1 or 'N' in its place, such as view(-1, ${perSample})`
      : `the product of the extents must be ${showCount(total)}${have.length > 2 ? `: flatten(1) gives [${showDim(have[0]!)},${perSample}]` : ''}`,
  });
}
