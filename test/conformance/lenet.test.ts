/** LeNet against PyTorch's numbers, on WebAssembly and on the float64 interpreter: logits, losses, gradients, parameters
 *  after training. */
import { beforeAll, describe, expect, test } from 'vitest';
import { nn } from '../../frontend/index.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import { lenet } from '../frontend/models.ts';
import { compileAll, type Net, onInterpreter, onWasm, ways } from '../support/nets.ts';
import {
  type Cases,
  cases,
  expectClose,
  f32,
  type OptimizerSpec,
  optimizerOf,
  tensor,
  under,
} from '../support/pytorch.ts';

const mse = { loss: nn.MSELoss(), target: { shape: ['N', 10] } } as const;
/** One compilation for each loss and optimizer, which both ways run. */
const made = new Map<string, Promise<Compiled>>();
function compiled(
  loss: 'MSELoss' | 'CrossEntropyLoss',
  optimizer: OptimizerSpec = { type: 'SGD', lr: 0.01 },
): Promise<Compiled> {
  const key = JSON.stringify([loss, optimizer]);
  let known = made.get(key);
  if (!known) {
    known = compileAll(lenet({ ...(loss === 'MSELoss' ? mse : {}), optimizer: optimizerOf(optimizer), maxBatch: 64 }));
    made.set(key, known);
  }
  return known;
}
/** Integers as the runtime takes them. */
const labels = (file: string, key: string): Int32Array =>
  Int32Array.from(tensor(file, key).data as ArrayLike<number | bigint>, Number);
const targets = (file: string, key: string): Float32Array | Int32Array => {
  const t = tensor(file, key);
  return t.dtype === 'F32' ? t.data : labels(file, key);
};
/** Row `i` of a tensor's first dimension. */
function row<T extends Float32Array | Int32Array>(data: T, rows: number, i: number): T {
  const each = data.length / rows;
  return data.subarray(i * each, (i + 1) * each) as T;
}
const rowsOf = (file: string, key: string): number => tensor(file, key).shape[0]!;

function expectParameters(net: Net, c: { file: string; after: string; err64: Cases['train']['err64'] }): void {
  const wanted = under(c.file, c.after);
  expect([...wanted.keys()].sort()).toEqual([...net.parameters].sort());
  for (const [name, want] of wanted) expectClose(net.parameter(name), want, c.err64[name], `${name} after training`);
}

test('the network has the layers, names and parameter count of LeNet', async () => {
  const [c] = cases('net');
  const { recording } = await compiled('CrossEntropyLoss');
  expect(`${recording.module}`).toBe(c!.print);
  expect(recording.parameters.map((p) => p.param.name)).toEqual(c!.param_order);
  expect(recording.parameters.reduce((n, p) => n + p.data.length, 0)).toBe(c!.num_params);
});

describe.each(ways)('LeNet on %s', (_way, make) => {
  test.each(cases('forward'))('$id', async (c) => {
    const net = await make(await compiled('CrossEntropyLoss'), under(c.file, c.params));
    expectClose(net.forward(f32(c.file, c.x)), tensor(c.file, c.logits), c.err64.logits, 'logits');
  });

  test.each(cases('grad'))('$id', async (c) => {
    const net = await make(await compiled(c.loss?.type ?? 'CrossEntropyLoss'), under(c.file, c.params));
    const x = f32(c.file, c.x);
    if (c.v) net.vjp(x, f32(c.file, c.v));
    else
      expectClose([net.backward(x, targets(c.file, c.target!))], tensor(c.file, c.loss_value!), c.err64.loss, 'loss');
    const wanted = under(c.file, c.grads);
    expect([...wanted.keys()].sort()).toEqual([...net.parameters].sort());
    const n = rowsOf(c.file, c.x);
    for (const [name, want] of wanted)
      expectClose(net.gradient(name, n), want, c.err64[name], `the gradient of ${name}`);
    expectClose(net.gradient('x', n), tensor(c.file, c.grad_x), c.err64.x, 'the gradient of the input');
  });

  test.each(cases('accumulate'))('$id', async (c) => {
    const net = await make(await compiled('CrossEntropyLoss'), under(c.file, c.params));
    const [x, y, rows] = [f32(c.file, c.x), labels(c.file, c.y), rowsOf(c.file, c.x)];
    net.backward(row(x, rows, 2), row(y, rows, 2)); // what zeroGrad must clear
    net.zeroGrad();
    const losses = c.batches.map((b) => net.backward(row(x, rows, b), row(y, rows, b)));
    expectClose(losses, tensor(c.file, c.losses), c.err64.losses, 'losses');
    for (const [name, want] of under(c.file, c.grads))
      expectClose(net.gradient(name, 1), want, c.err64[name], `the gradient of ${name}`);
  });

  test.each(cases('train'))('$id', async (c) => {
    const net = await make(await compiled(c.loss.type, c.optimizer), under(c.file, c.params));
    const [x, y, rows] = [f32(c.file, c.x), labels(c.file, c.y), rowsOf(c.file, c.x)];
    const losses = Array.from({ length: c.steps }, (_, i) => net.trainStep(row(x, rows, i), row(y, rows, i)));
    expectClose(losses, f32(c.file, c.losses).slice(0, c.steps), c.err64.losses, 'losses');
    expectParameters(net, c);
  });

  test.each(cases('curve'))('$id', async (c) => {
    const net = await make(await compiled(c.loss.type, c.optimizer), under(c.file, c.params));
    const [x, y] = [f32(c.file, c.x), labels(c.file, c.y)];
    const images = rowsOf(c.file, c.x);
    const order = labels(c.file, c.order);
    const each = order.length / c.steps;
    const losses = Array.from({ length: c.steps }, (_, i) => {
      const batch = [...order.subarray(i * each, (i + 1) * each)];
      const xs = Float32Array.from(batch.flatMap((j) => [...row(x, images, j)]));
      return net.trainStep(
        xs,
        Int32Array.from(batch, (j) => y[j]!),
      );
    });
    expectClose(losses, tensor(c.file, c.losses), c.err64.losses, 'losses');
    expectParameters(net, c);
  });
});

describe('separate steps', () => {
  test.each(cases('train').filter((c) => c.optimizer.type === 'SGD' && c.steps === 5))(
    'zeroGrad, backward and step train as trainStep does: $id',
    async (c) => {
      const [together, apart] = await Promise.all(
        [1, 2].map(async () => onWasm(await compiled(c.loss.type, c.optimizer), under(c.file, c.params))),
      );
      const [x, y, rows] = [f32(c.file, c.x), labels(c.file, c.y), rowsOf(c.file, c.x)];
      for (let i = 0; i < c.steps; i++) {
        const loss = together!.trainStep(row(x, rows, i), row(y, rows, i));
        apart!.zeroGrad();
        expect(apart!.backward(row(x, rows, i), row(y, rows, i))).toBeCloseTo(loss, 6);
        apart!.step();
      }
      expectParameters(apart!, c);
      const different = apart!.parameters.filter((name) => {
        const [a, b] = [apart!.parameter(name), together!.parameter(name)];
        return Array.from(a).some((v, i) => !Object.is(v, b[i]));
      });
      expect(different).toEqual([]);
    },
  );
});

describe('any batch up to the largest', () => {
  const c = cases('curve')[0]!;
  let whole: Compiled;
  beforeAll(async () => {
    whole = await compiled('CrossEntropyLoss');
  });

  test.each([1, 3, 7, 8, 63, 64])('%i samples', async (n) => {
    const weights = under(c.file, c.params);
    const [wasm, graphs] = [await onWasm(whole, weights), await onInterpreter(whole, weights)];
    const x = f32(c.file, c.x).subarray(0, n * 1024);
    const y = labels(c.file, c.y).subarray(0, n);
    // A larger batch first, so that leftovers in memory would show.
    const other = labels(c.file, c.y).subarray(0, 64);
    wasm.backward(f32(c.file, c.x).subarray(0, 64 * 1024), other);
    wasm.zeroGrad();

    expectClose(wasm.forward(x), Array.from(graphs.forward(x)), [2e-7, 1], 'logits');
    expectClose([wasm.backward(x, y)], [graphs.backward(x, y)], [4e-7, 1], 'loss');
    for (const name of [...wasm.parameters, 'x'])
      expectClose(wasm.gradient(name, n), Array.from(graphs.gradient(name, n)), [2e-8, 1], `the gradient of ${name}`);
    expectClose([wasm.trainStep(x, y)], [graphs.trainStep(x, y)], [4e-7, 1], 'loss');
    for (const name of wasm.parameters)
      expectClose(wasm.parameter(name), Array.from(graphs.parameter(name)), [2e-8, 1], name);
  });
});
