/** Normalisation. */

import { sameShape, showShape } from '../../ir/type.ts';
import { type Tensor, tensorOf, wrongRank } from '../tensor.ts';
import { involved, userError, withLoc } from '../trace.ts';

/** `x` less its mean and over its standard deviation, both over the last dimensions `normalizedShape`, then times `weight`
 *  plus `bias`, which have that shape or are null. The variance is the biased one. */
export const layerNorm = (
  x: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor =>
  withLoc(() => {
    const input = tensorOf('layerNorm', 'the input', x);
    const { shape } = input.value.type;
    const last = shape.slice(shape.length - normalizedShape.length);
    if (normalizedShape.length === 0 || !sameShape(last, normalizedShape))
      throw userError(
        'shape-mismatch',
        `layerNorm: the input ${showShape(shape)} does not end in the normalized shape ${showShape(normalizedShape)}`,
        { notes: involved({ input: input.value }) },
      );
    for (const [name, t] of Object.entries({ weight, bias }))
      if (t && !sameShape(t.value.type.shape, normalizedShape))
        throw wrongRank('layerNorm', `a ${name} ${showShape(normalizedShape)}`, t.value);
    const dims = normalizedShape.map((_, i) => i - normalizedShape.length);
    const wide = (t: Tensor): Tensor => t.view(...t.shape, ...dims.map(() => 1));
    const centred = input.sub(wide(input.mean(dims)));
    const variance = centred.mul(centred).mean(dims);
    const normal = centred.div(wide(variance.add(eps).sqrt()));
    const scaled = weight ? normal.mul(weight) : normal;
    return bias ? scaled.add(bias) : scaled;
  });

/** `x` [N,C,…] less `runningMean` over the root of `runningVar` + eps, then times `weight` plus `bias`: all are [C]. This
 *  is the form for evaluation; the statistics do not change. */
export const batchNorm = (
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor =>
  withLoc(() => {
    const input = tensorOf('batchNorm', 'the input', x);
    const { shape } = input.value.type;
    if (shape.length < 2) throw wrongRank('batchNorm', 'an input [batch, channels, …]', input.value);
    const perChannel = (name: string, t: Tensor): Tensor => {
      const v = tensorOf('batchNorm', name, t).value;
      if (!sameShape(v.type.shape, [shape[1]!]))
        throw userError(
          'shape-mismatch',
          `batchNorm: ${name} must be ${showShape([shape[1]!])}, got ${showShape(v.type.shape)}`,
          {
            notes: involved({ input: input.value, [name]: v }),
          },
        );
      return t.view(...t.shape, ...shape.slice(2).map(() => 1));
    };
    const scale = perChannel('runningVar', runningVar).add(eps).sqrt();
    const normal = input.sub(perChannel('runningMean', runningMean)).div(scale);
    const scaled = weight ? normal.mul(perChannel('weight', weight)) : normal;
    return bias ? scaled.add(perChannel('bias', bias)) : scaled;
  });
