/** Loads a user's model file: type-checks it, runs it as JavaScript with the user's lines and columns, and returns the model that
 *  it exports. */
import { mkdirSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CompileError, type Loc } from '../../ir/diagnostic.ts';
import { removeLeftovers, temporaryName } from '../files/leftovers.ts';
import { isModelSpec, type ModelSpec } from '../model/model.ts';
import { ProblemsError } from '../report/diagnostics.ts';
import { usersError } from '../users-error.ts';
import { readBeside } from './check-beside.ts';
import { asProblem } from './type-words.ts';
import type { UserFile } from './typescript.ts';

// The package's main module is one folder up, both in the sources and in dist/.
const own = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const root = fileURLToPath(new URL('../..', import.meta.url));
/** The modules of this package that users may import, and the files of this instance. */
const packages: Readonly<Record<string, URL>> = {
  tapeout: new URL(`../index${own}`, import.meta.url),
  'tapeout/ir': new URL(`../../ir/index${own}`, import.meta.url),
  'tapeout/passes': new URL(`../../passes/index${own}`, import.meta.url),
  'tapeout/torch': new URL(`../torch/index${own}`, import.meta.url),
  'tapeout/runtime': new URL(`../../runtime/index${own}`, import.meta.url),
  'tapeout/fit': new URL(`../../runtime/fit/index${own}`, import.meta.url),
  'tapeout/data': new URL(`../../runtime/data/index${own}`, import.meta.url),
};
const declarations = Object.fromEntries(
  Object.entries(packages).map(([name, url]) => [name, fileURLToPath(url).replace(/\.js$/, '.d.ts')]),
);
const foreign = ['frontend', 'ir', 'passes', 'codegen', 'runtime'].map((folder) => slashes(join(root, folder, sep)));

const example =
  "export default defineModel({ model: Net, input: { shape: ['N', 1, 32, 32] }, target: { shape: ['N'], dtype: 'i32' }, " +
  'loss: nn.CrossEntropyLoss(), optimizer: optim.SGD({ lr: 0.01 }) });';

export interface LoadOptions {
  /** False to skip the type check. */
  readonly check?: boolean;
  /** Called with the user's files, before they are run. */
  readonly onFiles?: (paths: readonly string[]) => void;
}

/** The exports of a file, and its type check, which may still be running. `types` rejects with a ProblemsError if the file does
 *  not type-check; that error takes precedence over all others. */
export interface Loaded<T> {
  readonly value: T;
  readonly types: Promise<void>;
}

/** The model that a file exports by default. Throws ProblemsError when the file does not type-check, and CompileError when it
 *  cannot be read, throws, or exports no model. Temporary files are removed again. */
export async function loadModelFile(path: string, options: LoadOptions = {}): Promise<ModelSpec> {
  return whole(await modelOf(path, options));
}

/** As `loadModelFile`, but the type check may still be running. */
export async function modelOf(path: string, options: LoadOptions = {}): Promise<Loaded<ModelSpec>> {
  const { value, types } = await exportsOf(path, options);
  const spec = value.default;
  if (isModelSpec(spec)) return { value: spec, types };
  await types;
  throw noModel(resolve(path), spec);
}

/** The exports of a file. Throws as `loadModelFile` does. */
export async function loadUserFile(path: string, options: LoadOptions = {}): Promise<{ default?: unknown }> {
  return whole(await exportsOf(path, options));
}

async function whole<T>({ value, types }: Loaded<T>): Promise<T> {
  await types;
  return value;
}

async function exportsOf(path: string, { check = true, onFiles }: LoadOptions): Promise<Loaded<{ default?: unknown }>> {
  const file = resolve(path);
  checkIsFile(path, file);
  const { files, problems } = await readBeside(slashes(file), { packages: declarations, foreign, check });
  const types = problems.then((found) => {
    if (found.length > 0) throw new ProblemsError(found.map(asProblem));
  });
  // A failure reaches whoever awaits it.
  types.catch(() => {});
  if (files) onFiles?.(files.map((f) => f.path));
  return { value: await beforeTypes(types, () => runFiles(file, files)), types };
}

async function runFiles(file: string, files: readonly UserFile[] | null): Promise<{ default?: unknown }> {
  if (!files) return {};
  const folder = temporaryFolder(dirname(file));
  try {
    return await run(emit(files, folder), files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `f` before the type check is done. If `f` fails, type errors take precedence. */
export async function beforeTypes<T>(types: Promise<void>, f: () => T | Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (error) {
    await types;
    throw error;
  }
}

function checkIsFile(path: string, file: string): void {
  const fail = (problem: string, help: string | null = null) =>
    new CompileError('model-file', `${path}: ${problem}`, { help });
  let stats: Stats | undefined;
  try {
    stats = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    // For example, a link to itself, or a name that is too long.
    throw fail(`it cannot be read: ${(error as Error).message}`);
  }
  if (!stats) throw fail('there is no such file', 'name the file that defines the model, such as examples/lenet.ts');
  if (stats.isDirectory()) throw fail('this is a folder, not a file', 'name the file in it that defines the model');
  // Reading a pipe would block.
  if (!stats.isFile()) throw fail('this is not a regular file', 'name the file that defines the model');
  if (!/\.(ts|mts|js|mjs)$/.test(file))
    throw fail(`a model file ends in .ts, .mts, .js or .mjs, not in '${extname(file) || basename(file)}'`);
  try {
    readFileSync(file);
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw fail(denied ? 'you may not read this file' : `it cannot be read: ${(error as Error).message}`);
  }
}

const temporaryPrefix = '.tapeout-run-';

/** A temporary folder beside the model, so that its imports of packages resolve; if that is not writable, in the system's temporary
 *  folder. Those of processes that were killed are removed. */
function temporaryFolder(beside: string): string {
  const make = (folder: string): string => {
    removeLeftovers(folder, [temporaryPrefix]);
    const made = join(folder, temporaryName(temporaryPrefix));
    mkdirSync(made, { mode: 0o700 });
    return made;
  };
  try {
    return make(beside);
  } catch {
    return make(tmpdir());
  }
}

const emittedName = (path: string, i: number): string => `${i}-${basename(path, extname(path))}.mjs`;

/** Writes the files' JavaScript into `folder` and returns the first one's path. */
function emit(files: readonly UserFile[], folder: string): string {
  const emitted = new Map(files.map(({ path }, i) => [path, emittedName(path, i)]));
  for (const { path, imports, javascript } of files) {
    const rename = (specifier: string): string => {
      const ours = packages[specifier];
      if (ours) return ours.href;
      const users = emitted.get(imports[specifier] ?? '');
      if (users) return `./${users}`;
      if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, pathToFileURL(path)).href;
      return folder.startsWith(dirname(path)) ? specifier : resolvedFrom(path, specifier);
    };
    // sourceURL makes stacks name the user's file instead of this one.
    const named = javascript.map((piece) =>
      typeof piece === 'string' ? piece : JSON.stringify(rename(piece.specifier)),
    );
    const text = `${named.join('')}\n//# sourceURL=${pathToFileURL(path).href}\n`;
    writeFileSync(join(folder, emitted.get(path) as string), text);
  }
  return join(folder, emitted.get(files[0]?.path ?? '') as string);
}

/** The URL of a package, resolved from the user's file. */
function resolvedFrom(path: string, specifier: string): string {
  try {
    const found = createRequire(path).resolve(specifier);
    return found === specifier ? specifier : pathToFileURL(found).href;
  } catch {
    return specifier;
  }
}

async function run(script: string, files: readonly UserFile[]): Promise<{ default?: unknown }> {
  try {
    return await finished(import(/* @vite-ignore */ pathToFileURL(script).href));
  } catch (error) {
    throw usersError(inUsersNames(error, dirname(script), files), placeOfImport(error, files), [
      { message: 'thrown while the model file was run' },
    ]);
  }
}

/** Node's error on an import, with packages and the user's files under their own names, not those they are run under. */
function inUsersNames(error: unknown, folder: string, files: readonly UserFile[]): unknown {
  if (!(error instanceof Error) || !isOfImport(error)) return error;
  const named = [
    ...Object.entries(packages).map(([name, url]) => [url.href, name] as const),
    ...Object.entries(packages).map(([name, url]) => [fileURLToPath(url), name] as const),
    ...files.map(({ path }, i) => [join(folder, emittedName(path, i)), path] as const),
  ];
  const message = named.reduce((text, [from, to]) => text.replaceAll(from, to), error.message);
  const made = error instanceof SyntaxError ? SyntaxError : Error;
  return Object.assign(new made(message, { cause: error }), { stack: '' });
}

/** True for an error of an import. Imports are resolved before anything runs, so its stack names no line. */
const isOfImport = (error: Error): boolean =>
  /does not provide an export named/.test(error.message) ||
  ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_UNSUPPORTED_DIR_IMPORT'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );

/** The line of the import that failed, found by the name or the package in the message. */
function placeOfImport(error: unknown, files: readonly UserFile[]): Loc | null {
  const [root] = files;
  const fallback = root ? { file: root.path, line: 1, col: 1 } : null;
  if (!(error instanceof Error) || !isOfImport(error)) return fallback;
  const [, name = ''] =
    /export named '([^']+)'/.exec(error.message) ??
    /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ??
    /Package subpath '\.\/([^']+)'/.exec(error.message) ??
    [];
  const wanted =
    name === 'default'
      ? /(?<=^\s*import\s+)[\w$]+(?=\s*(?:,.*)?from\b)/
      : new RegExp(`(?<![\\w$])${name.split('/').at(-1)?.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  for (const { path } of files) {
    const lines = readFileSync(path, 'utf8').split('\n');
    const line = lines.findIndex((text) => /^\s*(?:import|export|[\w$, {]+\})/.test(text) && wanted.test(text));
    if (name && line >= 0) return { file: path, line: line + 1, col: (lines[line]?.search(wanted) ?? 0) + 1 };
  }
  return fallback;
}

/** The result of `promise`. Throws if it can never settle, where Node would exit silently, and what a callback of the file throws. */
async function finished<T>(promise: Promise<T>): Promise<T> {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const stuck = (): void =>
    fail(
      new CompileError('model-file', 'the model file never ends: it awaits a promise that never settles', {
        help: 'look at its top-level awaits, and at those of its imports',
      }),
    );
  process.once('beforeExit', stuck);
  process.once('uncaughtException', fail);
  try {
    return await Promise.race([promise, failed]);
  } finally {
    process.off('beforeExit', stuck);
    process.off('uncaughtException', fail);
  }
}

function noModel(file: string, exported: unknown): CompileError {
  const loc = exported === undefined ? null : placeOfExport(file);
  const name = relative(process.cwd(), file);
  return exported === undefined
    ? new CompileError('no-model', `${name.startsWith('..') ? file : name} has no default export`, {
        help: `end the file with: ${example}`,
      })
    : new CompileError('no-model', `the default export is ${whatIs(exported)}, not a model made by defineModel`, {
        loc,
        help: `wrap it: ${example}`,
      });
}

function placeOfExport(file: string): Loc | null {
  const lines = readFileSync(file, 'utf8').split('\n');
  const line = lines.findIndex((text) => /^\s*export\s+default\b/.test(text));
  return line < 0 ? null : { file: slashes(file), line: line + 1, col: (lines[line]?.search(/\S/) ?? 0) + 1 };
}

function whatIs(value: unknown): string {
  if (typeof value === 'function')
    return /^class\b/.test(String(value)) ? `the class ${value.name}` : `the function ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = value.constructor?.name ?? 'Object';
  return name === 'Object' ? 'a plain object' : name === 'Promise' ? 'a promise' : `an instance of ${name}`;
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
