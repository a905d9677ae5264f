/** Loads the samples of a batch from a data set, and applies the transforms: in a worker, or where the loader is. */
import { wordsOf } from '../check.ts';
import { DataError } from './error.ts';
import { sampleRandom } from './sample-random.ts';
import type { Dataset, Field, Sample, SampleContext } from './types.ts';

/** A function of a field. */
export type TransformFunction = (field: never, context: SampleContext) => Field | Promise<Field>;
/** A function of a field, or an object that has one, as those of tapeout/data. */
export type Transform = TransformFunction | { apply(field: never, context: SampleContext): Field | Promise<Field> };

export interface Source {
  readonly dataset: Dataset;
  /** Applied to the first field of a sample. */
  readonly transform?: Transform | undefined;
  /** Applied to the second. */
  readonly targetTransform?: Transform | undefined;
}

/** The samples at `indices`, together if the data set loads them later. `key` is the epoch's, for random numbers. Throws DataError, or
 *  rejects with it, with the index of the sample that cannot be loaded. */
export function fetchSamples(source: Source, indices: readonly number[], key: bigint): Sample[] | Promise<Sample[]> {
  const samples = indices.map((index) => {
    const context = { index, random: sampleRandom(key, index) };
    return naming(index, () => transformed(source, source.dataset.get(index, context), context));
  });
  return samples.some((sample) => sample instanceof Promise) ? Promise.all(samples) : (samples as Sample[]);
}

/** Runs `load`, with the index in front of what its error says. */
export function naming<T>(index: number, load: () => T | Promise<T>): T | Promise<T> {
  const fail = (cause: unknown): never => {
    throw new DataError(`sample ${index} cannot be loaded: ${wordsOf(cause)}.`, { cause });
  };
  try {
    const loaded = load();
    return loaded instanceof Promise ? loaded.catch(fail) : loaded;
  } catch (error) {
    return fail(error);
  }
}

/** A sample with its first and its second field through the transforms. */
export function transformed(
  { transform, targetTransform }: Omit<Source, 'dataset'>,
  sample: Sample | Promise<Sample>,
  context: SampleContext,
): Sample | Promise<Sample> {
  if (!transform && !targetTransform) return sample;
  if (sample instanceof Promise) return sample.then((s) => transformed({ transform, targetTransform }, s, context));
  const keys = Array.isArray(sample) ? [0, 1] : isRecord(sample) ? Object.keys(sample) : null;
  if (!keys) return transform ? (call(transform, sample as Field, context) as Sample) : sample;
  const result = (Array.isArray(sample) ? [...sample] : { ...(sample as object) }) as Record<string, unknown>;
  const later: Promise<void>[] = [];
  for (const [i, t] of [transform, targetTransform].entries()) {
    const key = keys[i];
    if (!t || key === undefined || !(key in result)) continue;
    const made = call(t, result[key] as Field, context);
    const put = (value: Field): void => {
      result[key] = value;
    };
    if (made instanceof Promise) later.push(made.then(put));
    else put(made);
  }
  return later.length > 0 ? Promise.all(later).then(() => result as Sample) : (result as Sample);
}

/** A field through a transform. */
export const call = (transform: Transform, field: Field, context: SampleContext): Field | Promise<Field> =>
  typeof transform === 'function' ? transform(field as never, context) : transform.apply(field as never, context);

const isRecord = (sample: unknown): boolean =>
  typeof sample === 'object' &&
  sample !== null &&
  !ArrayBuffer.isView(sample) &&
  !('data' in sample && 'shape' in sample);
