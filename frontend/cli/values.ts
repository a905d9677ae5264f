/** The inputs and results of a run: tensors of a file, seeded values, and results as a table and as a file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { arrayOf, dtypes, type Elements, elementOf, type Kind, kindOf, numberOf } from '../../ir/dtype.ts';
import type { Role } from '../../ir/graph.ts';
import { type BufferType, countAt, isBatch, maxElements, type StoredType, showType } from '../../ir/type.ts';
import { DataError, unreadable } from '../../runtime/data/error.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../runtime/index.ts';
import { type Io, UsageError } from './io.ts';

/** An array of `count` elements, from numbers by index. */
export const make = (dtype: StoredType, count: number, f: (i: number) => number): Elements => {
  const out = new (arrayOf(dtype))(count);
  for (let i = 0; i < count; i++) out[i] = elementOf(dtype, f(i));
  return out;
};

/** The results of one graph or entry by name; an update has the name of its param. */
export type Results = ReadonlyMap<string, Result>;
interface Result {
  readonly type: BufferType;
  readonly data: Elements;
}

/** Results by name. An updated param has its own name, with `.new` appended if another result has that name. */
export function resultsBy(
  results: readonly { readonly name: string; readonly isUpdate: boolean; readonly value: Result }[],
) {
  const plain = new Set(results.flatMap((r) => (r.isUpdate ? [] : [r.name])));
  return new Map(
    results.map(({ name, isUpdate, value }) => [isUpdate && plain.has(name) ? `${name}.new` : name, value] as const),
  );
}

/** A value that a run takes. */
export interface Given {
  readonly name: string;
  readonly type: BufferType;
  readonly role: Role;
  /** The initial value of state and scalars, if the text or its optimizer gives one. */
  readonly initial?: number | undefined;
  /** The number of values that an index input may take, if known. */
  readonly range?: number | undefined;
}

/** The number of samples if neither `--batch` nor an input gives it. */
const usualBatch = 4;
/** The default of scalars such as the learning rate. */
const usualScalar = 0.01;
/** The default number of values that an index may take. */
const usualRange = 10;

export function readTensors(path: string, io: Io): Map<string, StoredTensor> {
  if (path === '') throw new UsageError('--in must name a file, but its value is empty');
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(resolve(io.cwd, path));
  } catch (e) {
    throw unreadable(path, e, "Give a safetensors file with the graph's params by name.");
  }
  return readSafetensors(bytes, path);
}

/** The batch: the given one, or that of the inputs. */
export function batchOf(
  params: Iterable<{ readonly name: string; readonly type: BufferType }>,
  maxBatch: number,
  given: ReadonlyMap<string, StoredTensor>,
  batch: number | undefined,
): number {
  if (batch !== undefined && batch > maxBatch)
    throw new UsageError(`--batch ${batch}: the module takes at most N = ${maxBatch}.`);
  let found: { readonly n: number; readonly name: string } | null = null;
  for (const p of params) {
    const tensor = given.get(p.name);
    const at = p.type.shape.findIndex(isBatch);
    const extent = tensor?.shape[at];
    if (at < 0 || extent === undefined) continue;
    const n = extent / (p.type.shape[at] as { times: number }).times;
    if (found && found.n !== n)
      throw new DataError(
        `'${found.name}' has a batch of ${found.n}, but '${p.name}' has one of ${n}. They must be equal.`,
      );
    found = { n, name: p.name };
  }
  const n = batch ?? found?.n ?? Math.min(usualBatch, maxBatch);
  if (!Number.isInteger(n) || n < 1 || n > maxBatch)
    throw new DataError(`'${found?.name}' has a batch of ${n}; the module takes from 1 to ${maxBatch} samples.`);
  return n;
}

/** Throws a `DataError` if memory cannot hold all values at once, as the interpreter needs. */
export function checkMemory(values: Iterable<{ readonly type: BufferType }>, n: number): void {
  let elements = 0;
  for (const { type } of values) elements += countAt(type.shape, n);
  if (elements > maxElements)
    throw new DataError(
      `the interpreter would keep ${elements} elements at N = ${n}, but memory holds ${maxElements}. Use smaller shapes or a smaller --batch.`,
    );
}

/** The value of the file, or else seeded values, which depend only on the name and the seed. */
export function held(p: Given, given: ReadonlyMap<string, StoredTensor>, n: number, seed: number): Elements {
  const tensor = given.get(p.name);
  const { dtype, shape } = p.type;
  const count = countAt(shape, n);
  if (tensor) {
    const shaped = shape.map((d) => (isBatch(d) ? d.times * n : d));
    if (`${tensor.shape}` !== `${shaped}` || (kindOf(dtype) === 'float') !== (tensor.dtype === 'F32'))
      throw new DataError(
        `'${p.name}' is ${tensor.dtype}[${tensor.shape.join(',')}], but the graph takes ${showType(p.type)} at N = ${n}.`,
      );
    const data = make(dtype, count, (i) => Number(tensor.data[i]));
    const lost = data.findIndex((x, i) => !holds(numberOf(dtype, x), tensor.data[i] as number | bigint));
    if (lost >= 0)
      throw new DataError(
        `'${p.name}' is ${dtype}, which cannot hold ${tensor.data[lost]}, element ${lost} of the file.`,
      );
    return data;
  }
  if (p.role === 'scalar') return make(dtype, count, () => p.initial || usualScalar);
  if (p.role === 'state' || p.role === 'gradient') return make(dtype, count, () => p.initial ?? 0);
  const uniform = uniformOf(p.name, seed);
  const { range = usualRange } = p;
  // Weights are scaled so that values stay bounded through many layers.
  const scale = p.role === 'parameter' ? 1 / Math.sqrt(Math.max(1, countAt(shape.slice(1), n))) : 1;
  const draw: Readonly<Record<Kind, () => number>> = {
    float: () => (2 * uniform() - 1) * scale,
    whole: () => Math.floor(uniform() * Math.min(range, dtypes[dtype].most + 1)),
    truth: () => Math.floor(uniform() * 2),
  };
  return make(dtype, count, draw[kindOf(dtype)]);
}

/** True if a number equals the one in the file. */
const holds = (x: number, given: number | bigint): boolean =>
  typeof given === 'bigint' ? BigInt(x) === given : x === given || Number.isNaN(given);

/** A generator of numbers from 0 to 1: mulberry32, seeded by the FNV-1a hash of a name and a seed. */
function uniformOf(name: string, seed: number): () => number {
  let state = fnv(new TextEncoder().encode(`${seed}/${name}`));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fnv(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const b of bytes) hash = Math.imul(hash ^ b, 0x01000193);
  return hash >>> 0;
}

/** A safetensors file of results. */
export function resultsFile(results: readonly (readonly [name: string, Result])[], n: number): Uint8Array {
  const file = writeSafetensors(results.map(([name, r]) => [name, stored(r, n)] as const));
  // f16 was written as U16, which has the same size and a type name of the same length: rename it in the header.
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const bytes = file.subarray(headerAt, headerAt + length);
  const header = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, { dtype: string }>;
  for (const [name, { type }] of results) if (type.dtype === 'f16') (header[name] as { dtype: string }).dtype = 'F16';
  bytes.set(new TextEncoder().encode(JSON.stringify(header)));
  return file;
}
/** The offset of the header in a safetensors file, in bytes. */
const headerAt = 8;

export function describeValue(name: string, { type, data }: { type: BufferType; data: Elements }): string[] {
  const show = (x: number): string =>
    Number.isInteger(x) ? String(x) : Number.isNaN(x) ? 'nan' : x.toPrecision(5).replace('Infinity', 'inf');
  const number = (x: number): number => numberOf(type.dtype, x);
  const first = [...data.subarray(0, 4)].map((x) => show(number(x))).join(', ');
  let sum = 0;
  for (const x of data) sum += number(x);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [
    name,
    showType(type),
    `${first}${data.length > 4 ? ', …' : ''}`,
    show(sum),
    fnv(bytes).toString(16).padStart(8, '0'),
  ];
}

function stored({ type, data }: Result, n: number): StoredTensor {
  const shape = type.shape.map((d) => (isBatch(d) ? d.times * n : d));
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  if (data instanceof Int32Array) return { dtype: 'I32', shape, data };
  return data instanceof Uint16Array ? { dtype: 'U16', shape, data } : { dtype: 'U8', shape, data };
}
