/** Times training steps through WebGPU. Runs in the folder that pack.mjs made, with nothing beside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { create } = createRequire(import.meta.url)('./dawn.node');
const gpu = create([]);
const { info } = (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? {};
if (!info) {
  console.error('no adapter: does VK_DRIVER_FILES name the ICD file of the driver?');
  process.exit(1);
}
console.log(`adapter: ${info.vendor} ${info.architecture} ${info.device} ${info.description}`);
if (info.isFallbackAdapter) console.log('this adapter is software: its times say nothing of a GPU');

const [rounds, budget] = [9, 200];
console.log('\n| net | batch | ms a step | samples/s | GF/s |\n| --- | --- | --- | --- | --- |');
for (const name of readdirSync('.', { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []))) {
  const { load, manifest } = await import(`./${name}/index.js`);
  for (const n of JSON.parse(readFileSync(`./${name}/batches.json`, 'utf8'))) {
    const model = await load({ gpu, weights: weightsOf(manifest) });
    const x = model.input('x', n).map((_, i) => Math.sin(i));
    const y = model.input('y', n).map((_, i) => i % 10);
    const losses = [await model.trainStep(x, y)];
    // As many steps as fit the time, queued at once: what a training loop does that reads its losses now and then.
    let steps = 1;
    let took = await time(model, x, y, steps);
    while (took < budget) {
      steps = Math.ceil((steps * budget * 1.2) / Math.max(took, budget / 8));
      took = await time(model, x, y, steps);
    }
    const samples = [];
    for (let round = 0; round < rounds; round++) samples.push((await time(model, x, y, steps)) / steps);
    losses.push(await model.trainStep(x, y));
    if (!(losses[1] < losses[0])) throw new Error(`${name}: the loss went from ${losses[0]} to ${losses[1]}`);
    const ms = samples.sort((a, b) => a - b)[rounds >> 1];
    const gflops = ((manifest.webgpu.operations * n) / manifest.maxBatch / ms / 1e6).toFixed(1);
    console.log(`| ${name} | ${n} | ${ms.toFixed(3)} | ${Math.round((1000 * n) / ms)} | ${gflops} |`);
    model.dispose();
  }
}

/** Numbers of the size that layers begin with. */
function weightsOf({ tensors }) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const parameters = tensors.filter((t) => t.purpose === 'parameter');
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const bound = Math.sqrt(shape[0] / count);
      return [name, Float32Array.from({ length: count }, () => bound * random())];
    }),
  );
}

/** Milliseconds of so many steps, the upload of their batch included. */
async function time(model, x, y, steps) {
  await model.finished();
  const start = performance.now();
  for (let i = 0; i < steps; i++) model.trainStep(x, y);
  await model.finished();
  return performance.now() - start;
}
