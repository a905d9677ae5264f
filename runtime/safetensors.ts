/** Safetensors, read and written: names, shapes and raw little-endian numbers behind a JSON header.
 *  No dependency and no Node API. Whatever the bytes, reading either gives the tensors or a SafetensorsError. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

export type StoredTensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'I32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'I64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly dtype: 'U8'; readonly shape: readonly number[]; readonly data: Uint8Array };
export type StoredDtype = StoredTensor['dtype'];

// Typed arrays have the machine's byte order: little-endian, like the format, wherever WebAssembly runs.
const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, U8: Uint8Array } as const;
const prefixBytes = 8;
const metadataKey = '__metadata__';

/** The tensors of a safetensors file, by name and in the header's order. The data are copies, aligned for their type.
 *  `source` names the bytes in errors. Throws SafetensorsError when they are not a whole, consistent file. */
export function readSafetensors(bytes: Uint8Array, source = 'these bytes'): Map<string, StoredTensor> {
  const { header, body } = readHeader(bytes, source);
  const slots = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, entry]) => readSlot(name, entry, body.length, source));
  verifyCover(slots, body.length, source);
  return new Map(
    slots.map(({ name, dtype, shape, begin, end }) => [name, stored(dtype, shape, copy(body, begin, end))]),
  );
}

/** The `__metadata__` of a safetensors file: text by text, empty when it has none. */
export function readSafetensorsMetadata(bytes: Uint8Array, source = 'these bytes'): Record<string, string> {
  const metadata = readHeader(bytes, source).header[metadataKey] ?? {};
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw new SafetensorsError(`${source}: '${metadataKey}' must map text to text. Write the file again.`);
  return metadata as Record<string, string>;
}

/** The bytes of a safetensors file: same tensors in the same order, same bytes. Tensors are laid out by falling element
 *  size, so that each is aligned inside the file. Throws SafetensorsError when data and shape disagree. */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const fields = metadata ? [field(metadataKey, metadata)] : [];
  const seen = new Set([metadataKey]);
  let size = 0;
  for (const [name, tensor] of entries) {
    if (seen.has(name)) throw new SafetensorsError(`two tensors are called '${name}'. Give each a name of its own.`);
    seen.add(name);
    verifyTensor(name, tensor);
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

interface Slot {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, source: string): { header: Record<string, unknown>; body: Uint8Array } {
  if (bytes.length < prefixBytes)
    throw new SafetensorsError(
      `${source}: not a safetensors file: it has ${bytes.length} bytes and the header's length alone takes ${prefixBytes}. ` +
        'The file is empty or cut short; fetch or save it again.',
    );
  const length = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes).getBigUint64(0, true);
  const available = bytes.length - prefixBytes;
  if (length > BigInt(available))
    throw new SafetensorsError(
      `${source}: the header should take ${length} bytes, but only ${available} follow. ` +
        'Either the file is cut short or it is not a safetensors file.',
    );
  const bodyAt = prefixBytes + Number(length);
  const header = parseJson(copy(bytes, prefixBytes, bodyAt), source);
  if (!isRecord(header))
    throw new SafetensorsError(`${source}: the header is JSON, but not an object of tensors by name.`);
  return { header, body: bytes.subarray(bodyAt) };
}

function parseJson(bytes: ArrayBuffer, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new SafetensorsError(
      `${source}: the header is not valid JSON (${(error as Error).message}). ` +
        'Either the file is damaged or it is not a safetensors file.',
    );
  }
}

function readSlot(name: string, entry: unknown, bodyBytes: number, source: string): Slot {
  const fail = (problem: string) => new SafetensorsError(`${source}: tensor '${name}': ${problem}`);
  if (!isRecord(entry)) throw fail('its header entry is not an object with dtype, shape and data_offsets.');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype))
    throw fail(`dtype ${JSON.stringify(dtype)} is not one that Tapeout reads (${Object.keys(arrays).join(', ')}).`);
  if (!isCounts(shape)) throw fail(`shape ${JSON.stringify(shape)} is not a list of whole numbers from 0.`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw fail(`data_offsets ${JSON.stringify(offsets)} is not a pair of whole numbers [begin, end].`);
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > bodyBytes)
    throw fail(`its data should lie at bytes ${begin} to ${end}, but the file holds ${bodyBytes} bytes of data.`);
  const expected = count(shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== expected)
    throw fail(`${dtype}[${shape}] takes ${expected} bytes, but its data_offsets span ${end - begin}.`);
  return { name, dtype, shape, begin, end };
}

// The format allows neither overlaps nor holes: the sorted slots must follow one another and end with the file.
function verifyCover(slots: readonly Slot[], bodyBytes: number, source: string): void {
  const sorted = [...slots].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of sorted) {
    if (begin < reached)
      throw new SafetensorsError(
        `${source}: tensor '${name}' begins at byte ${begin}, inside the tensor before it, which ends at ${reached}.`,
      );
    if (begin > reached)
      throw new SafetensorsError(
        `${source}: tensor '${name}' begins at byte ${begin}, but the data before it end at ${reached}: ` +
          'the bytes between belong to no tensor.',
      );
    reached = end;
  }
  if (reached < bodyBytes)
    throw new SafetensorsError(
      `${source}: the tensors end at byte ${reached}, but the file holds ${bodyBytes} bytes of data. ` +
        'Something was added to it, or its header belongs to another file.',
    );
}

function verifyTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  if (!(data instanceof arrays[dtype]))
    throw new SafetensorsError(`tensor '${name}': dtype ${dtype} needs a ${arrays[dtype].name}.`);
  if (!isCounts(shape) || count(shape) !== data.length)
    throw new SafetensorsError(
      `tensor '${name}': shape [${shape}] and its ${data.length} elements do not fit together.`,
    );
}

function stored(dtype: StoredDtype, shape: readonly number[], buffer: ArrayBuffer): StoredTensor {
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'U8':
      return { dtype, shape, data: new Uint8Array(buffer) };
    default:
      return dtype satisfies never;
  }
}

// Not `slice`: a Node Buffer's slice is a view, which would be misaligned and would follow later writes.
function copy(bytes: Uint8Array, begin: number, end: number): ArrayBuffer {
  const out = new Uint8Array(end - begin);
  out.set(bytes.subarray(begin, end));
  return out.buffer;
}

const field = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
const count = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);
const isDtype = (x: unknown): x is StoredDtype => typeof x === 'string' && Object.hasOwn(arrays, x);
const isCounts = (x: unknown): x is readonly number[] =>
  Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);
