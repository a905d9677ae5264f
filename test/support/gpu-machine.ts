/** A program for WebGPU on a test device: its arena, written and read by tensor, and its bare entries, without a model
 *  around them. */
import { fromWords } from '../../codegen/wgsl/words.ts';
import type { StoredType } from '../../ir/type.ts';
import { arrayOf, elementsAt, wordBytes } from '../../runtime/check.ts';
import { GpuProgram } from '../../runtime/gpu-program.ts';
import { Readback } from '../../runtime/gpu-read.ts';
import type { ManifestGpu, ManifestTensor } from '../../runtime/manifest.ts';
import type { Elements } from './pipeline.ts';

export class GpuMachine {
  readonly #gpu: ManifestGpu;
  readonly #program: GpuProgram;
  readonly #readback: Readback;

  private constructor(gpu: ManifestGpu, program: GpuProgram) {
    this.#gpu = gpu;
    this.#program = program;
    this.#readback = new Readback(program);
  }

  /** With the kernels of these entries, or of all. The arena starts as garbage. */
  static async of(device: GPUDevice, gpu: ManifestGpu, wgsl: string, entries?: readonly string[]): Promise<GpuMachine> {
    const chosen = gpu.entries.filter((e) => !entries || entries.includes(e.name));
    // Inputs are written to the arena: none is uploaded, at any batch.
    const program = await GpuProgram.of(device, wgsl, { ...gpu, entries: chosen }, 1);
    let at = 0;
    for (const { size } of program.arena.buffers) {
      program.arena.write(at, new Uint32Array(size / wordBytes).fill(0xffffffff));
      at += size;
    }
    return new GpuMachine(gpu, program);
  }

  /** A param, or else a result. Gradients have their IR names, `w.grad`. */
  tensor(name: string): ManifestTensor {
    const all = this.#gpu.tensors.filter((t) => nameInIr(t) === name);
    const found = all.find((t) => t.purpose !== 'output') ?? all[0];
    if (!found) throw new Error(`there is no tensor '${name}'`);
    return found;
  }

  has(name: string): boolean {
    return this.#gpu.tensors.some((t) => nameInIr(t) === name);
  }

  set(name: string, values: ArrayLike<number>): void {
    const { dtype, offset, purpose } = this.tensor(name);
    const words = dtype === 'f32' ? new Float32Array(values) : new Int32Array(values);
    if (purpose === 'scalar') new arrayOf[dtype](this.#program.call, offset, 1).set(words);
    else this.write(offset, words);
  }

  /** Words from this byte on, whatever is there. */
  write(offset: number, words: Float32Array | Int32Array | Uint32Array): void {
    this.#program.arena.write(offset, words);
  }

  get(name: string, n: number): Promise<Elements> {
    return this.#read(this.tensor(name), n);
  }

  /** A result, which may have the same name as a param. */
  result(name: string, n: number): Promise<Elements> {
    const found = this.#gpu.tensors.find((t) => t.purpose === 'output' && t.name === name);
    if (!found) throw new Error(`there is no result '${name}'`);
    return this.#read(found, n);
  }

  #read({ dtype, offset, shape }: ManifestTensor, n: number): Promise<Elements> {
    return this.read(dtype, offset, elementsAt(shape, n));
  }

  /** Elements from this byte on. */
  async read(dtype: StoredType, offset: number, count: number): Promise<Elements> {
    const words = await this.#readback.read([this.#program.arena.at(offset, count * wordBytes)]);
    return fromWords(dtype, words, 0, count);
  }

  run(entry: string, n: number): void {
    const found = this.#gpu.entries.find((e) => e.name === entry);
    if (!found) throw new Error(`there is no entry '${entry}'`);
    this.#program.pace.submit(this.#program.encode(found.dispatches, n));
  }

  dispose(): void {
    this.#program.destroy();
    this.#readback.destroy();
  }
}

const nameInIr = ({ purpose, name }: ManifestTensor): string => (purpose === 'gradient' ? `${name}.grad` : name);

/** Parameters from `weights`, and the initial values of state and scalars. */
export function startOf(machine: GpuMachine, gpu: ManifestGpu, weights: ReadonlyMap<string, ArrayLike<number>>): void {
  for (const tensor of gpu.tensors) {
    const { shape, initial } = tensor;
    const name = nameInIr(tensor);
    const values = weights.get(name) ?? (initial === undefined ? null : new Array(elementsAt(shape, 1)).fill(initial));
    if (values) machine.set(name, values);
  }
}
