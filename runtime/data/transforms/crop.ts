/** Transforms that choose and mirror pixels, and compute no new ones. */
import { DataError } from '../error.ts';
import { type Parts, portable } from '../portable.ts';
import type { Field, SampleContext } from '../types.ts';
import {
  blank,
  checkProbability,
  type Extents,
  extentsOf,
  type Image,
  type ImageTransform,
  type Size,
  sizeOf,
} from './image.ts';

/** The part of an image of the given size at (top, left), which may lie outside; there it is `fill`. */
function part(extents: Extents, top: number, left: number, [h, w]: readonly [number, number], fill: number): Image {
  const { image, planes, height, width } = extents;
  const out = blank(extents, h, w);
  if (fill !== 0) out.data.fill(fill);
  const [from, to] = [Math.max(0, -left), Math.min(w, width - left)];
  for (let c = 0; c < planes; c++)
    for (let y = Math.max(0, -top); y < Math.min(h, height - top) && from < to; y++) {
      const row = (c * height + top + y) * width + left;
      out.data.set(image.data.subarray(row + from, row + to), (c * h + y) * w + from);
    }
  return out;
}

/** The middle of an image; a smaller one is surrounded by zeros. */
export class CenterCrop implements ImageTransform {
  readonly size: readonly [number, number];

  constructor(size: Size) {
    this.size = sizeOf(size, 'CenterCrop');
  }
  apply(field: Field): Image {
    const extents = extentsOf(field, 'CenterCrop');
    const [h, w] = this.size;
    return part(extents, half(extents.height - h), half(extents.width - w), this.size, 0);
  }
  [portable](): Parts {
    return ['CenterCrop', this.size];
  }
}
/** Halves go to the even number, as in Python. */
const half = (difference: number): number => {
  const down = Math.floor(difference / 2);
  return difference % 2 === 0 ? difference / 2 : down % 2 === 0 ? down : down + 1;
};

/** The options of `RandomCrop`. */
export interface RandomCropOptions {
  /** Pixels of `fill` on each side before the crop: one number, or [left and right, top and bottom]; defaults to 0. */
  readonly padding?: number | readonly [number, number];
  /** Defaults to 0. */
  readonly fill?: number;
}

/** A part of an image at a random place. Throws DataError where the image, with padding, is smaller. */
export class RandomCrop implements ImageTransform {
  readonly size: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly fill: number;

  constructor(size: Size, { padding = 0, fill = 0 }: RandomCropOptions = {}) {
    this.size = sizeOf(size, 'RandomCrop');
    [this.padding, this.fill] = [typeof padding === 'number' ? [padding, padding] : padding, fill];
  }
  apply(field: Field, { random }: SampleContext): Image {
    const extents = extentsOf(field, 'RandomCrop');
    const [h, w] = this.size;
    const [padX, padY] = this.padding;
    const [rows, columns] = [extents.height + 2 * padY - h + 1, extents.width + 2 * padX - w + 1];
    if (rows < 1 || columns < 1)
      throw new DataError(
        `RandomCrop: ${h}x${w} cannot be cropped from an image of ${extents.height}x${extents.width} with a padding of ${this.padding}.`,
      );
    return part(extents, random.below(rows) - padY, random.below(columns) - padX, this.size, this.fill);
  }
  [portable](): Parts {
    return ['RandomCrop', this.size, { padding: this.padding, fill: this.fill }];
  }
}

/** Mirrors an image, left to right or top to bottom. */
function mirrored(extents: Extents, isVertical: boolean): Image {
  const { image, planes, height, width } = extents;
  const out = blank(extents, height, width);
  for (let row = 0; row < planes * height; row++) {
    const [plane, y] = [Math.floor(row / height), row % height];
    const from = isVertical ? plane * height + height - 1 - y : row;
    const pixels = image.data.subarray(from * width, (from + 1) * width);
    out.data.set(pixels, row * width);
    if (!isVertical) out.data.subarray(row * width, (row + 1) * width).reverse();
  }
  return out;
}

/** Mirrors a random share `p` of images, left to right. */
export class RandomHorizontalFlip implements ImageTransform {
  readonly p: number;

  constructor(p = 0.5) {
    checkProbability(p, 'RandomHorizontalFlip');
    this.p = p;
  }
  apply(field: Field, { random }: SampleContext): Image {
    const extents = extentsOf(field, 'RandomHorizontalFlip');
    return random.uniform() < this.p ? mirrored(extents, false) : extents.image;
  }
  [portable](): Parts {
    return ['RandomHorizontalFlip', this.p];
  }
}

/** Mirrors a random share `p` of images, top to bottom. */
export class RandomVerticalFlip implements ImageTransform {
  readonly p: number;

  constructor(p = 0.5) {
    checkProbability(p, 'RandomVerticalFlip');
    this.p = p;
  }
  apply(field: Field, { random }: SampleContext): Image {
    const extents = extentsOf(field, 'RandomVerticalFlip');
    return random.uniform() < this.p ? mirrored(extents, true) : extents.image;
  }
  [portable](): Parts {
    return ['RandomVerticalFlip', this.p];
  }
}
