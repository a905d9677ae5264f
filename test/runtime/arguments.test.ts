/** Every argument of the runtime, with every wrong kind of value: refused with a code and a message, or harmless; never a
 *  TypeError from the engine. */
import { beforeAll, describe, expect, test } from 'vitest';
import { defineModel, nn, optim, type Tensor } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import {
  instantiate,
  instantiateThreads,
  type Model,
  readSafetensors,
  readSafetensorsMetadata,
  TapeoutError,
  writeSafetensors,
} from '../../runtime/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: called with whatever is wrong
type Any = any;
class Scale extends nn.Module {
  w = new nn.Parameter([2], [1, 2]);
  forward(x: Tensor): Tensor {
    return x.mul(this.w);
  }
}
const two = { shape: ['N', 2] as const };
const spec = defineModel({
  model: Scale,
  input: two,
  target: two,
  loss: nn.MSELoss(),
  optimizer: optim.SGD({ lr: 1 }),
});
const compiled = compile(spec, { threads: 2 });
let model: Model;
beforeAll(async () => {
  const { wasm, manifest, weights } = await compiled;
  model = await instantiate(wasm as Uint8Array<ArrayBuffer>, manifest, weights);
});

const values: readonly unknown[] = [
  ...[null, 5, Number.NaN, 1.5, -1, 'abc', 10n, Symbol('s'), {}, Object.create(null), [1], () => 1, class {}],
  ...[new Map([[1, 2]]), new Date(0), new DataView(new ArrayBuffer(8)), new ArrayBuffer(8), new BigInt64Array(2)],
  ...[Promise.resolve(1), new Proxy({}, {}), { foo: 1 }, { state: 1 }, { strict: 'yes' }, { w: null }],
];
const tensor = { dtype: 'F32', shape: [2], data: new Float32Array(2) };
const calls: Readonly<Record<string, (v: Any) => unknown>> = {
  input: (v) => model.input(v),
  'input of a batch': (v) => model.input('x', v),
  output: (v) => model.output(v),
  parameter: (v) => model.parameter(v),
  forward: (v) => model.forward(v),
  'forward by name': (v) => model.forward({ x: v } as Any),
  trainStep: (v) => model.trainStep(new Float32Array(2), v),
  lr: (v) => {
    model.lr = v;
  },
  warmUp: (v) => typeof v !== 'number' && model.warmUp(v),
  stateDict: (v) => model.stateDict(v),
  toSafetensors: (v) => model.toSafetensors(v),
  loadStateDict: (v) => model.loadStateDict(v),
  'loadStateDict, loosely': (v) => model.loadStateDict(v, { strict: false }),
  'options of loadStateDict': (v) => model.loadStateDict(model.stateDict(), v),
  instantiate: async (v) => instantiate(v, (await compiled).manifest),
  'manifest of instantiate': async (v) => instantiate((await compiled).wasm as Any, v),
  'options of instantiate': async (v) =>
    typeof v !== 'number' && instantiate((await compiled).wasm as Any, (await compiled).manifest, undefined, v),
  instantiateThreads: async (v) => instantiateThreads(v, (await compiled).manifest),
  readSafetensors,
  readSafetensorsMetadata,
  writeSafetensors,
  'metadata to write': (v) => writeSafetensors([['w', tensor as Any]], v),
  'a tensor to write': (v) => writeSafetensors([['w', v]]),
  'a dtype to write': (v) => writeSafetensors([['w', { ...tensor, dtype: v }]]),
  'a shape to write': (v) => writeSafetensors([['w', { ...(tensor as Any), shape: v }]]),
  'data to write': (v) => writeSafetensors([['w', { ...tensor, data: v } as Any]]),
};

describe('wrong kinds of', () => {
  test.each(Object.entries(calls))('%s', async (_, call) => {
    for (const v of values)
      try {
        await call(v);
      } catch (e) {
        expect(e).toBeInstanceOf(TapeoutError);
        expect((e as Error).message).not.toMatch(/undefined|\[object/);
      }
  });
});

test('values that would be silently lost are refused', async () => {
  const { wasm, manifest } = await compiled;
  expect(() => model.stateDict({ states: true } as Any)).toThrow("unknown option of stateDict 'states'");
  expect(() => model.toSafetensors(true as Any)).toThrow('toSafetensors takes an object of options, such as { state }');
  expect(() => model.loadStateDict(model.stateDict(), false as Any)).toThrow(
    'such as { strict }, but it got a boolean',
  );
  expect(() => model.loadStateDict(model.stateDict(), { strict: 0 } as Any)).toThrow('strict must be true or false');
  const threads = { threads: 2 } as Any;
  await expect(instantiate(wasm as Any, manifest, undefined, threads)).rejects.toThrow('unknown option of instantiate');
  // The reader refuses such metadata, so the writer does not write them.
  expect(() => writeSafetensors([], { epoch: 3 } as Any)).toThrow(
    "the metadata 'epoch' must be text, but it is a number",
  );
  expect(() => model.input(5 as Any)).toThrow('the name of the input must be text, but it is a number');
  // The advice does not suggest `from` for values that a typed array's `from` cannot convert.
  expect(() => model.forward(new DataView(new ArrayBuffer(8)) as Any)).toThrow(/but it is a DataView\.$/);
  expect(() => model.forward(new BigInt64Array(2) as Any)).toThrow(/Float32Array\.from\(x, Number\)\.$/);
});

test('tensors to write may come from a generator', () => {
  const some = function* (): Generator<[string, Any]> {
    yield ['w', tensor];
  };
  expect([...readSafetensors(writeSafetensors(some())).keys()]).toEqual(['w']);
});
