/** Ends a training that no longer improves. */
import { shownNumber, TapeoutError } from '../check.ts';
import { checkOptions } from '../load-options.ts';
import { monitored } from './monitor.ts';
import type { Callback, Epoch, Run } from './types.ts';

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions {
  /** The number to watch, such as `'validation.accuracy'`; defaults to `'validation.loss'`. */
  readonly monitor?: string;
  /** Whether it should become small or great; defaults to 'min'. */
  readonly mode?: 'min' | 'max';
  /** The number of epochs without improvement after which training ends; defaults to 3. */
  readonly patience?: number;
  /** The least change that counts as an improvement; defaults to 0. */
  readonly minDelta?: number;
  /** Load the weights of the best epoch when the training ends, unless its signal stopped it; defaults to false. */
  readonly restoreBest?: boolean;
}

/** A callback that ends the training when `monitor` has not improved for `patience` epochs in a row. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback & { readonly best: Best | null } {
  checkOptions('earlyStopping', options, {
    monitor: 'text',
    mode: 'text',
    patience: 'count',
    minDelta: 'amount',
    restoreBest: 'flag',
  });
  const { monitor = 'validation.loss', mode = 'min', patience = 3, minDelta = 0, restoreBest = false } = options;
  if (mode !== 'min' && mode !== 'max')
    throw new TapeoutError('bad-option', `mode must be 'min' or 'max', but it is ${shownNumber(mode)}.`);
  let state: { best: Best | null; waited: number; weights: Uint8Array | null } = {
    best: null,
    waited: 0,
    weights: null,
  };
  const isBetter = (value: number): boolean => {
    if (Number.isNaN(value)) return false;
    if (!state.best) return true;
    return mode === 'min' ? value < state.best.value - minDelta : value > state.best.value + minDelta;
  };
  return {
    get best() {
      return state.best;
    },
    async onEpochEnd(run: Run, epoch: Epoch) {
      const value = monitored(epoch, monitor);
      if (isBetter(value)) {
        const weights = restoreBest ? await run.model.toSafetensors() : null;
        state = { best: { epoch: epoch.epoch, value }, waited: 0, weights };
        return;
      }
      state.waited++;
      if (state.waited < patience) return;
      const since = state.best ? `since epoch ${state.best.epoch}, where it was ${state.best.value}` : 'at all';
      run.stop(`${monitor} has not improved ${since}`);
    },
    onTrainEnd({ model }, end) {
      if (state.weights && end !== 'stopped') model.loadStateDict(state.weights);
    },
    stateDict: () => state,
    loadStateDict(saved: typeof state) {
      state = { ...saved };
    },
  };
}

/** The best epoch so far, and its number. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
}
