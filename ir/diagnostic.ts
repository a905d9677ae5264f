/** What went wrong, said to the user: a code, a sentence, the place in their file, what else is involved, what to try. */

export interface Loc {
  readonly file: string;
  /** Both counted from 1. */
  readonly line: number;
  readonly col: number;
}

/** Another place or value that the problem involves, shown beneath the guilty line. */
export interface Note {
  readonly message: string;
  readonly loc?: Loc | null;
}

/** What is wrong with a model, a text or an option, for its user: a code, a sentence, the place in their file, what else is involved,
 *  and what to try. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly code: string;
  readonly loc: Loc | null;
  readonly notes: readonly Note[];
  readonly help: string | null;

  constructor(
    code: string,
    problem: string,
    more: { loc?: Loc | null; notes?: readonly Note[]; help?: string | null } = {},
  ) {
    super(problem);
    this.code = code;
    this.loc = more.loc ?? null;
    this.notes = more.notes ?? [];
    this.help = more.help ?? null;
  }

  /** The same at a place, unless it has one. */
  at(loc: Loc | null): CompileError {
    if (this.loc || !loc) return this;
    const { code, message, notes, help } = this;
    const placed = new CompileError(code, message, { loc, notes, help });
    placed.cause = this.cause;
    return placed;
  }
}

/** A fault of the compiler's own, not of its user: the pass that broke an invariant, and the IR it was given. */
export class CompilerBug extends Error {
  override readonly name = 'CompilerBug';
  readonly pass: string;
  readonly before: string | null;

  constructor(pass: string, problem: string, before: string | null = null, options?: ErrorOptions) {
    super(`bug in pass '${pass}': ${problem}`, options);
    this.pass = pass;
    this.before = before;
  }
}

/** A pass from outside that fails: the fault of its author, not of Tapeout. At the line that gave or registered the pass. */
export class PassFault extends CompileError {
  readonly pass: string;
  /** The IR that the pass was given. */
  readonly before: string;

  constructor(
    pass: string,
    problem: string,
    before: string,
    more: { loc?: Loc | null; notes?: readonly Note[]; cause?: unknown } = {},
  ) {
    super('custom-pass', `pass '${pass}', which is not Tapeout's own: ${problem}`, more);
    this.pass = pass;
    this.before = before;
    this.cause = more.cause;
  }
}

/** A place as `file:line:col`. */
export const showLoc = (loc: Loc): string => `${loc.file}:${loc.line}:${loc.col}`;
