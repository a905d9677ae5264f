/** The pipeline, spelt once: what a recorded module goes through, and which backends take it on. The compiler, `tapeout opt`,
 *  `tapeout run`, `--stage`, the goldens and the tests read these lists. */

import { emission, type ProgramBackend } from '../../codegen/backend.ts';
import { threadedWasmBackend, wasmBackend } from '../../codegen/wasm/backend.ts';
import { wgslBackend } from '../../codegen/wgsl/backend.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import { isGrid, isPortable, isVector, type Target, wasm128, webgpu } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { type GraphPass, registeredPasses, runCustomPass } from '../../passes/custom.ts';
import { type Stage, stage } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';

/** From the recorded module on, whatever it is compiled for. */
export const graphStages: readonly Stage[] = [stages.inferShapes, stages.autodiff, stages.update, stages.canonicalize];
/** Those of them that run where they are asked for, after the others. */
export const graphStagesOnDemand: readonly Stage[] = [stages.rematerialize];

/** The backend that compiles for a target, on threads where they are asked for. */
export function backendFor(target: Target, threads = false): ProgramBackend {
  if (isGrid(target)) return wgslBackend(target, isPortable(target) ? 'wgsl' : 'wgsl-features');
  if (isVector(target)) return threads ? threadedWasmBackend(target) : wasmBackend(target);
  throw new Error(`no backend is for ${target.name}`);
}

/** One backend of each kind, over its usual target. */
const backends: readonly ProgramBackend[] = [wasmBackend(wasm128), threadedWasmBackend(wasm128), wgslBackend(webgpu)];

/** The flags with which a stage, or code of this name, is one of a compilation's; null for one that there is not. */
export function flagsFor(name: string): string | null {
  if (graphStagesOnDemand.some((s) => s.name === name)) return `--${name}`;
  const at = backends.findIndex((b) => b.text === name || b.stages.some((s) => s.name === name));
  return ['--target wasm', '--target wasm --threads 2', '--target webgpu'][at] ?? null;
}

/** Every stage of Tapeout's own, each after those that it may follow. */
export const allStages: readonly Stage[] = [
  ...graphStages,
  ...graphStagesOnDemand,
  ...Object.values(stages).filter((s) => backends.some((b) => b.stages.includes(s))),
];

/** The names of the texts that code has: what `wat` and `wgsl` print. */
const texts: readonly string[] = [...new Set(backends.map((b) => b.text))];

/** One of Tapeout's own stages that print. */
export type OwnStage = 'recorded' | keyof typeof stages | 'wat' | 'wgsl';
/** A stage, or the name of a pass from outside. */
export type StageName = OwnStage | (string & {});

/** Names of all that prints, in order: the recorded module, what each stage makes of it, and code. */
export const stageNames: readonly string[] = ['recorded', ...allStages.map((s) => s.name), ...texts];

/** What a text can be taken through: every stage, code, and the passes from outside. */
export const passNames = (): string[] => [...stageNames.slice(1), ...registeredPasses().map((p) => p.name)];

/** A stage by its name, passes from outside and code for this target among them; undefined for none. */
export function stageNamed(name: string, target: Target, print: PrintOptions = {}): Stage | undefined {
  const own = allStages.find((s) => s.name === name);
  if (own) return own;
  const custom = registeredPasses().find((p) => p.name === name);
  if (custom) return customStage(custom, print);
  return texts.includes(name) ? emissionOf(name, target) : undefined;
}

/** A pass from outside as a stage; `site` is the line to blame where it was not registered. */
export const customStage = (pass: GraphPass, print: PrintOptions, site: Loc | null = null): Stage =>
  stage(pass.name, 'module', 'module', ({ module }) => ({
    form: 'module',
    module: runCustomPass(pass, module, print, site),
  }));

/** Code under this name; what is scheduled for another target has none. */
function emissionOf(name: string, target: Target): Stage {
  const backend = backendFor(target);
  if (backend.text === name) return emission(backend);
  const other = backends.find((b) => b.text === name) as ProgramBackend;
  return {
    ...emission(other),
    notReady: () =>
      `'${name}' writes kernels that are scheduled for ${other.target.name}: add --target ${other.target.name}.`,
  };
}
