/** Metrics of classes. An output [N,C] or [N,C,...] has a value for each of C classes; a target has labels [N] or [N,...], or rows of
 *  probabilities. Labels that the loss ignores are not counted. */
import { shownNumber, TapeoutError } from '../check.ts';
import { between, eachLabel, greatest, type MetricOptions } from './metric.ts';
import type { Count, Counted, Metric, MetricValue } from './types.ts';

/** Options of metrics of classes. */
export interface ClassOptions extends MetricOptions {
  /** For an output of one value a sample, [N] or [N,1], and targets 0 and 1: greater values are class 1. With BCEWithLogitsLoss it is
   *  0, with BCELoss 0.5. */
  readonly threshold?: number | undefined;
}
/** Options of precision, recall and F1. */
export interface ScoreOptions extends ClassOptions {
  /** `'macro'`, the default, is the mean over the classes that occur, `'micro'` counts all samples alike, and `'none'` gives a list. */
  readonly average?: 'macro' | 'micro' | 'none' | undefined;
}

/** The share of samples whose greatest output is at their label. */
export function accuracy(options: ClassOptions = {}): Metric {
  return {
    ...between(options),
    name: options.name ?? 'accuracy',
    begin() {
      let [right, of] = [0, 0];
      return {
        add(batch) {
          eachPair('accuracy', batch, options, (label, predicted) => {
            of++;
            if (label === predicted) right++;
          });
        },
        value: () => right / of,
      };
    },
  };
}

/** The share of samples whose label is among the k greatest outputs; of equal outputs, the first class is the greater. */
export function topK(k: number, options: MetricOptions = {}): Metric {
  if (!Number.isInteger(k) || k < 1)
    throw new TapeoutError('bad-option', `topK takes a whole number from 1 on, but it got ${shownNumber(k)}.`);
  const name = options.name ?? `top${k}`;
  return {
    ...between(options),
    name,
    begin() {
      let [right, of] = [0, 0];
      return {
        add(batch) {
          const { output, shape } = batch;
          eachLabel(name, batch, (label, at, stride) => {
            const own = output[at + label * stride]!;
            let before = 0;
            for (let c = 0; c < shape[1]!; c++) {
              const value = output[at + c * stride]!;
              if (value > own || (value === own && c < label)) before++;
            }
            of++;
            if (before < k) right++;
          });
        },
        value: () => right / of,
      };
    },
  };
}

/** The number of samples by their label, the row, and the class with the greatest output, the column. */
export function confusionMatrix(options: ClassOptions = {}): Metric {
  return onMatrix(options.name ?? 'confusionMatrix', options, (matrix) => matrix);
}

/** TP / (TP + FP), 0 where nothing was predicted. */
export const precision = (options: ScoreOptions = {}): Metric =>
  score('precision', options, ({ hits, predicted }) => ratio(hits, predicted));
/** TP / (TP + FN), 0 where there are no samples. */
export const recall = (options: ScoreOptions = {}): Metric =>
  score('recall', options, ({ hits, labelled }) => ratio(hits, labelled));
/** 2·TP / (2·TP + FP + FN), the harmonic mean of precision and recall. */
export const f1 = (options: ScoreOptions = {}): Metric =>
  score('f1', options, ({ hits, predicted, labelled }) => ratio(2 * hits, predicted + labelled));

/** The counts of a class. */
export interface Score {
  /** Samples of the class that were predicted as such. */
  readonly hits: number;
  /** Samples that were predicted as the class, and samples of the class. */
  readonly predicted: number;
  readonly labelled: number;
}

function score(kind: string, options: ScoreOptions, of: (score: Score) => number): Metric {
  const { average = 'macro' } = options;
  if (!['macro', 'micro', 'none'].includes(average))
    throw new TapeoutError(
      'bad-option',
      `average must be 'macro', 'micro' or 'none', but it is ${shownNumber(average)}.`,
    );
  return onMatrix(options.name ?? kind, options, (matrix) => {
    const scores = matrix.map((row, c) => ({
      hits: row[c]!,
      predicted: matrix.reduce((sum, other) => sum + other[c]!, 0),
      labelled: row.reduce((a, b) => a + b, 0),
    }));
    if (average === 'none') return scores.map(of);
    if (average === 'micro') return of(scores.reduce(added, { hits: 0, predicted: 0, labelled: 0 }));
    const there = scores.filter(({ predicted, labelled }) => predicted + labelled > 0).map(of);
    return there.reduce((a, b) => a + b, 0) / there.length;
  });
}

const added = (a: Score, b: Score): Score => ({
  hits: a.hits + b.hits,
  predicted: a.predicted + b.predicted,
  labelled: a.labelled + b.labelled,
});
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

function onMatrix(name: string, options: ClassOptions, value: (matrix: number[][]) => MetricValue): Metric {
  return {
    ...between(options),
    name,
    begin(): Count {
      const matrix: number[][] = [];
      return {
        add(batch) {
          const classes = options.threshold === undefined ? (batch.shape[1] ?? 0) : 2;
          while (matrix.length < classes) matrix.push(new Array(classes).fill(0));
          eachPair(name, batch, options, (label, predicted) => {
            matrix[label]![predicted]!++;
          });
        },
        value: () => value(matrix.map((row) => [...row])),
      };
    },
  };
}

/** Calls `each` with the label and the predicted class of every sample. */
function eachPair(
  name: string,
  batch: Counted,
  { threshold }: ClassOptions,
  each: (label: number, predicted: number) => void,
): void {
  const { shape, output, target } = batch;
  const isOne = shape.length < 2 || (shape.length === 2 && shape[1] === 1);
  if (!isOne) {
    eachLabel(name, batch, (label, at, stride) => each(label, greatest(output, at, shape[1]!, stride)));
    return;
  }
  if (threshold === undefined)
    throw new TapeoutError(
      'bad-option',
      `${name} of an output with one value a sample, [${shape}], needs a threshold: 0 for logits (BCEWithLogitsLoss), 0.5 for ` +
        `probabilities (BCELoss). Call ${name}({ threshold: 0 }).`,
    );
  if (target.length !== output.length)
    throw new TapeoutError(
      'wrong-shape',
      `${name}: the output has the shape [${shape}], the target [${batch.targetShape}].`,
    );
  for (let i = 0; i < output.length; i++) each(target[i]! > 0.5 ? 1 : 0, output[i]! > threshold ? 1 : 0);
}
