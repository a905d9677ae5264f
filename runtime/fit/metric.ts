/** Metrics that users make, and what all metrics share. */
import { type Data, TapeoutError } from '../check.ts';
import { elementsOf } from '../data/dtypes.ts';
import type { Counted, Metric } from './types.ts';

/** Which tensors a metric compares. */
export interface MetricOptions {
  /** The name of the metric in results. */
  readonly name?: string | undefined;
  /** The output, by its name or number among those that forward returns; defaults to the first. */
  readonly output?: string | number | undefined;
  /** The target by name; defaults to the first. */
  readonly target?: string | undefined;
}

/** A metric whose value is the mean over the samples of what `ofBatch` gives for a batch. */
export function metric(name: string, ofBatch: (batch: Counted) => number, options: MetricOptions = {}): Metric {
  if (typeof ofBatch !== 'function')
    throw new TapeoutError('bad-option', `metric('${name}') takes a function of a batch that gives a number.`);
  return {
    ...between(options),
    name,
    begin() {
      let [sum, samples] = [0, 0];
      return {
        add(batch) {
          sum += ofBatch(batch) * batch.samples;
          samples += batch.samples;
        },
        value: () => sum / samples,
      };
    },
  };
}

/** The tensors of a metric's options. */
export const between = ({ output, target }: MetricOptions): Pick<Metric, 'output' | 'target'> => ({ output, target });

/** The classes of a batch: calls `each` with the label and the logits' place for every label that is not ignored. The classes are the
 *  output's second extent, as in [N,C] and [N,C,H,W]; targets are labels, or rows of as many probabilities. */
export function eachLabel(
  name: string,
  batch: Counted,
  each: (label: number, at: number, stride: number) => void,
): number {
  const { shape, targetShape, target, ignoreIndex } = batch;
  const [n = 0, classes = 0, ...rest] = shape;
  const inner = elementsOf(rest);
  const isOneHot = `${targetShape}` === `${shape}` && target instanceof Float32Array;
  if (shape.length < 2 || classes < 2 || (!isOneHot && target.length !== n * inner))
    throw new TapeoutError(
      'wrong-shape',
      `${name} takes an output [N,C] of C classes and labels [N], but the output has the shape [${shape}] and the target [${targetShape}].`,
    );
  for (let i = 0; i < n; i++)
    for (let k = 0; k < inner; k++) {
      const at = i * classes * inner + k;
      const label = isOneHot ? greatest(target, at, classes, inner) : target[i * inner + k]!;
      if (isOneHot || label !== ignoreIndex) each(label, at, inner);
    }
  return classes;
}

/** The class with the greatest value, the first of equal ones. */
export function greatest(values: Data, at: number, classes: number, stride: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (values[at + c * stride]! > values[at + best * stride]!) best = c;
  return best;
}
