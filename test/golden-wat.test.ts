/** Goldens of the WebAssembly emitter, one construct a file: `test/golden/wat/*.tir`. */
import { expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import strange from './fixtures/strange.ts';
import { goldensOf } from './support/golden.ts';
import { checkWatGolden, watOf } from './support/golden-wat.ts';

const goldens = goldensOf('wat');

test.each(goldens.map((g) => [g.name, g] as const))('wat %s', (_, golden) => checkWatGolden(golden));

/** The instructions of a module, including structural ones. */
const instructions = (wat: string): string[] => [...wat.matchAll(/\(([a-z]\w*(?:\.\w+)*)/g)].map((m) => m[1] as string);

test('every instruction in the examples occurs in a golden', async () => {
  const shown = new Set(goldens.flatMap((g) => instructions(watOf(g))));
  for (const spec of [lenet, mlp, convnet, strange]) {
    const { wat, manifest } = await compile(spec);
    const missing = new Set(instructions(wat()).filter((i) => !shown.has(i)));
    expect([...missing], manifest.name).toEqual([]);
  }
});
