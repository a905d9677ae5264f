/** Random integer models in which every sum is exact in 32 bits: one right answer, to the bit, however it is computed. */

import * as F from '../../frontend/index.ts';
import { Tensor } from '../../frontend/index.ts';
import { equation } from '../../ir/analysis/equation.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import type { Axis, Buffer, Expr } from '../../ir/expr.ts';
import { type Module, makeGraph, type Param, param, topo, type Value } from '../../ir/graph.ts';
import { bindDim, countAt, type Dim, f32, isBatch, N, type Shape } from '../../ir/type.ts';
import { valuesOf } from '../../passes/infer-shapes.ts';
import type { Optimizer } from '../../passes/update.ts';
import type { Choices } from '../support/generate.ts';

export interface IntegerModel {
  readonly module: Module;
  readonly optimizer: Optimizer;
  readonly params: readonly Param[];
  readonly batches: readonly number[];
}

/** f32 holds every whole number up to here. */
export const exact = 2 ** 24;
const sizes = [1, 2, 3, 4, 5, 7, 8, 12, 13, 17];
const most = 900;

export function integerModel(c: Choices): IntegerModel {
  const maxBatch = 1 + c.below(5);
  const params: Param[] = [];
  const fresh = (role: 'parameter' | 'input', shape: Shape): Tensor => {
    const p = param(role, `${role === 'input' ? 'x' : 'w'}${params.length}`, f32(...shape));
    params.push(p);
    return Tensor.of(p);
  };
  const parameter = (...shape: number[]): Tensor => fresh('parameter', shape);
  const dims = (t: Tensor): Shape => t.value.type.shape;
  const fixed = (t: Tensor, d: number): number => {
    const e = dims(t).at(d);
    if (typeof e !== 'number') throw new CompileError('no-extent', 'the batch');
    return e;
  };
  const images = c.below(3) > 0;
  const batch: Dim = c.chance(6) ? 2 : N;
  const first: Shape = images ? [batch, 1 + c.below(8), c.of(sizes), c.of(sizes)] : [batch, c.of(sizes)];
  const pool: Tensor[] = [fresh('input', countAt(first, 1) <= most ? first : [N, 3, 5, 4])];
  const any = (): Tensor => (c.below(3) > 0 ? (pool.at(-1) as Tensor) : c.of(pool));
  const image = (): Tensor => pool.findLast((t) => t.dim === 4) ?? any();
  const pair = (n: number): [number, number] => [1 + c.below(n), 1 + c.below(n)];

  const convolution = (): Tensor => {
    const t = image();
    const channels = fixed(t, 1);
    const groups = c.chance(4) ? channels : 1;
    const w = parameter(groups * (1 + c.below(8)), channels / groups, ...pair(3));
    const bias = c.chance(2) ? parameter(w.shape[0] as number) : null;
    return F.conv2d(t, w, bias, c.chance(2) ? 1 : pair(3), c.chance(2) ? 0 : [c.below(2), c.below(3)], 1, groups);
  };
  const pooled = (t: Tensor): Tensor =>
    F.maxPool2d(t, c.chance(2) ? 2 : pair(3), c.chance(2) ? {} : { stride: pair(3) });
  const moves: readonly (() => Tensor)[] = [
    convolution,
    convolution,
    () => pooled(convolution()),
    () => pooled(image()),
    () => {
      const t = any();
      return F.linear(t, parameter(c.of(sizes), fixed(t, -1)), c.chance(2) ? parameter() : null);
    },
    () => any().matmul(parameter(fixed(any(), -1), c.of(sizes))),
    () => any().transpose(-1, -2).matmul(any()),
    () => any().relu(),
    () => any().abs(),
    () => any().neg(),
    () => any().add(any()),
    () => any().sub(any()),
    () => any().mul(any()),
    () => any().mul(c.below(4) - 1),
    () => any().sum(c.below(4), c.chance(2)),
    () => any().max(c.below(4)).values,
    () => any().flatten(1),
    () => any().transpose(c.below(4), c.below(4)),
    () => F.cat([any(), any()], c.below(4)),
    () => F.pad(any(), [c.below(3), c.below(3)], 'constant', c.below(3) - 1),
    () => F.where(any().gt(c.below(3) - 1), any(), any()),
  ];
  const wanted = 1 + c.below(5);
  for (let i = 0; i < wanted; i++) {
    const before = params.length;
    const made = attempt(c.of(moves));
    const shape = made && dims(made);
    if (
      shape &&
      shape.filter(isBatch).length < 2 &&
      countAt(shape, 1) <= most &&
      greatest([made.value], maxBatch) < exact
    )
      pool.push(made);
    else params.length = before;
  }
  const output = pool.at(-1) as Tensor;
  const loss = output.mul(c.chance(2) ? output : 1).sum();
  if (!params.some((p) => p.role === 'parameter')) parameter(2);
  const wrt = params.filter((p) => p.role === 'parameter');
  const differentiate = { kind: 'differentiate', of: loss.value, seed: null, wrt, then: 'step' } as const;
  const graphs = [
    makeGraph('forward', [{ name: 'output', value: output.value }], params),
    makeGraph('train', [{ name: 'loss', value: loss.value }], params, differentiate),
  ];
  return {
    module: { name: 'Integers', maxBatch, graphs },
    optimizer: F.optim.SGD({ lr: 1 }),
    params,
    batches: [...new Set([maxBatch, 1])],
  };
}

/** An upper bound on the numbers computed on the way to these values, if params hold -1, 0 and 1; infinity if some may not
 *  be integers. */
export function greatest(values: readonly Value[], maxBatch: number): number {
  const known = new Map<Value, number>();
  const of = (v: Value): number => known.get(v) ?? 1;
  for (const n of topo(values)) {
    const { e, buffers } = equation(n);
    known.set(n, bound(e, new Map(buffers.map((b, i) => [b, of(n.inputs[i] as Value)])), maxBatch));
  }
  return Math.max(...known.values(), 1);
}

/** The same for everything a module computes. */
export const greatestOf = ({ graphs, maxBatch }: Module): number =>
  Math.max(...graphs.map((g) => greatest(valuesOf(g), maxBatch)));

function bound(e: Expr, of: ReadonlyMap<Buffer, number>, maxBatch: number): number {
  const done = new Map<Expr, number>();
  const extent = (a: Axis): number => bindDim(a.extent, maxBatch);
  const ask = (p: Expr): number => {
    const seen = done.get(p);
    if (seen !== undefined) return seen;
    const v = fresh(p);
    done.set(p, v);
    return v;
  };
  const fresh = (p: Expr): number => {
    switch (p.kind) {
      case 'const':
        return Number.isInteger(p.value) ? Math.abs(p.value) : p.value === -Infinity ? 0 : Infinity;
      case 'axis':
        return extent(p.axis);
      case 'size':
        return p.of.times * maxBatch;
      case 'load':
        for (const i of p.at) ask(i);
        return of.get(p.buffer) as number;
      case 'tile':
        return Infinity;
      case 'unary':
        return p.fn === 'neg' || p.fn === 'abs' || p.fn === 'floor' || p.fn === 'not' ? ask(p.x) : Infinity;
      case 'convert':
        return ask(p.x);
      case 'select':
        return Math.max(ask(p.cond), ask(p.then), ask(p.otherwise));
      case 'reduce': {
        const body = ask(p.body);
        const steps = p.over.reduce((n, a) => n * extent(a), 1);
        return p.fn === 'add'
          ? body * steps
          : p.fn === 'argmax'
            ? Math.max(body, steps)
            : p.fn === 'mul'
              ? Infinity
              : body;
      }
      case 'binary': {
        const [a, b] = [ask(p.a), ask(p.b)];
        if (p.fn === 'add' || p.fn === 'sub') return a + b;
        if (p.fn === 'mul') return a === 0 || b === 0 ? 0 : a * b;
        return p.fn === 'div' || p.fn === 'pow' || p.fn === 'shl' ? Infinity : Math.max(a, b);
      }
      default:
        return p satisfies never;
    }
  };
  return ask(e);
}

function attempt(f: () => Tensor): Tensor | null {
  try {
    return f();
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}
