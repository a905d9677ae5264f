/** Dead code elimination in kernels: drops tiles that no store needs. */

import { upsert } from '../ir/collections.ts';
import type { Tile } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';
import { exprsOf, isTileWrite, type Stmt, walkStmts } from '../ir/kernel.ts';

/** Drops writes of tiles that no store needs, and loops that become empty. */
export function withoutUnread(body: readonly Stmt[]): Stmt[] {
  const inputs = new Map<Tile, Set<Tile>>();
  const needed = new Set<Tile>();
  walkStmts(body, (s) => {
    const into = isTileWrite(s) ? upsert(inputs, s.tile, () => new Set<Tile>()) : needed;
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'tile' && into.add(p.tile)));
  });
  // The set grows during the loop: whatever feeds a needed tile is needed.
  for (const t of needed) for (const from of inputs.get(t) ?? []) needed.add(from);
  const kept = (s: Stmt): Stmt[] => {
    if (s.kind === 'for') {
      const inner = s.body.flatMap(kept);
      return inner.length > 0 ? [{ ...s, body: inner }] : [];
    }
    return s.kind === 'store' || s.kind === 'barrier' || needed.has(s.tile) ? [s] : [];
  };
  return body.flatMap(kept);
}
