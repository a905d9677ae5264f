/** Stages that the command line asks for one by one: what does not fit together is its user's to mend. */
import type { Ir, Stage, StageContext } from '../../passes/stage.ts';
import { type RunOptions, runStage, StageError } from '../pipeline/run-stage.ts';
import { UsageError } from './io.ts';

/** What the stage makes of the IR. Throws a `UsageError` if it does not take it. */
export function runAsAsked(stage: Stage, ir: Ir, context: StageContext, options: RunOptions): Ir {
  try {
    return runStage(stage, ir, context, options).ir;
  } catch (e) {
    throw e instanceof StageError ? new UsageError(e.message, { cause: e }) : e;
  }
}
