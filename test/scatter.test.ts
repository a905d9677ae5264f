/** An op's equation asks which points reach an element; inverted, it says where each point adds what. Both are the same op. */
import { describe, expect, test } from 'vitest';
import * as x from '../ir/expr.ts';
import { byName, type Load, type OpDef } from '../ir/graph.ts';
import { interpretKernel, type Memory } from '../ir/interpret/kernel.ts';
import { addTo, finish, loop, type Stmt, store } from '../ir/kernel.ts';
import * as ops from '../ir/ops/index.ts';
import { countAt, type TensorType } from '../ir/type.ts';
import { random } from './support/oracle.ts';

const n = 2;
const nest = (axes: readonly x.Axis[], body: Stmt): Stmt =>
  axes.reduceRight<Stmt>((inner, a) => loop(a, x.int(0), x.size(a.extent), [inner]), body);

interface Case {
  readonly title: string;
  readonly types: Readonly<Record<string, TensorType>>;
  readonly attrs: Parameters<OpDef['infer']>[1];
  /** Upper bounds of index operands. */
  readonly places?: number;
}
const f32 = (...shape: number[]): TensorType => ({ dtype: 'f32', shape });
const i32 = (...shape: number[]): TensorType => ({ dtype: 'i32', shape });
const u8 = (...shape: number[]): TensorType => ({ dtype: 'u8', shape });
const pool = { kernel: [2, 3], stride: [2, 3], padding: [0, 0], dilation: [1, 1], ceil: false };
const conv = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };

const cases: Readonly<Record<string, readonly Case[]>> = {
  conv2d_input_grad: [
    { title: 'plain', types: { g: f32(2, 3, 4, 2), w: f32(3, 2, 2, 3) }, attrs: { ...conv, size: [5, 4] } },
    {
      title: 'strides, padding and dilation',
      types: { g: f32(1, 2, 3, 3), w: f32(2, 2, 3, 2) },
      attrs: { stride: [2, 3], padding: [1, 2], dilation: [2, 1], groups: 1, size: [7, 5] },
    },
    {
      title: 'groups',
      types: { g: f32(2, 6, 2, 2), w: f32(6, 2, 2, 2) },
      attrs: { ...conv, groups: 3, size: [3, 3] },
    },
  ],
  index_add: [
    { title: 'rows', types: { g: f32(3, 4, 2), index: i32(3, 4) }, attrs: { dim: 0, size: 5 }, places: 5 },
    { title: 'within', types: { g: f32(2, 7, 3), index: i32(7) }, attrs: { dim: 1, size: 4 }, places: 4 },
    { title: 'some outside', types: { g: f32(9), index: i32(9) }, attrs: { dim: 0, size: 3 }, places: 6 },
  ],
  scatter_add: [
    { title: 'columns', types: { g: f32(3, 7), index: i32(3, 7) }, attrs: { dim: 1, size: 4 }, places: 4 },
    { title: 'some outside', types: { g: f32(5, 2), index: i32(5, 2) }, attrs: { dim: 0, size: 3 }, places: 5 },
  ],
  max_pool2d_grad: [
    {
      title: 'windows side by side',
      types: { g: f32(2, 2, 2, 2), index: u8(2, 2, 2, 2) },
      attrs: { ...pool, size: [5, 7] },
      places: 6,
    },
    {
      title: 'windows that overlap, and reach beyond',
      types: { g: f32(1, 2, 3, 3), index: u8(1, 2, 3, 3) },
      attrs: { kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1], ceil: false, size: [5, 5] },
      places: 9,
    },
  ],
  sum_pool2d_grad: [
    { title: 'windows side by side', types: { g: f32(2, 2, 2, 2) }, attrs: { ...pool, size: [4, 6], average: false } },
    {
      title: 'windows that overlap',
      types: { g: f32(1, 2, 3, 4) },
      attrs: { kernel: [3, 2], stride: [1, 1], padding: [1, 0], dilation: [1, 1], ceil: false, size: [3, 5] },
    },
  ],
  conv1d_input_grad: [
    {
      title: 'strides, padding, dilation and groups',
      types: { g: f32(2, 4, 3), w: f32(4, 1, 3) },
      attrs: { stride: [2], padding: [1], dilation: [2], groups: 2, size: [7] },
    },
  ],
  conv3d_input_grad: [
    {
      title: 'strides and padding',
      types: { g: f32(1, 2, 2, 3, 2), w: f32(2, 2, 2, 3, 2) },
      attrs: { stride: [2, 1, 3], padding: [1, 0, 1], dilation: [1, 1, 1], groups: 1, size: [2, 5, 3] },
    },
  ],
  max_pool1d_grad: [
    {
      title: 'windows that overlap, and reach beyond',
      types: { g: f32(1, 2, 3), index: u8(1, 2, 3) },
      attrs: { kernel: [3], stride: [2], padding: [1], dilation: [1], ceil: false, size: [5] },
      places: 3,
    },
  ],
  max_pool3d_grad: [
    {
      title: 'windows side by side',
      types: { g: f32(2, 1, 1, 2, 2), index: u8(2, 1, 1, 2, 2) },
      attrs: {
        kernel: [2, 3, 2],
        stride: [2, 3, 2],
        padding: [0, 0, 0],
        dilation: [1, 1, 1],
        ceil: false,
        size: [3, 6, 5],
      },
      places: 12,
    },
  ],
  sum_pool1d_grad: [
    {
      title: 'windows that overlap',
      types: { g: f32(1, 2, 4) },
      attrs: { kernel: [3], stride: [1], padding: [1], dilation: [1], ceil: false, size: [4] },
    },
  ],
  sum_pool3d_grad: [
    {
      title: 'windows side by side',
      types: { g: f32(1, 2, 1, 2, 2) },
      attrs: {
        kernel: [2, 2, 1],
        stride: [2, 2, 1],
        padding: [0, 0, 0],
        dilation: [1, 1, 1],
        ceil: false,
        size: [3, 4, 2],
      },
    },
  ],
};

const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };
const registered = (Object.values(ops) as readonly unknown[])
  .filter((op): op is OpDef => typeof op === 'function' && 'scatter' in op)
  .filter((op) => op.scatter !== undefined);

test('every op with an inverted equation has a case', () => {
  expect(registered.map((op) => op.name).sort()).toEqual(Object.keys(cases).sort());
});

describe.each(registered)('$name', (op) => {
  test.each(cases[op.name] as readonly Case[])('$title', ({ types, attrs, places = 0 }) => {
    const out = op.infer(types, attrs);
    const buffers = op.operands.map((name): x.Buffer => ({ name, type: types[name] as TensorType }));
    const loads = byName(
      op.operands,
      buffers.map(
        (b): Load =>
          (...at) =>
            x.load(b, at),
      ),
    );
    const to: x.Buffer = { name: 'out', type: out };
    const axes = out.shape.map((d, i) => x.axis(`i${i}`, d));
    const at = axes.map(x.ix);
    const next = random(7);
    const given = buffers.map((b) =>
      Array.from({ length: countAt(b.type.shape, n) }, () =>
        b.type.dtype === 'f32' ? next() * 2 - 1 : Math.floor(next() * places),
      ),
    );
    const run = (...body: Stmt[]): Float32Array => {
      const memory: Memory = new Map<x.Buffer, Float32Array | Int32Array | Uint8Array>([
        [to, new Float32Array(countAt(out.shape, n))],
      ]);
      for (const [i, b] of buffers.entries())
        memory.set(b, arrays[b.type.dtype as 'f32' | 'i32' | 'u8'].from(given[i] as number[]));
      interpretKernel(finish('k', body, []), memory, n);
      return memory.get(to) as Float32Array;
    };

    const turned = op.scatter?.(loads, attrs, types, out);
    if (!turned) throw new Error(`${op.name} has no inverted equation`);
    const { over, at: reached, value } = turned;
    const inside = x.all(...reached.flatMap((e, d) => [x.ge(e, x.int(0)), x.lt(e, x.int(out.shape[d] as number))]));
    const clamped = reached.map((e, d) => {
      const last = x.int((out.shape[d] as number) - 1);
      return x.select(x.lt(e, x.int(0)), x.int(0), x.select(x.lt(last, e), last, e));
    });
    const scattered = run(
      nest(axes, store(to, at, x.num(0))),
      nest(over, addTo(to, clamped, x.select(inside, value, x.num(0)))),
    );

    const sums: Stmt[] = [];
    const equation = op.compute(loads, at, attrs, types, out);
    if (equation.kind === 'reduce')
      sums.push(nest(axes, store(to, at, x.num(0))), nest([...axes, ...equation.over], addTo(to, at, equation.body)));
    else sums.push(nest(axes, store(to, at, equation)));
    const gathered = run(...sums);

    expect(gathered.some((v) => v !== 0)).toBe(true);
    for (const [i, v] of gathered.entries()) expect(scattered[i]).toBeCloseTo(v, 5);
  });
});
