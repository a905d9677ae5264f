import type { Buffer } from '../../ir/expr.ts';

/** What the code of a kernel is written for: where its buffers lie, and what they hold. */
export interface Layout {
  /** Bytes from the start of memory. */
  offset(storage: Buffer): number;
  /** How many values integers there may take, from 0 on, where that is known. */
  values?(storage: Buffer): number | undefined;
  readonly maxBatch: number;
  /** Whether lanes add a product in one instruction of relaxed SIMD, whose bits are the engine's. */
  readonly madd: boolean;
}
