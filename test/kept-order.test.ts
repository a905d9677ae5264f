/** A topological order under random edges and merges, compared with a search of the whole graph. */
import { expect, test } from 'vitest';
import { KeptOrder } from '../passes/kept-order.ts';
import { seeded } from './support/generate.ts';

test('`isAfter` agrees with a search of the whole graph', () => {
  for (let seed = 0; seed < 300; seed++) {
    const c = seeded(seed);
    const after = new Map<number, Set<number>>();
    const order = new KeptOrder<number>((t) => after.get(t) ?? []);
    const comesAfter = (t: number, others: Iterable<number>): boolean => {
      const found = new Set<number>();
      const stack = [...others];
      for (let from = stack.pop(); from !== undefined; from = stack.pop())
        for (const next of after.get(from) ?? [])
          if (!found.has(next)) {
            found.add(next);
            stack.push(next);
          }
      return found.has(t);
    };
    for (let t = 0; t < 24; t++) {
      const known = [...after.keys()];
      after.set(t, new Set(known.filter(() => c.chance(6))));
      order.add(t);
      order.settle(t);
      for (let i = 0; i < 4 && known.length > 1; i++) {
        const [a, b] = [c.of(known), c.of(known)];
        if (a === b || !after.has(a) || !after.has(b)) continue;
        const [ab, ba] = [comesAfter(b, [a]), comesAfter(a, [b])];
        expect([order.isAfter(b, [a]), order.isAfter(a, [b])]).toEqual([ab, ba]);
        const [waits, unites] = [c.chance(3), c.chance(3)];
        if (waits && !ba) {
          (after.get(a) as Set<number>).add(b);
          order.settle(a);
        }
        if (unites && !waits && !ab && !ba) {
          for (const s of after.values()) if (s.delete(b)) s.add(a);
          for (const next of after.get(b) as Set<number>) (after.get(a) as Set<number>).add(next);
          after.delete(b);
          order.unite(a, b);
        }
      }
    }
  }
});
