/** `tapeout print`: one stage of a model's compilation, as text. */

import type { EntryName } from '../pipeline/entries.ts';
import { compileTargets } from '../pipeline/options.ts';
import { type StageName, stageNames } from '../pipeline/stages.ts';
import { exits, type Io } from './io.ts';
import { type CodeFlags, codeOptions, compileModel, loadModel } from './model.ts';
import { readTarget } from './target.ts';
import { readSchedule } from './text.ts';

/** `kernels` shows the scheduled kernels. */
const aliases: Readonly<Record<string, StageName>> = { kernels: 'schedule' };
export const printStages: readonly string[] = [...stageNames, ...Object.keys(aliases)];

export interface PrintFlags extends CodeFlags {
  readonly stage: string;
  readonly entries?: readonly EntryName[];
  readonly maxBatch?: number;
  readonly target?: string;
  readonly verify?: boolean;
  readonly schedule?: string;
}

export async function printCommand(
  path: string,
  { stage, entries, maxBatch, target, verify = false, schedule, check = true, ...flags }: PrintFlags,
  io: Io,
): Promise<number> {
  const model = await loadModel(path, { maxBatch, check }, io);
  const wanted = aliases[stage] ?? stage;
  const compiled = await compileModel(
    model,
    {
      verify,
      ...codeOptions(flags),
      ...readTarget(target, compileTargets, io),
      ...(entries ? { entries } : {}),
      ...readSchedule(schedule, io),
    },
    io,
  );
  io.stdout.write(`${compiled.printed(wanted).trimEnd()}\n`);
  return exits.ok;
}
