/** CIFAR-10 and CIFAR-100 in their binary version: records of one or two labels, then 3·32·32 bytes, channel by channel. Format: Alex
 *  Krizhevsky, "The CIFAR-10 dataset". */
import { DataError } from './error.ts';
import { type ByteSource, bytesOf } from './source.ts';
import type { NdArray } from './types.ts';

/** Images u8[N, 3, 32, 32] and labels i32[N]. */
export interface LabelledImages {
  readonly images: NdArray<'u8'>;
  readonly labels: NdArray<'i32'>;
}

const pixels = 3 * 32 * 32;

/** Reads one or several files of CIFAR-10, such as data_batch_1.bin to data_batch_5.bin. Rejects with a DataError when
 *  a file is cut short, or is not of this format. */
export const readCifar10 = (sources: ByteSource | readonly ByteSource[]): Promise<LabelledImages> =>
  read(sources, { name: 'CIFAR-10', labels: [10], takes: 0 });

/** Reads train.bin or test.bin of CIFAR-100, with the 100 fine labels, or the 20 coarse ones. Rejects as `readCifar10` does. */
export const readCifar100 = (
  sources: ByteSource | readonly ByteSource[],
  { labels = 'fine' }: { readonly labels?: 'fine' | 'coarse' } = {},
): Promise<LabelledImages> => read(sources, { name: 'CIFAR-100', labels: [20, 100], takes: labels === 'fine' ? 1 : 0 });

interface Layout {
  readonly name: string;
  /** The number of classes of each label byte, and which of the bytes is wanted. */
  readonly labels: readonly number[];
  readonly takes: number;
}

async function read(sources: ByteSource | readonly ByteSource[], layout: Layout): Promise<LabelledImages> {
  const all = Array.isArray(sources) ? (sources as readonly ByteSource[]) : [sources as ByteSource];
  const parts: Uint8Array[] = [];
  for (const source of all) parts.push(await records(source, layout));
  const each = layout.labels.length + pixels;
  const count = parts.reduce((sum, part) => sum + part.length / each, 0);
  const [images, labels] = [new Uint8Array(count * pixels), new Int32Array(count)];
  let n = 0;
  for (const part of parts)
    for (let at = 0; at < part.length; at += each, n++) {
      labels[n] = part[at + layout.takes]!;
      images.set(part.subarray(at + layout.labels.length, at + each), n * pixels);
    }
  return {
    images: { data: images, shape: [count, 3, 32, 32], dtype: 'u8' },
    labels: { data: labels, shape: [count], dtype: 'i32' },
  };
}

/** The bytes of a file, which are whole records. */
async function records(source: ByteSource, { name: format, labels }: Layout): Promise<Uint8Array> {
  const { bytes, name } = await bytesOf(source);
  const each = labels.length + pixels;
  if (bytes.length === 0 || bytes.length % each !== 0)
    throw new DataError(
      `${name}: ${bytes.length} bytes are not a whole number of records of ${format}, of ${each} bytes each. The file is cut short, or it ` +
        `is not the binary version of ${format}: the archives for Python and Matlab have another format.`,
    );
  for (let at = 0; at < bytes.length; at += each)
    labels.forEach((classes, i) => {
      if (bytes[at + i]! < classes) return;
      throw new DataError(
        `${name}: record ${at / each} has the label ${bytes[at + i]}, but the labels of ${format} go from 0 to ${classes - 1}. The file is ` +
          'damaged, or of another format.',
      );
    });
  return bytes;
}
