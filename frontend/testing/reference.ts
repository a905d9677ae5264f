/** Compares WebAssembly with the meaning of the recorded graph: the float64 interpreter, on the graph before any pass but
 *  inferShapes, autodiff and update. */

import { arrayOf, type Elements } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { Graph, Param } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { countAt, type TensorType } from '../../ir/type.ts';
import { autodiff } from '../../passes/autodiff.ts';
import { inferShapes } from '../../passes/infer-shapes.ts';
import { noOptimizer, update } from '../../passes/update.ts';
import { isModelSpec } from '../model/model.ts';
import { compile } from '../pipeline/compile.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { type EntryName, entriesOf, stateTableOf } from '../pipeline/entries.ts';
import type { CompileOptions } from '../pipeline/options.ts';
import { counted, elementName, number, short, worst } from './compare.ts';
import { explained, type Verdict } from './gradcheck.ts';
import { caseOf, draw, type Input, type SubjectOptions } from './subject.ts';

/** The options of a comparison with the reference. */
export interface ReferenceOptions extends SubjectOptions {
  /** The entries to run, in this order; defaults to all, and for an op or a module to `forward` and `vjp`. */
  readonly entries?: EntryName | readonly EntryName[];
  /** The number of rounds; defaults to 2, because optimizer state is zero in the first. */
  readonly rounds?: number;
  /** The allowed difference relative to a value's size, in addition to rounding; defaults to 1e-5. */
  readonly tolerance?: number;
  /** Options to compile a subject that is not compiled yet. */
  readonly compile?: CompileOptions;
}

type Values = Map<string, ArrayLike<number>>;

/** Runs a compiled model's entries on seeded inputs. All results and all updated values must agree. */
export async function compareToReference(subject: unknown, options: ReferenceOptions = {}): Promise<Verdict> {
  const { seed = 0, rounds = 2, tolerance = 1e-5 } = options;
  const { compiled, inputs, name } = await compiledOf(subject, options);
  const { recording, program } = compiled;
  const n = options.n ?? Math.min(3, recording.maxBatch);
  const graphs = graphsOf(compiled);
  const entries = options.entries === undefined ? [...graphs.keys()] : [options.entries].flat();

  const params = new Map<string, Param>();
  for (const g of graphs.values()) for (const p of g.params) params.set(p.name, p);
  const drawn = draw(
    [...params.values()].filter((p) => p.role === 'input'),
    inputs,
    recording,
    { n, seed },
  );
  const initial = new Map(compiled.manifest.tensors.map((t) => [t.name, t.initial ?? 0]));
  const start = (p: Param): ArrayLike<number> =>
    drawn.get(p) ??
    compiled.weights.get(p.name) ??
    new Float64Array(countAt(p.type.shape, n)).fill(initial.get(p.name) ?? recording.optimizer?.scalars[p.name] ?? 0);
  const exact: Values = new Map([...params].map(([name, p]) => [name, start(p)]));
  const rounded: Values = new Map(exact);
  const machine = await Machine.of(compiled, n);
  for (const [name, values] of exact) machine.set(name, values);

  for (let round = 0; round < rounds; round++)
    for (const entry of entries) {
      const graph = graphs.get(entry);
      if (!graph)
        throw new TypeError(`the model has no entry '${entry}'; its entries are ${[...graphs.keys()].join(', ')}`);
      const want = run(graph, exact, n, 'f64');
      const wantRounded = run(graph, rounded, n, 'f32');
      machine.run(entry);
      for (const [i, { name: result, into, value }] of graph.results.entries()) {
        const port = program.entries.find((e) => e.name === entry)?.outputs.find((p) => p.name === result);
        const got = into ? machine.get(into.name, value.type) : port ? machine.read(port.buffer) : null;
        if (!got) continue;
        const [w, r] = [want[i] as Float64Array, wantRounded[i] as Float64Array];
        // The f32 interpreter's rounding error of this value bounds the part of a difference that may be rounding.
        const slack = 1e-6 * Math.max(1, largest(w)) + 8 * spread(w, r);
        const bad = worst(got, w, (v) => slack + tolerance * Math.abs(v));
        if (!bad) continue;
        const where = elementName(result, bad.index, value.type.shape, n);
        return {
          pass: false,
          message: () =>
            [
              `${name} differs from its reference: ${entry} gives ${where} as ${number(bad.got)}, the float64 interpreter as ${number(bad.want)}`,
              `  they differ by ${short(Math.abs(bad.got - bad.want))}, ${short(bad.allowed)} is allowed${counted(bad)}`,
              `  at N = ${n}, ${rounds > 1 ? `round ${round + 1} of ${rounds}, ` : ''}inputs drawn with seed ${seed}`,
            ].join('\n'),
        };
      }
    }
  return { pass: true, message: () => `${name} is close to its reference, and was expected not to be` };
}

async function compiledOf(
  subject: unknown,
  options: ReferenceOptions,
): Promise<{ compiled: Compiled; inputs: ReadonlyMap<string, Input>; name: string }> {
  if (typeof subject === 'object' && subject !== null && 'printedWith' in subject) {
    const compiled = subject as Compiled;
    const names = [...compiled.recording.inputs, ...compiled.recording.targets].map((p) => p.name);
    const given = Object.entries(options.inputs ?? {}).map(([name, v], i): [string, Input] => [
      Array.isArray(options.inputs) ? (names[i] as string) : name,
      Array.isArray(v) ? { shape: v } : (v as Input),
    ]);
    return { compiled, inputs: new Map(given), name: compiled.recording.name };
  }
  const { spec, inputs, name } = caseOf(subject, 'toBeCloseToReference', options);
  const whole = isModelSpec(subject);
  const asked = options.entries === undefined ? {} : { entries: [options.entries].flat() };
  const how: CompileOptions = whole ? asked : { entries: ['forward', 'vjp'], inputGradient: true, ...asked };
  const make = async (more: CompileOptions): Promise<Compiled> => {
    try {
      return await compile(spec, { verify: true, ...how, ...more, ...options.compile });
    } catch (e) {
      throw whole ? e : explained(e, name, options);
    }
  };
  // A subject without a gradient, such as argmax, has no vjp.
  const differentiable = whole || hasGradient(await make({ entries: ['forward'] }));
  return { compiled: await make(differentiable ? {} : { entries: ['forward'] }), inputs, name };
}

const hasGradient = ({
  recording: {
    train: { output },
    inputs,
    parameters,
  },
}: Compiled): boolean =>
  output.type.dtype === 'f32' && (parameters.length > 0 || inputs.some((p) => p.type.dtype === 'f32'));

/** The graphs of a compiled model's entries, made again with only gradients and updates expanded. */
function graphsOf({ recording, program, manifest }: Compiled): Map<string, Graph> {
  const table = stateTableOf(recording);
  const gradients = new Set(manifest.tensors.filter((t) => t.purpose === 'gradient').map((t) => t.name));
  const module = entriesOf(recording, program.entries.map((e) => e.name) as EntryName[], table, {
    inputGradient: recording.inputs.some((p) => gradients.has(p.name)),
  });
  const passes = [inferShapes, autodiff, update(recording.optimizer ?? noOptimizer, table)];
  return new Map(passes.reduce((m, pass) => pass(m), module).graphs.map((g) => [g.name, g]));
}

/** Runs a graph, and stores its updates in `memory`. */
function run(graph: Graph, memory: Values, n: number, precision: 'f64' | 'f32'): Float64Array[] {
  const given = new Map(graph.params.map((p) => [p, memory.get(p.name) as ArrayLike<number>]));
  const out = interpretGraph(graph, given, n, { precision });
  for (const [r, value] of out) if (r.into) memory.set(r.into.name, value);
  return graph.results.map((r) => out.get(r) as Float64Array);
}

/** An instance of the WebAssembly module, with access to its memory by buffer. */
class Machine {
  readonly #compiled: Compiled;
  readonly #exports: Readonly<Record<string, (n: number) => void>>;
  readonly #memory: ArrayBuffer;
  readonly #n: number;

  private constructor(compiled: Compiled, instance: WebAssembly.Instance, n: number) {
    this.#compiled = compiled;
    this.#exports = instance.exports as never;
    this.#memory = (instance.exports.memory as WebAssembly.Memory).buffer as ArrayBuffer;
    this.#n = n;
  }

  static async of(compiled: Compiled, n: number): Promise<Machine> {
    const module = await WebAssembly.compile(compiled.wasm as BufferSource);
    return new Machine(compiled, await WebAssembly.instantiate(module, {}), n);
  }

  run(entry: string): void {
    this.#exports[entry]?.(this.#n);
  }
  read(buffer: Buffer): ArrayLike<number> {
    return this.#view(buffer).slice();
  }
  get(name: string, type: TensorType): ArrayLike<number> | null {
    const buffer = this.#bufferOf(name);
    return buffer && buffer.type.dtype === type.dtype ? this.read(buffer) : null;
  }
  set(name: string, values: ArrayLike<number>): void {
    const buffer = this.#bufferOf(name);
    if (buffer) this.#view(buffer).set(values);
  }

  #bufferOf(name: string): Buffer | null {
    const slot = this.#compiled.program.slots.find(
      (s) => s.buffer.name === name && s.purpose !== 'temp' && s.purpose !== 'output',
    );
    return slot?.buffer ?? null;
  }
  #view(buffer: Buffer): Elements {
    const slot = this.#compiled.program.slots.find((s) => s.buffer === buffer);
    if (!slot) throw new Error(`'${buffer.name}' has no place in memory`);
    return new (arrayOf(buffer.type.dtype))(this.#memory, slot.offset, countAt(buffer.type.shape, this.#n));
  }
}

const largest = (xs: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < xs.length; i++) if (Number.isFinite(xs[i])) most = Math.max(most, Math.abs(xs[i] as number));
  return most;
};
/** The greatest finite difference between two runs. */
const spread = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs((a[i] as number) - (b[i] as number));
    if (Number.isFinite(d)) most = Math.max(most, d);
  }
  return most;
};
