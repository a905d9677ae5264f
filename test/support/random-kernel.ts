/** Random kernels for tests of the text form: every statement, every operator, every kind of name and shared parts. They
 *  are well typed, and otherwise meaningless. */

import { valueType } from '../../ir/dtype.ts';
import type { Axis, BinaryFn, Buffer, Expr, ReduceFn, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type Access, declare, type Kernel, type LoopMode, loop, type Stmt, set, store } from '../../ir/kernel.ts';
import { binaries, binaryFns, resultOf, unaries, unaryFns } from '../../ir/scalar.ts';
import { type DType, f32, i32, N, type Shape, type StoredType, tensor } from '../../ir/type.ts';
import type { Choices } from './generate.ts';

const names = [
  'x',
  'y',
  'conv1.weight',
  '0.weight',
  'max',
  'sum',
  'let',
  'a b',
  'größe',
  'n',
  'i',
  't0',
  'N',
  'x.1',
  'say "hi"',
  'a..b',
  'view',
];
const axisNames = ['n', 'i', 'j', 'x', 'in', 'c_2', 'x.1', 't1'];
const numbers = [0, -0, 1, -1, 0.5, 1e-8, -2.5e21, 1 / 3, Infinity, -Infinity, Number.NaN, 1e300, 16777217];
const integers = [0, 1, -1, 7, 2147483647, -2147483648];

export function randomKernel(c: Choices): Kernel {
  const shapes: readonly Shape[] = [[], [4], [N], [N, 3], [{ times: 25 }, 2], [2, 3, 5]];
  const dtypes: readonly DType[] = ['f32', 'f32', 'f32', 'i32', 'u8', 'bool'];
  const stored: readonly StoredType[] = [...dtypes, 'f16'];
  const buffers: Buffer[] = [
    { name: c.of(names), type: f32(N, 3) },
    { name: c.of(names), type: i32(N) },
  ];
  for (let k = c.below(4); k > 0; k--) buffers.push({ name: c.of(names), type: tensor(c.of(stored), c.of(shapes)) });
  // Buffers of one name and type are one buffer in a text.
  const seen = new Set<string>();
  const params = buffers
    .filter((b) => !seen.has(b.name) && seen.add(b.name))
    .map((buffer) => ({ buffer, access: c.of<Access>(['in', 'out', 'inout']) }));
  const readable = params.map((p) => p.buffer);
  if (c.chance(2)) readable.push({ name: readable[0]!.name, type: f32({ times: 3 }), viewOf: readable[0]! });
  const tiles: Tile[] = [];
  const axes: Axis[] = [];
  let pool: { e: Expr; bound: number }[] = [];
  let bound = 0;

  const fresh = (extent: Axis['extent']): Axis => x.axis(c.of(axisNames), extent);
  const constant = (dtype: DType): Expr =>
    dtype === 'f32'
      ? x.num(c.of(numbers))
      : dtype === 'i32'
        ? c.chance(3)
          ? x.size(c.of([N, { times: 7 }]))
          : x.int(c.of(integers))
        : dtype === 'u8'
          ? x.constant(c.below(256), 'u8')
          : x.bool(c.chance(2));
  const leaf = (dtype: DType, depth: number): Expr => {
    const loads = readable.filter((b) => valueType(b.type.dtype) === dtype);
    const reads = tiles.filter((t) => t.dtype === dtype);
    const pick = depth < 0 ? 3 : c.below(4);
    if (pick === 0 && loads.length) {
      const b = c.of(loads);
      return x.load(
        b,
        b.type.shape.map(() => expr('i32', Math.min(depth - 1, 1))),
      );
    }
    if (pick === 1 && reads.length) {
      const t = c.of(reads);
      return x.read(
        t,
        t.shape.map(() => expr('i32', Math.min(depth - 1, 0))),
      );
    }
    if (dtype === 'i32' && axes.length && pick < 3) return x.ix(c.of(axes));
    return constant(dtype);
  };
  const raw = (fn: BinaryFn, a: Expr, b: Expr): Expr => ({ kind: 'binary', fn, a, b });
  const inner = (dtype: DType, depth: number): Expr => {
    const sub = (): Expr => expr(dtype, depth - 1);
    switch (c.below(7)) {
      case 0:
        return { kind: 'select', cond: expr('bool', depth - 1), then: sub(), otherwise: sub() };
      case 1: {
        const from = c.of(dtypes);
        return { kind: 'convert', to: dtype, x: expr(from, depth - 1) };
      }
      case 2:
      case 3: {
        const fns = unaryFns.filter((f) => unaries[f].takes.some((d) => resultOf(unaries[f], d) === dtype));
        if (fns.length === 0) return sub();
        const fn = c.of(fns);
        const from = unaries[fn].takes.filter((d) => resultOf(unaries[fn], d) === dtype);
        return { kind: 'unary', fn, x: expr(c.of(from), depth - 1) };
      }
      case 4: {
        if (dtype === 'bool' || dtype === 'u8') return sub();
        const over = Array.from({ length: 1 + c.below(2) }, () => fresh(c.of([3, N, { times: 2 }])));
        const argmax = dtype === 'i32' && c.chance(2);
        axes.push(...over);
        const before = pool;
        pool = [...pool];
        bound++;
        const body = expr(argmax ? 'f32' : dtype, depth - 1);
        bound--;
        pool = before;
        axes.length -= over.length;
        return { kind: 'reduce', fn: argmax ? 'argmax' : c.of<ReduceFn>(['add', 'mul', 'max', 'min']), over, body };
      }
      default: {
        const fns = binaryFns.filter((f) => binaries[f].takes.some((d) => resultOf(binaries[f], d) === dtype));
        const fn = c.of(fns);
        const of = c.of(binaries[fn].takes.filter((d) => resultOf(binaries[fn], d) === dtype));
        return raw(fn, expr(of, depth - 1), expr(of, depth - 1));
      }
    }
  };
  const expr = (dtype: DType, depth: number): Expr => {
    const known = pool.filter((p) => x.dtypeOf(p.e) === dtype);
    if (known.length && c.chance(4)) return c.of(known).e;
    const e = depth <= 0 ? leaf(dtype, depth) : c.chance(4) ? leaf(dtype, depth) : inner(dtype, depth);
    if (depth > 0) pool.push({ e, bound });
    return e;
  };
  /** The expressions of one statement may share parts. */
  const within = <T>(f: () => T): T => {
    pool = [];
    return f();
  };
  const statement = (depth: number): Stmt => {
    const pick = c.below(depth > 0 ? 6 : 3);
    if (pick >= 3) {
      const a = fresh(c.of([2, 8, N, { times: 3 }]));
      const plain = c.chance(2);
      const [from, to] = within(() => [
        plain ? x.int(0) : expr('i32', 2),
        plain ? x.size(a.extent) : expr('i32', 2),
      ]) as [Expr, Expr];
      axes.push(a);
      const known = tiles.length;
      const body = block(depth - 1);
      tiles.length = known;
      axes.pop();
      return loop(a, from, to, body, {
        mode: c.of<LoopMode>(['serial', 'parallel', 'vectorized', 'unrolled']),
        step: 1 + c.below(3),
        fenced: c.chance(3),
      });
    }
    if (pick === 0) {
      const tile: Tile = { name: c.of([...names, 'acc']), dtype: c.of(dtypes), shape: c.of([[], [4], [2, 4]]) };
      tiles.push(tile);
      return declare(tile);
    }
    return within(() => {
      const tile = c.of([...tiles, null]);
      if (tile) {
        const at = tile.shape.map(() => expr('i32', 1));
        const value = expr(tile.dtype, 3);
        return c.chance(2)
          ? set(tile, at, value)
          : { kind: 'accumulate', fn: c.of(['add', 'mul', 'max', 'min'] as const), tile, at, value };
      }
      const b = c.of(readable);
      return store(
        b,
        b.type.shape.map(() => expr('i32', 1)),
        expr(valueType(b.type.dtype), 3),
      );
    });
  };
  const block = (depth: number): Stmt[] => Array.from({ length: c.below(4) }, () => statement(depth));

  return {
    name: c.of(['matmul', 'conv2d_0.weight', 'a b', 'größe']),
    params,
    body: block(3),
    locs: Array.from({ length: c.below(4) }, (_, k) => ({
      file: c.of(['net.ts', 'my nets/a, b.ts', 'c.ts']),
      line: k + 1,
      col: 3,
    })),
  };
}
