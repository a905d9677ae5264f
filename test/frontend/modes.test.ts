/** Modes: forward is recorded for training and for evaluation, and writes to buffers. */
import { describe, expect, it } from 'vitest';
import { CompileError, defineModel, nn, optim, type Tensor } from '../../frontend/index.ts';
import { record } from '../../frontend/model/record.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { instantiate } from '../../runtime/index.ts';

const two = { shape: ['N', 2] } as const;
const training = { input: two, target: two, loss: nn.MSELoss(), optimizer: optim.SGD({ lr: 0.1 }), maxBatch: 4 };

const f32 = (...values: number[]) => Float32Array.of(...values);

async function made(model: new () => nn.Module) {
  const entries = ['forward', 'evaluate', 'train_step', 'backward'] as const;
  const c = await compile(defineModel({ model, ...training }), { verify: true, entries });
  return instantiate(c.wasm, c.manifest, c.weights);
}

const refused = (model: new () => nn.Module): CompileError => {
  try {
    record(defineModel({ model, ...training }));
  } catch (e) {
    if (e instanceof CompileError) return e;
    throw e;
  }
  throw new Error('it was recorded');
};

describe('training', () => {
  class Halved extends nn.Module {
    runs: boolean[] = [];
    w = new nn.Parameter([2], [1, 2]);
    forward(x: Tensor): Tensor {
      this.runs.push(this.training);
      const y = x.mul(this.w);
      return this.training ? y.mul(0.5) : y;
    }
  }

  it('is true for training steps and backward, false for forward and evaluate', async () => {
    const model = await made(Halved);
    expect([...model.forward(f32(1, 1))]).toEqual([1, 2]);
    expect(model.evaluate(f32(1, 1), f32(0, 0)).loss).toBe(2.5);
    expect(model.trainStep(f32(1, 1), f32(0, 0))).toBe(0.625);
    // w - lr·(0.5·w)·0.5
    expect([...model.parameter('w')].map((v) => Number(v.toFixed(4)))).toEqual([0.975, 1.95]);
  });

  it('runs forward once in each mode, but only once if nothing reads it', () => {
    const net = new Halved();
    record(defineModel({ model: net, ...training }));
    expect(net.runs).toEqual([true, false]);
    let runs = 0;
    class Plain extends nn.Module {
      w = new nn.Parameter([2], [1, 2]);
      forward(x: Tensor): Tensor {
        runs++;
        return x.mul(this.w);
      }
    }
    const recording = record(defineModel({ model: Plain, ...training }));
    expect(runs).toBe(1);
    expect(recording.eval).toBe(recording.train);
  });

  it('stays false in a module that was put into evaluation mode', () => {
    class Outer extends nn.Module {
      inner = new Halved().eval();
      outer = new Halved();
      forward(x: Tensor): Tensor {
        return this.outer(this.inner(x));
      }
    }
    const net = new Outer();
    record(defineModel({ model: net, ...training }));
    expect([net.inner.runs, net.outer.runs]).toEqual([
      [false, false],
      [true, false],
    ]);
    expect([net.training, net.inner.training, net.train().inner.training]).toEqual([true, false, true]);
  });
});

describe('buffers', () => {
  class Mean extends nn.Module {
    w = new nn.Parameter([2], [1, 1]);
    mean: Tensor = new nn.Buffer([2], [0, 10]);
    forward(x: Tensor): Tensor {
      if (this.training) this.mean = this.mean.mul(0.5).add(x.mean(0).mul(0.5));
      return x.mul(this.w).sub(this.mean);
    }
  }

  it('take the tensors that forward assigns to their fields, and reads afterwards', async () => {
    const model = await made(Mean);
    expect([...model.forward(f32(4, 2))]).toEqual([4, -8]);
    expect(model.trainStep(f32(4, 2), f32(0, 0))).toBe((2 ** 2 + 4 ** 2) / 2);
    expect([...model.stateDict().get('mean')!]).toEqual([2, 6]);
    expect(model.trainStep(f32(2, 6, 6, 10), f32(0, 0, 0, 0))).toBeGreaterThan(0);
    expect([...model.stateDict().get('mean')!]).toEqual([3, 7]);
    model.backward(f32(3, 1), f32(0, 0));
    expect([...model.stateDict().get('mean')!]).toEqual([3, 4]);
    model.evaluate(f32(9, 9), f32(0, 0));
    expect([...model.stateDict().get('mean')!]).toEqual([3, 4]);
  });

  it('keep their fields after the recording', () => {
    const net = new Mean();
    const held = net.mean;
    record(defineModel({ model: net, ...training }));
    expect(net.mean).toBe(held);
  });

  it('are written to by methods, in order', async () => {
    class Steps extends nn.Module {
      w = new nn.Parameter([2], [1, 1]);
      a = new nn.Buffer([2], [1, 2]);
      b = this.registerBuffer('b', new nn.Buffer([], 5));
      forward(x: Tensor): Tensor {
        if (this.training) {
          this.a.mul_(2).add_(1).add_(x.mean(0), 10);
          this.b.lerp_(this.a.sum(), 0.5);
          this.a.copy_(this.b);
        }
        return x.mul(this.w);
      }
    }
    const model = await made(Steps);
    model.trainStep(f32(1, 2), f32(0, 0));
    // a: 2·1 + 1 + 10 = 13, 2·2 + 1 + 20 = 25; b: (5 + 38) / 2
    expect([...model.stateDict().get('b')!]).toEqual([21.5]);
    expect([...model.stateDict().get('a')!]).toEqual([21.5, 21.5]);
  });

  it('with { eval: true } are carried from call to call', async () => {
    class Carried extends nn.Module {
      w = new nn.Parameter([2], [1, 1]);
      last: Tensor = new nn.Buffer([2], { eval: true });
      forward(x: Tensor): Tensor {
        const y = x.mul(this.w).add(this.last);
        this.last = y.select(0, 0);
        return y;
      }
    }
    class One extends Carried {}
    const c = await compile(
      defineModel({ model: One, input: { shape: [1, 2] }, target: { shape: [1, 2] }, loss: nn.MSELoss() }),
      { verify: true },
    );
    const model = await instantiate(c.wasm, c.manifest, c.weights);
    expect([...model.forward(f32(1, 2))]).toEqual([1, 2]);
    expect([...model.forward(f32(1, 2))]).toEqual([2, 4]);
    model.stateDict().get('last');
    expect([...model.stateDict().get('last')!]).toEqual([2, 4]);
  });

  it.each<[string, new () => nn.Module, string]>([
    [
      'another shape',
      class extends nn.Module {
        w = new nn.Parameter([2]);
        mean: Tensor = new nn.Buffer([2]);
        forward(x: Tensor): Tensor {
          this.mean = x;
          return x.mul(this.w);
        }
      },
      "the buffer 'mean' [2] cannot hold",
    ],
    [
      'evaluation',
      class extends nn.Module {
        w = new nn.Parameter([2]);
        mean: Tensor = new nn.Buffer([2]);
        forward(x: Tensor): Tensor {
          this.mean = x.mean(0);
          return x.mul(this.w);
        }
      },
      "the buffer 'mean' [2] is written to in evaluation",
    ],
    [
      'a parameter',
      class extends nn.Module {
        w: Tensor = new nn.Parameter([2]);
        forward(x: Tensor): Tensor {
          const y = x.mul(this.w);
          this.w = this.w.mul(2);
          return y;
        }
      },
      "forward assigns a tensor to the field of the parameter 'w'",
    ],
  ])('refuse %s, at its line', (_, model, message) => {
    const error = refused(model);
    expect([error.code, error.message]).toEqual(['bad-buffer', expect.stringContaining(message)]);
    expect(error.loc?.file).toBe(import.meta.filename);
  });
});
