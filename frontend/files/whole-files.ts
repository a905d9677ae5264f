/** Atomic writes of single files: after a crash or on a full disk, a file is complete or unchanged. */
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

/** Writes a file under another name beside it, then renames it. Throws WriteError, with nothing changed. */
export function writeWhole(path: string, contents: string | Uint8Array): void {
  let temporary: string | null = null;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    // A pipe or a device must be written itself; for a folder, this throws.
    if (there && !there.isFile()) return writeFileSync(path, contents);
    // A rename would only check the folder's permission.
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

/** Writes a file, and returns when it is on the disk. */
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

/** Flushes a folder's names to the disk, where the system supports it. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // Windows cannot open folders, and some network file systems cannot sync them.
  }
}
