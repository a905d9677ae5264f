/** The record of a training in its folder: `log.jsonl`, a line for each event, and an event file for TensorBoard. Both grow while it
 *  trains; a failure to write them is told once, and does not end the training. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { MetricValue } from '../../runtime/fit/index.ts';
import { eventFileHead, eventFileName, eventRecord } from './tensorboard.ts';
import { writeWhole } from './whole-files.ts';

/** The name of the log in a run's folder. */
export const logName = 'log.jsonl';

/** What decides a run. */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** A line of a log; `time` is of ISO 8601. */
export type LogLine =
  | { readonly event: 'start'; readonly time: string; readonly step: number; readonly settings: Settings }
  | {
      readonly event: 'steps';
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly lr: number | null;
    }
  | LoggedEpoch
  | {
      readonly event: 'end';
      readonly time: string;
      readonly step: number;
      readonly end: string;
      readonly seconds: number;
      readonly metrics?: Readonly<Record<string, MetricValue>>;
    };
export interface LoggedEpoch {
  readonly event: 'epoch';
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly lr: number | null;
  readonly seconds: number;
  readonly samples: number;
  /** The numbers of the validation, its loss among them. */
  readonly validation: Readonly<Record<string, number>> | null;
}

/** The log of a folder, from the beginning or after the steps of an earlier training. */
export class RunLog {
  readonly #log: string;
  readonly #events: string;
  readonly #onFailure: (error: unknown) => void;
  #failed = false;

  constructor(folder: string, step: number, settings: Settings, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
    this.#log = join(folder, logName);
    const now = Date.now() / 1000;
    this.#events = join(folder, eventFileName(now, hostname()));
    this.#try(() => {
      // A run that was resumed into another folder has no log there.
      const has = step > 0 && existsSync(this.#log);
      const before = has ? readLog(folder).filter((line) => line.event !== 'end' && line.step <= step) : [];
      writeWhole(this.#log, before.map((line) => `${JSON.stringify(line)}\n`).join(''));
      appendFileSync(this.#events, eventFileHead(now));
      if (step > 0) appendFileSync(this.#events, eventRecord({ seconds: now, step: step + 1, begins: true }));
    });
    this.add({ event: 'start', time: new Date().toISOString(), step, settings });
  }

  /** Adds a line, and its numbers to the event file. */
  add(line: LogLine): void {
    this.#try(() => {
      appendFileSync(this.#log, `${JSON.stringify(line)}\n`);
      const scalars = scalarsOf(line);
      if (Object.keys(scalars).length > 0)
        appendFileSync(this.#events, eventRecord({ seconds: Date.now() / 1000, step: line.step, scalars }));
    });
  }

  #try(f: () => void): void {
    if (this.#failed) return;
    try {
      f();
    } catch (error) {
      this.#failed = true;
      this.#onFailure(error);
    }
  }
}

/** The numbers of a line by TensorBoard's tags, which are grouped by what is before the slash. */
function scalarsOf(line: LogLine): Record<string, number> {
  if (line.event === 'steps') return { 'train/loss': line.loss, ...(line.lr === null ? {} : { 'train/lr': line.lr }) };
  if (line.event !== 'epoch') return {};
  const validation = Object.entries(line.validation ?? {}).map(([name, value]) => [`validation/${name}`, value]);
  return { 'train/epoch_loss': line.loss, ...Object.fromEntries(validation) };
}

/** The lines of a run's log. A last line that was cut off, as by a kill, is left out. Throws if the log cannot be read. */
export function readLog(folder: string): LogLine[] {
  return readFileSync(join(folder, logName), 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        const line = JSON.parse(text);
        return typeof line?.event === 'string' && Number.isSafeInteger(line.step) ? [line as LogLine] : [];
      } catch {
        return [];
      }
    });
}
