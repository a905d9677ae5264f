/** Files are written whole or left unchanged. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { writeOut } from '../frontend/cli/text.ts';
import { commit, writeSet } from '../frontend/files/file-set.ts';
import { temporaryName } from '../frontend/files/leftovers.ts';
import { writeFiles } from '../frontend/files/output.ts';
import { writeWhole } from '../frontend/files/whole-files.ts';
import { build, dist } from './support/build.ts';
import { onWindows, unless } from './support/left-out.ts';

/** Free bytes on the disk. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeFileSync = (file: number | string, data: string): void => {
    const fits = data.slice(0, disk.left);
    disk.left -= fits.length;
    real.writeFileSync(file, fits);
    if (fits.length < data.length) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  return { ...real, writeFileSync };
});

beforeAll(build);
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'tapeout-whole-'));
});
afterEach(() => {
  disk.left = Number.POSITIVE_INFINITY;
  fs.rmSync(folder, { recursive: true });
});
const held = (): Record<string, string> =>
  Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(join(folder, name), 'utf8')]));

test('a disk that fills up half-way changes no file, and leaves nothing behind', () => {
  const old = { 'a.js': 'old a', 'b.wasm': 'old b' };
  writeFiles(folder, new Map(Object.entries(old)));
  expect(held()).toEqual(old);
  disk.left = 12;
  const renewed = new Map([
    ['a.js', 'the new a'],
    ['b.wasm', 'the new b'],
    ['c.json', 'the new c'],
  ]);
  expect(() => writeFiles(folder, renewed)).toThrow(
    /b\.wasm: cannot be written: the disk is full\. Name another folder/,
  );
  expect(held()).toEqual(old);
  expect(() => writeOut('a.js', 'the new a', { cwd: folder } as never)).toThrow(
    'a.js: cannot be written: the disk is full.',
  );
  expect(held()).toEqual(old);
  disk.left = 100;
  writeFiles(folder, renewed);
  expect(held()).toEqual(Object.fromEntries(renewed));
});

test('a file that cannot be written stops all others', () => {
  fs.mkdirSync(join(folder, 'b'));
  expect(() =>
    writeFiles(
      folder,
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ),
  ).toThrow(/b: cannot be written: there is a folder of this name/);
  expect(fs.readdirSync(folder)).toEqual(['b']);
});

test('a link stays a link, and a file keeps its mode', () => {
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  fs.writeFileSync(file, 'old');
  fs.chmodSync(file, 0o640);
  fs.symlinkSync(file, link);
  writeWhole(link, 'new');
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777]).toEqual(['new', 0o640]);
});

test.skipIf(onWindows)(unless(onWindows, 'devices and pipes are written to directly'), () => {
  writeWhole('/dev/null', 'gone');
  expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
});

const setOf = (text: string, ...names: string[]) => new Map(names.map((name) => [name, `${text} ${name}`]));

test('a set committed but not yet moved is moved by the next writer, or by two at once', () => {
  fs.mkdirSync(join(folder, '.tapeout-commit'));
  fs.writeFileSync(join(folder, '.tapeout-commit/b'), 'decided b');
  writeSet(folder, setOf('new', 'a'));
  expect(held()).toEqual({ a: 'new a', b: 'decided b' });

  // A writer overtaken between two renames: another one finishes its set and commits the next.
  const staged = join(folder, '.staged');
  fs.mkdirSync(staged);
  for (const name of ['a', 'b', 'c']) fs.writeFileSync(join(staged, name), `first ${name}`);
  let renames = 0;
  const renameSync: typeof fs.renameSync = (from, to) => {
    fs.renameSync(from, to);
    if (++renames === 2) writeSet(folder, setOf('second', 'a', 'b', 'c', 'd'));
  };
  commit({ ...fs, renameSync }, path, folder, staged);
  expect(held()).toEqual(Object.fromEntries(setOf('second', 'a', 'b', 'c', 'd')));
});

test('leftovers of dead processes are removed, and nothing else', () => {
  const gone = spawnSync(process.execPath, [
    '--input-type=module',
    '-e',
    `import { mkdirSync, writeFileSync } from 'node:fs';
    const { temporaryName } = await import(process.argv[1] + 'frontend/files/leftovers.js');
    mkdirSync(process.argv[2] + '/' + temporaryName('.tapeout-new-'));
    writeFileSync(process.argv[2] + '/' + temporaryName('.a.tapeout-'), '');`,
    dist,
    folder,
  ]);
  expect(String(gone.stderr)).toBe('');
  const own = temporaryName('.tapeout-new-');
  const others = { [own]: '', '.a.tapeout-notes': '', '.env': '', '.a.123.tmp': '' };
  for (const name of Object.keys(others)) fs.writeFileSync(join(folder, name), '');
  expect(fs.readdirSync(folder)).toHaveLength(6);
  writeSet(folder, setOf('new', 'b'));
  writeWhole(join(folder, 'a'), 'new a');
  expect(held()).toEqual({ ...others, a: 'new a', b: 'new b' });
});

test('the old set is removed with its checksums, unless somebody changed it', () => {
  const sums = (text: string, ...names: string[]): string =>
    names.map((name) => `${createHash('sha256').update(`${text} ${name}`).digest('hex')}  ${name}\n`).join('');
  writeSet(folder, new Map([...setOf('old', 'a', 'b', 'c'), ['SHA256SUMS', sums('old', 'a', 'b', 'c')]]));
  fs.writeFileSync(join(folder, 'c'), 'mine');
  writeSet(folder, new Map([...setOf('new', 'a'), ['SHA256SUMS', sums('new', 'a')]]));
  expect(held()).toEqual({ a: 'new a', c: 'mine', SHA256SUMS: sums('new', 'a') });
});

test.skipIf(onWindows)(unless(onWindows, 'a link to a folder, and links in it, stay links'), () => {
  fs.mkdirSync(join(folder, 'real'));
  fs.symlinkSync(join(folder, 'real'), join(folder, 'link'));
  fs.writeFileSync(join(folder, 'far'), 'old');
  fs.symlinkSync(join(folder, 'far'), join(folder, 'real/a'));
  writeFiles(join(folder, 'link'), setOf('new', 'a', 'b'));
  expect(fs.lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(fs.lstatSync(join(folder, 'real/a')).isSymbolicLink()).toBe(true);
  expect(fs.readFileSync(join(folder, 'far'), 'utf8')).toBe('new a');
  expect(fs.readdirSync(join(folder, 'real'))).toEqual(['a', 'b']);
});
