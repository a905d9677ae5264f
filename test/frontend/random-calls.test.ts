/** Random misuse of the API fails only with errors in the user's terms. */
import { describe, expect, it } from 'vitest';
import { CompileError, Tensor } from '../../frontend/index.ts';
import { type Module, makeGraph, type Value } from '../../ir/graph.ts';
import { parseModule, printModule } from '../../ir/index.ts';
import { full } from '../../ir/ops/index.ts';
import { verifyModule } from '../../ir/verify/graph.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { canonicalize } from '../../passes/canonicalize.ts';
import { inferShapes } from '../../passes/infer-shapes.ts';
import { internalNames } from '../support/api.ts';
import { drawCall, drawInputs, randomFrom } from '../support/random-calls.ts';
import { recordFunction } from '../support/record.ts';

const inner = new RegExp(`\\b(${internalNames.join('|')})\\b`);

/** Text that no error message may contain. */
function faultOf(e: unknown): string | null {
  if (!(e instanceof CompileError)) return e instanceof Error ? (e.stack ?? e.message) : String(e);
  const text = [e.message, ...e.notes.map((n) => n.message), e.help ?? ''].join('\n');
  if (!e.loc) return `no place: ${text}`;
  const odd = /undefined|\[object|NaN/.exec(text) ?? inner.exec(text);
  return odd && !(odd[0] === 'NaN' && /NaN is not a value|got NaN/.test(text)) ? `says ${odd[0]}: ${text}` : null;
}

/** A graph of values and their gradients, through the graph passes, its text, and the verifier. */
function pass(values: readonly Value[], maxBatch: number): void {
  const results = values.map((value, i) => ({ name: `y${i}`, value }));
  const graph = makeGraph('g', results);
  const params = new Set(graph.params.filter((p) => p.type.dtype === 'f32'));
  const gradients = values
    .filter((v) => v.type.dtype === 'f32')
    .flatMap((v) => {
      try {
        return [...cotangentsOf(v, full({ value: 1, shape: v.type.shape, dtype: 'f32' }), params).values()];
      } catch (e) {
        if (e instanceof CompileError && e.code === 'no-gradient') return [];
        throw e;
      }
    });
  const all = [...results, ...gradients.map((value, i) => ({ name: `d${i}`, value }))];
  const module: Module = { name: 'random', maxBatch, graphs: [makeGraph('g', all, graph.params)] };
  const made = canonicalize(inferShapes(module));
  verifyModule(made);
  verifyModule(parseModule(printModule(made), 'random.tir'));
}

describe('random programs', () => {
  it('are recorded, or refused in the user’s terms', () => {
    const found: string[] = [];
    let [calls, refused, graphs] = [0, 0, 0];
    for (let seed = 1; seed <= 120; seed++) {
      const draw = randomFrom(seed);
      const texts: string[] = [];
      const values: Value[] = [];
      recordFunction(drawInputs(draw), (...tensors) => {
        for (let i = 0; i < 12; i++) {
          const { text, run } = drawCall(draw, tensors);
          texts.push(text);
          calls++;
          try {
            const made = [run()].flat()[0] as Tensor | { values: Tensor } | string | number;
            const t = made instanceof Tensor ? made : typeof made === 'object' ? made.values : null;
            if (!t) continue;
            tensors.push(t);
            values.push(t.value);
          } catch (e) {
            refused++;
            const problem = faultOf(e);
            if (problem) found.push(`seed ${seed}: ${text}: ${problem}`);
          }
        }
        return tensors[0];
      });
      try {
        pass(values, 3);
        graphs++;
      } catch (e) {
        if (!(e instanceof CompileError && e.code === 'too-large'))
          found.push(`seed ${seed}: ${texts.join('; ')}: ${(e as Error).stack?.slice(0, 600)}`);
      }
    }
    expect(found).toEqual([]);
    // Some calls are refused, but not all.
    expect(refused / calls).toBeGreaterThan(0.1);
    expect(refused / calls).toBeLessThan(0.9);
    expect(graphs).toBeGreaterThan(100);
  });
});
