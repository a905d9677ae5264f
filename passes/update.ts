/** Applies gradients: by the rule of an optimizer, a function that builds graph, or by adding them to `.grad` state. */

import { upsert } from '../ir/collections.ts';
import { CompileError } from '../ir/diagnostic.ts';
import { type Graph, type Module, makeGraph, type Param, param, type Result, type Value } from '../ir/graph.ts';
import { full } from '../ir/ops/create.ts';
import { add } from '../ir/ops/elementwise.ts';
import { type Namespace, namespace } from '../ir/text/print-expr.ts';
import { f32, type TensorType } from '../ir/type.ts';

/** What an optimizer's rule may use besides the parameter and its gradient. */
export interface UpdateContext {
  /** A value that the host sets between steps, such as the learning rate: an f32 scalar. */
  scalar(name: string): Value;
  /** State of this parameter, of the parameter's type by default, initially zero by default. */
  state(name: string, initial?: number, type?: TensorType): Param;
  /** The number of earlier steps: an f32 scalar, shared by all parameters and advanced once a step. */
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

/** For models that apply no gradients. */
export const noOptimizer: Optimizer = {
  name: 'none',
  scalars: {},
  update: (p) => ({ value: p, state: new Map() }),
};

/** A param that the compiler adds to a model: a scalar, a gradient, or state of one parameter or of all. */
export interface Added {
  readonly role: 'gradient' | 'state' | 'scalar';
  readonly name: string;
  readonly type: TensorType;
  readonly initial?: number;
  /** The param whose gradient or state it is; its name becomes a prefix. */
  readonly of?: Param;
}

/** Makes each added param once per module, so that graphs share it. The model's own names stay; an added param takes
 *  the next free name (`step.1`). */
export class StateTable {
  readonly #model: ReadonlyMap<string, Param>;
  readonly #made = new Map<Param | null, Map<string, Param>>();
  readonly #names: Namespace;
  /** The names in a state dict, which inputs are not part of. */
  readonly #saved: Namespace;
  readonly initial = new Map<Param, number>();
  /** The names for a host: a gradient has the name of its param. */
  readonly called = new Map<Param, string>();

  constructor(model: readonly Param[] = []) {
    this.#model = new Map(model.map((p) => [p.name, p]));
    this.#names = namespace(this.#model.keys());
    this.#saved = namespace(model.filter(isSaved).map((p) => p.name));
  }

  /** Throws a `CompileError` at a param of the model whose name would be in the state dict twice. */
  get(added: Added): Param {
    const made = upsert(this.#made, added.of ?? null, () => new Map<string, Param>());
    return upsert(made, `${added.role} ${added.name}`, () => {
      const name = added.of ? `${added.of.name}.${added.name}` : added.name;
      const p = this.make(added, name);
      this.initial.set(p, added.initial ?? 0);
      this.called.set(p, added.role === 'gradient' ? (added.of?.name ?? name) : this.#saved.claim(name));
      return p;
    });
  }

  /** A name that no param has: this one, or the next free one. */
  free(name: string): string {
    return this.#names.claim(name);
  }

  protected make(added: Added, name: string): Param {
    const known = this.#model.get(name);
    if (known) checkDistinct(known, added);
    return param(added.role, this.free(name), added.type);
  }
}

const isSaved = ({ role }: Param): boolean => role === 'parameter' || role === 'state';

/** A state dict holds parameters, buffers, state and scalars by name. The state of a parameter has a name that nobody
 *  chose, so it gives way to another parameter's; a buffer is state itself, and a scalar is set by name. */
function checkDistinct(known: Param, added: Added): void {
  if (added.role === 'gradient' || !isSaved(known)) return;
  if (known.role === 'parameter' && added.role === 'state') return;
  const kind = known.role === 'state' ? 'buffer' : 'parameter';
  const what = added.role === 'scalar' ? 'a value of the optimizer' : 'state of the optimizer';
  throw new CompileError('bad-name', `a ${kind} and ${what} are both named '${known.name}'`, {
    loc: known.loc,
    help: `rename the ${kind}`,
  });
}

/** The param that accumulates the gradients of another. */
export const gradientOf = (table: StateTable, of: Param): Param =>
  table.get({ role: 'gradient', name: 'grad', type: of.type, of });

/** The pass that applies gradients by the optimizer's rule, or adds them to `.grad`. */
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
    const sum = gradientOf(table, p);
    return { name: sum.name, value: add(sum, g), into: sum };
  });
}

function stepped(gradients: ReadonlyMap<Param, Value>, optimizer: Optimizer, table: StateTable): Result[] {
  const results: Result[] = [];
  const counter = new Set<Param>();
  for (const [p, g] of gradients) {
    const { value, state } = optimizer.update(p, g, {
      scalar: (name) => table.get({ role: 'scalar', name, type: f32(), initial: optimizer.scalars[name] ?? 0 }),
      state: (name, initial = 0, type = p.type) => table.get({ role: 'state', name, type, initial, of: p }),
      step: () => {
        const steps = table.get({ role: 'state', name: 'step', type: f32() });
        counter.add(steps);
        return steps;
      },
    });
    for (const [into, next] of state) results.push({ name: into.name, value: next, into });
    results.push({ name: p.name, value, into: p });
  }
  for (const steps of counter) {
    const one = full({ value: 1, shape: [], dtype: 'f32' });
    results.push({ name: steps.name, value: add(steps, one), into: steps });
  }
  return results;
}
