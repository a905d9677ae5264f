/** Readers of data files: what they read, and what they say of files that are damaged, cut short or hostile. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DataError,
  parseCsv,
  readCifar10,
  readCifar100,
  readCsv,
  readIdx,
  readNpy,
  readNpz,
  readWav,
} from '../../../runtime/data/index.ts';

const golden = (name: string): URL => new URL(`../../goldens/data/${name}`, import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(golden(name)));
const numpy: Record<string, { shape: number[]; data: number[] }> = JSON.parse(
  readFileSync(golden('torch.json'), 'utf8'),
).arrays;

let temp: string;
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'tapeout-readers-'));
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** The message of the DataError that a reader must reject with, soon and without much memory. */
async function failure(reading: Promise<unknown>): Promise<string> {
  const [time, memory] = [performance.now(), process.memoryUsage.rss()];
  const error = await reading.then(
    () => null,
    (e: Error) => e,
  );
  expect(error).toBeInstanceOf(DataError);
  expect(performance.now() - time).toBeLessThan(1000);
  expect(process.memoryUsage.rss() - memory).toBeLessThan(2 ** 28);
  return error!.message;
}

/** Reads every damaged form of a file: cut short at each byte, and with bits flipped. Each is read, or is a DataError. */
async function survives(bytes: Uint8Array, read: (bytes: Uint8Array) => Promise<unknown>, step = 1): Promise<void> {
  const forms: Uint8Array[] = [];
  for (let n = 0; n < bytes.length; n += step) {
    forms.push(bytes.slice(0, n));
    const flipped = bytes.slice();
    flipped[n]! ^= 1 << (n % 8);
    forms.push(flipped);
    const full = bytes.slice();
    full[n] = 0xff;
    forms.push(full);
  }
  for (const form of forms)
    await read(form).catch((error) => {
      if (!(error instanceof DataError)) throw error;
    });
}

describe('a source', () => {
  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);
  it('is bytes, a Blob, a path or a URL', async () => {
    const path = join(temp, 'two.idx');
    writeFileSync(path, idx);
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/two.idx' ? 200 : 404;
      response.end(idx);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const sources = [
        idx,
        idx.buffer,
        new Blob([idx]),
        path,
        pathToFileURL(path),
        pathToFileURL(path).href,
        `${url}/two.idx`,
      ];
      for (const source of sources)
        expect(await readIdx(source)).toEqual({ data: Uint8Array.of(7, 9), shape: [2], dtype: 'u8' });
      expect(await failure(readIdx(`${url}/three.idx`))).toBe(
        `${url}/three.idx: cannot be fetched: the server answered 404 Not Found.`,
      );
    } finally {
      server.close();
    }
    expect(await failure(readIdx(url))).toContain('cannot be fetched: fetch failed');
  });

  it('that is no file is refused, and nothing waits for it', async () => {
    expect(await failure(readIdx(join(temp, 'none')))).toContain('it does not exist');
    expect(await failure(readIdx(temp))).toContain('it is a folder, not a file');
    expect(await failure(readIdx('/dev/zero'))).toBe(
      '/dev/zero: cannot be read: it is no file, but a pipe or a device.',
    );
    const pipe = join(temp, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await failure(readIdx(pipe))).toContain('it is no file, but a pipe or a device');
    expect(await failure(readIdx(5 as never))).toContain('must be bytes, a Blob, a path or a URL, but it is a number');
  });
});

describe('CIFAR', () => {
  const record = (labels: number[], value: number): number[] => [...labels, ...Array(3072).fill(value)];
  it('gives images and labels, of several files', async () => {
    const files = [Uint8Array.from([...record([3], 1), ...record([9], 2)]), Uint8Array.from(record([0], 3))];
    const { images, labels } = await readCifar10(files);
    expect(images).toMatchObject({ shape: [3, 3, 32, 32], dtype: 'u8' });
    expect([0, 3071, 3072, 9215].map((i) => images.data[i])).toEqual([1, 1, 2, 3]);
    expect(labels).toEqual({ data: Int32Array.of(3, 9, 0), shape: [3], dtype: 'i32' });
    const hundred = Uint8Array.from(record([19, 99], 5));
    expect((await readCifar100(hundred)).labels.data).toEqual(Int32Array.of(99));
    expect((await readCifar100(hundred, { labels: 'coarse' })).labels.data).toEqual(Int32Array.of(19));
  });

  it('refuses what is not of the format', async () => {
    const short = Uint8Array.from(record([3], 1)).slice(0, 3000);
    expect(await failure(readCifar10(short))).toContain(
      '3000 bytes are not a whole number of records of CIFAR-10, of 3073',
    );
    expect(await failure(readCifar10(new Uint8Array(0)))).toContain('0 bytes are not');
    expect(await failure(readCifar10(Uint8Array.from(record([10], 1))))).toContain('record 0 has the label 10');
  });
});

describe('CSV', () => {
  const read = (text: string, options = {}) => readCsv(new TextEncoder().encode(text), options);
  it('gives features and targets', async () => {
    const text = '\ufeffa, b ,class\r\n1,2.5,cat\r\n-3e2,.5,ant\n\n4,inf,cat';
    expect(await read(text, { target: 'class' })).toEqual({
      columns: ['a', 'b'],
      x: { data: Float32Array.of(1, 2.5, -300, 0.5, 4, Infinity), shape: [3, 2], dtype: 'f32' },
      y: { data: Int32Array.of(1, 0, 1), shape: [3], dtype: 'i32' },
      classes: ['ant', 'cat'],
    });
    const plain = await read('1;2;3\n4;5;6.5', { header: false, delimiter: ';', target: -1, columns: [1] });
    expect(plain).toMatchObject({
      columns: ['1'],
      x: { data: Float32Array.of(2, 5) },
      y: { data: Float32Array.of(3, 6.5) },
    });
    expect((await read('a,b\n1,2')).y).toBe(null);
    expect((await read('a,b\n1,2', { target: 'b' })).y).toEqual({ data: Int32Array.of(2), shape: [1], dtype: 'i32' });
  });

  it('follows RFC 4180 in quotes, line ends and empty fields', () => {
    const fields = (text: string) => parseCsv(text).map((r) => r.fields);
    expect(fields('"a,b","c""d","e\nf"\r\n,x,\n')).toEqual([
      ['a,b', 'c"d', 'e\nf'],
      ['', 'x', ''],
    ]);
    expect(fields('a,"b"\r\nc,')).toEqual([
      ['a', 'b'],
      ['c', ''],
    ]);
    expect(fields('""\n"x"')).toEqual([['x']]);
    expect(fields('a"b,c')).toEqual([['a"b', 'c']]);
    expect(parseCsv('"x\ny",1\n2,3').map((r) => r.line)).toEqual([1, 3]);
  });

  it('says where the table is not one', async () => {
    expect(await failure(read('a,b\n1,2\n3'))).toContain('the bytes: line 3 has 1 fields, but the first has 2');
    expect(await failure(read('a,b\n1,x'))).toContain("line 2, column 'b': 'x' is not a number");
    expect(await failure(read('a,b\n1,0x10'))).toContain("'0x10' is not a number");
    expect(await failure(read('a,b\n1,'))).toContain("'' is not a number");
    expect(await failure(read('a,b\n1,"2'))).toContain('line 2: a quote is opened and never closed');
    expect(await failure(read('a,b\n1,"2"3'))).toContain("line 2: '3' follows a closed quote");
    expect(await failure(read('a,b'))).toContain('the table has no rows');
    expect(await failure(read(''))).toContain('the table has no rows');
    expect(await failure(read('price,size\n1,2', { target: 'prize' }))).toContain(
      "no column 'prize'. Did you mean 'price'?",
    );
    expect(await failure(read('a\n1', { target: 7 }))).toContain("no column '7'. There are: a.");
    expect(await failure(read('a\n1', { delimiter: ',,' }))).toContain('delimiter must be one character');
  });

  it('reads long lines and files in time that grows as they do', async () => {
    const wide = `${Array(100_000).fill('0.5').join(',')}\n`;
    expect((await read(wide.repeat(5), { header: false })).x.shape).toEqual([5, 100_000]);
    expect((await read('1\n'.repeat(200_000), { header: false })).x.shape).toEqual([200_000, 1]);
    expect(await failure(read(`a\n"${'""'.repeat(100_000)}`))).toContain('never closed');
  }, 5000);
});

describe('npy and npz', () => {
  it('give the arrays that NumPy saved, of each type, in either byte order and either order of axes', async () => {
    const arrays = await readNpz(fileURLToPath(golden('arrays.npz')));
    expect(Object.keys(arrays).sort()).toEqual(Object.keys(numpy).sort());
    for (const [name, { shape, data }] of Object.entries(numpy))
      expect([name, arrays[name]!.shape, Array.from(arrays[name]!.data as Iterable<number>, Number)]).toEqual([
        name,
        shape,
        data,
      ]);
    expect(['f2', 'f8', 'i8', 'b1', 'fortran'].map((name) => arrays[name]!.dtype)).toEqual([
      'f32',
      'f64',
      'i64',
      'bool',
      'i16',
    ]);
    expect((await readNpz(bytesOf('stored.npz'))).line!.data).toEqual(BigInt64Array.of(0n, 1n, 2n));
    expect([...(await readNpy(golden('fortran.npy'))).data]).toEqual(numpy.fortran!.data);
  });

  it('survive damage anywhere', async () => {
    await survives(bytesOf('fortran.npy'), readNpy);
    await survives(bytesOf('stored.npz'), readNpz);
    await survives(bytesOf('arrays.npz'), readNpz, 7);
  }, 60_000);

  /** An npy file of the given header. */
  const npy = (header: string, body = new Uint8Array(0)): Uint8Array =>
    Uint8Array.of(
      0x93,
      ...Buffer.from('NUMPY'),
      1,
      0,
      header.length & 255,
      header.length >> 8,
      ...Buffer.from(header),
      ...body,
    );
  it.each([
    [
      'gigabytes',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000), }"),
      'but Tapeout reads at most',
    ],
    [
      'more than a number holds',
      npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'99999999, '.repeat(60)}), }`),
      'Infinity bytes',
    ],
    [
      'what is not there',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", new Uint8Array(8)),
      'cut short: ',
    ],
    [
      'too little',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)),
      '4 bytes too many',
    ],
    ['Python objects', npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), "elements of the type '|O'"],
    ['fields', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), 'records of several fields'],
    ['nonsense', npy('{'), 'the header of the npy file is damaged'],
    ['another format', Buffer.from('hello'), 'not an npy file'],
  ])('refuse a header that claims %s', async (_, bytes, message) => {
    expect(await failure(readNpy(bytes))).toContain(message);
  });

  it('refuse complex numbers, and say how to convert them', async () => {
    expect(await failure(readNpy(golden('complex.npy')))).toMatch(/type '<c16'.*astype\('float32'\)/);
  });

  it('unpack no more than an entry says', async () => {
    const bytes = bytesOf('arrays.npz');
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    const claimed = (size: number): Uint8Array => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint32(directory + 24, size, true);
      return copy;
    };
    expect(await failure(readNpz(claimed(2 ** 30)))).toContain('packed bytes cannot hold that much');
    expect(await failure(readNpz(claimed(2 ** 32 - 2)))).toContain('its entries say that they are 4294967294 bytes');
    expect(await failure(readNpz(claimed(10)))).toContain('unpacks to more than the 10 bytes that it says');
    expect(await failure(readNpz(new Uint8Array(100)))).toContain('not a zip archive, or cut short');
  });
});

describe('WAV', () => {
  /** A WAV file of samples that are already bytes. */
  function wav(
    format: number,
    bits: number,
    channels: number,
    body: readonly number[],
    extra: readonly number[] = [],
  ): Uint8Array {
    const out = Buffer.alloc(44 + extra.length);
    out.write('RIFF');
    out.writeUInt32LE(36 + body.length, 4);
    out.write('WAVEfmt ', 8);
    out.writeUInt32LE(16 + extra.length, 16);
    out.writeUInt16LE(format, 20);
    out.writeUInt16LE(channels, 22);
    out.writeUInt32LE(16000, 24);
    out.writeUInt16LE(bits, 34);
    out.set(extra, 36);
    out.write('data', 36 + extra.length);
    out.writeUInt32LE(body.length, 40 + extra.length);
    return Uint8Array.of(...out, ...body);
  }
  const float = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];
  it.each<[string, Uint8Array, number[], number[]]>([
    ['8 bits', wav(1, 8, 1, [0, 128, 255]), [1, 3], [-1, 0, 127 / 128]],
    ['16 bits', wav(1, 16, 2, [0, 0x80, 0xff, 0x7f, 0, 0x40, 0, 0]), [2, 2], [-1, 0.5, Math.fround(32767 / 32768), 0]],
    ['24 bits', wav(1, 24, 1, [0, 0, 0x80, 0xff, 0xff, 0x7f]), [1, 2], [-1, Math.fround(8388607 / 8388608)]],
    ['32 bits', wav(1, 32, 1, [0, 0, 0, 0x80, 0, 0, 0, 0x40]), [1, 2], [-1, 0.5]],
    ['floats', wav(3, 32, 1, float(0.25, -2)), [1, 2], [0.25, -2]],
    [
      'an extensible header',
      wav(0xfffe, 16, 1, [0, 0x40], [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, ...Array(14).fill(0)]),
      [1, 1],
      [0.5],
    ],
  ])('of %s is read as torchaudio reads it', async (_, bytes, shape, data) => {
    const found = await readWav(bytes);
    expect(found).toEqual({ data: Float32Array.from(data), shape, dtype: 'f32', sampleRate: 16000 });
  });

  it('is refused where it is damaged, packed, or something else', async () => {
    const good = wav(1, 16, 1, [0, 0x80, 0xff, 0x7f]);
    await survives(good, readWav);
    expect(await failure(readWav(good.subarray(0, 46)))).toContain("cut short: 46 bytes, but the part 'data' takes 48");
    expect(await failure(readWav(good.subarray(0, 40)))).toContain('there are no samples in it');
    expect(await failure(readWav(wav(2, 4, 1, [0])))).toContain('format 2 with 4 bits');
    expect(await failure(readWav(wav(1, 16, 0, [0, 0])))).toContain('no channels');
    expect(await failure(readWav(Buffer.from('ID3 and so on')))).toContain('not a WAV file');
  });
});
