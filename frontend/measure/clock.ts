/** Times of code that is fast: what becomes of samples, and what a look at the clock itself takes. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Milliseconds from one look at the clock to the next, to be taken off what lies between them. */
export function clockCost(): number {
  const looks = Array.from({ length: 2000 }, () => performance.now());
  return median(looks.slice(1).map((t, i) => t - (looks[i] as number)));
}
