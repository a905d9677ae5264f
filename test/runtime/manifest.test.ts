/** Hostile manifests: each gets a TapeoutError, within milliseconds. */
import { describe, expect, test } from 'vitest';
import { instantiate, type ManifestTensor, TapeoutError } from '../../runtime/index.ts';
import type { ManifestTags, UntaggedManifest } from '../../runtime/manifest.ts';
import { readGpuManifest, readUntaggedGpu } from '../../runtime/read-gpu-manifest.ts';
import { readManifest, readUntagged } from '../../runtime/read-manifest.ts';
import { instantiateTiny, tagTiny, tinyGpuManifest, tinyManifest } from '../support/tiny.ts';

type Change = (m: UntaggedManifest) => unknown;
const tensors =
  (change: (list: ManifestTensor[]) => unknown): Change =>
  (m) => ({ ...m, tensors: change([...m.tensors]) });
/** Changes the fields of a tensor. */
const tensor = (name: string, fields: object): Change =>
  tensors((list) => list.map((t) => (t.name === name ? { ...t, ...fields } : t)));
const entry =
  (fields: object): Change =>
  (m) => ({ ...m, entries: [{ ...m.entries[0], ...fields }] });
const gpu =
  (fields: object): Change =>
  (m) => ({ ...m, webgpu: { ...m.webgpu, ...fields } });
const dispatch = (fields: unknown): Change =>
  gpu({ entries: [{ ...tinyGpuManifest.webgpu!.entries[0], dispatches: fields }] });
const deep = (levels: number): unknown => {
  let x: unknown[] = [];
  for (let i = 0; i < levels; i++) x = [x];
  return x;
};
const tiny = tagTiny().manifest;
const tagsOf =
  (change: (tags: ManifestTags) => object): Change =>
  (m) => ({ ...m, tags: change(tiny.tags) });
const long = 'w'.repeat(1e6);

const hostile: Readonly<Record<string, readonly [Change, RegExp]>> = {
  null: [() => null, /must be an object, but it is null/],
  'a text': [() => 'manifest.json', /must be an object, but it is a string/],
  'a list': [() => [], /must be an object, but it is a plain array/],
  'a version that is an object': [(m) => ({ ...m, tapeout: {} }), /has version an Object/],
  'a version of a million characters': [(m) => ({ ...m, tapeout: long }), /has version 'w{79}…'/],
  'no tensors': [(m) => ({ ...m, tensors: {} }), /lacks its tensors/],
  'a tensor that is null': [tensors(() => [null] as never), /has a tensor that is null/],
  'a tensor that is a list': [tensors(() => [[]] as never), /has a tensor that is a plain array/],
  'a hole among the tensors': [
    tensors((list) => Object.assign([...list], { length: 99 })),
    /has a tensor that is missing/,
  ],
  'a name that is a number': [tensor('x', { name: 7 }), /has the name of a tensor 7, which must be text/],
  'a name of a million characters': [tensor('x', { name: long, shape: [-1] }), /extent of 'w{79}…' -1/],
  'an unknown purpose': [tensor('x', { purpose: 'toString' }), /the purpose 'toString'/],
  'a dtype of the prototype': [tensor('x', { dtype: 'constructor' }), /the dtype 'constructor'/],
  'a dtype that is a list': [tensor('x', { dtype: ['f32'] }), /the dtype a plain array/],
  'no shape': [tensor('x', { shape: null }), /has the shape of 'x' null, which must be a list/],
  'an extent of text': [tensor('x', { shape: ['-1'] }), /extent of 'x' '-1'/],
  'an extent that is negative': [tensor('x', { shape: [-1, 2] }), /extent of 'x' -1/],
  'an extent that is not a whole number': [tensor('x', { shape: [1.5] }), /extent of 'x' 1\.5/],
  'an extent that is NaN': [tensor('x', { shape: [Number.NaN] }), /extent of 'x' NaN/],
  'an extent that is null': [tensor('x', { shape: [null] }), /extent of 'x' null/],
  'an extent of 2^53': [tensor('x', { shape: [2 ** 53] }), /extent of 'x' 9007199254740992/],
  'a product beyond all memory': [tensor('x', { shape: [2 ** 40, 2 ** 40] }), /outside the memory of 1 pages/],
  'a product beyond float64': [tensor('x', { shape: Array(64).fill(2 ** 50) }), /at bytes 128 to Infinity, outside/],
  'a million dimensions': [tensor('x', { shape: Array(1e6).fill(1) }), /with 1000000 items; the most are 64/],
  'the batch three times': [
    tensor('x', { shape: [1, 1, 1].map((batch) => ({ batch })) }),
    /\[N,N,N\], which holds the batch more than twice/,
  ],
  'zero times the batch': [tensor('x', { shape: [{ batch: 0 }] }), /extent of 'x' 0/],
  'a multiple of the batch that is text': [tensor('x', { shape: [{ batch: '1' }] }), /extent of 'x' '1'/],
  'no offset': [tensor('x', { offset: null }), /offset of 'x' null/],
  'an offset of text': [tensor('x', { offset: '16' }), /offset of 'x' '16'/],
  'an offset below memory': [tensor('x', { offset: -16 }), /offset of 'x' -16/],
  'an offset between words': [tensor('x', { offset: 130 }), /at bytes 130 to 162, outside .* or unaligned/],
  'an offset between bytes': [tensor('x', { offset: 128.5 }), /offset of 'x' 128\.5/],
  'an offset beyond memory': [tensor('x', { offset: 65528 }), /at bytes 65528 to 65560, outside/],
  'a range of text': [tensor('y', { range: '3' }), /range of 'y' '3'/],
  'an initial value that is not a number': [tensor('lr', { initial: Number.NaN }), /initial value of 'lr' NaN/],
  'a tensor twice': [tensors((list) => [...list, list[0]!]), /has the parameter 'fc.weight' twice/],
  'a parameter with the name of a scalar': [
    tensors((list) => [...list, { ...list[1]!, purpose: 'parameter' as const, offset: 300 }]),
    /has the parameter 'lr' twice/,
  ],
  'tensors that overlap': [tensor('y', { offset: 152 }), /puts 'y' at bytes 152 to 168, into 'x', which ends at 160/],
  'a tensor inside another': [tensor('lr', { offset: 20 }), /puts 'lr' at bytes 20 to 24, into 'fc.weight'/],
  'an output over an input': [tensor('output', { offset: 128 }), /into 'x'|into 'output'/],
  'outputs of different shapes at one offset': [
    tensor('loss', { offset: 192 }),
    /puts 'output' at bytes 192 to 240, into 'loss'/,
  ],
  'a batch twice as large': [(m) => ({ ...m, maxBatch: 8 }), /puts '\w+' at bytes \d+ to \d+, into '\w+'/],
  'a batch of none': [(m) => ({ ...m, maxBatch: 0 }), /has the maxBatch 0/],
  'a batch of text': [(m) => ({ ...m, maxBatch: '4' }), /has the maxBatch '4'/],
  'a batch of 2^53': [
    (m) => ({ ...m, maxBatch: 2 ** 53, tensors: [], entries: [] }),
    /has the maxBatch 9007199254740992/,
  ],
  'pages beyond 32 bits': [(m) => ({ ...m, pages: 65537 }), /has the number of pages 65537/],
  'half a page': [(m) => ({ ...m, pages: 0.5 }), /has the number of pages 0\.5/],
  'more arena than memory': [(m) => ({ ...m, arenaBytes: 65537 }), /has the number of arena bytes 65537/],
  'thousands of threads': [(m) => ({ ...m, threads: 1000 }), /has the number of threads 1000/],
  'an entry that is null': [(m) => ({ ...m, entries: [null] }), /has an entry that is null/],
  'an entry of the prototype': [entry({ name: 'constructor' }), /has the entry 'constructor', which/],
  'an entry __proto__': [entry({ name: '__proto__' }), /has the entry '__proto__', which/],
  'an unknown entry': [entry({ name: long }), /has the entry 'w{79}…', which/],
  'an entry twice': [(m) => ({ ...m, entries: [m.entries[0], m.entries[0]] }), /has the entry 'forward' twice/],
  'inputs that are text': [entry({ inputs: 'x' }), /inputs of the entry 'forward' 'x', which must be a list/],
  'an input that is an object': [entry({ inputs: [{}] }), /has the inputs an Object, which must be text/],
  'an input twice': [entry({ inputs: ['x', 'x'] }), /lists an input or an output of the entry 'forward' twice/],
  'an input that is a parameter': [entry({ inputs: ['fc.weight'] }), /lists .*'fc\.weight' for the entry 'forward'/],
  'an input of a million characters': [entry({ inputs: [long] }), /lists the input 'w{72}… for the entry/],
  'no result': [entry({ outputs: [] }), /gives the entry 'forward' no result 'output'/],
  'a loss without a value': [tensor('loss', { shape: [0] }), /gives the result 'loss' no element/],
  'a hundred thousand levels of nesting': [tensor('x', { shape: deep(1e5) }), /extent of 'x' a plain array/],
  'a getter that throws': [
    (m) =>
      Object.defineProperty({ ...m }, 'pages', {
        get: () => {
          throw new RangeError('no');
        },
      }),
    /cannot be read: RangeError: no/,
  ],
  'a proxy that was revoked': [
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    /cannot be read: TypeError/,
  ],
  'tags that are text': [(m) => ({ ...m, tags: 'x' }), /has tags that are a string/],
  'no tags': [
    ({ ...m }) => ({ ...m, tags: undefined }),
    /lacks tags, by which it knows its code\. Take it from the bundle/,
  ],
  'tags that are empty': [tagsOf(() => ({})), /lacks tags/],
  'no tag of its own': [tagsOf(({ manifest: _, ...others }) => others), /lacks tags/],
  'no tag of the part for WebGPU': [tagsOf(({ webgpu: _, ...others }) => others), /lacks tags/],
  'a wrong tag': [
    tagsOf((tags) => ({ ...tags, manifest: '0'.repeat(16) })),
    /is damaged: it is not the one that was compiled/,
  ],
  'no WebGPU, by null': [(m) => ({ ...m, webgpu: null }), /must tell of WebGPU in an object, but it is null/],
  'malformed entries for WebGPU': [gpu({ entries: 3 }), /lacks the tensors or the entries for WebGPU/],
  'a call of no bytes': [gpu({ callBytes: 0 }), /bytes of a call 0/],
  'a call of 20 bytes': [gpu({ callBytes: 20 }), /calls of 20 bytes, which are no multiple of 16/],
  'a call of a gigabyte': [gpu({ callBytes: 2 ** 30 }), /bytes of a call 1073741824/],
  'a scalar where the batch is': [
    gpu({ tensors: tinyGpuManifest.webgpu!.tensors.map((t) => (t.name === 'lr' ? { ...t, offset: 0 } : t)) }),
    /puts 'lr' at bytes 0 to 4, outside the 16 that there are of a call/,
  ],
  'an arena that is negative': [gpu({ arenaBytes: -16 }), /arena bytes for WebGPU -16/],
  'features that are text': [gpu({ features: 'shader-f16' }), /has the features 'shader-f16', which must be a list/],
  'operations that are text': [gpu({ operations: 'many' }), /number of operations 'many'/],
  'malformed dispatches': [dispatch(null), /has the dispatches of the entry 'forward' null/],
  'a dispatch that is null': [dispatch([null]), /has null among the dispatches of the entry 'forward'/],
  'workgroups in two dimensions': [dispatch([{ kernel: 'rows', workgroups: [1, 1] }]), /has 2 numbers of workgroups/],
  'workgroups of text': [dispatch([{ kernel: 'rows', workgroups: ['1', 1, 1] }]), /number of workgroups among .* '1'/],
  'workgroups that divide by 0': [
    dispatch([{ kernel: 'rows', workgroups: [{ batch: 1, per: 0, times: 1 }, 1, 1] }]),
    /number of workgroups among .* 0, which must be a whole number from 1/,
  ],
  'more repeated launches than there are launches': [
    dispatch([{ kernel: 'rows', workgroups: [1, 1, 1], repeat: { launches: 2, times: 3 } }]),
    /repeats 2 launches of the dispatches of the entry 'forward' where only 1 come before/,
  ],
  'launches repeated zero times': [
    dispatch([{ kernel: 'rows', workgroups: [1, 1, 1], repeat: { launches: 1, times: 0 } }]),
    /number of turns of the dispatches .* 0, which must be a whole number from 1/,
  ],
  'a kernel without a name': [dispatch([{ workgroups: [1, 1, 1] }]), /has the kernel among .* missing/],
};

describe('a hostile manifest is refused quickly', () => {
  test.each(Object.entries(hostile))('%s', (_, [change, message]) => {
    const bad = change(tiny);
    const start = performance.now();
    let error: unknown;
    try {
      readGpuManifest(bad);
    } catch (e) {
      error = e;
    }
    // Far above the usual time, because other tests run at the same time.
    expect(performance.now() - start).toBeLessThan(250);
    expect(error).toBeInstanceOf(TapeoutError);
    expect(error).toMatchObject({ code: 'bad-manifest', message: expect.stringMatching(message) });
    expect((error as Error).message.length).toBeLessThan(400);
  });
});

describe('what is allowed', () => {
  test('a compiled manifest is returned unchanged, with any extra fields', () => {
    expect(readManifest(tiny)).toEqual(tiny);
    expect(readGpuManifest(tiny)).toEqual(tiny);
    expect(readUntagged(tinyManifest)).toEqual(tinyManifest);
    expect(readUntaggedGpu(tinyGpuManifest)).toEqual(tinyGpuManifest);
    expect(readManifest({ ...tiny, note: 'mine' })).toMatchObject({ note: 'mine' });
  });
  test('results that share a value, empty tensors anywhere, overlapping temporaries', () => {
    const t = (name: string, fields: Partial<ManifestTensor>): ManifestTensor => ({
      ...{ name, purpose: 'output', dtype: 'f32', shape: [{ batch: 1 }, 3], offset: 192 },
      ...fields,
    });
    const more = [
      t('again', {}),
      t('nothing', { purpose: 'state', shape: [0, 3], offset: 20 }),
      t('t0', { purpose: 'temp' }),
      t('t1', { purpose: 'temp' }),
    ];
    expect(() => readUntagged({ ...tinyManifest, tensors: [...tinyManifest.tensors, ...more] })).not.toThrow();
  });
  test('a huge batch, if a sample takes no memory', async () => {
    const tensors = tinyManifest.tensors.map((t) => ({
      ...t,
      shape: t.shape.map((d) => (typeof d === 'number' ? d : 1)),
    }));
    const empty: ManifestTensor = {
      name: 'empty',
      purpose: 'input',
      dtype: 'f32',
      shape: [{ batch: 1 }, 0],
      offset: 304,
    };
    const model = await instantiateTiny({ ...tinyManifest, maxBatch: 2 ** 29, tensors: [...tensors, empty] });
    expect(model.input('empty', 2 ** 28)).toHaveLength(0);
  });
  test('the model accepts a manifest whose values change as they are read', async () => {
    let reads = 0;
    const { wasm, manifest } = tagTiny(tinyManifest);
    const [first, ...rest] = manifest.tensors;
    const turning = Object.defineProperty({ ...first! }, 'offset', {
      get: () => (reads++ === 0 ? 16 : -1),
      enumerable: true,
    });
    const model = await instantiate(wasm as BufferSource, { ...manifest, tensors: [turning, ...rest] });
    expect(model.manifest.tensors[0]?.offset).toBe(16);
    expect(reads).toBe(1);
  });
});

test('a flipped bit anywhere in a manifest gives a manifest or a TapeoutError', () => {
  const whole = Buffer.from(JSON.stringify(tiny));
  // Not every bit: a step coprime to 8 flips each bit position of a byte somewhere.
  for (let i = 0; i < whole.length * 8; i += 29) {
    const bytes = Buffer.from(whole);
    bytes[i >> 3]! ^= 1 << (i & 7);
    let parsed: unknown;
    try {
      parsed = JSON.parse(bytes.toString());
    } catch {
      continue;
    }
    try {
      readGpuManifest(parsed);
    } catch (error) {
      expect(error, bytes.toString().slice((i >> 3) - 20, (i >> 3) + 20)).toBeInstanceOf(TapeoutError);
    }
  }
});
