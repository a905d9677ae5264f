/** Hands out batches: in arrays of their own, in arrays that are used again, or in arrays that the caller names. */
import { batchOf, type Stacked, type StackedBatch } from './collate.ts';
import { arrayOf, dtypeOf } from './dtypes.ts';
import { DataError } from './error.ts';
import type { Dtype, NdArray, TypedArray } from './types.ts';

/** Arrays in the form of a sample: a list, a record, or one. */
export type Targets = TypedArray | readonly TypedArray[] | { readonly [name: string]: TypedArray };

export class Delivery {
  readonly #into: Targets | undefined;
  readonly #reuse: boolean;
  readonly #ahead: number;
  /** The type of each field of plain numbers, once a batch has settled it. */
  readonly #settled: Dtype[] = [];
  /** For each field, arrays in the order in which they are used again. */
  readonly #kept: TypedArray[][] = [];

  constructor(into: Targets | undefined, reuse: boolean, ahead: number) {
    [this.#into, this.#reuse, this.#ahead] = [into, reuse, ahead];
  }

  /** An array for a field of a batch. */
  readonly allocate = (dtype: Dtype, length: number, field: number): TypedArray => {
    if (this.#into && this.#ahead === 0) {
      const target = this.#target(field);
      if (target && dtypeOf(target) === storedAs(dtype) && target.length >= length) return target.subarray(0, length);
    }
    return this.#reuse ? this.#again(dtype, length, field) : new arrayOf[dtype](length);
  };

  /** The batch that the user gets. `isLent` if its memory will be written to again. Throws DataError where it does not fit the arrays that the user named, or where plain numbers that
   *  were whole are no longer. */
  hand({ form, fields }: StackedBatch, isLent: boolean): unknown {
    const names = typeof form === 'string' ? null : form;
    const handed = fields.map((stacked, i) => {
      const what = names ? `'${names[i]}'` : form === 'one' ? 'of samples' : `${i}`;
      const field = stacked.isPlain ? this.#settle(stacked, i, what) : stacked;
      const target = this.#into ? this.#target(names ? names[i]! : i, true) : undefined;
      // Plain numbers were converted, which made an array of its own.
      const copies = isLent && !stacked.isPlain;
      const data = target ? written(field, target, what) : copies ? this.#copy(field, i) : field.data;
      return { data, shape: field.shape, dtype: target ? (dtypeOf(target) as Dtype) : field.dtype } as NdArray;
    });
    return batchOf(form, handed);
  }

  /** An array of plain JavaScript memory, which nobody writes to while the user has it. */
  #copy({ data, dtype }: Stacked, i: number): TypedArray {
    const copy = this.#reuse ? this.#again(dtype, data.length, i) : new arrayOf[dtype](data.length);
    copy.set(data as never);
    return copy;
  }

  #again(dtype: Dtype, length: number, field: number): TypedArray {
    this.#kept[field] ??= [];
    const kept = this.#kept[field];
    // One for each batch that is ahead, and one for that which the user has.
    const old = kept.length > this.#ahead + 1 ? kept.shift() : undefined;
    const array = old && dtypeOf(old) === storedAs(dtype) && old.length >= length ? old : new arrayOf[dtype](length);
    kept.push(array);
    return array.length === length ? array : array.subarray(0, length);
  }

  #target(key: number | string, must = false): TypedArray | undefined {
    const into = this.#into as Targets;
    const found = dtypeOf(into) ? (key === 0 ? into : undefined) : (into as Record<string, TypedArray>)[key];
    if (found === undefined && must)
      throw new DataError(`DataLoader: into has no array for field ${key} of the samples. Name one for each.`);
    return found as TypedArray | undefined;
  }

  /** Plain numbers in the type of the first batch's: i32 if those were whole. */
  #settle(field: Stacked, i: number, what: string): Stacked {
    const data = field.data as Float64Array;
    const isWhole = data.every((v) => (v | 0) === v);
    this.#settled[i] ??= isWhole ? 'i32' : 'f32';
    const dtype = this.#settled[i] as 'i32' | 'f32';
    if (dtype === 'i32' && !isWhole)
      throw new DataError(
        `DataLoader: field ${what} held whole numbers in the first batch, which became i32, but now it holds ` +
          `${data.find((v) => (v | 0) !== v)}. Say what it is: return { data: Float32Array.of(value), shape: [] } in place of the number.`,
      );
    return { data: dtype === 'i32' ? Int32Array.from(data) : Float32Array.from(data), shape: field.shape, dtype };
  }
}

const storedAs = (dtype: Dtype): Dtype => (dtype === 'bool' ? 'u8' : dtype);

/** The elements of a field in the first elements of the user's array. */
function written({ data, dtype }: Stacked, target: TypedArray, what: string): TypedArray {
  if (dtypeOf(target) !== storedAs(dtype))
    throw new DataError(
      `DataLoader: field ${what} is ${dtype}, but the array to write it to is ${target.constructor.name}. Return it from the data set, or ` +
        'from a transform, in that type.',
    );
  if (data.length > target.length)
    throw new DataError(
      `DataLoader: field ${what} of a batch has ${data.length} values, but the array to write it to has room for ${target.length}. ` +
        'Take a smaller batchSize, or compile the model with a larger maxBatch.',
    );
  const part = target.subarray(0, data.length);
  if (data.buffer !== target.buffer || data.byteOffset !== target.byteOffset) part.set(data as never);
  return part;
}
