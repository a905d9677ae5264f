/** Text tables. */

export type Cell = string | number | null;

/** Rows as lines, with the first column left-aligned and the others right-aligned; numbers with separators, null as empty. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [head, ...rows].map((row) => row.map(showCell));
  const widths = head.map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  return texts.map((row) =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const showCell = (cell: Cell): string => (typeof cell === 'number' ? count(cell) : printed(cell ?? ''));

/** Escapes characters that would end, hide or reorder the line: a name may contain any. */
const printed = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${(c.codePointAt(0) as number).toString(16).padStart(4, '0')}`,
  );

export const count = (n: number): string => n.toLocaleString('en-US');
/** A time in ms, with one decimal below 10 ms. */
export const milliseconds = (ms: number): string => (ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0));
