/** Tapeout's side of a comparison: a net compiled for one batch size, and its steps. */
import { compile } from '../../dist/frontend/compile.js';
import { instantiate } from '../../dist/runtime/index.js';
import { classes, defineNet } from './nets.mjs';

/** Compiles a net. `ms` is from the recorded graph to the module's bytes. */
export async function build(/** @type {string} */ net, /** @type {number} */ batch) {
  const { wasm, manifest, weights, reports } = await compile(defineNet(net, batch));
  return { wasm, manifest, weights, ms: reports.reduce((sum, r) => sum + r.ms, 0) };
}

/** A model whose inputs are filled with x and y, and what one step of either kind is.
 *  `train` returns the loss, `infer` a view of the logits. `reset` puts the weights back. */
export async function load({ wasm, manifest }, weights, x, y) {
  const model = await instantiate(wasm, manifest, weights);
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
  let loss = 0;
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const max = Math.max(...row);
    loss += max + Math.log(row.reduce((sum, v) => sum + Math.exp(v - max), 0)) - row[label];
  });
  return loss / labels.length;
}
