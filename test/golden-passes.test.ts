/** What each pass makes of a graph, one decision a file: `test/golden/<pass>/*.tir`. `npm run bless` writes the result of
 *  the pass; its meaning is checked in any case. */

import { describe, expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { FusedGraph } from '../ir/graph.ts';
import { ops } from '../ir/ops/index.ts';
import { wasm128 } from '../ir/target.ts';
import { printGraph } from '../ir/text/print-graph.ts';
import { algebra } from '../passes/canonicalize.ts';
import { fuse } from '../passes/fuse.ts';
import { rewrite } from '../passes/rewrite.ts';
import { checkGolden, goldenPasses, goldensOf, parsed } from './support/golden.ts';

for (const pass of goldenPasses)
  describe(pass, () => {
    const goldens = goldensOf(pass);
    test.each(goldens.map((g) => [g.name, g] as const))('%s', (_, golden) => checkGolden(golden));
  });

test('every rule of canonicalize has a golden that needs the rule', () => {
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

/** The fusions in a graph: each pair of ops of which one reads the other within a kernel, and which results are stored
 *  together. */
function fusions(graphs: readonly FusedGraph[]): Set<string> {
  const found = new Set<string>();
  for (const { roots, members } of graphs.flatMap((g) => g.groups)) {
    for (const m of members)
      for (const i of m.inputs) if (i.kind === 'node' && members.has(i)) found.add(`${i.op.name} -> ${m.op.name}`);
    const stored = roots.map((r) => r.op.name).sort();
    if (stored.length > 1) found.add(`stored together: ${stored.join(', ')}`);
  }
  return found;
}

let shown: ReadonlySet<string> | undefined;
test.each(Object.entries({ lenet, mlp, convnet }))('every fusion of %s has a golden', async (_, spec) => {
  shown ??= fusions(goldensOf('fuse').map((g) => fuse(parsed(g), wasm128)));
  const { fused } = await compile(spec);
  expect([...fusions(fused)].filter((f) => !shown?.has(f))).toEqual([]);
});

test('every op has a golden of its gradient', () => {
  expect(goldensOf('autodiff').map((g) => g.name)).toEqual(expect.arrayContaining([...ops.keys()]));
});
