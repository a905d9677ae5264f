/** Kernels read back from their text: what `print-kernel` and `print-expr` write.
 *
 *  Every name is bound where it is visible and nowhere else, every expression has a type, and what does not hold is said at
 *  its line and column. An expression is built as it stands: nothing is folded, so that printing gives the same text. */

import type { Loc } from './diagnostic.ts';
import {
  type Axis,
  axis,
  type BinaryFn,
  type Buffer,
  type Expr,
  type ReduceFn,
  type Tile,
  type UnaryFn,
} from './expr.ts';
import { type Access, declare, type Kernel, type LoopMode, loop, type Stmt, set, store } from './kernel.ts';
import { type Comment, Lexer, readPlace, type Token } from './lex.ts';
import { expectVersion, isDType, isNumber, largestInt, parseType, readDim, type TextOptions } from './parse-common.ts';
import { keywords, reductionNames } from './print-expr.ts';
import { countAt, type Dim, type DType, elements, isBatch, maxElements, sameDim, showType } from './type.ts';

/** Every kernel of a file. Buffers of one name and type are one buffer, as kernels that follow each other share them.
 *  Throws a `CompileError` with the place of what is wrong. */
export function parseKernels(text: string, file: string, options: TextOptions = {}): Kernel[] {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const kernels: Kernel[] = [];
  const storages: Storages = new Map();
  while (lex.peek().kind !== 'end') kernels.push(kernelOf(lex, storages, options));
  return kernels;
}

/** A kernel by itself, with or without a version line. */
export function parseKernel(text: string, file: string, options: TextOptions = {}): Kernel {
  const lex = new Lexer(text, file);
  if (lex.is('tapeout')) expectVersion(lex);
  const kernel = kernelOf(lex, new Map(), options);
  lex.expectKind('end', 'nothing more behind the kernel');
  return kernel;
}

/** Buffers with memory of their own, by name and type. */
export type Storages = Map<string, Buffer>;

export const kernelOf = (lex: Lexer, storages: Storages, options: TextOptions): Kernel =>
  new KernelReader(lex, storages, options).kernel();

/** How deep loops and expressions may nest: far deeper than any that a compiler makes, and no danger for a stack. */
const deepest = 400;

const modes: ReadonlyMap<string, LoopMode> = new Map([
  ['for', 'serial'],
  ['parallel', 'parallel'],
  ['vectorize', 'vectorized'],
  ['unroll', 'unrolled'],
]);
const reserved: ReadonlySet<string> = new Set(keywords);

type Binding =
  | { readonly kind: 'buffer'; readonly buffer: Buffer }
  | { readonly kind: 'tile'; readonly tile: Tile }
  | { readonly kind: 'axis'; readonly axis: Axis }
  | { readonly kind: 'let'; readonly value: Typed };
type Bound = Binding & { readonly at: Token };

/** An expression with its type and its height, known as it is built. */
interface Typed {
  readonly e: Expr;
  readonly dtype: DType;
  readonly depth: number;
}

interface Operator {
  readonly fn: BinaryFn | '/';
  readonly level: number;
}
const operators: ReadonlyMap<string, Operator> = new Map([
  ['||', { fn: 'or', level: 2 }],
  ['&&', { fn: 'and', level: 3 }],
  ['==', { fn: 'eq', level: 4 }],
  ['!=', { fn: 'ne', level: 4 }],
  ['<', { fn: 'lt', level: 5 }],
  ['<=', { fn: 'le', level: 5 }],
  ['>', { fn: 'gt', level: 5 }],
  ['>=', { fn: 'ge', level: 5 }],
  ['<<', { fn: 'shl', level: 6 }],
  ['+', { fn: 'add', level: 7 }],
  ['-', { fn: 'sub', level: 7 }],
  ['*', { fn: 'mul', level: 8 }],
  ['/', { fn: '/', level: 8 }],
  ['%', { fn: 'imod', level: 8 }],
]);

const binaryCalls: ReadonlySet<string> = new Set<BinaryFn>([
  'div',
  'min',
  'max',
  'pow',
  'idiv',
  'imod',
  'shr',
  'bitand',
]);
const unaryCalls: ReadonlySet<string> = new Set<UnaryFn>([
  'abs',
  'exp',
  'log',
  'sqrt',
  'tanh',
  'erf',
  'floor',
  'nearest',
  'f32_bits',
  'i32_bits',
]);
const reductions: ReadonlyMap<string, ReduceFn> = new Map(
  Object.entries(reductionNames).map(([fn, word]) => [word, fn as ReduceFn]),
);

/** What an operation takes; its operands are of one type. */
const takes: Readonly<Record<BinaryFn, readonly DType[]>> = (() => {
  const [any, numbers, whole, ints]: (readonly DType[])[] = [
    ['f32', 'i32', 'u8', 'bool'],
    ['f32', 'i32', 'u8'],
    ['i32', 'u8'],
    ['i32'],
  ] as const as never;
  const bool: readonly DType[] = ['bool'];
  return {
    ...{ add: numbers, sub: numbers, mul: numbers, div: numbers, min: numbers, max: numbers, pow: numbers },
    ...{ idiv: numbers, imod: numbers, lt: any, le: any, gt: any, ge: any, eq: any, ne: any, and: bool, or: bool },
    ...{ shl: ints, shr: ints, bitand: whole },
  } as Record<BinaryFn, readonly DType[]>;
})();
const unaryTakes: Readonly<Record<UnaryFn, readonly DType[]>> = {
  ...{ neg: ['f32', 'i32'], abs: ['f32', 'i32'], not: ['bool'], f32_bits: ['i32'], i32_bits: ['f32'] },
  ...{ exp: ['f32'], log: ['f32'], sqrt: ['f32'], tanh: ['f32'], erf: ['f32'], floor: ['f32'], nearest: ['f32'] },
};
const answers: ReadonlySet<BinaryFn> = new Set(['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or']);

class KernelReader {
  readonly #lex: Lexer;
  readonly #storages: Storages;
  readonly #maxBatch: number;
  readonly #names = new Map<string, Bound>();
  #depth = 0;

  constructor(lex: Lexer, storages: Storages, options: TextOptions) {
    this.#lex = lex;
    this.#storages = storages;
    this.#maxBatch = options.maxBatch ?? 1;
  }

  kernel(): Kernel {
    const lex = this.#lex;
    lex.expect('kernel', "and its params: 'kernel @relu(x: f32[N,4], y: f32[N,4] out) {'");
    const name = lex.expectKind('symbol', "the kernel's name, such as @matmul").text;
    lex.expect('(');
    const params: { buffer: Buffer; access: Access }[] = [];
    while (!lex.is(')')) {
      const at = lex.peek();
      const buffer = this.#buffer();
      if (params.some((p) => p.buffer === buffer))
        throw lex.error(`'${at.text}' is a param already`, at, { code: 'duplicate-name' });
      const access = lex.accept('out') ? 'out' : lex.accept('inout') ? 'inout' : 'in';
      params.push({ buffer, access });
      if (!lex.accept(',') && !lex.is(')')) throw lex.unexpected("'out', 'inout', ',' or ')'");
    }
    lex.take();
    lex.expect('{');
    const locs = readPlaces(lex.peek().comments);
    while (lex.is('view') || lex.is('buffer')) {
      lex.take();
      this.#buffer();
    }
    const body = this.#block();
    return { name, params, body, locs };
  }

  /** `x: f32[N,400] view of pool: f32[N,16,5,5]`, or the name of one that is declared before. */
  #buffer(): Buffer {
    const lex = this.#lex;
    const name = this.#newName('a buffer such as x: f32[N,4]');
    if (!lex.is(':')) {
      const known = this.#names.get(name.text);
      if (known?.kind === 'buffer') return known.buffer;
      throw known ? lex.unexpected("':' and the type of the buffer") : this.#undefinedName(name);
    }
    lex.take();
    const at = lex.peek();
    const type = parseType(lex);
    if (countAt(type.shape, this.#maxBatch) > maxElements)
      throw lex.error(`${showType(type)} has more than ${maxElements} elements`, at, { code: 'too-large' });
    this.#checkFree(name);
    if (!lex.accept('view')) {
      const key = `${name.text}: ${showType(type)}`;
      const buffer = this.#storages.get(key) ?? { name: name.text, type };
      this.#storages.set(key, buffer);
      this.#bind(name, { kind: 'buffer', buffer });
      return buffer;
    }
    // The view's name is taken before that of what it shows, as the printer does.
    lex.expect('of');
    const place = lex.peek();
    this.#names.set(name.text, { kind: 'buffer', buffer: { name: name.text, type }, at: name });
    this.#depth++;
    this.#checkDepth(place);
    const viewOf = this.#buffer();
    this.#depth--;
    if (viewOf.name === name.text) throw lex.error(`'${name.text}' is a view of itself`, place);
    if (viewOf.type.dtype !== type.dtype || !sameDim(elements(viewOf.type.shape), elements(type.shape)))
      throw lex.error(`${showType(type)} is no view of ${showType(viewOf.type)}: it has other elements`, at, {
        code: 'type-mismatch',
      });
    const buffer: Buffer = { name: name.text, type, viewOf };
    this.#names.set(name.text, { kind: 'buffer', buffer, at: name });
    return buffer;
  }

  /** Statements up to a closing brace, which is taken. Tiles are known among them only. */
  #block(): Stmt[] {
    const lex = this.#lex;
    const body: Stmt[] = [];
    const mine: string[] = [];
    for (;;) {
      const lets: string[] = [];
      while (lex.is('let')) lets.push(this.#let());
      if (lets.length === 0 && lex.accept('}')) break;
      const s = this.#stmt(() => {
        for (const name of lets.splice(0)) this.#names.delete(name);
      });
      if (s.kind === 'tile') mine.push(s.tile.name);
      body.push(s);
    }
    for (const name of mine) this.#names.delete(name);
    return body;
  }

  /** `let t0 = e`: a part of the expressions of the next statement, said once. */
  #let(): string {
    const lex = this.#lex;
    lex.expect('let');
    const name = this.#newName('a name');
    lex.expect('=', `and what '${name.text}' stands for`);
    const value = this.#expr();
    this.#bind(name, { kind: 'let', value });
    return name.text;
  }

  #stmt(endLets: () => void): Stmt {
    const lex = this.#lex;
    const first = lex.peek();
    const mode = first.kind === 'name' ? modes.get(first.text) : undefined;
    if (mode) return this.#loop(mode, endLets);
    if (lex.is('tile')) {
      lex.take();
      endLets();
      return this.#tile();
    }
    const s = this.#assignment();
    endLets();
    return s;
  }

  #tile(): Stmt {
    const lex = this.#lex;
    const name = this.#newName('the name of the tile');
    lex.expect(':', `and the type of the tile '${name.text}'`);
    const at = lex.peek();
    const { dtype, shape } = parseType(lex);
    const extents = shape.map((d) => {
      if (isBatch(d)) throw lex.error('a tile lies in registers, so that its extents are constants, without N', at);
      return d;
    });
    if (countAt(shape, 1) > maxElements)
      throw lex.error(`a tile of more than ${maxElements} elements fits in no registers`, at, { code: 'too-large' });
    const tile: Tile = { name: name.text, dtype, shape: extents };
    this.#bind(name, { kind: 'tile', tile });
    return declare(tile);
  }

  #loop(mode: LoopMode, endLets: () => void): Stmt {
    const lex = this.#lex;
    const start = lex.take();
    this.#depth++;
    this.#checkDepth(start);
    const fenced = lex.accept('fenced');
    const name = this.#newName('the index of the loop');
    const told = lex.accept(':') ? readDim(lex) : null;
    lex.expect('in', `and the bounds of the loop, such as '${name.text} in 0..8'`);
    const from = this.#typed(this.#unary(), 'i32', lex.peek(), 'a bound');
    lex.expect('..', 'and the upper bound');
    const place = lex.peek();
    const to = this.#typed(this.#unary(), 'i32', place, 'a bound');
    endLets();
    const extent = told ?? extentOf(to.e);
    if (extent === null)
      throw lex.error(`the bound does not tell the extent of '${name.text}'`, place, {
        help: `give it: '${start.text} ${name.text}: 8 in …'`,
      });
    const step = lex.accept('step') ? this.#step() : 1;
    lex.expect('{', 'and the body of the loop');
    const a = axis(name.text, extent);
    this.#bind(name, { kind: 'axis', axis: a });
    const body = this.#block();
    this.#names.delete(name.text);
    this.#depth--;
    return loop(a, from.e, to.e, body, { mode, step, fenced });
  }

  #step(): number {
    const t = this.#lex.expectKind('number', 'the step, a whole number');
    const step = Number(t.text);
    if (/^\d+$/.test(t.text) && step >= 1 && step <= largestInt) return step;
    throw this.#lex.error(`a step must be a whole number from 1 to ${largestInt}`, t);
  }

  #assignment(): Stmt {
    const lex = this.#lex;
    const name = lex.peek();
    if (name.kind !== 'string' && (name.kind !== 'name' || reserved.has(name.text)))
      throw lex.unexpected("a statement: a loop, 'tile', 'let', a store such as 'y[n] = …', or '}'");
    lex.take();
    const target = this.#lookup(name);
    if (target.kind !== 'buffer' && target.kind !== 'tile')
      throw lex.error(`'${name.text}' is ${kindOf(target)}, and only buffers and tiles are written`, name);
    const shape = target.kind === 'buffer' ? target.buffer.type.shape : target.tile.shape;
    const dtype = target.kind === 'buffer' ? target.buffer.type.dtype : target.tile.dtype;
    const at = this.#indices(name, shape.length).map((t) => t.e);
    const sign = lex.peek();
    const fn =
      (['max', 'min'] as const).find((word) => lex.accept(word)) ??
      (lex.accept('+=') ? 'add' : lex.accept('*=') ? 'mul' : null);
    if (fn !== 'add' && fn !== 'mul') lex.expect('=', fn === null ? "or '+=', '*=', 'max=', 'min='" : '');
    const place = lex.peek();
    const { e: value } = this.#typed(this.#expr(), dtype, place, `what '${name.text}' is given`);
    if (target.kind === 'tile')
      return fn === null ? set(target.tile, at, value) : { kind: 'accumulate', fn, tile: target.tile, at, value };
    if (fn !== null)
      throw lex.error('only tiles accumulate; a buffer is stored with =', sign, {
        help: `${name.text} = ${name.text} + …`,
      });
    return store(target.buffer, at, value);
  }

  /** `[i, j]`, as many as there are dimensions. */
  #indices(name: Token, rank: number): Typed[] {
    const lex = this.#lex;
    const out: Typed[] = [];
    const open = lex.peek();
    if (lex.accept('[')) {
      while (!lex.is(']')) {
        const place = lex.peek();
        out.push(this.#typed(this.#expr(), 'i32', place, 'an index'));
        if (!lex.accept(',') && !lex.is(']')) throw lex.unexpected("an operator, ',' or ']'");
      }
      lex.take();
    }
    if (out.length !== rank)
      throw lex.error(
        `'${name.text}' has ${rank === 1 ? '1 dimension' : `${rank} dimensions`}, and ${out.length === 1 ? '1 index is' : `${out.length} indices are`} given`,
        out.length ? open : name,
        { code: 'rank-mismatch' },
      );
    return out;
  }

  // Names

  #newName(what: string): Token {
    const t = this.#lex.peek();
    if (t.kind === 'name' && reserved.has(t.text))
      throw this.#lex.unexpected(
        what,
        `'${t.text}' is a word of the language: a name like it stands in quotation marks`,
      );
    if (t.kind !== 'name' && t.kind !== 'string') throw this.#lex.unexpected(what);
    return this.#lex.take();
  }
  #checkFree(name: Token): void {
    const known = this.#names.get(name.text);
    if (known)
      throw this.#lex.error(`'${name.text}' is ${kindOf(known)} here already`, name, {
        code: 'duplicate-name',
        notes: [{ message: 'defined here', loc: this.#lex.loc(known.at) }],
      });
  }
  #bind(name: Token, binding: Binding): void {
    this.#checkFree(name);
    this.#names.set(name.text, { ...binding, at: name });
  }
  #lookup(name: Token): Bound {
    const known = this.#names.get(name.text);
    if (!known) throw this.#undefinedName(name);
    return known;
  }
  #undefinedName(name: Token): Error {
    const visible = [...this.#names.keys()];
    const shown = visible.slice(0, 12).map((n) => `'${n}'`);
    return this.#lex.error(`'${name.text}' is not defined here`, name, {
      code: 'undefined-name',
      help: visible.length ? `what is: ${shown.join(', ')}${visible.length > shown.length ? ', …' : ''}` : null,
    });
  }

  // Expressions, by the precedence of their operators

  #expr(): Typed {
    return this.#select();
  }

  #select(): Typed {
    const lex = this.#lex;
    this.#depth++;
    const start = lex.peek();
    this.#checkDepth(start);
    const cond = this.#binary(2);
    if (!lex.accept('?')) {
      this.#depth--;
      return cond;
    }
    this.#typed(cond, 'bool', start, 'a condition');
    const then = this.#binary(2);
    lex.expect(':', 'and the other choice');
    const place = lex.peek();
    const otherwise = this.#typed(this.#select(), then.dtype, place, 'the other choice');
    this.#depth--;
    const e: Expr = { kind: 'select', cond: cond.e, then: then.e, otherwise: otherwise.e };
    return this.#made(e, then.dtype, start, cond, then, otherwise);
  }

  #binary(least: number): Typed {
    const lex = this.#lex;
    const start = lex.peek();
    let left = this.#unary();
    for (;;) {
      const sign = lex.peek();
      const op = sign.kind === 'mark' ? operators.get(sign.text) : undefined;
      if (!op || op.level < least) {
        if (sign.kind === 'value')
          throw lex.unexpected('an operator or an end', "a '%' that stands for the remainder has a space behind it");
        return left;
      }
      lex.take();
      const right = this.#binary(op.level + 1);
      const fn = op.fn === '/' ? (left.dtype === 'f32' ? 'div' : 'idiv') : op.fn;
      left = this.#operation(fn, left, right, sign, start);
    }
  }

  #operation(fn: BinaryFn, a: Typed, b: Typed, sign: Token, start: Token): Typed {
    const allowed = takes[fn];
    const shown = sign.kind === 'mark' ? `'${sign.text}'` : sign.text;
    if (a.dtype !== b.dtype)
      throw this.#lex.error(`${shown} needs operands of one type, got ${a.dtype} and ${b.dtype}`, sign, {
        code: 'type-mismatch',
        help: `convert one: ${a.dtype}(…)`,
      });
    if (!allowed.includes(a.dtype) || (fn === 'imod' && sign.text === '%' && a.dtype === 'f32'))
      throw this.#lex.error(`${shown} takes no ${a.dtype}`, sign, { code: 'type-mismatch' });
    return this.#made({ kind: 'binary', fn, a: a.e, b: b.e }, answers.has(fn) ? 'bool' : a.dtype, start, a, b);
  }

  #unary(): Typed {
    const lex = this.#lex;
    const sign = lex.peek();
    if (!lex.is('-') && !lex.is('!')) return this.#primary();
    lex.take();
    const next = lex.peek();
    if (sign.text === '-') {
      const literal = this.#literal(next, true);
      if (literal) return literal;
    }
    this.#depth++;
    this.#checkDepth(sign);
    const x = this.#unary();
    this.#depth--;
    return this.#applied(sign.text === '-' ? 'neg' : 'not', x, sign);
  }

  #applied(fn: UnaryFn, x: Typed, at: Token): Typed {
    if (!unaryTakes[fn].includes(x.dtype))
      throw this.#lex.error(
        `${at.kind === 'mark' ? `'${at.text}'` : fn} takes ${unaryTakes[fn].join(' or ')}, got ${x.dtype}`,
        at,
        { code: 'type-mismatch' },
      );
    const dtype = fn === 'f32_bits' ? 'f32' : fn === 'i32_bits' ? 'i32' : x.dtype;
    return this.#made({ kind: 'unary', fn, x: x.e }, dtype, at, x);
  }

  /** The literal that begins with this token, taken; null where none does. */
  #literal(t: Token, negative: boolean): Typed | null {
    const lex = this.#lex;
    const sign = negative ? -1 : 1;
    const constant = (value: number, dtype: DType): Typed => {
      lex.take();
      return { e: { kind: 'const', value, dtype }, dtype, depth: 1 };
    };
    if (t.kind === 'name') {
      if (t.text === 'inf') return constant(sign * Infinity, 'f32');
      if (t.text === 'nan') return constant(Number.NaN, 'f32');
      return null;
    }
    if (t.kind !== 'number' || /^\d+N$/.test(t.text)) return null;
    if (/^\d+u8$/.test(t.text)) {
      const value = Number(t.text.slice(0, -2));
      if (value > 255 || negative) throw lex.error('a u8 is a whole number from 0 to 255', t);
      return constant(value, 'u8');
    }
    if (!isNumber(t.text)) throw lex.error(`'${t.text}' is no number`, t);
    if (!/^\d+$/.test(t.text)) return constant(sign * Number(t.text), 'f32');
    const value = sign * Number(t.text);
    if (value > largestInt || value < -largestInt - 1)
      throw lex.error(`${t.text} is no i32: it must be at most ${largestInt}`, t, {
        code: 'too-large',
        help: `an f32 is written with a point: ${t.text}.0`,
      });
    return constant(value, 'i32');
  }

  #primary(): Typed {
    const lex = this.#lex;
    const t = lex.peek();
    const literal = this.#literal(t, false);
    if (literal) return literal;
    if (t.kind === 'number' || (t.kind === 'name' && t.text === 'N')) {
      const of = readDim(lex);
      if (!isBatch(of)) throw lex.error(`'${t.text}' is no number`, t);
      return { e: { kind: 'size', of }, dtype: 'i32', depth: 1 };
    }
    if (lex.accept('(')) {
      const inner = this.#expr();
      lex.expect(')', 'or an operator');
      return inner;
    }
    if (t.kind !== 'name' && t.kind !== 'string') throw lex.unexpected('an expression');
    lex.take();
    if (t.kind === 'name' && reserved.has(t.text)) return this.#word(t);
    if (lex.is('('))
      throw lex.error(`there is no function '${t.text}'`, t, {
        code: 'undefined-name',
        help: `there are ${[...unaryCalls, ...binaryCalls].join(', ')}, conversions such as f32(x), and ${[...reductions.keys()].join(', ')} with axes`,
      });
    return this.#named(t);
  }

  #named(t: Token): Typed {
    const known = this.#lookup(t);
    switch (known.kind) {
      case 'axis':
        return { e: { kind: 'axis', axis: known.axis }, dtype: 'i32', depth: 1 };
      case 'let':
        return known.value;
      case 'buffer': {
        const { buffer } = known;
        const at = this.#indices(t, buffer.type.shape.length);
        return this.#made({ kind: 'load', buffer, at: at.map((i) => i.e) }, buffer.type.dtype, t, ...at);
      }
      case 'tile': {
        const { tile } = known;
        const at = this.#indices(t, tile.shape.length);
        return this.#made({ kind: 'tile', tile, at: at.map((i) => i.e) }, tile.dtype, t, ...at);
      }
      default:
        return known satisfies never;
    }
  }

  /** A word of the language: a constant, a conversion, a function or a reduction. */
  #word(t: Token): Typed {
    const lex = this.#lex;
    if (t.text === 'true' || t.text === 'false')
      return { e: { kind: 'const', value: t.text === 'true' ? 1 : 0, dtype: 'bool' }, dtype: 'bool', depth: 1 };
    const reduction = reductions.get(t.text);
    if (reduction && lex.is('[')) return this.#reduction(reduction, t);
    const known = isDType(t.text) || unaryCalls.has(t.text) || binaryCalls.has(t.text);
    if (!known) throw lex.error(`expected an expression, found '${t.text}', a word of the language`, t);
    lex.expect('(', `and what ${t.text} is applied to`);
    const args: Typed[] = [];
    while (!lex.is(')')) {
      args.push(this.#expr());
      if (!lex.accept(',') && !lex.is(')')) throw lex.unexpected("an operator, ',' or ')'");
    }
    lex.take();
    const [a, b] = args as [Typed, Typed];
    const wanted = binaryCalls.has(t.text) ? 2 : 1;
    if (args.length !== wanted)
      throw lex.error(
        `${t.text} takes ${wanted === 1 ? 'one operand' : 'two operands'}, and ${args.length} ${args.length === 1 ? 'is' : 'are'} given`,
        t,
      );
    if (wanted === 2) return this.#operation(t.text as BinaryFn, a, b, t, t);
    if (!isDType(t.text)) return this.#applied(t.text as UnaryFn, a, t);
    return this.#made({ kind: 'convert', to: t.text, x: a.e }, t.text, t, a);
  }

  /** `sum[i: 5, j: 5](let t0 = e in body)`. */
  #reduction(fn: ReduceFn, start: Token): Typed {
    const lex = this.#lex;
    lex.expect('[');
    const over: Axis[] = [];
    const mine: string[] = [];
    while (!lex.is(']')) {
      const name = this.#newName('an axis and its extent, such as i: 5');
      lex.expect(':', `and the extent of '${name.text}'`);
      const a = axis(name.text, readDim(lex));
      this.#bind(name, { kind: 'axis', axis: a });
      over.push(a);
      mine.push(name.text);
      if (!lex.accept(',') && !lex.is(']')) throw lex.unexpected("',' or ']'");
    }
    lex.take();
    lex.expect('(', 'and what is reduced');
    while (lex.is('let')) {
      mine.push(this.#let());
      lex.expect('in', "behind a 'let' inside of a reduction");
    }
    const place = lex.peek();
    const body = this.#expr();
    lex.expect(')', 'or an operator');
    for (const name of mine) this.#names.delete(name);
    if (body.dtype === 'bool')
      throw lex.error(`${start.text} takes numbers, got bool`, place, { code: 'type-mismatch' });
    return this.#made({ kind: 'reduce', fn, over, body: body.e }, fn === 'argmax' ? 'i32' : body.dtype, start, body);
  }

  #made(e: Expr, dtype: DType, at: Token, ...parts: readonly Typed[]): Typed {
    const depth = 1 + parts.reduce((d, p) => Math.max(d, p.depth), 0);
    if (depth > deepest) throw this.#tooDeep(at);
    return { e, dtype, depth };
  }
  #checkDepth(at: Token): void {
    if (this.#depth > deepest) throw this.#tooDeep(at);
  }
  #tooDeep(at: Token): Error {
    return this.#lex.error(`this is nested more than ${deepest} deep`, at, {
      code: 'too-deep',
      help: "name a part of it with 'let'",
    });
  }

  #typed(t: Typed, dtype: DType, at: Token, what: string): Typed {
    if (t.dtype === dtype) return t;
    throw this.#lex.error(`${what} must be ${dtype}, got ${t.dtype}`, at, {
      code: 'type-mismatch',
      help: dtype === 'f32' && t.e.kind === 'const' ? 'an f32 is written with a point: 1.0' : null,
    });
  }
}

const kindOf = (b: Binding): string =>
  ({ buffer: 'a buffer', tile: 'a tile', axis: 'an index', let: "a name of a 'let'" })[b.kind];

/** The extent that an upper bound tells. */
function extentOf(to: Expr): Dim | null {
  if (to.kind === 'size') return to.of;
  return to.kind === 'const' && to.value >= 0 ? to.value : null;
}

/** `lenet.ts:16:16, 15:16`, in the lines beneath a kernel's head: a place without a file is in the file before it. */
function readPlaces(comments: readonly Comment[]): Loc[] {
  const locs: Loc[] = [];
  let file = '';
  for (const { text } of comments) {
    const line: Loc[] = [];
    // A file's name may hold a comma, but not behind its line and column.
    const pieces = text.split(/(?<=:\d+:\d+|^\d+:\d+|, \d+:\d+), /);
    for (const piece of pieces) {
      const place = /^\d+:\d+$/.test(piece) ? readPlace(`${file || '?'}:${piece}`) : readPlace(piece);
      if (!place || place.file === '?') break;
      file = place.file;
      line.push(place);
    }
    if (line.length === pieces.length) locs.push(...line);
  }
  return locs;
}
