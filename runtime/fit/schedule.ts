/** Schedules of the learning rate: schedulers, which `fit` steps after each epoch or batch, and functions of the step. */
import { kindOf, TapeoutError } from '../check.ts';
import { monitored } from './monitor.ts';
import type { Epoch, MetricScheduler, Schedule, ScheduleOptions, Scheduler, Trainable } from './types.ts';

/** All schedules of a training. */
export class Schedules {
  readonly #all: readonly ScheduleOptions[];
  readonly #rates: readonly ((step: number) => number)[];

  constructor(given: Schedule | readonly Schedule[] = []) {
    const all = (Array.isArray(given) ? given : [given]) as readonly Schedule[];
    this.#rates = all.filter((s) => typeof s === 'function');
    this.#all = all.filter((s) => typeof s !== 'function').map(read);
  }

  /** Before a step. */
  begin(model: Trainable, step: number): void {
    for (const rate of this.#rates) model.scalars.lr = rate(step);
  }

  afterBatch(): void {
    for (const { scheduler, each } of this.#all) if (each === 'batch') (scheduler as Scheduler).step();
  }

  afterEpoch(epoch: Epoch): void {
    for (const { scheduler, each, monitor } of this.#all)
      if (each !== 'batch')
        if (monitor === undefined) (scheduler as Scheduler).step();
        else (scheduler as MetricScheduler).step(monitored(epoch, monitor));
  }

  stateDicts(): object[] {
    return this.#all.map(({ scheduler }) => scheduler.stateDict?.() ?? {});
  }

  loadStateDicts(states: readonly object[]): void {
    for (const [i, { scheduler }] of this.#all.entries()) scheduler.loadStateDict?.(states[i] as never);
  }

  get count(): number {
    return this.#all.length;
  }
}

function read(given: Exclude<Schedule, (step: number) => number>): ScheduleOptions {
  const options: ScheduleOptions = 'scheduler' in given ? given : { scheduler: given };
  const { scheduler, each = 'epoch', monitor } = options;
  if (typeof scheduler?.step !== 'function')
    throw new TapeoutError(
      'bad-option',
      `schedule must be a scheduler, with a method step, but it is ${kindOf(scheduler)}.`,
    );
  if (each !== 'epoch' && each !== 'batch')
    throw new TapeoutError('bad-option', `each must be 'epoch' or 'batch', but it is ${String(each)}.`);
  if (each === 'batch' && monitor !== undefined)
    throw new TapeoutError(
      'bad-option',
      `a scheduler with monitor: '${monitor}' is stepped after each epoch, not each batch.`,
    );
  return options;
}
