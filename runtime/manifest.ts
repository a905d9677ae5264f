/** The contract between a compiled module and whatever runs it: what lies where in memory, and what may be called. */

/** `k` means k·N elements, N the batch of a call. */
export type ManifestDim = number | { readonly batch: number };

/** What a tensor is for. */
export type Purpose = 'parameter' | 'gradient' | 'state' | 'scalar' | 'input' | 'output' | 'temp';

/** A tensor in memory: its name, type, and offset in bytes. */
export interface ManifestTensor {
  /** No two tensors of one purpose have the same. PyTorch's name for parameters (`conv1.weight`), that of its parameter for a
   *  gradient, the recorded name for others. What a state dict holds together differs in name, too: parameters, state and
   *  scalars. */
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

/** What a host may call. */
export interface ManifestEntry {
  /** The export to call with the batch: `train_step(n)`. */
  readonly name: string;
  /** The names of the inputs that a call takes, in order. */
  readonly inputs: readonly string[];
  /** The names of the outputs that it writes. */
  readonly outputs: readonly string[];
}

/** How many workgroups there are in one dimension: a number, or `times`·⌈N·`batch` / `per`⌉, N the batch of a call. */
export type ManifestCount = number | { readonly batch: number; readonly per: number; readonly times: number };

/** One launch of a shader. */
export interface ManifestDispatch {
  /** The entry point of the WGSL. */
  readonly kernel: string;
  readonly workgroups: readonly [ManifestCount, ManifestCount, ManifestCount];
}

/** An entry and what a call of it dispatches, in order. */
export interface ManifestGpuEntry extends ManifestEntry {
  readonly dispatches: readonly ManifestDispatch[];
}

/** The same model for WebGPU. Every kernel binds the arena, a storage buffer, as binding 0 of group 0, and the call, a uniform
 *  buffer, as binding 1: its first word is the batch (u32), and the scalars follow. What of the arena one binding does not hold is
 *  in further storage buffers, bindings 2 and on. */
export interface ManifestGpu {
  /** Float operations of the entry that has most, at the largest batch: by them a host tells whether a GPU pays. */
  readonly operations: number;
  readonly arenaBytes: number;
  /** Of an arena of several storage buffers, the bytes of each but the last. No tensor lies in two of them. */
  readonly bindingBytes?: number;
  /** Bytes of the uniform buffer, a multiple of 16. */
  readonly callBytes: number;
  /** Where there is a second text of the same kernels: the features that a device needs for it, under WebGPU's names. */
  readonly features?: readonly string[];
  /** Every element is one word of 32 bits: f32, i32, and u8 and bool as u32. Offsets are bytes from the start of the arena; a
   *  scalar's is from the start of the uniform buffer. */
  readonly tensors: readonly ManifestTensor[];
  readonly entries: readonly ManifestGpuEntry[];
}

/** 16 hexadecimal digits of what each file holds, and of all of the manifest but these. */
export interface ManifestTags {
  readonly manifest: string;
  /** Of the part for WebGPU, which the manifest's own does not count. */
  readonly webgpu?: string;
  readonly wasm?: string;
  readonly threadedWasm?: string;
  readonly wgsl?: string;
  readonly featureWgsl?: string;
}

/** What a bundle says of its code: entries, tensors and where each lies, in bytes. */
export interface Manifest {
  readonly tapeout: 2;
  readonly name: string;
  readonly maxBatch: number;
  /** Pages of 64 KiB that the module's own memory has. */
  readonly pages: number;
  readonly arenaBytes: number;
  /** On how many threads to run unless the host asks for another number, where there is a module for several. */
  readonly threads?: number;
  /** In a bundle: what tells its files from those of another compilation (`tag.ts`). */
  readonly tags?: ManifestTags;
  readonly tensors: readonly ManifestTensor[];
  readonly entries: readonly ManifestEntry[];
  /** What WebGPU needs to know, where the model has shaders. All other fields tell of the WebAssembly. */
  readonly webgpu?: ManifestGpu;
}
