/** Renders errors for the user: what is wrong, their line with carets beneath, what else is involved, and what to try. */
import { isAbsolute, relative } from 'node:path';
import { CompileError, CompilerBug, type Loc, type Note, PassFault } from '../../ir/diagnostic.ts';
import { plain, type Style } from './style.ts';

/** A problem to show. `length` is the length of the text to underline; if it is not known, the call at `loc` is underlined. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly loc: Loc | null;
  readonly length?: number;
  readonly notes: readonly Note[];
  readonly help: string | null;
}

/** The problems found by type-checking a file. */
export class ProblemsError extends Error {
  override readonly name = 'ProblemsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((p) => p.message).join('\n'));
    this.problems = problems;
  }
}

export interface Rendering {
  readonly style?: Style;
  /** Paths are shown relative to this folder. */
  readonly cwd?: string;
  /** A file's text; without it, or for null, the report has no code frame. */
  readonly read?: (file: string) => string | null;
}

/** Where to report bugs in Tapeout. */
const bugTracker = 'the issue tracker of Tapeout';
const shownProblems = 20;

/** The report on an error, without a trailing newline; null for an error that Tapeout does not throw on purpose. */
export function renderError(error: unknown, rendering: Rendering = {}): string | null {
  if (error instanceof CompileError) {
    const problem = renderProblem(problemOf(error), rendering);
    return error instanceof PassFault ? [problem, '', ...irBefore(error)].join('\n') : problem;
  }
  if (error instanceof ProblemsError) return renderProblems(error.problems, rendering);
  if (error instanceof CompilerBug) return renderBug(error, rendering);
  if (error instanceof Error && plainErrors.has(error.name)) {
    const { style = plain } = rendering;
    return `${style.bold(style.red('error'))}${style.bold(`: ${shortened(error.message)}`)}`;
  }
  return null;
}

/** Errors that are reported by their message alone. Named rather than imported: a bundle's runtime throws them too. */
const plainErrors = new Set([
  'DataError',
  'TapeoutError',
  'SafetensorsError',
  'UsageError',
  'OutputError',
  'DivergedError',
]);

const problemOf = ({ code, message, loc, notes, help }: CompileError): Problem => ({ code, message, loc, notes, help });

function renderProblems(problems: readonly Problem[], rendering: Rendering): string {
  const { style = plain } = rendering;
  const shown = problems.slice(0, shownProblems).map((p) => renderProblem(p, rendering));
  const count = problems.length === 1 ? 'found 1 error' : `found ${problems.length} errors`;
  const hidden = problems.length - shown.length;
  return [...shown, style.bold(hidden > 0 ? `${count}, of which the first ${shown.length} are shown` : count)].join(
    '\n\n',
  );
}

const irBefore = ({ pass, before }: { pass: string; before: string }): string[] => [
  `the IR before '${pass}':`,
  before.trimEnd(),
];

function renderBug({ pass, message, before }: CompilerBug, { style = plain }: Rendering): string {
  return [
    style.bold(style.red(message)),
    ...(before === null ? [] : ['', ...irBefore({ pass, before })]),
    '',
    `This is a bug in Tapeout, not in your model. Please report it with this text and the model file to ${bugTracker}.`,
  ].join('\n');
}

export function renderProblem(problem: Problem, rendering: Rendering = {}): string {
  const { style = plain, cwd = '' } = rendering;
  const { code, loc, notes } = problem;
  const [message, help] = [shortened(problem.message), problem.help && shortened(problem.help)];
  const [first = '', ...more] = message.split('\n');
  const frame = loc && codeFrame(problem, rendering);
  const elsewhere = notes.filter((note) => !frame?.shown.has(note));
  return [
    `${style.bold(style.red(`error[${code}]`))}${style.bold(`: ${first}`)}`,
    ...more,
    ...(loc ? [`  ${style.blue('-->')} ${showPlace(loc, cwd)}`] : []),
    ...(frame?.lines ?? []),
    ...elsewhere.map((note) => {
      const place = note.loc ? `${showPlace(note.loc, cwd)}: ` : '';
      return `${style.bold('note')}: ${place}${shortened(note.message).replaceAll('\n', '\n  ')}`;
    }),
    ...(help === null ? [] : [`${style.bold(style.cyan('help'))}: ${help}`]),
  ].join('\n');
}

/** A path for messages: relative to `cwd` if it is below it. */
export function showPath(file: string, cwd: string): string {
  const short = cwd ? relative(cwd, file) : file;
  return short === '' || short.startsWith('..') || isAbsolute(short) ? file : short.replaceAll('\\', '/');
}

const showPlace = (loc: Loc, cwd: string): string => `${showPath(loc.file, cwd)}:${loc.line}:${loc.col}`;

interface Mark {
  readonly line: number;
  readonly col: number;
  readonly length: number;
  readonly guilty: boolean;
  readonly label: string;
}

/** Notes on lines further away than this are printed below the frame, with their location. */
const reach = 20;

function codeFrame(problem: Problem, { style = plain, cwd = '', read = () => null }: Rendering) {
  const { loc, notes, length } = problem;
  if (!loc) return null;
  const text = read(loc.file);
  const lines = text?.split(/\r\n|[\n\r\u2028\u2029]/);
  if (!lines?.[loc.line - 1]) return null;

  const inFrame = (note: Note): note is Note & { readonly loc: Loc } =>
    note.loc?.file === loc.file &&
    Math.abs(note.loc.line - loc.line) <= reach &&
    lines[note.loc.line - 1] !== undefined;
  const isHere = ({ loc: at }: Note): boolean => at?.file === loc.file && at.line === loc.line && at.col === loc.col;
  const here = notes.filter((note) => !note.loc || isHere(note) || !inFrame(note));
  // One label fits beside the carets; the rest are printed below.
  const [beside] = here;
  const label = beside ? labelOf(beside, loc, cwd) : '';
  const framed = notes.filter((note) => inFrame(note) && !isHere(note)) as (Note & { readonly loc: Loc })[];

  const marks: Mark[] = [
    { ...underline(lines, loc, length), guilty: true, label },
    ...framed.map((note) => ({ ...underline(lines, note.loc), guilty: false, label: shortened(note.message) })),
  ];
  const windows = windowsOf(marks);
  const width = String(Math.max(...marks.map((m) => m.line))).length;
  const out: string[] = [];
  let last: number | null = null;
  for (const line of [...new Set(marks.map((m) => m.line))].sort((a, b) => a - b)) {
    if (last !== null && line > last + 1)
      out.push(line === last + 2 ? sourceLine(last + 1) : style.blue(`${'.'.repeat(Math.max(3, width))}`));
    out.push(sourceLine(line));
    const onLine = marks
      .filter((m) => m.line === line)
      .sort((a, b) => Number(b.guilty) - Number(a.guilty) || a.col - b.col);
    for (const mark of onLine) out.push(markLine(mark));
    last = line;
  }
  return { lines: out, shown: new Set<Note>([...framed, ...(beside ? [beside] : [])]) };

  function sourceLine(line: number): string {
    const [from, to] = windows.get(line) ?? [0, widest];
    const text = lines?.[line - 1] ?? '';
    const shown = `${from > 0 ? '…' : ''}${visible(text.slice(from, to))}${to < text.length ? '…' : ''}`;
    return `${style.blue(`${String(line).padStart(width)} |`)} ${shown.trimEnd()}`;
  }
  function markLine({ line, col, length, guilty, label }: Mark): string {
    const source = lines?.[line - 1] ?? '';
    const [from, to] = windows.get(line) ?? [0, widest];
    const indent = ' '.repeat((from > 0 ? 1 : 0) + visible(source.slice(from, Math.max(from, col - 1))).length);
    const under = (guilty ? '^' : '-').repeat(Math.max(1, Math.min(length, to - Math.max(from, col - 1))));
    const [first = '', ...more] = label.split('\n');
    const colour = guilty ? style.red : style.blue;
    const gutter = style.blue(`${' '.repeat(width)} |`);
    const head = `${gutter} ${indent}${colour(`${under}${first ? ` ${first}` : ''}`)}`;
    return [head, ...more.map((text) => `${gutter} ${indent}${' '.repeat(under.length)} ${colour(text)}`)].join('\n');
  }
}

/** The part of each line to show: all of it, or if it is longer than `widest`, the part around its first mark. */
function windowsOf(marks: readonly Mark[]): Map<number, readonly [from: number, to: number]> {
  const windows = new Map<number, readonly [number, number]>();
  for (const { line, col } of marks) {
    const from = col - 1 < widest ? 0 : col - 1 - widest / 4;
    const known = windows.get(line);
    if (!known || from < known[0]) windows.set(line, [from, from + widest]);
  }
  return windows;
}
const widest = 240;

/** Shortens a message: it may quote a text of the user's of any length. */
const shortened = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest / 2)} … ${text.slice(-longest / 2)}`;
const longest = 1200;

/** Replaces tabs, which would misplace the carets, and control characters, which a terminal would obey. */
const visible = (text: string): string => text.replaceAll('\t', '    ').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd');

const labelOf = ({ message, loc }: Note, guilty: Loc, cwd: string): string =>
  !loc || (loc.file === guilty.file && loc.line === guilty.line && loc.col === guilty.col)
    ? shortened(message)
    : `${shortened(message)}, at ${showPlace(loc, cwd)}`;

/** The text to underline: of the given length, or the call that begins at `loc`, with the `this.conv1.` before a method's name. */
function underline(lines: readonly string[], { line, col }: Loc, length?: number): Omit<Mark, 'guilty' | 'label'> {
  const text = lines[line - 1] ?? '';
  if (length !== undefined)
    return { line, col, length: Math.min(length, Math.max(1, text.trimEnd().length - col + 1)) };
  const before = /(?:[\w$]+(?:\(\))?[?!]?\.)+$/.exec(text.slice(0, col - 1))?.[0].length ?? 0;
  const from = col - 1 - before;
  return { line, col: from + 1, length: endOfCall(text, col - 1) - from };
}

/** The end of the call or name at `from`: after the parenthesis that closes its arguments, or the end of the line. */
function endOfCall(text: string, from: number): number {
  const head = /^(?:new\s+)?[%@]?[\w$.?!]*(?:<[^<>()]*>)?/.exec(text.slice(from))?.[0].length ?? 0;
  let at = from + head;
  if (text[at] !== '(') return Math.max(at, from + 1);
  const open: string[] = [];
  const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
  for (; at < text.length; at++) {
    const c = text[at] as string;
    if (c === '"' || c === "'" || c === '`') {
      const end = text.indexOf(c, at + 1);
      if (end < 0) break;
      at = end;
    } else if (closing[c]) open.push(closing[c]);
    else if (c === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  return text.trimEnd().length;
}
