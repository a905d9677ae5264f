/** Copies from a device to the host, through buffers that are used again. The queue waits for none of them. */
import type { Pace } from './gpu-pace.ts';
import { usage } from './gpu-words.ts';

/** Bytes of a buffer, from an offset on. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** The least that a staging buffer holds. Sizes are powers of two, so that a few buffers serve all that is read. */
const leastBytes = 256;
/** So many are kept for the next reads. */
const mostKept = 8;

export class Readback {
  readonly #device: GPUDevice;
  readonly #pace: Pace;
  readonly #all = new Set<GPUBuffer>();
  readonly #free: GPUBuffer[] = [];

  constructor({ device, pace }: { readonly device: GPUDevice; readonly pace: Pace }) {
    this.#device = device;
    this.#pace = pace;
  }

  /** Submits what is encoded and, behind it, copies of these stretches. Resolves to their bytes, one behind the other. Rejects
   *  as mapAsync does. */
  async read(stretches: readonly Stretch[], encoder = this.#device.createCommandEncoder()): Promise<ArrayBuffer> {
    const bytes = stretches.reduce((sum, s) => sum + s.bytes, 0);
    const staging = this.#take(bytes);
    let at = 0;
    for (const { buffer, offset, bytes } of stretches) {
      encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes);
      at += bytes;
    }
    this.#pace.submit(encoder);
    await staging.mapAsync(usage.mapRead, 0, bytes);
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    this.#free.push(staging);
    if (this.#free.length > mostKept) this.#drop(this.#free.shift()!);
    return copy;
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
  }

  #drop(buffer: GPUBuffer): void {
    this.#all.delete(buffer);
    buffer.destroy();
  }

  #take(bytes: number): GPUBuffer {
    let size = leastBytes;
    while (size < bytes) size *= 2;
    const at = this.#free.findIndex((buffer) => buffer.size === size);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    const made = this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
    this.#all.add(made);
    return made;
  }
}
