/** The compiler from end to end: records a model, runs its graphs through the shared stages, then through each backend's stages
 *  to a program and its code. */

import { emission, type ProgramBackend } from '../../codegen/backend.ts';
import { manifestOf } from '../../codegen/manifest.ts';
import { threadedWasmBackend, type WasmCode, wasmBackend } from '../../codegen/wasm/backend.ts';
import { type WgslCode, wgslBackend } from '../../codegen/wgsl/backend.ts';
import type { Shaders } from '../../codegen/wgsl/emit.ts';
import { indexInputs } from '../../ir/analysis/index-ranges.ts';
import { CompileError, type Loc, PassFault } from '../../ir/diagnostic.ts';
import type { FusedGraph, Module } from '../../ir/graph.ts';
import type { Outline, Program } from '../../ir/program.ts';
import type { GridTarget, VectorTarget } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { isBatch } from '../../ir/type.ts';
import { inOrder, registeredPasses } from '../../passes/custom.ts';
import type { Rematerialized } from '../../passes/rematerialize.ts';
import { type GivenSchedules, nothingGiven, without } from '../../passes/schedule/choose/given.ts';
import type { ScheduledOutline } from '../../passes/schedule/index.ts';
import { type Code, type Ir, type IrOf, last, type Stage, type StageContext } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import type { Manifest } from '../../runtime/manifest.ts';
import { tagged } from '../files/tags.ts';
import type { ModelSpec } from '../model/model.ts';
import { type Recording, record } from '../model/record.ts';
import { callSite } from '../model/trace.ts';
import { type Budget, withinMemory } from './budget.ts';
import { type EntryName, entriesOf, stateTableOf } from './entries.ts';
import { type CompileOptions, type CompileTarget, type Wanted, wantedBy } from './options.ts';
import { type PassReport, Shown } from './shown.ts';
import { customStage, graphStages, graphStagesOnDemand, type StageName, stageNames } from './stages.ts';
import { usersRule } from './users-rule.ts';

/** The results of one backend's stages: fused groups, kernels before and after scheduling, and the program. */
export interface ProgramStages {
  readonly fused: readonly FusedGraph[];
  readonly lowered: Outline;
  readonly scheduled: ScheduledOutline;
  readonly program: Program;
}

/** A compiled model: code and memory for each target, weights, and the result of every pass. Code and manifest carry tags:
 *  `instantiate` and the like refuse to combine the code of one compilation with the manifest of another. */
export interface Compiled extends ProgramStages {
  readonly recording: Recording;
  /** After the graph passes. */
  readonly module: Module;
  /** The target that the WebAssembly kernels were scheduled for. */
  readonly processor: VectorTarget;
  readonly wasm: Uint8Array;
  /** The module for several threads; null unless `threads` was given. */
  readonly threadedWasm: Uint8Array | null;
  readonly target: CompileTarget;
  /** The stages for WebGPU; null unless it is a target. */
  readonly gpu: ProgramStages | null;
  /** The shaders of all WebGPU kernels, as one module. */
  readonly wgsl: string | null;
  /** The same kernels for devices that have all `gpuFeatures`; null if there are none. */
  readonly featureWgsl: string | null;
  readonly manifest: Manifest;
  /** Initial values by PyTorch's names, in PyTorch's order. */
  readonly weights: ReadonlyMap<string, Float32Array | Int32Array>;
  readonly reports: readonly PassReport[];
  /** What was tried to fit `memory`; null if no budget was given. */
  readonly budget: Budget | null;
  /** The values that each graph computes twice to save memory; empty unless `rematerialize` is set and pays off. */
  readonly rematerialized: readonly Rematerialized[];
  /** All stages in order, including custom passes. */
  readonly stages: readonly StageName[];
  wat(): string;
  /** A stage as text. Throws if there is no such stage. */
  printed(stage: StageName): string;
  /** The same, with other print options. */
  printedWith(stage: StageName, print: PrintOptions): string;
}

const defaultEntries = (r: Recording): EntryName[] => [
  'forward',
  ...(r.eval.loss ? (['evaluate'] as const) : []),
  ...(r.train.loss && r.optimizer ? (['train_step'] as const) : []),
];

/** Compiles a model to WebAssembly. Throws a `CompileError` at the user's line for a fault of the model, and at `site`, the line
 *  of the call, for a fault of an unregistered pass. */
export async function compile(
  spec: ModelSpec,
  options: CompileOptions = {},
  site: Loc | null = callSite(),
): Promise<Compiled> {
  const recording = record(spec);
  try {
    return compileRecording(recording, options, site);
  } catch (e) {
    // A wrong option is reported at the line of the call.
    throw e instanceof CompileError && !(e instanceof PassFault) ? e.at(site) : e;
  }
}

export function compileRecording(
  recording: Recording,
  options: CompileOptions = {},
  site: Loc | null = callSite(),
): Compiled {
  if (options.memory === undefined) return compiled(recording, options, site);
  const fit = withinMemory(recording, options.memory, options.rematerialize ?? false, (r, rematerialize) =>
    memoryOf(r, { ...options, rematerialize }, site),
  );
  const { rematerialize, budget } = fit;
  return { ...compiled(fit.recording, { ...options, rematerialize }, site), budget };
}

/** The bytes that a recording's WebAssembly needs. */
function memoryOf(recording: Recording, { onStage: _, ...options }: CompileOptions, site: Loc | null): number {
  const wanted = wantedBy(options);
  const { backend, given } = backendsOf(wanted, options.schedule).wasm;
  const { module, context } = recordedFor(recording, options, wanted);
  const shown = new Shown(options, []);
  const graph = shown.run(graphStagesOf(options, site), { form: 'module', module }, context, false);
  const on = { ...context, target: backend.target, given };
  return last(shown.run(backend.stages, last(graph, 'module'), on, false), 'program').program.arenaBytes;
}

/** The entries of a recording, and what the stages need to know of it. */
function recordedFor(recording: Recording, options: CompileOptions, wanted: Wanted) {
  const table = stateTableOf(recording);
  const module = entriesOf(recording, options.entries ?? defaultEntries(recording), table, {
    inputGradient: options.inputGradient ?? false,
  });
  const context: StageContext = {
    optimizer: usersRule(recording),
    table,
    target: wanted.processor,
    given: nothingGiven,
    indices: indexInputs(module),
  };
  return { module, context, table };
}

function compiled(recording: Recording, options: CompileOptions, site: Loc | null): Compiled {
  const wanted = wantedBy(options);
  const backends = backendsOf(wanted, options.schedule);
  const graph = graphStagesOf(options, site);
  const shown = new Shown(options, ['recorded', ...[...graph, ...stagesOf(backends.shown)].map((s) => s.name)]);

  const { module: recorded, context, table } = recordedFor(recording, options, wanted);
  shown.recorded(recorded);
  const optimized = shown.run(graph, { form: 'module', module: recorded }, context);
  const { module } = last(optimized, 'module');
  const made = <C extends Code>({ backend, given }: Taken<C>): Made<C> => {
    const on = { ...context, target: backend.target, given };
    const all = stagesOf(backend);
    const irs = shown.run(all, last(optimized, 'module'), on, backend === backends.shown);
    return madeBy<C>(
      irs.filter((_, i) => all[i] !== stages.join),
      last(irs, 'program'),
    );
  };
  const { code, ...wasm } = made(backends.wasm);
  const gpu = backends.wgsl && made(backends.wgsl);
  const rich = backends.rich && made(backends.rich);
  if (gpu && rich) requireSameLaunches([gpu.program, gpu.code.shaders], [rich.program, rich.code.shaders]);

  const added = new Map(
    [...table.initial].map(([p, initial]) => [p.name, { initial, name: table.called.get(p) ?? p.name }]),
  );
  const shaders = gpu && { program: gpu.program, shaders: gpu.code.shaders, features: wanted.features };
  const { returns } = recording;
  const manifest = {
    ...manifestOf(wasm.program, added, wanted.threads, shaders),
    ...(returns === 'one' ? {} : { returns }),
  };
  const parts = tagged(manifest, {
    wasm: code.wasm,
    threadedWasm: code.threadedWasm,
    wgsl: gpu?.code.shaders.wgsl ?? null,
    featureWgsl: rich?.code.shaders.wgsl ?? null,
  });
  return {
    recording,
    module,
    ...wasm,
    processor: wanted.processor,
    ...parts,
    wasm: parts.wasm as Uint8Array,
    target: wanted.target,
    gpu,
    weights: new Map(
      [...recording.parameters, ...recording.buffers.filter((b) => !b.param.type.shape.some(isBatch))].map((p) => [
        p.param.name,
        p.data,
      ]),
    ),
    reports: shown.reports,
    budget: null,
    rematerialized: optimized.flatMap((ir) => (ir.form === 'module' && ir.rematerialized) || []),
    stages: shown.stages,
    wat: code.text,
    printed: (name) => shown.text(name),
    printedWith: (name, print) => shown.text(name, print),
  };
}

/** The graph stages: Tapeout's own, with custom passes after the stages that they name. */
function graphStagesOf({ passes = [], rematerialize = false, root }: CompileOptions, site: Loc | null): Stage[] {
  const own = new Map(graphStages.map((s) => [s.name, s]));
  const custom = [...new Set([...registeredPasses(), ...passes])];
  const order = inOrder(['recorded', ...own.keys()], custom, stageNames);
  return [
    ...order.flatMap((p) => (typeof p === 'string' ? (own.get(p) ?? []) : customStage(p, { root: root ?? '' }, site))),
    ...(rematerialize ? graphStagesOnDemand : []),
  ];
}

/** A backend and the schedules given for it. */
interface Taken<C extends Code> {
  readonly backend: ProgramBackend<VectorTarget, C> | ProgramBackend<GridTarget, C>;
  readonly given: GivenSchedules;
}

/** The backends that compile a model, and the one whose stages are shown. WebAssembly is always included, for hosts without a
 *  GPU. */
function backendsOf({ target, processor, threads, device, richDevice }: Wanted, given = nothingGiven) {
  const onWasm = threads === null ? wasmBackend(processor) : threadedWasmBackend(processor);
  const onGpu = target === 'wasm' ? null : wgslBackend(device);
  const onRich = richDevice && wgslBackend(richDevice, 'wgsl-features');
  const shown = (target === 'webgpu' && (onRich ?? onGpu)) || onWasm;
  const schedules = (b: ProgramBackend): GivenSchedules => {
    if (b === shown) return given;
    // Portable shaders drop the directives that need features.
    return shown === onRich && b === onGpu ? without(given, device) : nothingGiven;
  };
  return {
    shown: shown as ProgramBackend,
    wasm: { backend: onWasm, given: schedules(onWasm) } satisfies Taken<WasmCode>,
    wgsl: onGpu && ({ backend: onGpu, given: schedules(onGpu) } satisfies Taken<WgslCode>),
    rich: onRich && ({ backend: onRich, given: schedules(onRich) } satisfies Taken<WgslCode>),
  };
}

const stagesOf = (b: ProgramBackend): Stage[] => [...b.stages, emission(b)];

interface Made<C extends Code> extends ProgramStages {
  readonly code: C;
}

/** The results of a backend's stages, given in order. Joined launches are left out: they have no schedules of their own. */
function madeBy<C extends Code>(irs: readonly Ir[], { program }: IrOf<'program'>): Made<C> {
  return {
    fused: last(irs, 'fused').module.graphs,
    lowered: last(irs, 'kernels').outline,
    scheduled: last(irs, 'schedule'),
    program,
    code: last(irs, 'code').code as C,
  };
}

/** Throws unless both programs have the same memory layout and dispatches: they share one manifest. */
function requireSameLaunches(...both: readonly (readonly [Program, Shaders])[]): void {
  const [one, other] = both.map(([program, shaders]) => {
    const { webgpu: gpu } = manifestOf(program, new Map(), null, { program, shaders });
    return JSON.stringify({ ...gpu, operations: 0 });
  });
  if (one !== other)
    throw new CompileError(
      'bad-argument',
      'with these GPU features, the kernels of this model are grouped differently',
      {
        help: 'leave out gpuFeatures',
      },
    );
}
