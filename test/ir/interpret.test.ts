/** Ops and kernels checked against hand-computed values, and every gradient against finite differences. */

import { describe, expect, test } from 'vitest';
import * as x from '../../ir/expr.ts';
import { build, makeGraph, type OpDef, param, type Value } from '../../ir/graph.ts';
import { interpretGraph, interpretValues } from '../../ir/interpret/graph.ts';
import { interpretKernel, type Memory, makeMemory } from '../../ir/interpret/kernel.ts';
import { declare, type Kernel, loop, set, store } from '../../ir/kernel.ts';
import * as o from '../../ir/ops/index.ts';
import { erf } from '../../ir/special.ts';
import { countAt, type DType, f32, i32, N, type TensorType, tensor } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { centralDifferences } from '../support/differences.ts';
import { type Case, type Worked, windowCases, workedWindows } from './window-cases.ts';

const bool = (...shape: TensorType['shape']) => tensor('bool', shape);
const u8 = (...shape: TensorType['shape']) => tensor('u8', shape);

// Attributes as ops' authors write them, with the usual defaults.
const conv = (more: object = {}) => ({ stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, ...more });
const pool = (more: object = {}) => ({
  kernel: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  dilation: [1, 1],
  ceil: false,
  ...more,
});
const reading = (dim: number, more: object = {}) => ({ dim, fill: Number.NaN, ...more });
const pads = (low: number[], high: number[], interior: number[], value = 0) => ({ low, high, interior, value });

const [inf, nan] = [Infinity, Number.NaN];
const one = (op: (v: number) => number, ...vs: number[]): Worked[] => [
  { of: [[f32(vs.length), vs]], gives: vs.map(op) },
];
const pairs = (a: number[], b: number[], gives: number[], of: DType = 'f32'): Worked => ({
  of: [
    [tensor(of, [a.length]), a],
    [tensor(of, [b.length]), b],
  ],
  gives,
});
const maps = (a: number[], gives: number[], within = 1e-15): Worked => ({ of: [[f32(a.length), a]], gives, within });
const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const worked: Record<string, Worked[]> = {
  ...workedWindows,
  full: [{ of: [], attrs: { value: 2.5, shape: [3], dtype: 'f32' }, gives: [2.5, 2.5, 2.5] }],
  count: [{ of: [], attrs: { shape: [N, 5] }, gives: [15] }],
  count_at_least: [{ of: [], attrs: { shape: [N, 5], least: 2 }, gives: [15] }],
  iota: [{ of: [], attrs: { shape: [2, 3], dim: 1, dtype: 'i32' }, gives: [0, 1, 2, 0, 1, 2] }],
  random_uniform: [
    {
      of: [
        [i32(), [7]],
        [i32(), [3]],
      ],
      attrs: { stream: 2, shape: [3] },
      gives: [0.3148837685585022, 0.41360652446746826, 0.6526044011116028],
    },
  ],
  random_normal: [
    {
      of: [
        [i32(), [7]],
        [i32(), [3]],
      ],
      attrs: { stream: 2, shape: [3] },
      gives: [-0.482054044577711, -0.21827724285267913, 0.3923615321156826],
    },
  ],
  one_hot: [{ of: [[i32(2), [2, 0]]], attrs: { classes: 3 }, gives: [0, 0, 1, 1, 0, 0] }],
  add: [pairs([1, 2], [10, nan], [11, nan]), pairs([2147483647], [1], [-2147483648], 'i32')],
  sub: [pairs([1, 2], [10, 0.5], [-9, 1.5])],
  mul: [pairs([3, -2], [4, 0.5], [12, -1]), pairs([65536], [65537], [65536], 'i32')],
  div: [pairs([1, -1, 0], [4, 0, 0], [0.25, -inf, nan]), pairs([-7], [2], [-3], 'i32')],
  pow: [
    pairs([2, 9, 0, 10], [10, 0.5, 0, 5], [1024, 3, 1, 100000]),
    pairs([1, 1, -1, -1, -2, -0], [nan, inf, inf, -inf, inf, -3], [1, 1, 1, 1, inf, -inf]),
  ],
  fmod: [pairs([7, -7, 7, 1e20, 1, 0, inf], [3, 3, -3, 3, inf, 0, 1], [1, -1, 1, 1e20 % 3, 1, nan, nan])],
  maximum: [pairs([1, 5, nan], [2, -1, 0], [2, 5, nan])],
  minimum: [pairs([1, 5, 0], [2, -1, nan], [1, -1, nan])],
  clamp_min: [pairs([1, 5, nan, 0], [2, -1, 0, nan], [2, 5, nan, nan]), pairs([1, -3], [0, -2], [1, -2], 'i32')],
  clamp_max: [pairs([1, 5, nan, 0], [2, -1, 0, nan], [1, -1, nan, nan])],
  clamp: [
    {
      of: [
        [f32(5), [-3, 0, 3, nan, 0]],
        [f32(5), [-1, -1, -1, 0, 2]],
        [f32(5), [1, 1, 1, 1, 1]],
      ],
      gives: [-1, 0, 1, nan, 1],
    },
  ],
  less: [pairs([1, 2, nan], [2, 2, 2], [1, 0, 0])],
  less_equal: [pairs([1, 2, 3], [2, 2, 2], [1, 1, 0])],
  greater: [pairs([1, 2, 3], [2, 2, 2], [0, 0, 1])],
  greater_equal: [pairs([1, 2, nan], [2, 2, 2], [0, 1, 0])],
  equal: [pairs([1, 2, nan], [2, 2, nan], [0, 1, 0])],
  not_equal: [pairs([1, 2, nan], [2, 2, nan], [1, 0, 1])],
  select: [
    {
      of: [
        [bool(2), [1, 0]],
        [f32(2), [1, 2]],
        [f32(2), [3, 4]],
      ],
      gives: [1, 4],
    },
  ],
  neg: one((v) => -v, 1, -2, 0),
  exp: one(Math.exp, 0, 1, -3),
  log: one(Math.log, 1, 10, 0),
  expm1: one(Math.expm1, 0, 1e-9, -3),
  log1p: one(Math.log1p, 1, 1e-9, -1),
  log2: one(Math.log2, 1, 8, 0),
  log10: one(Math.log10, 1, 1000, 0),
  exp2: one((v) => 2 ** v, 0, -3, 10),
  reciprocal: one((v) => 1 / v, 4, -0.5, 0),
  rsqrt: one((v) => 1 / Math.sqrt(v), 4, 0, -1),
  erfc: [{ of: [[f32(4), [0, 0.5, 3, -3]]], gives: [1, 0.4795001221869535, 2.209049699858544e-5, 1.9999779095030014] }],
  entr: [maps([0, 1, Math.E, -1, nan], [0, 0, -Math.E, -inf, nan])],
  erfcx: [maps([0, 1, -1, 30, inf], [1, 0.427583576155807, 5.008980080762284, 0.018795888861416751, 0])],
  erfinv: [maps([0, 0.5, 1, -1, 2], [0, 0.4769362762044699, inf, -inf, nan])],
  lgamma: [
    maps(
      [1, 2, 5, 0.5, 0, -2, -0.5],
      [0, 0, Math.log(24), Math.log(Math.PI) / 2, inf, inf, Math.log(4 * Math.PI) / 2],
      1e-14,
    ),
  ],
  digamma: [maps([1, 2, 0, -2, -0.5], [-0.5772156649015329, 0.42278433509846714, -inf, nan, 0.03648997397857652])],
  polygamma: [
    {
      of: [[f32(5), [1, 2, 0, -2, -0.5]]],
      attrs: { n: 1 },
      gives: [Math.PI ** 2 / 6, Math.PI ** 2 / 6 - 1, inf, inf, 8.934802200544679],
      within: 1e-12,
    },
    { of: [[f32(2), [1, 0]]], attrs: { n: 2 }, gives: [-2.404113806319188, -inf], within: 1e-12 },
    { of: [[f32(2), [1, -0.5]]], attrs: { n: 3 }, gives: [Math.PI ** 4 / 15, 193.40909103400242], within: 1e-12 },
  ],
  lerp: [
    {
      of: [
        [f32(4), [1, 1, inf, 1]],
        [f32(4), [5, 5, 2, 2]],
        [f32(4), [0.25, 0.75, 1, 0]],
      ],
      gives: [2, 4, nan, 1],
    },
  ],
  sin: one(Math.sin, 0, 1, -100),
  cos: one(Math.cos, 0, 1, -100),
  tan: one(Math.tan, 0, 1, -100),
  asin: one(Math.asin, -1, 0.5, 2),
  acos: one(Math.acos, -1, 0.5, 1),
  atan: one(Math.atan, -inf, 0.5, 1),
  atan2: [
    pairs(
      [1, 1, -1, 0, 0, 2],
      [1, -1, -1, 1, -1, 0],
      [1, 3, -3, 0, 4, 2].map((n) => (n * Math.PI) / 4),
    ),
  ],
  sinh: one(Math.sinh, 1e-9, -3, 20),
  cosh: one(Math.cosh, 0, -3, 20),
  asinh: one(Math.asinh, 1e-9, -3, 1e9),
  acosh: one(Math.acosh, 1, 3, 1e9, 0),
  atanh: one(Math.atanh, 1e-9, -0.5, 1, 2),
  sqrt: one(Math.sqrt, 0, 2, 49),
  abs: one(Math.abs, -1.5, 2, -inf),
  tanh: one(Math.tanh, -1, 0, 30),
  erf: [
    {
      of: [[f32(4), [0.5, 1, -2, 3]]],
      gives: [0.5204998778130465, 0.8427007929497149, -0.9953222650189527, 0.9999779095030014],
    },
  ],
  sigmoid: [{ of: [[f32(3), [0, Math.log(3), -800]]], gives: [0.5, 0.75, 0] }],
  sign: [{ of: [[f32(4), [-3, 0, 0.1, nan]]], gives: [-1, 0, 1, 0] }],
  binary_cross_entropy: [pairs([0.5, 0, 1, 0, 1], [0.25, 1, 0, 0, 1], [Math.log(2), 100, 100, 0, 0])],
  log_sigmoid: [{ of: [[f32(4), [0, -Math.log(3), -800, inf]]], gives: [-Math.log(2), -Math.log(4), -800, 0] }],
  floor: [{ of: [[f32(3), [1.9, -0.5, 2]]], gives: [1, -1, 2] }],
  round: [{ of: [[f32(4), [1.5, 2.5, -0.6, nan]]], gives: [2, 2, -1, nan] }],
  silu: one((v) => v / (1 + Math.exp(-v)), -3, 0, 2, 100),
  mish: one((v) => v * Math.tanh(Math.log1p(Math.exp(v))), -3, 0, 2, 100),
  hardswish: [{ of: [[f32(5), [-4, -1.5, 0, 1.5, 4]]], gives: [0, -0.375, 0, 1.125, 4] }],
  relu: [{ of: [[f32(4), [-3, 0, 0.1, nan]]], gives: [0, 0, 0.1, nan] }],
  relu_grad: [pairs([0, 2, nan], [5, 6, 7], [0, 6, 7])],
  convert: [
    { of: [[f32(4), [1.9, -1.9, 3e9, nan]]], attrs: { to: 'i32' }, gives: [1, -1, 2147483647, 0] },
    { of: [[f32(3), [0.5, 0, nan]]], attrs: { to: 'bool' }, gives: [1, 0, 1] },
    { of: [[i32(1), [258]]], attrs: { to: 'u8' }, gives: [2] },
    { of: [[bool(2), [1, 0]]], attrs: { to: 'f32' }, gives: [1, 0] },
  ],
  stop_gradient: one((v) => v, 1, -2),
  cotangent: [{ of: [], attrs: { of: 3, shape: [2] }, gives: [0, 0] }],
  custom_gradient: [{ of: [1, 2, 3, 4].map((v): [TensorType, number[]] => [f32(1), [v]]), gives: [1] }],
  after: [pairs([1, nan], [3, 4], [1, nan])],
  reshape: [{ of: [[f32(2, 3), [1, 2, 3, 4, 5, 6]]], attrs: { shape: [3, 2] }, gives: [1, 2, 3, 4, 5, 6] }],
  permute: [{ of: [[f32(2, 3), [1, 2, 3, 4, 5, 6]]], attrs: { perm: [1, 0] }, gives: [1, 4, 2, 5, 3, 6] }],
  broadcast: [{ of: [[f32(2), [1, 2]]], attrs: { shape: [2, 3], dims: [0] }, gives: [1, 1, 1, 2, 2, 2] }],
  slice: [
    { of: [[f32(5), [0, 1, 2, 3, 4]]], attrs: { starts: [1], steps: [2], shape: [2] }, gives: [1, 3] },
    { of: [[f32(5), [0, 1, 2, 3, 4]]], attrs: { starts: [4], steps: [-2], shape: [3] }, gives: [4, 2, 0] },
  ],
  pad: [
    { of: [[f32(3), [1, 2, 3]]], attrs: pads([1], [2], [1], 9), gives: [9, 1, 9, 2, 9, 3, 9, 9] },
    { of: [[f32(3), [1, 2, 3]]], attrs: pads([-1], [1], [0]), gives: [2, 3, 0] },
  ],
  concat: [
    {
      of: [
        [f32(2, 1), [1, 2]],
        [f32(2, 2), [3, 4, 5, 6]],
      ],
      attrs: { dim: 1 },
      gives: [1, 3, 4, 2, 5, 6],
    },
  ],
  index_select: [
    {
      of: [
        [f32(3, 2), [1, 2, 3, 4, 5, 6]],
        [i32(2, 2), [2, 0, 2, 1]],
      ],
      attrs: reading(0),
      gives: [5, 6, 1, 2, 5, 6, 3, 4],
    },
    // Out of range, where no host checks.
    {
      of: [
        [f32(2, 2), [1, 2, 3, 4]],
        [i32(3), [-1, 1, 2]],
      ],
      attrs: reading(1),
      gives: [nan, 2, nan, nan, 4, nan],
    },
    {
      of: [
        [i32(3), [7, 8, 9]],
        [i32(), [1]],
      ],
      attrs: reading(0, { fill: 0 }),
      gives: [8],
    },
  ],
  index_add: [
    {
      of: [
        [f32(4, 2), [1, 2, 3, 4, 5, 6, 7, 8]],
        [i32(4), [2, 0, 2, -1]],
      ],
      attrs: { dim: 0, size: 3 },
      gives: [3, 4, 0, 0, 6, 8],
    },
    {
      of: [
        [f32(2), [1, 2]],
        [i32(), [1]],
      ],
      attrs: { dim: 1, size: 2 },
      gives: [0, 1, 0, 2],
    },
  ],
  gather: [
    {
      of: [
        [f32(2, 3), [1, 2, 3, 4, 5, 6]],
        [i32(2, 2), [2, 2, 0, 3]],
      ],
      attrs: reading(1),
      gives: [3, 3, 4, nan],
    },
    {
      of: [
        [f32(2, 2), [1, 2, 3, 4]],
        [i32(1, 2), [1, 0]],
      ],
      attrs: reading(0),
      gives: [3, 2],
    },
  ],
  scatter_add: [
    {
      of: [
        [f32(2, 3), [1, 2, 3, 4, 5, 6]],
        [i32(2, 3), [1, 0, 1, 0, 2, 0]],
      ],
      attrs: { dim: 1, size: 2 },
      gives: [2, 4, 10, 0],
    },
  ],
  reduce_sum: [
    { of: [[f32(2, 3), [1, 2, 3, 4, 5, 6]]], attrs: { dims: [0] }, gives: [5, 7, 9] },
    { of: [[f32(0), []]], attrs: { dims: [0] }, gives: [0] },
  ],
  reduce_max: [{ of: [[f32(2, 2), [1, 2, nan, 4]]], attrs: { dims: [1] }, gives: [2, nan] }],
  reduce_min: [{ of: [[f32(2, 2), [1, 2, 4, 3]]], attrs: { dims: [1] }, gives: [1, 3] }],
  argmax: [
    { of: [[f32(3, 3), [1, 7, 7, 3, nan, nan, -inf, -inf, -inf]]], attrs: { dim: 1 }, gives: [1, 1, 0] },
    { of: [[f32(2, 2), [1, 4, 3, 2]]], attrs: { dim: 0 }, gives: [1, 0] },
  ],
  argmin: [
    { of: [[f32(3, 3), [7, 1, 1, 3, nan, nan, inf, inf, inf]]], attrs: { dim: 1 }, gives: [1, 1, 0] },
    { of: [[i32(2, 2), [-2147483648, 3, -2147483647, 2]]], attrs: { dim: 0 }, gives: [0, 1] },
  ],
  first_max: [{ of: [[f32(2, 2), [1, 2, nan, 4]]], attrs: { dim: 1 }, gives: [2, nan] }],
  first_min: [{ of: [[f32(2, 2), [1, 2, 4, 3]]], attrs: { dim: 1 }, gives: [1, 3] }],
  max_of_all: [{ of: [[f32(2, 2), [1, 2, nan, 4]]], attrs: { dims: [0, 1] }, gives: [nan] }],
  min_of_all: [{ of: [[f32(2, 2), [1, 2, 4, 3]]], attrs: { dims: [0, 1] }, gives: [1] }],
  matmul: [
    {
      of: [
        [f32(2, 2), [1, 2, 3, 4]],
        [f32(2, 2), [5, 6, 7, 8]],
      ],
      gives: [19, 22, 43, 50],
    },
  ],
  conv2d: [
    {
      of: [
        [f32(1, 1, 3, 3), image],
        [f32(1, 1, 2, 2), [1, 0, 0, -1]],
      ],
      attrs: conv(),
      gives: [-4, -4, -4, -4],
    },
    {
      of: [
        [f32(1, 1, 3, 3), image],
        [f32(1, 1, 2, 2), [1, 10, 100, 1000]],
      ],
      attrs: conv({ stride: [2, 2], padding: [1, 1] }),
      gives: [1000, 3200, 7410, 9865].map(
        (_, i) => [1000 * 1, 100 * 2 + 1000 * 3, 10 * 4 + 1000 * 7, 5 + 60 + 800 + 9000][i]!,
      ),
    },
    {
      of: [
        [f32(1, 2, 1, 3), [1, 2, 3, 4, 5, 6]],
        [f32(2, 1, 1, 2), [1, 1, 1, -1]],
      ],
      attrs: conv({ groups: 2, dilation: [1, 2] }),
      gives: [1 + 3, 4 - 6],
    },
  ],
  conv2d_input_grad: [
    {
      of: [
        [f32(1, 1, 2, 2), [1, 2, 3, 4]],
        [f32(1, 1, 2, 2), [1, 10, 100, 1000]],
      ],
      attrs: conv({ size: [3, 3] }),
      gives: [1, 12, 20, 103, 1234, 2040, 300, 3400, 4000],
    },
  ],
  conv2d_weight_grad: [
    {
      of: [
        [f32(1, 1, 3, 3), image],
        [f32(1, 1, 2, 2), [1, 2, 3, 4]],
      ],
      attrs: conv({ kernel: [2, 2] }),
      gives: [37, 47, 67, 77],
    },
  ],
  max_pool2d: [
    { of: [[f32(1, 1, 3, 3), image]], attrs: pool({ stride: [1, 1] }), gives: [5, 6, 8, 9] },
    { of: [[f32(1, 1, 3, 3), image]], attrs: pool({ ceil: true }), gives: [5, 6, 8, 9] },
    { of: [[f32(1, 1, 3, 3), image.map((v) => -v)]], attrs: pool({ padding: [1, 1] }), gives: [-1, -2, -4, -5] },
  ],
  max_pool2d_index: [
    { of: [[f32(1, 1, 3, 3), image]], attrs: pool({ padding: [1, 1] }), gives: [3, 3, 3, 3] },
    // In a window of only -infinity the first position inside wins, never the padding.
    { of: [[f32(1, 1, 3, 3), image.map(() => -inf)]], attrs: pool({ padding: [1, 1] }), gives: [3, 2, 1, 0] },
    {
      of: [[f32(1, 1, 1, 4), [-inf, -inf, -inf, -inf]]],
      attrs: pool({ kernel: [1, 4], stride: [1, 1], padding: [0, 2], dilation: [1, 2] }),
      gives: [1, 1],
    },
  ],
  max_pool2d_grad: [
    {
      of: [
        [f32(1, 1, 2, 2), [1, 2, 3, 4]],
        [u8(1, 1, 2, 2), [3, 2, 1, 0]],
      ],
      attrs: pool({ stride: [1, 1], size: [3, 3] }),
      gives: [0, 0, 0, 0, 10, 0, 0, 0, 0],
    },
    {
      of: [
        [f32(1, 1, 1, 2), [1, 2]],
        [u8(1, 1, 1, 2), [3, 0]],
      ],
      attrs: pool({ size: [3, 5] }),
      gives: [0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    },
  ],
  sum_pool2d: [{ of: [[f32(1, 1, 3, 3), image]], attrs: pool({ padding: [1, 1] }), gives: [1, 5, 11, 28] }],
  sum_pool2d_grad: [
    {
      of: [[f32(1, 1, 2, 2), [1, 2, 3, 4]]],
      attrs: pool({ stride: [1, 1], size: [3, 3] }),
      gives: [1, 3, 2, 4, 10, 6, 3, 7, 4],
    },
  ],
};

const any: Case[] = [{ of: [f32(5)] }, { of: [f32()] }, { of: [f32(N, 2, 2)] }];
const above: Case[] = any.map((c) => ({ ...c, positive: true }));
/** Numbers within ±1. */
const within: Case[] = any.map((c) => ({ ...c, scale: 0.4 }));
const both: Case[] = [{ of: [f32(5), f32(5)] }, { of: [f32(), f32()] }, { of: [f32(N, 2), f32(N, 2)] }];

const cases: Record<string, Case[]> = {
  ...windowCases,
  full: [{ of: [], attrs: { value: 1, shape: [2], dtype: 'f32' } }],
  count: [{ of: [], attrs: { shape: [N] } }],
  count_at_least: [{ of: [], attrs: { shape: [N], least: 2 } }],
  iota: [{ of: [], attrs: { shape: [2], dim: 0, dtype: 'f32' } }],
  random_uniform: [{ of: [i32(), i32()], attrs: { stream: 0, shape: [N, 2] } }],
  random_normal: [{ of: [i32(), i32()], attrs: { stream: 0, shape: [N, 2] } }],
  one_hot: [{ of: [i32(N)], attrs: { classes: 3 } }],
  add: both,
  sub: both,
  mul: both,
  div: both,
  pow: both.map((c) => ({ ...c, positive: true })),
  fmod: both,
  maximum: both,
  minimum: both,
  clamp_min: both,
  clamp_max: both,
  clamp: [{ of: [f32(6), f32(6), f32(6)] }, { of: [f32(N, 3), f32(N, 3), f32(N, 3)] }],
  less: both,
  less_equal: both,
  greater: both,
  greater_equal: both,
  equal: both,
  not_equal: both,
  select: [{ of: [bool(6), f32(6), f32(6)] }, { of: [bool(N, 3), f32(N, 3), f32(N, 3)] }],
  neg: any,
  exp: any,
  log: above,
  expm1: any,
  log1p: above,
  log2: above,
  log10: above,
  exp2: any,
  reciprocal: above,
  rsqrt: above,
  erfc: any,
  entr: above,
  erfcx: any,
  erfinv: within,
  lgamma: within,
  digamma: within,
  polygamma: [1, 2, 3].flatMap((n) => above.map((c) => ({ ...c, attrs: { n } }))),
  lerp: [{ of: [f32(5), f32(5), f32(5)] }, { of: [f32(N, 2), f32(N, 2), f32(N, 2)] }],
  sin: any,
  cos: any,
  tan: within,
  asin: within,
  acos: within,
  atan: any,
  atan2: both.map((c) => ({ ...c, positive: true })),
  sinh: any,
  cosh: any,
  asinh: any,
  // Of the elements above 1.
  acosh: above.map((c) => ({ ...c, scale: 16 })),
  atanh: within,
  sqrt: above,
  abs: any,
  tanh: any,
  erf: any,
  sigmoid: any,
  // The gradient is checked where a probability is one, between 0 and 1.
  binary_cross_entropy: both.map((c) => ({ ...c, positive: true, scale: 0.8 })),
  log_sigmoid: any,
  sign: any,
  floor: any,
  round: any,
  silu: any,
  mish: any,
  hardswish: any,
  relu: any,
  relu_grad: both,
  convert: [
    { of: [f32(3)], attrs: { to: 'f32' } },
    { of: [f32(3)], attrs: { to: 'i32' } },
    { of: [i32(3)], attrs: { to: 'f32' } },
  ],
  stop_gradient: [{ of: [f32(N, 2)], stops: true }],
  // Its gradient is whatever the user defines: test/gradient.test.ts.
  custom_gradient: [],
  cotangent: [],
  after: [{ of: [f32(N, 2), f32(3)] }],
  reshape: [
    { of: [f32(2, 6)], attrs: { shape: [3, 4] } },
    { of: [f32(N, 2, 3)], attrs: { shape: [N, 6] } },
    { of: [f32(N, 4)], attrs: { shape: [{ times: 4 }] } },
    { of: [f32(1)], attrs: { shape: [] } },
  ],
  permute: [
    { of: [f32(2, 3, 4)], attrs: { perm: [1, 2, 0] } },
    { of: [f32(N, 3, 2)], attrs: { perm: [2, 0, 1] } },
  ],
  broadcast: [
    { of: [f32()], attrs: { shape: [N, 2], dims: [] } },
    { of: [f32(3)], attrs: { shape: [2, 3, 2], dims: [1] } },
    { of: [f32(2, 3)], attrs: { shape: [3, 4, 2], dims: [2, 0] } },
    { of: [f32(2, 3, 4)], attrs: { shape: [3, 2, 4, 2], dims: [3, 0, 2] } },
    { of: [f32(N, 3)], attrs: { shape: [N, 3, 2, 2], dims: [0, 1] } },
  ],
  slice: [
    { of: [f32(5, 4)], attrs: { starts: [1, 0], steps: [2, 3], shape: [2, 2] } },
    { of: [f32(N, 7)], attrs: { starts: [0, 1], steps: [1, 2], shape: [N, 3] } },
    { of: [f32(5, 4)], attrs: { starts: [4, 1], steps: [-2, 1], shape: [3, 2] } },
    { of: [f32(N, 6)], attrs: { starts: [0, 4], steps: [1, -3], shape: [N, 2] } },
    { of: [f32(4)], attrs: { starts: [2], steps: [1], shape: [0] } },
  ],
  pad: [
    { of: [f32(3, 2)], attrs: pads([1, 0], [0, 2], [0, 0], 3) },
    { of: [f32(4, 3)], attrs: pads([1, 2], [1, 0], [1, 2]) },
    { of: [f32(N, 4)], attrs: pads([0, -1], [0, 2], [0, 0]) },
    { of: [f32(5)], attrs: pads([-2], [-1], [1]) },
    { of: [f32(5)], attrs: pads([2], [-3], [1]) },
    { of: [f32(5)], attrs: pads([-1], [-2], [2]) },
  ],
  concat: [
    { of: [f32(2, 3), f32(2, 1)], attrs: { dim: 1 } },
    { of: [f32(N, 2, 2), f32(N, 3, 2)], attrs: { dim: 1 } },
    { of: [f32(1), f32(4)], attrs: { dim: 0 } },
  ],
  index_select: [
    { of: [f32(4, 2), i32(N, 2)], attrs: reading(0) },
    { of: [f32(N, 3, 2), i32(5)], attrs: reading(1) },
    { of: [f32(2, 3), i32()], attrs: reading(1) },
  ],
  index_add: [
    { of: [f32(N, 2, 3), i32(N, 2)], attrs: { dim: 0, size: 4 } },
    { of: [f32(N, 5, 2), i32(5)], attrs: { dim: 1, size: 3 } },
    // Points outside have no gradient.
    { of: [f32(4), i32(4)], attrs: { dim: 0, size: 2 }, range: 4 },
  ],
  gather: [
    { of: [f32(N, 4), i32(N, 6)], attrs: reading(1) },
    { of: [f32(3, 2), i32(4, 2)], attrs: reading(0) },
    { of: [f32(4), i32(N)], attrs: reading(0) },
  ],
  scatter_add: [
    { of: [f32(N, 6), i32(N, 6)], attrs: { dim: 1, size: 4 } },
    { of: [f32(4, 2), i32(4, 2)], attrs: { dim: 0, size: 3 }, range: 5 },
  ],
  reduce_sum: [
    { of: [f32(2, 3, 4)], attrs: { dims: [1] } },
    { of: [f32(N, 3, 2)], attrs: { dims: [2, 0] } },
    { of: [f32(N, 3)], attrs: { dims: [0, 1] } },
    { of: [f32(3)], attrs: { dims: [] } },
  ],
  reduce_max: [
    { of: [f32(2, 3, 4)], attrs: { dims: [1] } },
    { of: [f32(N, 3, 2)], attrs: { dims: [2, 0] } },
  ],
  reduce_min: [
    { of: [f32(2, 3, 4)], attrs: { dims: [0, 2] } },
    { of: [f32(N, 5)], attrs: { dims: [1] } },
  ],
  max_of_all: [{ of: [f32(2, 3)], attrs: { dims: [0, 1] } }],
  min_of_all: [{ of: [f32(N, 5)], attrs: { dims: [0, 1] } }],
  first_max: [{ of: [f32(2, 3, 4)], attrs: { dim: 1 } }],
  first_min: [{ of: [f32(N, 5)], attrs: { dim: 0 } }],
  argmax: [{ of: [f32(N, 5)], attrs: { dim: 1 } }],
  argmin: [{ of: [f32(N, 5)], attrs: { dim: 1 } }],
  matmul: [
    { of: [f32(2, 3), f32(3, 4)] },
    { of: [f32(N, 3), f32(3, 2)] },
    { of: [f32(3, N), f32(N, 2)] },
    { of: [f32(N, 2, 2, 3), f32(N, 2, 3, 1)] },
  ],
  conv2d: [
    { of: [f32(N, 2, 5, 4), f32(3, 2, 3, 2)], attrs: conv() },
    { of: [f32(N, 2, 5, 6), f32(2, 2, 3, 3)], attrs: conv({ stride: [2, 2], padding: [1, 1] }) },
    { of: [f32(2, 1, 7, 6), f32(2, 1, 3, 2)], attrs: conv({ stride: [3, 2], padding: [2, 0], dilation: [1, 3] }) },
    { of: [f32(2, 4, 5, 5), f32(6, 2, 3, 3)], attrs: conv({ groups: 2, padding: [1, 0], dilation: [2, 1] }) },
    { of: [f32(N, 3, 4, 4), f32(3, 1, 2, 2)], attrs: conv({ groups: 3, stride: [2, 1] }) },
    { of: [f32(1, 2, 3, 3), f32(2, 2, 1, 1)], attrs: conv({ padding: [1, 1], stride: [2, 2] }) },
  ],
  conv2d_input_grad: [
    { of: [f32(N, 2, 3, 2), f32(2, 2, 2, 3)], attrs: conv({ size: [4, 4] }) },
    { of: [f32(2, 2, 3, 3), f32(2, 1, 3, 3)], attrs: conv({ stride: [2, 2], padding: [1, 1], size: [6, 5] }) },
    { of: [f32(1, 4, 2, 2), f32(4, 2, 2, 2)], attrs: conv({ groups: 2, dilation: [2, 1], size: [4, 3] }) },
  ],
  conv2d_weight_grad: [
    { of: [f32(N, 2, 4, 4), f32(N, 2, 3, 2)], attrs: conv({ kernel: [2, 3] }) },
    { of: [f32(2, 1, 6, 5), f32(2, 2, 3, 3)], attrs: conv({ stride: [2, 2], padding: [1, 1], kernel: [3, 3] }) },
    { of: [f32(1, 4, 4, 3), f32(1, 4, 2, 2)], attrs: conv({ groups: 2, dilation: [2, 1], kernel: [2, 2] }) },
  ],
  max_pool2d: [
    { of: [f32(N, 2, 4, 6)], attrs: pool() },
    { of: [f32(N, 1, 5, 5)], attrs: pool({ kernel: [3, 2], stride: [1, 2] }) },
    { of: [f32(2, 2, 5, 4)], attrs: pool({ kernel: [3, 3], padding: [1, 1] }) },
    { of: [f32(2, 1, 5, 7)], attrs: pool({ ceil: true }) },
    { of: [f32(1, 2, 6, 5)], attrs: pool({ kernel: [3, 3], padding: [1, 0], ceil: true }) },
    { of: [f32(1, 1, 7, 7)], attrs: pool({ stride: [3, 4] }) },
    { of: [f32(1, 1, 8, 8)], attrs: pool({ stride: [3, 3], ceil: true }) },
    { of: [f32(1, 2, 6, 6)], attrs: pool({ kernel: [2, 3], stride: [3, 1], dilation: [2, 2] }) },
  ],
  max_pool2d_index: [{ of: [f32(N, 1, 4, 4)], attrs: pool() }],
  sum_pool2d: [
    { of: [f32(N, 2, 4, 6)], attrs: pool() },
    { of: [f32(N, 1, 5, 5)], attrs: pool({ kernel: [3, 2], stride: [1, 2] }) },
    { of: [f32(2, 2, 5, 4)], attrs: pool({ kernel: [3, 3], padding: [1, 1] }) },
    { of: [f32(2, 1, 5, 7)], attrs: pool({ ceil: true }) },
    { of: [f32(1, 2, 6, 6)], attrs: pool({ kernel: [2, 3], stride: [3, 1], dilation: [2, 2], padding: [1, 1] }) },
  ],
  sum_pool2d_grad: [
    { of: [f32(N, 2, 2, 3)], attrs: pool({ size: [4, 6] }) },
    { of: [f32(2, 2, 3, 2)], attrs: pool({ kernel: [3, 3], padding: [1, 1], size: [5, 4] }) },
    { of: [f32(2, 1, 3, 4)], attrs: pool({ ceil: true, size: [5, 7] }) },
  ],
};

const n = 3;
const opNames = [...o.ops.keys()];
const operandsOf = (op: OpDef, types: readonly TensorType[]) => types.map((t, i) => param('input', op.operands[i]!, t));

test('every op has a worked example, and every differentiable op a gradient check', () => {
  expect(Object.keys(worked).sort()).toEqual([...opNames].sort());
  expect(Object.keys(cases).sort()).toEqual([...opNames].sort());
});

describe('worked examples', () => {
  for (const [name, examples] of Object.entries(worked))
    test(name, () => {
      for (const { of, attrs = {}, gives, within = 1e-15 } of examples) {
        const op = o.ops.get(name)!;
        const operands = operandsOf(
          op,
          of.map(([t]) => t),
        );
        const [got] = interpretValues([build(op, operands, attrs)], new Map(operands.map((p, i) => [p, of[i]![1]])), n);
        close([...got!], gives, within);
      }
    });
});

describe('gradients agree with central differences', () => {
  for (const [name, list] of Object.entries(cases))
    for (const [i, c] of list.entries())
      test(`${name} ${i}: ${c.of.map((t) => JSON.stringify(t.shape))} ${JSON.stringify(c.attrs ?? {})}`, () => {
        checkGradient(o.ops.get(name)!, c, opNames.indexOf(name) * 100 + i);
      });
});

function checkGradient(op: OpDef, { of, attrs = {}, positive, scale = 1, range, stops }: Case, seed: number): void {
  const random = generator(seed + 1);
  const operands = operandsOf(op, of);
  const y = build(op, operands, attrs);
  const g = param('input', 'cotangent', y.type);
  const ranges = op.indexRange?.(Object.fromEntries(operands.map((p) => [p.name, p.type])), attrs) ?? {};
  const inputs = new Map(
    [...operands, g].map((p) => {
      const some = range ?? (ranges as Record<string, number>)[p.name] ?? (p.type.dtype === 'bool' ? 2 : 3);
      // Away from 0, where kinks are.
      const float = () => scale * (0.1 + random()) * (positive || random() < 0.5 ? 1 : -1);
      const draw = () => (p.type.dtype === 'f32' ? float() : Math.floor(random() * some));
      return [p, Float64Array.from({ length: countAt(p.type.shape, n) }, draw)];
    }),
  );
  const wrt = operands.filter((p) => p.type.dtype === 'f32');

  if (stops || y.type.dtype !== 'f32') {
    const flows = op.vjp(Object.fromEntries(operands.map((p) => [p.name, p])), g, attrs, y);
    expect(Object.values(flows)).toEqual(operands.map(() => 'none'));
    return;
  }
  const cotangents = cotangentsOf(y, g, new Set(wrt));
  const dot = () => {
    const values = interpretValues([y], inputs, n)[0]!;
    return inputs.get(g)!.reduce((sum, c, i) => sum + c * values[i]!, 0);
  };
  for (const p of wrt) {
    const d = cotangents.get(p);
    if (d) expect(d.type).toEqual(p.type);
    const values = inputs.get(p)!;
    const got = d ? interpretValues([d], inputs, n)[0]! : new Float64Array(values.length);
    const want = centralDifferences(values, dot);
    close([...got], [...want], 1e-7);
  }
}

/** Within `tolerance`, relative to the value or to 1, whichever is larger. */
function close(got: number[], want: number[], tolerance: number): void {
  expect(got.length).toBe(want.length);
  const wrong = got.flatMap((v, i) => {
    const w = want[i]!;
    const fine = Object.is(v, w) || v === w || Math.abs(v - w) <= tolerance * Math.max(1, Math.abs(w));
    return fine ? [] : [`[${i}]: ${v}, not ${w}`];
  });
  expect(wrong).toEqual([]);
}

/** Mulberry32: the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('gradients where finite differences do not apply', () => {
  const a = param('input', 'a', f32(3));
  const b = param('input', 'b', f32(3));
  const ones = o.full({ value: 1, shape: [3], dtype: 'f32' });
  const gradients = (y: Value, va: number[], vb: number[] = [0, 0, 0]) => {
    const found = cotangentsOf(y, ones, new Set([a, b]));
    return [a, b].map((p) => {
      const d = found.get(p);
      return d
        ? [
            ...interpretValues(
              [d],
              new Map([
                [a, va],
                [b, vb],
              ]),
              n,
            )[0]!,
          ]
        : null;
    });
  };

  test('equal operands of a maximum share the gradient', () => {
    expect(gradients(o.maximum(a, b), [1, 2, 3], [1, 1, 4])).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ]);
    expect(gradients(o.minimum(a, b), [1, 2, 3], [1, 1, 4])).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
  });
  test('relu has a zero gradient at 0, and a gradient of 1 at NaN', () => {
    expect(gradients(o.relu(a), [0, Number.NaN, 2])[0]).toEqual([0, 1, 1]);
  });
  test('powers of 0', () => {
    expect(gradients(o.pow(a, b), [0, 0, 0], [2, 1, 0])).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });
  test('equal elements share the gradient of reduce_max', () => {
    const top = o.broadcast(o.reduceMax(a, { dims: [0] }), { shape: [3], dims: [] });
    expect(gradients(top, [2, 1, 2])[0]).toEqual([1.5, 0, 1.5]);
  });
});

describe('the graph interpreter', () => {
  test('returns results by name, binds the batch, and reads a param that is a result', () => {
    const v = param('input', 'v', f32(N, 2));
    const w = param('parameter', 'w', f32(2));
    const y = o.mul(v, o.broadcast(w, { shape: [N, 2], dims: [1] }));
    const graph = makeGraph('g', [
      { name: 'y', value: y },
      { name: 'w', value: w },
    ]);
    const found = interpretGraph(
      graph,
      new Map([
        [v, [1, 2, 3, 4]],
        [w, [10, 100]],
      ]),
      2,
    );
    expect([...found].map(([r, values]) => [r.name, [...values]])).toEqual([
      ['y', [10, 200, 30, 400]],
      ['w', [10, 100]],
    ]);
  });

  test('precision f32 rounds after every operation', () => {
    const v = param('input', 'v', f32(1));
    const [f] = interpretValues([o.add(o.mul(v, v), v)], new Map([[v, [0.1]]]), 1, { precision: 'f32' });
    const r = Math.fround;
    expect(f![0]).toBe(r(r(r(0.1) * r(0.1)) + r(0.1)));
  });

  test('refuses params that are missing or of another size', () => {
    const v = param('input', 'v', f32(N, 2));
    expect(() => interpretValues([o.neg(v)], new Map(), 2)).toThrow("no value is given for input 'v'");
    expect(() => interpretValues([o.neg(v)], new Map([[v, [1]]]), 2)).toThrow(
      "'v' is f32[N,2]: 4 elements at N = 2, not 1",
    );
  });

  test('an equation that reads out of range is an error, except in a branch not taken', () => {
    const take = (guarded: boolean): OpDef => ({
      ...o.ops.get('neg')!,
      name: 'take',
      compute: ({ x: v }, [i]) => {
        const next = v!(x.add(i!, x.int(1)));
        return guarded ? x.select(x.lt(i!, x.int(2)), next, x.num(0)) : next;
      },
    });
    const v = param('input', 'v', f32(3));
    const run = (op: OpDef) => [...interpretValues([build(op, [v], {})], new Map([[v, [1, 2, 3]]]), 1)[0]!];
    expect(run(take(true))).toEqual([2, 3, 0]);
    expect(() => run(take(false))).toThrow('take: x: index 3 lies outside 0..3 in dimension 0');
  });

  test('erf, by its series and its continued fraction', () => {
    // Wolfram Alpha's digits.
    close(
      [0, 0.1, 1.9, 2.1, 5].map(erf),
      [0, 0.1124629160182849, 0.9927904292352575, 0.997020533343667, 0.9999999999984626],
      2e-16,
    );
    expect([erf(7), erf(-inf), erf(nan)]).toEqual([1, -1, nan]);
  });
});

describe('the kernel interpreter', () => {
  const r = Math.fround;
  const [a, b] = [
    { name: 'a', type: f32(N, 3) },
    { name: 'b', type: f32(N) },
  ];
  const flat = { name: 'flat', type: f32({ times: 3 }), viewOf: a };
  const [i, j] = [x.axis('i', N), x.axis('j', 3)];
  const acc = { name: 'acc', dtype: 'f32', shape: [] } as const;
  const kernel = (body: Kernel['body']): Kernel => ({
    name: 'k',
    params: [
      { buffer: a, access: 'in' },
      { buffer: b, access: 'out' },
    ],
    body,
    locs: [],
  });
  const rows = (element: x.Expr): Kernel =>
    kernel([
      loop(i, x.int(0), x.size(N), [
        declare(acc),
        set(acc, [], x.num(0)),
        loop(j, x.int(0), x.int(3), [{ kind: 'accumulate', fn: 'add', tile: acc, at: [], value: element }]),
        store(b, [x.ix(i)], x.read(acc)),
      ]),
    ]);
  const given = [0.1, 0.2, 0.3, 1e8, 1, -1e8];
  const run = (k: Kernel): number[] => {
    const memory = makeMemory([k], 2);
    memory.get(a)!.set(given);
    interpretKernel(k, memory, 2);
    return [...memory.get(b)!];
  };

  test('accumulates in f32, through views too', () => {
    const want = [r(r(r(0.1) + r(0.2)) + r(0.3)), 0];
    expect(run(rows(x.load(a, [x.ix(i), x.ix(j)])))).toEqual(want);
    expect(run(rows(x.load(flat, [x.add(x.mul(x.ix(i), x.int(3)), x.ix(j))])))).toEqual(want);
  });

  test('handles steps, blocks of registers and the last partial step', () => {
    const block = { name: 'block', dtype: 'f32', shape: [2] } as const;
    const [o3, k] = [x.axis('o', 3), x.axis('k', 2)];
    const within = x.min(x.int(2), x.sub(x.int(3), x.ix(o3)));
    const body = [
      loop(i, x.int(0), x.size(N), [
        store(b, [x.ix(i)], x.num(0)),
        loop(
          o3,
          x.int(0),
          x.int(3),
          [
            declare(block),
            loop(k, x.int(0), within, [set(block, [x.ix(k)], x.load(a, [x.ix(i), x.add(x.ix(o3), x.ix(k))]))], {
              mode: 'unrolled',
            }),
            loop(k, x.int(0), within, [store(b, [x.ix(i)], x.max(x.load(b, [x.ix(i)]), x.read(block, [x.ix(k)])))]),
          ],
          { step: 2, mode: 'parallel' },
        ),
      ]),
    ];
    expect(run(kernel(body))).toEqual([r(0.3), 1e8]);
  });

  test('fills an unset tile with NaN', () => {
    const body = [
      loop(i, x.int(0), x.size(N), [declare(acc), store(b, [x.ix(i)], x.read(acc)), set(acc, [], x.num(1))]),
    ];
    expect(run(kernel(body))).toEqual([nan, nan]);
  });

  test('handles bits, shifts and rounding to even', () => {
    const bits = x.f32Bits(x.shl(x.add(x.int(127), x.int(3)), x.int(23)));
    expect(run(kernel([store(b, [x.int(0)], bits), store(b, [x.int(1)], x.nearest(x.num(2.5)))]))).toEqual([8, 2]);
    expect(
      run(
        kernel([
          store(b, [x.int(0)], x.convert('f32', x.i32Bits(x.num(1)))),
          store(b, [x.int(1)], x.nearest(x.num(-3.5))),
        ]),
      ),
    ).toEqual([0x3f800000, -4]);
  });

  test('names kernel, buffer and index of an access out of range', () => {
    const body = [
      store(b, [x.int(0)], x.load(a, [x.int(0), x.size(N)])),
      store(b, [x.sub(x.int(1), x.size(N))], x.num(0)),
    ];
    expect(() => run(kernel(body.slice(1)))).toThrow('kernel @k: b: index -1 lies outside 0..2 in dimension 0');
    const memory = makeMemory([kernel(body)], 4);
    expect(() => interpretKernel(kernel(body), memory, 4)).toThrow(
      'kernel @k: a: index 4 lies outside 0..3 in dimension 1',
    );
  });

  test('refuses memory that is missing, too short or of the wrong type', () => {
    const k = rows(x.num(1));
    const memory = (of: Float32Array | Int32Array): Memory => {
      const made: Memory = new Map([[b, new Float32Array(2)]]);
      return made.set(a, of);
    };
    expect(() => interpretKernel(k, new Map(), 2)).toThrow("kernel @k: no memory is given for 'a'");
    expect(() => interpretKernel(k, memory(new Int32Array(6)), 2)).toThrow("'a' needs a Float32Array");
    expect(() => interpretKernel(k, memory(new Float32Array(5)), 2)).toThrow('6 elements at N = 2, not 5');
  });
});
