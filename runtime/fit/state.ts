/** Checkpoints of `fit`: safetensors files with a model's parameters and optimizer state, and the position of the training. The next
 *  step gives the same bits as if there had been no break. */
import { TapeoutError } from '../check.ts';
import { readSafetensors, readSafetensorsMetadata, type StoredTensor, writeSafetensors } from '../safetensors.ts';
import { besidesModel } from '../weights.ts';
import type { RunState } from './run.ts';
import type { Epoch } from './types.ts';

/** All that a checkpoint holds besides the model. */
export interface FitState extends RunState {
  readonly schedules: readonly object[];
  readonly callbacks: readonly object[];
}

const key = 'tapeout.fit';
const version = 1;

/** The bytes of a checkpoint. */
export function writeState(model: Uint8Array, state: FitState): Uint8Array {
  const tensors = new Map<string, StoredTensor>(readSafetensors(model));
  const { losses, ...rest } = state;
  const replaced = { ...rest, losses: keep('losses', losses) };
  const text = JSON.stringify({ version, state: encoded(replaced, 'state') });
  return writeSafetensors(tensors, { [key]: text });

  function keep(name: string, data: Float32Array | Uint8Array): object {
    const dtype = data instanceof Float32Array ? 'F32' : 'U8';
    tensors.set(`${besidesModel}${name}`, { dtype, shape: [data.length], data } as StoredTensor);
    return { $tensor: `${besidesModel}${name}` };
  }
  function encoded(value: unknown, at: string): unknown {
    if (value instanceof Uint8Array) return keep(at, value);
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
    if (Array.isArray(value)) return value.map((v, i) => encoded(v, `${at}.${i}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, encoded(v, `${at}.${k}`)]));
  }
}

/** The state of a checkpoint, and the model's tensors by name. Throws TapeoutError if it is none, or too new, and SafetensorsError if
 *  it is damaged. */
export function readState(bytes: Uint8Array): { readonly state: FitState; readonly model: Map<string, StoredTensor> } {
  const tensors = readSafetensors(bytes, 'the checkpoint');
  const text = readSafetensorsMetadata(bytes, 'the checkpoint')[key];
  if (text === undefined)
    throw new TapeoutError(
      'no-checkpoint',
      'resume takes a checkpoint of fit, but these bytes hold weights alone. Load them with model.loadStateDict(weights).',
    );
  const model = new Map([...tensors].filter(([name]) => !name.startsWith(besidesModel)));
  const record = parsed(text);
  if (typeof record?.version === 'number' && record.version > version)
    throw new TapeoutError(
      'no-checkpoint',
      `the checkpoint is of a newer Tapeout: it has version ${record.version}, and this one reads version ${version}. Update it ` +
        '(npm install tapeout@latest).',
    );
  const state = decoded(record?.state) as FitState | undefined;
  if (record?.version !== version || !isState(state))
    throw new TapeoutError(
      'no-checkpoint',
      "the checkpoint's record of the training is damaged. Use another checkpoint.",
    );
  return { state, model };

  function decoded(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(decoded);
    if (typeof value !== 'object' || value === null) return value;
    const { $tensor, $number } = value as { $tensor?: string; $number?: string };
    if (typeof $tensor === 'string') return tensors.get($tensor)?.data;
    if (typeof $number === 'string') return Number($number);
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decoded(v)]));
  }
}

function parsed(text: string): { readonly version?: unknown; readonly state?: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

function isState(state: FitState | undefined): state is FitState {
  if (!state) return false;
  const { epoch, batches, samples, last, losses, epochs, schedules, callbacks } = state;
  return (
    [epoch, batches, samples, last].every(isCount) &&
    epoch >= 1 &&
    losses instanceof Float32Array &&
    Array.isArray(epochs) &&
    epochs.every((e: Epoch) => isCount(e?.epoch) && isCount(e.step)) &&
    Array.isArray(schedules) &&
    Array.isArray(callbacks)
  );
}
