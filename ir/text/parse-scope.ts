/** The names visible at a place in a kernel's text, and the nesting depth there. */

import type { Axis, Buffer, Expr, Tile } from '../expr.ts';
import type { DType } from '../type.ts';
import type { Lexer, Token } from './lex.ts';
import { keywords } from './words.ts';

/** The limits on the nesting of a text, and on the height of an expression including its lets: more than fusion ever
 *  makes, and safe for the stack. */
const deepest = 600;
const highest = 1200;

/** An expression with its type and height, tracked as it is built. */
export interface Typed {
  readonly e: Expr;
  readonly dtype: DType;
  readonly depth: number;
}

export type Binding =
  | { readonly kind: 'buffer'; readonly buffer: Buffer }
  | { readonly kind: 'tile'; readonly tile: Tile }
  | { readonly kind: 'axis'; readonly axis: Axis }
  | { readonly kind: 'let'; readonly value: Typed };
type Bound = Binding & { readonly at: Token };

export const kindOf = (b: Binding): string =>
  ({ buffer: 'a buffer', tile: 'a tile', axis: 'an index', let: "a name of a 'let'" })[b.kind];

export class Scope {
  readonly #lex: Lexer;
  readonly #names = new Map<string, Bound>();
  #depth = 0;

  constructor(lex: Lexer) {
    this.#lex = lex;
  }

  /** Takes a token that names something new; `what` says in errors what was expected. */
  newName(what: string): Token {
    const t = this.#lex.peek();
    if (t.kind === 'name' && keywords.has(t.text))
      throw this.#lex.unexpected(what, `'${t.text}' is a word of the language: as a name, put it in quotation marks`);
    if (t.kind !== 'name' && t.kind !== 'string') throw this.#lex.unexpected(what);
    return this.#lex.take();
  }

  checkFree(name: Token): void {
    const known = this.#names.get(name.text);
    if (known)
      throw this.#lex.error(`'${name.text}' is ${kindOf(known)} here already`, name, {
        code: 'duplicate-name',
        notes: [{ message: 'defined here', loc: this.#lex.loc(known.at) }],
      });
  }
  bind(name: Token, binding: Binding): void {
    this.checkFree(name);
    this.rebind(name, binding);
  }
  rebind(name: Token, binding: Binding): void {
    this.#names.set(name.text, { ...binding, at: name });
  }
  unbind(names: Iterable<string>): void {
    for (const name of names) this.#names.delete(name);
  }

  get(name: Token): Binding | undefined {
    return this.#names.get(name.text);
  }
  lookup(name: Token): Binding {
    const known = this.#names.get(name.text);
    if (!known) throw this.undefinedName(name);
    return known;
  }
  undefinedName(name: Token): Error {
    const visible = [...this.#names.keys()];
    const shown = visible.slice(0, 12).map((n) => `'${n}'`);
    return this.#lex.error(`'${name.text}' is not defined here`, name, {
      code: 'undefined-name',
      help: visible.length
        ? `the names here are ${shown.join(', ')}${visible.length > shown.length ? ', …' : ''}`
        : null,
    });
  }

  /** Runs `read` one level deeper; `at` is where that starts. */
  within<T>(at: Token, read: () => T): T {
    this.enter(at);
    const made = read();
    this.leave();
    return made;
  }
  /** Like `within`, but without its stack frames: expressions nest the most. */
  enter(at: Token): void {
    if (++this.#depth > deepest)
      throw this.#lex.error(`this is nested more than ${deepest} deep`, at, {
        code: 'too-deep',
        help: "name a part of it with 'let'",
      });
  }
  leave(): void {
    this.#depth--;
  }
  checkHeight(height: number, at: Token): void {
    if (height <= highest) return;
    throw this.#lex.error(`this expression nests more than ${highest} operations`, at, {
      code: 'too-deep',
      help: 'keep a part of it in a tile',
    });
  }
}
