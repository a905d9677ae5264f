/** Data for training, in Node and in pages, without dependencies: data sets, samplers, and loaders that make batches of them. */
export { defaultGenerator, Generator } from '../random.ts';
export { ConcatDataset, MapDataset, randomSplit, Subset, TensorDataset, type TensorLike } from './dataset.ts';
export type { Targets } from './delivery.ts';
export { DataError } from './error.ts';
export type { Transform, TransformFunction } from './fetch.ts';
export { DataLoader, type DataLoaderOptions } from './loader.ts';
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './sampler.ts';
export type * from './types.ts';
