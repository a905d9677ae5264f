/** Transforms compute what torch computes, and draw the same for the same seed, epoch and index. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import {
  DataLoader,
  type Field,
  type NdArray,
  type SampleContext,
  statistics,
  transforms as T,
  TensorDataset,
} from '../../../runtime/data/index.ts';
import { sampleRandom } from '../../../runtime/data/sample-random.ts';
import { warped } from '../../../runtime/data/transforms/affine.ts';
import { extentsOf, type Image } from '../../../runtime/data/transforms/image.ts';

const torch = JSON.parse(readFileSync(new URL('../../goldens/data/torch.json', import.meta.url), 'utf8'));

const image: Image = {
  data: Float32Array.from({ length: 126 }, (_, i) => (7 * i) % 31),
  shape: [2, 7, 9],
  dtype: 'f32',
};
const bytes = (shape: number[], values: number[]): Image => ({ data: Uint8Array.from(values), shape, dtype: 'u8' });
const small = bytes([1, 2, 3], [1, 2, 3, 4, 5, 6]);
const context = (index = 0, key = 5n): SampleContext => ({ index, random: sampleRandom(key, index) });
/** The pixels that a transform makes of an image. */
const made = (transform: { apply(f: Field, c: SampleContext): unknown }, of: Image = small, index = 0): number[] =>
  Array.from((transform.apply(of, context(index)) as Image).data);

describe('values of torch', () => {
  it.each([0, 1, 2])('affine map %d', (i) => {
    const { data, mode = 'nearest', angle, translate = [0, 0], scale = 1, shear = [0, 0] } = torch.warped[i];
    const found = warped(extentsOf(image, ''), { angle, translate, scale, shear }, { interpolation: mode });
    found.data.forEach((v, at) => {
      expect(v).toBeCloseTo(data[at], 4);
    });
    expect(new Set(data).size).toBeGreaterThan(10);
  });

  it.each([0, 1, 2, 3])('size %d', (i) => {
    const { size, data } = torch.resized[i];
    const found = new T.Resize(size).apply(image);
    expect(found.shape).toEqual([2, ...size]);
    found.data.forEach((v, at) => {
      expect(v).toBeCloseTo(data[at], 4);
    });
  });

  it('normalized to the bit', () => {
    const scaled = new T.ToTensor().apply({ ...image, data: Uint8Array.from(image.data), dtype: 'u8' });
    const found = new T.Normalize([0.1, 0.2], [0.3, 0.7]).apply(scaled);
    expect(found.data).toEqual(Float32Array.from(torch.normalized));
  });
});

test('shapes and types: [height, width] gets a channel, bytes stay bytes, a number is the smaller side', () => {
  expect(new T.ToTensor().apply(bytes([2, 3], [0, 51, 102, 153, 204, 255]))).toEqual({
    data: Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1),
    shape: [1, 2, 3],
    dtype: 'f32',
  });
  expect(new T.Resize(4).apply(image).shape).toEqual([2, 4, 5]);
  expect(new T.Resize([1, 3]).apply(small)).toEqual(bytes([1, 1, 3], [3, 4, 5]));
});

test('crops', () => {
  expect(made(new T.CenterCrop([2, 1]))).toEqual([2, 5]);
  expect(new T.CenterCrop(4).apply(small)).toEqual(bytes([1, 4, 4], [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0]));
  const crop = new T.RandomCrop([2, 2], { padding: [1, 0], fill: 9 });
  const seen = new Set(Array.from({ length: 200 }, (_, i) => made(crop, small, i).join()));
  expect([...seen].sort()).toEqual(['1,2,4,5', '2,3,5,6', '3,9,6,9', '9,1,9,4']);
  expect(() => made(new T.RandomCrop(4, { padding: [1, 0] }))).toThrow(
    '4x4 cannot be cropped from an image of 2x3 with',
  );
});

test('flips', () => {
  expect(made(new T.RandomHorizontalFlip(1))).toEqual([3, 2, 1, 6, 5, 4]);
  expect(made(new T.RandomVerticalFlip(1))).toEqual([4, 5, 6, 1, 2, 3]);
  expect([...small.data]).toEqual([1, 2, 3, 4, 5, 6]);
  const flip = new T.RandomHorizontalFlip();
  const flipped = Array.from({ length: 1000 }, (_, i) => Number(made(flip, small, i)[0] === 3)).reduce((a, b) => a + b);
  expect(flipped).toBeGreaterThan(430);
  expect(flipped).toBeLessThan(570);
});

test('rotations turn counter-clockwise, and affine maps clockwise', () => {
  const square = bytes([1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(made(new T.RandomRotation([90, 90]), square)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  expect(made(new T.RandomAffine([90, 90]), square)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  expect(made(new T.RandomRotation(0), square)).toEqual([...square.data]);
  const shifts = new Set(
    Array.from({ length: 60 }, (_, i) => made(new T.RandomAffine(0, { translate: [0.34, 0] }), square, i).join()),
  );
  expect([...shifts].sort()).toEqual(['0,1,2,0,4,5,0,7,8', '1,2,3,4,5,6,7,8,9', '2,3,0,5,6,0,8,9,0']);
});

test('erasing covers a share of the area in the range', () => {
  const ones = { data: new Float32Array(2 * 400).fill(1), shape: [2, 20, 20], dtype: 'f32' } as const;
  const erase = new T.RandomErasing({ p: 1, scale: [0.1, 0.2], value: [0, 5] });
  for (let i = 0; i < 50; i++) {
    const pixels = made(erase, ones, i);
    const erased = pixels.slice(0, 400).filter((v) => v === 0).length;
    expect(erased).toBeGreaterThan(0.08 * 400);
    expect(erased).toBeLessThan(0.23 * 400);
    expect(pixels.slice(400).filter((v) => v === 5)).toHaveLength(erased);
  }
});

test('what is composed is the same for a seed, whatever the batches', async () => {
  const data = new TensorDataset({ data: Float32Array.from({ length: 1600 }, (_, i) => i), shape: [16, 1, 10, 10] });
  const transform = new T.Compose([
    new T.RandomCrop(8, { padding: 2 }),
    new T.RandomHorizontalFlip(),
    new T.RandomRotation(15),
    (x: NdArray, { random }: SampleContext) => ({
      ...x,
      data: (x.data as Float32Array).map((v) => v + random.normal()),
    }),
  ]);
  const epoch = async (batchSize: number, seed = 3) => {
    const values: number[] = [];
    for await (const [x] of new DataLoader(data, { batchSize, seed, transform }))
      values.push(...(x.data as Float32Array));
    return values;
  };
  const values = await epoch(16);
  expect(await epoch(5)).toEqual(values);
  expect(await epoch(16, 4)).not.toEqual(values);
});

test('statistics are those of all pixels, by channel', async () => {
  const data = new TensorDataset(bytes([2, 2, 1, 2], [0, 255, 51, 51, 255, 255, 153, 153]));
  const { mean, std } = await statistics(data);
  expect(mean.map((v) => v.toFixed(6))).toEqual(['0.750000', '0.400000']);
  expect(std.map((v) => v.toFixed(6))).toEqual([Math.sqrt(0.1875).toFixed(6), '0.200000']);
  await expect(statistics({ length: 0, get: () => small })).rejects.toThrow('the data set has no samples');
});

test.each<[string, () => unknown, string]>([
  ['text', () => new T.ToTensor().apply('x' as never), 'ToTensor takes images, { data, shape } of u8 or f32'],
  ['a list', () => made(new T.RandomCrop(2), bytes([3], [1, 2, 3])), 'but the field is u8[3]'],
  ['bytes to normalize', () => made(new T.Normalize(0, 1)), 'Put new ToTensor() before it'],
  ['channels', () => new T.Normalize([1, 2, 3], 1).apply(image), '3 numbers do not fit an image of 2 channels'],
  ['a deviation of 0', () => new T.Normalize(0, 0), 'std above 0'],
  ['a size of 0', () => new T.Resize(0), 'Resize: the size must be whole numbers from 1 on, but it is 0'],
  ['a share of 2', () => new T.RandomHorizontalFlip(2), 'p must be a probability, from 0 to 1, but it is 2'],
])('wrong arguments say so: %s', (_, run, message) => {
  expect(run).toThrow(message);
});
