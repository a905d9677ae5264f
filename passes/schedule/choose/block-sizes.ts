/** Block sizes, chosen by an estimate of the words read per result from global and from workgroup memory. */

import type { Loop } from '../../../ir/kernel.ts';
import type { Sides } from '../../../ir/schedule.ts';
import type { GridTarget } from '../../../ir/target.ts';
import type { BlockSizes } from '../rewrites/block.ts';
import { type BlockParts, tapCount } from '../rewrites/block-parts.ts';
import type { Extents } from './extents.ts';

/** The largest number of rows, and of columns, of results that one invocation keeps. */
export const mostRegisters = 4;
/** Steps of a sum that a block stages at once: the most that workgroup memory holds. */
const depths = [16, 8] as const;
export interface BlockShape extends BlockSizes {
  /** The number of workgroups that this shape gives. */
  readonly count: number;
}

/** The shape that reads least per result, among those that leave enough workgroups to fill the device and the smallest.
 *  Null where no shape saves enough reads. `others` is the number of iterations of the loops around the two. */
export function cheapestBlock(
  parts: BlockParts,
  others: number,
  target: GridTarget,
  extents: Extents,
): BlockShape | null {
  const { usual, wanted, bytes, cost } = target.workgroup;
  const [rows, cols] = [extents.of(parts.rows), extents.of(parts.cols)];
  const places = tapCount(parts.windows);
  const length = extents.of(parts.over);
  if (length < Math.min(...depths)) return null;
  // Squares come first, so they win ties.
  const sides = divisors(usual).map((s): Sides => [s, usual / s]);
  sides.sort((a, b) => Math.abs(Math.log2(a[0] / a[1])) - Math.abs(Math.log2(b[0] / b[1])));
  const shapes = sides.flatMap((invocations) =>
    registerShapes
      .filter((r) => r[0] * r[1] * places <= target.registers && r[0] * r[1] * places * length >= cost.work)
      .filter((r) => invocations[0] * (r[0] - 1) < rows && invocations[1] * (r[1] - 1) < cols)
      .flatMap((registers): BlockShape[] => {
        const [tall, wide] = [invocations[0] * registers[0], invocations[1] * registers[1]];
        const step = parts.reads
          .filter((r) => r.staged)
          .reduce((sum, r) => sum + 4 * tapCount(r.windows) * (r.along[0] === 'rows' ? tall : wide), 0);
        const by = depths.find((d) => cost.beside * d * step <= bytes);
        const count = others * Math.ceil(rows / tall) * Math.ceil(cols / wide);
        const open = count >= wanted || registers[0] * registers[1] === 1;
        return by && open ? [{ invocations, registers, by, count }] : [];
      }),
  );
  const costs = shapes.map((shape) => ({ shape, ...readsOf(parts, shape, extents) }));
  const costOf = ({ memory, near }: Reads): number => cost.far * memory + near;
  const best = costs.reduce<(typeof costs)[number] | null>((b, c) => (b && costOf(b) <= costOf(c) ? b : c), null);
  const alone = parts.reads.length * places;
  return best && best.memory * cost.saving <= alone ? best.shape : null;
}

/** Those whose columns fill a vector come first. */
const registerShapes: readonly Sides[] = Array.from({ length: mostRegisters }, (_, i) => mostRegisters - i).flatMap(
  (c) => Array.from({ length: mostRegisters }, (_, i): Sides => [mostRegisters - i, c]),
);

const divisors = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

interface Reads {
  /** Words read per result and step of its sum, from global memory and from workgroup memory. */
  readonly memory: number;
  readonly near: number;
}

function readsOf({ rows, cols, reads }: BlockParts, { invocations, registers }: BlockShape, extents: Extents): Reads {
  const side = (l: Loop, d: 0 | 1) => {
    const [length, wide] = [extents.of(l), invocations[d] * registers[d]];
    const blocks = Math.ceil(length / wide);
    return { length, each: registers[d], blocks, idle: (blocks * wide) / length };
  };
  const [down, across] = [side(rows, 0), side(cols, 1)];
  // Invocations beyond the edge of the results still read.
  const idle = down.idle * across.idle;
  let [memory, near] = [0, 0];
  for (const r of reads) {
    const places = tapCount(r.windows);
    const along = (s: 'rows' | 'cols'): boolean => r.along.includes(s);
    const own = (places * idle) / ((along('rows') ? 1 : down.each) * (along('cols') ? 1 : across.each));
    if (r.staged) {
      near += own;
      memory += (places * (along('rows') ? across : down).blocks) / (along('rows') ? across : down).length;
    } else memory += own;
  }
  return { memory, near };
}
