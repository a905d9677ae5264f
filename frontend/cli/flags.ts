/** The table of flags: each with its syntax, description and parser. The command line, its help, the checks of values and the
 *  types of the commands' parameters derive from the rows. */
import { type Engine, engines, type GpuFeature, gpuFeatures } from '../../ir/target.ts';
import type { EntryName } from '../pipeline/entries.ts';
import { type CompileOptions, compileTargets } from '../pipeline/options.ts';

/** A flag with a value of type `T`. */
export interface Flag<T = unknown> {
  /** `-o, --out <folder>`. */
  readonly words: string;
  readonly about: string;
  /** Parses the value. Throws BadValue. A flag without a value is true if present. */
  readonly read?: (text: string) => T;
  readonly choices?: readonly string[];
  readonly default?: T;
  /** A default for the help text only; the command gets undefined. */
  readonly shownDefault?: string;
  /** The command fails without it. */
  readonly isRequired?: boolean;
}

/** A flag that always has a value: it has a default, or the command fails without it. */
export type Certain<T> = Flag<T> & ({ readonly default: T } | { readonly isRequired: true });

/** The values of flags by name, as a command receives them. */
export type ValuesOf<F> = {
  readonly [K in keyof F as F[K] extends Certain<unknown> ? K : never]: ValueOf<F[K]>;
} & { readonly [K in keyof F as F[K] extends Certain<unknown> ? never : K]?: ValueOf<F[K]> };
type ValueOf<F> = F extends Flag<infer T> ? T : never;

/** Thrown by a flag's parser for a bad value. */
export class BadValue extends Error {}

type More<T> = Omit<Flag<T>, 'words' | 'about'>;

/** A row: its key among a command's flags is the long name in camelCase, without `no-`. */
export function flag<T = string>(
  words: string,
  about: string,
  more: More<T> & ({ readonly default: T } | { readonly isRequired: true }),
): Certain<T>;
export function flag<T = string>(words: string, about: string, more?: More<T>): Flag<T>;
export function flag<T>(words: string, about: string, more: More<T> = {}): Flag<T> {
  return { words, about, ...more };
}

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

/** Parses a positive number of seconds, at most 24 days, the limit of Node's timers. */
export function seconds(text: string): number {
  const x = positive(text);
  if (x * 1000 > 2 ** 31 - 1) throw new BadValue(`It must be at most ${Math.floor((2 ** 31 - 1) / 1000)}.`);
  return x;
}

/** Parses a size in bytes: 4MB, 1.5MiB, 600kB, 65536. */
export function bytes(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kKM]i?B|B)?$/.exec(text.trim()) ?? [];
  const factor = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, kiB: 1024, KiB: 1024, MiB: 1024 ** 2 }[unit ?? 'B'];
  const size = Math.floor(Number(digits) * (factor ?? Number.NaN));
  if (!(size >= 1)) throw new BadValue('It must be a size such as 4MB, 1.5MiB, 600kB, or a number of bytes.');
  return size;
}

export const list =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((part) => {
      const name = part.trim() as T;
      if (!known.includes(name)) throw new BadValue(`'${name}' is not one of ${known.join(', ')}.`);
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

/** A flag that changes the generated code: also what it makes of the options of `compile`. */
export interface CodeFlag<T> extends Flag<T> {
  readonly option: (value: T) => Partial<CompileOptions>;
}

const codeFlag = <T>(words: string, about: string, option: CodeFlag<T>['option'], more: More<T> = {}): CodeFlag<T> => ({
  ...flag(words, about, more),
  option,
});

/** For every target. */
export const graphFlags = {
  rematerialize: codeFlag<boolean>(
    '--rematerialize',
    'recompute cheap values if that lowers the peak memory, and print the cost',
    (rematerialize) => ({ rematerialize }),
  ),
  memory: codeFlag<number>(
    '--memory <size>',
    'the most memory, such as 4MB: compute values twice and freeze the layers farthest from the loss until it fits',
    (memory) => ({ memory }),
    { read: bytes },
  ),
  inputGradient: codeFlag<boolean>(
    '--input-gradient',
    'have backward and vjp compute the gradients of the inputs too',
    (inputGradient) => ({ inputGradient }),
  ),
};
/** For WebAssembly, on one thread too. */
export const wasmFlags = {
  engine: codeFlag<Engine>(
    '--engine <name>',
    'the V8 that schedules are chosen for; any engine runs the result',
    (engine) => ({ engine }),
    { choices: Object.keys(engines), shownDefault: 'v8-11' },
  ),
  fastMath: codeFlag<boolean>(
    '--fast-math',
    'fuse products and sums by relaxed SIMD: the bits depend on the engine',
    (fastMath) => ({ fastMath }),
  ),
};
/** For WebGPU. */
export const gpuFlags = {
  binding: codeFlag<number>(
    '--binding <MiB>',
    'the size of storage buffer bindings that GPUs must support (default: 128, which all do)',
    (mebibytes) => ({ bindingBytes: Math.min(mebibytes * 2 ** 20, 2 ** 31 - 16) }),
    { read: whole(1) },
  ),
  gpuFeatures: codeFlag<readonly GpuFeature[]>(
    '--gpu-features <names>',
    `also emit shaders that use these features, for devices that have them: ${gpuFeatures.join(', ')}`,
    (names) => ({ gpuFeatures: names }),
    // compile rejects unknown features.
    { read: (names) => names.split(',') as GpuFeature[] },
  ),
};
/** All that change the generated code. */
export const codeFlags = {
  threads: codeFlag<number>(
    '--threads <n>',
    'run on n threads if the machine has them: the same bits, faster',
    (threads) => ({ threads }),
    { read: whole(1) },
  ),
  ...wasmFlags,
  ...graphFlags,
  ...gpuFlags,
};

/** The values of the flags that change the generated code. */
export type CodeFlags = ValuesOf<typeof codeFlags>;

/** The compile options for these flags. */
export const codeOptions = (values: CodeFlags): Partial<CompileOptions> =>
  Object.assign(
    {},
    ...Object.entries(codeFlags).map(([name, { option }]) => {
      const value = values[name as keyof CodeFlags];
      return value === undefined ? {} : option(value as never);
    }),
  );

/** The other flags of more than one command. */
export const sharedFlags = {
  check: flag<boolean>('--no-check', "do not check the model's types, which is faster"),
  debug: flag<boolean>('--debug', 'show the stack of errors'),
  out: flag('-o, --out <folder>', 'where to write (default: tapeout-out/<name of the model>)'),
  watch: flag<boolean>('--watch', 'run again whenever a file of the model changes, until Ctrl-C'),
  maxBatch: flag<number>('--max-batch <n>', "the largest batch, in place of the model's", { read: whole(1) }),
  entries: flag<readonly EntryName[]>('--entries <names>', 'the functions for hosts to call, separated by commas', {
    read: list(entryNames),
  }),
  verify: flag<boolean>('--verify', 'verify the IR after every pass, and name the pass that breaks it'),
  schedule: flag(
    '--schedule <file>',
    'take the directives of kernels from this file, as written by print --stage schedule or tune',
  ),
  seed: flag<number>('--seed <n>', "the seed of initial values, in place of the model's", { read: whole(0) }),
  target: flag(
    '--target <name>',
    `the target: ${compileTargets.join(', ')}, or a .json file that describes a machine (default: wasm)`,
  ),
  batch: flag<number>('--batch <n>', 'samples per step (default: the largest batch of the model)', { read: whole(1) }),
  load: flag<readonly string[]>('--load <file...>', 'first run a .ts or .js file that registers ops and passes'),
  textBatch: flag<number>('--max-batch <n>', 'the largest batch, if the text does not state it', { read: whole(1) }),
};
