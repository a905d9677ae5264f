/** The runtime on a hand-written module: what calls return, what they allocate, and the errors of bad ones. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  instantiate,
  type Manifest,
  type ManifestTensor,
  type Model,
  TapeoutError,
  writeSafetensors,
} from '../../runtime/index.ts';
import { badCalls } from '../support/bad-calls.ts';
import { assemble, instantiateTiny, tagTiny, tinyManifest, tinyWasm, tinyWeights } from '../support/tiny.ts';

const { wasm, manifest } = tagTiny(tinyManifest);
let model: Model;
beforeEach(async () => {
  model = await instantiateTiny(tinyManifest, tinyWeights());
});
const x2 = Float32Array.of(1, 2, 3, 4);
const y2 = Int32Array.of(0, 2);

describe('a model', () => {
  test('also takes a compiled module and the bytes of a safetensors file', async () => {
    const bytes = writeSafetensors([
      ['fc.weight', { dtype: 'F32', shape: [3, 2], data: Float32Array.of(6, 5, 4, 3, 2, 1) }],
    ]);
    const other = await instantiate(await WebAssembly.compile(wasm as BufferSource), manifest, bytes);
    expect([...other.parameter('fc.weight')]).toEqual([6, 5, 4, 3, 2, 1]);
  });

  test('forward returns a view of the n results, the same one for the same n', () => {
    expect([...model.forward(x2)]).toEqual([5, 11, 17, 11, 25, 39]);
    expect([...model.forward(Float32Array.of(1, 0))]).toEqual([1, 3, 5]);
    expect(model.forward(x2)).toBe(model.forward(x2));
  });

  test('trainStep returns the loss and updates the parameters by lr', () => {
    expect(model.trainStep(x2, y2)).toBe(5);
    expect(model.parameters['fc.weight']![0]).toBe(1 - 0.5 * 5);
    model.lr = 0.25;
    expect(model.trainStep(x2, y2)).toBe(5);
    expect(model.parameters['fc.weight']![0]).toBe(-1.5 - 0.25 * 5);
    expect(model.state.steps![0]).toBe(2);
  });

  test('setting an unknown scalar is refused', () => {
    const scalars = model.scalars as Record<string, number>;
    expect(() => {
      scalars.momentum = 1;
    }).toThrow(expect.objectContaining({ code: 'unknown-name', message: "unknown scalar 'momentum'. There are: lr." }));
    scalars.lr = 0.75;
    expect([model.lr, Object.keys(scalars)]).toEqual([0.75, ['lr']]);
    scalars.lr = 0.5;
  });

  test('data may be written in place, with only the batch size passed', () => {
    model.input('x').set([10, 20, 30, 40, 50, 60]);
    model.input('y').set([0, 1, 0]);
    expect(model.trainStep(3)).toBe(70);
    expect(model.evaluate(3).correct).toBe(2);
    expect(model.input('x', 2)).toHaveLength(4);
    expect([...model.forward(1)]).toHaveLength(3);
  });

  test('evaluate refills the same object', () => {
    const first = model.evaluate(x2, y2);
    expect(first).toMatchObject({ loss: 5, correct: 1 });
    expect([...first.output]).toEqual([5, 11, 17, 11, 25, 39]);
    expect(model.evaluate(Float32Array.of(1, 1), Int32Array.of(1))).toBe(first);
    expect(first).toMatchObject({ loss: 2, correct: 0 });
    expect(model.output('output', 1)).toBe(first.output);
  });

  test('a warm-up calls every method and leaves everything as it was', () => {
    model.trainStep(x2, y2);
    const memory = new Uint8Array(model.inputs.x!.buffer);
    const before = memory.slice();
    const calls = vi.spyOn(model, 'trainStep');
    model.warmUp(5);
    expect(calls.mock.calls.map(([n]) => n)).toContain(1);
    expect(memory).toEqual(before);
    model.input('y')[0] = 99; // no label
    model.warmUp(5);
    expect(() => model.trainStep(2)).toThrow(/99/);
    model.dispose();
    expect(() => model.warmUp(5)).toThrow(TapeoutError);
  });

  test('loading may warm up, with the same results', async () => {
    const other = await instantiateTiny(tinyManifest, tinyWeights(), { warmUp: 5 });
    const memory = (m: Model): Uint8Array => new Uint8Array(m.inputs.x!.buffer);
    expect(memory(other)).toEqual(memory(model));
  });

  test('backward accumulates, step applies, zeroGrad clears', () => {
    expect(model.backward(x2, y2)).toBe(5);
    model.backward(x2, y2);
    expect(model.gradients['fc.weight']![0]).toBe(10);
    model.step();
    expect(model.parameters['fc.weight']![0]).toBe(1 - 0.5 * 10);
    model.zeroGrad();
    expect([...model.gradients['fc.weight']!]).toEqual([0, 0, 0, 0, 0, 0]);
    model.vjp(Float32Array.of(1, 1), Float32Array.of(7, 0, 0));
    expect(model.gradients['fc.weight']![0]).toBe(7);
  });

  test('a NaN loss is returned, not thrown', () => {
    expect(model.trainStep(Float32Array.of(Number.NaN, 1), Int32Array.of(0))).toBeNaN();
  });

  test('its state dict is a copy, loads again, and makes a safetensors file', async () => {
    const saved = model.stateDict();
    const file = model.toSafetensors();
    model.trainStep(x2, y2);
    expect([...saved.get('fc.weight')!]).toEqual([1, 2, 3, 4, 5, 6]);
    model.loadStateDict(saved);
    expect(model.stateDict()).toEqual(saved);
    expect((await instantiateTiny(tinyManifest, file)).stateDict()).toEqual(saved);
    model.loadStateDict({ 'fc.weight': new Float32Array(6) });
    expect(model.parameter('fc.weight')[5]).toBe(0);
  });

  test('a state dict with state holds all that training needs, including scalars', async () => {
    model.lr = 0.125;
    model.trainStep(x2, y2);
    const file = model.toSafetensors({ state: true });
    const next = await instantiateTiny(tinyManifest, file);
    expect(next.lr).toBe(0.125);
    expect(next.stateDict({ state: true })).toEqual(model.stateDict({ state: true }));
    expect([...model.stateDict({ state: true }).keys()]).toEqual(['fc.weight', 'lr', 'steps']);
    expect([...model.stateDict().keys()]).toEqual(['fc.weight']);
    expect([next.trainStep(x2, y2), next.parameter('fc.weight')]).toEqual([
      model.trainStep(x2, y2),
      model.parameter('fc.weight'),
    ]);
    next.loadStateDict({ 'fc.weight': new Float32Array(6), lr: Float32Array.of(0.5) });
    expect(next.lr).toBe(0.5);
    next.loadStateDict(model.toSafetensors());
    expect(next.lr).toBe(0.5);
  });

  test('missing and unexpected names of a state dict are returned if they are not errors', () => {
    expect(model.loadStateDict(tinyWeights())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const extra = { 'head.weight': new Float32Array(3), 'head.bias': 'no array' as never, steps: Float32Array.of(7) };
    expect(model.loadStateDict(extra, { strict: false })).toEqual({
      missingKeys: ['fc.weight'],
      unexpectedKeys: ['head.weight', 'head.bias'],
    });
    expect(model.state.steps![0]).toBe(7);
    expect(() => model.loadStateDict({ steps: new Float32Array(2) }, { strict: false })).toThrow(/takes 1 values/);
    // Numbers of an unsupported type need not be read if they are skipped.
    const header = Buffer.from('{"scale":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}');
    const f8 = Buffer.concat([Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0), header, Uint8Array.of(1, 2)]);
    expect(model.loadStateDict(f8, { strict: false })).toEqual({
      missingKeys: ['fc.weight'],
      unexpectedKeys: ['scale'],
    });
    expect(() => model.loadStateDict(f8)).toThrow("unknown parameter 'scale'");
  });

  test('bytes may be in any memory, and numbers of any width that loses nothing', () => {
    const six = Float32Array.of(6, 5, 4, 3, 2, 1);
    const file = writeSafetensors([['fc.weight', { dtype: 'F32', shape: [3, 2], data: six }]]);
    const shared = new SharedArrayBuffer(file.length + 3);
    new Uint8Array(shared).set(file, 3);
    const foreign: ArrayBuffer = vm.runInNewContext('new ArrayBuffer(n)', { n: file.length });
    new Uint8Array(foreign).set(file);
    const whole = new Uint8Array(shared).slice(3).buffer;
    for (const bytes of [file.buffer, Buffer.from(file), new DataView(shared, 3), foreign, whole]) {
      model.loadStateDict({ 'fc.weight': new Float32Array(6) });
      model.loadStateDict(bytes);
      expect(model.parameter('fc.weight')).toEqual(six);
    }
    const widths = { I64: BigInt64Array.of(-1n, 2n ** 24n, 0n, 1n, 2n, 3n), U8: Uint8Array.of(0, 255, 1, 2, 3, 4) };
    for (const [dtype, data] of Object.entries(widths)) {
      model.loadStateDict({ 'fc.weight': { dtype, shape: [3, 2], data } as never });
      expect([...model.parameter('fc.weight')]).toEqual(Array.from(data, Number));
    }
    model.loadStateDict(vm.runInNewContext("new Map([['fc.weight', new Float32Array(6)]])"));
    expect(model.parameter('fc.weight')).toEqual(new Float32Array(6));
  });

  test('10,000 steps allocate no object', () => {
    v8.setFlagsFromString('--expose-gc');
    const gc: () => void = vm.runInNewContext('gc');
    const x = [x2, Float32Array.of(1, 2), new Float32Array(8)];
    const y = [y2, Int32Array.of(0), new Int32Array(4)];
    const sum = new Float64Array(1); // a plain variable would be boxed again by each addition
    const grown = (): number => {
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 10_000; i++) {
        sum[0]! += model.trainStep(x[i % 3]!, y[i % 3]!) + model.trainStep(2);
        sum[0]! += model.forward(x[i % 3]!)[0]! + model.evaluate(x[i % 3]!, y[i % 3]!).loss;
        model.lr = 0.5;
      }
      return process.memoryUsage().heapUsed - before;
    };
    // No collection runs within a round, so whatever a step allocates shows. Early rounds also count what V8 itself writes
    // while it optimizes, and the numbers that it boxes until then; the smallest object that a step could make is
    // larger than one of those.
    const smallest = 17 * 10_000;
    let least = Infinity;
    for (let round = 0; round < 100 && least > smallest; round++) least = Math.min(least, grown());
    expect(sum[0]).not.toBeNaN();
    expect(least).toBeLessThan(smallest);
  });
});

describe('a bad call says what is wrong and changes nothing', () => {
  for (const [name, [call, message]] of Object.entries(badCalls))
    test(name, () => {
      const memory = () =>
        ['inputs', 'outputs', 'parameters', 'gradients', 'state'].map((k) => structuredClone(model[k as 'inputs']));
      model.trainStep(x2, y2);
      const before = [memory(), { ...model.scalars }];
      expect(() => call(model)).toThrow(TapeoutError);
      expect(() => call(model)).toThrow(message);
      expect([memory(), { ...model.scalars }]).toEqual(before);
    });

  test('an input without a batch accepts one length only', async () => {
    const fixed = (t: ManifestTensor) =>
      t.name === 'x' ? { ...t, shape: [2, 2] } : t.name === 'y' ? { ...t, shape: [2] } : t;
    const both = await instantiateTiny({ ...tinyManifest, tensors: tinyManifest.tensors.map(fixed) });
    expect(() => both.trainStep(x2, y2)).not.toThrow();
    expect(() => both.trainStep(new Float32Array(8), y2)).toThrow(
      "x has 8 values, but it needs 4: its shape is [2,2]. If the 2 is a batch, declare it as 'N', which may be any.",
    );
  });

  test('labels written in place are checked too', () => {
    model.input('x').set(x2);
    model.input('y').set([0, 9]);
    expect(() => model.trainStep(2)).toThrow(/^y\[1\] is 9/);
    expect(model.trainStep(1)).toBe(3);
  });

  test('a label to ignore is accepted if the manifest has one', async () => {
    const tensors = tinyManifest.tensors.map((t) => (t.name === 'y' ? { ...t, ignoreIndex: -100 } : t));
    const lenient = await instantiateTiny({ ...tinyManifest, tensors });
    expect(lenient.trainStep(x2, Int32Array.of(-100, 0))).toBe(5);
    expect(() => lenient.trainStep(x2, Int32Array.of(-1, 0))).toThrow(
      /^y\[0\] is -1, .*, or -100 for a sample to ignore/,
    );
  });

  test('use after dispose is refused', () => {
    model.dispose();
    const calls = [() => model.trainStep(x2, y2), () => model.stateDict(), () => model.lr, () => model.zeroGrad()];
    for (const call of calls) expect(call).toThrow(/^this model was disposed of/);
  });

  test('an entry that was not compiled is refused', async () => {
    const entries = tinyManifest.entries.filter((e) => e.name === 'forward' || e.name === 'evaluate');
    const frozen = await instantiateTiny({ ...tinyManifest, entries });
    expect(() => frozen.trainStep(x2, y2)).toThrow(
      'this module has no trainStep(): it was compiled with the entries forward,evaluate. ' +
        'Compile it with --entries forward,evaluate,train_step.',
    );
  });
});

describe('mismatched parts are refused', () => {
  const refuses = (given: unknown, wasm = tinyWasm()) =>
    expect(instantiateTiny(given as Manifest, undefined, { wasm })).rejects;

  test('a manifest of another version', () =>
    refuses({ ...tinyManifest, tapeout: 1 }).toThrow(/has version 1, but this runtime reads version 2/));
  test('no manifest', () => refuses({}).toThrow(/has no version/));
  test('a manifest whose tensors are outside the memory', () =>
    refuses({ ...tinyManifest, maxBatch: 100_000 }).toThrow(
      /puts 'x' at bytes 128 to 800128, outside the memory of 1 pages/,
    ));
  test('a manifest with an entry with unknown inputs', () =>
    refuses({ ...tinyManifest, entries: [{ name: 'forward', inputs: ['q'], outputs: ['output'] }] }).toThrow(
      /lists the input 'q'/,
    ));
  test('bytes that are not WebAssembly', () =>
    refuses(tinyManifest, Uint8Array.of(1, 2, 3, 4)).toThrow(/^these bytes are not a WebAssembly module/));
  test('an HTML page in place of WebAssembly', () =>
    refuses(tinyManifest, new TextEncoder().encode('<!doctype html>')).toThrow(
      'these bytes are HTML, not a WebAssembly module: the server answered with a page.',
    ));
  test('nothing in place of WebAssembly', () =>
    expect(instantiate(undefined as never, manifest)).rejects.toThrow(
      'the WebAssembly must be its bytes or a WebAssembly.Module, but it is missing.',
    ));
  test("a page whose policy forbids WebAssembly, in the engine's words", async () => {
    const { compile } = WebAssembly;
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('violates the Content Security Policy'));
    try {
      await refuses(tinyManifest).toThrow("Add 'wasm-unsafe-eval' to its script-src.");
    } finally {
      WebAssembly.compile = compile;
    }
  });
  test('a module without an entry of the manifest', () =>
    refuses(tinyManifest, assemble('(module (memory (export "memory") 1))')).toThrow(/exports no function 'forward'/));
  test('a module that imports', () =>
    refuses(tinyManifest, assemble('(module (import "env" "f" (func)) (memory (export "memory") 1))')).toThrow(
      /imports env\.f/,
    ));
  test('a module with less memory', () =>
    refuses({ ...tinyManifest, pages: 2 }).toThrow(/has 1 pages of memory, but .* 2\./));
});
