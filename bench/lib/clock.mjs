/** Times steps and summarizes the samples. */

export const median = (/** @type {readonly number[]} */ values) => {
  const s = [...values].sort((a, b) => a - b);
  const m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
};

/** Calls `step` until it has run for `ms` and at least `least` times. Returns how long one call took, in ms. */
export function warmUp(/** @type {() => unknown} */ step, /** @type {number} */ ms, least = 3) {
  const start = performance.now();
  let calls = 0;
  while (calls < least || performance.now() - start < ms) {
    step();
    calls++;
  }
  return (performance.now() - start) / calls;
}

/** Milliseconds a step, over `budgetMs`: steps are grouped so that one sample lasts `sampleMs` or more, after a warm-up.
 *  @returns {{ median: number, min: number, p90: number, steps: number }} */
export function clock(
  /** @type {() => unknown} */ step,
  { budgetMs = 300, sampleMs = 2, warmMs = budgetMs * 0.4 } = {},
) {
  const each = warmUp(step, warmMs);
  const group = Math.max(1, Math.floor(sampleMs / Math.max(each, 1e-6)));
  const samples = [];
  const start = performance.now();
  while (samples.length < 3 || performance.now() - start < budgetMs) {
    const t = performance.now();
    for (let i = 0; i < group; i++) step();
    samples.push((performance.now() - t) / group);
  }
  samples.sort((a, b) => a - b);
  return {
    median: median(samples),
    min: samples[0],
    p90: samples[Math.floor(samples.length * 0.9)],
    steps: samples.length * group,
  };
}
