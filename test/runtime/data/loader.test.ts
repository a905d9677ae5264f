/** tapeout/data: PyTorch's orders, batches and their forms, resuming, errors. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { manualSeed } from '../../../frontend/index.ts';
import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  type Dataset,
  type Field,
  Generator,
  MapDataset,
  type NdArray,
  RandomSampler,
  randomSplit,
  type Sample,
  SequentialSampler,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
} from '../../../runtime/data/index.ts';
import type { LoaderState } from '../../../runtime/data/types.ts';

const torch = JSON.parse(readFileSync(new URL('../../goldens/data/torch.json', import.meta.url), 'utf8'));

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
async function epoch(loader: AsyncIterable<unknown>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const batch of loader) batches.push(Array.from((batch as NdArray).data as Int32Array));
  return batches;
}
const all = async <T>(batches: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
};
/** The message of the DataError that a loop over the loader ends with. */
async function failure(loader: AsyncIterable<unknown>): Promise<string> {
  const error = await all(loader).then(
    () => null,
    (e: Error) => e,
  );
  expect(error?.name).toBe('DataError');
  return error!.message;
}

describe('orders are those of torch.utils.data', () => {
  it('of a shuffled loader, epoch after epoch', async () => {
    const loader = new DataLoader(range(10), { batchSize: 4, shuffle: true, seed: 3 });
    expect([await epoch(loader), await epoch(loader)]).toEqual(torch.shuffled);
    const short = new DataLoader(range(10), {
      batchSize: 4,
      shuffle: true,
      dropLast: true,
      generator: new Generator(3),
    });
    expect([await epoch(short), await epoch(short)]).toEqual(torch.dropLast);
    expect([loader.length, short.length]).toEqual([3, 2]);
  });

  it('of a loader without a generator, after manualSeed', async () => {
    manualSeed(9);
    const loader = new DataLoader(range(7), { batchSize: 3, shuffle: true });
    expect([await epoch(loader), await epoch(loader)]).toEqual(torch.manualSeed);
    manualSeed(0);
  });

  it('of an epoch after one that was left', async () => {
    const loader = new DataLoader(range(10), { batchSize: 3, shuffle: true, seed: 5 });
    const first: number[][] = [];
    for await (const { data } of loader) {
      first.push(Array.from(data as Int32Array));
      if (first.length === 2) break;
    }
    expect([first, await epoch(loader)]).toEqual(torch.left);
  });

  it('of samplers', async () => {
    const data = { length: 10 };
    const weights = [0.1, 2, 0, 0.7, 3, 1, 0.5];
    const seeded = (seed: number) => ({ generator: new Generator(seed) });
    expect([...new RandomSampler(data, { replacement: true, numSamples: 70, ...seeded(1) })]).toEqual(
      torch.replacement,
    );
    expect([...new RandomSampler({ length: 5 }, { numSamples: 12, ...seeded(2) })]).toEqual(torch.more);
    expect([...new SubsetRandomSampler([5, 8, 2, 9], new Generator(4))]).toEqual(torch.subset);
    expect([...new WeightedRandomSampler(weights, 40, seeded(6))]).toEqual(torch.weighted);
    expect([...new WeightedRandomSampler(weights, 6, { replacement: false, ...seeded(6) })]).toEqual(
      torch.weightedWithout,
    );
    expect([...new WeightedRandomSampler(weights, 1, seeded(8))]).toEqual(torch.weightedOne);
    expect([...new BatchSampler(new SequentialSampler({ length: 7 }), 3)]).toEqual(torch.batches);
    const sampler = new WeightedRandomSampler(Array(10).fill(1), 10, seeded(2));
    const loader = new DataLoader(range(10), { batchSize: 4, sampler, seed: 1 });
    expect([await epoch(loader), await epoch(loader)]).toEqual(torch.loaded);
  });

  it('of random splits, by lengths and by fractions', () => {
    const data = (n: number) => ({ length: n, get: (i: number) => i });
    const indices = (n: number, lengths: number[]) =>
      randomSplit(data(n), lengths, new Generator(42)).map((part) => Array.from(part.indices));
    expect(indices(10, [3, 7])).toEqual(torch.split);
    expect(indices(11, [0.3, 0.3, 0.4])).toEqual(torch.fractions);
    expect(() => indices(10, [3, 6])).toThrow('lengths of 3, 6 do not split 10 samples: they must add up to 10');
  });
});

describe('a batch', () => {
  const images = { data: Float32Array.from(range(24)), shape: [4, 2, 3] };
  const labels = Int32Array.of(3, 1, 2, 0);

  it('has the form of its samples, with the number of samples first', async () => {
    const data = new TensorDataset(images, labels);
    const shapes: unknown[] = [];
    for await (const [x, y] of new DataLoader(data, { batchSize: 3 }))
      shapes.push([x.shape, x.dtype, y.shape, y.dtype]);
    expect(shapes).toEqual([
      [[3, 2, 3], 'f32', [3], 'i32'],
      [[1, 2, 3], 'f32', [1], 'i32'],
    ]);
    const [first] = await all(
      new DataLoader(data, { batchSize: 2, sampler: new SubsetRandomSampler([2], new Generator(0)) }),
    );
    expect([...first![0].data, ...first![1].data]).toEqual([12, 13, 14, 15, 16, 17, 2]);
    const records = [0, 1].map((i) => ({
      pixels: [
        [i, 1],
        [2, 3],
      ],
      score: 0.5 * i,
      ok: i > 0,
    }));
    const [batch] = await all(new DataLoader(records, { batchSize: 2 }));
    expect(batch).toEqual({
      pixels: { data: Int32Array.of(0, 1, 2, 3, 1, 1, 2, 3), shape: [2, 2, 2], dtype: 'i32' },
      score: { data: Float32Array.of(0, 0.5), shape: [2], dtype: 'f32' },
      ok: { data: Uint8Array.of(0, 1), shape: [2], dtype: 'bool' },
    });
  });

  it('is of arrays of its own, unless they may be used again', async () => {
    const data = new TensorDataset(images, labels);
    const kept = await all(new DataLoader(data, { batchSize: 1 }));
    expect(kept.map(([, y]) => y.data[0])).toEqual([3, 1, 2, 0]);
    const buffers = async (prefetchFactor: number) => {
      const seen = new Set<unknown>();
      const values: unknown[] = [];
      const many = new DataLoader(new ConcatDataset([data, data, data, data, data]), {
        batchSize: 2,
        reuse: true,
        prefetchFactor,
      });
      for await (const [x, y] of many) {
        seen.add(x.data.buffer);
        values.push(...(y as NdArray).data);
      }
      expect(values).toEqual(Array(5).fill([3, 1, 2, 0]).flat());
      return seen.size;
    };
    expect(await buffers(0)).toBeLessThan(4);
    expect(await buffers(3)).toBeLessThan(7);
  });

  it.each([0, 2])('is written into the arrays that the caller names, with %d batches ahead', async (prefetchFactor) => {
    const into = [new Float32Array(12), new Int32Array(2)] as const;
    const found: number[][] = [];
    for await (const [x, y] of new DataLoader(new TensorDataset(images, labels), {
      batchSize: 2,
      into,
      prefetchFactor,
    })) {
      expect(x.data.buffer).toBe(into[0].buffer);
      expect(y.data.buffer).toBe(into[1].buffer);
      found.push([...into[0], ...into[1]]);
    }
    expect(found).toEqual([
      [...range(12), 3, 1],
      [...range(24).slice(12), 2, 0],
    ]);
    const small = new DataLoader(new TensorDataset(images, labels), { batchSize: 3, into });
    expect(await failure(small)).toContain(
      'field 0 of a batch has 18 values, but the array to write it to has room for 12',
    );
    const other = new DataLoader(new TensorDataset(labels, labels), { into: [new Float32Array(1), new Int32Array(1)] });
    expect(await failure(other)).toContain('field 0 is i32, but the array to write it to is Float32Array');
  });

  it('of plain numbers keeps the type of the first batch, or says why not', async () => {
    const batches = await all(new DataLoader([[0.5], [1], [2]] as [number][]));
    expect(batches.map(([x]) => x.dtype)).toEqual(['f32', 'f32', 'f32']);
    expect(await failure(new DataLoader([[1], [0.5]]))).toContain('field 0 held whole numbers in the first batch');
  });

  it('is what collate makes of the samples', async () => {
    const collate = (samples: string[]) => samples.join('+');
    expect(await all(new DataLoader(['a', 'b', 'c'], { batchSize: 2, collate }))).toEqual(['a+b', 'c']);
  });
});

describe('samples in an order of their own', () => {
  async function* later() {
    for (const i of range(5)) yield [i, i / 2] as [number, number];
  }
  it.each([0, 2])('come from generators, async ones and streams, with %d batches ahead', async (prefetchFactor) => {
    const options = { batchSize: 2, prefetchFactor };
    const stream = new ReadableStream<number>({
      start(controller) {
        for (const i of range(5)) controller.enqueue(i);
        controller.close();
      },
    });
    for (const data of [later(), new Set(range(5)), stream]) {
      const loader = new DataLoader<Sample, Record<number, NdArray> & NdArray>(data as never, options);
      expect(loader.length).toBe(undefined);
      const found = await all(loader);
      expect(found.map((b) => Array.from((b[0] ?? b).data as Int32Array))).toEqual([[0, 1], [2, 3], [4]]);
    }
    const dropped = new DataLoader(new Set(range(5)), { batchSize: 2, dropLast: true });
    expect(await epoch(dropped)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('are asked to end when the loop is left', async () => {
    let isOver = false;
    const data = (function* () {
      try {
        while (true) yield 1;
      } finally {
        isOver = true;
      }
    })();
    for await (const _ of new DataLoader(data as Iterable<number>, { prefetchFactor: 2 })) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(isOver).toBe(true);
  });

  it('cannot be shuffled', () => {
    expect(() => new DataLoader(new Set([1]), { shuffle: true })).toThrow('cannot be shuffled or sampled');
  });
});

describe('a state', () => {
  const noisy = (): Dataset<[number, number]> =>
    new MapDataset(
      { length: 11, get: (i) => i },
      (i, context) =>
        [i, context!.random.uniform() + context!.random.normal() + context!.random.below(9)] as [number, number],
    );
  const weighted = () => new WeightedRandomSampler(range(11), 9, { generator: new Generator(8) });
  it.each([
    ['shuffled', () => ({ shuffle: true, seed: 7 })],
    ['with a sampler that draws', () => ({ sampler: weighted(), seed: 7 })],
    ['in order', () => ({ seed: 7 })],
  ])('continues with the same batches: %s', async (_, options) => {
    const make = () => new DataLoader(noisy(), { batchSize: 2, ...options() });
    const values = (batches: [NdArray, NdArray][]) =>
      batches.map((fields) => fields.map(({ data }) => [...(data as Float32Array)]));
    const loader = make();
    const states: LoaderState[] = [loader.stateDict()];
    const whole: [NdArray, NdArray][] = [];
    for (let e = 0; e < 3; e++) {
      for await (const batch of loader) {
        whole.push(batch);
        states.push(JSON.parse(JSON.stringify(loader.stateDict())));
      }
    }
    for (const [done, state] of states.entries()) {
      const resumed = make();
      resumed.loadStateDict(state);
      expect(resumed.stateDict()).toEqual(state);
      const rest: [NdArray, NdArray][] = [];
      for (let e = state.epoch; e < 3; e++) rest.push(...(await all(resumed)));
      expect(values(rest)).toEqual(values(whole.slice(done)));
    }
    expect(loader.stateDict()).toMatchObject({ epoch: 3, batches: 0 });
    expect(() => loader.loadStateDict({} as never)).toThrow('not the state of a loader');
  });

  it('of a stream skips what was handed out', async () => {
    const loader = new DataLoader(new Set(range(7)), { batchSize: 2 });
    loader.loadStateDict({ ...loader.stateDict(), batches: 2 });
    expect(await epoch(loader)).toEqual([[4, 5], [6]]);
  });
});

test('random numbers of a sample depend on the seed, the epoch and the index alone', async () => {
  const data: Dataset<number> = { length: 6, get: (_, context) => context!.random.uniform() };
  const values = async (options: object, epochs = 1): Promise<number[]> => {
    const loader = new DataLoader(data, { seed: 1, ...options });
    for (let i = 1; i < epochs; i++) await all(loader);
    return (await epoch(loader)).flat();
  };
  const one = await values({});
  expect(new Set(one).size).toBe(6);
  expect(await values({ batchSize: 4 })).toEqual(one);
  expect(await values({ seed: 2 })).not.toEqual(one);
  expect(await values({}, 2)).not.toEqual(one);
  const [wanted] = await all(
    new DataLoader(data, { seed: 1, sampler: new SubsetRandomSampler([4], new Generator(0)) }),
  );
  expect(wanted!.data[0]).toBe(one[4]);
});

describe('errors', () => {
  it.each<[string, unknown, object, string]>([
    ['no data', undefined, {}, 'but they are missing'],
    ['an unknown option', [1], { batchsize: 3 }, "unknown option 'batchsize'. Did you mean 'batchSize'?"],
    ['a batch size of 0', [1], { batchSize: 0 }, 'batchSize must be a whole number from 1 on, but it is 0'],
    ['two orders', [1], { shuffle: true, sampler: new SequentialSampler([1]) }, 'sampler decides what shuffle would'],
    ['two seeds', [1], { seed: 1, generator: new Generator(1) }, 'generator decides what seed would'],
    [
      'two batchings',
      [1],
      { batchSampler: new BatchSampler(new SequentialSampler([1]), 2), batchSize: 3 },
      'batchSampler decides',
    ],
    ['workers for a stream', new Set([1]), { numWorkers: 1 }, 'numWorkers needs samples by index'],
    ['nothing to shuffle', [], { shuffle: true }, 'there are no samples to draw from'],
  ])('say what is wrong with the arguments: %s', (_, data, options, message) => {
    expect(() => new DataLoader(data as number[], options)).toThrow(message);
  });

  it.each<[string, Field[][], string]>([
    ['shapes', [[[1, 2]], [[1, 2, 3]]], 'field 0 of sample 1 is numbers [3], but that of sample 0 is numbers [2]'],
    [
      'types',
      [[Int8Array.of(1)], [Float32Array.of(1)]],
      'field 0 of sample 1 is f32[1], but that of sample 0 is i8[1]',
    ],
    ['ragged lists', [[[[1, 2], [3]]]], 'field 0 of sample 0 is nested lists that are not of one shape'],
    ['lists of depths', [[[[1], 3]]], 'nested lists, but not of numbers of one depth'],
    ['numbers of fields', [[1, 2], [1]], 'sample 1 is a list of 1, but the first of its batch is a list of 2 fields'],
    ['texts', [['a' as never]], 'field 0 of sample 0 is a string. A field is a number, a typed array'],
    [
      'unfilled shapes',
      [[{ data: new Float32Array(3), shape: [2] }]],
      'has 3 values, which do not fill its shape, [2]',
    ],
    [
      'wrong dtypes',
      [[{ data: new Float32Array(2), shape: [2], dtype: 'u8' }]],
      'says that it is u8, but its data are a Float32Array',
    ],
  ])('say what does not fit in a batch: %s', async (_, samples, message) => {
    expect(await failure(new DataLoader(samples, { batchSize: 2 }))).toContain(message);
  });

  it.each([false, true])('name the sample that cannot be loaded (later: %s)', async (isLater) => {
    const get = (i: number): number => {
      if (i === 3) throw new Error('the disk is on fire');
      return i;
    };
    const data: Dataset<number> = { length: 5, get: isLater ? async (i) => get(i) : get };
    expect(await failure(new DataLoader(data, { batchSize: 2 }))).toBe(
      'sample 3 cannot be loaded: the disk is on fire.',
    );
  });

  it('of data sets', () => {
    expect(() => new TensorDataset(new Float32Array(3), new Int32Array(4))).toThrow('the tensors have 3, 4 samples');
    expect(() => new TensorDataset([1] as never)).toThrow('tensor 0 must be a typed array, or { data, shape }');
    expect(() => new TensorDataset(new Float32Array(3)).get(3)).toThrow(
      'there is no sample 3: there are 3, counted from 0',
    );
    expect(() => new WeightedRandomSampler([1, -1], 2)).toThrow('weight 1 is -1');
    expect(() => new WeightedRandomSampler([1, 0], 2, { replacement: false })).toThrow(
      '2 samples cannot be drawn without',
    );
    expect(() => new WeightedRandomSampler([0], 2)).toThrow('no weight is above 0');
  });
});
