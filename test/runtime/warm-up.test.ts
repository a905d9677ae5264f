/** Warm-up calls: all are made, and of their errors only a lost thread ends the warm-up. */
import { expect, test } from 'vitest';
import { TapeoutError } from '../../runtime/index.ts';
import { warmUp } from '../../runtime/warm-up.ts';

test('makes every call, with one sample and with at most the largest batch, whatever others throw', () => {
  const batches: number[] = [];
  const refuse = () => {
    throw new TapeoutError('wrong-array', 'no label');
  };
  warmUp([refuse, (n) => batches.push(n)], 4, 2);
  expect(batches).toContain(1);
  expect(Math.max(...batches)).toBeLessThanOrEqual(4);
});

test('reports a lost thread', () => {
  const lost = () => {
    throw new TapeoutError('thread-lost', 'a thread was lost');
  };
  expect(() => warmUp([lost], 4, 2)).toThrow('a thread was lost');
});
