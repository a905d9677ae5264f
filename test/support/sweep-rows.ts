/** Every public function, method, layer and loss, and how a case of the sweep calls it: the one place where PyTorch's
 *  argument names meet ours. A row is one function; its ways are the names under which a user finds it. */

import * as F from '../../frontend/index.ts';
import { nn, type Tensor } from '../../frontend/index.ts';
import type { TensorFunctions } from '../../frontend/model/tensor-functions.ts';

// biome-ignore lint/suspicious/noExplicitAny: arguments as the case has them
type Args = any;
type Given = Readonly<Record<string, Tensor>>;
type Call = (t: Given, a: Args) => Tensor | readonly Tensor[];

export interface Row {
  /** `Tensor.relu` is a method, `relu` a function, `nn.ReLU` a layer. */
  readonly ways: Readonly<Record<string, Call>>;
  /** The closeness of values and gradients: the same number, within a few units of the last place, or, where PyTorch itself
   *  rounds sums or differences, within a few units of the greatest element's. */
  readonly value: Closeness;
  readonly gradient: Closeness;
}
export type Closeness = 'exact' | 'ulp' | 'sum';

const row = (value: Closeness, gradient: Closeness, ways: Record<string, Call>): Row => ({ ways, value, gradient });

/** A layer with these tensors and numbers in place of its own. */
const holding = <M extends object>(layer: M, fields: Record<string, unknown>): M => Object.assign(layer, fields);

/** The members of `T` that are callable as `Call`. */
type CallableAs<T, Call> = { [K in keyof T]: T[K] extends Call ? K : never }[keyof T];
type Unary = Exclude<CallableAs<Tensor, () => Tensor>, keyof TensorFunctions>;

const unary = (name: Unary, value: Closeness, gradient: Closeness) =>
  row(value, gradient, { [`Tensor.${name}`]: ({ x }) => x![name]() });
/** A method and the function of its name. */
const alike = (
  name: string,
  value: Closeness,
  gradient: Closeness,
  call: (t: Given, a: Args) => readonly unknown[],
): Row => {
  const made = (y: unknown): Tensor | readonly Tensor[] =>
    y instanceof F.Tensor || Array.isArray(y) ? y : (Object.values(y as object) as Tensor[]);
  const methods = F.Tensor.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const functions = F as unknown as Record<string, (...args: unknown[]) => unknown>;
  return row(value, gradient, {
    ...(name in methods
      ? {
          [`Tensor.${name}`]: (t: Given, a: Args) => {
            const [x, ...rest] = call(t, a);
            return made(methods[name]!.apply(x, rest));
          },
        }
      : {}),
    ...(name in functions ? { [name]: (t: Given, a: Args) => made(functions[name]!(...call(t, a))) } : {}),
  });
};
const pointwise = (name: string, value: Closeness, gradient: Closeness): Row =>
  alike(name, value, gradient, ({ x }) => [x]);
const activation = (
  name: Unary & CallableAs<typeof F, (x: Tensor) => Tensor>,
  layer: CallableAs<typeof nn, () => (x: Tensor) => Tensor>,
  value: Closeness,
  gradient: Closeness,
): Row =>
  row(value, gradient, {
    [`Tensor.${name}`]: ({ x }) => x![name](),
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: names are what the sweep goes through
    [name]: ({ x }) => F[name](x!),
    [`nn.${layer}`]: ({ x }) => nn[layer]()(x!),
  });
/** An activation that is not a method. */
const plain = (
  name: CallableAs<typeof F, (x: Tensor) => Tensor>,
  layer: CallableAs<typeof nn, () => (x: Tensor) => Tensor>,
  value: Closeness,
  gradient: Closeness,
): Row =>
  row(value, gradient, {
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: names are what the sweep goes through
    [name]: ({ x }) => F[name](x!),
    [`nn.${layer}`]: ({ x }) => nn[layer]()(x!),
  });
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
const binary = (name: Binary, value: Closeness, gradient: Closeness): Row =>
  row(value, gradient, {
    [`Tensor.${name}`]: ({ a, b }, { other, ...options }) =>
      (a![name] as AnyMethod)(other ?? b ?? a!, ...given(options)),
  });
type AnyMethod = (...args: unknown[]) => Tensor;
const given = (options: Args): readonly unknown[] => (Object.keys(options).length === 0 ? [] : [options]);
const operands = (name: string, value: Closeness, gradient: Closeness): Row =>
  alike(name, value, gradient, ({ a, b }, { other }) => [a, other ?? b ?? a]);
const reduction = (name: string, value: Closeness, gradient: Closeness): Row =>
  alike(name, value, gradient, ({ x }, a) => [x, a.dim, a.keepdim]);
type Norm = `${'BatchNorm' | 'InstanceNorm'}${1 | 2 | 3}d`;
/** A norm by the statistics of its input. */
const norm = (name: Norm, options: { readonly trackRunningStats?: boolean }): Row =>
  row('sum', 'sum', {
    [`nn.${name}`]: ({ x, weight, bias }, a) =>
      holding(nn[name](1, { ...options, ...(a.eps === undefined ? {} : { eps: a.eps }) }), {
        weight: weight ?? null,
        bias: bias ?? null,
      })(x!),
  });
const extreme = (name: 'max' | 'min'): Row =>
  row('exact', 'exact', {
    [`Tensor.${name}`]({ x, other }, a) {
      if (other) return x![name](other);
      if (a.dim === undefined) return x![name]();
      const { values, indices } = x![name](a.dim, a.keepdim);
      return [values, indices];
    },
  });
const both = ({ values, indices }: { values: Tensor; indices: Tensor }) => [values, indices];
const index = (name: 'argmax' | 'argmin'): Row =>
  row('exact', 'exact', { [`Tensor.${name}`]: ({ x }, a) => x![name](a.dim ?? null, a.keepdim) });

const lossOptions = (a: Args) => ({
  ...(a.reduction === undefined ? {} : { reduction: a.reduction }),
  ...(a.label_smoothing === undefined ? {} : { labelSmoothing: a.label_smoothing }),
  ...(a.ignore_index === undefined ? {} : { ignoreIndex: a.ignore_index }),
});
/** Arguments under their names here: `log_target` is `logTarget`. */
const named = (a: Args): Args =>
  Object.fromEntries(
    Object.entries(a).map(([name, v]) => [name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), v]),
  );
/** A loss or distance of tensors, named as in the case, with its factors and options, as a function and as a layer. */
const loss = (
  name: string,
  layer: string,
  tensors: readonly string[] = ['x', 'target'],
  options: (a: Args) => Args = named,
): Row => {
  type Made = (...args: unknown[]) => (...given: unknown[]) => Tensor;
  const f = (F as unknown as Record<string, (...args: unknown[]) => Tensor>)[name]!;
  const made = (nn as unknown as Record<string, Made>)[layer]!;
  const all = ({ weight }: Given, a: Args) => ({ ...(weight ? { weight } : {}), ...options(a) });
  return row('sum', 'sum', {
    [name]: (t, a) => f(...tensors.map((n) => t[n]), all(t, a)),
    [`nn.${layer}`]: (t, a) => made(all(t, a))(...tensors.map((n) => t[n])),
  });
};
/** The operands of ctcLoss: PyTorch's gradient assumes a log-softmax before it. */
const alignments = (t: Given, { plain, steps, labels }: Args) =>
  [plain ? t.x! : F.logSoftmax(t.x!, 2), t.targets!, t.input_lengths ?? steps, t.target_lengths ?? labels] as const;
const ctcOptions = ({ plain: _plain, steps: _steps, labels: _labels, ...a }: Args): Args => a;
const triplet = ['anchor', 'positive', 'negative'];
const cityBlocks = (a: Tensor, b: Tensor): Tensor => a.sub(b).abs().sum(-1);
type Rank = 1 | 2 | 3;
type AnyFunction = (...args: unknown[]) => Tensor;
type AnyLayer = (...args: unknown[]) => (x: Tensor) => Tensor;
// Names of functions and layers are built from ranks here.
const functions = F as unknown as Readonly<Record<string, AnyFunction>>;
const layers = nn as unknown as Readonly<Record<string, AnyLayer>>;

const asLayer =
  (rank: Rank): Call =>
  ({ x, weight, bias }, { groups = 1, ...a }) =>
    holding(layers[`Conv${rank}d`]!(groups, groups, kernelOf(weight!), { groups, ...named(a) }), {
      weight: weight!,
      bias: bias ?? null,
    })(x!);
/** The extents of a weight's kernel, with 1 in place of 0, as no layer can be made with an extent of 0. */
const kernelOf = (weight: Tensor): readonly number[] =>
  weight.shape.slice(2).map((extent) => Math.max(1, extent as number));
const convolution = (rank: Rank): Row =>
  row('sum', 'sum', {
    [`conv${rank}d`]: ({ x, weight, bias }, a) =>
      functions[`conv${rank}d`]!(x, weight, bias ?? null, a.stride, a.padding, a.dilation, a.groups),
    [`nn.Conv${rank}d`]: asLayer(rank),
  });
/** A convolution with nonzero padding, which only the layer offers. */
const padded = (rank: Rank): Row => row('sum', 'sum', { [`nn.Conv${rank}d`]: asLayer(rank) });
const transposed = (rank: Rank): Row =>
  row('sum', 'sum', {
    [`convTranspose${rank}d`]: ({ x, weight, bias }, a) =>
      functions[`convTranspose${rank}d`]!(
        x,
        weight,
        bias ?? null,
        a.stride,
        a.padding,
        a.output_padding,
        a.groups,
        a.dilation,
      ),
    [`nn.ConvTranspose${rank}d`]: ({ x, weight, bias }, { groups = 1, ...a }) =>
      holding(layers[`ConvTranspose${rank}d`]!(groups, groups, kernelOf(weight!), { groups, ...named(a) }), {
        weight: weight!,
        bias: bias ?? null,
      })(x!),
  });
/** A row for each rank. */
const ofRanks = (name: string, row: (rank: Rank) => Row): Record<string, Row> =>
  Object.fromEntries(([1, 2, 3] as const).map((rank) => [`${name}${rank}d`, row(rank)]));
const adaptive = (name: string, value: Closeness): Row => {
  const more = ({ return_indices: r }: Args): readonly unknown[] => (r === undefined ? [] : [r]);
  return row(value, 'sum', {
    [`adaptive${name}`]: ({ x }, { size, ...a }) => functions[`adaptive${name}`]!(x, size, ...more(a)),
    [`nn.Adaptive${name}`]: ({ x }, { size, ...a }) => layers[`Adaptive${name}`]!(size, ...more(a))(x!),
  });
};
const unpool = (rank: Rank): Row =>
  row('exact', 'exact', {
    [`maxUnpool${rank}d`]: ({ x, indices }, { kernel_size, ...a }) =>
      functions[`maxUnpool${rank}d`]!(x, indices, kernel_size, named(a)),
    [`nn.MaxUnpool${rank}d`]: ({ x, indices }, { kernel_size, output_size = null, ...a }) =>
      (layers[`MaxUnpool${rank}d`]!(kernel_size, named(a)) as unknown as { forward: AnyFunction }).forward(
        x,
        indices,
        output_size,
      ),
  });
/** A function that also returns indices. */
const indexed = (name: string, options: (a: Args) => readonly unknown[]): Row =>
  row('exact', 'sum', {
    [name]: ({ x }, a) => functions[name]!(x, ...options(a)),
  });
const shuffle = (name: string, layer: string): Row =>
  row('exact', 'exact', {
    [name]: ({ x }, { by }) => functions[name]!(x, by),
    [`nn.${layer}`]: ({ x }, { by }) => layers[layer]!(by)(x!),
  });
const padding = (layer: string): Row =>
  row('exact', 'sum', {
    [`nn.${layer}`]: ({ x }, a) => layers[layer]!(a.padding, ...('value' in a ? [a.value] : []))(x!),
  });
const pool = (name: string, layer: string, value: Closeness): Row =>
  row(value, 'sum', {
    [name]: ({ x }, { kernel_size, ...a }) => functions[name]!(x, kernel_size, named(a)),
    [`nn.${layer}`]: ({ x }, { kernel_size, ...a }) => layers[layer]!(kernel_size, named(a))(x!),
  });
const normed = (rank: 1 | 2): Row =>
  row('sum', 'sum', {
    [`lpPool${rank}d`]: ({ x }, { norm_type, kernel_size, ...a }) =>
      functions[`lpPool${rank}d`]!(x, norm_type, kernel_size, named(a)),
    [`nn.LPPool${rank}d`]: ({ x }, { norm_type, kernel_size, ...a }) =>
      layers[`LPPool${rank}d`]!(norm_type, kernel_size, named(a))(x!),
  });
const dimsOf = (a: Args): [number?, number?] => [a.start_dim, a.end_dim];

const resized = row('sum', 'sum', {
  interpolate: ({ x }, a) => F.interpolate(x!, named(a)),
  upsample: ({ x }, a) => F.upsample(x!, named(a)),
  'nn.Upsample': ({ x }, a) => nn.Upsample(named(a))(x!),
});

export const rows: Readonly<Record<string, Row>> = {
  neg: pointwise('neg', 'exact', 'exact'),
  abs: pointwise('abs', 'exact', 'exact'),
  exp: pointwise('exp', 'ulp', 'ulp'),
  log: pointwise('log', 'ulp', 'exact'),
  sqrt: pointwise('sqrt', 'exact', 'ulp'),
  erf: pointwise('erf', 'ulp', 'ulp'),
  detach: unary('detach', 'exact', 'exact'),
  relu: row('exact', 'exact', {
    ...activation('relu', 'ReLU', 'exact', 'exact').ways,
    'nn.Sequential': ({ x }) => nn.Sequential(nn.ReLU())(x!),
    'nn.ModuleList': ({ x }) => nn.ModuleList([nn.ReLU()])[0]!(x!),
  }),
  identity: row('exact', 'exact', { 'nn.Identity': ({ x }) => nn.Identity()(x!) }),
  sigmoid: activation('sigmoid', 'Sigmoid', 'ulp', 'sum'),
  tanh: activation('tanh', 'Tanh', 'ulp', 'sum'),
  leakyRelu: row('exact', 'exact', {
    leakyRelu: ({ x }, { slope }) => (slope === undefined ? F.leakyRelu(x!) : F.leakyRelu(x!, slope)),
    'nn.LeakyReLU': ({ x }, { slope }) => (slope === undefined ? nn.LeakyReLU() : nn.LeakyReLU(slope))(x!),
  }),
  gelu: row('sum', 'sum', {
    gelu: ({ x }, a) => F.gelu(x!, a.approximate),
    'nn.GELU': ({ x }, a) => nn.GELU(a)(x!),
  }),

  rrelu: row('exact', 'exact', {
    rrelu: ({ x }, a) => F.rrelu(x!, a.lower, a.upper, a.training),
    'nn.RReLU': ({ x }, { training = false, ...a }) => nn.RReLU(a).train(training as boolean)(x!),
  }),
  elu: row('sum', 'sum', {
    elu: ({ x }, a) => F.elu(x!, a.alpha),
    'nn.ELU': ({ x }, a) => nn.ELU(a)(x!),
  }),
  selu: plain('selu', 'SELU', 'sum', 'sum'),
  celu: row('sum', 'sum', {
    celu: ({ x }, a) => F.celu(x!, a.alpha),
    'nn.CELU': ({ x }, a) => nn.CELU(a)(x!),
  }),
  silu: plain('silu', 'SiLU', 'ulp', 'sum'),
  mish: plain('mish', 'Mish', 'sum', 'sum'),
  softplus: row('ulp', 'sum', {
    softplus: ({ x }, a) => F.softplus(x!, a.beta, a.threshold),
    'nn.Softplus': ({ x }, a) => nn.Softplus(a)(x!),
  }),
  softsign: plain('softsign', 'Softsign', 'exact', 'ulp'),
  tanhshrink: plain('tanhshrink', 'Tanhshrink', 'sum', 'sum'),
  logsigmoid: plain('logsigmoid', 'LogSigmoid', 'ulp', 'sum'),
  hardtanh: row('exact', 'exact', {
    hardtanh: ({ x }, a) => F.hardtanh(x!, a.min_val, a.max_val),
    'nn.Hardtanh': ({ x }, a) =>
      holding(nn.Hardtanh(), { ...(a.min_val === undefined ? {} : { minVal: a.min_val, maxVal: a.max_val }) })(x!),
  }),
  relu6: plain('relu6', 'ReLU6', 'exact', 'exact'),
  hardsigmoid: plain('hardsigmoid', 'Hardsigmoid', 'exact', 'ulp'),
  hardswish: plain('hardswish', 'Hardswish', 'ulp', 'sum'),
  hardshrink: row('exact', 'exact', {
    hardshrink: ({ x }, a) => F.hardshrink(x!, a.lambd),
    'Tensor.hardshrink': ({ x }, a) => x!.hardshrink(a.lambd),
    'nn.Hardshrink': ({ x }, a) => nn.Hardshrink(a)(x!),
  }),
  softshrink: row('exact', 'exact', {
    softshrink: ({ x }, a) => F.softshrink(x!, a.lambd),
    'nn.Softshrink': ({ x }, a) => nn.Softshrink(a)(x!),
  }),
  threshold: row('exact', 'exact', {
    threshold: ({ x }, a) => F.threshold(x!, a.threshold, a.value),
    'nn.Threshold': ({ x }, a) => nn.Threshold(a.threshold, a.value)(x!),
  }),
  prelu: row('exact', 'sum', {
    prelu: ({ x, weight }) => F.prelu(x!, weight!),
    'Tensor.prelu': ({ x, weight }) => x!.prelu(weight!),
    'nn.PReLU': ({ x, weight }) => holding(nn.PReLU(), { weight: weight! })(x!),
  }),
  glu: row('sum', 'sum', {
    glu: ({ x }, a) => F.glu(x!, a.dim),
    'nn.GLU': ({ x }, a) => nn.GLU(a)(x!),
  }),

  add: binary('add', 'exact', 'exact'),
  sub: binary('sub', 'exact', 'exact'),
  mul: binary('mul', 'exact', 'exact'),
  div: binary('div', 'exact', 'ulp'),
  pow: operands('pow', 'ulp', 'ulp'),
  maximum: operands('maximum', 'exact', 'exact'),
  minimum: operands('minimum', 'exact', 'exact'),
  eq: binary('eq', 'exact', 'exact'),
  ne: binary('ne', 'exact', 'exact'),
  lt: binary('lt', 'exact', 'exact'),
  le: binary('le', 'exact', 'exact'),
  gt: binary('gt', 'exact', 'exact'),
  ge: binary('ge', 'exact', 'exact'),
  clamp: alike('clamp', 'exact', 'exact', ({ x, lo, hi }, a) => [x, lo ?? a.min ?? null, hi ?? a.max ?? null]),
  clampMin: alike('clampMin', 'exact', 'exact', ({ x, lo }, a) => [x, lo ?? a.min]),
  clampMax: alike('clampMax', 'exact', 'exact', ({ x, hi }, a) => [x, hi ?? a.max]),
  where: row('exact', 'exact', { where: ({ cond, a, b }, n) => F.where(cond!, a ?? n.a, b ?? n.b) }),
  'Tensor.where': row('exact', 'exact', { 'Tensor.where': ({ x, cond, other }) => x!.where(cond!, other!) }),
  maskedFill: row('exact', 'exact', { 'Tensor.maskedFill': ({ x, mask }, { value }) => x!.maskedFill(mask!, value) }),
  nanToNum: alike('nanToNum', 'exact', 'exact', ({ x }, a) => [x, a.nan, a.posinf, a.neginf]),

  exp2: pointwise('exp2', 'ulp', 'ulp'),
  expm1: pointwise('expm1', 'ulp', 'ulp'),
  log2: pointwise('log2', 'ulp', 'ulp'),
  log10: pointwise('log10', 'ulp', 'ulp'),
  log1p: pointwise('log1p', 'ulp', 'ulp'),
  rsqrt: pointwise('rsqrt', 'ulp', 'ulp'),
  reciprocal: pointwise('reciprocal', 'exact', 'ulp'),
  square: pointwise('square', 'exact', 'ulp'),
  sin: pointwise('sin', 'ulp', 'ulp'),
  cos: pointwise('cos', 'ulp', 'ulp'),
  tan: pointwise('tan', 'ulp', 'ulp'),
  asin: pointwise('asin', 'ulp', 'ulp'),
  acos: pointwise('acos', 'ulp', 'ulp'),
  atan: pointwise('atan', 'ulp', 'ulp'),
  sinh: pointwise('sinh', 'ulp', 'ulp'),
  cosh: pointwise('cosh', 'ulp', 'ulp'),
  asinh: pointwise('asinh', 'ulp', 'ulp'),
  acosh: pointwise('acosh', 'ulp', 'ulp'),
  atanh: pointwise('atanh', 'ulp', 'ulp'),
  erfc: pointwise('erfc', 'ulp', 'ulp'),
  sign: pointwise('sign', 'exact', 'exact'),
  floor: pointwise('floor', 'exact', 'exact'),
  ceil: pointwise('ceil', 'exact', 'exact'),
  round: alike('round', 'exact', 'exact', ({ x }, options) => [x, options]),
  trunc: pointwise('trunc', 'exact', 'exact'),
  frac: pointwise('frac', 'exact', 'exact'),
  isnan: pointwise('isnan', 'exact', 'exact'),
  isinf: pointwise('isinf', 'exact', 'exact'),
  isfinite: pointwise('isfinite', 'exact', 'exact'),
  logicalNot: pointwise('logicalNot', 'exact', 'exact'),
  logicalAnd: operands('logicalAnd', 'exact', 'exact'),
  logicalOr: operands('logicalOr', 'exact', 'exact'),
  logicalXor: operands('logicalXor', 'exact', 'exact'),
  atan2: operands('atan2', 'ulp', 'ulp'),
  lerp: alike('lerp', 'ulp', 'ulp', ({ a, b, weight }, n) => [a, b, weight ?? n.weight]),
  addcmul: alike('addcmul', 'sum', 'ulp', ({ x, t1, t2 }, { value }) => [x, t1, t2, value]),
  addcdiv: alike('addcdiv', 'sum', 'ulp', ({ x, t1, t2 }, { value }) => [x, t1, t2, value]),

  mm: operands('mm', 'sum', 'sum'),
  mv: operands('mv', 'sum', 'sum'),
  dot: operands('dot', 'sum', 'sum'),
  bmm: operands('bmm', 'sum', 'sum'),
  outer: operands('outer', 'exact', 'sum'),
  addr: alike('addr', 'sum', 'sum', ({ x, a, b }, n) => [x, a, b, n]),
  tensordot: alike('tensordot', 'sum', 'sum', ({ a, b }, { dims }) => [a, b, dims]),
  kthvalue: alike('kthvalue', 'exact', 'exact', ({ x }, a) => [x, a.k, a.dim, a.keepdim]),
  median: alike('median', 'exact', 'ulp', ({ x }, a) => [x, a.dim, a.keepdim]),
  nanmedian: alike('nanmedian', 'exact', 'ulp', ({ x }, a) => [x, a.dim, a.keepdim]),
  nanquantile: alike('nanquantile', 'ulp', 'ulp', ({ x }, { q, dim, keepdim, ...a }) => [
    x,
    q,
    dim ?? null,
    keepdim,
    a,
  ]),
  mode: alike('mode', 'exact', 'exact', ({ x }, a) => [x, a.dim, a.keepdim]),
  corrcoef: pointwise('corrcoef', 'sum', 'sum'),
  cumulativeTrapezoid: alike('cumulativeTrapezoid', 'sum', 'sum', ({ y, x }, a) => [y, x ?? null, a]),
  histc: alike('histc', 'exact', 'exact', ({ x }, a) => [x, a.bins, a.min, a.max]),
  bincount: alike('bincount', 'sum', 'exact', ({ x, weights }, a) => [x, weights ?? null, a.minlength]),
  isin: alike('isin', 'exact', 'exact', ({ x, other }, a) => [x, other, named(a)]),
  vander: alike('vander', 'ulp', 'sum', ({ x }, a) => [x, a.n, a.increasing]),
  quantile: alike('quantile', 'ulp', 'ulp', ({ x }, { q, dim, keepdim, ...a }) => [x, q, dim ?? null, keepdim, a]),
  cov: alike('cov', 'sum', 'sum', ({ x, ...weights }, a) => [x, { ...weights, ...a }]),
  trapezoid: alike('trapezoid', 'sum', 'sum', ({ y, x }, a) => [y, x ?? null, a]),
  addmm: alike('addmm', 'sum', 'sum', ({ x, a, b }, n) => [x, a, b, n]),
  addmv: alike('addmv', 'sum', 'sum', ({ x, a, b }, n) => [x, a, b, n]),
  baddbmm: alike('baddbmm', 'sum', 'sum', ({ x, a, b }, n) => [x, a, b, n]),

  prod: reduction('prod', 'ulp', 'ulp'),
  cumprod: alike('cumprod', 'ulp', 'sum', ({ x }, { dim }) => [x, dim]),
  var: alike('var', 'sum', 'sum', ({ x }, a) => [x, a.dim, a.correction, a.keepdim]),
  std: alike('std', 'sum', 'sum', ({ x }, a) => [x, a.dim, a.correction, a.keepdim]),
  varMean: alike('varMean', 'sum', 'sum', ({ x }, a) => [x, a.dim, a.correction, a.keepdim]),
  stdMean: alike('stdMean', 'sum', 'sum', ({ x }, a) => [x, a.dim, a.correction, a.keepdim]),
  norm: alike('norm', 'sum', 'sum', ({ x }, a) => [x, a.p, a.dim, a.keepdim]),
  logsumexp: reduction('logsumexp', 'sum', 'sum'),
  any: reduction('any', 'exact', 'exact'),
  all: reduction('all', 'exact', 'exact'),
  aminmax: reduction('aminmax', 'exact', 'ulp'),
  to: row('exact', 'exact', {
    'Tensor.to': ({ x }, { dtype = 'i32', back }) => (back ? x!.to(dtype).to('f32') : x!.to(dtype)),
  }),

  sum: reduction('sum', 'sum', 'exact'),
  mean: reduction('mean', 'sum', 'ulp'),
  amax: reduction('amax', 'exact', 'ulp'),
  amin: reduction('amin', 'exact', 'ulp'),
  max: extreme('max'),
  min: extreme('min'),
  argmax: index('argmax'),
  argmin: index('argmin'),
  softmax: row('sum', 'sum', {
    'Tensor.softmax': ({ x }, { dim }) => x!.softmax(dim),
    softmax: ({ x }, { dim }) => F.softmax(x!, dim),
    'nn.Softmax': ({ x }, { dim }) => nn.Softmax(dim)(x!),
  }),
  logSoftmax: row('sum', 'sum', {
    'Tensor.logSoftmax': ({ x }, { dim }) => x!.logSoftmax(dim),
    logSoftmax: ({ x }, { dim }) => F.logSoftmax(x!, dim),
    'nn.LogSoftmax': ({ x }, { dim }) => nn.LogSoftmax({ dim })(x!),
  }),
  softmin: row('sum', 'sum', {
    softmin: ({ x }, { dim }) => F.softmin(x!, dim),
    'nn.Softmin': ({ x }, { dim }) => nn.Softmin(dim)(x!),
  }),
  Softmax2d: row('sum', 'sum', { 'nn.Softmax2d': ({ x }) => nn.Softmax2d()(x!) }),

  view: row('exact', 'exact', {
    'Tensor.view': ({ x }, { shape }) => x!.view(shape),
  }),
  reshape: row('exact', 'exact', { 'Tensor.reshape': ({ x }, { shape }) => x!.reshape(...shape) }),
  flatten: row('exact', 'exact', {
    'Tensor.flatten': ({ x }, a) => x!.flatten(...dimsOf(a)),
    flatten: ({ x }, a) => F.flatten(x!, ...dimsOf(a)),
    'nn.Flatten': ({ x }, a) => nn.Flatten({ startDim: a.start_dim ?? 0, endDim: a.end_dim ?? -1 })(x!),
  }),
  unsqueeze: row('exact', 'exact', { 'Tensor.unsqueeze': ({ x }, { dim }) => x!.unsqueeze(dim) }),
  squeeze: row('exact', 'exact', { 'Tensor.squeeze': ({ x }, { dim }) => x!.squeeze(dim) }),
  transpose: row('exact', 'exact', { 'Tensor.transpose': ({ x }, a) => x!.transpose(a.dim0, a.dim1) }),
  permute: row('exact', 'exact', { 'Tensor.permute': ({ x }, { dims }) => x!.permute(dims) }),
  t: row('exact', 'exact', { 'Tensor.t': ({ x }) => x!.t() }),
  narrow: row('exact', 'exact', { 'Tensor.narrow': ({ x }, a) => x!.narrow(a.dim, a.start, a.length) }),
  slice: row('exact', 'exact', { 'Tensor.slice': ({ x }, a) => x!.slice(a.dim, a.start ?? undefined, a.end, a.step) }),
  select: row('exact', 'exact', { 'Tensor.select': ({ x }, a) => x!.select(a.dim, a.index) }),
  cat: row('exact', 'exact', { cat: (t, { dim, twice }) => F.cat(twice ? [t.a!, t.a!] : Object.values(t), dim) }),
  stack: row('exact', 'exact', { stack: (t, { dim }) => F.stack(Object.values(t), dim) }),
  pad: row('exact', 'exact', { pad: ({ x }, a) => F.pad(x!, a.pad, a.mode, a.value) }),

  flip: row('exact', 'exact', {
    'Tensor.flip': ({ x }, { dims }) => x!.flip(dims),
    flip: ({ x }, { dims }) => F.flip(x!, dims),
  }),
  roll: row('exact', 'exact', {
    'Tensor.roll': ({ x }, a) => x!.roll(a.shifts, a.dims),
    roll: ({ x }, a) => F.roll(x!, a.shifts, a.dims),
  }),
  split: row('exact', 'exact', {
    'Tensor.split': ({ x }, a) => x!.split(a.size, a.dim),
    split: ({ x }, a) => F.split(x!, a.size, a.dim),
  }),
  chunk: row('exact', 'exact', {
    'Tensor.chunk': ({ x }, a) => x!.chunk(a.chunks, a.dim),
    chunk: ({ x }, a) => F.chunk(x!, a.chunks, a.dim),
  }),
  expand: row('exact', 'sum', { 'Tensor.expand': ({ x }, { sizes }) => x!.expand(sizes) }),
  expandAs: row('exact', 'sum', { 'Tensor.expandAs': ({ x, other }) => x!.expandAs(other!) }),
  tril: row('exact', 'exact', {
    'Tensor.tril': ({ x }, { diagonal }) => x!.tril(diagonal),
    tril: ({ x }, { diagonal }) => F.tril(x!, diagonal),
  }),
  triu: row('exact', 'exact', {
    'Tensor.triu': ({ x }, { diagonal }) => x!.triu(diagonal),
    triu: ({ x }, { diagonal }) => F.triu(x!, diagonal),
  }),
  cumsum: row('sum', 'sum', {
    'Tensor.cumsum': ({ x }, { dim }) => x!.cumsum(dim),
    cumsum: ({ x }, { dim }) => F.cumsum(x!, dim),
  }),
  sort: row('exact', 'exact', {
    'Tensor.sort': ({ x }, a) => both(x!.sort(a.dim, a.descending)),
    sort: ({ x }, a) => both(F.sort(x!, a.dim, a.descending)),
  }),
  argsort: row('exact', 'exact', {
    'Tensor.argsort': ({ x }, a) => x!.argsort(a.dim, a.descending),
    argsort: ({ x }, a) => F.argsort(x!, a.dim, a.descending),
  }),
  topk: row('exact', 'exact', {
    'Tensor.topk': ({ x }, a) => both(x!.topk(a.k, a.dim, a.largest)),
    topk: ({ x }, a) => both(F.topk(x!, a.k, a.dim, a.largest)),
  }),
  scaledDotProductAttention: row('sum', 'sum', {
    scaledDotProductAttention: ({ queries, keys, values, attn_mask }, a) =>
      F.scaledDotProductAttention(queries!, keys!, values!, {
        ...(attn_mask ? { attnMask: attn_mask } : {}),
        ...(a.is_causal === undefined ? {} : { isCausal: a.is_causal }),
      }),
  }),
  rotary: row('sum', 'sum', { rotary: ({ x, positions }, a) => F.rotary(x!, positions!, a.interleaved) }),
  einsum: row('sum', 'sum', { einsum: (t, { equation }) => F.einsum(equation, ...Object.values(t)) }),

  embedding: row('exact', 'sum', {
    embedding: ({ x, weight }, a) => F.embedding(x!, weight!, named(a)),
    'nn.Embedding': ({ x, weight }, a) => {
      const [rows = 1] = weight!.shape as number[];
      return holding(nn.Embedding(rows, 1, named(a)), { weight: weight! })(x!);
    },
  }),
  embeddingBag: row('sum', 'sum', {
    embeddingBag: ({ x, weight, offsets, per_sample_weights }, a) =>
      F.embeddingBag(x!, weight!, offsets ?? null, { ...named(a), perSampleWeights: per_sample_weights ?? null }),
    'nn.EmbeddingBag': ({ x, weight, offsets, per_sample_weights }, a) =>
      holding(nn.EmbeddingBag((weight!.shape as number[])[0]!, 3, named(a)), { weight: weight! }).forward(
        x!,
        offsets ?? null,
        per_sample_weights ?? null,
      ),
  }),
  oneHot: row('exact', 'exact', { oneHot: ({ x }, a) => F.oneHot(x!, a.num_classes) }),
  indexSelect: row('exact', 'sum', {
    'Tensor.indexSelect': ({ x, index }, { dim }) => x!.indexSelect(dim, index!),
    indexSelect: ({ x, index }, { dim }) => F.indexSelect(x!, dim, index!),
  }),
  scatter: alike('scatter', 'exact', 'exact', ({ x, index, src }, a) => [x, a.dim, index, src ?? a.value]),
  scatterReduce: alike('scatterReduce', 'sum', 'sum', ({ x, index, src }, a) => [
    x,
    a.dim,
    index,
    src,
    a.reduce,
    ...(a.include_self === undefined ? [] : [a.include_self]),
  ]),
  indexAdd: row('sum', 'exact', {
    'Tensor.indexAdd': ({ x, index, source }, a) => x!.indexAdd(a.dim, index!, source!, a.alpha),
    indexAdd: ({ x, index, source }, a) => F.indexAdd(x!, a.dim, index!, source!, a.alpha),
  }),
  gather: row('exact', 'sum', {
    'Tensor.gather': ({ x, index }, { dim }) => x!.gather(dim, index!),
    gather: ({ x, index }, { dim }) => F.gather(x!, dim, index!),
  }),
  takeAlongDim: row('exact', 'sum', {
    'Tensor.takeAlongDim': ({ x, indices }, { dim }) => x!.takeAlongDim(indices!, dim),
    takeAlongDim: ({ x, indices }, { dim }) => F.takeAlongDim(x!, indices!, dim),
  }),
  scatterAdd: row('sum', 'exact', {
    'Tensor.scatterAdd': ({ x, index, src }, { dim }) => x!.scatterAdd(dim, index!, src!),
    scatterAdd: ({ x, index, src }, { dim }) => F.scatterAdd(x!, dim, index!, src!),
  }),

  diagonal: alike('diagonal', 'exact', 'exact', ({ x }, a) => [x, a.offset, a.dim1, a.dim2]),
  diagEmbed: alike('diagEmbed', 'exact', 'exact', ({ x }, a) => [x, a.offset, a.dim1, a.dim2]),
  diag: alike('diag', 'exact', 'exact', ({ x }, { diagonal }) => [x, diagonal]),
  trace: pointwise('trace', 'sum', 'exact'),
  kron: operands('kron', 'exact', 'sum'),
  cross: alike('cross', 'sum', 'sum', ({ a, b }, { dim }) => [a, b, dim]),
  inner: operands('inner', 'sum', 'sum'),
  cdist: alike('cdist', 'sum', 'sum', ({ a, b }, { p }) => [a, b, p]),
  pdist: alike('pdist', 'sum', 'sum', ({ x }, { p }) => [x, p]),
  dist: alike('dist', 'sum', 'sum', ({ a, b }, { p }) => [a, b, p]),
  renorm: alike('renorm', 'sum', 'sum', ({ x }, a) => [x, a.p, a.dim, a.maxnorm]),
  blockDiag: row('exact', 'exact', { blockDiag: (t) => F.blockDiag(Object.values(t)) }),
  fmod: operands('fmod', 'exact', 'ulp'),
  remainder: operands('remainder', 'exact', 'ulp'),
  floorDivide: operands('floorDivide', 'exact', 'exact'),
  hypot: operands('hypot', 'ulp', 'sum'),
  logaddexp: operands('logaddexp', 'sum', 'sum'),
  logaddexp2: operands('logaddexp2', 'sum', 'sum'),
  xlogy: operands('xlogy', 'ulp', 'ulp'),
  logit: alike('logit', 'sum', 'ulp', ({ x }, { eps }) => [x, eps]),
  erfinv: pointwise('erfinv', 'sum', 'sum'),
  erfcx: pointwise('erfcx', 'ulp', 'sum'),
  ndtr: pointwise('ndtr', 'sum', 'sum'),
  logNdtr: pointwise('logNdtr', 'sum', 'sum'),
  lgamma: pointwise('lgamma', 'sum', 'sum'),
  digamma: pointwise('digamma', 'sum', 'sum'),
  polygamma: row('sum', 'sum', {
    polygamma: ({ x }, { n }) => F.polygamma(n, x!),
    'Tensor.polygamma': ({ x }, { n }) => x!.polygamma(n),
  }),
  mvlgamma: alike('mvlgamma', 'sum', 'sum', ({ x }, { p }) => [x, p]),
  entr: pointwise('entr', 'ulp', 'sum'),
  xlog1py: operands('xlog1py', 'ulp', 'ulp'),
  sinc: pointwise('sinc', 'sum', 'sum'),
  heaviside: operands('heaviside', 'exact', 'exact'),
  copysign: operands('copysign', 'exact', 'exact'),
  fmax: operands('fmax', 'exact', 'exact'),
  fmin: operands('fmin', 'exact', 'exact'),
  deg2rad: pointwise('deg2rad', 'ulp', 'ulp'),
  rad2deg: pointwise('rad2deg', 'ulp', 'ulp'),
  isposinf: pointwise('isposinf', 'exact', 'exact'),
  isneginf: pointwise('isneginf', 'exact', 'exact'),
  isclose: alike('isclose', 'exact', 'exact', ({ a, b }, n) => [a, b, n.rtol, n.atol, n.equal_nan]),
  repeat: alike('repeat', 'exact', 'sum', ({ x }, { sizes }) => [x, ...sizes]),
  tile: alike('tile', 'exact', 'sum', ({ x }, { sizes }) => [x, sizes]),
  repeatInterleave: alike('repeatInterleave', 'exact', 'sum', ({ x }, a) => [x, a.repeats, a.dim]),
  rot90: alike('rot90', 'exact', 'exact', ({ x }, a) => [x, a.k, a.dims]),
  unbind: alike('unbind', 'exact', 'exact', ({ x }, { dim }) => [x, dim]),
  meshgrid: row('exact', 'sum', { meshgrid: (t, { indexing }) => F.meshgrid(Object.values(t), indexing) }),
  movedim: alike('movedim', 'exact', 'exact', ({ x }, a) => [x, a.source, a.destination]),
  unflatten: row('exact', 'exact', {
    unflatten: ({ x }, a) => F.unflatten(x!, a.dim, a.sizes),
    'Tensor.unflatten': ({ x }, a) => x!.unflatten(a.dim, a.sizes),
    'nn.Unflatten': ({ x }, a) => nn.Unflatten(a.dim, a.sizes)(x!),
  }),
  bilinear: row('sum', 'sum', {
    bilinear: ({ x1, x2, weight, bias }) => F.bilinear(x1!, x2!, weight!, bias ?? null),
    'nn.Bilinear': ({ x1, x2, weight, bias }) =>
      holding(nn.Bilinear(1, 1, 1), { weight: weight!, bias: bias ?? null })(x1!, x2!),
  }),
  localResponseNorm: row('sum', 'sum', {
    localResponseNorm: ({ x }, a) => F.localResponseNorm(x!, a.size, a.alpha, a.beta, a.k),
    'nn.LocalResponseNorm': ({ x }, { size, ...a }) => nn.LocalResponseNorm(size, a)(x!),
  }),
  hstack: row('exact', 'exact', { hstack: (t) => F.hstack(Object.values(t)) }),
  vstack: row('exact', 'exact', { vstack: (t) => F.vstack(Object.values(t)) }),
  columnStack: row('exact', 'exact', { columnStack: (t) => F.columnStack(Object.values(t)) }),
  clone: pointwise('clone', 'exact', 'exact'),
  ravel: pointwise('ravel', 'exact', 'exact'),
  atleast1d: row('exact', 'exact', { atleast1d: ({ x }) => F.atleast1d(x!) }),
  atleast2d: row('exact', 'exact', { atleast2d: ({ x }) => F.atleast2d(x!) }),
  atleast3d: row('exact', 'exact', { atleast3d: ({ x }) => F.atleast3d(x!) }),
  fliplr: pointwise('fliplr', 'exact', 'exact'),
  flipud: pointwise('flipud', 'exact', 'exact'),
  msort: pointwise('msort', 'exact', 'exact'),
  signbit: pointwise('signbit', 'exact', 'exact'),
  broadcastTo: alike('broadcastTo', 'exact', 'sum', ({ x }, { shape }) => [x, shape]),
  broadcastTensors: row('exact', 'sum', { broadcastTensors: (t) => F.broadcastTensors(Object.values(t)) }),
  dstack: row('exact', 'exact', { dstack: (t) => F.dstack(Object.values(t)) }),
  tensorSplit: alike('tensorSplit', 'exact', 'exact', ({ x }, { at, dim }) => [x, at, dim]),
  hsplit: alike('hsplit', 'exact', 'exact', ({ x }, { at }) => [x, at]),
  vsplit: alike('vsplit', 'exact', 'exact', ({ x }, { at }) => [x, at]),
  dsplit: alike('dsplit', 'exact', 'exact', ({ x }, { at }) => [x, at]),
  take: alike('take', 'exact', 'sum', ({ x, index }) => [x, index]),
  selectScatter: alike('selectScatter', 'exact', 'exact', ({ x, src }, { dim, index }) => [x, src, dim, index]),
  sliceScatter: alike('sliceScatter', 'exact', 'exact', ({ x, src }, a) => [x, src, a.dim, a.start, a.end, a.step]),
  cartesianProd: row('exact', 'sum', { cartesianProd: (t) => F.cartesianProd(Object.values(t)) }),
  ldexp: alike('ldexp', 'ulp', 'ulp', ({ a, b }) => [a, b]),
  diff: alike('diff', 'exact', 'sum', ({ x, prepend, append }, a) => [x, a.n, a.dim, prepend ?? null, append ?? null]),
  logcumsumexp: alike('logcumsumexp', 'sum', 'sum', ({ x }, { dim }) => [x, dim]),
  cummax: alike('cummax', 'exact', 'exact', ({ x }, { dim }) => [x, dim]),
  cummin: alike('cummin', 'exact', 'exact', ({ x }, { dim }) => [x, dim]),
  searchsorted: alike('searchsorted', 'exact', 'exact', ({ sequence, values }, { right }) => [sequence, values, right]),
  bucketize: alike('bucketize', 'exact', 'exact', ({ x, boundaries }, { right }) => [x, boundaries, right]),
  nansum: reduction('nansum', 'sum', 'exact'),
  nanmean: reduction('nanmean', 'sum', 'ulp'),
  countNonzero: alike('countNonzero', 'exact', 'exact', ({ x }, { dim }) => [x, dim]),
  indexFill: alike('indexFill', 'exact', 'exact', ({ x, index }, a) => [x, a.dim, index, a.value]),
  indexCopy: alike('indexCopy', 'exact', 'exact', ({ x, index, source }, { dim }) => [x, dim, index, source]),

  matmul: row('sum', 'sum', {
    'Tensor.matmul': ({ a, b }) => a!.matmul(b!),
    matmul: ({ a, b }) => F.matmul(a!, b!),
  }),
  linear: row('sum', 'sum', {
    linear: ({ x, weight, bias }) => F.linear(x!, weight!, bias ?? null),
    'nn.Linear': ({ x, weight, bias }) => holding(nn.Linear(1, 1), { weight: weight!, bias: bias ?? null })(x!),
  }),
  conv1d: convolution(1),
  conv2d: convolution(2),
  conv3d: convolution(3),
  Conv1d: padded(1),
  Conv2d: padded(2),
  Conv3d: padded(3),
  convTranspose1d: transposed(1),
  convTranspose2d: transposed(2),
  convTranspose3d: transposed(3),
  ConvTranspose2d: row('sum', 'sum', {
    'nn.ConvTranspose2d': ({ x, weight, bias }, { output_size, ...a }) =>
      holding(nn.ConvTranspose2d(2, 3, [2, 3], a), { weight: weight!, bias: bias! }).forward(x!, output_size),
  }),
  interpolate: resized,
  bicubic: resized,
  UpsamplingNearest2d: row('exact', 'sum', {
    'nn.UpsamplingNearest2d': ({ x }, a) => nn.UpsamplingNearest2d(named(a))(x!),
  }),
  UpsamplingBilinear2d: row('sum', 'sum', {
    'nn.UpsamplingBilinear2d': ({ x }, a) => nn.UpsamplingBilinear2d(named(a))(x!),
  }),
  ...ofRanks('adaptiveAvgPool', (rank) => adaptive(`AvgPool${rank}d`, 'sum')),
  ...ofRanks('adaptiveMaxPool', (rank) => adaptive(`MaxPool${rank}d`, 'exact')),
  adaptiveMaxPool1dWithIndices: indexed('adaptiveMaxPool1dWithIndices', ({ size }) => [size]),
  adaptiveMaxPool2dWithIndices: indexed('adaptiveMaxPool2dWithIndices', ({ size }) => [size]),
  adaptiveMaxPool3dWithIndices: indexed('adaptiveMaxPool3dWithIndices', ({ size }) => [size]),
  pixelShuffle: shuffle('pixelShuffle', 'PixelShuffle'),
  pixelUnshuffle: shuffle('pixelUnshuffle', 'PixelUnshuffle'),
  channelShuffle: shuffle('channelShuffle', 'ChannelShuffle'),
  ...ofRanks('maxUnpool', unpool),
  unfold: row('exact', 'sum', {
    unfold: ({ x }, { kernel_size, ...a }) => F.unfold(x!, kernel_size, a),
    'nn.Unfold': ({ x }, { kernel_size, ...a }) => nn.Unfold(kernel_size, a)(x!),
  }),
  fold: row('sum', 'exact', {
    fold: ({ x }, { output_size, kernel_size, ...a }) => F.fold(x!, output_size, kernel_size, a),
    'nn.Fold': ({ x }, { output_size, kernel_size, ...a }) => nn.Fold(output_size, kernel_size, a)(x!),
  }),
  'Tensor.unfold': row('exact', 'sum', {
    'Tensor.unfold': ({ x }, { dimension, size, step }) => x!.unfold(dimension, size, step),
  }),
  lpPool1d: normed(1),
  lpPool2d: normed(2),
  gridSample: row('sum', 'sum', { gridSample: ({ x, grid }, a) => F.gridSample(x!, grid!, named(a)) }),
  affineGrid: row('sum', 'sum', { affineGrid: ({ theta }, a) => F.affineGrid(theta!, a.size, a.align_corners) }),
  ...ofRanks('ReflectionPad', (rank) => padding(`ReflectionPad${rank}d`)),
  ...ofRanks('ReplicationPad', (rank) => padding(`ReplicationPad${rank}d`)),
  ...ofRanks('CircularPad', (rank) => padding(`CircularPad${rank}d`)),
  ...ofRanks('ConstantPad', (rank) => padding(`ConstantPad${rank}d`)),
  ...ofRanks('ZeroPad', (rank) => padding(`ZeroPad${rank}d`)),
  maxPool1d: pool('maxPool1d', 'MaxPool1d', 'exact'),
  maxPool2d: pool('maxPool2d', 'MaxPool2d', 'exact'),
  maxPool3d: pool('maxPool3d', 'MaxPool3d', 'exact'),
  avgPool1d: pool('avgPool1d', 'AvgPool1d', 'sum'),
  avgPool2d: pool('avgPool2d', 'AvgPool2d', 'sum'),
  avgPool3d: pool('avgPool3d', 'AvgPool3d', 'sum'),

  crossEntropy: row('sum', 'sum', {
    crossEntropy: ({ x, target, weight }, a) =>
      F.crossEntropy(x!, target!, { weight: weight ?? null, ...lossOptions(a) }),
    'nn.CrossEntropyLoss': ({ x, target, weight }, a) =>
      nn.CrossEntropyLoss({ weight: weight ?? null, ...lossOptions(a) })(x!, target!),
  }),
  nllLoss: row('sum', 'sum', {
    nllLoss: ({ x, target, weight }, a) => F.nllLoss(x!, target!, { weight: weight ?? null, ...lossOptions(a) }),
    'nn.NLLLoss': ({ x, target, weight }, a) => nn.NLLLoss({ weight: weight ?? null, ...lossOptions(a) })(x!, target!),
  }),
  mseLoss: row('sum', 'sum', {
    mseLoss: ({ x, target }, a) => F.mseLoss(x!, target!, a),
    'nn.MSELoss': ({ x, target }, a) => nn.MSELoss(a)(x!, target!),
  }),
  bceWithLogits: row('sum', 'sum', {
    bceWithLogits: ({ x, target, weight, pos_weight }, a) =>
      F.bceWithLogits(x!, target!, { weight: weight ?? null, posWeight: pos_weight ?? null, ...a }),
    'nn.BCEWithLogitsLoss': ({ x, target, weight, pos_weight }, a) =>
      nn.BCEWithLogitsLoss({ weight: weight ?? null, posWeight: pos_weight ?? null, ...a })(x!, target!),
  }),
  ctcLoss: row('sum', 'sum', {
    ctcLoss: (t, a) => F.ctcLoss(...alignments(t, a), ctcOptions(a)),
    'nn.CTCLoss': (t, a) => nn.CTCLoss(ctcOptions(a)).forward(...alignments(t, a)),
  }),
  l1Loss: loss('l1Loss', 'L1Loss'),
  smoothL1Loss: loss('smoothL1Loss', 'SmoothL1Loss'),
  huberLoss: loss('huberLoss', 'HuberLoss'),
  klDiv: loss('klDiv', 'KLDivLoss'),
  poissonNllLoss: loss('poissonNllLoss', 'PoissonNLLLoss'),
  gaussianNllLoss: row('sum', 'sum', {
    gaussianNllLoss: (t, a) => F.gaussianNllLoss(t.x!, t.target!, t.var!, a),
    'nn.GaussianNLLLoss': (t, a) => nn.GaussianNLLLoss(a)(t.x!, t.target!, t.var!),
  }),
  binaryCrossEntropy: loss('binaryCrossEntropy', 'BCELoss'),
  multilabelSoftMarginLoss: loss('multilabelSoftMarginLoss', 'MultiLabelSoftMarginLoss'),
  softMarginLoss: loss('softMarginLoss', 'SoftMarginLoss'),
  multiMarginLoss: loss('multiMarginLoss', 'MultiMarginLoss'),
  multilabelMarginLoss: loss('multilabelMarginLoss', 'MultiLabelMarginLoss'),
  marginRankingLoss: loss('marginRankingLoss', 'MarginRankingLoss', ['input1', 'input2', 'target']),
  hingeEmbeddingLoss: loss('hingeEmbeddingLoss', 'HingeEmbeddingLoss'),
  cosineEmbeddingLoss: loss('cosineEmbeddingLoss', 'CosineEmbeddingLoss', ['input1', 'input2', 'target']),
  tripletMarginLoss: loss('tripletMarginLoss', 'TripletMarginLoss', triplet),
  tripletMarginWithDistanceLoss: loss(
    'tripletMarginWithDistanceLoss',
    'TripletMarginWithDistanceLoss',
    triplet,
    ({ city, ...a }) => ({ ...a, ...(city ? { distanceFunction: cityBlocks } : {}) }),
  ),
  pairwiseDistance: loss('pairwiseDistance', 'PairwiseDistance', ['x1', 'x2']),
  cosineSimilarity: row('sum', 'sum', {
    cosineSimilarity: ({ x1, x2 }, a) => F.cosineSimilarity(x1!, x2!, a.dim, a.eps),
    'nn.CosineSimilarity': ({ x1, x2 }, a) => nn.CosineSimilarity(a)(x1!, x2!),
  }),
  normalize: row('sum', 'sum', { normalize: ({ x }, a) => F.normalize(x!, a.p, a.dim, a.eps) }),
  layerNorm: row('sum', 'sum', {
    layerNorm: ({ x, weight, bias }, a) => F.layerNorm(x!, a.normalized_shape, weight ?? null, bias ?? null, a.eps),
    'nn.LayerNorm': ({ x, weight, bias }, a) =>
      holding(nn.LayerNorm([1], a.eps === undefined ? {} : { eps: a.eps }), {
        normalizedShape: a.normalized_shape,
        weight: weight ?? null,
        bias: bias ?? null,
      })(x!),
  }),
  batchNorm: row('sum', 'sum', {
    batchNorm: ({ x, running_mean, running_var, weight, bias }, a) =>
      F.batchNorm(x!, running_mean!, running_var!, weight ?? null, bias ?? null, false, 0.1, a.eps),
  }),
  batchNormTraining: row('sum', 'sum', {
    batchNorm: ({ x, weight, bias }, a) => F.batchNorm(x!, null, null, weight ?? null, bias ?? null, true, 0.1, a.eps),
  }),
  BatchNorm1d: norm('BatchNorm1d', { trackRunningStats: false }),
  BatchNorm2d: norm('BatchNorm2d', { trackRunningStats: false }),
  BatchNorm3d: norm('BatchNorm3d', { trackRunningStats: false }),
  instanceNorm: row('sum', 'sum', {
    instanceNorm: ({ x, weight, bias }, a) =>
      F.instanceNorm(x!, null, null, weight ?? null, bias ?? null, true, 0.1, a.eps),
  }),
  InstanceNorm1d: norm('InstanceNorm1d', {}),
  InstanceNorm2d: norm('InstanceNorm2d', {}),
  InstanceNorm3d: norm('InstanceNorm3d', {}),
  groupNorm: row('sum', 'sum', {
    groupNorm: ({ x, weight, bias }, a) => F.groupNorm(x!, a.num_groups, weight ?? null, bias ?? null, a.eps),
    'nn.GroupNorm': ({ x, weight, bias }, a) =>
      holding(nn.GroupNorm(1, 1, a.eps === undefined ? {} : { eps: a.eps }), {
        numGroups: a.num_groups,
        weight: weight ?? null,
        bias: bias ?? null,
      })(x!),
  }),
  rmsNorm: row('sum', 'sum', {
    rmsNorm: ({ x, weight }, a) => F.rmsNorm(x!, a.normalized_shape, weight ?? null, a.eps),
    'nn.RMSNorm': ({ x, weight }, a) =>
      holding(nn.RMSNorm([1], a.eps === undefined ? {} : { eps: a.eps }), {
        normalizedShape: a.normalized_shape,
        weight: weight ?? null,
      })(x!),
  }),

  arange: row('sum', 'sum', { arange: ({ x }, a) => x!.mul(F.arange(a.start, a.end, a.step)) }),
  logspace: row('ulp', 'ulp', { logspace: ({ x }, a) => x!.mul(F.logspace(a.start, a.end, a.steps, a.base)) }),
  linspace: row('sum', 'sum', { linspace: ({ x }, a) => x!.mul(F.linspace(a.start, a.end, a.steps)) }),
  eye: row('exact', 'exact', { eye: ({ x }, a) => x!.mul(F.eye(a.n, a.m)) }),
  zeros: row('exact', 'exact', { zeros: ({ x }, a) => x!.mul(F.zeros(a.shape)) }),
  ones: row('exact', 'exact', { ones: ({ x }, a) => x!.mul(F.ones(a.shape)) }),
  full: row('exact', 'exact', { full: ({ x }, a) => x!.mul(F.full(a.shape, a.value)) }),
  zeros_like: row('exact', 'exact', { zerosLike: ({ x, like }) => x!.mul(F.zerosLike(like!)) }),
  ones_like: row('exact', 'exact', { onesLike: ({ x, like }) => x!.mul(F.onesLike(like!)) }),
  full_like: row('exact', 'exact', { fullLike: ({ x, like }) => x!.mul(F.fullLike(like!, 3)) }),
};
