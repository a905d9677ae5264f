/** Replaces a set of files in a folder atomically: the folder has the whole old set or the whole new one, even if this process is
 *  killed or others write there. Other files in the folder are not touched.
 *
 *  The new files are written into a subfolder of the target. Renaming that to `.tapeout-commit` commits the set; only one writer
 *  can do so at a time. The files in `.tapeout-commit` are then moved to their places. A writer that finds such a folder, of a
 *  process that died or is still at work, moves the remaining files itself, so that no writer waits for another. */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Files } from '../../codegen/checksums.ts';
import { removeLeftovers, temporaryName } from './leftovers.ts';
import { syncFolder, WriteError, writeSynced } from './whole-files.ts';

const stagingPrefix = '.tapeout-new-';

/** Writes the files into an existing folder. Throws WriteError, with the old set in place, if one of them cannot be written. */
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

/** Removes files that are in the old set's checksums but not in the new set, unless they were changed or others are writing here. */
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

/** The mode of a file to be replaced; undefined if there is none. Throws if it is not writable, which a rename would ignore. */
function modeOf(file: string): number | undefined {
  const there = fs.statSync(file, { throwIfNoEntry: false });
  if (!there) return undefined;
  if (there.isDirectory()) throw Object.assign(new Error('this is a folder'), { code: 'EISDIR', path: file });
  fs.accessSync(file, fs.constants.W_OK);
  return there.mode;
}

/** Commits in another process, which finishes even if this one is killed between two renames, and does not start if this one was
 *  killed before. If no process can be started, commits in this one. */
function commitApart(folder: string, staged: string): void {
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Detached, it is not killed with this process's group; Node's types lack the option here. It inherits the output, so that
  // whoever waits for the end of this process's output finds a whole set.
  const options: SpawnSyncOptions & { readonly detached: true } = {
    detached: true,
    windowsHide: true,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  };
  const child = spawnSync(process.execPath, ['-e', commitScript, folder, staged, String(process.pid)], options);
  if (child.status === 0) return;
  // It could not be started; if it failed for another reason, this fails in the same way.
  commit(fs, path, folder, fs.existsSync(staged) ? staged : null);
}

/** Finishes any set that was committed before, then commits `staged` unless it is null. Uses nothing but its arguments, because its
 *  source is also run on its own. */
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
  // On Windows, a file that is being read cannot be replaced.
  const isBusy = (error: unknown): boolean =>
    isWindows && isOneOf(error, 'EPERM', 'EACCES', 'EBUSY') && Date.now() < patience;

  /** The moves for a set, prepared so that little time passes between the first and the last. Links stay links. The old files are
   *  held open and freed on closing: on ext4, a rename over a file takes milliseconds, nearly all of them to free it. */
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
        // Another process moved it.
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
      // Another process finished the set, or committed the next one.
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
