/** Applies algebraic rules bottom-up until none fits, merging equal nodes and dropping unused ones. */

import type { Attrs } from '../ir/attr.ts';
import { numbering, upsert } from '../ir/collections.ts';
import {
  at,
  build,
  type Graph,
  type Module,
  makeGraph,
  type Node,
  type Op,
  type OpDef,
  type Param,
  type Task,
  topo,
  type Value,
} from '../ir/graph.ts';
import { isScan, scanOf } from '../ir/scan.ts';
import { valuesOf } from './infer-shapes.ts';

/** One algebraic rule: where `apply` returns a value, it may replace the node. A rule without a root is tried on every
 *  node. */
export interface Rule {
  readonly name: string;
  readonly root: OpDef | null;
  readonly apply: (n: Node) => Value | null;
}
type Args<N extends readonly string[]> = { readonly [K in N[number]]: Value };

const operands = (n: Node): Record<string, Value> =>
  Object.fromEntries(n.op.operands.map((o, i) => [o, n.inputs[i] as Value]));

/** `rule('name', op, ({ x }, attrs) => replacement | null)`, typed from the op that it matches. */
export const rule = <N extends readonly string[], A extends Attrs>(
  name: string,
  op: Op<N, A>,
  to: (operands: Args<N>, attrs: A, node: Node) => Value | null,
): Rule => ({
  name,
  root: op as unknown as OpDef,
  apply: (n) => to(operands(n) as Args<N>, n.attrs as A, n),
});

/** The typed operands and attributes of `v` if it is a node of `op`, else null. */
export const is = <N extends readonly string[], A extends Attrs>(
  v: Value,
  op: Op<N, A>,
): (Args<N> & { readonly attrs: A }) | null =>
  v.kind === 'node' && v.op === (op as unknown as OpDef)
    ? ({ ...operands(v), attrs: v.attrs } as Args<N> & { attrs: A })
    : null;

/** A pass that applies only these rules: `{ name, after: 'canonicalize', run: rewriting(rules) }`. */
export const rewriting =
  (rules: readonly Rule[]) =>
  (module: Module): Module => ({ ...module, graphs: module.graphs.map((g) => rewrite(g, rules)) });

/** Applies the rules to a graph's results, and to the bodies of its loops, until nothing changes. */
export function rewrite(graph: Graph, rules: readonly Rule[], bodies: Bodies = bodiesBy(rules)): Graph {
  const general = rules.filter((r) => r.root === null);
  const byOp = byRoot(rules);
  const unique = new Map<string, Node>();
  const number = numbering<Value>();
  const op = numbering<OpDef>();
  /** The node that represents all nodes equal to this one. */
  const share = (n: Node): Node => {
    const key = `${op(n.op)}(${n.inputs.map(number).join(',')})${attrsKey(n.attrs)}`;
    const known = unique.get(key);
    if (known) return known;
    unique.set(key, n);
    return n;
  };

  const done = new Map<Value, Value>();
  const finished = (v: Value): Value => done.get(v) ?? v;
  const simplify = (n: Node): Value => {
    const inputs = n.inputs.map(finished);
    const op = isScan(n) ? scanOf(bodies(n.op.body)) : n.op;
    const same = op === n.op && inputs.every((x, i) => x === n.inputs[i]);
    const rebuilt = same ? n : at(n.loc, () => build(op, inputs, n.attrs));
    const here = share(rebuilt);
    const next = firstMatch(here, byOp.get(here.op) ?? general);
    if (!next || next === here) {
      done.set(here, here);
      return here;
    }
    // A replacement may be a small graph of its own, to be normalized too.
    for (const m of topo([next], done)) if (!done.has(m)) done.set(m, m === here ? here : simplify(m));
    return finished(next);
  };
  for (const n of topo(valuesOf(graph))) if (!done.has(n)) done.set(n, simplify(n));
  const results = graph.results.map((r) => ({ ...r, value: finished(r.value) }));
  return makeGraph(graph.name, results, graph.params, graph.task && taskOver(graph.task, finished));
}

/** What becomes of the body of a loop: always the same for one body. */
export type Bodies = (body: Graph) => Graph;
export function bodiesBy(rules: readonly Rule[]): Bodies {
  const done = new Map<Graph, Graph>();
  return (body) => upsert(done, body, () => unlessSame(body, rewrite(body, rules)));
}
/** The graph that was rewritten itself, if nothing changed. */
const unlessSame = (before: Graph, after: Graph): Graph =>
  before.results.every((r, i) => r.value === after.results[i]?.value) ? before : after;

/** The same task on other values, and on other params according to `byParam`. */
export function taskOver(task: Task, by: (v: Value) => Value, byParam: (p: Param) => Param = (p) => p): Task {
  if (task.kind === 'differentiate')
    return { ...task, of: by(task.of), seed: task.seed && by(task.seed), wrt: [...new Set(task.wrt.map(byParam))] };
  return { ...task, gradients: new Map([...task.gradients].map(([p, g]) => [byParam(p), by(g)])) };
}

function firstMatch(n: Node, rules: readonly Rule[]): Value | null {
  for (const r of rules) {
    const next = at(n.loc, () => r.apply(n));
    if (next) return next;
  }
  return null;
}

/** A key for attributes. JSON has no NaN, no infinity and no negative zero. */
const attrsKey = (attrs: Attrs): string =>
  JSON.stringify(attrs, (_, v) =>
    typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)) ? `#${Object.is(v, -0) ? '-0' : v}` : v,
  );

function byRoot(rules: readonly Rule[]): Map<OpDef, Rule[]> {
  const roots = new Set(rules.flatMap((r) => r.root ?? []));
  return new Map([...roots].map((root) => [root, rules.filter((r) => r.root === root || r.root === null)]));
}
