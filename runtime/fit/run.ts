/** The loop of every training: epochs of steps, on any device, which begins anywhere and rests where its state can be saved. */
import type { Argument } from '../call.ts';
import { TapeoutError } from '../check.ts';
import { missingEntry } from '../port.ts';
import { measure, newApart } from './evaluate.ts';
import { Feed, type Reader, readerOf, sourceOf } from './feed.ts';
import { Losses } from './losses.ts';
import { Pace } from './pace.ts';
import { isPromise } from './promise.ts';
import type { Schedules } from './schedule.ts';
import type { Batch, Batches, BatchSource, Callback, End, Epoch, Metric, Progress, Run, Trainable } from './types.ts';

/** A training, with its options checked. */
export interface Training {
  readonly train: Batches;
  readonly validation?: Batches | undefined;
  readonly epochs: number;
  readonly metrics: readonly Metric[];
  readonly callbacks: readonly Callback[];
  readonly schedules: Schedules;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The steps between two rests; by default there is one after each epoch. */
  readonly every?: number | undefined;
  /** Called while no step is in flight. */
  readonly onRest?: ((state: RunState) => void | Promise<void>) | undefined;
  /** Rest at the end too, unless the loss has diverged. */
  readonly restsAtEnd?: boolean | undefined;
}

/** The position of a training between two steps. With the model's state, and that of schedules and callbacks, it decides all that
 *  follows. */
export interface RunState {
  /** The current epoch, from 1 on, and its batches and samples that are done. */
  readonly epoch: number;
  readonly batches: number;
  readonly samples: number;
  /** The sum of their losses, each times its samples. */
  readonly sum: number;
  /** The number of samples of the last batch. */
  readonly last: number;
  /** True where the epoch's batches are all done, but not its validation. */
  readonly isOver: boolean;
  /** The loss of each step so far. */
  readonly losses: Float32Array;
  readonly epochs: readonly Epoch[];
  /** Why a callback has ended the training; null if none has. */
  readonly reason: string | null;
  /** The position of the batches; null where their source keeps none. */
  readonly source: unknown;
}

/** How a training ended. */
export interface Ended {
  readonly end: End;
  readonly reason: string | null;
  readonly state: RunState;
}

/** The number of steps on a GPU whose losses are read together. One more such group is queued while a group is read. */
const group = 16;

interface Step {
  readonly n: number;
  readonly loss: PromiseLike<number>;
}
interface Loss {
  readonly n: number;
  readonly loss: number;
}

/** Trains until all epochs are done, or something ends it. */
export const run = (model: Trainable, training: Training, from: RunState | null = null): Promise<Ended> =>
  new Trainer(model, training, from).run();

class Trainer implements Run {
  readonly model: Trainable;
  readonly #training: Training;
  readonly #feed: Feed;
  readonly #losses: Losses;
  readonly #pace = new Pace();
  readonly #epochs: Epoch[];
  /** The position of an earlier training that is still to be taken. */
  #from: RunState | null;
  #epoch: number;
  #batches: number;
  #samples: number;
  #sum: number;
  #last: number;
  #isOver: boolean;
  #source: BatchSource | null = null;
  #issued: number;
  #rested: number;
  #reason: string | null;
  /** When the epoch's training began, or was resumed, and after how many samples and batches. */
  #began = { at: 0, samples: 0, batches: 0 };

  constructor(model: Trainable, training: Training, from: RunState | null) {
    if (!model.manifest.entries.some((e) => e.name === 'train_step')) throw missingEntry('train_step', model.manifest);
    [this.model, this.#training, this.#from] = [model, training, from];
    this.#feed = new Feed(model, 'train_step');
    this.#losses = new Losses(from?.losses);
    this.#epochs = [...(from?.epochs ?? [])];
    this.#epoch = from?.epoch ?? 1;
    this.#batches = from?.batches ?? 0;
    this.#samples = from?.samples ?? 0;
    this.#sum = from?.sum ?? 0;
    this.#last = from?.last ?? 0;
    this.#isOver = from?.isOver ?? false;
    this.#reason = from?.reason ?? null;
    this.#issued = this.#losses.length;
    this.#rested = this.#losses.length;
  }

  get epoch(): number {
    return this.#epoch;
  }
  get step(): number {
    return this.#losses.length;
  }
  get epochs(): readonly Epoch[] {
    return this.#epochs;
  }

  stop(reason: string): void {
    this.#reason ??= reason;
  }

  async run(): Promise<Ended> {
    await this.#tell((c) => c.onTrainStart?.(this));
    const end = await this.#all();
    const isNew = this.#losses.length > this.#rested || this.#isOver;
    if (this.#training.restsAtEnd && end !== 'diverged' && isNew) await this.#rest();
    const state = this.#state();
    await this.#tell((c) => c.onTrainEnd?.(this, end));
    return { end, reason: this.#reason, state };
  }

  async #all(): Promise<End> {
    const { epochs, every = Infinity } = this.#training;
    while (this.#epoch <= epochs) {
      if (this.#reason !== null) return 'early';
      const end = (await this.#learn()) ?? (await this.#judge());
      if (end) return end;
      if (every === Infinity) await this.#rest();
    }
    return this.#reason === null ? 'done' : 'early';
  }

  /** The steps of an epoch, or those that are left of it. */
  async #learn(): Promise<End | null> {
    const { train } = this.#training;
    this.#began = { at: performance.now(), samples: this.#samples, batches: this.#batches };
    if (this.#batches === 0 && !this.#isOver) await this.#tell((c) => c.onEpochStart?.(this));
    this.#source = sourceOf(train, this.#epoch, 'train');
    const position = this.#from?.source ?? null;
    this.#from = null;
    if (position !== null) this.#source.loadStateDict?.(position as never);
    if (this.#isOver) return null;
    const reader = readerOf(this.#source);
    try {
      if (position === null) await this.#skip(reader);
      const end = await this.#steps(reader, newApart(this.model, this.#last));
      if (end) return end;
    } finally {
      await reader.close();
    }
    if (this.#samples === 0) throw noBatches(this.#epoch);
    this.#isOver = true;
    return null;
  }

  /** Passes over the batches that an earlier training took of a source without a position of its own. */
  async #skip(reader: Reader): Promise<void> {
    for (let i = 0; i < this.#batches; i++) {
      const next = reader.next();
      const batch = isPromise(next) ? await next : next;
      if (batch === undefined) return;
      if (this.#pace.isDue()) await this.#pace.rest();
    }
  }

  async #steps(reader: Reader, apart: (n: number) => void): Promise<End | null> {
    const { signal, every = Infinity } = this.#training;
    const [size, behind] = this.model.backend === 'webgpu' ? [group, 1] : [1, 0];
    const reading: Promise<Loss[]>[] = [];
    let queued: Step[] = [];
    let isOver = false;
    for (;;) {
      const rests = this.#issued - this.#rested >= every;
      const learns = !isOver && !rests && !signal?.aborted && this.#reason === null;
      if (learns) {
        const next = reader.next();
        const batch = isPromise(next) ? await next : next;
        if (batch === undefined) isOver = true;
        else {
          const { n, loss } = this.#step(batch, apart);
          if (!isPromise(loss)) {
            if (!(await this.#note(n, loss))) return 'diverged';
          } else {
            queued.push({ n, loss });
            if (queued.length < size && this.#issued - this.#rested < every) continue;
          }
        }
      }
      if (queued.length > 0) {
        reading.push(together(queued));
        queued = [];
        if (learns && !isOver && reading.length <= behind) continue;
      }
      const losses = reading.shift();
      if (losses) {
        for (const { n, loss } of await losses) if (!(await this.#note(n, loss))) return 'diverged';
      } else if (isOver) return null;
      else if (signal?.aborted) return 'stopped';
      else if (this.#reason !== null) return 'early';
      else if (rests) await this.#rest();
      if (this.#pace.isDue()) {
        this.#report();
        await this.#pace.rest();
      }
    }
  }

  #step(batch: Batch, apart: (n: number) => void): { readonly n: number; readonly loss: number | PromiseLike<number> } {
    const args: Argument[] = this.#feed.argumentsOf(batch);
    const n = this.#feed.samplesOf(args);
    this.#training.schedules.begin(this.model, this.#issued);
    apart(n);
    const loss = this.model.trainStep(...args);
    this.#training.schedules.afterBatch();
    this.#issued++;
    return { n, loss };
  }

  /** Notes the loss of a step. False if it is not a number. */
  #note(n: number, loss: number): boolean | Promise<boolean> {
    this.#losses.push(loss);
    if (!Number.isFinite(loss)) return false;
    this.#sum += loss * n;
    this.#samples += n;
    this.#batches++;
    this.#last = n;
    if (!this.#training.callbacks.some((c) => c.onBatchEnd)) return true;
    return this.#tell((c) => c.onBatchEnd?.(this, { loss, samples: n })).then(() => true);
  }

  /** The end of an epoch: validation, schedules, callbacks. */
  async #judge(): Promise<End | null> {
    const { validation, metrics, signal, schedules } = this.#training;
    this.#report();
    const seconds = (performance.now() - this.#began.at) / 1000;
    const measured = validation
      ? await measure(this.model, validation, { metrics, signal, epoch: this.#epoch, pace: this.#pace })
      : null;
    if (measured === 'stopped') return 'stopped';
    const result: Epoch = {
      epoch: this.#epoch,
      step: this.#losses.length,
      samples: this.#samples,
      seconds,
      learnt: this.#samples - this.#began.samples,
      loss: this.#sum / this.#samples,
      lr: Object.hasOwn(this.model.scalars, 'lr') ? this.model.scalars.lr! : null,
      validation: measured,
    };
    this.#epochs.push(result);
    schedules.afterEpoch(result);
    await this.#tell((c) => c.onEpochEnd?.(this, result));
    this.#epoch++;
    [this.#batches, this.#samples, this.#sum, this.#last, this.#isOver] = [0, 0, 0, 0, false];
    return null;
  }

  #report(): void {
    const { onProgress, epochs } = this.#training;
    if (!onProgress) return;
    const { at, samples, batches } = this.#began;
    const seconds = (performance.now() - at) / 1000;
    const of = this.#source?.length ?? null;
    const each = this.#batches > batches ? seconds / (this.#batches - batches) : null;
    const left = of === null || each === null ? null : each * (of - this.#batches);
    onProgress({
      epoch: this.#epoch,
      epochs,
      batches: this.#batches,
      of,
      samples: this.#samples,
      step: this.#losses.length,
      loss: this.#sum / this.#samples,
      seconds,
      learnt: this.#samples - samples,
      secondsLeft: left,
      secondsLeftInAll: left === null ? null : left + each! * of! * (epochs - this.#epoch),
    });
  }

  async #rest(): Promise<void> {
    await this.#training.onRest?.(this.#state());
    this.#rested = this.#losses.length;
  }

  #state(): RunState {
    const { train } = this.#training;
    // A function gives another source for each epoch, which begins at its beginning.
    const isKept = typeof train !== 'function' || this.#batches > 0;
    return {
      epoch: this.#epoch,
      batches: this.#batches,
      samples: this.#samples,
      sum: this.#sum,
      last: this.#last,
      isOver: this.#isOver,
      losses: this.#losses.all(),
      epochs: [...this.#epochs],
      reason: this.#reason,
      source: (isKept ? this.#source?.stateDict?.() : null) ?? null,
    };
  }

  async #tell(f: (callback: Callback) => unknown): Promise<void> {
    for (const callback of this.#training.callbacks) {
      const told = f(callback);
      if (isPromise(told)) await told;
    }
  }
}

/** Starts reading losses at once, whenever they are awaited. */
function together(steps: readonly Step[]): Promise<Loss[]> {
  const all = Promise.all(steps.map(async ({ n, loss }) => ({ n, loss: await loss })));
  // A failure reaches whoever awaits this group; groups after a failed one are never awaited.
  all.catch(() => {});
  return all;
}

function noBatches(epoch: number): TapeoutError {
  const why =
    epoch > 1
      ? 'If it can be iterated over only once, pass a function that gives the batches of an epoch.'
      : 'Is the data set empty, or smaller than a batch with dropLast?';
  return new TapeoutError('empty-batch', `train gave no batches in epoch ${epoch}. ${why}`);
}
