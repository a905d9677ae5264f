/** `tapeout tune`: measures candidate schedules for every kernel on this machine, and writes those that are faster. */
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { versionLine } from '../../ir/text/print-options.ts';
import { printSchedule } from '../../ir/text/print-schedule.ts';
import { givenBy, type Tuned, tune } from '../measure/tune.ts';
import { compileRecording } from '../pipeline/compile.ts';
import { showPath } from '../report/diagnostics.ts';
import { type ProgressBar, progressBar } from '../report/progress.ts';
import { table } from '../report/table.ts';
import { command, type ValuesFor } from './command.ts';
import { batchOf, compileFor, entryFlags, entryOf } from './entry.ts';
import { flag, positive } from './flags.ts';
import { exits, type Io, interruptible } from './io.ts';
import { requireWritable, writeOut } from './text.ts';

const ownFlags = {
  ...entryFlags,
  timeLimit: flag('--time-limit <seconds>', 'stop searching after this time', { default: 60, read: positive }),
  out: flag('--out <file>', 'where to write (default: <name of the model>.schedule.tir)'),
};
type TuneFlags = ValuesFor<'model', typeof ownFlags>;

export const tuneCommand = command({
  name: 'tune',
  about: 'Measures schedules for every kernel on this machine, and writes those that are faster.',
  takes: 'model',
  flags: ownFlags,
  more: `
For each kernel, the candidates that the scheduler estimates best are measured alternately with the one that it chose. The file
has a schedule for each kernel that became faster, if the whole step did: compile, train, print, opt and profile take it with
--schedule. Ctrl-C ends the search and keeps what was found so far.

Examples:
  tapeout tune lenet.ts
  tapeout tune lenet.ts --batch 1 --out one.tir --time-limit 20`,
  run,
});

async function run(path: string, flags: TuneFlags, io: Io): Promise<number> {
  const { compiled, options } = await compileFor(path, flags, io);
  const entry = entryOf(compiled, flags.entry).name;
  const batch = batchOf(compiled, flags.batch);
  const { name } = compiled.recording;
  const out = flags.out ?? `${name.replace(/[^\w-]/g, '_')}.schedule.tir`;
  // Before the search, so that an unwritable file wastes no time.
  requireWritable(out, io);

  const { tuned, stopped } = await watched(io, (onProgress, signal) =>
    tune({
      entry,
      batch,
      limit: flags.timeLimit * 1000,
      compile: (schedules) => compileRecording(compiled.recording, { ...options, schedule: givenBy(schedules) }),
      onProgress,
      signal,
    }),
  );
  const title = `${name}, ${entry}, batch ${batch}: ${tuned.tried} candidates measured`;
  const machine = `${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  writeOut(out, fileOf(tuned, [`tapeout tune: ${title}`, machine, outcome(tuned)]), io);
  const byGain = [...tuned.kernels].sort(([, a], [, b]) => b.before - b.after - (a.before - a.after));
  const rows = byGain.map(([kernel, { before, after }]) => [
    kernel,
    micros(before),
    micros(after),
    // Times below the clock's resolution have no ratio.
    before > 0 && after > 0 ? `${(before / after).toFixed(2)}x` : '-',
  ]);
  io.stdout.write(
    [
      title,
      ...(rows.length > 0 ? ['', ...table(['kernel', 'µs', 'tuned', ''], rows), ''] : []),
      outcome(tuned),
      `wrote to ${showPath(resolve(io.cwd, out), io.cwd)}: tapeout compile ${path} --schedule ${out}`,
      '',
    ].join('\n'),
  );
  return stopped ? exits.interrupted : exits.ok;
}

const outcome = ({ schedules, step }: Tuned): string =>
  step && schedules.size > 0
    ? `the step: ${micros(step.before)} µs -> ${micros(step.after)} µs, ${(step.before / step.after).toFixed(2)}x`
    : step
      ? 'kernels became faster, but the step did not: the schedules stay as they are'
      : 'nothing was faster than what the scheduler chooses';

const fileOf = ({ schedules }: Tuned, comments: readonly string[]): string =>
  [
    versionLine,
    ...comments.map((c) => `; ${c}`),
    ...[...schedules].map(([kernel, s]) => `\n${printSchedule(kernel, s)}`),
    '',
  ].join('\n');

/** Runs a search with a progress bar. Ctrl-C ends it and keeps what was found; a second one ends the process at once. */
async function watched(
  io: Io,
  work: (onProgress: (done: number, of: number, doing: string) => void, signal: AbortSignal) => Promise<Tuned>,
): Promise<{ readonly tuned: Tuned; readonly stopped: boolean }> {
  let bar: ProgressBar | null = progressBar(io.stderr, 'tuning');
  const clear = () => {
    bar?.clear();
    bar = null;
  };
  return interruptible(io, clear, async (signal) => {
    const tuned = await work((done, of, doing) => bar?.update(done, of, doing), signal);
    return { tuned, stopped: signal.aborted };
  });
}

const micros = (ms: number): string => Math.max(0, ms * 1000).toFixed(1);
