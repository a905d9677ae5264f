/** IDX files, the format of MNIST and its successors: a magic number, extents, then the elements, all big-endian.
 *  Plain or gzipped, told by the bytes and not by the name. Format: Yann LeCun, "The MNIST database". */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError, unreadable } from './error.ts';

export type Idx =
  | { readonly dtype: 'u8'; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly dtype: 'i8'; readonly shape: readonly number[]; readonly data: Int8Array }
  | { readonly dtype: 'i16'; readonly shape: readonly number[]; readonly data: Int16Array }
  | { readonly dtype: 'i32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'f32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'f64'; readonly shape: readonly number[]; readonly data: Float64Array };

type Elements = {
  readonly bytes: number;
  read(view: DataView, at: number, count: number): Pick<Idx, 'dtype' | 'data'>;
};

/** By the third byte of the magic number. */
const elements: Readonly<Record<number, Elements>> = {
  8: row('u8', Uint8Array, (view, at) => view.getUint8(at)),
  9: row('i8', Int8Array, (view, at) => view.getInt8(at)),
  11: row('i16', Int16Array, (view, at) => view.getInt16(at)),
  12: row('i32', Int32Array, (view, at) => view.getInt32(at)),
  13: row('f32', Float32Array, (view, at) => view.getFloat32(at)),
  14: row('f64', Float64Array, (view, at) => view.getFloat64(at)),
};

/** Reads an IDX file. Throws DataError when it is missing, not IDX, damaged, too short or too long. */
export function readIdx(path: string): Idx {
  try {
    return parseIdx(readFileSync(path), path);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw unreadable(path, error, 'Check the path.');
  }
}

/** As `readIdx`, for bytes at hand; `file` names them in errors. */
export function parseIdx(bytes: Uint8Array, file: string): Idx {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, file) : bytes;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  if (plain.length < 4) throw new DataError(`${file}: ${cutShort(plain.length, 4, "IDX file's magic number")}`);
  const type = elements[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || !type)
    throw new DataError(
      `${file}: not an IDX file: it begins with ${hex(plain.subarray(0, 4))}, but IDX begins with 00 00, a type ` +
        `(08 for bytes) and the number of dimensions. Images are 00 00 08 03, labels 00 00 08 01.`,
    );
  const rank = view.getUint8(3);
  const headerBytes = 4 + 4 * rank;
  if (plain.length < headerBytes)
    throw new DataError(`${file}: ${cutShort(plain.length, headerBytes, `header of ${rank} dimensions`)}`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.reduce((product, extent) => product * extent, 1);
  const expected = headerBytes + count * type.bytes;
  if (plain.length < expected)
    throw new DataError(
      `${file}: ${cutShort(plain.length, expected, `IDX file of ${shape.join('x') || 'one element'}`)}`,
    );
  if (plain.length > expected)
    throw new DataError(
      `${file}: ${plain.length - expected} bytes too many: its header says ${shape.join('x') || 'one element'}, which is ` +
        `${expected} bytes with the header, but it has ${plain.length}. Something was added, or the header is damaged.`,
    );
  return { ...type.read(view, headerBytes, count), shape } as Idx;
}

function gunzip(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new DataError(
      `${file}: the gzip data are damaged or cut short (${(error as Error).message}). Download or copy the file again.`,
    );
  }
}

function row<T extends Idx>(
  dtype: T['dtype'],
  array: { new (length: number): T['data']; readonly BYTES_PER_ELEMENT: number },
  get: (view: DataView, at: number) => number,
): Elements {
  const bytes = array.BYTES_PER_ELEMENT;
  return {
    bytes,
    read(view, at, count) {
      const data = new array(count);
      for (let i = 0; i < count; i++) data[i] = get(view, at + i * bytes);
      return { dtype, data };
    },
  };
}

const cutShort = (have: number, want: number, what: string) =>
  `cut short: ${have} bytes, but the ${what} takes ${want}. Download or copy the file again.`;
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
