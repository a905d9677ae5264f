/** Runs a compiled model kernel by kernel and times each. The module is made for this, with every kernel exported; the module that
 *  ships is not. */

import { emitWasm, kernelExport } from '../../codegen/wasm/emit.ts';
import { CompilerBug } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { type Entry, type Program, timesOf } from '../../ir/program.ts';
import { bindDim, type DType } from '../../ir/type.ts';
import type { Manifest, ManifestTensor } from '../../runtime/manifest.ts';
import { Generator } from '../../runtime/random.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { clockCost } from './clock.ts';
import { instance } from './engine.ts';

/** The number of different inputs that steps cycle through: a branch predictor would memorize a few. */
export const variety = 16;
/** The number of values of an index, if the model does not state it. */
const usualRange = 2;

type Call = (n: number) => void;

/** A sampler on any device. */
export interface Sampler {
  /** The kernels of a step, in their order. */
  readonly launches: readonly Kernel[];
  /** How often each of them runs in a call; `step` runs each once. */
  readonly times: readonly number[];
  /** Runs one step; the milliseconds of each launch. The start times are added to `starts`, if given. */
  step(starts?: number[]): Float64Array | Promise<Float64Array>;
  /** Runs one step in one call, as the shipped module does; its milliseconds. */
  whole(): number | Promise<number>;
}

/** A synchronous sampler. */
export interface WasmSampler extends Sampler {
  step(starts?: number[]): Float64Array;
  whole(): number;
  /** A copy of the memory that outlives a step. */
  state(): Uint8Array;
}

/** A model ready to be sampled: its initial weights, seeded inputs, a batch of `n`. */
export function sampler(
  { program, processor, manifest, weights }: Pick<Compiled, 'program' | 'processor' | 'manifest' | 'weights'>,
  entry: Entry,
  n: number,
): WasmSampler {
  const { exports } = instance(emitWasm(program, { each: true, madd: processor.madd }).wasm, processor.madd);
  const memory = (exports.memory as WebAssembly.Memory).buffer;
  const call = (name: string): Call => {
    const f = exports[name];
    if (typeof f !== 'function') throw new CompilerBug('emit', `the module exports no '${name}'`);
    return f as Call;
  };
  const kernels = entry.launches.map((k) => call(kernelExport(k)));
  const all = call(entry.name);
  const cost = clockCost();
  fill(memory, manifest, weights);
  const begin = new Uint8Array(memory, 0, lastingBytes(program)).slice();
  const inputs = Array.from({ length: variety }, (_, i) => inputsOf(manifest, entry, n, i));

  let steps = 0;
  /** Restarts the training whenever the samples are used up, so that it neither converges nor diverges. */
  const prepare = (): void => {
    const at = steps++ % variety;
    if (at === 0) new Uint8Array(memory).set(begin);
    for (const [{ offset, dtype }, data] of inputs[at] as Inputs)
      new arrays[dtype](memory, offset, data.length).set(data);
  };
  return {
    launches: entry.launches,
    times: entry.launches.map((_, i) => timesOf(entry, i)),
    step(starts) {
      prepare();
      const times = new Float64Array(kernels.length);
      for (const [i, f] of kernels.entries()) {
        const start = performance.now();
        f(n);
        times[i] = Math.max(0, performance.now() - start - cost);
        starts?.push(start);
      }
      return times;
    },
    whole() {
      prepare();
      const start = performance.now();
      all(n);
      return Math.max(0, performance.now() - start - cost);
    },
    state: () => new Uint8Array(memory, 0, lastingBytes(program)).slice(),
  };
}

const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array } as const;
const elementCount = ({ shape }: ManifestTensor, n: number): number =>
  shape.reduce<number>((p, d) => p * bindDim(typeof d === 'number' ? d : { times: d.batch }, n), 1);

/** The number of bytes, from the start of memory, that outlive a step. */
const lastingBytes = ({ slots }: Program): number =>
  slots.reduce((end, s) => (s.purpose === 'temp' ? end : Math.max(end, s.offset + s.bytes)), 0);

function fill(memory: ArrayBuffer, { tensors, maxBatch }: Manifest, weights: Compiled['weights']): void {
  for (const t of tensors) {
    const view = new arrays[t.dtype](memory, t.offset, elementCount(t, maxBatch));
    const values = weights.get(t.name);
    if (values) view.set(values);
    else if (t.initial !== undefined) view.fill(t.initial);
  }
}

type Inputs = readonly (readonly [ManifestTensor, Float32Array | Int32Array | Uint8Array])[];

/** Seeded inputs of an entry for a batch of n. */
export function inputsOf({ tensors }: Manifest, { inputs }: Entry, n: number, seed: number): Inputs {
  const generator = new Generator(seed);
  return inputs.map(({ name }) => {
    const t = tensors.find((other) => other.name === name) as ManifestTensor;
    const { dtype } = t;
    const below = t.range ?? usualRange;
    const draw = (d: DType): number =>
      d === 'f32' ? generator.uniform(-1, 1) : d === 'bool' ? generator.random32() % 2 : generator.random32() % below;
    const data = new arrays[dtype](elementCount(t, n));
    for (let i = 0; i < data.length; i++) data[i] = draw(dtype);
    return [t, data] as const;
  });
}
