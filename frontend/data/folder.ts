/** A folder of IDX files as of MNIST and Fashion-MNIST: images and labels, for training and for testing. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError, unreadable } from '../../runtime/data/error.ts';
import { readIdx } from '../../runtime/data/idx.ts';
import { type Dataset, dataset, type Extents, type Split, zeroPadded } from './dataset.ts';

/** Loads {train,t10k}-{images-idx3,labels-idx1}-ubyte from `directory`, each plain or .gz, and with a dot in place of the second
 *  hyphen if necessary; images of several channels are images-idx4, [count, channels, height, width]. Values are pixel/255 in
 *  float32. Images are zero-padded to `size`, which may be a function of their extents. The number of classes is the largest
 *  label plus 1. Rejects with a DataError when a file is missing, damaged, or does not fit the others. */
export async function imageFolder(
  directory: string,
  size: number | Extents | ((given: Extents) => Extents) = 32,
): Promise<Split> {
  const present = list(directory);
  const train = await part(directory, present, 'train', size);
  const test = await part(directory, present, 't10k', size);
  if (`${train.shape}` !== `${test.shape}`)
    throw new DataError(
      `${train.name} has images of [${train.shape}], and ${test.name} of [${test.shape}]. Take both from the same download.`,
    );
  const classes = Math.max(train.classes, test.classes);
  return { train: { ...train, classes }, test: { ...test, classes } };
}

async function part(
  directory: string,
  present: readonly string[],
  prefix: string,
  size: number | Extents | ((given: Extents) => Extents),
): Promise<Dataset> {
  const image = find(directory, present, prefix, 'images', [3, 4]);
  const label = find(directory, present, prefix, 'labels', [1]);
  const what = image.rank === 3 ? 'images [count, height, width]' : 'images [count, channels, height, width]';
  const images = await readBytes(image.file, what, image.rank);
  const labels = await readBytes(label.file, 'labels [count]', 1);
  const [count = 0, ...extents] = images.shape;
  const [channels, height, width] = (image.rank === 3 ? [1, ...extents] : extents) as [number, number, number];
  const [labelled = 0] = labels.shape;
  if (count !== labelled)
    throw new DataError(
      `${image.file} holds ${count} images, but ${label.file} holds ${labelled} labels. They do not belong together; ` +
        'take both from the same download.',
    );
  if (images.data.length === 0)
    throw new DataError(`${image.file}: the data set is empty: ${count} images of ${extents.join('x')}.`);
  const padded = typeof size === 'function' ? size([height, width]) : size;
  return dataset({
    name: `${basename(directory)}, ${prefix === 'train' ? 'train' : 'test'}`,
    images: zeroPadded(images.data, [height, width], padded, image.file, (pixel) => pixel / 255),
    labels: Int32Array.from(labels.data),
    shape: [channels, ...(typeof padded === 'number' ? ([padded, padded] as const) : padded)],
    classes: labels.data.reduce((most, l) => Math.max(most, l), 0) + 1,
  });
}

async function readBytes(
  file: string,
  what: string,
  rank: number,
): Promise<{ shape: readonly number[]; data: Uint8Array }> {
  const { dtype, shape, data } = await readIdx(file);
  if (dtype !== 'u8' || shape.length !== rank)
    throw new DataError(`${file}: expected bytes as ${what}, found ${dtype} of ${shape.length} dimensions [${shape}].`);
  return { shape, data: data as Uint8Array };
}

function find(
  directory: string,
  present: readonly string[],
  prefix: string,
  kind: string,
  ranks: readonly number[],
): { readonly file: string; readonly rank: number } {
  for (const rank of ranks) {
    const names = [`${prefix}-${kind}-idx${rank}-ubyte`, `${prefix}-${kind}.idx${rank}-ubyte`];
    const name = names.flatMap((plain) => [plain, `${plain}.gz`]).find((candidate) => present.includes(candidate));
    if (name) return { file: join(directory, name), rank };
  }
  const wanted = `${prefix}-${kind}-idx${ranks[0]}-ubyte`;
  const shown = present.length > 8 ? `${present.slice(0, 8).join(', ')}, ...` : present.join(', ');
  throw new DataError(
    `${directory}: no ${wanted} or ${wanted}.gz in this folder, which holds ${shown || 'nothing'}. ${whereToGet}`,
  );
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    throw unreadable(directory, error, whereToGet);
  }
}

const whereToGet =
  "Name a folder with the four files of MNIST or Fashion-MNIST; Debian's package dataset-fashion-mnist puts them in " +
  '/usr/share/datasets/fashion-mnist.';
