/** Long trainings in a worker: its heap does not grow with the number of steps. */
import { Worker } from 'node:worker_threads';
import { beforeAll, expect, test } from 'vitest';
import { defineModel, nn, optim } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { build, dist } from '../support/build.ts';

/** TAPEOUT_STEPS=100000 is what a release is measured with. */
const steps = Number(process.env.TAPEOUT_STEPS ?? 40_000);

const code = `
import { workerData, parentPort } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const { dist, wasm, manifest, steps } = workerData;
const { instantiate } = await import(dist + 'runtime/index.js');
const { earlyStopping, fit } = await import(dist + 'runtime/fit/index.js');
const model = await instantiate(wasm, manifest);
const perEpoch = 1000;
const x = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i));
const y = Float32Array.of(0, 1, 0, 1);
async function* train() {
  for (let i = 0; i < perEpoch; i++) yield i % 2 ? [x, y] : { x, y };
}
const heaps = [];
const measure = () => {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  heaps.push({ heapUsed, arrayBuffers });
};
const { step, end } = await fit(model, {
  train,
  validation: [[x, y]],
  metrics: ['mae', 'r2'],
  epochs: steps / perEpoch,
  callbacks: [{ onBatchEnd() {}, onEpochEnd: measure }, earlyStopping({ monitor: 'loss', patience: 1e6 })],
  checkpoint: { save() {} },
  onProgress() {},
});
parentPort.postMessage({ step, end, heaps });
`;

let model: { readonly wasm: Uint8Array; readonly manifest: object };
beforeAll(async () => {
  build();
  const spec = defineModel({
    model: nn.Linear(4, 1),
    input: { shape: ['N', 4] },
    target: { shape: ['N', 1] },
    loss: nn.MSELoss(),
    optimizer: optim.SGD({ lr: 0.01 }),
    maxBatch: 4,
  });
  model = await compile(spec);
}, 140_000);

test(`the heap is flat over ${steps} steps in a worker`, async () => {
  const { wasm, manifest } = model;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { dist, wasm, manifest, steps },
  });
  const told = await new Promise<{ step: number; end: string; heaps: { heapUsed: number; arrayBuffers: number }[] }>(
    (resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    },
  );
  expect([told.step, told.end]).toEqual([steps, 'done']);
  // The least of each half, as what the engine keeps of its own, such as compiled code, comes and goes.
  const half = Math.floor(told.heaps.length / 2);
  const least = (key: 'heapUsed' | 'arrayBuffers', from: number, to: number): number =>
    Math.min(...told.heaps.slice(from, to).map((heap) => heap[key])) / 1024;
  const grown = (key: 'heapUsed' | 'arrayBuffers'): number =>
    least(key, half, told.heaps.length) - least(key, Math.min(4, half - 1), half);
  const [heap, buffers] = [grown('heapUsed'), grown('arrayBuffers')];
  if (process.env.TAPEOUT_STEPS)
    console.log(`heap grew by ${heap.toFixed(0)} KiB, buffers by ${buffers.toFixed(0)} KiB`);
  // The records of the epochs, half a KiB each, and compiled code: 16 bytes a step would be 800 KiB over 100,000 steps.
  expect(heap).toBeLessThan(400);
  // 4 bytes for the loss of each step, in memory that doubles, and copies for checkpoints.
  expect(buffers).toBeLessThan((32 * steps) / 1024);
}, 140_000);
