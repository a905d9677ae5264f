/** Parses expressions as `print-expr` writes them. Every expression has a type. Nothing is folded, so that printing
 *  gives the same text. */

import { upsert } from '../collections.ts';
import { isDType, kindOf, valueType } from '../dtype.ts';
import { type Axis, axis, type BinaryFn, type Expr, type ReduceFn, type UnaryFn } from '../expr.ts';
import { binaries, binaryFns, resultOf, unaries, unaryFns } from '../scalar.ts';
import { type DType, isBatch } from '../type.ts';
import type { Lexer, Token } from './lex.ts';
import { isNumber, largestInt, readDim, tooLarge } from './parse-common.ts';
import type { Scope, Typed } from './parse-scope.ts';
import { binaryWords, keywords, reductionWords, unaryWords } from './words.ts';

/** The functions of each infix sign, which may depend on the kind of the operands. */
const operators: ReadonlyMap<string, { readonly level: number; readonly fns: readonly BinaryFn[] }> = (() => {
  const found = new Map<string, { readonly level: number; readonly fns: BinaryFn[] }>();
  for (const fn of binaryFns) {
    const { sign } = binaries[fn];
    if (sign) upsert(found, sign.text, () => ({ level: sign.level, fns: [] })).fns.push(fn);
  }
  return found;
})();
const signs: ReadonlyMap<string, UnaryFn> = new Map(unaryFns.map((fn) => [unaries[fn].sign ?? '', fn]));

const binaryCalls: ReadonlySet<string> = new Set(binaryWords);
const unaryCalls: ReadonlySet<string> = new Set(unaryWords);
const reductions: ReadonlyMap<string, ReduceFn> = new Map(
  Object.entries(reductionWords).map(([fn, word]) => [word, fn as ReduceFn]),
);

/** Reads expressions by operator precedence, with the names of a scope. */
export class ExprReader {
  readonly #lex: Lexer;
  readonly #scope: Scope;

  constructor(lex: Lexer, scope: Scope) {
    this.#lex = lex;
    this.#scope = scope;
  }

  /** `let t0 = e`: a name for a part of the next statement's expressions. */
  let(): string {
    const lex = this.#lex;
    lex.expect('let');
    const name = this.#scope.newName('a name');
    lex.expect('=', `and what '${name.text}' stands for`);
    const value = this.expr();
    this.#scope.bind(name, { kind: 'let', value });
    return name.text;
  }

  /** `[i, j]`, one index per dimension. */
  indices(name: Token, rank: number): Typed[] {
    const lex = this.#lex;
    const out: Typed[] = [];
    const open = lex.peek();
    if (lex.accept('[')) {
      while (!lex.is(']')) {
        const place = lex.peek();
        out.push(this.typed(this.expr(), 'i32', place, 'an index'));
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

  expr(): Typed {
    this.#scope.enter(this.#lex.peek());
    const made = this.#select();
    this.#scope.leave();
    return made;
  }

  #select(): Typed {
    const lex = this.#lex;
    const start = lex.peek();
    const cond = this.#binary(2);
    if (!lex.accept('?')) return cond;
    this.typed(cond, 'bool', start, 'a condition');
    const then = this.#binary(2);
    lex.expect(':', 'and the other choice');
    const place = lex.peek();
    const otherwise = this.typed(this.expr(), then.dtype, place, 'the other choice');
    const e: Expr = { kind: 'select', cond: cond.e, then: then.e, otherwise: otherwise.e };
    return this.#made(e, then.dtype, start, cond, then, otherwise);
  }

  #binary(least: number): Typed {
    const lex = this.#lex;
    const start = lex.peek();
    let left = this.unary();
    for (;;) {
      const sign = lex.peek();
      const op = sign.kind === 'mark' ? operators.get(sign.text) : undefined;
      if (!op || op.level < least) {
        if (sign.kind === 'value')
          throw lex.unexpected('an operator or an end', "a '%' for the remainder needs a space after it");
        return left;
      }
      lex.take();
      const right = this.#binary(op.level + 1);
      const kind = kindOf(left.dtype);
      const fits = op.fns.find((fn) => (binaries[fn].sign?.of ?? kind) === kind);
      const fn = fits ?? (op.fns.at(-1) as BinaryFn);
      left = this.#operation(fn, left, right, sign, start);
    }
  }

  #operation(fn: BinaryFn, a: Typed, b: Typed, sign: Token, start: Token): Typed {
    const row = binaries[fn];
    const shown = sign.kind === 'mark' ? `'${sign.text}'` : sign.text;
    if (a.dtype !== b.dtype)
      throw this.#lex.error(`${shown} needs operands of one type, got ${a.dtype} and ${b.dtype}`, sign, {
        code: 'type-mismatch',
        help: `convert one: ${a.dtype}(…)`,
      });
    const other = sign.kind === 'mark' && row.sign?.of && row.sign.of !== kindOf(a.dtype);
    if (!row.takes.includes(a.dtype) || other)
      throw this.#lex.error(`${shown} does not take ${a.dtype}`, sign, { code: 'type-mismatch' });
    return this.#made({ kind: 'binary', fn, a: a.e, b: b.e }, resultOf(row, a.dtype), start, a, b);
  }

  unary(): Typed {
    const lex = this.#lex;
    const sign = lex.peek();
    const fn = sign.kind === 'mark' ? signs.get(sign.text) : undefined;
    if (!fn) return this.#primary();
    lex.take();
    const next = lex.peek();
    if (sign.text === '-') {
      const literal = this.#literal(next, true);
      if (literal) return literal;
    }
    this.#scope.enter(sign);
    const x = this.unary();
    this.#scope.leave();
    return this.#applied(fn, x, sign);
  }

  #applied(fn: UnaryFn, x: Typed, at: Token): Typed {
    const row = unaries[fn];
    if (!row.takes.includes(x.dtype))
      throw this.#lex.error(
        `${at.kind === 'mark' ? `'${at.text}'` : fn} takes ${row.takes.join(' or ')}, got ${x.dtype}`,
        at,
        { code: 'type-mismatch' },
      );
    return this.#made({ kind: 'unary', fn, x: x.e }, resultOf(row, x.dtype), at, x);
  }

  /** The literal that starts with this token, if one does; takes it. */
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
    if (!isNumber(t.text)) throw lex.error(`'${t.text}' is not a number`, t);
    if (!/^\d+$/.test(t.text)) {
      if (!Number.isFinite(Math.fround(Number(t.text)))) throw tooLarge(lex);
      return constant(sign * Number(t.text), 'f32');
    }
    const value = sign * Number(t.text);
    if (value > largestInt || value < -largestInt - 1)
      throw lex.error(`${t.text} is not an i32: it must be at most ${largestInt}`, t, {
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
      if (!isBatch(of)) throw lex.error(`'${t.text}' is not a number`, t);
      return { e: { kind: 'size', of }, dtype: 'i32', depth: 1 };
    }
    if (lex.accept('(')) {
      const inner = this.expr();
      lex.expect(')', 'or an operator');
      return inner;
    }
    if (t.kind !== 'name' && t.kind !== 'string') throw lex.unexpected('an expression');
    lex.take();
    if (t.kind === 'name' && keywords.has(t.text)) return this.#word(t);
    if (lex.is('('))
      throw lex.error(`there is no function '${t.text}'`, t, {
        code: 'undefined-name',
        help: `there are ${[...unaryCalls, ...binaryCalls].join(', ')}, conversions such as f32(x), and ${[...reductions.keys()].join(', ')} with axes`,
      });
    return this.#named(t);
  }

  #named(t: Token): Typed {
    const known = this.#scope.lookup(t);
    switch (known.kind) {
      case 'axis':
        return { e: { kind: 'axis', axis: known.axis }, dtype: 'i32', depth: 1 };
      case 'let':
        return known.value;
      case 'buffer': {
        const { buffer } = known;
        const at = this.indices(t, buffer.type.shape.length);
        return this.#made({ kind: 'load', buffer, at: at.map((i) => i.e) }, valueType(buffer.type.dtype), t, ...at);
      }
      case 'tile': {
        const { tile } = known;
        const at = this.indices(t, tile.shape.length);
        return this.#made({ kind: 'tile', tile, at: at.map((i) => i.e) }, tile.dtype, t, ...at);
      }
      default:
        return known satisfies never;
    }
  }

  /** A keyword in an expression: a constant, a conversion, a function or a reduction. */
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
      args.push(this.expr());
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
      const name = this.#scope.newName('an axis and its extent, such as i: 5');
      lex.expect(':', `and the extent of '${name.text}'`);
      const a = axis(name.text, readDim(lex));
      this.#scope.bind(name, { kind: 'axis', axis: a });
      over.push(a);
      mine.push(name.text);
      if (!lex.accept(',') && !lex.is(']')) throw lex.unexpected("',' or ']'");
    }
    lex.take();
    lex.expect('(', 'and what is reduced');
    while (lex.is('let')) {
      mine.push(this.let());
      lex.expect('in', "after a 'let' in a reduction");
    }
    const place = lex.peek();
    const body = this.expr();
    lex.expect(')', 'or an operator');
    this.#scope.unbind(mine);
    if (body.dtype === 'bool')
      throw lex.error(`${start.text} takes numbers, got bool`, place, { code: 'type-mismatch' });
    return this.#made({ kind: 'reduce', fn, over, body: body.e }, fn === 'argmax' ? 'i32' : body.dtype, start, body);
  }

  #made(e: Expr, dtype: DType, at: Token, ...parts: readonly Typed[]): Typed {
    const depth = 1 + parts.reduce((d, p) => Math.max(d, p.depth), 0);
    this.#scope.checkHeight(depth, at);
    return { e, dtype, depth };
  }

  typed(t: Typed, dtype: DType, at: Token, what: string): Typed {
    if (t.dtype === dtype) return t;
    throw this.#lex.error(`${what} must be ${dtype}, got ${t.dtype}`, at, {
      code: 'type-mismatch',
      help: dtype === 'f32' && t.e.kind === 'const' ? 'an f32 is written with a point: 1.0' : null,
    });
  }
}
