/** Checks of arguments, and their error messages: what is wrong, and what to try. A passing check allocates nothing. */
import type { ManifestDim, ManifestTensor } from './manifest.ts';

/** The error codes; docs/errors.md explains each. */
export type TapeoutErrorCode =
  | 'wrong-array'
  | 'wrong-length'
  | 'wrong-shape'
  | 'empty-batch'
  | 'batch-too-large'
  | 'batch-too-small'
  | 'other-samples'
  | 'label-range'
  | 'not-finite'
  | 'unknown-name'
  | 'missing-parameter'
  | 'missing-entry'
  | 'disposed'
  | 'bad-option'
  | 'old-node'
  | 'bad-threads'
  | 'thread-lost'
  | 'bad-manifest'
  | 'bad-safetensors'
  | 'missing-file'
  | 'bad-wasm'
  | 'out-of-memory'
  | 'bad-wgsl'
  | 'bad-backend'
  | 'no-webgpu'
  | 'device-limit'
  | 'device-lost'
  | 'device-failed'
  | 'loss-expired'
  | 'no-checkpoint';

/** A wrong call on a compiled model, or a failure to load it: a code for programs, a message for people. */
export class TapeoutError extends Error {
  override readonly name: string = 'TapeoutError';
  readonly code: TapeoutErrorCode;

  constructor(code: TapeoutErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type View = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
/** The accepted arrays: typed arrays over any memory, including shared memory. */
export type Data = Float32Array | Int32Array | Uint8Array;

export const arrayOf = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array } as const;
export const pageBytes = 65536;
/** The bytes of an element on a GPU, for every dtype. */
export const wordBytes = 4;
/** The manifest's version that this runtime reads. */
export const manifestVersion = 2;

/** Throws unless `data` is a typed array of the kind that `dtype` is stored in. */
export function checkArray(data: unknown, tensor: ManifestTensor): asserts data is Data {
  if (!isArrayOf(data, tensor)) throw wrongArray(data, tensor);
}

/** True if `data` is a typed array of the kind that `dtype` is stored in. */
export function isArrayOf(data: unknown, { dtype }: ManifestTensor): data is Data {
  const wanted = arrayOf[dtype];
  // Arrays of another realm (a frame, a vm context) are accepted too.
  return data instanceof wanted || (ArrayBuffer.isView(data) && data.constructor.name === wanted.name);
}

/** Advice on making `wanted` labels of one-hot rows, if there are as many numbers; otherwise an empty text. */
export function fromOneHot(data: unknown, { name, dtype, shape, range = 0 }: ManifestTensor, wanted: number): string {
  const isNested = Array.isArray(data) && Array.isArray(data[0]);
  const rows = isNested ? data.length * data[0].length : (data as Data | undefined)?.length;
  if (range < 2 || rows !== range * wanted || tagOf(data).startsWith('Big')) return '';
  const labels = isNested
    ? `${name}, (row) => row.indexOf(1)`
    : `{ length: ${wanted} }, (_, i) => ${name}.indexOf(1, ${range} * i) - ${range} * i`;
  const convert = shape.length === 1 ? `: ${arrayOf[dtype].name}.from(${labels})` : '';
  return ` Labels are the indices of classes, not one-hot rows${convert}.`;
}

/** The error for `data` of the wrong kind, with `remedy` or, without one, advice on converting it. */
export function wrongArray(data: unknown, { name, dtype, purpose }: ManifestTensor, remedy = ''): TapeoutError {
  const isInput = purpose === 'input';
  const { name: wanted } = arrayOf[dtype];
  const got = kindOf(data);
  const must = withArticle(wanted);
  const flat = Array.isArray(data) && Array.isArray(data[0]) ? '.flat(Infinity)' : '';
  const big = tagOf(data).startsWith('Big') ? ', Number' : '';
  const convert =
    (ArrayBuffer.isView(data) && tagOf(data) !== 'DataView') || Array.isArray(data)
      ? ` Convert it${isInput ? ' once, outside the loop' : ''}: ${wanted}.from(${isInput ? name : '…'}${flat}${big}).`
      : !isInput && tagOf(data) === 'Object'
        ? ` ${notByJson}`
        : '';
  const first =
    data === undefined && isInput ? ` Pass ${name}, or only the batch size once model.input('${name}') is filled.` : '';
  return new TapeoutError('wrong-array', `${name} must be ${must}, but it is ${got}.${remedy || convert}${first}`);
}

export const notByJson = 'JSON keeps neither maps nor typed arrays: save the bytes of model.toSafetensors().';

export function kindOf(x: unknown): string {
  if (x === undefined) return 'missing';
  if (x === null) return 'null';
  if (Array.isArray(x)) return 'a plain array';
  const name: unknown = typeof x === 'object' ? x.constructor?.name : typeof x;
  return withArticle(typeof name === 'string' && name !== '' ? brief(name) : 'object');
}

/** A number for a message, or the kind of a value that is not one. */
export const shownNumber = (x: unknown): string => (typeof x === 'number' ? String(x) : kindOf(x));

/** A text for a message, or the kind of a value that is not one. */
export const shownText = (x: unknown): string => (typeof x === 'string' ? `'${brief(x)}'` : kindOf(x));

/** A class's name by its tag, which also works for objects of another realm (a frame, a worker, a vm context). */
export const tagOf = (x: unknown): string => Object.prototype.toString.call(x).slice(8, -1);

/** A view of all bytes of a buffer, or of a view. */
export const bytesOf = (x: BufferSource | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(x) ? new Uint8Array(x.buffer, x.byteOffset, x.byteLength) : new Uint8Array(x);

const withArticle = (noun: string): string => `${/^(?!Uint|URL)[AEIOU]/i.test(noun) ? 'an' : 'a'} ${noun}`;

/** A shape with the batch n in it. */
export const shapeAt = (shape: readonly ManifestDim[], n: number): number[] =>
  shape.map((d) => (typeof d === 'number' ? d : d.batch * n));

/** Throws unless n is a whole number from 1 to the largest batch. */
export function checkBatch(n: number, maxBatch: number): void {
  if (Number.isInteger(n) && n >= 1 && n <= maxBatch) return;
  if (n === 0) throw new TapeoutError('empty-batch', 'the batch is empty: it must hold at least one sample.');
  if (typeof n === 'number' && n > maxBatch)
    throw new TapeoutError(
      'batch-too-large',
      `a batch of ${n} samples is over the maximum of ${maxBatch} that this module was compiled for. ` +
        'Pass fewer at a time, or compile again with a larger maxBatch.',
    );
  throw new TapeoutError(
    'wrong-length',
    `the batch size must be a whole number from 1 to ${maxBatch}, not ${shownNumber(n)}.`,
  );
}

/** The number of samples in `data`. Throws when it is not a whole number, or out of range. */
export function samplesIn(
  data: Data,
  { each, power, tensor }: { readonly each: number; readonly power: number; readonly tensor: ManifestTensor },
  maxBatch: number,
): number {
  const n = power === 1 ? data.length / each : Math.sqrt(data.length / each);
  if (Number.isInteger(n)) checkBatch(n, maxBatch);
  else
    throw new TapeoutError(
      'wrong-length',
      `${tensor.name} has ${data.length} values, which is not a whole number of samples: ` +
        `one sample of ${showShape(tensor.shape)} takes ${each}.`,
    );
  return n;
}

export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Throws unless `data` has the length `wanted`. The batch of n came from `given`, for the message. */
export function checkLength(data: Data, wanted: number, n: number, tensor: ManifestTensor, given: string): void {
  if (data.length === wanted) return;
  const why = hasBatch(tensor) ? `${given} holds ${counted(n, 'sample')}, for which ${tensor.name} needs` : 'it needs';
  const [first, ...others] = tensor.shape as number[];
  const isFixed = !hasBatch(tensor) && others.length > 0 && data.length % elementsAt(others, 1) === 0;
  const batch = isFixed ? ` If the ${first} is a batch, declare it as 'N', which may be any.` : '';
  throw new TapeoutError(
    'wrong-length',
    `${tensor.name} has ${counted(data.length, 'value')}, but ${why} ${wanted}: ` +
      `its shape is ${showShape(tensor.shape)}.${fromOneHot(data, tensor, wanted)}${batch}`,
  );
}

/** Throws unless the first `count` of `labels` are from 0 to range-1, or the value that the loss ignores. */
export function checkLabels(labels: Data, count: number, { name, range = 0, ignoreIndex }: ManifestTensor): void {
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (label >= 0 && label < range) continue;
    if (label !== ignoreIndex) throw labelError(name, label, i, range, ignoreIndex);
  }
}

function labelError(name: string, label: number, i: number, range: number, ignoreIndex: number | undefined) {
  const except = ignoreIndex === undefined ? '' : `, or ${ignoreIndex} for a sample to ignore`;
  const from1 = label === range ? ' If the labels count from 1, subtract 1.' : '';
  return new TapeoutError(
    'label-range',
    `${name}[${i}] is ${label}, but the labels of ${range} classes go from 0 to ${range - 1}${except}.${from1}`,
  );
}

/** Throws unless `value` is a number that float32 can hold. */
export function checkScalar(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return;
  const what = name === 'lr' ? 'the learning rate (lr)' : `the scalar '${name}'`;
  throw new TapeoutError(
    'not-finite',
    `${what} must be a finite number that fits float32, but it is ${shownNumber(value)}.`,
  );
}

/** A caller's or a file's text for a message: shortened, and without control characters. */
export const brief = (text: string): string => {
  if (typeof text !== 'string') return kindOf(text);
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it replaces them
  return short.replace(/[\0-\x1f\x7f-\x9f]/g, '\ufffd');
};

/** What an engine's error says, as part of a sentence: without the period that some end with. */
export const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replace(/\.$/, '');

/** The first names of a list, and their number if there are more. */
export const listed = (names: readonly string[]): string => {
  const first = names.slice(0, 12).map(brief).join(', ');
  return names.length <= 12 ? first : `${first}, … (${names.length})`;
};

/** `unknown parameter 'conv1.wieght'. Did you mean 'conv1.weight'?` */
export function unknownName(what: string, name: string, known: readonly string[]): TapeoutError {
  if (typeof name !== 'string')
    return new TapeoutError('unknown-name', `the name of the ${what} must be text, but it is ${kindOf(name)}.`);
  const near = nearest(name, known);
  const hint = near ? `Did you mean '${near}'?` : known.length > 0 ? `There are: ${listed(known)}.` : 'There are none.';
  return new TapeoutError('unknown-name', `unknown ${what} '${brief(name)}'. ${hint}`);
}

// Longer names are not compared, and only the first candidates are: a hint must not take seconds.
const longestName = 80;
const mostCandidates = 2000;

/** The known name that is closest in spelling, if one is close at all. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (name.length > longestName) return null;
  let best: string | null = null;
  // At most a third of the name, and never all of it.
  let least = name.length > 1 ? Math.ceil(name.length / 3) + 1 : 1;
  for (const candidate of known.slice(0, mostCandidates)) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

export const showShape = (shape: readonly ManifestDim[]): string =>
  `[${shape.map((d) => (typeof d === 'number' ? d : d.batch === 1 ? 'N' : `${d.batch}N`)).join(',')}]`;

/** How often a shape holds the batch. */
export const batchesOf = ({ shape }: ManifestTensor): number => shape.filter((d) => typeof d !== 'number').length;
export const hasBatch = (tensor: ManifestTensor): boolean => batchesOf(tensor) > 0;

/** The number of elements for a batch of n. */
export const elementsAt = (shape: readonly ManifestDim[], n: number): number =>
  shape.reduce<number>((product, d) => product * (typeof d === 'number' ? d : d.batch * n), 1);

/** True if bytes begin with the magic number of WebAssembly. */
export const beginsAsWasm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
