/** Columns of text: what each pass did. */

export type Cell = string | number | null;

/** Rows as lines, the first column to the left and the others to the right; numbers with separators, null as nothing. */
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

/** A name may hold any character: one that would end the line, hide or reorder it is told by its number. */
const printed = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${(c.codePointAt(0) as number).toString(16).padStart(4, '0')}`,
  );

export const count = (n: number): string => n.toLocaleString('en-US');
/** A time, to the precision that a reader wants. */
export const milliseconds = (ms: number): string => (ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0));
