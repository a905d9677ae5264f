/** Runs one stage: what it makes is timed and verified, and a fault of the stage is told from one of the user's. */

import { CompileError, CompilerBug } from '../../ir/diagnostic.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { type Form, forms, type Ir, printIr, type Stage, type StageContext, verifyIr } from '../../passes/stage.ts';
import { allStages } from './stages.ts';

/** A stage that does not take what the one before made, or that cannot run as it is asked to. */
export class StageError extends Error {
  override readonly name = 'StageError';
}

export interface RunOptions {
  /** How a fault shows the IR. */
  readonly print?: PrintOptions;
  /** Whether what it makes is verified. */
  readonly verify?: boolean;
  /** Whether graphs may still have tasks after it. */
  readonly tasks?: boolean;
  /** Whether serial loops of kernels may hand on values through memory. */
  readonly throughMemory?: boolean;
}

/** What a stage makes of the IR, and how long it took. Throws a `StageError` if it does not take this IR, and a `CompilerBug`
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
    throw new StageError(`'${name}' takes ${forms[wanted]}, and gets ${forms[ir.form]}${help}.`);
  }
  const why = notReady?.(ir as never, context);
  if (why) throw new StageError(why);
}
