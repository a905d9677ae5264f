/** A program for WebGPU on a device of the tests': its arena, written and read by tensor, and its entries. It is as plain as can
 *  be, so that what the compiler makes is tested by itself. */
import type { ManifestCount, ManifestDim, ManifestGpu, ManifestTensor } from '../../runtime/manifest.ts';
import type { Elements } from './pipeline.ts';

const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 };
const stage = 0x4;

export const countOf = (c: ManifestCount, n: number): number =>
  typeof c === 'number' ? c : c.times * Math.ceil((c.batch * n) / c.per);
const elementsAt = (shape: readonly ManifestDim[], n: number): number =>
  shape.reduce<number>((p, d) => p * (typeof d === 'number' ? d : d.batch * n), 1);

export class GpuMachine {
  readonly #device: GPUDevice;
  readonly #gpu: ManifestGpu;
  readonly #arena: GPUBuffer;
  readonly #call: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly #pipelines: ReadonlyMap<string, GPUComputePipeline>;

  private constructor(
    device: GPUDevice,
    gpu: ManifestGpu,
    arena: GPUBuffer,
    call: GPUBuffer,
    group: GPUBindGroup,
    pipelines: ReadonlyMap<string, GPUComputePipeline>,
  ) {
    this.#device = device;
    this.#gpu = gpu;
    this.#arena = arena;
    this.#call = call;
    this.#group = group;
    this.#pipelines = pipelines;
  }

  /** With the kernels of these entries, or of all. The arena starts as garbage. */
  static async of(device: GPUDevice, gpu: ManifestGpu, wgsl: string, entries?: readonly string[]): Promise<GpuMachine> {
    const module = device.createShaderModule({ code: wgsl });
    const bindGroupLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: stage, buffer: { type: 'storage' } },
        { binding: 1, visibility: stage, buffer: { type: 'uniform' } },
      ],
    });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
    const chosen = gpu.entries.filter((e) => !entries || entries.includes(e.name));
    const names = [...new Set(chosen.flatMap((e) => e.dispatches.map((d) => d.kernel)))];
    const made = await Promise.all(
      names.map((entryPoint) => device.createComputePipelineAsync({ layout, compute: { module, entryPoint } })),
    );
    const size = Math.ceil(gpu.arenaBytes / 4) * 4;
    const arena = device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyTarget });
    device.queue.writeBuffer(arena, 0, new Uint32Array(size / 4).fill(0xffffffff));
    const call = device.createBuffer({ size: gpu.callBytes, usage: usage.uniform | usage.copyTarget });
    const group = device.createBindGroup({
      layout: bindGroupLayout,
      entries: [
        { binding: 0, resource: { buffer: arena } },
        { binding: 1, resource: { buffer: call } },
      ],
    });
    return new GpuMachine(device, gpu, arena, call, group, new Map(names.map((k, i) => [k, made[i]!])));
  }

  tensor(name: string): ManifestTensor {
    const found = this.#gpu.tensors.find((t) => t.name === name);
    if (!found) throw new Error(`there is no tensor '${name}'`);
    return found;
  }

  set(name: string, values: ArrayLike<number>): void {
    const { dtype, offset, purpose } = this.tensor(name);
    const words = dtype === 'f32' ? new Float32Array(values) : new Int32Array(values);
    this.#device.queue.writeBuffer(purpose === 'scalar' ? this.#call : this.#arena, offset, words);
  }

  async get(name: string, n: number): Promise<Elements> {
    const { dtype, offset, shape } = this.tensor(name);
    const count = elementsAt(shape, n);
    const read = this.#device.createBuffer({ size: 4 * count, usage: usage.mapRead | usage.copyTarget });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#arena, offset, read, 0, 4 * count);
    this.#device.queue.submit([encoder.finish()]);
    await read.mapAsync(1);
    const words = read.getMappedRange().slice(0);
    read.destroy();
    if (dtype === 'f32') return new Float32Array(words);
    return dtype === 'i32' ? new Int32Array(words) : Uint8Array.from(new Uint32Array(words));
  }

  run(entry: string, n: number): void {
    const found = this.#gpu.entries.find((e) => e.name === entry);
    if (!found) throw new Error(`there is no entry '${entry}'`);
    this.#device.queue.writeBuffer(this.#call, 0, new Uint32Array([n]));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, this.#group);
    for (const { kernel, workgroups } of found.dispatches) {
      const [x, y, z] = workgroups.map((c) => countOf(c, n)) as [number, number, number];
      pass.setPipeline(this.#pipelines.get(kernel)!);
      pass.dispatchWorkgroups(x, y, z);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    this.#arena.destroy();
    this.#call.destroy();
  }
}

/** Parameters from `weights`, and what state and scalars hold before the first step. */
export function startOf(machine: GpuMachine, gpu: ManifestGpu, weights: ReadonlyMap<string, ArrayLike<number>>): void {
  for (const { name, shape, initial } of gpu.tensors) {
    const values = weights.get(name) ?? (initial === undefined ? null : new Array(elementsAt(shape, 1)).fill(initial));
    if (values) machine.set(name, values);
  }
}
