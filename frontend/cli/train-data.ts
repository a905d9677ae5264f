/** Loads the images and labels for `tapeout train`, and checks that they fit the model. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompileError } from '../../ir/diagnostic.ts';
import { isBatch, showType } from '../../ir/type.ts';
import { DataError } from '../../runtime/data/error.ts';
import type { Manifest } from '../../runtime/index.ts';
import type { Dataset, Extents, Split } from '../data/dataset.ts';
import { loadDigits } from '../data/digits.ts';
import { imageFolder } from '../data/folder.ts';
import type { ModelSpec } from '../model/model.ts';
import { onNoBatch } from '../model/specs.ts';
import type { Io } from './io.ts';

/** Throws a `CompileError` unless the model has a loss, an optimizer, and one image and one label per sample. */
export function checkTrainable({ inputs, targets, loss, optimizer, loc }: ModelSpec): void {
  const fail = (problem: string, help: string) => new CompileError('not-trainable', problem, { loc, help });
  if (!loss) throw fail('the model has no loss to train by', 'give defineModel a loss: nn.CrossEntropyLoss()');
  if (!optimizer) throw fail('the model has no optimizer', 'give defineModel an optimizer: optim.SGD({ lr: 0.01 })');
  const [x, y] = [inputs[0]?.[1], targets[0]?.[1]];
  if (x && onNoBatch(inputs)) throw fail(`the model's input is ${showNamed(inputs)}`, onNoBatch(inputs) as string);
  if (!x || inputs.length > 1 || x.dtype !== 'f32' || x.shape.length < 2 || !x.shape.slice(0, 1).every(isBatch))
    throw fail(
      `tapeout train feeds images, f32[N,C,H,W] or as many numbers of another shape, but the model's input is ${showNamed(inputs)}`,
      "give the model such an input, { shape: ['N', 1, 28, 28] }, or compile it and feed it yourself",
    );
  if (!y || targets.length > 1 || y.dtype !== 'i32' || y.shape.length !== 1 || !y.shape.every(isBatch))
    throw fail(
      `tapeout train feeds labels i32[N], but the model's target is ${showNamed(targets)}`,
      "give the model such a target, { shape: ['N'], dtype: 'i32' }, and a loss that takes labels",
    );
}

const showNamed = (named: ModelSpec['inputs']): string =>
  named.map(([name, type]) => `${name}: ${showType(type)}`).join(', ') || 'nothing';

/** The named data; images are padded if the model takes larger ones. */
export async function loadData(name: string, { inputs }: ModelSpec, { cwd }: Io): Promise<Split> {
  const shape = (inputs[0]?.[1].shape ?? []) as readonly number[];
  const [tall, wide] = shape.length === 4 ? (shape.slice(2) as [number, number]) : [0, 0];
  // Images are never cropped: checkFits reports a misfit with both shapes.
  const padded = ([height, width]: Extents): Extents => [Math.max(height, tall), Math.max(width, wide)];
  if (name !== 'digits') return imageFolder(resolve(cwd, name), padded);
  const size = padded([28, 28]);
  try {
    return loadDigits(cwd, size);
  } catch (error) {
    // The working folder may not have the digits; in a clone of Tapeout, its own folder does.
    if (!(error instanceof DataError)) throw error;
    return loadDigits(dirname(fileURLToPath(import.meta.url)), size);
  }
}

/** Throws a `DataError` unless the data have the model's shape, or the same number of elements, and an output for each label. */
export function checkFits({ inputs }: ModelSpec, manifest: Manifest, { train, test }: Split): void {
  const [input, type] = inputs[0] ?? [];
  const wanted = (type?.shape.slice(1) ?? []) as number[];
  const { name, shape } = train;
  const fits = wanted.length === 3 ? `${wanted}` === `${shape}` : product(wanted) === product(shape);
  if (!fits)
    throw new DataError(
      `${name} has images of [${shape}], but the model's input ${input} is ${type && showType(type)}, one image [${wanted}]. ` +
        `Give the model the input shape ['N', ${shape.join(', ')}].`,
    );
  const range = manifest.tensors.find((t) => t.range !== undefined && t.purpose === 'input')?.range;
  for (const part of [train, test]) if (range !== undefined) checkLabels(part, range);
}

function checkLabels({ name, labels }: Dataset, range: number): void {
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  if (most < range) return;
  throw new DataError(
    `${name} has labels from 0 to ${most}, but the model has only ${range} outputs. Give its last layer ${most + 1}, or fix ` +
      `the labels: number ${labels.findIndex((label) => label >= range)} is the first from ${range} on.`,
  );
}

const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);
