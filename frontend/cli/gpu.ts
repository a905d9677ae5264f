/** WebGPU for Node: Dawn, of the optional npm package `webgpu`. Its one door. */
import { UsageError } from './io.ts';

/** Where WebGPU is to be found: the runtime's own, or Dawn's. Throws UsageError if there is neither. */
export async function findGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return globalThis.navigator.gpu;
  try {
    const { create } = await import('webgpu');
    // By default a device's clock is told in steps of 0.1 ms.
    return create(['disable-dawn-features=timestamp_quantization']);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new UsageError(
      isMissing
        ? "--backend webgpu needs the npm package 'webgpu', which brings WebGPU to Node: npm i webgpu"
        : `the npm package 'webgpu' does not load on this machine: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
