/** `tapeout opt` and `tapeout run`: texts through passes, and texts that run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseModule } from '../../ir/text/parse.ts';
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

const scale = `tapeout ir 1
batch (N <= 16)
kernel @scale(x: f32[N,6], s: f32[], y: f32[N,6] out) {
  for n in 0..N {
    for i in 0..6 {
      y[n, i] = x[n, i] * s
    }
  }
}
kernel @add(y: f32[N,6], total: f32[6] inout) {
  for i in 0..6 {
    tile acc: f32[]
    acc = total[i]
    for n in 0..N {
      acc += y[n, i]
    }
    total[i] = acc
  }
}
`;
const mlp = fileURLToPath(new URL('../../examples/mlp.ts', import.meta.url));

/** Counts of each kind of instruction in a WAT text: the same for kernels that differ only in name. */
const shape = (wat: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [, word] of wat.matchAll(/\(([\w.]+)/g)) counts[word as string] = (counts[word as string] ?? 0) + 1;
  return counts;
};

describe('tapeout opt', () => {
  test('without passes, checks the text and prints it in canonical form', async () => {
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

  test('passes piped one by one give the same result as in one call', async () => {
    const cwd = folderOf({ 'net.tir': net });
    const passes = [
      'inferShapes',
      'autodiff',
      'update=sgd(lr=0.01, momentum=0.9)',
      'canonicalize',
      'fuse',
      'lower',
      'expandMath',
      'schedule',
      'plan',
      'wat',
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
      if (pass === 'wat') break;
      // The output of a pass is in canonical form.
      expect((await cli(['opt', '-', '--verify'], { cwd, stdin: text })).stdout).toBe(text);
    }
    const together = await cli(['opt', 'net.tir', `--passes=${passes.join(',')}`], { cwd });
    expect(text).toMatch(/^\(module/);
    expect(text).toBe(together.stdout);
  });

  test('continues from any stage that print shows of a model', async () => {
    const cwd = folderOf({});
    const printed = async (stage: string) => (await cli(['print', mlp, '--stage', stage], { cwd })).stdout;
    const wat = await printed('wat');
    for (const [stage, passes] of [
      ['canonicalize', 'fuse,lower,expandMath,schedule,plan,wat'],
      ['fuse', 'lower,expandMath,schedule,plan,wat'],
      ['lower', 'expandMath,schedule,plan,wat'],
      ['schedule', 'plan,wat'],
      ['plan', 'wat'],
    ] as const) {
      const text = await printed(stage);
      expect((await cli(['opt', '-'], { cwd, stdin: text })).stdout, stage).toBe(text);
      const { code, stdout, stderr } = await cli(['opt', '-', '--verify', '--passes', passes], { cwd, stdin: text });
      expect([code, stderr], stage).toEqual([0, '']);
      expect(shape(stdout), stage).toEqual(shape(wat));
    }
  });

  test('bare kernels become a program of one entry, and go through the kernel passes', async () => {
    const cwd = folderOf({ 'scale.tir': scale });
    const { code, stdout, stderr } = await cli(['opt', 'scale.tir', '--passes=schedule,plan'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "tapeout ir 1
      program @main (N <= 16) {
        entry @main {
          input   x: f32[N,6]
          input   s: f32[]
          output  y: f32[N,6]
          0  @scale(x, s, y out)
          1  @pack_add_y(y, y.packed_10 out)
          2  @add(total inout, y.packed_10)
        }

        arena 1296 bytes, of which 1264 are live at once {
          offset  bytes  purpose  name         type      live
              64    384  input    x            f32[N,6]
             448     16  input    s            f32[]
             464    384  output   y            f32[N,6]
             848     32  state    total        f32[6]
             880    384  temp     y.packed_10  f32[6,N]  main 1..2
        }
      }

      kernel @scale(x: f32[N,6], s: f32[], y: f32[N,6] out) {
        for n in 0..N {
          vectorize i_i in 0..4 {
            y[n, i_i] = x[n, i_i] * s
          }
          vectorize i_i in 0..4 {
            y[n, 2 + i_i] = x[n, 2 + i_i] * s
          }
        }
      }

      kernel @pack_add_y(y: f32[N,6], y.packed_10: f32[6,N] out) {
        for n in 0..N {
          for j in 0..6 {
            y.packed_10[j, n] = y[n, j]
          }
        }
      }

      kernel @add(total: f32[6] inout, y.packed_10: f32[6,N]) {
        for i in 0..6 {
          tile acc: f32[]
          acc = total[i]
          tile part: f32[4]
          vectorize n_i in 0..4 {
            part[n_i] = 0.0
          }
          for n: N in 0..(N - N % 4) step 4 {
            vectorize n_i in 0..4 {
              part[n_i] += y.packed_10[i, n + n_i]
            }
          }
          for n in (N - N % 4)..N {
            acc += y.packed_10[i, n]
          }
          unroll n_i in 0..4 {
            acc += part[n_i]
          }
          total[i] = acc
        }
      }
      "
    `);
    const once = await cli(['opt', 'scale.tir', '--passes=schedule'], { cwd });
    expect(once.stdout).toMatch(
      /\nschedule @scale \{\n {2}over n: N, i: 6\n {2}vectorize i by 4 shift\n\}\nkernel @scale\(/,
    );
    const twice = await cli(['opt', '-', '--passes=schedule'], { cwd, stdin: once.stdout });
    expect(twice.code).toBe(2);
    expect(twice.stderr).toMatch(/'schedule' takes kernels, but got scheduled kernels/);
    const half = await cli(['opt', '-'], { cwd, stdin: once.stdout.replace('@scale {', '@skale {') });
    expect(half.code).toBe(1);
    expect(half.stderr).toMatch(/there is no kernel @skale\n +--> <stdin>:\d+:\d+/);
  });

  test('--print-after prints to stderr, the result goes to stdout', async () => {
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
    [['--passes=lower'], 2, /'lower' takes fused graphs, but got graphs: run 'fuse' before it/],
    [['--passes=fuse'], 2, /graph @train_step must still be differentiated/],
    [['--passes=autodiff,update'], 2, /none is given. Say which: update=sgd/],
    [['--passes=update=sgd(lr=x)'], 2, /'lr=x' is not an option with a value/],
    [['--passes=update=sgd(speed=1)'], 2, /speed/],
    [
      ['--passes=update=magic()'],
      2,
      /is not an optimizer: there are adadelta, adagrad, adam, adamw, adamax, .*, rprop, sgd, such as/,
    ],
    [['--passes=fuse=1'], 2, /'fuse' takes no option/],
    [['--passes=autodiff', '--print-after=fuse'], 2, /not one of the passes that run/],
    [['--target=abacus'], 2, /abacus/],
  ])('%j', async (flags, exit, message) => {
    const { code, stdout, stderr } = await cli(['opt', 'net.tir', ...flags], { cwd: folderOf({ 'net.tir': net }) });
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });

  test.each([
    ['(module\n  (memory 1))', /this is WebAssembly text, which the last stage writes, not a text of the IR\n/],
    ['struct Call { n: u32 }', /this is a shader/],
    ["import { nn } from 'tapeout';", /this is JavaScript or TypeScript.*\n.*help: print a model with tapeout print/s],
    ['', /the text is empty: .*\nhelp: if it comes through a pipe, did the command before it fail\?/s],
    ['(graph)', /expected 'tapeout ir 1', the line that every text begins with/],
  ])('%j is not a text of the IR', async (text, message) => {
    const { code, stderr } = await cli(['opt', '-'], { cwd: folderOf(), stdin: text });
    expect(stderr).toMatch(/^error\[missing-version\]: /);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
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

  test('text that parses but does not verify is refused', async () => {
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

  test('runs on given inputs, and writes the results', async () => {
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

  test('runs a step with its optimizer, whose update is a result', async () => {
    const cwd = folderOf({ 'net.tir': net });
    const many = await cli(['run', 'net.tir', '--batch', '9'], { cwd });
    expect(many.code).toBe(2);
    expect(many.stderr).toMatch(/--batch 9: the module takes at most N = 8/);
    const refused = await cli(['run', 'net.tir'], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/give it with --optimizer/);
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
    [['--graph', 'none'], 2, /there is no graph @none: the text has @softmax/],
    [['--backend', 'gpu'], 2, /gpu/],
    [['--in', 'none.safetensors'], 1, /none.safetensors: cannot be read/],
    [['--in', 'softmax.tir'], 1, /safetensors file/],
  ])('%j', async (flags, exit, message) => {
    const { code, stderr } = await cli(['run', 'softmax.tir', ...flags], { cwd: folderOf({ 'softmax.tir': softmax }) });
    expect(stderr).toMatch(message);
    expect(code).toBe(exit);
  });

  test('runs kernels, the same on both backends, scheduled or not, planned or not', async () => {
    const cwd = folderOf({ 'scale.tir': scale });
    const total = Float32Array.of(1, 2, 3, 4, 5, 6);
    const x = Float32Array.from({ length: 18 }, (_, i) => i);
    writeFileSync(
      join(cwd, 'in.safetensors'),
      writeSafetensors([
        ['x', { dtype: 'F32', shape: [3, 6], data: x }],
        ['s', { dtype: 'F32', shape: [], data: Float32Array.of(2) }],
        ['total', { dtype: 'F32', shape: [6], data: total }],
      ]),
    );
    const flags = ['--in', 'in.safetensors', '--out', 'out.safetensors'];
    const { code, stdout, stderr } = await cli(['run', 'scale.tir', ...flags], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^@main: N = 3, wasm/);
    const out = readSafetensors(readFileSync(join(cwd, 'out.safetensors')));
    expect([...out.keys()].sort()).toEqual(['total', 'y']);
    expect([...(out.get('y')!.data as Float32Array)]).toEqual([...x].map((v) => 2 * v));
    expect([...(out.get('total')!.data as Float32Array)]).toEqual([37, 44, 51, 58, 65, 72]);
    const rows = (text: string) => text.split('\n').slice(1);
    for (const passes of ['', 'schedule', 'schedule,plan', 'plan'])
      for (const backend of ['interpret', 'wasm']) {
        const stdin = (await cli(['opt', 'scale.tir', '--passes', passes], { cwd })).stdout;
        const run = await cli(['run', '-', '--backend', backend, '--verify', ...flags], { cwd, stdin });
        expect(run.stderr).toBe('');
        expect(rows(run.stdout), `${passes} ${backend}`).toEqual(rows(stdout));
      }
    const many = await cli(['run', 'scale.tir', '--batch', '17'], { cwd });
    expect(many.stderr).toMatch(/--batch 17: .* at most N = 16/);
    const none = await cli(['run', 'scale.tir', '--graph', 'forward'], { cwd });
    expect(none.stderr).toMatch(/there is no entry @forward: the text has @main/);
  });

  test('inputs of another shape are refused', async () => {
    const cwd = folderOf({ 'softmax.tir': softmax });
    writeFileSync(
      join(cwd, 'x.safetensors'),
      writeSafetensors([['x', { dtype: 'F32', shape: [2, 4], data: new Float32Array(8) }]]),
    );
    const { code, stderr } = await cli(['run', 'softmax.tir', '--in', 'x.safetensors'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/'x' is F32\[2,4\], but the graph takes f32\[N,5\] at N = 2/);
  });
});
