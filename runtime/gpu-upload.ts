/** Uploads an input's batches, alternating between two buffers outside the arena.
 *
 *  `writeBuffer` has copied its data when it returns, and the device's copy is queued before the submit that follows (WebGPU, section
 *  GPUQueue). A write into the arena itself would wait for the kernels of the previous call, which use it. A buffer that no kernel
 *  touches only waits for the call before the previous one, so that a driver can transfer the next batch while a step runs; only a
 *  copy inside the device's memory remains in order. */
import type { Data } from './check.ts';
import { wordBytes } from './check.ts';
import { usage, type Words, writeWords } from './gpu-words.ts';

export class Upload {
  readonly #queue: GPUQueue;
  readonly #buffers: readonly GPUBuffer[];
  /** Scratch memory to widen the bytes of an input to words. */
  readonly #spread: Uint32Array<ArrayBuffer> | null;
  #turn = 0;

  /** For inputs of at most `count` elements; `narrow` ones are bytes on the host. */
  constructor(device: GPUDevice, name: string, count: number, narrow: boolean) {
    this.#queue = device.queue;
    this.#spread = narrow ? new Uint32Array(count) : null;
    this.#buffers = [0, 1].map((turn) =>
      device.createBuffer({
        label: `tapeout ${name} ${turn}`,
        size: Math.max(wordBytes, count * wordBytes),
        usage: usage.copySource | usage.copyTarget,
      }),
    );
  }

  /** Writes the first `count` elements, which may be changed as soon as it returns. Returns the buffer, which keeps them until the
   *  call after the next. */
  write(data: Data, count: number): GPUBuffer {
    this.#turn = 1 - this.#turn;
    const buffer = this.#buffers[this.#turn]!;
    const spread = this.#spread;
    if (spread) for (let i = 0; i < count; i++) spread[i] = data[i]!;
    writeWords(this.#queue, buffer, 0, spread ?? (data as Words), count);
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }
}
