/** Files that are there whole, or as they were: a crash or a full disk in the middle leaves no half of one, and no new file
 *  beside old ones. */
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

/** A file that could not be written. */
export class WriteError extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written`, { cause });
    this.path = path;
  }
}

/** Writes all of these files under other names beside them, and then renames all. Throws WriteError, with nothing changed as long
 *  as it is not a rename that fails. */
export function writeWhole(files: Iterable<readonly [path: string, contents: string | Uint8Array]>): void {
  const staged: Staged[] = [];
  const each = (path: string, act: () => void): void => {
    try {
      act();
    } catch (cause) {
      for (const { temporary } of staged) rmSync(temporary, { force: true });
      throw new WriteError(path, cause);
    }
  };
  for (const [path, contents] of files) each(path, () => stage(path, contents, staged));
  for (const { path, temporary, target } of staged) each(path, () => renameSync(temporary, target));
}

interface Staged {
  readonly path: string;
  readonly temporary: string;
  readonly target: string;
}

function stage(path: string, contents: string | Uint8Array, staged: Staged[]): void {
  const there = statSync(path, { throwIfNoEntry: false });
  // A pipe or a device has no name to take over, and a folder is refused here.
  if (there && !there.isFile()) return writeFileSync(path, contents);
  // A rename would ask for the folder's permission alone.
  if (there) accessSync(path, constants.W_OK);
  const target = there ? realpathSync(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = openSync(temporary, 'w');
  staged.push({ path, temporary, target });
  try {
    if (there) fchmodSync(file, there.mode);
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
