/** What is simpler than what, among numbers and extents. */

import { type Dim, isBatch } from '../../ir/type.ts';

export const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** How far from simple: nothing, then one, then other whole numbers, then fractions. */
export const weightOfNumber = (x: number): number => {
  if (Object.is(x, 0)) return 0;
  if (x === 1) return 1;
  return Number.isInteger(x) && Math.abs(x) < 1e6 ? 2 + Math.abs(x) : Number.isFinite(x) ? 2e6 : 3e6;
};

/** Smaller whole numbers to try, the smallest first: `least` and its next, then ever closer to `n`. */
export function smaller(n: number, least: number): number[] {
  const tries = [least, least + 1, least + 2];
  for (let gap = Math.ceil((n - least) / 2); gap >= 1; gap = gap === 1 ? 0 : Math.ceil(gap / 2)) tries.push(n - gap);
  return [...new Set(tries)].filter((s) => s < n && s >= least).sort((a, b) => a - b);
}

/** Smaller extents; of the batch, constants. */
export const smallerDims = (d: Dim): readonly Dim[] =>
  isBatch(d) ? [1, 2, 3, ...(d.times > 1 ? [{ times: 1 }] : [])] : smaller(d, 1);
