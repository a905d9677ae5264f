/** Runs one stage, times and verifies its result, and distinguishes the stage's faults from the user's. */

import { CompileError, CompilerBug } from '../../ir/diagnostic.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { type Form, forms, type Ir, printIr, type Stage, type StageContext, verifyIr } from '../../passes/stage.ts';
import { allStages } from './stages.ts';

/** Thrown if a stage does not take the form of the IR, or cannot run under these options. */
export class StageError extends Error {
  override readonly name = 'StageError';
}

export interface RunOptions {
  /** Print options for the IR in a `CompilerBug`. */
  readonly print?: PrintOptions;
  /** Verify the result. */
  readonly verify?: boolean;
  /** Allow graphs of the result to have tasks. */
  readonly tasks?: boolean;
  /** Allow serial loops to carry values through memory. */
  readonly throughMemory?: boolean;
}

/** The result of a stage, and the time it took. Throws a `StageError` if the stage does not take this IR, and a `CompilerBug`
 *  with the IR before it for a fault of the stage. */
export function runStage(
  stage: Stage,
  ir: Ir,
  context: StageContext,
  options: RunOptions = {},
): { readonly ir: Ir; readonly ms: number } {
  requireReady(stage, ir, context);
  const fault = (e: Error): CompilerBug =>
    new CompilerBug(stage.makes === 'code' ? 'emit' : stage.name, e.message, printIr(ir, options.print ?? {}), {
      cause: e,
    });
  const start = performance.now();
  let after: Ir;
  try {
    after = stage.run(ir, context);
  } catch (e) {
    if (e instanceof CompileError || e instanceof CompilerBug || e instanceof StageError) throw e;
    throw fault(e instanceof Error ? e : new Error(JSON.stringify(e)));
  }
  const ms = performance.now() - start;
  if (!options.verify) return { ir: after, ms };
  const { tasks = false, throughMemory = false } = options;
  try {
    verifyIr(after, { target: context.target, tasks, throughMemory, keepsKernels: stage.keepsKernels ?? false });
  } catch (e) {
    throw e instanceof VerifyError ? fault(e) : e;
  }
  return { ir: after, ms };
}

function requireReady({ name, takes, notReady }: Stage, ir: Ir, context: StageContext): void {
  if (!takes.includes(ir.form)) {
    const [wanted] = takes as [Form];
    const between = allStages.find((s) => s.makes === wanted && s.takes.includes(ir.form));
    const help = between ? `: run '${between.name}' before it` : '';
    throw new StageError(`'${name}' takes ${forms[wanted]}, but got ${forms[ir.form]}${help}.`);
  }
  const why = notReady?.(ir as never, context);
  if (why) throw new StageError(why);
}
