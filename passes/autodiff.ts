/** Reverse-mode differentiation, graph to graph. The only op it names is the sum that joins cotangents. */

import { CompileError } from '../ir/diagnostic.ts';
import { at, byName, type Graph, type Module, makeGraph, type Param, topo, type Value } from '../ir/graph.ts';
import { full } from '../ir/ops/create.ts';
import { add } from '../ir/ops/elementwise.ts';
import { showType } from '../ir/type.ts';

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
  const cotangents = cotangentsOf(of, seed, new Set(wrt));
  // As in PyTorch, a parameter that the loss does not depend on has no gradient, and no optimizer touches it.
  const gradients = new Map(
    wrt.flatMap((p): [Param, Value][] => {
      const g = cotangents.get(p);
      return g ? [[p, g]] : [];
    }),
  );
  return makeGraph(graph.name, graph.results, graph.params, { kind: 'apply', gradients, then: task.then });
}

/** The cotangent of every value between `wrt` and `root`, given `seed`, the cotangent of `root`. */
export function cotangentsOf(root: Value, seed: Value, wrt: ReadonlySet<Param>): Map<Value, Value> {
  const cotangents = new Map<Value, Value>([[root, seed]]);
  const nodes = topo([root]);
  const active = new Set<Value>(wrt);
  for (const n of nodes) if (n.inputs.some((i) => active.has(i))) active.add(n);

  for (const node of nodes.reverse()) {
    const g = cotangents.get(node);
    if (!g || !active.has(node)) continue;
    at(node.loc, () => {
      const named = node.op.vjp(byName(node.op.operands, node.inputs), g, node.attrs, node);
      for (const [i, input] of node.inputs.entries()) {
        const d = named[node.op.operands[i] as string];
        if (!d || d === 'none' || !active.has(input)) continue;
        const seen = cotangents.get(input);
        cotangents.set(input, seen ? add(seen, d) : d);
      }
    });
  }
  return cotangents;
}
