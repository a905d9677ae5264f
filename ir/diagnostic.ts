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

export const showLoc = (loc: Loc): string => `${loc.file}:${loc.line}:${loc.col}`;
