/** Runs stages named on the command line: if they do not fit together, that is a usage error. */
import type { Ir, Stage, StageContext } from '../../passes/stage.ts';
import { type RunOptions, runStage, StageError } from '../pipeline/run-stage.ts';
import { UsageError } from './io.ts';

/** The result of a stage. Throws a `UsageError` if the stage does not take this IR. */
export function runAsAsked(stage: Stage, ir: Ir, context: StageContext, options: RunOptions): Ir {
  try {
    return runStage(stage, ir, context, options).ir;
  } catch (e) {
    throw e instanceof StageError ? new UsageError(e.message, { cause: e }) : e;
  }
}
