/** Goldens of the kernel passes, one decision a file: `test/golden/{lower,expandMath,schedule,plan}/*.tir`. */
import { describe, expect, test } from 'vitest';
import convnet from '../examples/convnet.ts';
import lenet from '../examples/lenet.ts';
import mlp from '../examples/mlp.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import { type Directive, type DirectiveName, directiveNames, fieldsOf } from '../ir/schedule.ts';
import { parseText } from '../ir/text/parse.ts';
import { versionLine } from '../ir/text/print-options.ts';
import { type Golden, goldensOf, maxBatch } from './support/golden.ts';
import { checkKernelGolden, kernelGoldenPasses, madeOf } from './support/golden-kernels.ts';

for (const pass of kernelGoldenPasses)
  describe(pass, () => {
    test.each(goldensOf(pass).map((g) => [g.name, g] as const))('%s', (_, golden) => checkKernelGolden(golden));
  });

let made: readonly { readonly golden: Golden; readonly after: string | null }[] | undefined;

/** Directives after the pass, such as `tile fenced`, in the goldens with a given schedule or in those without. */
function directives(given: boolean): Set<string> {
  const found = new Set<string>();
  made ??= goldensOf('schedule').map((golden) => ({ golden, after: madeOf(golden) }));
  for (const { golden, after } of made) {
    const before = golden.input;
    if (after === null || parseText(before, golden.path).schedules.length > 0 !== given) continue;
    for (const { directives } of parseText(`${versionLine}\n${after}`, golden.path, { maxBatch }).schedules)
      for (const { directive } of directives) for (const form of formsOf(directive)) found.add(form);
  }
  return found;
}
const flags = (name: DirectiveName): string[] => fieldsOf(name).flatMap((f) => (f.holds === 'flag' ? f.key : []));
const formsOf = (d: Directive): string[] => [
  d.do,
  ...flags(d.do).flatMap((f) => (f in d && d[f as keyof Directive] ? `${d.do} ${f}` : [])),
];

test('every directive has a golden, with each of its flags', () => {
  const all = directiveNames.flatMap((d) => [d, ...flags(d).map((f) => `${d} ${f}`)]);
  expect([...directives(true)].sort()).toEqual(all.sort());
});

test('every directive that the scheduler chooses in the examples has a golden in which it is chosen', async () => {
  const derived = directives(false);
  for (const spec of [lenet, mlp, convnet]) {
    const { scheduled } = await compile(spec);
    const chosen = [...scheduled.schedules.values()].flat().flatMap(formsOf);
    expect([...new Set(chosen)].filter((d) => !derived.has(d))).toEqual([]);
  }
});
