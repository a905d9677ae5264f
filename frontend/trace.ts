/** Where in the user's files a call comes from. Every node, parameter and error carries such a place. */

import { CompileError, type Loc, type Note } from '../ir/diagnostic.ts';
import { at, currentLoc, describe, type Value } from '../ir/graph.ts';

// This file is frontend/trace.*, in the sources and in dist/ alike: its neighbours are Tapeout's own code.
const root = pathOf(new URL('..', import.meta.url).href);
const own = ['frontend', 'ir', 'passes'].map((folder) => `${root}${folder}/`);

/** How many frames may lie between a public function and its caller: layers nested in Sequential each add a few. */
const depth = 100;
const place = /((?:file|https?):\/\/.*?|[A-Za-z]:[\\/].*?|\/.*?):(\d+):(\d+)\)?$/;

/** The innermost frame of the stack that is not Tapeout's own, or null where `userCode` lies before it. */
export function callSite(): Loc | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n')) {
    const [, url, row, col] = place.exec(line) ?? [];
    if (url === undefined || line.includes('<anonymous>:')) continue;
    const file = pathOf(url);
    if (!own.some((folder) => file.startsWith(folder))) return { file, line: Number(row), col: Number(col) };
    if (line.includes(userCode.name)) return null;
  }
  return null;
}

/** A file's path from the way a stack or a module names it. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?');
  if (!path.startsWith('file://')) return path.replaceAll('\\', '/');
  return decodeURIComponent(path.slice('file://'.length)).replace(/^\/(?=[A-Za-z]:)/, '');
}

let inside = false;
let fallback: Loc | null = null;

/** Runs the body of a public function: what it records and throws is at the place of its caller. Inside another public
 *  function that place stays: a loss made of ten ops is one line of the user's. */
export const withLoc = <T>(f: () => T): T => (inside ? f() : withLocAt(callSite() ?? fallback, f));

/** As `withLoc`, at a place that is known. */
export function withLocAt<T>(loc: Loc | null, f: () => T): T {
  const was = inside;
  inside = true;
  try {
    return at(loc, f);
  } finally {
    inside = was;
  }
}

/** Calls code of the user's, in which each public function finds its own place. `from` stands in where there is none: for
 *  layers that no line of the user's calls, because a Sequential is all of the model. */
export function userCode<T>(f: () => T, from: Loc | null = null): T {
  const was = [inside, fallback] as const;
  [inside, fallback] = [false, from];
  try {
    return at(from, f);
  } finally {
    [inside, fallback] = was;
  }
}

/** Calls a layer's `forward`, whose line is the user's; a layer that no line of the user's calls stands where it was made. */
export function inLayer<T>(madeAt: Loc | null, f: () => T): T {
  const was = fallback;
  fallback = madeAt ?? was;
  try {
    return f();
  } finally {
    fallback = was;
  }
}

/** An error at the user's line, to be thrown. */
export const userError = (
  code: string,
  problem: string,
  more: { notes?: readonly Note[]; help?: string | null } = {},
): CompileError => new CompileError(code, problem, { loc: currentLoc(), ...more });

/** What the values that an error involves are, and where they come from. */
export const involved = (values: Readonly<Record<string, Value>>): Note[] =>
  Object.entries(values).map(([name, v]) => ({ message: `${name}: ${describe(v)}`, loc: v.loc }));

/** Anything in a sentence, shortly. */
export function showAny(v: unknown): string {
  if (v === null || ['undefined', 'number', 'bigint', 'boolean'].includes(typeof v)) return String(v);
  if (typeof v === 'string') return `'${v}'`;
  if (Array.isArray(v)) return `[${v.map(showAny).join(', ')}]`;
  if (typeof v === 'symbol') return 'a symbol';
  const name = Object.getPrototypeOf(v)?.constructor?.name;
  if (name === 'Promise') return 'a promise';
  return typeof v === 'function' && name === 'Function'
    ? 'a function'
    : name && name !== 'Object'
      ? `a ${name}`
      : 'an object';
}
