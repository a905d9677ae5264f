/** Scalar expressions as JavaScript source: what both interpreters say loops, loads and arithmetic with. A part that an
 *  expression shares is computed once, a branch not taken reads nothing, and every index is checked. */

import { dtypes } from '../dtype.ts';
import { type Axis, type BinaryFn, type Buffer, children, dtypeOf, type Expr, identity, type Tile } from '../expr.ts';
import { binaries, isCondition, nearest, resultOf, unaries } from '../scalar.ts';
import { type Placement, placement } from '../text/placement.ts';
import { type Dim, type DType, isBatch, sameDim } from '../type.ts';

/** `f64` keeps floats unrounded; `f32` rounds after every operation, as WebAssembly does. */
export type Precision = 'f64' | 'f32';

/** What an expression's leaves are called in the source around it. */
export interface Names {
  axis(a: Axis): string;
  buffer(b: Buffer): string;
  tile(t: Tile): string;
  /** An axis that runs over its whole extent and no further, so that it needs no check as an index of that extent. */
  whole(a: Axis): boolean;
}

export interface Writer {
  line(text: string): void;
  fresh(prefix: string): string;
  /** Lines written by `body` go between `head {` and `}`. */
  block(head: string, body: () => void): void;
  /** Everything that `body` writes is one statement: parts that `roots` share are computed once in it. */
  statement(roots: readonly Expr[], body: () => void): void;
  value(e: Expr): string;
  arithmetic(fn: BinaryFn, dtype: DType, a: string, b: string): string;
  /** The checked row-major place of an index. */
  place(name: string, shape: readonly Dim[], at: readonly Expr[]): string;
  source(): string;
}

interface Block {
  readonly lines: string[];
  readonly bound: Map<Expr, string>;
  readonly outer: Block | null;
}

export const dimSource = (d: Dim): string => (isBatch(d) ? (d.times === 1 ? 'N' : `(${d.times} * N)`) : String(d));

const isLeaf = (e: Expr): boolean => e.kind === 'const' || e.kind === 'axis' || e.kind === 'size';
const isAtom = (text: string): boolean => /^[\w$]+$/.test(text);

export function writer(precision: Precision, names: Names): Writer {
  let block: Block = { lines: [], bound: new Map(), outer: null };
  let uses = new Map<Expr, number>();
  let placed: Placement = placement([]);
  const local = new Map<Axis, string>();
  let count = 0;

  const line = (text: string): void => {
    block.lines.push(text);
  };
  const fresh = (prefix: string): string => `${prefix}${count++}`;
  const round = (text: string): string => (precision === 'f32' ? `fround(${text})` : text);

  function inBlock<T>(body: () => T): [readonly string[], T] {
    block = { lines: [], bound: new Map(), outer: block };
    const result = body();
    const { lines, outer } = block;
    block = outer as Block;
    return [lines, result];
  }
  function nested(head: string, body: () => void): void {
    const [lines] = inBlock(body);
    block.lines.push(`${head} {`, ...lines, '}');
  }
  function statement(roots: readonly Expr[], body: () => void): void {
    uses = countUses(roots);
    placed = placement(roots);
    const [lines] = inBlock(body);
    block.lines.push(...lines);
  }

  function bound(e: Expr): string | undefined {
    for (let b: Block | null = block; b; b = b.outer) {
      const name = b.bound.get(e);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  const isShared = (e: Expr): boolean => (uses.get(e) ?? 0) > 1 && !isLeaf(e);
  function value(e: Expr): string {
    const known = bound(e);
    if (known !== undefined) return known;
    const text = compute(e);
    return isShared(e) ? bind(e, text) : text;
  }
  function bind(e: Expr, text: string): string {
    let name = text;
    if (!isAtom(text)) {
      name = fresh('v');
      line(`const ${name} = ${text};`);
    }
    block.bound.set(e, name);
    return name;
  }

  function compute(e: Expr): string {
    switch (e.kind) {
      case 'const':
        return literal(e.value, e.dtype, precision);
      case 'axis':
        return local.get(e.axis) ?? names.axis(e.axis);
      case 'size':
        return dimSource(e.of);
      case 'load':
        return `${names.buffer(e.buffer)}[${place(e.buffer.name, e.buffer.type.shape, e.at)}]`;
      case 'tile':
        return e.tile.shape.length === 0
          ? names.tile(e.tile)
          : `${names.tile(e.tile)}[${place(e.tile.name, e.tile.shape, e.at)}]`;
      case 'unary':
        return unary(e);
      case 'binary':
        return isCondition(e.fn) ? `(${condition(e)} ? 1 : 0)` : arithmetic(e.fn, dtypeOf(e.a), value(e.a), value(e.b));
      case 'select':
        return select(e);
      case 'convert':
        return convert(dtypeOf(e.x), e.to, value(e.x));
      case 'reduce':
        return reduce(e);
      default:
        return e satisfies never;
    }
  }

  /** A truth value where JavaScript asks for a condition; a shared one is computed once, as a number. */
  function test(e: Expr): string {
    const shared = bound(e) !== undefined || (uses.get(e) ?? 0) > 1;
    return e.kind === 'binary' && !shared ? condition(e) : value(e);
  }
  function condition(e: Extract<Expr, { kind: 'binary' }>): string {
    const side = binaries[e.fn].takes.every((d) => d === 'bool') ? test : value;
    return arithmeticText(e.fn, dtypeOf(e.a), side(e.a), side(e.b));
  }

  function unary(e: Extract<Expr, { kind: 'unary' }>): string {
    const [x, dtype, row] = [value(e.x), dtypeOf(e.x), unaries[e.fn]];
    const { kind } = dtypes[dtype];
    const text = row.js?.[kind]?.(x, round) ?? `${kind}_${e.fn}(${x}, round)`;
    return narrow(resultOf(row, dtype), text);
  }

  /** A condition, where the function is one. */
  function arithmeticText(fn: BinaryFn, dtype: DType, a: string, b: string): string {
    const row = binaries[fn];
    const { kind } = dtypes[dtype];
    const text = row.js?.[kind]?.(a, b, round) ?? `${kind}_${fn}(${a}, ${b}, round)`;
    return row.closed ? text : narrow(resultOf(row, dtype), text);
  }
  function arithmetic(fn: BinaryFn, dtype: DType, a: string, b: string): string {
    const text = arithmeticText(fn, dtype, a, b);
    return isCondition(fn) ? `(${text} ? 1 : 0)` : text;
  }

  /** Has a part there that both arms of a choice may need, without computing it where neither does. */
  function early(e: Expr): void {
    if (!isShared(e) || bound(e) !== undefined) return;
    if (!mayFail(e)) {
      value(e);
      return;
    }
    // What others need too must not end up inside the function.
    const home = placed.of.get(e);
    const seen = new Set<Expr>([e]);
    const parts = (p: Expr): void => {
      if (seen.has(p) || bound(p) !== undefined) return;
      seen.add(p);
      if (p.kind !== 'reduce') for (const c of children(p)) parts(c);
      if (placed.of.get(p) === home) early(p);
    };
    if (e.kind !== 'reduce') for (const c of children(e)) parts(c);
    const [get, held, known] = [fresh('g'), fresh('v'), fresh('h')];
    const [lines, text] = inBlock(() => compute(e));
    line(`let ${held}, ${known} = false;`);
    line(`const ${get} = () => {`);
    block.lines.push(`if (!${known}) {`, ...lines, `${held} = ${text};`, `${known} = true;`, '}');
    line(`return ${held}; };`);
    block.bound.set(e, `${get}()`);
  }
  /** Whether computing a part where nobody asks for it could stop the run, or take long. */
  function mayFail(e: Expr, seen: Set<Expr> = new Set()): boolean {
    if (seen.has(e)) return false;
    seen.add(e);
    const known = bound(e);
    if (known !== undefined) return !isAtom(known);
    if (e.kind === 'reduce') return true;
    const shape = e.kind === 'load' ? e.buffer.type.shape : e.kind === 'tile' ? e.tile.shape : [];
    const divides = e.kind === 'binary' && binaries[e.fn].divides && dtypes[dtypeOf(e.a)].kind === 'whole';
    if (divides && !(e.b.kind === 'const' && e.b.value !== 0)) return true;
    return children(e).some((c, d) => (shape.length > 0 && !isInside(c, shape[d])) || mayFail(c, seen));
  }

  function select(e: Extract<Expr, { kind: 'select' }>): string {
    const cond = test(e.cond);
    for (const part of placed.before.get(e) ?? []) early(part);
    const [before, then] = inBlock(() => value(e.then));
    const [instead, otherwise] = inBlock(() => value(e.otherwise));
    if (before.length + instead.length === 0) return `(${cond} ? ${then} : ${otherwise})`;
    const name = fresh('s');
    block.lines.push(`let ${name};`, `if (${cond}) {`, ...before, `${name} = ${then};`, '} else {', ...instead);
    block.lines.push(`${name} = ${otherwise};`, '}');
    return name;
  }

  function reduce(e: Extract<Expr, { kind: 'reduce' }>): string {
    const [result, dtype] = [fresh('r'), dtypeOf(e.body)];
    const around = placed;
    placed = placement([e.body]);
    const inner = (axes: readonly Axis[], body: () => void): void => {
      const [a, ...rest] = axes;
      if (!a) {
        body();
        return;
      }
      const was = local.get(a);
      const name = fresh('a');
      local.set(a, name);
      nested(`for (let ${name} = 0; ${name} < ${dimSource(a.extent)}; ${name}++)`, () => inner(rest, body));
      if (was === undefined) local.delete(a);
      else local.set(a, was);
    };
    if (e.fn === 'argmax') {
      const [best, at] = [fresh('b'), fresh('k')];
      line(`let ${result} = 0, ${best} = 0, ${at} = 0;`);
      inner(e.over, () => {
        const v = bind(e.body, value(e.body));
        const greater = `${v} > ${best} || (${v} !== ${v} && ${best} === ${best})`;
        line(`if (${at} === 0 || ${greater}) { ${best} = ${v}; ${result} = ${at}; }`);
        line(`${at}++;`);
      });
      placed = around;
      return result;
    }
    const { fn } = e;
    line(`let ${result} = ${value(identity(fn, dtype))};`);
    inner(e.over, () => line(`${result} = ${arithmetic(fn, dtype, result, value(e.body))};`));
    placed = around;
    return result;
  }

  const isInside = (index: Expr, extent: Dim | undefined): boolean =>
    index.kind === 'axis'
      ? (local.has(index.axis) || names.whole(index.axis)) && sameDim(index.axis.extent, extent ?? -1)
      : index.kind === 'const' && typeof extent === 'number' && index.value >= 0 && index.value < extent;

  function place(name: string, shape: readonly Dim[], at: readonly Expr[]): string {
    if (at.length !== shape.length) throw new Error(`${name} has ${shape.length} dimensions, and ${at.length} indices`);
    return at.reduce((flat, index, d) => {
      const extent = shape[d] as Dim;
      let i = value(index);
      if (!isInside(index, extent)) {
        if (!isAtom(i)) i = bind(index, i);
        const problem = `${JSON.stringify(name)}, ${d}, ${i}, ${dimSource(extent)}`;
        line(`if (${i} >>> 0 >= ${dimSource(extent)}) outside(where, ${problem});`);
      }
      return d === 0 ? i : `(${flat} * ${dimSource(extent)} + ${i})`;
    }, '0');
  }

  return {
    line,
    fresh,
    block: nested,
    statement,
    value,
    arithmetic,
    place,
    source: () => block.lines.join('\n'),
  };
}

/** How many places of the expressions read each part. */
function countUses(roots: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const visit = (e: Expr): void => {
    const known = uses.get(e) ?? 0;
    uses.set(e, known + 1);
    if (known === 0) for (const c of children(e)) visit(c);
  };
  for (const r of roots) visit(r);
  return uses;
}

function literal(value: number, dtype: DType, precision: Precision): string {
  const v = dtype === 'f32' && precision === 'f32' ? Math.fround(value) : value;
  return v < 0 || Object.is(v, -0) ? `(${Object.is(v, -0) ? '-0' : v})` : String(v);
}

/** A whole number brought into the range of its type. */
const narrow = (dtype: DType, text: string): string => (dtype === 'u8' ? `(${text} & 255)` : text);

function convert(from: DType, to: DType, x: string): string {
  if (to === 'bool') return from === 'bool' ? x : `(${x} !== 0 ? 1 : 0)`;
  if (to === 'f32') return from === 'i32' ? `fround_i32(${x})` : x;
  const whole = from === 'f32' ? `to_i32(${x})` : x;
  return to === 'u8' && from !== 'bool' ? `(${whole} & 255)` : whole;
}

const scratch = new DataView(new ArrayBuffer(4));

/** What the source calls beside `Math`. */
const helpers = {
  outside(where: string, name: string, dim: number, index: number, extent: number): never {
    throw new RangeError(`${where}: ${name}: index ${index} lies outside 0..${extent} in dimension ${dim}`);
  },
  /** Truncates, saturating; NaN becomes 0. */
  to_i32: (x: number): number => (x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0),
  /** Rounded to 11 bits, and to fewer below 2^-14; beyond 16 bits infinite. */
  half(x: number): number {
    scratch.setFloat32(0, x);
    const step = 2 ** (Math.max(-14, ((scratch.getInt32(0) >> 23) & 255) - 127) - 10);
    const near = nearest(x / step) * step;
    return Math.abs(near) < 65520 ? near : Number.isNaN(x) ? x : Math.sign(x) * Infinity;
  },
};

/** The values of scalar functions, by the kind of their operands: `whole_shl`, `float_exp`. */
const values: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...Object.entries(unaries), ...Object.entries(binaries)].flatMap(([fn, row]) =>
    Object.entries(row.eval).map(([kind, f]) => [`${kind}_${fn}`, f]),
  ),
);

/** Functions that are kept: a long run meets new equations without end. */
const mostCompiled = 4096;
const compiled = new Map<string, (...args: unknown[]) => void>();

/** A function of `N` and `args` with this body; the same text gives the same function. */
export function compileSource(
  where: string,
  precision: Precision,
  args: readonly string[],
  body: string,
): (...args: unknown[]) => void {
  const key = `${where}\n${precision}\n${args}\n${body}`;
  let f = compiled.get(key);
  if (!f) {
    const called = Object.entries(values).filter(([name]) => body.includes(name));
    const given = {
      ...helpers,
      ...Object.fromEntries(called),
      where,
      fround: Math.fround,
      round: precision === 'f32' ? Math.fround : (x: number) => x,
      fround_i32: precision === 'f32' ? Math.fround : (x: number) => x,
    };
    const source = `'use strict';\nreturn (N${args.map((a) => `, ${a}`).join('')}) => {\n${body}\n};`;
    f = new Function(...Object.keys(given), source)(...Object.values(given)) as (...args: unknown[]) => void;
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(key, f);
  }
  return f;
}
