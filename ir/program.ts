/** A program: entries that a host calls, each a list of kernel launches, over buffers with fixed offsets in one arena. */

import type { Buffer } from './expr.ts';
import type { Kernel } from './kernel.ts';
import type { DType, Shape } from './type.ts';

/** What a buffer is for, which says who may touch it between calls. `temp` buffers live within one entry's run. */
export type Purpose = 'parameter' | 'gradient' | 'state' | 'scalar' | 'input' | 'output' | 'temp';

export interface Slot {
  readonly buffer: Buffer;
  readonly purpose: Purpose;
  /** Bytes from the start of the arena, 16-aligned. */
  readonly offset: number;
  /** Bytes at the largest batch. */
  readonly bytes: number;
  /** For inputs that hold indices: values are 0 … range-1. */
  readonly range?: number;
  /** For temps: the first and the last launch, in the entry that uses it, between which the bytes are taken. */
  readonly from?: number;
  readonly to?: number;
}

/** A host's handle on a buffer: the name under which it passes or reads it. */
export interface Port {
  readonly name: string;
  readonly buffer: Buffer;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface Entry {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly launches: readonly Kernel[];
}

export interface Program {
  readonly name: string;
  readonly maxBatch: number;
  readonly entries: readonly Entry[];
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  /** The most bytes alive at one time, parameters and inputs included: no plan can need fewer. */
  readonly liveBytes: number;
}
