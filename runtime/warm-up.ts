/** Warm-up calls. Engines compile a function quickly at first, and optimize it once it is called often: doing that while loading makes
 *  the first step about as fast as later ones. */
import { TapeoutError } from './check.ts';

/** The default milliseconds of warm-up for a bundle's model: some in Node, and none in a page, whose thread they would block. Models on
 *  threads need more, because they share the cores with the engine's compiler. */
export const usualWarmUp = (threads = 1): number => {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (!process?.versions?.node) return 0;
  return threads > 1 ? 80 : 40;
};

/** Makes each of these calls, for about this many milliseconds in total. Their effects must not matter. */
export function warmUp(calls: readonly ((n: number) => void)[], maxBatch: number, milliseconds: number): void {
  const start = performance.now();
  for (const [i, call] of calls.entries()) {
    const end = start + (milliseconds * (i + 1)) / calls.length;
    try {
      repeat(call, maxBatch, end);
    } catch (error) {
      if (error instanceof TapeoutError && error.code === 'thread-lost') throw error;
      // Labels may be invalid, or integers divided by zero: what was compiled so far remains.
    }
  }
}

/** Alternates between one sample and many: many make the loops hot, and one the code around them. */
function repeat(call: (n: number) => void, maxBatch: number, end: number): void {
  const left = end - performance.now();
  call(1);
  const compiled = performance.now();
  call(1);
  const one = performance.now() - compiled;
  const many = Math.max(1, Math.min(maxBatch, Math.floor(left / 3 / Math.max(one, 0.001))));
  for (let turn = 0; performance.now() < end; turn++) call(turn % 2 === 1 ? 1 : many);
}
