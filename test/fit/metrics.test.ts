/** Metrics of `tapeout/fit` against scikit-learn's numbers (`goldens/metrics.py`), and their errors. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  type Counted,
  confusionMatrix,
  f1,
  type Metric,
  type MetricValue,
  mae,
  metric,
  mse,
  precision,
  r2,
  recall,
  rmse,
  topK,
} from '../../runtime/fit/index.ts';

const golden = JSON.parse(readFileSync(new URL('../goldens/metrics/metrics.json', import.meta.url), 'utf8'));

/** The value of a metric over samples in batches of this size. */
function measured(
  of: Metric,
  outputs: readonly number[][],
  targets: readonly (number | readonly number[])[],
  batch = 7,
): MetricValue {
  const count = of.begin();
  for (let at = 0; at < outputs.length; at += batch) {
    const [out, target] = [outputs.slice(at, at + batch), targets.slice(at, at + batch)];
    count.add(counted(out, target));
  }
  return count.value();
}

function counted(out: readonly (readonly number[])[], target: readonly (number | readonly number[])[]): Counted {
  const [n, isLabel] = [out.length, typeof target[0] === 'number'];
  const flat = target.flat();
  return {
    samples: n,
    loss: 0,
    correct: null,
    output: Float32Array.from(out.flat()),
    shape: [n, out[0]!.length],
    target: isLabel ? Int32Array.from(flat) : Float32Array.from(flat),
    targetShape: isLabel ? [n] : [n, flat.length / n],
    ignoreIndex: undefined,
  };
}

describe('of classes', () => {
  const { logits, labels, values } = golden.classes;
  const cases: Record<string, Metric> = {
    accuracy: accuracy(),
    top2: topK(2),
    top3: topK(3),
    confusionMatrix: confusionMatrix(),
    precisionMacro: precision(),
    precisionMicro: precision({ average: 'micro' }),
    precisionNone: precision({ average: 'none' }),
    recallMacro: recall(),
    recallMicro: recall({ average: 'micro' }),
    recallNone: recall({ average: 'none' }),
    f1Macro: f1(),
    f1Micro: f1({ average: 'micro' }),
    f1None: f1({ average: 'none' }),
  };
  test('there is a case for each golden', () => expect(Object.keys(values).sort()).toEqual(Object.keys(cases).sort()));

  test.each(Object.keys(cases))('%s', (name) => {
    for (const batch of [1, 7, 1000]) close(measured(cases[name]!, logits, labels, batch), values[name]);
  });

  test('classes that occur nowhere do not count in a macro average', () => {
    const { logits, labels, values } = golden.absent;
    close(measured(f1(), logits, labels), values.f1Macro);
    close(measured(precision({ average: 'none' }), logits, labels), values.precisionNone);
  });

  test('rows of probabilities are labels by their greatest', () => {
    const rows = labels.map((label: number) => logits[0].map((_: number, c: number) => (c === label ? 0.9 : 0.01)));
    close(measured(accuracy(), logits, rows), values.accuracy);
  });

  test('two classes of one output need a threshold', () => {
    const { outputs, labels, values } = golden.binary;
    const column = outputs.map((v: number) => [v]);
    close(measured(accuracy({ threshold: 0 }), column, labels), values.accuracy);
    close(measured(f1({ threshold: 0 }), column, labels), values.f1Macro);
    close(measured(confusionMatrix({ threshold: 0 }), column, labels), values.confusionMatrix);
    expect(() => measured(accuracy(), column, labels)).toThrow(
      'accuracy of an output with one value a sample, [7,1], needs a threshold: 0 for logits (BCEWithLogitsLoss), 0.5 for ' +
        'probabilities (BCELoss). Call accuracy({ threshold: 0 }).',
    );
  });

  test('classes of each pixel, where ignored labels do not count', () => {
    // [2,3,2]: two samples of two pixels, in three classes.
    const count = accuracy().begin();
    const output = Float32Array.of(9, 0, 0, 9, 0, 0, 0, 0, 0, 0, 9, 9);
    const batch = { ...counted([[0]], [0]), samples: 2, output, shape: [2, 3, 2], targetShape: [2, 2] };
    count.add({ ...batch, target: Int32Array.of(0, 1, 2, -100), ignoreIndex: -100 });
    expect(count.value()).toBe(1);
    const matrix = confusionMatrix().begin();
    matrix.add({ ...batch, target: Int32Array.of(0, 2, 2, 2) });
    expect(matrix.value()).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 2],
    ]);
  });

  test('of equal outputs, the first class is the greater', () => {
    expect(measured(topK(1), [[1, 1, 0]], [1])).toBe(0);
    expect(measured(topK(2), [[1, 1, 0]], [1])).toBe(1);
    expect(measured(accuracy(), [[1, 1, 0]], [0])).toBe(1);
  });
});

describe('of values', () => {
  const { outputs, targets, values } = golden.values;
  const cases: Record<string, Metric> = { mae: mae(), mse: mse(), rmse: rmse(), r2: r2() };
  test.each(Object.keys(cases))('%s', (name) => {
    for (const batch of [1, 7, 1000]) close(measured(cases[name]!, outputs, targets, batch), values[name], 1e-9);
  });

  test('R2 of large targets keeps its digits', () => {
    const { outputs, targets, values } = golden.large;
    close(measured(r2(), outputs, targets), values.r2, 1e-9);
  });

  test('of a value that never changes there is no R2', () => {
    expect(measured(r2(), [[1], [2]], [[3], [3]])).toBeNaN();
  });

  test('of other sizes are refused', () => {
    expect(() => measured(mse(), [[1, 2]], [[1]])).toThrow(
      'mse compares an output with a target of the same size, but their shapes are [1,2] and [1,1].',
    );
    expect(() => measured(accuracy(), [[1, 2]], [[1, 2, 3]])).toThrow(
      'accuracy takes an output [N,C] of C classes and labels [N], but the output has the shape [1,2] and the target [1,3].',
    );
  });
});

test("a user's own metric is the mean over the samples", () => {
  const bias = metric(
    'bias',
    ({ output, target }) => [...output].reduce((sum, v, i) => sum + v - target[i]!, 0) / output.length,
  );
  close(measured(bias, [[1], [2], [6]], [[0], [0], [0]], 2), 3);
  expect(bias.name).toBe('bias');
});

test('options are checked', () => {
  expect(() => topK(0)).toThrow('topK takes a whole number from 1 on, but it got 0.');
  expect(() => f1({ average: 'weighted' as never })).toThrow("average must be 'macro', 'micro' or 'none'");
  expect(() => metric('m', 3 as never)).toThrow("metric('m') takes a function");
});

function close(got: MetricValue, wanted: MetricValue, tolerance = 1e-12): void {
  const [a, b] = [[got].flat(3) as number[], [wanted].flat(3) as number[]];
  expect(a.length).toBe(b.length);
  for (const [i, value] of a.entries())
    expect(Math.abs(value - b[i]!), `${value}, not ${b[i]}`).toBeLessThanOrEqual(tolerance);
}
