/** Whatever a file holds and wherever it lies, a command answers within seconds, with a diagnostic and its place. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../runtime/index.ts';
import { cli, folderOf, modelFile, program } from '../support/cli.ts';

const head = 'tapeout ir 1\n';
const graph = (body: string, params = '%x: f32[4]') => `${head}graph @g(${params}) {\n${body}\n}\n`;
const kernel = (body: string, params = 'x: f32[4], y: f32[4] out') => `${head}kernel @k(${params}) {\n${body}\n}\n`;
const relu = graph('%y = relu(%x) : f32[N,4]\nreturn %y', '%x: f32[N,4]');
const long = 1_000_000;
const times = (text: string, count = 100_000) => text.repeat(count);
const count = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));

/** Output is at most a page, without stacks or control characters. */
function isDiagnostic(stderr: string): void {
  expect(stderr.length).toBeLessThan(4000);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u);
}

describe('opt reports what is wrong with a text, and where', () => {
  const texts: Record<string, readonly [text: string | Uint8Array, place: string, message: RegExp]> = {
    'an empty file': ['', '1:1', /the text is empty: it must begin with 'tapeout ir 1'/],
    'lines that end in CR and LF': [
      graph('return %z').replaceAll('\n', '\r\n'),
      '3:8',
      /%z is not defined\n.*\n3 \| r/,
    ],
    'lines that end in CR': [
      graph('; a\nreturn %z').replaceAll('\n', '\r'),
      '4:8',
      /%z is not defined\n.*\n4 \| return/,
    ],
    'a byte order mark': [`\ufeff${graph('return %z')}`, '3:8', /%z is not defined/],
    'UTF-16': [Buffer.from(`\ufeff${relu}`, 'utf16le'), '1:1', /not valid UTF-8/],
    'a byte that is not UTF-8': [
      Buffer.concat([Buffer.from(`${head}; caf`), Buffer.from([0xe9]), Buffer.from(`\n${relu}`)]),
      '2:6',
      /not valid UTF-8/,
    ],
    NUL: [graph('%y = relu(%x)\0 : f32[4]'), '3:14', /the character U\+0000/],
    'a control sequence': [graph('\u001b[31m%y'), '3:1', /the character U\+001B/],
    'a line of a million letters': [
      graph(`%y = relu(%x) : f32[4] ${times('q', long)}`),
      '3:24',
      /this has 1000000 characters/,
    ],
    'a line of a million signs': [graph(times('?', long)), '3:1', /found '\?'/],
    'an error at the end of a long line': [
      graph(`${times(' ', long)}%y = relu(%zz) : f32[4]`),
      `3:${long + 11}`,
      /\n3 \| ….*%y = relu\(%zz\) : f32\[4\]\n/,
    ],
    'a string of a million letters': [
      graph(`%y = relu(%"${times('x', long)}")`),
      '3:11',
      /this has 1000003 characters/,
    ],
    'a string of a million escapes': [graph(`%y = relu(%"${times('\\n', long)}")`), '3:11', /quotation mark|expected/],
    'a name of a million parts': [graph(`%y = a${times('.a', long)}(%x)`), '3:6', /characters/],
    'a number of a million digits': [graph(`%y = full() {value=${times('1', long)}}`), '3:20', /characters/],
    'a million attributes': [graph(`%y = permute(%x) {perm=[${times('0,', long)}0]} : f32[4]`), '3:6', /permute/],
    'a million dimensions': [
      graph('return r = %x', `%x: f32[${times('1,', long)}1]`),
      '2:146',
      /at most 64 dimensions/,
    ],
    'a number that overflows 64 bits': [
      graph('%y = full() {value=1e400, shape=[4], dtype=f32} : f32[4]\nreturn %y'),
      '3:20',
      /'1e400' is out of range for its type/,
    ],
    'a number that overflows 32 bits': [
      graph('%y = full() {value=1e39, shape=[4], dtype=f32} : f32[4]\nreturn %y'),
      '3:6',
      /1e\+39 is not a value of type f32/,
    ],
    'a number that overflows 32 bits in a kernel': [
      kernel('for i in 0..4 {\ny[i] = x[i] * 1e39\n}'),
      '4:15',
      /'1e39' is out of range/,
    ],
    'an index out of bounds': [kernel('for i in 0..4 {\ny[i] = x[i + 1]\n}'), '4:1', /index 0 may be 4/],
    'a race': [kernel('parallel i in 0..4 {\ny[0] = x[i]\n}'), '4:1', /store the same elements/],
    'a param that is not used': [kernel('for i in 0..4 {\ny[i] = 1.0\n}'), '2:8', /the param x is 'in'/],
    'a loop of 10^27 iterations': [
      kernel(`for i in 0..2147483647 {\nfor j in 0..2147483647 {\nfor l in 0..2147483647 {\ny[0] = x[0]\n}\n}\n}`),
      '6:1',
      /never stored/,
    ],
    'a billion copies': [kernel('unroll i in 0..1000000000 {\ny[0] = x[0]\n}'), '3:1', /1000000000 copies/],
    'copies of copies': [
      kernel('unroll i in 0..1000 {\nunroll j in 0..1000 {\ny[0] = x[0]\n}\n}'),
      '4:1',
      /1000000 copies: the most are 4096/,
    ],
    'a billion lanes': [kernel('vectorize i in 0..1000000000 {\ny[0] = x[0]\n}'), '3:1', /1000000000 copies/],
    'a tile of a million registers': [kernel('tile t: f32[1000000]'), '3:9', /does not fit in registers/],
    'two inputs of the same name': [
      `${head}program @p (N <= 4) {\n  entry @e {\n    input x: f32[4]\n    input x: f32[4]\n  }\n  buffers {\n    purpose name type\n    input x f32[4]\n  }\n}\n`,
      '5:11',
      /two inputs have this name/,
    ],
    'a hundred thousand comments': [`${head}${times(';\n')}?`, '100002:1', /expected 'module'/],
    'a hundred thousand brackets': [`${head}${times('{')}`, '2:1', /expected 'module'/],
    'a hundred thousand loops': [
      kernel(count(100_000, (i) => `for a${i} in 0..1 {`).join('\n')),
      '603:1',
      /nested more than 600/,
    ],
  };
  for (const [name, [text, place, message]] of Object.entries(texts))
    test(name, { timeout: 30_000 }, async () => {
      const cwd = folderOf({ 'a.tir': typeof text === 'string' ? text : new Uint8Array(text) });
      const { code, stdout, stderr } = await cli(['opt', 'a.tir'], { cwd });
      expect(stderr).toMatch(message);
      expect(stderr).toContain(`--> a.tir:${place}\n`);
      isDiagnostic(stderr);
      expect([code, stdout]).toEqual([1, '']);
      expect(readdirSync(cwd)).toEqual(['a.tir']);
    });
});

describe('opt handles texts of 100,000 ops', () => {
  const n = 100_000;
  const texts = {
    'in a chain': graph(
      `${count(n, (i) => `%v${i + 1} = relu(%v${i}) : f32[4]`).join('\n')}\nreturn %v${n}`,
      '%v0: f32[4]',
    ),
    'side by side': graph(
      `${count(n, (i) => `%v${i} = neg(%x) : f32[4]`).join('\n')}\nreturn ${count(n, (i) => `%v${i}`).join(', ')}`,
    ),
    'with a param each': graph(
      `${count(n, (i) => `%s${i + 1} = add(%s${i}, %p${i}) : f32[4]`).join('\n')}\nreturn %s${n}`,
      `%s0: f32[4], ${count(n, (i) => `%p${i}: f32[4] param`).join(', ')}`,
    ),
    'each its own kernel': graph(
      `${count(n / 4, (i) => `fused {\n%v${i + 1} = relu(%v${i}) : f32[4]\nstore %v${i + 1}\n}`).join('\n')}\nreturn %v${n / 4}`,
      '%v0: f32[4]',
    ),
    'as statements of one kernel': kernel(
      `for i in 0..4 {\ntile t: f32[]\nt = x[i]\n${times('t += x[i]\n', n / 10)}y[i] = t\n}`,
    ),
  };
  // Quadratic time would take hours.
  for (const [name, text] of Object.entries(texts))
    test(name, { timeout: 180_000 }, async () => {
      const { code, stdout, stderr } = await cli(['opt', '-'], { cwd: folderOf(), stdin: text });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.length).toBeGreaterThan(text.length / 2);
    });
});

describe('files and values that do not fit', () => {
  const tensors = (...names: string[]) =>
    writeSafetensors(names.map((n) => [n, { dtype: 'F32', shape: [1, 4], data: new Float32Array(4) }]));
  const files = {
    'a.tir': relu,
    'step.tir': graph(
      '%l = reduce_sum(%w) {dims=[0]} : f32[]\nreturn %l\ndifferentiate %l wrt %w then step',
      '%w: f32[4] param',
    ),
    'huge.tir': graph('%y = relu(%x) : f32[536870912]\nreturn %y', '%x: f32[536870912]'),
    'x.safetensors': tensors('x'),
    'strange.safetensors': tensors('z'),
  };
  const cases: [argv: string[], exit: number, message: RegExp][] = [
    [['opt', ''], 2, /the name of the file is empty/],
    [['opt', 'folder'], 1, /folder: cannot be read: it is a folder/],
    [['opt', 'a.tir/b'], 1, /it is a file, not a folder/],
    [['run', 'a.tir', '--in', ''], 2, /--in must name a file/],
    [['run', 'a.tir', '--in', 'folder'], 1, /it is a folder/],
    [['run', 'a.tir', '--in', 'strange.safetensors'], 1, /strange.safetensors has only 'z', but the inputs are 'x'/],
    [['run', 'a.tir', '--out', ''], 2, /--out must name a file/],
    [['run', 'a.tir', '--out', 'folder'], 1, /folder: cannot be written: there is a folder of this name/],
    [['run', 'a.tir', '--out', 'none/y'], 1, /none\/y: cannot be written: the folder above it does not exist/],
    [['run', 'step.tir', '--optimizer', 'sgd(lr=0.1, lr=0.2)'], 2, /'lr' is given twice/],
    [['run', 'huge.tir'], 1, /memory at a batch of \d+; WebAssembly offers/],
    [['run', 'huge.tir', '--backend', 'interpret'], 1, /the interpreter would keep 1073741824 elements/],
    [['reduce', 'a.tir', '--check', 'false', '--timeout', '1e10'], 2, /at most 2147483/],
    [['reduce', 'a.tir', '--check', 'false', '--out', 'folder'], 1, /there is a folder of this name/],
  ];
  test.each(cases)('%j', { timeout: 30_000 }, async (argv, exit, message) => {
    const cwd = folderOf(files);
    mkdirSync(join(cwd, 'folder'));
    const { code, stdout, stderr } = await cli(argv, { cwd });
    expect(stderr).toMatch(message);
    isDiagnostic(stderr);
    expect([code, stdout]).toEqual([exit, '']);
    expect(readdirSync(cwd).sort()).toEqual([...Object.keys(files), 'folder'].sort());
  });
});

test('tensors in a file that nothing takes are reported', async () => {
  const data = new Float32Array(4);
  const more = writeSafetensors(['x', 'z'].map((n) => [n, { dtype: 'F32', shape: [1, 4], data }]));
  const cwd = folderOf({ 'a.tir': relu, 'more.safetensors': more });
  const { code, stderr } = await cli(['run', 'a.tir', '--in', 'more.safetensors'], { cwd });
  expect([code, stderr]).toEqual([0, "note: more.safetensors also has 'z', which nothing here takes\n"]);
});

describe('model files', () => {
  const layer = (made: string, forward = 'return this.fc(flatten(x, 1));') =>
    modelFile(`fc = ${made};\n  forward(x: Tensor): Tensor {\n    ${forward}\n  }`);
  const models: Record<string, readonly [text: string, place: string | null, message: RegExp]> = {
    'a layer of 10^12 weights': [
      layer('nn.Linear(1000000, 1000000)'),
      '4:11',
      /\[1000000,1000000\] has more than 536870912/,
    ],
    'a layer of 2^53 weights': [layer('nn.Linear(2 ** 53, 3)'), '4:11', /inFeatures must be a whole number/],
    'an input of 500 dimensions': [
      layer('nn.Linear(4, 3)').replace("'N', 1, 2, 2", `'N', ${times('1, ', 500)}2, 2`),
      '10:16',
      /a tensor of 503 dimensions: the most are 64/,
    ],
    'a forward that never returns': [
      layer('nn.Linear(4, 3)', 'return this.forward(x);'),
      '6:17',
      /calls itself without end/,
    ],
    'an expression 20,000 deep': [
      `export default ${times('(', 20_000)}1${times(')', 20_000)};`,
      '1:1',
      /too deeply for TypeScript/,
    ],
    'an error in a line of a million letters': [
      `const q = '${times('x', long)}'; export default nope;`,
      `1:${long + 30}`,
      /Cannot find name 'nope'/,
    ],
    'an await that never ends': ['await new Promise(() => {});\nexport default 3;', null, /the model file never ends/],
    'an exit': ['process.exit(0);\n', '1:9', /the code of the model calls process\.exit\(0\)/],
    'an exit by name': ["import { exit } from 'node:process';\nexit();\n", '2:1', /calls process\.exit\(\)/],
    'an exit in forward': [
      layer('nn.Linear(4, 3)', 'if (x.dim > 0) process.exit(3);\n    return x;'),
      '6:28',
      /calls process\.exit\(3\)/,
    ],
    'an exit in a callback': [
      'setTimeout(() => process.exit(0), 0);\nawait new Promise((end) => setTimeout(end, 1000));\nexport {};\n',
      '1:26',
      /calls process\.exit\(0\)/,
    ],
    'an error in a callback': [
      "Promise.reject(new Error('no data today'));\nawait new Promise((end) => setTimeout(end, 1000));\nexport {};\n",
      '1:16',
      /no data today/,
    ],
    'a default import': ["import tapeout from 'tapeout';\nexport default tapeout;\n", '1:8', /named 'default'/],
  };
  // As a process: only there does a stack name the user's own file, and only a process can run out of things to do.
  for (const [name, [text, place, message]] of Object.entries(models))
    test(name, { timeout: 60_000 }, async () => {
      const cwd = folderOf({ 'a.ts': text });
      const { code, stdout, stderr } = await program(['compile', 'a.ts'], { cwd });
      expect(stderr).toMatch(message);
      if (place !== null) expect(stderr).toContain(`--> a.ts:${place}\n`);
      isDiagnostic(stderr);
      expect([code, stdout]).toEqual([1, '']);
      expect(readdirSync(cwd)).toEqual(['a.ts']);
    });
});
