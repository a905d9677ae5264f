/** What the nets of test/conformance/nets.test.ts do not cover of attention: inputs without a batch, masks of every kind, dropout,
 *  copies of layers, positions, threads and devices, and calls that do not fit. */
import { describe, expect, test } from 'vitest';
import {
  CompileError,
  compile,
  defineModel,
  manualSeed,
  nn,
  optim,
  rotary,
  rotaryPositions,
  scaledDotProductAttention,
  sinusoidalPositions,
  type Tensor,
} from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';
import { instantiate } from '../runtime/index.ts';
import { noGpu, openDevice } from './support/gpu.ts';
import { GpuMachine, startOf } from './support/gpu-machine.ts';
import { unless } from './support/left-out.ts';
import { recordFunction, run } from './support/record.ts';

const noise = (count: number, salt = 0) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 0.3 + salt));

/** A layer that `run` calls. */
class Called<L extends nn.Module> extends nn.Module {
  readonly #run: (layer: L, inputs: readonly Tensor[]) => Tensor;
  constructor(
    readonly layer: L,
    run: (layer: L, inputs: readonly Tensor[]) => Tensor,
  ) {
    super();
    this.#run = run;
  }
  forward(...inputs: Tensor[]): Tensor {
    return this.#run(this.layer, inputs);
  }
}
type Shape = readonly ('N' | number)[];
const inputOf = (shapes: readonly Shape[]) => Object.fromEntries(shapes.map((shape, i) => [`x${i}`, { shape }]));
const specOf = <L extends nn.Module>(
  layer: () => L,
  shapes: readonly Shape[],
  run: (layer: L, inputs: readonly Tensor[]) => Tensor,
) => defineModel({ model: () => new Called(layer(), run), input: inputOf(shapes), maxBatch: 4, seed: 5, name: 'Net' });
const outputs = <L extends nn.Module>(
  layer: () => L,
  shapes: readonly Shape[],
  given: (layer: L, inputs: readonly Tensor[]) => Tensor,
  data: readonly Float32Array[],
) => run(record(specOf(layer, shapes, given)), data);
const mha = (options = {}) => nn.MultiheadAttention(6, 3, { batchFirst: true, ...options });

describe('multi-head attention', () => {
  test.each([
    ['plain', {}],
    ['with a learnt key and value and zeros appended', { addBiasKv: true, addZeroAttn: true }],
    ['with kdim and vdim', { kdim: 6, vdim: 6, bias: false }],
  ])('gives without a batch what it gives for a batch of one: %s', (_, options) => {
    const data = [noise(24), noise(30, 1)];
    for (const average of [true, false])
      for (const part of [0, 1]) {
        const one = outputs(
          () => mha(options),
          [
            [4, 6],
            [5, 6],
          ],
          (l, [q, k]) => l(q!, k!, k!, { averageAttnWeights: average })[part] as Tensor,
          data,
        );
        const batch = outputs(
          () => mha(options),
          [
            ['N', 4, 6],
            ['N', 5, 6],
          ],
          (l, [q, k]) => l(q!, k!, k!, { averageAttnWeights: average })[part] as Tensor,
          data,
        );
        expect(one).toEqual(batch);
      }
  });

  test('gives the same with steps first as with the batch first', () => {
    const data = [noise(24), noise(30, 1), noise(5, 2)];
    const shapes: Shape[] = [
      ['N', 4, 6],
      ['N', 5, 6],
      ['N', 5],
    ];
    const t = (x: Tensor): Tensor => x.transpose(0, 1);
    const batch = outputs(
      () => mha(),
      shapes,
      (l, [q, k, p]) => l(q!, k!, k!, p!.gt(0.5))[0],
      data,
    );
    const steps = outputs(
      () => mha({ batchFirst: false }),
      shapes,
      (l, [q, k, p]) => t(l(t(q!), t(k!), t(k!), p!.gt(0.5))[0]),
      data,
    );
    expect(steps).toEqual(batch);
  });

  test('with one head is scaled dot-product attention between projections', () => {
    const data = [noise(24)];
    const layer = () => nn.MultiheadAttention(6, 1, { batchFirst: true });
    const whole = outputs(layer, [['N', 4, 6]], (l, [x]) => l(x!, x!, x!)[0], data);
    const parts = outputs(
      layer,
      [['N', 4, 6]],
      (l, [x]) => {
        const [q, k, v] = x!.matmul(l.in_proj_weight!.t()).add(l.in_proj_bias!).split(6, -1) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        return l.out_proj(scaledDotProductAttention(q, k, v));
      },
      data,
    );
    expect(whole).toEqual(parts);
  });

  test('gives the same for a bool mask, a float mask, and both kinds of mask combined', () => {
    const data = [noise(24)];
    const under = (masks: (mask: Tensor, x: Tensor) => object): number[] =>
      outputs(
        () => mha(),
        [['N', 4, 6]],
        (l, [x]) => l(x!, x!, x!, masks(nn.Transformer.generateSquareSubsequentMask(4), x!))[0],
        data,
      );
    const floats = under((attnMask) => ({ attnMask }));
    expect(under((mask) => ({ attnMask: mask.lt(0) }))).toEqual(floats);
    expect(under((mask, x) => ({ attnMask: mask, keyPaddingMask: x.select(2, 0).mul(0) }))).toEqual(floats);
    const causal = outputs(
      () => nn.Identity(),
      [['N', 2, 4, 3]],
      (_, [x]) => scaledDotProductAttention(x!, x!, x!, null, 0, true),
      [noise(24)],
    );
    const masked = outputs(
      () => nn.Identity(),
      [['N', 2, 4, 3]],
      // Here true means that a key is seen.
      (_, [x]) => scaledDotProductAttention(x!, x!, x!, nn.Transformer.generateSquareSubsequentMask(4).eq(0)),
      [noise(24)],
    );
    expect(causal).toEqual(masked);
  });

  test('drop weights in training only', async () => {
    const spec = defineModel({
      model: () => new Called(mha({ dropout: 0.5 }), (l, [x]) => l(x!, x!, x!)[1]),
      ...{ input: { shape: ['N', 4, 6] }, target: { shape: ['N', 4, 4] }, loss: nn.MSELoss() },
      ...{ optimizer: optim.SGD({ lr: 0 }), maxBatch: 4 },
    });
    const c = await compile(spec, { verify: true });
    const model = await instantiate(c.wasm, c.manifest, c.weights);
    const [x, y] = [noise(96), new Float32Array(64)];
    const losses = [0, 0, 0].map(() => model.trainStep(x, y));
    expect(new Set(losses).size).toBe(3);
    const sums = Array.from({ length: 16 }, (_, i) =>
      model
        .forward(x)
        .slice(4 * i, 4 * i + 4)
        .reduce((a, b) => a + b),
    );
    for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
  });
});

describe('stacks of layers', () => {
  test('start from equal values and train separately', () => {
    const layer = nn.TransformerEncoderLayer(4, 2, 8, { activation: nn.GELU() });
    layer.eval();
    const stack = nn.TransformerEncoder(layer, 2);
    const [a, b] = [...stack.layers] as [typeof layer, typeof layer];
    expect(a).toBeInstanceOf(nn.TransformerEncoderLayer);
    expect(a.linear1.weight.data).toEqual(layer.linear1.weight.data);
    expect(new Set([layer, a, b].map((l) => l.linear1.weight)).size).toBe(3);
    expect(new Set([layer, a, b].map((l) => l.linear1.weight.data)).size).toBe(3);
    expect(new Set([layer, a, b].map((l) => l.activation)).size).toBe(3);
    expect([a.training, a.dropout1.training]).toEqual([false, false]);
    expect(stack.parameters().length).toBe(2 * layer.parameters().length);
  });

  test('keep parameters shared within a layer, and its buffers', () => {
    class Tied extends nn.Module {
      first = nn.Linear(2, 2);
      second = this.first;
      rows = [nn.Buffer([2], [3, 4], true)];
      forward(x: Tensor): Tensor {
        return this.second(this.first(x)).add(this.rows[0]!);
      }
    }
    const [copy] = [...nn.TransformerEncoder(new Tied(), 1).layers] as [Tied];
    expect(copy).toBeInstanceOf(Tied);
    expect(copy.second).toBe(copy.first);
    expect([...copy.rows[0]!.data, copy.rows[0]!.eval]).toEqual([3, 4, true]);
  });

  test('accept a custom activation, a custom encoder and decoder, and zero layers', () => {
    const square = (x: Tensor): Tensor => x.mul(x);
    manualSeed(1);
    const layer = nn.TransformerDecoderLayer(4, 2, 8, 0, square);
    expect(String(layer)).not.toContain('activation');
    class Memory extends nn.Module {
      forward(tgt: Tensor, memory: Tensor): Tensor {
        return tgt.add(memory.mean(0));
      }
    }
    const own = () => nn.Transformer({ dModel: 4, customEncoder: nn.Identity(), customDecoder: new Memory() });
    const data = [noise(12), noise(8)];
    const y = outputs(
      own,
      [
        [3, 'N', 4],
        [2, 'N', 4],
      ],
      (l, [s, t]) => l(s!, t!),
      data,
    );
    expect(y.length).toBe(8);
    const none = outputs(
      () => nn.TransformerEncoder(nn.ReLU(), 0),
      [['N', 2]],
      (l, [x]) => l(x!),
      [noise(2)],
    );
    expect(none).toEqual([...noise(2)]);
  });
});

describe('positions', () => {
  test('are sines and cosines, the same on every engine', () => {
    const [length, features] = [300, 10];
    const [sines, turns] = [sinusoidalPositions(length, features), rotaryPositions(length, features, 500)];
    for (let t = 0; t < length; t++)
      for (let i = 0; i < features / 2; i++) {
        const [slow, own] = [t * 10_000 ** ((-2 * i) / features), t * 500 ** ((-2 * i) / features)];
        const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(6.1e-8);
        near(sines[t * features + 2 * i]!, Math.sin(slow));
        near(sines[t * features + 2 * i + 1]!, Math.cos(slow));
        near(turns[t * features + i]!, Math.cos(own));
        near(turns[t * features + 5 + i]!, Math.sin(own));
      }
    expect(sinusoidalPositions(1, 4, 0.5)).toEqual(Float32Array.of(0, 1, 0, 1));
    expect(() => sinusoidalPositions(4, 3)).toThrow('sinusoidalPositions: features must be even, got 3');
    expect(() => rotaryPositions(4, 3)).toThrow('rotaryPositions: features must be even, got 3');
  });

  test.each([false, true])(
    'applied by rotation give products that depend on distances only, interleaved: %s',
    (interleaved) => {
      const [steps, features] = [7, 6];
      const row = [...noise(features)];
      const x = Array.from({ length: steps }, () => row).flat();
      const products = run(
        recordFunction([{ shape: ['N', steps, features] }, { shape: [steps, features] }], (q, table) => {
          const turned = rotary(q!, table!, interleaved);
          return turned.matmul(turned.transpose(-2, -1));
        }),
        [x, rotaryPositions(steps, features)],
      );
      const at = (i: number, j: number): number => products[i * steps + j]!;
      for (let i = 1; i < steps; i++)
        for (let j = 1; j < steps; j++) expect(Math.abs(at(i, j) - at(i - 1, j - 1))).toBeLessThan(1e-6);
      expect(Math.abs(at(0, 3) - at(0, 0))).toBeGreaterThan(0.01);
    },
  );
});

describe('misuse is reported at its line', () => {
  const wrong: readonly (readonly [
    what: string,
    shapes: readonly Shape[],
    f: (...x: Tensor[]) => unknown,
    says: string,
  ])[] = [
    ['features', [['N', 4, 5]], (x) => mha()(x, x, x), 'MultiheadAttention: needs a query [N,T,6] or [T,6]'],
    ['the steps', [[4, 'N', 6]], (x) => mha()(x, x, x), 'needs a query [N,T,6]'],
    [
      'a key without a batch',
      [
        ['N', 4, 6],
        [4, 6],
      ],
      (x, y) => mha()(x, y, y),
      'needs a key [N,T,6]',
    ],
    [
      'values',
      [
        ['N', 4, 6],
        ['N', 3, 6],
      ],
      (x, y) => mha()(x, x, y),
      'each key has one value',
    ],
    [
      'a mask',
      [
        ['N', 4, 6],
        [4, 3],
      ],
      (x, m) => mha()(x, x, x, { attnMask: m }),
      'attnMask must be [4,4] or [3N,4,4]',
    ],
    ['padding', [['N', 4, 6], [4]], (x, m) => mha()(x, x, x, m), 'keyPaddingMask must be [N,4]'],
    [
      'a mask of whole numbers',
      [['N', 4, 6]],
      (x) => mha()(x, x, x, x.select(2, 0).to('i32')),
      'a mask is f32 or bool, got Tensor i32[N,4]',
    ],
    ['an option', [['N', 4, 6]], (x) => mha()(x, x, x, { mask: x } as never), "unknown option 'mask'"],
    [
      'too much',
      [['N', 4, 6]],
      (x) => (mha() as never as (...a: unknown[]) => void)(x, x, x, null, true, null, true, 1),
      'too many',
    ],
    ['a missing key', [['N', 4, 6]], (x) => (mha() as never as (...a: unknown[]) => void)(x), 'key is missing'],
    ['the tokens as a batch', [['N', 6]], (x) => mha()(x, x, x), 'needs a query [N,T,6] or [T,6]'],
    [
      'memory',
      [['N', 4, 6]],
      (x) => (nn.TransformerDecoderLayer(6, 2) as never as (...a: unknown[]) => void)(x),
      'memory is missing',
    ],
    [
      'heads',
      [['N', 4, 6]],
      () => nn.TransformerEncoderLayer(6, 4),
      'embedDim must be a multiple of numHeads, got 6 and 4',
    ],
    ['both', [['N', 4, 6]], (x) => nn.Transformer(8, 2, 1, 1, 4)(x, x), 'Transformer: needs inputs of 8 features'],
  ];
  test.each(wrong)('%s', (_, shapes, f, says) => {
    const attempt = () =>
      recordFunction(
        shapes.map((shape) => ({ shape })),
        (...x) => {
          f(...x);
          return x[0];
        },
      );
    expect(attempt).toThrow(says);
    expect(attempt).toThrow(CompileError);
    try {
      attempt();
    } catch (e) {
      expect((e as CompileError).loc?.file).toBe(import.meta.filename);
    }
  });
});

describe('a net of layers', () => {
  /** The decoder of one sequence and the encoder of another, under masks of all kinds. */
  class Net extends nn.Module {
    positions = nn.Buffer([6, 8], sinusoidalPositions(6, 8));
    net = nn.Transformer(8, 2, 1, 1, 12, 0.1, { batchFirst: true });
    out = nn.Linear(8, 3);
    forward(src: Tensor, tgt: Tensor): Tensor {
      const at = src.add(this.positions);
      const decoded = this.net(at, tgt, {
        tgtMask: nn.Transformer.generateSquareSubsequentMask(5),
        srcKeyPaddingMask: src.select(2, 0).gt(0.9),
      });
      return this.out(decoded.mean(1));
    }
  }
  const spec = defineModel({
    ...{
      model: Net,
      input: { src: { shape: ['N', 6, 8] }, tgt: { shape: ['N', 5, 8] } },
      target: { shape: ['N'], dtype: 'i32' },
    },
    ...{ loss: nn.CrossEntropyLoss(), optimizer: optim.SGD({ lr: 0.1 }), maxBatch: 5 },
  });

  test.skipIf(noGpu)(unless(noGpu, 'learns on a device what it learns on WebAssembly'), async () => {
    const c = await compile(spec, { target: 'all', verify: true });
    const wasm = await instantiate(c.wasm, c.manifest, c.weights);
    const device = await openDevice();
    const gpu = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!, ['train_step']);
    startOf(gpu, c.manifest.webgpu!, c.weights);
    const [src, tgt, y] = [noise(4 * 48), noise(4 * 40, 1), Int32Array.of(0, 2, 1, 1)];
    for (let i = 0; i < 3; i++) {
      for (const [name, values] of Object.entries({ src, tgt, y })) gpu.set(name, values);
      gpu.run('train_step', 4);
      wasm.trainStep(src, tgt, y);
    }
    for (const [name, want] of wasm.stateDict()) {
      const got = await gpu.get(name, 1);
      for (const [i, v] of want.entries()) expect(Math.abs(got[i]! - v), name).toBeLessThan(2e-5);
    }
    gpu.dispose();
    device.destroy();
  });
});
