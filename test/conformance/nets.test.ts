/** Small nets that train as in PyTorch: losses of some steps, parameters and buffers after them, outputs in evaluation. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cat, defineModel, nn, optim, type Tensor } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { instantiate } from '../../runtime/index.ts';
import { readSafetensors } from '../../runtime/safetensors.ts';

interface Case {
  /** The file of its tensors. */
  readonly group: string;
  readonly name: string;
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
  readonly momentum: number;
  readonly print: string;
}
const folder = new URL('../goldens/nets/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as {
  readonly cases: readonly Case[];
};
const tensors = new Map(
  [...new Set(cases.map((c) => c.group))].flatMap((group) => [
    ...readSafetensors(readFileSync(new URL(`${group}.safetensors`, folder))),
  ]),
);

/** Relative to the largest element, or to 1. */
const tolerance = 2e-5;

class Net extends nn.Module {
  constructor(layers: Readonly<Record<string, nn.Module>>) {
    super();
    Object.assign(this, layers);
  }
  forward(x: Tensor) {
    return this.children().reduce((y, layer) => layer(y), x);
  }
}
const conv = (norm: nn.Module) => () =>
  new Net({ conv: nn.Conv2d(2, 4, 3), norm, relu: nn.ReLU(), flat: nn.Flatten(), out: nn.Linear(24, 3) });

/** A recurrent layer, and a linear one on its last output and on its last states. */
class Recurrent extends nn.Module {
  out: nn.Linear;
  constructor(
    readonly rnn: nn.RNN | nn.GRU | nn.LSTM,
    width: number,
    private readonly states = 0,
  ) {
    super();
    this.out = nn.Linear(width, 3);
  }
  forward(x: Tensor) {
    const first = this.rnn.batchFirst;
    const [out, last] = this.rnn.forward(first ? x : x.transpose(0, 1));
    const y = first ? out : out.transpose(0, 1);
    const state = Array.isArray(last) ? last[1]! : (last as Tensor);
    const parts = this.states ? Array.from({ length: state.size(0) as number }, (_, i) => state.select(0, i)) : [];
    return this.out(cat([y.select(1, -1), y.select(1, 0), ...parts], 1));
  }
}
/** Cells, called step by step. */
class Cells extends nn.Module {
  rnn = nn.RNNCell(5, 4, { nonlinearity: 'relu' });
  gru = nn.GRUCell(4, 4, false);
  lstm = nn.LSTMCell(4, 3);
  forward(x: Tensor) {
    let [a, b]: [Tensor | undefined, Tensor | undefined] = [undefined, undefined];
    let c: [Tensor, Tensor] | undefined;
    for (let t = 0; t < (x.size(1) as number); t++) {
      a = this.rnn(x.select(1, t), a);
      b = this.gru(a, b);
      c = this.lstm(b, c);
    }
    return c![0].add(c![1]);
  }
}

/** The nets of generate.py. */
const nets: Readonly<Record<string, () => nn.Module>> = {
  'batch norm of rows': () => new Net({ fc: nn.Linear(5, 4), bn: nn.BatchNorm1d(4), out: nn.Linear(4, 3) }),
  'batch norm of sequences': () => new Net({ bn: nn.BatchNorm1d(2), flat: nn.Flatten(), out: nn.Linear(14, 3) }),
  'batch norm of images': conv(nn.BatchNorm2d(4)),
  'batch norm, the mean over all steps': conv(nn.BatchNorm2d(4, { momentum: null })),
  'batch norm without running statistics': conv(nn.BatchNorm2d(4, { trackRunningStats: false })),
  'batch norm without weights': conv(nn.BatchNorm2d(4, 1e-3, 0.3, false)),
  'group norm': conv(nn.GroupNorm(2, 4)),
  'group norm without weights': conv(nn.GroupNorm(4, 4, { eps: 1e-2, affine: false })),
  'instance norm': conv(nn.InstanceNorm2d(4)),
  'instance norm with running statistics': conv(nn.InstanceNorm2d(4, { affine: true, trackRunningStats: true })),
  'layer norm': conv(nn.LayerNorm([4, 3, 2])),
  'batch norm in evaluation': conv(nn.BatchNorm2d(4).eval()),
  embedding: () => new Net({ rows: nn.Embedding(7, 20), flat: nn.Flatten(), out: nn.Linear(100, 3) }),
  'embedding with padding': () => new Net({ rows: nn.Embedding(7, 3, 2), flat: nn.Flatten(), out: nn.Linear(15, 3) }),
  rnn: () => new Recurrent(nn.RNN(5, 4, { batchFirst: true }), 8),
  'rnn, relu, steps first, two layers': () => new Recurrent(nn.RNN(5, 4, 2, { nonlinearity: 'relu' }), 8),
  gru: () => new Recurrent(nn.GRU(5, 4, { batchFirst: true }), 12, 1),
  'gru, both ways, without biases': () => new Recurrent(nn.GRU(5, 4, { bias: false, bidirectional: true }), 24, 1),
  lstm: () => new Recurrent(nn.LSTM(5, 4, { batchFirst: true }), 12, 1),
  'lstm, two layers, both ways': () =>
    new Recurrent(nn.LSTM(5, 4, 2, { batchFirst: true, bidirectional: true }), 32, 1),
  'lstm, projected': () => new Recurrent(nn.LSTM(5, 6, { projSize: 3 }), 12, 1),
  cells: () => new Cells(),
};

function near(got: ArrayLike<number>, key: string): void {
  const want = Array.from(tensors.get(key)!.data as ArrayLike<number | bigint>, Number);
  expect(got.length, key).toBe(want.length);
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  for (const [i, w] of want.entries())
    expect(Math.abs(got[i]! - w), `${key}, element ${i}: ${got[i]}, ${w} by PyTorch`).toBeLessThan(tolerance * largest);
}
const keysOf = (prefix: string): string[] =>
  [...tensors.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

describe('nets that train as in PyTorch', () => {
  test('every net of the goldens is here', () => {
    expect(Object.keys(nets).sort()).toEqual(cases.map((c) => c.name).sort());
  });

  test.each(cases)('$name', async ({ name, steps, batch, lr, momentum, print }) => {
    const shape = (key: string) => tensors.get(`${name}/${key}`)!.shape.slice(1);
    const data = (key: string) => tensors.get(`${name}/${key}`)!.data as Float32Array | Int32Array;
    const model = nets[name]!();
    expect(String(model)).toBe(print);
    const spec = defineModel({
      model,
      input: { shape: ['N', ...shape('x0/0')], dtype: data('x0/0') instanceof Int32Array ? 'i32' : 'f32' },
      target: { shape: ['N', ...shape('y/0')] },
      ...{ loss: nn.MSELoss(), optimizer: optim.SGD({ lr, momentum }), maxBatch: batch },
    });
    const compiled = await compile(spec, { verify: true });
    const net = await instantiate(compiled.wasm, compiled.manifest, compiled.weights);
    expect([...net.stateDict().keys()].sort()).toEqual(keysOf(`${name}/before/`).sort());
    net.loadStateDict(new Map(keysOf(`${name}/before/`).map((key) => [key, tensors.get(`${name}/before/${key}`)!])));
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) losses.push(net.trainStep(data(`x0/${i}`), data(`y/${i}`)));
    near(losses, `${name}/losses`);
    for (const [key, got] of net.stateDict()) near(got, `${name}/after/${key}`);
    near(net.forward(data(`x0/${steps - 1}`)), `${name}/output`);
  });
});
