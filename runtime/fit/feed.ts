/** Batches as a model's calls take them: typed arrays of the model's types, in the order of its inputs and targets. */

import type { Argument } from '../call.ts';
import { arrayOf, brief, type Data, elementsAt, isArrayOf, kindOf, showShape, TapeoutError, tagOf } from '../check.ts';
import { elementsOf } from '../data/dtypes.ts';
import type { ManifestTensor } from '../manifest.ts';
import { isPromise } from './promise.ts';
import type { Batch, Batches, BatchSource, Field, Trainable } from './types.ts';

/** The inputs and targets of a model's entry. */
export class Feed {
  readonly inputs: readonly ManifestTensor[];
  /** Those that forward does not take. */
  readonly targets: readonly ManifestTensor[];
  readonly #model: Trainable;
  readonly #single: ManifestTensor | undefined;

  constructor(model: Trainable, entry: 'train_step' | 'evaluate') {
    const { entries, tensors } = model.manifest;
    const names = entries.find((e) => e.name === entry)?.inputs ?? [];
    const taken = entries.find((e) => e.name === 'forward')?.inputs ?? [];
    this.inputs = names.map((name) => tensors.find((t) => t.purpose === 'input' && t.name === name)!);
    this.targets = this.inputs.filter(({ name }) => !taken.includes(name));
    this.#single = this.inputs.find((t) => t.shape.some((d) => typeof d !== 'number') && elementsAt(t.shape, 1) > 0);
    this.#model = model;
  }

  /** The arguments of a call. Throws TapeoutError for what is not a batch of this model. */
  argumentsOf(batch: Batch): Argument[] {
    if (typeof batch === 'number') return [batch];
    return this.#ordered(batch).map((field, i) => converted(field, this.inputs[i]!));
  }

  /** The number of samples of arguments that a call has accepted. */
  samplesOf(args: readonly Argument[]): number {
    if (typeof args[0] === 'number') return args[0];
    const which = this.#single ? this.inputs.indexOf(this.#single) : -1;
    if (!this.#single || which < 0) return 1;
    const { length } = args[which] as Float32Array;
    const power = this.#single.shape.filter((d) => typeof d !== 'number').length;
    return Math.round((length / elementsAt(this.#single.shape, 1)) ** (1 / power));
  }

  /** The targets of a call by name, as views of its arguments or of the model's memory. */
  targetsOf(args: readonly Argument[], n: number): Record<string, Data> {
    const entries = this.targets.map((tensor) => {
      const { name, shape } = tensor;
      const whole = typeof args[0] === 'number' ? this.#memory(name) : args[this.inputs.indexOf(tensor)];
      return [name, (whole as Float32Array).subarray(0, elementsAt(shape, n))] as const;
    });
    return Object.fromEntries(entries);
  }

  #memory(name: string): unknown {
    return (this.#model as unknown as { inputs: Record<string, unknown> }).inputs[name];
  }

  #ordered(batch: Exclude<Batch, number>): readonly Field[] {
    const names = this.inputs.map(({ name }) => name);
    const takes = `[${names.join(', ')}] or { ${names.join(', ')} }`;
    if (Array.isArray(batch)) {
      if (batch.length === names.length) return batch;
      throw new TapeoutError('wrong-array', `a batch has ${batch.length} fields, but the model takes ${takes}.`);
    }
    if (tagOf(batch) !== 'Object' || isField(batch))
      throw new TapeoutError('wrong-array', `a batch must be ${takes}, but it is ${kindOf(batch)}.`);
    const given = batch as Readonly<Record<string, Field>>;
    const missing = names.find((name) => given[name] === undefined);
    if (missing === undefined) return names.map((name) => given[name]!);
    throw new TapeoutError(
      'wrong-array',
      `a batch lacks ${missing}: it has ${Object.keys(given).map(brief).join(', ') || 'nothing'}, but the model takes ${takes}.`,
    );
  }
}

const isField = (x: object): boolean => ArrayBuffer.isView(x) || ('data' in x && 'shape' in x);

/** A field's numbers in the type of its tensor. Throws TapeoutError where a value is lost, or the shape is another one. */
function converted(field: Field, tensor: ManifestTensor): Argument {
  const { name, dtype } = tensor;
  if (field === undefined || field === null || (typeof field === 'object' && !isField(field)))
    throw new TapeoutError(
      'wrong-array',
      `${name} must be a typed array, or { data, shape }, but it is ${kindOf(field)}.`,
    );
  const isShaped = !ArrayBuffer.isView(field) && typeof field === 'object';
  const data: unknown = isShaped ? field.data : field;
  if (isShaped) checkShape(field.shape, tensor);
  if (isArrayOf(data, tensor)) return data as Argument;
  if (!ArrayBuffer.isView(data) || tagOf(data) === 'DataView') return data as Argument; // the call says what is wrong
  const from = data as unknown as ArrayLike<number | bigint>;
  const out = new arrayOf[dtype](from.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(from[i]!);
    out[i] = value;
    if (dtype !== 'f32' && out[i] !== value)
      throw new TapeoutError(
        'wrong-array',
        `${name} is ${dtype}, which cannot hold ${from[i]}, element ${i} of the batch.`,
      );
  }
  return out;
}

/** Throws TapeoutError unless a shape is the tensor's, or differs in extents of 1 alone, or one of them is flat. */
function checkShape(given: readonly number[], { name, shape }: ManifestTensor): void {
  const batchAt = shape.findIndex((d) => typeof d !== 'number');
  const n = batchAt >= 0 && given.length === shape.length ? given[batchAt]! : (given[0] ?? 1);
  const wanted = shape.map((d) => (typeof d === 'number' ? d : d.batch * n));
  const ofSample = (dims: readonly number[]) => dims.slice(1).filter((d) => d !== 1);
  const [have, want] = [ofSample(given), ofSample(wanted)];
  const flat = have.length <= 1 || want.length <= 1;
  if (`${have}` === `${want}` || (flat && elementsOf(have) === elementsOf(want))) return;
  throw new TapeoutError(
    'wrong-shape',
    `${name} has the shape ${showShape(shape)}, but a batch gives it [${given.join(',')}].`,
  );
}

/** The next batch, or undefined at the end. */
export interface Reader {
  next(): Batch | undefined | PromiseLike<Batch | undefined>;
  close(): unknown;
}

/** The source of an epoch's batches. Throws TapeoutError for what cannot be iterated over. */
export function sourceOf(batches: Batches, epoch: number, what: string): BatchSource {
  const source = typeof batches === 'function' ? batches(epoch) : batches;
  if (
    source &&
    (Symbol.asyncIterator in Object(source) || Symbol.iterator in Object(source)) &&
    typeof source !== 'string'
  )
    return source;
  throw new TapeoutError(
    'bad-option',
    `${what} must be batches: a DataLoader, an array, or a function of the epoch that gives some, but it is ${kindOf(source)}.`,
  );
}

/** Reads a source from its beginning, or from its position. */
export function readerOf(source: BatchSource): Reader {
  const given = source as Partial<AsyncIterable<Batch> & Iterable<Batch>>;
  const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]!();
  const batchOf = ({ done, value }: IteratorResult<Batch>): Batch | undefined => (done ? undefined : value);
  return {
    next() {
      const result = iterator.next();
      return isPromise(result) ? result.then(batchOf) : batchOf(result as IteratorResult<Batch>);
    },
    close: () => iterator.return?.(),
  };
}
