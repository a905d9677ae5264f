/** The sweep's cases with a batch: at a batch of n a model gives what PyTorch gives for n rows, at other batches what the
 *  graph means. Some cases of each function; all of them with TAPEOUT_SWEEP=all. */
import { afterAll, expect, test } from 'vitest';
import { KernelMachine, stagesOf, WasmMachine } from '../support/pipeline.ts';
import {
  batchModules,
  differencesOf,
  lineOf,
  meantAt,
  nameOf,
  sweepCases,
  typeAt,
  type Wanted,
} from '../support/sweep.ts';
import { reasonWithBatch } from '../support/sweep-differences.ts';
import { rows } from '../support/sweep-rows.ts';

const all = process.env.TAPEOUT_SWEEP === 'all';
const count = { cases: 0, values: 0, batches: 0, without: 0, explained: 0 };
/** Functions of which no case can have a batch. */
const none: string[] = [];

test.each(Object.keys(rows))('%s', async (of) => {
  const every = sweepCases().filter((c) => c.of === of);
  const modules = batchModules(all ? every : every.filter((_, i) => i % 8 === 0));
  if (modules.length === 0) none.push(of);
  for (const { module, n, wanted, givenAt } of all ? modules : modules.slice(0, 2)) {
    const graph = module.graphs[0]!;
    const stages = stagesOf(module);
    for (const rows of new Set([n, 1, module.maxBatch])) {
      const given = givenAt(rows);
      const typeOf = (w: Wanted) => typeAt(graph, w, rows);
      const meaning = meantAt(graph, wanted, given, rows);
      const kernels = new KernelMachine(stages, 'scheduled', given, rows).run('run');
      const wasm = (await WasmMachine.of(stages, given, rows)).run('run', rows);
      for (const w of wanted)
        expect([...Array.from(wasm.get(w.result)!)], `${nameOf(w.case)}: ${w.what} at N = ${rows}`).toEqual([
          ...Array.from(kernels.get(w.result)!),
        ]);
      // PyTorch gives the expected values at its own batch, the graph's meaning those at others.
      const asked = rows === n ? wanted : meaning;
      const found = [
        ...differencesOf(asked, 'interpreter', (w) => meaning.find((m) => m.result === w.result)!.want, typeOf),
        ...differencesOf(asked, 'WebAssembly', (w) => wasm.get(w.result)!, typeOf),
      ];
      expect(found.filter((d) => !reasonWithBatch(d)).map(lineOf), `N = ${rows}`).toEqual([]);
      count.explained += found.length;
      count.values += asked.reduce((sum, w) => sum + w.want.length, 0);
      count.batches++;
    }
    count.cases += new Set(wanted.map((w) => w.case)).size;
  }
});

afterAll(() => {
  console.log(
    `sweep with a batch: ${count.cases} cases at ${count.batches} batches, ${count.values} values and gradients; ` +
      `differences explained: ${count.explained}; no case can have one: ${none.join(', ') || 'none'}`,
  );
});
