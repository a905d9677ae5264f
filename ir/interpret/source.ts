/** JavaScript source under construction: lines in nested blocks, and the names of expressions in them. */

import type { Expr } from '../expr.ts';

interface Block {
  readonly lines: string[];
  readonly bound: Map<Expr, string>;
  readonly outer: Block | null;
}

/** True for a text that is a name or a number, and so may be repeated. */
export const isAtom = (text: string): boolean => /^[\w$]+$/.test(text);

export class Source {
  #block: Block = { lines: [], bound: new Map(), outer: null };
  #count = 0;

  line(...lines: readonly string[]): void {
    this.#block.lines.push(...lines);
  }

  /** A unique name. */
  fresh(prefix: string): string {
    return `${prefix}${this.#count++}`;
  }

  /** The lines that `body` writes, and its result. Its bindings hold only there. */
  apart<T>(body: () => T): [readonly string[], T] {
    this.#block = { lines: [], bound: new Map(), outer: this.#block };
    const result = body();
    const { lines, outer } = this.#block;
    this.#block = outer as Block;
    return [lines, result];
  }

  /** Lines written by `body` go between `head {` and `}`. */
  block(head: string, body: () => void): void {
    const [lines] = this.apart(body);
    this.line(`${head} {`, ...lines, '}');
  }

  /** The name of an expression here, if it has one. */
  bound(e: Expr): string | undefined {
    for (let b: Block | null = this.#block; b; b = b.outer) {
      const name = b.bound.get(e);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** Names an expression from here on. */
  call(e: Expr, name: string): void {
    this.#block.bound.set(e, name);
  }

  /** Computes a text once for all uses of the expression; returns its name. */
  bind(e: Expr, text: string): string {
    let name = text;
    if (!isAtom(text)) {
      name = this.fresh('v');
      this.line(`const ${name} = ${text};`);
    }
    this.call(e, name);
    return name;
  }

  text(): string {
    return this.#block.lines.join('\n');
  }
}
