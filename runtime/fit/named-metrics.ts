/** Metrics by name, and what they count of an evaluation. */
import { type Data, elementsAt, listed, TapeoutError, unknownName } from '../check.ts';
import type { ManifestTensor } from '../manifest.ts';
import { accuracy, f1, precision, recall } from './classification.ts';
import type { Feed } from './feed.ts';
import { mae, mse, r2, rmse } from './regression.ts';
import type { Count, Evaluated, Metric, MetricName, MetricValue, Trainable } from './types.ts';

const named: Readonly<Record<MetricName, () => Metric>> = { accuracy, precision, recall, f1, mae, mse, rmse, r2 };

/** The metrics of a list. Throws TapeoutError for unknown ones, and for two of one name. */
export function metricsOf(given: readonly (Metric | MetricName)[] = []): readonly Metric[] {
  if (!Array.isArray(given))
    throw new TapeoutError('bad-option', "metrics must be a list of names and metrics, such as ['accuracy', topK(5)].");
  const metrics = given.map((m: Metric | MetricName) => {
    if (typeof m === 'string') {
      if (!Object.hasOwn(named, m)) throw unknownName('metric', m, Object.keys(named));
      return named[m]();
    }
    if (typeof m?.begin === 'function' && typeof m.name === 'string') return m;
    const call = typeof m === 'function' ? ` Call it: ${(m as { name: string }).name}().` : '';
    throw new TapeoutError('bad-option', `a metric must be a name, or have a name and a function begin.${call}`);
  });
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new TapeoutError('bad-option', `there are two metrics named ${twice}: give one the option name.`);
  return metrics;
}

/** Counts of metrics over the batches of a model. */
export class Counts {
  readonly #counts: readonly { readonly metric: Metric; readonly count: Count }[];
  readonly #feed: Feed;
  readonly #outputs: readonly ManifestTensor[];

  constructor(model: Trainable, feed: Feed, metrics: readonly Metric[]) {
    this.#feed = feed;
    this.#counts = metrics.map((metric) => ({ metric, count: metric.begin() }));
    const { entries, tensors } = model.manifest;
    const entry = entries.find((e) => e.name === 'evaluate');
    const names = (entry?.outputs ?? []).filter((name) => name !== 'loss' && name !== 'correct');
    this.#outputs = names.map((name) => tensors.find((t) => t.purpose === 'output' && t.name === name)!);
    if (metrics.length > 0 && feed.targets.length === 0)
      throw new TapeoutError(
        'missing-entry',
        'metrics need a model with the entries forward and evaluate, which differ in the targets. Compile it with both.',
      );
  }

  add({ loss, correct, output }: Evaluated, targets: Readonly<Record<string, Data>>, samples: number): void {
    for (const { metric, count } of this.#counts) {
      const [out, target] = [this.#output(metric), this.#target(metric)];
      const key = Array.isArray(output) ? this.#outputs.indexOf(out) : out.name;
      const view = ArrayBuffer.isView(output) ? output : (output as Record<string | number, Data>)[key];
      count.add({
        samples,
        loss,
        correct,
        output: view as Data,
        shape: shapeFor(out, samples),
        target: targets[target.name] as Data,
        targetShape: shapeFor(target, samples),
        ignoreIndex: target.ignoreIndex,
      });
    }
  }

  values(): Record<string, MetricValue> {
    return Object.fromEntries(this.#counts.map(({ metric, count }) => [metric.name, count.value()]));
  }

  #output({ output = 0, name }: Metric): ManifestTensor {
    const tensor = typeof output === 'number' ? this.#outputs[output] : this.#outputs.find((t) => t.name === output);
    if (tensor) return tensor;
    throw new TapeoutError('unknown-name', `the metric ${name} asks for the output ${output}. ${are(this.#outputs)}`);
  }

  #target({ target, name }: Metric): ManifestTensor {
    const { targets } = this.#feed;
    const found = target === undefined ? targets[0] : targets.find((t) => t.name === target);
    if (found) return found;
    throw new TapeoutError('unknown-name', `the metric ${name} asks for the target ${target}. ${are(targets)}`);
  }
}

const are = (tensors: readonly ManifestTensor[]): string => `There are: ${listed(tensors.map((t) => t.name))}.`;
const shapeFor = ({ shape }: ManifestTensor, n: number): number[] =>
  shape.map((d) => (typeof d === 'number' ? d : elementsAt([d], n)));
