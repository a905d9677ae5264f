/** Loops: they compute and learn what the unrolled steps do, their code does not grow with the steps, and misuse is
 *  reported at its line. */
import { describe, expect, test } from 'vitest';
import { CompileError, cat, compile, defineModel, nn, optim, rand, scan, type Tensor } from '../frontend/index.ts';
import '../frontend/testing/setup.ts';
import { kernelsOf } from '../ir/program.ts';
import { instantiate, instantiateGpu, instantiateThreads } from '../runtime/index.ts';
import recurrent from './fixtures/recurrent.ts';
import { noGpu, openDevice } from './support/gpu.ts';
import { GpuMachine, startOf } from './support/gpu-machine.ts';
import { unless } from './support/left-out.ts';

/** A gated cell over [N,T,3], in one loop or step by step. */
const gated = (inLoop: boolean) =>
  class Gated extends nn.Module {
    u = nn.Linear(4, 4);
    w = nn.Linear(3, 4);
    out = nn.Linear(4, 2);
    step(h: Tensor, x: Tensor): [Tensor, Tensor] {
      const gate = this.w(x).add(h).sigmoid();
      const next = gate.mul(this.u(h).tanh()).add(h.mul(gate.neg().add(1)));
      return [next, next.mul(gate)];
    }
    forward(x: Tensor): Tensor {
      let h = this.w(x.select(1, 0)).mul(0.1);
      if (inLoop) {
        const [end, ys] = scan((carry: Tensor, at: Tensor) => this.step(carry, at), h, x, { dim: 1, reverse: true });
        return this.out(end.add(ys.mean(1)));
      }
      const ys: Tensor[] = [];
      for (let t = (x.size(1) as number) - 1; t >= 0; t--) {
        const [next, y] = this.step(h, x.select(1, t));
        h = next;
        ys.push(y);
      }
      return this.out(h.add(ys.reduce((a, b) => a.add(b)).div(ys.length)));
    }
  };
const specOf = (model: new () => nn.Module, steps = 5) =>
  defineModel({
    ...{ model, input: { shape: ['N', steps, 3] }, target: { shape: ['N', 2] } },
    ...{ loss: nn.MSELoss(), optimizer: optim.SGD({ lr: 0.5, momentum: 0.9 }), maxBatch: 4 },
  });
const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + 0.3));

test('a loop trains like its unrolled steps', async () => {
  const learnt = async (inLoop: boolean) => {
    const c = await compile(specOf(gated(inLoop)), { verify: true });
    const model = await instantiate(c.wasm, c.manifest, c.weights);
    const losses = Array.from({ length: 6 }, () => model.trainStep(noise(3 * 5 * 3), noise(3 * 2)));
    return [...losses, ...model.forward(noise(15)), ...[...model.stateDict().values()].flatMap((v) => [...v])];
  };
  const [loop, apart] = [await learnt(true), await learnt(false)];
  expect(loop.length).toBe(apart.length);
  for (const [i, v] of apart.entries()) expect(Math.abs(loop[i]! - v)).toBeLessThan(2e-6 * Math.max(1, Math.abs(v)));
});

test('kernels and code do not grow with the steps', async () => {
  const sizes = await Promise.all(
    [16, 64, 256].map(async (steps) => {
      const c = await compile(specOf(gated(true), steps), { entries: ['train_step'] });
      const [entry] = c.program.entries;
      expect(entry?.repeats?.map((r) => r.times)).toEqual([steps, steps]);
      return [entry!.launches.length, kernelsOf(c.program).length, c.wasm.length] as const;
    }),
  );
  const [[launches, kernels, bytes]] = sizes as [(typeof sizes)[number]];
  for (const [l, k, b] of sizes) {
    expect([l, k]).toEqual([launches, kernels]);
    // Sums over more than a few thousand rows are compensated.
    expect(b).toBeLessThan(1.15 * bytes);
  }
});

test('the loop keeps what the gradient needs, and sums over steps follow it', async () => {
  const c = await compile(specOf(gated(true)), { entries: ['forward', 'train_step'] });
  const text = await c.printed('canonicalize');
  expect(text.match(/ body @scan(\.\d+)?\(/g)?.length).toBe(2);
  // The weights' gradients are products of stacks; forward keeps no stack at all.
  expect(text).toMatch(/matmul\(%permute\S*, %reshape\S*\) : f32\[4,4\]/);
  const launches = c.program.entries.find((e) => e.name === 'forward')!.launches;
  expect(launches.some((k) => k.params.some((p) => p.buffer.name.includes('before')))).toBe(false);
});

test.skipIf(noGpu)(unless(noGpu, 'a device runs loops, with the numbers of WebAssembly'), async () => {
  const device = await openDevice();
  const c = await compile(recurrent, { target: 'all', verify: true });
  const wasm = await instantiate(c.wasm, c.manifest, c.weights);
  const gpu = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!, ['train_step']);
  startOf(gpu, c.manifest.webgpu!, c.weights);
  const [x, y] = [noise(3 * 7 * 3), Int32Array.of(0, 2, 1)];
  for (let i = 0; i < 2; i++) {
    gpu.set('x', x);
    gpu.set('y', y);
    gpu.run('train_step', 3);
    wasm.trainStep(x, y);
  }
  for (const [name, want] of wasm.stateDict()) {
    const got = await gpu.get(name, 1);
    for (const [i, v] of want.entries()) expect(Math.abs(got[i]! - v), name).toBeLessThan(1e-5);
  }
  gpu.dispose();
  device.destroy();
});

test('ctcLoss of a batch is that of its samples', async () => {
  class Net extends nn.Module {
    fc = nn.Linear(2, 4);
    override forward(x: Tensor): Tensor {
      return this.fc(x).logSoftmax(2).transpose(0, 1);
    }
  }
  const spec = defineModel({
    model: Net,
    input: { shape: ['N', 5, 2] },
    target: {
      y: { shape: ['N', 3], dtype: 'i32' },
      steps: { shape: ['N'], dtype: 'i32' },
      labels: { shape: ['N'], dtype: 'i32' },
    },
    loss: nn.CTCLoss(),
    optimizer: optim.SGD({ lr: 0.5 }),
    maxBatch: 4,
  });
  const c = await compile(spec, { verify: true });
  const net = await instantiate(c.wasm, c.manifest, c.weights);
  // Padded by -1, which no class is.
  const rows = { x: noise(3 * 10), y: [1, 2, 3, 3, 3, -1, 2, -1, -1], steps: [5, 4, 2], labels: [3, 2, 1] };
  const part = (i: number, n: number) =>
    [
      rows.x.slice(10 * i, 10 * (i + n)),
      Int32Array.from(rows.y.slice(3 * i, 3 * (i + n))),
      Int32Array.from(rows.steps.slice(i, i + n)),
      Int32Array.from(rows.labels.slice(i, i + n)),
    ] as const;
  const each = [0, 1, 2].map((i) => net.evaluate(...part(i, 1)).loss);
  const all = part(0, 3);
  expect(net.evaluate(...all).loss).toBeCloseTo((each[0]! + each[1]! + each[2]!) / 3, 5);
  const losses = Array.from({ length: 20 }, () => net.trainStep(...all));
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
});

describe('random numbers in a loop', () => {
  const [steps, width] = [5, 4];
  class Net extends nn.Module {
    w = new nn.Parameter([width], 1);
    drop = nn.Dropout(0.5);
    forward(x: Tensor): Tensor {
      const zero = x.select(1, 0).mul(0);
      const cell = (h: Tensor, s: Tensor): [Tensor, Tensor] => {
        const next = h.add(this.drop(s.mul(this.w))).add(rand(width).sub(0.5).mul(this.w));
        return [next, rand(width).add(h.mul(0))];
      };
      const [h, ys] = scan(cell, zero, x, { dim: 1 });
      return cat([h.unsqueeze(1), ys], 1);
    }
  }
  const spec = defineModel({
    ...{ model: Net, input: { shape: ['N', steps, width] }, target: { shape: ['N', steps + 1, width] } },
    ...{ loss: (y: Tensor) => y.select(1, 0).sum(), optimizer: optim.SGD({ lr: 0.5 }), maxBatch: 3 },
  });
  const x = noise(2 * steps * width);
  const y = new Float32Array(2 * (steps + 1) * width);

  test('differ in each iteration, and are the same on every backend', async () => {
    const c = await compile(spec, { target: 'all', threads: 2, verify: true });
    await expect(c).toBeCloseToReference();
    const wasm = await instantiate(c.wasm, c.manifest, c.weights);
    const out = wasm.forward(x).slice();
    // Of the first sample; all samples have the same.
    const drawn = out.slice(width, (steps + 1) * width);
    expect(new Set(drawn).size).toBe(steps * width);
    wasm.trainStep(x, y);
    const trained = wasm.stateDict({ state: true });

    const files = { wasm: c.wasm, threadedWasm: c.threadedWasm! };
    const team = await instantiateThreads(files, c.manifest, c.weights, { threads: 2, cores: 2 });
    expect(team.forward(x).slice()).toEqual(out);
    team.trainStep(x, y);
    expect(team.stateDict({ state: true })).toEqual(trained);
    team.dispose();
    if (noGpu) return;
    const device = await openDevice();
    const gpu = await instantiateGpu(device, c.wgsl!, c.manifest, c.weights);
    expect((await gpu.forward(x)).slice(width, (steps + 1) * width)).toEqual(drawn);
    gpu.dispose();
    device.destroy();
  });

  test('are the same in the gradient as in the step', async () => {
    const entries = ['backward', 'zero_grad'] as const;
    const c = await compile(spec, { entries: [...entries], verify: true });
    const model = await instantiate(c.wasm, c.manifest, c.weights);
    const step = model.stateDict({ state: true }).get('random.step')!;
    const losses = [0, 1].map((by) => {
      model.loadStateDict({ w: new Float32Array(width).fill(1 + by), 'random.step': step }, { strict: false });
      model.zeroGrad();
      return model.backward(x, y);
    });
    // The loss is linear in w.
    const slope = model.gradients.w!.reduce((a, b) => a + b, 0);
    expect(losses[1]! - losses[0]!).toBeCloseTo(slope, 4);
    // The next step has others.
    const more = model.backward(x, y);
    expect(more).not.toBe(losses[1]);
  });
});

describe('errors are in the user’s terms', () => {
  const failing = async (forward: (this: nn.Module, x: Tensor) => Tensor): Promise<CompileError> => {
    class Net extends nn.Module {
      w = nn.Linear(3, 2);
      override forward(x: Tensor): Tensor {
        return this.w(forward.call(this, x));
      }
    }
    const thrown = await compile(specOf(Net)).then(
      () => null,
      (e: unknown) => e,
    );
    expect(thrown).toBeInstanceOf(CompileError);
    return thrown as CompileError;
  };
  const zero = (x: Tensor) => x.select(1, 0).mul(0);
  test.each<[string, (x: Tensor) => Tensor, string]>([
    [
      'a carry that changes its shape',
      (x) => scan((h: Tensor, s: Tensor) => [h.sum(1), s] as [Tensor, Tensor], zero(x), x, { dim: 1 })[0],
      'scan: the carry is f32[N,3] before a step, and f32[N] after it',
    ],
    [
      'a loop over the batch',
      (x) => scan((h: Tensor, s: Tensor) => [h.add(s.sum(0)), h] as [Tensor, Tensor], zero(x).sum(0), x)[0],
      'scan: the dimension that is looped over must have a fixed extent, got f32[N,5,3], input ',
    ],
    [
      'a function that returns one tensor',
      (x) => scan(((h: Tensor) => h) as never, zero(x), x, { dim: 1 })[0],
      'scan: combineFn must return [carry, y], of tensors, and returned ',
    ],
    [
      'a dimension out of range',
      (x) => scan((h: Tensor, s: Tensor) => [h.add(s), h] as [Tensor, Tensor], zero(x), x, { dim: 3 })[0],
      'scan: 3 is not a dimension of [N,5,3]',
    ],
    [
      'an input of another size to a layer',
      (x) => nn.LSTM(4, 2).forward(x)[0],
      'LSTM: needs an input [T,N,4] or [T,4], got f32[N,5,3], input ',
    ],
  ])('%s', async (_, forward, message) => {
    const e = await failing(forward);
    expect(e.message).toContain(message);
    expect(e.loc?.file).toContain('scan.test.ts');
  });
});
