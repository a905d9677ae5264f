/** Random graphs over any ops, from their definitions alone: operands, kinds of attributes, an example where there is one,
 *  and the type rule, which is tried until it accepts. A new op needs nothing here. */

import { leastBatchOf } from '../../ir/analysis/least-batch.ts';
import type { Attr, Attrs } from '../../ir/attr.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import {
  build,
  byName,
  type Graph,
  type Module,
  makeGraph,
  type OpDef,
  type Param,
  param,
  type Result,
  topo,
  usersOf,
  type Value,
} from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import {
  countAt,
  type Dim,
  elements,
  f32,
  isBatch,
  mostBatches,
  N,
  type Shape,
  sameType,
  type TensorType,
} from '../../ir/type.ts';
import { indexRanges } from '../../passes/infer-shapes.ts';
import { type Choices, seeded } from '../support/generate.ts';
import { extents, randomAttr } from './random-attr.ts';

export interface RandomGraph {
  readonly module: Module;
  /** The inputs from the host, including cotangents. */
  readonly params: readonly Param[];
  /** The values that nothing reads, each with its cotangent if it is differentiated. */
  readonly ends: ReadonlyMap<Value, Param | null>;
  /** The number of values that an input of indices may take. */
  readonly ranges: ReadonlyMap<Param, number>;
  readonly batches: readonly number[];
}

export interface GraphOptions {
  /** Ops to draw from; all registered ones by default. */
  readonly ops?: readonly OpDef[];
}

/** The most elements of one tensor for one sample, and the most dimensions. */
const [mostElements, mostDims] = [400, 5];
/** Names that mean something else where they are written: in IR texts, in code, in files. */
export const oddNames: readonly string[] = [
  'N',
  'loss',
  'output',
  'a b',
  'x.1',
  'größe',
  'say "hi"',
  "it's",
  'a\\b',
  '%x',
  '@k',
  '; x',
  '</script>',
  'line\nbreak',
  '__proto__',
  'constructor',
  '重み',
];
const proposals = 40;

/** Two numbers make a node, so that fewer numbers make a smaller graph: the op, and a seed for everything else. */
export function randomGraph(c: Choices, { ops = [...ir.ops.values()] }: GraphOptions = {}): RandomGraph {
  const maxBatch = 1 + c.below(5);
  const count = 1 + c.below(8);
  const made = new Maker(c);
  for (let i = 0; i < count; i++) {
    const op = c.of(ops);
    const own = seeded(c.below(5040));
    if (own.chance(4)) made.gradientOf(own);
    else made.node(op, own);
  }
  return made.finish(maxBatch, c);
}

class Maker {
  readonly #params: Param[] = [];
  readonly #pool: Value[] = [];
  readonly #names = new Set<string>();
  /** True if tensors may be empty. */
  readonly #empty: boolean;
  readonly #odd: boolean;

  constructor(c: Choices) {
    const shape: Dim[] = [c.chance(4) ? c.of(extents) : N];
    while (c.below(3) > 0 && shape.length < 4) shape.push(c.of(extents));
    this.#empty = c.chance(4);
    this.#odd = c.chance(4);
    if (this.#empty && c.chance(2)) shape[shape.length > 1 ? 1 + c.below(shape.length - 1) : 0] = 0;
    this.#fresh(this.#fits(f32(...shape)) ? f32(...shape) : f32(N, 3), c);
  }

  #fits(t: TensorType): boolean {
    return fits(t, this.#empty);
  }

  /** A name that no other param has. */
  #name(usual: string, c: Choices): string {
    const names = this.#odd ? [c.of(oddNames), c.of(oddNames)] : [];
    const name = names.find((n) => !this.#names.has(n)) ?? usual;
    this.#names.add(name);
    return name;
  }

  /** Adds a node of this op, if its type rule accepts anything that is proposed. */
  node(op: OpDef, c: Choices): void {
    const before = this.#params.length;
    const plain = c.chance(3);
    for (let i = 0; i < proposals; i++) {
      const known = this.#pool.length;
      const value = attempt(() => {
        const [inputs, attrs] =
          op.example && (plain || i >= proposals / 2)
            ? this.#likeExample(op, c, i === proposals - 1)
            : this.#fromPool(op, c);
        return build(op, inputs, attrs);
      });
      if (value && this.#fits(value.type)) {
        this.#add(value, c);
        return;
      }
      for (const p of this.#params.splice(before)) this.#names.delete(p.name);
      this.#pool.length = known;
    }
  }

  /** Adds the ops of some node's gradient: ops that only gradients use come from here, and are then differentiated like
   *  others. */
  gradientOf(c: Choices): void {
    const nodes = this.#pool.filter((v) => v.kind === 'node' && v.type.dtype === 'f32');
    if (nodes.length === 0) return;
    const of = c.of(nodes);
    if (of.kind !== 'node') return;
    const g = this.#ofType(of.type, c);
    const named = attempt(() => of.op.vjp(byName(of.op.operands, of.inputs), g, of.attrs, of));
    for (const v of Object.values(named ?? {}))
      if (v !== 'none' && v.kind === 'node' && topo([v]).every((n) => this.#fits(n.type))) this.#add(v, c);
  }

  finish(maxBatch: number, c: Choices): RandomGraph {
    const nodes = topo(this.#pool);
    const users = usersOf(nodes);
    const open = nodes.filter((n) => !users.has(n));
    const wrt = this.#params.filter((p) => p.type.dtype === 'f32');
    const reached = new Set<Value>(wrt);
    for (const n of nodes) if (n.inputs.some((i) => reached.has(i))) reached.add(n);
    const ends = new Map<Value, Param | null>(
      open.map((v, i) => [v, v.type.dtype === 'f32' && reached.has(v) ? param('input', `g${i}`, v.type) : null]),
    );
    const results = open.map((value, i): Result => ({ name: `r${i}`, value }));
    // Sometimes add an input that nothing needs.
    const unused = c.chance(4) ? [param('input', this.#name('unused', c), f32(N, c.of(extents)))] : [];
    const params = [...unused, ...this.#params, ...[...ends.values()].filter((g) => g !== null)];
    const graphs: Graph[] = [makeGraph('forward', results, params)];
    const losses = [...ends].flatMap(([v, g]) =>
      g ? [ir.reduceSum(ir.mul(v, g), { dims: v.type.shape.map((_, d) => d) })] : [],
    );
    if (losses.length > 0) {
      const loss = losses.reduce((a, b) => ir.add(a, b));
      const task = { kind: 'differentiate', of: loss, seed: null, wrt, then: 'accumulate' } as const;
      graphs.push(makeGraph('backward', [{ name: 'loss', value: loss }], params, task));
    }
    const least = Math.max(...graphs.map((g) => leastBatchOf(g)?.least ?? 1));
    const module: Module = { name: 'Random', maxBatch: Math.max(maxBatch, least), graphs };
    const batches = [...new Set([module.maxBatch, least])];
    return { module, params, ends, ranges: indexRanges(module), batches };
  }

  /** A value that cannot be differentiated is a constant to its readers. */
  #add(v: Value, c: Choices): void {
    if (v.kind === 'node' && v.type.dtype === 'f32') {
      const g = param('input', 'g', v.type);
      if (!attempt(() => v.op.vjp(byName(v.op.operands, v.inputs), g, v.attrs, v))) {
        this.#pool.push(ir.stopGradient(v));
        return;
      }
    }
    if (!this.#pool.includes(v)) this.#pool.push(v);
    if (c.chance(5) && v.type.dtype === 'f32') this.#fresh(v.type, c);
  }

  #fresh(type: TensorType, c: Choices): Param {
    const fixed = type.dtype === 'f32' && !type.shape.some(isBatch);
    const role = fixed && c.chance(2) ? 'parameter' : 'input';
    const p = param(role, this.#name(`x${this.#params.length}`, c), type);
    this.#params.push(p);
    this.#pool.push(p);
    return p;
  }

  #any(c: Choices): Value {
    return c.below(3) > 0 ? (this.#pool.at(-1) as Value) : c.of(this.#pool);
  }

  /** Operands among the existing values. */
  #fromPool(op: OpDef, c: Choices): [Value[], Attrs] {
    const inputs: Value[] = [];
    for (const _ of op.operands) {
      const first = inputs[0];
      if (first && c.chance(2)) inputs.push(this.#ofType(first.type, c));
      else inputs.push(this.#any(c));
    }
    const shapes = inputs.map((v) => v.type.shape);
    return [inputs, this.#attrs(op, c, shapes, {})];
  }

  /** Operands as in the example, or with other extents and attributes; `exactly` so in the end, so that every op occurs. */
  #likeExample(op: OpDef, c: Choices, exactly: boolean): [Value[], Attrs] {
    const [types, attrs] = op.example as [Record<string, TensorType>, Attrs];
    const renamed = new Map<string, Dim>();
    const rename = (d: Dim): Dim => {
      if (exactly) return d;
      const key = isBatch(d) ? 'N' : String(d);
      const to = renamed.get(key) ?? (c.below(3) > 0 ? d : isBatch(d) ? c.of<Dim>([2, { times: 3 }]) : c.of(extents));
      renamed.set(key, to);
      return to;
    };
    const indices = op.indexRange?.(types, attrs) ?? {};
    const inputs = op.operands.map((o) => {
      const { dtype, shape } = types[o] as TensorType;
      const type = { dtype, shape: shape.map(rename) };
      // Indices that a host passes are in range.
      return indices[o] === undefined ? this.#ofType(type, c) : this.#fresh(type, c);
    });
    if (exactly) return [inputs, attrs];
    const follow = (v: Attr): Attr => (Array.isArray(v) && c.chance(2) ? (v as Shape).map(rename) : v);
    const kept = Object.fromEntries(
      Object.entries(attrs).flatMap(([name, v]) => (c.chance(4) ? [] : [[name, follow(v)]])),
    );
    return [
      inputs,
      this.#attrs(
        op,
        c,
        inputs.map((v) => v.type.shape),
        kept,
      ),
    ];
  }

  #attrs(op: OpDef, c: Choices, shapes: readonly Shape[], given: Attrs): Attrs {
    const known = this.#pool.map((v) => v.type.shape);
    return Object.fromEntries(
      Object.entries(op.attrs as Record<string, Parameters<typeof randomAttr>[0]>).map(([name, kind]) => {
        const v =
          given[name] !== undefined && kind.holds(given[name]) ? given[name] : randomAttr(kind, c, shapes, known);
        if (v === undefined) throw new CompileError('no-attribute', name);
        return [name, v];
      }),
    );
  }

  /** A value of this type: an existing one, one made from another by cropping or conversion, or a new input. */
  #ofType(type: TensorType, c: Choices): Value {
    const there = this.#pool.filter((v) => sameType(v.type, type));
    if (there.length && !c.chance(4)) return c.of(there);
    const near = this.#pool.filter(
      (v) =>
        v.type.shape.length === type.shape.length &&
        v.type.shape.every((d, i) => isBatch(d) === isBatch(type.shape[i] as Dim)),
    );
    if (near.length && c.chance(2)) {
      const moulded = attempt(() => mould(c.of(near), type));
      if (moulded && sameType(moulded.type, type)) return moulded;
    }
    return this.#fresh(type, c);
  }
}

/** Cropped or padded to a shape of the same rank, and converted. */
function mould(v: Value, { dtype, shape }: TensorType): Value {
  const zeros = shape.map(() => 0);
  const high = shape.map((d, i) => (isBatch(d) ? 0 : d - (v.type.shape[i] as number)));
  const cut = ir.pad(v, { low: zeros, high, interior: zeros, value: 0 });
  return v.type.dtype === dtype ? cut : ir.convert(cut, { to: dtype });
}

/** Null if the definition refuses, as it must for most random combinations. */
function attempt<T>(f: () => T): T | null {
  try {
    return f();
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}

function fits({ shape }: TensorType, empty: boolean): boolean {
  if (shape.filter(isBatch).length > mostBatches || shape.length > mostDims) return false;
  const count = countAt(shape, 1);
  return (empty || (elements(shape).times !== 0 && count > 0)) && count <= mostElements;
}
