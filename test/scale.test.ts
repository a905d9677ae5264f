/** Compiling a large graph costs no more than compiling its parts: code size, and work where it can be counted, grows
 *  linearly with the graph. `npm run bench:compile` measures times. */

import { describe, expect, test } from 'vitest';
import { emission } from '../codegen/backend.ts';
import { backendFor } from '../frontend/pipeline/backends.ts';
import { graphStages } from '../frontend/pipeline/stages.ts';
import { kernelKey } from '../ir/analysis/kernel-key.ts';
import { type Module, makeGraph, param, type Value } from '../ir/graph.ts';
import type { Kernel } from '../ir/kernel.ts';
import * as ir from '../ir/ops/index.ts';
import { kernelsOf } from '../ir/program.ts';
import { type Target, wasm128, webgpu } from '../ir/target.ts';
import { parseKernels, parseModule } from '../ir/text/parse.ts';
import { f32, N, type Shape } from '../ir/type.ts';
import { verifyKernels } from '../ir/verify/kernel.ts';
import { chooseSchedule } from '../passes/schedule/choose/index.ts';
import { schedule } from '../passes/schedule/index.ts';
import type { Ir } from '../passes/stage.ts';
import { last } from '../passes/stage.ts';
import { contextFor } from './support/pipeline.ts';

const counted = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
const module = (params: string, lines: readonly string[], ends: string): Module =>
  parseModule(
    `tapeout ir 1\nmodule @m (N <= 16) {\ngraph @g(${params}) {\n${lines.join('\n')}\nreturn ${ends}\n}\n}\n`,
    'generated.tir',
  );

/** By name: a graph that repeats the same `n` times. */
const graphs: Record<string, (n: number) => Module> = {
  'a chain of elementwise ops': (n) =>
    module(
      '%x: f32[N,32]',
      counted(n, (i) => {
        const x = i === 0 ? '%x' : `%v${i - 1}`;
        return `%v${i} = ${[`add(${x}, %x)`, `mul(${x}, %x)`, `tanh(${x})`][i % 3]} : f32[N,32]`;
      }),
      `%v${n - 1}`,
    ),
  'one value with many readers': (n) =>
    module(
      '%x: f32[N,32]',
      ['%t = tanh(%x) : f32[N,32]'].concat(
        counted(n, (i) => [
          `%f${i} = full() {value=${i + 2}, shape=[N,32], dtype=f32} : f32[N,32]`,
          `%v${i} = mul(%t, %f${i}) : f32[N,32]`,
        ]).flat(),
      ),
      counted(n, (i) => `%v${i}`).join(', '),
    ),
  'nested choices': (n) =>
    module(
      ['%x: f32[N,32]', ...counted(n, (i) => `%c${i}: i32[N,32]`)].join(', '),
      counted(n, (i) => {
        const x = i === 0 ? '%x' : `%v${i - 1}`;
        return [
          `%t${i} = greater(%c${i}, %c0) : bool[N,32]`,
          `%a${i} = mul(${x}, %x) : f32[N,32]`,
          `%b${i} = add(${x}, %x) : f32[N,32]`,
          `%v${i} = select(%t${i}, %a${i}, %b${i}) : f32[N,32]`,
        ];
      }).flat(),
      `%v${n - 1}`,
    ),
  'rows moved back and forth': (n) =>
    module(
      '%x: f32[8,32]',
      counted(n, (i) => {
        const x = i === 0 ? '%x' : `%v${i - 1}`;
        return [
          `%a${i} = slice(${x}) {starts=[0,1], steps=[1,1], shape=[8,31]} : f32[8,31]`,
          `%b${i} = slice(${x}) {starts=[0,0], steps=[1,1], shape=[8,1]} : f32[8,1]`,
          `%v${i} = concat(%a${i}, %b${i}) {dim=1} : f32[8,32]`,
        ];
      }).flat(),
      `%v${n - 1}`,
    ),
  'sums doubled': (n) =>
    module(
      '%x: i32[N,32]',
      counted(n, (i) => `%v${i} = add(${i === 0 ? '%x, %x' : `%v${i - 1}, %v${i - 1}`}) : i32[N,32]`),
      `%v${n - 1}`,
    ),
};

function compiled(m: Module, target: Target): { kernels: readonly Kernel[]; bytes: number } {
  const backend = backendFor(target);
  const made = [...graphStages, ...backend.stages, emission(backend)].reduce<Ir[]>(
    (irs, stage) => [...irs, stage.run(irs.at(-1) as Ir, contextFor(m, target))],
    [{ form: 'module', module: m }],
  );
  return { kernels: kernelsOf(last(made, 'schedule').outline), bytes: last(made, 'code').code.codeBytes };
}

describe('twice the graph gives no more than twice the code', () => {
  for (const target of [wasm128, webgpu])
    for (const [name, make] of Object.entries(graphs))
      test(`${name}, ${target.name}`, () => {
        const [one, two] = [compiled(make(150), target), compiled(make(300), target)];
        expect(two.bytes / one.bytes).toBeLessThan(2.3);
        verifyKernels(two.kernels, { maxBatch: 16, target });
      });
});

test('a chain of thousands of operations needs no deeper stack, and linear time', () => {
  const chain = (n: number): Module => {
    const [x, w] = [param('input', 'x', f32(N, 4)), param('parameter', 'w', f32(4))];
    const tanh = counted(n / 200, () => 0).reduce<Value>((y) => ir.tanh(y), rowsOf(w, x.type.shape));
    const y = counted(n, () => 0).reduce<Value>((v) => ir.add(v, x), tanh);
    // Two kernels ask whether the chain ends in a sum.
    const sums = [ir.reduceSum(y, { dims: [0] }), ir.reduceSum(y, { dims: [1] })] as const;
    const of = ir.add(ir.reduceSum(sums[0], { dims: [0] }), ir.reduceSum(sums[1], { dims: [0] }));
    const task = { kind: 'differentiate', of, seed: null, wrt: [w], then: 'accumulate' } as const;
    return { name: 'chain', maxBatch: 4, graphs: [makeGraph('backward', [{ name: 'loss', value: of }], [x, w], task)] };
  };
  expect(compiled(chain(2000), wasm128).bytes).toBeGreaterThan(2000);
});

test('a scalar added to itself many times compiles', () => {
  const [x, w] = [param('input', 'x', f32(N, 3)), param('parameter', 'w', f32(3))];
  const scalar = ir.reduceSum(w, { dims: [0] });
  for (const [count, next] of [
    [100, (s: Value) => ir.add(s, s)],
    [2000, (s: Value) => ir.add(s, ir.full({ value: 1, shape: [], dtype: 'f32' }))],
  ] as const) {
    let s: Value = scalar;
    for (let i = 0; i < count; i++) s = next(s);
    const value = ir.mul(x, ir.broadcast(s, { shape: x.type.shape, dims: [] }));
    const graph = makeGraph('forward', [{ name: 'y', value }], [x, w]);
    expect(compiled({ name: 'scalars', maxBatch: 4, graphs: [graph] }, wasm128).bytes).toBeGreaterThan(100);
  }
});

const rowsOf = (v: Value, shape: Shape): Value => ir.broadcast(v, { shape, dims: [1] });

const product = (a: string, b: string, out: string, more = ''): string => `
kernel @of_${out}(${a}: f32[N,48], ${b}: f32[32,48], ${out}: f32[N,32] out) {
  for n in 0..N {
    for j in 0..32 {
      tile acc: f32[]
      acc = 0.0
      for k in 0..48 {
        acc += ${a}[n, k] * ${b}[j, k]
      }
      ${out}[n, j] = acc${more}
    }
  }
}`;
const kernels = (...texts: string[]): readonly Kernel[] => parseKernels(`tapeout ir 1${texts.join('')}`, 'k.tir');

describe("kernels that differ in their buffers' names", () => {
  test('have the same key', () => {
    const [k, l] = kernels(product('x', 'w', 'y'), product('y', 'v', 'x'));
    expect(kernelKey(k as Kernel).key).toBe(kernelKey(l as Kernel).key);
    expect(kernelKey(l as Kernel).buffers.map((b) => b.name)).toEqual(['y', 'v', 'x']);
  });

  test('have different keys if a buffer is used twice, or a type, a number or the mode of a loop differs', () => {
    const [k] = kernels(product('x', 'w', 'y', ' + 1.5'));
    const key = (text: string, options = {}): string => kernelKey(kernels(text)[0] as Kernel, options).key;
    const own = kernelKey(k as Kernel).key;
    for (const other of [
      product('x', 'w', 'y'),
      product('x', 'w', 'y', ' + 2.5'),
      product('x', 'w', 'y', ' + 1.5').replaceAll('48', '40'),
      product('x', 'w', 'y', ' + 1.5').replace('for n', 'parallel n'),
      product('x', 'w', 'y', ' + 1.5').replace(/w\[j, k\]/, 'w[k, k]'),
    ])
      expect(key(other)).not.toBe(own);
    const loose = { constants: false };
    expect(key(product('x', 'w', 'y', ' + 2.5'), loose)).toBe(kernelKey(k as Kernel, loose).key);
    expect(key(product('x', 'w', 'y', ' + 1.5 + 1.5'), loose)).not.toBe(
      key(product('x', 'w', 'y', ' + 1.5 + 2.5'), loose),
    );
  });

  test('get the schedule that each would get alone, with its own buffers packed', () => {
    const all = kernels(product('x', 'w', 'y'), product('h', 'v', 'z'), product('q', 'u', 'p', ' * 3.0'));
    const graph = { name: 'g', params: [], results: [], groups: [], staged: new Set<never>() };
    const { schedules } = schedule(wasm128, 64)({ name: 'g', graph, kernels: all, repeats: [], outputs: new Map() });
    for (const k of all) expect(schedules.get(k.name)).toEqual(chooseSchedule(k, wasm128, 64));
    expect(schedules.get('of_z')).toContainEqual({ do: 'pack', buffer: 'v', order: [1, 0] });
  });
});
