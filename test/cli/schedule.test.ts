/** `--schedule`: kernels get the schedules of the file, and its mistakes are reported at their lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { directivesOf, parseText } from '../../ir/text/parse.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { cli, folderOf, modelFile, root } from '../support/cli.ts';

const net = modelFile(
  'a = nn.Linear(4, 24);\n  b = nn.Linear(24, 3);\n  forward(x: Tensor): Tensor {\n    return this.b(this.a(flatten(x, 1)).relu());\n  }',
);
const head = 'tapeout ir 1\n';

/** The output of `print` for the model. */
const { stdout: file } = await cli(['print', 'net.ts', '--stage', 'schedule'], { cwd: folderOf({ 'net.ts': net }) });
const folderWith = (files: Readonly<Record<string, string>>): string =>
  folderOf({ 'net.ts': net, 's.tir': file, ...files });
/** Without source locations: every command runs the model from a different folder. */
const plain = (text: string): string => text.replaceAll(/^ *; .*\n/gm, '');
/** The schedules of a text, by kernel. */
const directives = (text: string): ReadonlyMap<string, string> =>
  new Map(parseText(text, 'a.tir').schedules.map((s) => [s.kernel, printSchedule(s.kernel, directivesOf(s))]));
const wasmIn = (cwd: string, folder: string): Buffer => readFileSync(join(cwd, folder, 'model.wasm'));

describe('a schedule file', () => {
  test('written by print gives the same bytes, and prints as itself', async () => {
    const cwd = folderWith({});
    for (const [out, more] of [
      ['own', []],
      ['given', ['--schedule', 's.tir', '--verify']],
    ] as const) {
      const { code, stderr } = await cli(['compile', 'net.ts', '-o', out, ...more], { cwd });
      expect([code, stderr]).toEqual([0, '']);
    }
    expect(wasmIn(cwd, 'given').equals(wasmIn(cwd, 'own'))).toBe(true);
    const again = await cli(['print', 'net.ts', '--stage', 'schedule', '--schedule', 's.tir'], { cwd });
    expect(plain(again.stdout)).toBe(plain(file));
  });

  test.each(Object.entries({ lenet, mlp }))('for %s gives the same bytes, with every packed copy', async (_, spec) => {
    const own = await compile(spec);
    const schedule = parseText(own.printed('schedule'), 's.tir');
    expect(schedule.schedules.length).toBeGreaterThan(5);
    const given = await compile(spec, { schedule });
    expect(Buffer.from(given.wasm).equals(own.wasm)).toBe(true);
  });

  test('determines the schedules of the kernels it names, and leaves the others to the scheduler', async () => {
    const mine = 'schedule @matmul_a.weight {\n  tile i by 3\n}';
    const cwd = folderWith({ 'mine.tir': `${head}${mine}\n` });
    const { stdout } = await cli(['print', 'net.ts', '--stage', 'schedule', '--schedule', 'mine.tir'], { cwd });
    // None of its directives packs, so there are no copies.
    const others = [...directives(file)].filter(([kernel]) => !kernel.startsWith('pack_matmul_a.weight_'));
    expect(directives(stdout)).toEqual(new Map([...others, ['matmul_a.weight', mine]]));
    expect(stdout).toContain('unroll i_i in 0..3');
  });

  test('is accepted by opt, for the kernels of a text', async () => {
    const cwd = folderWith({});
    const lowered = (await cli(['print', 'net.ts', '--stage', 'lower'], { cwd })).stdout;
    const opt = ['opt', '-', '--passes', 'expandMath,schedule', '--schedule', 's.tir'];
    expect(directives((await cli(opt, { cwd, stdin: lowered })).stdout)).toEqual(directives(file));
    const without = await cli(['opt', '-', '--passes', 'plan', '--schedule', 's.tir'], { cwd, stdin: lowered });
    expect([without.code, without.stderr]).toEqual([
      2,
      "error: --schedule: 'schedule' is not one of the passes that run.\n",
    ]);
  });
});

describe('mistakes in a schedule file', () => {
  const refused = async (text: string): Promise<string> => {
    const cwd = folderWith({ 'mine.tir': text });
    const { code, stdout, stderr } = await cli(['print', 'net.ts', '--schedule', 'mine.tir'], { cwd });
    expect([code, stdout]).toEqual([1, '']);
    return stderr;
  };

  test('a kernel that is not there', async () => {
    expect(await refused(`${head}schedule @matmul_a.weight {}\nschedule @matmul_a.wieght {}\n`)).toMatchInlineSnapshot(`
      "error[unknown-kernel]: there is no kernel @matmul_a.wieght
        --> mine.tir:3:10
      3 | schedule @matmul_a.wieght {}
        |          ^^^^^^^^^^^^^^^^
      help: did you mean @matmul_a.weight?
      "
    `);
  });

  test('a directive that does not fit', async () => {
    expect(
      await refused(`${head}; mine\nschedule @matmul_a.weight {\n  tile i by 4\n  tile q by 2\n}\n`),
    ).toMatchInlineSnapshot(`
      "error[bad-schedule]: @matmul_a.weight: there is no serial loop over q
        --> mine.tir:5:3
      5 |   tile q by 2
        |   ^^^^
      "
    `);
  });

  test('a copy that is packed again', async () => {
    expect(
      await refused(`${head}schedule @matmul_a.weight {\n  pack x.1 order 1, 0\n  pack x.1.packed_10 order 1, 0\n}\n`),
    ).toMatchInlineSnapshot(`
      "error[bad-schedule]: @matmul_a.weight: a packed copy cannot be packed again
        --> mine.tir:4:3
      4 |   pack x.1.packed_10 order 1, 0
        |   ^^^^
      "
    `);
  });

  test('a directive for devices of workgroups', async () => {
    const block = 'block n with j over k by 4 invocations 2 registers 2';
    expect(await refused(`${head}schedule @matmul {\n  ${block}\n}\n`)).toContain(
      'error[bad-schedule]: @matmul: block keeps sums for each invocation of a workgroup, and wasm has no workgroups\n  --> mine.tir:3:3',
    );
  });

  test('a kernel that has changed since', async () => {
    const cwd = folderWith({ 'net.ts': net.replaceAll('24', '20') });
    const { code, stderr } = await cli(['compile', 'net.ts', '--schedule', 's.tir'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error[bad-schedule]: @matmul: this is not the kernel that the schedule was written for: its loops are n: N, j: 20, k: 4
        --> s.tir:82:3
      82 |   over n: N, j: 24, k: 4
         |   ^^^^
      help: write the schedule again, or leave out the line with 'over' to use the directives for this kernel anyway
      "
    `);
  });

  test('another model', async () => {
    const cwd = folderWith({});
    const { code, stderr } = await cli(['print', join(root, 'examples/mlp.ts'), '--schedule', 's.tir'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error[other-program]: these schedules are of the program @Net, and this is @MLP
        --> s.tir:2:1
      2 | program @Net (N <= 4) {
        | ^^^^^^^
      help: leave out the program to use the schedules after it anyway
      "
    `);
  });

  test('no kernel of the model', async () => {
    expect(await refused(`${head}schedule @conv {}\n`)).toMatchInlineSnapshot(`
      "error[unknown-kernel]: @Net has none of the kernels of this text
        --> mine.tir:2:10
      2 | schedule @conv {}
        |          ^^^^^
      help: the kernels are @matmul, @matmul_2, @reduce_max_reduce_sum, @reduce_sum, @argmax, @reduce_sum_2, @matmul.1, @matmul_2.1, @reduce_max_reduce_sum.1, @reduce_sum_b.bias, @matmul_3, @matmul_a.weight, @reduce_sum_a.bias, @matmul_b.weight
      "
    `);
  });

  test('more copies than an engine takes', async () => {
    expect(
      await refused(
        `${head}schedule @matmul_a.weight {\n  tile j by 1000000\n  tile i by 24\n  tile k by 1000000\n}\n`,
      ),
    ).toMatchInlineSnapshot(`
      "error[bad-schedule]: @matmul_a.weight: the loop over k_i would write out 1000000 copies: the most are 4096
        --> mine.tir:5:3
      5 |   tile k by 1000000
        |   ^^^^
      "
    `);
  });

  test('a text without schedules, and a missing file', async () => {
    expect(await refused(`${head}graph @f(%x: f32[4]) {\n  return %x\n}\n`)).toMatchInlineSnapshot(`
      "error[bad-text]: the text has no schedules
        --> mine.tir:1:1
      1 | tapeout ir 1
        | ^^^^^^^
      help: tapeout print MODEL --stage schedule writes those of a model
      "
    `);
    const cwd = folderWith({});
    const { code, stderr } = await cli(['train', 'net.ts', '--schedule', 'none.tir'], { cwd });
    expect([code, stderr]).toEqual([
      1,
      "error: none.tir: cannot be read: it does not exist. Give a file of Tapeout's IR, or - for stdin.\n",
    ]);
  });
});
