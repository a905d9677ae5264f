/** Files that belong together, written into a folder as a set: the whole old one or the whole new one, whenever this process is
 *  killed and whoever else writes there. Other files in the folder stay as they are.
 *
 *  The new files are written into a folder of their own inside the target. Renaming that to `.tapeout-commit` decides: one
 *  rename, which only one writer can do at a time. What is in `.tapeout-commit` is then moved to its place. Whoever finds such
 *  a folder, left by a process that died or still at work, moves the rest, so that nobody waits for anybody. */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Files } from '../../codegen/checksums.ts';
import { removeLeftovers, temporaryName } from './leftovers.ts';
import { syncFolder, WriteError, writeSynced } from './whole-files.ts';

const stagingPrefix = '.tapeout-new-';

/** Puts the files into a folder that is there. Throws WriteError, with the old set in place, if one of them cannot be written. */
export function writeSet(folder: string, files: Files): void {
  const target = fs.realpathSync(folder);
  at(folder, () => commit(fs, path, target, null));
  removeLeftovers(target, [stagingPrefix]);
  const before = checksumsIn(target);
  const staged = path.join(target, temporaryName(stagingPrefix));
  try {
    at(folder, () => fs.mkdirSync(staged));
    for (const [name, contents] of files)
      at(path.join(folder, name), () => {
        const mode = modeOf(path.join(target, name));
        writeSynced(path.join(staged, name), contents, mode);
      });
    if (files.size === 0) return;
    syncFolder(staged);
    at(folder, () => commitApart(target, staged));
    removeOutdated(target, before, files);
  } finally {
    fs.rmSync(staged, { recursive: true, force: true });
  }
}

/** Removes what the old set's checksums list and the new set has not, unless somebody changed it or writes here too. */
function removeOutdated(folder: string, before: ReadonlyMap<string, string>, files: Files): void {
  if (!files.has(checksums) || fs.readdirSync(folder).some((name) => name.startsWith(stagingPrefix))) return;
  for (const [name, hash] of before) {
    const file = path.join(folder, name);
    if (!files.has(name) && hashOf(file) === hash) fs.rmSync(file, { force: true });
  }
}

const checksums = 'SHA256SUMS';

function checksumsIn(folder: string): Map<string, string> {
  const file = path.join(folder, checksums);
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  return new Map([...text.matchAll(/^([0-9a-f]{64}) {2}([\w.-]+)$/gm)].map(([, hash, name]) => [name!, hash!]));
}

const hashOf = (file: string): string | null =>
  fs.lstatSync(file, { throwIfNoEntry: false })?.isFile()
    ? createHash('sha256').update(fs.readFileSync(file)).digest('hex')
    : null;

function at(file: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    const { path: named } = cause as { path?: unknown };
    throw new WriteError(
      typeof named === 'string' && !path.basename(named).startsWith('.tapeout') ? named : file,
      cause,
    );
  }
}

/** The mode of a file that may be replaced; undefined where there is none. Throws if it may not be, as a rename would not. */
function modeOf(file: string): number | undefined {
  const there = fs.statSync(file, { throwIfNoEntry: false });
  if (!there) return undefined;
  if (there.isDirectory()) throw Object.assign(new Error('this is a folder'), { code: 'EISDIR', path: file });
  fs.accessSync(file, fs.constants.W_OK);
  return there.mode;
}

/** By a process of its own, which goes on if this one is killed between two renames, and does not begin if it was killed before.
 *  Here where there can be no such process. */
function commitApart(folder: string, staged: string): void {
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Detached, it is in no process group that is killed as one; Node's types do not have that here. As it holds the output,
  // whoever waits for the end of this process's output finds a whole set.
  const options: SpawnSyncOptions & { readonly detached: true } = {
    detached: true,
    windowsHide: true,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  };
  const child = spawnSync(process.execPath, ['-e', commitScript, folder, staged, String(process.pid)], options);
  if (child.status === 0) return;
  // It could not be started, or it fails here in the same way.
  commit(fs, path, folder, fs.existsSync(staged) ? staged : null);
}

/** Makes `staged` the folder's set, and whatever set was decided before it; with null only the latter. It uses nothing but its
 *  arguments, as its text is run by itself too. */
export function commit(
  { renameSync, readdirSync, rmdirSync, existsSync, lstatSync, realpathSync, copyFileSync, rmSync, ...more }: typeof fs,
  { join }: typeof path,
  folder: string,
  staged: string | null,
): void {
  const decided = join(folder, '.tapeout-commit');
  const isWindows = process.platform === 'win32';
  const isOneOf = (error: unknown, ...codes: string[]): boolean => codes.includes((error as { code: string }).code);
  const pause = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  const patience = Date.now() + 10_000;
  // On Windows a file that somebody reads cannot be replaced.
  const isBusy = (error: unknown): boolean =>
    isWindows && isOneOf(error, 'EPERM', 'EACCES', 'EBUSY') && Date.now() < patience;

  /** What is to be done for a set, so that there is little between the first move and the last. A link stays one. A file that is
   *  open is freed when it is closed: on ext4 a rename over another file takes milliseconds, nearly all of them for that. */
  const prepared = (set: string): { from: string; to: string; held: number | null }[] =>
    readdirSync(set).map((name) => {
      const to = join(folder, name);
      const there = lstatSync(to, { throwIfNoEntry: false });
      const isLink = there?.isSymbolicLink() && existsSync(to);
      return {
        from: join(decided, name),
        to: isLink ? realpathSync(to) : to,
        held: there?.isFile() && !isWindows ? opened(to) : null,
      };
    });
  const opened = (file: string): number | null => {
    try {
      return more.openSync(file, 'r');
    } catch {
      return null;
    }
  };
  const move = (from: string, to: string): void => {
    for (;;) {
      try {
        return renameSync(from, to);
      } catch (error) {
        // Another process has moved it.
        if (!existsSync(from)) return;
        if (isOneOf(error, 'EXDEV')) {
          const beside = `${to}.tapeout-commit`;
          copyFileSync(from, beside);
          renameSync(beside, to);
          return rmSync(from, { force: true });
        }
        if (!isBusy(error)) throw error;
        pause();
      }
    }
  };
  const finish = (moves: ReturnType<typeof prepared>): void => {
    try {
      for (const { from, to } of moves) move(from, to);
      rmdirSync(decided);
    } catch (error) {
      // Another process has finished, or decided the next set.
      if (!isOneOf(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    } finally {
      for (const { held } of moves) if (held !== null) more.closeSync(held);
    }
  };
  const finishOther = (): void => {
    let moves: ReturnType<typeof prepared> = [];
    try {
      moves = prepared(decided);
    } catch (error) {
      if (isOneOf(error, 'ENOENT')) return;
      throw error;
    }
    finish(moves);
  };

  if (staged === null) return finishOther();
  const moves = prepared(staged);
  for (;;) {
    try {
      renameSync(staged, decided);
      return finish(moves);
    } catch (error) {
      const another = isOneOf(error, 'ENOTEMPTY', 'EEXIST') || isBusy(error);
      if (!another || Date.now() > patience) throw error;
      finishOther();
    }
  }
}

const commitScript = `
const [folder, staged, parent] = process.argv.slice(1);
const isOrphan = process.platform !== 'win32' && process.ppid !== Number(parent);
if (isOrphan) process.exit(1);
(${String(commit)})(require('node:fs'), require('node:path'), folder, staged);
`;
