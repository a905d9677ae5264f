/** A folder of IDX files as MNIST and Fashion-MNIST come: images and labels, to train and to test. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Dataset, dataset, type Split, zeroPadded } from './dataset.ts';
import { DataError, unreadable } from './error.ts';
import { readIdx } from './idx.ts';

/** Loads {train,t10k}-{images-idx3,labels-idx1}-ubyte from `directory`, each plain or .gz, and with a dot for the second
 *  hyphen if need be. Values are pixel/255 in float32, images zero-padded to `size` by `size`.
 *  Throws DataError when a file is missing, damaged, or does not fit the others. */
export function imageFolder(directory: string, size = 32, classes = 10): Split {
  const present = list(directory);
  return {
    train: part(directory, present, 'train', size, classes),
    test: part(directory, present, 't10k', size, classes),
  };
}

function part(directory: string, present: readonly string[], prefix: string, size: number, classes: number): Dataset {
  const imageFile = find(directory, present, prefix, 'images', 3);
  const labelFile = find(directory, present, prefix, 'labels', 1);
  const images = readBytes(imageFile, 'images [count, height, width]', 3);
  const labels = readBytes(labelFile, 'labels [count]', 1);
  const [count = 0, height = 0, width = 0] = images.shape;
  const [labelled = 0] = labels.shape;
  if (count !== labelled)
    throw new DataError(
      `${imageFile} holds ${count} images, but ${labelFile} holds ${labelled} labels. They do not belong together; ` +
        'take both from the same download.',
    );
  if (images.data.length === 0)
    throw new DataError(`${imageFile}: the data set is empty: ${count} images of ${height}x${width}.`);
  return dataset({
    name: `${basename(directory)}, ${prefix === 'train' ? 'train' : 'test'}`,
    images: zeroPadded(images.data, [height, width], size, imageFile, (pixel) => pixel / 255),
    labels: Int32Array.from(labels.data),
    shape: [1, size, size],
    classes,
  });
}

function readBytes(file: string, what: string, rank: number): { shape: readonly number[]; data: Uint8Array } {
  const { dtype, shape, data } = readIdx(file);
  if (dtype !== 'u8' || shape.length !== rank)
    throw new DataError(`${file}: expected bytes as ${what}, found ${dtype} of ${shape.length} dimensions [${shape}].`);
  return { shape, data };
}

function find(directory: string, present: readonly string[], prefix: string, kind: string, rank: number): string {
  const names = [`${prefix}-${kind}-idx${rank}-ubyte`, `${prefix}-${kind}.idx${rank}-ubyte`];
  const name = names.flatMap((plain) => [plain, `${plain}.gz`]).find((candidate) => present.includes(candidate));
  if (name) return join(directory, name);
  const shown = present.length > 8 ? `${present.slice(0, 8).join(', ')}, ...` : present.join(', ');
  throw new DataError(
    `${directory}: no ${names[0]} or ${names[0]}.gz in this folder, which holds ${shown || 'nothing'}. ${whereToGet}`,
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
