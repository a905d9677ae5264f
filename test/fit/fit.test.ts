/** `fit`: epochs, validation, callbacks, schedules, and checkpoints from which a training goes on with the same bits. */
import { beforeAll, describe, expect, test } from 'vitest';
import { defineModel, nn, optim, relu, type Tensor } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import {
  type Batch,
  type Callback,
  earlyStopping,
  evaluate,
  type FitOptions,
  fit as learn,
  type Progress,
  topK,
} from '../../runtime/fit/index.ts';
import { instantiate, type Model, readSafetensors, writeSafetensors } from '../../runtime/index.ts';
import { uniform } from '../support/generate.ts';

/** Dropout and momentum: state that a checkpoint must hold. */
class Net extends nn.Module {
  first = nn.Linear(4, 8);
  drop = nn.Dropout(0.2);
  last = nn.Linear(8, 3);
  forward(x: Tensor): Tensor {
    return this.last(this.drop(relu(this.first(x))));
  }
}
const spec = defineModel({
  model: Net,
  input: { shape: ['N', 4] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
  maxBatch: 8,
  seed: 2,
});
let compiled: Compiled;
beforeAll(async () => {
  compiled = await compile(spec);
});
const load = (): Promise<Model> => instantiate(compiled.wasm, compiled.manifest, compiled.weights);

/** Samples whose label is the place of their greatest value among the first three, in batches. */
function batches(count: number, seed = 1, size = 8): { x: Float32Array; y: Int32Array }[] {
  const random = uniform(seed);
  const out = [];
  for (let at = 0; at < count; at += size) {
    const n = Math.min(size, count - at);
    const x = Float32Array.from({ length: 4 * n }, () => random() * 2 - 1);
    const y = Int32Array.from({ length: n }, (_, i) => {
      const row = [...x.subarray(4 * i, 4 * i + 3)];
      return row.indexOf(Math.max(...row));
    });
    out.push({ x, y });
  }
  return out;
}
const train = batches(60);
const validation = batches(20, 2);
const weightsOf = (model: Model): Uint8Array => model.toSafetensors({ state: true });

describe('a training', () => {
  test('learns, and gives the losses of its steps and epochs', async () => {
    const model = await load();
    const history = await learn(model, { train, validation, epochs: 20, metrics: ['accuracy', topK(2)] });
    expect([history.end, history.epochs.length, history.step, history.losses.length]).toEqual(['done', 20, 160, 160]);
    const [first, last] = [history.epochs[0]!, history.epochs.at(-1)!];
    expect(first).toMatchObject({ epoch: 1, step: 8, samples: 60, lr: Math.fround(0.1) });
    expect(last.loss).toBeLessThan(0.6 * first.loss);
    const { accuracy, top2 } = last.validation!.metrics as Record<string, number>;
    expect(accuracy).toBeGreaterThan(0.75);
    expect(top2).toBeGreaterThanOrEqual(accuracy!);
    expect(last.validation!.samples).toBe(20);
    // The mean of an epoch weighs each step by its samples.
    const weighted = [...history.losses.subarray(0, 8)].reduce((s, l, i) => s + l * (i < 7 ? 8 : 4), 0) / 60;
    expect(first.loss).toBe(weighted);
    const again = await evaluate(model, validation, { metrics: ['accuracy', topK(2)] });
    expect(again).toEqual(last.validation);
  });

  test('takes batches by step as a loop of trainStep does, in every form', async () => {
    const by = await load();
    for (let epoch = 0; epoch < 2; epoch++) for (const { x, y } of train) by.trainStep(x, y);
    const forms: Record<string, FitOptions['train']> = {
      records: train,
      lists: train.map(({ x, y }) => [x, y]),
      'shaped fields of other types': train.map(({ x, y }) => [
        { data: Float64Array.from(x), shape: [y.length, 4] },
        { data: BigInt64Array.from(y, BigInt), shape: [y.length] },
      ]),
      'a function of the epoch': () => train.values(),
      'an async generator of each epoch': async function* () {
        for (const batch of train) {
          await null;
          yield batch;
        }
      },
    };
    for (const [name, given] of Object.entries(forms)) {
      const model = await load();
      await learn(model, { train: given, epochs: 2 });
      expect(weightsOf(model), name).toEqual(weightsOf(by));
    }
    const inPlace = await load();
    const written = function* () {
      for (const { x, y } of train) {
        inPlace.input('x').set(x);
        inPlace.input('y').set(y);
        yield y.length;
      }
    };
    await learn(inPlace, { train: written, epochs: 2 });
    expect(weightsOf(inPlace)).toEqual(weightsOf(by));
  });

  test('reports its progress and the time that is left', async () => {
    const seen: Progress[] = [];
    const slow = async function* (): AsyncGenerator<Batch> {
      for (const batch of train) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        yield batch;
      }
    };
    const sized = Object.assign({ [Symbol.asyncIterator]: slow }, { length: 8 });
    await learn(await load(), { train: sized, epochs: 2, onProgress: (p) => seen.push(p) });
    expect(seen.length).toBeGreaterThan(4);
    const middle = seen[1]!;
    expect(middle).toMatchObject({ epoch: 1, epochs: 2, of: 8, step: middle.batches, samples: 8 * middle.batches });
    expect(middle.secondsLeft! / ((middle.seconds / middle.batches) * (8 - middle.batches))).toBeCloseTo(1, 6);
    expect(middle.secondsLeftInAll!).toBeGreaterThan(middle.secondsLeft!);
    expect(seen.at(-1)).toMatchObject({ epoch: 2, batches: 8, samples: 60, secondsLeft: 0, secondsLeftInAll: 0 });
  });

  test('gives the event loop its turns', async () => {
    const model = await load();
    let [most, last] = [0, performance.now()];
    const timer = setInterval(() => {
      most = Math.max(most, performance.now() - last);
      last = performance.now();
    }, 1);
    const many = Array.from({ length: 400 }, () => train).flat();
    const started = performance.now();
    let turns = 0;
    await learn(model, {
      train: many,
      validation: many,
      epochs: 100,
      signal: AbortSignal.timeout(600),
      onProgress: () => turns++,
    });
    clearInterval(timer);
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(turns).toBeGreaterThan(3);
    // 40 ms, and what a busy machine takes besides.
    expect(most).toBeLessThan(200);
  });
});

describe('callbacks', () => {
  test('are called in their order', async () => {
    const calls: string[] = [];
    const callback: Callback = {
      onTrainStart: () => void calls.push('start'),
      onEpochStart: ({ epoch, step }) => void calls.push(`epoch ${epoch} at ${step}`),
      onBatchEnd: async (_, { samples }) => void calls.push(String(samples)),
      onEpochEnd: async ({ epoch }, result) => void calls.push(`end ${epoch} ${result.epoch}`),
      onTrainEnd: (_, end) => void calls.push(end),
    };
    await learn(await load(), { train: train.slice(6), epochs: 2, callbacks: [callback] });
    expect(calls.join(', ')).toBe('start, epoch 1 at 0, 8, 4, end 1 1, epoch 2 at 2, 8, 4, end 2 2, done');
  });

  test('can end the training', async () => {
    const model = await load();
    const callback: Callback = { onBatchEnd: (run) => (run.step === 11 ? run.stop('enough') : undefined) };
    const history = await learn(model, { train, epochs: 9, callbacks: [callback] });
    expect(history).toMatchObject({ end: 'early', reason: 'enough', step: 11 });
    expect(history.epochs).toHaveLength(1);
  });

  test('early stopping ends after patience, and restores the best', async () => {
    const model = await load();
    const values = [3, 2, 2.95, 1.9, 1.95, 1.88, 1.89];
    const kept: Uint8Array[] = [];
    const stopping = earlyStopping({ monitor: 'validation.given', patience: 3, minDelta: 0.5, restoreBest: true });
    const given = { name: 'given', begin: () => ({ add() {}, value: () => values.shift()! }) };
    const keep: Callback = { onEpochEnd: ({ model: m }) => void kept.push(m.toSafetensors() as Uint8Array) };
    const history = await learn(model, {
      train,
      validation,
      epochs: 20,
      metrics: [given],
      callbacks: [stopping, keep],
    });
    expect(history).toMatchObject({
      end: 'early',
      reason: 'validation.given has not improved since epoch 2, where it was 2',
    });
    expect(stopping.best).toEqual({ epoch: 2, value: 2 });
    expect(kept).toHaveLength(5);
    expect(model.toSafetensors()).toEqual(kept[1]);
    expect(kept[4]).not.toEqual(kept[1]);
  });

  test('what is monitored must exist', async () => {
    const model = await load();
    await expect(learn(model, { train, epochs: 1, callbacks: [earlyStopping()] })).rejects.toThrow(
      'there is no validation.loss to monitor. There are: loss, lr. There is no validation: pass batches as validation.',
    );
  });
});

describe('schedules', () => {
  test('a function gives the rate of each step', async () => {
    const [model, by] = [await load(), await load()];
    const rate = (step: number) => 0.1 / (1 + step);
    await learn(model, { train, epochs: 2, schedule: rate });
    let step = 0;
    for (let epoch = 0; epoch < 2; epoch++)
      for (const { x, y } of train) {
        by.lr = rate(step++);
        by.trainStep(x, y);
      }
    expect(weightsOf(model)).toEqual(weightsOf(by));
  });

  test('schedulers are stepped after epochs, after batches, or with a metric', async () => {
    const calls: string[] = [];
    const scheduler = (name: string) => ({
      step: (m?: number) => void calls.push(m === undefined ? name : `${name} ${m}`),
    });
    const history = await learn(await load(), {
      train: train.slice(6),
      epochs: 2,
      schedule: [
        scheduler('epoch'),
        { scheduler: scheduler('batch'), each: 'batch' },
        { scheduler: scheduler('plateau'), monitor: 'loss' },
      ],
    });
    const [a, b] = history.epochs.map(({ loss }) => loss);
    expect(calls).toEqual(['batch', 'batch', 'epoch', `plateau ${a}`, 'batch', 'batch', 'epoch', `plateau ${b}`]);
  });
});

describe('a checkpoint', () => {
  /** A scheduler and a source with state of their own. */
  const parts = (model: Model) => {
    let [lr, epoch, at] = [0.1, 0, 0];
    const scheduler = {
      step() {
        lr *= 0.9;
        model.lr = lr;
      },
      stateDict: () => ({ lr, never: Infinity }),
      loadStateDict(state: { lr: number; never: number }) {
        expect(state.never).toBe(Infinity);
        lr = state.lr;
      },
    };
    const source = {
      length: train.length,
      stateDict: () => ({ epoch, at }),
      loadStateDict(state: { epoch: number; at: number }) {
        [epoch, at] = [state.epoch, state.at];
      },
      async *[Symbol.asyncIterator]() {
        for (; at < train.length; at++) {
          const batch = train[(3 * at + epoch) % train.length]!;
          at++;
          yield batch;
          at--;
        }
        [epoch, at] = [epoch + 1, 0];
      },
    };
    const stopping = earlyStopping({ monitor: 'validation.accuracy', mode: 'max', patience: 3, restoreBest: true });
    const options: FitOptions = {
      train: source,
      validation,
      epochs: 6,
      metrics: ['accuracy', 'f1'],
      callbacks: [stopping],
      schedule: { scheduler, each: 'batch' },
    };
    return { options, stopping };
  };
  const times = /"(seconds|learnt)":[^,}]+/g;
  const timeless = (x: unknown): string => JSON.stringify(x).replace(times, '');

  test.each([1, 3, 8, undefined])('each %s steps continues with the same bits, wherever it was made', async (every) => {
    const model = await load();
    const { options, stopping } = parts(model);
    const saved: Uint8Array[] = [];
    const whole = await learn(model, {
      ...options,
      checkpoint: { ...(every ? { every } : {}), save: (b) => void saved.push(b) },
    });
    expect(saved.length).toBeGreaterThanOrEqual(every ? Math.floor(whole.step / every) : whole.epochs.length);
    const some = saved.filter((_, i) => i % Math.ceil(saved.length / 6) === 0 || i > saved.length - 3);
    for (const resume of some) {
      const later = await load();
      const other = parts(later);
      const rest = await learn(later, { ...other.options, resume });
      expect(weightsOf(later)).toEqual(weightsOf(model));
      expect(rest.losses).toEqual(whole.losses);
      expect(timeless(rest.epochs)).toBe(timeless(whole.epochs));
      expect([rest.end, rest.reason, other.stopping.best]).toEqual([whole.end, whole.reason, stopping.best]);
    }
  });

  test('is saved when a signal ends the training, wherever that is', async () => {
    const whole = await load();
    await learn(whole, { train, validation, epochs: 3 });
    for (const steps of [1, 5, 8, 13]) {
      const model = await load();
      const controller = new AbortController();
      let resume: Uint8Array | undefined;
      const history = await learn(model, {
        ...{ train, validation, epochs: 3, signal: controller.signal },
        callbacks: [{ onBatchEnd: ({ step }) => (step === steps ? controller.abort() : undefined) }],
        checkpoint: {
          save(bytes) {
            resume = bytes;
          },
        },
      });
      expect(history).toMatchObject({ end: 'stopped', step: steps });
      const later = await load();
      const rest = await learn(later, { train, validation, epochs: 3, callbacks: [{}], resume: resume! });
      expect(rest.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3].map((e) => [e, 8 * e]));
      expect(weightsOf(later), `stopped after ${steps}`).toEqual(weightsOf(whole));
    }
  });

  test('loads as weights, as it holds nothing else that a model would refuse', async () => {
    const model = await load();
    let bytes: Uint8Array | undefined;
    await learn(model, {
      ...{ train, validation, epochs: 1 },
      callbacks: [earlyStopping({ restoreBest: true })],
      checkpoint: {
        save(b) {
          bytes = b;
        },
      },
    });
    const other = await load();
    expect(other.loadStateDict(bytes!)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(weightsOf(other)).toEqual(weightsOf(model));
  });

  test('of another training, a newer version, or that is none, is refused', async () => {
    const model = await load();
    let bytes = new Uint8Array();
    const save = (saved: Uint8Array) => {
      bytes = new Uint8Array(saved);
    };
    await learn(model, { train, epochs: 1, checkpoint: { save } });
    const resume = (resume: Uint8Array, more: Partial<FitOptions> = {}) =>
      expect(learn(model, { train, epochs: 2, resume, ...more }));
    await resume(model.toSafetensors()).rejects.toThrow('these bytes hold weights alone');
    await resume(bytes, { callbacks: [{}] }).rejects.toThrow(
      'the checkpoint is of a training with 0 callbacks, and this one has 1. Resume with the same options.',
    );
    const tensors = readSafetensors(bytes);
    const record = (text: string) => writeSafetensors(tensors, { 'tapeout.fit': text });
    await resume(record('{"version":2}')).rejects.toThrow(
      'is of a newer Tapeout: it has version 2, and this one reads version 1',
    );
    for (const text of ['', '{}', '{"version":1}', '{"version":1,"state":{"epoch":0}}', '[]', 'null'])
      await resume(record(text)).rejects.toThrow("the checkpoint's record of the training is damaged");
    await resume(bytes.subarray(0, 100)).rejects.toThrow('the checkpoint');
  });
});

describe('what cannot be trained on', () => {
  const cases: [string, unknown, RegExp][] = [
    ['no batches', { train: [], epochs: 1 }, /train gave no batches in epoch 1/],
    [
      'an iterator',
      { train: train.values(), epochs: 2 },
      /no batches in epoch 2\. If it can be iterated over only once, pass a function/,
    ],
    ['a number', { train: 3, epochs: 1 }, /train must be batches: a DataLoader, an array, or a function/],
    ['nothing', { epochs: 1 }, /fit needs batches to train on/],
    ['no epochs', { train }, /fit needs the number of epochs/],
    ['half an epoch', { train, epochs: 0.5 }, /epochs must be a whole number from 1 on/],
    [
      'one field',
      { train: [[train[0]!.x]], epochs: 1 },
      /a batch has 1 fields, but the model takes \[x, y\] or \{ x, y \}/,
    ],
    [
      'another name',
      { train: [{ x: train[0]!.x, label: train[0]!.y }], epochs: 1 },
      /a batch lacks y: it has x, label/,
    ],
    ['a plain array', { train: [[[1, 2, 3, 4], [0]]], epochs: 1 }, /x must be a typed array, or \{ data, shape \}/],
    [
      'another shape',
      { train: [[{ data: new Float32Array(8), shape: [2, 2, 2] }, Int32Array.of(1, 1)]], epochs: 1 },
      /./,
    ],
    [
      'half a label',
      { train: [[new Float32Array(4), Float32Array.of(0.5)]], epochs: 1 },
      /y is i32, which cannot hold 0\.5/,
    ],
    ['a label out of range', { train: [[new Float32Array(4), Int32Array.of(3)]], epochs: 1 }, /y\[0\] is 3/],
    ['unknown options', { train, epochs: 1, batchSize: 3 }, /unknown option of fit 'batchSize'/],
    [
      'an unknown metric',
      { train, validation, epochs: 1, metrics: ['acuracy'] },
      /unknown metric 'acuracy'. Did you mean 'accuracy'/,
    ],
    ['a metric that was not called', { train, validation, epochs: 1, metrics: [topK] }, /Call it: topK\(\)/],
    ['metrics without a validation', { train, epochs: 1, metrics: ['f1'] }, /metrics are measured on the validation/],
    ['two metrics of a name', { train, validation, epochs: 1, metrics: ['f1', 'f1'] }, /two metrics named f1/],
    ['a callback', { train, epochs: 1, callbacks: earlyStopping() }, /callbacks must be a list/],
    ['a checkpoint without save', { train, epochs: 1, checkpoint: {} }, /checkpoint needs a function save/],
    ['a scheduler of nothing', { train, epochs: 1, schedule: {} }, /schedule must be a scheduler/],
  ];
  test.each(cases)('%s', async (name, options, message) => {
    if (name === 'another shape') return expect((await learn(await load(), options as FitOptions)).end).toBe('done');
    await expect(learn(await load(), options as FitOptions)).rejects.toThrow(message);
  });
});

test('a loss that is no longer a number ends the training, and is not saved', async () => {
  const model = await load();
  model.lr = 1e38;
  let saves = 0;
  const history = await learn(model, { train, epochs: 3, checkpoint: { save: () => void saves++ } });
  expect([history.end, saves, Number.isFinite(history.losses.at(-1))]).toEqual(['diverged', 0, false]);
});
