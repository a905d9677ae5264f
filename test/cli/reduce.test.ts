/** `tapeout reduce` with shell commands. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { build, cli, folderOf, root } from '../support/cli.ts';

const net = `tapeout ir 1
module @tiny (N <= 8) {
  graph @train_step(%x: f32[N,3], %w: f32[3,2] param) {
    %h = matmul(%x, %w) : f32[N,2]
    %t = tanh(%h) : f32[N,2]
    %r = relu(%t) : f32[N,2]
    %loss = reduce_sum(%r) {dims=[0,1]} : f32[]
    return %loss
    differentiate %loss wrt %w then step
  }
}
`;
const smallest = `tapeout ir 1
module @tiny (N <= 1) {
  graph @train_step(%a: f32[1,1]) {
    %tanh = tanh(%a) : f32[1,1]
    return %tanh
  }
}
`;
const hasTanh = "! grep -q 'tanh('";
const folder = (text = net) => folderOf({ 'net.tir': text });

/** With another folder for temporary files. */
async function withTmp<T>(path: string, f: () => Promise<T>): Promise<T> {
  const was = process.env.TMPDIR;
  process.env.TMPDIR = path;
  try {
    return await f();
  } finally {
    if (was === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = was;
  }
}

describe('tapeout reduce', () => {
  test('writes the smallest text to stdout, and its progress to stderr', async () => {
    const { code, stdout, stderr } = await cli(['reduce', 'net.tir', '--check', hasTanh], { cwd: folder() });
    expect(stdout).toBe(smallest);
    expect(stderr).toMatch(/^tasks: 1 graph, \d ops, 2 params after \d checks?\n/);
    expect(stderr).toMatch(/\nreduced: graphs 1 -> 1, ops 4 -> 1, params 2 -> 1; \d+ checks, [\d.]+ s\n$/);
    expect(code).toBe(0);
  });

  test('reads stdin, writes a file, and puts the path in place of {}', async () => {
    const cwd = folder();
    const { code, stdout, stderr } = await cli(
      ['reduce', '-', '--check', 'grep -qF "tanh(" {} && exit 3 || true', '--out', 'small.tir'],
      { cwd, stdin: net },
    );
    expect(stdout).toBe('');
    expect(stderr).toMatch(/; wrote to small.tir\n$/);
    expect(readFileSync(join(cwd, 'small.tir'), 'utf8')).toBe(smallest);
    expect(code).toBe(0);
  });

  test('quotes paths with spaces and quotation marks for the shell', async () => {
    const spaced = folderOf({ "it's here/x": '', "it's $HOME.tir": net });
    await withTmp(join(spaced, "it's here"), async () => {
      const { stdout } = await cli(['reduce', "it's $HOME.tir", '--check', hasTanh], { cwd: spaced });
      expect(stdout).toBe(smallest);
    });
    expect(readdirSync(join(spaced, "it's here"))).toEqual(['x']);
  });

  test('--match tells the intended failure from others', async () => {
    const cwd = folder();
    const check = 'if grep -qF "tanh(" {}; then echo tanh is wrong; exit 3; fi; echo something else; exit 1';
    const loose = await cli(['reduce', 'net.tir', '--check', check], { cwd });
    expect(loose.stdout).not.toContain('tanh');
    expect(loose.stderr).toMatch(/note: the check fails with no ops at all: does it test what you mean\?/);
    expect(loose.stderr).toMatch(/note: the command first ended with exit code 3, and now ends with exit code 1/);
    const strict = await cli(['reduce', 'net.tir', '--check', check, '--match', 'tanh is wrong'], { cwd });
    expect(strict.stdout).toBe(smallest);
    expect(strict.stderr).not.toContain('note:');
  });

  test('a hang counts as a failure only if the whole text hangs', async () => {
    const cwd = folder();
    const hangs = await cli(
      ['reduce', 'net.tir', '--check', 'if grep -qF "tanh(" {}; then sleep 600; else exit 1; fi', '--timeout', '0.3'],
      { cwd },
    );
    expect(hangs.stdout).toBe(smallest);
    const fails = await cli(
      ['reduce', 'net.tir', '--check', 'if grep -qF "tanh(" {}; then exit 1; else sleep 600; fi', '--timeout', '0.3'],
      { cwd },
    );
    expect(fails.stdout).toBe(smallest);
  }, 60_000);

  test('does not wait for processes that a check leaves running', async () => {
    const started = performance.now();
    const { stdout } = await cli(['reduce', 'net.tir', '--check', 'sleep 600 & ! grep -qF tanh\\('], { cwd: folder() });
    expect(stdout).toBe(smallest);
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 120_000);

  test('Ctrl-C leaves the smallest text so far', async () => {
    const cwd = folder();
    let pressed = false;
    const { code, stdout, stderr, exited } = await withTmp(cwd, () =>
      cli(['reduce', 'net.tir', '--check', hasTanh, '--out', 'so-far.tir'], {
        cwd,
        interrupt(_, press) {
          if (!pressed) press();
          pressed = true;
        },
      }),
    );
    expect(code).toBe(130);
    expect(exited).toEqual([]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/\nstopped: /);
    const left = readFileSync(join(cwd, 'so-far.tir'), 'utf8');
    expect(left).toContain('tanh');
    expect(left).not.toBe(smallest);
    expect((await cli(['opt', 'so-far.tir'], { cwd })).code).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['net.tir', 'so-far.tir']);
  });

  test('reduces kernels, and by lines what does not parse', async () => {
    const kernel =
      'tapeout ir 1\nkernel @k(x: f32[N,4], y: f32[N,4] out) {\n  for n in 0..N {\n    for i in 0..4 {\n      y[n, i] = exp(x[n, i]) * 2.0\n    }\n  }\n}\n';
    const cwd = folderOf({ 'k.tir': kernel, 'wrong.tir': net.replace('relu(', 'rellu(') });
    const { stdout } = await cli(['reduce', 'k.tir', '--check', "! grep -q 'exp('"], { cwd });
    expect(stdout).toBe('tapeout ir 1\nbatch (N <= 1)\nkernel @k(a: f32[1,1] out) {\n  a[0, 0] = exp(0.0)\n}\n');
    const refused = await cli(['reduce', 'wrong.tir', '--check', 'false'], { cwd });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error\[unknown-op\]: there is no op 'rellu'\n +--> wrong.tir:6:10/);
    expect(refused.stderr).toContain('--lines');
    const lines = await cli(['reduce', 'wrong.tir', '--lines', '--check', '! grep -q rellu'], { cwd });
    expect(lines.stdout).toBe('    %r = rellu(%t) : f32[N,2]\n');
    expect(lines.code).toBe(0);
  });

  test('reduces a program to its kernels', async () => {
    const graph = net.replace(/.*differentiate.*\n/, '');
    const cwd = folder(graph);
    for (const passes of ['fuse,lower', 'fuse,lower,expandMath,schedule', 'fuse,lower,expandMath,schedule,plan']) {
      const program = await cli(['opt', 'net.tir', '--passes', passes], { cwd });
      const { code, stdout, stderr } = await cli(['reduce', '-', '--check', "! grep -q ' ? '"], {
        cwd,
        stdin: program.stdout,
      });
      expect(stderr).toMatch(/\nreduced: kernels \d -> 1, statements \d+ -> 1, buffers \d -> 1;/);
      expect(stdout).toMatch(/^tapeout ir 1\nbatch \(N <= 1\)\nkernel @.*\n +a\[.*\] = 0.0 < 0.0 \? 0.0 : 0.0\n}\n$/);
      expect(code).toBe(0);
    }
  });

  test('reduces a text that does not verify', async () => {
    const outside =
      'tapeout ir 1\nkernel @k(x: f32[4], y: f32[4] out) {\n  for i in 0..4 {\n    y[i] = x[i + 1]\n  }\n}\n';
    const { stdout, stderr, code } = await cli(['reduce', '-', '--check', '! grep -q "for"'], {
      cwd: folder(),
      stdin: outside,
    });
    expect(stderr).toMatch(/^note: - does not verify/);
    expect(stdout).toContain('for');
    expect(code).toBe(0);
  });

  test.each([
    [['net.tir'], 2, /required option '--check <command>' not specified/],
    [['none.tir', '--check', 'false'], 1, /none.tir: cannot be read: it does not exist/],
    [['net.tir', '--check', 'true'], 1, /--check passes on net.tir: .* It prints nothing/],
    [['net.tir', '--check', 'echo fine; true'], 1, /It prints:\nfine/],
    [['net.tir', '--check', './none'], 2, /the shell cannot run this command \(exit code 127\). It prints:\n.*none/],
    [['net.tir', '--check', './net.tir'], 2, /the shell cannot run this command \(exit code 126\)/],
    [
      ['net.tir', '--check', 'echo broken; false', '--match', 'bug'],
      1,
      /'bug' is not in its output. It prints:\nbroken/,
    ],
    [
      ['net.tir', '--check', '! grep -q "%h ="'],
      1,
      /fails the check, but the text that would be reduced does not:\ntapeout ir 1[\s\S]*--lines reduces/,
    ],
    [['net.tir', '--check', 'false', '--timeout', '0'], 2, /finite number above 0/],
    [['net.tir', '--check', 'false', '--out', 'no/such/folder.tir'], 1, /no\/such\/folder.tir: cannot be written/],
  ])('%j', async (args, exit, message) => {
    const { code, stdout, stderr } = await cli(['reduce', ...args], { cwd: folder() });
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(exit);
  });

  test('--help has examples', async () => {
    const { code, stdout } = await cli(['reduce', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: tapeout reduce [options] <file>');
    expect(stdout).toContain('Examples:');
  });
});

test('reduces a deep net on which tapeout opt --verify finds a wrong pass', async () => {
  build();
  const params = ['%x: f32[N,24]'];
  const lines: string[] = [];
  let x = '%x';
  for (let i = 0; i < 3; i++) {
    params.push(`%layers.${i}.weight: f32[24,24] param`);
    lines.push(
      `%t${i} = permute(%layers.${i}.weight) {perm=[1,0]} : f32[24,24]`,
      `%m${i} = matmul(${x}, %t${i}) : f32[N,24]`,
      `%r${i} = ${i === 1 ? 'tanh' : 'relu'}(%m${i}) : f32[N,24]`,
    );
    x = `%r${i}`;
  }
  const wrt = params.slice(1).map((p) => p.slice(0, p.indexOf(':')));
  const text = `tapeout ir 1
module @deep (N <= 16) {
  graph @train_step(${params.join(', ')}) {
    ${lines.join('\n    ')}
    %loss = reduce_sum(${x}) {dims=[0,1]} : f32[]
    return %loss
    differentiate %loss wrt ${wrt.join(', ')} then accumulate
  }
}
`;
  // tanh(x·w) loses the param x that it reads through a product, as might happen in a pass with its own list of params.
  const pass = `
    const at = (path) => import(new URL(path, ${JSON.stringify(new URL('../../dist/', import.meta.url).href)}));
    const [{ registerPass }, { topo }] = await Promise.all(['passes/index.js', 'ir/index.js'].map(at));
    registerPass({
      name: 'careless',
      after: 'inferShapes',
      run: (m) => ({
        ...m,
        graphs: m.graphs.map((g) => {
          const lost = topo(g.results.map((r) => r.value)).flatMap((n) =>
            n.op.name === 'tanh' && n.inputs[0].op?.name === 'matmul' ? n.inputs[0].inputs[1].inputs ?? [] : []);
          return { ...g, params: g.params.filter((p) => !lost.includes(p)) };
        }),
      }),
    });`;
  const cwd = folderOf({ 'deep.tir': text, 'careless.mjs': pass });
  const tapeout = `"${process.execPath}" --import ./careless.mjs "${join(root, 'dist/frontend/cli/main.js')}"`;
  // Texts without the op pass without being compiled.
  const check = `grep -qF 'tanh(' {} || exit 0; ${tapeout} opt {} --passes=careless --verify`;
  const { code, stdout, stderr } = await cli(
    ['reduce', 'deep.tir', '--check', check, '--match', "error[custom-pass]: pass 'careless'"],
    { cwd },
  );
  expect(stderr).toMatch(/reduced: graphs 1 -> 1, ops 10 -> 3, params 4 -> 1;/);
  expect(stdout).toBe(`tapeout ir 1
module @deep (N <= 1) {
  graph @train_step(%a: f32[1,1]) {
    %permute = permute(%a) {perm=[1,0]} : f32[1,1]
    %matmul = matmul(%a, %permute) : f32[1,1]
    %tanh = tanh(%matmul) : f32[1,1]
    return %tanh
  }
}
`);
  expect(code).toBe(0);
}, 300_000);
