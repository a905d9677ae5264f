/** A running model: owns its memory, provides views of it, and makes one WebAssembly call per step. A step allocates nothing, and a
 *  call that throws has changed nothing. */
import { type Argument, checkCall, takesNothing } from './call.ts';
import { Carried } from './carried.ts';
import { beginsAsWasm, bytesOf, type Data, kindOf, pageBytes, TapeoutError, type View, wordsOf } from './check.ts';
import { checkKind, checkOptions } from './load-options.ts';
import type { Manifest, ManifestEntry, Purpose } from './manifest.ts';
import {
  disposedError,
  type EntryName,
  gathered,
  isCarried,
  methods,
  missingEntry,
  nameOfOutput,
  Port,
  resultsOf,
  Slots,
  scalarsOver,
  withScalar,
} from './port.ts';
import { checkMemory, checkModule, readManifest } from './read-manifest.ts';
import { inspect, summaryOf, textOf } from './show.ts';
import { checkedState, type IncompatibleKeys, samplesOf, savedSlots, stateFile, stateOptions } from './state-dict.ts';
import { checkWasmTag } from './tag.ts';
import { warmUp } from './warm-up.ts';
import { remedyFor, type StateDict } from './weights.ts';

type Floats = Float32Array<ArrayBuffer>;
/** Memory by the names of tensors. */
export type Views<V extends View = View> = Readonly<Record<string, V>>;

/** The result of `evaluate`: one object per model, overwritten by each call. */
export interface Evaluation<Outputs = Floats> {
  /** The mean loss of the batch. */
  loss: number;
  /** The number of samples whose greatest output is at their label; null for a model whose targets are not labels. */
  correct: number | null;
  /** The output for the n samples, or the outputs as forward returns them: views, valid until the next call. */
  output: Outputs;
}

/** The sources of a WebAssembly module. */
export type Wasm = Uint8Array | BufferSource | WebAssembly.Module;

/** The threads of a model. */
export interface Team {
  readonly threads: number;
  /** The reason why there are fewer than requested; null if there are not. */
  readonly notice: string | null;
  end(): void;
  /** The error of a call that a lost thread has ended; null if there is only one thread. */
  readonly lost: ((cause: unknown) => TapeoutError) | null;
}
/** One thread, and why there are no more if more were asked for. */
export const alone = (notice: string | null = null): Team => ({ threads: 1, notice, end() {}, lost: null });

/** Options of `instantiate`. */
export interface LoadOptions {
  /** Milliseconds of warm-up calls, so that the first call takes about as long as later ones; defaults to 0. */
  readonly warmUp?: number | undefined;
  readonly team?: Team;
}

/** Loads a compiled module. Without weights, the parameters are zero until `loadStateDict`.
 *  Throws TapeoutError when module, manifest and weights do not belong together. */
export async function instantiate(
  wasm: Wasm,
  given: Manifest,
  weights?: StateDict,
  options: LoadOptions = {},
): Promise<Model> {
  checkOptions('instantiate', options, { warmUp: 'amount', team: 'object' });
  const { warmUp: milliseconds = 0, team = alone() } = options;
  const manifest = readManifest(given);
  const module = await compiled(wasm, manifest.tags.wasm);
  checkModule(module, manifest);
  return started(new Model(await instantiated(module, manifest), manifest, team), weights, milliseconds);
}

async function instantiated(module: WebAssembly.Module, { pages }: Manifest): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(module, {});
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TapeoutError(
      'out-of-memory',
      `there is no memory for the model, which takes ${Math.ceil((pages * pageBytes) / 2 ** 20)} MiB (${wordsOf(cause)}). ` +
        'Dispose of other models, or compile it with a smaller maxBatch.',
      { cause },
    );
  }
}

/** A model after warming up and loading its weights. */
export function started(model: Model, weights: StateDict | undefined, milliseconds: number): Model {
  if (milliseconds > 0) model.warmUp(milliseconds);
  if (weights !== undefined && weights !== null) model.loadStateDict(weights);
  return model;
}

/** The compiled module. Throws TapeoutError if it is not a module, or does not have this tag. */
export async function compiled(wasm: Wasm, tag: string | undefined): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined')
    throw new TapeoutError(
      'bad-wasm',
      'there is no WebAssembly here: it is switched off, as in the Lockdown Mode of iOS, or the engine is too old.',
    );
  if (wasm instanceof WebAssembly.Module) {
    checkWasmTag(wasm, null, tag);
    return wasm;
  }
  try {
    // Engines take no DataView.
    const module = await WebAssembly.compile((ArrayBuffer.isView(wasm) ? bytesOf(wasm) : wasm) as BufferSource);
    checkWasmTag(module, bytesOf(wasm), tag);
    return module;
  } catch (cause) {
    if (cause instanceof TapeoutError) throw cause;
    const problem = wordsOf(cause);
    const known = knownProblem(problem, wasm);
    throw new TapeoutError('bad-wasm', known ?? `these bytes are not a WebAssembly module: ${problem}`, { cause });
  }
}

/** Messages for the most common causes, for which the engine's own are unhelpful. */
function knownProblem(problem: string, wasm: unknown): string | null {
  if (/Content Security Policy/i.test(problem))
    return "the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.";
  if (/relaxed/i.test(problem))
    return (
      'this engine has no relaxed SIMD (fastMath). Compile it without, or start Node 20 with ' +
      '--experimental-wasm-relaxed-simd.'
    );
  if (!(wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)))
    return `the WebAssembly must be its bytes or a WebAssembly.Module, but it is ${kindOf(wasm)}.${remedyFor(wasm)}`;
  const bytes = bytesOf(wasm);
  if (bytes[0] === '<'.charCodeAt(0))
    return 'these bytes are HTML, not a WebAssembly module: the server answered with a page. Is model.wasm where it was asked for?';
  return beginsAsWasm(bytes)
    ? `the WebAssembly cannot be compiled here: ${problem}. Either the file is damaged, or the engine has no SIMD, which begins ` +
        'with Chrome 91, Firefox 89 and Safari 16.4.'
    : null;
}

interface Entry {
  readonly name: EntryName;
  readonly run: (n: number) => void;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly carried: ManifestEntry['carried'];
  readonly leastBatch: number;
  /** The results of these names. */
  readonly loss: View | null;
  readonly correct: View | null;
  /** The results that forward returns. */
  readonly returned: readonly Port[];
}

/** The number of arguments that methods declare. */
const namedArguments = 8;

/** A model made by `instantiate`. Its arrays are views of its memory: writing to them changes the model. */
export class Model {
  readonly backend = 'wasm';
  /** The reason why the model runs on WebAssembly, if that was chosen and not requested; else null. */
  readonly backendNotice: string | null = null;
  readonly manifest: Manifest;
  readonly maxBatch: number;
  /** The parameters by PyTorch's names: `parameters['conv1.weight']`. */
  readonly parameters: Views<Floats>;
  /** The gradients by parameter: `backward` and `vjp` add to them, and `zeroGrad` clears them. */
  readonly gradients: Views<Floats>;
  /** The optimizer's state and running statistics: `state['conv1.weight.momentum']`. */
  readonly state: Views;
  /** For the largest batch: fill the first n samples, then call with n alone, as in `trainStep(n)`. */
  readonly inputs: Views;
  /** For the largest batch; `output(name, n)` gives those of n samples. */
  readonly outputs: Views;
  /** Numbers to set between steps, such as `scalars.lr`. Setting NaN or infinity throws. */
  readonly scalars: Record<string, number>;

  readonly #ports = new Slots<Port>();
  readonly #carried = new Carried();
  /** The arguments of the current call. */
  readonly #given: unknown[] = [];
  /** The arguments after those that methods declare. */
  #further: readonly unknown[] = [];
  readonly #entries: Partial<Record<string, Entry>> = {};
  readonly #evaluation: Evaluation = { loss: 0, correct: null, output: new Float32Array(0) };
  readonly #team: Team;
  readonly #memory: ArrayBuffer;
  #disposed = false;

  constructor(instance: WebAssembly.Instance, manifest: Manifest, team: Team = alone()) {
    const memory = (instance.exports.memory as WebAssembly.Memory).buffer;
    checkMemory(memory, manifest);
    this.#team = team;
    this.manifest = manifest;
    this.maxBatch = manifest.maxBatch;
    for (const tensor of manifest.tensors) {
      const port = new Port(memory, tensor.offset, tensor, manifest.maxBatch);
      this.#ports.add(port);
      if (tensor.initial) port.whole.fill(tensor.initial);
    }
    this.#memory = memory;
    for (const entry of manifest.entries) {
      this.#entries[entry.name] = this.#entry(entry, instance.exports);
      if (entry.inputs.length >= namedArguments) this.#widen(methods[entry.name as EntryName]);
    }
    this.parameters = this.#views('parameter') as Views<Floats>;
    this.gradients = this.#views('gradient') as Views<Floats>;
    this.state = this.#views('state');
    this.inputs = this.#views('input');
    this.outputs = this.#views('output');
    this.scalars = scalarsOver(
      Array.from(this.#ports.of('scalar'), ([name, port]) => [name, port.whole]),
      () => this.#alive(),
    );
  }

  /** The number of threads that the model runs on, including this one. */
  get threads(): number {
    return this.#team.threads;
  }
  /** The reason why there are fewer threads than requested; null if there are not. */
  get threadsNotice(): string | null {
    return this.#team.notice;
  }

  // Calls take arrays in the order of the model's inputs and targets, or by name, as in `trainStep({ x, y })`, or only the number of
  // samples, if they were written to `inputs`. Arguments are declared one by one, because rest arguments would allocate a list at
  // each call; for more arguments see `#widen`.

  /** One step: forward, backward and the optimizer's update. Returns the loss, NaN if it became so. */
  trainStep(
    a: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
    g?: Argument,
    h?: Argument,
  ): number {
    const entry = this.#get('train_step');
    entry.run(this.#feed(entry, a, b, c, d, e, f, g, h));
    return entry.loss![0]!;
  }

  /** The output for n samples: a view, valid until the next call. Copy it (`.slice()`) to keep it. Where the model's forward returns
   *  several tensors, a list or an object of views: `forward<[Float32Array, Float32Array]>(x)`. */
  forward<Outputs = Floats>(
    a: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
    g?: Argument,
    h?: Argument,
  ): Outputs {
    const entry = this.#get('forward');
    const n = this.#feed(entry, a, b, c, d, e, f, g, h);
    entry.run(n);
    return this.#returned(entry, n) as Outputs;
  }

  /** The loss, the number of correct answers and the outputs, without training. The result is one object, overwritten each time. */
  evaluate<Outputs = Floats>(
    a: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
    g?: Argument,
    h?: Argument,
  ): Evaluation<Outputs> {
    const entry = this.#get('evaluate');
    const n = this.#feed(entry, a, b, c, d, e, f, g, h);
    entry.run(n);
    const result = this.#evaluation;
    result.loss = entry.loss![0]!;
    result.correct = entry.correct ? entry.correct[0]! : null;
    result.output = this.#returned(entry, n) as Floats;
    return result as Evaluation<Outputs>;
  }

  /** Adds the gradients of the loss to `gradients`, as PyTorch's `loss.backward()`. Returns the loss. */
  backward(
    a: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
    g?: Argument,
    h?: Argument,
  ): number {
    const entry = this.#get('backward');
    entry.run(this.#feed(entry, a, b, c, d, e, f, g, h));
    return entry.loss![0]!;
  }

  /** Adds to `gradients` the gradients of the outputs weighted by the last array, as PyTorch's `out.backward(cotangent)`. */
  vjp(
    a: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
    g?: Argument,
    h?: Argument,
  ): void {
    const entry = this.#get('vjp');
    entry.run(this.#feed(entry, a, b, c, d, e, f, g, h));
  }

  /** Sets all gradients to zero. */
  zeroGrad(...none: never[]): void {
    takesNothing(this.#get('zero_grad'), none).run(this.maxBatch); // an input's gradient has the batch in its shape
  }

  /** Lets the optimizer apply the accumulated gradients. */
  step(...none: never[]): void {
    takesNothing(this.#get('step'), none).run(1);
  }

  /** The learning rate. Setting NaN or infinity throws. */
  get lr(): number {
    this.#alive();
    return withScalar(this.scalars, 'lr').lr!;
  }
  set lr(value: number) {
    this.#alive();
    this.scalars.lr = value;
  }

  /** The memory of an input, for n samples or for the largest batch: write to it, then call with n alone. */
  input(name: string, n: number = this.maxBatch): View {
    return this.#view('input', name, n);
  }

  /** An output of the last call, by name or by its number among those that forward returns, for n samples: a view, valid until the
   *  next call. */
  output(name: string | number, n: number = this.maxBatch): View {
    const { forward, evaluate } = this.#entries;
    return this.#view('output', nameOfOutput(name, (forward ?? evaluate)?.returned), n);
  }

  /** A parameter's memory. Throws TapeoutError when there is none of that name, and suggests a similar one. */
  parameter(name: string): Floats {
    return this.#view('parameter', name, 1) as Floats;
  }

  /** Copies of all parameters and buffers, in the model's order; with `state`, also of the optimizer's state, of state that is carried
   *  from call to call, for the samples that it is of, and of scalars such as the learning rate, so that training can resume. */
  stateDict(options: { state?: boolean } = {}): Map<string, View> {
    this.#alive();
    const { state = false } = stateOptions('stateDict', options);
    return new Map(this.#saved(state).map(([{ tensor }, view]) => [tensor.name, view.slice() as View]));
  }

  /** Sets all parameters and buffers, and any other given state. Throws TapeoutError, and changes nothing, when a size or a value is
   *  wrong, a name is unknown, or a parameter or buffer is missing. With `strict: false`, unknown names are ignored, and missing
   *  tensors keep their values. Returns both lists, as PyTorch does; they are empty unless `strict` is false. */
  loadStateDict(source: StateDict, options: { strict?: boolean } = {}): IncompatibleKeys {
    this.#alive();
    checkOptions('loadStateDict', options, { strict: 'flag' });
    const { strict = true } = options;
    const { values, keys } = checkedState(source, this.#ports.saved, { strict, maxBatch: this.maxBatch });
    for (const [name, data] of values) {
      const port = this.#ports.saved.get(name)!;
      if (isCarried(port.tensor)) {
        port.whole.fill(0);
        this.#carried.set(name, samplesOf(port, data));
      }
      port.whole.set(data);
    }
    return keys;
  }

  /** The state dict as the bytes of a safetensors file, with PyTorch's names and layouts. */
  toSafetensors(options: { state?: boolean } = {}): Uint8Array<ArrayBuffer> {
    this.#alive();
    const { state = false } = stateOptions('toSafetensors', options);
    return stateFile(this.#saved(state));
  }

  /** Sets state with a batch in its shape, which calls hand on to each other, to zeros: the next call may have any batch. */
  resetState(): void {
    this.#alive();
    for (const { tensor, whole } of this.#ports.of('state').values()) if (isCarried(tensor)) whole.fill(0);
    this.#carried.reset();
  }

  /** Calls all methods for about this many milliseconds in total, so that the engine has optimized them before the first real call.
   *  Afterwards, the model's state, inputs and outputs are as before. */
  warmUp(milliseconds: number): void {
    this.#alive();
    checkKind('the time to warm up', milliseconds, 'amount');
    // The memory before all tensors belongs to the threads, which keep running.
    const memory = new Uint8Array(this.#memory, Math.min(...this.manifest.tensors.map((t) => t.offset)));
    const before = memory.slice();
    // The largest entry first: the engine finishes compiling it during the calls of the others.
    const entries = Object.values(this.#entries).toReversed() as Entry[];
    const call = ({ name, leastBatch }: Entry) => {
      const method = this[methods[name as EntryName]].bind(this) as (n: number) => void;
      return (n: number) => method(Math.max(n, leastBatch));
    };
    this.#carried.apart(() => warmUp(entries.map(call), this.maxBatch, milliseconds));
    memory.set(before);
  }

  /** Releases the module, and ends its threads. All later calls throw. */
  dispose(): void {
    this.#disposed = true;
    this.#team.end();
    for (const name of Object.keys(this.#entries)) delete this.#entries[name];
  }

  /** The value for JSON.stringify: the model's name and shapes. */
  toJSON(): object {
    return summaryOf(this.manifest, 'wasm');
  }
  [inspect](): string {
    const { threads } = this;
    return textOf(this.manifest, threads === 1 ? 'WebAssembly' : `WebAssembly, ${threads} threads`);
  }

  #entry({ name, inputs, outputs, carried, leastBatch = 1 }: ManifestEntry, exports: WebAssembly.Exports): Entry {
    const results = outputs.map((output) => this.#ports.of('output').get(output)!);
    const { loss, correct, outputs: returned } = resultsOf(results);
    return {
      name: name as EntryName,
      run: this.#guarded(exports[name] as (n: number) => void),
      inputs: inputs.map((input) => this.#ports.of('input').get(input)!),
      outputs: results,
      carried,
      leastBatch,
      loss: loss?.whole ?? null,
      correct: correct?.whole ?? null,
      returned,
    };
  }

  /** What forward returned for n samples. */
  #returned({ returned }: Entry, n: number): unknown {
    const { returns } = this.manifest;
    if (!returns) return returned[0]!.at(n);
    const views = returned.map((port) => port.at(n));
    return gathered(returns, returned, views);
  }

  /** Wraps a call: if it fails because another thread was lost, the model cannot be used any more. */
  #guarded(run: (n: number) => void): (n: number) => void {
    const { lost } = this.#team;
    if (!lost) return run;
    return (n) => {
      try {
        run(n);
      } catch (cause) {
        this.dispose();
        throw lost(cause);
      }
    };
  }

  #get(name: EntryName): Entry {
    const entry = this.#entries[name];
    if (entry) return entry;
    this.#alive();
    throw missingEntry(name, this.manifest);
  }

  /** Makes a method accept any number of inputs, at the cost of a list at each call. */
  #widen(method: (typeof methods)[EntryName]): void {
    const narrow = this[method] as (...args: unknown[]) => unknown;
    const value = (...args: unknown[]): unknown => {
      this.#further = args.slice(namedArguments);
      try {
        return narrow.apply(this, args);
      } finally {
        this.#further = [];
      }
    };
    Object.defineProperty(this, method, { value });
  }

  /** Checks everything, then copies the inputs in. Returns the batch size. */
  #feed(
    entry: Entry,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    e: unknown,
    f: unknown,
    g: unknown,
    h: unknown,
  ): number {
    const given = this.#given;
    given[0] = a;
    given[1] = b;
    given[2] = c;
    given[3] = d;
    given[4] = e;
    given[5] = f;
    given[6] = g;
    given[7] = h;
    for (let i = 0; i < this.#further.length; i++) given[namedArguments + i] = this.#further[i];
    try {
      const n = checkCall(entry, given, this.maxBatch);
      this.#carried.note(entry, n);
      if (typeof a !== 'number') this.#copyIn(entry.inputs, given as Data[]);
      return n;
    } finally {
      given.fill(undefined); // the caller's arrays are not held
    }
  }

  #copyIn(inputs: readonly Port[], given: Data[]): void {
    // A view of this model's memory may overlap another input, which is about to be written.
    for (let i = 0; i < inputs.length; i++)
      if (given[i]!.buffer === this.#memory && given[i]!.byteOffset !== inputs[i]!.whole.byteOffset)
        given[i] = given[i]!.slice();
    for (let i = 0; i < inputs.length; i++) inputs[i]!.whole.set(given[i]!);
  }

  /** What a state dict holds. */
  #saved(state: boolean): [Port, View][] {
    return savedSlots(this.#ports.saved, state).map((port) => [
      port,
      port.at(isCarried(port.tensor) ? this.#carried.samplesOf(port.tensor.name) : 1),
    ]);
  }

  #view(purpose: 'input' | 'output' | 'parameter', name: string, n: number): View {
    this.#alive();
    return this.#ports.get(purpose, name, n, this.maxBatch).at(n);
  }

  #views(purpose: Purpose): Views {
    return Object.freeze(Object.fromEntries(Array.from(this.#ports.of(purpose), ([name, port]) => [name, port.whole])));
  }

  #alive(): void {
    if (this.#disposed) throw disposedError();
  }
}
