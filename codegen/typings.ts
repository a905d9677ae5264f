/** The types of a bundle: literal shapes, arrays by name, and the methods of its entries. */
import type { Manifest, ManifestTensor, Purpose } from '../runtime/manifest.ts';
import { identifier, inComment, propertyKey, quoted } from './names.ts';
import {
  arrayName,
  type Calls,
  literalShape,
  method,
  onAny,
  onGpu,
  onWasm,
  returnedBy,
  shapeText,
} from './typings-calls.ts';
import { runtimeTypes } from './typings-runtime.ts';

/** The text of index.d.ts, which declares the exports of index.js: the model as WebAssembly, on a GPU, or both. */
export function indexDts(manifest: Manifest, hasWasm: boolean): string {
  const hasGpu = manifest.webgpu !== undefined;
  const names = of(manifest, 'parameter').map((t) => quoted(t.name));
  const type = typeName(manifest.name);
  return `/** ${title(manifest)} */

/** PyTorch's names of the parameters. */
export type ParameterName =${names.length > 0 ? names.map((name) => `\n  | ${name}`).join('') : ' never'};

/** The shape of each array, row-major; 'N' is the batch. Results that share a name with an input or a parameter are left out. */
export declare const shapes: {
${publicTensors(manifest)
  .map((t) => `  readonly ${propertyKey(t.name)}: readonly [${literalShape(t)}];\n`)
  .join('')}};

${arrays}${arraysOf(manifest)}
${stateDictType}
${hasWasm ? wasmModel(type, manifest) : ''}${hasGpu ? gpuModel(`${type}Gpu`, manifest) : ''}${
  hasWasm && hasGpu ? anyModel(type, manifest) : ''
}/** A state dict, or some of its tensors by name, or the bytes of a safetensors file. */
export type Weights =
  | ReadonlyMap<string, AnyArray | StoredTensor>
  | { readonly [name in ParameterName | keyof StateArrays | keyof ScalarArrays]?: AnyArray | StoredTensor }
  | Uint8Array
  | DataView
  | ArrayBuffer
  | SharedArrayBuffer;

${hasGpu ? loadsOnGpu(type, manifest, hasWasm) : loads(type, manifest.threads)}export default load;

${runtimeTypes(type, manifest, hasWasm)}`;
}

const isOf = (purpose: Purpose) => (t: ManifestTensor) => t.purpose === purpose;
const hasBatch = (t: ManifestTensor): boolean => t.shape.some((d) => typeof d !== 'number');
/** State of the model itself. An optimizer's state has an initial number in the manifest, and state with a batch belongs to samples. */
const isBuffer = (t: ManifestTensor): boolean => t.purpose === 'state' && t.initial === undefined && !hasBatch(t);
/** The state that is carried from call to call. */
const carriedIn = (manifest: Manifest) => of(manifest, 'state').filter(hasBatch);
const of = (manifest: Manifest, purpose: Purpose) => manifest.tensors.filter(isOf(purpose));

const arrays = `/** The array types that hold the values of tensors. */
export type AnyArray = Float32Array | Int32Array | Uint8Array;

`;

/** Interfaces of arrays by name. */
const arraysOf = (manifest: Manifest): string =>
  (
    [
      ['InputArrays', 'The inputs of calls', isOf('input')],
      ['OutputArrays', 'The results of calls', isOf('output')],
      ['ParameterArrays', 'Parameters, which training changes', isOf('parameter')],
      ['GradientArrays', 'Gradients, which backward() and vjp() add to and zeroGrad() clears', isOf('gradient')],
      ['BufferArrays', 'Buffers, which training does not change', isBuffer],
      ['StateArrays', "The optimizer's state, buffers, and state that is carried from call to call", isOf('state')],
      ['ScalarArrays', 'Scalars as a state dict holds them', isOf('scalar')],
    ] as const
  )
    .map(([name, doc, what]) => {
      const tensors = manifest.tensors.filter((t) => what(t));
      return `/** ${doc}, by name. */\nexport interface ${name} {\n${views(tensors)}}\n`;
    })
    .join('');

const stateDictType = `/** Arrays by name: copies, made when the state dict was. */
export interface StateDict<Arrays> extends Map<string, AnyArray> {
  get<Name extends keyof Arrays>(name: Name): Arrays[Name];
  get(name: string): AnyArray | undefined;
}
`;

function wasmModel(type: string, manifest: Manifest): string {
  const { maxBatch } = manifest;
  return `/** The model as WebAssembly. Calls take arrays in order, or by name in one object, or the number of samples written to
 *  \`inputs\`. They throw a TapeoutError, and change nothing, if an argument does not fit. */
export interface ${type} {
${backendMembers("'wasm'")}${maxBatchDoc}  readonly maxBatch: ${maxBatch};
  /** Views of the model's memory: writing to them changes the model. */
  readonly parameters: ParameterArrays;
  /** backward() and vjp() add to these, zeroGrad() clears them. */
  readonly gradients: GradientArrays;
  /** The optimizer's state, and buffers. */
  readonly state: StateArrays;
  /** For ${maxBatch} samples: fill the first n, then call with n alone. */
  readonly inputs: InputArrays;
  /** Results of the last call. */
  readonly outputs: OutputArrays;
${scalarMembers(manifest)}
${manifest.entries.flatMap((entry) => method(entry, manifest, onWasm)).join('\n')}
  /** A view of the first n samples, to write to. */
  input<Name extends keyof InputArrays>(name: Name, n?: number): InputArrays[Name];
  /** A view of the first n samples of a result of the last call. */
  output<Name extends keyof OutputArrays>(name: Name, n?: number): OutputArrays[Name];
${outputByNumber(manifest, (t) => t)}${namedMembers(manifest, (t) => t)}  /** Calls every method for about this many milliseconds in all, so that the engine has optimized them before the first
   *  call that counts, then restores everything. \`load\` does so in Node. */
  warmUp(milliseconds: number): void;
  /** Releases the module${manifest.threads === undefined ? '' : ', and ends its threads'}. Every later call throws. */
  dispose(): void;
${threadMembers}}

`;
}

/** The overloads of \`output\` for several outputs, by their numbers. */
function outputByNumber(manifest: Manifest, eventually: (type: string) => string): string {
  if (manifest.returns === undefined) return '';
  return returnedBy(manifest)
    .map((t, i) => `  output(index: ${i}, n?: number): ${eventually(arrayName(t))};\n`)
    .join('');
}

/** Members that take or return tensors by name; `eventually` gives the types of results. */
const namedMembers = (
  manifest: Manifest,
  eventually: (type: string) => string,
): string => `  parameter(name: ParameterName): ${eventually('Float32Array')};
  /** Copies of all parameters and buffers; with \`state\`, also of the optimizer's state and of scalars, so that training can resume. */
  stateDict(options?: { state?: false }): ${eventually('StateDict<ParameterArrays & BufferArrays>')};
  stateDict(options: { state: true }): ${eventually('StateDict<ParameterArrays & StateArrays & ScalarArrays>')};
  stateDict(options?: { state?: boolean }): ${eventually('Map<string, AnyArray>')};
  /** Throws a TapeoutError, and changes nothing, when a name, a size or a value is wrong, or a parameter or buffer is missing. With
   *  \`strict: false\` unknown and missing names are no errors: they are returned. */
  loadStateDict(weights: Weights, options?: { strict?: boolean }): { missingKeys: string[]; unexpectedKeys: string[] };
  /** The contents of a safetensors file, which PyTorch can load. */
  toSafetensors(options?: { state?: boolean }): ${eventually('Uint8Array')};
${resetMember(carriedIn(manifest))}  /** What JSON.stringify writes: the model's name and shapes. */
  toJSON(): object;
`;

const resetMember = (carried: readonly ManifestTensor[]): string =>
  carried.length === 0
    ? ''
    : `  /** Sets to zeros what calls carry on to the next: ${inComment(carried.map((t) => t.name).join(', '))}. A call of another number of samples throws
   *  until then. */
  resetState(): void;
`;

/** Members that models on a GPU and as WebAssembly have in common; `eventually` gives the types of results. */
function sharedCalls(manifest: Manifest, calls: Calls, eventually: (type: string) => string): string {
  return `${maxBatchDoc}  readonly maxBatch: ${manifest.maxBatch};
  /** For ${manifest.maxBatch} samples: fill the first n, then call with n alone. */
  readonly inputs: InputArrays;
${scalarMembers(manifest)}
${manifest.entries.flatMap((entry) => method(entry, manifest, calls)).join('\n')}
  /** The first n samples: a view, to write to. */
  input<Name extends keyof InputArrays>(name: Name, n?: number): InputArrays[Name];
  /** The first n samples of a result of the last call. */
  output<Name extends keyof OutputArrays>(name: Name, n?: number): ${eventually('OutputArrays[Name]')};
${outputByNumber(manifest, eventually)}${namedMembers(manifest, eventually)}  /** Releases the model, and the device if the model opened it. Every later call throws. */
  dispose(): void;
`;
}

function gpuModel(type: string, manifest: Manifest): string {
  return `/** The model on a GPU. Calls are queued and return promises; a loss that nobody awaits is not read back. */
export interface ${type} {
${backendMembers("'webgpu'")}${sharedCalls(manifest, onGpu, (t) => `Promise<${t}>`)}  /** A gradient, as accumulated by backward() and vjp(). */
  gradient<Name extends keyof GradientArrays>(name: Name): Promise<GradientArrays[Name]>;
  /** Copies all that lasts from step to step; recover() continues from the copy. */
  checkpoint(): Promise<StateDict<ParameterArrays & StateArrays & ScalarArrays>>;
  /** After the device is lost: the model of the last checkpoint, on another device. */
  recover(device?: WebGpuDevice): Promise<${type}>;
  /** Resolves once few calls are queued on the device: await it before each step of a loop that awaits nothing else. */
  ready(): Promise<void>;
  /** Resolves once all calls made so far have run. */
  finished(): Promise<void>;
}

/** A GPUDevice, declared here so that WebGPU's own types are not needed. */
export interface WebGpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  destroy(): void;
}

`;
}

const anyModel = (
  type: string,
  manifest: Manifest,
): string => `/** The model on either backend: await the results of its calls. */
export interface Any${type} {
${backendMembers("'wasm' | 'webgpu'")}${sharedCalls(manifest, onAny, (t) => `${t} | Promise<${t}>`)}}

`;

const maxBatchDoc = '  /** The most samples that a call takes. */\n';
const backendMembers = (backend: string): string => `  readonly backend: ${backend};
  /** Why the model runs on this backend, if load() chose it, and which optional features its shaders use. */
  readonly backendNotice: string | null;
`;

function scalarMembers(manifest: Manifest): string {
  const scalars = of(manifest, 'scalar');
  return `  /** Numbers to set between steps. Setting NaN or infinity throws. */
  readonly scalars: { ${scalars.map((t) => `${propertyKey(t.name)}: number`).join('; ')} };
${scalars.some((t) => t.name === 'lr') ? '  /** The learning rate. */\n  lr: number;\n' : ''}`;
}

const loads = (type: string, threads: number | undefined): string =>
  `/** Loads the WebAssembly and the initial weights from beside this file, or takes those given. */
export declare function load(options?: {
${wasmOptions(threads)}${weightsOption}  /** The backend; this bundle has only WebAssembly. */
  backend?: 'auto' | 'wasm';
${noticeOption}}): Promise<${type}>;
`;

function loadsOnGpu(type: string, { threads, webgpu }: Manifest, hasWasm: boolean): string {
  const features = webgpu?.features
    ? `  /** The text of model.features.wgsl, for devices with ${webgpu.features.join(' and ')}. */
  featureWgsl?: string;
`
    : '';
  const options = `/** What a model is loaded from, and where it runs. */
export interface LoadOptions {
${hasWasm ? wasmOptions(threads) : threadOptions(undefined)}  /** The text of model.wgsl. */
  wgsl?: string;
${features}${weightsOption}  /** The WebGPU implementation; defaults to navigator.gpu. In Node: create([]) of the npm package 'webgpu'. */
  gpu?: object;
  /** A device to use; by default the model opens one of its own. */
  device?: WebGpuDevice;
${noticeOption}}

`;
  return hasWasm
    ? `${options}/** Loads the files beside this one, or takes those given. \`auto\`, the default, is WebGPU if there is a GPU that is worthwhile
 *  for this model, and WebAssembly otherwise. */
export declare function load(options: LoadOptions & { backend: 'wasm' }): Promise<${type}>;
export declare function load(options: LoadOptions & { backend: 'webgpu' }): Promise<${type}Gpu>;
export declare function load(options?: LoadOptions & { backend?: 'auto' | 'wasm' | 'webgpu' }): Promise<Any${type}>;
`
    : `${options}/** Loads the shaders and the initial weights from beside this file, or takes those given. */
export declare function load(options?: LoadOptions & { backend?: 'auto' | 'webgpu' }): Promise<${type}Gpu>;
`;
}

const threadMembers = `  /** How many threads the model runs on, the calling one included. */
  readonly threads: number;
  /** Why there are fewer than requested; null if there are not. */
  readonly threadsNotice: string | null;
`;

/** An option that \`load\` awaits if it is a promise. */
const orPromise = (type: string): string => `${type} | PromiseLike<${type}>`;
const wasmType = 'ArrayBuffer | Uint8Array | DataView | WebAssembly.Module';
const weightsOption = `  /** Used instead of weights.safetensors. */\n  weights?: ${orPromise('Weights')};\n`;
const noticeOption = `  /** Called with a notice if the model runs otherwise than requested, or if \`load\` chose the backend; defaults to console.warn. */
  onNotice?: (notice: string) => void;
`;

const wasmOptions = (threads: number | undefined): string => `  /** Used instead of model.wasm. */
  wasm?: ${orPromise(`(${wasmType})`)};
${threads === undefined ? '' : `  /** Used instead of model.threads.wasm, the module for threads. */\n  threadedWasm?: ${orPromise(`(${wasmType})`)};\n`}\
  /** Milliseconds of \`warmUp\` while loading; defaults to ${threads === undefined ? 40 : 80} in Node and 0 elsewhere. */
  warmUp?: number;
${threadOptions(threads)}`;

/** Bundles without threads also take these, and report that they run on one. */
const threadOptions = (threads: number | undefined): string =>
  threads === undefined
    ? `  /** This bundle runs on one; if more are requested, it says so to \`onNotice\`. */
  threads?: number;
  /** How many threads can run at once; this bundle uses one. */
  cores?: number;
`
    : `  /** How many threads, the calling one included; defaults to ${threads}. Results are the same bits for any number. */
  threads?: number;
  /** How many of them can run at once; defaults to what the machine reports. */
  cores?: number;
`;

const views = (tensors: readonly ManifestTensor[]): string =>
  tensors.map((t) => `  /** [${shapeText(t)}] */\n  readonly ${propertyKey(t.name)}: ${arrayName(t)};\n`).join('');

/** The tensors in `shapes`: parameters, inputs and outputs; of several with one name, the first. */
export function publicTensors({ tensors }: Manifest): ManifestTensor[] {
  const shown = tensors.filter((t) => ['parameter', 'input', 'output'].includes(t.purpose));
  return shown.filter((t, i) => shown.findIndex((other) => other.name === t.name) === i);
}

/** The name of the model's interface, distinct from the file's other declarations and from names that it refers to. */
function typeName(name: string): string {
  return identifier(name, declared, 'Network');
}

const declared: ReadonlySet<string> = new Set([
  ...['ParameterName', 'Weights', 'AnyArray', 'StateDict', 'StoredTensor', 'WebGpuDevice', 'LoadOptions', 'Manifest'],
  ...['Input', 'Output', 'Parameter', 'Buffer', 'Gradient', 'State', 'Scalar'].map((what) => `${what}Arrays`),
  ...['load', 'shapes', 'manifest', 'instantiate', 'instantiateGpu', 'readSafetensors', 'writeSafetensors'],
  ...['Model', 'GpuModel', 'TapeoutError', 'SafetensorsError', 'Float32Array', 'Int32Array', 'Uint8Array'],
  ...['BigInt64Array', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'WebAssembly', 'Map', 'ReadonlyMap', 'Iterable'],
  ...['Promise', 'PromiseLike', 'Error', 'Record', 'Name', 'Arrays', 'Array'],
]);

export function title({ name, maxBatch, tensors }: Manifest): string {
  const count = tensors
    .filter((t) => t.purpose === 'parameter')
    .reduce((total, t) => total + t.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1), 0);
  return `${inComment(name)}, compiled: ${thousands(count)} parameters, batches of 1 to ${maxBatch}.`;
}

/** Like toLocaleString, which adds no separators in a Node built without locale data. */
const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
