/** WebAssembly compiled by V8's optimizing compiler before the first call, because a short run would not reach it. */
import { setFlagsFromString } from 'node:v8';

/** An instance of a module; `relaxed` if it has relaxed SIMD instructions. */
export function instance(wasm: Uint8Array, relaxed = false): WebAssembly.Instance {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  // Node 20 needs a flag for it, which later versions do not know.
  if (relaxed && Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--experimental-wasm-relaxed-simd');
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource));
  } finally {
    setFlagsFromString('--liftoff');
    setFlagsFromString('--wasm-lazy-compilation');
  }
}
