/** Loads the samples for `tapeout train`, and checks that they fit the model. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompileError } from '../../ir/diagnostic.ts';
import { countAt, isBatch, showType } from '../../ir/type.ts';
import { DataError } from '../../runtime/data/error.ts';
import type { Manifest } from '../../runtime/index.ts';
import { hashOfData, hashOfTables } from '../checkpoint.ts';
import type { Dataset, Extents, Split } from '../data/dataset.ts';
import { loadDigits } from '../data/digits.ts';
import { imageFolder } from '../data/folder.ts';
import { hasTensors, type Table, type Tables, tablesOf, tensorFolder } from '../data/table.ts';
import type { ModelSpec } from '../model/model.ts';
import { onNoBatch } from '../model/specs.ts';
import type { Io } from './io.ts';

/** Throws a `CompileError` unless the model has a loss and an optimizer, and takes what the data hold: tensors for each of its inputs and
 *  targets, or one image and one label per sample. */
export function checkTrainable(
  { inputs, targets, loss, optimizer, loc }: ModelSpec,
  holds: 'tensors' | 'images',
): void {
  const fail = (problem: string, help: string) => new CompileError('not-trainable', problem, { loc, help });
  if (!loss) throw fail('the model has no loss to train by', 'give defineModel a loss: nn.CrossEntropyLoss()');
  if (!optimizer) throw fail('the model has no optimizer', 'give defineModel an optimizer: optim.SGD({ lr: 0.01 })');
  const whole = [...inputs, ...targets].find(
    ([, { shape }]) => !shape.slice(0, 1).every(isBatch) || shape.length === 0,
  );
  if (holds === 'tensors') {
    if (!whole) return;
    throw fail(
      `tapeout train feeds samples, but ${showNamed([whole])} has no batch as its first extent`,
      "give it such a shape, { shape: ['N', …] }, or compile the model and feed it yourself",
    );
  }
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

/** The samples to train on and to test on. */
export interface TrainingData {
  readonly tables: Tables;
  /** If the inputs are images: their channels, height and width, 0 to 1. */
  readonly image: Dataset['shape'] | null;
  readonly hash: string;
}

/** True if the named data are a folder of tensors. */
export const isTensors = (name: string, { cwd }: Io): boolean => name !== 'digits' && hasTensors(resolve(cwd, name));

/** Loads the named data, and checks that they fit the model. Throws DataError. */
export async function trainingData(name: string, spec: ModelSpec, manifest: Manifest, io: Io): Promise<TrainingData> {
  if (isTensors(name, io)) {
    const tables = tensorFolder(resolve(io.cwd, name), spec);
    for (const table of [tables.train, tables.test]) checkTable(table, manifest);
    return { tables, image: null, hash: hashOfTables(tables) };
  }
  const data = await loadImages(name, spec, io);
  checkFits(spec, manifest, data);
  const names = [...spec.inputs, ...spec.targets].map(([name]) => name);
  return { tables: tablesOf(data, names), image: data.train.shape, hash: hashOfData(data) };
}

/** The named images, padded if the model takes larger ones. */
async function loadImages(name: string, { inputs }: ModelSpec, { cwd }: Io): Promise<Split> {
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
function checkFits({ inputs }: ModelSpec, manifest: Manifest, { train, test }: Split): void {
  const [input, type] = inputs[0] ?? [];
  const wanted = (type?.shape.slice(1) ?? []) as number[];
  const { name, shape } = train;
  const fits = wanted.length === 3 ? `${wanted}` === `${shape}` : countAt(wanted, 1) === countAt(shape, 1);
  if (!fits)
    throw new DataError(
      `${name} has images of [${shape}], but the model's input ${input} is ${type && showType(type)}, one image [${wanted}]. ` +
        `Give the model the input shape ['N', ${shape.join(', ')}].`,
    );
  const range = manifest.tensors.find((t) => t.range !== undefined && t.purpose === 'input')?.range;
  for (const part of [train, test]) if (range !== undefined) checkLabels(part, range);
}

/** Throws a `DataError` unless the indices in a table are in the ranges of the model's inputs. */
function checkTable({ name, columns }: Table, { tensors }: Manifest): void {
  for (const column of columns) {
    const { range, ignoreIndex } = tensors.find((t) => t.purpose === 'input' && t.name === column.name) ?? {};
    if (range === undefined) continue;
    const at = column.data.findIndex((v) => (v < 0 || v >= range) && v !== ignoreIndex);
    if (at >= 0)
      throw new DataError(
        `${name}: element ${at} of '${column.name}' is ${column.data[at]}, but the model takes whole numbers from 0 to ${range - 1}.`,
      );
  }
}

function checkLabels({ name, labels }: Dataset, range: number): void {
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  if (most < range) return;
  throw new DataError(
    `${name} has labels from 0 to ${most}, but the model has only ${range} outputs. Give its last layer ${most + 1}, or fix ` +
      `the labels: number ${labels.findIndex((label) => label >= range)} is the first from ${range} on.`,
  );
}
