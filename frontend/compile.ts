/** The compiler from end to end: a model is recorded, its graphs go through the passes, and a program comes out. */

import { manifestOf } from '../codegen/manifest.ts';
import { emitThreadedWasm, emitWasm } from '../codegen/wasm/emit.ts';
import { emitWgsl, type Shaders } from '../codegen/wgsl/emit.ts';
import { CompileError, CompilerBug, type Loc, PassFault } from '../ir/diagnostic.ts';
import { at, type FusedGraph, type Module, topo, type Value } from '../ir/graph.ts';
import type { Kernel } from '../ir/kernel.ts';
import { printModule } from '../ir/print-graph.ts';
import type { PrintOptions } from '../ir/print-options.ts';
import { printProgram } from '../ir/print-program.ts';
import type { Program } from '../ir/program.ts';
import {
  type Engine,
  engines,
  type GpuFeature,
  type GridTarget,
  gpuFeatures,
  isVector,
  type Target,
  type VectorTarget,
  wasmTarget,
  webgpuTarget,
} from '../ir/target.ts';
import { VerifyError } from '../ir/verify.ts';
import { verifyFused, verifyModule } from '../ir/verify-graph.ts';
import { verifyKernels } from '../ir/verify-kernel.ts';
import { verifyProgram } from '../ir/verify-program.ts';
import { autodiff } from '../passes/autodiff.ts';
import { canonicalize } from '../passes/canonicalize.ts';
import { type GraphPass, inOrder, registeredPasses, runCustomPass } from '../passes/custom.ts';
import { fuse } from '../passes/fuse.ts';
import { indexInputs, indexRanges, inferShapes, valuesOf } from '../passes/infer-shapes.ts';
import { joined } from '../passes/join.ts';
import { Buffers, type Lowered, lower } from '../passes/lower.ts';
import { outline } from '../passes/outline.ts';
import { plan } from '../passes/plan.ts';
import { type Rematerialized, rematerialize } from '../passes/rematerialize.ts';
import { type GivenSchedules, without } from '../passes/schedule/given.ts';
import { type Scheduled, scheduleAll } from '../passes/schedule/index.ts';
import { barriers, onThreads } from '../passes/threads.ts';
import { type Optimizer, update } from '../passes/update.ts';
import { mostThreads } from '../runtime/load-options.ts';
import type { Manifest } from '../runtime/manifest.ts';
import { type EntryName, entriesOf, stateTableOf } from './entries.ts';
import { type ModelSpec, type Recording, record } from './model.ts';
import { callSite, showAny } from './trace.ts';
import { usersCode } from './users-error.ts';

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
  'wgsl',
] as const;
/** One of Tapeout's own stages that print. */
export type Stage = (typeof stages)[number];
/** A stage, or the name of a pass from outside. */
export type StageName = Stage | (string & {});

/** How a model is compiled. Everything may be left out. */
export interface CompileOptions {
  /** What a host may call; `forward`, `evaluate` and `train_step`, as far as the model has a loss and an optimizer. */
  readonly entries?: readonly EntryName[];
  /** Whether `backward` and `vjp` give the gradients of the inputs too. */
  readonly inputGradient?: boolean;
  /** On how many threads the model runs unless a host asks for another number. Results are the same bits for any. Without
   *  it the model is compiled for one. */
  readonly threads?: number;
  /** The version of V8 that schedules are chosen for: `v8-11` unless told otherwise. Any engine runs the result. */
  readonly engine?: Engine;
  /** Whether a product may be added without being rounded first, by relaxed SIMD: the bits are then the engine's, and engines
   *  without it refuse the module. */
  readonly fastMath?: boolean;
  /** Whether cheap values are computed again where they are read late, as far as that lowers the peak of memory. The results
   *  are the same; `Compiled.rematerialized` tells what it costs. */
  readonly rematerialize?: boolean;
  /** What the model is compiled to: `wasm` unless told otherwise, `webgpu`, or `all`. A model for WebGPU has the WebAssembly
   *  too; `webgpu` says whose stages are shown, and what a bundle holds. */
  readonly target?: CompileTarget;
  /** Bytes that a storage buffer binding holds on the GPUs that the model is for: 128 MiB unless told otherwise, which every one
   *  has. No tensor may be larger, and no model larger than 8 bindings. A GPU with less refuses to load the model. */
  readonly bindingBytes?: number;
  /** What shaders may use where a device has it: `shader-f16`, which holds what products over blocks read in 16 bits, and adds
   *  in 32. A bundle has the portable shaders too, and takes these on a device that has all of it. Only of models for WebGPU;
   *  of those for nothing else, the stages shown are these shaders'. */
  readonly gpuFeatures?: readonly GpuFeature[];
  /** Verifies the IR after every pass. A `CompilerBug` names the pass that broke an invariant, and shows the IR before it. */
  readonly verify?: boolean;
  /** Graph passes to run beside Tapeout's own and those registered. */
  readonly passes?: readonly GraphPass[];
  /** Directives for kernels by name, instead of those that the scheduler would choose: what `parseText` reads. */
  readonly schedule?: GivenSchedules;
  /** Called after each stage; `text` prints it. `next` is the stage that follows, null after the last. */
  readonly onStage?: (stage: StageName, text: () => string, next: StageName | null) => void;
  /** Paths in printed places are relative to this. */
  readonly root?: string;
}

/** What a model may be compiled to. */
export const compileTargets = ['wasm', 'webgpu', 'all'] as const;
export type CompileTarget = (typeof compileTargets)[number];

/** A module's graphs as one target runs them. */
export interface Half {
  readonly fused: readonly FusedGraph[];
  /** As lowered, before the schedule. */
  readonly lowered: readonly Lowered[];
  readonly scheduled: readonly Scheduled[];
  readonly program: Program;
}

/** A compiled model: its code and memory for each target, its weights, and what every pass made of it. */
export interface Compiled extends Half {
  readonly recording: Recording;
  /** After the graph passes. */
  readonly module: Module;
  /** What the kernels of the WebAssembly were scheduled for. */
  readonly processor: VectorTarget;
  readonly wasm: Uint8Array;
  /** The module for several threads, where they were asked for. */
  readonly threadedWasm: Uint8Array | null;
  readonly target: CompileTarget;
  /** What WebGPU runs, where it was asked for. */
  readonly gpu: Half | null;
  /** The shaders of all its kernels, as one module. */
  readonly wgsl: string | null;
  /** The same kernels for devices that have all `gpuFeatures`, where some were asked for. */
  readonly featureWgsl: string | null;
  readonly manifest: Manifest;
  /** Initial values by PyTorch's names, in PyTorch's order. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly reports: readonly PassReport[];
  /** What is computed twice to spare memory, graph by graph, where that was asked for and pays. */
  readonly rematerialized: readonly Rematerialized[];
  /** The stages that there are, in their order: `stages` and the passes from outside. */
  readonly stages: readonly StageName[];
  wat(): string;
  /** A stage as text. Throws where there is no such stage. */
  printed(stage: StageName): string;
  /** The same, printed otherwise than the compilation was asked to. */
  printedWith(stage: StageName, print: PrintOptions): string;
}

const defaultEntries = (r: Recording): EntryName[] => [
  'forward',
  ...(r.loss ? (['evaluate'] as const) : []),
  ...(r.loss && r.optimizer ? (['train_step'] as const) : []),
];

/** Compiles a model to WebAssembly. Throws a `CompileError` for what is wrong with the model, at the user's line; what
 *  passes that are not registered have wrong is at `site`, the line of the call. */
export async function compile(
  spec: ModelSpec,
  options: CompileOptions = {},
  site: Loc | null = callSite(),
): Promise<Compiled> {
  const recording = record(spec);
  try {
    return compileRecording(recording, options, site);
  } catch (e) {
    // An option that is wrong stands at the line of the call.
    throw e instanceof CompileError && !(e instanceof PassFault) ? e.at(site) : e;
  }
}

export function compileRecording(
  recording: Recording,
  options: CompileOptions = {},
  site: Loc | null = callSite(),
): Compiled {
  const table = stateTableOf(recording);
  const target = targetOf(options);
  const processor = processorOf(options);
  const features = featuresOf(options.gpuFeatures, target);
  const threads = threadsOf(options);
  const device = webgpuTarget({ bindingBytes: bindingOf(options) });
  const order = inOrder(
    ['recorded', ...graphStages],
    [...new Set([...registeredPasses(), ...(options.passes ?? [])])],
    stages,
  );
  const absent = target === 'wasm' ? 'wgsl' : target === 'webgpu' ? 'wat' : null;
  const names = [
    ...order.map((p) => (typeof p === 'string' ? p : p.name)),
    ...(options.rematerialize ? ['rematerialize'] : []),
    ...stages.slice(1 + graphStages.length).filter((s) => s !== absent),
  ];
  const trace = new Trace(options, names);
  const recorded = entriesOf(recording, options.entries ?? defaultEntries(recording), table, {
    inputGradient: options.inputGradient ?? false,
  });
  trace.stage('recorded', (print) => printModule(recorded, print));

  // Graphs, by passes from module to module …
  const graphPasses: Readonly<Record<(typeof graphStages)[number], (m: Module) => Module>> = {
    inferShapes,
    autodiff,
    update: update(usersRule(recording), table),
    canonicalize: (m) => canonicalize(m, processor),
  };
  let module = recorded;
  for (const [i, p] of order.entries()) {
    if (p === 'recorded') continue;
    const run = typeof p === 'string' ? graphPasses[p] : (m: Module) => runCustomPass(p, m, trace.print, site);
    const name = typeof p === 'string' ? p : p.name;
    // Differentiation and updates turn a graph's tasks into results.
    const tasks = i < order.indexOf('update');
    module = trace.pass(name, module, run, (m) => verifyModule(m, { tasks }));
  }
  let rematerialized: readonly Rematerialized[] = [];
  if (options.rematerialize)
    module = trace.pass(
      'rematerialize',
      module,
      (m) => {
        const done = rematerialize(m);
        rematerialized = done.made;
        return done.module;
      },
      (m) => verifyModule(m),
    );
  const [indices, ranges] = [indexInputs(recorded), indexRanges(recorded)];
  const count = countOps(module);
  const kept = [...recording.parameters, ...recording.buffers].map((s) => s.param);
  const half = (on: Target, of: Module, shown: boolean, given = shown ? options.schedule : undefined): Half => {
    const { maxBatch } = of;
    const buffers = new Buffers(of);
    const values = new Map([...ranges].map(([p, count]) => [buffers.of(p), count]));
    const run = <T>(
      name: Stage,
      f: () => T,
      text: (t: T, print: PrintOptions) => string,
      verify: (t: T) => unknown,
    ): T => trace.run(name, count, f, text, verify, shown);
    const outlined = (ls: readonly Lowered[]) => outline(of, ls, buffers, indices, kept);
    // … then kernels, …
    const fused = run(
      'fuse',
      () => of.graphs.map((g) => fuse(g, on)),
      (f, print) => printModule({ ...of, graphs: f }, print),
      (f) => f.forEach((g) => void verifyFused(g, { maxBatch })),
    );
    const lowered = run(
      'lower',
      () => fused.map((g) => lower(g, buffers)),
      (l, print) => printProgram(outlined(l), { ...print, kernels: true }),
      (l) => verifyKernels(kernelsOf(l), { maxBatch, values }),
    );
    const scheduled = run(
      'schedule',
      () => {
        const alone = scheduleAll(lowered, of, on, given);
        return threads !== null && isVector(on) ? alone.map(onThreads(on, { maxBatch, values })) : alone;
      },
      (l, print) => printProgram(outlined(l), { ...print, kernels: true, ...schedulesOf(l) }),
      (l) => verifyKernels(kernelsOf(l), { maxBatch, target: on, values }),
    );
    const program = run(
      'plan',
      () => {
        const planned = plan(joined(outlined(scheduled), on), on);
        return threads !== null && isVector(on) ? barriers(planned) : planned;
      },
      (p, print) => printProgram(p, { ...print, kernels: true }),
      verifyProgram,
    );
    return { fused, lowered, scheduled, program };
  };
  const own = half(processor, module, target !== 'webgpu');
  const onlyGpu = target === 'webgpu';
  const hasRich = features.length > 0;
  const given = onlyGpu ? options.schedule : undefined;
  const plain = given && hasRich ? without(given, device) : given;
  const gpu = target === 'wasm' ? null : half(device, canonicalize(module, device), onlyGpu && !hasRich, plain);
  const richDevice = webgpuTarget({ bindingBytes: bindingOf(options), features });
  const rich = hasRich ? half(richDevice, canonicalize(module, richDevice), onlyGpu, given) : null;
  // … then bytes, and shaders.
  const emitted = trace.run(
    'wat',
    count,
    () => {
      const alone = emitWasm(own.program, processor);
      const threaded = threads === null ? null : emitThreadedWasm(own.program, processor);
      return { wasm: alone.wasm, threadedWasm: threaded?.wasm ?? null, wat: (threaded ?? alone).wat };
    },
    (e) => e.wat(),
    undefined,
    target !== 'webgpu',
  );
  const written = ({ program }: Half, on: GridTarget, shown: boolean): Shaders =>
    trace.run(
      'wgsl',
      count,
      () => emitWgsl(program, on),
      (e) => e.wgsl,
      undefined,
      shown,
    );
  const shaders = gpu && written(gpu, device, !(onlyGpu && hasRich));
  const richShaders = rich && written(rich, richDevice, onlyGpu);
  if (gpu && shaders && rich && richShaders) requireSameLaunches([gpu.program, shaders], [rich.program, richShaders]);

  const added = new Map(
    [...table.initial].map(([p, initial]) => [p.name, { initial, name: table.called.get(p) ?? p.name }]),
  );
  return {
    recording,
    module,
    ...own,
    processor,
    wasm: emitted.wasm,
    threadedWasm: emitted.threadedWasm,
    target,
    gpu,
    wgsl: shaders?.wgsl ?? null,
    featureWgsl: richShaders?.wgsl ?? null,
    manifest: manifestOf(own.program, added, threads, gpu && shaders && { program: gpu.program, shaders, features }),
    weights: new Map([...recording.parameters, ...recording.buffers].map((p) => [p.param.name, p.data])),
    reports: trace.reports,
    rematerialized,
    wat: emitted.wat,
    stages: names,
    printed: (stage) => trace.text(stage),
    printedWith: (stage, print) => trace.text(stage, print),
  };
}

function threadsOf({ threads }: CompileOptions): number | null {
  if (threads === undefined) return null;
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return threads;
  throw new CompileError(
    'bad-argument',
    `threads must be a whole number from 1 to ${mostThreads}, got ${showAny(threads)}`,
  );
}

function processorOf({ engine = 'v8-11', fastMath = false }: CompileOptions): VectorTarget {
  if (typeof engine === 'string' && Object.hasOwn(engines, engine)) return wasmTarget(engine, fastMath);
  throw new CompileError('bad-argument', `there is no engine ${showAny(engine)}`, {
    help: `the engines are ${Object.keys(engines).join(', ')}`,
  });
}

function bindingOf({ bindingBytes }: CompileOptions): number | undefined {
  const [least, most] = [2 ** 16, 2 ** 31 - 16];
  if (bindingBytes === undefined) return undefined;
  if (Number.isInteger(bindingBytes) && bindingBytes >= least && bindingBytes <= most && bindingBytes % 16 === 0)
    return bindingBytes;
  throw new CompileError(
    'bad-argument',
    `bindingBytes must be a multiple of 16 from ${least} to ${most}, got ${showAny(bindingBytes)}`,
  );
}

function targetOf({ target = 'wasm' }: CompileOptions): CompileTarget {
  if (compileTargets.includes(target)) return target;
  throw new CompileError('bad-argument', `there is no target ${showAny(target)}`, {
    help: `the targets are ${compileTargets.join(', ')}`,
  });
}

/** One manifest tells of both: what lies where, and what is dispatched. */
function requireSameLaunches(...both: readonly (readonly [Program, Shaders])[]): void {
  const [one, other] = both.map(([program, shaders]) => {
    const { webgpu: gpu } = manifestOf(program, new Map(), null, { program, shaders });
    return JSON.stringify({ ...gpu, operations: 0 });
  });
  if (one !== other)
    throw new CompileError('bad-argument', 'kernels of this model are put together otherwise with these GPU features', {
      help: 'leave out gpuFeatures',
    });
}

/** Those of the names that are features, in one order. Throws a `CompileError` for others, and where shaders do not run. */
export function featuresOf(
  asked: readonly string[] = [],
  target: CompileTarget | 'interpret' = 'wasm',
): readonly GpuFeature[] {
  const unknown = asked.find((f) => !gpuFeatures.some((known) => known === f));
  if (unknown !== undefined)
    throw new CompileError('bad-argument', `there is no GPU feature '${unknown}' that shaders could use`, {
      help: `the features are ${gpuFeatures.join(', ')}`,
    });
  if (asked.length > 0 && target !== 'webgpu' && target !== 'all')
    throw new CompileError('bad-argument', 'gpuFeatures are for models that run on WebGPU', {
      help: "compile for the target 'webgpu' or 'all'",
    });
  return gpuFeatures.filter((f) => asked.includes(f));
}

/** What a model without an optimizer is compiled with. */
export const noOptimizer: Optimizer = { name: 'none', scalars: {}, update: (p) => ({ value: p, state: new Map() }) };

const updateForm = '{ value, state }, a value of the IR and a Map of values by param';
function isUpdate(v: unknown): v is ReturnType<Optimizer['update']> {
  const { value, state } = (v ?? {}) as { readonly value?: unknown; readonly state?: unknown };
  return isValue(value) && state instanceof Map && [...state].every(([p, next]) => isValue(p) && isValue(next));
}
const isValue = (v: unknown): boolean => ['param', 'node'].includes((v as Value | null | undefined)?.kind ?? '');

/** The optimizer, whose rule may be the user's own. */
function usersRule({ optimizer, loc }: Recording): Optimizer {
  if (!optimizer) return noOptimizer;
  const rule: Optimizer['update'] = (...args) =>
    // What a rule records has no line of its own: kernels tell the lines that their gradients come from.
    usersCode(
      () => {
        const updated: unknown = at(null, () => optimizer.update(...args));
        if (isUpdate(updated)) return updated;
        throw new CompileError(
          'bad-option',
          `the optimizer's rule must return ${updateForm}, got ${showAny(updated)}`,
          {
            loc,
          },
        );
      },
      loc,
      `the rule of the optimizer ${optimizer.name} ran`,
      'update',
    );
  return { ...optimizer, update: rule };
}

/** The graph passes of Tapeout's own, in order. */
const graphStages = ['inferShapes', 'autodiff', 'update', 'canonicalize'] as const;

const kernelsOf = (ls: readonly Lowered[]): Kernel[] => ls.flatMap((l) => l.kernels);

const countOps = (m: Module): number => m.graphs.reduce((n, g) => n + topo(valuesOf(g)).length, 0);
/** The directives that made each kernel. */
const schedulesOf = (ls: readonly Scheduled[]): Pick<Scheduled, 'schedules' | 'dropped'> => ({
  schedules: new Map(ls.flatMap((l) => [...l.schedules])),
  dropped: new Map(ls.flatMap((l) => [...l.dropped])),
});

/** Runs passes: times them, keeps what they made printable, and tells a fault of theirs from one of the user's. */
class Trace {
  readonly reports: PassReport[] = [];
  readonly #texts = new Map<StageName, (print: PrintOptions) => string>();
  readonly #options: CompileOptions;
  readonly #stages: readonly StageName[];
  #last: StageName = 'recorded';

  constructor(options: CompileOptions, stages: readonly StageName[]) {
    this.#options = options;
    this.#stages = stages;
  }

  stage(name: StageName, text: (print: PrintOptions) => string): void {
    this.#texts.set(name, text);
    this.#last = name;
    this.#options.onStage?.(name, () => this.text(name), this.#stages[this.#stages.indexOf(name) + 1] ?? null);
  }

  get print(): PrintOptions {
    return { root: this.#options.root ?? '' };
  }

  text(name: StageName, print: PrintOptions = this.print): string {
    const text = this.#texts.get(name);
    if (text) return text(print);
    throw new CompileError('unknown-stage', `there is no stage '${name}'`, {
      help: `the stages are ${this.#stages.join(', ')}`,
    });
  }

  pass(name: StageName, before: Module, run: (m: Module) => Module, verify: (m: Module) => unknown): Module {
    const [after, ms] = this.#timed(name, () => run(before));
    this.#verify(name, () => verify(after));
    this.reports.push({ pass: name, opsBefore: countOps(before), opsAfter: countOps(after), ms });
    this.stage(name, (print) => printModule(after, print));
    return after;
  }

  run<T>(
    name: Stage,
    ops: number,
    f: () => T,
    text: (t: T, print: PrintOptions) => string,
    verify: (t: T) => unknown = () => {},
    /** Whether this is what is printed and reported; another target's runs beside it. */
    shown = true,
  ): T {
    const [made, ms] = this.#timed(name, f);
    this.#verify(name, () => verify(made));
    if (!shown) return made;
    this.reports.push({ pass: emits(name) ? 'emit' : name, opsBefore: ops, opsAfter: ops, ...measures(made), ms });
    this.stage(name, (print) => text(made, print));
    return made;
  }

  #verify(name: StageName, check: () => unknown): void {
    if (!this.#options.verify) return;
    try {
      check();
    } catch (e) {
      if (!(e instanceof VerifyError)) throw e;
      throw new CompilerBug(name, e.message, this.text(this.#last), { cause: e });
    }
  }

  #timed<T>(name: StageName, f: () => T): [T, number] {
    const start = performance.now();
    try {
      return [f(), performance.now() - start];
    } catch (e) {
      if (e instanceof CompileError || e instanceof CompilerBug) throw e;
      throw new CompilerBug(
        emits(name) ? 'emit' : name,
        e instanceof Error ? e.message : JSON.stringify(e),
        this.text(this.#last),
        { cause: e },
      );
    }
  }
}

const emits = (name: StageName): boolean => name === 'wat' || name === 'wgsl';

/** What of kernels, memory and code a pass's product shows. */
function measures(made: unknown): Pick<PassReport, 'kernels' | 'arenaBytes' | 'codeBytes'> {
  if (Array.isArray(made))
    return { kernels: made.reduce((n: number, l) => n + ((l.kernels ?? l.groups) as unknown[]).length, 0) };
  if (typeof made === 'object' && made !== null && 'arenaBytes' in made) {
    const p = made as Program;
    return { kernels: p.entries.reduce((n, e) => n + e.launches.length, 0), arenaBytes: p.arenaBytes };
  }
  return {
    codeBytes: (made as { wasm?: Uint8Array; wgsl?: string }).wasm?.length ?? (made as { wgsl: string }).wgsl.length,
  };
}
