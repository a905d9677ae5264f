/** A model's tensors as its caller sees them, on any device: names, sizes and views. */
import {
  arrayOf,
  batchesOf,
  checkBatch,
  checkScalar,
  elementsAt,
  hasBatch,
  TapeoutError,
  unknownName,
  type View,
} from './check.ts';
import type { Manifest, ManifestTensor, Purpose } from './manifest.ts';

/** A tensor and its sizes. */
export class Slot {
  readonly tensor: ManifestTensor;
  readonly batched: boolean;
  /** How often the shape holds the batch. */
  readonly power: number;
  /** The number of elements of one sample, or of the whole tensor if its shape has no batch. */
  readonly each: number;

  constructor(tensor: ManifestTensor) {
    this.tensor = tensor;
    this.power = batchesOf(tensor);
    this.batched = this.power > 0;
    this.each = elementsAt(tensor.shape, 1);
  }

  count(n: number): number {
    if (!this.batched) return this.each;
    return this.power === 1 ? this.each * n : this.each * n * n;
  }
}

/** A tensor in the host's memory, with its views by batch size, made on demand. */
export class Port extends Slot {
  /** The view for the largest batch. */
  readonly whole: View;
  /** Sparse: there may be millions of batch sizes. */
  readonly #views: (View | undefined)[] = [];

  constructor(memory: ArrayBuffer, offset: number, tensor: ManifestTensor, maxBatch: number) {
    super(tensor);
    this.whole = new arrayOf[tensor.dtype](memory, offset, elementsAt(tensor.shape, maxBatch));
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

/** A model's tensors by purpose and name. */
export class Slots<S extends Slot> {
  readonly #all = new Map<Purpose, Map<string, S>>();
  /** The tensors that a state dict may contain. */
  readonly saved = new Map<string, S>();

  add(slot: S): void {
    const { name, purpose } = slot.tensor;
    const alike = this.#all.get(purpose) ?? new Map<string, S>();
    this.#all.set(purpose, alike.set(name, slot));
    if (purpose === 'parameter' || purpose === 'state' || purpose === 'scalar') this.saved.set(name, slot);
  }

  /** The tensors of a purpose, in the manifest's order. */
  of(purpose: Purpose): ReadonlyMap<string, S> {
    return this.#all.get(purpose) ?? new Map();
  }

  /** The tensor of this name. Throws TapeoutError when there is none, or n is not a valid batch. */
  get(purpose: Purpose, name: string, n: number, maxBatch: number): S {
    const slot = this.of(purpose).get(name);
    if (!slot) throw unknownName(purpose, name, [...this.of(purpose).keys()]);
    checkBatch(n, maxBatch);
    return slot;
  }
}

/** The entries' names in a module, and the methods that call them. */
export const methods = {
  forward: 'forward',
  evaluate: 'evaluate',
  train_step: 'trainStep',
  backward: 'backward',
  vjp: 'vjp',
  zero_grad: 'zeroGrad',
  step: 'step',
} as const;
export type EntryName = keyof typeof methods;
const steps: readonly EntryName[] = ['zero_grad', 'backward', 'step'];

export function missingEntry(name: EntryName, { entries }: Manifest): TapeoutError {
  const have = entries.map((e) => e.name);
  // A caller of one of PyTorch's separate steps will need the others too.
  const wanted = steps.includes(name) ? steps : [name];
  return new TapeoutError(
    'missing-entry',
    `this module has no ${methods[name]}(): it was compiled with the entries ${have}. ` +
      `Compile it with --entries ${[...new Set([...have, ...wanted])]}.`,
  );
}

/** An entry's results by their fixed names; what forward returns has other names. */
export function resultsOf<S extends Slot>(results: readonly S[]) {
  const named = (name: string) => results.find((port) => port.tensor.name === name) ?? null;
  const [loss, correct] = [named('loss'), named('correct')];
  return { loss, correct, outputs: results.filter((port) => port !== loss && port !== correct) };
}

/** Several outputs as forward returned them: a list of their views, or an object. */
export const gathered = (returns: Manifest['returns'], outputs: readonly Slot[], views: readonly View[]): unknown =>
  returns === 'list' ? views : Object.fromEntries(outputs.map(({ tensor }, i) => [tensor.name, views[i]]));

/** The name of an output, which may be given by its number among those that forward returns. */
export const nameOfOutput = (name: string | number, outputs: readonly Slot[] = []): string =>
  typeof name === 'number' ? (outputs[name]?.tensor.name ?? String(name)) : name;

/** True if a tensor is a parameter or buffer of the model. Optimizer state differs from buffers in having an initial number; state with
 *  a batch belongs to some samples, and not to what the model has learnt. */
export const isLearnt = (tensor: ManifestTensor): boolean =>
  tensor.purpose === 'parameter' || (tensor.purpose === 'state' && tensor.initial === undefined && !hasBatch(tensor));

/** True for state with a batch in its shape, which is carried from call to call. */
export const isCarried = (tensor: ManifestTensor): boolean => tensor.purpose === 'state' && hasBatch(tensor);

/** An object of numbers to set between steps, backed by their memory. Setting NaN, infinity or an unknown name throws, and `alive` may
 *  throw. */
export function scalarsOver(
  memories: Iterable<readonly [name: string, View]>,
  alive: () => void,
): Record<string, number> {
  const scalars: Record<string, number> = {};
  for (const [name, memory] of memories)
    Object.defineProperty(scalars, name, {
      enumerable: true,
      get: () => memory[0]!,
      set: (value: unknown) => {
        alive();
        checkScalar(name, value);
        memory[0] = value;
      },
    });
  return new Proxy(Object.freeze(scalars), {
    set: (s, name, v) => Reflect.set(withScalar(s, name as string), name, v),
  });
}

/** The scalars, where they have one of this name. Throws TapeoutError where they have not. */
export function withScalar(scalars: Record<string, number>, name: string): Record<string, number> {
  if (!Object.hasOwn(scalars, name)) throw unknownName('scalar', name, Object.keys(scalars));
  return scalars;
}

export const disposedError = (): TapeoutError =>
  new TapeoutError('disposed', 'this model was disposed of. Instantiate it again to use it.');
