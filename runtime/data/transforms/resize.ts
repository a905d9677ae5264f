/** Images of another size: bilinear, and with antialiasing where they become smaller, as torch's interpolate computes it. */
import { type Parts, portable } from '../portable.ts';
import type { Field } from '../types.ts';
import { blank, extentsOf, type Image, type ImageTransform, type Size, sizeOf } from './image.ts';

/** Resizes to [height, width], or, for one number, so that the smaller side has that many pixels and the ratio stays. */
export class Resize implements ImageTransform {
  readonly size: Size;

  constructor(size: Size) {
    sizeOf(size, 'Resize');
    this.size = size;
  }
  apply(field: Field): Image {
    const extents = extentsOf(field, 'Resize');
    const { image, planes, height, width } = extents;
    const [h, w] = typeof this.size === 'number' ? bySmallerSide(height, width, this.size) : this.size;
    if (h === height && w === width) return image;
    const [columns, rows] = [tapsOf(width, w), tapsOf(height, h)];
    const wide = new Float32Array(planes * height * w);
    for (let row = 0; row < planes * height; row++)
      for (let x = 0; x < w; x++) {
        const { from, weights } = columns[x]!;
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * image.data[row * width + from + i]!;
        wide[row * w + x] = sum;
      }
    const out = blank(extents, h, w);
    for (let plane = 0; plane < planes; plane++)
      for (let y = 0; y < h; y++) {
        const { from, weights } = rows[y]!;
        for (let x = 0; x < w; x++) {
          let sum = 0;
          for (let i = 0; i < weights.length; i++) sum += weights[i]! * wide[(plane * height + from + i) * w + x]!;
          out.data[(plane * h + y) * w + x] = image.dtype === 'u8' ? Math.min(255, Math.max(0, Math.round(sum))) : sum;
        }
      }
    return out;
  }
  [portable](): Parts {
    return ['Resize', this.size];
  }
}

const bySmallerSide = (height: number, width: number, size: number): [number, number] =>
  height <= width ? [size, Math.floor((size * width) / height)] : [Math.floor((size * height) / width), size];

interface Taps {
  readonly from: number;
  readonly weights: Float64Array;
}

/** For each pixel of a line, those that it is made of: a triangle as wide as a new pixel, or as an old one if that is wider. */
function tapsOf(extent: number, wanted: number): Taps[] {
  const scale = extent / wanted;
  const support = Math.max(1, scale);
  return Array.from({ length: wanted }, (_, i) => {
    const center = scale * (i + 0.5);
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(extent, Math.trunc(center + support + 0.5));
    const weights = Float64Array.from({ length: to - from }, (_, j) =>
      Math.max(0, 1 - Math.abs((from + j - center + 0.5) / support)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { from, weights: weights.map((weight) => weight / sum) };
  });
}
