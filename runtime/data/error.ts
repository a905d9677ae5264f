/** Data that cannot be used: which file, what is wrong with it, what was expected and what to try.
 *  The message is for the user as it is; the CLI prints it without a stack. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** An error that says why `path` cannot be read. `hint` is a sentence on what to try. */
export function unreadable(path: string, error: unknown, hint: string): DataError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reasons: Record<string, string> = {
    ENOENT: 'it does not exist',
    EACCES: 'you may not read it',
    EISDIR: 'it is a folder, not a file',
    ENOTDIR: 'it is a file, not a folder',
  };
  return new DataError(`${path}: cannot be read: ${reasons[code] ?? (error as Error).message}. ${hint}`);
}
