/** The compiler from end to end: records a model, runs its graphs through the shared stages, then through each backend's stages
 *  to a program and its code. */

import { manifestOf } from '../../codegen/manifest.ts';
import { indexInputs } from '../../ir/analysis/index-ranges.ts';
import { CompileError, type Loc, PassFault } from '../../ir/diagnostic.ts';
import { isBatch } from '../../ir/type.ts';
import { inOrder, registeredPasses } from '../../passes/custom.ts';
import { nothingGiven } from '../../passes/schedule/choose/given.ts';
import { type Code, last, type Stage, type StageContext } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import { tagged } from '../files/tags.ts';
import type { ModelSpec } from '../model/model.ts';
import { type Recording, record } from '../model/record.ts';
import { callSite } from '../model/trace.ts';
import { withinMemory } from './budget.ts';
import { type Compiled, type Made, madeBy } from './compiled.ts';
import { type EntryName, entriesOf, stateTableOf } from './entries.ts';
import { type CompileOptions, type Wanted, wantedBy } from './options.ts';
import { Shown } from './shown.ts';
import { customStage, graphStages, graphStagesOnDemand, stageNames } from './stages.ts';
import { backendsOf, requireSameLaunches, stagesOf, type Taken } from './taken.ts';
import { usersRule } from './users-rule.ts';

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
