/** Writes frontend/model/nn/index.ts from the layers beside it: `npm run docs`. Each class may be called with and without `new`, and an
 *  editor shows a signature's own comment alone, so that the doc comment of a class stands at all three. With --check it
 *  writes nothing, and fails where the file is out of date. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { nnFiles } from './nn-files.mjs';
import { writeSource } from './written.mjs';

const folder = new URL('../frontend/model/nn/', import.meta.url);
const target = fileURLToPath(new URL('index.ts', folder));
/** Classes that are exported and not abstract are public: first parameters, then the layers by file. */
const files = ['parameter', ...nnFiles.filter((name) => name !== 'parameter')];

const sources = files.map((name) => {
  const path = fileURLToPath(new URL(`${name}.ts`, folder));
  return { name, source: ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true) };
});
const has = (node, kind) => ts.getModifiers(node)?.some((m) => m.kind === kind) ?? false;
const classes = sources.flatMap(({ name, source }) =>
  source.statements
    .filter(
      (s) => ts.isClassDeclaration(s) && has(s, ts.SyntaxKind.ExportKeyword) && !has(s, ts.SyntaxKind.AbstractKeyword),
    )
    .map((of) => ({ file: name, source, of })),
);

const docOf = ({ source, of }) => {
  const [doc] = ts.getJSDocCommentsAndTags(of).filter(ts.isJSDoc);
  if (!doc) throw new Error(`${of.name.text} has no doc comment`);
  return doc.getText(source);
};
const parametersOf = ({ source, of }) => {
  const made = of.members.find(ts.isConstructorDeclaration);
  return (made?.parameters ?? [])
    .map((p) => {
      const optional = p.questionToken || p.initializer ? '?' : '';
      const rest = p.dotDotDotToken ? '...' : '';
      return { name: p.name.getText(source), type: p.type?.getText(source) ?? 'number', optional, rest };
    })
    .filter(({ name }) => name !== 'none');
};

/** The names of public static methods. */
const staticsOf = ({ of }) =>
  of.members.filter((m) => ts.isMethodDeclaration(m) && has(m, ts.SyntaxKind.StaticKeyword)).map((m) => m.name.text);

/** A file's name in camelCase. */
const word = (file) => file.replace(/-(\w)/g, (_, c) => c.toUpperCase());

/** The types that parameters name, by the file that declares them. */
const used = Object.fromEntries(files.map((name) => [name, new Set()]));
const declared = Object.fromEntries(
  sources.map(({ name, source }) => [
    name,
    new Set(
      source.statements
        .filter((s) => ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s))
        .map((s) => s.name.text),
    ),
  ]),
);
const blocks = classes.map((entry) => {
  const { file, of } = entry;
  const name = of.name.text;
  const doc = docOf(entry);
  const list = parametersOf(entry)
    .map(({ name, type, optional, rest }) => {
      for (const [word] of type.matchAll(/(?<![.\w])[A-Z]\w*/g))
        for (const of of Object.keys(used)) if (declared[of].has(word)) used[of].add(word);
      return `${rest}${name.replace(/^_/, '')}${optional}: ${type}`;
    })
    .join(', ');
  const generic = of.typeParameters ? `<${of.typeParameters.map((p) => p.getText()).join(', ')}>` : '';
  const given = of.typeParameters ? `<${of.typeParameters.map((p) => p.name.text).join(', ')}>` : '';
  const made = `${word(file)}.${name}`;
  const statics = staticsOf(entry).map((method) => `${method}: typeof ${made}.${method};\n`);
  return `${doc}
export const ${name}: {
${doc}
new ${generic}(${list}): ${made}${given};
${doc}
${generic}(${list}): ${made}${given};
${statics.join('')}} = callable(${made})${generic ? ' as never' : ''};
export type ${name}${generic} = ${made}${given};
`;
});

/** The import of a file's classes, and that of the types that their parameters name. */
function imports(file) {
  const types = [...used[file]].sort();
  const path = `'./${file}.ts'`;
  return `${types.length > 0 ? `import type { ${types.join(', ')} } from ${path};\n` : ''}import * as ${word(file)} from ${path};\n`;
}

const text = `/** torch.nn. Layers are made with or without \`new\`: \`nn.Conv2d(1, 6, 5)\`. Written by scripts/nn-index.mjs from the classes beside
 *  it: \`npm run docs\` after a change of their comments or arguments. */

import type { Extent } from '../dims.ts';
import type * as F from '../functional/index.ts';
import type { Trailing } from '../options.ts';
import type { Pair, Single, Sizes, Triple } from '../sizes.ts';
import { callable } from './callable.ts';
${files.map(imports).join('')}import type { Module } from './module.ts';

export * as init from '../initializers.ts';
export { Module } from './module.ts';

${blocks.join('\n')}`;
writeSource(target, text);
