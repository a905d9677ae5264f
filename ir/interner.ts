/** Equality of expressions as equality of numbers. */

import { type Axis, axis, children, type Expr, ix, substitute, walk } from './expr.ts';
import { type Dim, isBatch } from './type.ts';

/** Numbers expressions such that two get the same number exactly if they are equal up to the names of bound axes. */
export class Interner {
  readonly #ids = new Map<string, number>();
  readonly #of = new Map<Expr, number>();
  readonly #objects = new Map<object, number>();

  #object(o: object): number {
    let id = this.#objects.get(o);
    if (id === undefined) {
      id = this.#objects.size;
      this.#objects.set(o, id);
    }
    return id;
  }

  id(e: Expr): number {
    const known = this.#of.get(e);
    if (known !== undefined) return known;
    const key = this.#key(e);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(key, id);
    }
    this.#of.set(e, id);
    return id;
  }

  #key(e: Expr): string {
    const kids = (): string =>
      children(e)
        .map((c) => this.id(c))
        .join(',');
    switch (e.kind) {
      case 'const':
        return `c${e.dtype}:${Object.is(e.value, -0) ? '-0' : e.value}`;
      case 'axis':
        return `a${this.#object(e.axis)}`;
      case 'size':
        return `n${e.of.times}`;
      case 'load':
        return `l${this.#object(e.buffer)}[${kids()}]`;
      case 'tile':
        return `t${this.#object(e.tile)}[${kids()}]`;
      case 'unary':
        return `u${e.fn}(${kids()})`;
      case 'binary':
        return `b${e.fn}(${kids()})`;
      case 'select':
        return `s(${kids()})`;
      case 'convert':
        return `v${e.to}(${kids()})`;
      case 'reduce':
        return `r${e.fn}(${this.reductionKey(e)})`;
      default:
        return e satisfies never;
    }
  }

  /** A key for the range and body of a reduction, regardless of its function: `max` and `argmax` of one body have the
   *  same key. */
  reductionKey(e: Extract<Expr, { kind: 'reduce' }>): string {
    // Bound axes are renamed to canonical ones, numbered by position, so that alpha-equal reductions get one key.
    const canon = new Map(e.over.map((a, i) => [a, ix(this.#canonical(i, a.extent, e.body))]));
    return `${e.over.map((a) => (isBatch(a.extent) ? `${a.extent.times}N` : a.extent)).join('x')};${this.id(substitute(e.body, canon))}`;
  }

  readonly #bound = new Map<string, Axis>();
  #canonical(depth: number, extent: Dim, body: Expr): Axis {
    const key = `${depth}:${isBatch(extent) ? `${extent.times}N` : extent}:${nesting(body)}`;
    let a = this.#bound.get(key);
    if (!a) {
      a = axis(`bound${depth}`, extent);
      this.#bound.set(key, a);
    }
    return a;
  }
}

/** The depth to which reductions nest in an expression: canonical axes of different levels are distinct. */
function nesting(e: Expr): number {
  const depth = new Map<Expr, number>();
  walk(e, (x) => {
    const below = Math.max(0, ...children(x).map((c) => depth.get(c) as number));
    depth.set(x, below + (x.kind === 'reduce' ? 1 : 0));
  });
  return depth.get(e) as number;
}
