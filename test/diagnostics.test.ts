/** Errors as they are shown. */
import { expect, test } from 'vitest';
import { renderError } from '../frontend/report/diagnostics.ts';
import { styleFor } from '../frontend/report/style.ts';
import { CompileError, CompilerBug } from '../ir/diagnostic.ts';

const source = `import { matmul, reshape } from 'tapeout';
const fc1w = weight([256, 120]);

export function forward(pool2) {
  const flat = reshape(pool2, [32, 400]);
  const fc1 = matmul(flat, fc1w);
\treturn this.blocks[0].head(fc1, ')', (a) => [a]) + 1;
}
`;
const read = (file: string): string | null => (file === '/home/u/lenet.ts' ? source : null);
const loc = (line: number, col: number, file = '/home/u/lenet.ts') => ({ file, line, col });
const render = (error: unknown) => renderError(error, { cwd: '/home/u', read });

test('the offending call is underlined, and so is whatever else is involved', () => {
  const error = new CompileError('shape-mismatch', 'matmul: inner dimensions differ: 400 and 256', {
    loc: loc(6, 15),
    notes: [
      { message: 'a: f32[32,400]', loc: loc(5, 16) },
      { message: 'b: f32[256,120]', loc: loc(2, 14) },
    ],
    help: 'give fc1w the shape f32[400,120]',
  });
  expect(render(error)).toBe(
    `error[shape-mismatch]: matmul: inner dimensions differ: 400 and 256
  --> lenet.ts:6:15
2 | const fc1w = weight([256, 120]);
  |              ------------------ b: f32[256,120]
...
5 |   const flat = reshape(pool2, [32, 400]);
  |                ------------------------- a: f32[32,400]
6 |   const fc1 = matmul(flat, fc1w);
  |               ^^^^^^^^^^^^^^^^^^ 
help: give fc1w the shape f32[400,120]`.replace(/ +$/gm, ''),
  );
});

test('a value without a location is noted beside the carets, one of another file with its location', () => {
  const notes = [{ message: 'a: f32[1], a constant' }, { message: 'b: f32[2]', loc: loc(1, 2, '/home/u/lib/b.ts') }];
  expect(render(new CompileError('x', 'no', { loc: loc(6, 15), notes }))).toBe(`error[x]: no
  --> lenet.ts:6:15
6 |   const fc1 = matmul(flat, fc1w);
  |               ^^^^^^^^^^^^^^^^^^ a: f32[1], a constant
note: lib/b.ts:1:2: b: f32[2]`);
});

test('a method call is underlined from its receiver to its last parenthesis, unshifted by tabs', () => {
  expect(render(new CompileError('x', 'no', { loc: loc(7, 24) }))).toBe(`error[x]: no
  --> lenet.ts:7:24
7 |     return this.blocks[0].head(fc1, ')', (a) => [a]) + 1;
  |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^`);
});

test('an error in an unreadable file has a location and no code frame', () => {
  expect(render(new CompileError('x', 'no', { loc: loc(1, 1, '/gone.ts'), help: 'try' }))).toBe(
    'error[x]: no\n  --> /gone.ts:1:1\nhelp: try',
  );
  expect(render(new CompileError('x', 'no', { loc: loc(99, 1) }))).toBe('error[x]: no\n  --> lenet.ts:99:1');
});

test('a compiler bug shows the IR before it and asks for a report', () => {
  expect(
    render(new CompilerBug('fuse', 'a value is lost', 'graph @f() {}\n')),
  ).toBe(`bug in pass 'fuse': a value is lost

the IR before 'fuse':
graph @f() {}

This is a bug in Tapeout, not in your model. Please report it with this text and the model file to the issue tracker of Tapeout.`);
});

test('unexpected errors are left to the caller', () => expect(render(new TypeError('x'))).toBeNull());

test('colours are used in terminals only, and not if NO_COLOR is set', () => {
  const error = new CompileError('x', 'no', { loc: loc(6, 15) });
  const shown = (stream: { isTTY?: boolean }, env: Record<string, string>) =>
    renderError(error, { read, style: styleFor(stream, env) });
  expect(shown({ isTTY: true }, {})).toContain('\x1b[31m');
  for (const plain of [
    shown({}, {}),
    shown({ isTTY: true }, { NO_COLOR: '1' }),
    shown({ isTTY: true }, { TERM: 'dumb' }),
  ])
    expect(plain).not.toContain('\x1b');
});

test('a long line is cut to the part around its fault, and control characters are not shown', () => {
  const text = `${' '.repeat(5000)}%y = \u001b[31mrelu(%zz)${'!'.repeat(5000)}`;
  const error = new CompileError('undefined-name', 'x'.repeat(5000), {
    loc: loc(1, 5016, 'a.tir'),
    notes: [{ message: 'y'.repeat(5000), loc: loc(1, 5001, 'a.tir') }],
  });
  const shown = renderError(error, { read: () => text })!.split('\n');
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(1500);
  const [, , source, carets] = shown;
  expect(source).toMatch(/^1 \| … +%y = \ufffd\[31mrelu\(%zz\)!+…$/);
  expect(source!.slice(carets!.indexOf('^')).startsWith('%zz')).toBe(true);
});
