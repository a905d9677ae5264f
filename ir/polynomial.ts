import type { Expr } from './expr.ts';
import * as x from './expr.ts';

/** c₀ + v·(c₁ + v·(c₂ + …)), by Horner's rule. */
export const polynomial = (v: Expr, c: readonly Expr[]): Expr =>
  c.slice(0, -1).reduceRight((sum, k) => x.add(x.mul(sum, v), k), c.at(-1) as Expr);
