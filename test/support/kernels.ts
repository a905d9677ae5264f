/** Kernels as texts, for tests that transform them. */
import type { Kernel } from '../../ir/kernel.ts';
import { parseKernels } from '../../ir/text/parse.ts';

export const kernel = (text: string): Kernel => parseKernels(`tapeout ir 1\n${text}`, 'kernel.tir')[0] as Kernel;

/** c = a·b. */
export const product = kernel(`kernel @product(a: f32[N,6], b: f32[6,9], c: f32[N,9] out) {
  for n in 0..N {
    for j in 0..9 {
      tile acc: f32[]
      acc = 0.0
      for k in 0..6 {
        acc += a[n, k] * b[k, j]
      }
      c[n, j] = acc
    }
  }
}`);
