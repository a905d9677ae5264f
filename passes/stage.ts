/** The forms of the IR between stages, and the type of a stage: a name, and a function from one form to the next. Each
 *  form's printer and verifier are defined here, once. */

import type { Indices } from '../ir/analysis/index-ranges.ts';
import type { FusedGraph, Module, Param } from '../ir/graph.ts';
import { hostValues, kernelsOf, type Outline, type Program } from '../ir/program.ts';
import type { Target } from '../ir/target.ts';
import { printModule } from '../ir/text/print-graph.ts';
import type { PrintOptions } from '../ir/text/print-options.ts';
import { printProgram } from '../ir/text/print-program.ts';
import { verifyFused, verifyModule } from '../ir/verify/graph.ts';
import { verifyKernels } from '../ir/verify/kernel.ts';
import { verifyOutline, verifyProgram } from '../ir/verify/program.ts';
import type { Rematerialized } from './rematerialize.ts';
import type { GivenSchedules } from './schedule/choose/given.ts';
import type { ScheduledOutline } from './schedule/index.ts';
import type { Optimizer, StateTable } from './update.ts';

/** A module whose graphs are all divided into groups. */
export interface FusedModule extends Module {
  readonly graphs: readonly FusedGraph[];
}

/** The output of a backend: text to read, and the size of the code that runs. */
export interface Code {
  readonly codeBytes: number;
  text(): string;
}

/** The IR at one point of the pipeline, in the form that the last stage made. */
export type Ir =
  | { readonly form: 'module'; readonly module: Module; readonly rematerialized?: readonly Rematerialized[] }
  | { readonly form: 'fused'; readonly module: FusedModule }
  | { readonly form: 'kernels'; readonly outline: Outline }
  | ({ readonly form: 'schedule' } & ScheduledOutline)
  | { readonly form: 'program'; readonly program: Program }
  | { readonly form: 'code'; readonly code: Code };
export type Form = Ir['form'];
export type IrOf<F extends Form> = Extract<Ir, { readonly form: F }>;

/** The latest IR of this form. */
export const last = <F extends Form>(irs: readonly Ir[], form: F): IrOf<F> =>
  irs.findLast((ir) => ir.form === form) as IrOf<F>;

/** What stages need besides the IR. */
export interface StageContext {
  /** Null if none is given: then no graph may end in a step. */
  readonly optimizer: Optimizer | null;
  /** State that passes add to a model. */
  readonly table: StateTable;
  readonly target: Target;
  /** Directives that replace those of the scheduler. */
  readonly given: GivenSchedules;
  /** Inputs that hold indices, as found in the recorded or parsed module. */
  readonly indices: ReadonlyMap<Param, Indices>;
}

/** One step of the pipeline. Its name is its identity: `--stage fuse`, `--passes fuse`, test/golden/fuse, `bug in pass 'fuse'`. */
export interface Stage {
  readonly name: string;
  /** The forms that it accepts; the first is the one that the stage before it makes. */
  readonly takes: readonly Form[];
  readonly makes: Form;
  /** A sentence on why it cannot run on this IR, which has an accepted form; null if it can. */
  readonly notReady?: (ir: never, context: StageContext) => string | null;
  /** Its kernels are those of the stage before, where they were verified. */
  readonly keepsKernels?: boolean;
  run(ir: Ir, context: StageContext): Ir;
}

/** A stage typed by the forms that it takes and makes. */
export const stage = <A extends Form, B extends Form>(
  name: string,
  takes: A | readonly A[],
  makes: B,
  run: (ir: IrOf<A>, context: StageContext) => IrOf<B>,
  more: {
    readonly notReady?: (ir: IrOf<A>, context: StageContext) => string | null;
    readonly keepsKernels?: boolean;
  } = {},
): Stage => ({
  name,
  takes: typeof takes === 'string' ? [takes] : takes,
  makes,
  ...more,
  run: (ir, context) => run(ir as IrOf<A>, context),
});

/** The names of the forms in errors. */
export const forms: Readonly<Record<Form, string>> = {
  module: 'graphs',
  fused: 'fused graphs',
  kernels: 'kernels',
  schedule: 'scheduled kernels',
  program: 'a program',
  code: 'code',
};

/** The IR as text, which `parseText` reads back unless it is code. */
export function printIr(ir: Ir, print: PrintOptions): string {
  switch (ir.form) {
    case 'module':
    case 'fused':
      return printModule(ir.module, print);
    case 'kernels':
      return printProgram(ir.outline, { ...print, kernels: true });
    case 'schedule':
      return printProgram(ir.outline, {
        ...print,
        kernels: true,
        schedules: ir.schedules,
        ...(ir.dropped ? { dropped: ir.dropped } : {}),
      });
    case 'program':
      return printProgram(ir.program, { ...print, kernels: true });
    case 'code':
      return ir.code.text();
    default:
      return ir satisfies never;
  }
}

export interface VerifyOptions {
  /** The target of scheduled kernels and programs. */
  readonly target?: Target | undefined;
  /** Graphs may have tasks left. */
  readonly tasks?: boolean;
  /** Serial loops may hand on values through memory, as handwritten kernels do. */
  readonly throughMemory?: boolean;
  /** The kernels of a program were verified before. */
  readonly keepsKernels?: boolean;
}

/** Throws a `VerifyError` that lists every problem. */
export function verifyIr(ir: Ir, options: VerifyOptions = {}): void {
  const { target, tasks = false, throughMemory = false, keepsKernels = false } = options;
  switch (ir.form) {
    case 'module':
      return verifyModule(ir.module, { tasks });
    case 'fused':
      for (const g of ir.module.graphs) verifyFused(g, { maxBatch: ir.module.maxBatch });
      return;
    case 'kernels':
    case 'schedule': {
      const { maxBatch, lasting } = ir.outline;
      const on = ir.form === 'schedule' && target ? { target } : {};
      verifyKernels(kernelsOf(ir.outline), { maxBatch, values: hostValues(lasting), throughMemory, ...on });
      verifyOutline(ir.outline);
      return;
    }
    case 'program': {
      const { maxBatch, slots } = ir.program;
      verifyProgram(ir.program);
      if (keepsKernels) return;
      const on = target ? { target } : {};
      verifyKernels(kernelsOf(ir.program), { maxBatch, values: hostValues(slots), throughMemory, ...on });
      return;
    }
    case 'code':
      return;
    default:
      return ir satisfies never;
  }
}
