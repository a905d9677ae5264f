/** Writes what the docs say of ops and directives, from their definitions: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ops } from '../dist/ir/ops/index.js';
import { opsReference } from '../dist/ir/text/reference.js';
import { directivesGlossary, directivesGrammar, directivesTable } from '../dist/ir/text/reference-schedule.js';
import { targetsTable } from '../dist/ir/text/reference-target.js';

const page = (name) => new URL(`../docs/${name}.md`, import.meta.url);
const renew = (name, part, text) => {
  const old = readFileSync(page(name), 'utf8');
  if (!part.test(old)) throw new Error(`docs/${name}.md has no place for what is written there`);
  writeFileSync(
    page(name),
    old.replace(part, () => text),
  );
};

writeFileSync(page('ops'), opsReference(ops.values()));
renew('architecture', /^\| directive \|[\s\S]*?(?=\n\n)/m, directivesTable());
renew('targets', /(?<=^## A processor\n\n)[\s\S]*?(?=\n\n## )/m, targetsTable('wasm'));
renew('targets', /(?<=^## A device with workgroups\n\n)[\s\S]*?(?=\n\n## )/m, targetsTable('webgpu'));
renew('ir', /^\| here \| elsewhere \|[\s\S]*?(?=\n\n)/m, directivesGlossary());
renew('ir', /^directive = [\s\S]*? ;/m, directivesGrammar());
