/** WebAssembly as it runs once it is hot: compiled by the optimizing compiler of V8 before the first call, as no kernel of a
 *  short run would come to it by itself. */
import { setFlagsFromString } from 'node:v8';

/** An instance; `relaxed` where the module has instructions of relaxed SIMD. */
export function instance(wasm: Uint8Array, relaxed = false): WebAssembly.Instance {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  // Node 20 has it behind a flag, which later ones do not know.
  if (relaxed && Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--experimental-wasm-relaxed-simd');
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource));
  } finally {
    setFlagsFromString('--liftoff');
    setFlagsFromString('--wasm-lazy-compilation');
  }
}
