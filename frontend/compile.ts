/** The compiler from end to end: a model is recorded, its graphs go through the passes, and a program comes out. */

import { manifestOf } from '../codegen/manifest.ts';
import { emitWasm } from '../codegen/wasm/emit.ts';
import { CompileError, CompilerBug } from '../ir/diagnostic.ts';
import { type FusedGraph, type Module, topo } from '../ir/graph.ts';
import { printGraph, printModule } from '../ir/print-graph.ts';
import { printKernel } from '../ir/print-kernel.ts';
import { printProgram } from '../ir/print-program.ts';
import type { Program } from '../ir/program.ts';
import { type Target, wasm128 } from '../ir/target.ts';
import { autodiff } from '../passes/autodiff.ts';
import { canonicalize } from '../passes/canonicalize.ts';
import { fuse } from '../passes/fuse.ts';
import { indexRanges, inferShapes, valuesOf } from '../passes/infer-shapes.ts';
import { Buffers, type Lowered, lower } from '../passes/lower.ts';
import { plan } from '../passes/plan.ts';
import { showDirective } from '../passes/schedule/directives.ts';
import { type Scheduled, schedule } from '../passes/schedule/index.ts';
import { type Optimizer, StateTable, update } from '../passes/update.ts';
import type { Manifest } from '../runtime/manifest.ts';
import { type EntryName, entriesOf } from './entries.ts';
import { type ModelSpec, type Recording, record } from './model.ts';

/** What one pass did: ops of all graphs before and after it, and what there is of kernels, bytes of memory and of code. */
export interface PassReport {
  readonly pass: string;
  readonly opsBefore: number;
  readonly opsAfter: number;
  readonly kernels?: number;
  readonly arenaBytes?: number;
  readonly codeBytes?: number;
  readonly ms: number;
}

/** The stages that print, in order: the recorded module, and what each pass makes of it. */
export const stages = [
  'recorded',
  'inferShapes',
  'autodiff',
  'update',
  'canonicalize',
  'fuse',
  'lower',
  'schedule',
  'plan',
  'wat',
] as const;
export type Stage = (typeof stages)[number];

export interface CompileOptions {
  /** What a host may call; `forward`, `evaluate` and `train_step`, as far as the model has a loss and an optimizer. */
  readonly entries?: readonly EntryName[];
  /** Whether `backward` and `vjp` give the gradients of the inputs too. */
  readonly inputGradient?: boolean;
  /** Called after each stage; `text` prints it. */
  readonly onStage?: (stage: Stage, text: () => string) => void;
  /** Paths in printed places are relative to this. */
  readonly root?: string;
}

export interface Compiled {
  readonly recording: Recording;
  /** After the graph passes. */
  readonly module: Module;
  readonly fused: readonly FusedGraph[];
  /** As lowered, before the schedule. */
  readonly lowered: readonly Lowered[];
  readonly scheduled: readonly Scheduled[];
  readonly program: Program;
  readonly wasm: Uint8Array;
  readonly manifest: Manifest;
  /** Initial values by PyTorch's names, in PyTorch's order. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly reports: readonly PassReport[];
  wat(): string;
  printed(stage: Stage): string;
}

const defaultEntries = (r: Recording): EntryName[] => [
  'forward',
  ...(r.loss ? (['evaluate'] as const) : []),
  ...(r.loss && r.optimizer ? (['train_step'] as const) : []),
];

/** Compiles a model to WebAssembly. Throws a `CompileError` for what is wrong with the model, at the user's line. */
export async function compile(spec: ModelSpec, options: CompileOptions = {}): Promise<Compiled> {
  const recording = record(spec);
  return compileRecording(recording, options);
}

export function compileRecording(recording: Recording, options: CompileOptions = {}): Compiled {
  const table = new StateTable();
  const buffers = new Buffers();
  const target: Target = wasm128;
  const trace = new Trace(options);
  const recorded = entriesOf(recording, options.entries ?? defaultEntries(recording), table, {
    inputGradient: options.inputGradient ?? false,
  });
  const print = { root: options.root ?? '' };
  trace.stage('recorded', () => printModule(recorded, print));

  // Graphs, by passes from module to module …
  const graphPasses: readonly [Stage, (m: Module) => Module][] = [
    ['inferShapes', inferShapes],
    ['autodiff', autodiff],
    ['update', update(recording.optimizer ?? none, table)],
    ['canonicalize', canonicalize],
  ];
  const module = graphPasses.reduce(
    (m, [name, pass]) => trace.pass(name, m, () => pass(m), printModuleAt(print)),
    recorded,
  );
  const ranges = indexRanges(recorded);
  // … then kernels, …
  const count = countOps(module);
  const fused = trace.run(
    'fuse',
    count,
    () => module.graphs.map(fuse),
    (f) => f.map((g) => printGraph(g, print)).join('\n'),
  );
  const lowered = trace.run(
    'lower',
    count,
    () => fused.map((g) => lower(g, buffers)),
    (l) => printKernels(l, print),
  );
  const scheduled = trace.run(
    'schedule',
    count,
    () => lowered.map(schedule(target, module.maxBatch)),
    (l) => printSchedules(l, print),
  );
  const kept = recording.parameters.map((p) => p.param);
  // … then bytes.
  const program = trace.run(
    'plan',
    count,
    () => plan(module, scheduled, buffers, ranges, kept),
    (p) => printProgram(p, print),
  );
  const emitted = trace.run(
    'wat',
    count,
    () => emitWasm(program),
    (e) => e.wat(),
  );

  const initial = new Map(
    [...table.initial].map(([p, v]) => [p.name, p.role === 'scalar' ? (recording.optimizer?.scalars[p.name] ?? v) : v]),
  );
  return {
    recording,
    module,
    fused,
    lowered,
    scheduled,
    program,
    wasm: emitted.wasm,
    manifest: manifestOf(program, initial),
    weights: new Map([...recording.parameters, ...recording.buffers].map((p) => [p.param.name, p.data])),
    reports: trace.reports,
    wat: emitted.wat,
    printed: (stage) => trace.text(stage),
  };
}

const none: Optimizer = { name: 'none', scalars: {}, update: (p) => ({ value: p, state: new Map() }) };

const countOps = (m: Module): number => m.graphs.reduce((n, g) => n + topo(valuesOf(g)).length, 0);
type Print = { readonly root: string };
const printModuleAt =
  (print: Print) =>
  (m: Module): string =>
    printModule(m, print);
const printKernels = (ls: readonly Lowered[], print: Print): string =>
  ls
    .map((l) => `; ${l.name}: ${l.kernels.length} kernels\n${l.kernels.map((k) => printKernel(k, print)).join('\n')}`)
    .join('\n');
const printSchedules = (ls: readonly Scheduled[], print: Print): string =>
  ls
    .map((l) =>
      [
        `; ${l.name}: ${l.kernels.length} kernels`,
        ...l.kernels.map((k) => {
          const directives = l.schedules.get(k.name) ?? [];
          return `${directives.map((d) => `; ${showDirective(d)}\n`).join('')}${printKernel(k, print)}`;
        }),
      ].join('\n'),
    )
    .join('\n');

/** Runs passes: times them, keeps what they made printable, and tells a fault of theirs from one of the user's. */
class Trace {
  readonly reports: PassReport[] = [];
  readonly #texts = new Map<Stage, () => string>();
  readonly #options: CompileOptions;
  #last: Stage = 'recorded';

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  stage(name: Stage, text: () => string): void {
    this.#texts.set(name, text);
    this.#last = name;
    this.#options.onStage?.(name, text);
  }

  text(name: Stage): string {
    return this.#texts.get(name)?.() ?? '';
  }

  pass(name: Stage, before: Module, f: () => Module, print: (m: Module) => string): Module {
    const [after, ms] = this.#timed(name, f);
    this.reports.push({ pass: name, opsBefore: countOps(before), opsAfter: countOps(after), ms });
    this.stage(name, () => print(after));
    return after;
  }

  run<T>(name: Stage, ops: number, f: () => T, print: (t: T) => string): T {
    const [made, ms] = this.#timed(name, f);
    this.reports.push({ pass: name === 'wat' ? 'emit' : name, opsBefore: ops, opsAfter: ops, ...measures(made), ms });
    this.stage(name, () => print(made));
    return made;
  }

  #timed<T>(name: Stage, f: () => T): [T, number] {
    const start = performance.now();
    try {
      return [f(), performance.now() - start];
    } catch (e) {
      if (e instanceof CompileError || e instanceof CompilerBug) throw e;
      throw new CompilerBug(
        name === 'wat' ? 'emit' : name,
        e instanceof Error ? e.message : String(e),
        this.text(this.#last),
        { cause: e },
      );
    }
  }
}

/** What of kernels, memory and code a pass's product shows. */
function measures(made: unknown): Pick<PassReport, 'kernels' | 'arenaBytes' | 'codeBytes'> {
  if (Array.isArray(made))
    return { kernels: made.reduce((n: number, l) => n + ((l.kernels ?? l.groups) as unknown[]).length, 0) };
  if (typeof made === 'object' && made !== null && 'arenaBytes' in made) {
    const p = made as Program;
    return { kernels: p.entries.reduce((n, e) => n + e.launches.length, 0), arenaBytes: p.arenaBytes };
  }
  return { codeBytes: (made as { wasm: Uint8Array }).wasm.length };
}
