/** Copies from a device to the host, through reused staging buffers. The queue does not wait for them. */
import type { Pace } from './gpu-pace.ts';
import { usage } from './gpu-words.ts';

/** A range of bytes of a buffer. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** The minimum size of a staging buffer. Sizes are powers of two, so that a few buffers serve all reads. */
const leastBytes = 256;
/** The number of buffers kept for the next reads. */
const mostKept = 8;

const bytesOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, s) => sum + s.bytes, 0);

/** The ranges in order, grouped into buffers of at most `most` bytes. */
function inParts(stretches: readonly Stretch[], most: number): Stretch[][] {
  const parts: Stretch[][] = [[]];
  for (const s of stretches) {
    const last = parts.at(-1)!;
    if (last.length > 0 && bytesOf(last) + s.bytes > most) parts.push([s]);
    else last.push(s);
  }
  return parts;
}

export class Readback {
  readonly #device: GPUDevice;
  readonly #pace: Pace;
  readonly #all = new Set<GPUBuffer>();
  readonly #free: GPUBuffer[] = [];

  constructor({ device, pace }: { readonly device: GPUDevice; readonly pace: Pace }) {
    this.#device = device;
    this.#pace = pace;
  }

  /** Submits the encoded commands, followed by copies of these ranges. Resolves to their bytes, concatenated. Rejects as mapAsync
   *  does. */
  async read(stretches: readonly Stretch[], encoder = this.#device.createCommandEncoder()): Promise<ArrayBuffer> {
    const parts = inParts(stretches, this.#device.limits.maxBufferSize).map((part) => {
      const bytes = bytesOf(part);
      const staging = this.#take(bytes);
      let at = 0;
      for (const { buffer, offset, bytes } of part) {
        encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes);
        at += bytes;
      }
      return { staging, bytes };
    });
    this.#pace.submit(encoder);
    const copy = new Uint8Array(bytesOf(stretches));
    let from = 0;
    const read = parts.map(({ staging, bytes }) => {
      const at = from;
      from += bytes;
      return staging.mapAsync(usage.mapRead, 0, bytes).then(() => {
        copy.set(new Uint8Array(staging.getMappedRange(0, bytes)), at);
        staging.unmap();
        this.#keep(staging);
      });
    });
    await Promise.all(read);
    return copy.buffer;
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
  }

  #keep(buffer: GPUBuffer): void {
    this.#free.push(buffer);
    if (this.#free.length <= mostKept) return;
    const oldest = this.#free.shift()!;
    this.#all.delete(oldest);
    oldest.destroy();
  }

  #take(bytes: number): GPUBuffer {
    let size = leastBytes;
    while (size < bytes) size *= 2;
    size = Math.min(size, this.#device.limits.maxBufferSize);
    const at = this.#free.findIndex((buffer) => buffer.size === size);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    const made = this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
    this.#all.add(made);
    return made;
  }
}
