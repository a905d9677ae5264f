/** The contract between a compiled module and its host: the memory layout and the entries. */

/** A number, or `{ batch: k }` for k·N, where N is the batch of a call. */
export type ManifestDim = number | { readonly batch: number };

/** The purpose of a tensor. */
export type Purpose = 'parameter' | 'gradient' | 'state' | 'scalar' | 'input' | 'output' | 'temp';

/** A tensor in memory: its name, type, and offset in bytes. */
export interface ManifestTensor {
  /** Unique among tensors of the same purpose, and among parameters, state and scalars, which share a state dict. PyTorch's name for
   *  a parameter (`conv1.weight`), the parameter's name for a gradient, and the recorded name for others. */
  readonly name: string;
  readonly purpose: Purpose;
  readonly dtype: 'f32' | 'i32' | 'u8' | 'bool';
  readonly shape: readonly ManifestDim[];
  /** The offset in bytes from the start of memory. */
  readonly offset: number;
  /** For inputs of indices: values are 0 … range-1. */
  readonly range?: number;
  /** The value outside the range that the loss ignores, if any (PyTorch's `ignore_index`). */
  readonly ignoreIndex?: number;
  /** The initial value of state and scalars. */
  readonly initial?: number;
}

/** A function for hosts to call. */
export interface ManifestEntry {
  /** The export to call with the batch: `train_step(n)`. */
  readonly name: string;
  /** The names of the inputs, in order. */
  readonly inputs: readonly string[];
  /** The names of the outputs. */
  readonly outputs: readonly string[];
  /** The fewest samples that it takes, if more than 1. */
  readonly leastBatch?: number;
  /** State with a batch in its shape, if any: the names of what the entry reads before it writes it, and of what it writes. */
  readonly carried?: { readonly reads: readonly string[]; readonly writes: readonly string[] };
}

/** The number of workgroups in one dimension: a number, or `times`·⌈N·`batch` / `per`⌉, where N is the batch of a call. */
export type ManifestCount = number | { readonly batch: number; readonly per: number; readonly times: number };

/** One launch of a shader. */
export interface ManifestDispatch {
  /** The entry point of the WGSL. */
  readonly kernel: string;
  readonly workgroups: readonly [ManifestCount, ManifestCount, ManifestCount];
  /** After it, it and those before it, `launches` in all, run again until they have run `times` times. */
  readonly repeat?: { readonly launches: number; readonly times: number };
}

/** An entry and its dispatches, in order. */
export interface ManifestGpuEntry extends ManifestEntry {
  readonly dispatches: readonly ManifestDispatch[];
}

/** The same model for WebGPU. Every kernel binds the arena, a storage buffer, as binding 0 of group 0, and the call, a uniform
 *  buffer, as binding 1: its first word is the batch (u32), and the scalars follow. An arena that exceeds one binding continues in
 *  more storage buffers, from binding 2 on. */
export interface ManifestGpu {
  /** The float operations of the largest entry, at the largest batch, by which a host decides whether a GPU is worthwhile. */
  readonly operations: number;
  readonly arenaBytes: number;
  /** If the arena has several storage buffers: the bytes of each except the last. No tensor crosses from one to another. */
  readonly bindingBytes?: number;
  /** The bytes of the uniform buffer, a multiple of 16. */
  readonly callBytes: number;
  /** If there is a second text of the same kernels: the features that it needs, by WebGPU's names. */
  readonly features?: readonly string[];
  /** Every element is one word of 32 bits: f32, i32, and u8 and bool as u32. Offsets are bytes from the start of the arena; a
   *  scalar's is from the start of the uniform buffer. */
  readonly tensors: readonly ManifestTensor[];
  readonly entries: readonly ManifestGpuEntry[];
}

/** Tags of 16 hexadecimal digits for the contents of each file, and of the manifest without its tags. */
export interface ManifestTags {
  readonly manifest: string;
  /** The tag of the part for WebGPU, which the manifest's own tag does not cover. */
  readonly webgpu?: string;
  readonly wasm?: string;
  readonly threadedWasm?: string;
  readonly wgsl?: string;
  readonly featureWgsl?: string;
}

/** A compilation's description of its code: the entries, and the tensors with their offsets. */
export interface UntaggedManifest {
  readonly tapeout: 2;
  readonly name: string;
  readonly maxBatch: number;
  /** The size of the module's own memory, in pages of 64 KiB. */
  readonly pages: number;
  readonly arenaBytes: number;
  /** If there is a module for several threads: their number, unless the host asks for another. */
  readonly threads?: number;
  /** If forward returns several outputs: how. */
  readonly returns?: 'list' | 'named';
  readonly tensors: readonly ManifestTensor[];
  readonly entries: readonly ManifestEntry[];
  /** The part for WebGPU, if the model has shaders. All other fields describe the WebAssembly. */
  readonly webgpu?: ManifestGpu;
}

/** The same with tags, as runtimes take it. */
export interface Manifest extends UntaggedManifest {
  /** Tags that distinguish its code from that of another compilation (`tag.ts`). */
  readonly tags: ManifestTags;
}
