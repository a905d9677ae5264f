/** Whatever a host passes or reads is bound as the model declares it: by name, whatever else has that name, and by
 *  position, whether or not it is used. */
import { describe, expect, test } from 'vitest';
import { defineModel, type ModelOptions, nn, optim, type Tensor } from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { EntryName } from '../frontend/pipeline/entries.ts';
import { CompileError } from '../ir/diagnostic.ts';
import type { Param, Value } from '../ir/graph.ts';
import * as ops from '../ir/ops/index.ts';
import type { UpdateContext } from '../passes/update.ts';
import { instantiate, type Model } from '../runtime/index.ts';
import { cli } from './support/cli.ts';

const two = { shape: ['N', 2] as const };
const every: readonly EntryName[] = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'];
const momentum = optim.SGD({ lr: 0.1, momentum: 0.9 });
const f = (...values: number[]) => Float32Array.from(values);

class Scale extends nn.Module {
  w = new nn.Parameter([2], [1, 2]);
  forward(x: Tensor): Tensor {
    return x.mul(this.w);
  }
}
/** x·p + b, where the parameter and the buffer have these names. */
const holding = (parameter: string, buffer: string) =>
  class Holding extends nn.Module {
    constructor() {
      super();
      Object.assign(this, { [parameter]: new nn.Parameter([2], [1, 2]), [buffer]: new nn.Buffer([2], [0, 0]) });
    }
    forward(x: Tensor): Tensor {
      const fields = this as unknown as Record<string, Tensor>;
      return x.mul(fields[parameter]!).add(fields[buffer]!);
    }
  };

const usual = { model: Scale, input: two, target: two, loss: nn.MSELoss(), optimizer: momentum, maxBatch: 4 };

async function loaded(options: Partial<ModelOptions>, entries: readonly EntryName[] = every): Promise<Model> {
  const { wasm, manifest, weights } = await compile(defineModel({ ...usual, ...options }), { entries, verify: true });
  return instantiate(wasm as Uint8Array<ArrayBuffer>, manifest, weights);
}

/** Everything that Scale should do, whatever its names are: of x = [1,1] and y = [0,0], output [1,2] and loss 2.5. */
function checkScale(model: Model, parameter = 'w'): void {
  const [x, y] = [f(1, 1), f(0, 0)];
  const [input = '', target = ''] = model.manifest.entries.find((e) => e.name === 'evaluate')!.inputs;
  expect([...model.forward(x)]).toEqual([1, 2]);
  expect([...model.forward({ [input]: x })]).toEqual([1, 2]);
  expect(model.evaluate(x, y)).toMatchObject({ loss: 2.5, output: f(1, 2) });
  expect(model.evaluate({ [target]: y, [input]: x })).toMatchObject({ loss: 2.5, output: f(1, 2) });
  expect([...model.output('output', 1), ...model.output('loss')]).toEqual([1, 2, 2.5]);
  expect(model.backward(x, y)).toBe(2.5);
  model.vjp(x, f(1, 1));
  expect([...model.gradients[parameter]!]).toEqual([2, 3]);
  model.zeroGrad();
  expect([...model.gradients[parameter]!]).toEqual([0, 0]);
  expect(model.trainStep(x, y)).toBe(2.5);
  expect(model.trainStep({ [input]: x }, { [target]: y })).toBeCloseTo(2.025, 5);
  // Momentum: v = 1·g, then 0.9·v + g, at 0.1 each.
  const [a, b] = [0.9 - 0.1 * (0.9 + 0.9), 1.8 - 0.1 * (1.8 + 1.8)];
  expect([...model.parameter(parameter)].map((v) => v.toFixed(5))).toEqual([a.toFixed(5), b.toFixed(5)]);
  model.input(input, 1).set([2, 2]);
  model.input(target, 1).set([0, 0]);
  expect(model.trainStep(1)).toBeGreaterThan(0);
  expect(model.lr).toBe(Math.fround(0.1));
  expect(new Set(model.stateDict({ state: true }).keys()).size).toBe(model.stateDict({ state: true }).size);
}

/** Names of results, scalars, state, cotangents and of the language itself. */
const taken = ['loss', 'output', 'correct', 'lr', 'step', 'v', 'N', 'f32', 'n', 'arena'];
const dotted = ['w.grad', 'w.grad.1', 'w.momentum_buffer', 'lr.1', 'v.1', 'loss.1', 'output.1', 'step.1'];

describe('names', () => {
  test.each(taken)("an input, a target and a parameter may be called '%s'", async (name) => {
    checkScale(await loaded({ input: { [name]: two } }));
    checkScale(await loaded({ target: { [name]: two } }));
  });

  test.each([...taken, ...dotted])(
    "a parameter or buffer called '%s' works, or is refused at its line",
    async (name) => {
      for (const [options, parameter] of [
        [{ model: holding(name, 'b') }, name],
        [{ model: holding('w', name) }, 'w'],
      ] as const)
        try {
          checkScale(await loaded(options), parameter);
        } catch (e) {
          if (!(e instanceof CompileError)) throw e;
          // Both would be in the state dict.
          expect(['lr', 'w.momentum_buffer']).toContain(name);
          expect(e.message).toContain(`both named '${name}'`);
          expect([e.loc?.file, ...e.notes.map((n) => n.loc?.file)]).toContain(import.meta.filename);
        }
    },
  );

  test('a name is used once, or refused with both of its owners', () => {
    const refused = (options: Partial<ModelOptions>) => {
      try {
        record(defineModel({ ...usual, ...options }));
      } catch (e) {
        return (e as CompileError).message;
      }
      return 'not refused';
    };
    expect(refused({ input: { y: two } })).toBe("a target and an input are both named 'y'");
    expect(refused({ input: { w: two } })).toBe("a parameter and an input are both named 'w'");
    expect(refused({ target: { w: two } })).toBe("a parameter and a target are both named 'w'");
    expect(refused({ model: holding('lr', 'b') })).toBe("a parameter and a value of the optimizer are both named 'lr'");
    expect(refused({ model: holding('w', 'lr') })).toBe("a buffer and a value of the optimizer are both named 'lr'");
    expect(refused({ model: holding('w'.repeat(1e5), 'b') })).toContain(
      'has 100000 characters: at most 255 are allowed',
    );
    expect(refused({ model: holding('__metadata__', 'b') })).toContain("is named '__metadata__'");
    expect(refused({ model: holding('\ud800', 'b') })).toContain('contains half of a surrogate pair');
    expect(refused({ name: 'n'.repeat(1e5) })).toContain('of the model has 100000 characters');
  });

  /** w − lr·steps, with a counter as Adam has. */
  const counting = {
    name: 'Counting',
    scalars: { lr: 1 },
    update: (p: Param, _: Value, { step, scalar }: UpdateContext) => {
      const by = ops.broadcast(ops.mul(scalar('lr'), ops.add(step(), one)), { shape: [2], dims: [] });
      return { value: ops.sub(p, by), state: new Map<Param, Value>() };
    },
  };
  const one = ops.full({ value: 1, shape: [], dtype: 'f32' });

  test("an optimizer's counter gives way to a parameter of the same name", async () => {
    const model = await loaded({ model: holding('step', 'b'), optimizer: counting });
    expect(model.trainStep(f(1, 1), f(0, 0))).toBe(2.5);
    expect([...model.parameter('step')]).toEqual([0, 1]);
    expect([...model.stateDict({ state: true }).get('step.1')!]).toEqual([1]);
    const again = await loaded({ model: holding('step', 'b'), optimizer: counting });
    again.loadStateDict(model.stateDict({ state: true }));
    expect(again.trainStep(f(1, 1), f(0, 0))).toBe(0.5);
    expect([...again.parameter('step')]).toEqual([-2, -1]);
    await expect(loaded({ model: holding('w', 'step'), optimizer: counting })).rejects.toThrow(
      "a buffer and state of the optimizer are both named 'step'",
    );
  });
});

describe('each result is written where several are the same value', () => {
  const evaluated = async (model: () => nn.Module, loss: (o: Tensor, y: Tensor) => Tensor) => {
    const m = await loaded({ model, loss, optimizer: null }, ['forward', 'evaluate']);
    m.forward(f(7, 7));
    m.forward(f(5, 5));
    const { loss: found, output } = m.evaluate(f(1, 1), f(0, 0));
    return [found, [...output], [...m.output('output', 1)]];
  };
  const of = (forward: (x: Tensor, w: Tensor) => Tensor) => () =>
    new (class extends Scale {
      override forward(x: Tensor): Tensor {
        return forward(x, this.w);
      }
    })();

  test('loss and output', async () => {
    expect(
      await evaluated(
        of((x, w) => x.mul(w).pow(2).mean()),
        (o) => o.mean(),
      ),
    ).toEqual([2.5, [2.5], [2.5]]);
    expect(
      await evaluated(
        of((x, w) => x.mul(w).sum()),
        (o) => o,
      ),
    ).toEqual([3, [3], [3]]);
  });
  test('an output that is the input, a parameter or a constant', async () => {
    const mean = (o: Tensor, y: Tensor): Tensor => o.mean().add(y.sum().mul(0));
    expect(
      await evaluated(
        of((x) => x),
        mean,
      ),
    ).toEqual([1, [1, 1], [1, 1]]);
    expect(
      await evaluated(
        of((_, w) => w),
        mean,
      ),
    ).toEqual([1.5, [1, 2], [1, 2]]);
    expect(
      await evaluated(
        of((x) => x.mul(0)),
        mean,
      ),
    ).toEqual([0, [0, 0], [0, 0]]);
    expect(
      await evaluated(
        of((_, w) => w),
        (o) => o.sum().mul(0).add(3),
      ),
    ).toEqual([3, [1, 2], [1, 2]]);
  });
  test('in tapeout run, compiled and interpreted', async () => {
    const text = `tapeout ir 1
graph @twice(%x: f32[2], %loss: f32[2]) {
  %sum = add(%x, %loss) : f32[2]
  return a = %sum, b = %sum, loss = %sum, x = %x, same = %loss
}
`;
    const [compiled, interpreted] = await Promise.all(
      ['wasm', 'interpret'].map(async (backend) => {
        const { stdout, stderr } = await cli(['run', '-', '--backend', backend, '--seed', '3'], { stdin: text });
        expect(stderr).toBe('');
        return stdout.split('\n').slice(1);
      }),
    );
    expect(compiled).toEqual(interpreted);
    const [a, b, loss] = compiled!.slice(1, 4).map((row) => row.split(/\s+/).slice(1));
    expect([b, loss]).toEqual([a, a]);
  });
});

describe('positions', () => {
  const net = (forward: (...inputs: Tensor[]) => Tensor) =>
    class extends nn.Module {
      w = new nn.Parameter([2], [5, 6]);
      unused = new nn.Parameter([3], [7, 8, 9]);
      kept = new nn.Buffer([1], [4]);
      forward(...inputs: Tensor[]): Tensor {
        return forward.call(this, ...inputs);
      }
    };
  const loss = (o: Tensor, y: Tensor): Tensor => y.sub(o).pow(2).mean();

  test('an input that nothing uses is still accepted', async () => {
    const model = await loaded({
      model: net(function (this: { w: Tensor }) {
        return this.w.mul(2);
      } as never),
      loss,
    });
    const [x, y] = [f(1, 2, 3, 4), f(1, 1, 1, 1)];
    expect([...model.forward(x)]).toEqual([10, 12]);
    expect(model.evaluate(x, y).loss).toBe(101);
    expect(model.backward({ x, y })).toBe(101);
    expect(model.input('x')).toHaveLength(8);
    expect(model.trainStep(x, y)).toBe(101);
    expect(() => model.trainStep(y)).toThrow(/^y must be a Float32Array, but it is missing/);
    expect([...model.stateDict({ state: true }).keys()]).toEqual(expect.arrayContaining(['w', 'unused', 'kept']));
    expect([...model.parameter('unused')]).toEqual([7, 8, 9]);
    expect([...model.state.kept!]).toEqual([4]);
  });

  /** Which of the inputs a and b and of the targets y and z are read. */
  const uses = ['ab yz', 'a yz', 'b yz', ' yz', 'ab y', 'ab z', 'ab ', 'b z', ' '];
  test.each(uses)("reading '%s' of inputs a and b and targets y and z", async (used) => {
    const skip = (name: string) => !used.includes(name);
    const model = await loaded({
      model: class extends nn.Module {
        w = new nn.Parameter([2], [1, 1]);
        forward(a: Tensor, b: Tensor): Tensor {
          const terms = [skip('a') ? null : a, skip('b') ? null : b.mul(10)].filter((t) => t !== null);
          return terms.reduce<Tensor>((sum, t) => sum.add(t.mul(this.w)), this.w.mul(0));
        }
      },
      input: { a: two, b: two },
      target: { y: two, z: two },
      loss: (o, y, z) =>
        [skip('y') ? null : y.mul(100), skip('z') ? null : z.mul(1000)]
          .filter((t) => t !== null)
          .reduce<Tensor>((sum, t) => sum.add(t.mean()), o.mean()),
    });
    const [a, b, y, z] = [f(1, 1), f(2, 2), f(3, 3), f(4, 4)];
    const out = (used.includes('a') ? 1 : 0) + (used.includes('b') ? 20 : 0);
    const total = out + (used.includes('y') ? 300 : 0) + (used.includes('z') ? 4000 : 0);
    expect([...model.forward(a, b)]).toEqual([out, out]);
    expect([...model.forward({ b, a })]).toEqual([out, out]);
    for (const call of ['trainStep', 'backward'] as const) {
      model.parameter('w').fill(1);
      expect(model[call](a, b, y, z)).toBe(total);
      model.parameter('w').fill(1);
      expect(model[call]({ z, y, b, a })).toBe(total);
    }
    model.parameter('w').fill(1);
    expect(model.evaluate({ a, b }, { y, z })).toMatchObject({ loss: total });
    model.vjp(a, b, f(1, 1));
    for (const [name, value] of Object.entries({ a, b, y, z })) model.input(name, 1).set(value);
    expect(model.evaluate(1).loss).toBe(total);
    expect(() => model.forward(a, b, y)).toThrow(
      'forward was given 3 arguments, and takes forward(a, b), forward({ a, b }) or forward(n).',
    );
    expect(() => model.step(...([1] as never[]))).toThrow('step was given 1 argument, and takes step().');
    expect(() => model.zeroGrad(...([a, b] as never[]))).toThrow(
      'zeroGrad was given 2 arguments, and takes zeroGrad().',
    );
    expect(() => model.forward(a)).toThrow(/^b must be a Float32Array, but it is missing/);
    expect(() => model.forward({ a })).toThrow(/^b must be a Float32Array, but it is missing/);
    expect(() => model.forward({ a, b, y })).toThrow(/^unknown input of forward 'y'/);
    expect(() => model.trainStep(1, b as never)).toThrow(/The batch size is given alone/);
    expect(() => model.forward({ a }, { a, b })).toThrow('a is given twice to forward.');
    expect(() => model.forward({ a }, b)).toThrow(/in order or by name, not both/);
    expect(() => model.forward(a, f(1, 2, 3, 4))).toThrow(/^b has 4 values, but a holds 1 sample/);
  });

  test('a call takes more inputs than are named, and the batch from the first input that has one', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'g', 'h', 'i', 'j'];
    const fixed = { shape: [2] as const };
    const model = await loaded({
      input: Object.fromEntries(names.map((n, i) => [n, i === 0 ? fixed : two])),
      model: net(function (this: { w: Tensor }, ...all: Tensor[]) {
        return all.slice(1).reduce((sum, t, i) => sum.add(t.mul(i + 2)), all[0]!.add(this.w.mul(0)));
      } as never),
    });
    const all = names.map((_, i) => (i === 0 ? f(1, 1) : f(1, 1, 1, 1)));
    expect([...model.forward(...(all as [Float32Array]))]).toEqual([45, 45, 45, 45]);
    expect(model.trainStep(...(all as [Float32Array]), f(0, 0, 0, 0))).toBeGreaterThan(0);
    expect(() => model.forward(f(1, 1), ...(all.slice(0, 4) as Float32Array[]))).toThrow(
      /^e must be a Float32Array, but it is missing|^g must be/,
    );
    expect(() => model.forward(...(all as [Float32Array]), f(1, 1), f(1, 1))).toThrow(/forward was given 11 arguments/);
  });

  test("views of the model's own memory are read before anything is written", async () => {
    const model = await loaded({
      model: net(function (this: { w: Tensor }, a: Tensor, b: Tensor) {
        return a.add(b.mul(10)).add(this.w.mul(0));
      } as never),
      input: { a: two, b: two },
    });
    model.input('a', 1).set([1, 2]);
    model.input('b', 1).set([3, 4]);
    expect([...model.forward(model.input('b', 1), model.input('a', 1))]).toEqual([13, 24]);
  });
});
