/** Calls ahead of the first: all are made, and of what they throw only a lost thread ends it. */
import { expect, test } from 'vitest';
import { TapeoutError } from '../../runtime/index.ts';
import { warmUp } from '../../runtime/warm-up.ts';

test('every call is made, with one sample and with no more than there may be, whatever others throw', () => {
  const batches: number[] = [];
  const refuse = () => {
    throw new TapeoutError('wrong-array', 'no label');
  };
  warmUp([refuse, (n) => batches.push(n)], 4, 2);
  expect(batches).toContain(1);
  expect(Math.max(...batches)).toBeLessThanOrEqual(4);
});

test('a lost thread is told', () => {
  const lost = () => {
    throw new TapeoutError('thread-lost', 'a thread was lost');
  };
  expect(() => warmUp([lost], 4, 2)).toThrow('a thread was lost');
});
