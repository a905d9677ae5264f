/** IDX files, the format of MNIST and its successors: a magic number, extents, then the elements, all big-endian.
 *  Plain or gzipped, as the bytes say, not the name. Format: Yann LeCun, "The MNIST database". */
import { arrayOf, elementsOf } from './dtypes.ts';
import { DataError } from './error.ts';
import { isGzip, mostUnpacked, Unpacking } from './inflate.ts';
import { type ByteSource, bytesOf, cutShort, mostBytes } from './source.ts';
import type { NdArray } from './types.ts';

type IdxDtype = 'u8' | 'i8' | 'i16' | 'i32' | 'f32' | 'f64';
type Read = (view: DataView, at: number) => number;

/** Element types by the third byte of the magic number. */
const elements: Readonly<Record<number, readonly [IdxDtype, Read]>> = {
  8: ['u8', (view, at) => view.getUint8(at)],
  9: ['i8', (view, at) => view.getInt8(at)],
  11: ['i16', (view, at) => view.getInt16(at)],
  12: ['i32', (view, at) => view.getInt32(at)],
  13: ['f32', (view, at) => view.getFloat32(at)],
  14: ['f64', (view, at) => view.getFloat64(at)],
};

/** Reads an IDX file, such as the images of MNIST, u8[60000, 28, 28]. Rejects with a DataError when it is missing, not IDX, damaged, too
 *  short or too long. Unpacks little more than the header says. */
export async function readIdx(source: ByteSource): Promise<NdArray<IdxDtype>> {
  const { bytes, name } = await bytesOf(source);
  return parseIdx(bytes, name);
}

/** As `readIdx`, for bytes; `name` is theirs in errors. */
export async function parseIdx(bytes: Uint8Array, name: string): Promise<NdArray<IdxDtype>> {
  const packed = isGzip(bytes) ? new Unpacking(bytes as Uint8Array<ArrayBuffer>, 'gzip', name) : null;
  try {
    const { dtype, read, shape, headerBytes } = headerOf(packed ? await packed.upTo(longestHeader) : bytes, name);
    const count = elementsOf(shape);
    const each = arrayOf[dtype].BYTES_PER_ELEMENT;
    const expected = headerBytes + count * each;
    const extents = shape.join('x') || 'one element';
    const says = `its header says ${extents}, which is ${expected} bytes with the header`;
    if (expected > mostBytes)
      throw new DataError(
        `${name}: ${says}, but Tapeout reads at most ${mostBytes}. Split the file, or fix its header.`,
      );
    if (packed && expected > bytes.length * mostUnpacked)
      throw new DataError(
        `${name}: cut short, or damaged: ${says}, but ${bytes.length} bytes of gzip cannot hold that much. ` +
          'Download or copy the file again.',
      );
    const plain = packed ? await packed.upTo(expected + 1) : bytes;
    if (plain.length < expected)
      throw new DataError(`${name}: ${cutShort(plain.length, expected, `IDX file of ${extents}`)}`);
    if (plain.length > expected) {
      const [many, has] = packed
        ? ['bytes', 'it unpacks to more']
        : [`${plain.length - expected} bytes`, `it has ${plain.length}`];
      throw new DataError(
        `${name}: ${many} too many: ${says}, but ${has}. Something was added, or the header is damaged.`,
      );
    }
    const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
    const data = new arrayOf[dtype](count);
    for (let i = 0; i < count; i++) data[i] = read(view, headerBytes + i * each);
    return { data, shape, dtype };
  } finally {
    packed?.end();
  }
}

/** The size of the header of most dimensions. */
const longestHeader = 4 + 4 * 255;

interface Header {
  readonly dtype: IdxDtype;
  readonly read: Read;
  readonly shape: readonly number[];
  readonly headerBytes: number;
}

function headerOf(start: Uint8Array, name: string): Header {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length < 4) throw new DataError(`${name}: ${cutShort(start.length, 4, "IDX file's magic number")}`);
  const type = elements[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || !type)
    throw new DataError(
      `${name}: not an IDX file: it begins with ${hex(start.subarray(0, 4))}, but IDX begins with 00 00, a type ` +
        `(08 for bytes) and the number of dimensions. Images are 00 00 08 03, labels 00 00 08 01.`,
    );
  const rank = view.getUint8(3);
  const headerBytes = 4 + 4 * rank;
  if (start.length < headerBytes)
    throw new DataError(`${name}: ${cutShort(start.length, headerBytes, `header of ${rank} dimensions`)}`);
  const [dtype, read] = type;
  return { dtype, read, shape: Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i)), headerBytes };
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
