/** Names of any characters: a model whose parameters and buffers are named after what ends strings, comments, lines and
 *  scripts, or after keywords of the languages it is written in, survives every text, file and backend. A name that no file
 *  can hold is refused where it is given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import binaryen from 'binaryen';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageName } from '../codegen/names.ts';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { readIr } from '../frontend/pipeline/read.ts';
import { subjectOf } from '../frontend/reduce/index.ts';
import { CompileError } from '../ir/diagnostic.ts';
import { showString } from '../ir/text/print-expr.ts';
import { printIr } from '../passes/stage.ts';
import { readSafetensors } from '../runtime/index.ts';
import { cli, folderOf } from './support/cli.ts';
import { noGpu } from './support/engines.ts';
import { unless } from './support/left-out.ts';

// biome-ignore-start format: a table
/** Names already taken by a text, a file or an object. The first of each extent is in a kernel's name too. */
const odd = [
  ...['a\0b', 'a\0c', 'a"b', 'a\nb', '*/ throw 1; /*', '(; a', '🦊', '__proto__'],
  ...[
    '',
    ' ',
    'a b',
    ' a',
    'a ',
    '\t',
    '\n',
    'a\r\nb',
    'a\u2028b',
    '\u2029',
    '\u0085',
    '\u00a0',
    '\ufeff',
    '\0',
    '\u007f',
  ],
  ...['\u202eabc', '\u200b', '\ufffe', '\u{10ffff}', "a'b", "'", '"', '\\', 'a\\', 'a\\nb', 'a\\u0062', '\u001b[31m'],
  ...[
    '`',
    `\${x}`,
    '$',
    '$&',
    '%',
    '%d',
    '@',
    '#',
    '; x',
    '/*',
    '//',
    ';)',
    '<!--',
    '-->',
    '</script>',
    '<script>',
    '&amp;',
  ],
  ...[
    'größe',
    'gro\u0308ße',
    '日本',
    'é',
    'e\u0301',
    'ı',
    'I',
    'a.b',
    '.',
    '..',
    'a.',
    '.a',
    'a..b',
    'a/b',
    '../a',
    'a:b',
    'a-b',
  ],
  ...[
    'a_b',
    'a=b',
    'a,b',
    '(a)',
    '{a}',
    '[a]',
    'a -> b',
    '0',
    '00',
    '1st',
    '1e5',
    '-1',
    'NaN',
    'Infinity',
    'null',
    'inf',
    'N',
  ],
  ...[
    '4N',
    'w',
    'W',
    'Weight',
    'weight',
    'w.1',
    'w.new',
    'w.grad',
    'w_1',
    'constructor',
    'hasOwnProperty',
    'toString',
    'then',
  ],
  ...[
    'toJSON',
    'length',
    'name',
    'class',
    'default',
    'this',
    'await',
    'any',
    'Float32Array',
    'Weights',
    'manifest',
    'module',
  ],
  ...[
    'func',
    'i32.const',
    'memory',
    'end',
    'fn',
    'var',
    'array',
    'ptr',
    'arena',
    'main',
    'graph',
    'kernel',
    'return',
    'state',
  ],
  ...[
    'fused',
    'store',
    'apply',
    'f32',
    'out',
    'view',
    'for',
    'loss',
    'output',
    't0',
    'acc',
    'train_step',
    'model.wasm',
  ],
  'x'.repeat(255),
];
// biome-ignore-end format: a table
/** Characters that end a line, or hide or reorder what is on it. */
const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const isBuffer = (i: number): boolean => i % 5 === 4;
const extentOf = (i: number): number => 1 + (i % 8);
const initialOf = (i: number): number => (i + 1) / 64;

const total = (of: readonly Tensor[]): Tensor =>
  of.length === 1 ? of[0]! : total(of.slice(0, of.length / 2)).add(total(of.slice(of.length / 2)));

/** x·Σ_i Σ w_i, where w_i is the parameter or buffer of each name. */
class Odd extends nn.Module {
  readonly #all: Tensor[] = [];
  constructor() {
    super();
    for (const [i, name] of odd.entries()) {
      const value = new (isBuffer(i) ? nn.Buffer : nn.Parameter)(
        [extentOf(i)],
        new Array(extentOf(i)).fill(initialOf(i)),
      );
      this.#all.push(value as unknown as Tensor);
      // Assigning to some of these names has side effects.
      Object.defineProperty(this, name, { value, enumerable: true });
    }
  }
  override forward(x: Tensor): Tensor {
    return x.mul(total(this.#all.map((t) => t.sum())));
  }
}
const output = odd.reduce((sum, _, i) => sum + extentOf(i) * initialOf(i), 0);

const name = Array.from(odd.join('|')).slice(0, 200).join('');
const spec = defineModel({
  model: Odd,
  input: { shape: ['N', 2] },
  target: { shape: ['N', 2] },
  loss: nn.MSELoss(),
  optimizer: optim.SGD({ lr: 0.001, momentum: 0.9 }),
  maxBatch: 4,
  name,
});

let compiled: Compiled;
const files = join(folderOf(), 'bundle');
beforeAll(async () => {
  compiled = await compile(spec, { entries: ['forward', 'train_step'], target: 'all', threads: 2 });
  writeFiles(files, await bundleOf(compiled));
}, 120_000);

const contentsOf = (file: string): string => readFileSync(join(files, file), 'utf8');

test('each parameter and buffer has its name', () => {
  const { parameters, buffers } = record(spec);
  const names = [...parameters, ...buffers].map((s) => s.param.name);
  expect(names.sort()).toEqual([...new Set(odd)].sort());
});

describe('files', () => {
  test.each(['index.js', 'index.d.ts'])('%s can be parsed, and embedded in a page', (file) => {
    const parsed = ts.createSourceFile(file, contentsOf(file), ts.ScriptTarget.ES2022);
    const { parseDiagnostics } = parsed as unknown as { parseDiagnostics: readonly ts.Diagnostic[] };
    expect(parseDiagnostics.map((d) => d.messageText)).toEqual([]);
    expect(/<\/?script|<!--/i.test(contentsOf(file)) || unseen.test(contentsOf(file))).toBe(false);
  });
  test('manifest.json and package.json', () => {
    const manifest = JSON.parse(contentsOf('manifest.json')) as Compiled['manifest'];
    const names = manifest.tensors.filter((t) => t.purpose === 'parameter').map((t) => t.name);
    expect(names.sort()).toEqual(odd.filter((_, i) => !isBuffer(i)).sort());
    expect(manifest.name).toBe(name);
    expect(JSON.parse(contentsOf('package.json')).name).toBe(packageName(name));
  });
  test('weights.safetensors', () => {
    const weights = readSafetensors(readFileSync(join(files, 'weights.safetensors')));
    const held = odd.map((n) => [n, [...weights.get(n)!.data]]);
    expect(held).toEqual(odd.map((n, i) => [n, new Array(extentOf(i)).fill(initialOf(i))]));
    expect(weights.size).toBe(odd.length);
  });
  test('model.wasm as text', () => {
    expect(problemOf(compiled.wat())).toBeNull();
  });
  test.skipIf(noGpu)(unless(noGpu, 'model.wgsl'), async () => {
    const { openNullDevice, shaderProblem } = await import('./support/gpu.ts');
    const device = await openNullDevice();
    expect(await shaderProblem(device, contentsOf('model.wgsl'))).toBeNull();
    device.destroy();
  });
});

/** Why WebAssembly text is none. */
function problemOf(wat: string): unknown {
  const module = binaryen.parseText(wat);
  try {
    module.setFeatures(binaryen.Features.All);
    return module.validate() ? null : 'it is not valid';
  } finally {
    module.dispose();
  }
}

test('a bundle runs on one thread and on two, and saves and loads what it learnt', async () => {
  const { load } = await import(pathToFileURL(join(files, 'index.js')).href);
  const [x, y] = [Float32Array.of(1, -1, 2, 0.5), new Float32Array(4)];
  const [one, two] = [await load({ backend: 'wasm', threads: 1 }), await load({ backend: 'wasm', threads: 2 })];
  for (const model of [one, two]) {
    expect(model.forward(x)[0]).toBeCloseTo(output, 1);
    model.trainStep(x, y);
  }
  expect(two.toSafetensors({ state: true })).toEqual(one.toSafetensors({ state: true }));
  for (const [i, n] of odd.entries()) {
    const values: Float32Array = isBuffer(i) ? one.state[n] : one.parameter(n);
    expect(values, JSON.stringify(n)).toHaveLength(extentOf(i));
    expect(values[0] === initialOf(i), JSON.stringify(n)).toBe(isBuffer(i));
  }
  const again = await load({ backend: 'wasm', weights: one.toSafetensors({ state: true }) });
  expect([...again.forward(x)]).toEqual([...one.forward(x)]);
  two.dispose();
});

test.each(['recorded', 'canonicalize', 'fuse', 'lower', 'schedule', 'plan', 'barriers'])(
  'printed at %s and read again, a text is the same',
  (stage) => {
    const text = compiled.printedWith(stage, { places: false });
    expect(printIr(readIr(text, 'odd.tir', 4), { places: false })).toBe(text);
  },
);

/** A graph of each name, with a param and a result of that name. */
const graphs = odd.map((n) => {
  const word = showString(n);
  return `  graph @${word}(%${word}: f32[2]) {\n    %t = tanh(%${word}) : f32[2]\n    return ${word} = %t\n  }\n`;
});
const moduleOf = (all: readonly string[]): string => `tapeout ir 1\nmodule @m (N <= 4) {\n${all.join('\n')}}\n`;

describe('graphs of any name', () => {
  test('run on every backend, with a line for each', async () => {
    const [onWasm, interpreted] = await Promise.all(
      ['wasm', 'interpret'].map(async (backend) => {
        const { stdout, stderr } = await cli(['run', '-', '--backend', backend], { stdin: moduleOf(graphs) });
        expect(stderr).toBe('');
        expect(unseen.test(stdout)).toBe(false);
        return stdout.trimEnd().split('\n').slice(2);
      }),
    );
    expect(onWasm).toHaveLength(odd.length);
    const names = (rows: readonly string[]): string[] => rows.map((row) => row.slice(0, row.lastIndexOf('f32[2]')));
    expect(names(onWasm!)).toEqual(names(interpreted!));
  });

  test.each(['wasm', 'webgpu'])('compile for %s', async (target) => {
    const passes = `canonicalize,fuse,lower,expandMath,schedule,plan,${target === 'wasm' ? 'wat' : 'wgsl'}`;
    const argv = ['opt', '-', '--target', target, '--passes', passes];
    const { stdout, stderr } = await cli(argv, { stdin: moduleOf(graphs) });
    expect(stderr).toBe('');
    if (target === 'wasm') expect(problemOf(stdout)).toBeNull();
  });

  test("are told apart from other graphs' kernels", async () => {
    const named = (graph: string, result: string) =>
      graphs[0]!.replaceAll('@"a\\u0000b"', graph).replace('return "a\\u0000b"', `return ${result}`);
    const text = moduleOf([named('@f', 'a'), named('@f.tanh', 'b'), named('@f.tanh.1', 'c'), named('@team.lead', 'd')]);
    const { stdout, stderr } = await cli(['run', '-'], { stdin: text });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^f\/a .*\nf.tanh\/b .*\nf.tanh.1\/c .*\nteam.lead\/d /m);
  });

  test('are reduced', async () => {
    const subject = subjectOf(moduleOf(graphs.slice(0, 8)), 'odd.tir', 4);
    const { text } = await subject.reduce((t) => readIr(t, 'odd.tir', 4) !== null && t.includes('tanh('));
    expect(text.match(/tanh\(/g)).toHaveLength(1);
  });
});

describe('a name that no file can hold is refused where it is given', () => {
  test.each(['\ud800', 'a\udfffb', 'x'.repeat(1e5), '__metadata__'])('a parameter: %j', (n) => {
    class Refused extends nn.Module {
      constructor() {
        super();
        Object.defineProperty(this, n, { value: new nn.Parameter([2], [1, 2]), enumerable: true });
      }
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    let refused: unknown;
    try {
      record(defineModel({ model: Refused, input: { shape: ['N', 2] } }));
    } catch (e) {
      refused = e;
    }
    const { code, loc, notes } = refused as CompileError;
    expect(refused).toBeInstanceOf(CompileError);
    expect(code).toBe('bad-name');
    expect([loc?.file, ...notes.map((note) => note.loc?.file)]).toContain(import.meta.filename);
  });

  test('a param of a text', () => {
    const text = 'tapeout ir 1\ngraph @g(%"\\ud800": f32[2]) {\n  return y = %"\\ud800"\n}\n';
    expect(() => readIr(text, 'half.tir', 4)).toThrow(
      'the name "\\ud800" contains half a character, which no file can store',
    );
  });
});
