/** The search for the smallest thing that still fails. It knows nothing of what it makes smaller: a language does.
 *
 *  It is delta debugging (Zeller & Hildebrandt 2002): of what could be taken away it tries all, then halves, quarters and
 *  so on down to single choices, until no single choice can be taken any more. */

/** Which of several choices are taken, by number. */
type Chosen = ReadonlySet<number>;

/** What one step could do to one thing: choices of which any may be taken together. */
export interface Offer<T> {
  readonly count: number;
  /** The thing with these choices taken; null where they do not go together. */
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
  /** In the order in which they are tried: first what takes away the most. */
  readonly steps: readonly Step<T>[];
  print(t: T): string;
  /** Whether a text is one that may be checked at all. */
  isValid(text: string): boolean;
  /** An order on things, compared from the first number on. Only what is smaller is kept, so that every search ends. */
  size(t: T): readonly number[];
}

export interface Search<T> {
  readonly best: T;
  /** How often the predicate was asked. */
  readonly checks: number;
}

export interface Watch<T> {
  /** Ends the search early: what is best so far is the result. */
  readonly signal?: AbortSignal | undefined;
  /** After each check. */
  readonly onCheck?: ((search: Search<T>, step: string) => void) | undefined;
  /** For each smaller thing that still fails. */
  readonly onSmaller?: ((search: Search<T>, step: string) => void) | undefined;
}

/** The smallest that still fails, of all that the steps lead to from `start`, which does: no single choice of any step
 *  makes a smaller one. Deterministic, if `fails` is. */
export async function minimize<T>(
  start: T,
  language: Language<T>,
  fails: (text: string) => boolean | Promise<boolean>,
  { signal, onCheck, onSmaller }: Watch<T> = {},
): Promise<Search<T>> {
  let best = start;
  let checks = 0;
  const passed = new Set<string>();

  /** Whether `candidate` takes the place of the best. */
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

  /** One round of halving: whether anything was taken. */
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
