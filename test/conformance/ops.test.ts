/** Every op of the goldens against PyTorch: result and gradients, as the graph means them in float64 and as WebAssembly
 *  computes them, with all stages in between compared with each other. */
import { describe, expect, test } from 'vitest';
import { calls } from '../support/calls.ts';
import { agree } from '../support/differential.ts';
import { hasBatch, type OpCase, opModule } from '../support/op-case.ts';
import { stagesOf } from '../support/pipeline.ts';
import { cases, expectClose } from '../support/pytorch.ts';

/** Cases that Tapeout cannot compute yet. One that it can compute must leave this table. */
const notYet: Readonly<Record<string, string>> = {
  'dropout/p0': 'a step draws no random numbers yet',
  'embedding/repeats': 'there is no gather',
  'embedding/padding_idx': 'there is no gather',
  'embedding/single': 'there is no gather',
};

const all = cases('op');

test('the table of missing cases is exact', () => {
  expect(Object.keys(notYet).filter((id) => !all.some((c) => c.id === id))).toEqual([]);
  expect(all.filter((c) => !calls[c.op]).map((c) => c.id)).toEqual(Object.keys(notYet));
});

describe.each([...new Set(all.filter((c) => !(c.id in notYet)).map((c) => c.op))])('%s', (op) => {
  const present = all.filter((c) => c.op === op && !(c.id in notYet));
  test.each(present)('$id', (c) => check(c, false));
  test.each(present.filter(hasBatch))('$id with a symbolic batch', (c) => check(c, true));
});

async function check(c: OpCase, symbolic: boolean): Promise<void> {
  const { module, given, n, wanted } = opModule(c, symbolic);
  const { seen, exact } = await agree(stagesOf(module), given, n);
  for (const { name, want, err64 } of wanted)
    for (const [by, got] of [
      ['the interpreter', exact],
      ['WebAssembly', seen],
    ] as const)
      expectClose(got.get(`run/${name}`)!, want, err64, `${c.id}: ${name} by ${by}`);
}
