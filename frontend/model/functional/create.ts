/** Tensors from nothing but a shape, as torch.zeros, arange and eye make them. An extent may be 'N', the batch. */

import * as ir from '../../../ir/ops/index.ts';
import type { Dim, Shape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import { type Extent, toDim } from '../dims.ts';
import * as k from '../kinds.ts';
import { extents, type ShapeOf, shapeFrom } from '../shapes.ts';
import { Tensor } from '../tensor.ts';
import { userError } from '../trace.ts';
import { where } from './activation.ts';

const filled = (value: number, shape: Shape): Tensor => Tensor.of(ir.full({ value, shape, dtype: 'f32' }));
const iota = (shape: Shape, dim: number): Tensor => Tensor.of(ir.iota({ shape, dim, dtype: 'i32' }));

/** A tensor of zeros, f32, of this shape: `zeros('N', 3)`. */
export const zeros: (...shape: ShapeOf) => Tensor = fn('zeros', extents, (...shape) => filled(0, shapeFrom(shape)));
/** A tensor of ones, f32, of this shape: `ones('N', 3)`. */
export const ones: (...shape: ShapeOf) => Tensor = fn('ones', extents, (...shape) => filled(1, shapeFrom(shape)));

/** A tensor of this shape, f32, with one value everywhere: `full(['N', 3], 0.5)`. */
export const full: (shape: readonly Extent[], fillValue: number) => Tensor = fn(
  'full',
  { shape: k.extents, fillValue: k.number },
  (shape, value) => filled(value, shapeFrom([shape])),
);
const like = (x: Tensor, value: number): Tensor => Tensor.of(ir.fullLike(x.value, value));
/** Zeros with the shape and element type of `x`. */
export const zerosLike: (x: Tensor) => Tensor = fn('zerosLike', { x: k.tensor }, (x) => like(x, 0));
/** Ones with the shape and element type of `x`. */
export const onesLike: (x: Tensor) => Tensor = fn('onesLike', { x: k.tensor }, (x) => like(x, 1));
/** One value with the shape and element type of `x`. */
export const fullLike: (x: Tensor, fillValue: number) => Tensor = fn(
  'fullLike',
  { x: k.tensor, fillValue: k.number },
  (x, value) => like(x, value),
);

/** `arange(end)` counts 0, 1, … below `end`, which may be 'N'; `arange(start, end, step)` from `start` in steps. i32 if all are whole
 *  numbers, else f32. Throws if the steps lead away from `end`. */
export const arange: (startOrEnd: Extent, end?: number | null, step?: number) => Tensor = fn(
  'arange',
  { startOrEnd: k.either(k.finite(), k.extent), end: k.optional(k.orNull(k.finite())), step: k.optional(k.finite()) },
  (startOrEnd: Extent, last: number | null = null, step = 1) => {
    if (typeof startOrEnd === 'string') return iota([toDim(startOrEnd) as Dim], 0);
    const [start, end] = last === null ? [0, startOrEnd] : [startOrEnd, last];
    if (step === 0 || (end - start) / step < 0)
      throw userError('bad-argument', `arange: steps of ${step} do not lead from ${start} to ${end}`);
    const steps = iota([Math.ceil((end - start) / step)], 0);
    if ([start, end, step].every(Number.isInteger)) return steps.mul(step).add(start);
    return steps.to('f32').mul(step).add(start);
  },
);
/** `steps` evenly spaced numbers from `start` to `end`, both included; f32. */
export const linspace: (start: number, end: number, steps: number) => Tensor = fn(
  'linspace',
  { start: k.finite(), end: k.finite(), steps: k.whole(0) },
  (start, end, steps) => {
    const i = iota([steps], 0).to('f32');
    const by = steps > 1 ? Math.fround(Math.fround(end - start) / (steps - 1)) : 0;
    // As in PyTorch, each half counts from its own end.
    const up = i.mul(by).add(start);
    return steps < 2
      ? up
      : where(
          i.lt(Math.floor(steps / 2)),
          up,
          i
            .neg()
            .add(steps - 1)
            .mul(-by)
            .add(end),
        );
  },
);
/** Ones on the diagonal of a matrix of `n` rows and `m` columns, as many by default, and zeros elsewhere; f32. `eye('N')` marks where a
 *  sample meets itself. */
export const eye: (n: Extent, m?: Extent) => Tensor = fn(
  'eye',
  { n: k.extent, m: k.optional(k.extent) },
  (n: Extent, m: Extent = n) => {
    const shape = shapeFrom([n, m]);
    return iota(shape, 0).eq(iota(shape, 1)).to('f32');
  },
);
