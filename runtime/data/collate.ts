/** Stacks samples into a batch: field by field, in one array each, with the number of samples as the first extent. */
import { brief, kindOf } from '../check.ts';
import { arrayOf, dtypeOf, elementsOf, isBig, isTypedArray } from './dtypes.ts';
import { DataError } from './error.ts';
import type { Dtype, Field, Nested, Sample, TypedArray } from './types.ts';

/** A field as elements: `isPlain` where the sample has numbers without a type, held in doubles. */
export interface Stacked {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly isPlain?: boolean;
}
/** The form of a sample: a list, the names of a record, or one field. */
export type Form = 'list' | 'one' | readonly string[];
export interface StackedBatch {
  readonly form: Form;
  readonly fields: readonly Stacked[];
}

/** Gives an array of at least so many elements to stack a field in; which may be one that was used before. */
export type Allocate = (dtype: Dtype, length: number, field: number) => TypedArray;
export const newArray: Allocate = (dtype, length) => new arrayOf[dtype](length);

/** Stacks the samples of a batch. `indices` name them in errors. Throws DataError where they do not fit each other. */
export function stack(samples: readonly Sample[], indices: readonly number[], allocate = newArray): StackedBatch {
  const form = formOf(samples[0] as Sample);
  const names = typeof form === 'string' ? null : form;
  const count = form === 'one' ? 1 : (names ?? (samples[0] as readonly Field[])).length;
  const at = (sample: Sample, field: number, i: number): Field => {
    if (form === 'one') return sample as Field;
    const isSame = names ? isRecord(sample) : Array.isArray(sample) && sample.length === count;
    const value = isSame
      ? names
        ? (sample as Record<string, Field>)[names[field]!]
        : (sample as Field[])[field]
      : undefined;
    if (value === undefined) throw otherForm(form, count, sample, indices[i]!, names?.[field]);
    return value;
  };
  const fields = Array.from({ length: count }, (_, field) =>
    stackField(
      samples.map((sample, i) => at(sample, field, i)),
      indices,
      names ? `field '${brief(names[field]!)}'` : form === 'one' ? 'the sample' : `field ${field}`,
      (dtype, length) => allocate(dtype, length, field),
    ),
  );
  return { form, fields };
}

/** The batch that a user gets: of the samples' form. */
export function batchOf<T>(form: Form, fields: readonly T[]): unknown {
  if (form === 'one') return fields[0];
  if (form === 'list') return fields;
  return Object.fromEntries(form.map((name, i) => [name, fields[i]]));
}

const isRecord = (sample: unknown): boolean =>
  typeof sample === 'object' &&
  sample !== null &&
  !Array.isArray(sample) &&
  !isTypedArray(sample) &&
  !isArrayField(sample);
const isArrayField = (x: unknown): x is { data: TypedArray; shape: readonly number[]; dtype?: Dtype } =>
  typeof x === 'object' && x !== null && isTypedArray((x as { data?: unknown }).data) && 'shape' in x;

function formOf(sample: Sample): Form {
  if (Array.isArray(sample)) return 'list';
  return isRecord(sample) ? Object.keys(sample as object) : 'one';
}

function otherForm(form: Form, count: number, sample: unknown, index: number, name?: string): DataError {
  const first =
    form === 'list' ? `a list of ${count} fields` : `a record of ${(form as readonly string[]).map(brief).join(', ')}`;
  const found = Array.isArray(sample)
    ? `a list of ${sample.length}`
    : name !== undefined && isRecord(sample)
      ? `a record without '${brief(name)}'`
      : kindOf(sample);
  return new DataError(
    `sample ${index} is ${found}, but the first of its batch is ${first}. All samples must have the same fields.`,
  );
}

function stackField(values: readonly Field[], indices: readonly number[], what: string, allocate: Allocate): Stacked {
  const first = partOf(values[0] as Field, what, indices[0]!);
  const each = elementsOf(first.shape);
  const shape = [values.length, ...first.shape];
  const { dtype, isPlain } = first;
  const data = isPlain ? new Float64Array(each * values.length) : allocate(dtype, each * values.length, 0);
  values.forEach((value, i) => {
    const part = i === 0 ? first : partOf(value, what, indices[i]!);
    if (part.dtype !== dtype || part.isPlain !== isPlain || !sameShape(part.shape, first.shape))
      throw new DataError(
        `${what} of sample ${indices[i]} is ${shown(part)}, but that of sample ${indices[0]} is ${shown(first)}, and the two are in ` +
          'one batch. Resize, crop or pad them to one shape, or stack them in a collate of your own.',
      );
    if (typeof part.data === 'number' || typeof part.data === 'bigint') data[i] = part.data as never;
    else if (Array.isArray(part.data))
      flatten(part.data, part.shape, data as Float64Array, i * each, what, indices[i]!);
    else data.set(part.data as never, i * each);
  });
  return { data, shape, dtype, ...(isPlain && { isPlain }) };
}

interface Part {
  readonly data: number | bigint | TypedArray | Nested;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly isPlain: boolean;
}

function partOf(value: Field, what: string, index: number): Part {
  if (typeof value === 'number') return { data: value, shape: [], dtype: 'f64', isPlain: true };
  if (typeof value === 'boolean') return { data: Number(value), shape: [], dtype: 'bool', isPlain: false };
  if (typeof value === 'bigint') return { data: value, shape: [], dtype: 'i64', isPlain: false };
  const own = dtypeOf(value);
  if (own) return { data: value as TypedArray, shape: [(value as TypedArray).length], dtype: own, isPlain: false };
  if (Array.isArray(value))
    return { data: value as Nested, shape: shapeOfNested(value as Nested), dtype: 'f64', isPlain: true };
  if (isArrayField(value)) {
    const { data, shape, dtype = dtypeOf(data) as Dtype } = value;
    const fits = Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent) && extent >= 0);
    if (!fits || elementsOf(shape) !== data.length)
      throw new DataError(
        `${what} of sample ${index} has ${data.length} values, which do not fill its shape, ${JSON.stringify(shape)}.`,
      );
    if (arrayOf[dtype]?.BYTES_PER_ELEMENT !== data.BYTES_PER_ELEMENT || isBig(dtype) !== isBig(dtypeOf(data) as Dtype))
      throw new DataError(
        `${what} of sample ${index} says that it is ${brief(dtype)}, but its data are ${kindOf(data)}.`,
      );
    return { data, shape, dtype, isPlain: false };
  }
  throw new DataError(
    `${what} of sample ${index} is ${kindOf(value)}. A field is a number, a typed array, nested lists of numbers, or { data, shape }.`,
  );
}

function shapeOfNested(value: Nested): number[] {
  const shape: number[] = [];
  for (let at: number | Nested | undefined = value; Array.isArray(at); at = at[0]) shape.push(at.length);
  return shape;
}

function flatten(
  list: Nested,
  [extent = 0, ...inner]: readonly number[],
  out: Float64Array,
  from: number,
  what: string,
  index: number,
): void {
  const each = elementsOf(inner);
  if (list.length !== extent)
    throw new DataError(`${what} of sample ${index} is nested lists that are not of one shape.`);
  list.forEach((item, i) => {
    const isLeaf = inner.length === 0;
    if (isLeaf ? typeof item !== 'number' : !Array.isArray(item))
      throw new DataError(`${what} of sample ${index} is nested lists, but not of numbers of one depth.`);
    if (isLeaf) out[from + i] = item as number;
    else flatten(item as Nested, inner, out, from + i * each, what, index);
  });
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((extent, i) => extent === b[i]);
const shown = ({ dtype, shape, isPlain }: Part): string => `${isPlain ? 'numbers ' : dtype}[${shape}]`;
