/** Writes frontend/model/tensor-functions.ts from the functions that frontend/model/functions-as-methods.ts lists: `npm run docs`. An
 *  editor shows a method's own comment alone, so that the doc comment of each function stands at its method. With --check it
 *  writes nothing, and fails where the file is out of date. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { writeSource } from './written.mjs';

const folder = new URL('../frontend/model/', import.meta.url);
const target = fileURLToPath(new URL('tensor-functions.ts', folder));
const read = (path) => {
  const file = fileURLToPath(new URL(path, folder));
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
};

const list = read('functions-as-methods.ts').statements.find(ts.isVariableStatement);
const names = [...list.getText().matchAll(/'(\w+)'/g)].map(([, name]) => name);
const files = read('functional/index.ts')
  .statements.filter(ts.isExportDeclaration)
  .map((s) => s.moduleSpecifier.text.slice(2));

/** Where a type is declared that a signature in this file names. */
function homeOf(type, file, source) {
  for (const s of source.statements) {
    if ((ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s)) && s.name.text === type)
      return `./functional/${file}`;
    const named = ts.isImportDeclaration(s) ? s.importClause?.namedBindings : undefined;
    if (named && ts.isNamedImports(named) && named.elements.some((e) => e.name.text === type))
      return s.moduleSpecifier.text.startsWith('../')
        ? s.moduleSpecifier.text.slice(1)
        : `./functional/${s.moduleSpecifier.text.slice(2)}`;
  }
  return null;
}

const methods = new Map();
const types = new Map();
for (const file of files) {
  const source = read(`functional/${file}`);
  for (const s of source.statements.filter(ts.isVariableStatement))
    for (const { name, type } of s.declarationList.declarations) {
      if (!names.includes(name.getText()) || !type || !ts.isFunctionTypeNode(type)) continue;
      const [doc] = ts.getJSDocCommentsAndTags(s).filter(ts.isJSDoc);
      const parameters = type.parameters.slice(1).map((p) => p.getText());
      const generic = type.typeParameters ? `<${type.typeParameters.map((p) => p.getText()).join(', ')}>` : '';
      const signature = `${generic}(${parameters.join(', ')}): ${type.type.getText()}`;
      methods.set(name.getText(), `    ${doc.getText()}\n    ${name.getText()}${signature};`);
      for (const [word] of signature.matchAll(/\b[A-Z]\w+\b/g)) {
        const home = homeOf(word, file, source);
        if (home) types.set(word, home);
      }
    }
}
const missing = names.filter((name) => !methods.has(name));
if (missing.length > 0) throw new Error(`no function with a type of its own: ${missing.join(', ')}`);

const homes = [...new Set(types.values())].sort();
const text = `/** Methods of a tensor that are functions of it. Written by \`npm run docs\` from those that functions-as-methods.ts lists. */

${homes
  .map(
    (home) =>
      `import type { ${[...types]
        .filter(([, h]) => h === home)
        .map(([type]) => type)
        .sort()
        .join(', ')} } from '${home}';`,
  )
  .join('\n')}

/** The methods of a tensor that are functions of it. */
export interface TensorFunctions {
${names.map((name) => methods.get(name)).join('\n')}
}
declare module './tensor.ts' {
  interface Tensor extends TensorFunctions {}
}
`;
writeSource(target, text);
