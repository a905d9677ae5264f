/** What each pass makes of a graph, one decision a file: `test/golden/<pass>/*.tir`. `npm run bless` writes what is behind
 *  the pass; what it means is checked all the same. */
import { describe, expect, test } from 'vitest';
import { ops } from '../ir/ops/index.ts';
import { printGraph } from '../ir/print-graph.ts';
import { algebra } from '../passes/canonicalize.ts';
import { rewrite } from '../passes/rewrite.ts';
import { checkGolden, goldenPasses, goldensOf, parsed } from './support/golden.ts';

for (const pass of goldenPasses)
  describe(pass, () => {
    const goldens = goldensOf(pass);
    test.each(goldens.map((g) => [g.name, g] as const))('%s', (_, golden) => checkGolden(golden));
  });

test('every rule of canonicalize has a golden, which it takes that rule to reach', () => {
  const goldens = goldensOf('canonicalize');
  const rules = algebra.map((r) => r.name);
  expect(new Set(rules).size).toBe(rules.length);
  expect(goldens.map((g) => g.name)).toEqual(expect.arrayContaining(rules));
  for (const golden of goldens.filter((g) => rules.includes(g.name))) {
    const without = algebra.filter((r) => r.name !== golden.name);
    const shown = (by: typeof algebra) => printGraph(rewrite(parsed(golden), by), { places: false });
    expect(shown(algebra), golden.name).not.toBe(shown(without));
  }
});

test('every op has a golden of its gradient', () => {
  expect(goldensOf('autodiff').map((g) => g.name)).toEqual(expect.arrayContaining([...ops.keys()]));
});
