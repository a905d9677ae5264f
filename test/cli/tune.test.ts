/** `tapeout tune`: what it writes, that compile accepts it, and that no candidate changes what is computed. No test looks
 *  at times: which candidates win depends on the machine. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineModel, flatten, maxPool2d, nn, optim, relu, type Tensor } from '../../frontend/index.ts';
import { compared, givenBy, rivalsOf, type Schedules, tune } from '../../frontend/measure/tune.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { compareToReference } from '../../frontend/testing/reference.ts';
import { kernelsOf } from '../../ir/program.ts';
import { parseText } from '../../ir/text/parse.ts';
import { cli, folderOf, modelFile } from '../support/cli.ts';

const net = modelFile(
  'a = nn.Linear(4, 24);\n  b = nn.Linear(24, 3);\n  forward(x: Tensor): Tensor {\n    return this.b(this.a(flatten(x, 1)).relu());\n  }',
);

class Small extends nn.Module {
  conv = nn.Conv2d(1, 3, 3);
  fc = nn.Linear(27, 10);
  override forward(x: Tensor): Tensor {
    return this.fc(flatten(maxPool2d(relu(this.conv(x)), 2), 1));
  }
}
const small = defineModel({
  model: Small,
  input: { shape: ['N', 1, 8, 8] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
  maxBatch: 6,
});

describe('tapeout tune', () => {
  test('writes a file that compile accepts', async () => {
    const cwd = folderOf({ 'net.ts': net });
    const { code, stdout, stderr } = await cli(['tune', 'net.ts', '--time-limit', '3', '--batch', '3'], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Net, train_step, batch 3: \d+ candidates measured\n/);
    expect(stdout).toContain('wrote to Net.schedule.tir: tapeout compile net.ts --schedule Net.schedule.tir\n');
    const file = readFileSync(join(cwd, 'Net.schedule.tir'), 'utf8');
    expect(file).toMatch(/^tapeout ir 1\n; tapeout tune: Net, train_step, batch 3: \d+ candidates measured\n/);
    const { schedules } = parseText(file, 'Net.schedule.tir');
    // A row for each, between heading and outcome; none is kept if the whole step got no faster.
    const [, table = ''] = /\nkernel .*\n((?:.+\n)*)\n/.exec(stdout) ?? [];
    const rows = table.split('\n').filter((l) => l !== '');
    for (const l of rows) expect(l).toMatch(/^\S+ +\d+\.\d +\d+\.\d +(\d+\.\d\dx|-)$/);
    const kept = stdout.includes('\nthe step: ') ? rows.map((l) => l.split(' ')[0]).sort() : [];
    expect(schedules.map((s) => s.kernel).sort()).toEqual(kept);
    const compiled = await cli(['compile', 'net.ts', '--schedule', 'Net.schedule.tir', '-o', 'out'], { cwd });
    expect([compiled.code, compiled.stderr]).toEqual([0, '']);
    expect(existsSync(join(cwd, 'out/model.wasm'))).toBe(true);
  });

  test('Ctrl-C ends it, and it writes what it found so far', async () => {
    const cwd = folderOf({ 'net.ts': net, 'mine.tir': 'mine' });
    let pressed = false;
    const { code, stdout } = await cli(['tune', 'net.ts', '--time-limit', '600', '--out', 'mine.tir'], {
      cwd,
      onInterruptible(press) {
        pressed = true;
        setTimeout(press);
      },
    });
    expect([pressed, code]).toEqual([true, 130]);
    expect(stdout).toContain('wrote to mine.tir');
    expect(readFileSync(join(cwd, 'mine.tir'), 'utf8')).toMatch(/^tapeout ir 1\n; tapeout tune: Net/);
  });

  test('a file that cannot be written is reported at once', async () => {
    const cwd = folderOf({ 'net.ts': net });
    const refused = await cli(['tune', 'net.ts', '--out', 'no/where.tir'], { cwd });
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('no/where.tir: cannot be written');
  });
});

test('every candidate for every kernel computes what the interpreter does', async () => {
  const base = await compile(small);
  const rounds = rivalsOf(kernelsOf(base.lowered), base.processor, base.program.maxBatch);
  expect(rounds.length).toBeGreaterThan(3);
  for (const [round, trying] of rounds.entries()) {
    const compiled = await compile(small, { schedule: givenBy(trying), verify: true });
    expect(Buffer.from(compiled.wasm).equals(base.wasm), `round ${round}`).toBe(false);
    const { pass, message } = await compareToReference(compiled, { n: 5 });
    expect(pass, message()).toBe(true);
  }
}, 120_000);

test('interrupted before it begins, it finds nothing and compiles only the model', async () => {
  const base = await compile(small);
  const under: Schedules[] = [];
  const ended = new AbortController();
  ended.abort();
  const tuned = await tune({
    entry: 'train_step',
    batch: 6,
    limit: 1000,
    compile(schedules) {
      under.push(schedules);
      return base;
    },
    signal: ended.signal,
  });
  expect(tuned).toEqual({ schedules: new Map(), kernels: new Map(), step: null, tried: 0 });
  expect(under).toEqual([new Map()]);
});

test.each([
  ['a clear gain', Array.from({ length: 20 }, () => [2, 1] as const), { before: 2, after: 1, faster: true }],
  ['no gain', Array.from({ length: 20 }, () => [1, 1] as const), { before: 1, after: 1, faster: false }],
  [
    'a gain within the noise',
    Array.from({ length: 20 }, () => [1, 0.98] as const),
    { before: 1, after: 0.98, faster: false },
  ],
  ['too few', Array.from({ length: 5 }, () => [2, 1] as const), { before: 2, after: 1, faster: false }],
  [
    'a gain in half of the pairs',
    Array.from({ length: 20 }, (_, i) => (i % 2 ? ([3, 1] as const) : ([1, 1.1] as const))),
    { before: 2, after: 1.05, faster: false },
  ],
])('tells a gain from noise: %s', (_, pairs, found) => {
  expect(compared(pairs)).toEqual(found);
});
