/** `fit`: trains a model on batches, judges it, and saves what it needs to go on. */
import { bytesOf, kindOf, TapeoutError, unknownName } from '../check.ts';
import { checkKind, checkObject, checkOptions } from '../load-options.ts';
import { metricsOf } from './named-metrics.ts';
import { run } from './run.ts';
import { Schedules } from './schedule.ts';
import { type FitState, readState, writeState } from './state.ts';
import type { Callback, FitOptions, History, Trainable } from './types.ts';

/** Trains a model for `epochs` passes over `train`, and gives what it learnt by. Awaiting it takes as long as the training; the event
 *  loop has its turn about every 40 ms. The model is left with the weights of the last step, or of the best epoch where a callback
 *  restores them. Resolves when the training is done, stopped by `signal` or a callback, or the loss is no longer a number: see `end`.
 *  Throws TapeoutError for a model without the entries `train_step` and, with `validation`, `evaluate`; for batches that do not fit
 *  it; and for a checkpoint that is not of this training. */
export async function fit(model: Trainable, options: FitOptions): Promise<History> {
  check(options);
  const { train, validation, epochs, metrics, callbacks = [], signal, onProgress, checkpoint, resume } = options;
  const schedules = new Schedules(options.schedule);
  const measured = metricsOf(metrics);
  if (measured.length > 0 && !validation)
    throw new TapeoutError('bad-option', 'metrics are measured on the validation: pass batches as validation.');
  const from = resume ? resumed(model, resume, schedules, callbacks) : null;
  const { end, reason, state } = await run(
    model,
    {
      ...{ train, validation, epochs, metrics: measured, callbacks, schedules, signal, onProgress },
      every: checkpoint?.every,
      restsAtEnd: true,
      async onRest(position) {
        if (!checkpoint) return;
        const bytes = await model.toSafetensors({ state: true });
        const state: FitState = {
          ...position,
          schedules: schedules.stateDicts(),
          callbacks: callbacks.map((callback) => callback.stateDict?.() ?? {}),
        };
        await checkpoint.save(writeState(bytes, state), { epoch: position.epoch, step: position.losses.length });
      },
    },
    from,
  );
  return { end, reason, epochs: state.epochs, losses: state.losses, step: state.losses.length };
}

/** Loads a checkpoint into the model, the schedules and the callbacks; gives the position. */
function resumed(
  model: Trainable,
  resume: Uint8Array | ArrayBuffer,
  schedules: Schedules,
  callbacks: readonly Callback[],
): FitState {
  if (!(ArrayBuffer.isView(resume) || resume instanceof ArrayBuffer))
    throw new TapeoutError('bad-option', `resume takes the bytes of a checkpoint, but it got ${kindOf(resume)}.`);
  const { state, model: tensors } = readState(bytesOf(resume));
  const differ = (what: string, saved: number, now: number) =>
    new TapeoutError(
      'bad-option',
      `the checkpoint is of a training with ${saved} ${what}, and this one has ${now}. Resume with the same options.`,
    );
  if (state.schedules.length !== schedules.count) throw differ('schedulers', state.schedules.length, schedules.count);
  if (state.callbacks.length !== callbacks.length) throw differ('callbacks', state.callbacks.length, callbacks.length);
  model.loadStateDict(tensors);
  schedules.loadStateDicts(state.schedules);
  for (const [i, callback] of callbacks.entries()) callback.loadStateDict?.(state.callbacks[i] as never);
  return state;
}

const names: readonly (keyof FitOptions)[] = [
  ...(['train', 'validation', 'epochs', 'metrics', 'callbacks', 'schedule'] as const),
  ...(['checkpoint', 'resume', 'signal', 'onProgress'] as const),
];

function check(options: FitOptions): void {
  checkObject('fit', options, 'train, epochs: 10');
  for (const name of Object.keys(options))
    if (!names.includes(name as keyof FitOptions)) throw unknownName('option of fit', name, names);
  const { train, epochs, callbacks, checkpoint } = options;
  if (train === undefined)
    throw new TapeoutError('bad-option', 'fit needs batches to train on: fit(model, { train, epochs }).');
  if (epochs === undefined)
    throw new TapeoutError('bad-option', 'fit needs the number of epochs: fit(model, { train, epochs: 10 }).');
  checkKind('epochs', epochs, 'count');
  checkKind('signal', options.signal, 'object');
  checkKind('onProgress', options.onProgress, 'call');
  checkKind('checkpoint', checkpoint, 'object');
  if (callbacks !== undefined && !Array.isArray(callbacks))
    throw new TapeoutError('bad-option', 'callbacks must be a list, as in [earlyStopping()].');
  if (!checkpoint) return;
  checkOptions('checkpoint', checkpoint, { every: 'count', save: 'call' });
  if (checkpoint.save === undefined)
    throw new TapeoutError('bad-option', 'checkpoint needs a function save, which writes the bytes that it is given.');
}
