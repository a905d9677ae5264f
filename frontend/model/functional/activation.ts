/** Activations: functions of one tensor. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import { dimOf } from '../dims.ts';
import * as k from '../kinds.ts';
import { float, promoted, promotedWith } from '../promote.ts';
import { constant, Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';

/** max(x, 0), element by element, of f32 or i32. NaN stays NaN; the gradient at 0 is 0. */
export const relu: (x: Tensor) => Tensor = fn('relu', { x: k.tensor }, (x) => x.relu());
/** 1 / (1 + e^-x), element by element, in f32. */
export const sigmoid: (x: Tensor) => Tensor = fn('sigmoid', { x: k.tensor }, (x) => x.sigmoid());
/** The hyperbolic tangent, element by element, in f32. */
export const tanh: (x: Tensor) => Tensor = fn('tanh', { x: k.tensor }, (x) => x.tanh());

/** x where it is positive, else `negativeSlope`·x, element by element; the slope defaults to 0.01. Throws for integers. */
export const leakyRelu: (x: Tensor, negativeSlope?: number) => Tensor = fn(
  'leakyRelu',
  { x: k.tensor, negativeSlope: k.optional(k.number) },
  (x, negativeSlope = 0.01) => {
    const v = float(x.value);
    // One slope per element: with a select of x and slope·x, the branch not taken would send a gradient of 0·slope, which is
    // NaN for an infinite slope.
    return x.mul(Tensor.of(ir.select(x.gt(0).value, constant(v, 1), constant(v, negativeSlope))));
  },
);

/** x·Φ(x), where Φ is the normal distribution function: computed with erf, or with `'tanh'` by GPT-2's approximation. Throws
 *  for integers. */
export const gelu: (x: Tensor, approximate?: 'none' | 'tanh') => Tensor = fn(
  'gelu',
  { x: k.tensor, approximate: k.optional(k.oneOf('none', 'tanh')) },
  (x, approximate = 'none') => {
    float(x.value);
    if (approximate === 'none') return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
    const cubic = x.add(x.pow(3).mul(0.044715));
    return x.mul(0.5).mul(
      cubic
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .add(1),
    );
  },
);

/** x where it is positive, else `alpha`·(e^x - 1), element by element; alpha defaults to 1. Throws for integers. */
export const elu: (x: Tensor, alpha?: number) => Tensor = fn(
  'elu',
  { x: k.tensor, alpha: k.optional(k.number) },
  (x, alpha = 1) => exponential(x, 1, 1, alpha),
);

/** 1.0507·x where it is positive, else 1.0507·1.6733·(e^x - 1), element by element: the constants for which layers keep mean
 *  0 and variance 1. Throws for integers. */
export const selu: (x: Tensor) => Tensor = fn('selu', { x: k.tensor }, (x) => {
  const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];
  return exponential(x, scale, 1, alpha * scale);
});

/** x where it is positive, else `alpha`·(e^(x/alpha) - 1), element by element; alpha, which is not 0, defaults to 1. Throws for
 *  integers. */
export const celu: (x: Tensor, alpha?: number) => Tensor = fn(
  'celu',
  { x: k.tensor, alpha: k.optional(k.divisor) },
  (x, alpha = 1) => exponential(x, 1, 1 / alpha, alpha),
);

/** scale·x where x is positive, else factor·(e^(inner·x) - 1). */
function exponential(x: Tensor, scale: number, inner: number, factor: number): Tensor {
  float(x.value);
  const above = x.gt(0);
  // Of positive numbers the exponential may be infinite, and its gradient NaN.
  const below = times(where(above, 0, x), inner);
  return where(above, times(x, scale), times(Tensor.of(ir.expm1(below.value)), factor));
}
const times = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : x.mul(factor));

/** x·σ(x), also called swish, element by element. Throws for integers. */
export const silu: (x: Tensor) => Tensor = fn('silu', { x: k.tensor }, (x) => Tensor.of(ir.silu(float(x.value))));

/** x·tanh(softplus(x)), element by element. Throws for integers. */
export const mish: (x: Tensor) => Tensor = fn('mish', { x: k.tensor }, (x) => Tensor.of(ir.mish(float(x.value))));

/** ln(1 + e^(beta·x))/beta, a smooth relu, element by element; x itself where beta·x is above `threshold`. `beta` defaults to 1,
 *  `threshold` to 20. Throws for integers. */
export const softplus: (x: Tensor, beta?: number, threshold?: number) => Tensor = fn(
  'softplus',
  { x: k.tensor, beta: k.optional(k.number), threshold: k.optional(k.number) },
  (x, beta = 1, threshold = 20) => {
    float(x.value);
    const scaled = times(x, beta);
    const curve = logsigmoid(scaled.neg()).neg();
    return where(scaled.gt(threshold), x, beta === 1 ? curve : curve.div(beta));
  },
);

/** x / (1 + |x|), element by element, in f32. */
export const softsign: (x: Tensor) => Tensor = fn('softsign', { x: k.tensor }, (x) => x.div(x.abs().add(1)));

/** x - tanh(x), element by element, in f32. */
export const tanhshrink: (x: Tensor) => Tensor = fn('tanhshrink', { x: k.tensor }, (x) => x.sub(x.tanh()));

/** The logarithm of the sigmoid, element by element, exact where the sigmoid itself underflows. Throws for integers. */
export const logsigmoid: (x: Tensor) => Tensor = fn('logsigmoid', { x: k.tensor }, (x) =>
  Tensor.of(ir.logSigmoid(float(x.value))),
);

/** The first half of `x` along `dim` times the sigmoid of the second; `dim` defaults to the last. Throws for integers, and if
 *  the extent is odd or the batch. */
export const glu: (x: Tensor, dim?: number) => Tensor = fn(
  'glu',
  { x: k.tensor, dim: k.optional(k.dim) },
  (x, dim = -1) => {
    const { shape } = float(x.value).type;
    const d = dimOf(shape, dim);
    const extent = shape[d] as Dim;
    if (isBatch(extent) || extent % 2 !== 0)
      throw userError(
        'shape-mismatch',
        `glu: dimension ${d} of ${showType(x.value.type)} must be known and even, to be halved`,
        { notes: involved({ x: x.value }) },
      );
    return x.narrow(d, 0, extent / 2).mul(x.narrow(d, extent / 2, extent / 2).sigmoid());
  },
);

/** e^x over its sum along `dim`. The greatest element is subtracted first, so that nothing overflows. Throws for integers,
 *  or if `x` has no such dimension. */
export const softmax: (x: Tensor, dim: number) => Tensor = fn('softmax', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.softmax(dim),
);

/** The logarithm of softmax along `dim`, exact where softmax itself underflows. Throws as softmax does. */
export const logSoftmax: (x: Tensor, dim: number) => Tensor = fn('logSoftmax', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.logSoftmax(dim),
);

/** Softmax of -x along `dim`. Throws as softmax does. */
export const softmin: (x: Tensor, dim: number) => Tensor = fn('softmin', { x: k.tensor, dim: k.dim }, (x, dim) => {
  float(x.value);
  return x.neg().softmax(dim);
});

/** `a` where `condition`, a bool tensor, holds, else `b`. The three broadcast; one of `a` and `b` may be a number. Throws
 *  if their shapes do not agree, or if the condition is not bool. */
export const where: (condition: Tensor, a: Tensor | number, b: Tensor | number) => Tensor = fn(
  'where',
  { condition: k.tensor, a: k.either(k.tensor, k.number), b: k.either(k.tensor, k.number) },
  (condition, a, b) => {
    const cond = condition.value;
    if (cond.type.dtype !== 'bool')
      throw userError('dtype-mismatch', `${called()}: the condition must be a bool tensor, got ${condition}`, {
        notes: involved({ condition: cond }),
        help: 'a comparison gives one: condition.gt(0)',
      });
    const [x, y] = choices(a, b);
    const inner = ir.full({ value: 0, shape: commonShape(x, y), dtype: x.type.dtype });
    const shape = commonShape(cond, inner);
    return Tensor.of(ir.select(spreadTo(cond, shape), spreadTo(x, shape), spreadTo(y, shape)));
  },
);

function choices(a: Tensor | number, b: Tensor | number) {
  if (a instanceof Tensor && b instanceof Tensor) return promoted(a.value, b.value);
  if (a instanceof Tensor) {
    const x = promotedWith(a.value, b as number);
    return [x, constant(x, b as number)] as const;
  }
  if (b instanceof Tensor) {
    const y = promotedWith(b.value, a);
    return [constant(y, a), y] as const;
  }
  throw userError('not-a-tensor', `${called()}: a or b must be a tensor`, {
    help: `write condition.to('f32').mul(${a - b}).add(${b})`,
  });
}
