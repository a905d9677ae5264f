/** The position of the kernel verifier: a statement, and the loops around it. Problems are reported there. */

import type { Bounds } from '../analysis/bounds.ts';
import type { Buffer, Expr, Tile } from '../expr.ts';
import { isWrittenOut, type Kernel, type Stmt } from '../kernel.ts';
import { showStmt } from '../text/print-kernel.ts';
import { type Access, type Frame, undivided } from './dependence.ts';
import { show } from './expr.ts';
import type { ProblemCode, Report } from './index.ts';

export class Position {
  readonly kernel: Kernel;
  readonly bounds: Bounds;
  readonly #report: Report;
  /** The loops around, outermost first. */
  readonly frames: Frame[] = [];
  /** The statement; null for the kernel as a whole. */
  stmt: Stmt | null = null;
  /** The number of statements before. */
  order = 0;
  /** Set by a problem after which nothing else can be checked. */
  failed = false;

  constructor(kernel: Kernel, bounds: Bounds, report: Report) {
    this.kernel = kernel;
    this.bounds = bounds;
    this.#report = report;
  }

  readonly complain = (code: ProblemCode, message: string): void => {
    const stmt = this.stmt ? ` at ${firstLine(this.stmt)}` : '';
    if (code !== 'registers') this.failed = true;
    const loc = this.stmt?.place ?? this.kernel.place ?? this.kernel.locs[0] ?? null;
    this.#report(code, `kernel @${this.kernel.name}${stmt}`, message, loc);
  };

  /** The same, at an earlier access. */
  readonly complainAt = (a: Access, code: ProblemCode, message: string): void => {
    this.stmt = a.stmt;
    this.complain(code, message);
  };

  /** An access at this position. */
  access(of: Buffer | Tile, shape: Access['shape'], at: readonly Expr[]): Access {
    const whole = undivided(shape, at, this.bounds.interner);
    return { of, ...whole, frames: [...this.frames], order: this.order, stmt: this.stmt as Stmt };
  }

  /** The unrolled and vectorized loops around. */
  copied(): Frame[] {
    return this.frames.filter((f) => isWrittenOut(f.loop));
  }
}

/** The first line of a statement, cut to fit a message. */
export function firstLine(s: Stmt): string {
  const [text] = showStmt(s).split('\n') as [string];
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** An element of a tile as the text form spells it. */
export const element = (tile: Tile, at: readonly Expr[]): string =>
  at.length ? `${tile.name}[${at.map(show).join(', ')}]` : tile.name;
