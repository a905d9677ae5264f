/** The arguments of a tensor's methods. */

import { guard, type Kinds } from './arguments.ts';
import * as k from './kinds.ts';
import { Tensor } from './tensor.ts';

const operand = { other: k.either(k.tensor, k.number) };
const along = { dim: k.optional(k.dims), keepdim: k.optional(k.flag) };
const index = { dim: k.optional(k.orNull(k.dim)), keepdim: k.optional(k.flag) };

const oneOrMore = k.either(k.whole(), k.wholes());

/** The names of all methods of a tensor. */
type Methods = {
  [M in keyof Tensor]: Tensor[M] extends (...args: never[]) => unknown ? M : never;
}[keyof Tensor];

const methods: Readonly<Record<Exclude<Methods, 'toString' | symbol>, Kinds>> = {
  size: { dim: { ...k.dim, help: () => 'x.size(0) is one extent, and x.shape is all of them' } },
  add: operand,
  sub: operand,
  mul: operand,
  div: operand,
  pow: { exponent: k.either(k.tensor, k.number) },
  maximum: operand,
  minimum: operand,
  neg: {},
  abs: {},
  exp: {},
  log: {},
  sqrt: {},
  tanh: {},
  sigmoid: {},
  erf: {},
  relu: {},
  clamp: {
    min: k.optional(k.orNull(k.either(k.number, k.tensor))),
    max: k.optional(k.orNull(k.either(k.number, k.tensor))),
  },
  eq: operand,
  ne: operand,
  lt: operand,
  le: operand,
  gt: operand,
  ge: operand,
  to: { dtype: k.oneOf('f32', 'i32') },
  detach: {},
  matmul: { other: k.tensor },
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
  indexAdd: { dim: k.dim, index: k.tensor, source: k.tensor, alpha: k.optional(k.number) },
  sum: along,
  mean: along,
  amax: along,
  amin: along,
  max: { dim: k.optional(k.dim), keepdim: k.optional(k.flag) },
  min: { dim: k.optional(k.dim), keepdim: k.optional(k.flag) },
  cumsum: { dim: k.dim },
  sort: { dim: k.optional(k.dim), descending: k.optional(k.flag) },
  argsort: { dim: k.optional(k.dim), descending: k.optional(k.flag) },
  topk: { k: k.whole(0), dim: k.optional(k.dim), largest: k.optional(k.flag) },
  argmax: index,
  argmin: index,
  softmax: { dim: k.dim },
  logSoftmax: { dim: k.dim },
};
guard(Tensor, methods);
