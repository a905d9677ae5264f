/** The types of a bundle: literal shapes, the parameters' names, and the calls that there are. */
import type { Manifest, ManifestEntry, ManifestTensor, Purpose } from '../runtime/manifest.ts';

/** The text of index.d.ts: of the model as WebAssembly, on a GPU, or both. */
export function indexDts(manifest: Manifest, hasWasm: boolean): string {
  const type = typeName(manifest.name);
  const { threads } = manifest;
  const names = of(manifest, 'parameter').map((t) => quoted(t.name));
  return `/** ${title(manifest)} */

/** PyTorch's names of the parameters. */
export type ParameterName =${names.length > 0 ? names.map((name) => `\n  | ${name}`).join('') : ' never'};

/** What each array holds, row-major; 'N' is the batch. */
export declare const shapes: {
${publicTensors(manifest)
  .map((t) => `  readonly ${key(t.name)}: readonly [${literalShape(t)}];\n`)
  .join('')}};

${hasWasm ? wasmModel(type, manifest) : ''}${manifest.webgpu ? gpuModel(`${type}Gpu`, manifest) : ''}${
  hasWasm && manifest.webgpu ? anyModel(type, manifest) : ''
}/** Parameters by name, or the bytes of a safetensors file. */
export type Weights =
  | ReadonlyMap<string, Float32Array | Int32Array | Uint8Array>
  | { readonly [name in ParameterName]?: Float32Array }
  | Uint8Array
  | DataView
  | ArrayBuffer
  | SharedArrayBuffer;

/** What is wrong with a call, and what to try. */
export declare class TapeoutError extends Error {
  readonly code: string;
}

${manifest.webgpu ? loadsOnGpu(type, manifest, hasWasm) : loads(type, threads)}export default load;
`;
}

const of = (manifest: Manifest, purpose: Purpose) => manifest.tensors.filter((t) => t.purpose === purpose);

function wasmModel(type: string, manifest: Manifest): string {
  const { maxBatch } = manifest;
  return `export interface ${type} {
${manifest.webgpu ? backendMembers("'wasm'") : ''}  readonly maxBatch: ${maxBatch};
  /** Views of the model's memory: writing to them changes the model. */
  readonly parameters: {
${views(of(manifest, 'parameter'))}  };
  /** What backward() and vjp() add to and zeroGrad() clears. */
  readonly gradients: {
${views(of(manifest, 'gradient'))}  };
  /** The optimizer's state. */
  readonly state: {
${views(of(manifest, 'state'))}  };
  /** For ${maxBatch} samples: fill the first n, then call with n alone. */
  readonly inputs: {
${views(of(manifest, 'input'))}  };
  /** Results of the last call. */
  readonly outputs: {
${views(of(manifest, 'output'))}  };
${scalarMembers(manifest)}
${manifest.entries.flatMap((entry) => method(entry, manifest, onWasm)).join('\n')}
  /** Views of the first n samples. */
  input(name: ${union(of(manifest, 'input'))}, n?: number): Float32Array | Int32Array | Uint8Array;
  output(name: ${union(of(manifest, 'output'))}, n?: number): Float32Array | Int32Array | Uint8Array;
  parameter(name: ParameterName): Float32Array;
  /** Copies of all parameters; with \`state\` of the optimizer's state and of scalars too, so that training can resume. */
  stateDict(options?: { state?: boolean }): Map<string, Float32Array | Int32Array | Uint8Array>;
  /** Throws a TapeoutError, and changes nothing, when a name, a size or a value is wrong. With \`strict: false\` unknown names and
   *  missing parameters are no error, and returned. */
  loadStateDict(weights: Weights, options?: { strict?: boolean }): { missingKeys: string[]; unexpectedKeys: string[] };
  /** The bytes of a safetensors file, which PyTorch can load. */
  toSafetensors(options?: { state?: boolean }): Uint8Array;
  /** Calls every method for about so many milliseconds in all, so that the engine has compiled them well before the first
   *  call that counts, and puts everything back. \`load\` does so in Node. */
  warmUp(milliseconds: number): void;
  dispose(): void;
${manifest.threads === undefined ? '' : threadMembers}}

`;
}

/** What a model on a GPU and one as WebAssembly are both called by; \`eventually\` makes the types of results. */
function sharedCalls(manifest: Manifest, calls: Calls, eventually: (type: string) => string): string {
  return `  readonly maxBatch: ${manifest.maxBatch};
  /** For ${manifest.maxBatch} samples: fill the first n, then call with n alone. */
  readonly inputs: {
${views(of(manifest, 'input'))}  };
${scalarMembers(manifest)}
${manifest.entries.flatMap((entry) => method(entry, manifest, calls)).join('\n')}
  /** The first n samples: a view, to write to. */
  input(name: ${union(of(manifest, 'input'))}, n?: number): Float32Array | Int32Array | Uint8Array;
  /** Of the last call. */
  output(name: ${union(of(manifest, 'output'))}, n?: number): ${eventually('Float32Array | Int32Array | Uint8Array')};
  parameter(name: ParameterName): ${eventually('Float32Array')};
  /** Copies of all parameters; with \`state\` of the optimizer's state and of scalars too, so that training can resume. */
  stateDict(options?: { state?: boolean }): ${eventually('Map<string, Float32Array | Int32Array | Uint8Array>')};
  /** Throws a TapeoutError, and changes nothing, when a name, a size or a value is wrong. With \`strict: false\` unknown names and
   *  missing parameters are no error, and returned. */
  loadStateDict(weights: Weights, options?: { strict?: boolean }): { missingKeys: string[]; unexpectedKeys: string[] };
  /** The bytes of a safetensors file, which PyTorch can load. */
  toSafetensors(options?: { state?: boolean }): ${eventually('Uint8Array')};
  dispose(): void;
`;
}

function gpuModel(type: string, manifest: Manifest): string {
  return `/** On a GPU. Calls are queued; what they give is a promise, and a loss that nobody awaits is not read back. */
export interface ${type} {
${backendMembers("'webgpu'")}${sharedCalls(manifest, onGpu, (t) => `Promise<${t}>`)}  /** What backward() and vjp() added up. */
  gradient(name: ParameterName): Promise<Float32Array>;
  /** Keeps a copy of all that lasts from step to step, from which recover() goes on. */
  checkpoint(): Promise<Map<string, Float32Array | Int32Array | Uint8Array>>;
  /** Once the device is lost: the model of the last checkpoint on another one. */
  recover(device?: WebGpuDevice): Promise<${type}>;
  /** Resolves as soon as few calls wait on the device: await it before each step of a loop that awaits nothing else. */
  ready(): Promise<void>;
  /** Resolves once all calls so far have run. */
  finished(): Promise<void>;
}

/** A GPUDevice, in words that need no types of WebGPU. */
export interface WebGpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  destroy(): void;
}

`;
}

const anyModel = (type: string, manifest: Manifest): string => `/** Wherever it runs: await what its calls give. */
export interface Any${type} {
${backendMembers("'wasm' | 'webgpu'")}${sharedCalls(manifest, onAny, (t) => `${t} | Promise<${t}>`)}}

`;

const backendMembers = (backend: string): string => `  readonly backend: ${backend};
  /** Why it runs there, where load() chose, and which features its shaders use, where they could use some. */
  readonly backendNotice: string | null;
`;

function scalarMembers(manifest: Manifest): string {
  const scalars = of(manifest, 'scalar');
  return `  /** Numbers to set between steps. Setting NaN or infinity throws. */
  readonly scalars: { ${scalars.map((t) => `${key(t.name)}: number`).join('; ')} };
${scalars.some((t) => t.name === 'lr') ? '  /** The learning rate. */\n  lr: number;\n' : ''}`;
}

const loads = (type: string, threads: number | undefined): string =>
  `/** Loads the WebAssembly and the initial weights that lie beside this file, or those that are given. */
export declare function load(options?: {
  wasm?: ArrayBuffer | Uint8Array | WebAssembly.Module;
  weights?: Weights;
  /** Milliseconds of \`warmUp\` while loading: ${threads === undefined ? 40 : 80} in Node and 0 elsewhere unless told. */
  warmUp?: number;
${threads === undefined ? '' : threadOptions(threads)}}): Promise<${type}>;
`;

function loadsOnGpu(type: string, { threads, webgpu }: Manifest, hasWasm: boolean): string {
  const wasm = hasWasm
    ? `  wasm?: ArrayBuffer | Uint8Array | WebAssembly.Module;
  /** Milliseconds of \`warmUp\` while loading: ${threads === undefined ? 40 : 80} in Node and 0 elsewhere unless told. */
  warmUp?: number;
${threads === undefined ? '' : threadOptions(threads)}`
    : '';
  const features = webgpu?.features
    ? `  /** The text of model.features.wgsl, for a device that has ${webgpu.features.join(' and ')}. */
  featureWgsl?: string;
`
    : '';
  const options = `export interface LoadOptions {
${wasm}  /** The text of model.wgsl. */
  wgsl?: string;
${features}  weights?: Weights;
  /** Where WebGPU is to be found; navigator.gpu unless told. In Node: create([]) of the npm package 'webgpu'. */
  gpu?: object;
  /** A device of the caller's; the model opens one of its own unless told. */
  device?: WebGpuDevice;
${hasWasm && threads === undefined ? '  /** Called with why the model runs where it runs; console.info unless told. */\n  onNotice?: (notice: string) => void;\n' : ''}}

`;
  return hasWasm
    ? `${options}/** Loads what lies beside this file, or what is given. \`auto\`, which is what is taken unless told, is WebGPU where there is a
 *  GPU that pays for this model, else WebAssembly. */
export declare function load(options: LoadOptions & { backend: 'wasm' }): Promise<${type}>;
export declare function load(options: LoadOptions & { backend: 'webgpu' }): Promise<${type}Gpu>;
export declare function load(options?: LoadOptions & { backend?: 'auto' | 'wasm' | 'webgpu' }): Promise<Any${type}>;
`
    : `${options}/** Loads the shaders and the initial weights that lie beside this file, or those that are given. */
export declare function load(options?: LoadOptions): Promise<${type}Gpu>;
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

interface Calls {
  readonly docs: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
}

const evaluation = '{ loss: number; correct: number | null; output: Float32Array }';

const onWasm: Calls = {
  docs: {
    forward: 'The outputs of n samples: a view, valid until the next call.',
    evaluate: 'Mean loss, right answers and outputs, with nothing learnt; one object, filled anew by each call.',
    train_step: "Forward, backward and the optimizer's update. Returns the loss.",
    backward: "Adds the gradients of the loss to `gradients`, as PyTorch's loss.backward(). Returns the loss.",
    vjp: "Adds the gradients of the weighted outputs to `gradients`, as PyTorch's out.backward(weights).",
    zero_grad: 'Sets all gradients to zero.',
    step: 'Lets the optimizer apply the gradients.',
  },
  results: { forward: 'Float32Array', evaluate: evaluation, train_step: 'number', backward: 'number' },
};

const onGpu: Calls = {
  docs: {
    forward: 'The outputs of n samples.',
    evaluate: 'Mean loss, right answers and outputs, with nothing learnt.',
    train_step:
      "Queues forward, backward and the optimizer's update. Await the loss to read it back, before 1,024 further steps.",
    backward: "Queues: adds the gradients of the loss to those there are, as PyTorch's loss.backward().",
    vjp: "Queues: adds the gradients of the weighted outputs to those there are, as PyTorch's out.backward(weights).",
    zero_grad: 'Queues: sets all gradients to zero.',
    step: 'Queues: lets the optimizer apply the gradients.',
  },
  results: {
    forward: 'Promise<Float32Array>',
    evaluate: `Promise<${evaluation}>`,
    train_step: 'PromiseLike<number>',
    backward: 'PromiseLike<number>',
  },
};

const onAny: Calls = {
  docs: { ...onGpu.docs, train_step: "Forward, backward and the optimizer's update. Await the loss." },
  results: Object.fromEntries(
    Object.entries(onWasm.results).map(([name, t]) => [name, `${t} | ${onGpu.results[name]}`]),
  ),
};

/** An entry's method: with its arrays, and with the batch size alone for those written in place. */
function method({ name, inputs }: ManifestEntry, { tensors, maxBatch }: Manifest, { docs, results }: Calls): string[] {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const result = results[name] ?? 'void';
  const given = tensors.filter((t) => t.purpose === 'input');
  const taken = inputs.flatMap((input) => given.find((t) => t.name === input) ?? []);
  const lines = [`  /** ${docs[name] ?? name}`];
  for (const t of taken) {
    const ignored = t.ignoreIndex === undefined ? '' : `, or ${t.ignoreIndex} to ignore a sample`;
    const range = t.range === undefined ? '' : `, from 0 to ${t.range - 1}${ignored}`;
    lines.push(`   *  ${identifier(t.name)}: ${t.dtype}[${literalShape(t).replaceAll("'", '')}]${range}`);
  }
  const doc = `${lines.join('\n')}${lines.length > 1 ? `\n   *  N: 1 to ${maxBatch}` : ''} */`;
  if (taken.length === 0) return [doc, `  ${camel}(): ${result};`];
  const params = taken.map((t) => `${identifier(t.name)}: ${arrayName(t)}`).join(', ');
  return [doc, `  ${camel}(${params}): ${result};`, `  ${camel}(n: number): ${result};`];
}

const views = (tensors: readonly ManifestTensor[]): string =>
  tensors
    .map((t) => `    /** [${literalShape(t).replaceAll("'", '')}] */\n    readonly ${key(t.name)}: ${arrayName(t)};\n`)
    .join('');

const arrayName = ({ dtype }: ManifestTensor): string =>
  ({ f32: 'Float32Array', i32: 'Int32Array', u8: 'Uint8Array', bool: 'Uint8Array' })[dtype];

export const publicTensors = ({ tensors }: Manifest): ManifestTensor[] =>
  tensors.filter((t) => ['parameter', 'input', 'output'].includes(t.purpose));

export const literalShape = ({ shape }: ManifestTensor): string =>
  shape.map((d) => (typeof d === 'number' ? d : d.batch === 1 ? "'N'" : `'${d.batch}N'`)).join(', ');

const quoted = (name: string): string => `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));
const identifier = (name: string): string => name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_');
const union = (tensors: readonly ManifestTensor[]): string => tensors.map((t) => quoted(t.name)).join(' | ') || 'never';

/** The name of the model's interface, kept apart from what else the file declares. */
function typeName(name: string): string {
  const plain = identifier(name) || 'Model';
  return ['ParameterName', 'Weights', 'TapeoutError', 'Float32Array', 'Int32Array', 'Uint8Array'].includes(plain)
    ? `${plain}Model`
    : plain;
}

export function title({ name, maxBatch, tensors }: Manifest): string {
  const count = tensors
    .filter((t) => t.purpose === 'parameter')
    .reduce((total, t) => total + t.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1), 0);
  return `${name.replaceAll('*/', '* /')}, compiled: ${thousands(count)} parameters, batches of 1 to ${maxBatch}.`;
}

/** Not by toLocaleString, which parts no thousands where Node was built without its tables of languages. */
const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
