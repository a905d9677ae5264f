/** Tapeout's compiler in a comparison. */
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { defineNet } from './nets.mjs';

/** Compiles a net for batches of up to `batch` samples, on one thread or more. `ms` is from the class to the module's bytes. */
export async function build(/** @type {string} */ net, /** @type {number} */ batch, threads = 1) {
  const start = performance.now();
  const { wasm, threadedWasm, manifest, weights } = await compile(
    defineNet(net, batch),
    threads > 1 ? { threads } : {},
  );
  return { wasm, threadedWasm, manifest, weights, threads, ms: performance.now() - start };
}
