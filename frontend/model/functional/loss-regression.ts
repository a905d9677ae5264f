/** Losses for targets that are numbers or distributions, by PyTorch's formulas. */

import { type Dim, type Shape, sameDim, sameShape, showShape } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { elementsOf, Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import { lossKinds } from './kinds.ts';
import type { Reduction, ReductionOption } from './reduction.ts';
import { raisedTo, reduceLoss, requireSameShape } from './shared.ts';

/** The options of smoothL1Loss. */
export interface SmoothL1LossOptions extends ReductionOption {
  /** The difference from which on the loss is linear, at least 0; defaults to 1. */
  readonly beta?: number;
}
/** The options of huberLoss. */
export interface HuberLossOptions extends ReductionOption {
  /** The difference from which on the loss is linear, greater than 0; defaults to 1. */
  readonly delta?: number;
}
/** The options of klDiv. */
export interface KLDivLossOptions {
  /** Defaults to 'mean', over all elements. 'batchmean' divides the sum by the first extent, which is the divergence of the
   *  distributions. */
  readonly reduction?: Reduction | 'batchmean';
  /** True if the target holds logarithms; defaults to false. */
  readonly logTarget?: boolean;
}
/** The options of poissonNllLoss. */
export interface PoissonNLLLossOptions extends ReductionOption {
  /** True, as by default, if the input is the logarithm of the rate. */
  readonly logInput?: boolean;
  /** Adds Stirling's approximation of log(target!), where the target is above 1; defaults to false. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken; defaults to 1e-8. */
  readonly eps?: number;
}
/** The options of gaussianNllLoss. */
export interface GaussianNLLLossOptions extends ReductionOption {
  /** Adds log(2π)/2; defaults to false. */
  readonly full?: boolean;
  /** The least variance, above 0; lower ones count as this much. Defaults to 1e-6. */
  readonly eps?: number;
}
const kinds = lossKinds(k.tensor);

/** (input - target)², for two f32 tensors of the same shape. A scalar, unless `reduction` is 'none'. Throws if the shapes
 *  differ, where PyTorch warns and broadcasts. */
export const mseLoss: (input: Tensor, target: Tensor, options?: ReductionOption) => Tensor = withOptions(
  'mseLoss',
  { input: k.tensor, target: k.tensor },
  kinds.mse,
  (input: Tensor, target: Tensor, options: ReductionOption) => {
    requireSameShape(input, target);
    const d = input.sub(target);
    return reduceLoss(d.mul(d), options);
  },
);

/** |input - target|, for two f32 tensors of the same shape. A scalar, unless `reduction` is 'none'. Throws if the shapes
 *  differ, where PyTorch warns and broadcasts. */
export const l1Loss: (input: Tensor, target: Tensor, options?: ReductionOption) => Tensor = withOptions(
  'l1Loss',
  { input: k.tensor, target: k.tensor },
  kinds.l1,
  (input: Tensor, target: Tensor, options: ReductionOption) => {
    requireSameShape(input, target);
    return reduceLoss(input.sub(target).abs(), options);
  },
);

/** d²/2β where |d| < β, else |d| - β/2, for the difference d of two f32 tensors of the same shape; β defaults to 1, and 0 makes
 *  it l1Loss. A scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const smoothL1Loss: (input: Tensor, target: Tensor, options?: SmoothL1LossOptions) => Tensor = withOptions(
  'smoothL1Loss',
  { input: k.tensor, target: k.tensor },
  kinds.smoothL1,
  (input: Tensor, target: Tensor, { beta = 1, ...options }: SmoothL1LossOptions) => {
    requireSameShape(input, target);
    const d = input.sub(target);
    if (beta === 0) return reduceLoss(d.abs(), options);
    return reduceLoss(
      bowl(
        d,
        d.abs().ge(beta),
        (near) => near.mul(near).mul(0.5).div(beta),
        (far) => far.sub(0.5 * beta),
      ),
      options,
    );
  },
);

/** d²/2 where |d| ≤ δ, else δ·(|d| - δ/2), for the difference d of two f32 tensors of the same shape; δ defaults to 1. A
 *  scalar, unless `reduction` is 'none'. Throws if the shapes differ. */
export const huberLoss: (input: Tensor, target: Tensor, options?: HuberLossOptions) => Tensor = withOptions(
  'huberLoss',
  { input: k.tensor, target: k.tensor },
  kinds.huber,
  (input: Tensor, target: Tensor, { delta = 1, ...options }: HuberLossOptions) => {
    requireSameShape(input, target);
    const d = input.sub(target);
    return reduceLoss(
      bowl(
        d,
        d.abs().gt(delta),
        (near) => near.mul(near).mul(0.5),
        (far) => far.sub(0.5 * delta).mul(delta),
      ),
      options,
    );
  },
);

/** `far` of |d| where `isFar`, else `near` of d. The other one sees 0, so that no infinity reaches the gradient. */
function bowl(d: Tensor, isFar: Tensor, near: (d: Tensor) => Tensor, far: (size: Tensor) => Tensor): Tensor {
  return where(isFar, far(where(isFar, d, 0).abs()), near(where(isFar, 0, d)));
}

/** target·(log target - input), element by element: the divergence of the distribution `target` from the one with the logarithms
 *  `input`, of the same shape, both f32; with `logTarget`, e^target·(target - input). A scalar, unless `reduction` is
 *  'none'; the reduction 'batchmean' gives the divergence for each sample. Throws if the shapes differ. */
export const klDiv: (input: Tensor, target: Tensor, options?: KLDivLossOptions) => Tensor = withOptions(
  'klDiv',
  { input: k.tensor, target: k.tensor },
  kinds.klDiv,
  (input: Tensor, target: Tensor, { reduction = 'mean', logTarget = false }: KLDivLossOptions) => {
    requireSameShape(input, target);
    // t·log t is 0 at 0, and so is its slope here.
    const none = target.eq(0);
    const loss = logTarget
      ? target.exp().mul(target.sub(input))
      : where(none, 0, target.mul(where(none, 1, target).log())).sub(target.mul(input));
    if (reduction !== 'batchmean') return reduceLoss(loss, { reduction });
    return input.dim === 0 ? loss : loss.sum().div(elementsOf(input.value.type.shape.slice(0, 1)));
  },
);

/** e^input - target·input, the negative logarithm of Poisson's probability of the count `target` at the rate e^input; without
 *  `logInput`, input - target·log(input + eps). For an f32 input and a target of its shape, f32 or i32. A scalar, unless `reduction`
 *  is 'none'. Throws if the shapes differ. */
export const poissonNllLoss: (input: Tensor, target: Tensor, options?: PoissonNLLLossOptions) => Tensor = withOptions(
  'poissonNllLoss',
  { input: k.tensor, target: k.tensor },
  kinds.poissonNll,
  (x: Tensor, target: Tensor, options: PoissonNLLLossOptions) => {
    const { logInput = true, full = false, eps = 1e-8, reduction = 'mean' } = options;
    requireSameShape(x, target, 'whole');
    const y = target.to('f32');
    const loss = logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()));
    return reduceLoss(full ? loss.add(stirling(y)) : loss, { reduction });
  },
);

// log n! ≈ n·log n - n + log(2πn)/2, and 0 up to 1
function stirling(count: Tensor): Tensor {
  const small = count.le(1);
  const n = where(small, 1, count);
  const sum = n
    .mul(n.log())
    .sub(n)
    .add(
      n
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return where(small, 0, sum);
}

/** (log v + (input - target)²/v)/2, the negative logarithm of the normal density of `target` with the mean `input` and the
 *  variance v, f32 tensors of the same shape; the target may broadcast to it, and a variance for each row lacks the last dimension, or
 *  has 1 there. A variance below
 *  `eps` counts as `eps`, without a change of its gradient. A scalar, unless `reduction` is 'none'. NaN for a negative
 *  variance. Throws if the shapes do not fit. */
export const gaussianNllLoss: (
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options?: GaussianNLLLossOptions,
) => Tensor = withOptions(
  'gaussianNllLoss',
  { input: k.tensor, target: k.tensor, variance: k.tensor },
  kinds.gaussianNll,
  (input: Tensor, target: Tensor, variance: Tensor, options: GaussianNLLLossOptions) => {
    const { full = false, eps = 1e-6, reduction = 'mean' } = options;
    if (!fitsInto(target.value.type.shape, input.value.type.shape)) requireSameShape(input, target);
    const given = varianceFor(input, variance);
    const v = raisedTo(eps, given);
    const d = input.sub(Tensor.of(float(target.value)));
    const loss = where(given.lt(0), Number.NaN, v.log().add(d.mul(d).div(v)).mul(0.5));
    return reduceLoss(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, { reduction });
  },
);

/** True if a tensor of one shape broadcasts to the other. */
const fitsInto = (own: Shape, shape: Shape): boolean =>
  own.length <= shape.length && own.every((e, d) => e === 1 || sameDim(e, shape.at(d - own.length) as Dim));

/** The variance with as many dimensions as the input. Throws unless it is one for each element or for each row. */
function varianceFor(input: Tensor, variance: Tensor): Tensor {
  const [{ shape }, v] = [input.value.type, float(variance.value)];
  const own = v.type.shape;
  if (sameShape(own, shape)) return variance;
  if (shape.length > 0 && sameShape(own, shape.slice(0, -1))) return variance.unsqueeze(-1);
  if (own.length === shape.length && sameShape(own.slice(0, -1), shape.slice(0, -1)) && sameDim(own.at(-1) as Dim, 1))
    return variance;
  throw userError(
    'shape-mismatch',
    `${called()}: the variance must be ${showShape(shape)} as the input, or ${showShape([...shape.slice(0, -1), 1])}, got ${showShape(own)}`,
    { notes: involved({ input: input.value, variance: v }) },
  );
}
