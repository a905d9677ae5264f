/** Elements in a GPU's memory, where each is a word of 32 bits. */
import { arrayOf, type Data, type View } from './check.ts';
import type { ManifestTensor } from './manifest.ts';

/** The specification's constants, for which Node has no global. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;

export type Words = Float32Array | Int32Array | Uint32Array;

/** Elements as words of an arena: bytes are widened. */
export const toWords = (data: Data): Words => (data instanceof Uint8Array ? Uint32Array.from(data) : data);

/** A copy of elements from an arena's bytes. */
export function fromWords(dtype: ManifestTensor['dtype'], bytes: ArrayBuffer, offset: number, count: number): View {
  const array = arrayOf[dtype];
  return array === Uint8Array
    ? Uint8Array.from(new Uint32Array(bytes, offset, count))
    : new array(bytes, offset, count).slice();
}

/** Queues a write of the first `count` words. The data may be changed as soon as it returns. */
export function writeWords(queue: GPUQueue, buffer: GPUBuffer, offset: number, data: Words, count: number): void {
  // Dawn in Node crashes on shared memory.
  const own = data.buffer instanceof ArrayBuffer ? data : data.slice(0, count);
  queue.writeBuffer(buffer, offset, own as Float32Array<ArrayBuffer>, 0, count);
}
