/** What `tapeout train` makes of a trained model: weights, curves, a confusion matrix, sample predictions, and drawings. */
import type { Files } from '../../codegen/checksums.ts';
import {
  accuracy,
  confusionMatrix,
  f1,
  type Measured,
  type Metric,
  mae,
  r2,
  rmse,
  topK,
} from '../../runtime/fit/index.ts';
import type { Manifest } from '../../runtime/index.ts';
import type { Table } from '../data/table.ts';
import type { ModelSpec } from '../model/model.ts';
import { confusionSvg } from '../report/confusion.ts';
import { lossCurveSvg } from '../report/curve.ts';
import { drawPictures, pictureStyle, verdict } from '../report/digit.ts';
import { type MetricCurve, metricsSvg } from '../report/metrics.ts';
import { type ImageSample, imagesSvg, valuesSvg } from '../report/samples.ts';
import { type AnyModel, type Epoch, type History, measureOn, predict } from '../training.ts';
import type { Io } from './io.ts';
import type { TrainingData } from './train-data.ts';

/** What is measured on the test set after each epoch, and what is counted at the end. */
export interface Judgement {
  readonly kind: 'classes' | 'values' | 'other';
  readonly metrics: readonly Metric[];
  readonly confusion: Metric | null;
}

/** The most classes of which a confusion matrix is drawn. */
const mostClasses = 100;

/** By what a model is judged: its classes, if it has an output for each label or is trained by a binary cross entropy, or else its values,
 *  if there are as many as in the target. */
export function judgementOf({ loss }: ModelSpec, { entries, tensors }: Manifest): Judgement {
  const entry = entries.find((e) => e.name === 'evaluate');
  const inputs = entries.find((e) => e.name === 'forward')?.inputs ?? [];
  const [targets, outputs] = [
    entry?.inputs.filter((name) => !inputs.includes(name)) ?? [],
    entry?.outputs.filter((name) => name !== 'loss' && name !== 'correct') ?? [],
  ];
  const target = tensors.find((t) => t.purpose === 'input' && t.name === targets[0]);
  const output = tensors.find((t) => t.purpose === 'output' && t.name === outputs[0]);
  if (!target || !output) return { kind: 'other', metrics: [], confusion: null };
  const classes = output.shape[1];
  if (target.range !== undefined && classes === target.range) {
    const top = classes > 5 ? [topK(Math.min(5, classes - 1))] : [];
    const confusion = classes <= mostClasses ? confusionMatrix() : null;
    return { kind: 'classes', metrics: [accuracy(), ...top, f1()], confusion };
  }
  const named = (loss as { readonly constructor: { readonly name: string } } | null)?.constructor.name;
  const threshold = named === 'BCEWithLogitsLoss' ? 0 : named === 'BCELoss' ? 0.5 : null;
  const isOne = output.shape.length < 2 || (output.shape.length === 2 && classes === 1);
  if (threshold !== null && isOne)
    return {
      kind: 'classes',
      metrics: [accuracy({ threshold }), f1({ threshold })],
      confusion: confusionMatrix({ threshold }),
    };
  const size = (shape: typeof output.shape) => shape.map((d) => (typeof d === 'number' ? d : `${d.batch}N`)).join();
  if (target.dtype === 'f32' && size(target.shape) === size(output.shape))
    return { kind: 'values', metrics: [mae(), rmse(), r2()], confusion: null };
  return { kind: 'other', metrics: [], confusion: null };
}

/** The numbers of an epoch's test in words: the accuracy, or else the loss and the first metric. */
export function showTest({ accuracy, test }: Epoch, bold: (text: string) => string): string {
  if (accuracy !== null) return `  test accuracy ${bold(`${(100 * accuracy).toFixed(2)}%`)}`;
  if (!test) return '';
  const { loss, ...metrics } = test;
  const [first] = Object.entries(metrics);
  return `  test loss ${bold(loss!.toFixed(4))}${first ? `  ${first[0]} ${first[1].toFixed(4)}` : ''}`;
}

/** The files of a training besides the bundle and the checkpoint. Those that need the test set are left out of one that was stopped. */
export async function resultsOf(
  model: AnyModel,
  history: History,
  name: string,
  data: TrainingData,
  judgement: Judgement,
): Promise<{ readonly files: Files; readonly measured: Measured | null }> {
  const { losses, epochs, end } = history;
  const marks = epochs.flatMap(({ epoch, step, accuracy }) => (accuracy === null ? [] : [{ epoch, step, accuracy }]));
  const files = new Map<string, string | Uint8Array>([
    ['trained.safetensors', await model.toSafetensors()],
    ['loss.svg', lossCurveSvg({ title: `${name}: training loss`, train: losses, marks })],
  ]);
  const curves = curvesOf(epochs);
  if (curves.length > 0) files.set('metrics.svg', metricsSvg(`${name}: test set after each epoch`, curves));
  if (end === 'stopped') return { files, measured: null };
  const { test } = data.tables;
  const seen = new Predictions();
  const { confusion, kind, metrics } = judgement;
  const { metrics: counted, ...rest } = await measureOn(model, test, [
    ...metrics,
    ...(confusion ? [confusion] : []),
    ...(kind === 'other' ? [] : [seen.metric]),
  ]);
  const { predictions: _, ...kept } = counted;
  const measured = { ...rest, metrics: kept };
  const matrix = kept.confusionMatrix as number[][] | undefined;
  if (matrix) files.set('confusion.svg', confusionSvg(`${name}: test set`, matrix));
  const samples = `${name}: predictions`;
  if (kind === 'values') files.set('predictions.svg', valuesSvg(samples, seen.pairs));
  if (kind === 'classes' && data.image) {
    const [channels, height, width] = data.image;
    const size = channels * height * width;
    const { data: pixels } = test.columns[0]!;
    const drawn: ImageSample[] = [];
    for (const sample of seen.telling(24)) {
      const { prediction, probability } = await predict(model, test, sample);
      const label = test.columns[1]!.data[sample]!;
      drawn.push({
        pixels: pixels.slice(size * sample, size * (sample + 1)) as Float32Array,
        label,
        prediction,
        probability,
      });
    }
    files.set('predictions.svg', imagesSvg(samples, drawn, data.image));
  }
  return { files, measured };
}

/** The courses of the test set's numbers, beside the training's loss. */
function curvesOf(epochs: readonly Epoch[]): MetricCurve[] {
  const names = new Set(epochs.flatMap(({ test }) => Object.keys(test ?? {})));
  return [...names].map((name) => {
    const values = epochs.flatMap(({ epoch, test }) =>
      test?.[name] === undefined ? [] : [[epoch, test[name]] as const],
    );
    const own = { label: 'test', values };
    const train = { label: 'training', values: epochs.map(({ epoch, loss }) => [epoch, loss] as const) };
    return { name, lines: name === 'loss' ? [own, train] : [own] };
  });
}

/** What a model predicts for each sample of a data set. */
class Predictions {
  /** True and predicted values, the first few thousand. */
  readonly pairs: [truth: number, predicted: number][] = [];
  readonly #wrong: number[] = [];
  #count = 0;

  readonly metric: Metric = {
    name: 'predictions',
    begin: () => ({
      add: ({ output, target, shape, samples }) => {
        const classes = shape[1] ?? 1;
        for (let i = 0; i < target.length && this.pairs.length < 2000; i++)
          if (output.length === target.length) this.pairs.push([target[i]!, output[i]!]);
        if (output.length === samples * classes && target.length === samples)
          for (let n = 0; n < samples; n++) {
            const row = output.subarray(n * classes, (n + 1) * classes);
            if (row.indexOf(Math.max(...row)) !== target[n]) this.#wrong.push(this.#count + n);
          }
        this.#count += samples;
      },
      value: () => this.#count,
    }),
  };

  /** Samples to show: up to half of them wrong ones, and others spread over the set. */
  telling(count: number): number[] {
    const wrong = spread(this.#wrong.length, count / 2).map((i) => this.#wrong[i]!);
    const others = spread(this.#count, count - wrong.length);
    return [...new Set([...wrong, ...others])];
  }
}

/** Up to `most` numbers below `count`, evenly spread. */
const spread = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(most, count) }, (_, i) => Math.floor(((i + 0.5) * count) / Math.min(most, count)));

/** The number of test images to draw in the terminal. */
const picturesShown = 6;

/** A few test images, spread over the set, with the model's predictions; nothing for other data. */
export async function drawings(model: AnyModel, { tables, image }: TrainingData, io: Io): Promise<string[]> {
  if (!image) return [];
  const { test } = tables;
  const [channels, height, width] = image;
  const samples = Array.from({ length: Math.min(picturesShown, test.count) }, (_, i) =>
    Math.floor(((i + 0.5) * test.count) / picturesShown),
  );
  const [images, labels] = test.columns as [Table['columns'][number], Table['columns'][number]];
  const pictures = [];
  for (const sample of samples) {
    const { prediction, probability } = await predict(model, test, sample);
    const pixels = grey(images.data as Float32Array, sample * channels * height * width, channels, height * width);
    pictures.push({ pixels, caption: verdict(labels.data[sample] as number, prediction, probability) });
  }
  return drawPictures(pictures, {
    width,
    height,
    style: pictureStyle({ isTTY: io.stdout.isTTY ?? false }, io.env),
    trim: Math.max(0, Math.floor((Math.min(width, height) - 28) / 2)),
    columns: io.stdout.columns ?? 96,
  });
}

/** An image in grey: the mean over its channels. */
const grey = (images: Float32Array, at: number, channels: number, pixels: number): Float32Array =>
  Float32Array.from({ length: pixels }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += images[at + c * pixels + i]!;
    return sum / channels;
  });
