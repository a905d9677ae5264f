/** The lists in the documents match the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { directiveNames, directives } from '../ir/schedule.ts';
import { directivesOf, parseSchedules } from '../ir/text/parse-schedule.ts';
import { versionLine } from '../ir/text/print-options.ts';
import { directivesGlossary, directivesGrammar, directivesTable } from '../ir/text/reference-schedule.ts';
import { targetsTable } from '../ir/text/reference-target.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const sources = [
  ...readdirSync(new URL('../runtime', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `runtime/${path.replaceAll('\\', '/')}`),
  'codegen/bundle.ts',
].map(read);

test('docs/errors.md has every code of a TapeoutError, and no other', () => {
  const [, union = ''] = /export type TapeoutErrorCode =([^;]*);/.exec(read('runtime/check.ts')) ?? [];
  const declared = [...union.matchAll(/'([\w-]+)'/g)].map(([, code]) => code);
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/(?:new TapeoutError|super)\(\s*'([\w-]+)'/g)].map(([, code]) => code),
  );
  const listed = [...read('docs/errors.md').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, code]) => code);
  expect(declared.length).toBeGreaterThan(10);
  expect(listed).toEqual(declared);
  expect(new Set(thrown)).toEqual(new Set(declared));
  // A code that is not a literal would be missed above.
  const calls = sources.reduce((n, text) => n + [...text.matchAll(/new TapeoutError\(|super\('/g)].length, 0);
  expect(thrown).toHaveLength(calls);
});

test('the docs list every directive and every number of a target as their rows do; `npm run docs` writes them', () => {
  expect(read('docs/architecture.md')).toContain(`\n${directivesTable()}\n\n`);
  expect(read('docs/ir.md')).toContain(`\n${directivesGrammar()}\n`);
  expect(read('docs/ir.md')).toContain(`\n${directivesGlossary()}\n\n`);
  for (const target of ['wasm', 'webgpu'] as const)
    expect(read('docs/targets.md')).toContain(`\n${targetsTable(target)}\n\n`);
  const reordering = directiveNames.filter((d) => directives[d].reorders).map((d) => `\`${d}\``);
  const named = `only ${reordering.slice(0, -1).join(', ')} and ${reordering.at(-1)} change the order of a sum`;
  expect(read('docs/architecture.md').replaceAll(/\s+/g, ' ')).toContain(named);
});

test.each(directiveNames)('lines quoted from %s are lines of it', (name) => {
  const [[first] = ['']] = directives[name].doc;
  for (const [line] of directives[name].doc) {
    const text = line.replace(/^\.\.\./, first);
    const [made] = parseSchedules(`${versionLine}\nschedule @k { ${text} }`, 'docs').flatMap(directivesOf);
    expect(made?.do).toBe(name);
  }
});

test('links between the documents resolve', () => {
  const anchors = (text: string): string[] =>
    [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    );
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(new URL('../docs', import.meta.url))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  for (const from of documents)
    for (const [, to = '', anchor] of read(from).matchAll(/\]\(([\w./-]*?\.md)?(?:#([\w-]+))?\)/g)) {
      if (!to && anchor === undefined) continue;
      const path = to ? new URL(to, new URL(`../${from}`, import.meta.url)) : new URL(`../${from}`, import.meta.url);
      const text = readFileSync(path, 'utf8');
      if (anchor !== undefined) expect(anchors(text), `${from} -> ${to}#${anchor}`).toContain(anchor);
    }
});
