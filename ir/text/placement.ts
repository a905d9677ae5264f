/** Where the parts that an expression shares are computed, so that each is written once: in the innermost place from which
 *  every use is reached. The arms of a choice are places of their own, as only one of them is computed. */

import { upsert } from '../collections.ts';
import { children, type Expr } from '../expr.ts';

/** Around all choices (`null`), or in one arm of a choice. */
export interface Place {
  readonly outer: Place | null;
  readonly depth: number;
  /** The choice whose arm this is. */
  readonly of: Expr | null;
}

export interface Placement {
  readonly of: ReadonlyMap<Expr, Place>;
  /** By choice: the parts that must be there before it, as its arms need them and something outside of the arm does too. */
  readonly before: ReadonlyMap<Expr, ReadonlySet<Expr>>;
}

/** Of what is computed together; the bodies of reductions are not entered. */
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

  const top: Place = { outer: null, depth: 0, of: null };
  const places = new Map<Expr, Place>(roots.map((r) => [r, top]));
  const uses = new Map<Expr, Place[]>();
  const use = (e: Expr, at: Place): void => {
    upsert(uses, e, () => []).push(at);
    const known = places.get(e);
    places.set(e, known ? common(known, at) : at);
  };
  // Readers first, so that a part's place is final when its operands are looked at.
  for (const e of order.toReversed()) {
    const at = places.get(e) as Place;
    if (e.kind === 'reduce') continue;
    if (e.kind !== 'select') {
      for (const c of children(e)) use(c, at);
      continue;
    }
    const arm = (): Place => ({ outer: at, depth: at.depth + 1, of: e });
    use(e.cond, at);
    use(e.then, arm());
    use(e.otherwise, arm());
  }

  const before = new Map<Expr, Set<Expr>>();
  for (const e of order)
    for (const u of uses.get(e) ?? []) {
      const home = places.get(e) as Place;
      if (u === home) continue;
      let inside = u;
      while (inside.outer && inside.outer !== home) inside = inside.outer;
      upsert(before, inside.of as Expr, () => new Set<Expr>()).add(e);
    }
  return { of: places, before };
}

function common(a: Place, b: Place): Place {
  let [p, q] = [a, b];
  while (p.depth > q.depth) p = p.outer as Place;
  while (q.depth > p.depth) q = q.outer as Place;
  while (p !== q) [p, q] = [p.outer as Place, q.outer as Place];
  return p;
}
