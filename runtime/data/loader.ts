/** torch.utils.data.DataLoader: batches of a data set, epoch by epoch, in PyTorch's order for the same generator. */
import { kindOf, listed, nearest, shownText } from '../check.ts';
import { bytesFrom64 } from '../data-url.ts';
import { defaultGenerator, Generator } from '../random.ts';
import { type StackedBatch, stack } from './collate.ts';
import { Delivery, type Targets } from './delivery.ts';
import { DataError } from './error.ts';
import { fetchSamples, naming, type Source, type Transform, transformed } from './fetch.ts';
import { sampleRandom } from './sample-random.ts';
import { BatchSampler, RandomSampler, SequentialSampler, whole } from './sampler.ts';
import { Team } from './team.ts';
import type {
  Batch,
  Batches,
  BatchSampler as BatchSamplerLike,
  Dataset,
  IterableDataset,
  LoaderState,
  Sample,
  Sampler,
  StatefulGenerator,
} from './types.ts';

/** The options of `DataLoader`, as PyTorch has them. */
export interface DataLoaderOptions<S, B = Batch<S>> {
  /** Samples in a batch; defaults to 1. */
  readonly batchSize?: number;
  /** A new permutation in each epoch; defaults to false. */
  readonly shuffle?: boolean;
  /** The order of the samples, in place of `shuffle`. */
  readonly sampler?: Sampler;
  /** The samples of each batch, in place of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: BatchSamplerLike;
  /** Leave out a short last batch; defaults to false. */
  readonly dropLast?: boolean;
  /** The generator of the order and of the transforms' random numbers; defaults to that of `manualSeed`. */
  readonly generator?: Generator;
  /** The seed of a generator of the loader's own. */
  readonly seed?: number | bigint;
  /** Applied to the first field of each sample. */
  readonly transform?: Transform;
  /** Applied to the second field. */
  readonly targetTransform?: Transform;
  /** Makes a batch of samples, in place of stacking their fields. */
  readonly collate?: (samples: S[], indices: readonly number[]) => B | Promise<B>;
  /** Workers that load batches, each a whole one; defaults to 0: samples are loaded where the loader is. */
  readonly numWorkers?: number;
  /** Batches to load ahead, for each worker; defaults to 2 with workers, and to 0 without. */
  readonly prefetchFactor?: number;
  /** Keep the workers from epoch to epoch, until `close()`; defaults to false. */
  readonly persistentWorkers?: boolean;
  /** For workers: the URL of a module whose default export is this data set, or a function that returns it. */
  readonly module?: string | URL;
  /** Arrays to write each batch to, in the form of a sample, such as the inputs of a model: [model.inputs.x, model.inputs.y]. The data
   *  of a batch are views of them, which the next batch overwrites. */
  readonly into?: Targets;
  /** Write each batch over one of the batches before, which saves the collector work; defaults to false. A batch then holds until the
   *  next is asked for. */
  readonly reuse?: boolean;
}

const optionNames = [
  'batchSize',
  'shuffle',
  'sampler',
  'batchSampler',
  'dropLast',
  'generator',
  'seed',
  'transform',
  'targetTransform',
  'collate',
  'numWorkers',
  'prefetchFactor',
  'persistentWorkers',
  'module',
  'into',
  'reuse',
];

/** Batches of a data set: `for await (const [x, y] of new DataLoader(data, { batchSize: 64, shuffle: true }))`. A batch has the form of a
 *  sample, with `{ data, shape, dtype }` for each field, the number of samples first in `shape`.
 *  The data are a Dataset, an array of samples, or samples in an order of their own: an iterable, an async iterable, a stream.
 *  Each loop over the loader is an epoch. Throws DataError, also from the loop, with the index of a sample that cannot be loaded. */
export class DataLoader<S = Sample, B = Batch<S>> implements Batches<B> {
  readonly dataset: Dataset<S> | IterableDataset<S>;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly sampler: Sampler | null;
  readonly batchSampler: BatchSamplerLike | null;
  readonly generator: Generator;
  readonly numWorkers: number;
  readonly prefetchFactor: number;
  readonly #options: DataLoaderOptions<S, B>;
  readonly #delivery: Delivery;
  #team: Team | null = null;
  /** The position in an epoch that was begun, and whether all of it was handed out. */
  #position: LoaderState | null = null;
  #epoch = 0;
  #resumed: LoaderState | null = null;

  constructor(dataset: Dataset<S> | IterableDataset<S> | readonly S[], options: DataLoaderOptions<S, B> = {}) {
    this.#options = checked(options);
    this.dataset = indexed(dataset);
    const isIndexed = isDataset(this.dataset);
    const { shuffle = false, sampler, batchSampler, seed, generator, numWorkers = 0, dropLast = false } = options;
    this.batchSize = whole('DataLoader: batchSize', options.batchSize ?? 1);
    this.numWorkers = whole('DataLoader: numWorkers', numWorkers, 0);
    this.prefetchFactor = whole('DataLoader: prefetchFactor', options.prefetchFactor ?? (numWorkers > 0 ? 2 : 0), 0);
    this.dropLast = dropLast;
    const own = generator ?? (seed === undefined ? undefined : new Generator(seed));
    this.generator = own ?? defaultGenerator;
    if (!isIndexed) {
      if (shuffle || sampler || batchSampler)
        throw new DataError(
          'DataLoader: samples that come in an order of their own cannot be shuffled or sampled. Give the data a length and get(index), ' +
            'or collect them in an array.',
        );
      if (numWorkers > 0)
        throw new DataError(
          'DataLoader: numWorkers needs samples by index, as workers cannot share one iterator. Give the data a length and get(index).',
        );
      [this.sampler, this.batchSampler] = [null, null];
    } else {
      const data = this.dataset as Dataset<S>;
      this.sampler =
        sampler ?? (shuffle ? new RandomSampler(data, own ? { generator: own } : {}) : new SequentialSampler(data));
      this.batchSampler = batchSampler ?? new BatchSampler(this.sampler, this.batchSize, dropLast);
    }
    this.#delivery = new Delivery(options.into, options.reuse ?? false, this.prefetchFactor * Math.max(1, numWorkers));
  }

  /** The number of batches in an epoch; undefined for an iterable that has no length. */
  get length(): number | undefined {
    if (this.batchSampler) return this.batchSampler.length;
    const { length } = this.dataset;
    if (length === undefined) return undefined;
    return this.dropLast ? Math.floor(length / this.batchSize) : Math.ceil(length / this.batchSize);
  }

  /** The position after the batch that was handed out last. */
  stateDict(): LoaderState {
    return this.#resumed ?? this.#position ?? { epoch: this.#epoch, batches: 0, generators: this.#saved() };
  }

  /** The next loop continues from this position: it hands out the rest of the epoch's batches, which are none if all were. Throws
   *  DataError for a state of another kind. */
  loadStateDict(state: LoaderState): void {
    const { epoch, batches, generators } = (state ?? {}) as Partial<LoaderState>;
    const count = this.#generators().length;
    if (!Number.isInteger(epoch) || !Number.isInteger(batches) || !Array.isArray(generators))
      throw new DataError('DataLoader: this is not the state of a loader, { epoch, batches, generators }.');
    if (generators.length !== count)
      throw new DataError(
        `DataLoader: the state is that of a loader with ${generators.length} generators, and this one has ${count}. Give it the same ` +
          'sampler and options.',
      );
    this.#resumed = { epoch, batches, generators } as LoaderState;
  }

  /** Ends workers that were kept. */
  close(): void {
    this.#team?.end();
    this.#team = null;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    const { epoch, batches: skipped } = this.#begin();
    const key = this.generator.random63();
    const position = { epoch, generators: this.#position!.generators };
    const { next, end } = this.batchSampler ? this.#byIndex(key, skipped) : this.#inOrder(key, skipped);
    const ahead = this.prefetchFactor * Math.max(1, this.numWorkers);
    const queue: Promise<Loaded | null>[] = [];
    let batches = skipped;
    try {
      while (true) {
        while (queue.length <= ahead) {
          const loaded = next();
          // A failure reaches whoever waits for this batch, if anyone still does.
          loaded.catch(() => {});
          queue.push(loaded);
        }
        const loaded = await queue.shift();
        if (!loaded) break;
        const batch =
          'batch' in loaded ? loaded.batch : this.#delivery.hand(loaded.stacked, loaded.release !== undefined);
        loaded.release?.();
        this.#position = { ...position, batches: ++batches };
        yield batch as B;
      }
      [this.#position, this.#epoch] = [null, epoch + 1];
    } finally {
      end?.();
    }
  }

  /** Begins an epoch, anew or where a state says. */
  #begin(): LoaderState {
    const resumed = this.#resumed;
    this.#resumed = null;
    for (const [i, generator] of this.#generators().entries())
      if (resumed) generator.setState(bytesFrom64(resumed.generators[i]!));
    // A loop that was left begins the next epoch, as in PyTorch.
    const epoch = resumed?.epoch ?? (this.#position ? this.#position.epoch + 1 : this.#epoch);
    this.#position = resumed ?? { epoch, batches: 0, generators: this.#saved() };
    return this.#position;
  }

  #generators(): StatefulGenerator[] {
    const { generator } = this.batchSampler ?? {};
    return generator && generator !== this.generator ? [this.generator, generator] : [this.generator];
  }
  #saved(): string[] {
    return this.#generators().map((generator) => btoa(String.fromCharCode(...generator.getState())));
  }

  #byIndex(key: bigint, skipped: number): Loading {
    const { collate, transform, targetTransform } = this.#options;
    const source: Source = { dataset: this.dataset as Dataset, transform, targetTransform };
    const batches = (this.batchSampler as BatchSamplerLike)[Symbol.iterator]();
    for (let i = 0; i < skipped; i++) batches.next();
    const team = this.numWorkers > 0 ? this.#workers(source) : null;
    const next = async (): Promise<Loaded | null> => {
      const { done, value: indices } = batches.next();
      if (done) return null;
      if (team) return team.load(indices, key);
      const fetched = fetchSamples(source, indices, key);
      const samples = fetched instanceof Promise ? await fetched : fetched;
      if (collate) return { batch: await collate(samples as S[], indices) };
      return { stacked: stack(samples, indices, this.#delivery.allocate) };
    };
    const end = team && !this.#options.persistentWorkers ? () => this.close() : undefined;
    return { next, end };
  }

  #workers(source: Source): Team {
    if (this.#options.collate)
      throw new DataError(
        'DataLoader: workers stack samples, and do not run collate. Leave out numWorkers, or collate.',
      );
    this.#team ??= new Team(this.numWorkers, source, this.#options.module);
    return this.#team;
  }

  #inOrder(key: bigint, skipped: number): Loading {
    const { collate, transform, targetTransform } = this.#options;
    const samples = iteratorOf(this.dataset as IterableDataset<Sample>);
    let at = 0;
    const batch = async (): Promise<Loaded | null> => {
      const [taken, indices]: [Sample[], number[]] = [[], []];
      while (taken.length < this.batchSize) {
        const { done, value } = await naming(at, () => samples.next());
        if (done) break;
        const index = at++;
        const context = { index, random: sampleRandom(key, index) };
        taken.push(await naming(index, () => transformed({ transform, targetTransform }, value, context)));
        indices.push(index);
      }
      if (taken.length === 0 || (this.dropLast && taken.length < this.batchSize)) return null;
      if (collate) return { batch: await collate(taken as S[], indices) };
      return { stacked: stack(taken, indices, this.#delivery.allocate) };
    };
    // One after another, as the samples come.
    let last: Promise<unknown> = (async () => {
      for (; at < skipped * this.batchSize; at++) if ((await samples.next()).done) return;
    })();
    const next = (): Promise<Loaded | null> => {
      const made = last.then(batch);
      last = made.catch(() => {});
      return made;
    };
    return { next, end: () => void samples.return?.() };
  }
}

type Loaded = ({ readonly stacked: StackedBatch } | { readonly batch: unknown }) & { readonly release?: () => void };
interface Loading {
  /** The next batch, or null after the last. */
  readonly next: () => Promise<Loaded | null>;
  readonly end?: (() => void) | undefined;
}

const isDataset = (data: unknown): data is Dataset =>
  typeof data === 'object' && data !== null && typeof (data as Partial<Dataset>).get === 'function' && 'length' in data;

/** An array as a data set, and what is one already as it is. */
function indexed<S>(data: Dataset<S> | IterableDataset<S> | readonly S[]): Dataset<S> | IterableDataset<S> {
  if (Array.isArray(data)) return { length: data.length, get: (i) => data[i] };
  const isStream = (x: object): boolean =>
    Symbol.asyncIterator in x || Symbol.iterator in x || typeof (x as { getReader?: unknown }).getReader === 'function';
  if (isDataset(data) || (typeof data === 'object' && data !== null && isStream(data))) return data as Dataset<S>;
  throw new DataError(
    `DataLoader: the data must have a length and get(index), or be an array, an iterable, an async iterable or a stream of samples, but ` +
      `they are ${kindOf(data)}.`,
  );
}

interface AnyIterator {
  next(): Promise<IteratorResult<Sample>> | IteratorResult<Sample>;
  return?(): unknown;
}
function iteratorOf(data: IterableDataset<Sample>): AnyIterator {
  if (Symbol.asyncIterator in data) return (data as AsyncIterable<Sample>)[Symbol.asyncIterator]() as AnyIterator;
  if (Symbol.iterator in data) return (data as Iterable<Sample>)[Symbol.iterator]() as AnyIterator;
  // Streams of pages that do not iterate yet.
  const reader = (data as ReadableStream<Sample>).getReader();
  return { next: () => reader.read() as Promise<IteratorResult<Sample>>, return: () => reader.cancel() };
}

function checked<S, B>(options: DataLoaderOptions<S, B>): DataLoaderOptions<S, B> {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    const near = nearest(name, optionNames);
    throw new DataError(
      `DataLoader: unknown option ${shownText(name)}. ${near ? `Did you mean '${near}'?` : `There are: ${listed(optionNames)}.`}`,
    );
  }
  const { shuffle, sampler, batchSampler, batchSize, dropLast, generator, seed } = options;
  const both = (a: string, b: string): never => {
    throw new DataError(`DataLoader: ${a} decides what ${b} would. Leave out one of the two.`);
  };
  if (sampler && shuffle) both('sampler', 'shuffle');
  if (batchSampler && (sampler || shuffle || batchSize !== undefined || dropLast))
    both('batchSampler', 'batchSize, shuffle, sampler and dropLast');
  if (generator && seed !== undefined) both('generator', 'seed');
  return options;
}
