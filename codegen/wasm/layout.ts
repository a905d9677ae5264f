import type { Buffer } from '../../ir/expr.ts';

/** The context of a kernel's code: the offsets of its buffers, and facts about their values. */
export interface Layout {
  /** Bytes from the start of memory. */
  offset(storage: Buffer): number;
  /** If the integers in a buffer are known to be in 0 … n − 1, n. */
  values?(storage: Buffer): number | undefined;
  readonly maxBatch: number;
  /** Lanes multiply and add in one instruction of relaxed SIMD, whose result depends on the engine. */
  readonly madd: boolean;
}
