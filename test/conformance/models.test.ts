/** LeNet is no special case: networks of many forms train on WebAssembly as their graphs say. */
import { describe, expect, test } from 'vitest';
import {
  avgPool2d,
  cat,
  crossEntropy,
  defineModel,
  flatten,
  gelu,
  type ModelOptions,
  maxPool2d,
  mseLoss,
  nn,
  optim,
  relu,
  type Tensor,
  tanh,
} from '../../frontend/index.ts';
import { record } from '../../frontend/model/record.ts';
import { countAt } from '../../ir/type.ts';
import { uniform } from '../support/generate.ts';
import { compileAll, onInterpreter, onWasm } from '../support/nets.ts';
import { expectClose } from '../support/pytorch.ts';

/** A module of some layers and a function of them. */
class Of<L extends Record<string, nn.Module>> extends nn.Module {
  readonly #f: (layers: L, x: Tensor) => Tensor;
  constructor(layers: L, f: (layers: L, x: Tensor) => Tensor) {
    super();
    Object.assign(this, layers);
    this.#f = f;
  }
  forward(x: Tensor): Tensor {
    return this.#f(this as unknown as L, x);
  }
}
const of =
  <L extends Record<string, nn.Module>>(layers: () => L, f: (layers: L, x: Tensor) => Tensor) =>
  (): nn.Module =>
    new Of(layers(), f);

type Row = Pick<ModelOptions, 'model' | 'input'> & Partial<ModelOptions> & { readonly batches?: readonly number[] };
const classes = { target: { shape: ['N'], dtype: 'i32' }, loss: nn.CrossEntropyLoss() } as const;
const images = (c: number, h: number, w: number): ModelOptions['input'] => ({ shape: ['N', c, h, w] });
const rows = (n: number): ModelOptions['input'] => ({ shape: ['N', n] });

const models: Readonly<Record<string, Row>> = {
  'three channels, odd sizes': {
    model: of(
      () => ({ conv1: nn.Conv2d(3, 5, 3), conv2: nn.Conv2d(5, 7, [2, 3]), fc: nn.Linear(7 * 3 * 3, 3) }),
      (l, x) => l.fc(flatten(maxPool2d(relu(l.conv2(relu(l.conv1(x)))), 3), 1)),
    ),
    input: images(3, 13, 15),
  },
  'stride 2, padding, dilation, groups': {
    model: of(
      () => ({
        conv1: nn.Conv2d(3, 6, 3, { stride: 2, padding: 1 }),
        conv2: nn.Conv2d(6, 6, 3, { groups: 6, dilation: 2, padding: 2 }),
        conv3: nn.Conv2d(6, 4, 2, { groups: 2, stride: [1, 2], padding: [1, 0] }),
        fc: nn.Linear(4 * 7 * 4, 5),
      }),
      (l, x) => l.fc(flatten(relu(l.conv3(relu(l.conv2(relu(l.conv1(x)))))), 1)),
    ),
    input: images(3, 11, 15),
  },
  'a fixed batch of 3': {
    model: of(
      () => ({ conv: nn.Conv2d(1, 4, 3), fc: nn.Linear(4 * 4 * 4, 2) }),
      (l, x) => l.fc(relu(l.conv(x)).view(3, -1)),
    ),
    input: { shape: [3, 1, 6, 6] },
    target: { shape: [3], dtype: 'i32' },
    batches: [3],
  },
  'a kernel as large as the image': {
    model: of(
      () => ({ conv: nn.Conv2d(2, 9, [5, 7]), fc: nn.Linear(9, 4) }),
      (l, x) => l.fc(flatten(relu(l.conv(x)), 1)),
    ),
    input: images(2, 5, 7),
  },
  '1x1 convolutions': {
    model: of(
      () => ({ conv1: nn.Conv2d(3, 8, 1), conv2: nn.Conv2d(8, 1, 1), conv3: nn.Conv2d(1, 2, 1) }),
      (l, x) => l.conv3(relu(l.conv2(relu(l.conv1(x))))).mean([2, 3]),
    ),
    input: images(3, 5, 5),
  },
  'one pixel, one channel, one output': {
    model: of(
      () => ({ conv: nn.Conv2d(1, 1, 1), fc: nn.Linear(1, 1) }),
      (l, x) => l.fc(flatten(maxPool2d(relu(l.conv(x)), 1), 1)),
    ),
    input: images(1, 1, 1),
    target: { shape: ['N', 1] },
    loss: nn.MSELoss(),
  },
  'layers of width 1': {
    model: of(
      () => ({ fc1: nn.Linear(7, 1), fc2: nn.Linear(1, 5), fc3: nn.Linear(5, 1) }),
      (l, x) => l.fc3(tanh(l.fc2(tanh(l.fc1(x))))),
    ),
    input: rows(7),
    target: { shape: ['N', 1] },
    loss: nn.MSELoss(),
  },
  'no bias anywhere': {
    model: of(
      () => ({ conv: nn.Conv2d(2, 4, 3, { bias: false }), fc: nn.Linear(4 * 9, 3, false) }),
      (l, x) => l.fc(flatten(relu(l.conv(x)), 1)),
    ),
    input: images(2, 5, 5),
  },
  'twenty layers': {
    model: () =>
      nn.Sequential(
        ...Array.from({ length: 20 }, (_, i) => [nn.Linear(i === 0 ? 5 : 9, 9), nn.ReLU()]).flat(),
        nn.Linear(9, 3),
      ),
    input: rows(5),
  },
  'residual connections': {
    model: of(
      () => ({
        conv1: nn.Conv2d(3, 3, 3, { padding: 1 }),
        conv2: nn.Conv2d(3, 3, 3, { padding: 1 }),
        fc: nn.Linear(3 * 25, 3),
      }),
      (l, x) => {
        const a = relu(l.conv1(x)).add(x);
        return l.fc(flatten(relu(l.conv2(a).add(a)), 1));
      },
    ),
    input: images(3, 5, 5),
  },
  'one layer used three times': {
    model: of(
      () => ({ first: nn.Linear(5, 6), again: nn.Linear(6, 6), last: nn.Linear(6, 3) }),
      (l, x) => l.last(relu(l.again(relu(l.again(relu(l.again(l.first(x)))))))),
    ),
    input: rows(5),
  },
  'tied layers': {
    model: () => {
      const shared = nn.Linear(6, 6);
      return nn.Sequential(nn.Linear(4, 6), shared, nn.Tanh(), shared, nn.Tanh(), nn.Linear(6, 2));
    },
    input: rows(4),
  },
  'a parameter that the loss does not use': {
    model: of(
      () => ({ used: nn.Linear(4, 3), unused: nn.Linear(4, 7) }),
      (l, x) => l.used(x),
    ),
    input: rows(4),
    optimizer: optim.SGD({ lr: 0.1, momentum: 0.9, weightDecay: 0.1 }),
  },
  'two losses summed': {
    model: of(
      () => ({ fc1: nn.Linear(6, 8), fc2: nn.Linear(8, 4) }),
      (l, x) => l.fc2(relu(l.fc1(x))),
    ),
    input: rows(6),
    loss: (output, target) => crossEntropy(output, target!).add(mseLoss(output, output.detach().mul(0.5)).mul(0.3)),
  },
  'branches that join': {
    model: of(
      () => ({
        a: nn.Conv2d(2, 3, 3, { padding: 1 }),
        b: nn.Conv2d(2, 2, 1),
        norm: nn.LayerNorm([5, 6, 7]),
        fc: nn.Linear(5 * 3 * 3, 4),
      }),
      (l, x) => l.fc(flatten(avgPool2d(gelu(l.norm(cat([l.a(x), l.b(x)], 1))), 2), 1)),
    ),
    input: images(2, 6, 7),
  },
  'overlapping windows, ceiling': {
    model: of(
      () => ({ conv: nn.Conv2d(1, 3, 3), fc: nn.Linear(3 * 4 * 4, 3) }),
      (l, x) => l.fc(flatten(maxPool2d(relu(l.conv(x)), 3, { stride: 2, padding: 1, ceilMode: true }), 1)),
    ),
    input: images(1, 9, 9),
  },
  'two convolutions with padding, each with a pool': {
    model: of(
      () => ({
        conv1: nn.Conv2d(2, 5, 5, { padding: 2 }),
        conv2: nn.Conv2d(5, 6, 3, { padding: 1 }),
        fc: nn.Linear(6 * 3 * 4, 3),
      }),
      (l, x) => l.fc(flatten(maxPool2d(relu(l.conv2(maxPool2d(relu(l.conv1(x)), 2))), 2), 1)),
    ),
    input: images(2, 12, 17),
  },
  'pools of 3 after strided convolutions': {
    model: of(
      () => ({
        conv1: nn.Conv2d(1, 4, 3),
        conv2: nn.Conv2d(4, 6, [3, 2], { stride: [1, 2], padding: [0, 1] }),
        fc: nn.Linear(6 * 2 * 2, 3),
      }),
      (l, x) => l.fc(flatten(maxPool2d(relu(l.conv2(relu(l.conv1(x)))), 3, { stride: [3, 2] }), 1)),
    ),
    input: images(1, 12, 11),
  },
  'overlapping pools between convolutions': {
    model: of(
      () => ({
        conv1: nn.Conv2d(1, 4, 3),
        conv2: nn.Conv2d(4, 4, 3, { stride: 3 }),
        conv3: nn.Conv2d(4, 5, 2, { dilation: 2 }),
        fc: nn.Linear(5, 3),
      }),
      (l, x) => {
        const y = l.conv3(maxPool2d(l.conv2(maxPool2d(tanh(l.conv1(x)), 3, { stride: 1 })), 2, { stride: 1 }));
        return l.fc(flatten(y, 1));
      },
    ),
    input: images(1, 16, 16),
  },
  'a pool as large as the image, after one output channel': {
    model: of(
      () => ({ conv1: nn.Conv2d(3, 7, 3), conv2: nn.Conv2d(7, 1, 3), fc: nn.Linear(1, 3) }),
      (l, x) => l.fc(flatten(maxPool2d(l.conv2(relu(l.conv1(x))), 5), 1)),
    ),
    input: images(3, 9, 9),
  },
  attention: {
    model: of(
      () => ({ q: nn.Linear(5, 4), k: nn.Linear(5, 4), v: nn.Linear(5, 4), out: nn.Linear(12, 3) }),
      (l, x) => l.out(flatten(l.q(x).matmul(l.k(x).transpose(1, 2)).mul(0.5).softmax(-1).matmul(l.v(x)), 1)),
    ),
    input: { shape: ['N', 3, 5] },
  },
};

describe('networks of many forms', () => {
  test.each(Object.entries(models))('%s', async (name, { batches = [1, 3, 5], ...options }) => {
    const spec = defineModel({
      ...classes,
      optimizer: optim.SGD({ lr: 0.05, momentum: 0.9 }),
      maxBatch: 5,
      seed: 3,
      name: 'Model',
      ...options,
    });
    const {
      eval: { output },
      inputs,
      targets,
    } = record(spec);
    const compiled = await compileAll(spec);
    const [wasm, graphs] = [await onWasm(compiled), await onInterpreter(compiled)];
    const next = uniform(name.length);
    const data = (n: number): [Float32Array, Float32Array | Int32Array] => {
      const [x, y] = [inputs[0]!.type, targets[0]!.type];
      const labels = output.type.shape[1] as number;
      return [
        Float32Array.from({ length: countAt(x.shape, n) }, () => next() * 4 - 2),
        y.dtype === 'i32'
          ? Int32Array.from({ length: countAt(y.shape, n) }, () => Math.floor(next() * labels))
          : Float32Array.from({ length: countAt(y.shape, n) }, () => next() * 2 - 1),
      ];
    };
    const same = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void =>
      expectClose(got, Array.from(want), [1e-6, 1], `${what}: WebAssembly against the graph`);

    for (const n of batches) {
      const [x, y] = data(n);
      same(wasm.forward(x), graphs.forward(x), `output of ${n}`);
      for (const net of [wasm, graphs]) net.zeroGrad();
      same([wasm.backward(x, y)], [graphs.backward(x, y)], `loss of ${n}`);
      for (const p of [...wasm.parameters, 'x'])
        same(wasm.gradient(p, n), graphs.gradient(p, n), `gradient of ${p}, ${n} samples`);
    }
    const before = wasm.parameters.map((p) => wasm.parameter(p));
    for (let i = 0; i < 6; i++) {
      const [x, y] = data(batches[i % batches.length]!);
      same([wasm.trainStep(x, y)], [graphs.trainStep(x, y)], `loss of step ${i}`);
      for (const p of wasm.parameters) same(wasm.parameter(p), graphs.parameter(p), `${p} after step ${i}`);
    }
    // Whatever the loss depends on has changed.
    expect(wasm.parameters.some((p, i) => Array.from(wasm.parameter(p)).some((v, k) => v !== before[i]![k]))).toBe(
      true,
    );
  });
});
