/** Files that are there whole, or as they were: a crash or a full disk in the middle leaves no half of one. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeLeftovers, temporaryName } from './leftovers.ts';

/** A file that could not be written. */
export class WriteError extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written`, { cause });
    this.path = path;
  }
}

/** Writes a file under another name beside it, and renames that. Throws WriteError, with nothing changed. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  let temporary: string | null = null;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    // A pipe or a device has no name to take over, and a folder is refused here.
    if (there && !there.isFile()) return writeFileSync(path, contents);
    // A rename would ask for the folder's permission alone.
    if (there) accessSync(path, constants.W_OK);
    const target = there ? realpathSync(path) : path;
    const prefix = `.${basename(target)}.tapeout-`;
    removeLeftovers(dirname(target), [prefix]);
    temporary = join(dirname(target), temporaryName(prefix));
    writeSynced(temporary, contents, there?.mode);
    renameSync(temporary, target);
    syncFolder(dirname(target));
  } catch (cause) {
    if (temporary) rmSync(temporary, { force: true });
    throw new WriteError(path, cause);
  }
}

/** A file that is on the disk, and not only on its way there, when this returns. */
export function writeSynced(path: string, contents: string | Uint8Array, mode: number | undefined): void {
  const file = openSync(path, 'w');
  try {
    if (mode !== undefined) fchmodSync(file, mode);
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Has the names in a folder reach the disk, on systems that can. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Windows opens no folders, and some network file systems sync none.
  }
}
