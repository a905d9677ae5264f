/** Writes a compiled model's files: a module without dependencies, its types, the WebAssembly, the manifest and the weights.
 *  Same parts, same bytes. */
import type { Manifest, ManifestEntry, ManifestTensor, Purpose } from '../runtime/manifest.ts';
import { type Files, withChecksums } from './checksums.ts';

export interface BundleParts {
  readonly manifest: Manifest;
  readonly wasm: Uint8Array;
  /** The module for several threads, where the manifest has some. */
  readonly threadedWasm: Uint8Array | null;
  /** A safetensors file of the parameters. */
  readonly weights: Uint8Array;
  /** JavaScript of runtime/ as one module. It must declare `instantiate` and `usualWarmUp`, and export what a user may want beside it. */
  readonly runtime: string;
}

/** The files by name, and their checksums. */
export const bundle = ({ manifest, wasm, threadedWasm, weights, runtime }: BundleParts): Promise<Files> =>
  withChecksums(
    new Map<string, string | Uint8Array>([
      ['index.js', indexJs(manifest, runtime)],
      ['index.d.ts', indexDts(manifest)],
      ['model.wasm', wasm],
      ...(threadedWasm ? [['model.threads.wasm', threadedWasm] as const] : []),
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
  const { tapeout, name, maxBatch, pages, arenaBytes, threads } = manifest;
  const rows = (items: readonly unknown[]) =>
    `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const entries = manifest.entries.map(({ name, inputs, outputs }) => ({ name, inputs, outputs }));
  const tensors = manifest.tensors.map(({ name, purpose, dtype, shape, offset, range, ignoreIndex, initial }) => ({
    name,
    purpose,
    dtype,
    shape,
    offset,
    range,
    ignoreIndex,
    initial,
  }));
  const numbers = { tapeout, name, maxBatch, pages, arenaBytes, ...(threads === undefined ? {} : { threads }) };
  const head = Object.entries(numbers).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`);
  return `{\n${head.join('')}  "entries": ${rows(entries)},\n  "tensors": ${rows(tensors)}\n}\n`;
}

function indexJs(manifest: Manifest, runtime: string): string {
  const shapes = publicTensors(manifest).map((t) => `  ${key(t.name)}: [${literalShape(t)}],\n`);
  return `/** ${title(manifest)} Written by Tapeout: compile again instead of editing. */

${runtime.trim()}

export const manifest = ${manifestJson(manifest).trimEnd()};

export const shapes = {
${shapes.join('')}};

${manifest.threads === undefined ? loadAlone : loadOnThreads}export default load;

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

const loadAlone = `export async function load({ wasm, weights, warmUp = usualWarmUp() } = {}) {
  const [code, values] = await Promise.all([
    wasm ?? bytesAt(new URL('./model.wasm', import.meta.url)),
    weights ?? bytesAt(new URL('./weights.safetensors', import.meta.url)),
  ]);
  return instantiate(code, manifest, values, { warmUp });
}
`;

// Of the two modules the one that is needed is fetched.
const loadOnThreads = `export async function load({ wasm, threadedWasm, weights, warmUp = usualWarmUp(), ...options } = {}) {
  const modules = {
    wasm: wasm ?? (() => bytesAt(new URL('./model.wasm', import.meta.url))),
    threadedWasm: threadedWasm ?? (() => bytesAt(new URL('./model.threads.wasm', import.meta.url))),
  };
  const values = weights ?? (await bytesAt(new URL('./weights.safetensors', import.meta.url)));
  return instantiateThreads(modules, manifest, values, { ...options, warmUp });
}
`;

function indexDts(manifest: Manifest): string {
  const type = typeName(manifest.name);
  const of = (purpose: Purpose) => manifest.tensors.filter((t) => t.purpose === purpose);
  const names = of('parameter').map((t) => quoted(t.name));
  const scalars = of('scalar');
  const methods = manifest.entries.flatMap((entry) => method(entry, manifest));
  return `/** ${title(manifest)} */

/** PyTorch's names of the parameters. */
export type ParameterName =${names.length > 0 ? names.map((name) => `\n  | ${name}`).join('') : ' never'};

/** What each array holds, row-major; 'N' is the batch. */
export declare const shapes: {
${publicTensors(manifest)
  .map((t) => `  readonly ${key(t.name)}: readonly [${literalShape(t)}];\n`)
  .join('')}};

export interface ${type} {
  readonly maxBatch: ${manifest.maxBatch};
  /** Views of the model's memory: writing to them changes the model. */
  readonly parameters: {
${views(of('parameter'))}  };
  /** What backward() and vjp() add to and zeroGrad() clears. */
  readonly gradients: {
${views(of('gradient'), (name) => name.replace(/\.grad$/, ''))}  };
  /** The optimizer's state. */
  readonly state: {
${views(of('state'))}  };
  /** For ${manifest.maxBatch} samples: fill the first n, then call with n alone. */
  readonly inputs: {
${views(of('input'))}  };
  /** Results of the last call. */
  readonly outputs: {
${views(of('output'))}  };
  /** Numbers to set between steps. Setting NaN or infinity throws. */
  readonly scalars: { ${scalars.map((t) => `${key(t.name)}: number`).join('; ')} };
${scalars.some((t) => t.name === 'lr') ? '  /** The learning rate. */\n  lr: number;\n' : ''}
${methods.join('\n')}
  /** Views of the first n samples. */
  input(name: ${union(of('input'))}, n?: number): Float32Array | Int32Array | Uint8Array;
  output(name: ${union(of('output'))}, n?: number): Float32Array | Int32Array | Uint8Array;
  parameter(name: ParameterName): Float32Array;
  /** Copies of all parameters; with \`state\` of the optimizer's state too, so that training can resume. */
  stateDict(options?: { state?: boolean }): Map<string, Float32Array | Int32Array | Uint8Array>;
  /** Throws a TapeoutError, and changes nothing, when a name or a size is wrong. */
  loadStateDict(weights: Weights, options?: { strict?: boolean }): void;
  /** The bytes of a safetensors file, which PyTorch can load. */
  toSafetensors(options?: { state?: boolean }): Uint8Array;
  /** Calls every method for about so many milliseconds in all, so that the engine has compiled them well before the first
   *  call that counts, and puts everything back. \`load\` does so in Node. */
  warmUp(milliseconds: number): void;
  dispose(): void;
${manifest.threads === undefined ? '' : threadMembers}}

/** Parameters by name, or the bytes of a safetensors file. */
export type Weights =
  | ReadonlyMap<string, Float32Array | Int32Array | Uint8Array>
  | { readonly [name in ParameterName]?: Float32Array }
  | Uint8Array
  | ArrayBuffer;

/** What is wrong with a call, and what to try. */
export declare class TapeoutError extends Error {
  readonly code: string;
}

/** Loads the WebAssembly and the initial weights that lie beside this file, or those that are given. */
export declare function load(options?: {
  wasm?: ArrayBuffer | Uint8Array | WebAssembly.Module;
  weights?: Weights;
  /** Milliseconds of \`warmUp\` while loading: 40 in Node and 0 elsewhere unless told. */
  warmUp?: number;
${manifest.threads === undefined ? '' : threadOptions(manifest.threads)}}): Promise<${type}>;
export default load;
`;
}

const threadMembers = `  /** How many threads the model runs on, this one included. */
  readonly threads: number;
  /** Why these are fewer than were asked for; null where they are not. */
  readonly threadsNotice: string | null;
`;
const threadOptions = (
  threads: number,
): string => `  /** model.threads.wasm, which is read instead where there are threads. */
  threadedWasm?: ArrayBuffer | Uint8Array | WebAssembly.Module;
  /** How many threads, this one included; ${threads} unless told. Results are the same bits for any number. */
  threads?: number;
  /** How many of them can run at one time; as the machine says unless told. */
  cores?: number;
  /** Called when the model runs on fewer threads than were asked for; console.warn unless told. */
  onNotice?: (notice: string) => void;
`;

const docs: Readonly<Record<string, string>> = {
  forward: 'The outputs of n samples: a view, valid until the next call.',
  evaluate: 'Mean loss, right answers and outputs, with nothing learnt; one object, filled anew by each call.',
  train_step: "Forward, backward and the optimizer's update. Returns the loss.",
  backward: "Adds the gradients of the loss to `gradients`, as PyTorch's loss.backward(). Returns the loss.",
  vjp: "Adds the gradients of the weighted outputs to `gradients`, as PyTorch's out.backward(weights).",
  zero_grad: 'Sets all gradients to zero.',
  step: 'Lets the optimizer apply the gradients.',
};

const results: Readonly<Record<string, string>> = {
  forward: 'Float32Array',
  evaluate: '{ loss: number; correct: number | null; output: Float32Array }',
  train_step: 'number',
  backward: 'number',
};

/** An entry's method: with its arrays, and with the batch size alone for those written in place. */
function method({ name, inputs }: ManifestEntry, { tensors, maxBatch }: Manifest): string[] {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const result = results[name] ?? 'void';
  const taken = inputs.map((input) => tensors.find((t) => t.name === input)).filter((t) => t !== undefined);
  const lines = [`  /** ${docs[name] ?? name}`];
  for (const t of taken) {
    const range = t.range === undefined ? '' : `, from 0 to ${t.range - 1}`;
    lines.push(`   *  ${identifier(t.name)}: ${t.dtype}[${literalShape(t).replaceAll("'", '')}]${range}`);
  }
  const doc = `${lines.join('\n')}${lines.length > 1 ? `\n   *  N: 1 to ${maxBatch}` : ''} */`;
  if (taken.length === 0) return [doc, `  ${camel}(): ${result};`];
  const params = taken.map((t) => `${identifier(t.name)}: ${arrayName(t)}`).join(', ');
  return [doc, `  ${camel}(${params}): ${result};`, `  ${camel}(n: number): ${result};`];
}

const views = (tensors: readonly ManifestTensor[], rename = (name: string) => name): string =>
  tensors
    .map(
      (t) =>
        `    /** [${literalShape(t).replaceAll("'", '')}] */\n    readonly ${key(rename(t.name))}: ${arrayName(t)};\n`,
    )
    .join('');

const arrayName = ({ dtype }: ManifestTensor): string =>
  ({ f32: 'Float32Array', i32: 'Int32Array', u8: 'Uint8Array', bool: 'Uint8Array' })[dtype];

const publicTensors = ({ tensors }: Manifest): ManifestTensor[] =>
  tensors.filter((t) => ['parameter', 'input', 'output'].includes(t.purpose));

const literalShape = ({ shape }: ManifestTensor): string =>
  shape.map((d) => (typeof d === 'number' ? d : d.batch === 1 ? "'N'" : `'${d.batch}N'`)).join(', ');

const quoted = (name: string): string => `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));
const identifier = (name: string): string => name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_');
const union = (tensors: readonly ManifestTensor[]): string => tensors.map((t) => quoted(t.name)).join(' | ') || 'never';

/** The name of the model's interface, kept apart from what else the file declares. */
function typeName(name: string): string {
  const plain = identifier(name) || 'Model';
  return ['ParameterName', 'Weights', 'TapeoutError', 'Float32Array', 'Int32Array', 'Uint8Array'].includes(plain)
    ? `${plain}Model`
    : plain;
}

function title({ name, maxBatch, tensors }: Manifest): string {
  const count = tensors
    .filter((t) => t.purpose === 'parameter')
    .reduce((total, t) => total + t.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1), 0);
  return `${name.replaceAll('*/', '* /')}, compiled: ${thousands(count)} parameters, batches of 1 to ${maxBatch}.`;
}

/** Not by toLocaleString, which parts no thousands where Node was built without its tables of languages. */
const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
