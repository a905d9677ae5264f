/** Writes a compiled model's files: a module without dependencies, its types, the WebAssembly or the shaders or both, the
 *  manifest and the weights. Same parts, same bytes. */
import type { Manifest, ManifestEntry, ManifestTensor } from '../runtime/manifest.ts';
import { type Files, withChecksums } from './checksums.ts';
import { indexDts, key, literalShape, publicTensors, title } from './typings.ts';

export interface BundleParts {
  readonly manifest: Manifest;
  /** The module for one thread; null for a model that runs on WebGPU alone. */
  readonly wasm: Uint8Array | null;
  /** The module for several threads, where the manifest has some. */
  readonly threadedWasm: Uint8Array | null;
  /** The shaders, where the manifest tells of them. */
  readonly wgsl: string | null;
  /** The shaders for devices that have the features of the manifest, where it tells some. */
  readonly featureWgsl: string | null;
  /** A safetensors file of the parameters. */
  readonly weights: Uint8Array;
  /** JavaScript of runtime/ as one module. It must declare what `load` calls and export what a user may want beside it. */
  readonly runtime: string;
}

/** The files by name, and their checksums. */
export const bundle = ({
  manifest,
  wasm,
  threadedWasm,
  wgsl,
  featureWgsl,
  weights,
  runtime,
}: BundleParts): Promise<Files> =>
  withChecksums(
    new Map<string, string | Uint8Array>([
      ['index.js', indexJs(manifest, runtime, wasm !== null)],
      ['index.d.ts', indexDts(manifest, wasm !== null)],
      ...(wasm ? [['model.wasm', wasm] as const] : []),
      ...(threadedWasm ? [['model.threads.wasm', threadedWasm] as const] : []),
      ...(wgsl === null ? [] : [['model.wgsl', wgsl] as const]),
      ...(featureWgsl === null ? [] : [['model.features.wgsl', featureWgsl] as const]),
      ['manifest.json', manifestJson(manifest)],
      ['weights.safetensors', weights],
      ['package.json', packageJson(manifest)],
    ]),
  );

/** Without it Node would take the module for CommonJS wherever the folder's surroundings are. */
function packageJson({ name }: Manifest): string {
  const lower = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const fields = {
    name: lower,
    private: true,
    type: 'module',
    types: './index.d.ts',
    exports: { '.': './index.js', './*': './*' },
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** JSON with its keys in one order and a line for each tensor and entry, so that a diff of two reads well. */
export function manifestJson(manifest: Manifest): string {
  const { tapeout, name, maxBatch, pages, arenaBytes, threads, webgpu } = manifest;
  const numbers = { tapeout, name, maxBatch, pages, arenaBytes, ...(threads === undefined ? {} : { threads }) };
  const entries = manifest.entries.map(entryFields);
  const tensors = manifest.tensors.map(tensorFields);
  if (!webgpu) return `${fields({ ...numbers, entries, tensors })}\n`;
  const gpu = {
    operations: webgpu.operations,
    arenaBytes: webgpu.arenaBytes,
    ...(webgpu.bindingBytes === undefined ? {} : { bindingBytes: webgpu.bindingBytes }),
    callBytes: webgpu.callBytes,
    ...(webgpu.features ? { features: webgpu.features } : {}),
    entries: webgpu.entries.map(({ dispatches, ...entry }) => ({ ...entryFields(entry), dispatches })),
    tensors: webgpu.tensors.map(tensorFields),
  };
  const inner = fields(gpu).replaceAll('\n', '\n  ');
  return `${fields({ ...numbers, entries, tensors }).slice(0, -2)},\n  "webgpu": ${inner}\n}\n`;
}

/** An object of numbers and rows. */
function fields(of: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(of).map(([key, value]) => {
    const rows = Array.isArray(value) && `[\n${value.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
    return `  "${key}": ${rows || JSON.stringify(value)}`;
  });
  return `{\n${shown.join(',\n')}\n}`;
}

const entryFields = ({ name, inputs, outputs }: ManifestEntry) => ({ name, inputs, outputs });
const tensorFields = ({ name, purpose, dtype, shape, offset, range, ignoreIndex, initial }: ManifestTensor) => ({
  name,
  purpose,
  dtype,
  shape,
  offset,
  range,
  ignoreIndex,
  initial,
});

function indexJs(manifest: Manifest, runtime: string, hasWasm: boolean): string {
  const shapes = publicTensors(manifest).map((t) => `  ${key(t.name)}: [${literalShape(t)}],\n`);
  return `/** ${title(manifest)} Written by Tapeout: compile again instead of editing. */

${runtime.trim()}

export const manifest = ${manifestJson(manifest).trimEnd()};

export const shapes = {
${shapes.join('')}};

${load(manifest, hasWasm)}export default load;

async function bytesAt(url) {
  if (url.protocol === 'file:') {
    // Bundlers for the web must not look for this one.
    const fs = 'node:fs/promises';
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ fs);
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new TapeoutError('bad-wasm', \`\${url} cannot be loaded: \${response.status} \${response.statusText}\`);
  return new Uint8Array(await response.arrayBuffer());
}
`;
}

/** Fetches what a model needs, and no more, and starts it. */
function load({ threads, webgpu }: Manifest, hasWasm: boolean): string {
  const onWasm = threads === undefined ? loadAlone : loadOnThreads;
  if (!webgpu) return onWasm('export async function load');
  const shaders = webgpu.features ? eitherShaders : onlyShaders;
  return hasWasm ? `${onWasm('async function loadWasm')}\n${loadBest(shaders)}` : loadOnGpu(shaders);
}

const loadAlone = (head: string) => `${head}({ wasm, weights, warmUp = usualWarmUp() } = {}) {
  const [code, values] = await Promise.all([
    wasm ?? bytesAt(new URL('./model.wasm', import.meta.url)),
    weights ?? bytesAt(new URL('./weights.safetensors', import.meta.url)),
  ]);
  return instantiate(code, manifest, values, { warmUp });
}
`;

// Of the two modules the one that is needed is fetched.
const loadOnThreads = (
  head: string,
) => `${head}({ wasm, threadedWasm, weights, warmUp = usualWarmUp(2), ...options } = {}) {
  const modules = {
    wasm: wasm ?? (() => bytesAt(new URL('./model.wasm', import.meta.url))),
    threadedWasm: threadedWasm ?? (() => bytesAt(new URL('./model.threads.wasm', import.meta.url))),
  };
  const values = weights ?? (await bytesAt(new URL('./weights.safetensors', import.meta.url)));
  return instantiateThreads(modules, manifest, values, { ...options, warmUp });
}
`;

/** How a model's shaders are had: what a load is given, and what it makes of that. */
interface ShaderSource {
  readonly given: string;
  readonly text: string;
}
const fetched = (file: string) => `new TextDecoder().decode(await bytesAt(new URL('./${file}', import.meta.url)))`;
const onlyShaders: ShaderSource = { given: 'wgsl', text: `async () => wgsl ?? ${fetched('model.wgsl')}` };
// Whoever passes the portable shaders alone has these.
const eitherShaders: ShaderSource = {
  given: 'wgsl, featureWgsl = wgsl',
  text: `async (hasFeatures) =>
    hasFeatures
      ? (featureWgsl ?? ${fetched('model.features.wgsl')})
      : (wgsl ?? ${fetched('model.wgsl')})`,
};

const loadOnGpu = ({
  given,
  text,
}: ShaderSource) => `export async function load({ ${given}, weights, ...options } = {}) {
  const values = weights ?? (await bytesAt(new URL('./weights.safetensors', import.meta.url)));
  return instantiateOnGpu(${text}, manifest, values, options);
}
`;

const loadBest = ({ given, text }: ShaderSource) => `export async function load({ ${given}, ...options } = {}) {
  const weights = options.weights ?? (await bytesAt(new URL('./weights.safetensors', import.meta.url)));
  const onWasm = () => loadWasm({ ...options, weights });
  return instantiateBest(onWasm, ${text}, manifest, weights, options);
}
`;
