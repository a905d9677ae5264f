/** torch.nn.init: initial values of parameters and buffers, drawn by the generator of `manualSeed` and of a model's seed. The same seed
 *  draws PyTorch's numbers. */

import { erf } from '../../ir/special.ts';
import { multiplyAdd } from '../../runtime/random.ts';
import { fn, withOptions } from './arguments.ts';
import { fanIn, uniform, xavierDeviation } from './init.ts';
import * as k from './kinds.ts';
import { Stored } from './nn/parameter.ts';
import { normal } from './normal.ts';
import { currentGenerator } from './seed.ts';
import { userError } from './trace.ts';

const stored = k.kind('a parameter or a buffer of f32', (v) => v instanceof Stored && v.dtype === 'f32', {
  help: () => 'initial values are those of nn.Parameter and nn.Buffer: nn.init.zeros_(this.fc.bias)',
});
const tensor = { tensor: stored };
const f = Math.fround;

/** What the weights of a layer go through. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';
const gains: Readonly<Record<Nonlinearity, number>> = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  conv_transpose1d: 1,
  conv_transpose2d: 1,
  conv_transpose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  leaky_relu: Number.NaN,
  selu: 3 / 4,
};
const nonlinearity = k.oneOf(...Object.keys(gains));

/** The factor of a layer's initial weights that keeps the size of what passes a nonlinearity: 1 for 'linear', the convolutions and
 *  'sigmoid', 5/3 for 'tanh', √2 for 'relu', √(2/(1 + param²)) for 'leaky_relu' with the slope `param` (0.01), 3/4 for 'selu'. */
export const calculateGain: (nonlinearity: Nonlinearity, param?: number | null) => number = fn(
  'calculateGain',
  { nonlinearity, param: k.optional(k.orNull(k.finite())) },
  (nonlinearity, param = null) =>
    nonlinearity === 'leaky_relu' ? Math.sqrt(2 / (1 + (param ?? 0.01) ** 2)) : gains[nonlinearity],
);

const shapeOf = (t: Stored): readonly number[] => t.shape as readonly number[];
function filled<T extends Stored>(t: T, values: Float32Array<ArrayBuffer>): T {
  t.data = values;
  return t;
}
const constantly = <T extends Stored>(t: T, value: number): T => filled(t, new Float32Array(t.data.length).fill(value));
function requireRank(name: string, t: Stored, least: number, most = Infinity): void {
  if (t.dim >= least && t.dim <= most) return;
  throw userError(
    'shape-mismatch',
    `${name}: needs a tensor of ${most === Infinity ? `${least} or more` : least === most ? least : `${least} to ${most}`} dimensions, got [${t.shape}]`,
  );
}
/** The number of outputs that one input reaches: out times the kernel's extents. */
const fanOut = ([out = 1, inner = 1, ...kernel]: readonly number[]): number => fanIn([inner, out, ...kernel]);

/** One value everywhere. */
export const constant_: <T extends Stored>(tensor: T, val: number) => T = fn(
  'constant_',
  { ...tensor, val: k.number },
  (t, val) => constantly(t, val) as never,
);
/** Ones everywhere. */
export const ones_: <T extends Stored>(tensor: T) => T = fn('ones_', tensor, (t) => constantly(t, 1) as never);
/** Zeros everywhere. */
export const zeros_: <T extends Stored>(tensor: T) => T = fn('zeros_', tensor, (t) => constantly(t, 0) as never);
/** Ones on the diagonal of a matrix, zeros elsewhere. */
export const eye_: <T extends Stored>(tensor: T) => T = fn('eye_', tensor, (t) => {
  requireRank('eye_', t, 2, 2);
  const columns = shapeOf(t)[1] as number;
  return filled(
    t,
    new Float32Array(t.data.length).map((_, i) => (Math.floor(i / columns) === i % columns ? 1 : 0)),
  ) as never;
});
/** The weight [out, in, …kernel] of a convolution that returns its input, as far as there are channels, in each of `groups`
 *  groups (1). Throws where the groups do not divide the outputs. */
export const dirac_: <T extends Stored>(tensor: T, groups?: number) => T = fn(
  'dirac_',
  { ...tensor, groups: k.optional(k.whole(1)) },
  (t, groups = 1) => {
    requireRank('dirac_', t, 3, 5);
    const [out, inner, ...kernel] = shapeOf(t) as readonly [number, number, ...number[]];
    if (out % groups !== 0)
      throw userError('bad-argument', `dirac_: ${groups} groups do not divide ${out} output channels`);
    const size = kernel.reduce((p, e) => p * e, 1);
    const middle = kernel.reduce((at, e) => at * e + Math.floor(e / 2), 0);
    const each = out / groups;
    const values = new Float32Array(t.data.length);
    for (let g = 0; g < groups; g++)
      for (let c = 0; c < Math.min(each, inner); c++) values[((g * each + c) * inner + c) * size + middle] = 1;
    return filled(t, values) as never;
  },
);

/** Uniform between `a` (0) and `b` (1). */
export const uniform_: <T extends Stored>(tensor: T, a?: number, b?: number) => T = fn(
  'uniform_',
  { ...tensor, a: k.optional(k.finite()), b: k.optional(k.finite()) },
  (t, a = 0, b = 1) => {
    if (a > b) throw userError('bad-argument', `uniform_: a is ${a}, which is above b, ${b}`);
    return between(t, a, b) as never;
  },
);
function between<T extends Stored>(t: T, a: number, b: number): T {
  const generator = currentGenerator();
  return filled(
    t,
    new Float32Array(t.data.length).map(() => generator.uniform(a, b)),
  );
}
/** Normal with the mean `mean` (0) and the deviation `std` (1). */
export const normal_: <T extends Stored>(tensor: T, mean?: number, std?: number) => T = fn(
  'normal_',
  { ...tensor, mean: k.optional(k.finite()), std: k.optional(k.finite(0)) },
  (t, mean = 0, std = 1) => normally(t, mean, std) as never,
);
function normally<T extends Stored>(t: T, mean: number, std: number): T {
  const count = t.data.length;
  // Sixteen and more are scaled and moved in f32, in one rounding; fewer in f64.
  const values = count < 16 ? normal(count, currentGenerator(), std, mean) : normal(count, currentGenerator());
  return filled(t, count < 16 ? values : values.map((v) => multiplyAdd(v, f(std), f(mean))));
}

/** Uniform in ±gain·√(6/(fan in + fan out)); `gain` is 1. Throws for fewer than two dimensions. */
export const xavierUniform_: <T extends Stored>(tensor: T, gain?: number) => T = fn(
  'xavierUniform_',
  { ...tensor, gain: k.optional(k.finite()) },
  (t, gain = 1) => {
    requireRank('xavierUniform_', t, 2);
    return filled(
      t,
      uniform(shapeOf(t), Math.sqrt(3) * (gain * xavierDeviation(shapeOf(t))), currentGenerator()),
    ) as never;
  },
);
/** Normal with the deviation gain·√(2/(fan in + fan out)); `gain` is 1. Throws for fewer than two dimensions. */
export const xavierNormal_: <T extends Stored>(tensor: T, gain?: number) => T = fn(
  'xavierNormal_',
  { ...tensor, gain: k.optional(k.finite()) },
  (t, gain = 1) => {
    requireRank('xavierNormal_', t, 2);
    return normally(t, 0, gain * xavierDeviation(shapeOf(t))) as never;
  },
);

/** The options of Kaiming's initial values, by PyTorch's names. */
export interface KaimingOptions {
  /** The slope of the leaky ReLU after the layer; defaults to 0. */
  readonly a?: number;
  /** What keeps its size: 'fan_in' (the default) what passes forward, 'fan_out' the gradient. */
  readonly mode?: 'fan_in' | 'fan_out';
  /** What follows the layer; defaults to 'leaky_relu'. */
  readonly nonlinearity?: Nonlinearity;
}
const kaimingKinds = {
  a: k.optional(k.finite()),
  mode: k.optional(k.oneOf('fan_in', 'fan_out')),
  nonlinearity: k.optional(nonlinearity),
};
function deviationOf(name: string, t: Stored, options: KaimingOptions): number {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' } = options;
  requireRank(name, t, 2);
  const fan = (mode === 'fan_in' ? fanIn : fanOut)(shapeOf(t));
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}
/** Uniform in ±gain·√(3/fan), with the gain of `nonlinearity`. The options in a last object or in PyTorch's order: a (0), mode
 *  ('fan_in'), nonlinearity ('leaky_relu'). Throws for fewer than two dimensions. */
export const kaimingUniform_: <T extends Stored>(
  tensor: T,
  a?: number | KaimingOptions,
  mode?: 'fan_in' | 'fan_out',
  nonlinearity?: Nonlinearity,
) => T = withOptions('kaimingUniform_', tensor, kaimingKinds, ((t: Stored, options: KaimingOptions) =>
  filled(
    t,
    uniform(shapeOf(t), Math.sqrt(3) * deviationOf('kaimingUniform_', t, options), currentGenerator()),
  )) as never) as never;
/** Normal with the deviation gain/√fan, with the gain of `nonlinearity`. The options in a last object or in PyTorch's order: a (0), mode
 *  ('fan_in'), nonlinearity ('leaky_relu'). Throws for fewer than two dimensions. */
export const kaimingNormal_: <T extends Stored>(
  tensor: T,
  a?: number | KaimingOptions,
  mode?: 'fan_in' | 'fan_out',
  nonlinearity?: Nonlinearity,
) => T = withOptions('kaimingNormal_', tensor, kaimingKinds, ((t: Stored, options: KaimingOptions) =>
  normally(t, 0, deviationOf('kaimingNormal_', t, options))) as never) as never;

/** Normal with the mean `mean` (0) and the deviation `std` (1), drawn only between `a` (-2) and `b` (2). */
export const truncNormal_: <T extends Stored>(tensor: T, mean?: number, std?: number, a?: number, b?: number) => T = fn(
  'truncNormal_',
  {
    ...tensor,
    mean: k.optional(k.finite()),
    std: k.optional(k.positive),
    a: k.optional(k.finite()),
    b: k.optional(k.finite()),
  },
  (t, mean = 0, std = 1, a = -2, b = 2) => {
    const below = (x: number): number => (1 + erf((x - mean) / std / Math.SQRT2)) / 2;
    between(t, 2 * below(a) - 1, 2 * below(b) - 1);
    const [low, high] = [f(a), f(b)];
    return filled(
      t,
      (t.data as Float32Array<ArrayBuffer>).map((v) =>
        Math.min(high, Math.max(low, f(f(f(inverseErf(v)) * f(std * Math.SQRT2)) + f(mean)))),
      ),
    ) as never;
  },
);
/** The number whose error function is y: Giles 2012's start, and two of Newton's steps. */
function inverseErf(y: number): number {
  if (Math.abs(y) >= 1) return Math.abs(y) === 1 ? y * Infinity : Number.NaN;
  const a = 0.147;
  const l = Math.log(1 - y * y);
  const b = 2 / (Math.PI * a) + l / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(b * b - l / a) - b);
  for (let i = 0; i < 3; i++) x -= (erf(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  return x;
}

/** A matrix with orthogonal rows or columns, whichever are fewer, of length `gain` (1); dimensions after the first count as one. Drawn as
 *  normal numbers. Throws for fewer than two dimensions. */
export const orthogonal_: <T extends Stored>(tensor: T, gain?: number) => T = fn(
  'orthogonal_',
  { ...tensor, gain: k.optional(k.finite()) },
  (t, gain = 1) => {
    requireRank('orthogonal_', t, 2);
    if (t.data.length === 0) return t as never;
    const rows = shapeOf(t)[0] as number;
    const columns = t.data.length / rows;
    const drawn = normal(t.data.length, currentGenerator());
    const wide = rows < columns;
    const [length, count] = wide ? [columns, rows] : [rows, columns];
    const at = (vector: number, i: number): number => (wide ? vector * columns + i : i * columns + vector);
    const vectors = orthonormal(
      Array.from({ length: count }, (_, v) => Float64Array.from({ length }, (_, i) => drawn[at(v, i)] as number)),
    );
    const values = new Float32Array(t.data.length);
    for (const [v, vector] of vectors.entries())
      for (const [i, x] of vector.entries()) values[at(v, i)] = f(f(x) * f(gain));
    return filled(t, values) as never;
  },
);
/** Vectors made orthogonal to those before them, of length 1: the Q of a QR decomposition whose R has a positive diagonal. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const v of vectors) {
    const q = v.slice();
    // Twice is enough: what rounding leaves of the others is gone after the second time.
    for (let turn = 0; turn < 2; turn++)
      for (const other of done) {
        const along = q.reduce((sum, x, i) => sum + x * (other[i] as number), 0);
        for (const [i, x] of other.entries()) q[i] = (q[i] as number) - along * x;
      }
    const length = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
    done.push(q.map((x) => x / length));
  }
  return done;
}

/** A matrix of normal numbers with the deviation `std` (0.01), with a fraction `sparsity` of each column 0. */
export const sparse_: <T extends Stored>(tensor: T, sparsity: number, std?: number) => T = fn(
  'sparse_',
  { ...tensor, sparsity: k.finite(0, 1), std: k.optional(k.finite(0)) },
  (t, sparsity, std = 0.01) => {
    requireRank('sparse_', t, 2, 2);
    const [rows, columns] = shapeOf(t) as readonly [number, number];
    const none = Math.ceil(sparsity * rows);
    normally(t, 0, std);
    for (let c = 0; c < columns; c++)
      for (const r of currentGenerator().permutation(rows).subarray(0, none)) t.data[r * columns + c] = 0;
    return t as never;
  },
);
