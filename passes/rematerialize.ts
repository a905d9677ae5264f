/** Recomputes cheap values where they are read late, so that they need no memory in between: a lower peak for more
 *  work, found by trial. */

import { workOf } from '../ir/analysis/work.ts';
import { at, build, type Graph, type Module, makeGraph, type Node, topo, usersOf, type Value } from '../ir/graph.ts';
import type { Target } from '../ir/target.ts';
import { byteSize, countAt } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { fuse } from './fuse.ts';
import { Buffers, lower } from './lower/index.ts';
import { outline } from './outline.ts';
import { plan } from './plan.ts';

/** The cost of a call of a graph at the largest batch. */
export interface Need {
  /** The most bytes live at one time. */
  readonly liveBytes: number;
  /** Float operations. */
  readonly operations: number;
  /** Bytes read and written. */
  readonly moved: number;
}

/** The values that a graph computes twice, and the effect. */
export interface Rematerialized {
  readonly graph: string;
  readonly values: readonly Node[];
  readonly before: Need;
  readonly after: Need;
}

/** The number of values of a graph that are tried, the largest first. */
const mostTried = 48;

/** Computes values twice wherever that lowers the peak of a graph. `made` lists the graphs that changed. */
export function rematerialize(
  module: Module,
  target: Target,
): { readonly module: Module; readonly made: readonly Rematerialized[] } {
  const made: Rematerialized[] = [];
  const graphs = module.graphs.map((g) => {
    const before = needOf(module, g, target);
    let [found, after, twice]: [Graph, Need, ReadonlySet<Node>] = [g, before, new Set()];
    for (const v of candidates(g, module.maxBatch)) {
      const next = computedTwice(g, new Set([...twice, v]));
      const need = needOf(module, next, target);
      if (need.liveBytes < after.liveBytes) [found, after, twice] = [next, need, new Set([...twice, v])];
    }
    if (twice.size > 0) made.push({ graph: g.name, values: [...twice], before, after });
    return found;
  });
  return { module: { ...module, graphs }, made };
}

function needOf(module: Module, g: Graph, target: Target): Need {
  const alone = { ...module, graphs: [g] };
  const buffers = new Buffers();
  const lowered = lower(fuse(g, target), buffers, target);
  const { liveBytes } = plan(outline(alone, [lowered], buffers, new Map()), target);
  const work = lowered.kernels.map((k) => workOf(k, module.maxBatch));
  const sum = (of: (w: (typeof work)[number]) => number): number => work.reduce((total, w) => total + of(w), 0);
  return { liveBytes, operations: sum((w) => w.operations), moved: sum((w) => w.read + w.written) };
}

/** Values without a reduction that have several readers, the largest first. */
function candidates(g: Graph, batch: number): Node[] {
  const order = topo(g.results.map((r) => r.value));
  const users = usersOf(order);
  const results = new Set(g.results.map((r) => r.value));
  const bytes = ({ type }: Node): number => countAt(type.shape, batch) * byteSize(type.dtype);
  return order
    .filter((n) => !n.op.view && n.inputs.length > 0 && !results.has(n) && equationOf(n).trips === 0)
    .filter((n) => (users.get(n) ?? []).length > 1)
    .sort((a, b) => bytes(b) - bytes(a))
    .slice(0, mostTried);
}

/** The graph with a second copy of each of these values for its late readers, those after the longest gap between
 *  reads. Copies use the copies of other values. */
function computedTwice(g: Graph, twice: ReadonlySet<Node>): Graph {
  const order = topo(g.results.map((r) => r.value));
  const position = new Map(order.map((n, i) => [n, i]));
  const users = usersOf(order);
  const late = new Map([...twice].map((v) => [v, lateReaders(users.get(v) ?? [], position)]));
  const copies = new Map<Node, Node>();
  const copyOf = (v: Node): Node => {
    const known = copies.get(v);
    if (known) return known;
    const inputs = v.inputs.map((i) => (i.kind === 'node' && twice.has(i) ? copyOf(i) : (rebuilt.get(i) ?? i)));
    const copy = at(v.loc, () => build(v.op, inputs, v.attrs));
    copies.set(v, copy);
    return copy;
  };
  const rebuilt = new Map<Value, Value>();
  for (const n of order) {
    const inputs = n.inputs.map((i) => (i.kind === 'node' && late.get(i)?.has(n) ? copyOf(i) : (rebuilt.get(i) ?? i)));
    const same = inputs.every((v, k) => v === n.inputs[k]);
    rebuilt.set(n, same ? n : at(n.loc, () => build(n.op, inputs, n.attrs)));
  }
  const results = g.results.map((r) => ({ ...r, value: rebuilt.get(r.value) ?? r.value }));
  return makeGraph(g.name, results, g.params);
}

function lateReaders(readers: readonly Node[], position: ReadonlyMap<Node, number>): Set<Node> {
  const inOrder = readers.toSorted((a, b) => (position.get(a) as number) - (position.get(b) as number));
  const gaps = inOrder
    .slice(1)
    .map((n, i) => (position.get(n) as number) - (position.get(inOrder[i] as Node) as number));
  return new Set(inOrder.slice(1 + gaps.indexOf(Math.max(...gaps))));
}
