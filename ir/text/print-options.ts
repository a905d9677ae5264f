/** What every text form shares: its version, its width, and how it names places in the user's files. */

import type { Loc } from '../diagnostic.ts';

/** The first line of a file that holds IR. */
export const versionLine = 'tapeout ir 1';

/** Lists that would make a line longer than this take a line for each member. */
export const width = 120;

/** How graphs, kernels and programs are printed. */
export interface PrintOptions {
  /** The folder that places in files are told relative to. What lies outside of it is told by file name alone: no text
   *  holds an absolute path. */
  readonly root?: string;
  /** Whether to tell places at all; true unless told. */
  readonly places?: boolean;
  /** A text that was read: places in it are not told again, as they are the text's own. */
  readonly text?: string;
}

/** Whether a place is to be told. */
export const tells = (loc: Loc, { places = true, text }: PrintOptions): boolean => places && loc.file !== text;

/** `lenet.ts:21:25`. */
export function showPlace(loc: Loc, { root = '' }: PrintOptions): string {
  const [file, base] = [loc.file, root].map((p) => p.replaceAll('\\', '/'));
  const folder = base?.replace(/\/*$/, '/') ?? '/';
  const path = file as string;
  const absolute = /^(\/|[A-Za-z]:|\w+:\/\/)/.test(path);
  const shown =
    path.startsWith(folder) && folder !== '/'
      ? path.slice(folder.length)
      : absolute
        ? path.slice(path.lastIndexOf('/') + 1)
        : path;
  return `${shown}:${loc.line}:${loc.col}`;
}

/** Each place once, in order, a file's name once for the places that follow each other in it, in lines that are not overlong. */
export function showPlaces(locs: readonly Loc[], options: PrintOptions): string[] {
  const lines: string[] = [];
  let file = '';
  for (const place of new Set(locs.map((l) => showPlace(l, options)))) {
    const [, path, spot] = /^(.*):(\d+:\d+)$/.exec(place) as unknown as [string, string, string];
    const text = path === file ? spot : place;
    file = path;
    const line = lines.at(-1);
    if (line === undefined || line.length + text.length > width - 10) lines.push(text);
    else lines[lines.length - 1] = `${line}, ${text}`;
  }
  return lines;
}

/** Puts a comment behind each line that has one, all in a column, as far as lines are not overlong. */
export function withComments(lines: readonly (readonly [text: string, comment: string | null])[]): string[] {
  const noted = lines.filter(([, comment]) => comment !== null);
  const column = Math.min(width, Math.max(0, ...noted.map(([text]) => text.length)));
  return lines.map(([text, comment]) => (comment === null ? text : `${text.padEnd(column)}  ; ${comment}`));
}

/** Rows of text under each other; columns named in `right` are aligned on their right. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => (r[c] as string).length)));
  return rows.map((r) =>
    r
      .map((cell, c) => (right.has(c) ? cell.padStart(widths[c] as number) : cell.padEnd(widths[c] as number)))
      .join('  ')
      .trimEnd(),
  );
}
