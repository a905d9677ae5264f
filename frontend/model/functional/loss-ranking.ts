/** Losses that compare scores or distances, by PyTorch's formulas. */

import { type Shape, sameShape, showShape } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { numeric, wrongRank } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userCode, userError } from '../trace.ts';
import { where } from './activation.ts';
import { pairwiseDistance } from './distance.ts';
import { lossKinds } from './kinds.ts';
import type { ReductionOption } from './reduction.ts';
import { reduceLoss, requireSameShape } from './shared.ts';

/** The options of marginRankingLoss, hingeEmbeddingLoss and cosineEmbeddingLoss. */
export interface MarginOption extends ReductionOption {
  /** How far apart the two must be; defaults to 0, for hingeEmbeddingLoss to 1. */
  readonly margin?: number;
}
/** The options of tripletMarginLoss. */
export interface TripletMarginLossOptions extends ReductionOption {
  /** How much farther the negative must be; defaults to 1. */
  readonly margin?: number;
  /** The power of the norm; defaults to 2. */
  readonly p?: number;
  /** Added to each difference; defaults to 1e-6. */
  readonly eps?: number;
  /** Takes the distance of the negative from the positive where that is less; defaults to false. */
  readonly swap?: boolean;
}
/** The distance of two tensors of one shape. */
export type Distance = (a: Tensor, b: Tensor) => Tensor;
/** The options of tripletMarginWithDistanceLoss. */
export interface TripletMarginWithDistanceLossOptions extends ReductionOption {
  /** A function or module; defaults to pairwiseDistance. */
  readonly distanceFunction?: Distance | null;
  /** How much farther the negative must be; defaults to 1. */
  readonly margin?: number;
  /** Takes the distance of the negative from the positive where that is less; defaults to false. */
  readonly swap?: boolean;
}
const kinds = lossKinds(k.tensor);

/** max(0, margin - target·(input1 - input2)) for a target of 1 where the first is to rank higher, else -1, f32 or i32, all three
 *  of one shape. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const marginRankingLoss: (input1: Tensor, input2: Tensor, target: Tensor, options?: MarginOption) => Tensor =
  withOptions(
    'marginRankingLoss',
    { input1: k.tensor, input2: k.tensor, target: k.tensor },
    kinds.margin,
    (a: Tensor, b: Tensor, y: Tensor, { margin = 0, ...options }: MarginOption) => {
      requireSameShape(a, b, 'floats', ['first input', 'second']);
      requireSameShape(a, y, 'whole');
      return reduceLoss(y.neg().mul(a.sub(b)).add(margin).clamp(0), options);
    },
  );

/** The input, a distance, where the target is 1, and max(0, margin - input) where it is -1; their sum for other targets. The
 *  target has the input's shape and is f32 or i32. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const hingeEmbeddingLoss: (input: Tensor, target: Tensor, options?: MarginOption) => Tensor = withOptions(
  'hingeEmbeddingLoss',
  { input: k.tensor, target: k.tensor },
  kinds.margin,
  (x: Tensor, y: Tensor, { margin = 1, ...options }: MarginOption) => {
    requireSameShape(x, y, 'whole');
    const far = where(y.eq(1), 0, x.neg().add(margin).clamp(0));
    return reduceLoss(far.add(where(y.eq(-1), 0, x)), options);
  },
);

/** 1 - cos where the target is 1, and max(0, cos - margin) where it is -1, for the cosine of the angle between two inputs [N,D],
 *  or [D], and a target [N], or a scalar, f32 or i32. A scalar, unless `reduction` is 'none'. Throws if the shapes do not
 *  fit. */
export const cosineEmbeddingLoss: (input1: Tensor, input2: Tensor, target: Tensor, options?: MarginOption) => Tensor =
  withOptions(
    'cosineEmbeddingLoss',
    { input1: k.tensor, input2: k.tensor, target: k.tensor },
    kinds.margin,
    (a: Tensor, b: Tensor, y: Tensor, { margin = 0, ...options }: MarginOption) => {
      requireSameShape(a, b, 'floats', ['first input', 'second']);
      if (a.dim !== 1 && a.dim !== 2) throw wrongRank('inputs [N,D] or [D]', a.value);
      requireOneForEach(a, y);
      const dot = (s: Tensor, t: Tensor): Tensor => s.mul(t).sum(-1);
      const lengths = dot(a, a).add(1e-12).mul(dot(b, b).add(1e-12)).sqrt();
      const cos = dot(a, b).div(lengths);
      const near = where(y.eq(1), cos.neg().add(1), 0);
      return reduceLoss(near.add(where(y.eq(-1), cos.sub(margin).clamp(0), 0)), options);
    },
  );

/** Throws unless the target is one number for each row of the input. */
function requireOneForEach(x: Tensor, y: Tensor): void {
  const wanted: Shape = x.value.type.shape.slice(0, -1);
  const { shape } = numeric(y.value).type;
  if (!sameShape(shape, wanted))
    throw userError(
      'shape-mismatch',
      `${called()}: inputs ${showShape(x.value.type.shape)} need a target ${showShape(wanted)}, got ${showShape(shape)}`,
      { notes: involved({ input: x.value, target: y.value }) },
    );
}

/** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by the p-norm over the last dimension of three f32
 *  tensors of one shape. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const tripletMarginLoss: (
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginLossOptions,
) => Tensor = withOptions(
  'tripletMarginLoss',
  { anchor: k.tensor, positive: k.tensor, negative: k.tensor },
  kinds.tripletMargin,
  (a: Tensor, p: Tensor, n: Tensor, { p: power = 2, eps = 1e-6, ...options }: TripletMarginLossOptions) =>
    triplets(a, p, n, (s, t) => pairwiseDistance(s, t, { p: power, eps }), options),
);

/** max(0, margin + distance(anchor, positive) - distance(anchor, negative)), by a distance of your own, for three f32 tensors of
 *  one shape. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const tripletMarginWithDistanceLoss: (
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginWithDistanceLossOptions,
) => Tensor = withOptions(
  'tripletMarginWithDistanceLoss',
  { anchor: k.tensor, positive: k.tensor, negative: k.tensor },
  kinds.tripletMarginWithDistance,
  (a: Tensor, p: Tensor, n: Tensor, { distanceFunction, ...options }: TripletMarginWithDistanceLossOptions) =>
    triplets(a, p, n, distanceFunction ? (s, t) => users(distanceFunction, s, t) : pairwiseDistance, options),
);

function triplets(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  distance: Distance,
  { margin = 1, swap = false, ...options }: Omit<TripletMarginWithDistanceLossOptions, 'distanceFunction'>,
): Tensor {
  requireSameShape(anchor, positive, 'floats', ['anchor', 'positive']);
  requireSameShape(anchor, negative, 'floats', ['anchor', 'negative']);
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const least = swap ? far.minimum(distance(positive, negative)) : far;
  return reduceLoss(near.sub(least).add(margin).clamp(0), options);
}

/** The user's distance of two tensors. Throws if it is no tensor. */
function users(distance: Distance, a: Tensor, b: Tensor): Tensor {
  const d: unknown = userCode(() => distance(a, b));
  if (d instanceof Tensor) return d;
  throw userError('bad-argument', `${called()}: distanceFunction must return a tensor, got ${showAny(d)}`);
}
