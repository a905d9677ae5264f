/** The mean and deviation of a data set's images, for Normalize. */
import { DataError } from './error.ts';
import { fetchSamples, type Transform } from './fetch.ts';
import { extentsOf } from './transforms/image.ts';
import { ToTensor } from './transforms/values.ts';
import type { Dataset, Field, Sample } from './types.ts';

/** Mean and standard deviation of each channel. */
export interface Statistics {
  /** By channel. */
  readonly mean: readonly number[];
  /** The standard deviation over all pixels of all images, by channel. */
  readonly std: readonly number[];
}

/** The statistics of the first field of all samples, after `transform`: `new ToTensor()` unless given. Throws DataError when there are
 *  no samples, or when they are not images of one number of channels. */
export async function statistics(
  dataset: Dataset<Sample>,
  { transform = new ToTensor() }: { readonly transform?: Transform } = {},
): Promise<Statistics> {
  const sums: { count: number; mean: number; squares: number }[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const [sample] = (await fetchSamples({ dataset, transform }, [i], 0n)) as [Sample];
    const field = (Array.isArray(sample) ? sample[0] : sample) as Field;
    const { image, planes, height, width } = extentsOf(field, 'statistics');
    if (i > 0 && planes !== sums.length)
      throw new DataError(`statistics: sample ${i} has ${planes} channels, but those before have ${sums.length}.`);
    const each = height * width;
    for (let c = 0; c < planes; c++) {
      sums[c] ??= { count: 0, mean: 0, squares: 0 };
      const s = sums[c]!;
      // Welford's method, which keeps its digits where the mean is large.
      for (let at = c * each; at < (c + 1) * each; at++) {
        const v = image.data[at]!;
        s.count++;
        const before = v - s.mean;
        s.mean += before / s.count;
        s.squares += before * (v - s.mean);
      }
    }
  }
  if (sums.length === 0) throw new DataError('statistics: the data set has no samples.');
  return { mean: sums.map((s) => s.mean), std: sums.map((s) => Math.sqrt(s.squares / s.count)) };
}
