/** Gradients of random graphs over all ops compared with finite differences, both in float64 by the interpreter. Elements
 *  where a difference says nothing about the derivative are skipped: at a kink, near a jump, where the graph is steep, or
 *  out of range. */

import { type Graph, type Node, type Param, param, topo, type Value } from '../../ir/graph.ts';
import { interpretValues } from '../../ir/interpret/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { Choices, randomValues, seeded, type Values } from '../support/generate.ts';
import { Fault, faulty, type Kind, unlessByZero } from './kind.ts';
import { type RandomGraph, randomGraph } from './random-graph.ts';
import { differentiatedOps, type Tally } from './tally.ts';

const step = 1e-5;
const tolerance = 1e-4;
/** The largest step of a staircase that can be told from a slope. */
const steepest = 1e3;
/** At most this many elements of each param, and of all params of a graph. */
const [perParam, perGraph] = [4, 16];

/** All registered ops except the one whose gradient is defined by its user. */
const heldOps = () => [...ir.ops.values()].filter((op) => !Object.is(op, ir.customGradient));

export const gradients: Kind = {
  name: 'gradients',
  doc: 'gradients are the limits of differences',
  runs: 600,
  async check(choices, tally) {
    const c = new Choices(choices);
    const g = randomGraph(c, { ops: heldOps() });
    const backward = g.module.graphs.find((b) => b.task);
    if (!backward) return;
    const values = c.of<Values>(['smooth', 'positive', 'unit']);
    const [n, own] = [c.of(g.batches), seeded(c.below(5040))];
    const given = randomValues(g, values, n, c.below(5040));
    const of = { module: g.module, given, n };
    await faulty(
      () => of,
      () => printModule(g.module),
      () => unlessByZero(compareAll(g, backward, given, n, own, tally)),
    );
    tally.graph(backward);
  },
};

async function compareAll(
  g: RandomGraph,
  backward: Graph,
  given: ReadonlyMap<Param, Float64Array>,
  n: number,
  c: Choices,
  tally: Tally,
): Promise<void> {
  if (topo([...g.ends.keys()]).some((node) => isTied(node, given, n))) return;
  const compared = hold(g, backward, given, n, c, tally);
  for (const name of compared > 0 ? new Set(differentiatedOps(backward)) : []) tally.op(name).differences += compared;
}

/** Where the bounds of a clamp are equal and move together, its value moves with them, yet PyTorch gives neither of them a
 *  gradient, which no difference shows. */
function isTied({ op, inputs }: Node, given: ReadonlyMap<Param, Float64Array>, n: number): boolean {
  if (!Object.is(op, ir.clamp)) return false;
  const [low, high] = interpretValues(inputs.slice(1), given, n) as [Float64Array, Float64Array];
  return low.some((v, i) => v === high[i]);
}

/** Returns how many elements were compared. */
function hold(
  g: RandomGraph,
  { task }: Graph,
  given: ReadonlyMap<Param, Float64Array>,
  n: number,
  c: Choices,
  tally: Tally,
): number {
  if (task?.kind !== 'differentiate') return 0;
  const ends = [...g.ends].flatMap(([v, cotangent]) => (cotangent ? [{ v, cotangent }] : []));
  const { values, inputs } = frozen([task.of, ...ends.map((e) => e.v)], given, n);
  const [loss, ...outs] = values as [Value, ...Value[]];
  const one = param('input', 'one', loss.type);
  inputs.set(one, Float64Array.of(1));
  const cotangents = cotangentsOf(loss, one, new Set(task.wrt));
  const weights = ends.map((e) => given.get(e.cotangent) as Float64Array);
  const here = interpretValues(outs, inputs, n);
  let size = 1;
  for (const [i, out] of here.entries())
    out.forEach((v, j) => {
      size += Number.isFinite(v) ? Math.abs(v * (weights[i]?.[j] as number)) : 0;
    });

  const floats = topo(outs).filter((v) => v.type.dtype === 'f32');
  let compared = 0;
  for (const p of task.wrt) {
    const d = cotangents.get(p);
    const at = inputs.get(p) as Float64Array;
    const all = d ? (interpretValues([d], inputs, n)[0] as Float64Array) : new Float64Array(at.length);
    for (let i = 0; i < Math.min(perParam, at.length) && compared < perGraph; i++) {
      const e = c.below(at.length);
      const got = all[e] as number;
      const moved = (by: number, of = outs): Float64Array[] => {
        const was = at[e] as number;
        at[e] = was + by;
        const out = interpretValues(of, inputs, n);
        at[e] = was;
        return out;
      };
      const slope = (a: readonly Float64Array[], b: readonly Float64Array[], h: number): number =>
        a.reduce(
          (sum, out, k) =>
            sum + out.reduce((s, v, j) => s + (v - (b[k]?.[j] as number)) * (weights[k]?.[j] as number), 0),
          0,
        ) / h;
      const [up, down] = [moved(step), moved(-step)];
      const want = slope(up, down, 2 * step);
      // The rounding error of subtracting two values of this size.
      const allowed = tolerance * Math.max(1, Math.abs(want)) + (64 * Number.EPSILON * size) / step;
      const near = (a: number, b: number): boolean => Math.abs(a - b) <= allowed;
      const telling =
        Number.isFinite(got) &&
        Math.abs(want) < steepest &&
        near(slope(up, here, step), slope(here, down, step)) &&
        near(slope(moved(step / 4), moved(-step / 4), step / 2), want);
      const agrees = Math.abs(got - want) <= 4 * allowed;
      if (!telling || (!agrees && (hasKink((by) => moved(by, floats)) || endsLogarithms(floats, inputs, n)))) {
        tally.skipped++;
        continue;
      }
      compared++;
      tally.differences++;
      if (!agrees)
        throw new Fault(
          `the gradient of ${p.name}[${e}] of ${at.length} is ${got} at N = ${n}, finite differences give ${want}\n${printModule(g.module)}`,
          { module: g.module, given, n },
        );
    }
  }
  return compared;
}

/** True if the probability of a binary cross entropy is so near 0 or 1 that its logarithm is clamped while its gradient,
 *  like PyTorch's, is not. */
const endsLogarithms = (values: readonly Value[], inputs: ReadonlyMap<Param, Float64Array>, n: number): boolean => {
  const of = values.flatMap((v) =>
    v.kind === 'node' && v.op.name === 'binary_cross_entropy' ? [v.inputs[0] as Value] : [],
  );
  return interpretValues(of, inputs, n).some((p) => p.some((v) => v * (1 - v) < 1e-12));
};

/** True if some intermediate value has different slopes on the two sides, even if the result has none:
 *  `maximum(minimum(x, c), x)` is x, and at x = c its gradient is that of two ties. */
function hasKink(moved: (by: number) => readonly Float64Array[]): boolean {
  const [up, here, down] = [moved(step), moved(0), moved(-step)];
  return here.some((value, k) =>
    value.some((v, i) => {
      const [right, left] = [((up[k]?.[i] as number) - v) / step, (v - (down[k]?.[i] as number)) / step];
      const allowed = 10 * tolerance * Math.max(1, Math.abs(right)) + (64 * Number.EPSILON * Math.abs(v)) / step;
      return Math.abs(right - left) > allowed;
    }),
  );
}

/** The same graph with each stop_gradient replaced by a constant, its value here. */
function frozen(
  values: readonly Value[],
  given: ReadonlyMap<Param, Float64Array>,
  n: number,
): { values: Value[]; inputs: Map<Param, Float64Array> } {
  const inputs = new Map<Param, Float64Array>([...given].map(([p, v]) => [p, v.slice()]));
  const stops = topo(values).filter((v) => Object.is(v.op, ir.stopGradient));
  const worth = interpretValues(stops, given, n);
  const done = new Map<Value, Value>();
  for (const [i, s] of stops.entries()) {
    const held = param('input', `held${i}`, s.type);
    inputs.set(held, worth[i] as Float64Array);
    done.set(s, held);
  }
  const of = (v: Value): Value => done.get(v) ?? v;
  for (const v of topo(values))
    if (!done.has(v) && v.inputs.some((i) => done.has(i))) done.set(v, { ...v, inputs: v.inputs.map(of) });
  return { values: values.map(of), inputs };
}
