/** Workers of a loader, in the built package, as Node runs no TypeScript in a worker. */
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type * as Data from '../../../runtime/data/index.ts';
import { build, dist } from '../../support/build.ts';

const module = new URL('../../fixtures/squares.mjs', import.meta.url);
type Squares = { x: Float32Array; y: number };
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

let data: typeof Data;
let squares: Data.Dataset<Squares>;
beforeAll(async () => {
  build();
  data = await import(/* @vite-ignore */ `${dist}runtime/data/index.js`);
  squares = (await import(/* @vite-ignore */ module.href)).default();
}, 120_000);

// Each worker is told once that it need not keep the process alive before it is used.
const workers = new Set<Worker>();
const gone = new Set<Worker>();
beforeEach(() => {
  workers.clear();
  const { unref } = Worker.prototype;
  vi.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
    if (!workers.has(this)) this.once('exit', () => gone.add(this));
    workers.add(this);
    return unref.call(this);
  });
});
afterEach(async () => {
  await vi.waitFor(() => expect([...workers].filter((worker) => !gone.has(worker))).toEqual([]));
  vi.restoreAllMocks();
});

const loaderOf = (indices: readonly number[], options: Data.DataLoaderOptions<Squares> = {}) => {
  const sampler = new data.SubsetRandomSampler(indices, new data.Generator(2));
  return new data.DataLoader(squares, { seed: 4, sampler, batchSize: 5, ...options });
};
/** All numbers of some epochs. */
async function values(loader: AsyncIterable<Data.Batch<Squares>>, epochs = 1): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let epoch = 0; epoch < epochs; epoch++)
    for await (const { x, y } of loader) found.push([...x.data, ...y.data, x.shape, y.dtype]);
  return found;
}

test.each([1, 3])('%d workers give the batches that the loader gives alone', async (numWorkers) => {
  const alone = await values(loaderOf(range(36)), 2);
  expect(alone).toHaveLength(16);
  const options = { numWorkers, module };
  expect(await values(loaderOf(range(36), options), 2)).toEqual(alone);
  expect(await values(loaderOf(range(36), { ...options, reuse: true, prefetchFactor: 1 }), 2)).toEqual(alone);
  const kept = loaderOf(range(36), { ...options, persistentWorkers: true });
  expect(await values(kept, 2)).toEqual(alone);
  expect(workers.size).toBe(numWorkers * 5);
  kept.close();
});

test('workers make the data sets of the library, and share their arrays', async () => {
  const { ConcatDataset, DataLoader, Subset, TensorDataset } = data;
  const tensors = new TensorDataset({ data: Float32Array.from(range(12)), shape: [4, 3] }, Int32Array.of(0, 1, 2, 3));
  const set = new ConcatDataset([tensors, new Subset(tensors, [3, 1])]);
  const found: unknown[] = [];
  for await (const [x, y] of new DataLoader(set, { batchSize: 4, numWorkers: 2 })) {
    expect(x.data.buffer).toBeInstanceOf(ArrayBuffer);
    found.push([...x.data], [...y.data]);
  }
  expect(found).toEqual([range(12), [0, 1, 2, 3], [9, 10, 11, 3, 4, 5], [3, 1]]);
});

test('workers apply the transforms of the library with the same random numbers', async () => {
  const { DataLoader, TensorDataset, transforms: T } = data;
  const set = new TensorDataset({ data: Uint8Array.from(range(1200)), shape: [12, 10, 10] });
  const transform = new T.Compose([new T.RandomCrop(8, { padding: 2 }), new T.RandomRotation(15), new T.ToTensor()]);
  const epoch = async (numWorkers: number) => {
    const found: number[] = [];
    for await (const [x] of new DataLoader(set, { batchSize: 5, seed: 3, shuffle: true, numWorkers, transform }))
      found.push(...(x.data as Float32Array));
    return found;
  };
  const alone = await epoch(0);
  expect(alone).toHaveLength(12 * 64);
  expect(await epoch(2)).toEqual(alone);
});

test('a batch goes from a worker into the arrays that the caller names', async () => {
  const into = { x: new Float32Array(15), y: new Int32Array(5) };
  for await (const { x, y } of loaderOf(range(7), { numWorkers: 2, module, into })) {
    expect(x.data.buffer).toBe(into.x.buffer);
    expect([...y.data]).toEqual([...into.x].filter((_, i) => i % 3 === 0).slice(0, y.data.length));
  }
});

test('what fails in a worker names the sample, and ends the workers', async () => {
  const loader = loaderOf([1, 2, 37, 4], { numWorkers: 2, module });
  const error: Error = await values(loader).then(
    () => expect.unreachable(),
    (e) => e,
  );
  expect(error.name).toBe('DataError');
  expect(error.message).toBe('sample 37 cannot be loaded: the disk is on fire.');
  expect((error.cause as Error).stack).toContain('squares.mjs');
});

test('a worker that dies is an error, not a silence', async () => {
  await expect(values(loaderOf([1, 38], { numWorkers: 1, module }))).rejects.toThrow(
    'DataLoader: a worker ended: it left with code 3.',
  );
  const nowhere = loaderOf([1], { numWorkers: 1, module: new URL('nowhere.mjs', module) });
  await expect(values(nowhere)).rejects.toThrow(/Cannot find module .*nowhere\.mjs/);
});

test('workers end when a loop is left', async () => {
  for await (const _ of loaderOf(range(36), { numWorkers: 2, module })) break;
  expect(workers.size).toBe(2);
});

test('what a worker cannot have is refused at once', async () => {
  const { DataLoader, MapDataset, TensorDataset } = data;
  const tensors = new TensorDataset(Float32Array.of(1, 2));
  const mapped = new MapDataset(tensors, (sample) => sample);
  await expect(async () => {
    for await (const _ of new DataLoader(mapped, { numWorkers: 1 }));
  }).rejects.toThrow(/^the data set cannot be sent to a worker: it holds a MapDataset\..* pass module: a URL/);
  await expect(async () => {
    for await (const _ of new DataLoader(tensors, { numWorkers: 1, transform: (x: Data.NdArray) => x }));
  }).rejects.toThrow('the transform cannot be sent to a worker: it holds a function');
});
