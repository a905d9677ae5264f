/** Metrics of values: an output and a target of the same number of elements. Sums are in double precision. */
import { TapeoutError } from '../check.ts';
import { between, type MetricOptions } from './metric.ts';
import type { Counted, Metric } from './types.ts';

/** The mean absolute error over all elements. */
export const mae = (options: MetricOptions = {}): Metric => mean('mae', options, Math.abs);
/** The mean squared error over all elements. */
export const mse = (options: MetricOptions = {}): Metric => mean('mse', options, (d) => d * d);
/** The root of the mean squared error. */
export const rmse = (options: MetricOptions = {}): Metric => mean('rmse', options, (d) => d * d, Math.sqrt);

/** R², 1 - Σ(y - ŷ)² / Σ(y - mean y)², the mean over the values of a sample; NaN for a value that never changes. */
export function r2(options: MetricOptions = {}): Metric {
  return {
    ...between(options),
    name: options.name ?? 'r2',
    begin() {
      let [values, n] = [0, 0];
      // Sums of y - y0, where y0 is the first target: large targets then keep their digits.
      let [first, sum, squares, residuals] = [0, 0, 0, 0].map(() => new Float64Array(0)) as Float64Array[] as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return {
        add(batch) {
          check('r2', batch);
          const { output, target, samples } = batch;
          if (n === 0) {
            values = target.length / samples;
            first = Float64Array.from(target.subarray(0, values));
            [sum, squares, residuals] = [new Float64Array(values), new Float64Array(values), new Float64Array(values)];
          }
          for (let i = 0; i < target.length; i++) {
            const j = i % values;
            const [d, r] = [target[i]! - first[j]!, target[i]! - output[i]!];
            sum[j]! += d;
            squares[j]! += d * d;
            residuals[j]! += r * r;
          }
          n += samples;
        },
        value() {
          const each = Array.from(residuals, (r, j) => {
            const total = squares[j]! - sum[j]! ** 2 / n;
            return total > 0 ? 1 - r / total : Number.NaN;
          });
          return each.reduce((a, b) => a + b, 0) / each.length;
        },
      };
    },
  };
}

function mean(
  kind: string,
  options: MetricOptions,
  of: (difference: number) => number,
  after: (mean: number) => number = (m) => m,
): Metric {
  const name = options.name ?? kind;
  return {
    ...between(options),
    name,
    begin() {
      let [sum, count] = [0, 0];
      return {
        add(batch) {
          check(name, batch);
          const { output, target } = batch;
          for (let i = 0; i < output.length; i++) sum += of(output[i]! - target[i]!);
          count += output.length;
        },
        value: () => after(sum / count),
      };
    },
  };
}

function check(name: string, { output, target, shape, targetShape }: Counted): void {
  if (output.length === target.length) return;
  throw new TapeoutError(
    'wrong-shape',
    `${name} compares an output with a target of the same size, but their shapes are [${shape}] and [${targetShape}].`,
  );
}
