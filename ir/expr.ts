/** Scalar expressions: the language of every op's defining equation and of kernel bodies. Values are immutable and may
 *  be shared, so walks visit each shared part once. */

import { upsert } from './collections.ts';
import { valueType } from './dtype.ts';
import { type BinaryFn, binaries, folded, resultOf, type UnaryFn, unaries } from './scalar.ts';
import { type Batch, type BufferType, type Dim, type DType, isBatch } from './type.ts';

export type { BinaryFn, UnaryFn };

/** An index variable. Axes have identity: two of the same name are different, and a printer renames them. */
export interface Axis {
  readonly name: string;
  readonly extent: Dim;
}

/** A row-major tensor in memory. A view shares the storage of another buffer under another shape. */
export interface Buffer {
  readonly name: string;
  readonly type: BufferType;
  readonly viewOf?: Buffer;
}

/** Values kept while a kernel runs: an accumulator or a block of them, in registers or in memory that a workgroup
 *  shares. */
export interface Tile {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly memory?: 'workgroup';
  /** Elements are rounded to 16 bits when written; for f32 in workgroup memory. */
  readonly half?: boolean;
}

/** `argmax` is the first index, in row-major order over the axes, at which the body is greatest; NaN counts as
 *  greatest. */
export type ReduceFn = 'add' | 'max' | 'min' | 'mul' | 'argmax';

/** A scalar expression. Build one with the functions of this file, which fold integers as they go. */
export type Expr =
  | { readonly kind: 'const'; readonly value: number; readonly dtype: DType }
  | { readonly kind: 'axis'; readonly axis: Axis }
  | { readonly kind: 'size'; readonly of: Batch }
  | { readonly kind: 'load'; readonly buffer: Buffer; readonly at: readonly Expr[] }
  | { readonly kind: 'tile'; readonly tile: Tile; readonly at: readonly Expr[] }
  | { readonly kind: 'unary'; readonly fn: UnaryFn; readonly x: Expr }
  | { readonly kind: 'binary'; readonly fn: BinaryFn; readonly a: Expr; readonly b: Expr }
  | { readonly kind: 'select'; readonly cond: Expr; readonly then: Expr; readonly otherwise: Expr }
  | { readonly kind: 'convert'; readonly to: DType; readonly x: Expr }
  | { readonly kind: 'reduce'; readonly fn: ReduceFn; readonly over: readonly Axis[]; readonly body: Expr };

const dtypes = new WeakMap<Expr, DType>();

/** The element type of an expression. */
export function dtypeOf(e: Expr): DType {
  switch (e.kind) {
    case 'unary':
    case 'binary':
    case 'select':
    case 'reduce':
      // Remembered, as these ask their operands, and a long chain is asked at every link.
      return upsert(dtypes, e, () => ownDtype(e));
    default:
      return ownDtype(e);
  }
}

function ownDtype(e: Expr): DType {
  switch (e.kind) {
    case 'const':
      return e.dtype;
    case 'axis':
    case 'size':
      return 'i32';
    case 'load':
      return valueType(e.buffer.type.dtype);
    case 'tile':
      return e.tile.dtype;
    case 'unary':
      return unaries[e.fn].result ?? dtypeOf(e.x);
    case 'binary':
      return binaries[e.fn].result ?? dtypeOf(e.a);
    case 'select':
      return dtypeOf(e.then);
    case 'convert':
      return e.to;
    case 'reduce':
      return e.fn === 'argmax' ? 'i32' : dtypeOf(e.body);
    default:
      return e satisfies never;
  }
}

/** An f32 constant. */
export const num = (value: number): Expr => ({ kind: 'const', value, dtype: 'f32' });
/** An i32 constant. */
export const int = (value: number): Expr => ({ kind: 'const', value, dtype: 'i32' });
/** A constant condition. */
export const bool = (value: boolean): Expr => ({ kind: 'const', value: value ? 1 : 0, dtype: 'bool' });
/** A constant of an element type; conditions are 0 or 1. */
export const constant = (value: number, dtype: DType): Expr => ({ kind: 'const', value, dtype });
/** The index along an axis, an i32. */
export const ix = (axis: Axis): Expr => ({ kind: 'axis', axis });
/** A new axis of this extent. Each has its own identity; its name is for the reader. */
export const axis = (name: string, extent: Dim): Axis => ({ name, extent });
/** The extent of an axis that is not over the batch. Throws a fault of the compiler if it is. */
export function constantExtent({ name, extent }: Axis): number {
  if (isBatch(extent)) throw new Error(`the axis ${name} is over the batch`);
  return extent;
}
/** A dimension as an i32 value. */
export const size = (d: Dim): Expr => (isBatch(d) ? { kind: 'size', of: d } : int(d));
/** The element of a buffer at indices, one for each dimension. */
export const load = (buffer: Buffer, at: readonly Expr[]): Expr => ({ kind: 'load', buffer, at });
/** An element of a tile. */
export const read = (tile: Tile, at: readonly Expr[] = []): Expr => ({ kind: 'tile', tile, at });

const unary =
  (fn: UnaryFn) =>
  (x: Expr): Expr => ({ kind: 'unary', fn, x });
/** -x, of f32 or i32. */
export const neg = unary('neg');
/** |x|, of f32. */
export const abs = unary('abs');
/** e to the x, of f32. */
export const exp = unary('exp');
/** The natural logarithm, of f32. */
export const log = unary('log');
/** e to the x, less 1; exact near 0. */
export const expm1 = unary('expm1');
/** The natural logarithm of 1 + x; exact near 0. */
export const log1p = unary('log1p');
/** The logarithm to base 2. */
export const log2 = unary('log2');
/** The square root, of f32. */
export const sqrt = unary('sqrt');
/** The hyperbolic tangent, of f32. */
export const tanh = unary('tanh');
/** The error function, of f32. */
export const erf = unary('erf');
/** 1 - erf x, of f32; exact where erf x is near 1. */
export const erfc = unary('erfc');
/** e^(x²)·(1 - erf x), of f32. */
export const erfcx = unary('erfcx');
/** The number whose error function is x, of f32. */
export const erfinv = unary('erfinv');
/** ln |Γ(x)|, of f32. */
export const lgamma = unary('lgamma');
/** The slope of ln |Γ(x)|, of f32. */
export const digamma = unary('digamma');
/** The sine, of f32. */
export const sin = unary('sin');
/** The cosine, of f32. */
export const cos = unary('cos');
/** The angle, within ±π/2, whose tangent is x, of f32. */
export const atan = unary('atan');
/** The greatest integer not above x, of f32. */
export const floor = unary('floor');
/** The integer nearest to x, of f32; ties go to the even one. */
export const nearest = unary('nearest');
/** The negation of a condition. */
export const not = unary('not');
/** The f32 with the bits of an i32. */
export const f32Bits = unary('f32_bits');
/** The bits of an f32 as an i32. */
export const i32Bits = unary('i32_bits');

const isInt = (e: Expr, value?: number): e is Extract<Expr, { kind: 'const' }> =>
  e.kind === 'const' && e.dtype === 'i32' && (value === undefined || e.value === value);

/** True if an expression is this extent. */
const spans = (e: Expr, extent: Dim): boolean =>
  isBatch(extent) ? e.kind === 'size' && e.of.times === extent.times : isInt(e, extent);

/** Integers and conditions fold as they are built, so that index expressions stay small; float arithmetic never does. */
function fold(fn: BinaryFn, a: Expr, b: Expr): Expr | null {
  const row = binaries[fn];
  const rules = row.fold;
  if (!rules) return null;
  if (rules.constants && isInt(a) && isInt(b)) {
    const value = folded(row, 'i32', [a.value, b.value]);
    return value === null ? null : constant(value, resultOf(row, 'i32'));
  }
  const is = (e: Expr, value: number | undefined): boolean =>
    e.kind === 'const' && (e.dtype === 'i32' || e.dtype === 'bool') && e.value === value;
  if (is(b, rules.right)) return a;
  if (is(a, rules.left)) return b;
  if (is(a, rules.decides)) return a;
  if (is(b, rules.decides)) return b;
  if (fn === 'imod' && isInt(b, 1)) return int(0);
  // An axis stays below its extent.
  if (a.kind === 'axis' && spans(b, a.axis.extent)) {
    if (fn === 'imod') return a;
    if (fn === 'idiv') return int(0);
  }
  return fn === 'add' ? (rejoined(a, b) ?? rejoined(b, a)) : null;
}

/** v, for v / k · k + v % k. */
function rejoined(quotient: Expr, remainder: Expr): Expr | null {
  if (remainder.kind !== 'binary' || remainder.fn !== 'imod') return null;
  if (quotient.kind !== 'binary' || quotient.fn !== 'mul') return null;
  const { a: v, b: k } = remainder;
  const { a: q, b: times } = quotient;
  if (q.kind !== 'binary' || q.fn !== 'idiv') return null;
  return isSame(times, k) && isSame(q.b, k) && isSame(q.a, v) ? v : null;
}

/** True if two index expressions are structurally equal. */
function isSame(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind === 'const') return isInt(a) && isInt(b, a.value);
  if (a.kind === 'axis') return b.kind === 'axis' && a.axis === b.axis;
  if (a.kind === 'size') return b.kind === 'size' && a.of.times === b.of.times;
  return a.kind === 'binary' && b.kind === 'binary' && a.fn === b.fn && isSame(a.a, b.a) && isSame(a.b, b.b);
}
/** Any binary expression, by the name of its function. */
export const binary = (fn: BinaryFn, a: Expr, b: Expr): Expr => fold(fn, a, b) ?? { kind: 'binary', fn, a, b };

const bin =
  (fn: BinaryFn) =>
  (a: Expr, b: Expr): Expr =>
    binary(fn, a, b);
/** a + b, both f32 or both i32. */
export const add = bin('add');
/** a - b, both f32 or both i32. */
export const sub = bin('sub');
/** a · b, both f32 or both i32. */
export const mul = bin('mul');
/** a / b, both f32. */
export const div = bin('div');
/** The lesser of two: NaN if either is, and of zeros the first. */
export const min = bin('min');
/** The greater of two: NaN if either is, and of zeros the first. */
export const max = bin('max');
/** The operands of a nested minimum; the expression itself if it is none. */
export const leastOf = (e: Expr): Expr[] =>
  e.kind === 'binary' && e.fn === 'min' ? [...leastOf(e.a), ...leastOf(e.b)] : [e];
/** a to the b, both f32. */
export const pow = bin('pow');
/** What the division of a by b leaves, both f32, with the sign of a. */
export const fmod = bin('fmod');
/** The quotient of two i32, rounded towards zero. */
export const idiv = bin('idiv');
/** The remainder of `idiv`, with the sign of the dividend. */
export const imod = bin('imod');
/** The condition a < b. */
export const lt = bin('lt');
/** The condition a <= b. */
export const le = bin('le');
/** The condition a > b. */
export const gt = bin('gt');
/** The condition a >= b. */
export const ge = bin('ge');
/** The condition a = b. */
export const eq = bin('eq');
/** The condition a ≠ b. */
export const ne = bin('ne');
/** True if both conditions hold. */
export const and = bin('and');
/** True if either condition holds. */
export const or = bin('or');
/** An i32 shifted left by a number of bits. */
export const shl = bin('shl');
/** An i32 shifted right by a number of bits, keeping its sign. */
export const shr = bin('shr');
/** The bits set in both of two i32. */
export const bitand = bin('bitand');
/** The bits set in one of two i32. */
export const bitxor = bin('bitxor');
/** An i32 shifted right by a number of bits, filled with zeros. */
export const ushr = bin('ushr');
/** True if all conditions hold; true for none. */
export const all = (...conditions: Expr[]): Expr => conditions.reduce(and, bool(true));

/** `a` where a condition holds, else `b`. Only the chosen one is computed. */
export const select = (cond: Expr, then: Expr, otherwise: Expr): Expr =>
  cond.kind === 'const' ? (cond.value ? then : otherwise) : { kind: 'select', cond, then, otherwise };
/** A value in another element type; floats lose their fraction when converted to integers. */
export const convert = (to: DType, x: Expr): Expr => (dtypeOf(x) === to ? x : { kind: 'convert', to, x });
/** A reduction of `body` over axes, which are bound in it. */
export const reduce = (fn: ReduceFn, over: readonly Axis[], body: Expr): Expr => {
  if (fn === 'argmax') return { kind: 'reduce', fn, over, body };
  if (over.some((a) => a.extent === 0)) return identity(fn, dtypeOf(body));
  return over.length === 0 ? body : { kind: 'reduce', fn, over, body };
};
/** The sum of `body` over axes, in order. */
export const sum = (over: readonly Axis[], body: Expr): Expr => reduce('add', over, body);

/** The value of a reduction over no elements. */
export const identity = (fn: Exclude<ReduceFn, 'argmax'>, dtype: DType): Expr => {
  const [lowest, highest] = dtype === 'f32' ? [-Infinity, Infinity] : [-2147483648, 2147483647];
  return constant({ add: 0, mul: 1, max: lowest, min: highest }[fn], dtype);
};

/** The direct parts of an expression, in order. */
export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'const':
    case 'axis':
    case 'size':
      return [];
    case 'load':
    case 'tile':
      return e.at;
    case 'unary':
    case 'convert':
      return [e.x];
    case 'binary':
      return [e.a, e.b];
    case 'select':
      return [e.cond, e.then, e.otherwise];
    case 'reduce':
      return [e.body];
    default:
      return e satisfies never;
  }
}

/** The same expression with other children, folded again. */
function withChildren(e: Expr, c: readonly Expr[]): Expr {
  const at = (i: number): Expr => c[i] as Expr;
  switch (e.kind) {
    case 'const':
    case 'axis':
    case 'size':
      return e;
    case 'load':
    case 'tile':
      return { ...e, at: c };
    case 'unary':
      return { ...e, x: at(0) };
    case 'convert':
      return convert(e.to, at(0));
    case 'binary':
      return binary(e.fn, at(0), at(1));
    case 'select':
      return select(at(0), at(1), at(2));
    case 'reduce':
      return { ...e, body: at(0) };
    default:
      return e satisfies never;
  }
}

/** The same expression with `f` applied to each child. */
export function mapChildren(e: Expr, f: (e: Expr) => Expr): Expr {
  const before = children(e);
  const after = before.map(f);
  return after.every((c, i) => c === before[i]) ? e : withChildren(e, after);
}

/** Rebuilds an expression bottom-up, once per shared part; `f` may replace any part. */
export function mapExpr(e: Expr, f: (e: Expr) => Expr, done: Map<Expr, Expr> = new Map()): Expr {
  const seen = done.get(e);
  if (seen) return seen;
  const out = f(mapChildren(e, (c) => mapExpr(c, f, done)));
  done.set(e, out);
  return out;
}

/** Replaces axes by expressions. */
export const substitute = (e: Expr, by: ReadonlyMap<Axis, Expr>): Expr =>
  by.size === 0 ? e : mapExpr(e, (x) => (x.kind === 'axis' ? (by.get(x.axis) ?? x) : x));

/** The expression with some parts replaced; the replacements are not searched. */
export const replaceParts = (e: Expr, by: ReadonlyMap<Expr, Expr>): Expr =>
  by.get(e) ?? mapChildren(e, (c) => replaceParts(c, by));

/** Visits every part of an expression, each shared part once, children first. */
export function walk(e: Expr, visit: (e: Expr) => void, seen: Set<Expr> = new Set()): void {
  if (seen.has(e)) return;
  seen.add(e);
  for (const c of children(e)) walk(c, visit, seen);
  visit(e);
}

/** True if `test` holds for an expression or any part of it. */
export function some(e: Expr, test: (e: Expr) => boolean): boolean {
  let found = false;
  walk(e, (x) => {
    found ||= test(x);
  });
  return found;
}

/** The axes that an expression depends on and does not bind itself. */
export function freeAxes(e: Expr): Set<Axis> {
  const free = new Set<Axis>();
  const bound = new Set<Axis>();
  walk(e, (x) => {
    if (x.kind === 'axis') free.add(x.axis);
    if (x.kind === 'reduce') for (const a of x.over) bound.add(a);
  });
  for (const a of bound) free.delete(a);
  return free;
}
