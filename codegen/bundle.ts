/** Writes a compiled model's files: a module without dependencies, its types, the WebAssembly or the shaders or both, the
 *  manifest and the weights. Same parts, same bytes. */
import type { Manifest, ManifestEntry, ManifestTensor } from '../runtime/manifest.ts';
import { type Files, withChecksums } from './checksums.ts';
import { inScript, key, packageName } from './names.ts';
import { indexDts, publicTensors, title } from './typings.ts';
import { literalShape } from './typings-calls.ts';

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
  /** Whether index.js holds what it loads, so that no other file need lie beside it. */
  readonly inline: boolean;
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
  inline,
}: BundleParts): Promise<Files> => {
  const code = [
    ...(wasm ? [['model.wasm', wasm] as const] : []),
    ...(threadedWasm ? [['model.threads.wasm', threadedWasm] as const] : []),
    ...(wgsl === null ? [] : [['model.wgsl', wgsl] as const]),
    ...(featureWgsl === null ? [] : [['model.features.wgsl', featureWgsl] as const]),
  ];
  const values = ['weights.safetensors', weights] as const;
  return withChecksums(
    new Map<string, string | Uint8Array>([
      [
        'index.js',
        indexJs(
          manifest,
          runtime,
          wasm !== null,
          inline ? new Map<string, string | Uint8Array>([...code, values]) : null,
        ),
      ],
      ['index.d.ts', indexDts(manifest, wasm !== null)],
      ...(inline ? [] : code),
      ['manifest.json', manifestJson(manifest)],
      ...(inline ? [] : [values]),
      ['package.json', packageJson(manifest)],
    ]),
  );
};

/** Without it Node would take the module for CommonJS wherever the folder's surroundings are. */
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

/** JSON with its keys in one order and a line for each tensor and entry, so that a diff of two reads well. */
export function manifestJson(manifest: Manifest): string {
  const { tapeout, name, maxBatch, pages, arenaBytes, threads, tags, webgpu } = manifest;
  const numbers = {
    ...{ tapeout, name, maxBatch, pages, arenaBytes },
    ...(threads === undefined ? {} : { threads }),
    ...(tags === undefined ? {} : { tags }),
  };
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

function indexJs(manifest: Manifest, runtime: string, hasWasm: boolean, inlined: Files | null): string {
  const shapes = publicTensors(manifest).map((t) => `  ${key(t.name)}: [${literalShape(t)}],\n`);
  return `/** ${title(manifest)} Written by Tapeout: compile again instead of editing. */

${runtime.trim()}

export const manifest = ${inScript(manifestJson(manifest).trimEnd())};

export const shapes = {
${shapes.join('')}};

${load(manifest, hasWasm, inlined ? fromScript : fromBeside)}
export default load;
${inlined ? inlinedFiles(inlined) : ''}`;
}

/** What a script that holds its files reads them from. */
const inlinedFiles = (files: Files): string => `
const inlined = {
${[...files].map(([file, contents]) => `  '${file}': '${base64(contents)}',\n`).join('')}};
`;

function base64(contents: string | Uint8Array): string {
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  let latin1 = '';
  // In pieces, as a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096) latin1 += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(latin1);
}

/** JavaScript that gives a file's bytes, or a promise of them. */
type FileSource = (file: string) => string;
// The address stands in this very form, by which bundlers that copy files know them.
const fromBeside: FileSource = (file) => `fileBeside('${file}', () => new URL('./${file}', import.meta.url))`;
const fromScript: FileSource = (file) => `bytesFrom64(inlined['${file}'])`;

/** Loads what a model needs, and no more, and starts it. */
function load({ threads, webgpu }: Manifest, hasWasm: boolean, source: FileSource): string {
  if (!webgpu && threads === undefined) return loadAlone(source);
  const starts = threads === undefined ? startAlone(source) : startOnThreads(source);
  const best = 'instantiateBest(() => startWasm(options, weights), shaders(options), manifest, weights, options)';
  const onGpu = hasWasm ? best : 'instantiateOnGpu(shaders(options), manifest, weights, options)';
  return `export async function load(options = {}) {
  checkLoad(options, manifest, ${hasWasm});
  const weights = options.weights ?? (await ${source('weights.safetensors')});
  return ${webgpu ? onGpu : 'startWasm(options, weights)'};
}

${[...(hasWasm ? [starts] : []), ...(webgpu ? [shadersOf(source, webgpu.features !== undefined)] : [])].join('\n')}`;
}

const loadAlone = (source: FileSource): string => `export async function load(options = {}) {
  checkLoad(options, manifest, true);
  const { wasm, weights, warmUp = usualWarmUp() } = options;
  const [code, values] = await Promise.all([
    wasm ?? ${source('model.wasm')},
    weights ?? ${source('weights.safetensors')},
  ]);
  return instantiate(code, manifest, values, { warmUp });
}
`;

const startAlone = (
  source: FileSource,
): string => `async function startWasm({ wasm, warmUp = usualWarmUp() }, weights) {
  return instantiate(wasm ?? (await ${source('model.wasm')}), manifest, weights, { warmUp });
}
`;

// Of the two modules the one that is needed is loaded.
const startOnThreads = (
  source: FileSource,
): string => `function startWasm({ wasm, threadedWasm, warmUp = usualWarmUp(2), ...options }, weights) {
  const modules = {
    wasm: wasm ?? (async () => ${source('model.wasm')}),
    threadedWasm: threadedWasm ?? (async () => ${source('model.threads.wasm')}),
  };
  return instantiateThreads(modules, manifest, weights, { ...options, warmUp });
}
`;

/** A function of a load's options that gives what finds the shaders' text. */
function shadersOf(source: FileSource, hasFeatures: boolean): string {
  const text = (file: string) => `new TextDecoder().decode(await ${source(file)})`;
  const portable = `wgsl ?? ${text('model.wgsl')}`;
  // Whoever passes the portable shaders alone has these.
  return hasFeatures
    ? `const shaders = ({ wgsl, featureWgsl = wgsl }) => async (hasFeatures) =>
  hasFeatures
    ? (featureWgsl ?? ${text('model.features.wgsl')})
    : (${portable});
`
    : `const shaders = ({ wgsl }) => async () => ${portable};
`;
}
