/** Every function, method, layer and loss on edge cases, against PyTorch's values and gradients: by the graph's meaning in
 *  float32, and by WebAssembly, which gives the bits of the kernels. Intended differences are in docs/differences.md. */
import { afterAll, describe, expect, test } from 'vitest';
import { nn, Tensor } from '../../frontend/index.ts';
import * as F from '../../frontend/model/functional/index.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { KernelMachine, stagesOf, WasmMachine } from '../support/pipeline.ts';
import { type Difference, differencesOf, lineOf, nameOf, sweepCases, sweepModule } from '../support/sweep.ts';
import { differencesPage, meant, reasonOf } from '../support/sweep-differences.ts';
import { rows } from '../support/sweep-rows.ts';

const all = sweepCases();
const found: Difference[] = [];
const count = { cases: 0, values: 0 };

describe('PyTorch has', () => {
  test.each(Object.keys(rows))('%s', async (of) => {
    const cases = all.filter((c) => c.of === of);
    expect(cases.length).toBeGreaterThan(0);
    const { module, given, wanted, differences } = sweepModule(cases);
    const graph = module.graphs[0]!;
    const types = new Map(graph.results.map((r) => [r.name, r.value.type]));
    const typeOf = (w: { result: string }) => types.get(w.result)!;
    const meaning = new Map([...interpretGraph(graph, given, 1, { precision: 'f32' })].map(([r, v]) => [r.name, v]));
    const stages = stagesOf(module);
    const kernels = new KernelMachine(stages, 'scheduled', given, 1).run('run');
    const wasm = (await WasmMachine.of(stages, given, 1)).run('run', 1);
    const mine = [
      ...differences,
      ...differencesOf(wanted, 'interpreter', (w) => meaning.get(w.result)!, typeOf),
      ...differencesOf(wanted, 'WebAssembly', (w) => wasm.get(w.result)!, typeOf),
    ];
    for (const w of wanted)
      expect(
        [...Array.from(wasm.get(w.result)!)],
        `${nameOf(w.case)}: ${w.what}: WebAssembly has the kernels' bits`,
      ).toEqual([...Array.from(kernels.get(w.result)!)]);
    found.push(...mine);
    count.cases += cases.length;
    count.values += wanted.reduce((n, w) => n + w.want.length, 0);
    expect(mine.filter((d) => !reasonOf(d)).map(lineOf)).toEqual([]);
  });
});

test('the intended differences are exactly these', async () => {
  expect(meant.filter((m) => !found.some((d) => reasonOf(d) === m)).map((m) => m.pytorch)).toEqual([]);
  await expect(`${found.map(lineOf).sort().join('\n')}\n`).toMatchFileSnapshot('../golden/sweep.txt');
});

test('docs/differences.md lists them', async () => {
  await expect(differencesPage()).toMatchFileSnapshot('../../docs/differences.md');
});

test('every public function, method, layer and loss has a row, and every row has cases', () => {
  const ways = new Set(Object.values(rows).flatMap((r) => Object.keys(r.ways)));
  // These compute nothing: an extent, and a tensor's text. `apply` is as good as the op it is given.
  const none = new Set(['Tensor.size', 'Tensor.toString', 'apply']);
  // Random functions have their own numbers: test/random.test.ts.
  const draws = /^(nn\.|Tensor\.)?(rand|bernoulli|gumbel|(feature)?(alpha)?dropout)/i;
  // Gradients: test/gradient.test.ts.
  const gradients = /^(grad|customGradient|checkpoint)$/;
  // Loops have their own nets: test/scan.test.ts, test/conformance/nets.test.ts.
  const loops = /^scan$|^nn\.(RNN|GRU|LSTM)(Cell)?$/;
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
    .filter(([name, d]) => typeof d.value === 'function' && name !== 'constructor')
    .map(([name]) => `Tensor.${name}`);
  const functions = Object.entries(F).flatMap(([name, f]) => (typeof f === 'function' ? [name] : []));
  // Multi-head attention has its own nets: test/conformance/nets.test.ts.
  const nets = [
    'MultiheadAttention',
    ...['', 'EncoderLayer', 'Encoder', 'DecoderLayer', 'Decoder'].map((of) => `Transformer${of}`),
  ];
  // Initial values have PyTorch's bits: test/init.test.ts.
  const holders = new Set(['Module', 'Parameter', 'Buffer', 'init', ...nets]);
  const layers = Object.keys(nn).flatMap((name) => (holders.has(name) ? [] : [`nn.${name}`]));
  const there = [...methods, ...functions, ...layers].filter(
    (name) => !none.has(name) && !draws.test(name) && !gradients.test(name) && !loops.test(name),
  );
  expect(there.filter((name) => !ways.has(name))).toEqual([]);
  expect([...ways].filter((name) => !there.includes(name))).toEqual([]);
  expect(all.filter((c) => !rows[c.of]).map(nameOf)).toEqual([]);
});

afterAll(() => {
  const by = (name: string): number => found.filter((d) => d.by === name).length;
  console.log(
    `sweep: ${count.cases} cases x ${Object.keys(rows).length} ops, ${count.values} values and gradients each by the interpreter and by WebAssembly; ` +
      `differences explained: ${found.length} (${by('recording')} of calls, ${by('interpreter')} interpreter, ${by('WebAssembly')} WebAssembly)`,
  );
});
