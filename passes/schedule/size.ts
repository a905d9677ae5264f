/** How large a kernel is. */

import { type Kernel, walkStmts } from '../../ir/kernel.ts';

/** Statements that a kernel is, once copies are written out; lanes count by the vector. */
export function unrolledSize(k: Kernel): number {
  let size = 0;
  walkStmts(k.body, (s, loops) => {
    if (s.kind === 'for') return;
    if (s.kind === 'tile') size += s.tile.shape.reduce((a, b) => a * b, 1) / 4;
    else
      size += loops.reduce((n, l) => {
        if (l.mode === 'serial' || l.to.kind !== 'const' || l.from.kind !== 'const') return n;
        return n * Math.ceil((l.to.value - l.from.value) / (l.mode === 'vectorized' ? 4 : 1));
      }, 1);
  });
  return size;
}
