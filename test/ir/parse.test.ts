/** Both languages read back: printed text parses to what was printed, and any other text is refused at its line and column. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import { readIr } from '../../frontend/pipeline/read.ts';
import { renderError } from '../../frontend/report/diagnostics.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { type Graph, type Module, makeGraph, param } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import * as op from '../../ir/ops/index.ts';
import { isPlanned, kernelsOf } from '../../ir/program.ts';
import { wasm128 } from '../../ir/target.ts';
import {
  directivesOf,
  parseGraph,
  parseKernel,
  parseKernels,
  parseModule,
  parseProgram,
  parseSchedules,
  parseText,
} from '../../ir/text/parse.ts';
import { printGraph, printModule } from '../../ir/text/print-graph.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { f32 } from '../../ir/type.ts';
import { verifyProgram } from '../../ir/verify/program.ts';
import { autodiff } from '../../passes/autodiff.ts';
import { canonicalize } from '../../passes/canonicalize.ts';
import { fuse } from '../../passes/fuse.ts';
import { inferShapes } from '../../passes/infer-shapes.ts';
import { Buffers, lower } from '../../passes/lower/index.ts';
import { expandMathIn } from '../../passes/math.ts';
import { printIr } from '../../passes/stage.ts';
import { StateTable, update } from '../../passes/update.ts';
import { parseError } from '../support/errors.ts';
import { Choices, modelOf, uniform } from '../support/generate.ts';
import { randomKernel } from '../support/random-kernel.ts';
import { graphData, kernelData, moduleData } from '../support/same.ts';

const root = resolve(import.meta.dirname, '../..');
const print = { root };

function moduleRoundTrips(m: Module): void {
  const text = printModule(m, print);
  const back = parseModule(text, 'a.tir');
  expect(printModule(back)).toBe(text);
  expect(moduleData(back)).toStrictEqual(moduleData(m, print));
}
function kernelRoundTrips(k: Kernel): void {
  const text = printKernel(k, print);
  const back = parseKernel(text, 'a.tir');
  expect(printKernel(back)).toBe(text);
  expect(kernelData(back)).toStrictEqual(kernelData(k, print));
}

describe('printed text parses back to the same', () => {
  const compiled = new Map<string, Compiled>();
  beforeAll(async () => {
    const entries = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'] as const;
    for (const [name, spec] of Object.entries({ lenet, mlp, convnet }))
      compiled.set(name, await compile(spec, { root, entries, inputGradient: true }));
  });

  test.each(['lenet', 'mlp', 'convnet'])('%s at every stage', (name) => {
    const c = compiled.get(name)!;
    for (const stage of ['recorded', 'inferShapes', 'autodiff', 'update', 'canonicalize', 'fuse'] as const) {
      const text = c.printed(stage);
      expect(printModule(parseModule(text, stage))).toBe(text);
    }
    moduleRoundTrips(c.module);
    moduleRoundTrips({ ...c.module, graphs: c.fused });
    for (const of of [c.lowered, c.scheduled.outline]) for (const k of kernelsOf(of)) kernelRoundTrips(k);
  });

  test('kernels that follow each other share their buffers', () => {
    const [first, second] = parseKernels(compiled.get('mlp')!.printed('lower'), 'mlp');
    const written = first!.params.find((p) => p.access === 'out')!.buffer;
    expect(second!.params.map((p) => p.buffer)).toContain(written);
  });

  test('lowering a fused graph that was read gives the same kernels', () => {
    const c = compiled.get('lenet')!;
    const back = parseModule(c.printed('fuse'), 'fuse') as { graphs: Parameters<typeof lower>[0][] } & Module;
    const buffers = new Buffers();
    expect(back.graphs.map((g) => lower(g, buffers).kernels.map((k) => printKernel(expandMathIn(k))))).toEqual(
      c.lowered.entries.map((e) => e.launches.map((k) => printKernel(k, print))),
    );
  });

  test('random modules, after each pass', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 60 }), (choices) => {
        const model = modelOf(new Choices(choices));
        if (!model) return;
        let m = model.module;
        moduleRoundTrips(m);
        for (const pass of [inferShapes, autodiff, update(model.optimizer, new StateTable()), canonicalize]) {
          m = pass(m);
          moduleRoundTrips(m);
        }
        const fused = { ...m, graphs: m.graphs.map((g) => fuse(g, wasm128)) };
        moduleRoundTrips(fused);
        const buffers = new Buffers();
        for (const g of fused.graphs) for (const k of lower(g, buffers).kernels) kernelRoundTrips(k);
      }),
      { numRuns: 60 },
    );
  });

  test('random kernels', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 400 }), (choices) =>
        kernelRoundTrips(randomKernel(new Choices(choices))),
      ),
      { numRuns: 600 },
    );
  });

  test('odd names, locations and attributes', () => {
    const p = (name: string) => param('parameter', name, f32(2), { file: 'a b.ts', line: 1, col: 2 });
    const [a, b, c] = [p('0.weight'), p('say "hi"; %x'), p('größe')];
    const value = op.full({ value: Number.NaN, shape: [2], dtype: 'f32' });
    const zero = op.full({ value: -0, shape: [2], dtype: 'f32' });
    const low = op.full({ value: -Infinity, shape: [2], dtype: 'f32' });
    const sum = [b, c, value, zero, low].reduce((s, v) => op.add(s, v), a as never);
    const g = makeGraph('a graph', [
      { name: 'the sum', value: sum },
      { name: '0', value: sum },
      { name: 'größe', value: c, into: a },
      { name: 'b', value: a, into: b },
      { name: 'x', value: a },
    ]);
    moduleRoundTrips({ name: 'my net', maxBatch: 1, graphs: [g, { ...g, name: '2nd' }] });
    expect(graphData(parseGraph(printGraph(g), 'a'))).toStrictEqual(graphData(g));
  });

  test('a fused graph that computes nothing, and updates that are staged', () => {
    const [a, b] = [param('state', 'a', f32(2)), param('state', 'b', f32(2))];
    const swap: Graph = makeGraph('swap', [
      { name: 'a', value: b, into: a },
      { name: 'b', value: a, into: b },
    ]);
    const fused = fuse(swap, wasm128);
    expect(fused.staged.size).toBe(2);
    expect(printGraph(fused)).toMatchInlineSnapshot(`
      "graph @swap(%b: f32[2] state, %a: f32[2] state) {
        fused {}
        return %b -> %a staged, %a -> %b staged
      }"
    `);
    moduleRoundTrips({ name: 'm', maxBatch: 1, graphs: [fused] });
  });

  test('the examples of docs/ir.md', () => {
    const blocks = readFileSync(resolve(root, 'docs/ir.md'), 'utf8')
      .split('```')
      .filter((_, i) => i % 2 === 1);
    const starting = (head: string) => blocks.filter((b) => b.startsWith(`\n${head}`));
    const [graphs, programs] = [starting('tapeout ir 1\nmodule'), starting('tapeout ir 1\nprogram')];
    const [kernels, schedules] = [starting('kernel @'), starting('schedule @')];
    expect([graphs.length, programs.length, kernels.length, schedules.length]).toEqual([1, 1, 1, 1]);
    for (const b of programs) {
      const p = parseProgram(b, 'docs/ir.md');
      if (!isPlanned(p)) throw new Error('the program is planned');
      verifyProgram(p);
      expect(printProgram(p, { kernels: true }).trim()).toBe(b.trim());
    }
    for (const b of schedules)
      for (const s of parseSchedules(`${versionLine}${b}`, 'docs/ir.md'))
        expect(printSchedule(s.kernel, directivesOf(s))).toBe(b.trim());
    for (const b of graphs)
      expect(printModule(parseModule(b, 'docs/ir.md')).trim()).toBe(b.trim().replace('            ;', '  ;'));
    for (const b of kernels) expect(printKernel(parseKernel(b, 'docs/ir.md'))).toBe(b.trim());
  });

  test('comments and layout are free, locations are read', () => {
    const text = `; a file of mine
tapeout ir 1 ; the version
graph @g(%x: f32[N,2] ; net.ts:1:2
  , %w: f32[2] param) { ; as it is
  %y = relu(%x)
    : f32[N,2] ; net.ts:3:4
  %z = broadcast(%w) {dims = [1], shape = [N, 2]} : f32[N,2] ; what a line
  ; b.ts:9:9
  return sum = %s }`.replace('return', '%s = add(%y, %z) : f32[N,2]\n  return');
    const { graphs } = parseText(text, 'mine.tir');
    expect(printGraph(graphs[0]!)).toMatchInlineSnapshot(`
      "graph @g(
        %x: f32[N,2],  ; net.ts:1:2
        %w: f32[2] param,
      ) {
        %relu = relu(%x) : f32[N,2]  ; net.ts:3:4
        %broadcast = broadcast(%w) {dims=[1], shape=[N,2]} : f32[N,2]
        %sum = add(%relu, %broadcast) : f32[N,2]
        return %sum
      }"
    `);
    const here = parseText(text, 'mine.tir', { places: 'text' }).graphs[0]!;
    expect(here.results[0]!.value.loc).toEqual({ file: 'mine.tir', line: 9, col: 3 });
  });
});

describe('errors are reported at their location', () => {
  const head = 'tapeout ir 1\nmodule @m (N <= 4) {\n';
  const g = (body: string) => `${head}graph @g(%x: f32[N,4], %w: f32[4,3] param) {\n${body}\n}\n}\n`;
  const conv = '{stride=[1,1], padding=[0,0], dilation=[1,1], groups=1}';
  const cases: Record<string, readonly [text: string, line: number, col: number, message: RegExp]> = {
    'an empty file': ['', 1, 1, /the text is empty: it must begin with 'tapeout ir 1'/],
    'no version': ['module @m (N <= 4) {}', 1, 1, /expected 'tapeout ir 1'/],
    'another version': ['tapeout ir 2\n', 1, 12, /this is version 2/],
    'a cut file': [`${head}graph @g(%x: f32[N,4]) {`, 3, 25, /found the end of the text/],
    'an unknown op': [g('%y = rel(%x) : f32[N,4]\nreturn %y'), 4, 6, /there is no op 'rel'/],
    'an unknown attribute': [g('%y = relu(%x) {by=2} : f32[N,4]\nreturn %y'), 4, 16, /relu has no attribute 'by'/],
    'an attribute missing': [g('%y = reshape(%w) : f32[12]\nreturn %y'), 4, 6, /reshape needs 'shape'/],
    'an attribute of another kind': [
      g('%y = reduce_sum(%w) {dims=0} : f32[3]\nreturn %y'),
      4,
      27,
      /'dims' must be a list of whole numbers of at least 0/,
    ],
    'an attribute of another length': [
      g(`%y = conv2d(%x, %w) ${conv.replace('[1,1]', '[1]')} : f32[3]\nreturn %y`),
      4,
      29,
      /'stride' must be a list of 2 whole numbers of at least 1/,
    ],
    'an attribute twice': [g('%y = reduce_sum(%w) {dims=[0], dims=[1]} : f32[3]\nreturn %y'), 4, 32, /given twice/],
    'too few operands': [g('%y = add(%x) : f32[N,4]\nreturn %y'), 4, 9, /add takes 2 operands, a, b, and 1 is given/],
    'too many operands': [g('%y = relu(%x, %x) : f32[N,4]\nreturn %y'), 4, 15, /relu takes one operand, x, and 2/],
    'operands that do not fit': [
      g('%y = matmul(%w, %x) : f32[4,4]\nreturn %y'),
      4,
      6,
      /matmul: inner dimensions differ: 3 and N/,
    ],
    'a wrong type': [g('%y = relu(%x) : f32[N,5]\nreturn %y'), 4, 17, /relu makes f32\[N,4\] .* not f32\[N,5\]/],
    'an undefined name': [g('%y = relu(%z) : f32[N,4]\nreturn %y'), 4, 11, /%z is not defined/],
    'a cycle': [g('%y = relu(%z) : f32[N,4]\n%z = relu(%y) : f32[N,4]\nreturn %z'), 4, 11, /%z is not defined/],
    'a value of itself': [g('%y = relu(%y) : f32[N,4]\nreturn %y'), 4, 11, /%y is not defined/],
    'a name twice': [g('%x = relu(%x) : f32[N,4]\nreturn %x'), 4, 1, /%x is defined twice/],
    'a node that nothing needs': [g('%y = relu(%x) : f32[N,4]\nreturn %x'), 4, 1, /no result needs %y/],
    'two graphs of the same name': [`${head}graph @g() {}\ngraph @g() {}\n}`, 4, 1, /two graphs @g/],
    'a param of two types': [
      `${head}graph @a(%w: f32[2] param) {}\ngraph @b(%w: f32[3] param) {}\n}`,
      4,
      10,
      /%w is f32\[3\] parameter here, and f32\[2\] parameter/,
    ],
    '10^12 elements': [`${head}graph @g(%x: f32[1000000,1000000]) {}\n}`, 3, 14, /more than 536870912 elements/],
    '10^12 elements because of the batch': [
      'tapeout ir 1\nmodule @m (N <= 1000000) {\ngraph @g(%x: f32[N,1000000]) {}\n}',
      3,
      14,
      /more than 536870912 elements at a batch of 1000000/,
    ],
    '10^12 elements made': [
      g('%y = full() {value=1, shape=[1000000,1000000], dtype=f32} : f32[1000000,1000000]\nreturn %y'),
      4,
      61,
      /more than 536870912 elements/,
    ],
    'the batch more than twice': [
      g('%y = full() {value=1, shape=[N,N,N], dtype=f32} : f32[N,N,N]\nreturn %y'),
      4,
      29,
      /must be a shape/,
    ],
    'an unbounded batch': ['tapeout ir 1\nmodule @m (N <= 0) {}', 2, 17, /from 1 to/],
    'an update of a node': [
      g('%y = relu(%x) : f32[N,4]\nreturn %x -> %y'),
      5,
      14,
      /%y is not a param, and only params can be updated/,
    ],
    'an update of another type': [g('return %x -> %w'), 4, 8, /%w is f32\[4,3\], and the value put into it f32\[N,4\]/],
    'a task of another': [g('return %x\ndifferentiate %x wrt %w then jump'), 5, 30, /'step' or 'accumulate'/],
    'a stray character': [g('%y = relu(%x) § f32'), 4, 15, /"§" is not allowed here/],
    'a quotation mark alone': [g('%"y = relu(%x)'), 4, 1, /expected/],
    'a malformed number': [g('%y = reduce_sum(%w) {dims=[0x1]} : f32[3]'), 4, 28, /'0x1' is not one/],
    'something after the module': [`${head}}\nmodule`, 4, 1, /expected nothing after/],
  };
  test.each(Object.entries(cases))('%s', (_, [text, line, col, message]) => {
    const e = parseError(() => parseModule(text, 'a.tir'));
    expect(e.message).toMatch(message);
    expect(e.loc).toEqual({ file: 'a.tir', line, col });
  });

  const k = (body: string) => `tapeout ir 1\nkernel @k(x: f32[N,4], i: i32[N], y: f32[N,4] out) {\n${body}\n}\n`;
  const kernelCases: Record<string, readonly [text: string, line: number, col: number, message: RegExp]> = {
    'an undefined name': [k('y[0, 0] = z'), 3, 11, /'z' is not defined here/],
    'an index of another loop': [k('for n in 0..N { }\ny[n, 0] = 1.0'), 4, 3, /'n' is not defined here/],
    'a name that is visible already': [k('for i in 0..4 { }'), 3, 5, /'i' is a buffer here already/],
    'a tile of an inner loop': [k('for n in 0..N { tile t: f32[] }\nt = 1.0'), 4, 1, /'t' is not defined here/],
    'mixed types': [k('y[0, 0] = x[0, 0] + 1'), 3, 19, /'\+' needs operands of one type, got f32 and i32/],
    'a value of another type': [k('y[0, 0] = i[0]'), 3, 11, /must be f32, got i32/],
    'an index that is not an integer': [k('y[0, 1.0] = 1.0'), 3, 6, /an index must be i32, got f32/],
    'too few indices': [k('y[0] = 1.0'), 3, 2, /'y' has 2 dimensions, and 1 index is given/],
    'a condition that is not a bool': [k('y[0, 0] = x[0, 0] ? 1.0 : 2.0'), 3, 11, /a condition must be bool/],
    'the remainder of floats': [k('y[0, 0] = x[0, 0] % 2.0'), 3, 19, /'%' does not take f32/],
    'a percent that is not an operator': [k('for n in 0..(N %6) { }'), 3, 16, /expected an operator/],
    'an unknown function': [k('y[0, 0] = sinc(x[0, 0])'), 3, 11, /there is no function 'sinc'/],
    'a bound without an extent': [k('for n in 0..(N - 1) { }'), 3, 13, /does not give the extent of 'n'/],
    'a step of nothing': [k('for n in 0..N step 0 { }'), 3, 20, /expected the step: a whole number from 1 to/],
    'a let that nothing follows': [k('let t = 1.0'), 4, 1, /a statement/],
    'a let of the previous statement': [k('let t = 1.0\ny[0, 0] = t\ny[0, 1] = t'), 5, 11, /'t' is not defined/],
    'a product into a buffer': [k('y[0, 0] *= 1.0'), 3, 9, /only tiles accumulate like this/],
    'a store to an index': [k('for n in 0..N { n = 1 }'), 3, 17, /'n' is an index/],
    'an integer too large': [k('y[3000000000, 0] = 1.0'), 3, 3, /3000000000 is not an i32/],
    'a view of another size': [
      'tapeout ir 1\nkernel @k(x: f32[4], y: f32[5] view of x) {}',
      2,
      25,
      /f32\[5\] is not a view of f32\[4\]/,
    ],
    'a tile of the batch': [k('tile t: f32[N]'), 3, 9, /without N/],
    '10^12 elements': ['tapeout ir 1\nkernel @k(x: f32[1000000,1000000]) {}', 2, 14, /more than 536870912/],
  };
  test.each(Object.entries(kernelCases))('in a kernel: %s', (_, [text, line, col, message]) => {
    const e = parseError(() => parseKernels(text, 'a.tir'));
    expect(e.message).toMatch(message);
    expect(e.loc).toEqual({ file: 'a.tir', line, col });
  });

  test('shows the line of the text, the operands and what to try', () => {
    const text = g('%y = matmul(%w, %x) : f32[4,4]\nreturn %y');
    const e = parseError(() => parseModule(text, 'net.tir'));
    expect(renderError(e, { read: () => text })).toMatchInlineSnapshot(`
      "error[shape-mismatch]: matmul: inner dimensions differ: 3 and N
        --> net.tir:4:6
      4 | %y = matmul(%w, %x) : f32[4,4]
        |      ^^^^^^^^^^^^^^
        |             -- a: f32[4,3], parameter 'w'
        |                 -- b: f32[N,4], input 'x'
      help: the last dimension of a must be the last but one of b: f32[…,3] goes with f32[3,…]"
    `);
  });

  test('nesting of any depth ends in a diagnostic', () => {
    const deep = 100_000;
    const texts = [
      k(`y[0, 0] = ${'('.repeat(deep)}1.0${')'.repeat(deep)}`),
      k(`y[0, 0] = ${'abs('.repeat(deep)}`),
      k(`y[0, 0] = ${'-'.repeat(deep)}1.0`),
      k(`y[0, 0] = ${'!'.repeat(deep)}true`),
      k(`y[0, 0] = 1.0${' + 1.0'.repeat(deep)}`),
      k(`y[0, 0] = ${'true ? 1.0 : '.repeat(deep)}1.0`),
      k(`${'y['.repeat(deep)}`),
      k(Array.from({ length: deep }, (_, i) => `for a${i} in 0..4 {`).join('\n')),
      k(Array.from({ length: deep }, (_, i) => `sum[a${i}: 4](`).join('')),
      k(`y[0, 0] = ${Array.from({ length: deep }, (_, i) => `sum[a${i}: 4](`).join('')}`),
      `tapeout ir 1\nkernel @k(${Array.from({ length: deep }, (_, i) => `b${i}: f32[4] view of `).join('')}`,
      `tapeout ir 1\n${'module @m (N <= 1) {\n'.repeat(deep)}`,
      `${head}graph @g(${'%x: f32['.repeat(deep)}`,
    ];
    for (const text of texts) expect(parseError(() => parseText(text, 'a.tir')).loc?.file).toBe('a.tir');
  });

  test('the deepest kernels that fusion makes can be read again', () => {
    for (const f of [op.neg, op.relu, op.erf]) {
      let y = op.neg(param('input', 'x', f32(4)));
      for (let i = 0; i < 1500; i++) y = f(y);
      const fused = fuse(makeGraph('g', [{ name: 'y', value: y }]), wasm128);
      const { kernels } = lower(fused, new Buffers());
      for (const k of kernels) {
        const text = printKernel(k);
        expect(printKernel(parseKernel(text, 'a.tir'))).toBe(text);
      }
    }
  });

  test('an expression of the greatest height passes verifier and printer', () => {
    const lets = (n: number) =>
      `let a0 = x[0, 0]\n${Array.from({ length: n }, (_, i) => `let a${i + 1} = a${i} * 0.5 + a${i}`).join('\n')}`;
    const text = (n: number) =>
      `tapeout ir 1\nkernel @k(x: f32[1,1], y: f32[1,1] out) {\n${lets(n)}\ny[0, 0] = a${n}\n}\n`;
    expect(printIr(readIr(text(599), 'a.tir', 64), {})).toContain('kernel @k');
    expect(parseError(() => readIr(text(600), 'a.tir', 64)).message).toMatch(/more than 1200 operations/);
  });

  test('100,000 ops parse in seconds, and print back', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `%v${i + 1} = relu(%v${i}) : f32[N,4]`);
    const text = `${head}graph @g(%v0: f32[N,4]) {\n${lines.join('\n')}\nreturn %v100000\n}\n}\n`;
    const start = performance.now();
    const m = parseModule(text, 'long.tir');
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(printModule(m).length).toBeGreaterThan(text.length);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('damaged texts', () => {
  test('5,000 modules: each is refused with a location, or means what it says', { timeout: 300_000 }, async () => {
    const { printed } = await compile(mlp, { root });
    const texts = (['recorded', 'autodiff', 'canonicalize', 'fuse', 'lower', 'schedule', 'plan'] as const).map(printed);
    const random = uniform(2024);
    const below = (n: number) => Math.floor(random() * n);
    let refused = 0;
    for (let round = 0; round < 5_000; round++) {
      const source = texts[round % texts.length]!;
      const text = damaged(source, below);
      try {
        const { modules, graphs, kernels, program, schedules } = parseText(text, 'a.tir');
        const again = [...modules.map((m) => printModule(m)), ...graphs.map((x) => printGraph(x))];
        for (const t of again) parseText(t.startsWith('tapeout') ? t : `tapeout ir 1\n${t}`, 'b.tir');
        for (const x of kernels) parseKernel(printKernel(x), 'b.tir');
        if (program) parseProgram(printProgram(program, { kernels: true }), 'b.tir');
        const blocks = schedules.map((s) => printSchedule(s.kernel, directivesOf(s)));
        parseSchedules([versionLine, ...blocks].join('\n'), 'b.tir');
      } catch (e) {
        if (!(e instanceof CompileError) || e.loc?.file !== 'a.tir')
          throw new Error(`round ${round}: ${e instanceof Error ? e.stack : e}\n${text.slice(0, 2000)}`);
        const line = text.split('\n')[e.loc.line - 1];
        if (line === undefined || e.loc.col > line.length + 1 || e.loc.col < 1)
          throw new Error(`round ${round}: the location ${e.loc.line}:${e.loc.col} lies outside of the text`);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(4000);
  });

  test('10,000 programs, scheduled kernels and schedules: any that parse are verified, and refused with a location', () => {
    const schedules = `schedule @double {
  tile i by 4 shift
  split "n" by 2
  peel i at 1, 3
  pack x order 1, 0
}
schedule @sum {
  vectorize i by 4
  interchange n
  weave n_i with i_i
  reassociate n by 4
}
`;
    const kernels = `kernel @double(x: f32[N,8], t: f32[N,8] out) {
  for n in 0..N {
    for i in 0..8 {
      t[n, i] = x[n, i] * 2.0
    }
  }
}
kernel @sum(t: f32[N,8], y: f32[8] out) {
  for i in 0..8 step 4 {
    tile acc: f32[4]
    vectorize j in 0..4 {
      acc[j] = 0.0
    }
    for n in 0..N {
      vectorize j in 0..4 {
        acc[j] += t[n, i + j]
      }
    }
    unroll j in 0..4 {
      y[i + j] = acc[j] > 0.0 ? acc[j] : 0.0
    }
  }
}
`;
    const planned = `program @p (N <= 8) {
  entry @forward {
    input   x: f32[N,8]
    output  y: f32[8]
    0  @double(x, t out)
    1  @sum(t, y out)
  }
  arena 624 bytes, of which 608 are live at once {
    offset  bytes  purpose  name  type      live
        64    256  input    x     f32[N,8]
       320     32  output   y     f32[8]
       352    256  temp     t     f32[N,8]  forward 0..1
  }
}
`;
    const texts = [planned + kernels, schedules + kernels, schedules].map((t) => `${versionLine}\n${t}`);
    for (const [i, text] of texts.entries()) if (i < 2) readIr(text, 'a.tir', 64);
    parseSchedules(texts[2]!, 'a.tir');

    const random = uniform(31);
    const below = (n: number) => Math.floor(random() * n);
    const refused = new Map<string, number>();
    for (let round = 0; round < 10_000; round++) {
      const [of, text] = [round % 3, damaged(texts[round % 3]!, below)];
      try {
        if (of === 2) {
          const blocks = parseSchedules(text, 'a.tir').map((s) => printSchedule(s.kernel, directivesOf(s)));
          parseSchedules([versionLine, ...blocks].join('\n'), 'b.tir');
        } else readIr(printIr(readIr(text, 'a.tir', 64), { text: 'a.tir' }), 'b.tir', 64);
      } catch (e) {
        if (!(e instanceof CompileError) || e.loc?.file !== 'a.tir')
          throw new Error(`round ${round}: ${e instanceof Error ? e.stack : e}\n${text}`);
        refused.set(e.code, (refused.get(e.code) ?? 0) + 1);
        // Errors are reported where they are, not at the head of the file.
        if (e.code === 'invalid-ir') expect(e.loc.line, `${e.message}\n${text}`).toBeGreaterThan(1);
      }
    }
    expect(refused.get('syntax')).toBeGreaterThan(1000);
    expect(refused.get('unknown-directive')).toBeGreaterThan(50);
    expect(refused.get('invalid-ir')).toBeGreaterThan(20);
  });
});

/** One to three of: a byte flipped, a piece removed, a piece repeated, two tokens exchanged, a line moved. */
function damaged(source: string, below: (n: number) => number): string {
  let text = source;
  for (let times = 1 + below(3); times > 0; times--) {
    const at = below(text.length);
    const length = 1 + below(below(3) === 0 ? 200 : 8);
    switch (below(6)) {
      case 0:
        text = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << below(8))) + text.slice(at + 1);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 2:
        text = text.slice(0, at + length) + text.slice(at);
        break;
      case 3: {
        const tokens = text.split(/(\s+|[,:(){}[\]])/);
        const [i, j] = [below(tokens.length), below(tokens.length)];
        [tokens[i], tokens[j]] = [tokens[j]!, tokens[i]!];
        text = tokens.join('');
        break;
      }
      case 4: {
        const lines = text.split('\n');
        lines.splice(below(lines.length), 0, ...lines.splice(below(lines.length), 1));
        text = lines.join('\n');
        break;
      }
      default: {
        const token = [
          '%',
          '"',
          ';',
          '(',
          '{',
          '0',
          '999999999999',
          '-',
          'N',
          'nan',
          '\u0000',
          '=',
          '..',
          'let ',
          'fused {',
        ][below(15)]!;
        text = text.slice(0, at) + token + text.slice(at);
      }
    }
  }
  return text;
}
