/** Gradients of loops: another loop over the same steps, the last one first, that carries cotangents.
 *
 *  The reverse body is the gradient of the body, built once for any number of steps. Of the forward values that it reads,
 *  those that end in a reduction and those that are carried are kept by the forward loop, in stacks; the others are
 *  computed again. Sums over all steps, as for weights, become one op over the stacks where the algebra below knows one, and are
 *  carried otherwise. */

import {
  type Graph,
  makeGraph,
  type Node,
  type Param,
  param,
  type Result,
  topo,
  usersOf,
  type Value,
} from '../ir/graph.ts';
import * as op from '../ir/ops/index.ts';
import { rebuilt } from '../ir/rebuild.ts';
import { operandOf, type ScanAttrs, type ScanNode, scan } from '../ir/scan.ts';
import { type Dim, mulDim, type Shape, type TensorType } from '../ir/type.ts';
import { equationOf } from './access.ts';

/** Adds up cotangents from these roots back; see `cotangentsOf`. */
export type Cotangents = (seeds: ReadonlyMap<Value, Value>, wrt: ReadonlySet<Param>) => ReadonlyMap<Value, Value>;

/** What the gradient of a loop is. */
export interface ScanGradient {
  /** The cotangents of the operands, in their order; null for none. */
  readonly operands: readonly (Value | null)[];
  /** The forward loop, with stacks of what it keeps: its nodes stand for those of the loop that was differentiated. */
  readonly forward: Graph;
}

/** The float operations that are computed after a reduction before its value is kept. */
const cheap = 1;

const isFloat = ({ type }: Value): boolean => type.dtype === 'f32';

/** The gradient of one loop. `given`: the cotangents of its results, by name; `wanted`: which operands have one. */
export function scanGradient(
  node: ScanNode,
  given: ReadonlyMap<string, Value>,
  wanted: readonly boolean[],
  cotangents: Cotangents,
): ScanGradient {
  const { body } = node.op;
  const { steps, reverse } = node.attrs;
  const names = new Set(body.params.map((p) => p.name));
  for (const r of body.results) names.add(r.name);
  const fresh = (name: string): string => {
    let free = name;
    for (let k = 1; names.has(free); k++) free = `${name}.${k}`;
    names.add(free);
    return free;
  };

  // The body's gradient: cotangents of what it carries on and of what it stacks.
  const seeds = new Map<Value, Value>();
  const seed = (v: Value, g: Value): void => void seeds.set(v, seeds.has(v) ? op.add(seeds.get(v) as Value, g) : g);
  const carried = new Map<Param, Param>();
  const stacks = new Map<string, Param>();
  for (const r of body.results) {
    if (!isFloat(r.value)) continue;
    const g = given.get(r.name);
    if (!r.into && !g) continue;
    const cotangent = param(r.into ? 'state' : 'input', fresh(`d${r.name}`), r.value.type);
    if (r.into) carried.set(r.into, cotangent);
    else stacks.set(r.name, cotangent);
    seed(r.value, cotangent);
  }
  const active = new Set(body.params.filter((p, i) => isFloat(p) && (wanted[i] === true || p.role === 'state')));
  const found = cotangents(seeds, active);

  // What of the forward values the reverse body reads.
  const forward = new Set<Value>([...body.params, ...topo(body.results.map((r) => r.value))]);
  const kept = new Map<Value, { readonly name: string; readonly at: Param }>();
  const read = new Map<Value, Value>(body.params.flatMap((p) => (p.role === 'state' ? [] : [[p, p] as const])));
  const keptFor = (v: Value): Param => {
    const known = kept.get(v);
    if (known) return known.at;
    const stack = body.results.find((r) => r.value === v && !r.into);
    const name = stack?.name ?? fresh(v.kind === 'param' ? `${v.name}.before` : v.op.name);
    const at = param('input', stack ? fresh(name) : name, v.type);
    kept.set(v, { name, at });
    return at;
  };
  const isStacked = (v: Node): boolean => body.results.some((r) => r.value === v && !r.into);
  const users = usersOf(topo(body.results.map((r) => r.value)));
  /** A reduction, or a cheap op on one that nothing else reads. */
  const endsReduction = (v: Node): boolean =>
    equationOf(v).trips > 0 ||
    (equationOf(v).flops <= cheap &&
      v.inputs.some((i) => i.kind === 'node' && users.get(i)?.length === 1 && endsReduction(i)));
  const wants = (v: Value): void => {
    if (read.has(v)) return;
    if (forward.has(v) && (v.kind === 'param' || isStacked(v) || endsReduction(v))) {
      read.set(v, keptFor(v));
      return;
    }
    if (v.kind === 'param') return;
    for (const i of v.inputs) wants(i);
  };
  const differentiated = body.params.map((p) => (active.has(p) ? found.get(p) : undefined));
  for (const d of differentiated) if (d) wants(d);
  const now = rebuilt(
    differentiated.flatMap((d) => d ?? []),
    read,
  );
  let next = 0;
  const gradients = differentiated.map((d) => (d ? (now[next++] as Value) : null));

  // The forward loop that keeps them, and the operands of the reverse one.
  const isNew = (name: string): boolean => !body.results.some((r) => r.name === name);
  const more = [...kept].flatMap(([value, { name }]): Result[] => (isNew(name) ? [{ name, value }] : []));
  const longer = more.length > 0 ? makeGraph(body.name, [...body.results, ...more], body.params) : body;
  const attrs = (result: string): ScanAttrs => ({ steps, reverse, result });
  const operands = new Map<Param, Value>();
  for (const { name, at } of kept.values()) operands.set(at, scan(longer, node.inputs, attrs(name)));
  for (const p of body.params) if (p.role !== 'state') operands.set(p, operandOf(node, p));
  for (const [name, p] of stacks) operands.set(p, given.get(name) as Value);
  for (const [p, g] of carried) operands.set(g, given.get(p.name) ?? zeros(p.type));

  const results: Result[] = [];
  for (const [i, p] of body.params.entries()) {
    const g = carried.get(p);
    if (g) results.push({ name: g.name, value: gradients[i] ?? zeros(p.type), into: g });
  }
  const asked: ((body: Graph, operands: readonly Value[]) => Value | null)[] = [];
  const reverseOf =
    (result: string) =>
    (b: Graph, all: readonly Value[]): Value =>
      scan(b, all, { steps, reverse: !reverse, result });
  /** All steps' values of a value of the reverse body. */
  const stackOf = (v: Value): Promised => {
    const operand = v.kind === 'param' && v.role === 'input' ? operands.get(v) : undefined;
    if (operand) return () => operand;
    const known = results.find((r) => r.value === v && !r.into);
    if (known) return reverseOf(known.name);
    const name = fresh(v.kind === 'param' ? v.name : v.op.name);
    results.push({ name, value: v });
    return reverseOf(name);
  };
  const carry = (v: Value): Promised => {
    const sum = param('state', fresh('sum'), v.type);
    operands.set(sum, zeros(v.type));
    results.push({ name: sum.name, value: op.add(sum, v), into: sum });
    return reverseOf(sum.name);
  };
  const summing = { steps, stackOf, carry };
  for (const [i, p] of body.params.entries()) {
    const d = gradients[i];
    if (p.role === 'state') {
      const g = carried.get(p);
      asked.push(g && wanted[i] ? reverseOf(g.name) : () => null);
    } else if (!d || !wanted[i]) asked.push(() => null);
    else asked.push(p.role === 'input' ? stackOf(d) : sumOverSteps(d, summing));
  }
  const backward = makeGraph(
    `${body.name.replace(/\.\d+$/, '')}.backward`,
    results,
    [...operands.keys()].filter((p) => used(results, p)),
  );
  const all = backward.params.map((p) => operands.get(p) as Value);
  return { operands: asked.map((make) => make(backward, all)), forward: longer };
}

/** A value outside of the loop, given its body and operands. */
type Promised = (body: Graph, operands: readonly Value[]) => Value;

const used = (results: readonly Result[], p: Param): boolean =>
  results.some((r) => r.value === p || r.into === p) ||
  topo(results.map((r) => r.value)).some((n) => n.inputs.includes(p));

interface Summing {
  readonly steps: number;
  /** All steps' values of a value. */
  readonly stackOf: (v: Value) => Promised;
  /** Their sum, carried from step to step. */
  readonly carry: (v: Value) => Promised;
}

/** Σ over the steps of a value of the body, with as little of it in the loop as possible. */
function sumOverSteps(v: Value, by: Summing): Promised {
  const { steps, stackOf, carry } = by;
  if (v.kind === 'node') {
    const [a, b] = v.inputs as [Value, Value];
    // Σ (aᵀ)·b over steps = (steps · rows of a)ᵀ · (steps · rows of b)
    if (v.op === (op.matmul as unknown) && v.type.shape.length === 2) {
      const [left, right] = [stackOf(untransposed(a) ?? a), stackOf(b)];
      const turned = untransposed(a) !== null;
      return (body, operands) => {
        const rows = right(body, operands);
        const l = left(body, operands);
        const columns = turned ? rowsOf(l) : rowsOf(op.permute(l, { perm: [0, 2, 1] }));
        return op.matmul(op.permute(columns, { perm: [1, 0] }), rowsOf(rows));
      };
    }
    if (v.op === (op.reduceSum as unknown)) {
      const all = stackOf(a);
      const { dims } = v.attrs as { dims: readonly number[] };
      return (body, operands) => op.reduceSum(all(body, operands), { dims: [0, ...dims.map((d) => d + 1)] });
    }
    if (v.op === (op.permute as unknown)) {
      const sum = sumOverSteps(a, by);
      return (body, operands) => op.permute(sum(body, operands), v.attrs as { perm: readonly number[] });
    }
    if (v.op === (op.reshape as unknown)) {
      const sum = sumOverSteps(a, by);
      return (body, operands) => op.reshape(sum(body, operands), v.attrs as { shape: Shape });
    }
    if (v.op === (op.neg as unknown)) {
      const sum = sumOverSteps(a, by);
      return (body, operands) => op.neg(sum(body, operands));
    }
    if (v.op === (op.add as unknown)) {
      const [p, q] = [sumOverSteps(a, by), sumOverSteps(b, by)];
      return (body, operands) => op.add(p(body, operands), q(body, operands));
    }
    if (v.inputs.length === 0) return () => op.mul(v, op.fullLike(v, steps));
  }
  return carry(v);
}

/** x of a transposed matrix xᵀ; null for others. */
const untransposed = (v: Value): Value | null =>
  v.kind === 'node' && v.op === (op.permute as unknown) && v.type.shape.length === 2 ? (v.inputs[0] as Value) : null;

/** A stack of matrices [T, R, C] as one of all their rows, [T·R, C]. */
function rowsOf(v: Value): Value {
  const [steps, rows, columns] = v.type.shape as [Dim, Dim, Dim];
  return op.reshape(v, { shape: [mulDim(steps, rows) as Dim, columns] });
}

const zeros = ({ shape, dtype }: TensorType): Value => op.full({ value: 0, shape, dtype });
