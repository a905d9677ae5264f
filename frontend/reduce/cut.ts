/** Steps that remove ops from graphs: by cutting them out, bypassing them, or disconnecting them from their operands. */

import {
  type Graph,
  type Module,
  type Node,
  type Param,
  param,
  type Result,
  type Task,
  topo,
  type Value,
} from '../../ir/graph.ts';
import { full } from '../../ir/ops/create.ts';
import { sameType, type TensorType } from '../../ir/type.ts';
import { valuesOf } from '../../passes/infer-shapes.ts';
import { freshNames } from './names.ts';
import { rebuild } from './rebuild.ts';
import { type Step, step } from './search.ts';
import { sum } from './weights.ts';

export const nodesIn = (g: Graph): Node[] => topo(valuesOf(g));
export const nodesOf = (m: Module): Node[] => [...new Set(m.graphs.flatMap(nodesIn))];

export const paramsOf = (m: Module): Param[] => [...new Set(m.graphs.flatMap((g) => g.params))];

/** Params in place of values. If a gradient flowed through the value, one flows to the param, so that the rest is still
 *  differentiated. */
class StandIns {
  readonly #made = new Map<Value, Param>();
  readonly #name: () => string;

  constructor(m: Module) {
    this.#name = freshNames(paramsOf(m).map((p) => p.name));
  }

  /** The param for `v`. `role` is its role if a gradient flows to it; null if none does. */
  of(v: Value, role: 'parameter' | 'input' | null): Param {
    const known = this.#made.get(v);
    if (known) return known;
    const p = this.fresh(v.type, role ?? 'input');
    this.#made.set(v, p);
    return p;
  }

  fresh(type: TensorType, role: 'parameter' | 'input' = 'input'): Param {
    return param(role, this.#name(), type);
  }
}

/** The values that a gradient flows through, in a graph that is yet to be differentiated. */
function activeIn({ task }: Graph): ReadonlySet<Value> {
  if (task?.kind !== 'differentiate') return new Set();
  const active = new Set<Value>(task.wrt);
  for (const n of topo([task.of])) if (n.inputs.some((i) => active.has(i))) active.add(n);
  return active;
}

const seedOf = ({ task }: Graph): Value | null => (task?.kind === 'differentiate' ? task.seed : null);

const flowRole = (g: Graph, active: ReadonlySet<Value>, v: Value): 'parameter' | 'input' | null => {
  if (!active.has(v) || v.type.dtype !== 'f32') return null;
  // Only parameters have a step; gradients may be accumulated for any value.
  return g.task?.then === 'step' ? 'parameter' : 'input';
};

/** Drops any subset of the nodes: their values become inputs, and values that only they read become results. */
export const cutOut: Step<Module> = step(
  'cut out',
  (m) => nodesOf(m).reverse(),
  (m, dropped) => {
    const gone = new Set<Value>(dropped);
    const standIns = new StandIns(m);
    const instead = new Map<Node, Value>();
    return rebuild(m, {
      instead,
      graph: (g) => keep(g, gone, standIns, instead),
    });
  },
);

function keep(g: Graph, gone: ReadonlySet<Value>, standIns: StandIns, instead: Map<Node, Value>): Graph {
  const nodes = nodesIn(g);
  const active = activeIn(g);
  const kept = nodes.filter((n) => !gone.has(n));
  const read = new Set(kept.flatMap((n) => n.inputs));
  const flowing: Param[] = [];
  for (const n of nodes) {
    if (!gone.has(n) || !(read.has(n) || n === seedOf(g))) continue;
    const role = flowRole(g, active, n);
    const p = standIns.of(n, role);
    instead.set(n, p);
    if (role) flowing.push(p);
  }
  const unread = kept.filter((n) => !read.has(n));
  /** The task. If the differentiated node is gone, the last remaining one that a gradient flows through takes its place. */
  const differentiated = (t: Extract<Task, { kind: 'differentiate' }>): Task | undefined => {
    const wrt = [...t.wrt, ...flowing];
    if (!gone.has(t.of)) return { ...t, wrt };
    const of = unread.findLast((n) => active.has(n) && n.type.dtype === 'f32');
    return of && { ...t, of, seed: of.type.shape.length ? standIns.fresh(of.type) : null, wrt };
  };
  const applied = (t: Extract<Task, { kind: 'apply' }>): Task | undefined => {
    const gradients = new Map([...t.gradients].filter(([, v]) => !gone.has(v)));
    return gradients.size ? { ...t, gradients } : undefined;
  };
  const task = g.task?.kind === 'differentiate' ? differentiated(g.task) : g.task && applied(g.task);

  const results = g.results.filter((r) => !gone.has(r.value));
  const held = new Set(valuesOf(graphOf(g, results, task)));
  const names = new Set(results.map((r) => r.name));
  const more = unread.filter((n) => !held.has(n)).map((n): Result => ({ name: unique(n.op.name, names), value: n }));
  return graphOf(g, [...results, ...more], task);
}

/** The same graph with other results and another task. */
export const graphOf = (g: Graph, results: readonly Result[], task: Task | undefined): Graph => ({
  name: g.name,
  params: g.params,
  results,
  ...(task ? { task } : {}),
});

function unique(base: string, taken: Set<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}.${i}`;
  taken.add(name);
  return name;
}

/** Replaces a node by an operand of the same type. */
export const bypass: Step<Module> = step(
  'bypass',
  (m) =>
    nodesOf(m).flatMap((n) =>
      [...new Set(n.inputs)].filter((v) => sameType(v.type, n.type)).map((by) => [n, by] as const),
    ),
  (m, chosen) => rebuild(m, { instead: firstOfEach(chosen) }),
);

/** Replaces a node by an existing param of the same type. */
export const reuse: Step<Module> = step(
  'params for ops',
  (m) =>
    m.graphs.flatMap((g) => {
      const first = new Map<string, Param>();
      const key = (v: Param | Node, role: string): string => `${role} ${JSON.stringify(v.type)}`;
      for (const p of g.params) if (!first.has(key(p, p.role))) first.set(key(p, p.role), p);
      return nodesIn(g).flatMap((n) =>
        (['input', 'parameter', 'gradient', 'state', 'scalar'] as const).flatMap((role) => {
          const p = first.get(key(n, role));
          return p ? [[n, p] as const] : [];
        }),
      );
    }),
  (m, chosen) => rebuild(m, { instead: firstOfEach(chosen) }),
);

/** Replaces a node by zeros or ones. */
export const constants: Step<Module> = step(
  'constants for ops',
  (m) =>
    nodesOf(m)
      .filter((n) => n.inputs.length > 0)
      .flatMap((n) => [0, 1].map((value) => [n, value] as const)),
  (m, chosen) => {
    const value = ([{ type }, value]: readonly [Node, number]) => full({ value, shape: type.shape, dtype: type.dtype });
    return rebuild(m, { instead: firstOfEach(chosen.map((c) => [c[0], value(c)] as const)) });
  },
);

const firstOfEach = <V>(chosen: readonly (readonly [Node, V])[]): Map<Node, V> => new Map([...chosen].reverse());

/** Replaces an operand that is a node by an input. */
export const disconnect: Step<Module> = step(
  'operands',
  (m) => nodesOf(m).flatMap((n) => n.inputs.flatMap((v, i) => (v.kind === 'node' ? [[n, i] as const] : []))),
  (m, chosen) => {
    const standIns = new StandIns(m);
    const operands = new Map<Node, Map<number, Value>>();
    const graph = (g: Graph): Graph => {
      const active = activeIn(g);
      const here = new Set(nodesIn(g));
      const flowing: Param[] = [];
      for (const [n, i] of chosen) {
        if (!here.has(n)) continue;
        const v = n.inputs[i] as Value;
        const role = flowRole(g, active, v);
        const p = standIns.of(v, role);
        if (role) flowing.push(p);
        operands.set(n, (operands.get(n) ?? new Map<number, Value>()).set(i, p));
      }
      const { task } = g;
      if (task?.kind !== 'differentiate') return g;
      return { ...g, task: { ...task, wrt: [...task.wrt, ...flowing] } };
    };
    return rebuild(m, { operands, graph });
  },
);

/** The number of operands that are the results of ops. */
export const edges = (m: Module): number =>
  sum(nodesOf(m).map((n) => n.inputs.filter((v) => v.kind === 'node').length));
