/** Safetensors, read and written: names, shapes and raw little-endian numbers after a JSON header.
 *  No dependencies and no Node API. For any bytes, reading gives the tensors or a SafetensorsError. */
import { brief, kindOf, shownText, TapeoutError, tagOf } from './check.ts';
import { foreignFile } from './foreign.ts';
import { type JsonObject, parseJson } from './json.ts';

/** The error for bytes that are not a safetensors file. */
export class SafetensorsError extends TapeoutError {
  override readonly name = 'SafetensorsError';

  constructor(message: string) {
    super('bad-safetensors', message);
  }
}

interface Arrays {
  readonly F32: Float32Array;
  readonly I8: Int8Array;
  readonly I16: Int16Array;
  readonly I32: Int32Array;
  readonly I64: BigInt64Array;
  readonly U8: Uint8Array;
  readonly U16: Uint16Array;
  readonly U32: Uint32Array;
  readonly U64: BigUint64Array;
  readonly BOOL: Uint8Array;
}
/** The element types that are read as they are. */
export type StoredDtype = keyof Arrays;
/** A tensor of a safetensors file: its element type, shape and values. */
export type StoredTensor = {
  [D in StoredDtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
}[StoredDtype];

// Typed arrays have the machine's byte order, which is little-endian, like the format, wherever WebAssembly runs.
const arrays: { readonly [D in StoredDtype]: new (bytes: ArrayBuffer) => Arrays[D] } = {
  F32: Float32Array,
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
  U64: BigUint64Array,
  BOOL: Uint8Array,
};

/** Floats of other widths, converted to float32 on reading: 16-bit ones exactly, doubles with rounding. */
const floats: Readonly<Record<string, (bytes: ArrayBuffer) => Float32Array>> = {
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), half),
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), (high) => high << 16).buffer),
  F64: (bytes) => Float32Array.from(new Float64Array(bytes)),
};
/** IEEE 754's binary16: sign, 5 bits of exponent, 10 of fraction. */
export function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent < 31
        ? (1024 + fraction) * 2 ** (exponent - 25)
        : fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN;
  return bits >> 15 ? -size : size;
}

/** The element types of the format that Tapeout does not support. */
const otherDtypes = 'C64 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ F6_E2M3 F6_E3M2 F4'.split(' ');
/** The supported element types. */
const readDtypes = [...Object.keys(arrays), ...Object.keys(floats)];
/** The bits of an element, by the first number in its dtype's name: F8_E4M3 has 8. A BOOL is a byte. */
const bitsOf = (dtype: string): number => Number(/\d+/.exec(dtype) ?? 8);

/** The size in bytes of the longest header that the reference implementation reads. */
const longestHeader = 100_000_000;
/** More dimensions than any tensor has: 64 in NumPy and PyTorch. The format has no limit. */
const mostDims = 1024;
const prefixBytes = 8;
const metadataKey = '__metadata__';

/** The tensors of a safetensors file, by name and in the header's order. The data are copies, aligned for their type. F16, BF16
 *  and F64 become F32. `source` names the bytes in errors. Throws SafetensorsError for anything that the reference implementation
 *  refuses, for duplicate names, for unsupported element types, and for more than 1,024 dimensions. */
export const readSafetensors = (bytes: Uint8Array, source = 'these bytes'): Map<string, StoredTensor> =>
  readWanted(bytes, source, () => true) as Map<string, StoredTensor>;

/** The same for the tensors whose names are wanted; of others, whose element types may be unsupported, the names alone. */
export function readWanted(
  bytes: Uint8Array,
  source: string,
  isWanted: (name: string) => boolean,
): Map<string, StoredTensor | null> {
  const { header, body } = readHeader(bytes, source);
  metadataOf(header, source);
  const slots = [...header]
    .filter(([name]) => name !== metadataKey)
    .map(([name, entry]) => readSlot(name, entry, body.length, source));
  verifyCover(slots, body.length, source);
  return new Map(
    slots.map((slot) => [
      slot.name,
      isWanted(slot.name) ? stored(slot, copy(body, slot.begin, slot.end), source) : null,
    ]),
  );
}

/** The `__metadata__` of a safetensors file: a map from text to text, empty when it has none. */
export const readSafetensorsMetadata = (bytes: Uint8Array, source = 'these bytes'): Record<string, string> =>
  Object.fromEntries(metadataOf(readHeader(bytes, source).header, source));

function metadataOf(header: JsonObject, source: string): ReadonlyMap<string, string> {
  const metadata = header.get(metadataKey) ?? new Map();
  if (!(metadata instanceof Map) || [...metadata.values()].some((value) => typeof value !== 'string'))
    throw new SafetensorsError(`${source}: '${metadataKey}' must map text to text. Write the file again.`);
  return metadata;
}

/** The bytes of a safetensors file: the same tensors in the same order give the same bytes. Tensors are laid out by decreasing element
 *  size, so that each is aligned in the file. Throws SafetensorsError when data and shape disagree. */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const given: unknown = tensors;
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
    throw new SafetensorsError(`the tensors must be a Map by name, or a list of pairs, but they are ${kindOf(given)}.`);
  const pairs = [...tensors];
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string')
      throw new SafetensorsError('the tensors must be pairs of a name and a tensor.');
    verifyTensor(pair[0], pair[1]);
  }
  verifyMetadata(metadata);
  const entries = pairs.sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const fields = metadata ? [field(metadataKey, metadata)] : [];
  const seen = new Set([metadataKey]);
  let size = 0;
  for (const [name, tensor] of entries) {
    if (seen.has(name)) throw new SafetensorsError(`two tensors are called '${name}'. Give each a name of its own.`);
    seen.add(name);
    const { dtype, shape, data } = tensor;
    fields.push(field(name, { dtype, shape, data_offsets: [size, size + data.byteLength] }));
    size += data.byteLength;
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(prefixBytes + headerBytes + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, prefixBytes);
  file.fill(0x20, prefixBytes + json.length, prefixBytes + headerBytes);
  let at = prefixBytes + headerBytes;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

const insteadOf = (given: unknown): string =>
  given instanceof ArrayBuffer ? ' Pass new Uint8Array(buffer).' : given instanceof Promise ? ' Await it.' : '';

interface Slot {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, source: string): { header: JsonObject; body: Uint8Array } {
  const fail = (problem: string) => {
    const foreign = foreignFile(bytes);
    return new SafetensorsError(`${source}: ${foreign ?? problem}`);
  };
  if (tagOf(bytes) !== 'Uint8Array')
    throw new SafetensorsError(`${source} must be a Uint8Array, but it is ${kindOf(bytes)}.${insteadOf(bytes)}`);
  if (bytes.length < prefixBytes)
    throw fail(
      `not a safetensors file: it has ${bytes.length} bytes and the header's length alone takes ${prefixBytes}. ` +
        'The file is empty or cut short; fetch or save it again.',
    );
  const length = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes).getBigUint64(0, true);
  const available = bytes.length - prefixBytes;
  if (length > BigInt(available))
    throw fail(
      `the header should take ${length} bytes, but only ${available} follow. ` +
        'Either the file is cut short or it is not a safetensors file.',
    );
  if (length > longestHeader)
    throw fail(`the header takes ${length} bytes, and the format allows ${longestHeader}. Split the file.`);
  const bodyAt = prefixBytes + Number(length);
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(copy(bytes, prefixBytes, bodyAt));
    header = parseJson(text, mostDims);
  } catch (error) {
    if (error instanceof RangeError)
      throw fail(`the header has ${error.message}, and tensors have no more dimensions.`);
    throw fail(
      `the header is not valid JSON (${brief((error as Error).message)}). ` +
        'Either the file is damaged or it is not a safetensors file.',
    );
  }
  if (!(header instanceof Map))
    throw new SafetensorsError(`${source}: the header is JSON, but not an object of tensors by name.`);
  return { header, body: bytes.subarray(bodyAt) };
}

/** A function that makes an error from a problem with this tensor. */
const inTensor =
  (name: string, source?: string) =>
  (problem: string): SafetensorsError =>
    new SafetensorsError(`${source ? `${source}: ` : ''}tensor '${brief(name)}': ${problem}`);

function readSlot(name: string, entry: unknown, bodyBytes: number, source: string): Slot {
  const fail = inTensor(name, source);
  if (!(entry instanceof Map)) throw fail('its header entry is not an object with dtype, shape and data_offsets.');
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((field) => entry.get(field));
  if (typeof dtype !== 'string' || ![...readDtypes, ...otherDtypes].includes(dtype))
    throw fail(`dtype ${briefJson(dtype)} is not one that the format has.`);
  if (!isCounts(shape)) throw fail(`shape ${briefJson(shape)} is not a list of whole numbers from 0 to 2^53 - 1.`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw fail(`data_offsets ${briefJson(offsets)} is not a pair of whole numbers [begin, end].`);
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > bodyBytes)
    throw fail(`its data should lie at bytes ${begin} to ${end}, but the file holds ${bodyBytes} bytes of data.`);
  let elements = 1;
  for (const extent of shape) {
    elements *= extent;
    // Checked at each step: a later extent of 0 is no excuse.
    if (elements >= 2 ** 64) throw fail(`${dtype}${briefJson(shape)} has more elements than any memory.`);
  }
  const expected = (elements * bitsOf(dtype)) / 8;
  if (end - begin !== expected)
    throw fail(`${dtype}${briefJson(shape)} takes ${expected} bytes, but its data_offsets span ${end - begin}.`);
  return { name, dtype, shape, begin, end };
}

// The format allows neither overlaps nor gaps: the sorted slots must be adjacent, and end with the file.
function verifyCover(slots: readonly Slot[], bodyBytes: number, source: string): void {
  const sorted = [...slots].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of sorted) {
    if (begin !== reached)
      throw new SafetensorsError(
        `${source}: tensor '${brief(name)}' begins at byte ${begin}, ${
          begin < reached
            ? `inside the tensor before it, which ends at ${reached}.`
            : `but the data before it end at ${reached}: the bytes between belong to no tensor.`
        }`,
      );
    reached = end;
  }
  if (reached < bodyBytes)
    throw new SafetensorsError(
      `${source}: the tensors end at byte ${reached}, but the file holds ${bodyBytes} bytes of data. ` +
        'Something was added to it, or its header belongs to another file.',
    );
}

function verifyTensor(name: string, tensor: unknown): void {
  const fail = inTensor(name);
  if (typeof tensor !== 'object' || tensor === null || !('dtype' in tensor && 'shape' in tensor && 'data' in tensor))
    throw fail(`it must be { dtype, shape, data }, but it is ${kindOf(tensor)}.`);
  const { dtype, shape, data } = tensor;
  if (typeof dtype !== 'string' || !isDtype(dtype))
    throw fail(`its dtype must be one of ${Object.keys(arrays).join(', ')}, but it is ${shownText(dtype)}.`);
  if (!(data instanceof arrays[dtype])) throw fail(`dtype ${dtype} needs a ${arrays[dtype].name}.`);
  if (!isCounts(shape)) throw fail('its shape must be a list of whole numbers.');
  if (shape.reduce((product, extent) => product * extent, 1) !== data.length)
    throw fail(`shape [${shape}] and its ${data.length} elements do not fit together.`);
}

function verifyMetadata(metadata: unknown): void {
  if (metadata === undefined) return;
  if (tagOf(metadata) !== 'Object')
    throw new SafetensorsError(`the metadata must map text to text, but they are ${kindOf(metadata)}.`);
  const wrong = Object.entries(metadata as object).find(([, value]) => typeof value !== 'string');
  if (wrong)
    throw new SafetensorsError(`the metadata '${brief(wrong[0])}' must be text, but it is ${kindOf(wrong[1])}.`);
}

function stored({ name, dtype, shape }: Slot, bytes: ArrayBuffer, source: string): StoredTensor {
  if (isDtype(dtype)) return { dtype, shape, data: new arrays[dtype](bytes) } as StoredTensor;
  const fail = inTensor(name, source);
  const convert = floats[dtype];
  if (!convert)
    throw fail(
      `Tapeout has no numbers of dtype ${dtype}. In Python, save it with .float() as F32 ` +
        `(of the others it reads ${readDtypes.join(', ')}).`,
    );
  const data = convert(bytes);
  if (dtype === 'F64') {
    const exact = new Float64Array(bytes);
    const at = data.findIndex((x, i) => x !== exact[i] && Math.abs(x) === Number.POSITIVE_INFINITY);
    if (at >= 0) throw fail(`element ${at} is ${exact[at]}, which is beyond float32.`);
  }
  return { dtype: 'F32', shape, data };
}

// Not `slice`: a Node Buffer's slice is a view, which would be misaligned and would follow later writes.
function copy(bytes: Uint8Array, begin: number, end: number): ArrayBuffer {
  const out = new Uint8Array(end - begin);
  out.set(bytes.subarray(begin, end));
  return out.buffer;
}

const field = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
const briefJson = (x: unknown): string => brief(x instanceof Map ? '{…}' : String(JSON.stringify(x)));
const isDtype = (x: string): x is StoredDtype => Object.hasOwn(arrays, x);
const isCounts = (x: unknown): x is readonly number[] =>
  Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);
