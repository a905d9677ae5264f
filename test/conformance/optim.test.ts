/** Optimizers alone against PyTorch: given gradients, the parameters after every step, by graph and by WebAssembly. */
import { describe, expect, test } from 'vitest';
import { optim } from '../../frontend/index.ts';
import { makeGraph, type Param, param } from '../../ir/graph.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { f32 as f32Type } from '../../ir/type.ts';
import { StateTable } from '../../passes/update.ts';
import { graphMemory, runGraph, stagesOf, WasmMachine } from '../support/pipeline.ts';
import { cases, expectClose, f32, optimizerOf, tensor } from '../support/pytorch.ts';

/** Optimizers that Tapeout does not have yet. One that it has must leave this table. */
const notYet: readonly string[] = ['LBFGS'];

const all = cases('optim');

test('the table of missing optimizers is exact', () => {
  const types = [...new Set([...all, ...cases('optim-lbfgs')].map((c) => c.optimizer.type))];
  expect(types.filter((type) => !(type in optim))).toEqual(notYet);
});

describe.each(all.filter((c) => !notYet.includes(c.optimizer.type)))('$id', (c) => {
  const shapes = new Map(Object.entries(c.params).map(([name, { init }]) => [name, tensor(c.file, init).shape]));
  const parameters = [...shapes].map(([name, shape]) => param('parameter', name, f32Type(...shape)));
  const gradients = new Map<Param, Param>(parameters.map((p) => [p, param('input', `gradient_${p.name}`, p.type)]));
  const graph = makeGraph('step', [], parameters, { kind: 'apply', gradients, then: 'step' });
  const stages = stagesOf({ name: 'optim', maxBatch: 1, graphs: [graph] }, optimizerOf(c.optimizer), new StateTable());
  const initial = new Map(parameters.map((p) => [p, f32(c.file, c.params[p.name]!.init)]));
  const rows = (key: string, i: number): Float32Array => {
    const t = f32(c.file, key);
    const each = t.length / c.steps;
    return t.subarray(i * each, (i + 1) * each);
  };
  const given = (p: Param, i: number): Float32Array => rows(c.params[p.name]!.grads, i);
  const check = (value: (p: Param) => ArrayLike<number>, i: number): void => {
    for (const p of parameters) {
      const want = rows(c.params[p.name]!.after, i);
      expectClose(value(p), want, c.err64[p.name], `${p.name} after step ${i + 1}`);
    }
  };

  test('computes once what all elements share', () => {
    // tanh is a polynomial by this stage, which rounds.
    const costly = stages.lowered.flatMap((l) => l.kernels).filter((k) => printKernel(k).includes('nearest('));
    expect(costly.filter((k) => k.body.some((s) => s.kind === 'for')).map((k) => k.name)).toEqual([]);
    if (c.optimizer.type.startsWith('Adam')) expect(costly.length).toBeGreaterThan(0);
  });

  test.each(['recorded', 'optimised'] as const)('the %s graph', (which) => {
    const { graphs } = which === 'recorded' ? stages.original : stages.module;
    const memory = graphMemory(stages, initial, 1);
    for (let i = 0; i < c.steps; i++) {
      for (const [p, g] of gradients) memory.set(g, given(p, i));
      runGraph(graphs[0]!, memory, 1);
      check((p) => memory.get(p)!, i);
    }
  });

  test('WebAssembly', async () => {
    const wasm = await WasmMachine.of(stages, initial, 1);
    for (let i = 0; i < c.steps; i++) {
      for (const [p, g] of gradients) wasm.set(g, given(p, i), 1);
      wasm.run('step', 1);
      check((p) => wasm.value(p, 1), i);
    }
  });
});
