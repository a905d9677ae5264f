/** Trains the compiled model, and tells the page how it goes. */

import { batches, loadDigits, random } from './digits.js';
import load from './out/model/index.js';

/** Milliseconds between two messages. */
const pause = 100;
/** Steps whose losses are read together. A GPU has the next such group queued while it is waited for one. */
const group = 8;

addEventListener('message', async ({ data: options }) => {
  try {
    postMessage({ kind: 'done', weights: await train(options) });
  } catch (error) {
    postMessage({ kind: 'error', message: error.message });
  }
});

/** Returns what was learnt, the optimizer's state included, as a safetensors file. */
async function train({ backend, threads, epochs, batch, lr, samples, tests, weights, base }) {
  const options = { backend, threads, ...(weights ? { weights } : {}), onNotice() {} };
  const [model, digits] = await Promise.all([load(options), loadDigits(base)]);
  postMessage({ kind: 'ready', where: place(model) });
  model.lr = lr;
  const told = teller(batch);
  const next = random(1);
  postMessage({ kind: 'epoch', accuracy: await accuracy(model, digits.test, tests) });
  for (let epoch = 0; epoch < epochs; epoch++) {
    told.begin();
    let [steps, read] = [[], []];
    for (const fill of batches(digits.train, batch, next, samples)) {
      const loss = model.trainStep(fill(model.inputs));
      // A number is there at once; losses on a GPU are read when they are awaited.
      if (model.backend === 'wasm') told(loss);
      else if (steps.push(loss) === group) {
        for (const loss of await read) told(loss);
        [steps, read] = [[], Promise.all(steps)];
      }
    }
    for (const loss of [...(await read), ...(await Promise.all(steps))]) told(loss);
    told.now();
    postMessage({ kind: 'epoch', accuracy: await accuracy(model, digits.test, tests) });
  }
  const file = await model.toSafetensors({ state: true });
  model.dispose();
  return file;
}

async function accuracy(model, test) {
  let right = 0;
  for (const fill of batches(test, model.maxBatch, random(0)))
    right += (await model.evaluate(fill(model.inputs))).correct;
  return right / test.count;
}

/** Gathers losses, and sends them now and then, with the samples a second since the epoch began: a GPU's losses come in groups,
 *  between which next to no time passes. */
function teller(batch) {
  let [losses, since] = [[], performance.now()];
  let [steps, began] = [0, since];
  const begin = () => {
    [steps, began] = [0, performance.now()];
  };
  const now = () => {
    if (losses.length === 0) return;
    steps += losses.length;
    const rate = (1000 * batch * steps) / (performance.now() - began);
    postMessage({ kind: 'steps', losses, rate });
    [losses, since] = [[], performance.now()];
  };
  const tell = (loss) => {
    losses.push(loss);
    if (performance.now() - since > pause) now();
  };
  return Object.assign(tell, { begin, now });
}

function place({ backend, backendNotice, threads, threadsNotice }) {
  if (backend === 'webgpu') return backendNotice ?? 'WebGPU';
  const on = `WebAssembly, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
  return [on, backendNotice, threadsNotice].filter(Boolean).join('; ');
}
