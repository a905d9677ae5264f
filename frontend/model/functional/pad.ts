/** Padding. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { fixed, isBatch, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { constant, Tensor } from '../tensor.ts';
import { involved, showAny, userError } from '../trace.ts';

/** What padding is filled with: a constant; what is beside the edge, mirrored there; the edge; or the other end. */
export type PaddingMode = 'constant' | 'reflect' | 'replicate' | 'circular';

const order = "pad takes x, amounts, mode and value: pad(x, amounts, 'constant', 0)";

/** `x` with padding, in PyTorch's order of arguments: mode ('constant'), value (0). `amounts` are F.pad's: [left, right, top,
 *  bottom, …], from the last dimension backwards; negative ones crop. The other modes, for the last one to three dimensions of
 *  a tensor with one or two more, take up to the extent ('circular') or one less ('reflect'). Throws for an odd number of
 *  amounts, for more than `x` has dimensions, and for the batch. */
export const pad: (x: Tensor, amounts: readonly number[], mode?: PaddingMode, value?: number) => Tensor = fn(
  'pad',
  {
    x: k.tensor,
    amounts: {
      ...k.wholes(),
      help: (v) =>
        Number.isInteger(v) ? `an amount for each side: [${v}, ${v}, ${v}, ${v}], left, right, top and bottom` : null,
    },
    mode: k.optional({
      ...k.oneOf('constant', 'reflect', 'replicate', 'circular'),
      help: (v) => (typeof v === 'number' ? order : null),
    }),
    value: k.optional(k.number),
  },
  (x, amounts, mode = 'constant', value = 0) => {
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
    if (mode !== 'constant') {
      if (value !== 0) throw userError('bad-argument', `pad: mode '${mode}' takes no value, got ${showAny(value)}`);
      return Tensor.of(byContent(v, low, high, mode, amounts.length / 2));
    }
    constant(v, value); // throws where the element type has no such value
    return Tensor.of(ir.pad(v, { low, high, interior: low.map(() => 0), value }));
  },
);

/** Padding made of the tensor's own elements, one dimension after another. */
function byContent(
  x: Value,
  low: readonly number[],
  high: readonly number[],
  mode: Exclude<PaddingMode, 'constant'>,
  padded: number,
): Value {
  const rank = x.type.shape.length;
  const ranks = mode === 'circular' ? [padded + 2] : [padded + 1, padded + 2];
  if (padded < 1 || padded > 3 || !ranks.includes(rank))
    throw userError(
      'shape-mismatch',
      `pad: ${padded * 2} amounts in mode '${mode}' pad a tensor of ${ranks.join(' or ')} dimensions, got ${showType(x.type)}`,
      {
        notes: involved({ x }),
        help: "modes other than 'constant' pad the last 1, 2 or 3 dimensions, after [batch, channels]",
      },
    );
  for (const [d, extent] of x.type.shape.entries()) {
    if (isBatch(extent)) continue;
    const [l, h] = [low[d] as number, high[d] as number];
    const most = mode === 'reflect' ? extent - 1 : mode === 'circular' ? extent + Math.min(0, l, h) : Infinity;
    if (l === 0 && h === 0) continue;
    if (l > most || h > most || extent === 0 || extent + l + h < 1)
      throw userError(
        'shape-mismatch',
        `pad: mode '${mode}' cannot pad dimension ${d} of ${showType(x.type)} by ${l} and ${h}`,
        {
          notes: involved({ x }),
          help:
            mode === 'reflect'
              ? 'it mirrors what is beside the edge: give less than the extent'
              : 'give at most the extent, and leave at least one element',
        },
      );
  }
  return x.type.shape.reduce<Value>((v, _, d) => alongDim(v, d, low[d] as number, high[d] as number, mode), x);
}

function alongDim(x: Value, d: number, low: number, high: number, mode: Exclude<PaddingMode, 'constant'>): Value {
  if (low === 0 && high === 0) return x;
  // What is cropped can still be mirrored, and cannot come around.
  const crop = (v: Value): Value => cut(v, d, Math.max(0, -low), Math.max(0, -high));
  const whole = mode === 'circular' ? crop(x) : x;
  const extent = fixed(whole.type, d);
  const [before, after] = [Math.max(0, low), Math.max(0, high)];
  const sides = {
    reflect: () => [part(x, d, before, before, -1), part(x, d, extent - 2, after, -1)],
    replicate: () => [repeated(x, d, 0, before), repeated(x, d, extent - 1, after)],
    circular: () => [part(whole, d, extent - before, before, 1), part(whole, d, 0, after, 1)],
  }[mode]() as [Value, Value];
  const joined = [sides[0], whole, sides[1]]
    .filter((v) => v.type.shape[d] !== 0)
    .reduce((a, b) => ir.concat(a, b, { dim: d }));
  return mode === 'circular' ? joined : crop(joined);
}

/** `count` elements along a dimension, from `start` on. */
function part(x: Value, d: number, start: number, count: number, step: 1 | -1): Value {
  const along = (here: number, other: number): number[] => x.type.shape.map((_, i) => (i === d ? here : other));
  const shape = x.type.shape.map((e, i) => (i === d ? count : e));
  return ir.slice(x, { starts: along(count === 0 ? 0 : start, 0), steps: along(step, 1), shape });
}
/** A tensor without the first and the last elements along a dimension. */
const cut = (x: Value, d: number, first: number, last: number): Value =>
  first + last === 0 ? x : part(x, d, first, fixed(x.type, d) - first - last, 1);
/** The element at `index` along a dimension, `count` times. */
function repeated(x: Value, d: number, index: number, count: number): Value {
  const one = part(x, d, index, 1, 1);
  const shape = x.type.shape.map((e, i) => (i === d ? count : e));
  const without = one.type.shape.filter((_, i) => i !== d);
  const dims = shape.flatMap((_, i) => (i === d ? [] : [i]));
  return ir.broadcast(ir.reshape(one, { shape: without }), { shape, dims });
}
