/** Programs and schedules read back: printed text parses to what was printed, and invalid text is refused at its line and
 *  column. */

import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { isPlanned, kernelsOf, type Outline, type Program } from '../../ir/program.ts';
import type { Directive, Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { directivesOf, parseKernels, parseProgram, parseSchedules, parseText } from '../../ir/text/parse.ts';
import { printKernels } from '../../ir/text/print-kernel.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { verifyOutline, verifyProgram } from '../../ir/verify/program.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { scheduleOutline } from '../../passes/schedule/index.ts';
import { parseError } from '../support/errors.ts';
import { Choices, modelOf } from '../support/generate.ts';
import { stagesOf } from '../support/pipeline.ts';
import { randomKernel } from '../support/random-kernel.ts';
import { programData } from '../support/same.ts';

const root = resolve(import.meta.dirname, '../..');
const print = { root };

/** The schedules in a text, by kernel. */
const told = (text: string): Map<string, Schedule> =>
  new Map(parseText(text, 'a.tir').schedules.map((s) => [s.kernel, directivesOf(s)]));
/** Unset flags are absent. */
const plain = (schedules: ReadonlyMap<string, Schedule>): unknown =>
  JSON.parse(JSON.stringify(Object.fromEntries(schedules), (_, v) => (v === false ? undefined : v)));

function roundTrips(p: Outline | Program, schedules?: ReadonlyMap<string, Schedule>): Outline | Program {
  const options = { kernels: true, ...(schedules ? { schedules } : {}) };
  const text = printProgram(p, { ...print, ...options });
  const back = parseProgram(text, 'a.tir');
  expect(programData(back)).toStrictEqual(programData(p, print));
  expect(printProgram(back, options)).toBe(text);
  if (isPlanned(back)) verifyProgram(back);
  else verifyOutline(back);
  if (schedules) expect(plain(told(text))).toEqual(plain(schedules));
  return back;
}

describe('printed text parses back to the same', () => {
  test.each(Object.entries({ lenet, mlp, convnet }))('%s: launches, schedules and the plan', async (_name, spec) => {
    const entries = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'] as const;
    const c = await compile(spec, { root, entries, inputGradient: true });
    for (const stage of ['lower', 'schedule', 'plan'] as const) {
      const { program } = parseText(c.printed(stage), stage);
      const schedules = stage === 'schedule' ? told(c.printed(stage)) : undefined;
      expect(printProgram(program!, { kernels: true, ...(schedules ? { schedules } : {}) })).toBe(c.printed(stage));
    }
    roundTrips(c.program);
    // Each pass gives the same for the text as for the original; a part printed twice is two parts in a text.
    const at = (stage: string) => parseProgram(c.printed(stage), stage) as Outline;
    const scheduled = scheduleOutline(at('expandMath'), wasm128);
    expect(plain(scheduled.schedules)).toEqual(plain(told(c.printed('schedule'))));
    expect(programData(scheduled.outline)).toStrictEqual(programData(at('schedule')));
    expect(programData(plan(at('schedule'), wasm128))).toStrictEqual(programData(c.program, print));
  });

  test('random modules, from lowering on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 60 }), (choices) => {
        const model = modelOf(new Choices(choices));
        if (!model) return;
        const { kernels, program } = stagesOf(model.module, model.optimizer);
        const back = roundTrips(kernels) as Outline;
        const scheduled = scheduleOutline(back, wasm128);
        const again = roundTrips(scheduled.outline, scheduled.schedules) as Outline;
        roundTrips(program);
        expect(programData(plan(again, wasm128))).toStrictEqual(programData(program, print));
      }),
      { numRuns: 40 },
    );
  });

  test('random kernels as a file of kernels, and as a program', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 200 }), (choices) => {
        const kernel = randomKernel(new Choices(choices));
        const text = printKernels([kernel], { maxBatch: 7 });
        expect(parseText(text, 'a.tir').maxBatch).toBe(7);
        expect(printKernels(parseKernels(text, 'a.tir'), { maxBatch: 7 })).toBe(text);
        const p = outlineOfKernels([kernel], 7);
        const shown = printProgram(p, { kernels: true });
        expect(printProgram(parseProgram(shown, 'a.tir'), { kernels: true })).toBe(shown);
      }),
      { numRuns: 300 },
    );
  });

  test('random schedules', () => {
    const name = fc.oneof(
      fc.constantFrom('n', 'x.1_i', 'c_2', 'by', 'with', 'tile', 'in', 'a b', '0', 'größe', '"'),
      fc.string(),
    );
    const count = fc.integer({ min: 1, max: 64 });
    const flag = fc.option(fc.constant(true as const), { nil: undefined });
    const flags = <T extends object>(d: T): T => JSON.parse(JSON.stringify(d)) as T;
    const directive: fc.Arbitrary<Directive> = fc.oneof(
      fc.record({ do: fc.constant('tile' as const), axis: name, by: count, shift: flag, fenced: flag }).map(flags),
      fc.record({ do: fc.constant('vectorize' as const), axis: name, by: count, shift: flag }).map(flags),
      fc.record({ do: fc.constantFrom('reassociate' as const, 'split' as const), axis: name, by: count }),
      fc.record({
        do: fc.constant('peel' as const),
        axis: name,
        at: fc.uniqueArray(fc.nat(99), { minLength: 1 }).map((at) => at.sort((a, b) => a - b)),
      }),
      fc.record({ do: fc.constantFrom('interchange' as const, 'parallel' as const), axis: name }),
      fc.record({ do: fc.constant('weave' as const), axis: name, with: name }),
      fc.record({
        do: fc.constant('over' as const),
        loops: fc.array(fc.record({ axis: name, extent: fc.oneof(count, fc.record({ times: count })) }), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
      fc.record({
        do: fc.constant('pack' as const),
        buffer: name,
        order: fc.integer({ min: 1, max: 5 }).chain((n) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n })),
      }),
    ) as fc.Arbitrary<Directive>;
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 3 }), fc.array(directive, { maxLength: 6 }), (kernels, all) => {
        const schedules = kernels.map((k, i) => [k, all.slice(i)] as const);
        const text = [versionLine, ...schedules.map(([k, s]) => printSchedule(k, s)), ''].join('\n');
        const back = parseSchedules(text, 'a.tir').map((s) => [s.kernel, directivesOf(s)]);
        expect(back).toEqual(schedules);
      }),
      { numRuns: 300 },
    );
  });

  test('two buffers of the same name and type stay two, a buffer that launches share stays one', () => {
    const p = parseProgram(twice, 'a.tir') as Outline;
    expect(printProgram(p, { kernels: true })).toBe(twice);
    const [one, two, three, four] = kernelsOf(p);
    expect(one!.params[1]!.buffer).toBe(two!.params[0]!.buffer);
    expect(three!.params[1]!.buffer).toBe(four!.params[0]!.buffer);
    expect(one!.params[1]!.buffer).not.toBe(three!.params[1]!.buffer);
    expect([one!, three!].map((k) => k.params[1]!.buffer.name)).toEqual(['t', 't']);
  });

  test('a schedule by itself has the location of each directive', () => {
    const text = `${versionLine}\n; mine\nschedule @"a b" {\n  tile i by 4 fenced vectorize j\n    by 8\n}\nschedule @k {}\n`;
    expect(parseSchedules(text, 'mine.tir')).toStrictEqual([
      {
        kernel: 'a b',
        loc: { file: 'mine.tir', line: 3, col: 10 },
        directives: [
          { directive: { do: 'tile', axis: 'i', by: 4, fenced: true }, loc: { file: 'mine.tir', line: 4, col: 3 } },
          { directive: { do: 'vectorize', axis: 'j', by: 8 }, loc: { file: 'mine.tir', line: 4, col: 22 } },
        ],
      },
      { kernel: 'k', loc: { file: 'mine.tir', line: 7, col: 10 }, directives: [] },
    ]);
  });
});

const copy = (name: string, from: string, to: string): string =>
  `kernel @${name}(${from}: f32[N,4], ${to}: f32[N,4] out) {
  for n in 0..N {
    for i in 0..4 {
      ${to}[n, i] = ${from}[n, i]
    }
  }
}
`;
const twice = `tapeout ir 1
program @twice (N <= 8) {
  entry @a {
    input   x: f32[N,4]
    output  y: f32[N,4]
    0  @in(x, t out)
    1  @out(t, y out)
  }

  entry @b {
    input   x: f32[N,4]
    output  z: f32[N,4] in y.1
    0  @in.1(x, t.1 out)
    1  @out.1(t.1, y.1 out)
  }

  buffers {
    purpose  name  type
    input    x     f32[N,4]
    output   y     f32[N,4]
    output   y.1   f32[N,4]
    temp     t     f32[N,4]
    temp     t.1   f32[N,4]
  }
}

${[copy('in', 'x', 't'), copy('out', 't', 'y'), copy('in.1', 'x', 't'), copy('out.1', 't', 'y')].join('\n')}`.replace(
  'z: f32[N,4] in y.1',
  'z: f32[N,4]  in y.1',
);

describe('errors are reported at their location', () => {
  const head = `tapeout ir 1\nprogram @p (N <= 8) {\n`;
  const entry = (launches: string, ports = 'input x: f32[N,4] output y: f32[N,4]') =>
    `entry @a { ${ports}\n${launches}\n}\n`;
  const table = `buffers { purpose name type\ninput x f32[N,4]\noutput y f32[N,4]\n}\n}\n`;
  const k = copy('k', 'a', 'b');
  const p = (launches: string, more: { ports?: string; table?: string; kernels?: string } = {}) =>
    `${head}${entry(launches, more.ports)}${more.table ?? table}${more.kernels ?? k}`;
  const cases: Record<string, readonly [text: string, line: number, col: number, message: RegExp]> = {
    'no batch': ['tapeout ir 1\nprogram @p {\n}', 2, 12, /expected '\('/],
    'no buffers': [`${head}}`, 3, 1, /expected 'buffers' an 'entry', or the 'arena'/],
    'an entry twice': [`${head}${entry('')}${entry('')}${table}`, 6, 1, /two entries @a/],
    'a launch out of order': [p('1 @k(x, y out)'), 4, 1, /this is launch 0 of @a/],
    'a kernel that does not exist': [p('0 @kk(x, y out)', { kernels: '' }), 4, 3, /there is no kernel @kk/],
    'a kernel that nothing launches': [p('', { ports: '' }), 11, 1, /no entry launches @k/],
    'a kernel twice': [p('0 @k(x, y out)', { kernels: k + k }), 18, 1, /two kernels @k/],
    'a buffer that does not exist': [p('0 @k(x, z out)'), 4, 9, /there is no buffer 'z'/],
    'a missing buffer': [p('0 @k(x)'), 4, 3, /@k takes 2 buffers, and 1 are given/],
    'a buffer given twice': [p('0 @k(x, x out)'), 4, 9, /'x' is given twice/],
    'another access': [p('0 @k(x, y inout)'), 4, 9, /'y' is f32\[N,4\] inout, and @k takes f32\[N,4\] out there/],
    'another type': [
      p('0 @k(x, y out)', { table: table.replace('output y f32[N,4]', 'output y f32[N,5]'), ports: '' }),
      4,
      9,
      /'y' is f32\[N,5\] out, and @k takes f32\[N,4\] out there/,
    ],
    'a port of another type': [
      p('0 @k(x, y out)', { ports: 'input x: f32[N,5]' }),
      3,
      18,
      /'x' is f32\[N,5\], and its buffer f32\[N,4\]/,
    ],
    'one kernel on other buffers': [
      p('0 @k(x, y out) 1 @k(x, t out)', { table: table.replace('}', 'temp t f32[N,4]\n}') }),
      4,
      24,
      /@k is launched with other buffers above/,
    ],
    'a temporary that nothing needs': [
      p('0 @k(x, y out)', { table: table.replace('}', 'temp t f32[N,4]\n}') }),
      9,
      6,
      /no launch needs 't'/,
    ],
    'a buffer twice': [
      p('0 @k(x, y out)', { table: table.replace('}', 'temp x f32[N,4]\n}') }),
      9,
      6,
      /two buffers 'x'/,
    ],
    'an unknown purpose': [
      p('0 @k(x, y out)', { table: table.replace('input x', 'stuff x') }),
      7,
      1,
      /expected what the buffer is for: parameter, gradient/,
    ],
    'headings of another table': [
      p('', { table: 'arena 64 bytes, of which 64 are live at once { purpose' }),
      6,
      48,
      /expected 'offset' in the line of headings/,
    ],
    '10^12 elements': [
      p('', { table: table.replace('f32[N,4]', 'f32[N,1000000000]') }),
      7,
      9,
      /more than 536870912 elements at a batch of 8/,
    ],
    'a second program': [`${p('0 @k(x, y out)')}program @q (N <= 1) {}`, 18, 1, /a file holds one program/],
    'kernels above their program': [
      `tapeout ir 1\n${k}program @q (N <= 1) {}`,
      9,
      1,
      /a program must come before its kernels/,
    ],
    'an unknown directive': [
      'tapeout ir 1\nschedule @k { vectorise i by 4 }',
      2,
      15,
      /there is no directive 'vectorise'/,
    ],
    'a directive without its number': ['tapeout ir 1\nschedule @k { tile i }', 2, 22, /expected 'by' after 'tile'/],
    'a number of 0': ['tapeout ir 1\nschedule @k { tile i by 0 }', 2, 25, /expected how many: a whole number from 1/],
    'a flag of another directive': [
      'tapeout ir 1\nschedule @k { split i by 2 fenced }',
      2,
      28,
      /no directive 'fenced'/,
    ],
    'an invalid order': [
      'tapeout ir 1\nschedule @k { pack w order 1, 1 }',
      2,
      28,
      /names each dimension once, from 0 to 1/,
    ],
    'cuts that do not rise': ['tapeout ir 1\nschedule @k { peel i at 4, 2 }', 2, 25, /at increasing numbers/],
    'two schedules of a kernel': ['tapeout ir 1\nschedule @k {}\nschedule @k {}', 3, 10, /two schedules of @k/],
    'a schedule without an end': ['tapeout ir 1\nschedule @k {', 2, 14, /found the end of the text/],
  };
  test.each(Object.entries(cases))('%s', (_, [text, line, col, message]) => {
    const e = parseError(() => parseText(text, 'a.tir'));
    expect(e.message).toMatch(message);
    expect(e.loc).toEqual({ file: 'a.tir', line, col });
  });
  test('the text that they are made from is valid', () => {
    expect(kernelsOf(parseProgram(p('0 @k(x, y out)'), 'a.tir')).map((q) => q.name)).toEqual(['k']);
  });
});
