/** The import rule of docs/architecture.md, read from the sources: which folder may import which, no cycles, and one
 *  importing file for each dependency. Also how long a file may be. */
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, type SourceFile, ts } from 'ts-morph';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url)).replaceAll('\\', '/');

/** ir <- passes <- codegen <- frontend. The command line also runs what it compiled, hence `runtime` under `frontend`. */
const mayImport: Record<string, readonly string[]> = {
  ir: [],
  passes: ['ir'],
  codegen: ['ir', 'passes'],
  frontend: ['ir', 'passes', 'codegen', 'runtime'],
  runtime: [],
};
const runsAnywhere = ['ir', 'passes', 'codegen'];

/** Each dependency of package.json, optional peers included, and the folder of the one file that imports it. */
const doors: Record<string, string> = {
  binaryen: 'codegen',
  'cli-progress': 'frontend',
  commander: 'frontend',
  picocolors: 'frontend',
  'ts-morph': 'frontend',
  vitest: 'frontend',
  webgpu: 'frontend',
};

/** A longer file has more than one subject, or is listed below with the reason. */
const longestFile = 400;
const longFiles: Record<string, string> = {
  'frontend/model/nn/index.ts': 'written by a script, with three signatures for each layer',
  'frontend/model/tensor.ts': 'one class, with a method for each function of a tensor',
  'frontend/source/typescript.ts': 'everything that asks TypeScript, as only one file may import ts-morph',
  'ir/analysis/bounds.ts': 'one proof, whose rules take their facts from each other',
  'ir/scalar.ts': 'a row for each scalar function',
  'ir/text/parse-graph.ts': 'one grammar, with a method for each of its rules',
  'runtime/model.ts': 'one class, with a method for each call that a host makes',
  'runtime/webgpu.ts': 'the same class for a GPU, whose calls share its queue',
};

interface Import {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly kind: 'value' | 'type' | 'dynamic';
}

const project = sources();
const imports = importsOf(project);

test('imports follow ir <- passes <- codegen <- frontend, and runtime stands alone', () => {
  expect(forbiddenImports(imports)).toEqual([]);
});

test('imports have no cycles, type imports included', () => {
  expect(circularImports(imports)).toEqual([]);
});

test('a file has one subject, or a reason to be long', () => {
  expect(lengthComplaints(linesOf(project), longFiles)).toEqual([]);
});

test('each dependency has one door', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  expect(Object.keys(doors).sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
  expect(extraDoors(imports)).toEqual([]);
});

test('whatever scripts, benchmarks and examples import from dist/ has a source', () => {
  const project = new Project({ skipFileDependencyResolution: true, skipAddingFilesFromTsConfig: true });
  project.addSourceFilesAtPaths(['scripts', 'bench', 'examples'].map((folder) => `${root}${folder}/**/*.mjs`));
  const built = importsOf(project).flatMap(({ file, line, specifier }) => {
    const path = isRelative(specifier) ? posix.join(posix.dirname(file), specifier) : '';
    return path.startsWith('dist/') && !path.startsWith('dist/glue/') ? [{ file, line, path }] : [];
  });
  expect(built.length).toBeGreaterThan(5);
  const sourceOf = (path: string): string => root + path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  expect(built.filter(({ path }) => !existsSync(sourceOf(path)))).toEqual([]);
});

test('the import rule reports violations', () => {
  const wrong = forbiddenImports(
    importsOf(
      inMemory({
        'ir/a.ts': "import { run } from '../passes/run.ts';\nimport fs from 'node:fs';",
        'passes/x.ts': "// one\n// two\nimport type { Emitter } from '../codegen/backend.ts';",
        'passes/y.ts': "export * from '../frontend/index.ts';\nconst fs = await import('fs');",
        'codegen/a.ts':
          "import type { Manifest } from '../runtime/manifest.ts';\nimport { version } from '../runtime/manifest.ts';",
        'codegen/b.ts':
          "import type { Bundle } from '../runtime/load.ts';\nimport { type Manifest } from '../runtime/manifest.ts';",
        'codegen/c.ts':
          "type M = import('../runtime/manifest.ts').Manifest;\ntype L = import('../runtime/load.ts').Load;",
        'frontend/a.ts': "import '../ir/a.ts';\nimport '../test/support/x.ts';\nimport 'node:fs';\nimport 'tapeout';",
        'runtime/a.ts':
          "import './load.ts';\nimport type { T } from '../ir/type.ts';\nimport 'node:fs';\nimport 'binaryen';",
        'runtime/b.ts': "const { readFile } = await import('node:fs/promises');",
      }),
    ),
  );
  expect(wrong).toEqual([
    'codegen/a.ts:2 imports runtime/manifest.ts, from which codegen may import only types',
    'codegen/b.ts:1 imports runtime/load.ts: codegen may import only the types of runtime/manifest.ts from runtime',
    'codegen/b.ts:2 imports runtime/manifest.ts, from which codegen may import only types',
    'codegen/c.ts:2 imports runtime/load.ts: codegen may import only the types of runtime/manifest.ts from runtime',
    'frontend/a.ts:2 imports test/',
    'frontend/a.ts:4 imports tapeout, which is not a dependency',
    'ir/a.ts:1 imports passes/',
    'ir/a.ts:2 imports node:fs, and ir must run in a browser too',
    'passes/x.ts:3 imports codegen/',
    'passes/y.ts:1 imports frontend/',
    'passes/y.ts:2 imports fs, and passes must run in a browser too',
    'runtime/a.ts:2 imports ir/',
    'runtime/a.ts:3 imports node:fs, which pages lack: load it with import() where the code is known to run in Node',
    'runtime/a.ts:4 imports binaryen, and runtime has no dependency',
  ]);
});

test('the cycle rule reports violations', () => {
  const wrong = circularImports(
    importsOf(
      inMemory({
        'ir/a.ts': "import { b } from './b.ts';\nimport { d } from './ops/d.ts';",
        'ir/b.ts': "\nimport type { C } from './c.ts';",
        'ir/c.ts': "export * from './a.ts';",
        'ir/ops/d.ts': "import { e } from './e.ts';",
        'ir/ops/e.ts': "const { d } = await import('./d.ts');\nimport { f } from './f.ts';",
        'ir/ops/f.ts': "import { f } from './f.ts';",
      }),
    ),
  );
  expect(wrong).toEqual([
    'ir/a.ts:1 imports ir/b.ts, which imports it in turn',
    'ir/b.ts:2 imports ir/c.ts, which imports it in turn',
    'ir/c.ts:1 imports ir/a.ts, which imports it in turn',
    'ir/ops/f.ts:1 imports ir/ops/f.ts, which imports it in turn',
  ]);
});

test('the length rule reports violations', () => {
  const lines = (count: number): string => 'export {};\n'.repeat(count);
  const found = linesOf(
    inMemory({
      'ir/a.ts': lines(longestFile + 1),
      'ir/b.ts': lines(longestFile),
      'ir/c.ts': lines(longestFile + 1),
      'ir/d.ts': lines(3),
    }),
  );
  expect(lengthComplaints(found, { 'ir/c.ts': 'one row for each op', 'ir/d.ts': '…', 'ir/e.ts': '…' })).toEqual([
    `ir/a.ts has ${longestFile + 1} lines: split it by subject, or say in longFiles why it is long`,
    `ir/d.ts has 3 lines: it needs no reason in longFiles`,
    `ir/e.ts has 0 lines: it needs no reason in longFiles`,
  ]);
});

test('the one-door rule reports violations', () => {
  const wrong = extraDoors(
    importsOf(
      inMemory({
        'codegen/wasm/a.ts': "import binaryen from 'binaryen';",
        'codegen/wasm/b.ts': "\nimport type binaryen from 'binaryen';",
        'frontend/cli/main.ts': "import { Command } from 'commander';",
        'passes/a.ts': "import { Project } from 'ts-morph';",
      }),
    ),
  );
  expect(wrong).toEqual([
    'codegen/wasm/b.ts:2 imports binaryen, whose one door is codegen/wasm/a.ts',
    'passes/a.ts:1 imports ts-morph, whose door is in frontend/',
  ]);
});

function forbiddenImports(imports: readonly Import[]): string[] {
  return imports.flatMap((it) => {
    const complaint = isRelative(it.specifier) ? folderComplaint(it) : packageComplaint(it);
    return complaint ? [`${it.file}:${it.line} imports ${complaint}`] : [];
  });
}

/** Imports that lead back to the importing file. A module loaded on demand may import its loader. */
function circularImports(imports: readonly Import[]): string[] {
  const within = imports.flatMap(({ file, line, specifier, kind }) =>
    isRelative(specifier) && kind !== 'dynamic' ? [{ file, line, to: targetOf(file, specifier) }] : [],
  );
  const next = new Map<string, string[]>();
  for (const { file, to } of within) next.set(file, [...(next.get(file) ?? []), to]);
  const reached = new Map<string, Set<string>>();
  const from = (file: string): Set<string> => {
    const known = reached.get(file) ?? new Set([file]);
    // Iterating a Set visits elements added on the way.
    if (!reached.has(file)) for (const f of known) for (const to of next.get(f) ?? []) known.add(to);
    reached.set(file, known);
    return known;
  };
  return within.flatMap(({ file, line, to }) =>
    from(to).has(file) ? [`${file}:${line} imports ${to}, which imports it in turn`] : [],
  );
}

function lengthComplaints(lines: ReadonlyMap<string, number>, reasons: Readonly<Record<string, string>>): string[] {
  const long = [...lines].filter(([file, count]) => count > longestFile && !(file in reasons));
  const short = Object.keys(reasons).filter((file) => (lines.get(file) ?? 0) <= longestFile);
  return [
    ...long.map(
      ([file, count]) => `${file} has ${count} lines: split it by subject, or say in longFiles why it is long`,
    ),
    ...short.map((file) => `${file} has ${lines.get(file) ?? 0} lines: it needs no reason in longFiles`),
  ];
}

/** Line count of each file. */
const linesOf = (project: Project): Map<string, number> =>
  new Map(
    project
      .getSourceFiles()
      .map((file) => [relativePath(file), file.getFullText().trimEnd().split('\n').length] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function folderComplaint({ file, specifier, kind }: Import): string | null {
  const [from, target] = [folderOf(file), targetOf(file, specifier)];
  const to = folderOf(target);
  if (from === 'codegen' && to === 'runtime') {
    if (target !== 'runtime/manifest.ts') {
      return `${target}: codegen may import only the types of runtime/manifest.ts from runtime`;
    }
    return kind === 'type' ? null : `${target}, from which codegen may import only types`;
  }
  return to === from || mayImport[from]!.includes(to) ? null : `${to}/`;
}

function packageComplaint({ file, specifier, kind }: Import): string | null {
  const from = folderOf(file);
  if (isBuiltin(specifier)) {
    if (runsAnywhere.includes(from)) return `${specifier}, and ${from} must run in a browser too`;
    if (from !== 'runtime' || kind === 'dynamic') return null;
    return `${specifier}, which pages lack: load it with import() where the code is known to run in Node`;
  }
  if (from === 'runtime') return `${specifier}, and runtime has no dependency`;
  return packageOf(specifier) in doors ? null : `${specifier}, which is not a dependency`;
}

function extraDoors(imports: readonly Import[]): string[] {
  const door = new Map<string, string>();
  return imports.flatMap(({ file, line, specifier }) => {
    const name = packageOf(specifier);
    const folder = doors[name];
    if (isRelative(specifier) || folder === undefined) return [];
    if (folderOf(file) !== folder) return [`${file}:${line} imports ${name}, whose door is in ${folder}/`];
    const first = door.get(name) ?? file;
    door.set(name, first);
    return first === file ? [] : [`${file}:${line} imports ${name}, whose one door is ${first}`];
  });
}

const isRelative = (specifier: string) => specifier.startsWith('.');
const targetOf = (file: string, specifier: string) => posix.join(posix.dirname(file), specifier);
const folderOf = (path: string) => path.split('/')[0]!;
const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function sources(): Project {
  const project = new Project({ skipFileDependencyResolution: true, skipAddingFilesFromTsConfig: true });
  project.addSourceFilesAtPaths(Object.keys(mayImport).map((folder) => `${root}${folder}/**/*.ts`));
  return project;
}

function inMemory(files: Record<string, string>): Project {
  const project = new Project({ useInMemoryFileSystem: true });
  for (const [path, text] of Object.entries(files)) project.createSourceFile(`/${path}`, text);
  return project;
}

/** Every import of every form, by file and line: statements, re-exports, import() and types written `import('x').T`. */
function importsOf(project: Project): Import[] {
  const inOrder = project.getSourceFiles().map((file) => ({ file, path: relativePath(file) }));
  inOrder.sort((a, b) => (a.path < b.path ? -1 : 1));
  return inOrder.flatMap(({ file, path }) => {
    const found: Import[] = [];
    const source = file.compilerNode;
    const add = (node: ts.Node, specifier: ts.Node | undefined, kind: Import['kind']) => {
      if (!specifier || !ts.isStringLiteralLike(specifier)) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ file: path, line: line + 1, specifier: specifier.text, kind });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) {
        add(node, node.moduleSpecifier, node.importClause?.isTypeOnly ? 'type' : 'value');
      } else if (ts.isExportDeclaration(node)) {
        add(node, node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
      } else if (ts.isImportTypeNode(node)) {
        add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, 'type');
      } else if (ts.isCallExpression(node) && ['import', 'require'].includes(node.expression.getText(source))) {
        add(node, node.arguments[0], 'dynamic');
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function relativePath(file: SourceFile): string {
  const path = file.getFilePath();
  return path.startsWith(root) ? path.slice(root.length) : path.slice(1);
}
