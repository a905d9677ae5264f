/** Types are checked on their own thread while the model is compiled: type errors still come first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderOf, modelFile, program } from '../support/cli.ts';

const before = process.env.TAPEOUT_CACHE;
beforeAll(() => {
  process.env.TAPEOUT_CACHE = folderOf();
});
afterAll(() => {
  if (before === undefined) delete process.env.TAPEOUT_CACHE;
  else process.env.TAPEOUT_CACHE = before;
});

const wrong = "const n: number = 'x';\n";
const timeout = 240_000;

describe('a program whose types are being checked', { timeout }, () => {
  test('is compiled to the same files as one whose types were checked before', async () => {
    const cwd = folderOf({ 'net.ts': modelFile() });
    for (const out of ['cold', 'warm']) {
      const { code, stderr } = await program(['compile', 'net.ts', '-o', out], { cwd });
      expect([code, stderr]).toEqual([0, '']);
    }
    const [cold, warm] = ['cold', 'warm'].map((out) => readFileSync(join(cwd, out, 'SHA256SUMS'), 'utf8'));
    expect(cold).toBe(warm);
    expect(readdirSync(process.env.TAPEOUT_CACHE as string)).toHaveLength(1);
  });

  test.each<[string, string, readonly string[]]>([
    ['compiles well', wrong + modelFile(), ['compile', 'net.ts', '-o', 'out']],
    ['throws', `${wrong}throw new Error('first');\n`, ['compile', 'net.ts', '-o', 'out']],
    ['cannot be compiled as requested', wrong + modelFile(), ['compile', 'net.ts', '--print-after', 'nothing']],
    ['is printed on the way', wrong + modelFile(), ['compile', 'net.ts', '--print-after', 'fuse', '-o', 'out']],
    ['cannot be trained', `${wrong}${modelFile().replace(/ {2}loss: .*\n/, '')}`, ['train', 'net.ts', '-o', 'out']],
  ])('reports type errors first where it %s', async (_, text, argv) => {
    const cwd = folderOf({ 'net.ts': text });
    const { code, stdout, stderr } = await program(argv, { cwd });
    expect(stderr).toMatch(
      /^error\[TS2322\]: Type 'string' is not assignable to type 'number'\.\n {2}--> net\.ts:1:7\n/,
    );
    expect(stderr).toMatch(/\nfound 1 error\n$/);
    expect([code, stdout, existsSync(join(cwd, 'out'))]).toEqual([1, '', false]);
    expect(readdirSync(cwd)).toEqual(['net.ts']);
  });
});
