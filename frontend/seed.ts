/** The generator from which new layers draw their initial values. */

import { Generator } from './random.ts';

let current = new Generator(0);
export const currentGenerator = (): Generator => current;

/** torch.manual_seed: layers made from here on have the values that PyTorch gives them under this seed. Until it is called
 *  the seed is 0. Throws RangeError for a seed that is no whole number of 64 bits. */
export function manualSeed(seed: number | bigint): void {
  current.manualSeed(seed);
}

/** Runs `f` under a seed of its own; the generator outside goes on where it was. */
export function withSeed<T>(seed: number | bigint, f: () => T): T {
  const was = current;
  current = new Generator(seed);
  try {
    return f();
  } finally {
    current = was;
  }
}
