/** Writes docs/api.md, a line for each layer, loss, function, method and optimizer, from their types and doc comments:
 *  `npm run docs`. With --check it writes nothing, and fails where the page is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { nnFiles } from './nn-files.mjs';

const page = new URL('../docs/api.md', import.meta.url);
const read = (path) => {
  const file = fileURLToPath(new URL(`../frontend/model/${path}.ts`, import.meta.url));
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
};
const has = (node, kind) => ts.getModifiers(node)?.some((m) => m.kind === kind) ?? false;
const isPublic = (node) => has(node, ts.SyntaxKind.ExportKeyword) && !has(node, ts.SyntaxKind.AbstractKeyword);
const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** The first sentence of a doc comment, or '' where there is none. */
function docOf(node) {
  return /^.*?(?:\.(?= [A-Z`])|$)/.exec(allOf(node))[0].replace(/\.$/, '');
}

/** A whole doc comment. */
const allOf = (node) =>
  oneLine(ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.comment) ?? '');

/** The files that a folder's index exports. */
const exportsOf = (folder) =>
  read(`${folder}/index`)
    .statements.filter(ts.isExportDeclaration)
    .map((s) => `${folder}/${s.moduleSpecifier.text.replace(/^\.\/|\.ts$/g, '')}`);
const rooms = exportsOf('functional');
const optimizers = exportsOf('optim');
/** Interfaces of options by name. */
const interfaces = new Map(
  [...rooms, ...optimizers].flatMap((path) =>
    read(path)
      .statements.filter((s) => ts.isInterfaceDeclaration(s) && /Options?$/.test(s.name.text))
      .map((s) => [s.name.text, s]),
  ),
);
/** The options of an interface: its own, and those of what it extends. */
const optionsOf = (name) => {
  const of = interfaces.get(name);
  const above = (of?.heritageClauses ?? []).flatMap((clause) => clause.types.map((t) => t.expression.getText()));
  return [...new Set([...(of?.members ?? []).map((m) => m.name.getText()), ...above.flatMap(optionsOf)])];
};

/** `inChannels: number, { stride, padding }`: what is passed by name or in order is in braces. */
const parametersOf = (parameters) =>
  parameters
    .filter((p) => p.name.getText() !== 'none')
    .map((p) => {
      const type = p.type ? oneLine(p.type.getText()) : p.initializer ? typeof JSON.parse(p.initializer.getText()) : '';
      const [, options] = /^Trailing<.*?, \[(.*?),? ?\],? ?>$/.exec(type) ?? [];
      if (options !== undefined) return `{ ${[...options.matchAll(/(\w+)\??:/g)].map(([, name]) => name).join(', ')} }`;
      if (interfaces.has(type)) return `{ ${optionsOf(type).join(', ')} }`;
      const optional = p.questionToken || p.initializer ? '?' : '';
      return `${p.dotDotDotToken ? '...' : ''}${p.name.getText().replace(/^_/, '')}${optional}: ${type}`;
    })
    .join(', ');

const table = (rows) =>
  [
    '| call | what it is |',
    '| --- | --- |',
    ...rows.map(([call, doc]) => `| \`${escaped(call)}\` | ${escaped(doc)} |`),
  ].join('\n');
const escaped = (text) => text.replaceAll('|', '\\|');

const classes = (path) =>
  read(path)
    .statements.filter((s) => ts.isClassDeclaration(s) && isPublic(s))
    .map((s) => [
      `nn.${s.name.text}(${parametersOf(s.members.find(ts.isConstructorDeclaration)?.parameters ?? [])})`,
      docOf(s),
    ]);

/** Functions, declared as such or as constants of a function's type. */
const functions = (path, prefix = '') =>
  read(path).statements.flatMap((s) => {
    if (!isPublic(s)) return [];
    if (ts.isFunctionDeclaration(s))
      return [[`${prefix}${s.name.text}(${parametersOf(s.parameters)}): ${oneLine(s.type.getText())}`, docOf(s)]];
    if (!ts.isVariableStatement(s)) return [];
    return s.declarationList.declarations.flatMap(({ name, type, initializer }) => {
      const of =
        type && ts.isFunctionTypeNode(type)
          ? type
          : initializer && ts.isArrowFunction(initializer)
            ? initializer
            : null;
      return of
        ? [[`${prefix}${name.getText()}(${parametersOf(of.parameters)}): ${oneLine(of.type.getText())}`, docOf(s)]]
        : [];
    });
  });

/** The fields of an interface of options. */
const fieldsOf = (path, name) =>
  read(path)
    .statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === name)
    .members.map((m) => [`${m.name.getText()}${m.questionToken ? '?' : ''}: ${oneLine(m.type.getText())}`, allOf(m)]);

/** Methods of an interface. */
const signaturesOf = (path, name, receiver) =>
  read(path)
    .statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === name)
    .members.map((m) => [
      `${receiver}.${m.name.getText()}(${parametersOf(m.parameters)}): ${oneLine(m.type.getText())}`,
      docOf(m),
    ]);

/** Methods and properties of a class, but those for its own use. */
const membersOf = (path, className, receiver) => {
  const of = read(path).statements.find((s) => ts.isClassDeclaration(s) && s.name.text === className);
  const found = of.members.filter(
    (m) =>
      (ts.isMethodDeclaration(m) || ts.isGetAccessor(m)) &&
      ts.isIdentifier(m.name) &&
      !has(m, ts.SyntaxKind.StaticKeyword),
  );
  const isOverloaded = (m) => found.some((other) => other !== m && other.name.text === m.name.text);
  return found
    .filter(
      (m) => !['toString', 'value'].includes(m.name.text) && !(m.body && ts.isMethodDeclaration(m) && isOverloaded(m)),
    )
    .map((m) => {
      const call = ts.isGetAccessor(m) ? '' : `(${parametersOf(m.parameters)})`;
      return [`${receiver}.${m.name.text}${call}: ${oneLine(m.type?.getText() ?? 'Tensor')}`, docOf(m)];
    });
};

const isLosses = (name) => name.startsWith('losses');
const losses = nnFiles.filter(isLosses);
const layers = nnFiles.filter((name) => name !== 'parameter' && !isLosses(name));

const text = `# What a model is made of

Every layer, loss, function, method and optimizer, with what it takes. Names and meanings are PyTorch's; [differences.md](differences.md) lists
what differs on purpose, and an editor shows the whole comment of each. What is in braces is optional, except \`lr\` and the \`dim\`
of softmax, and is passed by name in one object; layers and losses also take it in this order: \`nn.Conv2d(1, 6, 5, { padding: 1 })\`,
\`nn.Conv2d(1, 6, 5, 2)\`. Layers are made with or without \`new\`.
This page is written by \`npm run docs\`.

## A model

\`export default defineModel({ … })\` with:

${table(fieldsOf('model', 'ModelOptions'))}

The methods of a compiled model are in its \`index.d.ts\`, and in the [README](../README.md#using-what-comes-out).

## Layers

${table(layers.flatMap((name) => classes(`nn/${name}`)))}

## Losses

${table(losses.flatMap((name) => classes(`nn/${name}`)))}

## Parameters and buffers

${table([...classes('nn/parameter'), ...membersOf('nn/parameter', 'Parameter', 'p').filter(([call]) => !call.startsWith('p.kind'))])}

## Initial values

\`nn.init\` fills a parameter or a buffer, and returns it: \`nn.init.zeros_(this.fc.bias)\` in a constructor.

${table(functions('initializers', 'nn.init.'))}

## Functions

Exports of \`tapeout\`, and members of its \`functional\`.

${table(rooms.flatMap((room) => functions(room)))}

## Tables for buffers

Exports of \`tapeout\`, called where a model is made.

${table(functions('positions'))}

## Methods of a tensor

${table([...membersOf('tensor', 'Tensor', 'x'), ...signaturesOf('tensor-functions', 'TensorFunctions', 'x')])}

## Methods of a module

${table(membersOf('nn/module', 'Module', 'net'))}

## Adapters

Exports of \`tapeout\`. The options of \`lora\`:

${table(fieldsOf('lora', 'LoraOptions'))}

${table(functions('lora'))}

## Optimizers

${table(optimizers.flatMap((path) => functions(path, 'optim.')))}
`;

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/api.md is out of date: run `npm run docs`');
  process.exitCode = 1;
}
