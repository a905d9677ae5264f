/** `tapeout run`: the graphs of a text on given or seeded inputs, as WebAssembly or by the interpreter. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CompileError, CompilerBug } from '../../ir/diagnostic.ts';
import type { Graph, Module, Param, Result } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret-graph.ts';
import { countAt, type DType, isBatch, showType, type TensorType } from '../../ir/type.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../runtime/index.ts';
import { DataError, unreadable } from '../data/error.ts';
import { contextOf, type Ir, type PassContext, PassError, printIr, readIr, runPass } from '../ir-passes.ts';
import { showPath } from '../report/diagnostics.ts';
import { table } from '../report/table.ts';
import { exits, type Io, UsageError } from './io.ts';
import { loadExtensions, readOptimizer, readSource, type Source, usualMaxBatch } from './text.ts';

export interface RunFlags {
  readonly in?: string;
  readonly out?: string;
  readonly backend: 'wasm' | 'interpret';
  readonly graph?: string;
  readonly seed: number;
  readonly batch?: number;
  readonly optimizer?: string;
  readonly verify?: boolean;
  readonly load?: readonly string[];
}

type Elements = Float32Array | Int32Array | Uint8Array;
/** `arrays[dtype].from(xs, f)`, whatever the type. */
const make = (dtype: DType, count: number, f: (i: number) => number): Elements => {
  const out: Elements = new arrays[dtype](count);
  for (let i = 0; i < count; i++) out[i] = f(i);
  return out;
};
const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array } as const;

/** What a run of one graph gave: its results by name, an update's under the name of its param. */
type Results = ReadonlyMap<string, { readonly type: TensorType; readonly data: Elements }>;

/** Samples a run has where neither `--batch` nor an input says how many. */
const usualBatch = 4;
/** What scalars such as the learning rate are where nothing tells. */
const usualScalar = 0.01;

export async function runCommand(path: string, flags: RunFlags, io: Io): Promise<number> {
  await loadExtensions(flags.load, io);
  const source = readSource(path, io);
  const ir = readIr(source.text, source.file, Math.max(usualMaxBatch, flags.batch ?? 1));
  if (ir.form !== 'module' && ir.form !== 'fused')
    throw new UsageError(`${path} holds kernels, and what runs is a graph: give a text of graphs.`);
  const module = chosen(ir.module, flags.graph);
  const given = flags.in === undefined ? new Map<string, StoredTensor>() : readTensors(flags.in, io);
  const n = batchOf(module, given, flags);

  const results: [name: string, results: Results][] = [];
  for (const graph of module.graphs) {
    const one: Ir =
      ir.form === 'fused'
        ? { form: 'fused', module: { ...module, graphs: [graph] }, fused: ir.fused.filter((g) => g === graph) }
        : { form: 'module', module: { ...module, graphs: [graph] } };
    results.push([graph.name, await runGraph(one, given, n, flags, source, io)]);
  }
  const several = results.length > 1;
  const named = results.flatMap(([graph, of]) =>
    [...of].map(([name, value]) => [several ? `${graph}/${name}` : name, value] as const),
  );
  if (flags.out !== undefined) {
    const file = resolve(io.cwd, flags.out);
    const tensors = named.map(([name, { type, data }]) => [name, stored(type, data, n)] as const);
    try {
      writeFileSync(file, writeSafetensors(tensors));
    } catch (e) {
      throw new DataError(`${flags.out}: cannot be written: ${(e as Error).message}.`);
    }
  }
  const how = [`N = ${n}`, flags.backend, given.size ? `inputs of ${flags.in}` : `inputs of seed ${flags.seed}`];
  io.stdout.write(
    [
      `${several ? `${results.length} graphs` : `@${results[0]?.[0]}`}: ${how.join(', ')}`,
      ...table(
        ['result', 'type', 'first values', 'sum', 'checksum'],
        named.map(([name, v]) => describeValue(name, v)),
      ),
      ...(flags.out === undefined ? [] : [`wrote to ${showPath(resolve(io.cwd, flags.out), io.cwd)}`]),
      '',
    ].join('\n'),
  );
  return exits.ok;
}

function chosen(module: Module, name: string | undefined): Module {
  const graphs = name === undefined ? module.graphs : module.graphs.filter((g) => g.name === name);
  const names = module.graphs.map((g) => `@${g.name}`).join(', ');
  if (module.graphs.length === 0) throw new UsageError('the text has no graph.');
  if (graphs.length === 0) throw new UsageError(`there is no graph @${name}: there are ${names}.`);
  return { ...module, graphs };
}

async function runGraph(
  start: Ir,
  given: ReadonlyMap<string, StoredTensor>,
  n: number,
  flags: RunFlags,
  source: Source,
  io: Io,
): Promise<Results> {
  const print = { root: io.cwd, text: source.file };
  const optimizer = flags.optimizer === undefined ? null : readOptimizer(flags.optimizer);
  const context = contextOf(start, { optimizer, maxBatch: usualMaxBatch });
  let ir = start;
  const pass = (name: string): void => {
    try {
      ir = runPass(name, ir, context, print, flags.verify);
    } catch (e) {
      if (e instanceof PassError && name === 'update')
        throw new UsageError('the graph ends in a step of an optimizer: say which, --optimizer "sgd(lr=0.01)".');
      throw e;
    }
  };
  if (ir.form === 'module') for (const name of ['inferShapes', 'autodiff', 'update']) pass(name);
  const { module } = ir as Extract<Ir, { form: 'module' | 'fused' }>;
  const graph = module.graphs[0] as Graph;
  const values = new Map(graph.params.map((p) => [p, held(p, given, n, flags.seed, context)]));

  if (flags.backend === 'interpret') {
    const out = guarded('interpret', printIr(ir, print), () => interpretGraph(graph, values, n));
    return resultsOf(graph, (r) => {
      const values = out.get(r) as Float64Array;
      return make(r.value.type.dtype, values.length, (i) => values[i] as number);
    });
  }
  if (ir.form === 'module') for (const name of ['canonicalize', 'fuse']) pass(name);
  for (const name of ['lower', 'schedule']) pass(name);
  const outputs = new Map(
    ir.form === 'schedule' ? [...(ir.scheduled[0]?.outputs ?? [])].map(([r, b]) => [r.name, b] as const) : [],
  );
  pass('plan');
  const program = (ir as Extract<Ir, { form: 'program' }>).program;
  pass('wat');
  const { wasm } = (ir as Extract<Ir, { form: 'wasm' }>).emitted;
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {});
  const bytes = (instance.exports.memory as WebAssembly.Memory).buffer;
  const view = (buffer: unknown, type: TensorType): Elements => {
    const slot = program.slots.find((s) => s.buffer === buffer);
    if (!slot) throw new CompilerBug('plan', 'a buffer has no place');
    return new arrays[type.dtype](bytes, slot.offset, countAt(type.shape, n)) as Elements;
  };
  for (const [p, v] of values) {
    const buffer = context.buffers.of(p);
    if (program.slots.some((s) => s.buffer === buffer)) view(buffer, p.type).set(v);
  }
  (instance.exports[graph.name] as (n: number) => void)(n);
  return resultsOf(graph, (r) => view(outputs.get(r.name), r.value.type).slice() as Elements);
}

const resultsOf = (graph: Graph, data: (r: Result) => Elements): Results =>
  new Map(graph.results.map((r) => [r.name, { type: r.value.type, data: data(r) }]));

function guarded<T>(pass: string, before: string, f: () => T): T {
  try {
    return f();
  } catch (e) {
    if (e instanceof CompileError || e instanceof CompilerBug) throw e;
    throw new CompilerBug(pass, e instanceof Error ? e.message : String(e), before, { cause: e });
  }
}

// Inputs

function readTensors(path: string, io: Io): Map<string, StoredTensor> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(resolve(io.cwd, path));
  } catch (e) {
    throw unreadable(path, e, 'Give a safetensors file with the graph’s params by name.');
  }
  return readSafetensors(bytes, path);
}

/** The batch that was asked for, or that the inputs have. */
function batchOf(module: Module, given: ReadonlyMap<string, StoredTensor>, { batch }: RunFlags): number {
  if (batch !== undefined && batch > module.maxBatch)
    throw new UsageError(`--batch ${batch}: the module takes at most N = ${module.maxBatch}.`);
  let found: { readonly n: number; readonly name: string } | null = null;
  for (const p of module.graphs.flatMap((g) => g.params)) {
    const tensor = given.get(p.name);
    const at = p.type.shape.findIndex(isBatch);
    const extent = tensor?.shape[at];
    if (at < 0 || extent === undefined) continue;
    const n = extent / (p.type.shape[at] as { times: number }).times;
    if (found && found.n !== n)
      throw new DataError(
        `'${found.name}' has a batch of ${found.n}, and '${p.name}' one of ${n}. They must be equal.`,
      );
    found = { n, name: p.name };
  }
  const n = batch ?? found?.n ?? Math.min(usualBatch, module.maxBatch);
  if (!Number.isInteger(n) || n < 1 || n > module.maxBatch)
    throw new DataError(`'${found?.name}' has a batch of ${n}; the module takes from 1 to ${module.maxBatch} samples.`);
  return n;
}

/** What a param holds: what the file gives, else seeded values, which depend on its name and the seed alone. */
function held(
  p: Param,
  given: ReadonlyMap<string, StoredTensor>,
  n: number,
  seed: number,
  context: PassContext,
): Elements {
  const tensor = given.get(p.name);
  const { dtype, shape } = p.type;
  const count = countAt(shape, n);
  if (tensor) {
    if (tensor.data.length !== count || (dtype === 'f32') !== (tensor.dtype === 'F32'))
      throw new DataError(
        `'${p.name}' is ${tensor.dtype}[${tensor.shape.join(',')}], and the graph takes ${showType(p.type)} at N = ${n}.`,
      );
    return make(dtype, count, (i) => Number(tensor.data[i]));
  }
  const initial = context.table.initial.get(p);
  if (p.role === 'scalar') return make(dtype, count, () => initial || usualScalar);
  if (p.role === 'state') return make(dtype, count, () => initial ?? 0);
  const uniform = uniformOf(p.name, seed);
  const range = context.ranges.get(p) ?? 10;
  // Weights are small enough that layers on layers keep their values in reach.
  const scale = p.role === 'parameter' ? 1 / Math.sqrt(Math.max(1, countAt(shape.slice(1), n))) : 1;
  const draw: Readonly<Record<DType, () => number>> = {
    f32: () => (2 * uniform() - 1) * scale,
    i32: () => Math.floor(uniform() * range),
    u8: () => Math.floor(uniform() * Math.min(range, 256)),
    bool: () => Math.floor(uniform() * 2),
  };
  return make(dtype, count, draw[dtype]);
}

/** Numbers from 0 to 1, of a name and a seed: mulberry32, started from the FNV-1a hash of both. */
function uniformOf(name: string, seed: number): () => number {
  let state = fnv(new TextEncoder().encode(`${seed}/${name}`));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fnv(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const b of bytes) hash = Math.imul(hash ^ b, 0x01000193);
  return hash >>> 0;
}

// Results

function describeValue(name: string, { type, data }: { type: TensorType; data: Elements }): string[] {
  const show = (x: number): string =>
    Number.isInteger(x) ? String(x) : Number.isNaN(x) ? 'nan' : x.toPrecision(5).replace('Infinity', 'inf');
  const first = [...data.subarray(0, 4)].map(show).join(', ');
  let sum = 0;
  for (const x of data) sum += x;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [
    name,
    showType(type),
    `${first}${data.length > 4 ? ', …' : ''}`,
    show(sum),
    fnv(bytes).toString(16).padStart(8, '0'),
  ];
}

function stored(type: TensorType, data: Elements, n: number): StoredTensor {
  const shape = type.shape.map((d) => (isBatch(d) ? d.times * n : d));
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  return data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'U8', shape, data };
}
