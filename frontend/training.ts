/** Trains a compiled model on a data set, batch by batch, and reports its progress. */
import { setImmediate } from 'node:timers/promises';
import { DataError } from '../runtime/data/error.ts';
import { GpuModel, type Model } from '../runtime/index.ts';
import { Generator } from '../runtime/random.ts';
import type { Dataset, Split } from './data/dataset.ts';
import { gatherBatch } from './data/dataset.ts';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** The seed of the order of the samples in each epoch. */
  readonly seed: number | bigint;
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onEpoch?: (epoch: Epoch) => void;
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

/** The progress of an epoch. */
export interface Progress {
  readonly epoch: number;
  readonly samples: number;
  readonly of: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly seconds: number;
  /** Samples done in these seconds: fewer than `samples` if an earlier training began the epoch. */
  readonly learnt: number;
}

export interface Epoch {
  readonly epoch: number;
  /** Steps taken since training began. */
  readonly step: number;
  readonly loss: number;
  /** The share of the test set that is classified correctly; null if the outputs are not classes. */
  readonly accuracy: number | null;
  /** The time of training alone, without the test. */
  readonly seconds: number;
  readonly samples: number;
}

export interface History extends Position {
  readonly end: 'done' | 'stopped' | 'diverged';
}

/** The time to compute before yielding to the event loop, in ms: for Ctrl-C and the progress bar. */
const turn = 50;

/** A model on any device. */
export type AnyModel = Model | GpuModel;

/** The number of steps on a GPU whose losses are read together. One more such group is queued while a group is read. */
const group = 16;

/** Runs `epochs` epochs over a new permutation of the samples each, the short last batch included. */
export async function train(model: AnyModel, { train, test }: Split, options: TrainingOptions): Promise<History> {
  const { epochs, batchSize, seed, signal, onProgress, onEpoch, from, onRest, restEvery = Infinity } = options;
  const [x, y] = inputsOf(model);
  const generator = new Generator(seed);
  const losses: number[] = [...(from?.losses ?? [])];
  const done: Epoch[] = [...(from?.epochs ?? [])];
  const [size, behind] = model instanceof GpuModel ? [group, 1] : [1, 0];
  const first = from?.epoch ?? 1;
  const { leastBatch = 1 } = model.manifest.entries.find((e) => e.name === 'train_step') ?? {};
  const last = train.count % batchSize || batchSize;
  if (last < leastBatch)
    throw new DataError(
      `${train.name}: the last batch of an epoch has ${last} of ${train.count} samples, and the model trains on at least ${leastBatch}, ` +
        'as a batch norm needs more than one value per channel. Choose another batch size.',
    );
  let [yielded, rested] = [performance.now(), losses.length];

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = generator.permutation(train.count);
    if (epoch < first) continue;
    const start = performance.now();
    const before = epoch === first ? (from?.samples ?? 0) : 0;
    const apart = newApart(model, before > 0 ? batchSize : 0);
    let steps: Step[] = [];
    const read: Promise<Loss[]>[] = [];
    let [sum, samples, at, issued] = [sumOf(losses, before, batchSize), before, before, losses.length];
    const end = (how: History['end']): History => ({ epoch, samples, losses, epochs: done, end: how });
    while (samples < train.count) {
      const rests = issued - rested >= restEvery;
      const learns = at < train.count && !signal?.aborted && !rests;
      if (learns) {
        const n = gatherBatch(train, order, at, batchSize, x, y);
        apart(n);
        steps.push({ n, loss: model.trainStep(n) });
        at += n;
        issued++;
        if (steps.length < size && at < train.count && issued - rested < restEvery) continue;
      }
      if (steps.length > 0) {
        read.push(together(steps));
        steps = [];
        if (learns && read.length <= behind && at < train.count) continue;
      }
      const group = read.shift();
      if (!group) {
        if (!rests || signal?.aborted) return end('stopped');
        await onRest?.(end('stopped'));
        rested = issued;
        continue;
      }
      for (const { n, loss } of await group) {
        losses.push(loss);
        if (!Number.isFinite(loss)) return end('diverged');
        sum += loss * n;
        samples += n;
      }
      const now = performance.now();
      if (now - yielded < turn && samples < train.count) continue;
      const seconds = (now - start) / 1000;
      onProgress?.({ epoch, samples, of: train.count, loss: sum / samples, seconds, learnt: samples - before });
      await setImmediate();
      yielded = performance.now();
    }
    const seconds = (performance.now() - start) / 1000;
    const accuracy = await accuracyOn(model, test, signal);
    if (accuracy === 'stopped') return end('stopped');
    const result = {
      epoch,
      step: losses.length,
      loss: sum / train.count,
      accuracy,
      seconds,
      samples: samples - before,
    };
    done.push(result);
    onEpoch?.(result);
    if (restEvery === Infinity) await onRest?.({ epoch: epoch + 1, samples: 0, losses, epochs: done });
  }
  // The earlier training had already gone further: nothing was left to do.
  if (first > epochs) return { epoch: first, samples: from?.samples ?? 0, losses, epochs: done, end: 'done' };
  return { epoch: epochs + 1, samples: 0, losses, epochs: done, end: 'done' };
}

/** Before a batch: begins what the model carries from call to call anew where the batch has another number of samples than the one
 *  before, as at the end of an epoch, or where there was none before. */
function newApart(model: AnyModel, before = 0): (n: number) => void {
  let last = before;
  return (n) => {
    if (n !== last) model.resetState();
    last = n;
  };
}

/** The sum of losses over the first `samples` of an epoch, which are the last of `losses`, added in the original order. */
function sumOf(losses: readonly number[], samples: number, batchSize: number): number {
  const steps = Math.ceil(samples / batchSize);
  return losses
    .slice(losses.length - steps)
    .reduce((sum, loss, i) => sum + loss * Math.min(batchSize, samples - i * batchSize), 0);
}

interface Step {
  readonly n: number;
  readonly loss: number | PromiseLike<number>;
}
interface Loss {
  readonly n: number;
  readonly loss: number;
}

/** Starts reading losses at once, whenever they are awaited. */
function together(steps: readonly Step[]): Promise<Loss[]> {
  const all = Promise.all(steps.map(async ({ n, loss }) => ({ n, loss: await loss })));
  // A failure reaches whoever awaits this group; groups after a failed one are never awaited.
  all.catch(() => {});
  return all;
}

/** The share of a data set that the model classifies correctly, or null when its outputs are not classes. */
async function accuracyOn(model: AnyModel, data: Dataset, signal?: AbortSignal): Promise<number | null | 'stopped'> {
  const [x, y] = inputsOf(model);
  const order = Int32Array.from(data.labels.keys());
  const apart = newApart(model);
  let right = 0;
  let yielded = performance.now();
  for (let at = 0; at < data.count; ) {
    const n = gatherBatch(data, order, at, model.maxBatch, x, y);
    apart(n);
    const { correct } = await model.evaluate(n);
    if (correct === null) return null;
    right += correct;
    at += n;
    if (performance.now() - yielded < turn) continue;
    await setImmediate();
    if (signal?.aborted) return 'stopped';
    yielded = performance.now();
  }
  return right / data.count;
}

/** The predicted class of a sample, and its probability by softmax. */
export async function predict(
  model: AnyModel,
  data: Dataset,
  sample: number,
): Promise<{ prediction: number; probability: number }> {
  const [x, y] = inputsOf(model);
  gatherBatch(data, Int32Array.of(sample), 0, 1, x, y);
  newApart(model)(1);
  const logits = await model.forward(1);
  const prediction = logits.reduce((best, v, i) => (v > (logits[best] as number) ? i : best), 0);
  const total = logits.reduce((sum, v) => sum + Math.exp(v - (logits[prediction] as number)), 0);
  return { prediction, probability: 1 / total };
}

/** The model's memory for images and labels. */
function inputsOf({ manifest, inputs }: AnyModel): [Float32Array, Int32Array] {
  const [x = '', y = ''] = manifest.entries.find((e) => e.name === 'evaluate')?.inputs ?? [];
  return [inputs[x] as Float32Array, inputs[y] as Int32Array];
}
