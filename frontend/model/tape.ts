/** The current recording. There is at most one at a time: forward runs synchronously, once in each mode. */

import type { Param, Value } from '../../ir/graph.ts';
import { userError } from './trace.ts';

/** What forward is recorded for: training steps, or evaluation and inference. */
export type Mode = 'train' | 'eval';

/** One recording. */
export interface Tape {
  readonly mode: Mode;
  /** The graph's params for the model's parameters and buffers. */
  readonly params: ReadonlyMap<object, Param>;
  /** Values that methods such as `add_` have written to buffers so far. */
  readonly written: Map<object, Value>;
  readonly random: RandomState;
  /** How many streams of random numbers forward has drawn so far. */
  streams: number;
  /** The number of draws so far, where it is not `random.step`: in a loop another one for each turn. */
  drawsBefore: Value | null;
  /** How many cotangents the gradients of users' own are computed from. */
  cotangents: number;
  /** Set once forward has asked for the mode, that is, read `training`: it may do otherwise in the other one. */
  asked: boolean;
}

export const newTape = (mode: Mode, params: Tape['params'], random: RandomState): Tape => ({
  ...{ mode, params, random },
  written: new Map(),
  streams: 0,
  drawsBefore: null,
  cotangents: 0,
  asked: false,
});

/** The number of a new stream. Draws of evaluation are no draws of training. */
export const newStream = (tape: Tape): number => tape.streams++ + (tape.mode === 'train' ? 0 : 2 ** 30);

/** What random numbers are functions of, besides their stream and place: two i32, kept from step to step. */
export interface RandomState {
  readonly seed: Param;
  /** The number of draws so far: training steps and backward passes. */
  readonly step: Param;
}

let current: Tape | null = null;
let tensors = 0;
export const currentTape = (): Tape | null => current;

/** Runs `f`; the tensors it makes belong to `tape`. */
export function recordOn<T>(tape: Tape, f: () => T): T {
  const was = [current, tensors] as const;
  [current, tensors] = [tape, 0];
  try {
    return f();
  } finally {
    [current, tensors] = was;
  }
}

/** The recording that a new tensor belongs to. Throws above a limit that only an endless loop reaches, such as one that waits
 *  for a tensor to become false. */
export function tapeOfTensor(): Tape | null {
  if (current && ++tensors > mostTensors)
    throw userError('endless', `forward has recorded more than ${mostTensors.toLocaleString('en')} tensors`, {
      help: 'end loops by a condition on numbers: a tensor has no value while the model is recorded, and counts as true',
    });
  return current;
}
/** Far more than can be compiled, but reached in seconds. */
const mostTensors = 100_000;
