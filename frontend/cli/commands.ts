/** The table of commands: each with its description, argument, flags and implementation. */

import { targets } from '../../ir/target.ts';
import { passNames, stageNames } from '../pipeline/stages.ts';
import { compileCommand } from './compile.ts';
import { entryNames, type Flag, flag, flags, positive, seconds, whole } from './flags.ts';
import { exits, type Io } from './io.ts';
import { optCommand } from './opt.ts';
import { printCommand, printStages } from './print.ts';
import { profileCommand } from './profile.ts';
import { reduceCommand } from './reduce.ts';
import { runCommand } from './run.ts';
import { trainCommand } from './train.ts';
import { tuneCommand } from './tune.ts';

export interface Command {
  readonly name: string;
  readonly about: string;
  /** Its one argument: a model's file, or a text of the IR. */
  readonly takes: 'model' | 'text';
  /** In the order of the help. */
  readonly flags: readonly Flag[];
  /** The end of the help text. */
  readonly more: string;
  readonly run: (file: string, flags: never, io: Io) => Promise<number>;
}

/** The kinds of arguments, and the flags that all commands with such an argument have. */
export const takes = {
  model: {
    words: '<model>',
    about: 'the file whose default export is defineModel({ … }): .ts or .js',
    flags: [flags.check, flags.debug],
  },
  text: {
    words: '<file>',
    about: "a text of Tapeout's IR, as tapeout print writes it; - reads stdin",
    flags: [flags.load, flags.debug],
  },
} as const;

const compile: Command = {
  name: 'compile',
  about: 'Compiles a model and writes the module, its types, the WebAssembly, the manifest and the weights.',
  takes: 'model',
  flags: [
    flags.out,
    flags.entries,
    flags.maxBatch,
    flags.seed,
    flags.schedule,
    flags.threads,
    flags.engine,
    flags.fastMath,
    flags.rematerialize,
    flags.memory,
    flags.inputGradient,
    flags.target,
    flags.binding,
    flags.gpuFeatures,
    flag<boolean>(
      '--inline',
      'put the WebAssembly, the shaders and the weights into index.js, for bundlers that do not copy files',
    ),
    flags.watch,
    flag('--print-after <pass>', 'print the IR after a pass, or after each of them: all'),
    flag('--print-before <pass>', 'print the IR before a pass, or before each of them: all'),
    flags.verify,
  ],
  more: `
Entries: ${entryNames.join(', ')}
Passes:  ${stageNames.join(', ')},
         and those registered in the model's file

Examples:
  tapeout compile lenet.ts
  tapeout compile lenet.ts -o web/lenet --entries forward --max-batch 1
  tapeout compile lenet.ts --print-before fuse --print-after fuse`,
  run: compileCommand,
};

const train: Command = {
  name: 'train',
  about: 'Compiles a model, trains it on images with labels, and writes module, weights and loss curve.',
  takes: 'model',
  flags: [
    flag('--data <name>', "'digits', which come with npm, or a folder of IDX files such as MNIST's", {
      default: 'digits',
    }),
    flag('--epochs <n>', 'the number of passes over the data', { default: 10, read: whole(1) }),
    flag('--batch-size <n>', 'samples per step (default: 64, or the largest batch of the model)', { read: whole(1) }),
    flag('--lr <x>', "the learning rate, in place of the model's", { read: positive }),
    { ...flags.seed, about: 'the seed of initial values and the order of samples' },
    flags.schedule,
    flag(
      '--backend <name>',
      "where to run: wasm, webgpu (in Node with the npm package 'webgpu'), or auto for whichever is faster",
      { choices: ['wasm', 'webgpu', 'auto'], default: 'wasm' },
    ),
    flags.threads,
    flags.engine,
    flags.fastMath,
    flags.rematerialize,
    flags.memory,
    flags.inputGradient,
    flags.binding,
    flags.gpuFeatures,
    flags.out,
    flag('--checkpoint-every <steps>', 'save a checkpoint for --resume at this interval (default: after each epoch)', {
      read: whole(1),
    }),
    flag(
      '--resume [checkpoint]',
      'resume from a checkpoint, with the same bits (default: the one in the output folder)',
    ),
  ],
  more: `
Ctrl-C and other signals end the training after the current step and save the results; a second one skips everything else, a
third ends at once. A loss that is no longer a number ends the training with exit code ${exits.diverged}.

Examples:
  tapeout train examples/lenet.ts
  tapeout train lenet.ts --data /usr/share/datasets/fashion-mnist --epochs 5
  tapeout train lenet.ts --lr 0.003 --batch-size 32 --seed 7 -o runs/7
  tapeout train lenet.ts --epochs 20 --resume`,
  run: trainCommand,
};

const print: Command = {
  name: 'print',
  about: 'Prints one stage of the compilation of a model.',
  takes: 'model',
  flags: [
    flag('--stage <name>', 'the stage to print', { choices: printStages, default: 'canonicalize' }),
    flags.watch,
    flags.entries,
    flags.maxBatch,
    flags.schedule,
    flags.threads,
    flags.engine,
    flags.fastMath,
    flags.rematerialize,
    flags.memory,
    flags.inputGradient,
    flags.target,
    flags.binding,
    flags.gpuFeatures,
    flags.verify,
  ],
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
  run: printCommand,
};

const profile: Command = {
  name: 'profile',
  about: "Times every kernel of a step, and compares it with this machine's peak.",
  takes: 'model',
  flags: [
    flags.entry,
    flags.batch,
    flag('--steps <n>', 'the number of steps to time (default: two seconds of them, from 5 to 1000)', {
      read: whole(1),
    }),
    flags.schedule,
    flags.engine,
    flags.fastMath,
    flags.rematerialize,
    flags.memory,
    flags.inputGradient,
    flags.binding,
    flags.gpuFeatures,
    flag('--backend <name>', "what to time: wasm, or webgpu by the GPU's own clock (npm package 'webgpu')", {
      choices: ['wasm', 'webgpu'],
      default: 'wasm',
    }),
    flag<boolean>('--json', 'print the numbers as JSON'),
    flag('--roofline <file>', 'draw operations per second against operations per byte, as SVG'),
    flag('--trace <file>', 'write the first steps as a trace for chrome://tracing or Perfetto'),
  ],
  more: `
Each kernel is called separately, on one thread and compiled by the engine's optimizing tier, in a module made for profiling:
compile does not write this module. An operation is one float addition, multiplication, selection or the like. Bytes are the
distinct bytes that a kernel reads plus those that it writes. The peak is measured first.

Examples:
  tapeout profile lenet.ts
  tapeout profile lenet.ts --batch 1 --entry forward
  tapeout profile lenet.ts --roofline roofline.svg --trace trace.json
  tapeout profile lenet.ts --schedule lenet.schedule.tir --json`,
  run: profileCommand,
};

const tune: Command = {
  name: 'tune',
  about: 'Measures schedules for every kernel on this machine, and writes those that are faster.',
  takes: 'model',
  flags: [
    flags.entry,
    flags.batch,
    flags.engine,
    flags.fastMath,
    flags.rematerialize,
    flags.memory,
    flags.inputGradient,
    flag('--time-limit <seconds>', 'stop searching after this time', { default: 60, read: positive }),
    flag('--out <file>', 'where to write (default: <name of the model>.schedule.tir)'),
  ],
  more: `
For each kernel, the candidates that the scheduler estimates best are measured alternately with the one that it chose. The file
has a schedule for each kernel that became faster, if the whole step did: compile, train, print, opt and profile take it with
--schedule. Ctrl-C ends the search and keeps what was found so far.

Examples:
  tapeout tune lenet.ts
  tapeout tune lenet.ts --batch 1 --out one.tir --time-limit 20`,
  run: tuneCommand,
};

const opt: Command = {
  name: 'opt',
  about: 'Reads a text of the IR, runs passes over it, and writes the result.',
  takes: 'text',
  flags: [
    flag('--passes <list>', 'the passes, separated by commas; without any, the text is checked and written again'),
    flag(
      '--target <name>',
      `the target of kernels: ${Object.keys(targets).join(', ')}, or a .json file that describes a machine`,
      {
        default: 'wasm',
      },
    ),
    flag('--print-after <list>', 'print the IR to stderr after these passes, or after each of them: all'),
    flags.schedule,
    flags.textBatch,
    flags.verify,
  ],
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
  run: optCommand,
};

const run: Command = {
  name: 'run',
  about: 'Compiles the graphs or kernels of a text and runs each once, on given or seeded inputs.',
  takes: 'text',
  flags: [
    flag('--in <file>', 'a safetensors file with params and buffers by name; the others are seeded'),
    flag('--out <file>', 'write the results to a safetensors file'),
    flag(
      '--backend <name>',
      "where to run: wasm, webgpu (npm package 'webgpu'), or interpret, the reference: graphs in float64, kernels in float32",
      { choices: ['wasm', 'webgpu', 'interpret'], default: 'wasm' },
    ),
    flags.gpuFeatures,
    flag('--graph <name>', 'run only this graph, or this entry of a program'),
    { ...flags.seed, about: 'the seed of inputs and parameters that are not given', default: 0 },
    { ...flags.batch, about: 'the number of samples (default: as many as --in has, or 4)' },
    flag('--optimizer <words>', 'the optimizer of graphs that end in a step: "sgd(lr=0.01,momentum=0.9)"'),
    flags.verify,
  ],
  more: `
Seeded values depend only on the seed and the name: numbers from -1 to 1, scaled down by the extents for parameters, and indices
in the range that the graph allows. State is 0, and scalars are 0.01, unless the optimizer sets them. An update in place is
shown under its param's name.

Examples:
  tapeout run softmax.tir
  tapeout run kernels.tir --backend interpret
  tapeout run net.tir --graph forward --in inputs.safetensors --out results.safetensors
  tapeout run net.tir --backend interpret --seed 7 --batch 2
  tapeout print lenet.ts --stage recorded | tapeout run - --optimizer "sgd(lr=0.1)"`,
  run: runCommand,
};

const reduce: Command = {
  name: 'reduce',
  about: 'Reduces a text that fails a check to the smallest one that still fails.',
  takes: 'text',
  flags: [
    flag(
      '--check <command>',
      'a shell command that is run on every candidate: it fails if its exit code is not 0. {} becomes the path of the candidate; without {}, the path is appended',
      { isRequired: true },
    ),
    flag('--out <file>', 'write the smallest text here, as soon as one is found (default: stdout, at the end)'),
    flag('--match <text>', 'count a check as failed only if its output contains this text literally'),
    flag('--timeout <seconds>', 'end a check after this time', { default: 60, read: seconds }),
    flag<boolean>('--lines', 'reduce line by line, for a text that cannot be parsed'),
    flags.textBatch,
  ],
  more: `
Candidates can be parsed, and verify if the text does. If the check of the whole text times out, only timeouts count as
failures; otherwise they never do. Exit codes 126 and 127, by which a shell reports a command that it cannot run, are not
failures. Ctrl-C ends the search with the smallest text so far.

Examples:
  tapeout reduce net.tir --check 'tapeout opt --passes=canonicalize,fuse --verify' --match "bug in pass 'fuse'"
  tapeout reduce net.tir --check './differs.sh {} --seed 7' --timeout 10 --out small.tir`,
  run: reduceCommand,
};

/** In the order of the help. */
export const commands: readonly Command[] = [compile, train, print, profile, tune, opt, run, reduce];
