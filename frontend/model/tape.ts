/** What is being recorded. There is one recording at a time: forward runs once, from its first line to its last. */

import type { Param } from '../../ir/graph.ts';
import { userError } from './trace.ts';

/** One recording: the params that stand for the model's parameters and buffers. */
export interface Tape {
  readonly params: ReadonlyMap<object, Param>;
}

let current: Tape | null = null;
let tensors = 0;
export const currentTape = (): Tape | null => current;

/** Runs `f`, whose tensors belong to `tape`. */
export function recordOn<T>(tape: Tape, f: () => T): T {
  const was = [current, tensors] as const;
  [current, tensors] = [tape, 0];
  try {
    return f();
  } finally {
    [current, tensors] = was;
  }
}

/** The recording that a new tensor belongs to. Throws where it has so many that no loop of the user's seems to end: one that waits
 *  for a tensor to become false never does. */
export function tapeOfTensor(): Tape | null {
  if (current && ++tensors > mostTensors)
    throw userError('endless', `forward has recorded ${mostTensors.toLocaleString('en')} tensors, and goes on`, {
      help: 'a loop ends by a condition on numbers: a tensor has no value while the model is recorded, and counts as true',
    });
  return current;
}
/** Far above what can be compiled, and reached in seconds. */
const mostTensors = 100_000;
