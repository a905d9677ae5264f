/** A model running on a GPU, with the calls of the WebAssembly model, asynchronous where they return results. A step writes its batch,
 *  encodes one pass and submits it; nothing waits for it unless its results are read. */
import { type Argument, checkCall, takesNothing } from './call.ts';
import { Carried } from './carried.ts';
import {
  arrayOf,
  checkBatch,
  type Data,
  elementsAt,
  TapeoutError,
  unknownName,
  type View,
  wordBytes,
  wordsOf,
} from './check.ts';
import { GpuProgram } from './gpu-program.ts';
import { Readback, type Stretch } from './gpu-read.ts';
import { checkWgslTag } from './gpu-tag.ts';
import { fromWords, toWords, usage } from './gpu-words.ts';
import { checkOptions } from './load-options.ts';
import type { Manifest, ManifestDispatch, ManifestEntry, Purpose } from './manifest.ts';
import type { Evaluation, Views } from './model.ts';
import {
  disposedError,
  type EntryName,
  gathered,
  isCarried,
  missingEntry,
  nameOfOutput,
  Port,
  resultsOf,
  Slot,
  Slots,
  scalarsOver,
  withScalar,
} from './port.ts';
import { readGpuManifest } from './read-gpu-manifest.ts';
import { inspect, summaryOf, textOf } from './show.ts';
import { checkedState, type IncompatibleKeys, samplesOf, savedSlots, stateFile, stateOptions } from './state-dict.ts';
import type { StateDict } from './weights.ts';

type Floats = Float32Array<ArrayBuffer>;

/** The number of steps whose losses the device keeps. */
export const keptLosses = 1024;

/** The owner of a model's device. */
export interface DeviceOwner {
  /** Opens another device for the same model, after this one is lost. */
  reopen(): Promise<GPUDevice>;
  /** The reason why the model runs on this device. */
  readonly notice: string | null;
}

/** The shaders' text, or a function that returns the text for a device. */
export type ShaderSource = string | ((device: GPUDevice) => Promise<string>);

/** Loads a model on a device. Without weights, the parameters are zero until `loadStateDict`. The device remains the caller's, unless
 *  an `owner` is given: then the model destroys it on disposal. Throws TapeoutError when shaders, manifest and weights do not belong
 *  together, or the device is too small. */
export async function instantiateGpu(
  device: GPUDevice,
  wgsl: ShaderSource,
  given: Manifest,
  weights?: StateDict,
  owner: DeviceOwner | null = null,
): Promise<GpuModel> {
  const manifest = readGpuManifest(given);
  if (!manifest.webgpu)
    throw new TapeoutError('no-webgpu', 'this model was compiled without shaders. Compile it with --target all.');
  const text = typeof wgsl === 'function' ? await wgsl(device) : wgsl;
  checkWgslTag(text, manifest.tags);
  const program = await GpuProgram.of(device, text, manifest.webgpu, manifest.maxBatch);
  const model = new GpuModel(program, wgsl, manifest, owner);
  try {
    if (weights !== undefined && weights !== null) model.loadStateDict(weights);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** A loss on the device. Awaiting it reads it back; a step whose loss is not awaited reads nothing. */
class Loss implements PromiseLike<number> {
  readonly #read: () => Promise<number>;
  #value: Promise<number> | null = null;

  constructor(read: () => Promise<number>) {
    this.#read = read;
  }

  then<A = number, B = never>(
    met?: ((value: number) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#value ??= this.#read();
    return this.#value.then(met, failed);
  }
}

interface GpuEntry {
  readonly name: EntryName;
  readonly carried: ManifestEntry['carried'];
  readonly leastBatch: number;
  readonly dispatches: readonly ManifestDispatch[];
  readonly inputs: readonly Port[];
  readonly loss: Slot | null;
  readonly correct: Slot | null;
  /** What forward returned. */
  readonly outputs: readonly Slot[];
}

/** A call whose inputs are being uploaded. */
interface Call {
  readonly entry: GpuEntry;
  readonly n: number;
  readonly encoder: GPUCommandEncoder;
}

/** A model made by `instantiateGpu`. Its arrays are copies, except `inputs`, which are read when a call begins. */
export class GpuModel {
  readonly backend = 'webgpu';
  readonly manifest: Manifest;
  readonly maxBatch: number;
  /** For the largest batch, in the host's memory: fill the first n samples, then call with n alone, as in `trainStep(n)`. */
  readonly inputs: Views;
  /** Numbers to set between steps, such as `scalars.lr`. Setting NaN or infinity throws. */
  readonly scalars: Record<string, number>;

  readonly #program: GpuProgram;
  readonly #wgsl: ShaderSource;
  readonly #owner: DeviceOwner | null;
  readonly #slots = new Slots<Slot>();
  readonly #inputs = new Map<string, Port>();
  readonly #carried = new Carried();
  readonly #entries: Partial<Record<string, GpuEntry>> = {};
  readonly #readback: Readback;
  /** A ring buffer of the losses of the last steps. */
  readonly #ring: GPUBuffer;
  /** The number of steps with a loss, and the latest read of their losses, which is shared until the next step. */
  #steps = 0;
  #losses: { readonly steps: number; readonly values: Promise<Floats> } | null = null;
  /** The state at the last checkpoint. */
  #checkpoint: Map<string, View> | null = null;
  #end: TapeoutError | null = null;

  constructor(program: GpuProgram, wgsl: ShaderSource, manifest: Manifest, owner: DeviceOwner | null) {
    const { device } = program;
    const { tensors, entries } = manifest.webgpu!;
    this.manifest = manifest;
    this.maxBatch = manifest.maxBatch;
    this.#program = program;
    this.#wgsl = wgsl;
    this.#owner = owner;
    this.#readback = new Readback(program);
    this.#ring = device.createBuffer({
      label: 'tapeout losses',
      size: keptLosses * wordBytes,
      usage: usage.copySource | usage.copyTarget,
    });
    const scalars = new Map<string, View>();
    for (const tensor of tensors) {
      const { name, purpose, dtype, shape, offset, initial } = tensor;
      const count = elementsAt(shape, this.maxBatch);
      if (purpose === 'scalar') {
        const memory = new arrayOf[dtype](program.call, offset, 1);
        memory[0] = initial ?? 0;
        scalars.set(name, memory);
      } else if (initial) program.arena.write(offset, toWords(new arrayOf[dtype](count).fill(initial)));
      if (purpose === 'input')
        this.#inputs.set(name, new Port(new ArrayBuffer(count * wordBytes), 0, tensor, this.maxBatch));
      else this.#slots.add(new Slot(tensor));
    }
    for (const { name, inputs, outputs, dispatches, carried, leastBatch = 1 } of entries)
      this.#entries[name] = {
        name: name as EntryName,
        dispatches,
        carried,
        leastBatch,
        inputs: inputs.map((input) => this.#inputs.get(input)!),
        ...resultsOf(outputs.map((output) => this.#slots.of('output').get(output)!)),
      };
    this.inputs = Object.freeze(Object.fromEntries([...this.#inputs].map(([name, port]) => [name, port.whole])));
    this.scalars = scalarsOver(scalars, () => this.#alive());
    // Weak, because a shared device outlives its models.
    const self = new WeakRef(this);
    device.lost.then(({ reason, message }) => {
      const model = self.deref();
      if (model) model.#stop(lostError(reason, message));
    });
    // Errors on a shared device may be caused by others.
    if (owner)
      device.addEventListener('uncapturederror', ({ error }) => this.#stop(failedError(wordsOf(error.message))));
  }

  /** The reason why the model runs on this device, if that was chosen, and the features that its shaders use, if any are possible; null
   *  for a device of the caller's. */
  get backendNotice(): string | null {
    return this.#owner?.notice ?? null;
  }

  // Calls take the same arguments as those of the WebAssembly model.

  /** Queues one step: forward, backward and the optimizer's update. The loss is read back when it is awaited, which is possible for the
   *  last `keptLosses` steps; NaN if it became so. */
  trainStep(...args: Argument[]): PromiseLike<number> {
    return this.#withLoss('train_step', args);
  }

  /** The output for n samples; where the model's forward returns several tensors, a list or an object of them. */
  async forward<Outputs = Floats>(...args: Argument[]): Promise<Outputs> {
    const call = this.#fed('forward', args);
    const { outputs } = call.entry;
    const values = await this.#results(call, outputs);
    return this.#returned(outputs, values) as Outputs;
  }

  /** The loss, the number of correct answers and the outputs, without training. */
  async evaluate<Outputs = Floats>(...args: Argument[]): Promise<Evaluation<Outputs>> {
    const call = this.#fed('evaluate', args);
    const { entry } = call;
    const { loss, correct, outputs } = entry;
    const asked = [loss!, ...outputs, ...(correct ? [correct] : [])];
    const values = await this.#results(call, asked);
    return {
      loss: values[0]![0]!,
      correct: correct ? values.at(-1)![0]! : null,
      output: this.#returned(outputs, values.slice(1, 1 + outputs.length)) as Outputs,
    };
  }

  /** Queues: adds the gradients of the loss to the accumulated ones, as PyTorch's `loss.backward()`. The loss is as for `trainStep`. */
  backward(...args: Argument[]): PromiseLike<number> {
    return this.#withLoss('backward', args);
  }

  /** Queues: adds the gradients of the outputs weighted by the last array, as PyTorch's `out.backward(cotangent)`. */
  vjp(...args: Argument[]): void {
    const { entry, n, encoder } = this.#fed('vjp', args);
    this.#submit(entry, n, encoder);
  }

  /** Queues: sets all gradients to zero. */
  zeroGrad(...none: never[]): void {
    this.#submit(takesNothing(this.#get('zero_grad'), none), this.maxBatch); // an input's gradient has the batch in its shape
  }

  /** Queues: lets the optimizer apply the accumulated gradients. */
  step(...none: never[]): void {
    this.#submit(takesNothing(this.#get('step'), none), 1);
  }

  /** The learning rate of the steps from now on. Setting NaN or infinity throws. */
  get lr(): number {
    this.#alive();
    return withScalar(this.scalars, 'lr').lr!;
  }
  set lr(value: number) {
    this.#alive();
    this.scalars.lr = value;
  }

  /** The host's memory of an input, for n samples or for the largest batch: write to it, then call with n alone. */
  input(name: string, n: number = this.maxBatch): View {
    this.#alive();
    const port = this.#inputs.get(name);
    if (!port) throw unknownName('input', name, [...this.#inputs.keys()]);
    checkBatch(n, this.maxBatch);
    return port.at(n);
  }

  /** A copy of an output of the last call, by name or by its number among those that forward returns, for n samples. */
  output(name: string | number, n: number = this.maxBatch): Promise<View> {
    const { forward, evaluate } = this.#entries;
    return this.#copy('output', nameOfOutput(name, (forward ?? evaluate)?.outputs), n);
  }

  /** A copy of a parameter. Rejects with a TapeoutError when there is none of that name, and suggests a similar one. */
  async parameter(name: string): Promise<Floats> {
    return (await this.#copy('parameter', name, 1)) as Floats;
  }

  /** A copy of the accumulated gradient of a parameter. */
  async gradient(name: string): Promise<Floats> {
    return (await this.#copy('gradient', name, this.maxBatch)) as Floats;
  }

  /** Copies of all parameters and buffers, in the model's order, after all calls so far; with `state`, also of the optimizer's state
   *  and scalars such as the learning rate, so that training can resume. */
  async stateDict(options: { state?: boolean } = {}): Promise<Map<string, View>> {
    const { state = false } = stateOptions('stateDict', options);
    return new Map((await this.#saved(state)).map(([{ tensor }, value]) => [tensor.name, value]));
  }

  /** Sets all parameters and buffers, and any other given state. Throws TapeoutError, and changes nothing, when a size or a value is
   *  wrong, a name is unknown, or a parameter or buffer is missing. With `strict: false`, unknown names are ignored, and missing
   *  tensors keep their values. Returns both lists, as PyTorch does; they are empty unless `strict` is false. */
  loadStateDict(source: StateDict, options: { strict?: boolean } = {}): IncompatibleKeys {
    this.#alive();
    checkOptions('loadStateDict', options, { strict: 'flag' });
    const { strict = true } = options;
    const { values, keys } = checkedState(source, this.#slots.saved, { strict, maxBatch: this.maxBatch });
    for (const [name, data] of values) {
      const slot = this.#slots.saved.get(name)!;
      const { purpose, offset } = slot.tensor;
      if (isCarried(slot.tensor)) {
        this.#clear(slot);
        this.#carried.set(name, samplesOf(slot, data));
      }
      if (purpose === 'scalar') this.scalars[name] = data[0]!;
      else this.#program.arena.write(offset, toWords(data));
    }
    return keys;
  }

  /** The state dict as the bytes of a safetensors file, with PyTorch's names and layouts. */
  async toSafetensors(options: { state?: boolean } = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { state = false } = stateOptions('toSafetensors', options);
    return stateFile(await this.#saved(state));
  }

  /** Queues: sets state with a batch in its shape, which calls hand on to each other, to zeros. The next call may have any batch. */
  resetState(): void {
    this.#alive();
    for (const slot of this.#slots.of('state').values()) if (isCarried(slot.tensor)) this.#clear(slot);
    this.#carried.reset();
  }

  /** Keeps a copy of the full state, from which `recover` continues, and returns it as a state dict. */
  async checkpoint(): Promise<Map<string, View>> {
    const state = await this.stateDict({ state: true });
    this.#checkpoint = state;
    return new Map([...state].map(([name, data]) => [name, data.slice()]));
  }

  /** The model on another device, in the state of the last `checkpoint`; this one is disposed of. A model that opened its own device
   *  opens another, unless it is given one. */
  async recover(device?: GPUDevice): Promise<GpuModel> {
    const kept = this.#checkpoint;
    if (!kept)
      throw new TapeoutError(
        'no-checkpoint',
        'there is no checkpoint to go on from. Call await model.checkpoint() now and then, or load the model again.',
      );
    const next = device ?? (await this.#owner?.reopen());
    if (!next)
      throw new TapeoutError(
        'no-webgpu',
        'the device of this model was given to it, so that it needs another one to go on: recover(device).',
      );
    this.dispose();
    const model = await instantiateGpu(next, this.#wgsl, this.manifest, kept, device ? null : this.#owner);
    model.#checkpoint = kept;
    return model;
  }

  /** Resolves once at most `stepsAhead` calls are queued on the device; at once if that is already so. A loop that awaits nothing else
   *  should await this before each step: queued calls take memory, and a call itself cannot wait. */
  async ready(): Promise<void> {
    this.#alive();
    await this.#program.pace.ready();
    this.#alive();
  }

  /** Resolves once all calls so far have run. */
  async finished(): Promise<void> {
    this.#alive();
    await this.#program.device.queue.onSubmittedWorkDone();
    this.#alive();
  }

  /** Frees the model's memory on the device. All later calls throw, and pending ones reject. */
  dispose(): void {
    this.#stop(disposedError());
    if (this.#owner) this.#program.device.destroy();
  }

  /** The value for JSON.stringify: the model's name and shapes. */
  toJSON(): object {
    return summaryOf(this.manifest, this.backend);
  }
  [inspect](): string {
    return textOf(this.manifest, 'WebGPU');
  }

  /** What forward returned, of these values. */
  #returned(outputs: readonly Slot[], values: readonly View[]): unknown {
    const { returns } = this.manifest;
    return returns ? gathered(returns, outputs, values) : values[0];
  }

  #clear({ tensor: { offset, shape } }: Slot): void {
    this.#program.arena.write(offset, new Uint32Array(elementsAt(shape, this.maxBatch)));
  }

  #stop(error: TapeoutError): void {
    if (this.#end) return;
    this.#end = error;
    this.#program.destroy();
    this.#readback.destroy();
    this.#ring.destroy();
  }

  #alive(): void {
    if (this.#end) throw this.#end;
  }

  #get(name: EntryName): GpuEntry {
    this.#alive();
    const entry = this.#entries[name];
    if (entry) return entry;
    throw missingEntry(name, this.manifest);
  }

  /** Checks everything, then queues the upload of the inputs and encodes their copies into the arena. */
  #fed(name: EntryName, args: unknown[]): Call {
    const entry = this.#get(name);
    const n = checkCall(entry, args, this.maxBatch);
    this.#carried.note(entry, n);
    const isInPlace = typeof args[0] === 'number';
    const encoder = this.#program.device.createCommandEncoder();
    entry.inputs.forEach((port, i) => {
      this.#program.bring(encoder, port.tensor.name, isInPlace ? port.whole : (args[i] as Data), port.count(n));
    });
    return { entry, n, encoder };
  }

  #submit({ dispatches }: GpuEntry, n: number, encoder?: GPUCommandEncoder): void {
    this.#program.pace.submit(this.#program.encode(dispatches, n, encoder));
  }

  #withLoss(name: 'train_step' | 'backward', args: unknown[]): PromiseLike<number> {
    const { entry, n, encoder } = this.#fed(name, args);
    this.#program.encode(entry.dispatches, n, encoder);
    const step = this.#steps++;
    const place = (step % keptLosses) * wordBytes;
    const { buffer, offset } = this.#program.arena.at(entry.loss!.tensor.offset, wordBytes);
    encoder.copyBufferToBuffer(buffer, offset, this.#ring, place, wordBytes);
    this.#program.pace.submit(encoder);
    return new Loss(() => this.#loss(step));
  }

  async #loss(step: number): Promise<number> {
    this.#alive();
    const since = this.#steps - step;
    if (since > keptLosses)
      throw new TapeoutError(
        'loss-expired',
        `this loss is gone: ${since - 1} further steps were queued before it was asked for, and the device keeps the losses ` +
          `of the last ${keptLosses}. Await it sooner.`,
      );
    if (this.#losses?.steps !== this.#steps) {
      const ring = { buffer: this.#ring, offset: 0, bytes: keptLosses * wordBytes };
      this.#losses = { steps: this.#steps, values: this.#bytes([ring]).then((bytes) => new Float32Array(bytes)) };
    }
    return (await this.#losses.values)[step % keptLosses]!;
  }

  async #results({ entry, n, encoder }: Call, slots: readonly Slot[]): Promise<View[]> {
    return this.#read(slots, () => n, this.#program.encode(entry.dispatches, n, encoder));
  }

  async #copy(purpose: Purpose, name: string, n: number): Promise<View> {
    this.#alive();
    const [value] = await this.#read([this.#slots.get(purpose, name, n, this.maxBatch)], () => n);
    return value!;
  }

  /** The contents of a state dict. Scalars are on the host, and have their current values. */
  async #saved(state: boolean): Promise<(readonly [Slot, View])[]> {
    const scalars = new Map(Object.entries(this.scalars).map(([name, value]) => [name, Float32Array.of(value)]));
    const slots = savedSlots(this.#slots.saved, state);
    const onDevice = slots.filter(({ tensor }) => tensor.purpose !== 'scalar');
    const values = new Map<Slot, View>();
    const samplesOf = ({ tensor }: Slot) => (isCarried(tensor) ? this.#carried.samplesOf(tensor.name) : 1);
    (await this.#read(onDevice, samplesOf)).forEach((value, i) => void values.set(onDevice[i]!, value));
    return slots.map((slot) => [slot, values.get(slot) ?? scalars.get(slot.tensor.name)!] as const);
  }

  /** The contents of slots after all calls so far. */
  async #read(slots: readonly Slot[], samples: (slot: Slot) => number, encoder?: GPUCommandEncoder): Promise<View[]> {
    this.#alive();
    if (slots.length === 0) return [];
    const { arena } = this.#program;
    const stretches = slots.map((slot) => arena.at(slot.tensor.offset, slot.count(samples(slot)) * wordBytes));
    const bytes = await this.#bytes(stretches, encoder);
    let at = 0;
    return slots.map(({ tensor: { dtype } }, i) => {
      const from = at;
      at += stretches[i]!.bytes;
      return fromWords(dtype, bytes, from, (at - from) / wordBytes);
    });
  }

  async #bytes(stretches: readonly Stretch[], encoder?: GPUCommandEncoder): Promise<ArrayBuffer> {
    try {
      return await this.#readback.read(stretches, encoder);
    } catch (cause) {
      // The loss of a device may be reported after the failures that it causes.
      const pause = new Promise((resolve) => setTimeout(resolve, newsDelay));
      if (!this.#end) await Promise.race([this.#program.device.lost, pause]);
      throw this.#end ?? new TapeoutError('device-lost', `the GPU cannot be read from: ${wordsOf(cause)}`, { cause });
    }
  }
}

/** The milliseconds to wait after a failed read for the report of a lost device. */
const newsDelay = 200;

const failedError = (message: string): TapeoutError =>
  new TapeoutError(
    'device-failed',
    `the GPU reports an error, so that what the model holds cannot be trusted any more (${message}). ` +
      'await model.recover() goes on from the last checkpoint() on another device; without one, load the model again.',
  );

function lostError(reason: string, message: string): TapeoutError {
  const why = reason === 'destroyed' ? 'it was destroyed' : wordsOf(message) || 'no reason told';
  return new TapeoutError(
    'device-lost',
    `the GPU device is lost (${why}), and what the model had learnt on it. ` +
      'await model.recover() goes on from the last checkpoint() on another device; without one, load the model again.',
  );
}
