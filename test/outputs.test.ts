/** A forward that returns several tensors: how the loss and hosts get them, and what is refused. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import { defineModel, type ModelOptions, mseLoss, nn, optim, type Tensor } from '../frontend/index.ts';
import { record } from '../frontend/model/record.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { EntryName } from '../frontend/pipeline/entries.ts';
import { instantiate, instantiateGpu, type Model } from '../runtime/index.ts';
import { folderOf } from './support/cli.ts';
import { noGpu } from './support/engines.ts';
import { parseError } from './support/errors.ts';
import { openDevice } from './support/gpu.ts';
import { unless } from './support/left-out.ts';

const every: readonly EntryName[] = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'];
const two = { shape: ['N', 2] as const };
const f = (...values: number[]) => Float32Array.from(values);

/** x·w and (x·w)·2 + b, with w = [1, 2] and b = [0.5, -0.5]. */
class Heads extends nn.Module {
  w = new nn.Parameter([2], [1, 2]);
  b = new nn.Parameter([2], [0.5, -0.5]);
  forward(x: Tensor): unknown {
    const y = x.mul(this.w);
    return [y, y.mul(2).add(this.b)];
  }
}
class Named extends Heads {
  override forward(x: Tensor): unknown {
    const [first, second] = super.forward(x) as [Tensor, Tensor];
    return { first, second };
  }
}
const usual = {
  model: Heads,
  input: two,
  target: two,
  loss: (a: Tensor, b: Tensor, y: Tensor) => mseLoss(a, y).add(mseLoss(b, y).mul(0.5)),
  optimizer: optim.SGD({ lr: 0.1 }),
  maxBatch: 4,
};
const made = (options: Partial<ModelOptions>) => defineModel({ ...usual, ...options } as ModelOptions);
const compiled = (options: Partial<ModelOptions>, entries = every) => compile(made(options), { entries, verify: true });
async function loaded(options: Partial<ModelOptions>, entries?: readonly EntryName[]): Promise<Model> {
  const { wasm, manifest, weights } = await compiled(options, entries);
  return instantiate(wasm as Uint8Array<ArrayBuffer>, manifest, weights);
}
/** A model whose forward is a function. */
const of = (forward: (x: Tensor) => unknown) =>
  class Net extends nn.Module {
    w = new nn.Parameter([2], [1, 2]);
    forward(x: Tensor): unknown {
      return forward(x.mul(this.w));
    }
  };

describe('several outputs', () => {
  test('in a list', async () => {
    const model = await loaded({});
    const [x, y] = [f(1, 1), f(0, 0)];
    expect(model.forward(x)).toEqual([f(1, 2), f(2.5, 3.5)]);
    const loss = 2.5 + 0.5 * ((2.5 ** 2 + 3.5 ** 2) / 2);
    expect(model.evaluate(x, y)).toEqual({ loss, correct: null, output: [f(1, 2), f(2.5, 3.5)] });
    expect(model.output('output1', 1)).toEqual(f(2.5, 3.5));
    expect(model.output(1, 1)).toEqual(f(2.5, 3.5));
    expect(model.output(0, 1)).toBe(model.forward<[Float32Array, Float32Array]>(x)[0]);
    expect(() => model.output(2)).toThrow("unknown output '2'");
    expect(model.backward(x, y)).toBe(loss);
    // d/dw of ((w² )+ ½(2w + b)²)/2 an element, at [1, 2] and [0.5, -0.5].
    expect([...model.gradients.w!]).toEqual([1 + 2.5, 2 + 3.5]);
    expect([...model.gradients.b!]).toEqual([2.5 / 2, 3.5 / 2]);
    model.zeroGrad();
    model.vjp(x, f(1, 10), f(100, 1000));
    expect([...model.gradients.w!]).toEqual([1 + 200, 10 + 2000]);
    expect([...model.gradients.b!]).toEqual([100, 1000]);
    expect(model.trainStep(x, y)).toBe(loss);
  });

  test('by name', async () => {
    const model = await loaded({ model: Named });
    expect(model.forward(f(1, 1))).toEqual({ first: f(1, 2), second: f(2.5, 3.5) });
    expect(model.evaluate(f(1, 1), f(0, 0)).output).toEqual({ first: f(1, 2), second: f(2.5, 3.5) });
    expect(model.output('second', 1)).toEqual(f(2.5, 3.5));
    expect(model.output(1, 1)).toEqual(f(2.5, 3.5));
    expect(model.manifest).toMatchObject({ returns: 'named' });
    model.vjp({ x: f(1, 1), v_first: f(1, 10), v_second: f(0, 0) });
    expect([...model.gradients.w!]).toEqual([1, 10]);
  });

  test('one in a list is a list, and a single tensor is not', async () => {
    expect((await loaded({ model: of((x) => [x]), loss: nn.MSELoss() })).forward(f(1, 1))).toEqual([f(1, 2)]);
    const { manifest } = await compiled({ model: of((x) => x), loss: nn.MSELoss() });
    expect('returns' in manifest).toBe(false);
  });

  test('of several types, the same one twice, an input, a parameter', async () => {
    class Odd extends nn.Module {
      w = new nn.Parameter([2], [1, 2]);
      forward(x: Tensor): unknown {
        const y = x.mul(this.w);
        return { y, again: y, x, w: this.w, index: y.argmax(1), positive: y.gt(1) };
      }
    }
    const model = await loaded({ model: Odd, loss: (...all) => mseLoss(all[0]!, all.at(-1)!) });
    expect(model.forward(f(1, 1, 3, 1))).toEqual({
      y: f(1, 2, 3, 2),
      again: f(1, 2, 3, 2),
      x: f(1, 1, 3, 1),
      w: f(1, 2),
      index: Int32Array.of(1, 0),
      positive: Uint8Array.of(0, 1, 1, 1),
    });
    model.vjp(f(1, 1), f(1, 1), f(0, 0), f(0, 0), f(5, 5));
    expect([...model.gradients.w!]).toEqual([6, 6]);
  });

  test('with the name of a buffer that forward writes to', async () => {
    class Kept extends nn.Module {
      w = new nn.Parameter([2], [1, 2]);
      mean: Tensor = nn.Buffer([2]);
      forward(x: Tensor): unknown {
        const y = x.mul(this.w);
        if (this.training) this.mean = y.mean(0);
        return { y, mean: this.mean };
      }
    }
    const model = await loaded({ model: Kept, loss: (y, mean, t) => mseLoss(y, t).add(mean.sum().mul(0)) });
    model.trainStep(f(1, 1, 3, 3), f(0, 0, 0, 0));
    expect(model.forward(f(1, 1))).toMatchObject({ mean: f(2, 4) });
    expect([...model.state.mean!]).toEqual([2, 4]);
  });

  test('a loss of three tensors takes those of forward', async () => {
    class Triplet extends nn.Module {
      fc = nn.Linear(2, 3);
      forward(...all: Tensor[]): unknown {
        return all.map((x) => this.fc(x));
      }
    }
    const input = { anchor: two, positive: two, negative: two };
    const model = await loaded({ model: Triplet, input, target: {}, loss: nn.TripletMarginLoss() });
    const all = [f(1, 2), f(1.5, 2), f(0, -1)] as const;
    const [first, second] = [model.trainStep(...all), model.trainStep(...all)];
    expect(second).toBeLessThanOrEqual(first);
  });

  test('a head in training only', async () => {
    class Aux extends Heads {
      override forward(x: Tensor): unknown {
        const [y, aux] = super.forward(x) as [Tensor, Tensor];
        return this.training ? [y, aux] : y;
      }
    }
    const loss = (y: Tensor, ...more: Tensor[]) => more.reduce((sum, t) => sum.add(mseLoss(y, t)), y.sum().mul(0));
    const model = await loaded({ model: Aux, loss });
    expect([...model.forward(f(1, 1))]).toEqual([1, 2]);
    expect(model.evaluate(f(1, 1), f(0, 0))).toEqual({ loss: 2.5, correct: null, output: f(1, 2) });
  });

  test('correct labels are counted by the first output', async () => {
    const target = { shape: ['N'] as const, dtype: 'i32' as const };
    const ce = nn.CrossEntropyLoss();
    const model = await loaded({ target, loss: (a, b, y) => ce(a, y).add(ce(b, y)) });
    expect(model.evaluate(f(1, 1, 3, 1), Int32Array.of(1, 1)).correct).toBe(1);
  });
});

describe.skipIf(noGpu)(unless(noGpu, 'several outputs on a GPU'), () => {
  test.each([
    ['list', Heads],
    ['named', Named],
  ])('%s', async (_, model) => {
    const { wgsl, manifest, weights } = await compile(made({ model }), { entries: every, target: 'all' });
    const device = await openDevice();
    const gpu = await instantiateGpu(device, wgsl!, manifest, weights);
    const both = [f(1, 2), f(2.5, 3.5)];
    const want = model === Heads ? both : { first: both[0], second: both[1] };
    expect(await gpu.forward(f(1, 1))).toEqual(want);
    expect((await gpu.evaluate(f(1, 1), f(0, 0))).output).toEqual(want);
    expect(await gpu.output(1, 1)).toEqual(both[1]);
    gpu.dispose();
    device.destroy();
  });
});

test('a bundle has them by name and by number, with their types', async () => {
  const folder = folderOf();
  for (const [name, model] of [
    ['list', Heads],
    ['named', Named],
  ] as const)
    writeFiles(join(folder, name), await bundleOf(await compile(made({ model }), { target: 'all' })));
  const user = `
import loadList from './list/index.js';
import loadNamed from './named/index.js';
const x = new Float32Array(2);
const list = await loadList({ backend: 'wasm' });
const [a, b]: [Float32Array, Float32Array] = list.forward(x);
const second: Float32Array = list.output(1, 1);
const named = await loadNamed({ backend: 'webgpu' });
const { first }: { first: Float32Array } = await named.forward(x);
const output: { first: Float32Array; second: Float32Array } = (await named.evaluate(x, x)).output;
const again: Float32Array = await named.output('second');
const third: Float32Array = await named.output(0);
// @ts-expect-error: there are two
list.output(2);
export { a, b, second, first, output, again, third };
`;
  writeFiles(folder, new Map([['user.mts', user]]));
  const program = ts.createProgram([join(folder, 'user.mts')], {
    ...{ strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  });
  const problems = ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
  expect(problems).toEqual([]);
  const { load } = await import(pathToFileURL(join(folder, 'list', 'index.js')).href);
  const model = await load({ backend: 'wasm' });
  expect(model.forward(f(1, 1))).toEqual([f(1, 2), f(2.5, 3.5)]);
  expect(model.output(1, 1)).toEqual(f(2.5, 3.5));
});

describe('refused', () => {
  test.each<[string, (x: Tensor) => unknown, string, string | null]>([
    ['an empty list', () => [], 'must return a tensor, and it returned []', null],
    ['an empty object', () => ({}), 'must return a tensor, and it returned an object', null],
    ['a number in a list', (x) => [x, 3], 'must return tensors, and [1] of what it returned is 3', null],
    ['a list in a list', (x) => [x, [x]], '[1] of what it returned is [a Tensor]', 'one list, or one object'],
    ['nothing by name', (x) => ({ x, y: undefined }), "'y' of what it returned is undefined", null],
    ['a name with a dot', (x) => ({ 'a.b': x }), "an output is named 'a.b'", null],
    ['the name of a result', (x) => ({ y: x, loss: x }), "an output is named 'loss'", 'rename it'],
  ])('%s', (_, forward, problem, help) => {
    const e = parseError(() => record(made({ model: of(forward), loss: (...all) => mseLoss(all[0]!, all.at(-1)!) })));
    expect(e.message).toContain(problem);
    if (help) expect(e.help).toContain(help);
  });

  test('a loss that names fewer tensors than it gets', () => {
    const e = parseError(() => record(made({ loss: (a, y) => mseLoss(a, y!) })));
    expect(e.message).toContain('the loss takes 2 arguments, and gets 3: output0, output1, y');
    expect(e.help).toContain('loss: (output0, output1, y) => …');
    const own = parseError(() => record(made({ loss: nn.MSELoss() })));
    expect(own.message).toContain('the loss takes 2 arguments, and gets 3');
  });
});
