/** The search for the smallest thing that still fails, independent of what the things are: a language describes them.
 *
 *  It is delta debugging (Zeller & Hildebrandt 2002): try to take all choices at once, then halves, quarters and so on down to
 *  single choices, until no single choice can be taken. */

/** The indices of the chosen choices. */
type Chosen = ReadonlySet<number>;

/** The choices of one step for one thing. Any subset of them may be tried. */
export interface Offer<T> {
  readonly count: number;
  /** The thing with these choices taken; null if they are incompatible. */
  take(chosen: Chosen): T | null;
}

/** One way of making things smaller. */
export interface Step<T> {
  readonly name: string;
  offer(t: T): Offer<T>;
}

export const step = <T, C>(
  name: string,
  choices: (t: T) => readonly C[],
  take: (t: T, chosen: readonly C[]) => T | null,
): Step<T> => ({
  name,
  offer(t) {
    const all = choices(t);
    return {
      count: all.length,
      take: (chosen) =>
        take(
          t,
          all.filter((_, i) => chosen.has(i)),
        ),
    };
  },
});

export interface Language<T> {
  /** In the order in which they are tried: those that remove the most come first. */
  readonly steps: readonly Step<T>[];
  print(t: T): string;
  /** True if a text may be passed to the predicate. */
  isValid(text: string): boolean;
  /** A size, compared lexicographically. Only smaller things are accepted, so that every search ends. */
  size(t: T): readonly number[];
}

export interface Search<T> {
  readonly best: T;
  /** The number of calls of the predicate. */
  readonly checks: number;
}

export interface Watch<T> {
  /** Ends the search early: the best thing so far is the result. */
  readonly signal?: AbortSignal | undefined;
  /** After each check. */
  readonly onCheck?: ((search: Search<T>, step: string) => void) | undefined;
  /** For each smaller thing that still fails. */
  readonly onSmaller?: ((search: Search<T>, step: string) => void) | undefined;
}

/** A smallest thing that still fails, reached from `start`, which fails: no single choice of any step gives a smaller one.
 *  Deterministic if `fails` is. */
export async function minimize<T>(
  start: T,
  language: Language<T>,
  fails: (text: string) => boolean | Promise<boolean>,
  { signal, onCheck, onSmaller }: Watch<T> = {},
): Promise<Search<T>> {
  let best = start;
  let checks = 0;
  const passed = new Set<string>();

  /** Replaces the best by `candidate` if it is smaller and fails; true if so. */
  const takes = async (candidate: T | null, name: string): Promise<boolean> => {
    if (candidate === null || !isSmaller(language.size(candidate), language.size(best))) return false;
    const text = language.print(candidate);
    if (passed.has(text) || !language.isValid(text)) return false;
    checks++;
    const failed = await fails(text);
    onCheck?.({ best, checks }, name);
    if (!failed || signal?.aborted) {
      passed.add(text);
      return false;
    }
    best = candidate;
    onSmaller?.({ best, checks }, name);
    return true;
  };

  /** One round of halving; true if anything was taken. */
  const sweep = async ({ name, offer }: Step<T>): Promise<boolean> => {
    const { count, take } = offer(best);
    const taken = new Set<number>();
    for (let chunk = count; chunk >= 1 && !signal?.aborted; chunk = Math.floor(chunk / 2))
      for (let from = 0; from < count && !signal?.aborted; from += chunk) {
        const more = Array.from({ length: Math.min(chunk, count - from) }, (_, i) => from + i);
        if (more.every((i) => taken.has(i))) continue;
        if (await takes(take(new Set([...taken, ...more])), name)) for (const i of more) taken.add(i);
      }
    return taken.size > 0;
  };

  for (let again = true; again && !signal?.aborted; ) {
    again = false;
    for (const s of language.steps) while (await sweep(s)) again = true;
  }
  return { best, checks };
}

export function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((n, i) => n !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
