/** Offsets in one arena, or in pieces of one, for buffers that live at different times: greedy by size, after Pisarchyk
 *  & Lee 2020, section 5. */

/** The steps of a timeline from one to another, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A buffer of this size, live in these spans: in order, without overlap. */
export interface Lasting {
  readonly bytes: number;
  readonly lives: readonly Span[];
}

/** Memory in pieces, each starting at a multiple of `every`. A buffer lies within a single piece. */
export interface Pieces {
  readonly every: number;
  /** The bytes of each piece, from its start, that are taken for good. */
  readonly taken: readonly number[];
}

const whole: Pieces = { every: Number.POSITIVE_INFINITY, taken: [] };
/** The offset at which a piece starts. */
export const startOf = (every: number, piece: number): number => (piece === 0 ? 0 : piece * every);

/** The lowest offset at or after `from` with room for this many bytes, which must fit an empty piece. */
export function lowest(pieces: Pieces, from: number, bytes: number): number {
  for (let k = Math.floor(from / pieces.every); ; k++) {
    const start = startOf(pieces.every, k);
    const offset = Math.max(from, start + (pieces.taken[k] ?? 0));
    if (offset + Math.max(bytes, 1) <= start + pieces.every) return offset;
  }
}

/** Offsets such that buffers that live at the same time do not overlap: the largest buffers first, each at the lowest
 *  offset that the ones before it allow. */
export function placeAll(all: readonly Lasting[], pieces: Pieces = whole): number[] {
  const largestFirst = [...all.keys()].sort((a, b) => (all[b] as Lasting).bytes - (all[a] as Lasting).bytes);
  const offsets = new Array<number>(all.length).fill(0);
  // The placed buffers by offset. The first gap is usually near the bottom, and comparing two numbers skips a buffer
  // that lives at another time, so for the number of buffers in a graph a plain list is faster than a tree.
  const placed: { readonly offset: number; readonly end: number; readonly span: Span; readonly of: Lasting }[] = [];
  for (const i of largestFirst) {
    const one = all[i] as Lasting;
    const span = hull(one);
    let offset = lowest(pieces, 0, one.bytes);
    let at = 0;
    for (; at < placed.length; at++) {
      const other = placed[at] as (typeof placed)[number];
      if (offset + one.bytes <= other.offset) break;
      if (other.end <= offset || other.span.to < span.from || span.to < other.span.from) continue;
      if (meet(one, other.of)) offset = lowest(pieces, other.end, one.bytes);
    }
    offsets[i] = offset;
    while (at > 0 && (placed[at - 1] as (typeof placed)[number]).offset > offset) at--;
    placed.splice(at, 0, { offset, end: offset + one.bytes, span, of: one });
  }
  return offsets;
}

/** The most bytes live at one step: a lower bound for any assignment. */
export function mostLive(all: readonly Lasting[]): number {
  const changes = new Map<number, number>();
  const change = (step: number, by: number): void => void changes.set(step, (changes.get(step) ?? 0) + by);
  for (const { bytes, lives } of all)
    for (const { from, to } of lives) {
      change(from, bytes);
      change(to + 1, -bytes);
    }
  let [live, most] = [0, 0];
  for (const [, by] of [...changes].sort(([a], [b]) => a - b)) {
    live += by;
    most = Math.max(most, live);
  }
  return most;
}

const hull = ({ lives }: Lasting): Span => ({
  from: (lives[0] as Span).from,
  to: (lives.at(-1) as Span).to,
});

/** True if two buffers live at the same step. Walks both lists, advancing the one that lags. */
function meet({ lives: a }: Lasting, { lives: b }: Lasting): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [p, q] = [a[i] as Span, b[j] as Span];
    if (p.to < q.from) i++;
    else if (q.to < p.from) j++;
    else return true;
  }
  return false;
}
