/** The options of a bundle's `load`, and the bundles that support them. An unsupported option is an error, or a notice if the model
 *  can run without it; it is never silently ignored. */
import { TapeoutError, unknownName } from './check.ts';
import { type Backend, checkBackend, checkKind, checkObject, checkThreads, type optionKinds } from './load-options.ts';
import type { Manifest } from './manifest.ts';
import { checkNode } from './node-version.ts';

// Constants of the bundle's kind, defined by scripts/glue.mjs.
declare const hasWasm: boolean;
declare const hasThreads: boolean;
declare const hasWebgpu: boolean;

type Part = 'wasm' | 'threads' | 'webgpu' | 'features';

/** The flags that compile a bundle with a missing part. */
const partFlags: Readonly<Record<Part, string>> = {
  wasm: '--target all',
  threads: '--threads 2',
  webgpu: '--target all',
  features: '--gpu-features',
};

/** The options, each with its kind and the part of a bundle that it needs. */
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

/** Throws TapeoutError for options that this bundle does not support. Calls `onNotice` if the model will run
 *  on fewer threads than asked for, and returns what it says. */
export function checkLoad(options: unknown, { webgpu }: Manifest): string | null {
  checkNode();
  checkObject('load', options, 'weights');
  const has: Readonly<Record<Part, boolean>> = {
    wasm: hasWasm,
    threads: hasThreads,
    webgpu: hasWebgpu,
    features: hasWebgpu && webgpu?.features !== undefined,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(loadOptions, name)) throw unknownName('option of load', name, optionsOf(has));
    const { part, kind } = loadOptions[name]!;
    if (part && !has[part])
      throw new TapeoutError(
        'bad-option',
        `this bundle cannot be given ${name}: it was compiled ${onlyFor()}. Compile it with ${partFlags[part]}.`,
      );
    if (kind) checkKind(name, value, kind);
  }
  const { backend = 'auto', threads, onNotice = warnOf } = Object.fromEntries(given) as LoadRequest;
  checkBackend(backend);
  if (backend === 'webgpu' && !hasWebgpu) throw new TapeoutError('no-webgpu', lacking(backend));
  if (backend === 'wasm' && !hasWasm) throw new TapeoutError('bad-backend', lacking(backend));
  if (threads === undefined) return null;
  checkThreads(threads);
  if (threads === 1 || (hasThreads && backend !== 'webgpu')) return null;
  const notice = unthreaded(threads, backend);
  onNotice(notice);
  return notice;
}

interface LoadRequest {
  readonly backend?: unknown;
  readonly threads?: unknown;
  readonly onNotice?: (notice: string) => void;
}

const warnOf = (notice: string): void => console.warn(`tapeout: ${notice}`);

const optionsOf = (has: Readonly<Record<Part, boolean>>): string[] =>
  Object.entries(loadOptions).flatMap(([name, { part }]) => (part && !has[part] ? [] : [name]));

const onlyFor = (): string =>
  !hasWebgpu
    ? `for WebAssembly alone${hasThreads ? '' : ', on one thread'}`
    : hasWasm
      ? 'without that'
      : 'for WebGPU alone';

const lacking = (backend: Backend): string =>
  `the backend '${backend}' is asked for, but this bundle was compiled ${onlyFor()}. Compile it with ${partFlags.webgpu}, ` +
  'or leave the backend out.';

function unthreaded(threads: number, backend: Backend): string {
  const asked = `${threads} threads were asked for, but`;
  if (!hasWasm || backend === 'webgpu') return `${asked} threads are for WebAssembly: the model runs on WebGPU.`;
  return `${asked} this bundle was compiled for one: the model runs on one thread. Compile it with --threads ${threads}.`;
}
