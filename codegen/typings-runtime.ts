/** TypeScript declarations of what index.js exports from the runtime. */
import type { Manifest } from '../runtime/manifest.ts';

export function runtimeTypes(type: string, { threads, webgpu }: Manifest, hasWasm: boolean): string {
  const wasm = `/** For \`instanceof\`: \`load\` makes models. */
export declare const Model: { new (...args: never[]): ${type}; readonly prototype: ${type} };

/** Instantiates the given module. Without weights, parameters are zero. */
export declare function instantiate(
  wasm: ArrayBuffer | Uint8Array | DataView | WebAssembly.Module,
  manifest: Manifest,
  weights?: Weights,
  options?: { warmUp?: number },
): Promise<${type}>;

`;
  const gpu = `/** For \`instanceof\`: \`load\` makes models. */
export declare const GpuModel: { new (...args: never[]): ${type}Gpu; readonly prototype: ${type}Gpu };

/** Instantiates the given shaders on the given device. Without weights, parameters are zero. */
export declare function instantiateGpu(
  device: WebGpuDevice,
  wgsl: string,
  manifest: Manifest,
  weights?: Weights,
): Promise<${type}Gpu>;

`;
  return `/** The layout of the model's memory, and its entries: manifest.json. */
export interface Manifest {
  readonly tapeout: 2;
  readonly name: string;
  readonly maxBatch: number;
  readonly pages: number;
  readonly arenaBytes: number;
${threads === undefined ? '' : '  readonly threads: number;\n'}  readonly tensors: readonly {
    readonly name: string;
    readonly purpose: 'parameter' | 'gradient' | 'state' | 'scalar' | 'input' | 'output';
    readonly dtype: 'f32' | 'i32' | 'u8' | 'bool';
    readonly shape: readonly (number | { readonly batch: number })[];
    readonly offset: number;
    readonly range?: number;
    readonly ignoreIndex?: number;
    readonly initial?: number;
  }[];
  readonly entries: readonly {
    readonly name: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly leastBatch?: number;
    readonly carried?: { readonly reads: readonly string[]; readonly writes: readonly string[] };
  }[];
${webgpu ? '  readonly webgpu: object;\n' : ''}}
/** The manifest of this model. */
export declare const manifest: Manifest;

${hasWasm ? wasm : ''}${webgpu ? gpu : ''}/** An error of this bundle: its message says what is wrong and what to try. */
export declare class TapeoutError extends Error {
  readonly code: string;
}

/** An error in the contents of a safetensors file. */
export declare class SafetensorsError extends TapeoutError {}

/** A tensor of a safetensors file; \`dtype\` as the format names it: F32, I32, I64, U8, … */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data:
    | AnyArray
    | Int8Array
    | Int16Array
    | Uint16Array
    | Uint32Array
    | Float64Array
    | BigInt64Array
    | BigUint64Array;
}
/** The tensors of a safetensors file, by name. Throws SafetensorsError; \`source\` names the file in its message. */
export declare function readSafetensors(bytes: Uint8Array, source?: string): Map<string, StoredTensor>;
/** A safetensors file of these tensors. Throws SafetensorsError if data and shape disagree. */
export declare function writeSafetensors(tensors: Iterable<readonly [name: string, tensor: StoredTensor]>): Uint8Array;
`;
}
