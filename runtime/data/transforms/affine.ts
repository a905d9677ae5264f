/** Rotations and other affine maps of an image about its middle, as torchvision computes them for tensors. */
import { type Parts, portable } from '../portable.ts';
import type { Field, SampleContext } from '../types.ts';
import { blank, type Extents, extentsOf, type Image, type ImageTransform, rangeOf } from './image.ts';

/** How pixels are read between others, and what lies outside of an image. */
export interface WarpOptions {
  /** Between pixels: the nearest, or a mean by distance; defaults to 'nearest'. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** Outside of the image; defaults to 0. */
  readonly fill?: number;
}

interface Map2d {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees. */
  readonly shear: readonly [number, number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The image under a map. Each pixel takes its value where the inverse map puts it. */
export function warped(extents: Extents, { angle, translate, scale, shear }: Map2d, options: WarpOptions): Image {
  const { interpolation = 'nearest', fill = 0 } = options;
  const { image, planes, height, width } = extents;
  const [rotation, shearX, shearY] = [angle, ...shear].map(radians) as [number, number, number];
  // The product R·S·S of torchvision's _get_inverse_affine_matrix, inverted: [[d, -b], [-c, a]] / scale.
  const a = Math.cos(rotation - shearY) / Math.cos(shearY);
  const b = (-Math.cos(rotation - shearY) * Math.tan(shearX)) / Math.cos(shearY) - Math.sin(rotation);
  const c = Math.sin(rotation - shearY) / Math.cos(shearY);
  const d = (-Math.sin(rotation - shearY) * Math.tan(shearX)) / Math.cos(shearY) + Math.cos(rotation);
  const [midX, midY] = [(width - 1) / 2, (height - 1) / 2];
  const out = blank(extents, height, width);
  const isByte = image.dtype === 'u8';
  const each = height * width;
  const at = (plane: number, x: number, y: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? image.data[plane * each + y * width + x]! : fill;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - midX - translate[0], y - midY - translate[1]];
      const [sx, sy] = [(d * dx - b * dy) / scale + midX, (-c * dx + a * dy) / scale + midY];
      for (let plane = 0; plane < planes; plane++) {
        let value: number;
        if (interpolation === 'nearest') value = at(plane, nearest(sx), nearest(sy));
        else {
          const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
          const [fx, fy] = [sx - x0, sy - y0];
          const row = (r: number): number => at(plane, x0, r) * (1 - fx) + at(plane, x0 + 1, r) * fx;
          value = row(y0) * (1 - fy) + row(y0 + 1) * fy;
        }
        out.data[plane * each + y * width + x] = isByte ? nearest(value) : value;
      }
    }
  return out;
}

/** The nearest whole number, halves to the even one. */
function nearest(v: number): number {
  const rounded = Math.round(v);
  return Math.abs(v % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Rotates by a random angle in degrees: from −d to d for one number, or between two. Positive angles turn counter-clockwise. */
export class RandomRotation implements ImageTransform {
  readonly degrees: readonly [number, number];
  readonly options: WarpOptions;

  constructor(degrees: number | readonly [number, number], options: WarpOptions = {}) {
    [this.degrees, this.options] = [rangeOf(degrees), options];
  }
  apply(field: Field, { random }: SampleContext): Image {
    const angle = -random.uniform(...this.degrees);
    const map: Map2d = { angle, translate: [0, 0], scale: 1, shear: [0, 0] };
    return warped(extentsOf(field, 'RandomRotation'), map, this.options);
  }
  [portable](): Parts {
    return ['RandomRotation', this.degrees, this.options];
  }
}

/** The options of `RandomAffine`. */
export interface RandomAffineOptions extends WarpOptions {
  /** The largest shift, as shares of width and height; defaults to none. */
  readonly translate?: readonly [x: number, y: number];
  /** The least and the largest factor; defaults to 1. */
  readonly scale?: readonly [number, number];
  /** The range of the shear along x in degrees; defaults to none. */
  readonly shear?: number | readonly [number, number];
}

/** Rotates by a random angle, clockwise where it is positive as in torchvision, shifts, scales and shears. */
export class RandomAffine implements ImageTransform {
  readonly degrees: readonly [number, number];
  readonly options: RandomAffineOptions;

  constructor(degrees: number | readonly [number, number], options: RandomAffineOptions = {}) {
    [this.degrees, this.options] = [rangeOf(degrees), options];
  }
  apply(field: Field, { random }: SampleContext): Image {
    const extents = extentsOf(field, 'RandomAffine');
    const { translate = [0, 0], scale = [1, 1], shear = 0 } = this.options;
    const shift = (share: number, extent: number): number =>
      Math.round(random.uniform(-share * extent, share * extent));
    const map: Map2d = {
      angle: random.uniform(...this.degrees),
      translate: [shift(translate[0], extents.width), shift(translate[1], extents.height)],
      scale: random.uniform(...scale),
      shear: [random.uniform(...rangeOf(shear)), 0],
    };
    return warped(extents, map, this.options);
  }
  [portable](): Parts {
    return ['RandomAffine', this.degrees, this.options];
  }
}
