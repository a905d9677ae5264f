/** Timing of fast code: the median of samples, and the cost of reading the clock. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The milliseconds between two readings of the clock, to be subtracted from measurements: the least of many, as more than a reading
 *  costs would make the fastest kernels vanish. */
export function clockCost(): number {
  const looks = Array.from({ length: 2000 }, () => performance.now());
  return looks.slice(1).reduce((least, t, i) => Math.min(least, t - (looks[i] as number)), Number.POSITIVE_INFINITY);
}
