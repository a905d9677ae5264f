/** What `load` of a bundle may be told, and by which bundles. What one cannot do is an error, or a notice where the model runs all
 *  the same; never silence. */
import { kindOf, TapeoutError, unknownName } from './check.ts';
import type { Manifest } from './manifest.ts';
import { checkNode } from './node-version.ts';

/** Everything that a model may run on. */
export const backends = ['auto', 'wasm', 'webgpu'] as const;
/** What a model runs on. */
export type Backend = (typeof backends)[number];

type Part = 'wasm' | 'threads' | 'webgpu' | 'features';

/** How a bundle without some part is compiled to have it. */
const partFlags: Readonly<Record<Part, string>> = {
  wasm: '--target all',
  threads: '--threads 2',
  webgpu: '--target all',
  features: '--gpu-features',
};

/** What a value must be, where that is not checked later. */
const optionKinds = {
  text: { is: (v: unknown) => typeof v === 'string', must: 'text, as of new TextDecoder().decode(bytes)' },
  amount: { is: (v: unknown) => typeof v === 'number' && v >= 0 && v < Infinity, must: 'a number from 0 on' },
  count: { is: (v: unknown) => Number.isInteger(v) && (v as number) >= 1, must: 'a whole number from 1 on' },
  call: { is: (v: unknown) => typeof v === 'function', must: 'a function' },
  flag: { is: (v: unknown) => typeof v === 'boolean', must: 'true or false' },
  object: { is: (v: unknown) => typeof v === 'object' && v !== null, must: 'an object' },
} as const;

/** Each option, its kind, and the part of a bundle without which it is an error. */
const loadOptions: Readonly<Record<string, { readonly kind?: keyof typeof optionKinds; readonly part?: Part }>> = {
  weights: {},
  wasm: { part: 'wasm' },
  warmUp: { kind: 'amount', part: 'wasm' },
  threadedWasm: { part: 'threads' },
  threads: {},
  cores: { kind: 'count' },
  backend: {},
  wgsl: { kind: 'text', part: 'webgpu' },
  featureWgsl: { kind: 'text', part: 'features' },
  gpu: { kind: 'object', part: 'webgpu' },
  device: { kind: 'object', part: 'webgpu' },
  onNotice: { kind: 'call' },
};

/** Throws TapeoutError unless these are options that a call takes, each of its kind. */
export function checkOptions(
  call: string,
  given: unknown,
  kinds: Readonly<Record<string, keyof typeof optionKinds>>,
): void {
  const names = Object.keys(kinds);
  if (typeof given !== 'object' || given === null)
    throw new TapeoutError(
      'bad-option',
      `${call} takes an object of options, such as { ${names[0]} }, but it got ${kindOf(given)}.`,
    );
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) throw unknownName(`option of ${call}`, name, names);
    checkKind(name, value, kinds[name]!);
  }
}

/** Throws TapeoutError unless an option that is given is of its kind. */
export function checkKind(name: string, value: unknown, kind: keyof typeof optionKinds): void {
  const { is, must } = optionKinds[kind];
  if (value === undefined || is(value)) return;
  throw new TapeoutError('bad-option', `${name} must be ${must}, but it is ${shownOption(value)}.`);
}

/** Throws TapeoutError for what this bundle cannot be told. Where it runs otherwise than it is told, `onNotice` hears of it. */
export function checkLoad(options: unknown, manifest: Manifest, hasWasm: boolean): void {
  checkNode();
  if (typeof options !== 'object' || options === null)
    throw new TapeoutError(
      'bad-option',
      `load takes an object of options, such as { weights }, but it got ${kindOf(options)}.`,
    );
  const has: Readonly<Record<Part, boolean>> = {
    wasm: hasWasm,
    threads: hasWasm && manifest.threads !== undefined,
    webgpu: manifest.webgpu !== undefined,
    features: manifest.webgpu?.features !== undefined,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(loadOptions, name)) throw unknownName('option of load', name, optionsOf(has));
    const { part, kind } = loadOptions[name]!;
    if (part && !has[part])
      throw new TapeoutError(
        'bad-option',
        `this bundle cannot be given ${name}: it was compiled ${onlyFor(has)}. Compile it with ${partFlags[part]}.`,
      );
    if (kind) checkKind(name, value, kind);
  }
  const { backend = 'auto', threads, onNotice = warnOf } = Object.fromEntries(given) as LoadRequest;
  checkBackend(backend);
  if (backend === 'webgpu' && !has.webgpu) throw new TapeoutError('no-webgpu', lacking(backend, has));
  if (backend === 'wasm' && !has.wasm) throw new TapeoutError('bad-backend', lacking(backend, has));
  if (threads === undefined) return;
  checkThreads(threads);
  if (threads > 1 && (!has.threads || backend === 'webgpu')) onNotice(unthreaded(threads, has, backend));
}

interface LoadRequest {
  readonly backend?: unknown;
  readonly threads?: unknown;
  readonly onNotice?: (notice: string) => void;
}

const warnOf = (notice: string): void => console.warn(`tapeout: ${notice}`);

const optionsOf = (has: Readonly<Record<Part, boolean>>): string[] =>
  Object.entries(loadOptions).flatMap(([name, { part }]) => (part && !has[part] ? [] : [name]));

const onlyFor = ({ wasm, threads, webgpu }: Readonly<Record<Part, boolean>>): string =>
  !webgpu ? `for WebAssembly alone${threads ? '' : ', on one thread'}` : wasm ? 'without that' : 'for WebGPU alone';

const shownOption = (value: unknown): string => (typeof value === 'number' ? String(value) : kindOf(value));

const lacking = (backend: Backend, has: Readonly<Record<Part, boolean>>): string =>
  `the backend '${backend}' is asked for, but this bundle was compiled ${onlyFor(has)}. Compile it with ${partFlags.webgpu}, ` +
  'or leave the backend out.';

function unthreaded(threads: number, has: Readonly<Record<Part, boolean>>, backend: Backend): string {
  const asked = `${threads} threads were asked for, but`;
  if (!has.wasm || backend === 'webgpu') return `${asked} threads are for WebAssembly: the model runs on WebGPU.`;
  return `${asked} this bundle was compiled for one: the model runs on one thread. Compile it with --threads ${threads}.`;
}

/** Throws TapeoutError unless there is such a backend. */
export function checkBackend(backend: unknown): asserts backend is Backend {
  if ((backends as readonly unknown[]).includes(backend)) return;
  throw new TapeoutError(
    'bad-backend',
    `the backend must be ${backends.map((b) => `'${b}'`).join(', ')}, but it is ${
      typeof backend === 'string' ? `'${backend}'` : kindOf(backend)
    }.`,
  );
}

/** The most threads that a model runs on. */
export const mostThreads = 64;

/** Throws TapeoutError unless a model may run on this many threads. */
export function checkThreads(threads: unknown): asserts threads is number {
  if (Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= mostThreads) return;
  throw new TapeoutError(
    'bad-threads',
    `threads must be a whole number from 1 to ${mostThreads}, not ${shownOption(threads)}.`,
  );
}
