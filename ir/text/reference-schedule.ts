/** The reference of directives from their rows in `schedule.ts`: a table, a glossary and a grammar. */

import { directiveNames, directives, type Field, fieldsOf, type Held } from '../schedule.ts';

/** A Markdown table with a row for each way to write a directive. */
export const directivesTable = (): string =>
  [
    '| directive | before --> after |',
    '| --- | --- |',
    ...directiveNames.flatMap((name) => directives[name].doc.map(([line, makes]) => `| \`${line}\` | ${makes} |`)),
  ].join('\n');

/** A Markdown table of the directives' names elsewhere. */
export const directivesGlossary = (): string =>
  [
    '| here | elsewhere |',
    '| --- | --- |',
    ...directiveNames.map((name) => `| \`${name}\` | ${directives[name].known} |`),
  ].join('\n');

/** The grammar rule `directive`. */
export const directivesGrammar = (): string =>
  `directive = ${directiveNames.map((name) => [`"${name}"`, ...fieldsOf(name).map(fieldGrammar)].join(' ')).join('\n          | ')} ;`;

/** The grammar of each kind of field. */
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
