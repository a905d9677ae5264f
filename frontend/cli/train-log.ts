/** The log of `tapeout train`: what decides the run, and its steps and epochs as they are done. */
import { join, resolve } from 'node:path';
import { unreadable } from '../../runtime/data/error.ts';
import { type Callback, numbersOf } from '../../runtime/fit/index.ts';
import { type LogLine, logName, type RunLog, readLog, type Settings } from '../files/run-log.ts';
import { compared } from '../report/compare.ts';
import { showPath } from '../report/diagnostics.ts';
import type { AnyModel } from '../training.ts';
import type { Io } from './io.ts';

/** A run's folder, as it was named, and its log. */
export interface EarlierRun {
  readonly name: string;
  readonly lines: readonly LogLine[];
}

/** The log of an earlier run. Throws DataError if its folder has none. */
export function readRun(folder: string, { cwd }: Io): EarlierRun {
  const path = resolve(cwd, folder);
  try {
    return { name: folder, lines: readLog(path) };
  } catch (error) {
    throw unreadable(
      showPath(join(path, logName), cwd),
      error,
      'Name the output folder of an earlier tapeout train with --compare.',
    );
  }
}

/** Lines that compare the run in a folder with an earlier one. */
export const comparison = (earlier: EarlierRun, folder: string, io: Io): string[] =>
  compared(earlier, readRun(showPath(folder, io.cwd), io));

/** The settings of a run, by which others are compared with it. */
export function settingsOf(model: AnyModel, given: Settings): Settings {
  const { tensors } = model.manifest;
  const size = (shape: readonly unknown[]) => shape.reduce<number>((a, b) => a * (b as number), 1);
  const parameters = tensors.filter((t) => t.purpose === 'parameter').reduce((sum, { shape }) => sum + size(shape), 0);
  return { ...given, lr: rateOf(model), parameters, backend: model.backend };
}

const rateOf = ({ scalars }: AnyModel): number | null =>
  Object.hasOwn(scalars, 'lr') ? Number(scalars.lr!.toPrecision(6)) : null;

/** Lines in the log for each epoch, and for about a hundred groups of its steps. */
export function logged(log: RunLog, stepsPerEpoch: number): Callback {
  const every = Math.ceil(stepsPerEpoch / 100);
  let [sum, samples] = [0, 0];
  return {
    onBatchEnd({ model, step, epoch }, batch) {
      sum += batch.loss * batch.samples;
      samples += batch.samples;
      if (step % every !== 0) return;
      log.add({ event: 'steps', step, epoch, loss: sum / samples, lr: rateOf(model as AnyModel) });
      [sum, samples] = [0, 0];
    },
    onEpochEnd(_, epoch) {
      const { step, loss, lr, seconds, samples } = epoch;
      const test = Object.entries(numbersOf(epoch)).filter(([name]) => name.startsWith('validation.'));
      const validation = epoch.validation && Object.fromEntries(test.map(([name, v]) => [name.slice(11), v]));
      log.add({ event: 'epoch', epoch: epoch.epoch, ...{ step, loss, lr, seconds, samples, validation } });
    },
  };
}
