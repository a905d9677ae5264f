/** Random numbers of one sample, from a counter and not from a state: whoever loads a sample, and after whichever others, draws the
 *  same. Threefry-2x32 of 20 rounds: Salmon, Moraes, Dror & Shaw 2011. */
import type { SampleRandom } from './types.ts';

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** The source of the sample at `index` in an epoch of this key. */
export function sampleRandom(key: bigint, index: number): SampleRandom {
  const [k0, k1] = [Number(BigInt.asIntN(32, key)), Number(BigInt.asIntN(32, key >> 32n))];
  const ks = [k0, k1, k0 ^ k1 ^ parity] as const;
  let draw = 0;
  let [second, isKept] = [0, false];
  const bits = (): number => {
    if (isKept) {
      isKept = false;
      return second;
    }
    let [x0, x1] = [(index + k0) | 0, (draw++ + k1) | 0];
    for (let round = 0; round < 20; round++) {
      x0 = (x0 + x1) | 0;
      const by = rotations[round % 8]!;
      x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
      if (round % 4 !== 3) continue;
      const turn = (round + 1) / 4;
      x0 = (x0 + ks[turn % 3]!) | 0;
      x1 = (x1 + ks[(turn + 1) % 3]! + turn) | 0;
    }
    [second, isKept] = [x1 >>> 0, true];
    return x0 >>> 0;
  };
  const uniform = (from = 0, to = 1): number => from + (to - from) * ((bits() + bits() / 2 ** 32) / 2 ** 32);
  return {
    bits,
    uniform,
    below: (n) => Math.floor(uniform() * n),
    // Box and Muller's method.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
