/** `tapeout opt`: runs passes on a text of the IR, and prints the result as text. */
import { type Target, type TargetName, targets } from '../../ir/target.ts';
import { on } from '../../ir/target-numbers.ts';
import { type Ir, printIr, type Stage } from '../../passes/stage.ts';
import type { Optimizer } from '../../passes/update.ts';
import { contextOf, readIr } from '../pipeline/read.ts';
import { passNames, stageNamed } from '../pipeline/stages.ts';
import { exits, type Io, UsageError } from './io.ts';
import { runAsAsked } from './stage.ts';
import { readTarget } from './target.ts';
import { loadExtensions, readOptimizer, readSchedule, readSource, splitList, usualMaxBatch } from './text.ts';

export interface OptFlags {
  readonly passes?: string;
  readonly target: string;
  readonly printAfter?: string;
  readonly maxBatch?: number;
  readonly verify?: boolean;
  readonly load?: readonly string[];
  readonly schedule?: string;
}

export async function optCommand(path: string, flags: OptFlags, io: Io): Promise<number> {
  const { maxBatch = usualMaxBatch } = flags;
  await loadExtensions(flags.load, io);
  const named = readTarget(flags.target, Object.keys(targets) as TargetName[], io);
  const target = named.machine
    ? on<Target>(targets[named.machine.extends], named.machine)
    : targets[named.target ?? 'wasm'];
  const { passes, optimizer } = passesOf(flags.passes ?? '', target);
  const shown = new Set((flags.printAfter ?? '').split(',').map((name) => name.trim()));
  for (const name of shown)
    if (name !== '' && name !== 'all' && !passes.some((p) => p.name === name))
      throw new UsageError(`--print-after ${name}: it is not one of the passes that run.`);

  if (flags.schedule !== undefined && !passes.some((p) => p.name === 'schedule'))
    throw new UsageError("--schedule: 'schedule' is not one of the passes that run.");
  const { schedule: given } = readSchedule(flags.schedule, io);

  const { text, file } = readSource(path, io);
  let ir: Ir = readIr(text, file, maxBatch);
  const print = { root: io.cwd, text: file };
  const context = contextOf(ir, { optimizer, given, target });
  const throughMemory = ir.form !== 'module' && ir.form !== 'fused';
  for (const pass of passes) {
    const { name } = pass;
    ir = runAsAsked(pass, ir, context, { print, verify: flags.verify ?? false, tasks: true, throughMemory });
    // To stderr: stdout gets only the result, which can be read again.
    if (shown.has('all') || shown.has(name))
      io.stderr.write(`; ---- after ${name} ----\n${printIr(ir, print).trimEnd()}\n\n`);
  }
  io.stdout.write(`${printIr(ir, print).trimEnd()}\n`);
  return exits.ok;
}

/** The passes of a list, and the optimizer given to `update`. All are looked up before the first one runs. */
function passesOf(list: string, target: Target): { readonly passes: Stage[]; readonly optimizer: Optimizer | null } {
  const asked = splitList(list);
  const passes = asked.map(({ name, value }) => {
    const pass = stageNamed(name, target);
    if (!pass) throw new UsageError(`there is no pass '${name}': the passes are ${passNames().join(', ')}.`);
    if (value !== null && name !== 'update')
      throw new UsageError(`'${name}' takes no option; only update does: update=sgd(lr=0.01).`);
    return pass;
  });
  const update = asked.find((p) => p.name === 'update' && p.value !== null);
  return { passes, optimizer: update?.value ? readOptimizer(update.value) : null };
}
