/** The flags that commands share, a row each: how it is written, what it does, and how its value is read. From the rows come the
 *  command line, its help, the checks of values, and the types of what commands are given. */
import { type Engine, engines, gpuFeatures } from '../../ir/target.ts';
import type { EntryName } from '../pipeline/entries.ts';
import { compileTargets } from '../pipeline/options.ts';

/** One flag. `T` is the type of its value. */
export interface Flag<T = unknown> {
  /** `-o, --out <folder>`. */
  readonly words: string;
  readonly about: string;
  /** Its value from what is written. Throws BadValue. A flag without a value is true where it is given. */
  readonly read?: (text: string) => T;
  readonly choices?: readonly string[];
  readonly default?: T;
  /** The default as the help shows it, where none is given to the command. */
  readonly shownDefault?: string;
  /** The command cannot do without it. */
  readonly isRequired?: boolean;
}

/** Flags by name, as types: what a command is given. */
export type ValuesOf<F> = { readonly [K in keyof F]?: F[K] extends Flag<infer T> ? T : never };

/** What is written for a flag is no value of it. */
export class BadValue extends Error {}

export const flag = <T = string>(
  words: string,
  about: string,
  more: Omit<Flag<T>, 'words' | 'about'> = {},
): Flag<T> => ({
  words,
  about,
  ...more,
});

// ---- how values are read ----

export const whole =
  (least: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least)
      throw new BadValue(`It must be a whole number of at least ${least}.`);
    return n;
  };

export function positive(text: string): number {
  const x = Number(text);
  if (text.trim() === '' || !Number.isFinite(x) || x <= 0) throw new BadValue('It must be a finite number above 0.');
  return x;
}

/** Longer than 24 days no timer of Node's waits. */
export function seconds(text: string): number {
  const x = positive(text);
  if (x * 1000 > 2 ** 31 - 1) throw new BadValue(`It must be at most ${Math.floor((2 ** 31 - 1) / 1000)}.`);
  return x;
}

export const list =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((part) => {
      const name = part.trim() as T;
      if (!known.includes(name)) throw new BadValue(`'${name}' is none of ${known.join(', ')}.`);
      return name;
    });

// ---- what commands share ----

export const entryNames: readonly EntryName[] = [
  'forward',
  'evaluate',
  'train_step',
  'backward',
  'vjp',
  'zero_grad',
  'step',
];

/** What the code is made for. */
export const codeFlags = {
  threads: flag<number>('--threads <n>', 'run on n threads where the machine has them: the same bits, sooner', {
    read: whole(1),
  }),
  engine: flag<Engine>('--engine <name>', 'the V8 that schedules are chosen for; any engine runs the result', {
    choices: Object.keys(engines),
    shownDefault: 'v8-11',
  }),
  fastMath: flag<boolean>('--fast-math', "fuse products and sums by relaxed SIMD: the bits are the engine's"),
  rematerialize: flag<boolean>(
    '--rematerialize',
    'compute cheap values again where that lowers the peak of memory, and say what it costs',
  ),
  /** In MiB. */
  binding: flag<number>(
    '--binding <MiB>',
    'for GPUs whose storage buffer bindings hold so much (default: 128, as every one has)',
    { read: whole(1) },
  ),
  gpuFeatures: flag<readonly string[]>(
    '--gpu-features <names>',
    `what shaders may use where a device has it, beside portable ones: ${gpuFeatures.join(', ')}`,
    { read: (names) => names.split(',') },
  ),
  check: flag<boolean>('--no-check', "leave the model's types unchecked, which is sooner done"),
};

/** The flags of more than one command. */
export const flags = {
  ...codeFlags,
  debug: flag<boolean>('--debug', 'show stacks with errors'),
  out: flag('-o, --out <folder>', 'where to write (default: tapeout-out/<name of the model>)'),
  watch: flag<boolean>('--watch', 'do it again whenever a file of the model changes, until Ctrl-C'),
  maxBatch: flag<number>('--max-batch <n>', 'the largest batch, instead of what the model says', { read: whole(1) }),
  entries: flag<readonly EntryName[]>('--entries <names>', 'what a host may call, with commas between', {
    read: list(entryNames),
  }),
  verify: flag<boolean>('--verify', 'check the IR after every pass: a fault is reported with the pass that made it'),
  schedule: flag(
    '--schedule <file>',
    'take the directives of kernels from this file, as print --stage schedule and tune write them',
  ),
  seed: flag<number>('--seed <n>', 'for initial values, instead of what the model says', { read: whole(0) }),
  target: flag(
    '--target <name>',
    `what to compile to: ${compileTargets.join(', ')}, or a .json file that describes a machine (default: wasm)`,
  ),
  entry: flag<EntryName>('--entry <name>', 'which entry (default: train_step, or forward)', { choices: entryNames }),
  batch: flag<number>('--batch <n>', 'samples a step (default: the largest batch of the model)', { read: whole(1) }),
  load: flag<readonly string[]>('--load <file...>', 'run a .ts or .js file first, which registers ops and passes'),
  textBatch: flag<number>('--max-batch <n>', 'the largest batch, where the text does not tell it', { read: whole(1) }),
};
