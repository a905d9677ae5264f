/** A cache of texts between runs, under names made of all that they depend on. A damaged text counts as missing, and if nothing
 *  can be written, nothing is kept. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeWhole } from './whole-files.ts';

/** The maximum number of texts in a folder; the oldest are removed. */
const most = 64;

/** `near` is the folder whose nearest node_modules holds the cache. */
export function readCached(name: string, near: string): string | null {
  const text = attempt(() => readFileSync(fileOf(name, near), 'utf8'));
  if (text === null) return null;
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  return hash(body) === text.slice(0, end) ? body : null;
}

export function writeCached(name: string, near: string, body: string): void {
  const file = fileOf(name, near);
  attempt(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeWhole(file, `${hash(body)}\n${body}`);
    prune(dirname(file));
  });
}

function prune(folder: string): void {
  const names = readdirSync(folder).filter((name) => ending.test(name));
  if (names.length <= most) return;
  const age = (name: string): number => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const oldest = names.map((name) => [age(name), name] as const).sort(([a], [b]) => a - b);
  for (const [, name] of oldest.slice(0, names.length - most)) rmSync(join(folder, name), { force: true });
}

const ending = /^[0-9a-f]{32}\.txt$/;
const fileOf = (name: string, near: string): string => join(cacheFolder(near), `${hash(name)}.txt`);

/** The cache folder: in the nearest node_modules, as for other tools, or else in the user's cache folder. */
function cacheFolder(near: string): string {
  const { TAPEOUT_CACHE: told, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (told) return told;
  for (let above = near; ; above = dirname(above)) {
    const modules = join(above, 'node_modules');
    if (existsSync(modules)) return join(modules, '.cache', 'tapeout', 'texts');
    if (above === dirname(above)) break;
  }
  return join(xdg || local || join(homedir(), '.cache'), 'tapeout', 'texts');
}

/** The versions of Node, this package and its dependencies. */
export function versions(): string {
  const up = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
  return `${process.version} ${readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8')}`;
}

export const hash = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex').slice(0, 32);

export function attempt<T>(f: () => T): T | null {
  try {
    return f();
  } catch {
    return null;
  }
}
