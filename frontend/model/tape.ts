/** What is being recorded. There is one recording at a time: forward runs once, from its first line to its last. */

import type { Param } from '../../ir/graph.ts';

/** One recording: the params that stand for the model's parameters and buffers. */
export interface Tape {
  readonly params: ReadonlyMap<object, Param>;
}

let current: Tape | null = null;
export const currentTape = (): Tape | null => current;

/** Runs `f`, whose tensors belong to `tape`. */
export function recordOn<T>(tape: Tape, f: () => T): T {
  const was = current;
  current = tape;
  try {
    return f();
  } finally {
    current = was;
  }
}
