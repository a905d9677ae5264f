/** Elements in a GPU's memory: each in a word of 32 bits. */

import { arrayOf, type Elements } from '../../ir/dtype.ts';
import type { StoredType } from '../../ir/type.ts';

const wordBytes = 4;

/** Elements in the form in which an arena of words stores them. */
export const toWords = (data: Elements): Float32Array | Int32Array | Uint32Array =>
  data instanceof Float32Array || data instanceof Int32Array ? data : Uint32Array.from(data);

/** A copy of elements in an arena of words. */
export function fromWords(dtype: StoredType, bytes: ArrayBuffer, offset: number, count: number): Elements {
  const array = arrayOf(dtype);
  return array.BYTES_PER_ELEMENT === wordBytes
    ? new array(bytes, offset, count).slice()
    : array.from(new Uint32Array(bytes, offset, count));
}
