/** NumPy's arrays: npy files of numbers in any byte order and either order of axes, and npz archives of them. Format: NEP 1. */
import { brief } from '../check.ts';
import { half } from '../safetensors.ts';
import { arrayOf, elementsOf } from './dtypes.ts';
import { DataError } from './error.ts';
import { type ByteSource, bytesOf, cutShort, mostBytes } from './source.ts';
import type { Dtype, NdArray, TypedArray } from './types.ts';
import { unzip } from './zip.ts';

interface Elements {
  readonly dtype: Dtype;
  readonly bytes: number;
  /** For elements that no typed array holds. */
  readonly read?: (view: DataView, at: number, isLittle: boolean) => number;
}
/** By the type's letter and size; float16 becomes float32, which holds its numbers exactly. */
const elements: Readonly<Record<string, Elements>> = {
  f2: { dtype: 'f32', bytes: 2, read: (view, at, isLittle) => half(view.getUint16(at, isLittle)) },
  f4: { dtype: 'f32', bytes: 4 },
  f8: { dtype: 'f64', bytes: 8 },
  i1: { dtype: 'i8', bytes: 1 },
  i2: { dtype: 'i16', bytes: 2 },
  i4: { dtype: 'i32', bytes: 4 },
  i8: { dtype: 'i64', bytes: 8 },
  u1: { dtype: 'u8', bytes: 1 },
  u2: { dtype: 'u16', bytes: 2 },
  u4: { dtype: 'u32', bytes: 4 },
  u8: { dtype: 'u64', bytes: 8 },
  b1: { dtype: 'bool', bytes: 1 },
};

/** Reads an npy file. Rejects with a DataError when it is damaged, cut short, or holds anything but numbers. */
export async function readNpy(source: ByteSource): Promise<NdArray> {
  const { bytes, name } = await bytesOf(source);
  return parseNpy(bytes, name);
}

/** Reads an npz archive: its arrays by name. Rejects as `readNpy` does. */
export async function readNpz(source: ByteSource): Promise<Record<string, NdArray>> {
  const { bytes, name } = await bytesOf(source);
  const entries = [...(await unzip(bytes, name))];
  const arrays = entries.map(([file, content]) => [
    file.replace(/\.npy$/, ''),
    parseNpy(content, `${name}: ${brief(file)}`),
  ]);
  return Object.fromEntries(arrays) as Record<string, NdArray>;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** As `readNpy`, for bytes; `name` is theirs in errors. */
export function parseNpy(bytes: Uint8Array, name: string): NdArray {
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw new DataError(`${name}: not an npy file: it does not begin with \\x93NUMPY. Write it with numpy.save.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isShort = bytes[6] === 1;
  const start = isShort ? 10 : 12;
  if (bytes.length < start) throw new DataError(`${name}: ${cutShort(bytes.length, start, 'header')}`);
  const end = start + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < end) throw new DataError(`${name}: ${cutShort(bytes.length, end, 'header')}`);
  const { order, type, isFortran, shape } = headerOf(new TextDecoder().decode(bytes.subarray(start, end)), name);
  const { dtype, bytes: each, read } = type;
  const count = elementsOf(shape);
  const expected = end + count * each;
  const says = `its header says [${shape}], which is ${expected} bytes with the header`;
  if (!(expected <= mostBytes)) throw new DataError(`${name}: ${says}, but Tapeout reads at most ${mostBytes}.`);
  if (bytes.length < expected)
    throw new DataError(`${name}: ${cutShort(bytes.length, expected, `array of [${shape}]`)}`);
  if (bytes.length > expected)
    throw new DataError(
      `${name}: ${bytes.length - expected} bytes too many: ${says}. Something was added, or the header is damaged.`,
    );
  let data: TypedArray = new arrayOf[dtype](count);
  if (read) for (let i = 0; i < count; i++) (data as Float32Array)[i] = read(view, end + i * each, order !== '>');
  else {
    const own = new Uint8Array(data.buffer);
    own.set(bytes.subarray(end, expected));
    if (order === '>') for (let at = 0; at < own.length; at += each) own.subarray(at, at + each).reverse();
  }
  if (isFortran && shape.length > 1) data = rowsFirst(data, dtype, shape);
  return { data: data as never, shape, dtype };
}

interface Header {
  readonly order: string;
  readonly type: Elements;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function headerOf(text: string, name: string): Header {
  const [, descr] = /'descr'\s*:\s*'([^']*)'/.exec(text) ?? [];
  const [, fortran] = /'fortran_order'\s*:\s*(True|False)/.exec(text) ?? [];
  const [, extents] = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text) ?? [];
  if (/'descr'\s*:\s*\[/.test(text))
    throw new DataError(`${name}: holds records of several fields. Save each field as an array of its own.`);
  if (descr === undefined || fortran === undefined || extents === undefined)
    throw new DataError(`${name}: the header of the npy file is damaged: ${brief(text.trim())}.`);
  const [, order = '', kind = ''] = /^([<>|=]?)(.*)$/s.exec(descr) ?? [];
  const type = Object.hasOwn(elements, kind) ? elements[kind] : undefined;
  if (!type)
    throw new DataError(
      `${name}: holds elements of the type '${brief(descr)}', and what is read are numbers: ${Object.keys(elements).join(', ')}. Convert it ` +
        "in Python: numpy.save('array.npy', array.astype('float32')).",
    );
  const shape = extents
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  return { order, type, isFortran: fortran === 'True', shape };
}

/** The elements with the last axis contiguous, of those that have the first. */
function rowsFirst(data: TypedArray, dtype: Dtype, shape: readonly number[]): TypedArray {
  const out = new arrayOf[dtype](data.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementsOf(shape.slice(0, axis)));
  for (let i = 0, from = 0; i < data.length; i++) {
    out[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
