/** A worker of a loader: makes the data set that it is told, and writes each batch that it is asked for to the memory that comes with
 *  the question. */
import { wordsOf } from '../check.ts';
import { newArray, type StackedBatch, stack } from './collate.ts';
import * as datasets from './dataset.ts';
import { arrayOf } from './dtypes.ts';
import { fetchSamples, type Source, type Transform } from './fetch.ts';
import { unpacked } from './portable.ts';
import type { Job, NodeThreads, Orders, PlacedField, Reply } from './team.ts';
import * as transforms from './transforms/index.ts';
import type { Dataset, Dtype, TypedArray } from './types.ts';

const classes: Readonly<Record<string, unknown>> = { ...datasets, ...transforms };

interface Side {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
}
const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
const node = process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
const side: Side = node?.parentPort ?? (globalThis as unknown as Side);

let orders: Orders | null = null;
let source: Promise<Source> | null = null;

function told(message: Orders | Job): void {
  if (!orders) {
    orders = message as Orders;
    source = sourceOf(orders);
    source.catch(() => {});
    return;
  }
  void answer(message as Job);
}
if (node?.parentPort) node.parentPort.on('message', told);
else (globalThis as { onmessage?: unknown }).onmessage = ({ data }: { data: Orders | Job }) => told(data);

async function sourceOf({ dataset, transform, targetTransform, module }: Orders): Promise<Source> {
  return {
    dataset: module === null ? (unpacked(dataset, classes) as Dataset) : await imported(module),
    transform: unpacked(transform, classes) as Transform | undefined,
    targetTransform: unpacked(targetTransform, classes) as Transform | undefined,
  };
}

async function imported(module: string): Promise<Dataset> {
  const { default: given } = await import(/* @vite-ignore */ module);
  const dataset = typeof given === 'function' ? await given() : given;
  if (typeof dataset?.get === 'function') return dataset;
  throw new Error(`the default export of ${module} is neither a data set nor a function that returns one`);
}

async function answer({ id, indices, key, memory }: Job): Promise<void> {
  try {
    const samples = await fetchSamples(await (source as Promise<Source>), indices, key);
    const desk = new Desk(memory);
    const { form, fields } = stack(samples, indices, desk.allocate);
    const placed = desk.placed(fields, (orders as Orders).canShare);
    const reply: Reply = { id, form, ...placed };
    side.postMessage(reply, placed.memory instanceof ArrayBuffer ? [placed.memory] : []);
  } catch (error) {
    const reply: Reply = { id, error: messageOf(error), stack: stackOf(error) };
    side.postMessage(reply);
  }
}
/** The stack of what went wrong first. */
const stackOf = (error: unknown): string | undefined =>
  ((error as Error | undefined)?.cause as Error | undefined)?.stack ?? (error as Error | undefined)?.stack;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : wordsOf(error));

const aligned = (bytes: number): number => (bytes + 7) & ~7;

/** Memory in which fields are placed one after another; what has no room in it gets new memory. */
class Desk {
  readonly #memory: ArrayBufferLike | null;
  #used = 0;

  constructor(memory: ArrayBufferLike | null) {
    this.#memory = memory;
  }

  readonly allocate = (dtype: Dtype, length: number): TypedArray => {
    const bytes = aligned(length * arrayOf[dtype].BYTES_PER_ELEMENT);
    if (!this.#memory || this.#used + bytes > this.#memory.byteLength) return newArray(dtype, length, 0);
    const array = new arrayOf[dtype](this.#memory, this.#used, length);
    this.#used += bytes;
    return array;
  };

  /** All fields in one memory: this one if they fit, else a new one. */
  placed(
    fields: StackedBatch['fields'],
    isShared: boolean,
  ): { readonly fields: readonly PlacedField[]; readonly memory: ArrayBufferLike } {
    const bytes = fields.reduce((sum, { data }) => sum + aligned(data.byteLength), 0);
    const fits = this.#memory !== null && bytes <= this.#memory.byteLength;
    const memory = fits ? (this.#memory as ArrayBufferLike) : new (isShared ? SharedArrayBuffer : ArrayBuffer)(bytes);
    let end = fits ? this.#used : 0;
    const placed = fields.map(({ data, dtype, shape, isPlain = false }) => {
      const place = { dtype, shape, isPlain, length: data.length };
      if (data.buffer === memory) return { ...place, offset: data.byteOffset };
      const offset = end;
      end += aligned(data.byteLength);
      new arrayOf[dtype](memory, offset, data.length).set(data as never);
      return { ...place, offset };
    });
    return { fields: placed, memory };
  }
}
