/** The orders in which a loader visits samples: torch.utils.data's samplers, with the numbers that PyTorch draws from the same
 *  generator. Each iteration is an epoch. */
import { brief, shownNumber } from '../check.ts';
import { defaultGenerator, Generator } from '../random.ts';
import { DataError } from './error.ts';
import type { BatchSampler as Batches, Sampler } from './types.ts';

/** 0, 1, 2, ... */
export class SequentialSampler implements Sampler {
  readonly length: number;

  /** For a data set, or whatever has a length. */
  constructor({ length }: { readonly length: number }) {
    this.length = length;
  }
  *[Symbol.iterator](): Generator_<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** The options of `RandomSampler`. */
export interface RandomSamplerOptions {
  /** Draw each index anew; defaults to false. */
  readonly replacement?: boolean;
  /** The number of indices in an epoch; defaults to the length of the data. */
  readonly numSamples?: number;
  /** Defaults to the generator that `manualSeed` seeds, from which each epoch draws a seed of its own. */
  readonly generator?: Generator;
}

/** A permutation of the indices, or indices drawn with replacement. Throws DataError when there is nothing to draw. */
export class RandomSampler implements Sampler {
  readonly length: number;
  readonly replacement: boolean;
  readonly generator: Generator;
  readonly #count: number;
  readonly #isOwn: boolean;

  constructor({ length }: { readonly length: number }, options: RandomSamplerOptions = {}) {
    const { replacement = false, numSamples = length, generator } = options;
    if (length === 0) throw new DataError('RandomSampler: there are no samples to draw from.');
    [this.#count, this.length, this.replacement] = [
      length,
      whole('RandomSampler: numSamples', numSamples),
      replacement,
    ];
    [this.generator, this.#isOwn] = [generator ?? defaultGenerator, generator !== undefined];
  }

  *[Symbol.iterator](): Generator_<number> {
    const generator = this.#isOwn ? this.generator : new Generator(this.generator.random63());
    const n = this.#count;
    if (this.replacement) {
      const draw = (): number => generator.random32() % n;
      // In blocks, as PyTorch draws them: whoever stops in the middle leaves the generator where PyTorch leaves it.
      for (let at = 0; at < this.length; at += block)
        yield* Array.from({ length: Math.min(block, this.length - at) }, draw);
      return;
    }
    for (let i = 0; i < Math.floor(this.length / n); i++) yield* generator.permutation(n);
    // PyTorch draws one more permutation even where nothing of it is needed.
    yield* generator.permutation(n).subarray(0, this.length % n);
  }
}
const block = 32;

/** The given indices in a random order. */
export class SubsetRandomSampler implements Sampler {
  readonly indices: readonly number[];
  readonly generator: Generator;

  constructor(indices: Iterable<number>, generator: Generator = defaultGenerator) {
    this.indices = [...indices];
    this.generator = generator;
  }
  get length(): number {
    return this.indices.length;
  }
  *[Symbol.iterator](): Generator_<number> {
    for (const i of this.generator.permutation(this.indices.length)) yield this.indices[i]!;
  }
}

/** The options of `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions {
  /** Draw each index anew; defaults to true. */
  readonly replacement?: boolean;
  readonly generator?: Generator;
}

/** Indices drawn by weights, which need not add up to 1: torch.multinomial. Throws DataError for weights that are negative, not finite
 *  or all zero, and for more samples without replacement than have a weight. */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Float64Array;
  readonly length: number;
  readonly replacement: boolean;
  readonly generator: Generator;

  constructor(weights: ArrayLike<number>, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    const { replacement = true, generator = defaultGenerator } = options;
    this.weights = Float64Array.from(weights);
    this.length = whole('WeightedRandomSampler: numSamples', numSamples);
    [this.replacement, this.generator] = [replacement, generator];
    const wrong = this.weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
    if (wrong >= 0)
      throw new DataError(
        `WeightedRandomSampler: weight ${wrong} is ${this.weights[wrong]}. Weights are finite numbers from 0 on.`,
      );
    const positive = this.weights.reduce((count, weight) => count + Number(weight > 0), 0);
    if (positive === 0)
      throw new DataError('WeightedRandomSampler: no weight is above 0, so that nothing can be drawn.');
    if (!replacement && this.length > positive)
      throw new DataError(
        `WeightedRandomSampler: ${this.length} samples cannot be drawn without replacement, as ${positive} have a weight above 0.`,
      );
  }

  *[Symbol.iterator](): Generator_<number> {
    yield* this.replacement
      ? byDistribution(this.weights, this.length, this.generator)
      : byRace(this.weights, this.length, this.generator);
  }
}

/** Indices where uniform numbers fall in the cumulative distribution. */
function byDistribution(weights: Float64Array, count: number, generator: Generator): number[] {
  let sum = 0;
  const sums = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  const upTo = sums.map((upTo) => upTo / sum);
  upTo[upTo.length - 1] = 1;
  return Array.from({ length: count }, () => {
    const u = generator.random53();
    let [left, right] = [0, upTo.length];
    while (left < right) {
      const middle = left + ((right - left) >> 1);
      if (upTo[middle]! < u) left = middle + 1;
      else right = middle;
    }
    return left;
  });
}

/** The first to arrive when each index takes an exponentially distributed time, divided by its weight. */
function byRace(weights: Float64Array, count: number, generator: Generator): number[] {
  const speeds = weights.map((weight) => weight / -Math.log1p(-generator.random53()));
  const order = [...speeds.keys()].sort((a, b) => speeds[b]! - speeds[a]!);
  return order.slice(0, count);
}

/** Batches of a sampler's indices. With `dropLast`, a short last batch is left out. */
export class BatchSampler implements Batches {
  readonly sampler: Sampler;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(sampler: Sampler, batchSize: number, dropLast = false) {
    [this.sampler, this.batchSize, this.dropLast] = [sampler, whole('batchSize', batchSize), dropLast];
  }
  get length(): number {
    const count = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(count) : Math.ceil(count);
  }
  get generator(): Sampler['generator'] {
    return this.sampler.generator;
  }
  *[Symbol.iterator](): Generator_<readonly number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

/** A whole number from 1 on. */
export function whole(what: string, value: unknown, least = 1): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new DataError(`${brief(what)} must be a whole number from ${least} on, but it is ${shownNumber(value)}.`);
}

type Generator_<T> = globalThis.Generator<T, void, undefined>;
