/** The generator from which new layers draw their initial values. */

import { fn } from './arguments.ts';
import * as k from './kinds.ts';
import { Generator } from './random.ts';

let current = new Generator(0);
export const currentGenerator = (): Generator => current;

/** torch.manual_seed: layers made from here on have the values that PyTorch gives them under this seed. Until it is called
 *  the seed is 0. Throws for a seed that is no whole number of 64 bits. */
export const manualSeed: (seed: number | bigint) => void = fn('manualSeed', { seed: k.seed }, (seed) => {
  current.manualSeed(seed);
});

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
