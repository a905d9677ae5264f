/** Calls before the first that counts. An engine compiles a function fast and badly, and again once it is called often: who
 *  waits for that while loading has a first step that takes about as long as later ones. */
import { TapeoutError } from './check.ts';

/** Milliseconds of calls that a bundle's model is warmed up with unless told: some in Node, and none in a page, whose thread
 *  they would block. Threads take more, as they share the cores with the engine's compiler. */
export const usualWarmUp = (threads = 1): number => {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (!process?.versions?.node) return 0;
  return threads > 1 ? 80 : 40;
};

/** Makes each of these calls, for about this many milliseconds in all. They must leave nothing that matters. */
export function warmUp(calls: readonly ((n: number) => void)[], maxBatch: number, milliseconds: number): void {
  const start = performance.now();
  for (const [i, call] of calls.entries()) {
    const end = start + (milliseconds * (i + 1)) / calls.length;
    try {
      repeat(call, maxBatch, end);
    } catch (error) {
      if (error instanceof TapeoutError && error.code === 'thread-lost') throw error;
      // Labels may be none, or whole numbers be divided by zero: what was compiled by then stays.
    }
  }
}

/** One sample and many by turns: many let the engine see loops that run long, one lets it see what is around them. */
function repeat(call: (n: number) => void, maxBatch: number, end: number): void {
  const left = end - performance.now();
  call(1);
  const compiled = performance.now();
  call(1);
  const one = performance.now() - compiled;
  const many = Math.max(1, Math.min(maxBatch, Math.floor(left / 3 / Math.max(one, 0.001))));
  for (let turn = 0; performance.now() < end; turn++) call(turn % 2 === 1 ? 1 : many);
}
