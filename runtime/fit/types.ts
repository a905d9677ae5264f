/** What training takes and returns: types alone. */
import type { Argument } from '../call.ts';
import type { Data } from '../check.ts';
import type { Manifest } from '../manifest.ts';
import type { StateDict } from '../weights.ts';

/** A loaded model, on any device and of any bundle. */
export interface Trainable {
  readonly manifest: Manifest;
  readonly maxBatch: number;
  readonly backend: string;
  readonly scalars: Record<string, number>;
  trainStep(...args: Argument[]): number | PromiseLike<number>;
  evaluate(...args: Argument[]): Evaluated | PromiseLike<Evaluated>;
  resetState(): void;
  toSafetensors(options?: { state?: boolean }): Uint8Array | Promise<Uint8Array>;
  loadStateDict(source: StateDict): unknown;
}
/** The result of a model's `evaluate`. */
export interface Evaluated {
  readonly loss: number;
  readonly correct: number | null;
  readonly output: unknown;
}

/** The numbers of one input or target for the samples of a batch: a typed array, or one with its shape. */
export type Field = ArrayBufferView | { readonly data: ArrayBufferView; readonly shape: readonly number[] };
/** Samples: fields in the order of the model's inputs and then targets, or by name; or their number, where they were written to
 *  `model.inputs` in place. */
export type Batch = readonly Field[] | { readonly [name: string]: Field } | number;

/** Batches, which are iterated over once for each epoch: an array, a DataLoader, or a function that gives the batches of an epoch,
 *  counted from 1. */
export type Batches = BatchSource | ((epoch: number) => BatchSource);
/** Where `fit` takes its batches from. */
export type BatchSource = (Iterable<Batch> | AsyncIterable<Batch>) & {
  /** The number of batches in an epoch, if known. */
  readonly length?: number | undefined;
  /** The position, as JSON, where the source can begin in the middle of an epoch, as a DataLoader can. */
  stateDict?(): unknown;
  loadStateDict?(state: never): void;
};

/** Options of `fit`. */
export interface FitOptions extends EvaluateOptions {
  readonly train: Batches;
  /** The batches by which each epoch is judged, without training on them. */
  readonly validation?: Batches | undefined;
  /** The number of passes over `train`, those of a resumed training included. */
  readonly epochs: number;
  /** Called in their order. */
  readonly callbacks?: readonly Callback[] | undefined;
  /** Schedulers of the learning rate, or a function that gives the rate of each step. */
  readonly schedule?: Schedule | readonly Schedule[] | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  /** A checkpoint to continue from. The options must be those of the training that wrote it. */
  readonly resume?: Uint8Array | ArrayBuffer | null | undefined;
  /** Called about twenty times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of `evaluate`, which `fit` has too. */
export interface EvaluateOptions {
  /** What is measured on the validation besides the loss: metrics, or the names of some. */
  readonly metrics?: readonly (Metric | MetricName)[] | undefined;
  /** Ends after the current step. */
  readonly signal?: AbortSignal | undefined;
}

/** Where checkpoints are saved, and how often. */
export interface CheckpointOptions {
  /** The steps between two checkpoints; by default one is saved after each epoch. */
  readonly every?: number | undefined;
  /** Writes a checkpoint, a safetensors file, which `resume` takes. Training waits for it. */
  save(bytes: Uint8Array, at: SavedAt): void | Promise<void>;
}
/** When a checkpoint was saved. */
export interface SavedAt {
  readonly epoch: number;
  readonly step: number;
}

/** The progress of an epoch. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Batches and samples of the epoch that are done, and the number of its batches where it is known. */
  readonly batches: number;
  readonly of: number | null;
  readonly samples: number;
  /** Steps since the training began. */
  readonly step: number;
  /** The mean over the epoch so far. */
  readonly loss: number;
  /** Seconds of this epoch, and the samples that were learnt in them: fewer than `samples` where an earlier training began the epoch. */
  readonly seconds: number;
  readonly learnt: number;
  /** The seconds until the end of the epoch and of the training, validations not counted; null where the number of batches is not known. */
  readonly secondsLeft: number | null;
  readonly secondsLeftInAll: number | null;
}

/** An epoch that is done. */
export interface Epoch {
  readonly epoch: number;
  /** Steps since the training began. */
  readonly step: number;
  /** The samples of the epoch. */
  readonly samples: number;
  /** The seconds that it took, without the validation, and the samples that were learnt in them: fewer where an earlier training began
   *  the epoch. */
  readonly seconds: number;
  readonly learnt: number;
  /** The mean over the samples, each at its own step. */
  readonly loss: number;
  /** The learning rate of the last step; null for a model without one. */
  readonly lr: number | null;
  readonly validation: Measured | null;
}

/** The result of `evaluate`. */
export interface Measured {
  /** The mean over the samples. */
  readonly loss: number;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** How a training ended: after all epochs, by a callback, by its signal, or because the loss was no longer a number. */
export type End = 'done' | 'early' | 'stopped' | 'diverged';

/** What `fit` returns. */
export interface History {
  readonly end: End;
  /** The reason that a callback gave. */
  readonly reason: string | null;
  /** The finished epochs. */
  readonly epochs: readonly Epoch[];
  /** The loss of each step. */
  readonly losses: Float32Array;
  /** Steps since the training began. */
  readonly step: number;
}

/** What callbacks are told, and what they can do. */
export interface Run {
  readonly model: Trainable;
  /** The current epoch, from 1 on, and the steps so far. */
  readonly epoch: number;
  readonly step: number;
  /** The finished epochs. */
  readonly epochs: readonly Epoch[];
  /** Ends the training after the current step or epoch. */
  stop(reason: string): void;
}

/** Functions that `fit` calls. It awaits what they return. On a GPU, `onBatchEnd` follows up to 32 steps later, when losses are read. */
export interface Callback {
  onTrainStart?(run: Run): void | Promise<void>;
  onEpochStart?(run: Run): void | Promise<void>;
  onBatchEnd?(run: Run, batch: { readonly loss: number; readonly samples: number }): void | Promise<void>;
  onEpochEnd?(run: Run, epoch: Epoch): void | Promise<void>;
  onTrainEnd?(run: Run, end: End): void | Promise<void>;
  /** The state for a checkpoint: JSON, whose fields may also be a `Uint8Array`. */
  stateDict?(): object;
  loadStateDict?(state: never): void;
}

/** A scheduler of the learning rate, or anything with its methods. */
export interface Scheduler {
  step(metric?: never): void;
  stateDict?(): object;
  loadStateDict?(state: never): void;
}
/** A scheduler that takes a metric, as ReduceLROnPlateau does. */
export interface MetricScheduler {
  step(metric: number): void;
  stateDict?(): object;
  loadStateDict?(state: never): void;
}
/** A scheduler that is stepped after each epoch; one with when and with what; or a function from the step, from 0 on, to its rate. */
export type Schedule = Scheduler | ScheduleOptions | ((step: number) => number);
/** How the learning rate changes. */
export interface ScheduleOptions {
  readonly scheduler: Scheduler | MetricScheduler;
  /** Step it after each `batch`, as a OneCycleLR needs, or after each `epoch`, the default. */
  readonly each?: 'epoch' | 'batch' | undefined;
  /** The number that the scheduler's `step` is given, such as `'validation.loss'`. */
  readonly monitor?: string | undefined;
}

/** The value of a metric: a number, a list with one for each class, or a matrix. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[];
/** Metrics that need no options, by name. */
export type MetricName = 'accuracy' | 'precision' | 'recall' | 'f1' | 'mae' | 'mse' | 'rmse' | 'r2';

/** Something to measure on batches. */
export interface Metric {
  /** Its name in results: `validation.metrics[name]`. */
  readonly name: string;
  /** The output, by its name or number among those that forward returns, and the target; defaults to the first of each. */
  readonly output?: string | number | undefined;
  readonly target?: string | undefined;
  /** Begins a count. */
  begin(): Count;
}
/** A count of a metric in progress. */
export interface Count {
  add(batch: Counted): void;
  value(): MetricValue;
}
/** A batch to count: views, valid during the call. */
export interface Counted {
  readonly samples: number;
  /** The mean loss, and the number of correct answers where the model counts them. */
  readonly loss: number;
  readonly correct: number | null;
  readonly output: Data;
  /** The output's shape, with the batch as its first extent. */
  readonly shape: readonly number[];
  readonly target: Data;
  readonly targetShape: readonly number[];
  /** The label that the loss ignores, if any. */
  readonly ignoreIndex: number | undefined;
}
