/** `tapeout compile`: writes a model's bundle, and prints the IR before or after any pass. */
import { contentHash } from '../../codegen/checksums.ts';
import { registeredPasses } from '../../passes/custom.ts';
import { bundleOf, writeFiles } from '../files/output.ts';
import { compileTargets } from '../pipeline/options.ts';
import { flagsFor, type StageName, stageNames } from '../pipeline/stages.ts';
import { showPath } from '../report/diagnostics.ts';
import { count, table } from '../report/table.ts';
import { beforeTypes } from '../source/load.ts';
import { command, type ValuesFor } from './command.ts';
import { codeFlags, codeOptions, entryNames, flag, sharedFlags } from './flags.ts';
import { exits, type Io, UsageError } from './io.ts';
import { compileModel, describeModel, describePasses, loadModel, outFolder } from './model.ts';
import { readTarget } from './target.ts';
import { readSchedule } from './text.ts';

const ownFlags = {
  out: sharedFlags.out,
  entries: sharedFlags.entries,
  maxBatch: sharedFlags.maxBatch,
  seed: sharedFlags.seed,
  schedule: sharedFlags.schedule,
  ...codeFlags,
  target: sharedFlags.target,
  inline: flag<boolean>(
    '--inline',
    'put the WebAssembly, the shaders and the weights into index.js, for bundlers that do not copy files',
  ),
  watch: sharedFlags.watch,
  printAfter: flag('--print-after <pass>', 'print the IR after a pass, or after each of them: all'),
  printBefore: flag('--print-before <pass>', 'print the IR before a pass, or before each of them: all'),
  verify: sharedFlags.verify,
};
type CompileFlags = ValuesFor<'model', typeof ownFlags>;

export const compileCommand = command({
  name: 'compile',
  about: 'Compiles a model and writes the module, its types, the WebAssembly, the manifest and the weights.',
  takes: 'model',
  flags: ownFlags,
  more: `
Entries: ${entryNames.join(', ')}
Passes:  ${stageNames.join(', ')},
         and those registered in the model's file

Examples:
  tapeout compile lenet.ts
  tapeout compile lenet.ts -o web/lenet --entries forward --max-batch 1
  tapeout compile lenet.ts --print-before fuse --print-after fuse`,
  run,
});

async function run(path: string, flags: CompileFlags, io: Io): Promise<number> {
  const say = (lines: readonly string[]) => io.stdout.write(`${lines.join('\n')}\n`);
  const model = await loadModel(path, flags, io);
  await beforeTypes(model.types, () => checkAsked(flags));
  // Only print the IR of a model whose types are right.
  if (flags.printAfter !== undefined || flags.printBefore !== undefined) await model.types;
  const compiled = await compileModel(
    model,
    {
      ...(flags.entries ? { entries: flags.entries } : {}),
      ...codeOptions(flags),
      ...readTarget(flags.target, compileTargets, io),
      verify: flags.verify ?? false,
      ...readSchedule(flags.schedule, io),
      onStage: (stage, text, next) => printAsked(stage, text, next, flags, io),
    },
    io,
  );
  checkRan(flags, compiled.stages);
  const files = await bundleOf(compiled, { inline: flags.inline ?? false });
  const folder = outFolder(flags.out, compiled.recording.name, io);
  writeFiles(folder, files);
  const sizes = [...files].map(([name, contents]) => [
    name,
    typeof contents === 'string' ? new TextEncoder().encode(contents).length : contents.length,
  ]);
  say([
    ...describeModel(compiled),
    '',
    ...describePasses(compiled),
    '',
    `wrote to ${showPath(folder, io.cwd)}:`,
    ...table(
      ['file', 'bytes'],
      sizes.map(([name, bytes]) => [name as string, count(bytes as number)]),
    ),
    `content hash ${await contentHash(files)}`,
  ]);
  return exits.ok;
}

/** Throws a `UsageError` for a pass that did not run. */
function checkRan({ printAfter, printBefore }: CompileFlags, stages: readonly StageName[]): void {
  for (const [flag, name] of Object.entries({ '--print-after': printAfter, '--print-before': printBefore }))
    if (name !== undefined && name !== 'all' && !stages.includes(name))
      throw new UsageError(`${flag} ${name}: this pass did not run. It needs ${flagsFor(name) ?? 'other options'}.`);
}

/** Throws a `UsageError` for an unknown pass. Called after loading the model's file, which may register passes. */
function checkAsked({ printAfter, printBefore }: CompileFlags): void {
  const known = [...stageNames, ...registeredPasses().map((p) => p.name), 'all'];
  for (const [flag, name] of Object.entries({ '--print-after': printAfter, '--print-before': printBefore }))
    if (name !== undefined && !known.includes(name))
      throw new UsageError(`${flag} ${name}: there is no such pass. The passes are ${known.join(', ')}.`);
}

/** Prints the IR between two passes if a flag asks for it. It is printed at once, so that the input of a failing pass is shown. */
function printAsked(
  stage: StageName,
  text: () => string,
  next: StageName | null,
  { printAfter, printBefore }: CompileFlags,
  io: Io,
): void {
  const titles = [
    ...(printAfter === stage || printAfter === 'all' ? [`after ${stage}`] : []),
    ...(next !== null && (printBefore === next || printBefore === 'all') ? [`before ${next}`] : []),
  ];
  // Both flags may ask for the same text: print it once.
  if (titles.length > 0) io.stdout.write(`; ---- ${titles.join(', ')} ----\n${text().trimEnd()}\n\n`);
}
