/** Which numbers and extents are simpler than others. */

import { type Dim, isBatch } from '../../ir/type.ts';

export const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** The weight of a number: zero is the lightest, then one, other small whole numbers, other finite numbers, and the rest. */
export const weightOfNumber = (x: number): number => {
  if (Object.is(x, 0)) return 0;
  if (x === 1) return 1;
  return Number.isInteger(x) && Math.abs(x) < 1e6 ? 2 + Math.abs(x) : Number.isFinite(x) ? 2e6 : 3e6;
};

/** Smaller whole numbers to try, in ascending order: `least` and the next two, then numbers ever closer to `n`. */
export function smaller(n: number, least: number): number[] {
  const tries = [least, least + 1, least + 2];
  for (let gap = Math.ceil((n - least) / 2); gap >= 1; gap = gap === 1 ? 0 : Math.ceil(gap / 2)) tries.push(n - gap);
  return [...new Set(tries)].filter((s) => s < n && s >= least).sort((a, b) => a - b);
}

/** Smaller extents to try; for a multiple of the batch, constants and the batch itself. */
export const smallerDims = (d: Dim): readonly Dim[] =>
  isBatch(d) ? [1, 2, 3, ...(d.times > 1 ? [{ times: 1 }] : [])] : smaller(d, 1);
