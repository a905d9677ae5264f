/** A GPU model on hand-written shaders: what calls return, what they queue and read, and the errors of bad ones. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type GpuModel,
  keptLosses,
  type Manifest,
  type ManifestGpu,
  stepsAhead,
  TapeoutError,
} from '../../runtime/index.ts';
import { badCalls } from '../support/bad-calls.ts';
import { noGpu } from '../support/engines.ts';
import { openDevice } from '../support/gpu.ts';
import { unless } from '../support/left-out.ts';
import { instantiateTinyGpu, tinyGpuManifest, tinyManifest, tinyWeights, tinyWgsl } from '../support/tiny.ts';

const x2 = Float32Array.of(1, 2, 3, 4);
const y2 = Int32Array.of(0, 2);

describe.skipIf(noGpu)(unless(noGpu, 'a model on a GPU'), () => {
  let device: GPUDevice;
  let model: GpuModel;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());
  beforeEach(async () => {
    model = await instantiateTinyGpu(device, tinyGpuManifest, tinyWeights());
    return () => model.dispose();
  });

  test('forward returns the n results', async () => {
    expect([...(await model.forward(x2))]).toEqual([5, 11, 17, 11, 25, 39]);
    expect([...(await model.forward(Float32Array.of(1, 0)))]).toEqual([1, 3, 5]);
  });

  test('overlapping calls each return their own results', async () => {
    const [a, b, c] = await Promise.all([
      model.forward(x2),
      model.forward(Float32Array.of(1, 0)),
      model.evaluate(x2, y2),
    ]);
    expect([...a]).toEqual([5, 11, 17, 11, 25, 39]);
    expect([...b]).toEqual([1, 3, 5]);
    expect(c).toEqual({ loss: 5, correct: 1, output: a });
  });

  test('trainStep returns the loss and updates the parameters by lr', async () => {
    expect(await model.trainStep(x2, y2)).toBe(5);
    expect((await model.parameter('fc.weight'))[0]).toBe(1 - 0.5 * 5);
    model.lr = 0.25;
    expect(await model.trainStep(x2, y2)).toBe(5);
    expect((await model.parameter('fc.weight'))[0]).toBe(-1.5 - 0.25 * 5);
    expect((await model.stateDict({ state: true })).get('steps')).toEqual(Float32Array.of(2));
  });

  test('each queued step keeps the batch, data and learning rate of its call', async () => {
    const [x, y] = [Float32Array.of(1, 2), Int32Array.of(0)];
    model.lr = 1;
    const losses = [model.trainStep(x, y)];
    x.fill(10);
    model.lr = 100;
    losses.push(model.trainStep(x, y), model.trainStep(x2, y2));
    model.lr = 0;
    losses.push(model.trainStep(x2, y2));
    expect(await Promise.all(losses)).toEqual([3, 20, 5, 5]);
    expect((await model.parameter('fc.weight'))[0]).toBe(1 - 3 - 2000 - 500);
  });

  test('data may be written in place, with only the batch size passed', async () => {
    model.input('x').set([10, 20, 30, 40, 50, 60]);
    model.input('y').set([0, 1, 0]);
    expect(await model.trainStep(3)).toBe(70);
    expect((await model.evaluate(3)).correct).toBe(2);
    expect(model.input('x', 2)).toHaveLength(4);
    expect(await model.forward(1)).toHaveLength(3);
    expect([...(await model.output('output', 1))]).toHaveLength(3);
  });

  test('backward accumulates, step applies, zeroGrad clears', async () => {
    expect(await model.backward(x2, y2)).toBe(5);
    model.backward(x2, y2);
    expect((await model.gradient('fc.weight'))[0]).toBe(10);
    model.step();
    expect((await model.parameter('fc.weight'))[0]).toBe(1 - 0.5 * 10);
    model.zeroGrad();
    expect([...(await model.gradient('fc.weight'))]).toEqual([0, 0, 0, 0, 0, 0]);
    model.vjp(Float32Array.of(1, 1), Float32Array.of(7, 0, 0));
    expect((await model.gradient('fc.weight'))[0]).toBe(7);
  });

  test('a NaN loss is returned, not thrown', async () => {
    expect(await model.trainStep(Float32Array.of(Number.NaN, 1), Int32Array.of(0))).toBeNaN();
  });

  test('its state dict is a copy, loads again, and makes a safetensors file', async () => {
    const saved = await model.stateDict();
    const file = await model.toSafetensors();
    model.trainStep(x2, y2);
    expect([...saved.get('fc.weight')!]).toEqual([1, 2, 3, 4, 5, 6]);
    model.loadStateDict(saved);
    expect(await model.stateDict()).toEqual(saved);
    const other = await instantiateTinyGpu(device, tinyGpuManifest, file);
    expect(await other.stateDict()).toEqual(saved);
    model.lr = 0.125;
    const all = model.toSafetensors({ state: true });
    model.lr = 1;
    expect(other.loadStateDict(await all)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect([other.lr, [...(await other.stateDict({ state: true })).keys()]]).toEqual([
      0.125,
      ['fc.weight', 'lr', 'steps'],
    ]);
    expect(await other.trainStep(x2, y2)).toBe(5);
    expect((await other.parameter('fc.weight'))[0]).toBe(1 - 0.125 * 5);
    const bad = { 'fc.weight': new Float32Array(6), lr: Float32Array.of(Infinity) };
    expect(() => other.loadStateDict(bad)).toThrow(/the learning rate \(lr\) must be a finite number/);
    expect(other.loadStateDict({ bias: x2 }, { strict: false })).toEqual({
      missingKeys: ['fc.weight'],
      unexpectedKeys: ['bias'],
    });
    other.dispose();
  });

  test('data may be in shared memory', async () => {
    const x = new Float32Array(new SharedArrayBuffer(16));
    x.set(x2);
    const y = new Int32Array(new SharedArrayBuffer(8));
    y.set(y2);
    expect(await model.trainStep(x, y)).toBe(5);
  });

  test('bytes are stored as words', async () => {
    const bytes = (m: ManifestGpu): ManifestGpu => ({
      ...m,
      tensors: m.tensors.map((t) => (t.name === 'y' || t.name === 'correct' ? { ...t, dtype: 'u8' } : t)),
    });
    const other = await instantiateTinyGpu(device, {
      ...tinyGpuManifest,
      webgpu: bytes(tinyGpuManifest.webgpu!),
    });
    expect((await other.evaluate(x2, Uint8Array.of(0, 2) as never)).correct).toBe(1);
    other.input('y').set([0, 0, 0]);
    expect((await other.evaluate(3)).correct).toBe(3);
    expect(await other.output('correct')).toEqual(Uint8Array.of(3));
    other.dispose();
  });

  test('many steps in flight upload through few buffers, each step with its own', async () => {
    const other = await instantiateTinyGpu(device, tinyGpuManifest, tinyWeights());
    const [x, y] = [new Float32Array(4), new Int32Array(2)];
    const losses = Array.from({ length: 50 }, (_, i) => {
      x.set([i, 0, i, 2]);
      if (i % 3 !== 0) return other.trainStep(x, y);
      other.inputs.x!.set(x);
      other.inputs.y!.set(y);
      return other.trainStep(2);
    });
    x.fill(1000);
    other.inputs.x!.fill(1000);
    expect(await Promise.all(losses)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    other.dispose();
  });

  test('a step creates nothing but an encoder and its pass, and reads back only what is awaited', async () => {
    const calls: ApiCall[] = [];
    const counts = (): Record<string, number> => {
      const found: Record<string, number> = {};
      for (const { name } of calls) found[name] = (found[name] ?? 0) + 1;
      return found;
    };
    const other = await instantiateTinyGpu(watch(device, calls), tinyGpuManifest, tinyWeights());
    other.trainStep(x2, y2);
    await other.forward(x2);
    await other.ready();
    calls.length = 0;
    const losses = Array.from({ length: 100 }, () => other.trainStep(x2, y2));
    const { onSubmittedWorkDone = 0, ...made } = counts();
    expect(made).toEqual({
      writeBuffer: 200,
      createCommandEncoder: 100,
      copyBufferToBuffer: 300,
      beginComputePass: 100,
      finish: 100,
      submit: 100,
    });
    expect(onSubmittedWorkDone).toBeLessThanOrEqual(4);
    expect(new Set(await Promise.all(losses))).toEqual(new Set([5]));
    expect(counts().mapAsync).toBe(1);
    for (let i = 0; i < 10; i++) {
      await losses[i];
      await other.trainStep(x2, y2);
      await other.forward(x2);
      if (i === 0) calls.length = 0;
    }
    expect(counts().createBuffer).toBeUndefined();
    other.dispose();
  });

  test('no upload of a step touches what the previous step works on', async () => {
    const calls: ApiCall[] = [];
    const other = await instantiateTinyGpu(watch(device, calls), tinyGpuManifest, tinyWeights());
    other.trainStep(x2, y2);
    calls.length = 0;
    for (let i = 0; i < 3; i++) other.trainStep(x2, y2);
    const label = (buffer: unknown): string => (buffer as GPUBuffer).label;
    const order = calls.flatMap(({ name, args }) => {
      if (name === 'writeBuffer') return [`write ${label(args[0])}`];
      if (name === 'copyBufferToBuffer') return [`copy ${label(args[0])} to ${label(args[2])}`];
      return name === 'beginComputePass' || name === 'submit' ? [name] : [];
    });
    const step = (turn: number): string[] => [
      `write tapeout x ${turn}`,
      `copy tapeout x ${turn} to tapeout arena`,
      `write tapeout y ${turn}`,
      `copy tapeout y ${turn} to tapeout arena`,
      'beginComputePass',
      'copy tapeout arena to tapeout losses',
      'submit',
    ];
    expect(order).toEqual([...step(0), ...step(1), ...step(0)]);
    await other.finished();
    other.dispose();
  });

  test('a caller that awaits ready is never far ahead, and memory does not grow', async () => {
    const calls: ApiCall[] = [];
    const other = await instantiateTinyGpu(watch(device, calls), tinyGpuManifest, tinyWeights());
    let [submitted, done, most] = [0, 0, 0];
    for (let i = 0; i < 300; i++) {
      await other.ready();
      most = Math.max(most, submitted - done);
      other.trainStep(x2, y2);
      const upTo = ++submitted;
      void device.queue.onSubmittedWorkDone().then(() => {
        done = upTo;
      });
    }
    // Its own marks and those above may be reported in different turns of the event loop.
    expect(most).toBeLessThanOrEqual(stepsAhead + 2);
    expect(most).toBeGreaterThan(1);
    await other.finished();
    other.dispose();
    await expect(other.ready()).rejects.toThrow(/^this model was disposed of/);
  });

  test('only a few of the readback buffers are kept', async () => {
    const calls: ApiCall[] = [];
    const other = await instantiateTinyGpu(watch(device, calls), tinyGpuManifest, tinyWeights());
    calls.length = 0;
    await Promise.all(Array.from({ length: 40 }, () => other.forward(x2)));
    const named = (name: string): number => calls.filter((c) => c.name === name).length;
    expect(named('createBuffer')).toBe(40);
    expect(named('destroy')).toBe(32);
    await Promise.all(Array.from({ length: 8 }, () => other.forward(x2)));
    expect(named('createBuffer')).toBe(40);
    other.dispose();
  });

  test('a loss awaited too late is an error, one awaited in time is available', async () => {
    const first = model.trainStep(x2, y2);
    const second = model.trainStep(Float32Array.of(7, 0), Int32Array.of(0));
    for (let i = 0; i < keptLosses - 1; i++) model.trainStep(x2, y2);
    expect(await second).toBe(7);
    await expect((async () => first)()).rejects.toThrow(
      /^this loss is gone: 1024 further steps were queued before it was asked for, .* Await it sooner\.$/,
    );
    await model.finished();
  });

  for (const [name, [call, message]] of Object.entries(badCalls))
    test(`refused, with nothing changed: ${name}`, async () => {
      model.trainStep(x2, y2);
      const all = async () => [
        await model.stateDict({ state: true }),
        structuredClone(model.inputs),
        { ...model.scalars },
      ];
      const before = await all();
      const called = (async () => call(model))();
      await expect(called).rejects.toThrow(message);
      await expect(called).rejects.toBeInstanceOf(TapeoutError);
      expect(await all()).toEqual(before);
    });

  test('use after dispose is refused, and so is a read that it overtakes', async () => {
    const other = await instantiateTinyGpu(device, tinyGpuManifest, tinyWeights());
    const pending = [other.forward(x2), other.stateDict(), other.trainStep(x2, y2), other.finished()];
    other.dispose();
    for (const promise of pending) await expect(promise).rejects.toThrow(/^this model was disposed of/);
    for (const call of [() => other.trainStep(x2, y2), () => other.zeroGrad(), () => other.lr, () => other.input('x')])
      expect(call).toThrow(/^this model was disposed of/);
    for (const call of [other.forward(x2), other.stateDict(), other.checkpoint(), other.finished()])
      await expect(call).rejects.toThrow(/^this model was disposed of/);
    expect(await model.trainStep(x2, y2)).toBe(5); // the device is the caller's
  });

  test('an entry that was not compiled is refused', async () => {
    const webgpu = { ...tinyGpuManifest.webgpu!, entries: tinyGpuManifest.webgpu!.entries.slice(0, 2) };
    const frozen = await instantiateTinyGpu(device, { ...tinyGpuManifest, entries: webgpu.entries, webgpu });
    expect(() => frozen.trainStep(x2, y2)).toThrow('this module has no trainStep(): it was compiled with the entries');
    frozen.dispose();
  });

  test('training continues from the last checkpoint on another device when one is lost', async () => {
    const doomed = await openDevice();
    const first = await instantiateTinyGpu(doomed, tinyGpuManifest, tinyWeights());
    await expect(first.recover()).rejects.toThrow(/^there is no checkpoint to go on from/);
    first.lr = 0.125;
    first.trainStep(x2, y2);
    const kept = await first.checkpoint();
    first.trainStep(x2, y2);
    const pending = [first.forward(x2), first.trainStep(x2, y2), first.toSafetensors(), first.finished()];
    doomed.destroy();
    for (const promise of pending)
      await expect((async () => promise)()).rejects.toThrow(
        /^the GPU device is lost \(it was destroyed\).*model\.recover\(\)/,
      );
    await expect((async () => first.trainStep(x2, y2))()).rejects.toMatchObject({ code: 'device-lost' });
    await expect(first.recover()).rejects.toThrow(/needs another one to go on: recover\(device\)/);

    const next = await first.recover(device);
    expect(await next.stateDict({ state: true })).toEqual(kept);
    expect([kept.get('steps')![0], next.lr]).toEqual([1, 0.125]);
    expect(await next.trainStep(x2, y2)).toBe(5);
    expect((await next.parameter('fc.weight'))[0]).toBe(1 - 2 * 0.125 * 5);
    next.dispose();
  });

  describe('mismatched parts are refused', () => {
    const refuses = (gpu: Partial<ManifestGpu>, wgsl = tinyWgsl) =>
      expect(
        instantiateTinyGpu(
          device,
          { ...tinyGpuManifest, webgpu: { ...tinyGpuManifest.webgpu!, ...gpu } },
          undefined,
          wgsl,
        ),
      ).rejects;

    test('a manifest without shaders', () =>
      expect(instantiateTinyGpu(device, tinyManifest)).rejects.toThrow(/compiled without shaders.*--target all/));
    test('no shaders', () => refuses({}, null as never).toThrow('the shaders must be the text of model.wgsl'));
    test('shaders that do not compile', () =>
      refuses({}, '<!doctype html>').toThrow(/^the device refuses the shaders: line 2: .*the same compilation/));
    test('shaders without a kernel of the manifest', () =>
      refuses({}, tinyWgsl.replace('fn apply', 'fn supply')).toThrow(
        /^the device refuses the shaders: kernel 'apply': /,
      ));
    test('an arena above the limit', () =>
      refuses({ arenaBytes: 2 ** 40 }).toThrow(
        /arena are 1099511627776, and this device's limit \(maxStorageBufferBindingSize\) is \d+\. .*smaller maxBatch/,
      ));
    test('parts of an arena that are malformed, too many, or split a tensor', async () => {
      await refuses({ bindingBytes: 8 }).toThrow(/has an arena of parts of 8 bytes\./);
      await refuses({ bindingBytes: 100 }).toThrow(/has an arena of parts of 100 bytes\./);
      await refuses({ bindingBytes: Number.NaN }).toThrow(/has an arena of parts of NaN bytes\./);
      await refuses({ bindingBytes: 16 }).toThrow(
        /parts .* arena are 19, .*\(maxStorageBuffersPerShaderStage\) is \d+\./,
      );
      await refuses({ bindingBytes: 112 }).toThrow("puts 'fc.weight' at bytes 96 to 120, in two parts of the arena.");
    });
    test('workgroups above the limit', () =>
      refuses({
        entries: [
          {
            ...tinyGpuManifest.webgpu!.entries[0]!,
            dispatches: [{ kernel: 'rows', workgroups: [{ batch: 65536, per: 1, times: 1 }, 1, 1] }],
          },
        ],
      }).toThrow(/^the workgroups of kernel 'rows' are 262144, and .*maxComputeWorkgroupsPerDimension\) is 65535/));
    test('a tensor outside the arena', () =>
      refuses({ arenaBytes: 200 }).toThrow(/puts 'output' at bytes 192 to 240, outside the 200/));
    test('an entry with unknown tensors', () =>
      refuses({ entries: [{ ...tinyGpuManifest.webgpu!.entries[0]!, inputs: ['q'] }] }).toThrow(
        "lists the input 'q' for the entry 'forward', but has no such tensor.",
      ));
    test('weights of another model', () =>
      expect(instantiateTinyGpu(device, tinyGpuManifest, { 'fc.wait': new Float32Array(6) })).rejects.toThrow(
        "unknown parameter 'fc.wait'. Did you mean 'fc.weight'?",
      ));
    test('a manifest of another version', () =>
      expect(instantiateTinyGpu(device, { ...tinyGpuManifest, tapeout: 1 } as unknown as Manifest)).rejects.toThrow(
        /has version 1/,
      ));
  });
});

interface ApiCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The device, with every creation and transfer recorded. Buffers are not wrapped, as the API accepts no proxies for them. */
function watch(device: GPUDevice, calls: ApiCall[]): GPUDevice {
  const noted = /^(create|begin|finish|submit|writeBuffer|copyBuffer|mapAsync|destroy|onSubmitted)/;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'queue') return wrap(value as object);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (noted.test(String(name))) calls.push({ name: String(name), args });
          const made: unknown = Reflect.apply(value, target, args);
          if (name === 'createCommandEncoder') return wrap(made as object);
          return name === 'createBuffer' ? notedBuffer(made as GPUBuffer) : made;
        };
      },
    });
  const notedBuffer = (buffer: GPUBuffer): GPUBuffer => {
    for (const name of ['mapAsync', 'destroy'] as const) {
      const method = buffer[name] as (...args: unknown[]) => unknown;
      Object.assign(buffer, {
        [name]: (...args: unknown[]) => {
          calls.push({ name, args });
          return method.apply(buffer, args);
        },
      });
    }
    return buffer;
  };
  return wrap(device);
}
