/** Threads: any number of them computes the same bits; without threads the model says so; and none outlives its use. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import { emitThreadedWasm, emitWasm, pagesOf } from '../codegen/wasm/emit.ts';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { bundleOf, writeFiles } from '../frontend/files/output.ts';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import type { ModelSpec } from '../frontend/model/model.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { arrayOf } from '../ir/dtype.ts';
import { isShared, sharedNest } from '../ir/kernel.ts';
import { kernelsOf, type Program } from '../ir/program.ts';
import { type VectorTarget, wasm128 } from '../ir/target.ts';
import { parseText } from '../ir/text/parse.ts';
import { printProgram } from '../ir/text/print-program.ts';
import { byteSize, countAt } from '../ir/type.ts';
import { verifyKernels } from '../ir/verify/kernel.ts';
import { verifyProgram } from '../ir/verify/program.ts';
import { plan } from '../passes/plan.ts';
import { barriers, threads as onThreads } from '../passes/threads.ts';
import { instantiate, instantiateThreads, type Model } from '../runtime/index.ts';
import recurrent from './fixtures/recurrent.ts';
import strange from './fixtures/strange.ts';
import { folderOf } from './support/cli.ts';
import { modelOf, seeded, uniform } from './support/generate.ts';
import { stagesOf } from './support/pipeline.ts';

/** More than this machine may have: this tests bits, not speed. */
const cores = 8;
const onSome = (c: Compiled, threads: number): Promise<Model> =>
  instantiateThreads({ wasm: c.wasm, threadedWasm: c.threadedWasm! }, c.manifest, c.weights, { threads, cores });

/** Everything a model has learnt and last returned, after steps with full, short and single-sample batches. */
function learnt(model: Model, batches: readonly number[]): Uint8Array {
  const random = uniform(1);
  for (const { name, dtype, range = 2 } of model.manifest.tensors.filter((t) => t.purpose === 'input')) {
    const data = model.input(name);
    data.forEach((_, i) => {
      data[i] = dtype === 'f32' ? random() * 2 - 1 : Math.floor(random() * range);
    });
  }
  const said: number[] = [];
  for (const n of batches) said.push(model.trainStep(n));
  for (const n of new Set(batches)) said.push(model.evaluate(n).loss, ...model.forward(n));
  return Buffer.concat([model.toSafetensors({ state: true }), new Uint8Array(Float64Array.from(said).buffer)]);
}

/** Rows whose gradients are summed by index, most of them several times. */
class Rows extends nn.Module {
  rows = nn.Embedding(50, 64);
  out = nn.Linear(64, 5);
  forward(x: Tensor): Tensor {
    return this.out(this.rows(x).mean(1));
  }
}
const rows = defineModel({
  model: Rows,
  input: { shape: ['N', 32], dtype: 'i32' },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
  maxBatch: 64,
});

test('threads share sums by index, each with its own elements', async () => {
  const { program } = await compile(rows, { threads: 2 });
  const sums = kernelsOf(program).filter((k) => k.name.startsWith('index_add'));
  expect(sums.map((k) => k.body.flatMap((s) => (s.kind === 'for' ? [`${s.mode} ${s.axis.name}`] : [])))).toEqual([
    ['parallel p2'],
  ]);
});

describe('the bits are those of one thread for', () => {
  const nets: readonly (readonly [string, ModelSpec])[] = [
    ['lenet', lenet],
    ['mlp', mlp],
    ['convnet', convnet],
    ['strange', strange],
    ['rows', rows],
    ['recurrent', recurrent],
  ];
  test.each(nets)('%s', async (_, spec) => {
    const [alone, compiled] = await Promise.all([compile(spec), compile(spec, { threads: 4, verify: true })]);
    // A module for one thread is the module without threads.
    expect(Buffer.compare(compiled.wasm, alone.wasm)).toBe(0);
    const most = alone.manifest.maxBatch;
    const round = [most, 3, 7, 63, 1, most].map((n) => Math.min(n, most));
    const batches = [...round, ...round];
    const want = learnt(await instantiate(alone.wasm, alone.manifest, alone.weights), batches);
    for (const threads of [1, 2, 3, 4]) {
      const model = await onSome(compiled, threads);
      expect([model.threads, model.threadsNotice]).toEqual([threads, null]);
      expect(Buffer.compare(learnt(model, batches), want), `${threads} threads`).toBe(0);
      model.dispose();
    }
  });
});

test('thousands of very short calls finish, with the same bits', async () => {
  const compiled = await compile(mlp, { threads: 4 });
  const batches = Array.from({ length: 4000 }, (_, i) => 1 + (i % 3));
  const want = learnt(await instantiate(compiled.wasm, compiled.manifest, compiled.weights), batches);
  for (const threads of [2, 4]) {
    const model = await onSome(compiled, threads);
    expect(Buffer.compare(learnt(model, batches), want), `${threads} threads`).toBe(0);
    model.dispose();
  }
});

test('threads share the kernels of the examples that the golden lists', async () => {
  const shown = await Promise.all(
    [lenet, mlp, convnet].map(async (spec) => {
      const { program } = await compile(spec, { threads: 2 });
      const lines = program.entries.flatMap((e) => [
        `${program.name} @${e.name}: ${(e.barriers ?? []).length + 1} stages`,
        ...e.launches.map((k, i) => {
          const nests = k.body.flatMap((s) => (s.kind === 'for' && s.mode === 'parallel' ? [sharedNest(s)] : []));
          const how = isShared(k) ? nests.map((n) => n.map((l) => l.axis.name).join(' ')).join(', ') : 'one thread';
          return `${e.barriers?.includes(i) ? '  --\n' : ''}  @${k.name}: ${how}`;
        }),
      ]);
      return `${lines.join('\n')}\n`;
    }),
  );
  await expect(shown.join('\n')).toMatchFileSnapshot('golden/threads/examples.txt');
});

/** Shares everything that can be shared. */
const eager: VectorTarget = { ...wasm128, threads: { kernel: 0, units: 1000, unit: 0 } };

/** A program's entries run over garbage with the same parameters and inputs, on one thread and on several. */
class Threads {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Record<string, (...args: number[]) => void>;
  readonly #others: readonly Worker[];

  constructor(program: Program, threads: number) {
    const pages = pagesOf(program);
    const module = new WebAssembly.Module(emitThreadedWasm(program).wasm as BufferSource);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#exports = new WebAssembly.Instance(module, { tapeout: { memory: this.#memory } }).exports as never;
    const source = `const { workerData: { module, memory, threads } } = require('node:worker_threads');
      new WebAssembly.Instance(module, { tapeout: { memory } }).exports['team.work'](threads);`;
    const workerData = { module, memory: this.#memory, threads };
    this.#others = Array.from({ length: threads - 1 }, () => new Worker(source, { eval: true, workerData }));
    this.#exports['team.lead']!(threads, 1);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }
  run(entry: string, n: number): void {
    this.#exports[entry]!(n);
  }
  async end(): Promise<void> {
    this.#exports['team.end']!();
    await Promise.all(this.#others.map((w) => new Promise((resolve) => w.once('exit', resolve))));
  }
}

test('random models compute the same bits when everything shareable is shared, in the smallest units', async () => {
  let [shared, kernels] = [0, 0];
  for (let seed = 0; seed < 25; seed++) {
    const model = modelOf(seeded(seed));
    if (!model) continue;
    const { module, optimizer, batches } = model;
    const stages = stagesOf(module, optimizer);
    const { maxBatch } = stages.module;
    const { outline } = onThreads(stages.schedule, eager);
    const program = barriers(plan(outline, eager));
    verifyKernels(kernelsOf(program), { maxBatch });
    verifyProgram(program);
    const text = printProgram(program, { kernels: true });
    const back = parseText(text, 'random.tir');
    expect(printProgram(back.program!, { kernels: true })).toBe(text);
    kernels += kernelsOf(program).length;
    shared += kernelsOf(program).filter(isShared).length;

    const { exports } = await WebAssembly.instantiate(
      await WebAssembly.compile(emitWasm(program).wasm as BufferSource),
      {},
    );
    const alone = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
    const threads = new Threads(program, 1 + (seed % 3));
    for (const n of batches)
      for (const e of program.entries) {
        const random = uniform(seed);
        for (const { buffer, offset } of program.slots) {
          const { dtype, shape } = buffer.type;
          const values = new (arrayOf(dtype))(alone.buffer as ArrayBuffer, offset, countAt(shape, maxBatch));
          values.forEach((_, i) => {
            values[i] = dtype === 'f32' ? random() * 2 - 1 : Math.floor(random() * 2);
          });
          threads.bytes.set(new Uint8Array(values.buffer, offset, values.byteLength), offset);
        }
        (exports[e.name] as (n: number) => void)(n);
        threads.run(e.name, n);
        for (const { buffer, offset, purpose } of program.slots) {
          if (purpose === 'temp') continue;
          const bytes = countAt(buffer.type.shape, maxBatch) * byteSize(buffer.type.dtype);
          const [got, want] = [threads.bytes, alone].map((m) => Buffer.from(m.slice(offset, offset + bytes)));
          expect(got!.equals(want!), `seed ${seed}, @${e.name} at ${n}: ${buffer.name}`).toBe(true);
        }
      }
    await threads.end();
  }
  // Most kernels: otherwise the test would show nothing.
  expect(shared / kernels).toBeGreaterThan(0.7);
});

describe('a program on threads', () => {
  const text = (barrier: string, mode = 'parallel') => `tapeout ir 1
program @two (N <= 8) {
  entry @forward on threads {
    input   x: f32[N,4]
    output  y: f32[4]
    0  @double(x, t out)
${barrier}    1  @sum(t, y out)
  }

  arena 480 bytes, of which 336 are live at once {
    offset  bytes  purpose  name  type      live
        64    128  input    x     f32[N,4]
       192     16  output   y     f32[4]
       208    128  temp     t     f32[N,4]  forward 0..1
  }
}

kernel @double(x: f32[N,4], t: f32[N,4] out) {
  ${mode} n in 0..N {
    for i in 0..4 {
      t[n, i] = x[n, i] * 2.0
    }
  }
}

kernel @sum(t: f32[N,4], y: f32[4] out) {
  ${mode} i in 0..4 {
    tile acc: f32[]
    acc = 0.0
    for n in 0..N {
      acc += t[n, i]
    }
    y[i] = acc
  }
}
`;
  const wait = '       barrier\n';
  const read = (t: string): Program => parseText(t, 'two.tir').program as Program;

  test('is read back as it prints', () => {
    expect(printProgram(read(text(wait)), { kernels: true })).toBe(text(wait));
    expect(read(text(wait)).entries[0]?.barriers).toEqual([1]);
    expect(read(text('')).entries[0]?.barriers).toEqual([]);
    expect(() => read(text(wait + wait))).toThrow('a barrier stands between two launches');
  });

  test('has barriers where launches depend on each other, and nowhere else', () => {
    expect(barriers(read(text(''))).entries[0]?.barriers).toEqual([1]);
    expect(barriers(read(text('', 'for'))).entries[0]?.barriers).toEqual([]);
    verifyProgram(read(text(wait)));
    verifyProgram(read(text('', 'for')));
    expect(() => verifyProgram(read(text('')))).toThrow(
      "entry @forward, launch 1, @sum: shares temp 't' with launch 0, @double, with no barrier between them",
    );
  });

  test('has no loop beside a parallel one that touches what it writes', () => {
    const beside = (index: string) => `tapeout ir 1
batch (N <= 8)
kernel @k(x: f32[N,4], y: f32[N,8] out) {
  parallel n in 0..N {
    for i in 0..4 {
      y[n, i] = x[n, i]
    }
  }
  for n in 0..N {
    for i in 0..4 {
      y[n, i + ${index}] = x[n, i] * 2.0
    }
  }
}`;
    const check = (t: string) => verifyKernels(parseText(t, 'k.tir').kernels, { maxBatch: 8 });
    check(beside('4'));
    expect(() => check(beside('3'))).toThrow('a statement beside the parallel loop over n shares elements of y');
  });

  test('is emitted as stages of units', async () => {
    const program = read(text(wait));
    await expect(`${text(wait)}\n; ---- after wat ----\n${emitThreadedWasm(program).wat()}`).toMatchFileSnapshot(
      'golden/threads/two.tir',
    );
  });
});

describe('a bundle for threads', () => {
  let folder: string;
  beforeAll(async () => {
    folder = folderOf();
    writeFiles(join(folder, 'net'), await bundleOf(await compile(mlp, { threads: 2 })));
  });

  /** Runs a user's script beside the bundle, and waits for its process to end. */
  function run(script: string): unknown {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([stderr, status]).toEqual(['', 0]);
    return JSON.parse(stdout);
  }
  const steps = `const steps = (m) => {
    const [x, y] = Object.values(m.inputs);
    x.forEach((_, i) => { x[i] = Math.sin(i); });
    y.forEach((_, i) => { y[i] = i % 3; });
    return [5, m.maxBatch, 1].map((n) => m.trainStep(n));
  };
  const told = [];
  const onNotice = (notice) => told.push(notice);`;

  test('trains on the number it was compiled for, and its process ends by itself', () => {
    const [two, one, losses, alone, told] = run(`
      import load from './net/index.js';
      ${steps}
      const two = await load({ cores: 2, onNotice });
      const one = await load({ threads: 1, onNotice });
      console.log(JSON.stringify([two.threads, one.threads, steps(two), steps(one), told]));`) as never[];
    expect([two, one, told]).toEqual([2, 1, []]);
    expect(losses).toEqual(alone);
  });

  test('runs on one without SharedArrayBuffer or isolation, never on more than the cores, and says so', () => {
    const result = run(`
      import load from './net/index.js';
      ${steps}
      const alone = steps(await load({ threads: 1 }));
      const few = await load({ threads: 9, cores: 2, onNotice });
      const same = [steps(few)];
      few.dispose();
      globalThis.crossOriginIsolated = false;
      const open = await load({ onNotice });
      same.push(steps(open));
      delete globalThis.crossOriginIsolated;
      delete globalThis.SharedArrayBuffer;
      const old = await load({ onNotice });
      same.push(steps(old));
      console.log(JSON.stringify([
        [few, open, old].map((m) => m.threads), told, [few, open, old].map((m) => m.threadsNotice),
        same.every((losses) => String(losses) === String(alone)),
      ]));`);
    const notices = [
      '9 threads were asked for, but there are 2 cores: the model runs on 2 threads.',
      'threads need a cross-origin isolated page, served with the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp: the model runs on one thread.',
      'threads need SharedArrayBuffer, which is not here: the model runs on one thread.',
    ];
    expect(result).toEqual([[2, 1, 1], notices, notices, true]);
  });

  /** Lets a script see the workers that the bundle creates, and change what they run. */
  const watching = `
    const threads = process.getBuiltinModule('node:worker_threads');
    const made = [];
    let change = (source) => source;
    const { Worker } = threads;
    threads.Worker = class extends Worker {
      constructor(source, options) {
        super(change(source), options);
        this.ended = new Promise((resolve) => this.once('exit', resolve));
        made.push(this);
      }
    };`;

  test('ends its workers when the model is disposed of', () => {
    const result = run(`
      import load from './net/index.js';
      ${watching}${steps}
      const m = await load({ threads: 3, cores: 3 });
      steps(m);
      m.dispose();
      await Promise.all(made.map((w) => w.ended));
      console.log(JSON.stringify([made.length, await load({ threads: 2, cores: 2 }).then((m) => m.threads)]));`);
    expect(result).toEqual([2, 2]);
  });

  test('continues without a worker that is lost between two calls', () => {
    const result = run(`
      import load from './net/index.js';
      ${watching}${steps}
      const alone = await load({ threads: 1 });
      const m = await load({ cores: 2, onNotice });
      const same = [String(steps(m)) === String(steps(alone))];
      await made[0].terminate();
      same.push(String(steps(m)) === String(steps(alone)));
      console.log(JSON.stringify([same, m.threads, told, m.threadsNotice]));`);
    const notice = 'a worker is lost (it ended): the model runs on one thread.';
    expect(result).toEqual([[true, true], 1, [notice], notice]);
  });

  test('runs on one where workers fail to start, and says so', () => {
    const result = run(`
      import load from './net/index.js';
      ${watching}${steps}
      change = () => 'throw new Error("no memory for it")';
      const m = await load({ cores: 2, onNotice });
      console.log(JSON.stringify([m.threads, told, String(steps(m)) === String(steps(await load({ threads: 1 })))]));`);
    expect(result).toEqual([
      1,
      ['workers do not start here (Error: no memory for it): the model runs on one thread.'],
      true,
    ]);
  });

  test('throws when a worker is lost in the middle of a call, and does not hang', () => {
    const result = run(`
      import load, { TapeoutError } from './net/index.js';
      ${watching}${steps}
      // Takes a unit as a worker does, and never does it.
      change = (source) => source.replace("exports['team.work'](threads);", \`
        const [taken, stage] = [new BigInt64Array(memory.buffer, 0, 1), new Int32Array(memory.buffer, 12, 1)];
        for (;;) {
          const now = Atomics.load(taken, 0);
          const isOpen = Atomics.load(stage, 0) !== 0 && (now & 0xffffffffn) === 0n;
          if (isOpen && Atomics.compareExchange(taken, 0, now, now + 1n) === now) break;
        }
        throw new Error();\`);
      const m = await load({ cores: 2, warmUp: 0 });
      const errors = [];
      for (let i = 0; i < 1e6 && errors.length < 2; i++)
        try {
          steps(m);
        } catch (error) {
          errors.push(error);
        }
      console.log(JSON.stringify(errors.map((e) => [e instanceof TapeoutError, e.code])));`);
    expect(result).toEqual([
      [true, 'thread-lost'],
      [true, 'disposed'],
    ]);
  });
});

test('invalid numbers of threads are refused', async () => {
  await expect(compile(mlp, { threads: 0 })).rejects.toThrow('threads must be a whole number from 1 to 64, got 0');
  const compiled = await compile(mlp, { threads: 2 });
  await expect(onSome(compiled, 1.5)).rejects.toThrow('threads must be a whole number from 1 to 64, not 1.5.');
  const swapped = { wasm: compiled.threadedWasm!, threadedWasm: compiled.wasm };
  await expect(instantiateThreads(swapped, compiled.manifest)).rejects.toThrow('its tag should be');
  const { wasm, threadedWasm, ...tags } = compiled.manifest.tags;
  const misled = { ...compiled.manifest, tags: { ...tags, wasm: threadedWasm!, threadedWasm: wasm! } };
  await expect(instantiateThreads(swapped, misled)).rejects.toThrow('it is not the module for several threads');
  await expect(instantiateThreads(swapped, misled, undefined, { threads: 1 })).rejects.toThrow(
    'it imports tapeout.memory',
  );
});
