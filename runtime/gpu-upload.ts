/** An input's batches on their way to the arena, by turns in two buffers outside of it.
 *
 *  `writeBuffer` has taken its data when it returns, and the device's copy of them stands in the queue before the submit that
 *  follows (WebGPU, section GPUQueue). Straight into the arena that copy would wait for the kernels of the call before, which
 *  read and write there. A buffer that no kernel touches has nobody to wait for but the call before the last, so that a driver
 *  may bring the next batch over while a step runs; what is left in order is a copy inside the device's memory. */
import type { Data } from './check.ts';
import { wordBytes } from './check.ts';
import { usage, type Words, writeWords } from './gpu-words.ts';

export class Upload {
  readonly #queue: GPUQueue;
  readonly #buffers: readonly GPUBuffer[];
  /** Room to spread the bytes of an input over words. */
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

  /** Writes the first `count` elements, which may be changed at once. Returns the buffer that holds them until the call after
   *  the next. */
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
