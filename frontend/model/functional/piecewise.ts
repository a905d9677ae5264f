/** Activations made of pieces, which a condition on x chooses among. */

import * as ir from '../../../ir/ops/index.ts';
import { elementsDim, isBatch, sameDim, showDim, showType } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, numeric } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { involved, userError } from '../trace.ts';
import { where } from './activation.ts';

/** x kept within `minVal` (-1) and `maxVal` (1), element by element, of f32 or i32. The gradient is 0 at and beyond the bounds. */
export const hardtanh: (x: Tensor, minVal?: number, maxVal?: number) => Tensor = fn(
  'hardtanh',
  { x: k.tensor, minVal: k.optional(k.number), maxVal: k.optional(k.number) },
  (x, minVal = -1, maxVal = 1) => within(x, minVal, maxVal),
);

/** x kept within 0 and 6, element by element, of f32 or i32. The gradient is 0 at and beyond the bounds. */
export const relu6: (x: Tensor) => Tensor = fn('relu6', { x: k.tensor }, (x) => within(x, 0, 6));

function within(x: Tensor, low: number, high: number): Tensor {
  // As in PyTorch, bounds of integers lose their fractions.
  const [least, most] = numeric(x.value).type.dtype === 'f32' ? [low, high] : [Math.trunc(low), Math.trunc(high)];
  const bounded = x.clamp(least, most).detach();
  return where(x.gt(least), where(x.lt(most), x, bounded), bounded);
}

/** x + 3, kept within 0 and 6, over 6, element by element. The gradient is 0 at and beyond the bounds. Throws for integers. */
export const hardsigmoid: (x: Tensor) => Tensor = fn('hardsigmoid', { x: k.tensor }, (x) => {
  float(x.value);
  const bounded = x.add(3).clamp(0, 6).detach();
  return where(x.gt(-3), where(x.lt(3), x.add(3), bounded), bounded).div(6);
});

/** x·hardsigmoid(x), element by element. Throws for integers. */
export const hardswish: (x: Tensor) => Tensor = fn('hardswish', { x: k.tensor }, (x) =>
  Tensor.of(ir.hardswish(float(x.value))),
);

/** x where it lies beyond ±`lambd`, else 0, element by element; lambd defaults to 0.5. Throws for integers. */
export const hardshrink: (x: Tensor, lambd?: number) => Tensor = fn(
  'hardshrink',
  { x: k.tensor, lambd: k.optional(k.number) },
  (x, lambd = 0.5) => {
    float(x.value);
    // NaN stays NaN, and has no gradient.
    const between = where(x.ge(-lambd), where(x.le(lambd), 0, x), x).detach();
    return where(x.gt(lambd), x, where(x.lt(-lambd), x, between));
  },
);

/** x moved by `lambd` towards 0, and 0 within ±lambd, element by element; lambd, at least 0, defaults to 0.5. Throws for
 *  integers. */
export const softshrink: (x: Tensor, lambd?: number) => Tensor = fn(
  'softshrink',
  { x: k.tensor, lambd: k.optional(k.notNegative) },
  (x, lambd = 0.5) => {
    float(x.value);
    return where(x.gt(lambd), x.sub(lambd), where(x.lt(-lambd), x.add(lambd), 0));
  },
);

/** x where it is above `threshold`, else `value`, element by element, of f32 or i32. NaN stays NaN. */
export const threshold: (x: Tensor, threshold: number, value: number) => Tensor = fn(
  'threshold',
  { x: k.tensor, threshold: k.number, value: k.number },
  (x, threshold, value) => {
    numeric(x.value);
    return where(x.le(threshold), value, x);
  },
);

/** x where it is positive, else weight·x, element by element: `weight` f32 has one slope for all elements, or one for each
 *  channel, an index of dimension 1. Throws for integers, and if the weight has another number of slopes. */
export const prelu: (x: Tensor, weight: Tensor) => Tensor = fn(
  'prelu',
  { x: k.tensor, weight: k.tensor },
  (x, weight) => {
    const [v, w] = [float(x.value), float(weight.value)];
    const slopes = elementsDim(w.type.shape);
    if (w.type.shape.some(isBatch))
      throw userError('shape-mismatch', `prelu: the weight ${showType(w.type)} holds the batch N`, {
        notes: involved({ weight: w }),
      });
    const channels = v.type.shape[1] ?? 1;
    if (w.type.shape.length > 1 || slopes === null || isBatch(slopes) || (slopes !== 1 && !sameDim(slopes, channels)))
      throw userError(
        'shape-mismatch',
        `prelu: the weight must be 1 slope or [${showDim(channels)}], one for each channel of ${showType(v.type)}, got ${showType(w.type)}`,
        { notes: involved({ x: v, weight: w }) },
      );
    const each = slopes === 1 ? weight.view([]) : weight.view(slopes, ...v.type.shape.slice(2).map(() => 1));
    return x.mul(where(x.gt(0), 1, each));
  },
);
