/** Rebuilds a module with changes. Nodes that a change leaves unused are gone, and all types are inferred again. */

import type { Attrs } from '../../ir/attr.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import {
  at,
  build,
  type FusedGraph,
  type Graph,
  type Group,
  type Module,
  makeGraph,
  type Node,
  type Param,
  paramsOf,
  type Result,
  type Task,
  topo,
  type Value,
} from '../../ir/graph.ts';
import { valuesOf } from '../../passes/infer-shapes.ts';
import { taskOver } from '../../passes/rewrite.ts';

/** Changes, in terms of the original module. */
export interface Changes {
  /** Params to replace by others, in every graph. */
  readonly params?: ReadonlyMap<Param, Param>;
  /** Nodes to replace: by one of their operands, a param, or a node without operands. */
  readonly instead?: ReadonlyMap<Node, Value>;
  /** Operands of single nodes to replace, by index: by params or constants. */
  readonly operands?: ReadonlyMap<Node, ReadonlyMap<number, Value>>;
  /** A node's attributes, given its new operands. */
  attrs?(n: Node, inputs: readonly Value[]): Attrs;
  /** The graph to rebuild in place of `g`; null to drop it. */
  graph?(g: Graph): Graph | null;
  /** Called for each node with the node made for it. */
  onNode?(was: Node, is: Node): void;
  /** Keep the values' locations in the user's file; defaults to true. */
  readonly places?: boolean;
}

/** The module with changes; null if the types no longer fit. */
export function rebuild(module: Module, changes: Changes): Module | null {
  const made = new Map<Value, Value>();
  try {
    const graphs = module.graphs.flatMap((g) => {
      const wanted = changes.graph ? changes.graph(g) : g;
      return wanted ? [rebuildGraph(g, wanted, changes, made)] : [];
    });
    return { ...module, graphs };
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}

function rebuildGraph(graph: Graph, wanted: Graph, changes: Changes, made: Map<Value, Value>): Graph {
  const now = makeValues(valuesOf(wanted), changes, made);
  const nowParam = (p: Param): Param => now(p) as Param;
  const before = new Map<Result, Result>();
  const results = wanted.results.map((r) => {
    const result: Result = { name: r.name, value: now(r.value), ...(r.into ? { into: nowParam(r.into) } : {}) };
    before.set(result, r);
    return result;
  });
  const task = wanted.task && checkedTask(taskOver(wanted.task, now, nowParam));
  const order = wanted.params.map(nowParam);
  const plain = makeGraph(wanted.name, results, order, task);
  // An unused param may be the cause of the failure: it is only dropped explicitly.
  const idle = new Set(
    idleParams(graph)
      .filter((p) => wanted.params.includes(p))
      .map(nowParam),
  );
  const left = new Set(idleParams(plain));
  const params = plain.params.filter((p) => p.role === 'input' || idle.has(p) || !left.has(p));
  const whole = { ...plain, params };
  if (!('groups' in graph)) return whole;
  const { groups, staged } = graph as FusedGraph;
  const stays = (n: Node): Node[] => {
    const m = changes.instead?.has(n) ? undefined : made.get(n);
    return m?.kind === 'node' ? [m] : [];
  };
  const fused: FusedGraph = {
    ...whole,
    groups: regroup(groups, whole, stays),
    staged: new Set(results.filter((r) => staged.has(before.get(r) as Result))),
  };
  return fused;
}

/** Makes all nodes that `roots` need, operands first; returns the map from old values to new ones. */
function makeValues(roots: readonly Value[], changes: Changes, made: Map<Value, Value>): (v: Value) => Value {
  const { params, instead, operands, attrs, onNode, places = true } = changes;
  const now = (v: Value): Value => {
    if (v.kind === 'node') return made.get(v) ?? v;
    const known = made.get(v);
    if (known) return known;
    let p = v;
    for (let next = params?.get(p); next && next !== p; next = params?.get(p)) p = next;
    const placed = places || !p.loc ? p : Object.freeze({ ...p, loc: null });
    // Params that become the same param stay one object.
    if (!made.has(p)) made.set(p, placed);
    made.set(v, made.get(p) as Value);
    return made.get(v) as Value;
  };
  const reads = (n: Node): readonly Value[] => {
    const other = instead?.get(n);
    if (other) return [other];
    const own = operands?.get(n);
    return own ? n.inputs.map((v, i) => own.get(i) ?? v) : n.inputs;
  };
  const make = (n: Node): Value => {
    const inputs = reads(n).map(now);
    if (instead?.has(n)) return inputs[0] as Value;
    const next = attrs ? attrs(n, inputs) : n.attrs;
    const loc = places ? n.loc : null;
    const same = next === n.attrs && loc === n.loc && inputs.every((v, i) => v === n.inputs[i]);
    const node = same ? n : at(loc, () => checkedBuild(n, inputs, next));
    onNode?.(n, node);
    return node;
  };
  const stack: { node: Node; next: number }[] = [];
  const open = new Set<Value>();
  const enter = (v: Value): void => {
    if (v.kind === 'param' || made.has(v) || open.has(v)) return;
    open.add(v);
    stack.push({ node: v, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = reads(top.node)[top.next++];
      if (input) enter(input);
      else {
        stack.pop();
        made.set(top.node, make(top.node));
      }
    }
  }
  return now;
}

/** Builds a node. A type rule may crash on operands that it does not foresee: that too counts as a misfit. */
export function checkedBuild(n: Node, inputs: readonly Value[], attrs: Attrs): Node {
  try {
    return build(n.op, inputs, attrs);
  } catch (e) {
    if (e instanceof CompileError) throw e;
    throw misfit(`${n.op.name}: ${(e as Error).message}`);
  }
}

export const misfit = (problem: string): CompileError => new CompileError('misfit', problem);

function checkedTask(task: Task): Task {
  // The text would be read without an error, and refused only in autodiff.
  if (task.kind === 'differentiate' && !task.seed && task.of.type.shape.length > 0)
    throw misfit('what is differentiated without a seed must be a scalar');
  return task;
}

/** The groups with their remaining members. A result that no group stores is stored by the first that computes it. */
function regroup(groups: readonly Group[], graph: Graph, stays: (n: Node) => readonly Node[]): Group[] {
  const live = new Set(topo(valuesOf(graph)));
  const left = groups.map((g) => {
    const still = (nodes: Iterable<Node>): Node[] => [...nodes].flatMap(stays).filter((n) => live.has(n));
    return {
      ...g,
      roots: still(g.roots),
      members: new Set(still(g.members)),
      gathered: new Set(still(g.gathered)),
    };
  });
  const stored = new Set(left.flatMap((g) => g.roots));
  for (const { value } of graph.results) {
    if (value.kind === 'param' || stored.has(value)) continue;
    const group = left.find((g) => g.members.has(value));
    group?.roots.push(value);
    stored.add(value);
  }
  return left.filter((g) => g.roots.length > 0);
}

/** Params that nothing in a graph reads, updates or differentiates. */
export function idleParams(g: Graph): Param[] {
  const { task } = g;
  const used = new Set<Param>([
    ...paramsOf(valuesOf(g)),
    ...g.results.flatMap((r) => (r.into ? [r.into] : [])),
    ...(task?.kind === 'differentiate' ? task.wrt : (task?.gradients.keys() ?? [])),
  ]);
  return g.params.filter((p) => !used.has(p));
}
