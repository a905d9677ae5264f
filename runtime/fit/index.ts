/** Training for Node and pages: epochs, validation, metrics, callbacks, schedules, checkpoints. No dependencies, and nothing of the
 *  compiler. */
import '../needs-node.ts';

export {
  accuracy,
  type ClassOptions,
  confusionMatrix,
  f1,
  precision,
  recall,
  type Score,
  type ScoreOptions,
  topK,
} from './classification.ts';
export { type Best, type EarlyStoppingOptions, earlyStopping } from './early-stopping.ts';
export { evaluate } from './evaluate.ts';
export { fit } from './fit.ts';
export { type MetricOptions, metric } from './metric.ts';
export { monitored, numbersOf } from './monitor.ts';
export { mae, mse, r2, rmse } from './regression.ts';
export type {
  Batch,
  Batches,
  BatchSource,
  Callback,
  CheckpointOptions,
  Count,
  Counted,
  End,
  Epoch,
  Evaluated,
  EvaluateOptions,
  Field,
  FitOptions,
  History,
  Measured,
  Metric,
  MetricName,
  MetricScheduler,
  MetricValue,
  Progress,
  Run,
  SavedAt,
  Schedule,
  ScheduleOptions,
  Scheduler,
  Trainable,
} from './types.ts';
