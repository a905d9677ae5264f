/** `tapeout opt`: a text of the IR through passes, and out again as text. */
import { type TargetName, targets } from '../../ir/target.ts';
import { contextOf, type Ir, passNamed, passNames, printIr, readIr, runPass } from '../ir-passes.ts';
import { exits, type Io, UsageError } from './io.ts';
import { loadExtensions, readOptimizer, readSchedule, readSource, splitList, usualMaxBatch } from './text.ts';

export interface OptFlags {
  readonly passes?: string;
  readonly target: TargetName;
  readonly printAfter?: string;
  readonly maxBatch?: number;
  readonly verify?: boolean;
  readonly load?: readonly string[];
  readonly schedule?: string;
}

export async function optCommand(path: string, flags: OptFlags, io: Io): Promise<number> {
  const { maxBatch = usualMaxBatch } = flags;
  await loadExtensions(flags.load, io);
  const passes = splitList(flags.passes ?? '');
  const optimizer = checkPasses(passes);
  const shown = new Set((flags.printAfter ?? '').split(',').map((name) => name.trim()));
  for (const name of shown)
    if (name !== '' && name !== 'all' && !passes.some((p) => p.name === name))
      throw new UsageError(`--print-after ${name}: it is none of the passes that run.`);

  if (flags.schedule !== undefined && !passes.some((p) => p.name === 'schedule'))
    throw new UsageError("--schedule: 'schedule' is none of the passes that run.");
  const { schedule: given } = readSchedule(flags.schedule, io);

  const { text, file } = readSource(path, io);
  let ir: Ir = readIr(text, file, maxBatch);
  const print = { root: io.cwd, text: file };
  const context = contextOf(ir, { optimizer, given, print, target: targets[flags.target] });
  for (const { name } of passes) {
    ir = runPass(name, ir, context, print, flags.verify);
    // Beside the result, which goes to stdout and is a text to be read again.
    if (shown.has('all') || shown.has(name))
      io.stderr.write(`; ---- after ${name} ----\n${printIr(ir, print).trimEnd()}\n\n`);
  }
  io.stdout.write(`${printIr(ir, print).trimEnd()}\n`);
  return exits.ok;
}

/** Every pass must be there before the first one runs. Returns the optimizer that `update` is given. */
function checkPasses(passes: ReturnType<typeof splitList>) {
  for (const { name, value } of passes) {
    if (!passNamed(name)) throw new UsageError(`there is no pass '${name}': the passes are ${passNames().join(', ')}.`);
    if (value !== null && name !== 'update')
      throw new UsageError(`'${name}' takes no option: only update does, update=sgd(lr=0.01).`);
  }
  const asked = passes.find((p) => p.name === 'update' && p.value !== null);
  return asked?.value ? readOptimizer(asked.value) : null;
}
