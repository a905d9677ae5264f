/** linear, matmul and flatten. */

import type { Value } from '../../../ir/graph.ts';
import { type Dim, elementsDim, isBatch, sameDim, showDim, showShape, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, numeric, wrongRank } from '../promote.ts';
import type { Tensor } from '../tensor.ts';
import { involved, userError } from '../trace.ts';

/** x·weightᵀ + bias over the last dimension: `x` […,I], `weight` [O,I], `bias` [O] or null give […,O].
 *  Throws if `x` does not have the number of features that the weight expects, naming both shapes and the weight's origin. */
export const linear: (x: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor = fn(
  'linear',
  { x: k.tensor, weight: k.tensor, bias: k.optional(k.orNull(k.tensor)) },
  (x, weight, bias = null) => {
    // Integers are accepted if all operands are integers, as in PyTorch.
    const checked = [x, weight, ...(bias ? [bias] : [])].every((t) => t.dtype === 'i32') ? numeric : float;
    const [vx, vw] = [checked(x.value), checked(weight.value)];
    if (vw.type.shape.length !== 2) throw wrongRank('a weight [out, in]', vw);
    if (vx.type.shape.length === 0) throw wrongRank('an input […, features]', vx);
    checkFeatures(vx, vw);
    const out = x.matmul(weight.t());
    if (bias === null) return out;
    const b = checked(bias.value);
    if (b.type.shape.length !== 1 || !sameDim(b.type.shape[0]!, vw.type.shape[0]!))
      throw userError(
        'shape-mismatch',
        `linear: the weight has ${showDim(vw.type.shape[0]!)} output features, the bias is ${showType(b.type)}`,
        { notes: involved({ weight: vw, bias: b }) },
      );
    return out.add(bias);
  },
);

function checkFeatures(x: Value, weight: Value): void {
  const [have, want] = [x.type.shape.at(-1) as Dim, weight.type.shape[1] as Dim];
  if (sameDim(have, want)) return;
  const flat = elementsDim(x.type.shape.slice(1));
  const flatten = flat !== null && sameDim(flat, want) && x.type.shape.length > 2;
  throw userError(
    'shape-mismatch',
    `linear: the input ${showShape(x.type.shape)} has ${showDim(have)} features, the weight ${showShape(weight.type.shape)} expects ${showDim(want)}`,
    {
      notes: involved({ input: x, weight }),
      help: isBatch(have)
        ? 'the batch has become part of the features: keep it separate with flatten(1) or view(-1, …)'
        : flatten
          ? `flatten all but the batch first: x.flatten(1) has ${showDim(want)} features`
          : `give the layer ${showDim(have)} input features, or feed it ${showDim(want)}`,
    },
  );
}

/** The matrix product over the last two dimensions, as torch.matmul: vectors count as a row or a column, and leading
 *  dimensions broadcast. Throws if the inner dimensions differ. */
export const matmul: (a: Tensor, b: Tensor) => Tensor = fn('matmul', { a: k.tensor, b: k.tensor }, (a, b) =>
  a.matmul(b),
);

/** Joins the dimensions from `startDim` (default: the first) to `endDim` (default: the last) into one: `flatten(x, 1)` keeps
 *  the batch. Throws if `x` has no such dimensions. */
export const flatten: (x: Tensor, startDim?: number, endDim?: number) => Tensor = fn(
  'flatten',
  { x: k.tensor, startDim: k.optional(k.dim), endDim: k.optional(k.dim) },
  (x, startDim = 0, endDim = -1) => x.flatten(startDim, endDim),
);
