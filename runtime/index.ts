/** The runtime that ships in bundles: loads a compiled model, runs it, and saves it. It has no dependencies and imports nothing from
 *  the compiler. */
import './needs-node.ts';

export {
  type BackendOptions,
  type DeviceOptions,
  featuresOn,
  instantiateBest,
  instantiateOnGpu,
  limitsOf,
  openDevice,
  type Wanted,
} from './backend.ts';
export { TapeoutError, type TapeoutErrorCode } from './check.ts';
export { stepsAhead } from './gpu-pace.ts';
export { type Backend, backends, mostThreads } from './load-options.ts';
export type {
  Manifest,
  ManifestCount,
  ManifestDim,
  ManifestDispatch,
  ManifestEntry,
  ManifestGpu,
  ManifestGpuEntry,
  ManifestTensor,
  Purpose,
} from './manifest.ts';
export { type Evaluation, instantiate, type LoadOptions, Model, type Views, type Wasm } from './model.ts';
export {
  readSafetensors,
  readSafetensorsMetadata,
  SafetensorsError,
  type StoredDtype,
  type StoredTensor,
  writeSafetensors,
} from './safetensors.ts';
export type { IncompatibleKeys } from './state-dict.ts';
export { instantiateThreads, type Modules, type ThreadOptions } from './threads.ts';
export { usualWarmUp } from './warm-up.ts';
export { GpuModel, instantiateGpu, keptLosses } from './webgpu.ts';
export type { StateDict } from './weights.ts';
