/** Applies gradients: by an optimizer, whose rule is a function that builds graph, or by adding them to `.grad` state. */

import { type Graph, type Module, makeGraph, type Param, param, type Result, type Value } from '../ir/graph.ts';
import { full } from '../ir/ops/create.ts';
import { add } from '../ir/ops/elementwise.ts';
import { f32, type TensorType } from '../ir/type.ts';

/** What an optimizer's rule may use beside the parameter and its gradient. */
export interface UpdateContext {
  /** A value that the host sets between steps, such as the learning rate: an f32 scalar. */
  scalar(name: string): Value;
  /** State of this parameter, of its shape unless another is given, zero at first unless said otherwise. */
  state(name: string, initial?: number, type?: TensorType): Param;
  /** How many steps were taken before this one: an f32 scalar, shared by all parameters and advanced once a step. */
  readonly step: () => Value;
}

/** One optimizer: names and defaults of its scalars, and its rule. */
export interface Optimizer {
  readonly name: string;
  readonly scalars: Readonly<Record<string, number>>;
  /** The parameter's new value, and new values for the state it used. */
  update(
    parameter: Param,
    gradient: Value,
    context: UpdateContext,
  ): { readonly value: Value; readonly state: ReadonlyMap<Param, Value> };
}

/** Parameters' accumulated gradients, as state of this name. */
export const gradientName = (p: Param): string => `${p.name}.grad`;

/** Params that stand for one thing in several graphs are one object: state is made once per module. */
export class StateTable {
  readonly #made = new Map<string, Param>();
  readonly initial = new Map<Param, number>();

  get(role: Param['role'], name: string, type: TensorType, initial = 0): Param {
    let p = this.#made.get(name);
    if (!p) {
      p = param(role, name, type);
      this.#made.set(name, p);
      this.initial.set(p, initial);
    }
    return p;
  }
}

export const update =
  (optimizer: Optimizer, table: StateTable) =>
  (module: Module): Module => ({ ...module, graphs: module.graphs.map((g) => apply(g, optimizer, table)) });

function apply(graph: Graph, optimizer: Optimizer, table: StateTable): Graph {
  const { task } = graph;
  if (task?.kind !== 'apply') return graph;
  const results = task.then === 'step' ? stepped(task.gradients, optimizer, table) : accumulated(task.gradients, table);
  return makeGraph(graph.name, [...graph.results, ...results], graph.params);
}

function accumulated(gradients: ReadonlyMap<Param, Value>, table: StateTable): Result[] {
  return [...gradients].map(([p, g]) => {
    const sum = table.get('state', gradientName(p), p.type);
    return { name: sum.name, value: add(sum, g), into: sum };
  });
}

function stepped(gradients: ReadonlyMap<Param, Value>, optimizer: Optimizer, table: StateTable): Result[] {
  const results: Result[] = [];
  let counter: Param | null = null;
  for (const [p, g] of gradients) {
    const { value, state } = optimizer.update(p, g, {
      scalar: (name) => table.get('scalar', name, f32(), optimizer.scalars[name] ?? 0),
      state: (name, initial = 0, type = p.type) => table.get('state', `${p.name}.${name}`, type, initial),
      step: () => (counter ??= table.get('state', 'step', f32())),
    });
    for (const [into, next] of state) results.push({ name: into.name, value: next, into });
    results.push({ name: p.name, value, into: p });
  }
  if (counter) {
    const one = full({ value: 1, shape: [], dtype: 'f32' });
    results.push({ name: 'step', value: add(counter, one), into: counter });
  }
  return results;
}
