/** What integers may be: how far inputs that hold indices reach, because an op says so and a host checks it, and what
 *  follows for the values computed from them. */

import { Bounds } from './bounds.ts';
import { type Equation, equation } from './equation.ts';
import { type Buffer, size } from './expr.ts';
import { type Module, type Node, type Param, topo, typesOf, type Value, valuesOf } from './graph.ts';
import { constant } from './linear.ts';

/** Inputs that hold indices, and how many values each may take: the least that any op reading them allows, at once or
 *  through ops that only move elements. */
export function indexRanges(module: Module): Map<Param, number> {
  const ranges = new Map<Param, number>();
  for (const graph of module.graphs) {
    const wanted = new Map<Value, number>();
    const want = (v: Value, values: number): void => {
      wanted.set(v, Math.min(values, wanted.get(v) ?? values));
      if (v.kind === 'param' && v.role === 'input') ranges.set(v, Math.min(values, ranges.get(v) ?? values));
    };
    // Readers first.
    for (const n of topo(valuesOf(graph)).reverse()) {
      if (n.inputs.length !== n.op.operands.length) continue;
      const range = n.op.indexRange?.(typesOf(n.op, n.inputs), n.attrs) ?? {};
      for (const [i, name] of n.op.operands.entries())
        if (range[name] !== undefined) want(n.inputs[i] as Value, range[name]);
      const own = wanted.get(n);
      const moved = own === undefined ? null : movedOperand(n);
      if (own !== undefined && moved) want(moved, own);
    }
  }
  return ranges;
}

/** The operand whose elements are all that a node's elements are; null where it computes something. */
function movedOperand(n: Node): Value | null {
  const said = sound(n);
  return said?.e.kind === 'load' ? (n.inputs[said.buffers.indexOf(said.e.buffer)] ?? null) : null;
}

/** Null for a node whose operands do not fit, which a verifier tells by itself. */
function sound(n: Node): Equation | null {
  try {
    return equation(n);
  } catch {
    return null;
  }
}

/** How many values integers may take, from 0 on: what hosts check of inputs, and what equations say of what follows. */
export class IntegerValues {
  readonly #inputs: ReadonlyMap<Param, number>;
  readonly #maxBatch: number;
  readonly #known = new Map<Value, number | null>();

  constructor(inputs: ReadonlyMap<Param, number>, maxBatch: number) {
    this.#inputs = inputs;
    this.#maxBatch = maxBatch;
  }

  /** Null where nothing is known. Operands first: a deep graph is no deep recursion. */
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

  /** What is known of a node's operands, by the buffers that stand for them. */
  operands(n: Node, buffers: readonly Buffer[]): Map<Buffer, number> {
    const out = new Map<Buffer, number>();
    for (const [i, b] of buffers.entries()) {
      const values = this.#at(n.inputs[i] as Value);
      if (values !== null) out.set(b, values);
    }
    return out;
  }
}
