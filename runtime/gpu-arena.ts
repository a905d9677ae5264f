/** A program's memory on a device: one buffer, or several if it exceeds one binding. Offsets count through all of them. */
import { wordBytes } from './check.ts';
import type { Stretch } from './gpu-read.ts';
import { usage, type Words, writeWords } from './gpu-words.ts';
import type { ManifestGpu } from './manifest.ts';

/** The size in bytes of the largest buffer. */
export const partBytes = ({ arenaBytes, bindingBytes = arenaBytes }: ManifestGpu): number =>
  Math.min(arenaBytes, bindingBytes);

/** The size in bytes of each buffer. The last one is as small as possible, in units of 16. */
export function arenaSizes(manifest: ManifestGpu): number[] {
  const part = partBytes(manifest);
  const sizes: number[] = [];
  let rest = manifest.arenaBytes;
  for (; rest > part; rest -= part) sizes.push(part);
  return [...sizes, Math.max(16, Math.ceil(rest / 16) * 16)];
}

export class Arena {
  readonly buffers: readonly GPUBuffer[];
  readonly #queue: GPUQueue;
  readonly #each: number;

  constructor(device: GPUDevice, sizes: readonly number[]) {
    this.#queue = device.queue;
    this.#each = sizes[0]!;
    this.buffers = sizes.map((size, i) =>
      device.createBuffer({
        label: i === 0 ? 'tapeout arena' : `tapeout arena ${i}`,
        size,
        usage: usage.storage | usage.copySource | usage.copyTarget,
      }),
    );
  }

  /** The location of bytes that are all in one buffer, as those of a tensor are. */
  at(offset: number, bytes: number): Stretch {
    const buffer = Math.floor(offset / this.#each);
    return { buffer: this.buffers[buffer]!, offset: offset - buffer * this.#each, bytes };
  }

  /** All of the memory, one buffer after another. */
  all(): Stretch[] {
    return this.buffers.map((buffer) => ({ buffer, offset: 0, bytes: buffer.size }));
  }

  /** Queues a write. The data may be changed as soon as it returns. */
  write(offset: number, data: Words): void {
    const to = this.at(offset, data.length * wordBytes);
    writeWords(this.#queue, to.buffer, to.offset, data, data.length);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}
