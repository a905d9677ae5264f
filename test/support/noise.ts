/** Stochastic arithmetic, after Vignes' CESTAC (1978): a graph run with every rounding drawn at random, so that runs differ
 *  in what rounding decides: the last bits, and close comparisons. */

import { axis, dtypeOf, type Expr, ix, load, some } from '../../ir/expr.ts';
import { type Graph, type Node, type Param, param, topo, typesOf, type Value } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type BinaryFn, binaries, type UnaryFn, unaries } from '../../ir/scalar.ts';
import { countAt } from '../../ir/type.ts';
import { uniform } from './generate.ts';
import type { Seen } from './pipeline.ts';

/** A few units in the last place of f32: functions are rounded to two of them. */
const noise = 2 ** -22;
const runs = 4;

/** Results of several runs in float64, with each float operation that rounds made a little larger or smaller. So is state
 *  that was `computed` before, where rounding may leave a small number instead of an exact 0. */
export function noisyRuns(
  graph: Graph,
  given: ReadonlyMap<Param, ArrayLike<number>>,
  n: number,
  computed: ReadonlySet<Param> = new Set(),
): Seen[] {
  const factors: Param[] = [];
  const noisy = withNoise(graph, factors);
  return Array.from({ length: runs }, (_, run) => {
    const next = uniform(run + 1);
    const inputs = new Map(given);
    for (const f of factors)
      inputs.set(
        f,
        Float64Array.from({ length: countAt(f.type.shape, n) }, () => 1 + (2 * next() - 1) * noise),
      );
    for (const p of computed) {
      const values = inputs.get(p);
      if (!values || p.type.dtype !== 'f32') continue;
      const size = Math.max(1, largest(values));
      inputs.set(
        p,
        Float64Array.from(values, (v) => v + (2 * next() - 1) * noise * size),
      );
    }
    const out = interpretGraph(noisy, inputs, n);
    return new Map([...out].map(([r, value]) => [r.name, value]));
  });
}

/** The size of the largest finite number; 0 for none. */
export const largest = (xs: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < xs.length; i++) if (Number.isFinite(xs[i]!)) most = Math.max(most, Math.abs(xs[i]!));
  return most;
};

/** v  -->  v·f, with a param f of its own, for each node v whose equation rounds, and for the inputs: so the terms of a sum
 *  are perturbed as well as the sum. */
function withNoise(graph: Graph, factors: Param[]): Graph {
  const done = new Map<Value, Value>();
  const of = (v: Value): Value => done.get(v) ?? v;
  const moved = (v: Value): Value => {
    const factor = param('input', `noise${factors.length}`, v.type);
    factors.push(factor);
    return ir.mul(v, factor);
  };
  for (const p of graph.params) if (p.type.dtype === 'f32') done.set(p, moved(p));
  for (const node of topo(graph.results.map((r) => r.value))) {
    // The rounding of a sum depends on its terms, however small the sum is.
    const isSum = rounds(node, sums);
    const inputs = node.inputs.map(of).map((v) => (isSum && v.type.dtype === 'f32' ? moved(v) : v));
    const same: Node = { ...node, inputs };
    done.set(node, rounds(node, arithmetic) ? moved(same) : same);
  }
  const results = graph.results.map((r) => ({ ...r, value: of(r.value) }));
  return { ...graph, results, params: [...graph.params, ...factors] };
}

/** True if an op's equation rounds floats: it does more than choose and move them. */
function rounds({ op, inputs, attrs, type }: Node, test: (e: Expr) => boolean): boolean {
  if (type.dtype !== 'f32') return false;
  const loads = Object.fromEntries(
    op.operands.map((name, i) => {
      const buffer = { name, type: (inputs[i] as Value).type };
      return [name, (...at: readonly Expr[]) => load(buffer, at)];
    }),
  );
  const at = type.shape.map((extent, d) => ix(axis(`o${d}`, extent)));
  return some(op.compute(loads, at, attrs, typesOf(op, inputs), type), test);
}

/** Indices are computed too, but exactly. */
const arithmetic = (e: Expr): boolean =>
  dtypeOf(e) === 'f32' && (((e.kind === 'binary' || e.kind === 'unary') && isRounded(e.fn)) || sums(e));
const sums = (e: Expr): boolean => dtypeOf(e) === 'f32' && e.kind === 'reduce' && (e.fn === 'add' || e.fn === 'mul');

/** True if the value of a function of floats is rounded to f32: if its definition asks for that. */
function isRounded(fn: UnaryFn | BinaryFn): boolean {
  let asked = false;
  const round = (v: number): number => {
    asked = true;
    return v;
  };
  if (isUnary(fn)) unaries[fn].eval.float?.(0.5, round);
  else binaries[fn].eval.float?.(0.5, 0.25, round);
  return asked;
}
const isUnary = (fn: UnaryFn | BinaryFn): fn is UnaryFn => Object.hasOwn(unaries, fn);
