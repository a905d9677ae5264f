/** The contract between a compiled module and whatever runs it: what lies where in memory, and what may be called. */

/** `k` means k·N elements, N the batch of a call. */
export type ManifestDim = number | { readonly batch: number };

export type Purpose = 'parameter' | 'gradient' | 'state' | 'scalar' | 'input' | 'output' | 'temp';

export interface ManifestTensor {
  /** PyTorch's name for parameters (`conv1.weight`), `conv1.weight.grad` for gradients, the recorded name for others. */
  readonly name: string;
  readonly purpose: Purpose;
  readonly dtype: 'f32' | 'i32' | 'u8' | 'bool';
  readonly shape: readonly ManifestDim[];
  /** Bytes from the start of memory. */
  readonly offset: number;
  /** For inputs that hold indices: values are 0 … range-1. */
  readonly range?: number;
  /** A value outside the range that the loss passes over, where it has one (PyTorch's `ignore_index`). */
  readonly ignoreIndex?: number;
  /** What state and scalars hold before the first step. */
  readonly initial?: number;
}

export interface ManifestEntry {
  /** The export to call with the batch: `train_step(n)`. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface Manifest {
  readonly tapeout: 1;
  readonly name: string;
  readonly maxBatch: number;
  /** Pages of 64 KiB that the module's own memory has. */
  readonly pages: number;
  readonly arenaBytes: number;
  /** On how many threads to run unless the host asks for another number, where there is a module for several. */
  readonly threads?: number;
  readonly tensors: readonly ManifestTensor[];
  readonly entries: readonly ManifestEntry[];
}
