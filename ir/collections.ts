/** What a map holds for a key, made first where it holds nothing. */
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

/** Numbers things in the order in which they are first seen. */
export function numbering<T>(): (thing: T) => number {
  const numbers = new Map<T, number>();
  return (thing) => upsert(numbers, thing, () => numbers.size);
}
