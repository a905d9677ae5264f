/** Trains a compiled model on a data set, and keeps the position by which `tapeout train` resumes. The loop is that of `tapeout/fit`. */

import { DataError } from '../runtime/data/error.ts';
import {
  accuracy,
  type Callback,
  evaluate,
  type Epoch as FitEpoch,
  type Progress as FitProgress,
  type Measured,
  type Metric,
} from '../runtime/fit/index.ts';
import { type RunState, run } from '../runtime/fit/run.ts';
import { Schedules } from '../runtime/fit/schedule.ts';
import type { GpuModel, Model } from '../runtime/index.ts';
import { Generator } from '../runtime/random.ts';
import type { Split } from './data/dataset.ts';
import { gather, type Table, type Tables, tablesOf } from './data/table.ts';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** The seed of the order of the samples in each epoch. */
  readonly seed: number | bigint;
  /** What is measured on the test set besides the loss; the accuracy by default, if the targets are labels. */
  readonly metrics?: readonly Metric[];
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onEpoch?: (epoch: Epoch) => void;
  readonly callbacks?: readonly Callback[];
  /** The position of an earlier training to continue from; the model must hold its state. */
  readonly from?: Position;
  /** Called while no step is in flight: every `restEvery` steps, or after each epoch if that is undefined. */
  readonly onRest?: (position: Position) => void | Promise<void>;
  readonly restEvery?: number | undefined;
}

/** The position of a training. Together with the model's state, it decides all that follows. */
export interface Position {
  /** The current epoch, from 1 on, and the number of its samples that are done. */
  readonly epoch: number;
  readonly samples: number;
  /** The loss of each step so far. */
  readonly losses: readonly number[];
  /** The finished epochs. */
  readonly epochs: readonly Epoch[];
}

/** The progress of an epoch, whose samples are `of`. */
export interface Progress extends Omit<FitProgress, 'of'> {
  readonly of: number;
}

export interface Epoch {
  readonly epoch: number;
  /** Steps taken since training began. */
  readonly step: number;
  readonly loss: number;
  /** The share of the test set that is classified correctly; null if that is not measured. */
  readonly accuracy: number | null;
  /** The learning rate of its last step, and the numbers of the test set; earlier versions kept neither. */
  readonly lr?: number | null;
  readonly test?: Readonly<Record<string, number>> | null;
  /** The time of training alone, without the test. */
  readonly seconds: number;
  /** The samples that were learnt in it. */
  readonly samples: number;
}

export interface History extends Position {
  readonly end: 'done' | 'stopped' | 'diverged';
}

/** A model on any device. */
export type AnyModel = Model | GpuModel;

/** Runs `epochs` epochs over a new permutation of the samples each, the short last batch included. */
export async function train(model: AnyModel, data: Split | Tables, options: TrainingOptions): Promise<History> {
  const { epochs, batchSize, seed, signal, onProgress, onEpoch, from, onRest, restEvery } = options;
  const { train, test } = 'columns' in data.train ? (data as Tables) : tablesOf(data as Split, inputNames(model));
  const { callbacks = [], metrics = countsCorrect(model) ? [accuracy()] : [] } = options;
  checkLastBatch(model, train, batchSize);
  const positionOf = ({ epoch, samples, losses, epochs }: RunState): Position => ({
    ...{ epoch, samples, losses: [...losses] },
    epochs: [...(from?.epochs ?? []), ...epochs.slice(from?.epochs.length ?? 0).map(recordOf)],
  });
  const { end, state } = await run(
    model,
    {
      train: shuffled(model, train, batchSize, seed),
      validation: () => inOrder(model, test),
      ...{ epochs, metrics, signal },
      callbacks: [{ onEpochEnd: (_, epoch) => onEpoch?.(recordOf(epoch)) }, ...callbacks],
      schedules: new Schedules(),
      onProgress: onProgress && ((progress) => onProgress({ ...progress, of: train.count })),
      every: restEvery,
      onRest: onRest && ((state) => onRest(positionOf(state))),
    },
    from ? stateAt(from, batchSize, train.count) : null,
  );
  return { ...positionOf(state), end: end === 'early' ? 'stopped' : end };
}

/** What metrics make of a data set, and its mean loss. */
export const measureOn = (model: AnyModel, table: Table, metrics: readonly Metric[]): Promise<Measured> =>
  evaluate(model, () => inOrder(model, table), { metrics });

/** True for a model whose entries count correct answers: its targets are labels. */
const countsCorrect = ({ manifest }: AnyModel): boolean =>
  manifest.entries.some((e) => e.name === 'evaluate' && e.outputs.includes('correct'));

function recordOf({ epoch, step, loss, seconds, learnt, lr, validation }: FitEpoch): Epoch {
  const numbers = Object.entries(validation?.metrics ?? {}).filter(([, value]) => typeof value === 'number');
  const test: Record<string, number> | null = validation && {
    loss: validation.loss,
    ...Object.fromEntries(numbers as [string, number][]),
  };
  return { ...{ epoch, step, loss, seconds, samples: learnt, lr, test }, accuracy: test?.accuracy ?? null };
}

/** The state of the loop at a position. */
function stateAt({ epoch, samples, losses, epochs }: Position, batchSize: number, count: number): RunState {
  const batches = Math.ceil(samples / batchSize);
  return {
    ...{ epoch, batches, samples, reason: null, isOver: samples >= count, last: samples > 0 ? batchSize : 0 },
    sum: sumOf(losses, samples, batchSize),
    losses: Float32Array.from(losses),
    epochs: epochs.map(({ epoch, step, loss, seconds, samples }) => ({
      ...{ epoch, step, loss, seconds, samples, learnt: samples, lr: null, validation: null },
    })),
    source: { at: samples },
  };
}

/** The batches of each epoch in an order of its own, written to the model's memory. */
function shuffled(model: AnyModel, data: Table, batchSize: number, seed: number | bigint) {
  const into = memoryOf(model, data);
  const generator = new Generator(seed);
  let [drawn, order] = [0, new Int32Array()];
  return (epoch: number) => {
    for (; drawn < epoch; drawn++) order = generator.permutation(data.count);
    let at = 0;
    return {
      length: Math.ceil(data.count / batchSize),
      stateDict: () => ({ at }),
      loadStateDict(state: { at: number }) {
        at = state.at;
      },
      *[Symbol.iterator]() {
        while (at < data.count) {
          const n = gather(data, order, at, batchSize, into);
          at += n;
          yield n;
        }
      },
    };
  };
}

/** All samples of a data set in their order, in the largest batches. */
function* inOrder(model: AnyModel, data: Table): IterableIterator<number> {
  const into = memoryOf(model, data);
  const order = Int32Array.from({ length: data.count }, (_, i) => i);
  for (let at = 0; at < data.count; at += model.maxBatch) yield gather(data, order, at, model.maxBatch, into);
}

function checkLastBatch({ manifest }: AnyModel, { count, name }: Table, batchSize: number): void {
  const { leastBatch = 1 } = manifest.entries.find((e) => e.name === 'train_step') ?? {};
  const last = count % batchSize || batchSize;
  if (last >= leastBatch) return;
  throw new DataError(
    `${name}: the last batch of an epoch has ${last} of ${count} samples, and the model trains on at least ${leastBatch}, ` +
      'as a batch norm needs more than one value per channel. Choose another batch size.',
  );
}

/** The sum of losses over the first `samples` of an epoch, which are the last of `losses`, added in the original order. */
function sumOf(losses: readonly number[], samples: number, batchSize: number): number {
  const steps = Math.ceil(samples / batchSize);
  return losses
    .slice(losses.length - steps)
    .reduce((sum, loss, i) => sum + loss * Math.min(batchSize, samples - i * batchSize), 0);
}

/** The predicted class of a sample, and its probability by softmax. */
export async function predict(
  model: AnyModel,
  data: Table,
  sample: number,
): Promise<{ prediction: number; probability: number }> {
  gather(data, Int32Array.of(sample), 0, 1, memoryOf(model, data));
  model.resetState();
  const logits = await model.forward(1);
  const prediction = logits.reduce((best, v, i) => (v > (logits[best] as number) ? i : best), 0);
  const total = logits.reduce((sum, v) => sum + Math.exp(v - (logits[prediction] as number)), 0);
  return { prediction, probability: 1 / total };
}

/** The names of the model's inputs and targets, in their order. */
const inputNames = ({ manifest }: AnyModel): readonly string[] =>
  manifest.entries.find((e) => e.name === 'evaluate')?.inputs ?? [];

/** The model's memory for each column. */
const memoryOf = ({ inputs }: AnyModel, { columns }: Table) => columns.map(({ name }) => inputs[name]!);
