/** Writes the files of a compiled model: a module without dependencies, its types, WebAssembly, shaders or both, the
 *  manifest and the weights. Equal parts give equal bytes. */
import type { Manifest, ManifestEntry, ManifestGpu, ManifestTensor } from '../runtime/manifest.ts';
import { type Files, withChecksums } from './checksums.ts';
import { inScript, packageName, propertyKey } from './names.ts';
import { indexDts, publicTensors, title } from './typings.ts';
import { literalShape } from './typings-calls.ts';

export interface BundleParts {
  readonly manifest: Manifest;
  /** The module for one thread; null for a model that runs on WebGPU alone. */
  readonly wasm: Uint8Array | null;
  /** The module for several threads, if the manifest has threads. */
  readonly threadedWasm: Uint8Array | null;
  /** The shaders, if the manifest has WebGPU. */
  readonly wgsl: string | null;
  /** The shaders for devices with the manifest's features, if it names any. */
  readonly featureWgsl: string | null;
  /** A safetensors file of the parameters. */
  readonly weights: Uint8Array;
  /** JavaScript of runtime/ as one module, which exports `load` among others. Its free variables are `manifest` and
   *  `files`: the address of each file, or its bytes. */
  readonly runtime: string;
  /** index.js contains what it loads, so that it needs no other file. */
  readonly inline: boolean;
}

/** The files of a bundle by name, and their checksums. */
export const bundle = ({
  manifest,
  wasm,
  threadedWasm,
  wgsl,
  featureWgsl,
  weights,
  runtime,
  inline,
}: BundleParts): Promise<Files> => {
  const code = [
    ...(wasm ? [['model.wasm', wasm] as const] : []),
    ...(threadedWasm ? [['model.threads.wasm', threadedWasm] as const] : []),
    ...(wgsl === null ? [] : [['model.wgsl', wgsl] as const]),
    ...(featureWgsl === null ? [] : [['model.features.wgsl', featureWgsl] as const]),
  ];
  const loaded = [...code, ['weights.safetensors', weights] as const];
  const places = loaded.map(([file, contents]) => (inline ? within(file, contents) : beside(file)));
  return withChecksums(
    new Map<string, string | Uint8Array>([
      ['index.js', indexJs(manifest, runtime, places.join(''))],
      ['index.d.ts', indexDts(manifest, wasm !== null)],
      ...(inline ? [] : code),
      ['manifest.json', manifestJson(manifest)],
      ...(inline ? [] : loaded.slice(-1)),
      ['package.json', packageJson(manifest)],
    ]),
  );
};

/** The package.json of a bundle, without which Node might read the module as CommonJS, depending on the folders around
 *  it. */
function packageJson({ name }: Manifest): string {
  const fields = {
    name: packageName(name),
    private: true,
    type: 'module',
    types: './index.d.ts',
    exports: { '.': './index.js', './*': './*' },
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** JSON with keys in a fixed order and a line for each tensor and entry, so that diffs read well. */
export function manifestJson({ webgpu, ...manifest }: Manifest): string {
  const all = manifestFields(manifest);
  if (!webgpu) return `${json(all)}\n`;
  return `${json(all).slice(0, -2)},\n  "webgpu": ${json(gpuFields(webgpu)).replaceAll('\n', '\n  ')}\n}\n`;
}

/** An object of numbers and rows. */
function json(of: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(of).flatMap(([key, value]) => {
    const rows = Array.isArray(value) && `[\n${value.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
    return value === undefined ? [] : `  "${key}": ${rows || JSON.stringify(value)}`;
  });
  return `{\n${shown.join(',\n')}\n}`;
}

/** Every field of a type, in the order in which it is written: a field that is missing here is a type error. */
type Fields<T> = { readonly [K in keyof Required<T>]: unknown };

const manifestFields = (manifest: Omit<Manifest, 'webgpu'>) => {
  const { tapeout, name, maxBatch, pages, arenaBytes, threads, returns, tags } = manifest;
  return {
    ...{ tapeout, name, maxBatch, pages, arenaBytes, threads, returns, tags },
    entries: manifest.entries.map(entryFields),
    tensors: manifest.tensors.map(tensorFields),
  } satisfies Fields<Omit<Manifest, 'webgpu'>>;
};

const gpuFields = ({ operations, arenaBytes, bindingBytes, callBytes, features, entries, tensors }: ManifestGpu) =>
  ({
    ...{ operations, arenaBytes, bindingBytes, callBytes, features },
    entries: entries.map(({ dispatches, ...entry }) => ({ ...entryFields(entry), dispatches })),
    tensors: tensors.map(tensorFields),
  }) satisfies Fields<ManifestGpu>;

const entryFields = ({ name, inputs, outputs, leastBatch, carried }: ManifestEntry) =>
  ({ name, inputs, outputs, leastBatch, carried }) satisfies Fields<ManifestEntry>;

const tensorFields = (t: ManifestTensor) => {
  const { name, purpose, dtype, shape, offset, range, ignoreIndex, initial } = t;
  return { name, purpose, dtype, shape, offset, range, ignoreIndex, initial } satisfies Fields<ManifestTensor>;
};

function indexJs(manifest: Manifest, runtime: string, places: string): string {
  const shapes = publicTensors(manifest).map((t) => `${propertyKey(t.name)}: [${literalShape(t)}]`);
  return `/** ${title(manifest)} Written by Tapeout: compile again instead of editing. */
${runtime.trim()}
export const manifest = ${inScript(JSON.stringify(JSON.parse(manifestJson(manifest))))};
export const shapes = { ${shapes.join(', ')} };
const files = {
${places}};
`;
}

/** The bytes of a file, as base64. */
const within = (file: string, contents: string | Uint8Array): string => `  '${file}': '${base64(contents)}',\n`;
/** The address of a file, in exactly the form that bundlers recognize to copy files. */
const beside = (file: string): string => `  '${file}': () => new URL('./${file}', import.meta.url),\n`;

function base64(contents: string | Uint8Array): string {
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  let latin1 = '';
  // In pieces, as the number of arguments of a call is limited.
  for (let at = 0; at < bytes.length; at += 4096) latin1 += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(latin1);
}
