/** `tapeout run`: runs the graphs or kernels of a text on given or seeded inputs, compiled or by the interpreter. */
import { resolve } from 'node:path';
import { CompileError, CompilerBug } from '../../ir/diagnostic.ts';
import type { Buffer } from '../../ir/expr.ts';
import { type Graph, type Module, type Param, topo, valuesOf } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { targets } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { type Ir, type IrOf, printIr, type Stage, type StageContext } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import { DataError } from '../../runtime/data/error.ts';
import type { StoredTensor } from '../../runtime/index.ts';
import { backendFor } from '../pipeline/backends.ts';
import { featuresOf } from '../pipeline/options.ts';
import { contextOf, readIr } from '../pipeline/read.ts';
import { showPath } from '../report/diagnostics.ts';
import { table } from '../report/table.ts';
import { command, type ValuesFor } from './command.ts';
import { flag, gpuFlags, sharedFlags } from './flags.ts';
import { exits, type Io, UsageError } from './io.ts';
import {
  type CompiledBackend,
  compiled,
  givenTo,
  interpretEntry,
  type Machine,
  machineFor,
  type ProgramIr,
  programIn,
  resultsOf,
} from './run-program.ts';
import { runAsAsked } from './stage.ts';
import { loadExtensions, readOptimizer, readSource, usualMaxBatch, writeOut } from './text.ts';
import {
  batchOf,
  checkMemory,
  describeValue,
  held,
  make,
  type Results,
  readTensors,
  resultsBy,
  resultsFile,
} from './values.ts';

const ownFlags = {
  in: flag('--in <file>', 'a safetensors file with params and buffers by name; the others are seeded'),
  out: flag('--out <file>', 'write the results to a safetensors file'),
  backend: flag<CompiledBackend | 'interpret'>(
    '--backend <name>',
    "where to run: wasm, webgpu (npm package 'webgpu'), or interpret, the reference: graphs in float64, kernels in float32",
    { choices: ['wasm', 'webgpu', 'interpret'], default: 'wasm' },
  ),
  gpuFeatures: gpuFlags.gpuFeatures,
  graph: flag('--graph <name>', 'run only this graph, or this entry of a program'),
  seed: { ...sharedFlags.seed, about: 'the seed of inputs and parameters that are not given', default: 0 },
  batch: { ...sharedFlags.batch, about: 'the number of samples (default: as many as --in has, or 4)' },
  optimizer: flag('--optimizer <words>', 'the optimizer of graphs that end in a step: "sgd(lr=0.01,momentum=0.9)"'),
  verify: sharedFlags.verify,
};
type RunFlags = ValuesFor<'text', typeof ownFlags>;

export const runCommand = command({
  name: 'run',
  about: 'Compiles the graphs or kernels of a text and runs each once, on given or seeded inputs.',
  takes: 'text',
  flags: ownFlags,
  more: `
Seeded values depend only on the seed and the name: numbers from -1 to 1, scaled down by the extents for parameters, and indices
in the range that the graph allows. State is 0, and scalars are 0.01, unless the optimizer sets them. An update in place is
shown under its param's name.

Examples:
  tapeout run softmax.tir
  tapeout run kernels.tir --backend interpret
  tapeout run net.tir --graph forward --in inputs.safetensors --out results.safetensors
  tapeout run net.tir --backend interpret --seed 7 --batch 2
  tapeout print lenet.ts --stage recorded | tapeout run - --optimizer "sgd(lr=0.1)"`,
  run,
});

/** The inputs and the backend of a run. */
interface Run {
  readonly given: ReadonlyMap<string, StoredTensor>;
  readonly n: number;
  readonly flags: RunFlags;
  /** The machine to compile for; null for the interpreter. */
  readonly machine: Machine | null;
  readonly print: PrintOptions;
}
type Named = [name: string, results: Results][];

async function run(path: string, flags: RunFlags, io: Io): Promise<number> {
  const features = featuresOf(flags.gpuFeatures, flags.backend);
  await loadExtensions(flags.load, io);
  const source = readSource(path, io);
  const ir = readIr(source.text, source.file, Math.max(usualMaxBatch, flags.batch ?? 1));
  if (ir.form === 'code') throw new UsageError(`${path} holds code; only graphs and kernels can be run.`);
  const given = flags.in === undefined ? new Map<string, StoredTensor>() : readTensors(flags.in, io);
  const print = { root: io.cwd, text: source.file };
  const machine = flags.backend === 'interpret' ? null : await machineFor(flags.backend, features);
  const { n, results, what, takes } =
    ir.form === 'module' || ir.form === 'fused'
      ? await runModule(ir, { given, flags, machine, print })
      : await runProgram(ir, { given, flags, machine, print });

  tellStrangers(given, takes, flags, io);

  const several = results.length > 1;
  const named = results.flatMap(([graph, of]) =>
    [...of].map(([name, value]) => [several ? `${graph}/${name}` : name, value] as const),
  );
  if (flags.out !== undefined) {
    writeOut(flags.out, resultsFile(named, n), io);
  }
  const on = `${flags.backend}${machine?.extent ?? ''}`;
  const how = [`N = ${n}`, on, given.size ? `inputs of ${flags.in}` : `inputs of seed ${flags.seed}`];
  io.stdout.write(
    [
      `${several ? `${results.length} ${what}` : `@${results[0]?.[0]}`}: ${how.join(', ')}`,
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

/** Reports tensors of the file that nothing takes: the name may be misspelt. Throws a `DataError` if nothing takes any. */
function tellStrangers(given: Run['given'], takes: ReadonlySet<string>, flags: RunFlags, io: Io): void {
  const quoted = (names: Iterable<string>): string => [...names].map((name) => `'${name}'`).join(', ');
  const strangers = [...given.keys()].filter((name) => !takes.has(name));
  if (strangers.length === 0) return;
  if (strangers.length === given.size)
    throw new DataError(`${flags.in} has only ${quoted(strangers)}, but the inputs are ${quoted(takes)}.`);
  io.stderr.write(`note: ${flags.in} also has ${quoted(strangers)}, which nothing here takes\n`);
}

/** All of them, or the named one. */
function chosen<T extends { readonly name: string }>(what: string, all: readonly T[], name: string | undefined): T[] {
  if (all.length === 0) throw new UsageError(`the text has no ${what}.`);
  const found = all.filter((g) => name === undefined || g.name === name);
  const names = all.map((g) => `@${g.name}`).join(', ');
  if (found.length === 0) throw new UsageError(`there is no ${what} @${name}: the text has ${names}.`);
  return found;
}

// Kernels

async function runProgram(ir: ProgramIr, { given, flags, machine, print }: Omit<Run, 'n'>) {
  const read = programIn(ir);
  const entries = chosen('entry', read.entries, flags.graph);
  const n = batchOf(givenTo(read), read.maxBatch, given, flags.batch);
  const made = machine && compiled(ir, machine, print, flags.verify);
  if (!made) checkMemory(givenTo(read), n);
  const results: Named = [];
  for (const entry of entries) {
    const values = new Map(givenTo(read).map((p) => [p.buffer, held(p, given, n, flags.seed)]));
    const memory = made
      ? await made.call(entry.name, values, n)
      : guarded('interpret', printIr(ir, print), () => interpretEntry(entry, values, n));
    results.push([entry.name, resultsOf(read, entry, memory)]);
  }
  return { n, results, what: 'entries', takes: new Set(givenTo(read).map((p) => p.name)) };
}

// Graphs

type ModuleIr = IrOf<'module' | 'fused'>;

async function runModule(ir: ModuleIr, run: Omit<Run, 'n'>) {
  const { given, flags } = run;
  const graphs = chosen('graph', ir.module.graphs, flags.graph);
  const params = graphs.flatMap((g) => g.params);
  const n = batchOf(params, ir.module.maxBatch, given, flags.batch);
  const results: Named = [];
  const takes = new Set(ir.module.graphs.flatMap((g) => g.params.map((p) => p.name)));
  for (const graph of graphs) {
    const module: Module = { ...ir.module, graphs: [graph] };
    const one = { form: ir.form, module } as ModuleIr;
    const { graph: whole, results: of } = await runGraph(one, { ...run, n });
    results.push([graph.name, of]);
    for (const p of whole.params) takes.add(p.name);
  }
  return { n, results, what: 'graphs', takes };
}

/** The results of a graph, and the graph with the state that its update needs. */
async function runGraph(
  start: ModuleIr,
  { given, n, flags, machine, print }: Run,
): Promise<{ readonly graph: Graph; readonly results: Results }> {
  const optimizer = flags.optimizer === undefined ? null : readOptimizer(flags.optimizer);
  const target = machine?.target ?? targets.wasm;
  const context = contextOf(start, { optimizer, target });
  let ir = start as Ir;
  const go = (stage: Stage): void => {
    ir = runAsAsked(stage, ir, context, { print, verify: flags.verify ?? false, tasks: true });
  };
  if (start.form === 'module') {
    go(stages.inferShapes);
    go(stages.autodiff);
    if (!optimizer && (ir as ModuleIr).module.graphs.some((g) => g.task?.then === 'step'))
      throw new UsageError('the graph ends in a step of an optimizer: give it with --optimizer "sgd(lr=0.01)".');
    go(stages.update);
  }
  const graph = (ir as ModuleIr).module.graphs[0] as Graph;
  const values = () => new Map(graph.params.map((p) => [p, held(givenParam(p, context), given, n, flags.seed)]));

  if (!machine) {
    checkMemory([...graph.params, ...topo(valuesOf(graph))], n);
    const out = guarded('interpret', printIr(ir, print), () => interpretGraph(graph, values(), n));
    const results = resultsBy(
      graph.results.map((r) => {
        const [{ type }, data] = [r.value, out.get(r) as Float64Array];
        const value = { type, data: make(type.dtype, data.length, (i) => data[i] as number) };
        return { name: r.name, isUpdate: r.into !== undefined, value };
      }),
    );
    return { graph, results };
  }
  const backend = backendFor(target).stages;
  const toKernels = backend.slice(0, 1 + backend.findIndex((s) => s.makes === 'kernels'));
  for (const stage of start.form === 'module' ? [stages.canonicalize, ...toKernels] : [stages.lower]) go(stage);
  const { program, call } = compiled(ir as ProgramIr, machine, print, flags.verify);
  const bufferOf = (p: Param): Buffer | undefined =>
    program.slots.find((s) => s.purpose === p.role && s.buffer.name === p.name)?.buffer;
  const buffers = new Map(
    [...values()].flatMap(([p, v]) => (bufferOf(p) ? [[bufferOf(p) as Buffer, v] as const] : [])),
  );
  const memory = await call(graph.name, buffers, n);
  const outputs = new Map(program.entries.flatMap((e) => e.outputs).map((p) => [p.name, p.buffer]));
  const results = resultsBy(
    graph.results.map((r) => {
      const buffer = r.into ? bufferOf(r.into) : outputs.get(r.name);
      if (!buffer) throw new CompilerBug('lower', `the result '${r.name}' has no buffer`);
      return { name: r.name, isUpdate: r.into !== undefined, value: { type: r.value.type, data: memory(buffer) } };
    }),
  );
  return { graph, results };
}

const givenParam = (p: Param, { table, indices }: StageContext) => ({
  name: p.name,
  type: p.type,
  role: p.role,
  initial: table.initial.get(p),
  range: indices.get(p)?.range,
});

function guarded<T>(pass: string, before: string, f: () => T): T {
  try {
    return f();
  } catch (e) {
    if (e instanceof CompileError || e instanceof CompilerBug) throw e;
    throw new CompilerBug(pass, e instanceof Error ? e.message : String(e), before, { cause: e });
  }
}
