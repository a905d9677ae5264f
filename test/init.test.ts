import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { manualSeed, nn } from '../frontend/index.ts';
import { fanIn, kaimingUniform, uniformBias } from '../frontend/model/init.ts';
import { normal } from '../frontend/model/normal.ts';
import { Generator } from '../runtime/random.ts';
import { f32 } from './support/pytorch.ts';

const bits = (data: Float32Array | Int32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
    .slice(0, 16);

describe('Generator draws what torch draws', () => {
  it('saves and takes the state that torch.Generator.get_state() returns', () => {
    // g = torch.Generator(); g.manual_seed(7); torch.randperm(10, generator=g)
    const generator = new Generator(7);
    generator.permutation(10);
    const state = generator.getState();
    expect(createHash('sha256').update(state).digest('hex').slice(0, 16)).toBe('b9a5bfdb2348adce');
    const other = new Generator(0).setState(state);
    for (const g of [generator, other]) {
      // torch.empty((), dtype=torch.int64).random_(generator=g), torch.randperm(5, generator=g)
      expect(g.random63()).toBe(5681832686530518414n);
      expect([...g.permutation(5)]).toEqual([1, 0, 2, 3, 4]);
    }
    normal(3, generator);
    expect([...normal(3, other.setState(generator.getState()))]).toEqual([...normal(3, generator)]);
    const fresh = new Generator(1);
    expect([...new Generator(0).setState(fresh.getState()).permutation(9)]).toEqual([...fresh.permutation(9)]);
    expect(() => generator.setState(state.subarray(1))).toThrow('setState: these 5055 bytes are not the state of a');
    expect(() => generator.setState(new Uint8Array(5056))).toThrow(RangeError);
  });

  // The hashes are of PyTorch 1.13: torch.manual_seed(seed); torch.empty(100000).uniform_(from, to)
  it.each<[seed: number, from: number, to: number, hash: string]>([
    [20240, -0.2, 0.2, '4c65af7c5b2e347b'],
    [7, 0.1, 7.3, '8590b9e07bc395b7'],
    [0, -3.7, -1.1, '284d5b6593df9c95'],
    [2 ** 40 + 9, 100.3, 1e5, '9a4bf0ba18c7de7d'],
    [-5, 0, 1, 'ca94b7d6f91ce168'],
    [3, -1 / Math.sqrt(84), 1 / Math.sqrt(84), 'a6b644420290839d'],
    [11, -1e-3, 30000.7, 'fcc71f89d81d57d3'],
    [12, 1e-8, 1, 'dc9564ab26609c3d'],
    [13, 1, 1 + 2 ** -20, '0f70cd8013ea274b'],
  ])('uniform: seed %d from %d to %d', (seed, from, to, hash) => {
    const generator = new Generator(seed);
    expect(bits(Float32Array.from({ length: 100_000 }, () => generator.uniform(from, to)))).toBe(hash);
  });

  // torch.manual_seed(seed); torch.empty(count).normal_() for each count in turn.
  it.each<[seed: number, hashes: string]>([
    [
      5,
      'dbee14b10f13c408 8304f5a690e11719 11b15911c5907d89 9c3315a498c4cdd1 05fceddd33b4c089 92c7820e37c6bd50 6ab43223eff40407 0f71917ff0cf0493 ef5899d584ce793b',
    ],
    [
      2 ** 33 + 3,
      '7b5e1ab8c32e9a5a e21fe3d78b989d07 69343a854e5a0b43 e67a7efd978bd182 2ab1bb7c464c9bf8 ba3631c0326c6ad6 6135f70826e9af01 92b75401e9383e75 f0465a6971545cce',
    ],
  ])('normal: seed %d', (seed, hashes) => {
    const generator = new Generator(seed);
    const drawn = [3, 2, 1, 15, 16, 20, 5, 100_000, 7].map((count) => normal(count, generator));
    expect(drawn.map(bits).join(' ')).toBe(hashes);
    expect([...normal(3, new Generator(3))]).toEqual([0.8032760620117188, 0.17483338713645935, 0.08897809684276581]);
  });

  it('an Embedding draws its rows as torch does, and so do layers after it', () => {
    manualSeed(9);
    const [padded, linear, rows] = [nn.Embedding(5, 3, -2), nn.Linear(3, 1), nn.Embedding(8, 5)];
    expect([padded, linear, rows].map((l) => bits(l.weight.data))).toEqual([
      '62e185eaa82c8679',
      '72d8d0d9e53afb4f',
      'c8bfd00ddb5735fe',
    ]);
  });

  it('MT19937 gives the 10,000th output for the standard seed', () => {
    const generator = new Generator(5489);
    for (let i = 1; i < 10_000; i++) generator.random32();
    expect(generator.random32()).toBe(4123659995);
  });

  it('permutation', () => {
    expect([...new Generator(5).permutation(6)]).toEqual([5, 0, 1, 3, 4, 2]);
    expect([...new Generator(-1).permutation(6)]).toEqual([3, 4, 2, 0, 1, 5]);
    expect([...new Generator(7).permutation(10)]).toEqual([5, 0, 3, 4, 1, 7, 9, 6, 8, 2]);
    expect([...new Generator(7).permutation(0)]).toEqual([]);
    expect([...new Generator(7).permutation(1)]).toEqual([0]);
    const generator = new Generator(7);
    expect(bits(generator.permutation(70_000))).toBe('fbe6e935d2fc1b76');
    expect([...generator.permutation(3)]).toEqual([1, 0, 2]);
  });

  it('a seed has 64 bits, but only the low 32 matter', () => {
    const first = (seed: number | bigint) => new Generator(seed).random32();
    expect(first(2 ** 32 + 5)).toBe(first(5));
    expect(first(2n ** 63n + 5n)).toBe(first(5));
    expect(first(2n ** 64n - 5n)).toBe(first(-5));
    expect(first(6)).not.toBe(first(5));
  });

  it('manualSeed restarts the generator', () => {
    const generator = new Generator(3);
    const drawn = [generator.random32(), generator.random32()];
    generator.manualSeed(3);
    expect([generator.random32(), generator.random32()]).toEqual(drawn);
  });

  it.each([
    [1.5, 'seed 1.5 is not a whole number below 2^53'],
    [Number.NaN, 'seed NaN is not a whole number'],
    [2 ** 53, 'or a bigint'],
    [2n ** 64n, 'does not fit in 64 bits'],
    [-(2n ** 63n) - 1n, 'does not fit in 64 bits'],
  ])('refuses the seed %s', (seed, message) => {
    expect(() => new Generator(seed)).toThrow(message);
  });

  it('refuses a permutation of anything but a count', () => {
    for (const n of [-1, 1.5, Number.NaN, 2 ** 32]) expect(() => new Generator(1).permutation(n)).toThrow(RangeError);
  });
});

describe('initialisation', () => {
  it('of LeNet from seed 20240 is PyTorch’s, bit for bit', () => {
    const generator = new Generator(20240);
    const layers: [name: string, shape: number[]][] = [
      ['conv1', [6, 1, 5, 5]],
      ['conv2', [16, 6, 5, 5]],
      ['fc1', [120, 400]],
      ['fc2', [84, 120]],
      ['fc3', [10, 84]],
    ];
    for (const [name, shape] of layers) {
      const weight = kaimingUniform(shape, generator);
      const bias = uniformBias(shape[0]!, fanIn(shape), generator);
      expect(weight, name).toEqual(f32('lenet.safetensors', `init/${name}.weight`));
      expect(bias, name).toEqual(f32('lenet.safetensors', `init/${name}.bias`));
    }
  });

  it('of a grouped convolution counts the inputs of one group', () => {
    // torch.manual_seed(1); nn.Conv2d(4, 6, 3, groups=2)
    const [shape, generator] = [[6, 2, 3, 3], new Generator(1)];
    expect(bits(kaimingUniform(shape, generator))).toBe('f7a76c67a17423cb');
    expect(bits(uniformBias(6, fanIn(shape), generator))).toBe('e88a8436a86a93d5');
  });

  it('with another slope is nn.init.kaiming_uniform_(w), where a is 0', () => {
    expect(bits(kaimingUniform([5, 3], new Generator(2), 0))).toBe('269981a0c4e6c783');
  });

  it('needs two dimensions, and accepts a layer without inputs', () => {
    expect(() => kaimingUniform([5], new Generator(2))).toThrow('fan-in needs a weight of 2 or more dimensions');
    expect(kaimingUniform([3, 0], new Generator(2))).toHaveLength(0);
    expect([...uniformBias(2, 0, new Generator(2))]).toEqual([0, 0]);
  });
});
