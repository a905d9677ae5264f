/** `tapeout reduce`: the smallest text that still fails a check. */
import { basename } from 'node:path';
import { CompileError } from '../../ir/diagnostic.ts';
import { DataError } from '../../runtime/data/error.ts';
import { type Counts, linesOf, type Reduced, type Subject, subjectOf } from '../reduce/index.ts';
import { count } from '../report/table.ts';
import { Check, type Outcome } from './check.ts';
import { command, type ValuesFor } from './command.ts';
import { flag, seconds, sharedFlags } from './flags.ts';
import { exits, type Io, UsageError } from './io.ts';
import { readSource, type Source, usualMaxBatch, writeOut } from './text.ts';

const ownFlags = {
  check: flag(
    '--check <command>',
    'a shell command that is run on every candidate: it fails if its exit code is not 0. {} becomes the path of the candidate; without {}, the path is appended',
    { isRequired: true },
  ),
  out: flag('--out <file>', 'write the smallest text here, as soon as one is found (default: stdout, at the end)'),
  match: flag('--match <text>', 'count a check as failed only if its output contains this text literally'),
  timeout: flag('--timeout <seconds>', 'end a check after this time', { default: 60, read: seconds }),
  lines: flag<boolean>('--lines', 'reduce line by line, for a text that cannot be parsed'),
  maxBatch: sharedFlags.textBatch,
};
type ReduceFlags = ValuesFor<'text', typeof ownFlags>;

export const reduceCommand = command({
  name: 'reduce',
  about: 'Reduces a text that fails a check to the smallest one that still fails.',
  takes: 'text',
  flags: ownFlags,
  more: `
Candidates can be parsed, and verify if the text does. If the check of the whole text times out, only timeouts count as
failures; otherwise they never do. Exit codes 126 and 127, by which a shell reports a command that it cannot run, are not
failures. Ctrl-C ends the search with the smallest text so far.

Examples:
  tapeout reduce net.tir --check 'tapeout opt --passes=canonicalize,fuse --verify' --match "bug in pass 'fuse'"
  tapeout reduce net.tir --check './differs.sh {} --seed 7' --timeout 10 --out small.tir`,
  run,
});

async function run(path: string, flags: ReduceFlags, io: Io): Promise<number> {
  const source = readSource(path, io);
  const subject = flags.lines ? linesOf(source.text) : read(source, flags);
  const name = path === '-' ? 'stdin.tir' : basename(source.file);
  const check = new Check({ command: flags.check, name, cwd: io.cwd, timeout: flags.timeout });
  const controller = new AbortController();
  const release = io.onInterrupt(() => {
    if (controller.signal.aborted) {
      check.dispose();
      io.exit(exits.interrupted);
    }
    controller.abort();
    check.stop();
  });
  try {
    return await reduced(path, source.text, subject, flags, check, controller.signal, io);
  } finally {
    release();
    check.dispose();
  }
}

function read({ text, file }: Source, flags: ReduceFlags): Subject {
  try {
    return subjectOf(text, file, flags.maxBatch ?? usualMaxBatch);
  } catch (e) {
    if (!(e instanceof CompileError)) throw e;
    const message = 'with --lines, a text that cannot be parsed is reduced line by line';
    throw new CompileError(e.code, e.message, { ...e, notes: [...e.notes, { message }] });
  }
}

async function reduced(
  path: string,
  text: string,
  subject: Subject,
  flags: ReduceFlags,
  check: Check,
  signal: AbortSignal,
  io: Io,
): Promise<number> {
  const started = performance.now();
  const first = await check.run(text);
  if (first.kind === 'stopped') return exits.interrupted;
  const isSame = sameFailure(first, flags.match);
  demandFailure(path, first, isSame, flags);
  if (subject.text !== text) {
    const again = await check.run(subject.text);
    if (again.kind === 'stopped') return exits.interrupted;
    if (!isSame(again))
      throw new DataError(
        `${path} fails the check, but the text that would be reduced does not:\n${subject.text.trimEnd().split('\n').slice(0, 8).join('\n')}\nIt is the text as tapeout opt writes it, and of a program only the kernels. --lines reduces the text as it is.`,
      );
  }
  if (!subject.verified && !flags.lines)
    io.stderr.write(`note: ${path} does not verify (see tapeout opt), so candidates need not verify either\n`);

  const save = (found: string): void => {
    if (flags.out !== undefined) writeOut(flags.out, found, io);
  };
  save(subject.text);
  let last = first;
  const progress = progressOf(io);
  const found = await subject.reduce(
    async (candidate) => {
      const outcome = await check.run(candidate);
      const isFailure = isSame(outcome);
      if (isFailure && outcome.kind !== 'stopped') last = outcome;
      return isFailure;
    },
    {
      signal,
      onCheck: progress.checked,
      onSmaller(smaller, step) {
        save(smaller.text);
        progress.smaller(smaller, step);
      },
    },
  );
  progress.end();

  if (flags.out === undefined) io.stdout.write(found.text);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const how = signal.aborted ? 'stopped' : 'reduced';
  const changes = found.counts.map(([noun, n], i) => `${noun} ${count(subject.counts[i]?.[1] ?? 0)} -> ${count(n)}`);
  const where = flags.out === undefined ? '' : `; wrote to ${flags.out}`;
  io.stderr.write(`${how}: ${changes.join(', ')}; ${showCounts([['checks', found.checks]])}, ${seconds} s${where}\n`);
  for (const note of doubts(found, first, last, flags)) io.stderr.write(`note: ${note}\n`);
  return signal.aborted ? exits.interrupted : exits.ok;
}

/** The exit codes by which a shell reports that it cannot run a command. */
const notRun: ReadonlySet<number | null> = new Set([126, 127]);

/** A predicate for the same failure as the first: a hang if that hung, else an exit code other than 0; in both cases with the
 *  text to match in the output. */
function sameFailure(first: Outcome, match: string | undefined): (o: Outcome) => boolean {
  return (o) => {
    if (o.kind === 'stopped' || o.kind !== first.kind) return false;
    if (o.kind === 'ended' && (o.exit === 0 || notRun.has(o.exit))) return false;
    return match === undefined || o.output.includes(match);
  };
}

function demandFailure(path: string, first: Outcome, isSame: (o: Outcome) => boolean, flags: ReduceFlags): void {
  if (first.kind === 'stopped' || isSame(first)) return;
  const said = first.output.trim().split('\n').slice(0, 8).join('\n');
  const output = said === '' ? 'It prints nothing.' : `It prints:\n${said}`;
  if (first.kind === 'ended' && notRun.has(first.exit))
    throw new UsageError(`--check: the shell cannot run this command (exit code ${first.exit}). ${output}`);
  if (first.kind === 'ended' && first.exit === 0)
    throw new DataError(
      `--check passes on ${path}: the command must end with a nonzero exit code as long as the fault is there. ${output}`,
    );
  throw new DataError(
    `--check fails on ${path}, but ${flags.match === '' ? 'nothing' : `'${flags.match}'`} is not in its output. ${output}`,
  );
}

/** Notes on signs that the result is not the failure that the user meant. */
function doubts(found: Reduced, first: Outcome, last: Outcome, { match }: ReduceFlags): string[] {
  const [kind, n] = (found.counts.find(([noun]) => whole.has(noun)) ?? []) as [string?, number?];
  const notes: string[] = [];
  if (n === 0) notes.push(`the check fails with no ${kind} at all: does it test what you mean?`);
  if (match === undefined && first.kind === 'ended' && last.kind === 'ended' && first.exit !== last.exit)
    notes.push(
      `the command first ended with ${showExit(first.exit)}, and now ends with ${showExit(last.exit)}: if that is another failure, distinguish them with --match TEXT`,
    );
  return notes;
}

const whole: ReadonlySet<string> = new Set(['ops', 'statements', 'lines']);
const showExit = (code: number | null): string => (code === null ? 'a signal' : `exit code ${code}`);

interface Progress {
  checked(found: Reduced, step: string): void;
  smaller(found: Reduced, step: string): void;
  end(): void;
}

/** Progress on stderr: on a terminal, one changing line; otherwise, a line for each step that made something smaller. */
function progressOf({ stderr }: Io): Progress {
  const show = ({ counts, checks }: Reduced, step: string): string =>
    `${step}: ${showCounts(counts)} after ${showCounts([['checks', checks]])}`;
  if (stderr.isTTY) {
    const draw = (found: Reduced, step: string) =>
      stderr.write(`\r\x1b[K${show(found, step).slice(0, (stderr.columns ?? 80) - 1)}`);
    return { checked: draw, smaller: draw, end: () => stderr.write('\r\x1b[K') };
  }
  let pending: { readonly step: string; readonly line: string } | null = null;
  const flush = (): void => {
    if (pending) stderr.write(`${pending.line}\n`);
    pending = null;
  };
  return {
    checked() {},
    smaller(found, step) {
      if (pending?.step !== step) flush();
      pending = { step, line: show(found, step) };
    },
    end: flush,
  };
}

const showCounts = (counts: Counts): string =>
  counts.map(([noun, n]) => `${count(n)} ${n === 1 ? noun.slice(0, -1) : noun}`).join(', ');
