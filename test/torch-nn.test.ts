/** docs/torch-nn.md says of every name of torch.nn whether Tapeout has it: it is checked against the exports, and cannot go
 *  stale. */
import { expect, test } from 'vitest';
import { all, page, unused } from './support/torch-names.ts';

test('every name of PyTorch exists here, or has a reason why not', () => {
  expect(all.length).toBeGreaterThan(250);
  expect(all.filter((n) => !n.here && !n.why).map((n) => `${n.room}.${n.name}`)).toEqual([]);
});

test('no reason is unused', () => expect(unused()).toEqual([]));

test('docs/torch-nn.md lists them', async () => {
  await expect(page()).toMatchFileSnapshot('../docs/torch-nn.md');
});
