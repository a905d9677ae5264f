/** IDX files, the format of MNIST and its successors: a magic number, extents, then the elements, all big-endian.
 *  Plain or gzipped, as the bytes say, not the name. Format: Yann LeCun, "The MNIST database". */
import { readFileSync } from 'node:fs';
import { constants, gunzipSync, type ZlibOptions } from 'node:zlib';
import { DataError, unreadable } from '../../runtime/data/error.ts';

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

/** Element types by the third byte of the magic number. */
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

/** As `readIdx`, for bytes; `file` names them in errors. Unpacks at most one byte more than the header says. */
export function parseIdx(bytes: Uint8Array, file: string): Idx {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const { type, shape, headerBytes } = headerOf(isPacked ? unpackedStart(bytes, file) : bytes, file);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const expected = headerBytes + count * type.bytes;
  const says = `its header says ${shape.join('x') || 'one element'}, which is ${expected} bytes with the header`;
  if (expected > mostBytes)
    throw new DataError(`${file}: ${says}, but Tapeout reads at most ${mostBytes}. Split the file, or fix its header.`);
  if (isPacked && expected > bytes.length * mostUnpacked)
    throw new DataError(
      `${file}: cut short, or damaged: ${says}, but ${bytes.length} bytes of gzip cannot hold that much. ` +
        'Download or copy the file again.',
    );
  const plain = isPacked ? unpacked(bytes, expected, says, file) : bytes;
  if (plain.length < expected)
    throw new DataError(
      `${file}: ${cutShort(plain.length, expected, `IDX file of ${shape.join('x') || 'one element'}`)}`,
    );
  if (plain.length > expected)
    throw new DataError(
      `${file}: ${plain.length - expected} bytes too many: ${says}, but it has ${plain.length}. ` +
        'Something was added, or the header is damaged.',
    );
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  return { ...type.read(view, headerBytes, count), shape } as Idx;
}

/** The size in bytes of the largest file, unpacked: the limit of a Buffer in all Nodes. */
const mostBytes = 2 ** 31 - 1;
/** The maximum number of bytes that one byte of gzip unpacks to: deflate's longest match is 258 bytes, in two bits. */
const mostUnpacked = 1032;
/** The number of bytes of gzip that contain gzip's own header and the header of any IDX file. */
const startBytes = 16_384;

interface Header {
  readonly type: Elements;
  readonly shape: readonly number[];
  readonly headerBytes: number;
}

function headerOf(start: Uint8Array, file: string): Header {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length < 4) throw new DataError(`${file}: ${cutShort(start.length, 4, "IDX file's magic number")}`);
  const type = elements[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || !type)
    throw new DataError(
      `${file}: not an IDX file: it begins with ${hex(start.subarray(0, 4))}, but IDX begins with 00 00, a type ` +
        `(08 for bytes) and the number of dimensions. Images are 00 00 08 03, labels 00 00 08 01.`,
    );
  const rank = view.getUint8(3);
  const headerBytes = 4 + 4 * rank;
  if (start.length < headerBytes)
    throw new DataError(`${file}: ${cutShort(start.length, headerBytes, `header of ${rank} dimensions`)}`);
  return { type, shape: Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i)), headerBytes };
}

/** The unpacked first bytes of gzip data. Only a file longer than that may be cut off there. */
const unpackedStart = (bytes: Uint8Array, file: string): Uint8Array =>
  gunzip(bytes.subarray(0, startBytes), file, bytes.length > startBytes ? { finishFlush: constants.Z_SYNC_FLUSH } : {});

function unpacked(bytes: Uint8Array, expected: number, says: string, file: string): Uint8Array {
  try {
    return gunzip(bytes, file, { maxOutputLength: expected + 1 });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new DataError(
      `${file}: bytes too many: ${says}, but it unpacks to more. Something was added, or the header is damaged.`,
    );
  }
}

function gunzip(bytes: Uint8Array, file: string, options: ZlibOptions): Uint8Array {
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    throw new DataError(
      `${file}: the gzip data are damaged or cut short (${(error as Error).message}). Download or copy the file again.`,
      { cause: error },
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
