/** A program's memory on a device: one buffer, or several where one binding would not hold it. Offsets count through all. */
import { wordBytes } from './check.ts';
import type { Stretch } from './gpu-read.ts';
import { usage, type Words, writeWords } from './gpu-words.ts';
import type { ManifestGpu } from './manifest.ts';

/** Bytes of the largest buffer. */
export const partBytes = ({ arenaBytes, bindingBytes = arenaBytes }: ManifestGpu): number =>
  Math.min(arenaBytes, bindingBytes);

/** Bytes of each buffer. The last is as large as it must be, in units of 16. */
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

  /** Bytes that lie in one buffer, as a tensor's do. */
  at(offset: number, bytes: number): Stretch {
    const buffer = Math.floor(offset / this.#each);
    return { buffer: this.buffers[buffer]!, offset: offset - buffer * this.#each, bytes };
  }

  /** Everything, one buffer after another. */
  all(): Stretch[] {
    return this.buffers.map((buffer) => ({ buffer, offset: 0, bytes: buffer.size }));
  }

  /** Behind all that is queued. The data may be changed at once. */
  write(offset: number, data: Words): void {
    const to = this.at(offset, data.length * wordBytes);
    writeWords(this.#queue, to.buffer, to.offset, data, data.length);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}
