/** Integers and conditions, where PyTorch takes them: its values and element types (of PyTorch 1.13, on int32 and bool), or a
 *  refusal where it refuses too. */
import { describe, expect, it } from 'vitest';
import {
  CompileError,
  cat,
  conv2d,
  defineModel,
  linear,
  nn,
  pad,
  relu,
  stack,
  type Tensor,
  where,
} from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { instantiate } from '../../runtime/index.ts';
import { recordFunction, run } from '../support/record.ts';

type Case = readonly [
  text: string,
  f: (i: Tensor, j: Tensor, f: Tensor) => Tensor,
  dtype: string,
  values: readonly number[],
];

const [i, j, f] = [
  [1, -2, 3, 4],
  [2, 1, 1, 3],
  [1, -2, 3, 4],
] as const;
const at = { shape: [2, 2] };
const inputs = [{ ...at, dtype: 'i32' } as const, { ...at, dtype: 'i32' } as const, at];

const cases: readonly Case[] = [
  ['-i', (i) => i.neg(), 'i32', [-1, 2, -3, -4]],
  ['|i|', (i) => i.abs(), 'i32', [1, 2, 3, 4]],
  ['relu i', (i) => relu(i), 'i32', [1, 0, 3, 4]],
  ['exp i', (i) => i.exp(), 'f32', [2.7182817, 0.1353353, 20.0855369, 54.5981522]],
  ['sigmoid i', (i) => i.sigmoid(), 'f32', [0.7310586, 0.1192029, 0.9525741, 0.9820138]],
  ['tanh i', (i) => i.tanh(), 'f32', [0.7615942, -0.9640276, 0.9950548, 0.9993293]],
  ['erf i', (i) => i.erf(), 'f32', [0.8427008, -0.9953223, 0.999978, 1]],
  ['i + j', (i, j) => i.add(j), 'i32', [3, -1, 4, 7]],
  ['i + f', (i, _, f) => i.add(f), 'f32', [2, -4, 6, 8]],
  ['f + i', (i, _, f) => f.add(i), 'f32', [2, -4, 6, 8]],
  ['i + 2', (i) => i.add(2), 'i32', [3, 0, 5, 6]],
  ['i + 0.5', (i) => i.add(0.5), 'f32', [1.5, -1.5, 3.5, 4.5]],
  ['i + c', (i) => i.add(i.gt(0)), 'i32', [2, -2, 4, 5]],
  ['i - j', (i, j) => i.sub(j), 'i32', [-1, -3, 2, 1]],
  ['i·j', (i, j) => i.mul(j), 'i32', [2, -2, 3, 12]],
  ['i·0.5', (i) => i.mul(0.5), 'f32', [0.5, -1, 1.5, 2]],
  ['i / j', (i, j) => i.div(j), 'f32', [0.5, -2, 3, 1.3333333]],
  ['i / 2', (i) => i.div(2), 'f32', [0.5, -1, 1.5, 2]],
  ['i²', (i) => i.pow(2), 'i32', [1, 4, 9, 16]],
  ['i⁵', (i) => i.pow(5), 'i32', [1, -32, 243, 1024]],
  ['i⁰', (i) => i.pow(0), 'i32', [1, 1, 1, 1]],
  ['√i', (i) => i.abs().pow(0.5), 'f32', [1, Math.SQRT2, 1.7320508, 2]],
  ['max(i, j)', (i, j) => i.maximum(j), 'i32', [2, 1, 3, 4]],
  ['min(i, f)', (i, _, f) => i.minimum(f), 'f32', [1, -2, 3, 4]],
  ['i = f', (i, _, f) => i.eq(f).to('i32'), 'i32', [1, 1, 1, 1]],
  ['i < 0.5', (i) => i.lt(0.5).to('i32'), 'i32', [0, 1, 0, 0]],
  ['i >= j', (i, j) => i.ge(j).to('i32'), 'i32', [0, 0, 1, 1]],
  ['clamp i', (i) => i.clamp(0, 2), 'i32', [1, 0, 2, 2]],
  ['clamp i at 0.5', (i) => i.clamp(0.5), 'f32', [1, 0.5, 3, 4]],
  ['clamp i at j', (i, j) => i.clamp(null, j), 'i32', [1, -2, 1, 3]],
  ['sum i', (i) => i.sum(1), 'i32', [-1, 7]],
  ['amax i', (i) => i.amax(0), 'i32', [3, 4]],
  ['max i', (i) => i.max(1).values, 'i32', [1, 4]],
  ['min i', (i) => i.min(1).values, 'i32', [-2, 3]],
  ['argmax i', (i) => i.argmax(1), 'i32', [0, 1]],
  ['argmin i', (i) => i.argmin(1), 'i32', [1, 0]],
  [
    'argmin of the least',
    (i) =>
      i
        .mul(0)
        .add(-(2 ** 31) + 1)
        .sub(i.gt(3).to('i32'))
        .argmin(),
    'i32',
    [3],
  ],
  ['where i else 0.5', (i) => where(i.gt(0), i, 0.5), 'f32', [1, 0.5, 3, 4]],
  ['where i else 2', (i) => where(i.gt(0), i, 2), 'i32', [1, 2, 3, 4]],
  ['where i else f', (i, _, f) => where(i.gt(0), i, f), 'f32', [1, -2, 3, 4]],
  ['cat i, f', (i, _, f) => cat([i, f]), 'f32', [1, -2, 3, 4, 1, -2, 3, 4]],
  ['stack i, c', (i) => stack([i, i.gt(0)]), 'i32', [1, -2, 3, 4, 1, 0, 1, 1]],
  ['pad i', (i) => pad(i, [1, 0]), 'i32', [0, 1, -2, 0, 3, 4]],
  ['c + c', (i, j) => i.gt(0).add(j.gt(1)).to('i32'), 'i32', [1, 0, 1, 1]],
  ['c·c', (i, j) => i.gt(0).mul(j.gt(1)).to('i32'), 'i32', [1, 0, 0, 1]],
  ['c + 2', (i) => i.gt(0).add(2), 'i32', [3, 2, 3, 3]],
  ['c·0.5', (i) => i.gt(0).mul(0.5), 'f32', [0.5, 0, 0.5, 0.5]],
  ['sum c', (i) => i.gt(0).sum(), 'i32', [3]],
  ['amin c', (i) => i.gt(0).amin(1).to('i32'), 'i32', [0, 1]],
  ['max c', (i) => i.gt(0).max(0).values.to('i32'), 'i32', [1, 1]],
  ['i @ j', (i, j) => i.matmul(j), 'i32', [0, -5, 10, 15]],
  ['stacks of i @ j', (i, j) => stack([i, j]).matmul(j.unsqueeze(0)), 'i32', [0, -5, 10, 15, 5, 5, 5, 10]],
  ['i @ a vector', (i, j) => i.matmul(j.select(0, 0)), 'i32', [0, 10]],
  ['linear of integers', (i, j) => linear(i, j, j.select(0, 0)), 'i32', [2, -4, 12, 16]],
  ['conv2d', (i, j) => conv2d(i.view(1, 1, 2, 2), j.view(1, 1, 2, 2)), 'i32', [15]],
  [
    'conv2d with groups, padding and strides',
    (i, j) => conv2d(i.view(2, 2, 1, 1), j.view(2, 1, 1, 2), j.view(-1).narrow(0, 2, 2), [1, 2], [0, 1], 1, 2),
    'i32',
    [2, -3, 4, 15],
  ],
  [
    'conv2d with a dilation',
    (i, j) => conv2d(i.view(1, 1, 1, 4), j.view(2, 1, 1, 2), null, 1, 0, [1, 2]),
    'i32',
    [5, 0, 10, 10],
  ],
  ['transposed', (i) => i.t(), 'i32', [1, 3, -2, 4]],
];

const close = (have: ArrayLike<number>, want: readonly number[]): void =>
  expect([...(have as number[])].map((v) => Number(v.toPrecision(6)))).toEqual(
    want.map((v) => Number(v.toPrecision(6))),
  );

describe('integers', () => {
  it.each(cases)('%s', (_, call, dtype, values) => {
    const recording = recordFunction(inputs, (...t) => call(t[0]!, t[1]!, t[2]!));
    expect(recording.eval.output.type.dtype).toBe(dtype);
    close(run(recording, [i, j, f]), values);
  });

  it('give the same on WebAssembly', async () => {
    class All extends nn.Module {
      forward(i: Tensor, j: Tensor, f: Tensor): Tensor {
        return cat(cases.map(([, call]) => call(i, j, f).to('f32').view(-1)));
      }
    }
    const compiled = await compile(
      defineModel({ model: All, input: { i: inputs[0]!, j: inputs[1]!, f: inputs[2]! } }),
      { verify: true },
    );
    const model = await instantiate(compiled.wasm, compiled.manifest, compiled.weights);
    for (const [name, values] of Object.entries({ i, j, f })) model.input(name).set(values);
    close(
      model.forward(1),
      cases.flatMap(([, , , values]) => values),
    );
  });

  it.each<[string, (i: Tensor) => Tensor, string]>([
    ['mean of integers', (i) => i.mean(), 'mean: needs an f32 tensor'],
    ['softmax of integers', (i) => i.softmax(1), 'softmax: needs an f32 tensor'],
    ['conditions negated', (i) => i.gt(0).neg(), 'neg: needs an f32 or i32 tensor'],
    ['conditions subtracted', (i) => i.gt(0).sub(i), 'sub: needs an f32 or i32 tensor'],
    ['argmax of conditions', (i) => i.gt(0).argmax(1), 'argmax: needs an f32 or i32 tensor'],
    ['negative powers', (i) => i.pow(-1), 'pow: integers to the negative power -1'],
    ['too large a number', (i) => i.lt(3e9), 'lt: 3000000000 is not a value of i32'],
    ['integers times floats', (i) => i.matmul(i.to('f32')), 'matmul: needs f32 matrices, got i32[2,2] and f32[2,2]'],
    [
      'images of integers, weights of floats',
      (i) => conv2d(i.view(1, 1, 2, 2), i.to('f32').view(1, 1, 2, 2)),
      'conv2d: needs f32 tensors, got i32[1,1,2,2]',
    ],
    [
      'a bias of floats',
      (i) => conv2d(i.view(1, 1, 2, 2), i.view(1, 1, 2, 2), i.to('f32').view(-1).narrow(0, 0, 1)),
      'conv2d: needs an i32 tensor',
    ],
    ['fractions around', (i) => pad(i, [1, 1], 'constant', 0.5), 'pad: 0.5 is not a value of i32'],
  ])('%s', (_, call, message) => {
    expect(() => recordFunction([inputs[0]!], (i) => call(i!))).toThrow(CompileError);
    expect(() => recordFunction([inputs[0]!], (i) => call(i!))).toThrow(message);
  });
});
