/** The value of a map for a key; makes it first if there is none. */
export function upsert<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Numbers things in the order of their first use. */
export function numbering<T>(): (thing: T) => number {
  const numbers = new Map<T, number>();
  return (thing) => upsert(numbers, thing, () => numbers.size);
}

/** A priority queue of numbers that pops the least first: a binary heap. */
export class LeastFirst {
  readonly #heap: number[] = [];

  push(n: number): void {
    const heap = this.#heap;
    let i = heap.length;
    for (let up = (i - 1) >> 1; i > 0 && n < (heap[up] as number); up = (i - 1) >> 1) {
      heap[i] = heap[up] as number;
      i = up;
    }
    heap[i] = n;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return least;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down + 1 < heap.length && (heap[down + 1] as number) < (heap[down] as number)) down++;
      if (down >= heap.length || last <= (heap[down] as number)) break;
      heap[i] = heap[down] as number;
      i = down;
    }
    heap[i] = last;
    return least;
  }
}
