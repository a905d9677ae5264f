/** PyTorch's LeNet and optimizers on a device: logits, gradients, parameters after training, and a curve of 200 steps. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nn, optim } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import type { EntryName } from '../../frontend/pipeline/entries.ts';
import { makeGraph, type Param, param } from '../../ir/graph.ts';
import { parseText, type Text } from '../../ir/text/parse.ts';
import { versionLine } from '../../ir/text/print-options.ts';
import { f32 as f32Type } from '../../ir/type.ts';
import { type Optimizer, StateTable, update } from '../../passes/update.ts';
import type { StoredTensor } from '../../runtime/safetensors.ts';
import { lenet } from '../frontend/models.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { GpuMachine, startOf } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import { unless } from '../support/left-out.ts';
import type { Weights } from '../support/nets.ts';
import { cases, f32, type OptimizerSpec, tensor, under } from '../support/pytorch.ts';

/** Tolerance, relative to the largest value in the tensor, or to 1. */
const tolerance = 1e-4;

/** SwiftShader is slow on a busy machine. */
const patience = 600_000;

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

/** PyTorch's option names in camelCase. */
const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
const sgd = ({ type: _, ...options }: OptimizerSpec): Optimizer =>
  optim.SGD(Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v])) as { lr: number });
const isSgd = (c: { readonly optimizer: OptimizerSpec }): boolean => c.optimizer.type === 'SGD';

function near(got: ArrayLike<number>, want: StoredTensor | ArrayLike<number>, what: string): void {
  const wanted = Array.from(('dtype' in want ? want.data : want) as ArrayLike<number | bigint>, Number);
  expect(got.length, what).toBe(wanted.length);
  const largest = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
  for (const [i, w] of wanted.entries())
    if (!(Math.abs(got[i]! - w) <= tolerance * largest))
      expect.fail(`${what}, element ${i}: ${got[i]} on the device, ${w} by PyTorch`);
}

/** Integers as the runtime takes them. */
const labels = (file: string, key: string): Int32Array =>
  Int32Array.from(tensor(file, key).data as ArrayLike<number | bigint>, Number);
const targets = (file: string, key: string): Float32Array | Int32Array => {
  const t = tensor(file, key);
  return t.dtype === 'F32' ? t.data : labels(file, key);
};
const rowsOf = (file: string, key: string): number => tensor(file, key).shape[0]!;
/** Row `i` of a tensor's first dimension. */
function row<T extends Float32Array | Int32Array>(data: T, rows: number, i: number): T {
  const each = data.length / rows;
  return data.subarray(i * each, (i + 1) * each) as T;
}

/** A schedule without workgroup memory, which SwiftShader runs in a half to a tenth of the time: it has few processors and
 *  expensive barriers. The scheduler's own choice runs in the shorter trainings. */
const unshared = parseText(
  `${versionLine}
schedule @conv2d_max_pool2d_max_pool2d_index {
  tile c by 6
  invoke x.1 by 14
  invoke y by 14
  parallel n
}
schedule @matmul {
  invoke j by 60
  parallel n
  parallel j
}
schedule @matmul_2 {
  invoke j by 84
  parallel n
}
schedule @matmul_5 {
  invoke j by 60
  parallel n
  parallel j
}
schedule @conv2d_weight_grad_conv1.weight {
  invoke x.1 by 5
  invoke y by 5
  parallel o
}
schedule @reduce_sum_conv1.bias {
  invoke i by 6
}
schedule @conv2d_weight_grad_conv2.weight {
  invoke x by 5
  invoke y by 5
  parallel o
  parallel c
}
schedule @reduce_sum_conv2.bias {
  invoke i by 16
}
schedule @matmul_fc1.weight {
  invoke j by 100
  parallel i
  parallel j
}
schedule @reduce_sum_fc1.bias {
  invoke i by 60
  parallel i
}
schedule @matmul_fc2.weight {
  invoke j by 60
  parallel i
  parallel j
}
schedule @reduce_sum_fc2.bias {
  invoke i by 84
}
schedule @matmul_fc3.weight {
  invoke j by 84
  parallel i
}
schedule @reduce_sum_fc3.bias {
  invoke i by 10
}`,
  'unshared.tir',
);

const mse = { loss: nn.MSELoss(), target: { shape: ['N', 10] } } as const;
/** LeNet's entries on the device, from these weights. */
async function net(
  entries: readonly EntryName[],
  weights: Weights,
  loss: 'MSELoss' | 'CrossEntropyLoss' = 'CrossEntropyLoss',
  optimizer: Optimizer = optim.SGD({ lr: 0.01 }),
  schedule?: Text,
): Promise<{ c: Compiled; machine: GpuMachine; start(): void }> {
  const c = await compile(lenet({ ...(loss === 'MSELoss' ? mse : {}), optimizer, maxBatch: 64 }), {
    entries,
    inputGradient: true,
    target: 'webgpu',
    ...(schedule ? { schedule } : {}),
  });
  const machine = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!);
  const values = new Map([...weights].map(([name, t]) => [name, t.data as Float32Array]));
  const start = (): void => startOf(machine, c.manifest.webgpu!, values);
  start();
  return { c, machine, start };
}

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), { timeout: patience }, () => {
  test('logits', async () => {
    for (const c of cases('forward')) {
      const { machine } = await net(['forward'], under(c.file, c.params));
      machine.set('x', f32(c.file, c.x));
      const n = rowsOf(c.file, c.x);
      machine.run('forward', n);
      near(await machine.get('output', n), tensor(c.file, c.logits), c.id);
      machine.dispose();
    }
  });

  test.each(['CrossEntropyLoss', 'MSELoss'] as const)('gradients of %s', async (loss) => {
    const mine = cases('grad').filter((c) => (c.loss?.type ?? 'CrossEntropyLoss') === loss);
    const {
      machine,
      start,
      c: compiled,
    } = await net(loss === 'MSELoss' ? ['backward'] : ['backward', 'vjp'], under(mine[0]!.file, mine[0]!.params), loss);
    for (const c of mine) {
      start();
      for (const [name, t] of under(c.file, c.params)) machine.set(name, t.data as Float32Array);
      const n = rowsOf(c.file, c.x);
      machine.set('x', f32(c.file, c.x));
      const inputGradient = new Float32Array(n * 1024);
      machine.set('x.grad', inputGradient);
      machine.set(c.v ? 'v' : 'y', c.v ? f32(c.file, c.v) : targets(c.file, c.target!));
      machine.run(c.v ? 'vjp' : 'backward', n);
      if (!c.v) near(await machine.get('loss', n), tensor(c.file, c.loss_value!), `${c.id}: loss`);
      const wanted = under(c.file, c.grads);
      expect([...wanted.keys()].sort()).toEqual(compiled.recording.parameters.map((p) => p.param.name).sort());
      for (const [name, want] of wanted) near(await machine.get(`${name}.grad`, n), want, `${c.id}: ${name}`);
      near(await machine.get('x.grad', n), tensor(c.file, c.grad_x), `${c.id}: the input`);
    }
    machine.dispose();
  });

  test.each(cases('accumulate'))('$id', async (c) => {
    const { machine } = await net(['backward', 'zero_grad'], under(c.file, c.params));
    const [x, y, rows] = [f32(c.file, c.x), labels(c.file, c.y), rowsOf(c.file, c.x)];
    const backward = (b: number): void => {
      machine.set('x', row(x, rows, b));
      machine.set('y', row(y, rows, b));
      machine.run('backward', y.length / rows);
    };
    backward(2); // what zero_grad must clear
    machine.run('zero_grad', 1);
    for (const b of c.batches) backward(b);
    for (const [name, want] of under(c.file, c.grads)) near(await machine.get(`${name}.grad`, 1), want, name);
    machine.dispose();
  });

  // Shorter trainings are the first steps of longer ones, and other optimizer settings have their own cases below.
  const longest = cases('train').filter((c) => isSgd(c) && c.steps > 1 && c.optimizer.nesterov === true);
  test.each(longest)('$id', async (c) => {
    const { machine } = await net(['train_step'], under(c.file, c.params), c.loss.type, sgd(c.optimizer));
    const [x, y, rows] = [f32(c.file, c.x), labels(c.file, c.y), rowsOf(c.file, c.x)];
    const losses: number[] = [];
    for (let i = 0; i < c.steps; i++) {
      machine.set('x', row(x, rows, i));
      machine.set('y', row(y, rows, i));
      machine.run('train_step', y.length / rows);
      losses.push((await machine.get('loss', 1))[0]!);
    }
    near(losses, f32(c.file, c.losses).slice(0, c.steps), 'losses');
    for (const [name, want] of under(c.file, c.after)) near(await machine.get(name, 1), want, name);
    machine.dispose();
  });

  test.each(cases('curve'))('$id', async (c) => {
    const weights = under(c.file, c.params);
    const { machine } = await net(['train_step'], weights, c.loss.type, sgd(c.optimizer), unshared);
    const [x, y, order] = [f32(c.file, c.x), labels(c.file, c.y), labels(c.file, c.order)];
    const [images, each] = [rowsOf(c.file, c.x), order.length / c.steps];
    const losses: number[] = [];
    for (let i = 0; i < c.steps; i++) {
      const batch = [...order.subarray(i * each, (i + 1) * each)];
      const xs = new Float32Array(each * (x.length / images));
      for (const [k, j] of batch.entries()) xs.set(row(x, images, j), k * (x.length / images));
      machine.set('x', xs);
      machine.set(
        'y',
        batch.map((j) => y[j]!),
      );
      machine.run('train_step', each);
      losses.push((await machine.get('loss', 1))[0]!);
    }
    near(losses, tensor(c.file, c.losses), 'losses');
    for (const [name, want] of under(c.file, c.after)) near(await machine.get(name, 1), want, name);
    machine.dispose();
  });

  test.each(cases('optim').filter(isSgd))('$id', async (c) => {
    const parameters = Object.entries(c.params).map(([name, { init }]) =>
      param('parameter', name, f32Type(...tensor(c.file, init).shape)),
    );
    const gradients = new Map<Param, Param>(parameters.map((p) => [p, param('input', `gradient_${p.name}`, p.type)]));
    const graph = makeGraph('step', [], parameters, { kind: 'apply', gradients, then: 'step' });
    const [table, optimizer] = [new StateTable(), sgd(c.optimizer)];
    const module = update(optimizer, table)({ name: 'optim', maxBatch: 1, graphs: [graph] });
    const { manifest, wgsl } = gpuStages(module, table.initial);
    const machine = await GpuMachine.of(device, manifest, wgsl);
    startOf(machine, manifest, new Map(parameters.map((p) => [p.name, f32(c.file, c.params[p.name]!.init)])));
    for (let i = 0; i < c.steps; i++) {
      for (const p of parameters)
        machine.set(`gradient_${p.name}`, row(f32(c.file, c.params[p.name]!.grads), c.steps, i));
      machine.run('step', 1);
      for (const p of parameters)
        near(
          await machine.get(p.name, 1),
          row(f32(c.file, c.params[p.name]!.after), c.steps, i),
          `${p.name}, step ${i}`,
        );
    }
    machine.dispose();
  });
});
