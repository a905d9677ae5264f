/** The place to compute each shared part of an expression once: the innermost one that dominates all uses. The branches
 *  of a select are places of their own, as only one of them is computed. */

import { upsert } from '../collections.ts';
import { children, type Expr } from '../expr.ts';

/** A place outside all selects (`null`), or a branch of one. */
export interface Scope {
  readonly outer: Scope | null;
  readonly depth: number;
  /** The select whose branch this is. */
  readonly of: Expr | null;
}

export interface Placement {
  readonly of: ReadonlyMap<Expr, Scope>;
  /** By select: the parts to compute before it, as a branch needs them and something outside that branch does too. */
  readonly before: ReadonlyMap<Expr, ReadonlySet<Expr>>;
}

/** For expressions that are computed together; the bodies of reductions are not entered. */
export function placement(roots: readonly Expr[]): Placement {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind !== 'reduce') for (const c of children(e)) visit(c);
    order.push(e);
  };
  for (const r of roots) visit(r);

  const top: Scope = { outer: null, depth: 0, of: null };
  const places = new Map<Expr, Scope>(roots.map((r) => [r, top]));
  const uses = new Map<Expr, Scope[]>();
  const use = (e: Expr, at: Scope): void => {
    upsert(uses, e, () => []).push(at);
    const known = places.get(e);
    places.set(e, known ? common(known, at) : at);
  };
  // Readers first, so that the place of a part is final before its operands are visited.
  for (const e of order.toReversed()) {
    const at = places.get(e) as Scope;
    if (e.kind === 'reduce') continue;
    if (e.kind !== 'select') {
      for (const c of children(e)) use(c, at);
      continue;
    }
    const arm = (): Scope => ({ outer: at, depth: at.depth + 1, of: e });
    use(e.cond, at);
    use(e.then, arm());
    use(e.otherwise, arm());
  }

  const before = new Map<Expr, Set<Expr>>();
  for (const e of order)
    for (const u of uses.get(e) ?? []) {
      const home = places.get(e) as Scope;
      if (u === home) continue;
      let inside = u;
      while (inside.outer && inside.outer !== home) inside = inside.outer;
      upsert(before, inside.of as Expr, () => new Set<Expr>()).add(e);
    }
  return { of: places, before };
}

function common(a: Scope, b: Scope): Scope {
  let [p, q] = [a, b];
  while (p.depth > q.depth) p = p.outer as Scope;
  while (q.depth > p.depth) q = q.outer as Scope;
  while (p !== q) [p, q] = [p.outer as Scope, q.outer as Scope];
  return p;
}
