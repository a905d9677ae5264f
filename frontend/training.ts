/** Trains a compiled model on a data set, batch by batch, and says how it goes. */
import { setImmediate } from 'node:timers/promises';
import { GpuModel, type Model, type WasmModel } from '../runtime/index.ts';
import type { Dataset, Split } from './data/dataset.ts';
import { gatherBatch } from './data/dataset.ts';
import { Generator } from './random.ts';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Decides the order of the samples in each epoch. */
  readonly seed: number | bigint;
  /** Ends the training after the step that is under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onEpoch?: (epoch: Epoch) => void;
}

/** Where an epoch stands. */
export interface Progress {
  readonly epoch: number;
  readonly samples: number;
  readonly of: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  readonly seconds: number;
}

export interface Epoch {
  readonly epoch: number;
  /** Steps taken since training began. */
  readonly step: number;
  readonly loss: number;
  /** The share of the test set that is classified rightly; null where outputs are no classes. */
  readonly accuracy: number | null;
  /** Of training alone. */
  readonly seconds: number;
  readonly samples: number;
}

export interface History {
  /** The loss of each step. */
  readonly losses: readonly number[];
  readonly epochs: readonly Epoch[];
  readonly end: 'done' | 'stopped' | 'diverged';
}

/** How long to compute before the event loop gets its turn, in ms: for Ctrl-C and the progress bar. */
const turn = 50;

/** A model on any device. */
export type AnyModel = Model | WasmModel | GpuModel;

/** Steps whose losses are read together. A GPU has one more such group queued while the losses of one are waited for. */
const group = 16;

/** Runs `epochs` epochs over a new permutation of the samples each, the short last batch included. */
export async function train(model: AnyModel, { train, test }: Split, options: TrainingOptions): Promise<History> {
  const { epochs, batchSize, seed, signal, onProgress, onEpoch } = options;
  const [x, y] = inputsOf(model);
  const generator = new Generator(seed);
  const losses: number[] = [];
  const done: Epoch[] = [];
  const [size, behind] = model instanceof GpuModel ? [group, 1] : [1, 0];
  let yielded = performance.now();

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = generator.permutation(train.count);
    const start = performance.now();
    let steps: Step[] = [];
    const read: Promise<Loss[]>[] = [];
    let [sum, samples] = [0, 0];
    for (let at = 0; samples < train.count; ) {
      if (at < train.count && !signal?.aborted) {
        const n = gatherBatch(train, order, at, batchSize, x, y);
        steps.push({ n, loss: model.trainStep(n) });
        at += n;
        if (steps.length < size && at < train.count) continue;
      }
      if (steps.length > 0) {
        read.push(together(steps));
        steps = [];
        if (read.length <= behind && at < train.count) continue;
      }
      const first = read.shift();
      if (!first) return { losses, epochs: done, end: 'stopped' };
      for (const { n, loss } of await first) {
        losses.push(loss);
        if (!Number.isFinite(loss)) return { losses, epochs: done, end: 'diverged' };
        sum += loss * n;
        samples += n;
      }
      const now = performance.now();
      if (now - yielded < turn && samples < train.count) continue;
      onProgress?.({ epoch, samples, of: train.count, loss: sum / samples, seconds: (now - start) / 1000 });
      await setImmediate();
      yielded = performance.now();
    }
    const seconds = (performance.now() - start) / 1000;
    const accuracy = await accuracyOn(model, test);
    const result = { epoch, step: losses.length, loss: sum / train.count, accuracy, seconds, samples: train.count };
    done.push(result);
    onEpoch?.(result);
  }
  return { losses, epochs: done, end: 'done' };
}

interface Step {
  readonly n: number;
  readonly loss: number | PromiseLike<number>;
}
interface Loss {
  readonly n: number;
  readonly loss: number;
}

/** Losses that are read from now on, whenever they are waited for. */
function together(steps: readonly Step[]): Promise<Loss[]> {
  const all = Promise.all(steps.map(async ({ n, loss }) => ({ n, loss: await loss })));
  // Whoever waits hears of it; nobody waits for a group behind one that failed.
  all.catch(() => {});
  return all;
}

/** The share of a data set that the model classifies rightly, or null when its outputs are no classes. */
export async function accuracyOn(model: AnyModel, data: Dataset): Promise<number | null> {
  const [x, y] = inputsOf(model);
  const order = Int32Array.from(data.labels.keys());
  let right = 0;
  let yielded = performance.now();
  for (let at = 0; at < data.count; ) {
    const n = gatherBatch(data, order, at, model.maxBatch, x, y);
    const { correct } = await model.evaluate(n);
    if (correct === null) return null;
    right += correct;
    at += n;
    if (performance.now() - yielded < turn) continue;
    await setImmediate();
    yielded = performance.now();
  }
  return right / data.count;
}

/** The class that the model takes a sample for, and how sure it is: the greatest of the outputs' softmax. */
export async function predict(
  model: AnyModel,
  data: Dataset,
  sample: number,
): Promise<{ prediction: number; probability: number }> {
  const [x, y] = inputsOf(model);
  gatherBatch(data, Int32Array.of(sample), 0, 1, x, y);
  const logits = await model.forward(1);
  const prediction = logits.reduce((best, v, i) => (v > (logits[best] as number) ? i : best), 0);
  const total = logits.reduce((sum, v) => sum + Math.exp(v - (logits[prediction] as number)), 0);
  return { prediction, probability: 1 / total };
}

/** The memory into which images and labels go. */
function inputsOf({ manifest, inputs }: AnyModel): [Float32Array, Int32Array] {
  const [x = '', y = ''] = manifest.entries.find((e) => e.name === 'evaluate')?.inputs ?? [];
  return [inputs[x] as Float32Array, inputs[y] as Int32Array];
}
