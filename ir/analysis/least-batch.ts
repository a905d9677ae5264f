/** The fewest samples that an entry takes, by what its ops need. */

import { type Graph, type Node, topo, valuesOf } from '../graph.ts';
import { bodiesIn } from '../scan.ts';

/** The node of a graph, or of a loop's body in it, that needs the most samples, and how many; null if any batch will do. */
export function leastBatchOf(graph: Graph): { readonly least: number; readonly node: Node } | null {
  const values = valuesOf(graph);
  const own = topo(values).map((node) => ({ least: node.op.leastBatch?.(node.attrs) ?? 1, node }));
  const within = bodiesIn(values).flatMap((body) => leastBatchOf(body) ?? []);
  const [most] = [...own, ...within].sort((a, b) => b.least - a.least);
  return most && most.least > 1 ? most : null;
}
