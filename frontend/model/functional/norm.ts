/** Normalisation. */

import { sameShape, showShape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, wrongRank } from '../promote.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';

const factors = k.optional(k.orNull(k.tensor));
const eps = k.optional(k.finite());

/** (x - mean) / √(variance + eps)·weight + bias, with mean and biased variance over the last dimensions, which must be
 *  `normalizedShape`. `weight` and `bias` have that shape or are null; `eps` defaults to 1e-5. Throws if `x` does not end in
 *  `normalizedShape`. */
export const layerNorm: (
  x: Tensor,
  normalizedShape: readonly number[],
  weight?: Tensor | null,
  bias?: Tensor | null,
  eps?: number,
) => Tensor = fn(
  'layerNorm',
  { x: k.tensor, normalizedShape: k.wholes(0, 1), weight: factors, bias: factors, eps },
  (x, normalizedShape, weight = null, bias = null, eps = 1e-5) => {
    const { shape } = float(x.value).type;
    const last = shape.slice(Math.max(0, shape.length - normalizedShape.length));
    if (!sameShape(last, normalizedShape))
      throw userError(
        'shape-mismatch',
        `layerNorm: the input ${showShape(shape)} does not end in the normalized shape ${showShape(normalizedShape)}`,
        { notes: involved({ input: x.value }) },
      );
    for (const [name, t] of Object.entries({ weight, bias }))
      if (t && !sameShape(t.value.type.shape, normalizedShape))
        throw wrongRank(`a ${name} ${showShape(normalizedShape)}`, t.value);
    const dims = normalizedShape.map((_, i) => i - normalizedShape.length);
    const wide = (t: Tensor): Tensor => t.view(...t.shape, ...dims.map(() => 1));
    const centred = x.sub(wide(x.mean(dims)));
    const variance = centred.mul(centred).mean(dims);
    const normal = centred.div(wide(variance.add(eps).sqrt()));
    const scaled = weight ? normal.mul(weight) : normal;
    return bias ? scaled.add(bias) : scaled;
  },
);

/** (x - runningMean) / √(runningVar + eps)·weight + bias, for `x` [N,C,…] and the others [C]; `eps` defaults to 1e-5. This is
 *  the form for evaluation: the statistics do not change. Throws if a shape does not match. */
export const batchNorm: (
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  weight?: Tensor | null,
  bias?: Tensor | null,
  eps?: number,
) => Tensor = fn(
  'batchNorm',
  { x: k.tensor, runningMean: k.tensor, runningVar: k.tensor, weight: factors, bias: factors, eps },
  (x, runningMean, runningVar, weight = null, bias = null, eps = 1e-5) => {
    const { shape } = float(x.value).type;
    if (shape.length < 2) throw wrongRank('an input [batch, channels, …]', x.value);
    const perChannel = (name: string, t: Tensor): Tensor => {
      const v = float(t.value);
      if (!sameShape(v.type.shape, [shape[1]!]))
        throw userError(
          'shape-mismatch',
          `${called()}: ${name} must be ${showShape([shape[1]!])}, got ${showShape(v.type.shape)}`,
          { notes: involved({ input: x.value, [name]: v }) },
        );
      return t.view(...t.shape, ...shape.slice(2).map(() => 1));
    };
    const scale = perChannel('runningVar', runningVar).add(eps).sqrt();
    const normal = x.sub(perChannel('runningMean', runningMean)).div(scale);
    const scaled = weight ? normal.mul(perChannel('weight', weight)) : normal;
    return bias ? scaled.add(perChannel('bias', bias)) : scaled;
  },
);
