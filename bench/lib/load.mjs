/** Tapeout's side of a comparison: a compiled net and its steps. Only what ships in a bundle is loaded here. */
import { instantiate, instantiateThreads, usualWarmUp } from '../../dist/runtime/index.js';

/** A model as it was compiled: on as many threads, or an error that says why there are fewer. */
export async function open({ wasm, threadedWasm, manifest, threads }, weights) {
  const warmUp = usualWarmUp(threads); // as a bundle does

  if (threads === 1) return instantiate(wasm, manifest, weights, { warmUp });
  const onNotice = (/** @type {string} */ notice) => {
    throw new Error(notice);
  };
  return instantiateThreads({ wasm, threadedWasm }, manifest, weights, { threads, onNotice, warmUp });
}

/** A model whose inputs are filled with x and y, and what one step of either kind is.
 *  `train` returns the loss, `infer` a view of the logits. `reset` puts the weights back. */
export async function load(net, weights, x, y) {
  const model = await open(net, weights);
  const n = y.length;
  model.input('x', n).set(x);
  model.input('y', n).set(y);
  return {
    train: () => model.trainStep(n),
    infer: () => model.forward(n),
    reset: () => model.loadStateDict(weights),
    dispose: () => model.dispose(),
  };
}

/** The mean softmax cross-entropy of logits, in float64. */
export function crossEntropy(/** @type {Float32Array} */ logits, /** @type {Int32Array} */ labels) {
  const classes = logits.length / labels.length;
  let loss = 0;
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const max = Math.max(...row);
    loss += max + Math.log(row.reduce((sum, v) => sum + Math.exp(v - max), 0)) - row[label];
  });
  return loss / labels.length;
}
