/** Values and statements of a shader under construction. Equal values are shared until something that they read is
 *  written. A value used once is spelt where it is used; others get a name in the innermost block that knows them, as
 *  does a value whose text nests too deeply. */

import type { Buffer, Tile } from '../../ir/expr.ts';

/** Something that values read and statements write. */
export type Resource = Buffer | Tile;
export type Shown = 'f32' | 'i32' | 'bool' | 'vec4f';

export interface Val {
  readonly type: Shown;
  readonly key: string;
  readonly operands: readonly Val[];
  readonly spell: (operands: readonly string[]) => string;
  /** A name or a literal, which needs no name. */
  readonly atom: boolean;
  /** The value of a constant, else null. */
  readonly constant: number | null;
  readonly reads: ReadonlySet<Resource>;
  /** The statements in which it was created. */
  readonly home: readonly Item[];
  uses: number;
  name: string | null;
  /** The preferred name if it needs one. */
  wish: string | null;
}

type Item =
  | {
      readonly kind: 'line';
      readonly operands: readonly Val[];
      readonly spell: (operands: readonly string[]) => string;
    }
  | {
      readonly kind: 'block';
      readonly operands: readonly Val[];
      readonly spell: (operands: readonly string[]) => string;
      readonly items: Item[];
    };

interface Scope {
  readonly outer: Scope | null;
  readonly known: Map<string, Val>;
  readonly items: Item[];
}

const nothing: ReadonlySet<Resource> = new Set();

/** The bracket depth at which a value's text gets a name. Tint's parser goes 128 deep, including the braces around a
 *  statement (kMaxParseDepth). */
const maxNesting = 64;

/** The statements of one function. */
export class Body {
  #scope: Scope = { outer: null, known: new Map(), items: [] };
  readonly #ids = new Map<Val, number>();

  atom(type: Shown, text: string, constant: number | null = null): Val {
    return this.#made(`${type} ${text}`, () => ({
      type,
      operands: [],
      spell: () => text,
      atom: true,
      constant,
      reads: nothing,
    }));
  }

  /** A value computed from operands, spelt with their texts. `op` distinguishes values that are spelt differently. */
  of(
    type: Shown,
    op: string,
    operands: readonly Val[],
    spell: (operands: readonly string[]) => string,
    reads: Iterable<Resource> = [],
  ): Val {
    const key = `${op}(${operands.map((v) => this.#id(v)).join(',')})`;
    return this.#made(key, () => {
      for (const v of operands) v.uses++;
      const all = new Set(reads);
      for (const v of operands) for (const r of v.reads) all.add(r);
      return { type, operands, spell, atom: false, constant: null, reads: all };
    });
  }

  #made(key: string, make: () => Omit<Val, 'key' | 'home' | 'uses' | 'name' | 'wish'>): Val {
    for (let s: Scope | null = this.#scope; s; s = s.outer) {
      const known = s.known.get(key);
      if (known) return known;
    }
    const made: Val = { ...make(), key, home: this.#scope.items, uses: 0, name: null, wish: null };
    this.#scope.known.set(key, made);
    return made;
  }

  #id(v: Val): number {
    const known = this.#ids.get(v);
    if (known !== undefined) return known;
    this.#ids.set(v, this.#ids.size);
    return this.#ids.size - 1;
  }

  line(operands: readonly Val[], spell: (operands: readonly string[]) => string): void {
    for (const v of operands) v.uses++;
    this.#scope.items.push({ kind: 'line', operands, spell });
  }

  /** `head {`, what `inside` writes, `}`. */
  block(operands: readonly Val[], spell: (operands: readonly string[]) => string, inside: () => void): void {
    for (const v of operands) v.uses++;
    const items: Item[] = [];
    this.#scope.items.push({ kind: 'block', operands, spell, items });
    this.#scope = { outer: this.#scope, known: new Map(), items };
    inside();
    this.#scope = this.#scope.outer as Scope;
  }

  /** Forgets the values read from a resource that was written. */
  written(r: Resource): void {
    for (let s: Scope | null = this.#scope; s; s = s.outer)
      for (const [key, v] of s.known) if (v.reads.has(r)) s.known.delete(key);
  }

  /** The lines of all statements. */
  text(indent: string): string[] {
    let names = 0;
    const open = new Map<readonly Item[], { readonly lines: string[]; readonly at: string }>();
    const print = (items: readonly Item[], at: string): string[] => {
      const lines: string[] = [];
      open.set(items, { lines, at });
      const textOf = (v: Val): string => {
        if (v.name !== null) return v.name;
        const text = v.spell(v.operands.map(textOf));
        if (v.atom || (v.uses <= 1 && nesting(text) <= maxNesting)) return text;
        v.name = v.wish ?? `v${names++}`;
        // Before the block that first uses it, if it is known outside that block.
        const home = open.get(v.home) as { lines: string[]; at: string };
        home.lines.push(`${home.at}let ${v.name} = ${bare(text)};`);
        return v.name;
      };
      for (const i of items) {
        const text = i.spell(i.operands.map((v) => bare(textOf(v))));
        if (i.kind === 'line') lines.push(`${at}${text};`);
        else lines.push(`${at}${text} {`, ...print(i.items, `${at}  `), `${at}}`);
      }
      return lines;
    };
    return print(this.#scope.items, indent);
  }
}

/** The depth to which the brackets of a text nest. */
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const c of text) {
    if (c === '(' || c === '[') deepest = Math.max(deepest, ++depth);
    if (c === ')' || c === ']') depth--;
  }
  return deepest;
}

/** The text without parentheses around all of it. */
function bare(text: string): string {
  if (!text.startsWith('(')) return text;
  let depth = 0;
  for (const [i, c] of [...text].entries()) {
    if (c === '(') depth++;
    if (c === ')' && --depth === 0) return i === text.length - 1 ? text.slice(1, -1) : text;
  }
  return text;
}
