/** Random numbers, and dropout and an activation by them. Each call has a stream of its own: other numbers than every other call,
 *  step and place, and the same on every backend. */

import * as ir from '../../../ir/ops/index.ts';
import type { Shape } from '../../../ir/type.ts';
import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { live } from '../live.ts';
import { float, wrongRank } from '../promote.ts';
import { extents, type ShapeOf, shapeFrom } from '../shapes.ts';
import { currentTape, newStream } from '../tape.ts';
import { Tensor } from '../tensor.ts';
import { called, userError } from '../trace.ts';
import { leakyRelu, where } from './activation.ts';

function drawn(op: typeof ir.randomUniform, shape: Shape): Tensor {
  const tape = currentTape();
  const values = live();
  if (values) return Tensor.of(values.drawn(op === ir.randomUniform ? 'uniform' : 'normal', { dtype: 'f32', shape }));
  if (!tape)
    throw userError('no-recording', `${called()}: random numbers are drawn in forward, where the model is recorded`, {
      help: 'for initial values, make a parameter or buffer and write to its data',
    });
  const { seed, step } = tape.random;
  return Tensor.of(op(seed, tape.drawsBefore ?? step, { stream: newStream(tape), shape }));
}

/** Uniform random numbers from 0 up to but not including 1, in this shape, new in each training step: `rand('N', 3)`. Only
 *  for `forward`. */
export const rand: (...shape: ShapeOf) => Tensor = fn('rand', extents, (...shape) =>
  drawn(ir.randomUniform, shapeFrom(shape)),
);
/** Normally distributed random numbers with mean 0 and variance 1, in this shape, new in each training step: `randn('N', 3)`.
 *  Only for `forward`. */
export const randn: (...shape: ShapeOf) => Tensor = fn('randn', extents, (...shape) =>
  drawn(ir.randomNormal, shapeFrom(shape)),
);
/** `rand` in the shape of `x`. */
export const randLike: (x: Tensor) => Tensor = fn('randLike', { x: k.tensor }, (x) =>
  drawn(ir.randomUniform, x.value.type.shape),
);
/** `randn` in the shape of `x`. */
export const randnLike: (x: Tensor) => Tensor = fn('randnLike', { x: k.tensor }, (x) =>
  drawn(ir.randomNormal, x.value.type.shape),
);
/** 1 with the probability given by `x`, else 0. There is no gradient. */
export const bernoulli: (x: Tensor) => Tensor = fn('bernoulli', { x: k.tensor }, (x) =>
  randLike(x)
    .lt(Tensor.of(float(x.value)))
    .to('f32'),
);

const p = k.optional(k.finite(0, 1));
const training = k.optional(k.flag);
const takes = { x: k.tensor, p, training };

/** `x` with what is dropped and what is kept by a mask. */
type Drop = (x: Tensor, mask: Tensor, p: number) => Tensor;

/** A dropout: of elements, or of channels where `of` says which inputs have them. */
const dropping = (
  name: string,
  drop: Drop,
  byDefault: boolean,
  of?: { readonly shape: string; readonly holds: (rank: number) => boolean },
): ((x: Tensor, p?: number, training?: boolean) => Tensor) =>
  fn<[x: Tensor, p?: number, training?: boolean], Tensor>(name, takes, (x, p = 0.5, training = byDefault) => {
    const { shape } = float(x.value).type;
    if (of && !of.holds(x.dim)) throw wrongRank(`an input ${of.shape}`, x.value);
    if (!training || p === 0) return x;
    const drawnFor = of ? shape.map((d, i) => (i < 2 ? d : 1)) : shape;
    return drop(x, drawn(ir.randomUniform, drawnFor).ge(p).to('f32'), p);
  });

const scaled: Drop = (x, mask, p) => x.mul(p === 1 ? mask.mul(0) : mask.mul(1 / (1 - p)));

/** What SELU saturates at. */
const saturated = -1.7580993408473766;
const alpha: Drop = (x, mask, p) => {
  if (p === 1) return x.mul(mask.mul(0));
  const a = ((1 - p) * (1 + p * saturated ** 2)) ** -0.5;
  return x
    .mul(mask)
    .add(mask.neg().add(1).mul(saturated))
    .mul(a)
    .add(-a * saturated * p);
};

const channels = (rank: number, shape: string) => ({ shape, holds: (r: number) => r === rank });

/** `x` with each element 0 with probability `p` (0.5), and 1 / (1 - p) times as large otherwise; without `training` (true), `x`
 *  itself. */
export const dropout: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping('dropout', scaled, true);
/** As dropout, for whole channels of an input [N,C,L]. */
export const dropout1d: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping(
  'dropout1d',
  scaled,
  true,
  channels(3, '[N,C,L]'),
);
/** As dropout, for whole channels of images [N,C,H,W]. */
export const dropout2d: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping(
  'dropout2d',
  scaled,
  true,
  channels(4, '[N,C,H,W]'),
);
/** As dropout, for whole channels of volumes [N,C,D,H,W]. */
export const dropout3d: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping(
  'dropout3d',
  scaled,
  true,
  channels(5, '[N,C,D,H,W]'),
);
/** As dropout, but dropped elements get the value at which SELU saturates, and mean and variance are kept; `p` defaults to 0.5,
 *  and `training` to false. */
export const alphaDropout: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping(
  'alphaDropout',
  alpha,
  false,
);
/** As alphaDropout, for whole channels of an input [N,C,…]. */
export const featureAlphaDropout: (x: Tensor, p?: number, training?: boolean) => Tensor = dropping(
  'featureAlphaDropout',
  alpha,
  false,
  {
    shape: '[N,C,…]',
    holds: (rank) => rank >= 2,
  },
);

/** x where it is positive, else a slope times x: in `training` (false) drawn for each element evenly between `lower` (1/8) and
 *  `upper` (1/3), otherwise their mean. Throws for integers, or if lower is above upper. */
export const rrelu: (x: Tensor, lower?: number, upper?: number, training?: boolean) => Tensor = fn(
  'rrelu',
  { x: k.tensor, lower: k.optional(k.finite()), upper: k.optional(k.finite()), training },
  (x, lower = 1 / 8, upper = 1 / 3, training = false) => {
    const { shape } = float(x.value).type;
    if (lower > upper) throw userError('bad-argument', `${called()}: lower ${lower} must not be above upper ${upper}`);
    if (!training) return leakyRelu(x, (lower + upper) / 2);
    const slopes = () =>
      drawn(ir.randomUniform, shape)
        .mul(upper - lower)
        .add(lower);
    // The gradient at NaN is 1 in training, and the slope in evaluation.
    return where(x.le(0), x.mul(lower === upper ? lower : slopes()), x);
  },
);
