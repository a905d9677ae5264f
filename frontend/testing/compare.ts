/** Comparison of two tensors, and the words for their differences. */

import { bindShape, type Shape, showShape } from '../../ir/type.ts';

export interface Difference {
  /** Row-major. */
  readonly index: number;
  readonly got: number;
  readonly want: number;
  readonly allowed: number;
  /** The number of elements that differ by more than is allowed, out of `count`. */
  readonly wrong: number;
  readonly count: number;
}

/** The element that exceeds its allowed difference by the largest factor, or null if none does. NaN equals NaN. */
export function worst(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  allowed: (want: number) => number,
): Difference | null {
  let found: Difference | null = null;
  let [most, wrong] = [1, 0];
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i] as number, want[i] as number];
    if (Object.is(g, w) || g === w) continue;
    const share = Math.abs(g - w) / allowed(w);
    if (share <= 1) continue;
    wrong++;
    // An unexpected NaN is worse than any number.
    if (found && !(share > most) && !Number.isNaN(share)) continue;
    most = Number.isNaN(share) ? Infinity : share;
    found = { index: i, got: g, want: w, allowed: allowed(w), wrong, count: want.length };
  }
  return found && { ...found, wrong };
}

/** `w[2,0] of [6,5]`. */
export function elementName(name: string, index: number, shape: Shape, n: number): string {
  const extents = bindShape(shape, n);
  const at: number[] = [];
  let rest = index;
  for (const extent of [...extents].reverse()) {
    at.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return at.length ? `${name}[${at.join(',')}] of ${showShape(shape)}` : name;
}

export const number = (v: number): string => (Object.is(v, -0) ? '-0' : String(v));
export const short = (v: number): string => String(Number(v.toPrecision(3)));
export const counted = ({ wrong, count }: Difference): string =>
  count === 1 ? '' : `, and ${wrong} of ${count} elements are wrong`;
