/** A confusion matrix as a self-contained SVG: a row for each label, a column for each predicted class. */
import { figure, group, grouped, px, text } from './svg.ts';

/** The most classes whose cells have their numbers written in them. */
const mostNumbers = 16;

/** Draws a square matrix of counts, whose rows are labels; a cell is as dark as its share of the row. */
export function confusionSvg(title: string, matrix: readonly (readonly number[])[]): string {
  const classes = matrix.length;
  const total = matrix.flat().reduce((a, b) => a + b, 0);
  const right = matrix.reduce((sum, row, c) => sum + row[c]!, 0);
  const [left, top, side] = [300, 100, 376];
  const cell = side / Math.max(1, classes);
  const parts = matrix.flatMap((row, label) => {
    const of = row.reduce((a, b) => a + b, 0);
    return row.map((count, predicted) => {
      const [x, y, share] = [left + predicted * cell, top + label * cell, of > 0 ? count / of : 0];
      const rect = `<rect class="${label === predicted ? 'hit' : 'miss'}" x="${px(x)}" y="${px(y)}" width="${px(cell - 1)}" height="${px(cell - 1)}" fill-opacity="${share.toFixed(3)}"><title>label ${label}, predicted ${predicted}: ${grouped(count)}</title></rect>`;
      if (classes > mostNumbers || count === 0) return rect;
      return `${rect}${text(x + cell / 2, y + cell / 2 + 4, share > 0.5 ? 'middle small light' : 'middle small', String(count))}`;
    });
  });
  const every = Math.ceil(classes / 20);
  const names = matrix.flatMap((_, c) =>
    c % every === 0
      ? [
          text(left - 8, top + (c + 0.5) * cell + 4, 'end small', String(c)),
          text(left + (c + 0.5) * cell, top + side + 16, 'middle small', String(c)),
        ]
      : [],
  );
  const worst = worstPair(matrix);
  return figure(
    title,
    `${grouped(right)} of ${grouped(total)} right${worst ? ` · most often confused: ${worst}` : ''}`,
    style,
    [
      parts.join('\n'),
      group('axis', names),
      text(left + side / 2, top + side + 36, 'middle', 'predicted'),
      `<text class="middle" x="${left - 40}" y="${top + side / 2}" transform="rotate(-90 ${left - 40} ${top + side / 2})">label</text>`,
    ],
  );
}

const style = `
.hit { fill: #2563eb; stroke: #d0d7de } .miss { fill: #dc2626; stroke: #d0d7de } .light { fill: #ffffff }
@media (prefers-color-scheme: dark) { .hit { fill: #60a5fa; stroke: #3d444d } .miss { fill: #f87171; stroke: #3d444d } .light { fill: #0d1117 } }`;

/** The label and class that are confused most often, in words. */
function worstPair(matrix: readonly (readonly number[])[]): string | null {
  let [most, words] = [0, null as string | null];
  for (const [label, row] of matrix.entries())
    for (const [predicted, count] of row.entries())
      if (label !== predicted && count > most)
        [most, words] = [count, `${label} as ${predicted}, ${grouped(count)} times`];
  return words;
}
