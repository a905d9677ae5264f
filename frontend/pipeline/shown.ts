/** The texts and reports of a compilation's stages. */

import { CompileError } from '../../ir/diagnostic.ts';
import { type Module, topo, valuesOf } from '../../ir/graph.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { type Ir, printIr, type Stage, type StageContext } from '../../passes/stage.ts';
import type { CompileOptions } from './options.ts';
import { runStage } from './run-stage.ts';
import { flagsFor, type StageName } from './stages.ts';

/** The effect of one pass: ops of all graphs before and after it, and kernels, bytes of memory and bytes of code if it has any. */
export interface PassReport {
  readonly pass: string;
  readonly opsBefore: number;
  readonly opsAfter: number;
  readonly kernels?: number;
  readonly arenaBytes?: number;
  readonly codeBytes?: number;
  readonly ms: number;
}

export class Shown {
  readonly reports: PassReport[] = [];
  /** The stages that can be printed, in order. */
  readonly stages: readonly StageName[];
  readonly #texts = new Map<StageName, (print: PrintOptions) => string>();
  readonly #options: CompileOptions;
  /** The number of ops in all graphs after the latest graph stage. */
  #ops = 0;

  constructor(options: CompileOptions, stages: readonly StageName[]) {
    this.#options = options;
    this.stages = stages;
  }

  /** The module as the model was recorded. */
  recorded(module: Module): void {
    this.#ops = countOps(module);
    this.#show('recorded', (print) => printModule(module, print));
  }

  /** Runs stages in sequence, and returns the result of each. With `shown` false they are neither reported nor printable. */
  run(stages: readonly Stage[], from: Ir, context: StageContext, shown = true): readonly Ir[] {
    const made: Ir[] = [];
    // Differentiation and updates turn a graph's tasks into results.
    const update = stages.findIndex((s) => s.name === 'update');
    for (const [i, stage] of stages.entries()) {
      const { verify = false } = this.#options;
      const { ir, ms } = runStage(stage, made.at(-1) ?? from, context, {
        print: this.#print,
        verify,
        tasks: i < update,
      });
      made.push(ir);
      if (!shown) continue;
      const opsBefore = this.#ops;
      if (ir.form === 'module') this.#ops = countOps(ir.module);
      const pass = ir.form === 'code' ? 'emit' : stage.name;
      this.reports.push({ pass, opsBefore, opsAfter: this.#ops, ...measures(ir), ms });
      this.#show(stage.name, (print) => printIr(ir, print));
    }
    return made;
  }

  /** A stage as text. Throws a `CompileError` if there is no such stage. */
  text(name: StageName, print: PrintOptions = this.#print): string {
    const text = this.#texts.get(name);
    if (text) return text(print);
    const flags = flagsFor(name);
    const stages = `the stages of this compilation are ${this.stages.join(', ')}`;
    throw flags === null
      ? new CompileError('unknown-stage', `there is no stage '${name}'`, { help: stages })
      : new CompileError('unknown-stage', `'${name}' is not a stage of this compilation: it needs ${flags}`, {
          help: stages,
        });
  }

  get #print(): PrintOptions {
    return { root: this.#options.root ?? '' };
  }

  #show(name: StageName, text: (print: PrintOptions) => string): void {
    this.#texts.set(name, text);
    this.#options.onStage?.(name, () => this.text(name), this.stages[this.stages.indexOf(name) + 1] ?? null);
  }
}

const countOps = (m: Module): number => m.graphs.reduce((n, g) => n + topo(valuesOf(g)).length, 0);

/** The numbers of kernels and bytes that the IR has in its form. */
function measures(ir: Ir): Pick<PassReport, 'kernels' | 'arenaBytes' | 'codeBytes'> {
  switch (ir.form) {
    case 'module':
      return {};
    case 'fused':
      return { kernels: ir.module.graphs.reduce((n, g) => n + g.groups.length, 0) };
    case 'kernels':
    case 'schedule':
      return { kernels: launches(ir.outline) };
    case 'program':
      return { kernels: launches(ir.program), arenaBytes: ir.program.arenaBytes };
    case 'code':
      return { codeBytes: ir.code.codeBytes };
    default:
      return ir satisfies never;
  }
}

const launches = ({ entries }: { readonly entries: readonly { readonly launches: readonly unknown[] }[] }): number =>
  entries.reduce((n, e) => n + e.launches.length, 0);
