/** Shared by the commands that measure: compiles a model, and selects an entry and a batch. */
import type { Entry } from '../../ir/program.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import type { EntryName } from '../pipeline/entries.ts';
import type { CompileOptions } from '../pipeline/options.ts';
import type { ValuesFor } from './command.ts';
import { type CodeFlags, codeOptions, entryNames, flag, graphFlags, sharedFlags, wasmFlags } from './flags.ts';
import { type Io, UsageError } from './io.ts';
import { compileModel, loadModel } from './model.ts';
import { readSchedule } from './text.ts';

/** The flags of all of them. */
export const entryFlags = {
  entry: flag<EntryName>('--entry <name>', 'the entry (default: train_step, or else forward)', { choices: entryNames }),
  batch: sharedFlags.batch,
  ...wasmFlags,
  ...graphFlags,
};
/** Their values, and those that some of them have. */
export type EntryFlags = ValuesFor<'model', typeof entryFlags> &
  Pick<CodeFlags, 'binding' | 'gpuFeatures'> & {
    readonly schedule?: string;
    readonly backend?: 'wasm' | 'webgpu';
  };

/** The compiled model and its options. It has the usual entries, so that kernels have their usual names; any other entry is
 *  compiled alone. */
export async function compileFor(
  path: string,
  { entry, batch, schedule, backend = 'wasm', check = true, ...flags }: EntryFlags,
  io: Io,
): Promise<{ readonly compiled: Compiled; readonly options: CompileOptions }> {
  const { value: spec, types } = await loadModel(path, { check }, io);
  const maxBatch = Math.max(spec.maxBatch, batch ?? 1);
  const usual: readonly EntryName[] = ['forward', 'evaluate', 'train_step'];
  const options: CompileOptions = {
    ...(entry === undefined || usual.includes(entry) ? {} : { entries: [entry] }),
    ...codeOptions(flags),
    ...readSchedule(schedule, io),
    target: backend,
    root: io.cwd,
  };
  return { compiled: await compileModel({ value: { ...spec, maxBatch }, types }, options, io), options };
}

/** The named entry; by default `train_step`, or else `forward`. */
export function entryOf({ program }: Pick<Compiled, 'program'>, name: string | undefined): Entry {
  const wanted = name ?? (program.entries.some((e) => e.name === 'train_step') ? 'train_step' : 'forward');
  const found = program.entries.find((e) => e.name === wanted);
  if (found) return found;
  throw new UsageError(
    `there is no entry '${wanted}': the entries are ${program.entries.map((e) => e.name).join(', ')}`,
  );
}

export const batchOf = ({ program }: Compiled, batch: number | undefined): number => batch ?? program.maxBatch;
