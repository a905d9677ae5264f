/** Workers that load batches, in Node and in pages. A batch is written to memory that the two sides share, or where nothing can be
 *  shared to memory that goes back and forth with the messages. */
import { wordsOf } from '../check.ts';
import type { Form, StackedBatch } from './collate.ts';
import { arrayOf } from './dtypes.ts';
import { DataError } from './error.ts';
import type { Source } from './fetch.ts';
import { canShare, packed } from './portable.ts';
import type { Dtype } from './types.ts';

/** What a worker is told first. */
export interface Orders {
  readonly dataset: unknown;
  readonly transform: unknown;
  readonly targetTransform: unknown;
  readonly module: string | null;
  readonly canShare: boolean;
}
/** The samples of a batch, and memory for it. */
export interface Job {
  readonly id: number;
  readonly indices: readonly number[];
  readonly key: bigint;
  readonly memory: ArrayBufferLike | null;
}
/** A batch in memory, or what went wrong. */
export type Reply =
  | { readonly id: number; readonly error: string; readonly stack: string | undefined }
  | {
      readonly id: number;
      readonly form: Form;
      readonly fields: readonly PlacedField[];
      readonly memory: ArrayBufferLike;
    };
export interface PlacedField {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly isPlain: boolean;
  readonly offset: number;
  readonly length: number;
}

interface Waiting {
  resolve(loaded: { stacked: StackedBatch; release: () => void }): void;
  reject(error: unknown): void;
}
interface Member {
  readonly port: Port;
  readonly waiting: Map<number, Waiting>;
  readonly end: { reason: DataError | null };
}
/** A worker of Node or of a page. */
interface Port {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
}

export class Team {
  readonly #members: readonly Member[];
  readonly #free: ArrayBufferLike[] = [];
  #next = 0;

  constructor(count: number, { dataset, transform, targetTransform }: Source, module: string | URL | undefined) {
    const orders: Orders = {
      dataset: module === undefined ? packed(dataset, 'the data set') : null,
      transform: packed(transform, 'the transform'),
      targetTransform: packed(targetTransform, 'the targetTransform'),
      module: module === undefined ? null : String(module),
      canShare: canShare(),
    };
    this.#members = Array.from({ length: count }, () => this.#start(orders));
  }

  /** Loads a batch. `release` lets its memory be used again. Rejects with a DataError that names the sample. */
  load(indices: readonly number[], key: bigint): Promise<{ stacked: StackedBatch; release: () => void }> {
    const id = this.#next++;
    const { port, waiting, end } = this.#members[id % this.#members.length]!;
    return new Promise((resolve, reject) => {
      if (end.reason) return reject(end.reason);
      waiting.set(id, { resolve, reject });
      port.ref?.();
      const memory = this.#free.pop() ?? null;
      const job: Job = { id, indices, key, memory };
      port.postMessage(job, memory instanceof ArrayBuffer ? [memory] : []);
    });
  }

  /** Ends the workers, whatever they do. */
  end(): void {
    for (const member of this.#members) {
      leave(member, new DataError('DataLoader: the workers were ended.'));
      member.port.terminate();
    }
  }

  #start(orders: Orders): Member {
    const waiting: Member['waiting'] = new Map();
    const port = spawn({
      told: (reply) => {
        const { resolve, reject } = waiting.get(reply.id) ?? {};
        waiting.delete(reply.id);
        if (waiting.size === 0) port.unref?.();
        if ('error' in reply) return reject?.(failure(reply));
        resolve?.({ stacked: seen(reply), release: () => void this.#free.push(reply.memory) });
      },
      lost: (problem) => leave(member, new DataError(`DataLoader: a worker ended: ${problem}.`)),
    });
    const member: Member = { port, waiting, end: { reason: null } };
    port.postMessage(orders);
    return member;
  }
}

/** Answers all questions to a worker, those to come too, with the reason why it is gone. */
function leave({ waiting, end }: Member, reason: DataError): void {
  end.reason ??= reason;
  for (const { reject } of waiting.values()) reject(end.reason);
  waiting.clear();
}

/** The error that a worker met, with the stack that it had there. */
function failure({ error, stack }: { readonly error: string; readonly stack: string | undefined }): DataError {
  const cause = new Error(error);
  if (stack) cause.stack = stack;
  return new DataError(error, { cause });
}

/** The batch in the memory of a reply. */
const seen = ({ form, fields, memory }: Extract<Reply, { form: Form }>): StackedBatch => ({
  form,
  fields: fields.map(({ dtype, shape, isPlain, offset, length }) => ({
    data: new arrayOf[dtype](memory, offset, length),
    shape,
    dtype,
    isPlain,
  })),
});

/** What is used here of node:worker_threads, without an import that bundlers for the web would try to resolve. */
export interface NodeThreads {
  readonly Worker: new (
    url: URL,
    options: { readonly name: string },
  ) => Port & { on(event: 'message' | 'error' | 'exit', listener: (value: never) => void): void };
  readonly parentPort:
    | (Pick<Port, 'postMessage'> & { on(event: 'message', listener: (value: never) => void): void })
    | null;
}

interface Listener {
  told(reply: Reply): void;
  lost(problem: string): void;
}

function spawn({ told, lost }: Listener): Port {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const node = process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
  if (node) {
    const worker = new node.Worker(new URL('./worker.js', import.meta.url), { name: 'tapeout data' });
    worker.on('message', told);
    worker.on('error', (error) => lost(wordsOf(error)));
    worker.on('exit', (code: number) => lost(`it left with code ${code}`));
    worker.unref?.();
    return worker;
  }
  if (typeof Worker !== 'function')
    throw new DataError('DataLoader: there are no workers here. Leave out numWorkers, or set it to 0.');
  // Bundlers find the worker by this expression.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'tapeout data' });
  worker.onmessage = ({ data }: { data: Reply }) => told(data);
  worker.onerror = ({ message }: { message?: string }) => lost(message ?? 'its script did not load');
  return worker as Port;
}
