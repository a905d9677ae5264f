/** Runs a model on several threads: workers share the model's memory, wait in WebAssembly for a call, and do their part of it. If that
 *  is not possible, the model runs on one thread, with the same bits, and says why. */
import { kindOf, TapeoutError, wordsOf } from './check.ts';
import { checkKind, checkThreads } from './load-options.ts';
import type { Manifest } from './manifest.ts';
import { alone, compiled, instantiate, Model, started, type Team, type Wasm } from './model.ts';
import { checkModule, readManifest } from './read-manifest.ts';
import type { StateDict } from './weights.ts';

/** The two modules of one compilation, or functions that fetch them: only one is needed. */
export interface Modules {
  readonly wasm: Wasm | PromiseLike<Wasm> | (() => Promise<Wasm>);
  /** The module for several threads. */
  readonly threadedWasm: Wasm | PromiseLike<Wasm> | (() => Promise<Wasm>);
}

/** Options of `instantiateThreads`. */
export interface ThreadOptions {
  /** The number of threads, including this one; defaults to the manifest's. */
  readonly threads?: number | undefined;
  /** The number of threads that can run at the same time; defaults to the machine's. */
  readonly cores?: number | undefined;
  /** Called when the model runs on fewer threads than requested; defaults to `console.warn`. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  /** Milliseconds of warm-up calls, so that the first call takes about as long as later ones; defaults to 0. */
  readonly warmUp?: number | undefined;
}

/** Loads a module on several threads. Throws TapeoutError as `instantiate` does. It is not an error if the machine has fewer threads,
 *  or none: see `model.threads` and `model.threadsNotice`. */
export async function instantiateThreads(
  modules: Modules,
  described: Manifest,
  weights?: StateDict,
  options: ThreadOptions = {},
): Promise<Model> {
  // They may include options of a bundle's `load`, which checks the names.
  const { threads, cores, onNotice = warn, warmUp: milliseconds = 0 } = options ?? {};
  checkKind('cores', cores, 'count');
  checkKind('onNotice', onNotice, 'call');
  checkKind('warmUp', milliseconds, 'amount');
  const manifest = readManifest(described);
  if (typeof modules !== 'object' || modules === null)
    throw new TapeoutError(
      'bad-option',
      `the modules must be { wasm, threadedWasm }, but they are ${kindOf(modules)}.`,
    );
  const asked = threads ?? manifest.threads ?? 1;
  checkThreads(asked);
  let notice: string | null = null;
  try {
    const count = possible(asked, cores);
    if (count < asked) notice = `${asked} threads were asked for, but there are ${count} cores: ${on(count)}.`;
    if (count > 1) {
      const module = await compiled(await given(modules.threadedWasm), manifest.tags.threadedWasm);
      checkModule(module, manifest, 'shared');
      const team = await Workers.of(module, manifest.pages, count, notice, onNotice);
      if (notice) onNotice(notice);
      return started(new Model(team.instance, manifest, team), weights, milliseconds);
    }
  } catch (error) {
    if (!(error instanceof NoThreads)) throw error;
    notice = `${error.message}: ${on(1)}.`;
  }
  if (notice) onNotice(notice);
  return instantiate(await given(modules.wasm), manifest, weights, { team: alone(notice), warmUp: milliseconds });
}

const warn = (notice: string): void => console.warn(`tapeout: ${notice}`);
const on = (threads: number): string => `the model runs on ${threads === 1 ? 'one thread' : `${threads} threads`}`;
const given = async (wasm: Modules['wasm']): Promise<Wasm> => (typeof wasm === 'function' ? wasm() : wasm);

/** The reason why there is only one thread. */
class NoThreads extends Error {}

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  terminate(): void;
  unref(): void;
}
interface WebWorker {
  onmessage: unknown;
  onerror: unknown;
  postMessage(message: unknown): void;
  terminate(): void;
}
/** The globals that are used here; hosts have different ones. */
interface Host {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly SharedArrayBuffer?: unknown;
  readonly Worker?: new (url: string, options: { name: string }) => WebWorker;
}
const host = (): Host => globalThis as Host;
/** A Node module, without an import that bundlers for the web would try to resolve. */
const builtin = <T>(name: string): T | undefined => host().process?.getBuiltinModule?.(name) as T | undefined;

/** The number of threads that can run. Throws NoThreads if more than one is asked for and only one can. */
function possible(asked: number, cores: number | undefined): number {
  if (asked === 1) return 1;
  const { crossOriginIsolated, navigator, SharedArrayBuffer: shared, Worker } = host();
  if (crossOriginIsolated === false)
    throw new NoThreads(
      'threads need a cross-origin isolated page, served with the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp',
    );
  if (!shared) throw new NoThreads('threads need SharedArrayBuffer, which is not here');
  if (!builtin('node:worker_threads') && !Worker) throw new NoThreads('threads need workers, which are not here');
  const os = builtin<{ availableParallelism?(): number }>('node:os');
  const most = cores ?? os?.availableParallelism?.() ?? navigator?.hardwareConcurrency ?? asked;
  return Math.max(1, Math.min(asked, most));
}

/** The maximum milliseconds for a worker to start. */
const patience = 20_000;

interface Exports {
  'team.lead'(threads: number, maySleep: number): void;
  'team.end'(): void;
}

/** The worker threads of a model. They do not keep the process alive, and end with the model. */
class Workers implements Team {
  readonly instance: WebAssembly.Instance;
  threads: number;
  notice: string | null;
  readonly #exports: Exports;
  readonly #workers: { terminate(): void }[] = [];
  readonly #onNotice: (notice: string) => void;
  #ended = false;

  private constructor(
    instance: WebAssembly.Instance,
    threads: number,
    notice: string | null,
    onNotice: (notice: string) => void,
  ) {
    this.instance = instance;
    this.#exports = instance.exports as unknown as Exports;
    this.threads = threads;
    this.notice = notice;
    this.#onNotice = onNotice;
  }

  /** Starts the workers. If one does not start, ends the others and throws NoThreads. */
  static async of(
    module: WebAssembly.Module,
    pages: number,
    threads: number,
    notice: string | null,
    onNotice: (notice: string) => void,
  ): Promise<Workers> {
    const memory = sharedMemory(pages);
    const instance = await WebAssembly.instantiate(module, { tapeout: { memory } });
    const team = new Workers(instance, threads, notice, onNotice);
    try {
      const started = Array.from({ length: threads - 1 }, () => team.#start({ module, memory, threads }));
      await Promise.all(started);
    } catch (error) {
      team.end();
      throw new NoThreads(`workers do not start here (${wordsOf(error)})`);
    }
    team.#exports['team.lead'](threads, maySleep() ? 1 : 0);
    return team;
  }

  /** Starts one worker; resolves once it waits for calls. */
  #start(data: object): Promise<void> {
    return new Promise((resolve, reject) => {
      let [ready, lost] = [false, false];
      const end = (problem: string): void => {
        if (!ready) reject(new Error(problem));
        else if (!lost) this.#lose(problem);
        lost = true;
      };
      const worker = spawn(data, {
        told(message) {
          if (message !== 'ready') return end(String(message));
          ready = true;
          resolve();
        },
        end,
      });
      this.#workers.push(worker);
      setTimeout(() => ready || end(`none came within ${patience / 1000} s`), patience).unref?.();
    });
  }

  /** Handles the loss of a worker. Between two calls, nothing is half done: the others continue without it. */
  #lose(problem: string): void {
    if (this.#ended) return;
    this.threads--;
    this.#exports['team.lead'](this.threads, maySleep() ? 1 : 0);
    this.notice = `a worker is lost (${problem}): ${on(this.threads)}.`;
    this.#onNotice(this.notice);
  }

  readonly lost = (cause: unknown): TapeoutError => {
    this.end();
    return new TapeoutError(
      'thread-lost',
      'a thread was lost in the middle of a call, which is half done: the values of this model mean nothing now. ' +
        'Load it again, and its last checkpoint.',
      { cause },
    );
  };

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exports['team.end']();
    for (const worker of this.#workers) worker.terminate();
  }
}

function sharedMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    throw new NoThreads(`there is no shared memory for threads (${wordsOf(error)})`);
  }
}

interface Listener {
  told(message: unknown): void;
  end(problem: string): void;
}

/** A worker in Node or in a page, which reports 'ready' or a problem. Once it is ready, it does not keep the process alive. */
function spawn(data: object, listener: Listener): { terminate(): void } {
  const node = builtin<{ Worker: new (source: string, options: object) => NodeWorker }>('node:worker_threads');
  if (node) {
    const worker = new node.Worker(source, { eval: true, workerData: data, name: 'tapeout', execArgv: [] });
    worker.on('message', (message) => {
      worker.unref();
      listener.told(message);
    });
    worker.on('error', (error) => listener.end(String(error)));
    worker.on('exit', () => listener.end('it ended'));
    return worker;
  }
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new (host().Worker as NonNullable<Host['Worker']>)(url, { name: 'tapeout' });
  worker.onmessage = ({ data }: { data: unknown }) => {
    URL.revokeObjectURL(url);
    listener.told(data);
  };
  worker.onerror = ({ message }: { message?: string }) =>
    listener.end(message ?? "does the page's Content-Security-Policy allow worker-src blob:?");
  worker.postMessage(data);
  return worker;
}

/** True if this thread may block: a page's main thread may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** The source of a worker, in Node and in pages. As text, it needs no file beside the module. */
const source = `
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const port = node?.parentPort ?? globalThis;
const run = async ({ module, memory, threads }) => {
  let exports;
  try {
    ({ exports } = await WebAssembly.instantiate(module, { tapeout: { memory } }));
  } catch (error) {
    return port.postMessage(String(error));
  }
  port.postMessage('ready');
  try {
    exports['team.work'](threads);
  } catch {
    exports['team.fail']();
  }
};
if (node?.parentPort) run(node.workerData);
else port.onmessage = ({ data }) => run(data);
`;
