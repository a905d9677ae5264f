/** Small nets that train as in PyTorch: losses of some steps, parameters and buffers after them, outputs in evaluation. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  arange,
  cat,
  cosineEmbeddingLoss,
  crossEntropy,
  defineModel,
  eye,
  gaussianNllLoss,
  type Loss,
  l1Loss,
  lora,
  manualSeed,
  marginRankingLoss,
  mseLoss,
  nn,
  normalize,
  optim,
  relu,
  type Tensor,
  tripletMarginLoss,
} from '../../frontend/index.ts';
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
  /** The seed of its initial values, if they are compared too. */
  readonly seed?: number;
  /** True if the batch is a number, and not N. */
  readonly fixed?: boolean;
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

/** Scores of each sample of one view against each of the other: f32 [N,N]. */
class Views extends nn.Module {
  image = nn.Linear(6, 8);
  text = nn.Linear(5, 8);
  scale = nn.Parameter([], 1.5);
  forward(a: Tensor, b: Tensor) {
    const [x, y] = [normalize(this.image(a)), normalize(this.text(b))];
    return x.mm(y.t()).mul(this.scale.exp());
  }
}
/** Distances of all pairs: f32 [N,N]. */
class Embedding extends nn.Module {
  fc = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4));
  forward(x: Tensor) {
    const z = this.fc(x);
    return z.unsqueeze(0).sub(z.unsqueeze(1)).square().sum(-1);
  }
}
/** Attention among the samples of a batch, none to itself. */
class Mixer extends nn.Module {
  q = nn.Linear(6, 4);
  k = nn.Linear(6, 4);
  v = nn.Linear(6, 4);
  forward(x: Tensor) {
    const scores = this.q(x).matmul(this.k(x).t()).div(2);
    const weights = scores.maskedFill(eye('N').gt(0), Number.NEGATIVE_INFINITY).softmax(1);
    const more = weights.mean(0, true).t().add(scores.var()).add(scores.amax(0).unsqueeze(1));
    return weights.matmul(this.v(x)).add(more);
  }
}

/** The arguments of a net; those here have up to three inputs. */
type Inputs = [Tensor, Tensor, Tensor];
/** An attention layer, called by `run`, and a linear layer on everything it returns. */
class Attention<L extends nn.Module> extends nn.Module {
  out: nn.Linear;
  mask?: nn.Buffer;
  constructor(
    readonly layer: L,
    width: number,
    private readonly run: (layer: L, inputs: Inputs, mask: Tensor) => Tensor | readonly Tensor[],
    mask?: nn.Buffer,
  ) {
    super();
    this.out = nn.Linear(width, 3);
    if (mask) this.mask = mask;
  }
  forward(...inputs: Tensor[]) {
    const got = this.run(this.layer, inputs as Inputs, this.mask as Tensor);
    return this.out(
      cat(
        [got].flat().map((t) => t.flatten(1)),
        1,
      ),
    );
  }
}
/** True above the diagonal. */
const causal = (steps: number): Tensor => nn.Transformer.generateSquareSubsequentMask(steps).lt(0);
const t = (x: Tensor): Tensor => x.transpose(0, 1);

const attention = <L extends nn.Module>(
  layer: () => L,
  width: number,
  run: (layer: L, inputs: Inputs, mask: Tensor) => Tensor | readonly Tensor[],
  mask?: nn.Buffer,
) => {
  return () => new Attention(layer(), width, run, mask);
};
const mha =
  (options: { bias?: boolean; kdim?: number; vdim?: number; addBiasKv?: boolean; addZeroAttn?: boolean } = {}) =>
  () =>
    nn.MultiheadAttention(8, 2, { batchFirst: true, ...options });
const some = { dimFeedforward: 12, dropout: 0 };
const lowAbove = Array.from({ length: 25 }, (_, i) => (i % 5 > Math.floor(i / 5) ? -Infinity : 0));
/** Downsampled images, and layers that upsample them. */
const images = (more: Readonly<Record<string, () => nn.Module>>) => () => {
  const down = { down: nn.Conv2d(2, 4, 3, { stride: 2, padding: 1 }), relu: nn.ReLU() };
  return new Net({ ...down, ...Object.fromEntries(Object.entries(more).map(([name, made]) => [name, made()])) });
};
/** A convolutional net of which some parameters are frozen. */
const frozen = (names: RegExp, norm = nn.BatchNorm2d(4)) => conv(norm)().requiresGrad_(false, names);

/** The nets of generate.py. */
const nets: Readonly<Record<string, () => nn.Module>> = {
  'two views': () => new Views(),
  'distances of pairs': () => new Embedding(),
  'attention in a batch': () => new Mixer(),
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
  attention: attention(mha(), 40, (l, [x]) => l(x, x, x, { needWeights: false })[0]),
  'attention and its weights': attention(mha(), 65, (l, [x]) => l(x, x, x)),
  'attention, steps first, causal, the weights of each head': attention(
    () => nn.MultiheadAttention(8, 2),
    90,
    (l, [x]) => {
      const [out, weights] = l(t(x), t(x), t(x), { averageAttnWeights: false, attnMask: causal(5) });
      return [t(out), weights];
    },
  ),
  'attention, masked by a buffer': attention(
    mha(),
    40,
    (l, [x], mask) => l(x, x, x, null, true, mask)[0],
    nn.Buffer([5, 5], lowAbove),
  ),
  'attention to other keys, without biases': attention(mha({ bias: false }), 40, (l, [x, y]) => l(x, y, y)[0]),
  'attention to keys and values': attention(mha({ kdim: 3, vdim: 6 }), 40, (l, [x, y, z]) => l(x, y, z)[0]),
  'attention to learnt keys and to zeros, padded': attention(
    mha({ addBiasKv: true, addZeroAttn: true }),
    70,
    (l, [x, y, p]) => l(x, y, y, { keyPaddingMask: p.gt(0.5), attnMask: causal(5).slice(1, 0, 4) }),
  ),
  'attention, a mask for each head': attention(
    mha(),
    40,
    (l, [x, m]) => l(x, x, x, { attnMask: m.view('2N', 5, 5) })[0],
  ),
  'encoder layer': attention(
    () => nn.TransformerEncoderLayer(8, 2, { ...some, batchFirst: true }),
    40,
    (l, [x]) => l(x),
  ),
  'encoder layer, steps first, norms first, gelu, causal': attention(
    () => nn.TransformerEncoderLayer(8, 2, { ...some, normFirst: true, activation: 'gelu' }),
    40,
    (l, [x]) => t(l(t(x), causal(5))),
  ),
  'encoder, padded': attention(
    () =>
      nn.TransformerEncoder(
        nn.TransformerEncoderLayer(8, 2, { ...some, batchFirst: true, activation: nn.GELU() }),
        2,
        nn.LayerNorm(8),
      ),
    40,
    (l, [x, p]) => l(x, { srcKeyPaddingMask: p.gt(0.5) }),
  ),
  'decoder layer': attention(
    () => nn.TransformerDecoderLayer(8, 2, { ...some, batchFirst: true }),
    40,
    (l, [x, y]) => l(x, y, causal(5)),
  ),
  'decoder layer, steps first, norms first': attention(
    () => nn.TransformerDecoderLayer(8, 2, { ...some, normFirst: true }),
    40,
    (l, [x, y]) => t(l(t(x), t(y))),
  ),
  'decoder, padded': attention(
    () => nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, { ...some, batchFirst: true }), 2),
    40,
    (l, [x, y, p]) => l(x, y, { tgtMask: causal(5), memoryKeyPaddingMask: p.gt(0.5) }),
  ),
  transformer: attention(
    () => nn.Transformer(8, 2, 1, 1, 12, 0, { batchFirst: true }),
    32,
    (l, [x, y]) => l(x, y, { tgtMask: l.generateSquareSubsequentMask(4) }),
  ),
  'frozen backbone': () => frozen(/^(conv|norm)\./),
  'frozen backbone, its norm in evaluation': () => frozen(/^(conv|norm)\./, nn.BatchNorm2d(4).eval()),
  'frozen head': () => frozen(/^out\./),
  'biases alone': () => frozen(/\.weight$/),
  'frozen between': () => {
    const net = { a: nn.Linear(5, 4), b: nn.Linear(4, 6), c: nn.Linear(6, 3) };
    net.b.requiresGrad_(false);
    return new Net(net);
  },
  'transposed convolutions': images({
    up: () => nn.ConvTranspose2d(4, 3, 2, { stride: 2 }),
    last: () => nn.ConvTranspose2d(3, 2, 3, { padding: 1 }),
  }),
  'transposed convolutions, uneven': images({
    up: () => nn.ConvTranspose2d(4, 6, [3, 2], [2, 1], [1, 0], [1, 0], 2, false),
    last: () => nn.ConvTranspose2d(6, 2, 3, { dilation: [1, 2] }),
  }),
  'transposed convolutions of sequences': () =>
    new Net({ down: nn.Conv1d(3, 4, 2, 2), up: nn.ConvTranspose1d(4, 3, 4, { stride: 2, padding: 1 }) }),
  'transposed convolutions of volumes': () =>
    new Net({ down: nn.Conv3d(1, 2, 2, 2), up: nn.ConvTranspose3d(2, 1, 2, 2, { outputPadding: [1, 0, 1] }) }),
  'auxiliary head': () => new Heads(3, 3),
  'mean and variance': () => new Heads(3, 3),
  triplets: () => new Shared(),
  'pairs by cosine': () => new Shared(),
  'pairs in order': () => new Shared(),
  contrastive: () => new Shared(),
  'images of other extents': images({
    up: () => nn.Upsample({ scaleFactor: 2, mode: 'bilinear' }),
    edge: () => nn.ReflectionPad2d(1),
    conv: () => nn.Conv2d(4, 8, 3),
    pixels: () => nn.PixelShuffle(2),
    twice: () => nn.Upsample(null, [2, 1]),
    last: () => nn.Conv2d(2, 2, 3),
    pool: () => nn.AdaptiveAvgPool2d([null, 3]),
    most: () => nn.AdaptiveMaxPool2d([7, 2]),
  }),
  'low rank': () => lora(new Net({ a: nn.Linear(5, 4), relu: nn.ReLU(), b: nn.Linear(4, 3) }), { rank: 2, alpha: 3 }),
};

/** A trunk with a linear head for each of several outputs. */
class Heads extends nn.Module {
  trunk = nn.Linear(5, 6);
  heads: nn.ModuleList;
  constructor(...widths: number[]) {
    super();
    this.heads = nn.ModuleList(widths.map((width) => nn.Linear(6, width)));
  }
  forward(x: Tensor): Tensor[] {
    const h = this.trunk(x).tanh();
    return Array.from(this.heads, (head) => head(h));
  }
}
/** One linear layer for each of several inputs. */
class Shared extends nn.Module {
  fc = nn.Linear(5, 4);
  forward(...xs: Tensor[]): Tensor[] {
    return xs.map((x) => this.fc(x));
  }
}
const signOf = (y: Tensor): Tensor => y.squeeze(1).sign();
/** The losses of nets with several outputs; others have nn.MSELoss(). */
const losses: Record<string, Loss> = {
  'auxiliary head': (a, b, y) => mseLoss(a, y!).add(l1Loss(b!, y!).mul(0.3)),
  'mean and variance': (mean, log, y) => gaussianNllLoss(mean, y!, log!.exp()),
  triplets: (...all) => tripletMarginLoss(all[0], all[1]!, all[2]!),
  'pairs by cosine': (a, b, y) => cosineEmbeddingLoss(a, b!, signOf(y!), { margin: 0.2 }),
  contrastive(a, b, _y) {
    const logits = normalize(a).matmul(normalize(b!).t()).div(0.5);
    // The sample's own number: ones before it.
    const labels = a.select(1, 0).mul(0).add(1).cumsum(0).sub(1).to('i32');
    return crossEntropy(logits, labels).add(crossEntropy(logits.t(), labels)).div(2);
  },
  'two views': (out) => {
    const labels = arange('N');
    return crossEntropy(out, labels)
      .add(crossEntropy(out.t(), labels, { labelSmoothing: 0.1 }))
      .div(2);
  },
  'distances of pairs': (out, y) => {
    const same = y.sign().eq(y.sign().t()).to('f32');
    const apart = eye('N').neg().add(1);
    const far = relu(out.add(1e-3).sqrt().neg().add(3));
    return same.mul(out).add(same.neg().add(1).mul(far)).mul(apart).sum().div(apart.sum());
  },
  'pairs in order': (a, b, y) => marginRankingLoss(a.sum(1), b!.sum(1), signOf(y!), { margin: 0.5 }),
};

function near(got: ArrayLike<number>, key: string): void {
  const want = Array.from(tensors.get(key)!.data as ArrayLike<number | bigint>, Number);
  expect(got.length, key).toBe(want.length);
  const largest = want.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1);
  for (const [i, w] of want.entries())
    if (got[i] !== w)
      expect(Math.abs(got[i]! - w), `${key}, element ${i}: ${got[i]}, ${w} by PyTorch`).toBeLessThan(
        tolerance * largest,
      );
}
const keysOf = (prefix: string): string[] =>
  [...tensors.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

describe('nets train as in PyTorch', () => {
  test('every net of the goldens has a row', () => {
    expect(Object.keys(nets).sort()).toEqual(cases.map((c) => c.name).sort());
  });

  test.each(cases)('$name', async ({ name, steps, batch, lr, momentum, print, seed, fixed }) => {
    const shape = (key: string) => tensors.get(`${name}/${key}`)!.shape.slice(1);
    const data = (key: string) => tensors.get(`${name}/${key}`)!.data as Float32Array | Int32Array;
    if (seed !== undefined) manualSeed(seed);
    const model = nets[name]!();
    expect(String(model)).toBe(print);
    const inputs = keysOf(`${name}/`)
      .flatMap((key) => (/^x\d\/0$/.test(key) ? [key.slice(0, 2)] : []))
      .sort();
    const n = fixed ? batch : 'N';
    const spec = defineModel({
      model,
      input: Object.fromEntries(
        inputs.map((x) => [
          x,
          { shape: [n, ...shape(`${x}/0`)], dtype: data(`${x}/0`) instanceof Int32Array ? 'i32' : 'f32' },
        ]),
      ),
      target: { shape: [n, ...shape('y/0')] },
      ...{ loss: losses[name] ?? nn.MSELoss(), optimizer: optim.SGD({ lr, momentum }), maxBatch: batch },
    });
    const compiled = await compile(spec, { verify: true });
    const net = await instantiate(compiled.wasm, compiled.manifest, compiled.weights);
    if (seed !== undefined)
      for (const [key, got] of net.stateDict())
        expect([...got], key).toEqual([...(tensors.get(`${name}/before/${key}`)!.data as Float32Array)]);
    expect([...net.stateDict().keys()].sort()).toEqual(keysOf(`${name}/before/`).sort());
    net.loadStateDict(new Map(keysOf(`${name}/before/`).map((key) => [key, tensors.get(`${name}/before/${key}`)!])));
    // One for each input.
    const given = (i: number) => inputs.map((x) => data(`${x}/${i}`)) as [Float32Array];
    const found: number[] = [];
    for (let i = 0; i < steps; i++) found.push(net.trainStep(...given(i), data(`y/${i}`)));
    near(found, `${name}/losses`);
    for (const [key, got] of net.stateDict()) near(got, `${name}/after/${key}`);
    const output = net.forward<Float32Array | Float32Array[]>(...given(steps - 1));
    near(Array.isArray(output) ? output.flatMap((o) => [...o]) : output, `${name}/output`);
  });
});
