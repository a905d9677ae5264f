import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readSafetensors,
  readSafetensorsMetadata,
  SafetensorsError,
  type StoredTensor,
  writeSafetensors,
} from '../runtime/safetensors.ts';
import { cases, expectClose, f32, tensor, tensors, under } from './support/pytorch.ts';

const sample = new Map<string, StoredTensor>([
  ['mask', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 0, 255) }],
  ['w', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY) }],
  ['step', { dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 63n)) }],
  ['labels', { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 7) }],
  ['empty', { dtype: 'F32', shape: [0, 5], data: new Float32Array(0) }],
  ['größe', { dtype: 'F32', shape: [1], data: Float32Array.of(2) }],
]);

/** A file with any text as its header. */
function file(header: unknown, body: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const w = (fields: object) => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });

describe('written files read back', () => {
  it('every dtype, scalars, empty tensors and names beyond ASCII', () => {
    const back = readSafetensors(writeSafetensors(sample));
    expect([...back.keys()].sort()).toEqual([...sample.keys()].sort());
    for (const [name, t] of sample) expect(back.get(name), name).toEqual(t);
    expect(Object.is((back.get('w') as StoredTensor).data[1], -0)).toBe(true);
  });

  it('same tensors give the same bytes, with aligned data and a header padded to 8', () => {
    const bytes = writeSafetensors(sample, { format: 'pt' });
    expect(bytes).toEqual(writeSafetensors(new Map(sample), { format: 'pt' }));
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    expect(header.step.data_offsets).toEqual([0, 8]);
    expect(header.mask.data_offsets).toEqual([36, 39]);
    expect(readSafetensorsMetadata(bytes)).toEqual({ format: 'pt' });
    expect(readSafetensorsMetadata(writeSafetensors(sample))).toEqual({});
  });

  it('a view at an odd offset, like a Node Buffer from a pool', () => {
    const bytes = writeSafetensors(sample);
    const shifted = Buffer.alloc(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    const back = readSafetensors(shifted);
    shifted.fill(0);
    expect(back.get('labels')?.data).toEqual(Int32Array.of(-1, 7));
  });

  it("the names of JavaScript objects' built-in properties", () => {
    const one: StoredTensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(9) };
    for (const name of ['__proto__', 'constructor', '']) {
      expect(readSafetensors(writeSafetensors([[name, one]])).get(name)).toEqual(one);
    }
  });

  it('refuses to write tensors that would not read back', () => {
    const t: StoredTensor = { dtype: 'F32', shape: [3], data: new Float32Array(2) };
    expect(() => writeSafetensors([['a', t]])).toThrow("tensor 'a': shape [3] and its 2 elements do not fit together");
    const wrong = { dtype: 'F32', shape: [2], data: new Int32Array(2) } as unknown as StoredTensor;
    expect(() => writeSafetensors([['a', wrong]])).toThrow("tensor 'a': dtype F32 needs a Float32Array");
    const ok: StoredTensor = { dtype: 'U8', shape: [1], data: new Uint8Array(1) };
    expect(() =>
      writeSafetensors([
        ['a', ok],
        ['a', ok],
      ]),
    ).toThrow("two tensors are called 'a'");
    expect(() => writeSafetensors([['__metadata__', ok]])).toThrow(SafetensorsError);
  });
});

describe('malformed input', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'it has 0 bytes'],
    ['a header beyond the file', file(w({}), 8).subarray(0, 30), 'but only 22 follow'],
    ['a header length beyond 2^53', new Uint8Array(16).fill(255), 'should take 18446744073709551615 bytes'],
    ['text', new TextEncoder().encode('{"this":"is not it"}'), 'this is JSON, not a safetensors file'],
    ['broken JSON', file('{"w":', 0), 'not valid JSON'],
    ['broken UTF-8', badUtf8(), 'not valid JSON'],
    ['a list', file([], 0), 'not an object of tensors'],
    ['null', file('null', 0), 'not an object of tensors'],
    ['an entry that is a number', file({ w: 3 }, 0), "tensor 'w': its header entry"],
    ['an unknown dtype', file(w({ dtype: 'BF17' }), 8), '"BF17" is not one that the format has'],
    ['a dtype without numbers here', file(w({ dtype: 'C64', shape: [1] }), 8), 'no numbers of dtype C64. In Python'],
    ['a dtype from the prototype', file(w({ dtype: 'toString' }), 8), 'is not one that the format has'],
    ['a missing shape', file({ w: { dtype: 'F32', data_offsets: [0, 8] } }, 8), 'shape undefined'],
    [
      'a million dimensions',
      file(w({ shape: Array(1e6).fill(1) }), 8),
      'the header has a list of more than 1024 items at character ',
    ],
    ['a negative extent', file(w({ shape: [-2] }), 8), 'shape [-2]'],
    ['a shape beyond all memory', file(w({ shape: [2 ** 40, 2 ** 40, 2 ** 40] }), 8), 'more elements than any memory'],
    ['offsets that are text', file(w({ data_offsets: ['0', '8'] }), 8), 'data_offsets ["0","8"]'],
    ['one offset', file(w({ data_offsets: [0] }), 8), 'is not a pair'],
    ['offsets backwards', file(w({ data_offsets: [8, 0] }), 8), 'should lie at bytes 8 to 0'],
    ['offsets beyond the end', file(w({}), 7), 'should lie at bytes 0 to 8, but the file holds 7'],
    [
      'a size that contradicts the shape',
      file(w({ shape: [3] }), 8),
      'F32[3] takes 12 bytes, but its data_offsets span 8',
    ],
    ['an overlap', file({ ...w({}), v: w({ data_offsets: [4, 12] }).w }, 12), "tensor 'v' begins at byte 4, inside"],
    ['a hole', file({ ...w({}), v: w({ data_offsets: [12, 20] }).w }, 20), 'belong to no tensor'],
    ['bytes after the end', file(w({}), 9), 'the tensors end at byte 8, but the file holds 9'],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'net.safetensors')).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes, 'net.safetensors')).toThrow(message);
    expect(() => readSafetensors(bytes, 'net.safetensors')).toThrow(/^net\.safetensors: /);
  });

  it('metadata that is not text', () => {
    expect(() => readSafetensorsMetadata(file({ __metadata__: { epoch: 3 } }, 0))).toThrow('must map text to text');
  });

  it('a file cut short at any length is refused', () => {
    const whole = writeSafetensors(sample, { format: 'pt' });
    for (let n = 0; n < whole.length; n++)
      expect(() => readSafetensors(whole.subarray(0, n))).toThrow(SafetensorsError);
  });

  it('any change of any bytes gives tensors or a SafetensorsError, nothing else', () => {
    const whole = writeSafetensors(sample);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readSafetensors(bytes);
          readSafetensorsMetadata(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

function badUtf8(): Uint8Array {
  const bytes = file('{"a":1}', 0);
  bytes[10] = 0xff;
  return bytes;
}

describe('the reference implementation', () => {
  interface Verdict {
    readonly what?: string;
    readonly header?: string;
    readonly zeros?: number;
    readonly bytes?: string;
    readonly reads: boolean;
  }
  const verdicts: readonly Verdict[] = JSON.parse(
    readFileSync(new URL('fixtures/safetensors/verdicts.json', import.meta.url), 'utf8'),
  );
  /** What only our reader refuses: the format forbids the first two, no writer makes the next, and the rest are numbers of
   *  no use here. */
  const stricter =
    /^(a name twice|a further field twice|a tensor that is a list|a dtype that is an object|. of (C64|F8_.*|F6_.*|F4))$/;

  it('reads a file if and only if ours does', () => {
    expect(verdicts.length).toBeGreaterThan(300);
    const wrong = verdicts.filter(({ what = '', header, zeros = 0, bytes, reads }) => {
      const whole = bytes === undefined ? file(header, zeros) : Buffer.from(bytes, 'base64');
      return verdict(whole) !== (reads && !stricter.test(what));
    });
    expect(wrong).toEqual([]);
  });

  function verdict(bytes: Uint8Array): boolean {
    try {
      readSafetensors(bytes);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(SafetensorsError);
      return false;
    }
  }
});

describe('numbers of other widths', () => {
  const read = (dtype: string, raw: ArrayBuffer) =>
    readSafetensors(
      Uint8Array.from([
        ...file(w({ dtype, shape: [raw.byteLength / widthOf[dtype]!], data_offsets: [0, raw.byteLength] }), 0),
        ...new Uint8Array(raw),
      ]),
    ).get('w');
  const widthOf: Readonly<Record<string, number>> = { F16: 2, BF16: 2, F64: 8, I16: 2, U32: 4, U64: 8, BOOL: 1 };

  it('become float32: halves exactly, including the ends of their range and infinities', () => {
    const halves = Uint16Array.of(
      0x3c00,
      0xc000,
      0x0001,
      0x8001,
      0x03ff,
      0x0400,
      0x7bff,
      0x7c00,
      0xfc00,
      0x8000,
      0x3555,
    );
    const want = [
      1,
      -2,
      2 ** -24,
      -(2 ** -24),
      1023 * 2 ** -24,
      2 ** -14,
      65504,
      Infinity,
      -Infinity,
      -0,
      0.333251953125,
    ];
    expect(read('F16', halves.buffer)).toEqual({ dtype: 'F32', shape: [11], data: Float32Array.from(want) });
    expect(read('F16', Uint16Array.of(0x7e00).buffer)?.data[0]).toBeNaN();
    const brains = Uint16Array.of(0x3f80, 0xc000, 0x0001, 0x7f7f, 0x7f80, 0x8000);
    const wide = [1, -2, 2 ** -133, 255 * 2 ** 120, Infinity, -0];
    expect(read('BF16', brains.buffer)).toEqual({ dtype: 'F32', shape: [6], data: Float32Array.from(wide) });
  });
  it('doubles are rounded, and refused beyond the range of float32', () => {
    const data = read('F64', Float64Array.of(0.1, 1e-60, -Infinity, 3.4028235e38).buffer)?.data;
    expect(data).toEqual(Float32Array.of(0.1, 0, -Infinity, 3.4028235e38));
    expect(() => read('F64', Float64Array.of(1, -1e39).buffer)).toThrow(
      "tensor 'w': element 1 is -1e+39, which is beyond",
    );
  });
  it('integers keep their type', () => {
    expect(read('I16', Int16Array.of(-3).buffer)).toEqual({ dtype: 'I16', shape: [1], data: Int16Array.of(-3) });
    expect(read('U64', BigUint64Array.of(2n ** 64n - 1n).buffer)?.data).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    expect(read('BOOL', Uint8Array.of(1, 0).buffer)).toEqual({ dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) });
  });
});

describe('other files', () => {
  const latin1 = (text: string) => Uint8Array.from(text.padEnd(200, 'x'), (c) => c.charCodeAt(0));
  const torch = `PK\x03\x04\0\0\x08\x08${'\0'.repeat(18)}\x10\0\0\0archive/data.pkl`;
  it.each([
    ['torch.save', torch, /an archive that torch\.save wrote .*save_file\(torch\.load\('model\.pt'/],
    ['an old torch.save', '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', /a pickle, as old versions of torch\.save/],
    ['NumPy, many', `PK\x03\x04-\0\0\0${'\0'.repeat(18)}\x05\0\x14\0w.npy`, /a NumPy archive/],
    ['NumPy, one', '\x93NUMPY\x01\0v\0{', /a NumPy array/],
    ['a zip', 'PK\x03\x04\x14\0\0\0\x08\0readme.txt', /a zip archive/],
    ['Keras', '\x89HDF\r\n\x1a\n', /an HDF5 file/],
    ['llama.cpp', 'GGUF\x03\0\0\0\x01', /a GGUF file/],
    ['ONNX', '\x08\x08\x12\x07pytorch', /an ONNX model/],
    ['gzip', '\x1f\x8b\x08\0', /gzip.*Unpack/],
    ['the wrong file of a bundle', '\0asm\x01\0\0\0', /a WebAssembly module/],
    ['a page', '\n<!doctype html>', /HTML: the server answered/],
    ['an old-fashioned HTML page', '<HTML><BODY>', /HTML: the server answered/],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg">', /this is text, not/],
    ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied', /this is text, not/],
    ['a table', 'name,age\nAnna,32\n', /this is text, not/],
    ['an error message', '404: Not Found', /this is text, not/],
    ['a list of parts', '{"metadata": {', /JSON/],
    ['Git LFS', 'version https://git-lfs.github.com/spec/v1', /git lfs pull/],
  ])('%s', (_, text, message) => {
    expect(() => readSafetensors(latin1(text), 'w.bin')).toThrow(message);
    expect(() => readSafetensors(latin1(text), 'w.bin')).toThrow(/^w\.bin: this is .*, not a safetensors file\./);
  });
});

describe("PyTorch's goldens", () => {
  const goldens = new URL('goldens/pytorch/', import.meta.url);
  const read = (name: string) => readFileSync(new URL(name, goldens));

  it('are the files that the index describes', () => {
    const facts: Record<string, { sha256: string }> = JSON.parse(read('index.json').toString()).files;
    for (const [name, { sha256 }] of Object.entries(facts)) {
      expect(createHash('sha256').update(read(name)).digest('hex'), name).toBe(sha256);
      expect(tensors(name).size).toBeGreaterThan(0);
    }
  });

  it.each(['lenet', 'curve', 'ops', 'optim'])('%s is written back byte for byte', (name) => {
    const bytes = read(`${name}.safetensors`);
    expect(Buffer.compare(writeSafetensors(readSafetensors(bytes)), bytes)).toBe(0);
  });

  it('contain what their cases name', () => {
    const [net] = cases('net');
    if (!net) throw new Error('no net case');
    const params = under(net.file, net.params);
    expect([...params.keys()]).toEqual(net.param_order);
    expect([...params.values()].reduce((n, t) => n + t.data.length, 0)).toBe(net.num_params);
    for (const c of cases('op'))
      for (const [name, ref] of Object.entries(c.outputs))
        expect(tensor(c.file, ref.key), `${c.id} ${name}`).toMatchObject({ dtype: ref.dtype, shape: ref.shape });
  });
});

describe('expectClose', () => {
  const want: StoredTensor = { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, Number.NaN, -Infinity, 100) };

  it('compares element by element, nan with nan and inf with inf', () => {
    expectClose([1 + 5e-6, Number.NaN, -Infinity, 100.0005], want, [0, 0], 'y');
    expectClose([0, -0], [-0, 0], undefined, 'zeros');
    expectClose(f32('curve.safetensors', 'losses'), tensor('curve.safetensors', 'losses'), undefined, 'itself');
  });

  it('names the worst element, both values and what was allowed', () => {
    expect(() => expectClose([1, Number.NaN, -Infinity, 101], want, [1e-7, 100], 'fc1.weight')).toThrow(
      'fc1.weight: 1 of 4 elements are off. The worst is [1,1] (flat 3): got 101, want 100, ' +
        'they differ by 1.000 and may by 0.001101',
    );
  });

  it.each([
    ['a number for nan', [1, 0, -Infinity, 100]],
    ['nan for a number', [Number.NaN, Number.NaN, -Infinity, 100]],
    ['the other infinity', [1, Number.NaN, Infinity, 100]],
    ['a number for infinity', [1, Number.NaN, -3e38, 100]],
    ['infinity for a number', [1, Number.NaN, -Infinity, Infinity]],
    ['too few elements', [1]],
  ])('refuses %s', (_, got) => {
    expect(() => expectClose(got, want, [1e30, 1e30], 'y')).toThrow(/^y: /);
  });

  it('requires equal integers', () => {
    const labels: StoredTensor = { dtype: 'I64', shape: [1], data: BigInt64Array.of(1_000_000n) };
    expectClose([1_000_000], labels, undefined, 'labels');
    expect(() => expectClose([1_000_001], labels, undefined, 'labels')).toThrow('differ by 1.000 and may by 0.000');
  });

  it('lets only as many elements as in PyTorch stray by the learning rate', () => {
    expectClose([0.001, 0, 0], [0, 0, 0], [0, 1, 1], 'adam', { lr: 0.001 });
    expect(() => expectClose([0.001, 0.001, 0], [0, 0, 0], [0, 1, 1], 'adam', { lr: 0.001 })).toThrow('2 of 3');
    expect(() => expectClose([0.002, 0, 0], [0, 0, 0], [0, 1, 1], 'adam', { lr: 0.001 })).toThrow('1 of 3');
  });
});
