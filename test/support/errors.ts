/** Errors that tests expect. */

import { CompileError } from '../../ir/diagnostic.ts';

/** What a text is refused with. */
export function parseError(f: () => unknown): CompileError {
  try {
    f();
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('the text was accepted');
}
