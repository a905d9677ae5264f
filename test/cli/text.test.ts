/** `tapeout opt` and `tapeout run`: texts through passes, and texts run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseKernels, parseModule } from '../../ir/parse.ts';
import { readSafetensors, writeSafetensors } from '../../runtime/index.ts';
import { cli, folderOf } from '../support/cli.ts';

const net = `tapeout ir 1
module @tiny (N <= 8) {
  graph @train_step(%x: f32[N,3], %w: f32[3,2] param) {
    %h = matmul(%x, %w) : f32[N,2]
    %r = relu(%h) : f32[N,2]
    %loss = reduce_sum(%r) {dims=[0,1]} : f32[]
    return %loss
    differentiate %loss wrt %w then step
  }
}
`;
const softmax = `tapeout ir 1
graph @softmax(%x: f32[N,5]) {
  %m = reduce_max(%x) {dims=[1]} : f32[N]
  %b = broadcast(%m) {shape=[N,5], dims=[0]} : f32[N,5]
  %d = sub(%x, %b) : f32[N,5]
  %e = exp(%d) : f32[N,5]
  %s = reduce_sum(%e) {dims=[1]} : f32[N]
  %c = broadcast(%s) {shape=[N,5], dims=[0]} : f32[N,5]
  %y = div(%e, %c) : f32[N,5]
  return %y, top = %m
}
`;

describe('tapeout opt', () => {
  test('without passes the text is checked and written in its usual form', async () => {
    const cwd = folderOf({ 'softmax.tir': softmax });
    const { code, stdout, stderr } = await cli(['opt', 'softmax.tir'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "tapeout ir 1
      module @main (N <= 64) {
        graph @softmax(%x: f32[N,5]) {
          %top = reduce_max(%x) {dims=[1]} : f32[N]
          %broadcast = broadcast(%top) {shape=[N,5], dims=[0]} : f32[N,5]
          %sub = sub(%x, %broadcast) : f32[N,5]
          %exp = exp(%sub) : f32[N,5]
          %reduce_sum = reduce_sum(%exp) {dims=[1]} : f32[N]
          %broadcast.1 = broadcast(%reduce_sum) {shape=[N,5], dims=[0]} : f32[N,5]
          %y = div(%exp, %broadcast.1) : f32[N,5]
          return %y, %top
        }
      }
      "
    `);
    expect((await cli(['opt', '-'], { cwd, stdin: stdout })).stdout).toBe(stdout);
  });

  test('passes one by one, by pipe, give what they give together', async () => {
    const cwd = folderOf({ 'net.tir': net });
    const passes = [
      'inferShapes',
      'autodiff',
      'update=sgd(lr=0.01, momentum=0.9)',
      'canonicalize',
      'fuse',
      'lower',
      'schedule',
    ];
    let text = net;
    for (const pass of passes) {
      const { code, stdout, stderr } = await cli(['opt', '-', '--passes', pass, '--verify', '--max-batch', '8'], {
        cwd,
        stdin: text,
      });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      text = stdout;
    }
    const together = await cli(['opt', 'net.tir', `--passes=${passes.join(',')}`], { cwd });
    const unnamed = (t: string) => t.replaceAll(/^; \w+: .*$/gm, '');
    expect(unnamed(text)).toBe(unnamed(together.stdout));
    expect(parseKernels(text, 'a').length).toBeGreaterThan(0);
    const wat = await cli(['opt', 'net.tir', `--passes=${passes.join(',')},plan,wat`], { cwd });
    expect(wat.stdout).toMatch(/^\(module/);
  });

  test('--print-after goes to stderr, the result to stdout', async () => {
    const cwd = folderOf({ 'net.tir': net });
    const { stdout, stderr } = await cli(
      ['opt', 'net.tir', '--passes=autodiff,canonicalize', '--print-after=autodiff'],
      { cwd },
    );
    expect(stderr).toMatch(/^; ---- after autodiff ----\ntapeout ir 1\nmodule @tiny/);
    expect(stderr).toContain('apply %w: ');
    expect(parseModule(stdout, 'a').graphs).toHaveLength(1);
  });

  test.each([
    [['--passes=nothing'], 2, /there is no pass 'nothing': the passes are inferShapes, autodiff/],
    [['--passes=lower'], 2, /'lower' takes fused graphs, and gets graphs: run 'fuse' before it/],
    [['--passes=fuse'], 2, /graph @train_step has still to be differentiated/],
    [['--passes=autodiff,update'], 2, /none is given. Say which: update=sgd/],
    [['--passes=update=sgd(lr=x)'], 2, /'lr=x' is no option with its value/],
    [['--passes=update=sgd(speed=1)'], 2, /speed/],
    [['--passes=update=magic()'], 2, /is no optimizer: take one of sgd/],
    [['--passes=fuse=1'], 2, /'fuse' takes no option/],
    [['--passes=autodiff', '--print-after=fuse'], 2, /none of the passes that run/],
    [['--target=abacus'], 2, /abacus/],
  ])('%j', async (flags, exit, message) => {
    const { code, stdout, stderr } = await cli(['opt', 'net.tir', ...flags], { cwd: folderOf({ 'net.tir': net }) });
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });

  test('an error shows the line of the text, from a file or from stdin', async () => {
    const wrong = net.replace('%r = relu(%h)', '%r = relu(%hh)');
    const cwd = folderOf({ 'net.tir': wrong });
    const { code, stderr } = await cli(['opt', 'net.tir'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error[undefined-name]: %hh is not defined
        --> net.tir:5:15
      5 |     %r = relu(%hh) : f32[N,2]
        |               ^^^
      help: did you mean %h?
      "
    `);
    const piped = await cli(['opt', '-'], { cwd, stdin: wrong });
    expect(piped.stderr).toBe(stderr.replace('net.tir', '<stdin>'));
    expect((await cli(['opt', 'none.tir'], { cwd })).stderr).toMatch(/none.tir: cannot be read: it does not exist/);
  });

  test('what parses and means nothing is refused', async () => {
    const outside =
      'tapeout ir 1\nkernel @k(x: f32[4], y: f32[4] out) {\n  for i in 0..4 {\n    y[i] = x[i + 1]\n  }\n}\n';
    const { code, stderr } = await cli(['opt', '-', '--passes=schedule'], { cwd: folderOf(), stdin: outside });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error\[invalid-ir\]: kernel @k/);
  });

  test('--help has examples', async () => {
    for (const command of ['opt', 'run']) {
      const { code, stdout } = await cli([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: tapeout ${command} [options] <file>`);
      expect(stdout).toContain('Examples:');
    }
  });
});

describe('tapeout run', () => {
  test('runs a graph on seeded inputs, the same on both backends', async () => {
    const cwd = folderOf({ 'softmax.tir': softmax });
    const wasm = await cli(['run', 'softmax.tir', '--seed', '3', '--batch', '2'], { cwd });
    expect(wasm.stderr).toBe('');
    expect(wasm.code).toBe(0);
    expect(wasm.stdout).toMatchInlineSnapshot(`
      "@softmax: N = 2, wasm, inputs of seed 3
      result      type                           first values     sum  checksum
      y       f32[N,5]  0.20462, 0.11513, 0.24765, 0.36490, …  2.0000  a28db31a
      top       f32[N]                       0.93194, 0.98775  1.9197  d7ac3982
      "
    `);
    const exact = await cli(['run', 'softmax.tir', '--seed', '3', '--batch', '2', '--backend', 'interpret'], { cwd });
    const numbers = (t: string) =>
      t
        .split('\n')
        .slice(2)
        .map((line) => line.replace(/\S+$/, ''));
    expect(numbers(exact.stdout)).toEqual(numbers(wasm.stdout));
    const other = await cli(['run', 'softmax.tir', '--seed', '4', '--batch', '2'], { cwd });
    expect(other.stdout).not.toBe(wasm.stdout);
  });

  test('on given inputs, and writes the results', async () => {
    const cwd = folderOf({ 'softmax.tir': softmax });
    const x = Float32Array.of(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, -1, -1, 1, 1, 0);
    writeFileSync(join(cwd, 'x.safetensors'), writeSafetensors([['x', { dtype: 'F32', shape: [3, 5], data: x }]]));
    const { code, stdout, stderr } = await cli(
      ['run', 'softmax.tir', '--in', 'x.safetensors', '--out', 'y.safetensors'],
      { cwd },
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('N = 3');
    const out = readSafetensors(readFileSync(join(cwd, 'y.safetensors')));
    expect([...out.keys()].sort()).toEqual(['top', 'y']);
    expect(out.get('y')!.shape).toEqual([3, 5]);
    expect([...(out.get('y')!.data as Float32Array).subarray(0, 5)]).toEqual(Array(5).fill(Math.fround(0.2)));
    expect([...(out.get('top')!.data as Float32Array)]).toEqual([0, 5, 1]);
  });

  test('a step with its optimizer: the update is a result', async () => {
    const cwd = folderOf({ 'net.tir': net });
    const many = await cli(['run', 'net.tir', '--batch', '9'], { cwd });
    expect(many.code).toBe(2);
    expect(many.stderr).toMatch(/--batch 9: the module takes at most N = 8/);
    const refused = await cli(['run', 'net.tir'], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/say which, --optimizer/);
    for (const backend of ['wasm', 'interpret']) {
      const { code, stdout, stderr } = await cli(
        ['run', 'net.tir', '--optimizer', 'sgd(lr=0.5, momentum=0.9)', '--backend', backend],
        { cwd },
      );
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toMatch(/\nloss .*\nw.momentum_buffer .*\nw /);
    }
  });

  test.each([
    [['--graph', 'none'], 2, /there is no graph @none: there are @softmax/],
    [['--backend', 'gpu'], 2, /gpu/],
    [['--in', 'none.safetensors'], 1, /none.safetensors: cannot be read/],
    [['--in', 'softmax.tir'], 1, /safetensors file/],
  ])('%j', async (flags, exit, message) => {
    const { code, stderr } = await cli(['run', 'softmax.tir', ...flags], { cwd: folderOf({ 'softmax.tir': softmax }) });
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });

  test('inputs of another shape are refused', async () => {
    const cwd = folderOf({ 'softmax.tir': softmax });
    writeFileSync(
      join(cwd, 'x.safetensors'),
      writeSafetensors([['x', { dtype: 'F32', shape: [2, 4], data: new Float32Array(8) }]]),
    );
    const { code, stderr } = await cli(['run', 'softmax.tir', '--in', 'x.safetensors'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/'x' is F32\[2,4\], and the graph takes f32\[N,5\] at N = 2/);
  });
});
