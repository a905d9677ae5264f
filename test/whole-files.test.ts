/** What is written is whole, or as it was. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeOut } from '../frontend/cli/text.ts';
import { writeFiles } from '../frontend/output.ts';
import { writeWhole } from '../frontend/whole-files.ts';
import { onWindows, unless } from './support/left-out.ts';

/** Bytes that the disk has left. */
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

test('a full disk in the middle changes no file, and leaves nothing behind', () => {
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

test('a file that cannot be there stops all others', () => {
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

test('a link stays one, and a file keeps its mode', () => {
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  fs.writeFileSync(file, 'old');
  fs.chmodSync(file, 0o640);
  fs.symlinkSync(file, link);
  writeWhole([[link, 'new']]);
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777]).toEqual(['new', 0o640]);
});

test.skipIf(onWindows)(unless(onWindows, 'what is no file is written to as it is'), () => {
  writeWhole([['/dev/null', 'gone']]);
  expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
});
