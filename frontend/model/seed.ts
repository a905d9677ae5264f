/** The generator of the initial values of new layers. */

import { defaultGenerator, Generator } from '../../runtime/random.ts';
import { fn } from './arguments.ts';
import * as k from './kinds.ts';

let current = defaultGenerator;
export const currentGenerator = (): Generator => current;

/** torch.manual_seed: layers made afterwards have the values that PyTorch gives them under this seed. Before the first call,
 *  the seed is 0. Throws for a seed that is not a whole number of 64 bits. */
export const manualSeed: (seed: number | bigint) => void = fn('manualSeed', { seed: k.seed }, (seed) => {
  current.manualSeed(seed);
});

/** Runs `f` with its own generator; the outer one is unaffected. */
export function withSeed<T>(seed: number | bigint, f: () => T): T {
  const was = current;
  current = new Generator(seed);
  try {
    return f();
  } finally {
    current = was;
  }
}
