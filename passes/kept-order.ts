/** An order of things that wait for each other, kept while more things and more waits are added, so that a search for a path looks
 *  only at what lies between its ends. After Pearce & Kelly 2006, with only one end of a new wait moved. */

/** `after` returns what must come directly after an item. Its answers may change between calls, but never form a cycle. */
export class KeptOrder<T> {
  readonly #after: (t: T) => Iterable<T>;
  /** From the last to the first; an item that was removed leaves a gap. */
  readonly #line: (T | undefined)[] = [];
  readonly #position = new Map<T, number>();

  constructor(after: (t: T) => Iterable<T>) {
    this.#after = after;
  }

  /** Adds an item that need not come after any other. */
  add(t: T): void {
    this.#position.set(t, this.#line.length);
    this.#line.push(t);
  }

  /** True if `t` must come after one of the others, directly or indirectly. */
  isAfter(t: T, others: Iterable<T>): boolean {
    const last = this.#at(t);
    const stack = [...others].filter((o) => o !== t && this.#at(o) > last);
    const seen = new Set(stack);
    for (let from = stack.pop(); from !== undefined; from = stack.pop())
      for (const next of this.#after(from)) {
        if (next === t) return true;
        if (seen.has(next) || this.#at(next) < last) continue;
        seen.add(next);
        stack.push(next);
      }
    return false;
  }

  /** Restores the order when `after(t)` has grown. */
  settle(t: T): void {
    const last = this.#at(t);
    const moved = this.#reach(t, last);
    if (moved.size === 0) return;
    const end = Math.max(...[...moved].map((m) => this.#at(m)));
    const between = this.#line.slice(last, end + 1);
    const isMoved = (m: T | undefined): boolean => m !== undefined && moved.has(m);
    const next = [...between.filter(isMoved), ...between.filter((m) => !isMoved(m))];
    for (const [i, m] of next.entries()) this.#put(m, last + i);
  }

  /** Replaces `other` by `t`, which has taken over its edges. */
  unite(t: T, other: T): void {
    const [one, two] = [this.#at(t), this.#at(other)];
    this.#position.delete(other);
    this.#put(undefined, Math.max(one, two));
    this.#put(t, Math.min(one, two));
    this.settle(t);
  }

  /** The items that must come after `t` but lie ahead of `last`. */
  #reach(t: T, last: number): Set<T> {
    const found = new Set<T>();
    const stack = [t];
    for (let from = stack.pop(); from !== undefined; from = stack.pop())
      for (const next of this.#after(from))
        if (this.#at(next) > last && !found.has(next)) {
          found.add(next);
          stack.push(next);
        }
    return found;
  }

  #at(t: T): number {
    return this.#position.get(t) as number;
  }

  #put(t: T | undefined, at: number): void {
    this.#line[at] = t;
    if (t !== undefined) this.#position.set(t, at);
  }
}
