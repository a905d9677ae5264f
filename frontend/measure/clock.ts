/** Timing of fast code: the median of samples, and the cost of reading the clock. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The milliseconds between two readings of the clock, to be subtracted from measurements. */
export function clockCost(): number {
  const looks = Array.from({ length: 2000 }, () => performance.now());
  return median(looks.slice(1).map((t, i) => t - (looks[i] as number)));
}
