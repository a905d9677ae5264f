/** Data for training, in Node and in pages, without dependencies: data sets, samplers, and loaders that make batches of them. */
import '../needs-node.ts';

export { defaultGenerator, Generator } from '../random.ts';
export { type LabelledImages, readCifar10, readCifar100 } from './cifar.ts';
export { type Csv, type CsvOptions, type CsvRecord, parseCsv, readCsv } from './csv.ts';
export { ConcatDataset, MapDataset, randomSplit, Subset, TensorDataset, type TensorLike } from './dataset.ts';
export type { Targets } from './delivery.ts';
export { DataError } from './error.ts';
export type { Transform, TransformFunction } from './fetch.ts';
export { parseIdx, readIdx } from './idx.ts';
export { DataLoader, type DataLoaderOptions } from './loader.ts';
export { parseNpy, readNpy, readNpz } from './npy.ts';
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './sampler.ts';
export type { ByteSource } from './source.ts';
export { type Statistics, statistics } from './statistics.ts';
export * as transforms from './transforms/index.ts';
export type * from './types.ts';
export { readWav, type Wav } from './wav.ts';
