/** Normalisation. */

import { countAtLeast } from '../../../ir/ops/index.ts';
import { type Dim, elementsDim, isBatch, sameShape, showDim, showShape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { Buffer } from '../nn/parameter.ts';
import { float, wrongRank } from '../promote.ts';
import { elementsOf, Tensor } from '../tensor.ts';
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
    const dims = lastDims(x, normalizedShape, { weight, bias });
    return affine(unit(moments(x, dims), eps), weight, bias);
  },
);

/** The dimensions of `normalizedShape`, from the last. Throws if `x` does not end in it, or a tensor has another shape. */
function lastDims(
  x: Tensor,
  normalizedShape: readonly number[],
  given: Readonly<Record<string, Tensor | null>>,
): readonly number[] {
  const { shape } = float(x.value).type;
  const last = shape.slice(Math.max(0, shape.length - normalizedShape.length));
  if (!sameShape(last, normalizedShape))
    throw userError(
      'shape-mismatch',
      `${called()}: the input ${showShape(shape)} does not end in the normalized shape ${showShape(normalizedShape)}`,
      { notes: involved({ input: x.value }) },
    );
  for (const [name, t] of Object.entries(given))
    if (t && !sameShape(t.value.type.shape, normalizedShape))
      throw wrongRank(`a ${name} ${showShape(normalizedShape)}`, t.value);
  return normalizedShape.map((_, i) => i - normalizedShape.length);
}

/** The tensors of a norm for each channel, as [1, C, 1, …] to broadcast over `x` [N,C,…]. Throws for other shapes. */
function perChannel<Name extends string>(
  x: Tensor,
  given: Readonly<Record<Name, Tensor | null>>,
): Readonly<Record<Name, Tensor | null>> {
  const { shape } = x.value.type;
  const wide = Object.entries<Tensor | null>(given).map(([name, t]) => {
    if (t === null) return [name, null];
    const v = float(t.value);
    if (!sameShape(v.type.shape, [shape[1]!]))
      throw userError(
        'shape-mismatch',
        `${called()}: ${name} must be ${showShape([shape[1]!])}, got ${showShape(v.type.shape)}`,
        { notes: involved({ input: x.value, [name]: v }) },
      );
    return [name, t.view(...t.shape, ...shape.slice(2).map(() => 1))];
  });
  return Object.fromEntries(wide) as Record<Name, Tensor | null>;
}

/** x·weight + bias, where there are such. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
}

interface Moments {
  readonly centred: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}
/** x less its mean over `dims`, the mean and the biased variance, the latter two with extents of 1 for `dims`. */
function moments(x: Tensor, dims: readonly number[], count: Tensor | null = null): Moments {
  const meanOf = (t: Tensor) => (count ? t.sum(dims, true).div(count) : t.mean(dims, true));
  const mean = meanOf(x);
  const centred = x.sub(mean);
  return { centred, mean, variance: meanOf(centred.mul(centred)) };
}

/** With mean 0 and variance 1. */
const unit = ({ centred, variance }: Pick<Moments, 'centred' | 'variance'>, eps: number): Tensor =>
  centred.div(variance.add(eps).sqrt());

/** Moves running statistics towards those of a batch, `momentum` of the way; the variance with Bessel's correction. */
function track(
  { mean, variance, count }: { mean: Tensor; variance: Tensor; count: Tensor },
  running: { mean: Tensor | null; variance: Tensor | null },
  momentum: number | Tensor,
): void {
  const towards = (t: Tensor | null, statistic: Tensor, name: string): void => {
    if (t === null) return;
    if (!(t instanceof Buffer))
      throw userError('bad-argument', `${called()}: ${name} must be an nn.Buffer in training, which changes it`, {
        notes: involved({ [name]: t.value }),
        help: 'hold it in a field of the model: this.runningMean = new nn.Buffer([channels])',
      });
    const rest = typeof momentum === 'number' ? 1 - momentum : momentum.mul(-1).add(1);
    // Not t + momentum·(statistic - t), which cancels where the statistic is much smaller.
    const part = statistic.detach().mul(momentum);
    t.copy_(t.mul(rest).add(part.view(...t.shape)));
  };
  towards(running.mean, mean, 'runningMean');
  towards(running.variance, variance.mul(count.div(count.sub(1))), 'runningVar');
}

/** The number of elements of `x` that `dims` span. */
const countOver = (x: Tensor, dims: readonly number[]): Tensor =>
  elementsOf(dims.map((d) => x.value.type.shape[d] as Dim));

/** The same of a channel, which must have more than one, where that depends on the batch: entries take no single sample. Null where
 *  there are always several. Throws where there is one alone. */
function severalOver(x: Tensor, dims: readonly number[]): Tensor | null {
  const extents = dims.map((d) => x.value.type.shape[d] as Dim);
  const count = elementsDim(extents);
  if (count === 1)
    throw userError(
      'shape-mismatch',
      `${called()}: expected more than 1 value per channel when training, got input size ${showShape(x.value.type.shape)}`,
      { notes: involved({ x: x.value }), help: 'the variance of one value is 0: give it a larger batch' },
    );
  if (count === null || !isBatch(count) || count.times > 1) return null;
  return Tensor.of(countAtLeast({ shape: extents, least: 2 }));
}

/** (x - mean) / √(variance + eps)·weight + bias, for `x` [N,C,…] and the others [C] or null. In `training` mean and biased
 *  variance are those of the batch, over all but the channels, and move the running ones, which are buffers or null, `momentum`
 *  (0.1) of the way to them; otherwise they are the running ones. `eps` defaults to 1e-5. Throws if a shape does not match, and
 *  without running statistics in evaluation. In training a channel must have more than one value: entries of [N,C] take no batch
 *  of one sample. */
export const batchNorm: (
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight?: Tensor | null,
  bias?: Tensor | null,
  training?: boolean,
  momentum?: number | Tensor,
  eps?: number,
) => Tensor = fn(
  'batchNorm',
  {
    x: k.tensor,
    runningMean: k.orNull(k.tensor),
    runningVar: k.orNull(k.tensor),
    weight: factors,
    bias: factors,
    training: k.optional(k.flag),
    momentum: k.optional(k.either(k.number, k.tensor)),
    eps,
  },
  (x, runningMean, runningVar, weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5) => {
    const { shape } = float(x.value).type;
    if (shape.length < 2) throw wrongRank('an input [batch, channels, …]', x.value);
    const of = perChannel(x, { runningMean, runningVar, weight, bias });
    if (!training) {
      const [mean, variance] = [of.runningMean, of.runningVar];
      if (!mean || !variance)
        throw userError('bad-argument', 'batchNorm: runningMean and runningVar are needed in evaluation', {
          help: 'pass them, or training = true to normalise by the statistics of the batch',
        });
      return affine(unit({ centred: x.sub(mean), variance }, eps), of.weight, of.bias);
    }
    const dims = shape.flatMap((_, d) => (d === 1 ? [] : [d]));
    const count = severalOver(x, dims);
    const batch = moments(x, dims, count);
    track({ ...batch, count: count ?? countOver(x, dims) }, { mean: runningMean, variance: runningVar }, momentum);
    return affine(unit(batch, eps), of.weight, of.bias);
  },
);

/** (x - mean) / √(variance + eps)·weight + bias, for `x` [N,C,…], with mean and biased variance over each sample and each of
 *  `numGroups` groups of channels; `weight` and `bias` are [C] or null; `eps` defaults to 1e-5. Throws if the groups do not
 *  divide the channels. */
export const groupNorm: (
  x: Tensor,
  numGroups: number,
  weight?: Tensor | null,
  bias?: Tensor | null,
  eps?: number,
) => Tensor = fn(
  'groupNorm',
  { x: k.tensor, numGroups: k.size, weight: factors, bias: factors, eps },
  (x, numGroups, weight = null, bias = null, eps = 1e-5) => {
    const { shape } = float(x.value).type;
    if (shape.length < 2) throw wrongRank('an input [batch, channels, …]', x.value);
    const channels = shape[1];
    if (typeof channels !== 'number' || channels % numGroups !== 0)
      throw userError(
        'shape-mismatch',
        `groupNorm: ${showDim(channels!)} channels do not divide into ${numGroups} groups`,
        {
          notes: involved({ input: x.value }),
        },
      );
    const of = perChannel(x, { weight, bias });
    const [batch, , ...rest] = x.shape;
    const grouped = x.view(batch!, numGroups, channels / numGroups, ...rest);
    const dims = grouped.shape.flatMap((_, d) => (d < 2 ? [] : [d]));
    return affine(unit(moments(grouped, dims), eps).view(...x.shape), of.weight, of.bias);
  },
);

/** As batchNorm, with mean and variance over each sample and channel of `x` [N,C,…]. With `useInputStats` (true) they are those
 *  of the input, and running ones, which are buffers or null, move `momentum` (0.1) of the way to their means over the batch;
 *  otherwise they are the running ones. Throws if a channel has no dimension of its own, or only one element. */
export const instanceNorm: (
  x: Tensor,
  runningMean?: Tensor | null,
  runningVar?: Tensor | null,
  weight?: Tensor | null,
  bias?: Tensor | null,
  useInputStats?: boolean,
  momentum?: number,
  eps?: number,
) => Tensor = fn(
  'instanceNorm',
  {
    x: k.tensor,
    runningMean: factors,
    runningVar: factors,
    weight: factors,
    bias: factors,
    useInputStats: k.optional(k.flag),
    momentum: k.optional(k.number),
    eps,
  },
  (
    x,
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
  ) => {
    const { shape } = float(x.value).type;
    if (shape.length < 3) throw wrongRank('an input [batch, channels, length, …]', x.value);
    if (!useInputStats) return batchNorm(x, runningMean, runningVar, weight, bias, false, momentum, eps);
    const of = perChannel(x, { runningMean, runningVar, weight, bias });
    if (shape.slice(2).every((d) => d === 1))
      throw userError(
        'shape-mismatch',
        `${called()}: a channel of ${showShape(shape)} has one element, whose mean is itself: its variance is 0`,
        { notes: involved({ x: x.value }), help: 'normalize over the channels too: groupNorm, layerNorm' },
      );
    const dims = shape.flatMap((_, d) => (d < 2 ? [] : [d]));
    const each = moments(x, dims);
    track(
      { mean: each.mean.mean(0, true), variance: each.variance.mean(0, true), count: countOver(x, dims) },
      { mean: runningMean, variance: runningVar },
      momentum,
    );
    return affine(unit(each, eps), of.weight, of.bias);
  },
);

/** x / √(mean of x² + eps)·weight over the last dimensions, which must be `normalizedShape`. `weight` has that shape or is null;
 *  `eps` defaults to 2^-23, the distance from 1 to the next f32. Throws if `x` does not end in `normalizedShape`. */
export const rmsNorm: (
  x: Tensor,
  normalizedShape: readonly number[],
  weight?: Tensor | null,
  eps?: number | null,
) => Tensor = fn(
  'rmsNorm',
  { x: k.tensor, normalizedShape: k.wholes(0, 1), weight: factors, eps: k.optional(k.orNull(k.finite())) },
  (x, normalizedShape, weight = null, eps = null) => {
    const dims = lastDims(x, normalizedShape, { weight });
    const variance = x.mul(x).mean(dims, true);
    return affine(unit({ centred: x, variance }, eps ?? 2 ** -23), weight, null);
  },
);
