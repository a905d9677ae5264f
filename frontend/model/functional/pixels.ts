/** What convolutions and pools share: checks, and the addition of a bias. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, sameDim, showDim, showType, type TensorType } from '../../../ir/type.ts';
import { float, integer } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';

const words: Readonly<Record<ir.Rank, readonly [things: string, elements: string]>> = {
  1: ['sequences', 'elements'],
  2: ['images', 'pixels'],
  3: ['volumes', 'voxels'],
};

/** True for one sequence, image or volume without a batch. */
const isOne = (rank: ir.Rank, { shape }: TensorType): boolean =>
  shape.length === rank + 1 && !shape.some((e) => isBatch(e));

/** `f` of images in a batch. One without a batch is a batch of one, and the results are without a batch again. */
export function inBatch<R extends Tensor | readonly Tensor[]>(rank: ir.Rank, x: Tensor, f: (x: Tensor) => R): R {
  if (!isOne(rank, x.value.type)) return f(x);
  const of = f(x.unsqueeze(0));
  return (of instanceof Tensor ? of.squeeze(0) : of.map((t) => t.squeeze(0))) as R;
}

/** The value of a tensor of images. Throws if they have no rows or no columns: padding alone is not an image. */
export function requirePixels(rank: ir.Rank, { value }: Tensor): Value {
  const { shape } = value.type;
  const [things, elements] = words[rank];
  if (shape.length === rank + 2 && shape.slice(2).includes(0))
    throw userError('shape-mismatch', `${called()}: ${things} of ${showType(value.type)} have no ${elements}`, {
      notes: involved({ input: value }),
    });
  return value;
}

/** Throws if one of these extents of a weight is 0. */
export function requireResults(rank: ir.Rank, w: Value, dims: readonly number[]): void {
  if (w.type.shape.length === rank + 2 && dims.some((d) => w.type.shape[d] === 0))
    throw userError('shape-mismatch', `${called()}: the weight ${showType(w.type)} has no elements to give a result`, {
      notes: involved({ weight: w }),
      help: 'output channels and the extents of the kernel must be at least 1',
    });
}

/** A result plus a bias for each of its channels. */
export function withBias(out: Value, w: Value, bias: Tensor | null): Tensor {
  if (bias === null) return Tensor.of(out);
  const b = out.type.dtype === 'f32' ? float(bias.value) : integer(bias.value);
  const channels = out.type.shape[1] as Dim;
  if (b.type.shape.length !== 1 || !sameDim(b.type.shape[0] as Dim, channels))
    throw userError(
      'shape-mismatch',
      `${called()}: the weight has ${showDim(channels)} output channels, the bias is ${showType(b.type)}`,
      { notes: involved({ weight: w, bias: b }) },
    );
  return Tensor.of(ir.add(out, ir.broadcast(b, { shape: out.type.shape, dims: [1] })));
}
