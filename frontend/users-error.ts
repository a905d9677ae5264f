/** Reports errors of the user's own code at the user's line, with the original message and the error as the cause. */

import { thrownAt } from '../ir/call-site.ts';
import { CompileError, CompilerBug, type Loc, type Note } from '../ir/diagnostic.ts';
import { hintFor } from './hints.ts';
import { showAny, userCode } from './model/trace.ts';

/** An error of the user's code as a `CompileError` at its line, or at `loc` if its stack has none. Errors that Tapeout throws on
 *  purpose are unchanged; those that it throws by accident become a `CompilerBug`. */
export function usersError(thrown: unknown, loc: Loc | null, notes: readonly Note[] = [], pass = 'record'): Error {
  if (thrown instanceof CompileError || thrown instanceof CompilerBug) return thrown;
  const { name, message, stack } = partsOf(thrown);
  if (isEndless(name, message))
    return new CompileError('endless', 'the code of the model calls itself without end', {
      loc: thrownAt(stack).loc ?? loc,
      help: 'a forward that calls itself needs a condition that ends it, on numbers and not on tensors',
    });
  const place = thrownAt(stack);
  if (place.isOurs) return new CompilerBug(pass, message, null, { cause: thrown });
  const error = new CompileError(name, message, { loc: place.loc ?? loc, notes, help: helpOn(thrown, message) });
  error.cause = thrown;
  return error;
}

/** Calls the user's code; its errors are reported as the user's, `thrown while` the given activity. */
export function usersCode<T>(f: () => T, loc: Loc | null, during: string, pass = 'record'): T {
  try {
    return userCode(f, loc);
  } catch (e) {
    throw usersError(e, loc, [{ message: `thrown while ${during}` }], pass);
  }
}

const isEndless = (name: string, message: string): boolean => name === 'RangeError' && /call stack/.test(message);

function helpOn(thrown: unknown, message: string): string | null {
  if (!(thrown instanceof Error)) return 'throw an Error, which knows its line';
  return hintFor(message);
}

/** The name, message and stack of any thrown value: each may be missing, not a string, or throw when read. */
function partsOf(thrown: unknown): { readonly name: string; readonly message: string; readonly stack: string } {
  const part = (key: 'name' | 'message' | 'stack'): string => {
    try {
      const v = (thrown as Error)[key];
      return typeof v === 'string' ? v : '';
    } catch {
      return '';
    }
  };
  if (typeof thrown !== 'object' || thrown === null)
    return { name: 'thrown', message: `the model's code threw ${showAny(thrown)}`, stack: '' };
  const [name, message] = [part('name'), part('message')];
  return {
    name: /^[\w.-]{1,80}$/.test(name) ? name : 'thrown',
    message: message || `the model's code threw ${name || showAny(thrown)}`,
    stack: part('stack'),
  };
}
