/** Programs that were type-checked before are not checked again until something changes that they depend on. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkedProgram } from '../frontend/source/checked.ts';
import * as typescript from '../frontend/source/typescript.ts';
import { folderOf } from './support/cli.ts';

vi.mock('../frontend/source/typescript.ts', { spy: true });
const before = process.env.TAPEOUT_CACHE;
let cache: string;
beforeEach(() => {
  cache = folderOf();
  process.env.TAPEOUT_CACHE = cache;
});
afterEach(() => {
  process.env.TAPEOUT_CACHE = before;
});

const files = {
  'net.ts': "import { n } from './part';\nexport const m: number = n;\n",
  'part.ts': 'export const n: number = 1;\n',
};
const check = (folder: string) => checkedProgram(join(folder, 'net.ts'), { packages: {}, foreign: [] });
/** Number of calls into TypeScript since the last check. */
const reads = (): number => {
  const { calls } = vi.mocked(typescript.readUserProgram).mock;
  const n = calls.length;
  vi.mocked(typescript.readUserProgram).mockClear();
  return n;
};

test('results come from the cache, in another folder too, but not where a file changed, appeared or was damaged', async () => {
  const folder = folderOf(files);
  const first = await check(folder);
  expect([first.problems, first.files.map(({ path }) => path)]).toEqual([
    [],
    [join(folder, 'net.ts'), join(folder, 'part.ts')],
  ]);
  expect([await check(folder), reads()]).toEqual([first, 1]);
  const other = folderOf(files);
  expect((await check(other)).files[1]).toMatchObject({ path: join(other, 'part.ts') });
  expect(reads()).toBe(0);

  writeFileSync(join(folder, 'part.ts'), "export const n: string = '';\n");
  expect([(await check(folder)).problems.map(({ code }) => code), reads()]).toEqual([['TS2322'], 1]);
  // A folder that the check looked for now exists.
  const types = join(other, 'node_modules/@types/node');
  mkdirSync(types, { recursive: true });
  writeFileSync(join(types, 'index.d.ts'), '');
  expect([(await check(other)).problems, reads()]).toEqual([[], 1]);

  const [name = ''] = readdirSync(cache);
  const kept = readFileSync(join(cache, name), 'utf8');
  expect([(await check(other)).problems, reads()]).toEqual([[], 0]);
  for (const damaged of [kept.replace('export', 'expart'), kept.slice(0, 100), '']) {
    writeFileSync(join(cache, name), damaged);
    expect([(await check(other)).problems, reads()]).toEqual([[], 1]);
    expect(readFileSync(join(cache, name), 'utf8')).toBe(kept);
  }
});

test('programs are checked each time where nothing can be cached', async () => {
  process.env.TAPEOUT_CACHE = join(folderOf({ file: '' }), 'file');
  const folder = folderOf(files);
  await check(folder);
  expect([(await check(folder)).problems, reads()]).toEqual([[], 2]);
});

test('declarations of packages are read again if they changed since the last check', async () => {
  const folder = folderOf({ 'net.ts': "import { n } from 'part';\nexport const m: number = n;\n" });
  const part = join(folder, 'part.d.ts');
  const codes = async (declared: string): Promise<string[]> => {
    writeFileSync(part, declared);
    const { problems } = await checkedProgram(join(folder, 'net.ts'), { packages: { part }, foreign: [] });
    return problems.map(({ code }) => code);
  };
  expect(await codes('export declare const n: number;\n')).toEqual([]);
  expect(await codes('export declare const n: string;\n')).toEqual(['TS2322']);
  expect(await codes('export declare const k: number;\n')).toEqual(['TS2305']);
  expect(await codes('export declare const n: number;\n')).toEqual([]);
});
