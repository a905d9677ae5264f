/** Shared by the verifiers of graphs, kernels and programs: problems by code, and the error that lists them. */

import { CompileError, type Loc, showLoc } from '../diagnostic.ts';

/** A code for every invariant; a problem names the one that is violated. */
export const problemCodes = [
  // expressions
  'unbound-axis',
  'captured-axis',
  'dtype',
  'rank',
  'bounds',
  // kernels
  'loop-step',
  'loop-extent',
  'loop-constant',
  'nested-lanes',
  'lanes',
  'tile-scope',
  'tile-unset',
  'tile-unread',
  'tile-register',
  'access',
  'view',
  'race',
  'in-place',
  'uncovered',
  'registers',
  'invocations',
  'barrier',
  // graphs
  'type',
  'operands',
  'cycle',
  'unlisted-param',
  'name',
  'batch',
  'update',
  'task',
  'equation',
  'body',
  // graphs in groups
  'group',
  'launch-order',
  'overwritten',
  // programs
  'slot',
  'overlap',
  'unwritten',
  'read-only',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** A warning means slow code; an error means that it may be wrong. */
  readonly level: 'error' | 'warning';
  /** The node of the graph, the statement of the kernel or the launch of the program. */
  readonly where: string;
  readonly message: string;
  readonly loc: Loc | null;
}

/** An invariant of the IR that does not hold, or could not be proved. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const shown = problems.slice(0, 8).map(showProblem);
    const more = problems.length - shown.length;
    super([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
    this.problems = problems;
  }
}

export const showProblem = ({ code, where, message, loc }: Problem): string =>
  `[${code}] ${where}: ${message}${loc ? ` (${showLoc(loc)})` : ''}`;

export type Report = (code: ProblemCode, where: string, message: string, loc?: Loc | null) => void;

/** Runs a verifier. Throws a `VerifyError` with every error that it reports, without duplicates; returns the warnings. */
export function collect(verify: (report: Report) => void): Problem[] {
  const found = new Map<string, Problem>();
  verify((code, where, message, loc = null) => {
    const p: Problem = { code, level: code === 'registers' ? 'warning' : 'error', where, message, loc };
    const key = `${code} ${where} ${message}`;
    if (!found.has(key)) found.set(key, p);
  });
  const problems = [...found.values()];
  const errors = problems.filter((p) => p.level === 'error');
  if (errors.length > 0) throw new VerifyError(errors);
  return problems;
}

/** The message of an error from an op's type rule. Anything but a `CompileError` is a fault of the rule. */
export const complaint = (e: unknown): string =>
  e instanceof CompileError ? e.message : `its definition throws: ${e instanceof Error ? e.message : String(e)}`;
