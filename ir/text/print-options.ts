/** Shared by all text forms: the version, the line width, and the form of locations in the user's files. */

import type { Loc } from '../diagnostic.ts';

/** The first line of a file that holds IR. */
export const versionLine = 'tapeout ir 1';

/** A list that would exceed this line width gets a line per member. */
export const width = 120;

/** Options for printing graphs, kernels and programs. */
export interface PrintOptions {
  /** The folder that locations are relative to. A location outside it is printed with only its file name, so that no
   *  text has an absolute path. */
  readonly root?: string;
  /** Print locations; true by default. */
  readonly places?: boolean;
  /** The name of the text that was parsed, whose own locations are not printed. */
  readonly text?: string;
}

/** True if a location is to be printed. */
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

/** Each location once, in order, with a file name once for consecutive locations in it, in lines of limited width. */
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

/** Adds the comments at the ends of lines, in one column as far as the line width allows. */
export function withComments(lines: readonly (readonly [text: string, comment: string | null])[]): string[] {
  const noted = lines.filter(([, comment]) => comment !== null);
  const column = Math.min(width, Math.max(0, ...noted.map(([text]) => text.length)));
  return lines.map(([text, comment]) => (comment === null ? text : `${text.padEnd(column)}  ; ${comment}`));
}

/** Rows of a table; columns in `right` are right-aligned. */
export function table(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => (r[c] as string).length)));
  return rows.map((r) =>
    r
      .map((cell, c) => (right.has(c) ? cell.padStart(widths[c] as number) : cell.padEnd(widths[c] as number)))
      .join('  ')
      .trimEnd(),
  );
}
