/** Reverse-mode differentiation, graph to graph. The only op it names is the sum that joins cotangents. */

import { CompileError } from '../ir/diagnostic.ts';
import {
  at,
  build,
  byName,
  type Graph,
  type Module,
  makeGraph,
  type Node,
  type Param,
  topo,
  type Value,
} from '../ir/graph.ts';
import { full } from '../ir/ops/create.ts';
import { add } from '../ir/ops/elementwise.ts';
import { isScan, type ScanNode, sameLoop, scan } from '../ir/scan.ts';
import { showType } from '../ir/type.ts';
import { scanGradient } from './autodiff-scan.ts';

/** Replaces every `differentiate` task by an `apply` task with the gradients. */
export function autodiff(module: Module): Module {
  return { ...module, graphs: module.graphs.map(differentiate) };
}

function differentiate(graph: Graph): Graph {
  const { task } = graph;
  if (task?.kind !== 'differentiate') return graph;
  const { of, wrt } = task;
  if (!task.seed && of.type.shape.length > 0)
    throw new CompileError('not-a-scalar', `the loss must be a scalar to be differentiated, got ${showType(of.type)}`, {
      loc: of.loc,
      help: "reduce it with mean() or sum(), or keep the loss's reduction at 'mean'",
    });
  const seed = task.seed ?? at(of.loc, () => full({ value: 1, shape: [], dtype: 'f32' }));
  const longer: Longer = new Map();
  const cotangents = cotangentsFrom(new Map([[of, seed]]), new Set(wrt), longer);
  // As in PyTorch, a parameter that the loss does not depend on has no gradient, and no optimizer touches it.
  const gradients = new Map(
    wrt.flatMap((p): [Param, Value][] => {
      const g = cotangents.get(p);
      return g ? [[p, g]] : [];
    }),
  );
  const values = [...graph.results.map((r) => r.value), ...gradients.values()];
  const made = longer.size > 0 ? keeping(values, longer) : values;
  const results = graph.results.map((r, i) => ({ ...r, value: made[i] as Value }));
  const kept = new Map([...gradients.keys()].map((p, i) => [p, made[results.length + i] as Value]));
  return makeGraph(graph.name, results, graph.params, { kind: 'apply', gradients: kept, then: task.then });
}

/** The bodies of loops that keep values for their gradients, for each loop that was differentiated. */
type Longer = Map<ScanNode, Graph>;

/** These values, with the longer loops for those that were differentiated, so that each runs once. */
function keeping(values: readonly Value[], longer: Longer): Value[] {
  const done = new Map<Value, Value>();
  const now = (v: Value): Value => done.get(v) ?? v;
  for (const n of topo(values)) {
    const inputs = n.inputs.map(now);
    const body = isScan(n) ? [...longer].find(([of]) => sameLoop(of, n))?.[1] : undefined;
    if (isScan(n) && body)
      done.set(
        n,
        at(n.loc, () => scan(body, inputs, n.attrs)),
      );
    else if (inputs.some((v, i) => v !== n.inputs[i]))
      done.set(
        n,
        at(n.loc, () => build(n.op, inputs, n.attrs)),
      );
  }
  return values.map(now);
}

/** The cotangent of every value between `wrt` and `root`, given `seed`, the cotangent of `root`. */
export const cotangentsOf = (root: Value, seed: Value, wrt: ReadonlySet<Param>): Map<Value, Value> =>
  gradientsOf(new Map([[root, seed]]), wrt);

/** The cotangent of every value between `wrt` and the roots, given those of the roots. A loop that keeps values for its gradient is
 *  another loop than the one that is differentiated. */
export const gradientsOf = (seeds: ReadonlyMap<Value, Value>, wrt: ReadonlySet<Value>): Map<Value, Value> =>
  cotangentsFrom(seeds, wrt, new Map());

function cotangentsFrom(seeds: ReadonlyMap<Value, Value>, wrt: ReadonlySet<Value>, longer: Longer): Map<Value, Value> {
  const cotangents = new Map<Value, Value>(seeds);
  const nodes = topo([...seeds.keys()]);
  const active = new Set<Value>(wrt);
  for (const n of nodes) if (n.inputs.some((i) => active.has(i))) active.add(n);
  const give = (v: Value, d: Value | null | 'none' | undefined): void => {
    if (!d || d === 'none' || !active.has(v)) return;
    const seen = cotangents.get(v);
    cotangents.set(v, seen ? add(seen, d) : d);
  };

  const loops = resultsOfLoops(nodes);
  for (const node of nodes.reverse()) {
    if (!active.has(node)) continue;
    if (isScan(node)) {
      // All results of a loop are differentiated at once, where the first of them is: what reads another comes later.
      const results = loops.get(node);
      const given = new Map(
        results?.flatMap((r) => (cotangents.has(r) ? [[r.attrs.result, cotangents.get(r) as Value]] : [])),
      );
      if (!results || given.size === 0) continue;
      at(node.loc, () => {
        const wanted = node.inputs.map((i) => active.has(i));
        const { operands, forward } = scanGradient(node, given, wanted, (s, w) => cotangentsFrom(s, w, new Map()));
        if (forward !== node.op.body) longer.set(node, forward);
        for (const [i, input] of node.inputs.entries()) give(input, operands[i]);
      });
      continue;
    }
    const g = cotangents.get(node);
    if (!g) continue;
    at(node.loc, () => {
      const named = node.op.vjp(byName(node.op.operands, node.inputs), g, node.attrs, node);
      for (const [i, input] of node.inputs.entries()) give(input, named[node.op.operands[i] as string]);
    });
  }
  return cotangents;
}

/** The results of each loop, by the first of them. */
function resultsOfLoops(nodes: readonly Node[]): Map<ScanNode, ScanNode[]> {
  const found = new Map<ScanNode, ScanNode[]>();
  for (const n of nodes) {
    if (!isScan(n)) continue;
    const first = [...found.keys()].find((m) => sameLoop(m, n));
    if (first) found.get(first)?.push(n);
    else found.set(n, [n]);
  }
  return found;
}
