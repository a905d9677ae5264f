/** Expressions as text, from which a parser can restore them: infix with the fewest parentheses.
 *
 *  - Literals tell their type: `1` is i32, `1.0`, `1e-8`, `inf`, `nan` are f32, `1u8` is u8, `true` is bool.
 *  - `/` and `%` are `idiv` and `imod` on integers; on floats `/` is `div`. The other pairings are spelt as calls.
 *  - `sum[i: 5, j: 5](e)` binds its axes with their extents; what is not bound in the text is a name from around it.
 *  - A buffer or tile without dimensions is its bare name.
 *  - `let t0 = e` names a large part that is used several times. It stands for the part where it is used and evaluates
 *    nothing itself; within a reduction it stands first in the parentheses, closed by `in`.
 *  - Names are those of axes, tiles and buffers, made unique by `.1`, `.2`, …, and quoted where they are no identifiers. */

import { kindOf } from '../dtype.ts';
import { type Axis, type Buffer, children, dtypeOf, type Expr, type Tile, walk } from '../expr.ts';
import { binaries, precedence, unaries } from '../scalar.ts';
import { type DType, showDim } from '../type.ts';
import { keywords, reductionWords } from './words.ts';

/** The names in use. */
export interface Namespace {
  /** `base`, or the first of `base.1`, `base.2`, … that is free. */
  claim(base: string): string;
  release(name: string): void;
}

export function namespace(reserved: Iterable<string> = []): Namespace {
  const live = new Set(reserved);
  // The first number to try for each base, so that thousands of equal names stay cheap.
  const next = new Map<string, number>();
  return {
    claim(base) {
      let name = base;
      for (let i = next.get(base) ?? 1; live.has(name); i++) {
        name = `${base}.${i}`;
        next.set(base, i + 1);
      }
      live.add(name);
      return name;
    },
    release(name) {
      live.delete(name);
      next.clear();
    },
  };
}

export const showName = (name: string): string => (/^[A-Za-z_]\w*(?:\.\w+)*$/.test(name) ? name : showString(name));

/** A quoted string on one line: JSON leaves two kinds of line end unescaped. */
export const showString = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/** `%conv1.weight`, `@train_step`: a name after a sign may start with a digit, as the parts of a Sequential do. */
export const showReference = (sign: '%' | '@', name: string): string =>
  sign + (/^[\w.]+$/.test(name) ? name : showString(name));

/** A number as JavaScript writes it, except `inf` and `nan`. */
export const showNumber = (x: number): string =>
  Number.isNaN(x) ? 'nan' : Math.abs(x) === Infinity ? (x < 0 ? '-inf' : 'inf') : Object.is(x, -0) ? '-0' : String(x);

function showConst(value: number, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  const text = showNumber(value);
  if (dtype === 'f32') return /^-?\d+$/.test(text) ? `${text}.0` : text;
  return dtype === 'u8' ? `${text}u8` : text;
}

type Named = Axis | Buffer | Tile;

export type { Named };

export interface Printer {
  /** Names a thing until `unbind`; one that is used unbound is named at once. */
  bind(thing: Named): string;
  unbind(thing: Named): void;
  name(thing: Named): string;
  /** The texts of a statement's expressions, and the `let` lines before it. */
  print(
    roots: readonly Expr[],
    atLeast?: number,
  ): { readonly lets: readonly string[]; readonly texts: readonly string[] };
}

/** The precedence at which everything but names, literals, loads and calls needs parentheses. */
export const tight = precedence.prefix;

/** The size in nodes from which a repeated part gets a `let`. */
const letSize = 9;

export function exprPrinter(names: Namespace = namespace(keywords)): Printer {
  const named = new Map<Named, string[]>();

  const bind = (thing: Named): string => {
    const name = names.claim(thing.name);
    named.set(thing, [...(named.get(thing) ?? []), name]);
    return showName(name);
  };
  const unbind = (thing: Named): void => {
    const all = named.get(thing);
    const last = all?.pop();
    if (last !== undefined) names.release(last);
    if (all?.length === 0) named.delete(thing);
  };
  const name = (thing: Named): string => {
    const known = named.get(thing)?.at(-1);
    return known === undefined ? bind(thing) : showName(known);
  };

  function print(roots: readonly Expr[], atLeast = 0): { lets: string[]; texts: string[] } {
    const { shared, within } = sharing(roots);
    const lets = new Map<Expr, string>();
    const top = open(within(roots));
    const texts = roots.map((e) => text(e, atLeast));
    close(top.names);
    return { lets: top.lines, texts };

    /** Names the shared parts that have no name yet. */
    function open(parts: readonly Expr[]): { lines: string[]; names: Map<Expr, string> } {
      const mine = new Map<Expr, string>();
      const lines: string[] = [];
      for (const e of parts) {
        if (lets.has(e)) continue;
        const value = bare(e, 0);
        const name = claimLet();
        lets.set(e, name);
        mine.set(e, name);
        lines.push(`let ${name} = ${value}`);
      }
      return { lines, names: mine };
    }
    function close(mine: ReadonlyMap<Expr, string>): void {
      for (const [e, name] of mine) {
        lets.delete(e);
        names.release(name);
      }
    }
    function claimLet(): string {
      for (let i = lets.size; ; i++) {
        const name = names.claim(`t${i}`);
        if (name === `t${i}`) return name;
        names.release(name);
      }
    }

    function text(e: Expr, min: number): string {
      const known = shared.has(e) ? lets.get(e) : undefined;
      return known ?? bare(e, min);
    }

    /** `e` itself, in parentheses if its precedence is below `min`. */
    function bare(e: Expr, min: number): string {
      const wrap = (level: number, t: string): string => (level < min ? `(${t})` : t);
      const args = (...of: readonly Expr[]): string => of.map((a) => text(a, 0)).join(', ');
      switch (e.kind) {
        case 'const': {
          const t = showConst(e.value, e.dtype);
          return t.startsWith('-') ? wrap(precedence.prefix, t) : t;
        }
        case 'axis':
          return name(e.axis);
        case 'size':
          return showDim(e.of);
        case 'load':
          return e.at.length === 0 ? name(e.buffer) : `${name(e.buffer)}[${args(...e.at)}]`;
        case 'tile':
          return e.at.length === 0 ? name(e.tile) : `${name(e.tile)}[${args(...e.at)}]`;
        case 'unary': {
          const { sign } = unaries[e.fn];
          if (sign === undefined) return `${e.fn}(${args(e.x)})`;
          const x = text(e.x, precedence.prefix);
          // `-1` is a literal, and `--x` is not valid.
          return wrap(precedence.prefix, e.x.kind === 'const' || x.startsWith('-') ? `${sign}(${x})` : `${sign}${x}`);
        }
        case 'binary': {
          const { sign } = binaries[e.fn];
          if (!sign || (sign.of && sign.of !== kindOf(dtypeOf(e.a)))) return `${e.fn}(${args(e.a, e.b)})`;
          const { level } = sign;
          const chains = level > precedence.order || level < precedence.equal;
          return wrap(level, `${text(e.a, chains ? level : level + 1)} ${sign.text} ${text(e.b, level + 1)}`);
        }
        case 'select': {
          const [cond, then] = [text(e.cond, precedence.or), text(e.then, precedence.or)];
          return wrap(precedence.select, `${cond} ? ${then} : ${text(e.otherwise, precedence.select)}`);
        }
        case 'convert':
          return `${e.to}(${args(e.x)})`;
        case 'reduce': {
          const over = e.over.map((a) => `${bind(a)}: ${showDim(a.extent)}`).join(', ');
          const inner = open(within([e.body]));
          const body = [...inner.lines, text(e.body, 0)].join(' in ');
          close(inner.names);
          for (const a of e.over) unbind(a);
          return `${reductionWords[e.fn]}[${over}](${body})`;
        }
        default:
          return e satisfies never;
      }
    }
  }

  return { bind, unbind, name, print };
}

/** One expression on its own. */
export function printExpr(e: Expr): string {
  const { lets, texts } = exprPrinter().print([e]);
  return [...lets, ...texts].join('\n');
}

/** Large parts with several uses, and those of them that can be named outside all reductions within given roots. */
function sharing(roots: readonly Expr[]): {
  shared: ReadonlySet<Expr>;
  within: (roots: readonly Expr[]) => readonly Expr[];
} {
  const uses = new Map<Expr, number>();
  const size = new Map<Expr, number>();
  const free = new Map<Expr, ReadonlySet<Axis>>();
  const visit = (e: Expr): void => {
    const known = uses.get(e) ?? 0;
    uses.set(e, known + 1);
    if (known > 0) return;
    const below = children(e);
    for (const c of below) visit(c);
    size.set(e, Math.min(letSize, 1 + below.reduce((n, c) => n + (size.get(c) as number), 0)));
    const axes = new Set(below.flatMap((c) => [...(free.get(c) as ReadonlySet<Axis>)]));
    if (e.kind === 'axis') axes.add(e.axis);
    if (e.kind === 'reduce') for (const a of e.over) axes.delete(a);
    free.set(e, axes);
  };
  for (const r of roots) visit(r);
  const shared = new Set([...uses].filter(([e, n]) => n > 1 && size.get(e) === letSize).map(([e]) => e));

  /** Children first. A part that depends on a reduction's axes can only be named inside it. */
  const within = (of: readonly Expr[]): readonly Expr[] => {
    const [found, bound, seen] = [[] as Expr[], new Set<Axis>(), new Set<Expr>()];
    for (const e of of)
      walk(
        e,
        (p) => {
          if (shared.has(p)) found.push(p);
          if (p.kind === 'reduce') for (const a of p.over) bound.add(a);
        },
        seen,
      );
    return bound.size === 0 ? found : found.filter((p) => ![...bound].some((a) => free.get(p)?.has(a)));
  };
  return { shared, within: (of) => (shared.size === 0 ? [] : within(of)) };
}
