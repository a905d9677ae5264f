/** Errors of the user's own code are the user's: their message, at their line, with the error itself as the cause. */

import { thrownAt } from '../ir/call-site.ts';
import { CompileError, CompilerBug, type Loc, type Note } from '../ir/diagnostic.ts';
import { hintFor } from './hints.ts';
import { showAny, userCode } from './model/trace.ts';

/** What code of the user's threw, as an error at its line; `loc` where its stack names none. What Tapeout throws by intent
 *  stays as it is, and what it throws by accident is a bug of its own. */
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

/** Calls code of the user's; what it throws is theirs, and happened `while` this was done. */
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

/** An error's parts, whatever it is: any of them may be missing, be no text, or throw. */
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
