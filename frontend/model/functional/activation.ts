/** Activations: functions of one tensor. */

import { full, select } from '../../../ir/ops/index.ts';
import { fn } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
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
    return x.mul(Tensor.of(select(x.gt(0).value, constant(v, 1), constant(v, negativeSlope))));
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

/** e^x over its sum along `dim`. The greatest element is subtracted first, so that nothing overflows. Throws for integers,
 *  or if `x` has no such dimension. */
export const softmax: (x: Tensor, dim: number) => Tensor = fn('softmax', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.softmax(dim),
);

/** The logarithm of softmax along `dim`, exact where softmax itself underflows. Throws as softmax does. */
export const logSoftmax: (x: Tensor, dim: number) => Tensor = fn('logSoftmax', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.logSoftmax(dim),
);

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
    const inner = full({ value: 0, shape: commonShape(x, y), dtype: x.type.dtype });
    const shape = commonShape(cond, inner);
    return Tensor.of(select(spreadTo(cond, shape), spreadTo(x, shape), spreadTo(y, shape)));
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
