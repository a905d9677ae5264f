/** PyTorch's numbers: the goldens in test/goldens/pytorch, read when first asked for, and the tolerance they are held to. */
import { readFileSync } from 'node:fs';
import { optim } from '../../frontend/index.ts';
import type { Optimizer } from '../../passes/update.ts';
import { readSafetensors, type StoredDtype, type StoredTensor } from '../../runtime/safetensors.ts';

const folder = new URL('../goldens/pytorch/', import.meta.url);

/** [max |f32 - f64|, max |f64|, elements further apart than 1e-6], all of PyTorch against itself. */
export type Err64 = readonly [worst: number, largest: number, far?: number];
type Errs = Readonly<Record<string, Err64>>;
export type LossSpec = { readonly type: 'MSELoss' | 'CrossEntropyLoss'; readonly reduction: 'mean' };
export type OptimizerSpec = { readonly type: string; readonly lr?: number } & Readonly<Record<string, unknown>>;

interface Common {
  readonly id: string;
  readonly file: string;
  readonly note?: string;
}
/** Where a tensor is: `key` inside the case's file. */
export interface TensorRef {
  readonly key: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
}
interface Training extends Common {
  readonly params: string;
  readonly x: string;
  readonly y: string;
  readonly loss: LossSpec;
  readonly losses: string;
  readonly err64: Errs;
}
/** The fields of each kind of case, named as in index.json. A text that ends in `/` is a key prefix. */
export interface Cases {
  net: Common & {
    readonly params: string;
    readonly param_order: readonly string[];
    readonly print: string;
    readonly num_params: number;
  };
  forward: Common & { readonly params: string; readonly x: string; readonly logits: string; readonly err64: Errs };
  grad: Common & {
    readonly params: string;
    readonly x: string;
    readonly grads: string;
    readonly grad_x: string;
    readonly err64: Errs;
    /** Either a loss, its target and its value, or the output gradient `v` of `out.backward(v)`. */
    readonly loss?: LossSpec;
    readonly target?: string;
    readonly loss_value?: string;
    readonly v?: string;
  };
  accumulate: Training & { readonly batches: readonly number[]; readonly grads: string };
  train: Training & { readonly optimizer: OptimizerSpec; readonly steps: number; readonly after: string };
  'train-lbfgs': Training & {
    readonly optimizer: OptimizerSpec;
    readonly steps: number;
    readonly after: string;
    readonly batch: number;
    readonly eval_losses: string;
    readonly eval_losses_float64: string;
    readonly evals_iters_after_each_step: readonly (readonly [evaluations: number, iterations: number])[];
    readonly losses_float64: readonly number[];
  };
  curve: Training & {
    readonly optimizer: OptimizerSpec;
    readonly steps: number;
    readonly after: string;
    readonly order: string;
    readonly losses_float64: string;
    readonly print_first_last: readonly [number, number];
  };
  optim: Common & {
    readonly optimizer: OptimizerSpec;
    readonly steps: number;
    readonly params: Readonly<
      Record<string, { readonly init: string; readonly grads: string; readonly after: string }>
    >;
    readonly err64: Errs;
  };
  'optim-lbfgs': Common & {
    readonly optimizer: OptimizerSpec;
    readonly steps: number;
    readonly x: string;
    readonly y: string;
    readonly init: string;
    readonly after: string;
    readonly losses: string;
    readonly err64: Errs;
  };
  op: Common & {
    readonly op: string;
    readonly torch: string;
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly inputs: Readonly<Record<string, (TensorRef & { readonly grad: boolean }) | null>>;
    readonly outputs: Readonly<Record<string, TensorRef & { readonly cotangent?: string }>>;
    readonly vjp: Readonly<Record<string, TensorRef | null>> | null;
    readonly err64: Errs;
  };
  text: Common & {
    readonly repr?: Readonly<Record<string, string>>;
    readonly chain?: readonly string[];
    readonly len_params?: number;
    readonly param_shapes?: readonly (readonly number[])[];
  };
}

let index: readonly { readonly kind: string }[] | undefined;
const files = new Map<string, Map<string, StoredTensor>>();

/** Every case of one kind, in the index's order. */
export function cases<K extends keyof Cases>(kind: K): readonly Cases[K][] {
  index ??= JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')).cases as { kind: string }[];
  return index.filter((c) => c.kind === kind) as unknown as readonly Cases[K][];
}

/** Every tensor of a golden file: `tensors('lenet.safetensors')`. */
export function tensors(file: string): ReadonlyMap<string, StoredTensor> {
  const known = files.get(file) ?? readSafetensors(readFileSync(new URL(file, folder)), file);
  files.set(file, known);
  return known;
}

/** One tensor of a golden file: `tensor('lenet.safetensors', 'init/conv1.weight')`. */
export function tensor(file: string, key: string): StoredTensor {
  const found = tensors(file).get(key);
  if (!found) throw new Error(`the golden ${file} has no tensor '${key}'`);
  return found;
}

/** As `tensor`, for one that is known to be f32. */
export function f32(file: string, key: string): Float32Array {
  const found = tensor(file, key);
  if (found.dtype !== 'F32') throw new Error(`the golden ${file} holds '${key}' as ${found.dtype}, not F32`);
  return found.data;
}

/** The tensors whose key begins with `prefix`, named by what follows: `under(c.file, c.params)`. */
export const under = (file: string, prefix: string): ReadonlyMap<string, StoredTensor> =>
  new Map(
    [...tensors(file)].filter(([key]) => key.startsWith(prefix)).map(([key, t]) => [key.slice(prefix.length), t]),
  );

/** Fails unless every element of `got` is within the goldens' tolerance of `want`; integers must be equal.
 *  `lr` is for what Adam, AdamW and RMSprop trained: `err64[2]` elements may then be off by that much (see the README). */
export function expectClose(
  got: ArrayLike<number | bigint>,
  want: StoredTensor | ArrayLike<number>,
  err64: Err64 | undefined,
  what: string,
  { lr = 0 }: { lr?: number } = {},
): void {
  const fail = (problem: string): never => {
    const error = new Error(`${what}: ${problem}`);
    Error.captureStackTrace(error, expectClose);
    throw error;
  };
  const shape = 'dtype' in want ? want.shape : [want.length];
  const exact = 'dtype' in want && want.dtype !== 'F32';
  const wanted: ArrayLike<number | bigint> = 'dtype' in want ? want.data : want;
  const [worst64, largest64, far = 0] = err64 ?? [0, 0];
  if (got.length !== wanted.length) fail(`got ${got.length} elements, want ${wanted.length} ([${shape}])`);

  const off: { i: number; excess: number; difference: number; allowed: number }[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const [g, w] = [Number(got[i]), Number(wanted[i])];
    if (g === w || (Number.isNaN(g) && Number.isNaN(w))) continue;
    const allowed = exact || !Number.isFinite(w) ? 0 : 1e-6 * Math.max(1, largest64) + 8 * worst64 + 1e-5 * Math.abs(w);
    const difference = Math.abs(g - w);
    // Written so that a NaN difference is off, and further off than any number.
    if (!(difference <= allowed))
      off.push({ i, difference, allowed, excess: Number.isNaN(difference) ? Infinity : difference - allowed });
  }
  if (off.length <= (lr > 0 ? far : 0) && off.every(({ difference, allowed }) => difference <= lr + allowed)) return;

  const [first, ...rest] = off;
  if (!first) return;
  const { i, difference, allowed } = rest.reduce((a, b) => (b.excess > a.excess ? b : a), first);
  fail(
    `${off.length} of ${wanted.length} elements are off. The worst is [${unravel(i, shape)}] (flat ${i}): ` +
      `got ${got[i]}, want ${wanted[i]}, they differ by ${difference.toPrecision(4)} and may by ${allowed.toPrecision(4)}`,
  );
}

function unravel(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = flat;
  for (const extent of shape.toReversed()) {
    at.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return at;
}

/** PyTorch's optimizer with PyTorch's options. */
export function optimizerOf({ type, ...options }: OptimizerSpec): Optimizer {
  const make = optim[type as keyof typeof optim] as (o: object) => Optimizer;
  const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return make(Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value])));
}
