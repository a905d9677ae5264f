/** Offsets in the arena: buffers alive at the same time share no byte, and each lies where a plain search would put it. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeastFirst } from '../ir/collections.ts';
import { type Lasting, mostLive, placeAll } from '../passes/place.ts';

/** Spans in order, none touching another. */
const lives = fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { minLength: 1, maxLength: 3 }).map((parts) => {
  let at = 0;
  return parts.map(([gap, length]) => {
    const from = at + gap;
    at = from + length + 1;
    return { from, to: from + length };
  });
});
const lasting = fc.array(fc.record({ bytes: fc.nat(20).map((n) => 16 * n), lives }), { maxLength: 30 });

const together = (a: Lasting, b: Lasting): boolean =>
  a.lives.some((p) => b.lives.some((q) => p.from <= q.to && q.from <= p.to));

/** The same by definition: the lowest offset that nothing placed before rules out. */
function plainly(all: readonly Lasting[]): number[] {
  const offsets = new Map<Lasting, number>();
  for (const t of [...all].sort((a, b) => b.bytes - a.bytes)) {
    const rivals = [...offsets].filter(([o]) => together(t, o));
    const free = (at: number): boolean => rivals.every(([o, to]) => at + t.bytes <= to || to + o.bytes <= at);
    offsets.set(t, Math.min(...[0, ...rivals.map(([o, to]) => to + o.bytes)].filter(free)));
  }
  return all.map((t) => offsets.get(t) as number);
}

test('placeAll gives the offsets of a plain search', () => {
  fc.assert(
    fc.property(lasting, (all) => {
      expect(placeAll(all)).toEqual(plainly(all));
    }),
  );
});

test('in pieces, each buffer fits in one, after the bytes taken there and apart from all that live at the same time', () => {
  const every = 352;
  fc.assert(
    fc.property(
      lasting,
      fc.array(
        fc.nat(11).map((n) => 32 * n),
        { maxLength: 3 },
      ),
      (all, taken) => {
        const offsets = placeAll(all, { every, taken });
        const fits = (i: number, offset: number): boolean => {
          const { bytes } = all[i] as Lasting;
          const start = every * Math.floor(offset / every);
          if (offset < start + (taken[start / every] ?? 0) || offset + bytes > start + every) return false;
          return all.every((other, j) => {
            const to = offsets[j] as number;
            return j === i || !together(all[i] as Lasting, other) || to + other.bytes <= offset || offset + bytes <= to;
          });
        };
        for (const [i, offset] of offsets.entries()) expect(fits(i, offset)).toBe(true);
        const [first] = [...all.keys()].sort((a, b) => (all[b] as Lasting).bytes - (all[a] as Lasting).bytes);
        if (first === undefined) return;
        const { bytes } = all[first] as Lasting;
        const starts = [0, 1, 2, 3].map((k) => every * k + (taken[k] ?? 0));
        expect(offsets[first]).toBe(starts.find((at, k) => at + Math.max(bytes, 1) <= every * (k + 1)));
      },
    ),
  );
});

test('mostLive is the most bytes alive at once', () => {
  fc.assert(
    fc.property(lasting, (all) => {
      const steps = all.flatMap((t) => t.lives.flatMap(({ from, to }) => [from, to]));
      const at = (step: number): number =>
        all.filter((t) => t.lives.some((l) => l.from <= step && step <= l.to)).reduce((sum, t) => sum + t.bytes, 0);
      expect(mostLive(all)).toBe(Math.max(0, ...steps.map(at)));
    }),
  );
});

test('LeastFirst returns the least number first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const queue = new LeastFirst();
      for (const n of numbers) queue.push(n);
      expect(numbers.map(() => queue.pop())).toEqual([...numbers].sort((a, b) => a - b));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});
