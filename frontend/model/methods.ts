/** The arguments of a tensor's methods. */

import { onConversion } from '../hints-members.ts';
import type { TensorMembers } from '../torch/tensor-members.ts';
import { guard, type Kind, type Kinds } from './arguments.ts';
import * as k from './kinds.ts';
import { Tensor } from './tensor.ts';
import type { TensorFunctions } from './tensor-functions.ts';

const operand = { other: k.either(k.tensor, k.number) };
const along = { dim: k.optional(k.dims), keepdim: k.optional(k.flag) };
const index = { dim: k.optional(k.orNull(k.dim)), keepdim: k.optional(k.flag) };

const spread = {
  dim: k.optional(k.either(k.dims, k.flag)),
  correction: k.optional(k.orNull(k.either(k.flag, k.whole(0)))),
  keepdim: k.optional(k.flag),
};
/** An object that may have these members, of a kind each. */
const optionsOf = (kinds: Kinds): Kind =>
  k.optional(
    k.kind(
      `{ ${Object.keys(kinds).join(', ')} }`,
      (v) =>
        typeof v === 'object' &&
        v !== null &&
        Object.entries(v).every(([name, of]) => of === undefined || kinds[name]?.holds(of) === true),
    ),
  );
const factors = optionsOf({ beta: k.number, alpha: k.number });
const scaled = { ...operand, options: optionsOf({ alpha: k.number }) };

const oneOrMore = k.either(k.whole(), k.wholes());

/** The names of all methods of a tensor. */
type Methods = {
  [M in keyof Tensor]: Tensor[M] extends (...args: never[]) => unknown ? M : never;
}[keyof Tensor];

const methods: Readonly<
  Record<Exclude<Methods, 'toString' | symbol | keyof TensorFunctions | keyof TensorMembers>, Kinds>
> = {
  size: { dim: { ...k.dim, help: () => 'x.size(0) is one extent, and x.shape is all of them' } },
  add: scaled,
  sub: scaled,
  mul: operand,
  div: operand,
  pow: { exponent: k.either(k.tensor, k.number) },
  maximum: operand,
  minimum: operand,
  neg: {},
  abs: {},
  exp: {},
  exp2: {},
  expm1: {},
  log: {},
  log2: {},
  log10: {},
  log1p: {},
  sqrt: {},
  rsqrt: {},
  reciprocal: {},
  square: {},
  sin: {},
  cos: {},
  tan: {},
  asin: {},
  acos: {},
  atan: {},
  atan2: { other: k.tensor },
  sinh: {},
  cosh: {},
  tanh: {},
  asinh: {},
  acosh: {},
  atanh: {},
  sigmoid: {},
  erf: {},
  erfc: {},
  polygamma: { n: k.whole(0) },
  sign: {},
  floor: {},
  ceil: {},
  round: { options: optionsOf({ decimals: k.whole() }) },
  trunc: {},
  frac: {},
  relu: {},
  clamp: {
    min: k.optional(k.orNull(k.either(k.number, k.tensor))),
    max: k.optional(k.orNull(k.either(k.number, k.tensor))),
  },
  clampMin: { min: k.either(k.number, k.tensor) },
  clampMax: { max: k.either(k.number, k.tensor) },
  lerp: { end: k.tensor, weight: k.either(k.tensor, k.number) },
  where: { condition: k.tensor, other: k.either(k.tensor, k.number) },
  maskedFill: { mask: k.tensor, value: k.number },
  nanToNum: {
    nan: k.optional(k.number),
    posinf: k.optional(k.orNull(k.number)),
    neginf: k.optional(k.orNull(k.number)),
  },
  isnan: {},
  isinf: {},
  isfinite: {},
  logicalNot: {},
  logicalAnd: { other: k.tensor },
  logicalOr: { other: k.tensor },
  logicalXor: { other: k.tensor },
  eq: operand,
  ne: operand,
  lt: operand,
  le: operand,
  gt: operand,
  ge: operand,
  to: { dtype: { ...k.oneOf('f32', 'i32'), help: onConversion } },
  detach: {},
  matmul: { other: k.tensor },
  mm: { mat2: k.tensor },
  mv: { vec: k.tensor },
  dot: { other: k.tensor },
  bmm: { mat2: k.tensor },
  outer: { vec2: k.tensor },
  addmm: { mat1: k.tensor, mat2: k.tensor, options: factors },
  addmv: { mat: k.tensor, vec: k.tensor, options: factors },
  baddbmm: { batch1: k.tensor, batch2: k.tensor, options: factors },
  addcmul: { tensor1: k.tensor, tensor2: k.tensor, value: k.optional(k.number) },
  addcdiv: { tensor1: k.tensor, tensor2: k.tensor, value: k.optional(k.number) },
  view: { shape: k.each(k.extent) },
  reshape: { shape: k.each(k.extent) },
  flatten: { startDim: k.optional(k.dim), endDim: k.optional(k.dim) },
  unsqueeze: { dim: k.dim },
  squeeze: { dim: k.optional(k.dims) },
  transpose: { dim0: k.dim, dim1: k.dim },
  permute: { dims: k.each(k.dim) },
  t: {},
  narrow: { dim: k.dim, start: k.whole(), length: k.whole(0) },
  slice: {
    dim: k.dim,
    start: k.optional(k.whole()),
    end: k.optional(k.orNull(k.whole())),
    step: k.optional(k.whole(1)),
  },
  select: { dim: k.dim, index: k.whole() },
  expand: { sizes: k.each(k.extent) },
  expandAs: { other: k.tensor },
  unfold: { dimension: k.dim, size: k.whole(0), step: k.whole(1) },
  flip: { dims: k.each(k.dim) },
  roll: { shifts: oneOrMore, dims: k.optional(k.orNull(oneOrMore)) },
  split: { splitSize: k.either(k.whole(0), k.wholes(0)), dim: k.optional(k.dim) },
  chunk: { chunks: k.whole(1), dim: k.optional(k.dim) },
  tril: { diagonal: k.optional(k.whole()) },
  triu: { diagonal: k.optional(k.whole()) },
  indexSelect: { dim: k.dim, index: k.tensor },
  gather: { dim: k.dim, index: k.tensor },
  takeAlongDim: { indices: k.tensor, dim: k.optional(k.orNull(k.dim)) },
  scatterAdd: { dim: k.dim, index: k.tensor, src: k.tensor },
  scatter: { dim: k.dim, index: k.tensor, src: k.either(k.tensor, k.number) },
  scatterReduce: {
    dim: k.dim,
    index: k.tensor,
    src: k.tensor,
    reduce: k.oneOf('sum', 'prod', 'mean', 'amax', 'amin'),
    includeSelf: k.optional(k.flag),
  },
  indexAdd: { dim: k.dim, index: k.tensor, source: k.tensor, alpha: k.optional(k.number) },
  sum: along,
  mean: along,
  prod: index,
  var: spread,
  std: spread,
  norm: { p: k.optional(k.normPower), ...along },
  logsumexp: { dim: k.someDims, keepdim: k.optional(k.flag) },
  any: along,
  all: along,
  aminmax: index,
  amax: along,
  amin: along,
  max: { dim: k.optional(k.either(k.dim, k.tensor)), keepdim: k.optional(k.flag) },
  min: { dim: k.optional(k.either(k.dim, k.tensor)), keepdim: k.optional(k.flag) },
  cumsum: { dim: k.dim },
  cumprod: { dim: k.dim },
  sort: { dim: k.optional(k.dim), descending: k.optional(k.flag), stable: k.optional(k.flag) },
  argsort: { dim: k.optional(k.dim), descending: k.optional(k.flag), stable: k.optional(k.flag) },
  topk: { k: k.whole(0), dim: k.optional(k.dim), largest: k.optional(k.flag), sorted: k.optional(k.flag) },
  argmax: index,
  argmin: index,
  softmax: { dim: k.dim },
  logSoftmax: { dim: k.dim },
};
guard(Tensor, methods);
