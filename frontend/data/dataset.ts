/** A labelled set of images in memory, in the layout that training needs: float32, NCHW. */
import { DataError } from '../../runtime/data/error.ts';

export interface Dataset {
  readonly name: string;
  /** count·C·H·W values. */
  readonly images: Float32Array;
  /** count values from 0 to classes - 1. */
  readonly labels: Int32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly classes: number;
  readonly count: number;
}

/** The two parts of a data set: one to train on, one to test on. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** A data set whose parts fit together. Throws DataError when it is empty, when images and labels differ in number, when a
 *  label is outside the classes or a pixel is not a finite number. */
export function dataset(parts: Omit<Dataset, 'count'>): Dataset {
  const { name, images, labels, shape, classes } = parts;
  const pixels = size(shape);
  const count = labels.length;
  if (count === 0)
    throw new DataError(`${name}: the data set is empty: it has no labels. Check that it is the right file.`);
  if (images.length !== count * pixels)
    throw new DataError(
      `${name}: ${count} labels need ${count} images of ${shape.join('x')}, which are ${count * pixels} values, ` +
        `but there are ${images.length}. Check that images and labels belong together.`,
    );
  labels.forEach((label, i) => {
    if (label < 0 || label >= classes)
      throw new DataError(
        `${name}: label ${i} is ${label}, but the labels of ${classes} classes go from 0 to ${classes - 1}. ` +
          'Either the file is damaged or the number of classes is wrong.',
      );
  });
  const broken = images.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new DataError(
      `${name}: image ${Math.floor(broken / pixels)} holds ${images[broken]}, which would break the training. ` +
        'Every pixel must be a finite number.',
    );
  return { ...parts, count };
}

/** Copies the samples order[start], order[start + 1], ... into the caller's batch, without allocating.
 *  Returns their number: `count`, or fewer at the end of `order`, for the short last batch of an epoch.
 *  Throws DataError when `x` or `y` has no room for them, or `order` names a sample that is not there. */
export function gatherBatch(
  { images, labels, shape, count: available, name }: Dataset,
  order: Int32Array,
  start: number,
  count: number,
  x: Float32Array,
  y: Int32Array,
): number {
  const pixels = size(shape);
  const taken = Math.max(0, Math.min(count, order.length - start));
  if (x.length < taken * pixels || y.length < taken)
    throw new DataError(
      `${name}: a batch of ${taken} needs ${taken * pixels} values for x and ${taken} for y, ` +
        `but there is room for ${x.length} and ${y.length}.`,
    );
  for (let n = 0; n < taken; n++) {
    const sample = order[start + n]!;
    if (!(sample >= 0 && sample < available))
      throw new DataError(`${name}: the order asks for sample ${sample}, but there are ${available}, counted from 0.`);
    const from = sample * pixels;
    const to = n * pixels;
    // Not `x.set(images.subarray(...))`, which allocates a view for every sample.
    for (let i = 0; i < pixels; i++) x[to + i] = images[from + i]!;
    y[n] = labels[sample]!;
  }
  return taken;
}

/** The data set of the samples whose index `keeps` selects. Throws DataError when it selects none. */
export function subset(from: Dataset, name: string, keeps: (sample: number) => boolean): Dataset {
  const order = Int32Array.from(from.labels.keys()).filter((sample) => keeps(sample));
  const images = new Float32Array(order.length * size(from.shape));
  const labels = new Int32Array(order.length);
  gatherBatch(from, order, 0, order.length, images, labels);
  return dataset({ ...from, name, images, labels });
}

/** The height and width of images. */
export type Extents = readonly [height: number, width: number];

/** Copies images of one channel, or channels of images, into the middle of larger ones of `size` (square if it is one number),
 *  surrounded by zeros, with `scale` applied to each value. Throws DataError when they do not fit. */
export function zeroPadded(
  images: ArrayLike<number>,
  [height, width]: Extents,
  size: number | Extents,
  name: string,
  scale: (value: number) => number = (value) => value,
): Float32Array<ArrayBuffer> {
  const [tall, wide] = typeof size === 'number' ? [size, size] : size;
  if (!Number.isInteger(tall) || !Number.isInteger(wide) || height > tall || width > wide)
    throw new DataError(
      `${name}: images of ${height}x${width} cannot be padded to ${tall}x${wide}. Ask for ${Math.max(height, width)} or more.`,
    );
  const count = images.length / (height * width) || 0;
  if (count * tall * wide > mostValues)
    throw new DataError(
      `${name}: ${count} images, padded to ${tall}x${wide}, are ${count * tall * wide} values of float32, and a data set may ` +
        `have ${mostValues}. Take fewer images, or a smaller size.`,
    );
  const padded = new Float32Array(count * tall * wide);
  const [top, left] = [Math.floor((tall - height) / 2), Math.floor((wide - width) / 2)];
  for (let n = 0; n < count; n++)
    for (let row = 0; row < height; row++) {
      const from = (n * height + row) * width;
      const to = (n * tall + top + row) * wide + left;
      for (let column = 0; column < width; column++) padded[to + column] = scale(images[from + column]!);
    }
  return padded;
}

/** The number of values in the largest data set: 2 GiB as floats, which a file of a few kilobytes can claim. */
const mostValues = 2 ** 29;

const size = (shape: Dataset['shape']) => shape[0] * shape[1] * shape[2];
