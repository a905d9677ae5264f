/** Graphs: immutable DAGs of tensor ops, one result a node. An op is one object with everything that is known about it. */

import type { AttrKinds, Attrs } from './attr.ts';
import { CompileError, type Loc } from './diagnostic.ts';
import type { Axis, Expr } from './expr.ts';
import { showType, type TensorType } from './type.ts';

type ByName<N extends readonly string[], T> = { readonly [K in N[number]]: T };
type Values<N extends readonly string[]> = { readonly [K in keyof N]: Value };

/** Reads one element of an operand at the given indices. */
export type Load = (...at: readonly Expr[]) => Expr;
/** A result as a sum of contributions: each point of `over` adds `value` to the element at `at`, if that lies inside
 *  the result. An axis that is an index of `at` by itself runs over that whole dimension. */
export interface Scatter {
  readonly over: readonly Axis[];
  readonly at: readonly Expr[];
  readonly value: Expr;
}
/** An operand whose cotangent is zero everywhere, because nothing flows through it: indices, conditions. */
export type NoGradient = 'none';

/** The definition of an op, as `defineOp` takes it. */
export interface OpSpec<N extends readonly string[], A extends Attrs> {
  readonly name: string;
  /** One sentence on an element of the result. */
  readonly doc: string;
  readonly operands: N;
  /** The kind of each attribute. */
  readonly attrs: AttrKinds<A>;
  /** The type rule in a sentence, for the reference. */
  readonly rule?: string;
  /** Operand types and attributes with which the reference shows the equation and the gradient; by default operands are
   *  f32[N,4]. */
  readonly example?: readonly [types: ByName<N, TensorType>, attrs: NoInfer<A>];
  /** The result's type. Throws a `CompileError` if the operands do not fit together. */
  infer(types: ByName<N, TensorType>, attrs: A): TensorType;
  /** The defining equation: the element of the result at `at`. */
  compute(load: ByName<N, Load>, at: readonly Expr[], attrs: A, types: ByName<N, TensorType>, out: TensorType): Expr;
  /** The equation as a scatter, where each element is a sum over the points that reach it: the value of each point, and
   *  its target. */
  scatter?(load: ByName<N, Load>, attrs: A, types: ByName<N, TensorType>, out: TensorType): Scatter;
  /** The cotangent of each operand, given `g`, the cotangent of the result. */
  vjp(operands: ByName<N, Value>, g: Value, attrs: A, result: Value): ByName<N, Value | NoGradient>;
  /** The result has the bytes of its first operand under another shape, so it needs no kernel. */
  readonly view?: boolean;
  /** Operands that are not read, and are computed before whatever reads the result. */
  readonly awaits?: readonly N[number][];
  /** The body of an op that loops: such an op has no equation, and `ir/scan.ts` says what it computes. */
  readonly body?: Graph;
  /** The operands that hold indices, and the number of allowed values, which a runtime checks for its inputs. */
  indexRange?(types: ByName<N, TensorType>, attrs: A): Partial<Record<N[number], number>>;
  /** The fewest samples that an entry with the op takes, which a runtime checks. */
  leastBatch?(attrs: A): number;
}

/** An op as passes see it, whatever its operands and attributes. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where an op's attributes are forgotten
export type OpDef = OpSpec<readonly string[], any>;
/** An op as authors call it: `matmul(a, b)`, `conv2d(x, w, { stride: [1, 1], … })`. */
// biome-ignore-start lint/complexity/noBannedTypes: no attributes
export type Op<N extends readonly string[], A extends Attrs = {}> = OpSpec<N, A> &
  ((...args: {} extends A ? [...Values<N>] : [...Values<N>, A]) => Value);
// biome-ignore-end lint/complexity/noBannedTypes: no attributes

/** The role of a param: user data, a parameter, a sum of gradients, optimizer or running state, or a scalar such as the
 *  learning rate. */
export type Role = 'input' | 'parameter' | 'gradient' | 'state' | 'scalar';

/** An input of a graph. */
export interface Param {
  readonly kind: 'param';
  readonly role: Role;
  readonly name: string;
  readonly type: TensorType;
  readonly loc: Loc | null;
}

/** One operation and its result. To change a graph, build another. */
export interface Node {
  readonly kind: 'node';
  readonly op: OpDef;
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  readonly loc: Loc | null;
}

/** An operand or result of ops: a param, or the result of a node. */
export type Value = Param | Node;

/** A named result. `into` makes it an in-place update: after the graph has run, that param holds the value. */
export interface Result {
  readonly name: string;
  readonly value: Value;
  readonly into?: Param;
}

/** Work left for a pass: `autodiff` turns the first kind into the second, `update` the second into results. With `then:
 *  'step'` the optimizer applies the gradients; with `accumulate` they are added to the existing ones. */
export type Task =
  | {
      readonly kind: 'differentiate';
      readonly of: Value;
      /** The cotangent of `of`; null for one, if `of` is a scalar. */
      readonly seed: Value | null;
      readonly wrt: readonly Param[];
      readonly then: 'step' | 'accumulate';
    }
  | { readonly kind: 'apply'; readonly gradients: ReadonlyMap<Param, Value>; readonly then: 'step' | 'accumulate' };

/** The operands that a node waits for and does not read. */
export const awaited = ({ op, inputs }: Node): readonly Value[] =>
  op.awaits ? inputs.filter((_, i) => op.awaits?.includes(op.operands[i] as string)) : [];

/** Named results over params, with the work that is left for passes. */
export interface Graph {
  readonly name: string;
  readonly params: readonly Param[];
  readonly results: readonly Result[];
  readonly task?: Task;
}

/** How a group computes its results: each element in loops over them, by windows that add to the elements that they cover, by
 *  points, each of which adds to an element that data choose, or, of a scan, by launches that are repeated. */
export type GroupForm = 'loops' | 'windows' | 'points' | 'scan';

/** The nodes of one kernel. Its roots are stored; other members are computed where they are read, in registers, and may
 *  belong to several groups. */
export interface Group {
  readonly roots: readonly Node[];
  readonly members: ReadonlySet<Node>;
  readonly form: GroupForm;
  /** Members whose elements are never computed, as most are zero: their readers range over the scattered values
   *  instead. */
  readonly gathered: ReadonlySet<Node>;
}

/** A graph with its nodes divided into groups, in launch order. A root that is no result gets a temporary buffer. */
export interface FusedGraph extends Graph {
  readonly groups: readonly Group[];
  /** In-place updates that must be staged: computed to a temporary, and copied once all reads of the old value are
   *  done. */
  readonly staged: ReadonlySet<Result>;
}

/** Several graphs over one set of parameters, and the largest batch they are compiled for. */
export interface Module {
  readonly name: string;
  readonly maxBatch: number;
  readonly graphs: readonly Graph[];
}

/** A param of a graph. */
export const param = (role: Role, name: string, type: TensorType, loc: Loc | null = null): Param =>
  Object.freeze({ kind: 'param', role, name, type, loc });

export const byName = <T>(names: readonly string[], xs: readonly T[]): Record<string, T> =>
  Object.fromEntries(names.map((n, i) => [n, xs[i] as T]));

export const typesOf = (op: OpDef, inputs: readonly Value[]): Record<string, TensorType> =>
  byName(
    op.operands,
    inputs.map((i) => i.type),
  );

let current: Loc | null = null;
let word: string | null = null;
/** The function of the user's API that made a node, whose own op is Tapeout's. */
const words = new WeakMap<Node, string>();

/** Runs `f`. The nodes that it builds and the errors that it throws get `loc`, where the user's file calls `called`. */
export function at<T>(loc: Loc | null, f: () => T, called: string | null = word): T {
  const was = [current, word] as const;
  [current, word] = [loc, called];
  try {
    return f();
  } catch (e) {
    throw e instanceof CompileError ? e.at(loc) : e;
  } finally {
    [current, word] = was;
  }
}
export const currentLoc = (): Loc | null => current;
/** The name of the function that the user called, or null outside such a call. */
export const currentWord = (): string | null => word;

/** Builds a node of `op`, which infers its type and so checks it. */
export function build(op: OpDef, inputs: readonly Value[], attrs: Attrs): Node {
  try {
    const type = op.infer(typesOf(op, inputs), attrs);
    const node: Node = Object.freeze({ kind: 'node', op, inputs, attrs, type, loc: current });
    if (word !== null) words.set(node, word);
    return node;
  } catch (e) {
    if (!(e instanceof CompileError) || e.loc) throw e;
    const involved = inputs.map((v, i) => ({ message: `${op.operands[i]}: ${describe(v)}`, loc: v.loc }));
    // A type rule's message starts with its op's name, but the user called another function.
    const problem =
      word !== null && e.message.startsWith(`${op.name}: `) ? word + e.message.slice(op.name.length) : e.message;
    throw new CompileError(e.code, problem, { loc: current, notes: [...involved, ...e.notes], help: e.help });
  }
}

/** A value in words: its type and its origin. */
export const describe = (v: Value): string =>
  v.kind === 'param'
    ? `${showType(v.type)}, ${v.role} '${v.name}'`
    : `${showType(v.type)}, result of ${words.get(v) ?? v.op.name}`;

/** An error of a type rule; the builder adds the location and the operands. */
export const typeError = (code: string, problem: string, help: string | null = null): CompileError =>
  new CompileError(code, problem, { help });

/** The nodes that `values` depend on, including themselves, operands before users, without those in `known` and what is
 *  only reached through them. Iterative, as graphs may be deep. */
export function topo(values: readonly Value[], known?: { has(v: Value): boolean }): Node[] {
  const out: Node[] = [];
  const state = new Set<Value>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (v: Value): void => {
    if (v.kind === 'param' || state.has(v) || known?.has(v)) return;
    state.add(v);
    stack.push({ node: v, next: 0 });
  };
  for (const root of values) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) enter(input);
      else out.push((stack.pop() as { node: Node }).node);
    }
  }
  return out;
}

/** The params that `values` read, in the order in which they are found. */
export function paramsOf(values: readonly Value[]): Param[] {
  const found = new Set<Param>();
  for (const v of values) if (v.kind === 'param') found.add(v);
  for (const n of topo(values)) for (const i of n.inputs) if (i.kind === 'param') found.add(i);
  return [...found];
}

/** For each value, the nodes that read it. */
export function usersOf(nodes: readonly Node[]): Map<Value, Node[]> {
  const users = new Map<Value, Node[]>();
  for (const n of nodes)
    for (const i of new Set(n.inputs)) {
      const known = users.get(i);
      if (known) known.push(n);
      else users.set(i, [n]);
    }
  return users;
}

/** A graph whose params are those listed, used or not, and then any others that its results read or update: a host
 *  passes inputs by position, and a parameter has its place in memory and in files even if unused. */
export function makeGraph(name: string, results: readonly Result[], listed: readonly Param[] = [], task?: Task): Graph {
  const asked = task?.kind === 'differentiate' ? [task.of, ...(task.seed ? [task.seed] : []), ...task.wrt] : [];
  const applied = task?.kind === 'apply' ? [...task.gradients].flat() : [];
  const used = new Set([
    ...paramsOf([...results.map((r) => r.value), ...asked, ...applied]),
    ...results.flatMap((r) => (r.into ? [r.into] : [])),
  ]);
  const params = [...new Set([...listed, ...used])];
  return { name, params, results, ...(task ? { task } : {}) };
}

/** The values that a graph computes, or whose gradients it will. */
export const valuesOf = ({ results, task }: Graph): Value[] => [
  ...results.map((r) => r.value),
  ...(task?.kind === 'differentiate' ? [task.of, ...(task.seed ? [task.seed] : [])] : []),
  ...(task?.kind === 'apply' ? [...task.gradients.values()] : []),
];
