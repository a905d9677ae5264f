/** `tapeout print`: one stage of a model's compilation, as text. */

import { compileTargets } from '../pipeline/options.ts';
import { type StageName, stageNames } from '../pipeline/stages.ts';
import { command, type ValuesFor } from './command.ts';
import { codeFlags, codeOptions, flag, sharedFlags } from './flags.ts';
import { exits, type Io } from './io.ts';
import { compileModel, loadModel } from './model.ts';
import { readTarget } from './target.ts';
import { readSchedule } from './text.ts';

/** `kernels` shows the scheduled kernels. */
const aliases: Readonly<Record<string, StageName>> = { kernels: 'schedule' };
const printStages: readonly string[] = [...stageNames, ...Object.keys(aliases)];

const ownFlags = {
  stage: flag('--stage <name>', 'the stage to print', { choices: printStages, default: 'canonicalize' }),
  watch: sharedFlags.watch,
  entries: sharedFlags.entries,
  maxBatch: sharedFlags.maxBatch,
  schedule: sharedFlags.schedule,
  ...codeFlags,
  target: sharedFlags.target,
  verify: sharedFlags.verify,
};
type PrintFlags = ValuesFor<'model', typeof ownFlags>;

export const printCommand = command({
  name: 'print',
  about: 'Prints one stage of the compilation of a model.',
  takes: 'model',
  flags: ownFlags,
  more: `
Examples:
  tapeout print lenet.ts --stage recorded          the graph as the model's forward recorded it
  tapeout print lenet.ts --stage kernels           loops, tiles and stores, with their schedule
  tapeout print lenet.ts --stage plan              the launches, and the place of each buffer in memory
  tapeout print lenet.ts --stage schedule > s.tir  directives, for compile --schedule s.tir
  tapeout print lenet.ts --stage wat | less        the WebAssembly as text
  tapeout print lenet.ts --target my-machine.json --stage schedule
                                                   the directives for another machine
  tapeout print lenet.ts --target webgpu --stage wgsl
                                                   the shaders`,
  run,
});

async function run(
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
