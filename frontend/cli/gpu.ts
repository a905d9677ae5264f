/** WebGPU for Node: Dawn, from the optional npm package `webgpu`. Only this file imports it. */
import { UsageError } from './io.ts';

/** The WebGPU of the JavaScript runtime, or Dawn's. Throws UsageError if there is neither. */
export async function findGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return globalThis.navigator.gpu;
  try {
    const { create } = await import('webgpu');
    // By default, timestamps are rounded to 0.1 ms.
    return create(['disable-dawn-features=timestamp_quantization']);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new UsageError(
      isMissing
        ? "--backend webgpu needs the npm package 'webgpu', which adds WebGPU to Node: npm i webgpu"
        : `the npm package 'webgpu' fails to load on this machine: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
