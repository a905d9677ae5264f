/** Properties of hardware as data: the scheduler reads numbers here and asks for no target's name. The meaning and
 *  origin of each number are its row in target-numbers.ts; a file describes a machine with other numbers
 *  (text/parse-target.ts). */

import type { StoredType } from './type.ts';

/** Properties that any pass may read. */
export interface Target {
  readonly name: string;
  /** f32 values in one vector. */
  readonly lanes: number;
  /** Vector registers that a kernel's inner loop may fill before the engine spills. */
  readonly registers: number;
  /** Bytes per element in memory. */
  readonly bytes: Readonly<Record<StoredType, number>>;
  /** Kernels may add to memory, so that windows can add to the elements that they cover. Otherwise each element is
   *  gathered, by one invocation and in one order. */
  readonly addsToMemory: boolean;
  /** Memory comes in pieces; a buffer lies within one. */
  readonly memory: {
    /** The size of a piece at most. */
    readonly bytes: number;
    /** The origin of this limit, for errors. */
    readonly limit: string;
    /** The most pieces. */
    readonly pieces: number;
    /** The origin of the limit on all pieces together. */
    readonly most: string;
    /** What to try if a model is too large. */
    readonly help: string;
  };
  /** The invocations that run a kernel together; null for one processor, or threads. */
  readonly workgroup: Workgroup | null;
}

/** f32 values in one vector, in WebAssembly's SIMD128 and in WGSL. */
export const vectorLanes = 4;

export interface Workgroup {
  readonly invocations: number;
  readonly usual: number;
  readonly wanted: number;
  readonly bytes: number;
  /** The most workgroups in one dimension of a dispatch. */
  readonly most: number;
  /** Costs, in reads of a word of workgroup memory. */
  readonly cost: {
    readonly far: number;
    readonly launch: number;
    readonly saving: number;
    readonly work: number;
    readonly beside: number;
    readonly share: number;
    readonly block: number;
    readonly slice: number;
  };
  /** f32 tiles in workgroup memory may be rounded to 16 bits. */
  readonly halves: boolean;
  /** Invocations may reduce together, in subgroups of a size that the device has. */
  readonly together: boolean;
}

/** A device with workgroups of invocations. */
export interface GridTarget extends Target {
  readonly workgroup: Workgroup;
}

/** A processor with vectors. */
export interface VectorTarget extends Target {
  readonly workgroup: null;
  readonly blockRegisters: number;
  readonly unroll: number;
  /** One instruction can multiply and add, with a result that depends on the engine. */
  readonly madd: boolean;
  /** Thresholds above which threads share a kernel. */
  readonly threads: { readonly kernel: number; readonly units: number; readonly unit: number };
  /** Costs by which schedules are compared. */
  readonly cost: {
    readonly issue: number;
    readonly arithmetic: number;
    readonly load: number;
    readonly strided: number;
    readonly gathered: number;
    readonly indirect: { readonly ready: number; readonly apart: number };
    readonly fence: number;
    readonly loop: number;
    readonly pointer: number;
    readonly latency: number;
    readonly exit: number;
    readonly surprise: number;
    readonly listing: number;
    readonly copy: number;
    readonly spill: { readonly any: number; readonly each: number };
    readonly result: { readonly row: number; readonly apart: number; readonly across: number; readonly fixed: number };
    readonly code: { readonly sample: number; readonly most: number; readonly row: number };
  };
}

/** WebAssembly SIMD128 on x64 V8, from version 11.3 on: measured on Zen 5, Node 20 to 24. */
export const wasm128: VectorTarget = {
  name: 'wasm',
  lanes: vectorLanes,
  registers: 15,
  bytes: { f32: 4, i32: 4, u8: 1, bool: 1, f16: 2 },
  addsToMemory: true,
  // memory32 holds 4 GiB; signed address arithmetic reaches half of that.
  memory: {
    bytes: 2 ** 31 - 65536,
    limit: 'WebAssembly offers',
    pieces: 1,
    most: 'WebAssembly offers',
    help: 'compile for a smaller maxBatch',
  },
  workgroup: null,
  blockRegisters: 14,
  unroll: 64,
  madd: false,
  threads: { kernel: 8192, units: 16, unit: 512 },
  cost: {
    issue: 6,
    arithmetic: 2,
    load: 2,
    strided: 2,
    gathered: 8,
    indirect: { ready: 2, apart: 8 },
    fence: 6,
    loop: 4,
    pointer: 2,
    latency: 4,
    exit: 8,
    surprise: 20,
    listing: 8,
    copy: 1.5,
    spill: { any: 1.5, each: 0.15 },
    result: { row: 4, apart: 11, across: 8, fixed: 10 },
    code: { sample: 4, most: 250, row: 0.25 },
  },
};

/** The same for V8 from version 13 on, which does not move loads to the top of a block: there may be as many
 *  accumulators as registers, and unaligned loads are the limit. */
const v8From13: VectorTarget = {
  ...wasm128,
  name: 'wasm-v8-13',
  blockRegisters: Number.POSITIVE_INFINITY,
  cost: { ...wasm128.cost, load: 1.6 },
};

/** Engines that schedules can be tuned for. The result runs on any engine. */
export const engines = { 'v8-11': wasm128, 'v8-13': v8From13 } as const satisfies Readonly<
  Record<string, VectorTarget>
>;
export type Engine = keyof typeof engines;

/** The target for an engine; with `fastMath` for relaxed SIMD, whose multiply-adds leave a register free. */
export function wasmTarget(engine: Engine = 'v8-11', fastMath = false): VectorTarget {
  const target = engines[engine];
  return fastMath ? { ...target, name: `${target.name}-relaxed`, registers: target.registers + 1, madd: true } : target;
}

/** WebGPU with the limits that every device has. Elements are words of 32 bits, the smallest that a shader stores. */
export const webgpu: GridTarget = {
  name: 'webgpu',
  lanes: vectorLanes,
  registers: 24,
  bytes: { f32: 4, i32: 4, u8: 4, bool: 4, f16: 4 },
  addsToMemory: false,
  memory: {
    bytes: 2 ** 27,
    limit: 'a storage buffer binding of WebGPU (maxStorageBufferBindingSize) offers',
    pieces: 8,
    most: 'the storage buffers of a WebGPU shader (maxStorageBuffersPerShaderStage) offer',
    help: 'compile for a smaller maxBatch, or for devices with larger bindings (bindingBytes, --binding)',
  },
  workgroup: {
    invocations: 256,
    usual: 64,
    wanted: 96,
    bytes: 16384,
    most: 65535,
    cost: { far: 4, launch: 2 ** 22, saving: 4, work: 32, beside: 2, share: 64, block: 1024, slice: 16384 },
    halves: false,
    together: false,
  },
};

/** Optional device features, under WebGPU's names, and the properties of a target that has them. */
const gpuFeatureTargets = {
  subgroups: { together: true },
  'shader-f16': { halves: true },
} as const satisfies Readonly<Record<string, Partial<Workgroup>>>;
export type GpuFeature = keyof typeof gpuFeatureTargets;
export const gpuFeatures = Object.keys(gpuFeatureTargets) as readonly GpuFeature[];

/** WebGPU on devices with these features, whose storage buffer bindings hold `bindingBytes`. */
export const webgpuTarget = ({
  bindingBytes = webgpu.memory.bytes,
  features = [],
}: {
  readonly bindingBytes?: number | undefined;
  readonly features?: readonly GpuFeature[];
}): GridTarget =>
  features.reduce<GridTarget>(
    (t, f) => ({ ...t, name: `${t.name}-${f}`, workgroup: { ...t.workgroup, ...gpuFeatureTargets[f] } }),
    { ...webgpu, memory: { ...webgpu.memory, bytes: bindingBytes } },
  );

/** True if code for a target runs on every device. */
export const isPortable = ({ workgroup }: GridTarget): boolean => !workgroup.halves && !workgroup.together;

/** The targets by name. */
export const targets = { wasm: wasm128, webgpu } as const;
export type TargetName = keyof typeof targets;
export const isVector = (t: Target): t is VectorTarget => t.workgroup === null;
export const isGrid = (t: Target): t is GridTarget => t.workgroup !== null;
