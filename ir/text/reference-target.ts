/** The reference of a target's numbers, from their rows in `target-numbers.ts`. */

import { describable, type Machine, numberAt } from '../target-numbers.ts';

/** A Markdown table of a target's numbers. */
export function targetsTable(name: Machine['extends']): string {
  const { target, numbers } = describable[name];
  return [
    `| number | ${name} | unit | counts | origin |`,
    '| --- | ---: | --- | --- | --- |',
    ...Object.entries(numbers).map(
      ([path, { unit, doc, origin }]) => `| \`${path}\` | ${numberAt(target, path)} | ${unit} | ${doc} | ${origin} |`,
    ),
  ].join('\n');
}
