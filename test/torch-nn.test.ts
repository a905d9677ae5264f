/** docs/torch-nn.md tells of every name of torch.nn whether it is here: it is held against the exports, and cannot go stale. */
import { expect, test } from 'vitest';
import { all, page, unused } from './support/torch-names.ts';

test('every name of PyTorch is here, or there is a reason why not', () => {
  expect(all.length).toBeGreaterThan(250);
  expect(all.filter((n) => !n.here && !n.why).map((n) => `${n.room}.${n.name}`)).toEqual([]);
});

test('no reason is left over', () => expect(unused()).toEqual([]));

test('docs/torch-nn.md says so', async () => {
  await expect(page()).toMatchFileSnapshot('../docs/torch-nn.md');
});
