/** Ranges of integers: for inputs that hold indices, from the ops that read them and checked by the host, and for the
 *  values computed from them. */

import { type Buffer, type Expr, size } from '../expr.ts';
import { type Module, type Node, type Param, topo, typesOf, type Value, valuesOf } from '../graph.ts';
import { Bounds } from './bounds.ts';
import { type Equation, equation } from './equation.ts';
import { constant } from './linear.ts';

/** The check of a host on an input: its values are 0 … range-1, or the ignored one. */
export interface Indices {
  readonly range: number;
  /** A value outside the range that every reader replaces by another; null if there is none. */
  readonly ignored: number | null;
}

/** The inputs that hold indices, with the tightest range of all ops that read them: directly, through ops that only
 *  move elements, or through a select that replaces one value by an index. */
export function indexInputs(module: Module): Map<Param, Indices> {
  const inputs = new Map<Param, Indices>();
  for (const graph of module.graphs) {
    const wanted = new Map<Value, Indices>();
    const want = (v: Value, indices: Indices): void => {
      wanted.set(v, both(indices, wanted.get(v)));
      if (v.kind === 'param' && v.role === 'input') inputs.set(v, both(indices, inputs.get(v)));
    };
    // Readers first.
    for (const n of topo(valuesOf(graph)).reverse()) {
      if (n.inputs.length !== n.op.operands.length) continue;
      const range = n.op.indexRange?.(typesOf(n.op, n.inputs), n.attrs) ?? {};
      for (const [i, name] of n.op.operands.entries())
        if (range[name] !== undefined) want(n.inputs[i] as Value, { range: range[name], ignored: null });
      const own = wanted.get(n);
      if (!own) continue;
      const moved = movedOperand(n);
      if (moved) want(moved, own);
      const spared = own.ignored === null ? sparedOperand(n) : null;
      if (spared && spared.instead >= 0 && spared.instead < own.range)
        want(spared.of, allows(own, spared.value) ? own : { ...own, ignored: spared.value });
    }
  }
  return inputs;
}

/** The inputs that hold only indices, with the number of values of each. */
export const indexRanges = (module: Module): Map<Param, number> =>
  new Map(
    [...indexInputs(module)].flatMap(([p, { range, ignored }]) => (ignored === null ? [[p, range] as const] : [])),
  );

const allows = ({ range, ignored }: Indices, value: number): boolean =>
  value === ignored || (value >= 0 && value < range);

/** The values that two readers both allow. */
function both(a: Indices, b: Indices = a): Indices {
  const range = Math.min(a.range, b.range);
  const spared = [a.ignored, b.ignored].find(
    (v) => v !== null && !allows({ range, ignored: null }, v) && allows(a, v) && allows(b, v),
  );
  return { range, ignored: spared ?? null };
}

/** For a node `x = value ? instead : x`, element by element, the operand x and the constants; else null. */
function sparedOperand(n: Node): { readonly of: Value; readonly value: number; readonly instead: number } | null {
  const said = sound(n);
  if (said?.e.kind !== 'select') return null;
  const [cond, of] = [operandOf(n, said, said.e.cond), operandOf(n, said, said.e.otherwise)];
  const instead = constantOf(n, said.e.then);
  const asked = cond?.kind === 'node' ? sound(cond) : null;
  if (!of || instead === null || cond?.kind !== 'node' || asked?.e.kind !== 'binary' || asked.e.fn !== 'eq')
    return null;
  const { a, b } = asked.e;
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const) {
    const value = constantOf(cond, y);
    if (value !== null && operandOf(cond, asked, x) === of) return { of, value, instead };
  }
  return null;
}

/** The operand whose element at the node's own index an expression is; else null. */
function operandOf(n: Node, { buffers, axes }: Equation, e: Expr): Value | null {
  if (e.kind !== 'load' || e.at.length !== axes.length) return null;
  if (!e.at.every((i, d) => i.kind === 'axis' && i.axis === axes[d])) return null;
  return n.inputs[buffers.indexOf(e.buffer)] ?? null;
}

/** The constant value of an expression of a node's equation, or null. */
function constantOf(n: Node, e: Expr): number | null {
  if (e.kind === 'const') return e.value;
  if (e.kind !== 'load') return null;
  const of = n.inputs[n.op.operands.indexOf(e.buffer.name)];
  const said = of?.kind === 'node' ? sound(of) : null;
  return of?.kind === 'node' && said ? constantOf(of, said.e) : null;
}

/** The operand if every element of a node is one of its elements; null if the node computes something. */
function movedOperand(n: Node): Value | null {
  const said = sound(n);
  return said?.e.kind === 'load' ? (n.inputs[said.buffers.indexOf(said.e.buffer)] ?? null) : null;
}

/** The equation of a node; null if its operands do not fit, which a verifier reports. */
function sound(n: Node): Equation | null {
  try {
    return equation(n);
  } catch {
    return null;
  }
}

/** Numbers n such that integer values are in 0 … n − 1, from hosts' checks of inputs and from equations. */
export class IntegerValues {
  readonly #inputs: ReadonlyMap<Param, number>;
  readonly #maxBatch: number;
  readonly #known = new Map<Value, number | null>();

  constructor(inputs: ReadonlyMap<Param, number>, maxBatch: number) {
    this.#inputs = inputs;
    this.#maxBatch = maxBatch;
  }

  /** Null if nothing is known. Iterates over operands first, as graphs may be deep. */
  of(v: Value): number | null {
    for (const n of topo([v])) if (!this.#known.has(n)) this.#known.set(n, this.#count(n));
    return this.#at(v);
  }

  #at(v: Value): number | null {
    return v.kind === 'param' ? (this.#inputs.get(v) ?? null) : (this.#known.get(v) ?? null);
  }

  #count(n: Node): number | null {
    if (n.type.dtype !== 'i32' && n.type.dtype !== 'u8') return null;
    const said = sound(n);
    if (!said) return null;
    const { e, buffers, axes } = said;
    const bounds = new Bounds(this.#maxBatch, { buffers: this.operands(n, buffers) });
    for (const a of axes) bounds.bind(a, constant(0), bounds.form(size(a.extent)), 1);
    return bounds.count(e);
  }

  /** The known numbers for a node's operands, by their buffers. */
  operands(n: Node, buffers: readonly Buffer[]): Map<Buffer, number> {
    const out = new Map<Buffer, number>();
    for (const [i, b] of buffers.entries()) {
      const values = this.#at(n.inputs[i] as Value);
      if (values !== null) out.set(b, values);
    }
    return out;
  }
}
