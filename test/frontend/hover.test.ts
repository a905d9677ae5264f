/** What an editor shows: documentation and named arguments at every call of the public API, and a doc comment for every
 *  export. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { functional, nn, optim, Tensor } from '../../frontend/index.ts';
import { signatureOf, signatures } from '../../frontend/model/arguments.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const entries = {
  tapeout: 'frontend/index.ts',
  'tapeout/ir': 'ir/index.ts',
  'tapeout/passes': 'passes/index.ts',
  'tapeout/testing': 'frontend/testing/index.ts',
  'tapeout/torch': 'frontend/torch/index.ts',
  'tapeout/runtime': 'runtime/index.ts',
  'tapeout/data': 'runtime/data/index.ts',
  'tapeout/fit': 'runtime/fit/index.ts',
};

const layers = Object.keys(nn).filter((name) => name !== 'Module' && name !== 'init');
const functions = Object.keys(functional).filter((name) => name !== 'apply');
const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
  .filter(([, { value }]) => typeof value === 'function' && signatureOf(value))
  .map(([name]) => name);

/** One call a line, as a user begins to write it. */
const calls = [
  ...layers.flatMap((name) => [`nn.${name}(`, `new nn.${name}(`]),
  ...Object.keys(nn.init).map((name) => `nn.init.${name}(`),
  ...Object.keys(optim).map((name) => `optim.${name}(`),
  ...functions.map((name) => `functional.${name}(`),
  ...methods.map((name) => `x.${name}(`),
  'apply(',
  'defineModel(',
  'compile(',
  'manualSeed(',
  'rotaryPositions(',
  'sinusoidalPositions(',
  'lora(',
  'mergeLora(',
];
const head = `import { apply, compile, defineModel, functional, lora, manualSeed, mergeLora, nn, optim, rotaryPositions, sinusoidalPositions, type Tensor } from 'tapeout';\ndeclare const x: Tensor;\n`;
const text = `${head}${calls.map((call) => `${call});\n`).join('')}`;
const file = `${root}user.ts`;

let service: ts.LanguageService;
beforeAll(() => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const read = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
  service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getNewLine: () => '\n',
    getScriptFileNames: () => [file, ...Object.values(entries).map((path) => root + path)],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const source = read(path);
      return source === undefined ? undefined : ts.ScriptSnapshot.fromString(source);
    },
    readFile: read,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
}, 60_000);

const shown = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  ts.displayPartsToString([...(parts ?? [])]);

/** The names of a call's arguments. */
function argumentsOf(call: string): readonly string[] {
  const name = /(\w+)\($/.exec(call)?.[1] as string;
  const own = call.startsWith('x.')
    ? signatureOf(Object.getOwnPropertyDescriptor(Tensor.prototype, name)?.value)
    : null;
  const f = (functional as Record<string, unknown>)[name];
  const found = own ?? (typeof f === 'function' ? signatureOf(f) : signatures.find((s) => s.name === name));
  return found ? Object.keys(found.takes) : [];
}

describe('an editor', () => {
  it('shows documentation and named arguments at every call', { timeout: 60_000 }, () => {
    const found: string[] = [];
    let at = head.length;
    for (const call of calls) {
      const name = /(\w+)\($/.exec(call)?.[1] as string;
      const info = service.getQuickInfoAtPosition(file, at + call.length - 1 - name.length);
      const help = service.getSignatureHelpItems(file, at + call.length, {});
      const [hover, doc] = [shown(info?.displayParts), shown(info?.documentation)];
      if (doc.length < 4) found.push(`${call} has no documentation on hover`);
      if (!help || help.items.length === 0) found.push(`${call} has no signature`);
      const items = help?.items ?? [];
      for (const item of items)
        if (shown(item.documentation).length < 4) found.push(`${call} has a signature without documentation`);
      const named = items.flatMap((item) => item.parameters.map((p) => p.name));
      for (const argument of argumentsOf(call)) {
        if (!named.includes(argument)) found.push(`${call} does not name ${argument}: ${named}`);
        // Of overloads an editor shows one.
        if (items.length === 1 && !hover.includes(argument))
          found.push(`${call} does not name ${argument} on hover: ${hover}`);
      }
      if (named.some((p) => /^(args?|more)(_\d+)?$/.test(p)))
        found.push(`${call} has arguments without a name: ${named}`);
      at += call.length + 3;
    }
    expect(found).toEqual([]);
  });

  it('shows documentation for the types that declare a tensor', { timeout: 60_000 }, () => {
    const program = service.getProgram() as ts.Program;
    const specs = program.getSourceFile(`${root}frontend/model/specs.ts`)?.statements ?? [];
    const spec = specs.find((s) => ts.isInterfaceDeclaration(s)) as ts.InterfaceDeclaration;
    expect(spec.members.map((m) => ts.getJSDocCommentsAndTags(m).length)).toEqual([1, 1]);
  });

  it('finds a doc comment for every public export', { timeout: 60_000 }, () => {
    const program = service.getProgram() as ts.Program;
    const checker = program.getTypeChecker();
    const seen = new Set<ts.Symbol>();
    const bare: string[] = [];
    const visit = (name: string, symbol: ts.Symbol): void => {
      const of = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (seen.has(of)) return;
      seen.add(of);
      const isModule = (of.flags & ts.SymbolFlags.ValueModule) !== 0;
      if (isModule) for (const e of checker.getExportsOfModule(of)) visit(`${name}.${e.name}`, e);
      else if (shown(of.getDocumentationComment(checker)) === '') bare.push(name);
    };
    for (const [name, path] of Object.entries(entries)) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(root + path) as ts.SourceFile) as ts.Symbol;
      for (const e of checker.getExportsOfModule(module)) visit(`${name}: ${e.name}`, e);
    }
    expect(bare).toEqual([]);
    expect(seen.size).toBeGreaterThan(350);
  });
});

it('frontend/model/nn/index.ts documents each layer as its class does', () => {
  execFileSync(process.execPath, [`${root}scripts/nn-index.mjs`, '--check'], { stdio: 'inherit' });
});

it('frontend/model/tensor-functions.ts documents each method as its function is', () => {
  execFileSync(process.execPath, [`${root}scripts/tensor-functions.mjs`, '--check'], { stdio: 'inherit' });
});

it('docs/api.md has a line for every layer, function, method and optimizer', () => {
  execFileSync(process.execPath, [`${root}scripts/api.mjs`, '--check'], { stdio: 'inherit' });
  const lines = readFileSync(`${root}docs/api.md`, 'utf8').split('\n');
  const wanted = [
    ...layers.map((name) => `| \`nn.${name}(`),
    ...Object.keys(nn.init).map((name) => `| \`nn.init.${name}(`),
    ...Object.keys(functional).map((name) => `| \`${name}(`),
    ...methods.map((name) => `| \`x.${name}(`),
    ...Object.keys(optim).map((name) => `| \`optim.${name}(`),
  ];
  expect(wanted.filter((begin) => !lines.some((line) => line.startsWith(begin)))).toEqual([]);
  expect(lines.filter((line) => /^\| `/.test(line) && /\| +\|$/.test(line))).toEqual([]);
});
