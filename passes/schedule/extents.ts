/** How long loops are, in numbers. */

import type { Loop } from '../../ir/kernel.ts';
import { bindDim, type Dim } from '../../ir/type.ts';

/** Extents of loops, the batch taken at its largest. */
export class Extents {
  readonly batch: number;
  constructor(batch: number) {
    this.batch = batch;
  }
  of(l: Loop): number {
    return bindDim(l.axis.extent, this.batch);
  }
  /** Its extent, where it counts from 0 to a number. */
  constant(l: Loop): number | null {
    return l.to.kind === 'const' && l.from.kind === 'const' && l.from.value === 0 ? l.to.value : null;
  }
  elements(shape: readonly Dim[]): number {
    return shape.reduce<number>((p, d) => p * bindDim(d, this.batch), 1);
  }
}
