/** Every optimizer against PyTorch 1.13: five settings each, the same 50 gradients; parameters, state and print(optimizer). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { optim } from '../../frontend/index.ts';
import { makeGraph, type Param, param } from '../../ir/graph.ts';
import { f32 } from '../../ir/type.ts';
import { StateTable } from '../../passes/update.ts';
import { graphMemory, runGraph, stagesOf, WasmMachine } from '../support/pipeline.ts';
import { optimizerOf } from '../support/pytorch.ts';

interface Case {
  readonly optimizer: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Null for optimizers that PyTorch has not. */
  readonly text: string | null;
  /** The largest difference of PyTorch's float32 from its float64. */
  readonly own: number;
  /** The state of `weight` after the last step, by PyTorch's names. */
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, readonly (readonly number[])[]>>;
}
interface Goldens {
  readonly steps: number;
  /** The steps after which parameters are kept. */
  readonly kept: readonly number[];
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly gradients: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly cases: readonly Case[];
}
const file = new URL('../goldens/optim/steps.json.gz', import.meta.url);
const goldens = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Goldens;

test('every optimizer has five cases', () => {
  const makers = Object.entries(optim).filter(([, value]) => typeof value === 'function');
  for (const [name] of makers) expect(goldens.cases.filter((c) => c.optimizer === name).length, name).toBe(5);
  expect(goldens.cases.length).toBe(5 * makers.length);
});

describe.each(goldens.cases)('$optimizer $options', ({ optimizer, options, text, own, state, after }) => {
  const rule = optimizerOf({ type: optimizer, ...options });
  const parameters = Object.entries(goldens.shapes).map(([name, shape]) => param('parameter', name, f32(...shape)));
  const gradients = new Map(parameters.map((p) => [p, param('input', `gradient_${p.name}`, p.type)]));
  const graph = makeGraph('step', [], parameters, { kind: 'apply', gradients, then: 'step' });
  const table = new StateTable();
  const stages = stagesOf({ name: 'optim', maxBatch: 1, graphs: [graph] }, rule, table);
  const initial = new Map(parameters.map((p) => [p, Float32Array.from(goldens.initial[p.name]!)]));
  const states = [...table.called].flatMap(([p, name]) => {
    const want = name.startsWith('weight.') ? state[name.slice('weight.'.length)] : undefined;
    return want ? [[p, want] as const] : [];
  });

  const close = (got: ArrayLike<number>, want: readonly number[], what: string): void => {
    for (const [i, w] of want.entries())
      expect(Math.abs(got[i]! - w), `${what}[${i}]: ${got[i]} for ${w}`).toBeLessThanOrEqual(
        4 * own + 4e-6 * Math.max(1, Math.abs(w)),
      );
  };
  const check = (value: (p: Param) => ArrayLike<number>, step: number): void => {
    const row = goldens.kept.indexOf(step);
    if (row >= 0) for (const p of parameters) close(value(p), after[p.name]![row]!, `${p.name} after step ${step}`);
    if (step === goldens.steps) for (const [p, want] of states) close(value(p), want, p.name);
  };

  test('the interpreter', () => {
    const memory = graphMemory(stages, initial, 1);
    for (let i = 0; i < goldens.steps; i++) {
      for (const [p, g] of gradients) memory.set(g, Float32Array.from(goldens.gradients[p.name]![i]!));
      runGraph(stages.module.graphs[0]!, memory, 1);
      check((p) => memory.get(p)!, i + 1);
    }
  });

  test('WebAssembly', async () => {
    const wasm = await WasmMachine.of(stages, initial, 1);
    for (let i = 0; i < goldens.steps; i++) {
      for (const [p, g] of gradients) wasm.set(g, Float32Array.from(goldens.gradients[p.name]![i]!), 1);
      wasm.run('step', 1);
      check((p) => wasm.value(p, 1), i + 1);
    }
  });

  test('is printed as in PyTorch', () => {
    expect(String(rule)).toMatch(text === null ? `${optimizer} (\nParameter Group 0\n    betas: (` : text);
  });

  test("has PyTorch's state", () => {
    expect(states.map(([p]) => p.name)).toEqual(
      expect.arrayContaining(Object.keys(state).map((name) => `weight.${name}`)),
    );
  });
});
