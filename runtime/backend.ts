/** Chooses where a model runs, on a GPU through WebGPU or as WebAssembly, and reports the choice. */
import { TapeoutError, wordsOf } from './check.ts';
import { partBytes } from './gpu-arena.ts';
import { type Backend, checkBackend } from './load-options.ts';
import type { Manifest, ManifestGpu } from './manifest.ts';
import type { Model } from './model.ts';
import { readGpuManifest } from './read-gpu-manifest.ts';
import { type GpuModel, instantiateGpu } from './webgpu.ts';
import type { StateDict } from './weights.ts';

/** Options for the GPU device. */
export interface DeviceOptions {
  /** The WebGPU interface; defaults to `navigator.gpu`. In Node: `create([])` of the npm package `webgpu`. */
  readonly gpu?: GPU | undefined;
  /** A device of the caller's, which the caller keeps. */
  readonly device?: GPUDevice | undefined;
}

/** Options for the backend. */
export interface BackendOptions extends DeviceOptions {
  /** Defaults to `auto`: WebGPU if there is a GPU that is worth its start for this model, else WebAssembly. */
  readonly backend?: Backend | undefined;
  /** Called with the choice of `auto` and the reason, and with the features that shaders use, if any are possible; defaults to
   *  `console.info`. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Loads the text of the shaders: those for the manifest's features, or the portable ones. */
export type ShaderText = (hasFeatures: boolean) => Promise<string>;

/** Loads a model on the requested backend, or on the one that suits it. Throws TapeoutError if it cannot run there; `auto` can always
 *  fall back to WebAssembly. */
export async function instantiateBest(
  onWasm: () => Promise<Model>,
  wgsl: ShaderText,
  given: Manifest,
  weights: StateDict | undefined,
  options: BackendOptions,
): Promise<Model | GpuModel> {
  const manifest = readGpuManifest(given);
  const { backend = 'auto', onNotice = (notice) => console.info(`tapeout: ${notice}`) } = options;
  checkBackend(backend);
  const wasm = async (backendNotice: string | null): Promise<Model> => {
    const model = await onWasm();
    if (backendNotice) onNotice(backendNotice);
    return Object.assign(model, { backendNotice });
  };
  switch (backend) {
    case 'wasm':
      return wasm(null);
    case 'webgpu': {
      const model = await instantiateOnGpu(wgsl, manifest, weights, options);
      if (model.backendNotice) onNotice(model.backendNotice);
      return model;
    }
    case 'auto': {
      const { pays, why } = estimate(manifest.webgpu);
      if (!pays && !options.device) return wasm(`the model runs on WebAssembly: ${why}.`);
      try {
        const notice = (adapter: string) => `the model runs on WebGPU, on ${adapter}: ${why}.`;
        const model = await instantiateOnGpu(wgsl, manifest, weights, options, notice);
        if (model.backendNotice) onNotice(model.backendNotice);
        return model;
      } catch (error) {
        if (!(error instanceof TapeoutError) || !ofDevices.includes(error.code)) throw error;
        return wasm(`the model runs on WebAssembly: ${error.message}`);
      }
    }
    default:
      return backend satisfies never;
  }
}

/** The codes of errors caused by the machine, not the caller. */
const ofDevices: readonly string[] = ['no-webgpu', 'device-limit', 'device-lost', 'bad-wgsl'];

/** Loads a model on a GPU, on its own device unless it is given one. With `notice`, software adapters are refused, and the model's
 *  notice is what `notice` makes of the adapter's name; without it, a model only has a notice if shaders could use features. */
export async function instantiateOnGpu(
  wgsl: ShaderText,
  given: Manifest,
  weights?: StateDict,
  { gpu, device }: DeviceOptions = {},
  notice?: (adapter: string) => string,
): Promise<GpuModel> {
  const manifest = readGpuManifest(given);
  const wanted = (manifest.webgpu?.features ?? []) as readonly GPUFeatureName[];
  const textFor = (d: GPUDevice): Promise<string> => wgsl(featuresOn(d, wanted).taken);
  if (device) return instantiateGpu(device, textFor, manifest, weights);
  const open = () => openDevice(gpu, { hardware: notice !== undefined, features: wanted, limits: limitsOf(manifest) });
  const opened = await open();
  const { extent } = featuresOn(opened.device, wanted);
  const told = notice ?? (extent ? (adapter: string) => `the model runs on WebGPU, on ${adapter}.` : null);
  const owner = {
    reopen: async () => (await open()).device,
    notice: told?.(`${opened.name}${extent}`) ?? null,
  };
  try {
    return await instantiateGpu(opened.device, textFor, manifest, weights, owner);
  } catch (error) {
    opened.device.destroy();
    throw error;
  }
}

/** `taken` is true if a device has all features that shaders could use. `extent` names them, or those that it lacks, to follow the
 *  device's name. */
export function featuresOn(
  { features }: GPUDevice,
  wanted: readonly string[],
): { readonly taken: boolean; readonly extent: string } {
  const missing = wanted.filter((f) => !features.has(f));
  if (missing.length > 0) return { taken: false, extent: `, without ${missing.join(' and ')}` };
  return wanted.length > 0 ? { taken: true, extent: `, with ${wanted.join(' and ')}` } : { taken: false, extent: '' };
}

/** Keeps GPUs alive: Dawn ends the process when the result of its `create` is garbage-collected. */
const held = new Set<GPU>();

/** The limits that a device must be requested with to hold a model: the defaults may be lower. */
export const limitsOf = ({ webgpu }: Manifest): Readonly<Record<string, number>> =>
  webgpu ? { maxStorageBufferBindingSize: partBytes(webgpu), maxBufferSize: partBytes(webgpu) } : {};

/** Requirements of a device. */
export interface Wanted {
  /** Refuse software adapters. */
  readonly hardware?: boolean;
  readonly features?: readonly GPUFeatureName[];
  readonly limits?: Readonly<Record<string, number>>;
}

/** A device with those of the features that the adapter has, and with the limits as far as it supports them. Throws TapeoutError if
 *  there is no device. */
export async function openDevice(
  gpu: GPU | undefined = globalThis.navigator?.gpu,
  { hardware = false, features = [], limits = {} }: Wanted = {},
): Promise<{ readonly device: GPUDevice; readonly name: string }> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new TapeoutError('no-webgpu', problem, { cause });
  };
  if (!gpu)
    return fail(
      'process' in globalThis
        ? "there is no WebGPU here. In Node it comes with the npm package 'webgpu': pass gpu: create([]) of it."
        : 'there is no WebGPU here: this browser has none, or the page is served by neither https nor localhost.',
    );
  held.add(gpu);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return fail('WebGPU finds no GPU on this machine, or no driver for it.');
  const { vendor, architecture, device: model, description, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture, model].filter(Boolean).join(' ') || 'a GPU without a name';
  if (hardware && (isFallbackAdapter || software.test(`${architecture} ${model} ${description}`)))
    return fail(`the only adapter is software (${name}).`);
  try {
    const requiredFeatures = features.filter((f) => adapter.features.has(f));
    const requiredLimits = Object.fromEntries(
      Object.entries(limits).map(([limit, n]) => [limit, Math.min(n, adapter.limits[limit as 'maxBufferSize'])]),
    );
    return { device: await adapter.requestDevice({ requiredFeatures, requiredLimits }), name };
  } catch (cause) {
    return fail(`${name} gives no device: ${wordsOf(cause)}`, cause);
  }
}

/** The names of adapters that run on the processor, even if they do not say so. */
const software = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

// In round numbers: the measured float operations per millisecond of WebAssembly on one thread, and estimates of a GPU's minimum
// milliseconds per call and per kernel.
const wasmSpeed = 20e6;
const [callCost, kernelCost] = [0.1, 0.01];
/** A GPU is worth its start if WebAssembly takes at least this many times longer than the GPU's launches alone. */
const worth = 2;

const launchesOf = (dispatches: ManifestGpu['entries'][number]['dispatches']): number =>
  dispatches.reduce((n, { repeat: r }) => n + 1 + (r ? r.launches * (r.times - 1) : 0), 0);

function estimate(gpu: ManifestGpu | undefined): { readonly pays: boolean; readonly why: string } {
  if (!gpu) return { pays: false, why: 'it was compiled without shaders' };
  const work = gpu.operations / wasmSpeed;
  const kernels = Math.max(...gpu.entries.map(({ dispatches }) => launchesOf(dispatches)));
  const launches = callCost + kernelCost * kernels;
  const took = `its largest call has ${(gpu.operations / 1e6).toFixed(1)} million operations, some ${work.toFixed(1)} ms of WebAssembly`;
  return work > worth * launches
    ? { pays: true, why: `${took}, and a GPU launches its ${kernels} kernels in about ${launches.toFixed(2)} ms` }
    : { pays: false, why: `${took}, too few to pay for a GPU's ${launches.toFixed(2)} ms of launches` };
}
