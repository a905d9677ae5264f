/** Counts what a run of the fuzzer tried: ops, their gradients, shapes, kernels and directives. */

import { CompileError } from '../../ir/diagnostic.ts';
import { build, byName, type Graph, type OpDef, param, topo, type Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Directive, directiveNames } from '../../ir/schedule.ts';
import { table } from '../../ir/text/print-options.ts';
import { f32, isBatch, N, type TensorType } from '../../ir/type.ts';
import { valuesOf } from '../../passes/infer-shapes.ts';

interface OpCount {
  /** The number of its nodes, and of those that were differentiated. */
  nodes: number;
  gradients: number;
  /** Elements of gradients compared with finite differences, in graphs that use this op. */
  differences: number;
  /** Nodes with an extent of 0, of 1, a prime extent of at least 5, an attribute with an odd number of at least 3, and no
   *  dimensions at all. */
  zeros: number;
  ones: number;
  primes: number;
  odd: number;
  scalars: number;
}
/** The outcome of a directive: it changed the kernel, it was refused, or the result was too large to try. */
export type Outcome = 'applied' | 'refused' | 'too large';

export class Tally {
  readonly #ops = new Map<string, OpCount>();
  readonly #directives = new Map<string, Record<Outcome, number>>();
  graphs = 0;
  /** Params that their graph does not need, and params with names that are not identifiers. */
  /** Killed writers of files, and pairs of writers that raced. */
  kills = 0;
  races = 0;
  unused = 0;
  odd = 0;
  kernels = 0;
  schedules = 0;
  /** Models of whole numbers whose sums are all exact. */
  exact = 0;
  /** How often, after passes and directives, the verifier could not prove every index to be in range. */
  unproved = 0;
  differences = 0;
  /** Elements at a kink, out of range, or too steep to tell. */
  skipped = 0;

  op(name: string): OpCount {
    let count = this.#ops.get(name);
    if (!count) {
      count = { nodes: 0, gradients: 0, differences: 0, zeros: 0, ones: 0, primes: 0, odd: 0, scalars: 0 };
      this.#ops.set(name, count);
    }
    return count;
  }

  /** A recorded graph, with the task to differentiate it. */
  graph(g: Graph): void {
    this.graphs++;
    const used = new Set(topo(valuesOf(g)).flatMap((n) => n.inputs));
    for (const p of g.params) {
      if (!used.has(p)) this.unused++;
      if (!/^\w+$/.test(p.name)) this.odd++;
    }
    for (const n of topo(valuesOf(g))) {
      const count = this.op(n.op.name);
      const types = [n.type, ...n.inputs.map((i) => i.type)];
      const extents = types.flatMap((t) => t.shape.flatMap((d) => (isBatch(d) ? [] : [d])));
      const numbers = Object.values(n.attrs).flatMap((v): unknown[] => (Array.isArray(v) ? v : [v]));
      count.nodes++;
      if (extents.includes(0)) count.zeros++;
      if (extents.includes(1)) count.ones++;
      if (extents.some((d) => d >= 5 && isPrime(d))) count.primes++;
      if (numbers.some((v) => typeof v === 'number' && v >= 3 && v % 2 === 1)) count.odd++;
      if (types.some(isScalar)) count.scalars++;
    }
    for (const name of differentiatedOps(g)) this.op(name).gradients++;
  }

  directive(d: Directive, outcome: Outcome): void {
    const counts = this.#directives.get(d.do) ?? { applied: 0, refused: 0, 'too large': 0 };
    counts[outcome]++;
    this.#directives.set(d.do, counts);
  }

  /** Nodes with an extent of 0. */
  zeros(): number {
    return [...this.#ops.values()].reduce((sum, { zeros }) => sum + zeros, 0);
  }

  /** The directive applied least often, and how often it was. */
  leastApplied(): { readonly name: string; readonly times: number } {
    const all = directiveNames.map((name) => ({ name, times: this.#directives.get(name)?.applied ?? 0 }));
    return all.reduce((a, b) => (b.times < a.times ? b : a));
  }

  /** What a run missed: registered ops, gradients, gradients never compared with differences, and directives never applied
   *  or never refused. */
  missing(): Readonly<Record<'ops' | 'gradients' | 'differences' | 'directives', readonly string[]>> {
    const names = [...ir.ops.keys()];
    const without = (of: 'nodes' | 'gradients' | 'differences') => names.filter((name) => this.op(name)[of] === 0);
    return {
      ops: without('nodes'),
      gradients: without('gradients').filter(isHeld),
      differences: without('differences').filter(isHeld),
      directives: directiveNames.flatMap((name) =>
        (['applied', 'refused'] as const).flatMap((o) => (this.#directives.get(name)?.[o] ? [] : [`${name} ${o}`])),
      ),
    };
  }

  report(): string[] {
    const ops = [...ir.ops.keys()].sort().map((name) => {
      const { nodes, gradients, differences, zeros, ones, primes, odd, scalars } = this.op(name);
      const taken = hasGradient(name) ? [gradients, differences] : ['-', '-'];
      return [name, nodes, ...taken, zeros, ones, primes, odd, scalars].map(String);
    });
    const directives = [...this.#directives].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      `${this.graphs} graphs, ${this.kernels} kernels, ${this.schedules} schedules, ${this.exact} models of exact sums; ${this.unproved} times the verifier could not prove an index that was in range`,
      `${this.unused} params that nothing needs, ${this.odd} with odd names`,
      `${this.differences} elements of gradients held to differences, ${this.skipped} skipped, at kinks or beyond numbers`,
      `${this.kills} writers killed, ${this.races} times two that raced`,
      ...(this.graphs === 0
        ? []
        : [
            '',
            ...table(
              [
                ['op', 'nodes', 'gradients', 'differences', 'extent 0', 'extent 1', 'prime >= 5', 'odd >= 3', 'scalar'],
                ...ops,
              ],
              new Set([1, 2, 3, 4, 5, 6, 7, 8]),
            ),
          ]),
      ...(directives.length === 0
        ? []
        : [
            '',
            ...table(
              [
                ['directive', 'applied', 'refused', 'too large'],
                ...directives.map(([name, c]) => [name, c.applied, c.refused, c['too large']].map(String)),
              ],
              new Set([1, 2, 3]),
            ),
          ]),
    ];
  }
}

const isScalar = (t: TensorType): boolean => t.shape.length === 0;
const isPrime = (d: number): boolean => {
  for (let by = 2; by * by <= d; by++) if (d % by === 0) return false;
  return d > 1;
};

/** The ops that differentiation goes through, once for each node. */
export function differentiatedOps({ task }: Graph): string[] {
  if (task?.kind !== 'differentiate') return [];
  const nodes = topo([task.of]);
  const active = new Set<Value>(task.wrt);
  for (const n of nodes) if (n.inputs.some((i) => active.has(i))) active.add(n);
  const reached = new Set<Value>([task.of]);
  const out: string[] = [];
  for (const n of nodes.reverse()) {
    if (!reached.has(n) || !active.has(n)) continue;
    const g = param('input', 'g', n.type);
    const named = n.op.vjp(byName(n.op.operands, n.inputs), g, n.attrs, n);
    const flows = n.inputs.filter(
      (i, at) => active.has(i) && (named[n.op.operands[at] as string] ?? 'none') !== 'none',
    );
    for (const i of flows) reached.add(i);
    if (flows.length > 0) out.push(n.op.name);
  }
  return out;
}

const known = new Map<string, boolean>();
/** One op's gradient is defined by its user. */
const isHeld = (name: string): boolean => hasGradient(name) && name !== ir.customGradient.name;

/** True if a gradient flows through an op to some operand, by its example. */
function hasGradient(name: string): boolean {
  const found = known.get(name);
  if (found !== undefined) return found;
  const value = flows(ir.ops.get(name) as OpDef);
  known.set(name, value);
  return value;
}
const flows = (op: OpDef): boolean => {
  const types = (op.example?.[0] ??
    byName(
      op.operands,
      op.operands.map(() => f32(N, 4)),
    )) as Record<string, TensorType>;
  const inputs = op.operands.map((o) => param('input', o, types[o] as TensorType));
  try {
    const node = build(op, inputs, op.example?.[1] ?? {});
    const named = op.vjp(byName(op.operands, inputs), param('input', 'g', node.type), node.attrs, node);
    return inputs.some((p) => p.type.dtype === 'f32' && (named[p.name] ?? 'none') !== 'none');
  } catch (e) {
    // It has no gradient, or none for this example.
    if (e instanceof CompileError) return false;
    throw e;
  }
};
