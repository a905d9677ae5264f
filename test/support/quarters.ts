/** A small data set as files of MNIST's format, and a model that learns it at once. */
import { gzipSync } from 'node:zlib';
import { modelFile } from './cli.ts';

/** An IDX file of bytes. */
export function idx(extents: readonly number[], data: ArrayLike<number>): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * extents.length));
  head.setUint32(0, 0x800 + extents.length);
  extents.forEach((extent, i) => {
    head.setUint32(4 + 4 * i, extent);
  });
  return Uint8Array.from([...new Uint8Array(head.buffer), ...Array.from(data)]);
}

/** A data set that one linear layer learns at once: the label is the quarter of the image that is lit. */
function quarters(count: number): [images: Uint8Array, labels: Uint8Array] {
  const labels = Array.from({ length: count }, (_, i) => i % 4);
  const pixels = new Uint8Array(count * 28 * 28);
  labels.forEach((label, n) => {
    for (let y = 0; y < 14; y++)
      for (let x = 0; x < 14; x++) pixels[n * 784 + (y + 14 * (label >> 1)) * 28 + x + 14 * (label & 1)] = 255;
  });
  return [idx([count, 28, 28], pixels), idx([count], labels)];
}
export const [trainImages, trainLabels] = quarters(42);
export const [testImages, testLabels] = quarters(8);
/** Its files, in a folder `data`. */
export const data = {
  'data/train-images-idx3-ubyte.gz': gzipSync(trainImages),
  'data/train-labels-idx1-ubyte': trainLabels,
  'data/t10k-images-idx3-ubyte': testImages,
  'data/t10k-labels-idx1-ubyte': testLabels,
};
/** A model of one layer for it. */
export const net = (changes = ''): string =>
  modelFile(
    'fc = nn.Linear(784, 10);\n  forward(x: Tensor): Tensor {\n    return this.fc(flatten(x, 1));\n  }',
    changes,
  ).replace("['N', 1, 2, 2]", "['N', 1, 28, 28]");
