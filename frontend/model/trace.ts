/** The location in the user's files that a call comes from. Every node, parameter and error carries one. */

import { callSite as siteOf } from '../../ir/call-site.ts';
import { CompileError, type Loc, type Note } from '../../ir/diagnostic.ts';
import { at, currentLoc, currentWord, describe, type Value } from '../../ir/graph.ts';

/** The user's line, or null if `userCode` comes before it on the stack. */
export const callSite = (): Loc | null => siteOf(userCode.name);

let inside = false;
let fallback: Loc | null = null;

/** Runs the body of a public function, named `word` in messages: nodes and errors get its caller's location. Inside another
 *  public function both stay as they are: a loss made of ten ops is one line of the user's. */
export const withLoc = <T>(f: () => T, word: string | null = null): T =>
  inside ? f() : withLocAt(callSite() ?? fallback, f, word);

/** As `withLoc`, but the caller's location is found for errors alone: the nodes have none. */
export function withLateLoc<T>(f: () => T, word: string): T {
  if (inside) return f();
  inside = true;
  try {
    return at(null, f, word);
  } catch (e) {
    throw e instanceof CompileError ? e.at(callSite() ?? fallback) : e;
  } finally {
    inside = false;
  }
}

/** As `withLoc`, at a given location. */
export function withLocAt<T>(loc: Loc | null, f: () => T, word: string | null = null): T {
  const was = inside;
  inside = true;
  try {
    return at(loc, f, word);
  } finally {
    inside = was;
  }
}

/** True inside a public function: calls made there do not come from the user. */
export const isInside = (): boolean => inside;

/** The name of the function that the user called, with which messages begin. */
export const called = (): string => currentWord() ?? 'this call';

/** Calls the user's code, in which each public function finds its own location. `from` is used if it finds none, as for layers
 *  that no line of the user's calls, when the whole model is a Sequential. */
export function userCode<T>(f: () => T, from: Loc | null = null): T {
  const was = [inside, fallback] as const;
  [inside, fallback] = [false, from];
  try {
    return at(from, f, null);
  } finally {
    [inside, fallback] = was;
  }
}

/** Calls a layer's `forward`. If no line of the user's calls it, its location is where it was made. */
export function inLayer<T>(madeAt: Loc | null, f: () => T): T {
  const was = fallback;
  fallback = madeAt ?? was;
  try {
    return f();
  } finally {
    fallback = was;
  }
}

/** An error at the user's line, for the caller to throw. */
export const userError = (
  code: string,
  problem: string,
  more: { notes?: readonly Note[]; help?: string | null } = {},
): CompileError => new CompileError(code, problem, { loc: currentLoc(), ...more });

/** Notes on the values that an error involves: what they are, and where they come from. */
export const involved = (values: Readonly<Record<string, Value>>): Note[] =>
  Object.entries(values).map(([name, v]) => ({ message: `${name}: ${describe(v)}`, loc: v.loc }));

/** A short text for any value. Never throws. */
export function showAny(v: unknown, depth = 0): string {
  if (v === null || ['undefined', 'number', 'bigint', 'boolean'].includes(typeof v)) return String(v);
  if (typeof v === 'string') return v.length <= longestText ? `'${v}'` : `'${v.slice(0, longestText)}…'`;
  if (typeof v === 'symbol') return 'a symbol';
  try {
    if (Array.isArray(v)) return showList(v, depth);
    const name = Object.getPrototypeOf(v)?.constructor?.name;
    if (name === 'Promise') return 'a promise';
    if (typeof v === 'function' && name === 'Function') return isClass(v) ? `the class ${v.name}` : 'a function';
    return name && name !== 'Object' ? `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}` : 'an object';
  } catch {
    return 'an object';
  }
}

/** True for a class, whether or not it is callable without `new`. */
export const isClass = (f: object & { readonly prototype?: object | null }): boolean =>
  /^class\b/.test(String(f)) ||
  (typeof f.prototype === 'object' && f.prototype !== null && Object.getPrototypeOf(f.prototype) !== Object.prototype);

function showList(list: readonly unknown[], depth: number): string {
  if (depth >= deepestList) return '[…]';
  const shown = Array.from({ length: Math.min(list.length, longestList) }, (_, i) =>
    i in list ? showAny(list[i], depth + 1) : 'an empty place',
  );
  return `[${[...shown, ...(list.length > longestList ? ['…'] : [])].join(', ')}]`;
}

const [longestText, longestList, deepestList] = [200, 16, 3];
