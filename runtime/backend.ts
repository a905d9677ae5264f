/** Where a model runs, if it can run on several: on a GPU through WebGPU, or as WebAssembly. What decides is told. */
import { TapeoutError } from './check.ts';
import { partBytes } from './gpu-arena.ts';
import { type Backend, checkBackend } from './load-options.ts';
import type { Manifest, ManifestGpu } from './manifest.ts';
import type { Model } from './model.ts';
import { readGpuManifest } from './read-gpu-manifest.ts';
import { type GpuModel, instantiateGpu } from './webgpu.ts';
import type { StateDict } from './weights.ts';

/** How a GPU is asked for. */
export interface DeviceOptions {
  /** Where WebGPU is to be found; `navigator.gpu` unless told. In Node: `create([])` of the npm package `webgpu`. */
  readonly gpu?: GPU | undefined;
  /** A device that the caller has, and keeps. */
  readonly device?: GPUDevice | undefined;
}

/** What a model is loaded for. */
export interface BackendOptions extends DeviceOptions {
  /** `auto` unless told: WebGPU where there is a GPU that pays for this model, else WebAssembly. */
  readonly backend?: Backend | undefined;
  /** Called with what `auto` took, and why, and with which features shaders use, where they could use some; `console.info` unless told. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The shaders as text: those for the features of the manifest, or the portable ones. */
export type ShaderText = (hasFeatures: boolean) => Promise<string>;

/** Loads a model on the backend that is asked for, or on the one that suits it. Throws TapeoutError where it cannot run there;
 *  for `auto` WebAssembly always can. */
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

/** Errors that a machine makes, not the caller. */
const ofDevices: readonly string[] = ['no-webgpu', 'device-limit', 'device-lost', 'bad-wgsl'];

/** Loads a model on a GPU, on a device of its own unless it is given one. With `notice` no software takes the place of a GPU,
 *  and the model says what `notice` makes of the adapter's name; without it a model says so much where shaders could use features. */
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

/** Whether a device has all features that shaders could use, so that they are taken; and in words behind its name which, or which
 *  it lacks. */
export function featuresOn(
  { features }: GPUDevice,
  wanted: readonly string[],
): { readonly taken: boolean; readonly extent: string } {
  const missing = wanted.filter((f) => !features.has(f));
  if (missing.length > 0) return { taken: false, extent: `, without ${missing.join(' and ')}` };
  return wanted.length > 0 ? { taken: true, extent: `, with ${wanted.join(' and ')}` } : { taken: false, extent: '' };
}

/** Dawn ends the process when what its `create` gave is collected. */
const held = new Set<GPU>();

/** What a device must be asked for to hold a model, as it does not come by itself. */
export const limitsOf = ({ webgpu }: Manifest): Readonly<Record<string, number>> =>
  webgpu ? { maxStorageBufferBindingSize: partBytes(webgpu), maxBufferSize: partBytes(webgpu) } : {};

/** What a device is wanted for. */
export interface Wanted {
  /** Whether software may not stand in for a GPU. */
  readonly hardware?: boolean;
  readonly features?: readonly GPUFeatureName[];
  readonly limits?: Readonly<Record<string, number>>;
}

/** A device with the features of these that there are, and with limits as far as there are. Throws TapeoutError where there is
 *  no device. */
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
    return fail(`${name} gives no device: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

/** Adapters that run on the processor, whatever they say of themselves. */
const software = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

// In round numbers: float operations a millisecond of WebAssembly on one thread, as measured, and guesses of the milliseconds that
// a GPU takes for a call and for each kernel of it, however small.
const wasmSpeed = 20e6;
const [callCost, kernelCost] = [0.1, 0.01];
/** How many times longer than its mere launches a call must take on WebAssembly before a GPU is worth its start. */
const worth = 2;

function estimate(gpu: ManifestGpu | undefined): { readonly pays: boolean; readonly why: string } {
  if (!gpu) return { pays: false, why: 'it was compiled without shaders' };
  const work = gpu.operations / wasmSpeed;
  const kernels = Math.max(...gpu.entries.map((e) => e.dispatches.length));
  const launches = callCost + kernelCost * kernels;
  const took = `its largest call has ${(gpu.operations / 1e6).toFixed(1)} million operations, some ${work.toFixed(1)} ms of WebAssembly`;
  return work > worth * launches
    ? { pays: true, why: `${took}, and a GPU launches its ${kernels} kernels in about ${launches.toFixed(2)} ms` }
    : { pays: false, why: `${took}, too few to pay for a GPU's ${launches.toFixed(2)} ms of launches` };
}
