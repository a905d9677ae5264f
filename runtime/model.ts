/** A compiled model at work: owns the memory, hands out views of it, and makes one WebAssembly call a step.
 *  A step allocates nothing, and a call that throws has changed nothing. */
import {
  arrayOf,
  checkArray,
  checkBatch,
  checkLabels,
  checkLength,
  checkManifest,
  checkModule,
  checkScalar,
  type Data,
  elementsAt,
  hasBatch,
  kindOf,
  pageBytes,
  samplesIn,
  showShape,
  TapeoutError,
  unknownName,
  type View,
} from './check.ts';
import type { Manifest, ManifestEntry, ManifestTensor, Purpose } from './manifest.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts';
import { warmUp } from './warm-up.ts';

type Floats = Float32Array<ArrayBuffer>;
export type Views<V extends View = View> = Readonly<Record<string, V>>;

/** Parameters by PyTorch's names: arrays, or tensors whose shape is then checked too, or the bytes of a safetensors file. */
export type StateDict =
  | ReadonlyMap<string, Data | StoredTensor>
  | Readonly<Record<string, Data | StoredTensor>>
  | Uint8Array
  | ArrayBuffer;

/** What `evaluate` found. One object a model, filled anew by each call. */
export interface Evaluation {
  /** The mean loss of the batch. */
  loss: number;
  /** How many samples have their greatest output at their label; null for a model whose targets are not labels. */
  correct: number | null;
  /** The outputs of the n samples: a view, valid until the next call. */
  output: Floats;
}

export type Wasm = Uint8Array | BufferSource | WebAssembly.Module;

/** What threads a model runs on. */
export interface Team {
  readonly threads: number;
  /** Why there are not as many as were asked for. */
  readonly notice: string | null;
  end(): void;
  /** What a call throws that a lost thread has ended; null where there is but one. */
  readonly lost: ((cause: unknown) => TapeoutError) | null;
}
const alone: Team = { threads: 1, notice: null, end() {}, lost: null };

export interface LoadOptions {
  /** Milliseconds of calls ahead of the first, so that it takes about as long as later ones; 0 unless told. */
  readonly warmUp?: number | undefined;
  readonly team?: Team;
}

/** Loads a compiled module. Without weights the parameters are zero until `loadStateDict`.
 *  Throws TapeoutError when the three do not fit together. */
export async function instantiate(
  wasm: Wasm,
  manifest: Manifest,
  weights?: StateDict,
  { warmUp: milliseconds = 0, team = alone }: LoadOptions = {},
): Promise<Model> {
  checkManifest(manifest);
  const module = await compiled(wasm);
  checkModule(module, manifest);
  return started(new Model(await WebAssembly.instantiate(module, {}), manifest, team), weights, milliseconds);
}

/** A model as it is handed out. */
export function started(model: Model, weights: StateDict | undefined, milliseconds: number): Model {
  if (milliseconds > 0) model.warmUp(milliseconds);
  if (weights) model.loadStateDict(weights);
  return model;
}

/** Throws TapeoutError for what is no module. */
export async function compiled(wasm: Wasm): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  try {
    return await WebAssembly.compile(wasm as BufferSource);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const known = knownProblem(problem, wasm);
    throw new TapeoutError('bad-wasm', known ?? `these bytes are not a WebAssembly module: ${problem}`, { cause });
  }
}

/** The commonest causes, of which the engine's own words say little. */
function knownProblem(problem: string, wasm: unknown): string | null {
  if (/Content Security Policy/i.test(problem))
    return "the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.";
  if (/relaxed/i.test(problem))
    return (
      'this engine has no relaxed SIMD, for which the model was compiled (fastMath). Compile it without, or start Node 20 ' +
      'with --experimental-wasm-relaxed-simd.'
    );
  if (!(wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)))
    return `the WebAssembly must be its bytes or a WebAssembly.Module, but it is ${kindOf(wasm)}.`;
  const [first] = ArrayBuffer.isView(wasm) ? new Uint8Array(wasm.buffer, wasm.byteOffset) : new Uint8Array(wasm);
  return first === '<'.charCodeAt(0)
    ? 'these bytes are HTML, not a WebAssembly module: the server answered with a page. Is model.wasm where it was asked for?'
    : null;
}

/** A tensor in memory, and its views by batch size, made when first asked for. */
class Port {
  readonly tensor: ManifestTensor;
  /** For the largest batch. */
  readonly whole: View;
  readonly batched: boolean;
  /** Elements of one sample, or all of them where the shape has no batch. */
  readonly each: number;
  readonly #views: (View | undefined)[];

  constructor(memory: ArrayBuffer, tensor: ManifestTensor, maxBatch: number) {
    this.tensor = tensor;
    this.whole = new arrayOf[tensor.dtype](memory, tensor.offset, elementsAt(tensor.shape, maxBatch));
    this.batched = hasBatch(tensor);
    this.each = elementsAt(tensor.shape, 1);
    this.#views = new Array(maxBatch + 1).fill(undefined);
  }

  count(n: number): number {
    return this.batched ? this.each * n : this.each;
  }

  at(n: number): View {
    if (!this.batched) return this.whole;
    let view = this.#views[n];
    if (!view) {
      view = this.whole.subarray(0, this.count(n));
      this.#views[n] = view;
    }
    return view;
  }
}

interface Entry {
  readonly name: string;
  readonly run: (n: number) => void;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Of the outputs those of these names; `output` is the first of another name. */
  readonly loss: View | null;
  readonly correct: View | null;
  readonly output: Port | null;
}

/** The entries' names in a module, and the methods that call them. */
const methods = {
  forward: 'forward',
  evaluate: 'evaluate',
  train_step: 'trainStep',
  backward: 'backward',
  vjp: 'vjp',
  zero_grad: 'zeroGrad',
  step: 'step',
} as const;
type EntryName = keyof typeof methods;

/** `instantiate` makes one. The arrays that it hands out are views of its memory: writing to them changes the model. */
export class Model {
  readonly manifest: Manifest;
  readonly maxBatch: number;
  /** `parameters['conv1.weight']`: what training changes, by PyTorch's names. */
  readonly parameters: Views<Floats>;
  /** What `backward` and `vjp` add to and `zeroGrad` clears, by parameter. */
  readonly gradients: Views<Floats>;
  /** The optimizer's state and running statistics: `state['conv1.weight.momentum']`. */
  readonly state: Views;
  /** For the largest batch: fill the first n samples, then call with n alone, as in `trainStep(n)`. */
  readonly inputs: Views;
  /** For the largest batch; `output(name, n)` gives those of n samples. */
  readonly outputs: Views;
  /** Numbers to set between steps, such as `scalars.lr`. Setting NaN or infinity throws. */
  readonly scalars: Record<string, number>;

  readonly #ports = new Map<string, Port>();
  readonly #entries: Partial<Record<string, Entry>> = {};
  readonly #evaluation: Evaluation = { loss: 0, correct: null, output: new Float32Array(0) };
  readonly #team: Team;
  readonly #memory: ArrayBuffer;
  #disposed = false;

  constructor(instance: WebAssembly.Instance, manifest: Manifest, team: Team = alone) {
    const memory = (instance.exports.memory as WebAssembly.Memory).buffer;
    if (memory.byteLength < manifest.pages * pageBytes)
      throw new TapeoutError(
        'bad-wasm',
        `the WebAssembly has ${memory.byteLength / pageBytes} pages of memory, but the manifest counts on ` +
          `${manifest.pages}. Take both from the same compilation.`,
      );
    this.#team = team;
    this.manifest = manifest;
    this.maxBatch = manifest.maxBatch;
    for (const tensor of manifest.tensors) {
      const port = new Port(memory, tensor, manifest.maxBatch);
      this.#ports.set(tensor.name, port);
      if (tensor.initial) port.whole.fill(tensor.initial);
    }
    this.#memory = memory;
    for (const entry of manifest.entries) this.#entries[entry.name] = this.#entry(entry, instance.exports);
    this.parameters = this.#views('parameter') as Views<Floats>;
    this.gradients = this.#views('gradient', (name) => name.replace(/\.grad$/, '')) as Views<Floats>;
    this.state = this.#views('state');
    this.inputs = this.#views('input');
    this.outputs = this.#views('output');
    this.scalars = this.#scalars();
  }

  /** How many threads the model runs on, this one included. */
  get threads(): number {
    return this.#team.threads;
  }
  /** Why these are fewer than were asked for; null where they are not. */
  get threadsNotice(): string | null {
    return this.#team.notice;
  }

  /** One step: forward, backward and the optimizer's update. Returns the loss, NaN if it became so.
   *  With n alone, of the n samples that were written to `inputs`. */
  trainStep(x: Data | number, y?: Data): number {
    const entry = this.#get('train_step');
    entry.run(this.#feed(entry, x, y));
    return entry.loss![0]!;
  }

  /** The outputs of n samples: a view, valid until the next call. Copy it (`.slice()`) to keep it. */
  forward(x: Data | number): Floats {
    const entry = this.#get('forward');
    const n = this.#feed(entry, x, undefined);
    entry.run(n);
    return entry.output!.at(n) as Floats;
  }

  /** Loss, number of right answers and outputs, with nothing learnt. The result is one object, filled anew each time. */
  evaluate(x: Data | number, y?: Data): Evaluation {
    const entry = this.#get('evaluate');
    const n = this.#feed(entry, x, y);
    entry.run(n);
    const result = this.#evaluation;
    result.loss = entry.loss![0]!;
    result.correct = entry.correct ? entry.correct[0]! : null;
    result.output = entry.output!.at(n) as Floats;
    return result;
  }

  /** Adds the gradients of the loss to `gradients`, as PyTorch's `loss.backward()`. Returns the loss. */
  backward(x: Data | number, y?: Data): number {
    const entry = this.#get('backward');
    entry.run(this.#feed(entry, x, y));
    return entry.loss![0]!;
  }

  /** Adds to `gradients` those of the outputs weighted by `cotangent`, as PyTorch's `out.backward(cotangent)`. */
  vjp(x: Data | number, cotangent?: Float32Array): void {
    const entry = this.#get('vjp');
    entry.run(this.#feed(entry, x, cotangent));
  }

  /** Sets all gradients to zero. */
  zeroGrad(): void {
    this.#get('zero_grad').run(this.maxBatch); // an input's gradient has the batch in its shape
  }

  /** Lets the optimizer apply the gradients that `backward` left. */
  step(): void {
    this.#get('step').run(1);
  }

  /** The learning rate. Setting NaN or infinity throws. */
  get lr(): number {
    return this.#scalar('lr');
  }
  set lr(value: number) {
    this.#scalar('lr');
    this.scalars.lr = value;
  }

  /** The memory of an input, for n samples or for the largest batch: write to it, then call with n alone. */
  input(name: string, n: number = this.maxBatch): View {
    return this.#view('input', name, n);
  }

  /** An output of the last call, for n samples: a view, valid until the next call. */
  output(name: string, n: number = this.maxBatch): View {
    return this.#view('output', name, n);
  }

  /** A parameter's memory. Throws TapeoutError when there is none of that name, and says which is near. */
  parameter(name: string): Floats {
    return this.#view('parameter', name, 1) as Floats;
  }

  /** Copies of all parameters, in the model's order; with `state`, of the optimizer's state and other state too, so that
   *  training resumes where it was. */
  stateDict({ state = false }: { state?: boolean } = {}): Map<string, View> {
    this.#alive();
    return new Map(this.#saved(state).map(({ tensor, whole }) => [tensor.name, whole.slice()]));
  }

  /** Sets all parameters, and whatever state is given. Throws TapeoutError, and changes nothing, when a name is unknown, a
   *  parameter is missing, or a size is wrong. With `strict: false` parameters may be missing. */
  loadStateDict(source: StateDict, { strict = true }: { strict?: boolean } = {}): void {
    this.#alive();
    const given = entriesOf(source);
    for (const [name, value] of given) this.#checkStored(name, value);
    const missing = Object.keys(this.parameters).filter((name) => !given.has(name));
    if (strict && missing.length > 0)
      throw new TapeoutError(
        'missing-parameter',
        `these parameters are missing: ${missing.join(', ')}. Pass { strict: false } to keep their values.`,
      );
    for (const [name, value] of given) this.#ports.get(name)!.whole.set(dataOf(value));
  }

  /** The state dict as the bytes of a safetensors file, with PyTorch's names and layouts. */
  toSafetensors({ state = false }: { state?: boolean } = {}): Uint8Array<ArrayBuffer> {
    this.#alive();
    return writeSafetensors(
      this.#saved(state).map(({ tensor: { name, shape, dtype }, whole }) => [
        name,
        { dtype: storedAs[dtype], shape, data: whole } as StoredTensor,
      ]),
    );
  }

  /** Calls every method for about so many milliseconds in all, so that the engine has compiled them well before the first
   *  call that counts. Then everything is as it was before: what the model has learnt, its inputs, its outputs. */
  warmUp(milliseconds: number): void {
    this.#alive();
    // What lies ahead of all tensors is the threads', which go on meanwhile.
    const memory = new Uint8Array(this.#memory, Math.min(...this.manifest.tensors.map((t) => t.offset)));
    const before = memory.slice();
    // What does most first: what it leaves to compile is compiled beside the calls of the rest.
    const entries = Object.values(this.#entries).toReversed() as Entry[];
    const call = ({ name }: Entry) => this[methods[name as EntryName]].bind(this) as (n: number) => void;
    warmUp(entries.map(call), this.maxBatch, milliseconds);
    memory.set(before);
  }

  /** Lets go of the module, and ends its threads. Every later call throws. */
  dispose(): void {
    this.#disposed = true;
    this.#team.end();
    for (const name of Object.keys(this.#entries)) delete this.#entries[name];
  }

  #entry({ name, inputs, outputs }: ManifestEntry, exports: WebAssembly.Exports): Entry {
    const ports = (names: readonly string[]) => names.map((port) => this.#ports.get(port)!);
    const results = ports(outputs);
    const named = (name: string) => results.find((port) => port.tensor.name === name) ?? null;
    const [loss, correct] = [named('loss'), named('correct')];
    return {
      name,
      run: this.#guarded(exports[name] as (n: number) => void),
      inputs: ports(inputs),
      outputs: results,
      loss: loss?.whole ?? null,
      correct: correct?.whole ?? null,
      output: results.find((port) => port !== loss && port !== correct) ?? null,
    };
  }

  /** A call that another thread's end has ended leaves a model that is of no use. */
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
    const have = this.manifest.entries.map((e) => e.name).join(',');
    throw new TapeoutError(
      'missing-entry',
      `this module has no ${methods[name]}(): it was compiled with the entries ${have}. ` +
        `Compile it with --entries ${have},${name}.`,
    );
  }

  /** Checks everything, then copies the inputs in. Returns the batch size. */
  #feed(entry: Entry, a: Data | number, b: Data | undefined): number {
    const [first, second] = [entry.inputs[0], entry.inputs[1]];
    if (typeof a === 'number') {
      checkBatch(a, this.maxBatch);
      for (let i = 0; i < entry.inputs.length; i++) checkRange(entry.inputs[i]!, entry.inputs[i]!.whole, a);
      return a;
    }
    if (!first || entry.inputs.length > 2) throw callWithBatch(entry);
    checkArray(a, first.tensor);
    const n = first.batched ? samplesIn(a, first.each, this.maxBatch, first.tensor) : 1;
    if (!first.batched) checkLength(a, first.each, 1, first.tensor, '');
    checkRange(first, a, n);
    if (second) {
      checkArray(b, second.tensor);
      checkLength(b!, second.count(n), n, second.tensor, first.tensor.name);
      checkRange(second, b!, n);
      second.whole.set(b!);
    }
    first.whole.set(a);
    return n;
  }

  #view(purpose: 'input' | 'output' | 'parameter', name: string, n: number): View {
    this.#alive();
    const port = this.#ports.get(name);
    if (port?.tensor.purpose !== purpose) throw unknownName(purpose, name, this.#names(purpose));
    checkBatch(n, this.maxBatch);
    return port.at(n);
  }

  #saved(state: boolean): Port[] {
    return [...this.#ports.values()].filter(
      ({ tensor: { purpose } }) => isSaved(purpose) && (state || purpose !== 'state'),
    );
  }

  #checkStored(name: string, value: Data | StoredTensor): void {
    const port = this.#ports.get(name);
    if (!port || !isSaved(port.tensor.purpose)) throw unknownName('parameter', name, this.#names('parameter'));
    const { shape } = port.tensor;
    const [what, data] = [`the ${port.tensor.purpose} '${name}'`, dataOf(value)];
    checkArray(data, port.tensor);
    const given = isTensor(value) ? value.shape : null;
    if (given && `${given}` !== `${shape}`)
      throw new TapeoutError(
        'wrong-shape',
        `${what} has the shape ${showShape(shape)}, but ${showShape(given)} was given.`,
      );
    if (data.length !== port.each)
      throw new TapeoutError(
        'wrong-length',
        `${what} takes ${port.each} values, shape ${showShape(shape)}, but ${data.length} were given.`,
      );
  }

  #scalar(name: string): number {
    this.#alive();
    if (!Object.hasOwn(this.scalars, name)) throw unknownName('scalar', name, Object.keys(this.scalars));
    return this.scalars[name]!;
  }

  #scalars(): Record<string, number> {
    const scalars: Record<string, number> = {};
    for (const name of this.#names('scalar')) {
      const memory = this.#ports.get(name)!.whole;
      Object.defineProperty(scalars, name, {
        enumerable: true,
        get: () => memory[0]!,
        set: (value: unknown) => {
          this.#alive();
          checkScalar(name, value);
          memory[0] = value;
        },
      });
    }
    return Object.freeze(scalars);
  }

  #views(purpose: Purpose, rename: (name: string) => string = (name) => name): Views {
    return Object.freeze(
      Object.fromEntries(this.#names(purpose).map((name) => [rename(name), this.#ports.get(name)!.whole])),
    );
  }

  #names(purpose: Purpose): string[] {
    return this.manifest.tensors.filter((t) => t.purpose === purpose).map((t) => t.name);
  }

  #alive(): void {
    if (this.#disposed)
      throw new TapeoutError('disposed', 'this model was disposed of. Instantiate it again to use it.');
  }
}

function checkRange(port: Port, data: Data, n: number): void {
  if (port.tensor.range !== undefined) checkLabels(data, port.count(n), port.tensor);
}

function callWithBatch({ name, inputs }: Entry): TapeoutError {
  const names = inputs.map((port) => port.tensor.name);
  return new TapeoutError(
    'wrong-array',
    `${name} takes ${names.length} inputs (${names.join(', ') || 'none'}). Write them with model.input(name), ` +
      'then call it with the batch size alone.',
  );
}

function entriesOf(source: StateDict): ReadonlyMap<string, Data | StoredTensor> {
  if (source instanceof Uint8Array) return readSafetensors(source, 'the weights');
  if (source instanceof ArrayBuffer) return readSafetensors(new Uint8Array(source), 'the weights');
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new TapeoutError(
      'wrong-array',
      `the weights must be arrays by name, or the bytes of a safetensors file, but they are ${kindOf(source)}.`,
    );
  return source instanceof Map ? source : new Map(Object.entries(source));
}

const isTensor = (value: Data | StoredTensor): value is StoredTensor =>
  typeof value === 'object' && value !== null && 'data' in value;
const dataOf = (value: Data | StoredTensor): Data => (isTensor(value) ? (value.data as Data) : value);
const storedAs = { f32: 'F32', i32: 'I32', u8: 'U8', bool: 'U8' } as const;
/** Gradients and data come and go; what a state dict may hold is what a model has learnt. */
const isSaved = (purpose: Purpose) => purpose === 'parameter' || purpose === 'state';
