/** Verifies expressions: element types, axes in scope, and that every load is inside its buffer. */

import type { Bounds, Facts } from '../analysis/bounds.ts';
import { constant } from '../analysis/linear.ts';
import { type Axis, dtypeOf, type Expr, int, size, type Tile } from '../expr.ts';
import { binaries, resultOf, unaries } from '../scalar.ts';
import { type Placement, placement } from '../text/placement.ts';
import { printExpr } from '../text/print-expr.ts';
import type { Dim, DType } from '../type.ts';
import type { ProblemCode } from './index.ts';

export type Complain = (code: ProblemCode, message: string) => void;

/** Infers element types bottom-up, each shared part once. */
export class Typing {
  readonly #known = new Map<Expr, DType>();

  of(e: Expr, complain: Complain): DType {
    const known = this.#known.get(e);
    if (known) return known;
    const dtype = this.#check(e, complain);
    this.#known.set(e, dtype);
    return dtype;
  }

  index(e: Expr, complain: Complain): void {
    const dtype = this.of(e, complain);
    if (dtype !== 'i32') complain('dtype', `the index ${show(e)} is ${dtype}, not i32`);
  }

  #check(e: Expr, complain: Complain): DType {
    const of = (p: Expr): DType => this.of(p, complain);
    const wrong = (problem: string): void => complain('dtype', `${show(e)}: ${problem}`);
    switch (e.kind) {
      case 'const':
        if (e.dtype !== 'f32' && !Number.isInteger(e.value)) wrong(`${e.value} is no ${e.dtype}`);
        return e.dtype;
      case 'axis':
      case 'size':
        return 'i32';
      case 'load':
      case 'tile':
        for (const i of e.at) this.index(i, complain);
        return dtypeOf(e);
      case 'unary': {
        const d = of(e.x);
        const row = unaries[e.fn];
        if (!row.takes.includes(d)) wrong(`${e.fn} of ${d}`);
        return resultOf(row, d);
      }
      case 'binary': {
        const [a, b] = [of(e.a), of(e.b)];
        if (a !== b) wrong(`${e.fn} of ${a} and ${b}`);
        else if (!binaries[e.fn].takes.includes(a)) wrong(`${e.fn} of ${a}`);
        return resultOf(binaries[e.fn], a);
      }
      case 'select': {
        const [c, t, o] = [of(e.cond), of(e.then), of(e.otherwise)];
        if (c !== 'bool') wrong(`the condition is ${c}`);
        if (t !== o) wrong(`the branches are ${t} and ${o}`);
        return t;
      }
      case 'convert':
        of(e.x);
        return e.to;
      case 'reduce': {
        const d = of(e.body);
        if (d === 'bool' || (d === 'u8' && e.fn !== 'argmax')) wrong(`${e.fn} over ${d}`);
        return e.fn === 'argmax' ? 'i32' : d;
      }
      default:
        return e satisfies never;
    }
  }
}

export const show = (e: Expr): string => {
  const text = printExpr(e).replaceAll('\n', ' ');
  return text.length > 90 ? `${text.slice(0, 87)}…` : text;
};

/** Callbacks of a walk over expressions. */
export interface Visitor {
  readonly complain: Complain;
  load?(e: Extract<Expr, { kind: 'load' }>): void;
  tile?(tile: Tile, at: readonly Expr[], facts: Facts): void;
}

/** The most parts to visit over all branches of a statement: anything that takes longer to prove is refused. */
const maxSteps = 200_000;

/** Visits expressions as they are evaluated: a branch only under its condition, a reduction's body for all of its
 *  indices. Parts that both branches of a select share are visited once, unless proving them takes a branch's
 *  condition. */
export function evaluate(e: Expr, bounds: Bounds, visitor: Visitor, facts: Facts = []): void {
  let steps = 0;
  go(e, { facts, seen: [new Set()], placed: placement([e]), visitor, stopped: () => false });
  if (steps > maxSteps) visitor.complain('bounds', `${show(e)}: it has too many branches to check`);

  function go(p: Expr, at: Walk): void {
    if (at.stopped() || at.seen.some((s) => s.has(p)) || ++steps > maxSteps) return;
    (at.seen.at(-1) as Set<Expr>).add(p);
    switch (p.kind) {
      case 'const':
      case 'size':
        return;
      case 'axis':
        if (!bounds.isBound(p.axis))
          at.visitor.complain('unbound-axis', `the axis '${p.axis.name}' is read outside its loop`);
        return;
      case 'load':
        for (const i of p.at) go(i, at);
        indices(p.buffer.name, p.at, p.buffer.type.shape, bounds, at.visitor.complain, at.facts);
        at.visitor.load?.(p);
        return;
      case 'tile':
        for (const i of p.at) go(i, at);
        at.visitor.tile?.(p.tile, p.at, at.facts);
        return;
      case 'unary':
      case 'convert':
        return go(p.x, at);
      case 'binary':
        go(p.a, at);
        return go(p.b, at);
      case 'select':
        go(p.cond, at);
        for (const [branch, holds] of [
          [p.then, true],
          [p.otherwise, false],
        ] as const) {
          const more = bounds.factsOf(p.cond, holds);
          if (more.length === 0) {
            go(branch, at);
            continue;
          }
          if (holds) for (const part of at.placed.before.get(p) ?? []) tryTo(part, at);
          const known = [...at.facts, ...more];
          if (!bounds.contradict(known)) go(branch, { ...at, facts: known, seen: [...at.seen, new Set()] });
        }
        return;
      case 'reduce':
        return reduction(p, at);
      default:
        p satisfies never;
    }
  }

  /** Visits a part without the conditions of the branches that contain it, and drops the result if the proof fails. */
  function tryTo(p: Expr, at: Walk): void {
    if (at.seen.some((s) => s.has(p))) return;
    let sound = true;
    const own = new Set<Expr>();
    const found: (() => void)[] = [];
    const visitor: Visitor = {
      complain: () => {
        sound = false;
      },
      load: (e) => found.push(() => at.visitor.load?.(e)),
      tile: (tile, index, known) => {
        // Whether its element is set is for the visitor to decide.
        if (index.length > 0) sound = false;
        found.push(() => at.visitor.tile?.(tile, index, known));
      },
    };
    go(p, { ...at, seen: [...at.seen, own], visitor, stopped: () => !sound || at.stopped() });
    if (!sound) return;
    for (const q of own) at.seen.at(-1)?.add(q);
    for (const tell of found) tell();
  }

  function reduction(p: Extract<Expr, { kind: 'reduce' }>, at: Walk): void {
    const bound: Axis[] = [];
    for (const a of p.over) {
      if (bounds.isBound(a))
        at.visitor.complain('captured-axis', `a reduction binds the axis '${a.name}' that is bound around it`);
      else {
        bounds.bind(a, constant(0), bounds.form(size(a.extent)), 1);
        bound.push(a);
      }
    }
    const facts = p.over.some((a) => a.extent === 0) ? [...at.facts, nothing] : at.facts;
    go(p.body, { ...at, facts, seen: [...at.seen, new Set()], placed: placement([p.body]) });
    for (const a of bound) bounds.unbind(a);
  }
}

interface Walk {
  readonly facts: Facts;
  readonly seen: readonly Set<Expr>[];
  readonly placed: Placement;
  readonly visitor: Visitor;
  /** True once the findings no longer matter. */
  readonly stopped: () => boolean;
}

/** The contradictory fact -1 ≥ 0, for code that never runs. */
export const nothing = constant(-1);

/** Checks that there is an index for each dimension, and that each is in bounds. */
export function indices(
  name: string,
  at: readonly Expr[],
  shape: readonly Dim[],
  bounds: Bounds,
  complain: Complain,
  facts: Facts,
): void {
  if (at.length !== shape.length) {
    complain('rank', `${name} has ${shape.length} dimensions, and ${at.length} indices`);
    return;
  }
  if (facts.includes(nothing)) return;
  for (const [d, index] of at.entries()) {
    const extent = shape[d] as Dim;
    const inside = bounds.isIndex(index, typeof extent === 'number' ? int(extent) : size(extent), facts);
    if (inside === 'yes') continue;
    const least = bounds.least(bounds.form(index), facts);
    const most = bounds.greatest(bounds.form(index), facts);
    const side = inside === 'below' ? `may be ${number(least)}` : `may be ${number(most)}`;
    const size_ = typeof extent === 'number' ? extent : extent.times === 1 ? 'N' : `${extent.times}N`;
    complain('bounds', `${name}[${at.map(show).join(', ')}]: index ${d} ${side}, but must be in 0..${size_}`);
  }
}

const number = (v: number): string => (Number.isFinite(v) ? String(Math.round(v)) : 'anything');
