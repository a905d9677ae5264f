/** WebAssembly as it runs once it is hot: compiled by the optimizing compiler of V8 before the first call, as no kernel of a
 *  short run would come to it by itself. */
import { setFlagsFromString } from 'node:v8';

export function instance(wasm: Uint8Array): WebAssembly.Instance {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource));
  } finally {
    setFlagsFromString('--liftoff');
    setFlagsFromString('--wasm-lazy-compilation');
  }
}
