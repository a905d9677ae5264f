/** The reference of the directives, written from their rows in `schedule.ts`: a table for readers, and a grammar. */

import { directiveNames, directives, type Field, fieldsOf, type Held } from '../schedule.ts';

/** A line for each way to write a directive, as a Markdown table. */
export const directivesTable = (): string =>
  [
    '| directive | before --> after |',
    '| --- | --- |',
    ...directiveNames.flatMap((name) => directives[name].doc.map(([line, makes]) => `| \`${line}\` | ${makes} |`)),
  ].join('\n');

/** A line for each directive: what it is called elsewhere. */
export const directivesGlossary = (): string =>
  [
    '| here | elsewhere |',
    '| --- | --- |',
    ...directiveNames.map((name) => `| \`${name}\` | ${directives[name].known} |`),
  ].join('\n');

/** The rule `directive` of the grammar. */
export const directivesGrammar = (): string =>
  `directive = ${directiveNames.map((name) => [`"${name}"`, ...fieldsOf(name).map(fieldGrammar)].join(' ')).join('\n          | ')} ;`;

/** What of a directive's text holds each. */
const grammar: Readonly<Record<Exclude<keyof Held, 'flag'>, string>> = {
  loop: 'name',
  loops: 'name ":" dim { "," name ":" dim }',
  buffer: 'name',
  count: 'digits',
  sides: 'sides',
  cuts: 'digits { "," digits }',
  order: 'digits { "," digits }',
};

function fieldGrammar({ holds, word, key }: Field): string {
  if (holds === 'flag') return `[ "${key}" ]`;
  return word === null ? grammar[holds] : `"${word}" ${grammar[holds]}`;
}
