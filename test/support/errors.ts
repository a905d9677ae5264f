/** Errors that tests expect. */

import { CompileError } from '../../ir/diagnostic.ts';

/** The error with which a text is refused. */
export function parseError(f: () => unknown): CompileError {
  try {
    f();
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('the text was accepted');
}
