/** Questions asked of every part of an expression once. */

import { upsert } from '../collections.ts';
import { children, type Expr } from '../expr.ts';

/** A predicate on expressions that depends on each one and on whether it holds for some child. Evaluated once per part,
 *  however many expressions share it. */
export function remembered(test: (e: Expr, below: boolean) => boolean): (e: Expr) => boolean {
  const known = new Map<Expr, boolean>();
  const ask = (e: Expr): boolean =>
    upsert(known, e, () => {
      let below = false;
      for (const c of children(e)) below = ask(c) || below;
      return test(e, below);
    });
  return ask;
}
