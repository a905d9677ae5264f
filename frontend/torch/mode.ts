/** Whether operations on tensors with values are differentiated. */

import { fn } from '../model/arguments.ts';
import * as k from '../model/kinds.ts';
import { userCode, userError } from '../model/trace.ts';

let enabled = true;
/** torch.is_grad_enabled. */
export const isGradEnabled = (): boolean => enabled;

function within<T>(mode: boolean, name: string, f: () => T): T {
  const was = enabled;
  enabled = mode;
  try {
    const result = userCode(f);
    if (!((result as unknown) instanceof Promise)) return result;
    (result as Promise<unknown>).catch(() => {});
    throw userError('bad-argument', `${name}: the function is async, and what it does later is not under ${name}`, {
      help: `call ${name} around each part that does not wait`,
    });
  } finally {
    enabled = was;
  }
}

const takes = { f: k.kind('a function', (v) => typeof v === 'function') };
/** torch.no_grad: what `f` computes needs no gradient. Gives what `f` returns; throws if it is async. */
export const noGrad: <T>(f: () => T) => T = fn('noGrad', takes, (f: () => unknown) =>
  within(false, 'noGrad', f),
) as never;
/** torch.inference_mode: the same as `noGrad`. */
export const inferenceMode: <T>(f: () => T) => T = fn('inferenceMode', takes, (f: () => unknown) =>
  within(false, 'inferenceMode', f),
) as never;
/** torch.enable_grad: within `noGrad`, what `f` computes is differentiated after all. */
export const enableGrad: <T>(f: () => T) => T = fn('enableGrad', takes, (f: () => unknown) =>
  within(true, 'enableGrad', f),
) as never;
/** torch.set_grad_enabled, from now on. */
export const setGradEnabled: (mode: boolean) => void = fn('setGradEnabled', { mode: k.flag }, (mode) => {
  enabled = mode;
});
