/** The location in the user's files that a call comes from, read from the stack. */

import type { Loc } from './diagnostic.ts';

// This file is ir/call-site.*, in the sources as in dist/, so its neighbours are Tapeout's own code.
const root = pathOf(new URL('..', import.meta.url).href);
const own = ['frontend', 'ir', 'passes'].map((folder) => `${root}${folder}/`);

/** The most frames between a public function and its caller; each layer nested in Sequential adds a few. */
const depth = 100;
const place = /((?:file|https?):\/\/.*?|[A-Za-z]:[\\/].*?|\/.*?):(\d+):(\d+)\)?$/;

/** The innermost frame of the stack outside Tapeout's code, or null if a function called `until` comes before it. */
export function callSite(until?: string): Loc | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return placeIn(stack, until);
}

/** True for packages between a user and Tapeout, such as a command line parser. */
const isPackage = (file: string): boolean => file.includes('/node_modules/');
const isOwn = (file: string): boolean => own.some((folder) => file.startsWith(folder));

/** The location that a line of a stack names, if it is one in a file. */
function frame(line: string): Loc | null {
  const [, url, row, col] = place.exec(line) ?? [];
  if (url === undefined || line.includes('<anonymous>:') || line.includes('node:internal/')) return null;
  return { file: pathOf(url), line: Number(row), col: Number(col) };
}

/** The same for the stack of an error. */
export function placeIn(stack: string, until?: string): Loc | null {
  for (const line of stack.split('\n')) {
    const loc = frame(line);
    if (!loc) continue;
    if (!isOwn(loc.file)) {
      if (isPackage(loc.file)) continue;
      return loc;
    }
    if (until !== undefined && line.includes(until)) return null;
  }
  return null;
}

/** The user's line in the stack of an error that their code threw, before the packages that it uses; `isOurs` if
 *  Tapeout's own code threw it. */
export function thrownAt(stack: string): { readonly loc: Loc | null; readonly isOurs: boolean } {
  let [first, package_]: (Loc | null)[] = [null, null];
  for (const line of stack.split('\n')) {
    const loc = /^\s+at /.test(line) ? frame(line) : null;
    if (!loc) continue;
    first ??= loc;
    if (isOwn(loc.file)) continue;
    if (!isPackage(loc.file)) return { loc, isOurs: isOwn(first.file) };
    package_ ??= loc;
  }
  return { loc: package_ ?? null, isOurs: first ? isOwn(first.file) : false };
}

/** A file path, from the form in which a stack or a module names it. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?');
  if (!path.startsWith('file://')) return path.replaceAll('\\', '/');
  return decodeURIComponent(path.slice('file://'.length)).replace(/^\/(?=[A-Za-z]:)/, '');
}
