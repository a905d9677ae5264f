/** `tapeout opt`: runs passes on a text of the IR, and prints the result as text. */
import { type Target, type TargetName, targets } from '../../ir/target.ts';
import { on } from '../../ir/target-numbers.ts';
import { type Ir, printIr, type Stage } from '../../passes/stage.ts';
import type { Optimizer } from '../../passes/update.ts';
import { contextOf, readIr } from '../pipeline/read.ts';
import { passNames, stageNamed } from '../pipeline/stages.ts';
import { command, type ValuesFor } from './command.ts';
import { flag, sharedFlags } from './flags.ts';
import { exits, type Io, UsageError } from './io.ts';
import { runAsAsked } from './stage.ts';
import { readTarget } from './target.ts';
import { loadExtensions, readOptimizer, readSchedule, readSource, splitList, usualMaxBatch } from './text.ts';

const ownFlags = {
  passes: flag(
    '--passes <list>',
    'the passes, separated by commas; without any, the text is checked and written again',
  ),
  target: flag(
    '--target <name>',
    `the target of kernels: ${Object.keys(targets).join(', ')}, or a .json file that describes a machine`,
    {
      default: 'wasm',
    },
  ),
  printAfter: flag('--print-after <list>', 'print the IR to stderr after these passes, or after each of them: all'),
  schedule: sharedFlags.schedule,
  maxBatch: sharedFlags.textBatch,
  verify: sharedFlags.verify,
};
type OptFlags = ValuesFor<'text', typeof ownFlags>;

export const optCommand = command({
  name: 'opt',
  about: 'Reads a text of the IR, runs passes over it, and writes the result.',
  takes: 'text',
  flags: ownFlags,
  more: `
Passes: ${passNames().join(', ')}
update takes the optimizer, if a graph ends in a step: update=sgd(lr=0.01,momentum=0.9).

Examples:
  tapeout print lenet.ts --stage recorded | tapeout opt - --passes=autodiff
  tapeout opt net.tir --passes='autodiff,update=sgd(lr=0.01),canonicalize,fuse'
  tapeout opt fused.tir --passes=lower,expandMath,schedule --print-after=lower
  tapeout print lenet.ts --stage lower | tapeout opt - --passes=expandMath,schedule
  tapeout opt net.tir --passes=fuse,lower,expandMath,schedule,plan,wat > net.wat
  tapeout opt net.tir --target webgpu --passes=fuse,lower,expandMath,schedule,plan,wgsl > net.wgsl
  tapeout opt net.tir --load rules.ts --passes=canonicalize,my_rules --print-after=my_rules`,
  run,
});

async function run(path: string, flags: OptFlags, io: Io): Promise<number> {
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
