/** Type-checks a user's files, and turns TypeScript into JavaScript by blanking the types, so that lines and columns do not change. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CompileError } from '../../ir/diagnostic.ts';
import { tensorTests } from './tensor-tests.ts';
import { type FileSystemHost, Project, ts } from './ts.ts';

export interface TypeProblem {
  /** `TS2345`, or `no-value` for a test of a tensor. */
  readonly code: string;
  /** TypeScript's message; for a comparison of a tensor the operator, for a predicate its method, and for a condition empty. */
  readonly message: string;
  /** Line and column from 1, and the length of the faulty text; null for a problem without a location. */
  readonly at: { readonly file: string; readonly line: number; readonly col: number; readonly length: number } | null;
  /** TypeScript's notes on other locations; `at` is null if they are not in the user's files. */
  readonly related: readonly { readonly message: string; readonly at: TypeProblem['at'] }[];
  /** The faulty text; for a name in an object literal, with its value. */
  readonly text: string;
  /** For a missing member: the names of the object's type and of those that it extends. */
  readonly of: readonly string[];
  /** For an argument: the called function as the user wrote it, if it is not declared in the user's files. */
  readonly callee: string | null;
}

export interface UserFile {
  readonly path: string;
  /** The imported modules, as written, each with its file if it is one of the user's. */
  readonly imports: Readonly<Record<string, string | null>>;
  /** JavaScript with unchanged positions, in pieces, with the specifiers of imports between them. */
  readonly javascript: readonly (string | { readonly specifier: string })[];
}

export interface UserProgram {
  readonly problems: readonly TypeProblem[];
  /** The root first, then its imports by relative paths. */
  readonly files: readonly UserFile[];
}

/** Called with every question to the file system: the same answers give the same program. */
export type Asked = (question: 'read' | 'file' | 'folder' | 'list' | 'real', path: string) => void;

export interface ReadOptions {
  /** The type declarations of packages by name. These and all files under `foreign` are not the user's. */
  readonly packages: Readonly<Record<string, string>>;
  readonly foreign: readonly string[];
  /** False to check only the syntax. */
  readonly check?: boolean;
  readonly onAsked?: Asked;
  /** Called with the files before their types are checked, if they have no syntax errors. */
  readonly onFiles?: (files: readonly UserFile[]) => void;
}

/** Reads `root` and its imports with strict options. */
export function readUserProgram(root: string, options: ReadOptions): UserProgram {
  const { packages, check = true, onAsked = () => {} } = options;
  const typeRoots = ancestors(dirname(root)).map((folder) => join(folder, 'node_modules', '@types'));
  const hasFolder = (path: string): boolean => {
    onAsked('folder', path);
    return existsSync(path);
  };
  const compilerOptions: ts.CompilerOptions = {
    target,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    ...(check ? { lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] } : { noLib: true }),
    typeRoots,
    types: check && typeRoots.some((folder) => hasFolder(join(folder, 'node'))) ? ['node'] : [],
    paths: Object.fromEntries(Object.entries(packages).map(([name, file]) => [name, [file]])),
    strict: true,
    noEmit: true,
    allowJs: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    // Syntax that cannot be blanked (enums, parameter properties) is an error with a location.
    erasableSyntaxOnly: true,
    skipLibCheck: true,
  };
  const isForeign = (path: string): boolean =>
    /\.d\.[cm]?ts$/.test(path) || options.foreign.some((folder) => path.startsWith(folder));
  // TypeScript is recursive.
  return atMostSoDeep(root, () => {
    forgetLater();
    const host = hostOf(watched(onAsked), isForeign);
    const program = ts.createProgram({ rootNames: [root], options: compilerOptions, host });
    const withOptions = (more: ts.CompilerOptions): ts.Program => {
      const getSourceFile = (path: string, target: ts.ScriptTarget) =>
        program.getSourceFile(path) ?? host.getSourceFile(path, target);
      return ts.createProgram({
        rootNames: [root],
        options: { ...compilerOptions, ...more },
        host: { ...host, getSourceFile },
      });
    };
    return readWith(program, withOptions, root, options);
  });
}

const target = ts.ScriptTarget.ES2022;

/** The path of the standard and DOM libraries, which come with the package as texts. */
const libraries = '/node_modules/typescript/lib';

function hostOf(fileSystem: FileSystemHost, isForeign: (path: string) => boolean): ts.CompilerHost {
  const files = new Project({ skipAddingFilesFromTsConfig: true, fileSystem }).getModuleResolutionHost();
  return {
    ...files,
    getCurrentDirectory: () => fileSystem.getCurrentDirectory(),
    getSourceFile(path) {
      const text = files.readFile(path);
      if (text === undefined) return undefined;
      return isForeign(path) ? keptFile(path, text) : sourceFile(path, text);
    },
    getDefaultLibFileName: (options) => `${libraries}/${ts.getDefaultLibFileName(options)}`,
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile() {},
  };
}

const sourceFile = (path: string, text: string): ts.SourceFile => ts.createSourceFile(path, text, target, true);

/** Parsed and bound files that are not the user's, kept for a while: parsing them is most of the work of a check. */
const kept = new Map<string, ts.SourceFile>();
const keptMs = 30_000;
let forgetting: NodeJS.Timeout | undefined;

function keptFile(path: string, text: string): ts.SourceFile {
  const known = kept.get(path);
  const file = known?.text === text ? known : sourceFile(path, text);
  kept.set(path, file);
  return file;
}

function forgetLater(): void {
  clearTimeout(forgetting);
  forgetting = setTimeout(() => kept.clear(), keptMs).unref();
}

/** The file system, reporting all questions to it. */
function watched(onAsked: Asked): FileSystemHost {
  const real = new Project({ skipAddingFilesFromTsConfig: true, skipLoadingLibFiles: true }).getFileSystem();
  const host: FileSystemHost = Object.create(real);
  const telling =
    <A extends unknown[], R>(question: Parameters<Asked>[0], f: (path: string, ...more: A) => R) =>
    (path: string, ...more: A): R => {
      onAsked(question, path);
      return f.call(real, path, ...more);
    };
  host.readFileSync = telling('read', real.readFileSync);
  host.fileExistsSync = telling('file', real.fileExistsSync);
  host.directoryExistsSync = telling('folder', real.directoryExistsSync);
  host.readDirSync = telling('list', real.readDirSync);
  host.realpathSync = telling('real', real.realpathSync);
  return host;
}

function atMostSoDeep<T>(file: string, f: () => T): T {
  try {
    return f();
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
    throw new CompileError('too-deep', 'the file is nested too deeply for TypeScript', {
      loc: { file, line: 1, col: 1 },
      help: 'name parts of long expressions, or load data from a file',
    });
  }
}

/** Reads a program; `withOptions` makes the same program, from the same nodes, with other options. */
function readWith(
  program: ts.Program,
  withOptions: (more: ts.CompilerOptions) => ts.Program,
  root: string,
  { foreign, check = true, onFiles }: ReadOptions,
): UserProgram {
  const checker = program.getTypeChecker();
  const isUsers = (file: ts.SourceFile): boolean =>
    !file.isDeclarationFile &&
    !file.fileName.endsWith('.json') &&
    !program.isSourceFileFromExternalLibrary(file) &&
    !foreign.some((folder) => file.fileName.startsWith(folder));

  const rootFile = program.getSourceFile(root);
  if (!rootFile) throw new Error(`${root}: the TypeScript program lacks its root`);
  const sources = [rootFile, ...program.getSourceFiles().filter((file) => file !== rootFile && isUsers(file))];
  const users = new Set(sources.map((file) => file.fileName));
  const files = sources.map((file) => ({
    path: file.fileName,
    imports: Object.fromEntries(
      specifiersOf(file).map(({ text }) => {
        const found = ts.resolveModuleName(text, file.fileName, program.getCompilerOptions(), ts.sys).resolvedModule;
        return [text, found && users.has(found.resolvedFileName) ? found.resolvedFileName : null];
      }),
    ),
    javascript: blanked(file, checker),
  }));
  const syntax = new Map(sources.map((file) => [file, program.getSyntacticDiagnostics(file)]));
  if (check && [...syntax.values()].every((found) => found.length === 0)) onFiles?.(files);
  const diagnostics = [...syntax].flatMap(([file, found]): readonly ts.Diagnostic[] =>
    found.length > 0 || !check ? found : program.getSemanticDiagnostics(file),
  );
  const typed = sources.filter((file) => check && syntax.get(file)?.length === 0 && isTypeScript(file));
  const isOurs = (file: ts.SourceFile): boolean => foreign.some((folder) => file.fileName.startsWith(folder));
  return {
    problems: inOrder(sources, [
      ...withoutEchoes(diagnostics)
        .filter((d) => d.category === ts.DiagnosticCategory.Error && !missesNodeTypes.has(d.code))
        .map((d) => problem(d, checker, isUsers)),
      ...testsOfTensors(typed, checker, withOptions, isOurs),
    ]),
    files,
  };
}

/** Drops complaints of a tensor's `shape` next to a wrong `dtype`: TypeScript then takes both for the names of tensors. */
function withoutEchoes(diagnostics: readonly ts.Diagnostic[]): readonly ts.Diagnostic[] {
  const fieldOf = ({ file, start }: ts.Diagnostic): ts.PropertyAssignment | null => {
    const [name, field] = file && start !== undefined ? nodesAround(file, start) : [];
    return name && field && ts.isPropertyAssignment(field) && field.name === name ? field : null;
  };
  const fields = diagnostics.flatMap((d) => fieldOf(d) ?? []);
  return diagnostics.filter((d) => {
    const field = d.code === missesProperty ? fieldOf(d) : null;
    const isDtype = (other: ts.PropertyAssignment): boolean =>
      other.parent === field?.parent && other.name.getText() === 'dtype';
    return field?.name.getText() !== 'shape' || !fields.some(isDtype);
  });
}
const missesProperty = 2741;

/** Sorts problems by file and line; those without a location come first. */
function inOrder(files: readonly ts.SourceFile[], problems: readonly TypeProblem[]): TypeProblem[] {
  const rank = new Map(files.map(({ fileName }, i) => [fileName, i]));
  const key = ({ at }: TypeProblem) => [rank.get(at?.file ?? '') ?? -1, at?.line ?? 0, at?.col ?? 0] as const;
  const difference = (a: TypeProblem, b: TypeProblem): number => {
    const [x, y] = [key(a), key(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
  };
  return [...problems].sort(difference);
}

const isTypeScript = ({ fileName }: ts.SourceFile): boolean => /\.[cm]?tsx?$/.test(fileName);

/** Conditions and comparisons of tensors. Files with any are checked again with noUncheckedIndexedAccess: an element that may be
 *  missing is tested for its presence. */
function testsOfTensors(
  files: readonly ts.SourceFile[],
  checker: ts.TypeChecker,
  withOptions: (more: ts.CompilerOptions) => ts.Program,
  isOurs: (file: ts.SourceFile) => boolean,
): TypeProblem[] {
  const guilty = files.filter((file) => tensorTests(file, checker, isOurs).length > 0);
  if (guilty.length === 0) return [];
  const stricter = withOptions({ noUncheckedIndexedAccess: true }).getTypeChecker();
  return guilty.flatMap((file) =>
    tensorTests(file, stricter, isOurs).map(({ node, operator }) => {
      const start = node.getStart(file);
      return {
        code: 'no-value',
        message: operator ?? '',
        at: place({ file, start, length: node.end - start }),
        related: [],
        text: file.text.slice(start, node.end),
        of: [],
        callee: null,
      };
    }),
  );
}

/** The codes of "Do you need to install type definitions for node?" No: the file runs in Node without them. */
const missesNodeTypes: ReadonlySet<number> = new Set([2580, 2591]);

const ancestors = (folder: string): string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...ancestors(dirname(folder))];

function problem(d: ts.Diagnostic, checker: ts.TypeChecker, isUsers: (file: ts.SourceFile) => boolean): TypeProblem {
  const plain = ({ messageText }: ts.DiagnosticRelatedInformation) =>
    ts.flattenDiagnosticMessageText(messageText, '\n');
  const around = d.file && d.start !== undefined ? nodesAround(d.file, d.start) : [];
  return {
    code: `TS${d.code}`,
    message: plain(d),
    at: place(d),
    related: (d.relatedInformation ?? []).map((r) => ({
      message: plain(r),
      at: r.file && isUsers(r.file) ? place(r) : null,
    })),
    text: textOf(around, d),
    of: ownerOf(around, checker),
    callee: calleeOf(around, d, checker, isUsers),
  };
}

/** The nodes around a position, innermost first. */
function nodesAround(file: ts.SourceFile, at: number): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (at < node.getStart(file) || at >= node.end) return;
    found.unshift(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function textOf([name, field]: readonly ts.Node[], { file, start = 0, length = 0 }: ts.Diagnostic): string {
  const isField = name && field && ts.isPropertyAssignment(field) && field.name === name;
  return isField ? field.getText() : (file?.text.slice(start, start + length) ?? '');
}

function ownerOf([name, access]: readonly ts.Node[], checker: ts.TypeChecker): string[] {
  if (!name || !access || !ts.isPropertyAccessExpression(access) || access.name !== name) return [];
  const names = new Set<string>();
  const add = (type: ts.Type): void => {
    const of = checker.getBaseConstraintOfType(type) ?? type;
    const symbol = of.getSymbol();
    if (!symbol || names.has(symbol.name)) return;
    names.add(symbol.name);
    if (of.isClassOrInterface()) checker.getBaseTypes(of).forEach(add);
  };
  add(checker.getTypeAtLocation(access.expression));
  return [...names];
}

/** The code for an argument that does not fit. If the argument is itself a call, the call around it is meant. */
const argumentDoesNotFit = 2345;

function calleeOf(
  around: readonly ts.Node[],
  { code, start = 0 }: ts.Diagnostic,
  checker: ts.TypeChecker,
  isUsers: (file: ts.SourceFile) => boolean,
): string | null {
  const call = around
    .filter((node) => ts.isCallExpression(node) || ts.isNewExpression(node))
    .find((node) => code !== argumentDoesNotFit || node.expression.end <= start);
  if (!call) return null;
  const { expression } = call;
  // A method by its name, whatever it is called on.
  const isLong = ts.isPropertyAccessExpression(expression) && !/^[\w.]+$/.test(expression.expression.getText());
  const text = isLong ? `x.${expression.name.text}` : expression.getText();
  const declared = checker.getTypeAtLocation(expression).getSymbol()?.declarations?.[0];
  return /^[\w.]{1,60}$/.test(text) && declared && !isUsers(declared.getSourceFile()) ? text : null;
}

function place({
  file,
  start,
  length,
}: Pick<ts.DiagnosticRelatedInformation, 'file' | 'start' | 'length'>): TypeProblem['at'] {
  if (!file || start === undefined) return null;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return { file: file.fileName, line: line + 1, col: character + 1, length: length ?? 1 };
}

/** The string literals that name modules, in imports, re-exports and import(). */
function specifiersOf(file: ts.SourceFile): ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = [];
  const visit = (node: ts.Node): void => {
    const name =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (name && ts.isStringLiteralLike(name)) found.push(name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A range of the text and its replacement. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: UserFile['javascript'][number];
}

function blanked(file: ts.SourceFile, checker: ts.TypeChecker): UserFile['javascript'] {
  const edits = [
    ...typeRanges(file, checker).map(({ from, to, first = '', last = '' }) => {
      const spaces = file.text.slice(from + first.length, to - last.length).replace(/[^\r\n\u2028\u2029]/g, ' ');
      return { from, to, text: first + spaces + last };
    }),
    ...specifiersOf(file).map((name) => ({ from: name.getStart(file), to: name.end, text: { specifier: name.text } })),
  ];
  return applied(file.text, edits);
}

/** The text with the outermost edits applied. */
function applied(text: string, edits: readonly Edit[]): UserFile['javascript'] {
  const inOrder = [...edits].sort((a, b) => a.from - b.from || b.to - a.to);
  const out: UserFile['javascript'][number][] = [];
  let reached = 0;
  for (const { from, to, text: instead } of inOrder) {
    if (from < reached) continue;
    out.push(text.slice(reached, from), instead);
    reached = to;
  }
  return [...out, text.slice(reached)];
}

/** A range to blank, except for characters that separate or join the code around it. */
interface Range {
  readonly from: number;
  readonly to: number;
  first?: ';';
  readonly last?: ')';
}

/** The ranges of types in a file. Blanking them gives the JavaScript that TypeScript would emit, given `erasableSyntaxOnly`. */
function typeRanges(file: ts.SourceFile, checker: ts.TypeChecker): Range[] {
  const ranges: Range[] = [];
  if (!isTypeScript(file)) return ranges;
  const { text } = file;
  const start = (node: ts.Node): number => node.getStart(file);
  const blank = (from: number, to: number, first?: ';'): void => {
    if (to > from) ranges.push({ from, to, ...(first ? { first } : {}) });
  };
  /** Blanks a whole statement or class member; a `;` separates its neighbours. */
  const drop = (node: ts.Node): void => blank(start(node), node.end, ';');
  /** Blanks a node together with the character before it, such as ':' or '<'. */
  const withBefore = (node: { pos: number; end: number } | undefined, closing = ''): void => {
    if (node) blank(node.pos - 1, closing ? text.indexOf(closing, node.end) + 1 : node.end);
  };
  const token = (node: ts.Node | undefined): void => {
    if (node) blank(start(node), node.end);
  };
  /** Blanks a list element and the comma after it. */
  const element = (node: ts.Node): void => {
    const comma = /^\s*,/.exec(text.slice(node.end));
    blank(start(node), node.end + (comma?.[0].length ?? 0));
  };
  const isTypeOnly = (name: ts.Identifier | ts.ModuleExportName): boolean => {
    const symbol = checker.getSymbolAtLocation(name);
    if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return !!symbol && !(symbol.flags & ts.SymbolFlags.Value);
    const target = checker.getAliasedSymbol(symbol);
    return target.declarations !== undefined && !(target.flags & ts.SymbolFlags.Value);
  };
  const modifiers = (node: ts.Node, erased: readonly ts.SyntaxKind[], first?: ';'): void => {
    const all = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
    for (const m of all) if (erased.includes(m.kind)) blank(start(m), m.end, m === all[0] ? first : undefined);
  };
  const has = (node: ts.Node, kind: ts.SyntaxKind, where = true): boolean =>
    where && ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some((m) => m.kind === kind);

  const isErased = (node: ts.Node): boolean =>
    has(node, ts.SyntaxKind.DeclareKeyword) ||
    has(node, ts.SyntaxKind.AbstractKeyword, ts.isClassElement(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    (ts.isFunctionLike(node) && !ts.isTypeNode(node) && !('body' in node && node.body));

  const visit = (node: ts.Node): void => {
    if (isErased(node)) {
      drop(node);
      return;
    }
    if (ts.isImportDeclaration(node)) imports(node);
    if (ts.isExportDeclaration(node)) exports(node);
    if (ts.isFunctionLike(node) && 'body' in node) signature(node);
    if (ts.isClassLike(node)) classHead(node);
    if (ts.isClassElement(node)) modifiers(node, memberModifiers, ';');
    if (ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) {
      token(node.exclamationToken);
      if (ts.isPropertyDeclaration(node)) token(node.questionToken);
      withBefore(node.type);
    }
    if (ts.isParameter(node)) {
      if (ts.isIdentifier(node.name) && node.name.text === 'this') element(node);
      modifiers(node, memberModifiers);
      token(node.questionToken);
      withBefore(node.type);
    }
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) blank(node.expression.end, node.end);
    if (ts.isNonNullExpression(node)) blank(node.end - 1, node.end);
    if (ts.isTypeAssertionExpression(node)) blank(start(node), start(node.expression));
    if (hasTypeArguments(node)) withBefore(node.typeArguments, '>');
    if (!ts.isTypeNode(node) || ts.isExpressionWithTypeArguments(node)) ts.forEachChild(node, visit);
    if (endsItself(node)) keepApart(node);
  };

  function imports(node: ts.ImportDeclaration): void {
    const clause = node.importClause;
    if (!clause) return;
    const named = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
    const types = named.filter((e) => e.isTypeOnly || isTypeOnly(e.name));
    const allNamed = named.length > 0 && types.length === named.length;
    if (clause.isTypeOnly || (allNamed && !clause.name)) drop(node);
    else types.forEach(element);
  }

  function exports(node: ts.ExportDeclaration): void {
    if (node.isTypeOnly) drop(node);
    else if (node.exportClause && ts.isNamedExports(node.exportClause))
      for (const e of node.exportClause.elements) if (e.isTypeOnly || isTypeOnly(e.name)) element(e);
  }

  function signature(node: ts.FunctionLikeDeclaration): void {
    if (ts.isMethodDeclaration(node)) token(node.questionToken);
    withBefore(node.typeParameters, '>');
    if (!node.type) return;
    const colon = node.type.pos - 1;
    const onOneLine =
      !ts.isArrowFunction(node) || !/[\r\n]/.test(text.slice(colon, start(node.equalsGreaterThanToken)));
    // JavaScript requires `)` and `=>` on one line: otherwise the parenthesis moves down to the end of the type.
    if (onOneLine) blank(colon, node.type.end);
    else ranges.push({ from: text.lastIndexOf(')', colon), to: node.type.end, last: ')' });
  }

  function classHead(node: ts.ClassLikeDeclaration): void {
    modifiers(node, [ts.SyntaxKind.AbstractKeyword]);
    withBefore(node.typeParameters, '>');
    for (const clause of node.heritageClauses ?? [])
      if (clause.token === ts.SyntaxKind.ImplementsKeyword) token(clause);
  }

  /** `const a = b as T` before a line that begins with `(` would become a call: the first blank becomes a `;`. */
  function keepApart(node: ts.Node): void {
    const last = ranges.findLast(({ to }) => to === node.end);
    if (last && text[node.end - 1] !== ';') last.first = ';';
  }

  visit(file);
  return ranges;
}

const memberModifiers = [
  ts.SyntaxKind.PublicKeyword,
  ts.SyntaxKind.PrivateKeyword,
  ts.SyntaxKind.ProtectedKeyword,
  ts.SyntaxKind.ReadonlyKeyword,
  ts.SyntaxKind.OverrideKeyword,
];

const hasTypeArguments = (
  node: ts.Node,
): node is ts.CallExpression | ts.NewExpression | ts.TaggedTemplateExpression | ts.ExpressionWithTypeArguments =>
  (ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isExpressionWithTypeArguments(node)) &&
  node.typeArguments !== undefined;

/** True for a node that may end at the end of a line, without a `;`. */
const endsItself = (node: ts.Node): boolean =>
  ts.isVariableStatement(node) ||
  ts.isExpressionStatement(node) ||
  ts.isReturnStatement(node) ||
  ts.isThrowStatement(node) ||
  ts.isExportAssignment(node) ||
  ts.isPropertyDeclaration(node);
