/** Gradients in forward: with respect to any value, of gradients, of users' own, and recomputed ones. */
import { describe, expect, test } from 'vitest';
import {
  CompileError,
  checkpoint,
  compile,
  customGradient,
  defineModel,
  dropout,
  functional as F,
  grad,
  maxPool2d,
  nn,
  optim,
  scan,
  type Tensor,
  tanh,
} from '../frontend/index.ts';
import { gradcheck, gradgradcheck } from '../frontend/testing/index.ts';
import '../frontend/testing/setup.ts';
import { instantiate } from '../runtime/index.ts';

const passes = (v: { pass: boolean; message(): string }): void => expect(v.pass ? '' : v.message()).toBe('');
/** The error of recording a function of tensors. */
function errorOf(f: (...inputs: Tensor[]) => unknown): string {
  try {
    gradcheck(f as (x: Tensor) => Tensor, {
      inputs: [
        [2, 3],
        [2, 3],
      ].slice(0, f.length),
    });
  } catch (e) {
    if (e instanceof CompileError) return e.message.split('\n')[0] as string;
    throw e;
  }
  return 'none';
}

describe('grad', () => {
  test('is the derivative: 3x² for x³, and 6x for that', async () => {
    class Cube extends nn.Module {
      forward(x: Tensor) {
        const [d] = grad(x.pow(3).sum(), x, { createGraph: true });
        const [dd] = grad(d.sum(), [x]);
        return F.stack([d, dd], 1);
      }
    }
    const c = await compile(defineModel({ model: Cube, input: { shape: ['N'] }, maxBatch: 3 }), { verify: true });
    const model = await instantiate(c.wasm, c.manifest, c.weights);
    expect([...model.forward(Float32Array.of(1, -2, 0.5))]).toEqual([3, 6, 12, -12, 0.75, 3]);
  });

  test('can be trained through: a gradient penalty after a convolution and a max pool', () => {
    class Critic extends nn.Module {
      conv = nn.Conv2d(1, 2, 3);
      out = nn.Linear(2, 1);
      forward(x: Tensor) {
        const y = this.out(maxPool2d(tanh(this.conv(x)), 2).flatten(1));
        const [d] = grad(y, x, { gradOutputs: y.detach().mul(0).add(1), createGraph: true });
        return y.mean().add(d.flatten(1).pow(2).sum(1).sqrt().sub(1).pow(2).mean());
      }
    }
    passes(gradcheck(Critic, { inputs: [['N', 1, 4, 4]] }));
  });

  test('works for intermediate values, parameters, and several outputs', () => {
    class Net extends nn.Module {
      fc = nn.Linear(3, 4);
      forward(x: Tensor) {
        const h = this.fc(x);
        const y = h.tanh();
        const [dh, dw, db] = grad([y.sum(), h.pow(2).mean()], [h, this.fc.weight, this.fc.bias as nn.Parameter], {
          createGraph: true,
        });
        return dh.sum(0).add(dw.sum(1)).add(db);
      }
    }
    passes(gradcheck(Net, { inputs: [['N', 3]] }));
  });

  test('passes through a loop', () => {
    passes(
      gradcheck(
        (x: Tensor, h: Tensor) => {
          const [end] = scan(
            (carry: Tensor, at: Tensor) => {
              const next = carry.mul(at).tanh();
              return [next, next];
            },
            h,
            x,
          );
          return grad(end.sum(), x, { createGraph: true })[0].pow(2);
        },
        { inputs: [[4, 3], [3]] },
      ),
    );
  });

  test('is detached without createGraph', async () => {
    const spec = (createGraph: boolean) =>
      defineModel({
        model: class extends nn.Module {
          w = nn.Parameter([3], 2);
          forward(x: Tensor) {
            return grad(x.mul(this.w).pow(2).sum(), x, { createGraph })[0];
          }
        },
        ...{ input: { shape: ['N', 3] }, loss: (y: Tensor) => y.sum(), optimizer: optim.SGD({ lr: 1 }), maxBatch: 2 },
      });
    await expect(compile(spec(false))).rejects.toThrow(/would change nothing/);
    await compile(spec(true));
  });

  test('reports misuse', () => {
    expect(errorOf((x) => grad(x.mul(2), x)[0])).toMatch(/grad: an output is f32\[2,3\], and only a scalar needs no/);
    expect(errorOf((x) => grad(x.sum(), x.mul(2))[0])).toMatch(/the outputs do not depend on input 0/);
    expect(errorOf((x) => grad(x.argmax(1).sum(), x)[0])).toMatch(/outputs must be f32, got i32/);
    expect(errorOf((x) => grad(x, x, { gradOutputs: x.sum() })[0])).toMatch(/and its gradOutputs f32\[\]: they must/);
    expect(errorOf((x) => grad(x, [x], { gradOutputs: [x, x] })[0])).toMatch(/there are 1 outputs, and 2 gradOutputs/);
    expect(errorOf((x) => grad(x.sum(), [x, 3 as never])[0])).toMatch(/grad: inputs must be/);
    expect(errorOf((x, y) => grad(x.sum(), y, { materializeGrads: true })[0])).toBe('none');
  });
});

describe('gradgradcheck', () => {
  test('compares second gradients with differences', () => {
    passes(gradgradcheck((x: Tensor) => F.logSoftmax(x, 1).mul(x.tanh())));
    passes(gradgradcheck(nn.Conv2d(1, 2, 3, { padding: 1, stride: 2 }), { inputs: [['N', 1, 4, 4]] }));
    passes(gradgradcheck((x: Tensor) => maxPool2d(x.pow(3), 2), { inputs: [[1, 1, 4, 4]] }));
    passes(gradgradcheck(nn.LayerNorm(5), { inputs: [[2, 5]] }));
    expect((x: Tensor) => x.exp()).toPassGradgradcheck();
  });

  test('finds wrong ones', () => {
    // Its gradient is right, but that of the gradient is not: its factor is a constant.
    const wrong = customGradient((x: Tensor) => [x.pow(3), (g: Tensor) => g.mul(x.detach().pow(2)).mul(3)]);
    passes(gradcheck((x: Tensor) => wrong(x)));
    expect(gradgradcheck((x: Tensor) => wrong(x)).message()).toMatch(
      /fails the check of its second gradients: a\[\d,\d\] of \[2,3\]: the gradient of the gradients is .* differences give/,
    );
  });
});

describe('customGradient', () => {
  test('passes a gradient through a step function', async () => {
    const straight = customGradient((x: Tensor) => [x.round(), (g: Tensor) => g]);
    const spec = defineModel({
      model: class extends nn.Module {
        w = nn.Parameter([3], [0.2, 0.7, 1.4]);
        forward(x: Tensor) {
          return x.mul(straight(this.w));
        }
      },
      ...{ input: { shape: ['N', 3] }, loss: (y: Tensor) => y.sum(), optimizer: optim.SGD({ lr: 0.5 }), maxBatch: 1 },
    });
    for (const threads of [1, 2]) {
      const c = await compile(spec, { verify: true, threads });
      const model = await instantiate(c.wasm, c.manifest, c.weights);
      expect(model.trainStep(Float32Array.of(1, 2, 3))).toBe(0 + 2 + 3);
      const w = model.stateDict().get('w') as Float32Array;
      expect([...w].map((v) => v.toFixed(5))).toEqual(['-0.30000', '-0.30000', '-0.10000']);
    }
  });

  test('reuses what its function computed, and is differentiable itself', () => {
    const product = customGradient((x: Tensor, y: Tensor) => {
      const e = x.exp();
      return [e.mul(y), (g: Tensor) => [g.mul(e).mul(y), g.mul(e)]];
    });
    passes(gradcheck((x: Tensor, y: Tensor) => product(x, y).tanh()));
    passes(gradgradcheck((x: Tensor, y: Tensor) => product(x, y).tanh()));
    passes(gradcheck((x: Tensor) => product(product(x, x.mul(2)), x)));
  });

  test('may give an input no gradient', () => {
    const half = customGradient((x: Tensor, y: Tensor) => [x.mul(y), (g: Tensor) => [g.mul(y), null]]);
    passes(gradcheck((x: Tensor) => half(x, x.detach().mul(0).add(2))));
    expect(errorOf((x, y) => grad(half(x, y).sum(), y)[0])).toMatch(/do not depend on input 0/);
  });

  test('works in a loop', () => {
    const times = customGradient((x: Tensor, y: Tensor) => [x.mul(y), (g: Tensor) => [g.mul(y), g.mul(x)]]);
    passes(
      gradcheck(
        (x: Tensor, h: Tensor) =>
          scan(
            (carry: Tensor, at: Tensor) => {
              const next = times(carry, at).tanh();
              return [next, next];
            },
            h,
            x,
          )[1],
        { inputs: [[4, 3], [3]] },
      ),
    );
  });

  test('reports misuse', () => {
    const of = (f: (x: Tensor) => unknown) => errorOf((x) => customGradient(f as never)(x));
    expect(of((x) => x)).toMatch(/must return \[value, gradient\]/);
    expect(of((x) => [x, () => 3])).toMatch(/the gradient must be a tensor, or null for none, and is 3/);
    expect(of((x) => [x, () => [x, x]])).toMatch(/the gradient must be a tensor/);
    expect(of((x) => [x, (g: Tensor) => g.sum()])).toMatch(/input 0 is f32\[2,3\], and its gradient f32\[\]/);
    expect(of((x) => [x.argmax(1), (g: Tensor) => g])).toMatch(/the value must be f32/);
    expect(
      errorOf((x) =>
        (customGradient((y: Tensor) => [y, (g: Tensor) => g]) as never as (v: number) => Tensor)(3).add(x),
      ),
    ).toMatch(/customGradient: input 0 must be a tensor, got 3/);
    class Hidden extends nn.Module {
      w = nn.Parameter([3], 1);
      forward(x: Tensor) {
        return customGradient((y: Tensor) => [y.mul(this.w), (g: Tensor) => g])(x);
      }
    }
    expect(() => gradcheck(Hidden, { inputs: [[2, 3]] })).toThrow(/depends on 'w', which is not an input/);
  });
});

describe('checkpoint', () => {
  /** Eight layers, in two blocks that are recomputed or not. */
  const deep = (inBlocks: boolean) =>
    defineModel({
      model: class Deep extends nn.Module {
        layers = Array.from({ length: 8 }, () => nn.Linear(32, 32));
        norm = nn.BatchNorm1d(32);
        forward(x: Tensor) {
          const block = (from: number) => (y: Tensor) => {
            const run = (t: Tensor, layer: nn.Linear) => dropout(layer(t).tanh(), 0.1, this.training);
            const out = this.layers.slice(from, from + 4).reduce(run, y);
            return from === 4 ? this.norm(out) : out;
          };
          if (!inBlocks) return block(4)(block(0)(x));
          return checkpoint(block(4), checkpoint(block(0), x));
        }
      },
      ...{ input: { shape: ['N', 32] }, target: { shape: ['N', 32] }, loss: nn.MSELoss(), maxBatch: 256 },
      optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
    });

  test('learns the same bits with less memory', async () => {
    const learnt = async (inBlocks: boolean) => {
      const c = await compile(deep(inBlocks), { verify: true, entries: ['train_step'] });
      const model = await instantiate(c.wasm, c.manifest, c.weights);
      const x = Float32Array.from({ length: 256 * 32 }, (_, i) => Math.sin(i));
      const losses = [1, 2, 3].map(() => model.trainStep(x, x));
      return {
        bytes: c.program.liveBytes,
        bits: [...losses, ...[...model.stateDict().values()].flatMap((v) => [...v])],
      };
    };
    const [kept, again] = [await learnt(false), await learnt(true)];
    expect(again.bits).toEqual(kept.bits);
    expect(again.bytes).toBeLessThan(0.8 * kept.bytes);
  });

  test('has the gradients of the function it runs, and their gradients too', () => {
    const f = (x: Tensor, y: Tensor) => checkpoint((a: Tensor, b: Tensor) => a.mul(b).tanh().mul(a.exp()), x, y.mul(2));
    passes(gradcheck(f));
    passes(gradgradcheck(f));
    passes(gradcheck((x: Tensor, y: Tensor) => checkpoint((a: Tensor) => a.mul(y.exp()).sin(), x)));
    passes(gradcheck((x: Tensor, y: Tensor) => checkpoint(() => y.exp(), x).mul(x)));
  });

  test('reports misuse', () => {
    expect(errorOf((x) => checkpoint((y: Tensor) => [y] as never, x))).toMatch(/must return one f32 tensor/);
    expect(errorOf((x) => checkpoint((y: Tensor) => y.argmax(1), x))).toMatch(/must return one f32 tensor/);
  });
});
