/** Measures a model on batches, without training it. */
import { TapeoutError } from '../check.ts';
import { checkKind } from '../load-options.ts';
import { missingEntry } from '../port.ts';
import { Feed, readerOf, sourceOf } from './feed.ts';
import { Counts, metricsOf } from './named-metrics.ts';
import { Pace } from './pace.ts';
import { isPromise } from './promise.ts';
import type { Batches, EvaluateOptions, Measured, Metric, Trainable } from './types.ts';

/** The mean loss of a model over batches, and metrics. Throws TapeoutError for a model without the entry evaluate, for no batches, and
 *  for those that do not fit the model; and the signal's reason when it is aborted. */
export async function evaluate(model: Trainable, batches: Batches, options: EvaluateOptions = {}): Promise<Measured> {
  const { metrics, signal } = options;
  checkKind('signal', signal, 'object');
  const measured = await measure(model, batches, { metrics: metricsOf(metrics), signal });
  if (measured === 'stopped') throw signal!.reason;
  return measured;
}

/** Begins what a model carries from call to call anew where a batch has another number of samples than the one before. */
export function newApart(model: Trainable, before = 0): (n: number) => void {
  let last = before;
  return (n) => {
    if (n !== last) model.resetState();
    last = n;
  };
}

/** The same, or 'stopped' as soon as the signal is aborted. */
export async function measure(
  model: Trainable,
  batches: Batches,
  {
    metrics,
    signal,
    epoch = 1,
    pace = new Pace(),
  }: {
    readonly metrics: readonly Metric[];
    readonly signal?: AbortSignal | undefined;
    readonly epoch?: number;
    readonly pace?: Pace;
  },
): Promise<Measured | 'stopped'> {
  if (!model.manifest.entries.some((e) => e.name === 'evaluate')) throw missingEntry('evaluate', model.manifest);
  const feed = new Feed(model, 'evaluate');
  const counts = new Counts(model, feed, metrics);
  const apart = newApart(model);
  const reader = readerOf(sourceOf(batches, epoch, 'validation'));
  let [sum, samples] = [0, 0];
  try {
    for (;;) {
      if (signal?.aborted) return 'stopped';
      const next = reader.next();
      const batch = isPromise(next) ? await next : next;
      if (batch === undefined) break;
      const args = feed.argumentsOf(batch);
      const n = feed.samplesOf(args);
      apart(n);
      const result = model.evaluate(...args);
      const evaluated = isPromise(result) ? await result : result;
      counts.add(evaluated, metrics.length > 0 ? feed.targetsOf(args, n) : {}, n);
      sum += evaluated.loss * n;
      samples += n;
      if (pace.isDue()) await pace.rest();
    }
  } finally {
    await reader.close();
  }
  if (samples === 0)
    throw new TapeoutError('empty-batch', `there is nothing to evaluate: the validation gave no batches.`);
  return { loss: sum / samples, samples, metrics: counts.values() };
}
