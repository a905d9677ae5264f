/** `tapeout train`: compiles a model, trains it on labelled images, and shows and saves how it went. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Files } from '../../codegen/checksums.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { showType } from '../../ir/type.ts';
import {
  type Backend,
  GpuModel,
  instantiate,
  instantiateBest,
  instantiateThreads,
  type Manifest,
  type Model,
} from '../../runtime/index.ts';
import type { Compiled } from '../compile.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import { loadDigits } from '../data/digits.ts';
import { DataError } from '../data/error.ts';
import { imageFolder } from '../data/folder.ts';
import type { ModelSpec } from '../model.ts';
import { bundleOf, writeFiles } from '../output.ts';
import { lossCurveSvg } from '../report/curve.ts';
import { showPath } from '../report/diagnostics.ts';
import { drawPictures, pictureStyle, verdict } from '../report/digit.ts';
import { type ProgressBar, progressBar } from '../report/progress.ts';
import { styleFor } from '../report/style.ts';
import { count } from '../report/table.ts';
import { type AnyModel, type Epoch, type History, type Progress, predict, train } from '../training.ts';
import { findGpu } from './gpu.ts';
import { exits, type Io, interruptible } from './io.ts';
import {
  type CodeFlags,
  codeOptions,
  compileModel,
  describeModel,
  describePasses,
  loadModel,
  outFolder,
} from './model.ts';
import { readSchedule } from './text.ts';

export interface TrainFlags extends CodeFlags {
  readonly data: string;
  readonly epochs: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly backend: Backend;
  readonly out?: string;
  readonly schedule?: string;
}

const usualBatch = 64;
/** Test images to draw. */
const shown = 6;

export async function trainCommand(path: string, flags: TrainFlags, io: Io): Promise<number> {
  const say = (...lines: readonly string[]) => io.stdout.write(`${lines.join('\n')}\n`);
  const asked = await loadModel(path, flags, io);
  const batchSize = flags.batchSize ?? Math.min(usualBatch, asked.maxBatch);
  const spec = { ...asked, maxBatch: Math.max(asked.maxBatch, batchSize) };
  checkTrainable(spec);

  const compiled = await compileModel(
    spec,
    {
      entries: ['forward', 'evaluate', 'train_step'],
      ...codeOptions(flags),
      target: flags.backend === 'auto' ? 'all' : flags.backend,
      ...readSchedule(flags.schedule, io),
    },
    io,
  );
  say(...describeModel(compiled), '', ...describePasses(compiled), '');
  const data = loadData(flags.data, imageSize(spec), io);
  checkFits(spec, compiled.manifest, data.train);
  // Before the training, so that a folder that cannot be written costs no time.
  const folder = outFolder(flags.out, compiled.recording.name, io);
  writeFiles(folder, await bundleOf(compiled));

  const model = await instantiated(compiled, flags.backend);
  if (flags.lr !== undefined) model.lr = flags.lr;
  const rate = Object.hasOwn(model.scalars, 'lr') ? `, learning rate ${showRate(model.lr)}` : '';
  say(`training on ${data.train.name}: ${count(data.train.count)} samples, batches of ${batchSize}${rate}`);

  say(...placeOf(model));

  const started = performance.now();
  const history = await watched(io, flags.epochs, (onProgress, onEpoch, signal) =>
    train(model, data, { epochs: flags.epochs, batchSize, seed: spec.seed, signal, onProgress, onEpoch }),
  );
  if (history.end === 'diverged') throw diverged(history, model);
  writeFiles(folder, await results(model, history, compiled.recording.name));

  const seconds = (performance.now() - started) / 1000;
  say('', ...(await drawings(model, data.test, io)), '');
  model.dispose();
  if (history.end === 'stopped') say(`stopped after ${count(history.losses.length)} steps and ${seconds.toFixed(1)} s`);
  else say(`trained in ${seconds.toFixed(1)} s`);
  const files = [
    'index.js and its files: the compiled model',
    'trained.safetensors: the weights',
    'loss.svg: the loss curve',
  ];
  say(`wrote to ${showPath(folder, io.cwd)}:`, ...files.map((file) => `  ${file}`));
  return history.end === 'stopped' ? exits.interrupted : exits.ok;
}

async function instantiated(
  { wasm, threadedWasm, wgsl, featureWgsl, manifest, weights }: Compiled,
  backend: Backend,
): Promise<AnyModel> {
  const onNotice = () => {};
  const onWasm = (): Promise<Model> =>
    threadedWasm
      ? instantiateThreads({ wasm, threadedWasm }, manifest, weights, { onNotice })
      : instantiate(wasm, manifest, weights);
  if (backend === 'wasm') return onWasm();
  const gpu = await findGpu().catch((error) => {
    if (backend === 'webgpu') throw error;
    return undefined;
  });
  const shaders = async (hasFeatures: boolean) => (hasFeatures ? featureWgsl : wgsl) ?? '';
  return instantiateBest(onWasm, shaders, manifest, weights, { backend, gpu, onNotice });
}

/** Where a model runs, as far as that is worth a line. */
function placeOf(model: AnyModel): string[] {
  if (model instanceof GpuModel) return [model.backendNotice ?? 'on WebGPU'];
  const { threads, threadsNotice } = model;
  const notice = 'backendNotice' in model ? model.backendNotice : null;
  return [notice, threads > 1 ? `on ${threads} threads` : null, threadsNotice].filter((line) => line !== null);
}

/** Runs a training with a progress bar, a line an epoch, and Ctrl-C to end it: the first after the step, the second at once. */
async function watched(
  io: Io,
  epochs: number,
  work: (onProgress: (p: Progress) => void, onEpoch: (e: Epoch) => void, signal: AbortSignal) => Promise<History>,
): Promise<History> {
  const style = styleFor(io.stdout, io.env);
  const title = (epoch: number) => `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  let bar: ProgressBar | null = null;
  const clear = () => {
    bar?.clear();
    bar = null;
  };
  return interruptible(io, clear, (signal) =>
    work(
      ({ epoch, samples, of, loss, seconds }) => {
        if (signal.aborted) return;
        const rate = samples / seconds;
        const left = (of - samples) / rate;
        bar ??= progressBar(io.stdout, title(epoch));
        bar.update(
          samples,
          of,
          `loss ${loss.toFixed(4)}  ${count(Math.round(rate))} samples/s  ${showSeconds(left)} left`,
        );
      },
      ({ epoch, loss, accuracy, seconds, samples }) => {
        clear();
        const right = accuracy === null ? '' : `  test accuracy ${style.bold(`${(100 * accuracy).toFixed(2)}%`)}`;
        const rate = count(Math.round(samples / seconds));
        io.stdout.write(
          `${title(epoch)}  loss ${loss.toFixed(4)}${right}  ${rate} samples/s  ${seconds.toFixed(1)} s\n`,
        );
      },
      signal,
    ),
  );
}

/** Training needs a loss, an optimizer, one image and one label a sample; what they must be is told with what they are. */
function checkTrainable({ inputs, targets, loss, optimizer, loc }: ModelSpec): void {
  const fail = (problem: string, help: string) => new CompileError('not-trainable', problem, { loc, help });
  if (!loss) throw fail('the model has no loss to train by', 'give defineModel a loss: nn.CrossEntropyLoss()');
  if (!optimizer) throw fail('the model has no optimizer', 'give defineModel an optimizer: optim.SGD({ lr: 0.01 })');
  const [x, y] = [inputs[0]?.[1], targets[0]?.[1]];
  const shape = x?.shape ?? [];
  if (!x || inputs.length > 1 || x.dtype !== 'f32' || shape.length !== 4 || shape[1] !== 1 || shape[2] !== shape[3])
    throw fail(
      `tapeout train feeds images f32[N,1,S,S], but the model's input is ${showNamed(inputs)}`,
      "give the model such an input, { shape: ['N', 1, 32, 32] }, or compile it and feed it yourself",
    );
  if (!y || targets.length > 1 || y.dtype !== 'i32' || y.shape.length !== 1)
    throw fail(
      `tapeout train feeds labels i32[N], but the model's target is ${showNamed(targets)}`,
      "give the model such a target, { shape: ['N'], dtype: 'i32' }, and a loss that takes labels",
    );
}

const showNamed = (named: ModelSpec['inputs']): string =>
  named.map(([name, type]) => `${name}: ${showType(type)}`).join(', ') || 'nothing';

/** The side of the square images that the model takes. */
const imageSize = ({ inputs }: ModelSpec): number => inputs[0]?.[1].shape[2] as number;

function loadData(name: string, size: number, { cwd }: Io): Split {
  const padded = Math.max(size, 28); // what does not fit is said with both shapes
  if (name !== 'digits') return imageFolder(resolve(cwd, name), padded);
  try {
    return loadDigits(cwd, padded);
  } catch (error) {
    // Not every folder has the digits; Tapeout's own has them where it was cloned.
    if (!(error instanceof DataError)) throw error;
    return loadDigits(dirname(fileURLToPath(import.meta.url)), padded);
  }
}

/** The data must have the shape that the model takes, and no label that it has no output for. */
function checkFits({ inputs }: ModelSpec, manifest: Manifest, { name, shape, classes }: Dataset): void {
  const [input, type] = inputs[0] ?? [];
  const wanted = type?.shape.slice(1) ?? [];
  if (`${wanted}` !== `${shape}`)
    throw new DataError(
      `${name} has images of [${shape}], but the model's input ${input} is ${type && showType(type)}, one image [${wanted}]. ` +
        `Give the model the input shape ['N', ${shape.join(', ')}].`,
    );
  const range = manifest.tensors.find((t) => t.range !== undefined && t.purpose === 'input')?.range;
  if (range !== undefined && range < classes)
    throw new DataError(
      `${name} has labels from 0 to ${classes - 1}, but the model has only ${range} outputs. Give its last layer ${classes}.`,
    );
}

function diverged({ losses }: History, model: AnyModel): DataError {
  const rate = Object.hasOwn(model.scalars, 'lr')
    ? ` Try a smaller learning rate: --lr, now ${showRate(model.lr)}.`
    : '';
  return new DataError(`the loss became ${losses.at(-1)} in step ${losses.length}, and nothing was saved.${rate}`);
}

async function results(model: AnyModel, { losses, epochs }: History, name: string): Promise<Files> {
  const marks = epochs.flatMap(({ epoch, step, accuracy }) => (accuracy === null ? [] : [{ epoch, step, accuracy }]));
  return new Map<string, string | Uint8Array>([
    ['trained.safetensors', await model.toSafetensors()],
    ['loss.svg', lossCurveSvg({ title: `${name}: training loss`, train: losses, marks })],
  ]);
}

/** A few test images, from all over the set, with what the model takes them for. */
async function drawings(model: AnyModel, test: Dataset, io: Io): Promise<string[]> {
  const [, height, width] = test.shape;
  const samples = Array.from({ length: Math.min(shown, test.count) }, (_, i) =>
    Math.floor(((i + 0.5) * test.count) / shown),
  );
  const pictures = [];
  for (const sample of samples) {
    const { prediction, probability } = await predict(model, test, sample);
    const pixels = test.images.subarray(sample * height * width, (sample + 1) * height * width);
    pictures.push({ pixels, caption: verdict(test.labels[sample] as number, prediction, probability) });
  }
  return drawPictures(pictures, {
    width,
    height,
    style: pictureStyle({ isTTY: io.stdout.isTTY ?? false }, io.env),
    trim: Math.max(0, Math.floor((Math.min(width, height) - 28) / 2)),
    columns: io.stdout.columns ?? 96,
  });
}

/** float32's 0.01 is 0.009999999776…, which nobody wrote. */
const showRate = (rate: number): string => String(Number(rate.toPrecision(6)));
const showSeconds = (s: number): string =>
  s < 60 ? `${s.toFixed(s < 10 ? 1 : 0)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
