/** `load`, as a bundle exports it: fetches only what the model needs, and starts it. The bundle's script defines the declared
 *  constants. */
import { type BackendOptions, instantiateBest, instantiateOnGpu, type ShaderText } from './backend.ts';
import { bytesFrom64 } from './data-url.ts';
import { type BundleFile, fileBeside } from './files.ts';
import { checkLoad } from './load-request.ts';
import type { Manifest } from './manifest.ts';
import { alone, instantiate, type Model, type Team, type Wasm } from './model.ts';
import { isLearnt } from './port.ts';
import { instantiateThreads, type ThreadOptions } from './threads.ts';
import { usualWarmUp } from './warm-up.ts';
import type { GpuModel } from './webgpu.ts';
import { type StateDict, tensorsOf } from './weights.ts';

// Constants of the bundle's kind, defined by scripts/glue.mjs.
declare const hasWasm: boolean;
declare const hasThreads: boolean;
declare const hasWebgpu: boolean;
declare const isInline: boolean;
/** The bundle's own manifest. */
declare const manifest: Manifest;
/** The URL of each file beside the script, or its bytes as base64 if they are embedded. */
declare const files: Readonly<Record<BundleFile, (() => URL) | string>>;

/** Contents to use in place of the bundle's files, and options for running the model. */
export interface LoadRequest extends ThreadOptions, BackendOptions {
  readonly wasm?: Wasm | PromiseLike<Wasm>;
  readonly threadedWasm?: Wasm | PromiseLike<Wasm>;
  readonly wgsl?: string;
  readonly featureWgsl?: string;
  readonly weights?: StateDict | PromiseLike<StateDict>;
}

export async function load(options: LoadRequest = {}): Promise<Model | GpuModel> {
  const team = alone(checkLoad(options, manifest));
  if (!hasThreads && !hasWebgpu) {
    const { wasm, warmUp = usualWarmUp() } = options;
    const [code, values] = await Promise.all([wasm ?? contents('model.wasm'), weightsOf(options)]);
    return instantiate(code, manifest, values, { warmUp, team });
  }
  const weights = await weightsOf(options);
  const onWasm = () => (hasThreads ? startThreads(options, weights) : startAlone(options, weights, team));
  if (!hasWebgpu) return onWasm();
  const shaders = shadersOf(options);
  return hasWasm
    ? instantiateBest(onWasm, shaders, manifest, weights, options)
    : instantiateOnGpu(shaders, manifest, weights, options);
}

/** The given weights, or the bundle's. Buffers missing from given weights, as in a file of parameters, are taken from the bundle. */
async function weightsOf({ weights: given }: LoadRequest): Promise<StateDict> {
  const weights = await given;
  const own = () => contents('weights.safetensors');
  const buffers = manifest.tensors.filter((t) => t.purpose === 'state' && isLearnt(t));
  if (!weights || buffers.length === 0) return weights ?? own();
  const isKnown = (name: string) => manifest.tensors.some((t) => t.name === name);
  const initial = tensorsOf(await own(), isKnown);
  const kept = buffers.flatMap(({ name }) => (initial.has(name) ? [[name, initial.get(name)!] as const] : []));
  return new Map([...kept, ...tensorsOf(weights, isKnown)]) as StateDict;
}

/** The bytes of a file. */
const contents = async (file: BundleFile): Promise<Uint8Array> =>
  isInline ? bytesFrom64(files[file] as string) : fileBeside(file, files[file] as () => URL);

const startAlone = async (
  { wasm, warmUp = usualWarmUp() }: LoadRequest,
  weights: StateDict,
  team: Team,
): Promise<Model> => instantiate(await (wasm ?? contents('model.wasm')), manifest, weights, { warmUp, team });

/** Starts the model on threads, loading only the module that is needed. */
const startThreads = (
  { wasm, threadedWasm, warmUp = usualWarmUp(2), ...options }: LoadRequest,
  weights: StateDict,
): Promise<Model> =>
  instantiateThreads(
    {
      wasm: wasm ?? (() => contents('model.wasm')),
      threadedWasm: threadedWasm ?? (() => contents('model.threads.wasm')),
    },
    manifest,
    weights,
    { ...options, warmUp },
  );

/** The shaders for a device. If only portable ones are passed, they are used on every device. */
const shadersOf =
  ({ wgsl, featureWgsl = wgsl }: LoadRequest): ShaderText =>
  async (hasFeatures) =>
    (hasFeatures ? featureWgsl : wgsl) ??
    new TextDecoder().decode(await contents(hasFeatures ? 'model.features.wgsl' : 'model.wgsl'));
