/** The passes by name, each from one form of the IR to the next: what `tapeout opt` and `tapeout run` do to a text. */

import { emitWasm } from '../codegen/wasm/emit.ts';
import { CompileError, CompilerBug } from '../ir/diagnostic.ts';
import type { FusedGraph, Module, Param, Role } from '../ir/graph.ts';
import type { Kernel } from '../ir/kernel.ts';
import { parseText } from '../ir/parse.ts';
import { printModule } from '../ir/print-graph.ts';
import type { PrintOptions } from '../ir/print-options.ts';
import { printProgram } from '../ir/print-program.ts';
import type { Program } from '../ir/program.ts';
import { type Target, wasm128 } from '../ir/target.ts';
import { showType, type TensorType } from '../ir/type.ts';
import { VerifyError } from '../ir/verify.ts';
import { verifyFused, verifyModule } from '../ir/verify-graph.ts';
import { verifyKernels } from '../ir/verify-kernel.ts';
import { verifyProgram } from '../ir/verify-program.ts';
import { autodiff } from '../passes/autodiff.ts';
import { canonicalize } from '../passes/canonicalize.ts';
import { registeredPasses, runCustomPass } from '../passes/custom.ts';
import { fuse } from '../passes/fuse.ts';
import { indexRanges, inferShapes } from '../passes/infer-shapes.ts';
import { Buffers, type Lowered, lower } from '../passes/lower.ts';
import { plan } from '../passes/plan.ts';
import { type Scheduled, schedule } from '../passes/schedule/index.ts';
import { type Optimizer, StateTable, update } from '../passes/update.ts';
import { printKernels, printSchedules } from './compile.ts';

/** What a text is, and what the passes make of it. `module` is null where the text held kernels. */
export type Ir =
  | { readonly form: 'module'; readonly module: Module }
  | { readonly form: 'fused'; readonly module: Module; readonly fused: readonly FusedGraph[] }
  | { readonly form: 'kernels'; readonly module: Module | null; readonly lowered: readonly Lowered[] }
  | { readonly form: 'schedule'; readonly module: Module | null; readonly scheduled: readonly Scheduled[] }
  | { readonly form: 'program'; readonly program: Program }
  | { readonly form: 'wasm'; readonly emitted: Emitted };

type Emitted = ReturnType<typeof emitWasm>;

export interface PassContext {
  readonly table: StateTable;
  readonly optimizer: Optimizer | null;
  readonly target: Target;
  /** For kernels, whose text does not tell it. */
  readonly maxBatch: number;
  readonly buffers: Buffers;
  /** Index inputs of the module as it was read. */
  readonly ranges: Map<Param, number>;
  /** How faults show the IR. */
  readonly print: PrintOptions;
}

/** A pass that does not take what the one before made, or that cannot run as it is asked to. */
export class PassError extends Error {
  override readonly name = 'UsageError';
}

type Pass = (ir: Ir, context: PassContext) => Ir;

const forms: Readonly<Record<Ir['form'], string>> = {
  module: 'graphs',
  fused: 'fused graphs',
  kernels: 'kernels',
  schedule: 'scheduled kernels',
  program: 'a program',
  wasm: 'WebAssembly',
};

const graphPass =
  (name: string, f: (m: Module, context: PassContext) => Module): Pass =>
  (ir, context) => {
    if (ir.form !== 'module') throw misplaced(name, ir, 'graphs');
    return { form: 'module', module: f(ir.module, context) };
  };
const misplaced = (name: string, ir: Ir, wants: string, before?: string): PassError =>
  new PassError(`'${name}' takes ${wants}, and gets ${forms[ir.form]}${before ? `: run '${before}' before it` : ''}.`);

/** In the order in which a compilation runs them. */
export const irPasses: ReadonlyMap<string, Pass> = new Map<string, Pass>([
  ['inferShapes', graphPass('inferShapes', inferShapes)],
  ['autodiff', graphPass('autodiff', autodiff)],
  [
    'update',
    graphPass('update', (m, { optimizer, table }) => {
      const waiting = m.graphs.find((g) => g.task?.then === 'step');
      if (waiting?.task?.kind === 'differentiate')
        throw new PassError(`graph @${waiting.name} is not differentiated yet: run 'autodiff' before 'update'.`);
      if (waiting && !optimizer)
        throw new PassError(
          `graph @${waiting.name} applies its gradients by an optimizer, and none is given. Say which: update=sgd(lr=0.01,momentum=0.9).`,
        );
      return update(optimizer ?? none, table)(m);
    }),
  ],
  ['canonicalize', graphPass('canonicalize', canonicalize)],
  [
    'fuse',
    (ir) => {
      if (ir.form !== 'module') throw misplaced('fuse', ir, 'graphs');
      const open = ir.module.graphs.find((g) => g.task);
      if (open)
        throw new PassError(
          `graph @${open.name} has still to be ${open.task?.kind === 'apply' ? "updated: run 'update'" : "differentiated: run 'autodiff' and 'update'"} before 'fuse'.`,
        );
      return { form: 'fused', module: ir.module, fused: ir.module.graphs.map(fuse) };
    },
  ],
  [
    'lower',
    (ir, { buffers }) => {
      if (ir.form !== 'fused') throw misplaced('lower', ir, 'fused graphs', ir.form === 'module' ? 'fuse' : undefined);
      return { form: 'kernels', module: ir.module, lowered: ir.fused.map((g) => lower(g, buffers)) };
    },
  ],
  [
    'schedule',
    (ir, { target, maxBatch }) => {
      if (ir.form !== 'kernels') throw misplaced('schedule', ir, 'kernels', ir.form === 'fused' ? 'lower' : undefined);
      const most = ir.module?.maxBatch ?? maxBatch;
      return { form: 'schedule', module: ir.module, scheduled: ir.lowered.map(schedule(target, most)) };
    },
  ],
  [
    'plan',
    (ir, { buffers, ranges }) => {
      if (ir.form !== 'schedule' && ir.form !== 'kernels') throw misplaced('plan', ir, 'kernels', 'schedule');
      if (!ir.module)
        throw new PassError("'plan' takes kernels that were lowered from graphs: start from a text of graphs.");
      const lowered = ir.form === 'schedule' ? ir.scheduled : ir.lowered;
      return { form: 'program', program: plan(ir.module, lowered, buffers, ranges) };
    },
  ],
  [
    'wat',
    (ir) => {
      if (ir.form !== 'program') throw misplaced('wat', ir, 'a program', 'plan');
      return { form: 'wasm', emitted: emitWasm(ir.program) };
    },
  ],
]);

const none: Optimizer = { name: 'none', scalars: {}, update: (p) => ({ value: p, state: new Map() }) };

/** A pass by its name, those from outside included; undefined for none. */
export function passNamed(name: string): Pass | undefined {
  const own = irPasses.get(name);
  const custom = registeredPasses().find((p) => p.name === name);
  return own ?? (custom && graphPass(name, (m, { print }) => runCustomPass(custom, m, print)));
}
export const passNames = (): string[] => [...irPasses.keys(), ...registeredPasses().map((p) => p.name)];

/** Reads a text and checks that it means something. Throws a `CompileError` at what is wrong. */
export function readIr(text: string, file: string, maxBatch: number): Ir {
  const { modules, graphs, kernels } = parseText(text, file, { places: 'text', maxBatch });
  const kinds = [modules.length && 'modules', graphs.length && 'graphs', kernels.length && 'kernels'].filter(Boolean);
  if (kinds.length > 1 || modules.length > 1)
    throw new CompileError(
      'bad-text',
      `one module is read at a time, and here are ${modules.length > 1 ? 'several' : kinds.join(' and ')}`,
      {
        loc: { file, line: 1, col: 1 },
        help: 'give each a file of its own',
      },
    );
  const ir: Ir = kernels.length ? ofKernels(kernels) : ofModule(modules[0] ?? { name: 'main', maxBatch, graphs });
  try {
    verifyIr(ir, { maxBatch });
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    const [first, ...others] = e.problems;
    throw new CompileError('invalid-ir', `${first?.where}: ${first?.message}`, {
      loc: first?.loc ?? { file, line: 1, col: 1 },
      notes: others.slice(0, 8).map((p) => ({ message: `${p.where}: ${p.message}`, loc: p.loc })),
    });
  }
  return ir;
}

function ofModule(module: Module): Ir {
  const fused = module.graphs.filter((g): g is FusedGraph => 'groups' in g);
  if (fused.length === 0) return { form: 'module', module };
  if (fused.length === module.graphs.length) return { form: 'fused', module, fused };
  throw new CompileError('bad-text', 'some graphs of the module are fused and others are not', {
    help: 'fuse all or none of them',
  });
}

const ofKernels = (kernels: readonly Kernel[]): Ir => {
  const graph: FusedGraph = { name: 'kernels', params: [], results: [], groups: [], staged: new Set() };
  return { form: 'kernels', module: null, lowered: [{ name: 'kernels', graph, kernels, outputs: new Map() }] };
};

/** Params of one name are one object: state that a pass needs may be in the text already. */
class KnownState extends StateTable {
  readonly #known: ReadonlyMap<string, Param>;

  constructor(module: Module | null) {
    super();
    this.#known = new Map(module?.graphs.flatMap((g) => g.params).map((p) => [p.name, p]));
  }

  override get(role: Role, name: string, type: TensorType, initial = 0): Param {
    const known = this.#known.get(name);
    if (!known) return super.get(role, name, type, initial);
    if (known.role === role && showType(known.type) === showType(type)) {
      this.initial.set(known, initial);
      return known;
    }
    throw new CompileError(
      'bad-name',
      `'${name}' must be ${showType(type)} ${role}, and the text has it as ${showType(known.type)} ${known.role}`,
      { loc: known.loc, help: 'give the param of the text another name' },
    );
  }
}

export function contextOf(
  ir: Ir,
  options: { optimizer?: Optimizer | null; target?: Target; maxBatch: number; print?: PrintOptions },
): PassContext {
  const module = 'module' in ir ? ir.module : null;
  return {
    table: new KnownState(module),
    optimizer: options.optimizer ?? null,
    target: options.target ?? wasm128,
    maxBatch: options.maxBatch,
    buffers: new Buffers(),
    ranges: module ? indexRanges(module) : new Map(),
    print: options.print ?? {},
  };
}

/** Runs one pass. Throws a `CompilerBug` with the IR before it for a fault of the pass; with `verify` also for what it made. */
export function runPass(name: string, ir: Ir, context: PassContext, print: PrintOptions, verify = false): Ir {
  const pass = passNamed(name);
  if (!pass) throw new PassError(`there is no pass '${name}': the passes are ${passNames().join(', ')}.`);
  try {
    const after = pass(ir, context);
    if (verify) verifyIr(after, context);
    return after;
  } catch (e) {
    if (e instanceof CompileError || e instanceof CompilerBug || e instanceof PassError) throw e;
    throw new CompilerBug(name, e instanceof Error ? e.message : String(e), printIr(ir, print), { cause: e });
  }
}

function verifyIr(
  ir: Ir,
  { maxBatch, target, ranges, buffers }: Pick<PassContext, 'maxBatch'> & Partial<PassContext>,
): void {
  switch (ir.form) {
    case 'module':
      return verifyModule(ir.module, { tasks: true });
    case 'fused':
      for (const g of ir.fused) verifyFused(g, { maxBatch: ir.module.maxBatch });
      return;
    case 'kernels':
    case 'schedule': {
      const graphs = ir.form === 'kernels' ? ir.lowered : ir.scheduled;
      const options = {
        maxBatch: ir.module?.maxBatch ?? maxBatch,
        ...(ranges && buffers ? { values: new Map([...ranges].map(([p, count]) => [buffers.of(p), count])) } : {}),
        ...(target && ir.form === 'schedule' ? { target } : {}),
      };
      verifyKernels(
        graphs.flatMap((l) => l.kernels),
        options,
      );
      return;
    }
    case 'program':
      verifyProgram(ir.program);
      return;
    case 'wasm':
      return;
    default:
      return ir satisfies never;
  }
}

export function printIr(ir: Ir, print: PrintOptions): string {
  switch (ir.form) {
    case 'module':
      return printModule(ir.module, print);
    case 'fused':
      return printModule({ ...ir.module, graphs: ir.fused }, print);
    case 'kernels':
      return printKernels(ir.lowered, print);
    case 'schedule':
      return printSchedules(ir.scheduled, print);
    case 'program':
      return printProgram(ir.program, print);
    case 'wasm':
      return ir.emitted.wat();
    default:
      return ir satisfies never;
  }
}
