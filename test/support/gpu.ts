/** WebGPU for tests: Dawn on SwiftShader, and Dawn without a device, which validates shaders and runs none. */
import { create } from 'webgpu';

export { noGpu } from './engines.ts';

/** Dawn asks whether its device is done at every turn of the event loop: a processor that SwiftShader could use. After this many
 *  turns in a row it asks once in a millisecond. */
const eager = 20;

function patient(): typeof setImmediate {
  const atOnce = setImmediate;
  let [turns, inside] = [0, false];
  const later = (f: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    turns = inside ? turns + 1 : 0;
    const run = (): void => {
      inside = true;
      try {
        f(...args);
      } finally {
        inside = false;
      }
    };
    return turns < eager ? atOnce(run) : setTimeout(run, 1);
  };
  return Object.assign(later, { __promisify__: atOnce.__promisify__ }) as typeof setImmediate;
}
globalThis.setImmediate = patient();

// Kept for as long as the process lives: Dawn aborts when one is collected.
const gpus = { device: create([]), none: create(['backend=null']) };
Object.assign(globalThis, { tapeoutTestGpus: gpus });

/** A device that runs shaders. Throws if there is no adapter. */
export const openDevice = (features: readonly GPUFeatureName[] = []): Promise<GPUDevice> =>
  opened(gpus.device, features);

/** A device with the limits that every WebGPU has: Tint checks shaders, and nothing runs. */
export const openNullDevice = (features: readonly GPUFeatureName[] = []): Promise<GPUDevice> =>
  opened(gpus.none, features);

/** Dawn on SwiftShader, and Dawn without a device, for code that opens a device itself. */
export const gpuOf = (engine: 'device' | 'none'): GPU => gpus[engine];

async function opened(gpu: GPU, requiredFeatures: readonly GPUFeatureName[] = []): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn finds no adapter: was SwiftShader unpacked beside it?');
  return adapter.requestDevice({ requiredFeatures: [...requiredFeatures] });
}

/** The shader compiler's error; null if there is none. */
export async function shaderProblem(device: GPUDevice, code: string): Promise<string | null> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  const error = await device.popErrorScope();
  const told = messages.filter((m) => m.type === 'error').map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
  return told.length > 0 ? told.join('\n') : (error?.message ?? null);
}

/** The error of a pipeline for one of a shader's entry points, which checks the device's limits; null if there is none. */
export async function pipelineProblem(device: GPUDevice, code: string, entryPoint: string): Promise<string | null> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint } });
  return (await device.popErrorScope())?.message ?? null;
}
