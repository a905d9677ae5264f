/** Elements as a GPU's memory holds them: each is a word of 32 bits. */
import { arrayOf, type Data, type View } from './check.ts';
import type { ManifestTensor } from './manifest.ts';

/** The specification's numbers: Node has no global that tells them. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;

export type Words = Float32Array | Int32Array | Uint32Array;

/** Elements as they lie in an arena: bytes are words there. */
export const toWords = (data: Data): Words => (data instanceof Uint8Array ? Uint32Array.from(data) : data);

/** A copy of elements that lie in an arena, or in what was read of it. */
export function fromWords(dtype: ManifestTensor['dtype'], bytes: ArrayBuffer, offset: number, count: number): View {
  const array = arrayOf[dtype];
  return array === Uint8Array
    ? Uint8Array.from(new Uint32Array(bytes, offset, count))
    : new array(bytes, offset, count).slice();
}

/** Writes the first `count` words behind all that is queued. The data may be changed at once. */
export function writeWords(queue: GPUQueue, buffer: GPUBuffer, offset: number, data: Words, count: number): void {
  // Dawn in Node ends the process when it is given shared memory.
  const own = data.buffer instanceof ArrayBuffer ? data : data.slice(0, count);
  queue.writeBuffer(buffer, offset, own as Float32Array<ArrayBuffer>, 0, count);
}
