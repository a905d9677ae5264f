/** The pipeline, defined once: the stages of a recorded module, and those of the backends. The compiler, `tapeout opt`, `tapeout run`,
 *  `--stage`, the goldens and the tests read these lists. */

import { emission, type ProgramBackend } from '../../codegen/backend.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import type { Target } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { type GraphPass, registeredPasses, runCustomPass } from '../../passes/custom.ts';
import { type Stage, stage } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import { backendFor, backends, type CodeName, flagsOf } from './backends.ts';

/** The stages of a recorded module, for all targets. */
export const graphStages: readonly Stage[] = [stages.inferShapes, stages.autodiff, stages.update, stages.canonicalize];
/** Optional graph stages, which run after the others. */
export const graphStagesOnDemand: readonly Stage[] = [stages.rematerialize];

/** The flags under which a compilation has the stage or code of this name; null for an unknown name. */
export const flagsFor = (name: string): string | null =>
  graphStagesOnDemand.some((s) => s.name === name) ? `--${name}` : flagsOf(name);

/** All of Tapeout's own stages, each after those that it may follow. */
export const allStages: readonly Stage[] = [
  ...graphStages,
  ...graphStagesOnDemand,
  ...Object.values(stages).filter((s) => backends.some((b) => b.stages.includes(s))),
];

/** The names of the texts of code, such as `wat` and `wgsl`. */
const texts: readonly string[] = [...new Set(backends.map((b) => b.text))];

/** The name of one of Tapeout's own printable stages. */
export type OwnStage = 'recorded' | keyof typeof stages | CodeName;
/** The name of a stage or of a custom pass. */
export type StageName = OwnStage | (string & {});

/** The names of all that can be printed, in order: the recorded module, the result of each stage, and code. */
export const stageNames: readonly string[] = ['recorded', ...allStages.map((s) => s.name), ...texts];

/** The names of everything that can run on a text: stages, code, and registered passes. */
export const passNames = (): string[] => [...stageNames.slice(1), ...registeredPasses().map((p) => p.name)];

/** The stage of this name, which may be a registered pass or code for this target; undefined if there is none. */
export function stageNamed(name: string, target: Target, print: PrintOptions = {}): Stage | undefined {
  const own = allStages.find((s) => s.name === name);
  if (own) return own;
  const custom = registeredPasses().find((p) => p.name === name);
  if (custom) return customStage(custom, print);
  return texts.includes(name) ? emissionOf(name, target) : undefined;
}

/** A custom pass as a stage; `site` is the line to report if the pass is not registered. */
export const customStage = (pass: GraphPass, print: PrintOptions, site: Loc | null = null): Stage =>
  stage(pass.name, 'module', 'module', ({ module }) => ({
    form: 'module',
    module: runCustomPass(pass, module, print, site),
  }));

/** The stage that emits code of this name; not ready if it is code for another target. */
function emissionOf(name: string, target: Target): Stage {
  const backend = backendFor(target);
  if (backend.text === name) return emission(backend);
  const other = backends.find((b) => b.text === name) as ProgramBackend;
  return {
    ...emission(other),
    notReady: () => `'${name}' prints kernels scheduled for ${other.target.name}: add --target ${other.target.name}.`,
  };
}
