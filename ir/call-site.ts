/** Where in the user's files a call comes from, read off the stack. */

import type { Loc } from './diagnostic.ts';

// This file is ir/call-site.*, in the sources and in dist/ alike: its neighbours are Tapeout's own code.
const root = pathOf(new URL('..', import.meta.url).href);
const own = ['frontend', 'ir', 'passes'].map((folder) => `${root}${folder}/`);

/** How many frames may lie between a public function and its caller: layers nested in Sequential each add a few. */
const depth = 100;
const place = /((?:file|https?):\/\/.*?|[A-Za-z]:[\\/].*?|\/.*?):(\d+):(\d+)\)?$/;

/** The innermost frame of the stack that is not Tapeout's own, or null where a function called `until` lies before it. */
export function callSite(until?: string): Loc | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return placeIn(stack, until);
}

/** The same of a stack that an error has. */
export function placeIn(stack: string, until?: string): Loc | null {
  for (const line of stack.split('\n')) {
    const [, url, row, col] = place.exec(line) ?? [];
    if (url === undefined || line.includes('<anonymous>:') || line.includes('node:internal/')) continue;
    const file = pathOf(url);
    if (!own.some((folder) => file.startsWith(folder))) return { file, line: Number(row), col: Number(col) };
    if (until !== undefined && line.includes(until)) return null;
  }
  return null;
}

/** A file's path from the way a stack or a module names it. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?');
  if (!path.startsWith('file://')) return path.replaceAll('\\', '/');
  return decodeURIComponent(path.slice('file://'.length)).replace(/^\/(?=[A-Za-z]:)/, '');
}
