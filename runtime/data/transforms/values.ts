/** Transforms of an image's values: scaled, normalized, erased. As torchvision computes them, in float32. */
import { DataError } from '../error.ts';
import { type Parts, portable } from '../portable.ts';
import type { Field, SampleContext } from '../types.ts';
import { blank, checkProbability, extentsOf, type Image, type ImageTransform } from './image.ts';

/** Makes an image f32[channels, height, width]: bytes are divided by 255, floats are left as they are; [height, width] gets a channel. */
export class ToTensor implements ImageTransform {
  apply(field: Field): Image {
    const { image, height, width } = extentsOf(field, 'ToTensor');
    const shape = image.shape.length === 2 ? [1, height, width] : image.shape;
    const data = image.dtype === 'f32' ? (image.data as Float32Array) : new Float32Array(image.data.length);
    // Not Float32Array.from, which calls a function for each pixel.
    if (image.dtype === 'u8') for (let i = 0; i < data.length; i++) data[i] = image.data[i]! / 255;
    return { data, shape, dtype: 'f32' };
  }
  [portable](): Parts {
    return ['ToTensor'];
  }
}

/** (x − mean) / std, channel by channel, of f32[channels, height, width]. One number is for all channels. */
export class Normalize implements ImageTransform {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  constructor(mean: number | readonly number[], std: number | readonly number[]) {
    [this.mean, this.std] = [[mean].flat(), [std].flat()];
    if (this.std.some((s) => !(s > 0)) || this.mean.some((m) => !Number.isFinite(m)))
      throw new DataError(
        `Normalize: mean must be finite and std above 0, but they are [${this.mean}] and [${this.std}].`,
      );
  }
  apply(field: Field): Image {
    const { image, planes, height, width } = extentsOf(field, 'Normalize');
    if (image.dtype !== 'f32')
      throw new DataError('Normalize takes images of f32. Put new ToTensor() before it, which divides bytes by 255.');
    for (const list of [this.mean, this.std])
      if (list.length !== 1 && list.length !== planes)
        throw new DataError(
          `Normalize: ${list.length} numbers do not fit an image of ${planes} channels, [${image.shape}].`,
        );
    const from = image.data as Float32Array;
    const data = new Float32Array(from.length);
    const each = height * width;
    for (let c = 0; c < planes; c++) {
      const [mean, std] = [this.mean, this.std].map((list) => Math.fround(list[list.length === 1 ? 0 : c]!)) as [
        number,
        number,
      ];
      for (let i = c * each; i < (c + 1) * each; i++) data[i] = Math.fround(from[i]! - mean) / std;
    }
    return { data, shape: image.shape, dtype: 'f32' };
  }
  [portable](): Parts {
    return ['Normalize', this.mean, this.std];
  }
}

/** The options of `RandomErasing`. */
export interface RandomErasingOptions {
  /** How often; defaults to 0.5. */
  readonly p?: number;
  /** The least and the largest share of the area; defaults to [0.02, 0.33]. */
  readonly scale?: readonly [number, number];
  /** The least and the largest height by width; defaults to [0.3, 3.3]. */
  readonly ratio?: readonly [number, number];
  /** What to erase with: a number, one for each channel, or 'random' for normal numbers; defaults to 0. */
  readonly value?: number | readonly number[] | 'random';
}

/** Erases a random rectangle of a random share of images. */
export class RandomErasing implements ImageTransform {
  readonly options: Required<RandomErasingOptions>;

  constructor({ p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 }: RandomErasingOptions = {}) {
    checkProbability(p, 'RandomErasing');
    this.options = { p, scale, ratio, value };
  }
  apply(field: Field, { random }: SampleContext): Image {
    const extents = extentsOf(field, 'RandomErasing');
    const { image, planes, height, width } = extents;
    const { p, scale, ratio, value } = this.options;
    if (random.uniform() >= p) return image;
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = height * width * random.uniform(...scale);
      const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
      const [h, w] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
      if (h >= height || w >= width) continue;
      const [top, left] = [random.below(height - h + 1), random.below(width - w + 1)];
      const erased = blank(extents, height, width);
      erased.data.set(image.data);
      for (let c = 0; c < planes; c++)
        for (let y = top; y < top + h; y++)
          for (let x = left; x < left + w; x++)
            erased.data[(c * height + y) * width + x] =
              value === 'random' ? random.normal() : typeof value === 'number' ? value : value[c % value.length]!;
      return erased;
    }
    return image;
  }
  [portable](): Parts {
    return ['RandomErasing', this.options];
  }
}
