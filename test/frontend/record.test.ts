import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { crossEntropy, defineModel, isModelSpec, nn, type Tensor } from '../../frontend/index.ts';
import { type Recording, record } from '../../frontend/model/record.ts';
import { entriesOf } from '../../frontend/pipeline/entries.ts';
import { type Graph, type Param, topo } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { showType } from '../../ir/type.ts';
import { autodiff } from '../../passes/autodiff.ts';
import { StateTable, update } from '../../passes/update.ts';
import { type Cases, cases, expectClose, f32, optimizerOf, tensor } from '../support/pytorch.ts';
import { lenet, Net } from './models.ts';

const models = fileURLToPath(new URL('models.ts', import.meta.url));
const lineOf = (text: string): number =>
  readFileSync(models, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

describe('LeNet, recorded', () => {
  const recording = record(lenet());

  it('has the ops of its forward, in order, at the user’s lines', () => {
    const nodes = topo([recording.eval.output]).map((n) => [n.op.name, showType(n.type), n.loc?.line]);
    const [conv1, conv2] = [lineOf('this.conv1(x)'), lineOf('this.conv2(h)')];
    const [fc1, fc2, fc3] = ['fc1', 'fc2', 'fc3'].map((fc) => lineOf(`this.${fc}(h)`));
    expect(nodes).toEqual([
      ['conv2d', 'f32[N,6,28,28]', conv1],
      ['broadcast', 'f32[N,6,28,28]', conv1],
      ['add', 'f32[N,6,28,28]', conv1],
      ['relu', 'f32[N,6,28,28]', conv1],
      ['max_pool2d', 'f32[N,6,14,14]', conv1],
      ['conv2d', 'f32[N,16,10,10]', conv2],
      ['broadcast', 'f32[N,16,10,10]', conv2],
      ['add', 'f32[N,16,10,10]', conv2],
      ['relu', 'f32[N,16,10,10]', conv2],
      ['max_pool2d', 'f32[N,16,5,5]', conv2],
      ['reshape', 'f32[N,400]', lineOf('h.view')],
      ['permute', 'f32[400,120]', fc1],
      ['matmul', 'f32[N,120]', fc1],
      ['broadcast', 'f32[N,120]', fc1],
      ['add', 'f32[N,120]', fc1],
      ['relu', 'f32[N,120]', fc1],
      ['permute', 'f32[120,84]', fc2],
      ['matmul', 'f32[N,84]', fc2],
      ['broadcast', 'f32[N,84]', fc2],
      ['add', 'f32[N,84]', fc2],
      ['relu', 'f32[N,84]', fc2],
      ['permute', 'f32[84,10]', fc3],
      ['matmul', 'f32[N,10]', fc3],
      ['broadcast', 'f32[N,10]', fc3],
      ['add', 'f32[N,10]', fc3],
    ]);
    const source = readFileSync(models, 'utf8').split('\n');
    const conv = topo([recording.eval.output])[0]!;
    expect(conv.loc?.file).toBe(models);
    expect(source[conv.loc!.line - 1]!.slice(conv.loc!.col - 1)).toMatch(/^conv1\(x\)/);
  });

  it('has its parameters in PyTorch’s order, each located where its layer was made', () => {
    expect(recording.parameters.map((p) => p.param.name)).toEqual(cases('net')[0]!.param_order);
    expect(recording.parameters.reduce((n, p) => n + p.data.length, 0)).toBe(cases('net')[0]!.num_params);
    expect(recording.parameters[0]!.param.loc).toMatchObject({ file: models, line: lineOf('conv1 = new') });
    expect(recording.parameters[2]!.param.loc).toMatchObject({ file: models, line: lineOf('conv2 = nn') });
    for (const { param, data } of recording.parameters)
      expect(data).toEqual(tensor('lenet.safetensors', `init/${param.name}`).data);
  });

  it('has a loss with no gradient through its maximum', () => {
    const before = new Set(topo([recording.eval.output]));
    const lossOnly = topo([recording.eval.loss!]).filter((n) => !before.has(n));
    expect(lossOnly.map((n) => n.op.name)).toEqual([
      ...['one_hot', 'reduce_max', 'stop_gradient', 'broadcast', 'sub', 'exp', 'reduce_sum', 'log', 'broadcast', 'sub'],
      ...['full', 'select', 'reduce_sum', 'neg', 'reduce_sum', 'count', 'div'],
    ]);
    expect(showType(recording.eval.loss!.type)).toBe('f32[]');
  });

  it('is recorded identically each time', () => {
    const graph = (r: Recording) =>
      topo([r.eval.loss!]).map((n) => `${n.op.name} ${showType(n.type)} ${n.loc?.line}:${n.loc?.col}`);
    expect(graph(record(lenet()))).toEqual(graph(recording));
  });
});

describe('a definition', () => {
  it('is recognised, and runs nothing', () => {
    let ran = false;
    class Lazy extends nn.Module {
      forward(x: Tensor): Tensor {
        ran = true;
        return x;
      }
    }
    const spec = defineModel({ model: Lazy, input: { shape: ['N', 2] } });
    expect(isModelSpec(spec)).toBe(true);
    expect(isModelSpec({ ...{ model: Lazy } })).toBe(false);
    expect(ran).toBe(false);
    expect(Object.isFrozen(spec)).toBe(true);
  });

  it('takes several inputs and targets by name', () => {
    class Two extends nn.Module {
      a = nn.Linear(3, 2);
      forward(left: Tensor, right: Tensor): Tensor {
        return this.a(left).add(right);
      }
    }
    const recording = record(
      defineModel({
        model: Two,
        input: { left: { shape: ['N', 3] }, right: { shape: [2] } },
        target: { label: { shape: ['N'], dtype: 'i32' }, weight: { shape: [2] } },
        loss: (output, label, weight) => crossEntropy(output, label!, { weight: weight! }),
      }),
    );
    expect(recording.inputs.map((p) => p.name)).toEqual(['left', 'right']);
    expect(recording.targets.map((p) => p.name)).toEqual(['label', 'weight']);
    expect(showType(recording.eval.output.type)).toBe('f32[N,2]');
  });

  it('takes a Sequential, whose layers are located where they were made', () => {
    const layers = () => nn.Sequential(nn.Flatten(), nn.Linear(4, 2));
    const {
      eval: { output },
    } = record(defineModel({ model: layers, input: { shape: ['N', 2, 2] } }));
    expect(topo([output]).map((n) => n.op.name)).toEqual(['reshape', 'permute', 'matmul', 'broadcast', 'add']);
    for (const n of topo([output])) expect(n.loc?.file).toBe(fileURLToPath(import.meta.url));
  });

  it('keeps the class weights of a loss as a buffer', () => {
    const spec = defineModel({
      model: () => nn.Sequential(nn.Linear(3, 2)),
      input: { shape: ['N', 3] },
      target: { shape: ['N'], dtype: 'i32' },
      loss: nn.CrossEntropyLoss({ weight: [1, 3] }),
    });
    const [weight, ...others] = record(spec).buffers;
    expect(others).toEqual([]);
    expect(weight).toMatchObject({ data: Float32Array.of(1, 3), param: { name: 'loss.weight', role: 'state' } });
  });

  it('copies values, so that later changes have no effect', () => {
    const model = new Net();
    const { parameters } = record(lenet({ model }));
    const before = parameters[0]!.data[0];
    model.conv1.weight.data[0] = 99;
    expect(parameters[0]!.data[0]).toBe(before);
  });
});

/** A host in miniature: runs entries by interpreting them. */
class Host {
  readonly values = new Map<Param, ArrayLike<number>>();
  readonly #graphs: Map<string, Graph>;
  readonly #recording: Recording;

  constructor(recording: Recording, options: { inputGradient?: boolean } = {}) {
    const table = new StateTable();
    const names = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'] as const;
    const module = entriesOf(recording, names, table, options);
    const done = update(recording.optimizer!, table)(autodiff(module));
    this.#recording = recording;
    this.#graphs = new Map(done.graphs.map((g) => [g.name, g]));
    for (const { param, data } of [...recording.parameters, ...recording.buffers]) this.values.set(param, data);
    for (const [param, value] of table.initial)
      if (param.name !== 'x.grad')
        this.values.set(
          param,
          new Float64Array(param.type.shape.reduce<number>((p, d) => p * (d as number), 1)).fill(value),
        );
  }

  call(
    name: string,
    inputs: Readonly<Record<string, ArrayLike<number | bigint>>>,
    n: number,
  ): Record<string, Float64Array> {
    const graph = this.#graphs.get(name)!;
    const given = new Map(this.values);
    for (const p of graph.params) if (inputs[p.name]) given.set(p, Array.from(inputs[p.name]!, Number));
    for (const p of graph.params) if (p.name === 'x.grad' && !given.has(p)) given.set(p, new Float64Array(n * 1024));
    const results = [...interpretGraph(graph, given, n)];
    for (const [r, value] of results) if (r.into) this.values.set(r.into, value);
    return Object.fromEntries(results.map(([r, value]) => [r.name, value]));
  }
  value(name: string): ArrayLike<number> {
    return [...this.values].find(([p]) => p.name === name)![1];
  }
  get parameters(): string[] {
    return this.#recording.parameters.map((p) => p.param.name);
  }
}

function expectTensor(got: ArrayLike<number>, key: string, c: Cases['grad'] | Cases['train'], name: string): void {
  expectClose(got, tensor(c.file, key), c.err64[name], `${c.id}: ${name}`);
}

type LossType = { readonly type: string };
const lossFor = (loss: LossType) =>
  loss.type === 'MSELoss'
    ? { loss: nn.MSELoss(), target: { shape: ['N', 10] as const } }
    : { loss: nn.CrossEntropyLoss(), target: { shape: ['N'] as const, dtype: 'i32' as const } };

describe('entries', () => {
  it.each(cases('forward'))('forward and evaluate: $id', (c) => {
    const x = tensor(c.file, c.x);
    const n = x.shape[0]!;
    const host = new Host(record(lenet()));
    const logits = tensor(c.file, c.logits);
    expectClose(host.call('forward', { x: x.data }, n).output!, logits, c.err64.logits, c.id);
    const best = Array.from({ length: n }, (_, i) => {
      const row = [...(logits.data as Float32Array).slice(i * 10, i * 10 + 10)];
      return row.indexOf(Math.max(...row));
    });
    const y = best.map((b, i) => (i % 2 ? b : (b + 1) % 10));
    const { correct, output, loss } = host.call('evaluate', { x: x.data, y }, n);
    expect([...correct!]).toEqual([Math.floor(n / 2)]);
    expectClose(output!, logits, c.err64.logits, c.id);
    expect(loss).toHaveLength(1);
  });

  it.each(cases('grad'))('backward and vjp: $id', (c) => {
    const x = tensor(c.file, c.x);
    const n = x.shape[0]!;
    const host = new Host(record(lenet(c.loss ? lossFor(c.loss) : {})), { inputGradient: true });
    if (c.loss) {
      const { loss } = host.call('backward', { x: x.data, y: tensor(c.file, c.target!).data }, n);
      expectClose(loss!, tensor(c.file, c.loss_value!), c.err64.loss, `${c.id}: loss`);
    } else host.call('vjp', { x: x.data, v: tensor(c.file, c.v!).data }, n);
    for (const name of host.parameters) expectTensor(host.value(`${name}.grad`), c.grads + name, c, name);
    expectClose(host.value('x.grad'), tensor(c.file, c.grad_x), c.err64.x, `${c.id}: x`);
  });

  it.each(cases('accumulate'))('backward twice: $id', (c) => {
    const host = new Host(record(lenet(lossFor(c.loss))));
    const losses = c.batches.map((batch) => feed(host, 'backward', c, batch));
    expectClose(losses, tensor(c.file, c.losses), undefined, `${c.id}: losses`);
    for (const name of host.parameters)
      expectClose(host.value(`${name}.grad`), tensor(c.file, c.grads + name), c.err64[name], `${c.id}: ${name}`);
    host.call('zero_grad', {}, 1);
    for (const name of host.parameters) expect(Array.from(host.value(`${name}.grad`)).every((g) => g === 0)).toBe(true);
  });

  const sgd = cases('train').filter((c) => c.optimizer.type === 'SGD');
  it.each(sgd)('train_step: $id', (c) => {
    const host = new Host(record(lenet({ ...lossFor(c.loss), optimizer: optimizerOf(c.optimizer) })));
    const losses = Array.from({ length: c.steps }, (_, batch) => feed(host, 'train_step', c, batch));
    expectClose(losses, f32(c.file, c.losses).slice(0, c.steps), undefined, `${c.id}: losses`);
    for (const name of host.parameters) expectTensor(host.value(name), c.after + name, c, name);
  });

  it('zero_grad, backward, step together do what train_step does', () => {
    const c = sgd.find((s) => s.id === 'lenet/train/sgd_nesterov_wd/5')!;
    const options = { ...lossFor(c.loss), optimizer: optimizerOf(c.optimizer) };
    const [whole, parts] = [new Host(record(lenet(options))), new Host(record(lenet(options)))];
    for (const batch of [0, 1]) {
      const { n, ...given } = batchOf(c, batch);
      whole.call('train_step', given, n);
      for (const entry of ['zero_grad', 'backward', 'step']) parts.call(entry, given, n);
    }
    for (const name of whole.parameters) expect(parts.value(name)).toEqual(whole.value(name));
  });
});

describe('an optimizer alone', () => {
  it.each(cases('optim'))('$id', (c) => {
    const optimizer = optimizerOf(c.optimizer);
    for (const [name, { init, grads, after }] of Object.entries(c.params)) {
      const start = tensor(c.file, init);
      class One extends nn.Module {
        p = nn.Parameter([...start.shape], start.data as Float32Array);
        forward(x: Tensor): Tensor {
          return this.p.mul(x);
        }
      }
      const recording = record(
        defineModel({ model: One, input: { shape: [...start.shape] }, loss: (o) => o.sum(), optimizer }),
      );
      const host = new Host(recording);
      const g = tensor(c.file, grads);
      const want = tensor(c.file, after);
      const size = start.data.length;
      for (let s = 0; s < c.steps; s++) {
        // The gradient of Σ p·x is x.
        host.call('train_step', { x: (g.data as Float32Array).slice(s * size, (s + 1) * size) }, 1);
        expectClose(
          host.value('p'),
          (want.data as Float32Array).slice(s * size, (s + 1) * size),
          c.err64[name],
          `${c.id} ${name} ${s}`,
        );
      }
    }
  });
});

/** One of the case's batches, which are stored as [batches, n, …]. */
function batchOf(c: Cases['train'] | Cases['accumulate'], batch: number) {
  const [x, y] = [tensor(c.file, c.x), tensor(c.file, c.y)];
  const [batches, n] = x.shape as [number, number];
  const part = (t: typeof x): ArrayLike<number | bigint> => {
    const size = t.data.length / batches;
    return t.data.slice(batch * size, (batch + 1) * size) as ArrayLike<number | bigint>;
  };
  return { n, x: part(x), y: part(y) };
}

/** Calls an entry with one of the case's batches, and returns the loss. */
function feed(host: Host, entry: string, c: Cases['train'] | Cases['accumulate'], batch: number): number {
  const { n, ...given } = batchOf(c, batch);
  return host.call(entry, given, n).loss![0]!;
}
