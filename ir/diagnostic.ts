/** Problems in the user's input: a code, a sentence, the location in their file, what else is involved, and what to
 *  try. */

export interface Loc {
  readonly file: string;
  /** Line and column both count from 1. */
  readonly line: number;
  readonly col: number;
}

/** Another location or value that the problem involves, shown beneath the offending line. */
export interface Note {
  readonly message: string;
  readonly loc?: Loc | null;
}

/** A problem in a model, a text or an option, for its user: a code, a sentence, the location in their file, what else
 *  is involved, and what to try. */
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

  /** The same error at this location, unless it has one. */
  at(loc: Loc | null): CompileError {
    if (this.loc || !loc) return this;
    const { code, message, notes, help } = this;
    const placed = new CompileError(code, message, { loc, notes, help });
    placed.cause = this.cause;
    return placed;
  }
}

/** A bug in the compiler: the pass that broke an invariant, and the IR that it was given. */
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

/** A failing pass of a user: a fault of its author, not of Tapeout. Its location is the line that passed or registered
 *  it. */
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

/** A location as `file:line:col`. */
export const showLoc = (loc: Loc): string => `${loc.file}:${loc.line}:${loc.col}`;
