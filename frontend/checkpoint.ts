/** Checkpoints: files with a model's parameters, its optimizer's state, and the position of its training. A resumed training gives
 *  the same bits as an uninterrupted one. */
import { createHash } from 'node:crypto';
import { DataError } from '../runtime/data/error.ts';
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from '../runtime/safetensors.ts';
import type { Split } from './data/dataset.ts';
import type { Tables } from './data/table.ts';
import type { Position } from './training.ts';

/** The other inputs that decide the bits of a training. */
export interface Run {
  readonly batchSize: number;
  readonly seed: string;
  /** The hash of the data. */
  readonly hash: string;
}

export interface Checkpoint {
  readonly run: Run;
  readonly position: Position;
  /** A safetensors file of parameters, state and scalars. */
  readonly model: Uint8Array;
}

const checkpointKey = 'tapeout.checkpoint';
const version = 1;

export function writeCheckpoint({ run, position, model }: Checkpoint): Uint8Array {
  const { losses, ...rest } = position;
  const bytes = Buffer.from(Float32Array.from(losses).buffer);
  const text = JSON.stringify({ version, run, position: { ...rest, losses: bytes.toString('base64') } });
  return writeSafetensors(readSafetensors(model), { [checkpointKey]: text });
}

/** Throws DataError if the file is not a checkpoint, and SafetensorsError if it is damaged. */
export function readCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  const text = readSafetensorsMetadata(bytes, path)[checkpointKey];
  if (text === undefined)
    throw new DataError(
      `${path} holds weights, but no position of a training: it is not a checkpoint of tapeout train.`,
    );
  const newer = versionIn(text);
  if (newer > version)
    throw new DataError(
      `${path} is a checkpoint of a newer Tapeout: its record of the training has version ${newer}, and this Tapeout reads ` +
        `version ${version}. Update it (npm install tapeout@latest), or load the weights alone: load({ weights }) takes this file.`,
    );
  const found = parsed(text);
  if (!found) throw new DataError(`${path}: its record of the training is damaged. Use another checkpoint.`);
  return { ...found, model: bytes };
}

/** The version of a record; 0 if it has none. */
function versionIn(text: string): number {
  try {
    const { version } = JSON.parse(text);
    return Number.isSafeInteger(version) ? version : 0;
  } catch {
    return 0;
  }
}

function parsed(text: string): Omit<Checkpoint, 'model'> | null {
  try {
    const { version: v, run, position } = JSON.parse(text);
    const { epoch, samples, epochs } = position;
    const bytes = Buffer.from(String(position.losses), 'base64');
    const whole = [epoch, samples].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (v !== version || !whole || epoch < 1 || bytes.length % 4 !== 0 || !Array.isArray(epochs)) return null;
    const losses = [...new Float32Array(Uint8Array.from(bytes).buffer)];
    if (typeof run.batchSize !== 'number' || typeof run.seed !== 'string' || typeof run.hash !== 'string') return null;
    return { run, position: { epoch, samples, losses, epochs } };
  } catch {
    return null;
  }
}

/** Throws a DataError that names the option if the saved training differs from this one. */
export function checkSame(saved: Run, now: Run, path: string): void {
  const differ = (what: string, help: string) =>
    new DataError(`${path} is from a training with ${what}. ${help} Or train from the start, without --resume.`);
  if (saved.batchSize !== now.batchSize)
    throw differ(
      `batches of ${saved.batchSize}, but this one has batches of ${now.batchSize}`,
      `Pass --batch-size ${saved.batchSize}.`,
    );
  if (saved.seed !== now.seed)
    throw differ(`the seed ${saved.seed}, but this one has ${now.seed}`, `Pass --seed ${saved.seed}.`);
  if (saved.hash !== now.hash) throw differ('other data', 'Name the same data with --data.');
}

/** Bytes that are hashed at once: Node takes fewer than 2 GiB. */
const longestUpdate = 2 ** 28;

export const hashOfData = ({ train, test }: Split): string =>
  hashOf([train, test].flatMap(({ images, labels, shape }) => [Int32Array.from(shape), images, labels]));

export const hashOfTables = ({ train, test }: Tables): string =>
  hashOf([train, test].flatMap(({ columns }) => columns.flatMap(({ shape, data }) => [Int32Array.from(shape), data])));

function hashOf(parts: readonly (Float32Array | Int32Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts)
    for (let at = 0; at < part.byteLength; at += longestUpdate)
      hash.update(new Uint8Array(part.buffer, part.byteOffset + at, Math.min(longestUpdate, part.byteLength - at)));
  return hash.digest('hex').slice(0, 16);
}

/** The first weight that has become NaN or infinite; null if there is none. */
export function brokenWeight(
  file: Uint8Array,
  initial: ReadonlyMap<string, Float32Array | Int32Array>,
): { readonly name: string; readonly value: number } | null {
  for (const [name, { data }] of readSafetensors(file)) {
    if (!(data instanceof Float32Array)) continue;
    const value = data.find((v) => !Number.isFinite(v));
    if (value !== undefined && (initial.get(name) ?? []).every((v: number) => Number.isFinite(v)))
      return { name, value };
  }
  return null;
}
