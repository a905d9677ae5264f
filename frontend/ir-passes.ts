/** The passes by name, each from one form of the IR to the next: what `tapeout opt` and `tapeout run` do to a text. */

import { emitWasm } from '../codegen/wasm/emit.ts';
import { emitWgsl, type Shaders } from '../codegen/wgsl/emit.ts';
import { CompileError, CompilerBug, type Loc } from '../ir/diagnostic.ts';
import type { FusedGraph, Module, Param } from '../ir/graph.ts';
import type { Indices } from '../ir/index-ranges.ts';
import { directivesOf, type GraphTextOptions, parseText, type Text } from '../ir/parse.ts';
import { namespace } from '../ir/print-expr.ts';
import { printModule } from '../ir/print-graph.ts';
import type { PrintOptions } from '../ir/print-options.ts';
import { printProgram } from '../ir/print-program.ts';
import { hostValues, isPlanned, kernelsOf, type Outline, type Program } from '../ir/program.ts';
import type { Dropped, Schedule } from '../ir/schedule.ts';
import { isGrid, type Target, wasm128 } from '../ir/target.ts';
import { sameType, showType } from '../ir/type.ts';
import { VerifyError } from '../ir/verify.ts';
import { verifyFused, verifyModule } from '../ir/verify-graph.ts';
import { verifyKernels } from '../ir/verify-kernel.ts';
import { verifyOutline, verifyProgram } from '../ir/verify-program.ts';
import { autodiff } from '../passes/autodiff.ts';
import { canonicalize } from '../passes/canonicalize.ts';
import { registeredPasses, runCustomPass } from '../passes/custom.ts';
import { fuse } from '../passes/fuse.ts';
import { indexInputs, inferShapes } from '../passes/infer-shapes.ts';
import { joined } from '../passes/join.ts';
import { Buffers, lower } from '../passes/lower.ts';
import { outline, outlineOfKernels } from '../passes/outline.ts';
import { plan } from '../passes/plan.ts';
import { rematerialize } from '../passes/rematerialize.ts';
import type { GivenSchedules } from '../passes/schedule/given.ts';
import { scheduleOutline } from '../passes/schedule/index.ts';
import { type Added, type Optimizer, StateTable, update } from '../passes/update.ts';

/** What a text is, and what the passes make of it. */
export type Ir =
  | { readonly form: 'module'; readonly module: Module }
  | { readonly form: 'fused'; readonly module: Module; readonly fused: readonly FusedGraph[] }
  | { readonly form: 'kernels'; readonly outline: Outline }
  | {
      readonly form: 'schedule';
      readonly outline: Outline;
      readonly schedules: ReadonlyMap<string, Schedule>;
      readonly dropped?: ReadonlyMap<string, readonly Dropped[]>;
    }
  | { readonly form: 'program'; readonly program: Program }
  | { readonly form: 'wasm'; readonly emitted: Emitted }
  | { readonly form: 'wgsl'; readonly shaders: Shaders };

type Emitted = ReturnType<typeof emitWasm>;

export interface PassContext {
  readonly table: StateTable;
  readonly optimizer: Optimizer | null;
  readonly target: Target;
  readonly buffers: Buffers;
  /** Directives instead of those that the scheduler would choose. */
  readonly given?: GivenSchedules | undefined;
  /** Index inputs of the module as it was read. */
  readonly indices: Map<Param, Indices>;
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
  wgsl: 'shaders',
};

const graphPass =
  (name: string, f: (m: Module, context: PassContext) => Module): Pass =>
  (ir, context) => {
    if (ir.form !== 'module') throw misplaced(name, ir, 'graphs');
    return { form: 'module', module: f(ir.module, context) };
  };
const misplaced = (name: string, ir: Ir, wants: string, before?: string): PassError =>
  new PassError(`'${name}' takes ${wants}, and gets ${forms[ir.form]}${before ? `: run '${before}' before it` : ''}.`);

function requireDone(pass: string, { graphs }: Module): void {
  const open = graphs.find((g) => g.task);
  if (!open) return;
  const [what, first] =
    open.task?.kind === 'apply' ? ['updated', "'update'"] : ['differentiated', "'autodiff' and 'update'"];
  throw new PassError(`graph @${open.name} has still to be ${what}: run ${first} before '${pass}'.`);
}

/** In the order in which a compilation runs them; `rematerialize` only where it is asked for. */
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
  ['canonicalize', graphPass('canonicalize', (m, { target }) => canonicalize(m, target))],
  [
    'rematerialize',
    graphPass('rematerialize', (m) => {
      requireDone('rematerialize', m);
      return rematerialize(m).module;
    }),
  ],
  [
    'fuse',
    (ir, { target }) => {
      if (ir.form !== 'module') throw misplaced('fuse', ir, 'graphs');
      requireDone('fuse', ir.module);
      return {
        form: 'fused',
        module: ir.module,
        fused: ir.module.graphs.map((g) => fuse(g, target)),
      };
    },
  ],
  [
    'lower',
    (ir, { buffers, indices }) => {
      if (ir.form !== 'fused') throw misplaced('lower', ir, 'fused graphs', ir.form === 'module' ? 'fuse' : undefined);
      const lowered = ir.fused.map((g) => lower(g, buffers));
      return { form: 'kernels', outline: outline(ir.module, lowered, buffers, indices) };
    },
  ],
  [
    'schedule',
    (ir, { target, given }) => {
      if (ir.form !== 'kernels') throw misplaced('schedule', ir, 'kernels', ir.form === 'fused' ? 'lower' : undefined);
      return { form: 'schedule', ...scheduleOutline(ir.outline, target, given) };
    },
  ],
  [
    'plan',
    (ir, { target }) => {
      if (ir.form !== 'schedule' && ir.form !== 'kernels') throw misplaced('plan', ir, 'kernels', 'schedule');
      return { form: 'program', program: plan(joined(ir.outline, target), target) };
    },
  ],
  [
    'wat',
    (ir) => {
      if (ir.form !== 'program') throw misplaced('wat', ir, 'a program', 'plan');
      return { form: 'wasm', emitted: emitWasm(ir.program) };
    },
  ],
  [
    'wgsl',
    (ir, { target }) => {
      if (ir.form !== 'program') throw misplaced('wgsl', ir, 'a program', 'plan');
      if (!isGrid(target))
        throw new PassError(`'wgsl' writes kernels that are scheduled for webgpu: add --target webgpu.`);
      return { form: 'wgsl', shaders: emitWgsl(ir.program, target) };
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
  const ir = parseIr(text, file, { places: 'text', maxBatch });
  try {
    verifyIr(ir);
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

/** Reads a text, whatever it means. Throws a `CompileError` where it cannot be read. */
export function parseIr(text: string, file: string, options: GraphTextOptions & { readonly maxBatch: number }): Ir {
  const held = parseText(text, file, options);
  const { modules, graphs, kernels, program, schedules } = held;
  const several = modules.length > 1 ? 'modules' : null;
  const kinds = [
    modules.length ? 'modules' : [],
    graphs.length ? 'graphs' : [],
    kernels.length ? 'kernels' : [],
    program ? 'a program' : [],
  ].flat();
  if (kinds.length > 1 || several)
    throw refused(file, `one module is read at a time, and here are ${several ? 'several' : kinds.join(' and ')}`, {
      help: 'give each a file of its own',
    });
  if (schedules.length && !kernels.length && !program)
    throw refused(file, 'here are schedules, and no kernels', { help: 'a schedule stands in front of its kernel' });
  const maxBatch = held.maxBatch ?? options.maxBatch;
  if (program && isPlanned(program)) return { form: 'program', program };
  if (program) return ofKernels(program, held, file);
  if (kernels.length) return ofKernels(outlineOfKernels(kernels, maxBatch), held, file);
  return ofModule(modules[0] ?? { name: 'main', maxBatch, graphs });
}

const refused = (file: string, problem: string, more: { help: string; loc?: Loc }): CompileError =>
  new CompileError('bad-text', problem, { loc: { file, line: 1, col: 1 }, ...more });

/** Kernels are scheduled where schedules stand in front of them. */
function ofKernels(of: Outline, { schedules }: Text, file: string): Ir {
  if (schedules.length === 0) return { form: 'kernels', outline: of };
  const kernels = kernelsOf(of);
  const stranger = schedules.find((s) => !kernels.some((k) => k.name === s.kernel));
  if (stranger)
    throw refused(file, `there is no kernel @${stranger.kernel}`, {
      loc: stranger.loc,
      help: 'a schedule stands in front of its kernel',
    });
  const missing = kernels.find((k) => !schedules.some((s) => s.kernel === k.name));
  if (missing)
    throw refused(file, `@${missing.name} has no schedule, and other kernels have one`, {
      help: `write 'schedule @${missing.name} {}' where it stays as it was lowered`,
    });
  return {
    form: 'schedule',
    outline: of,
    schedules: new Map(schedules.map((s) => [s.kernel, directivesOf(s)])),
  };
}

function ofModule(module: Module): Ir {
  const fused = module.graphs.filter((g): g is FusedGraph => 'groups' in g);
  if (fused.length === 0) return { form: 'module', module };
  if (fused.length === module.graphs.length) return { form: 'fused', module, fused };
  throw new CompileError('bad-text', 'some graphs of the module are fused and others are not', {
    help: 'fuse all or none of them',
  });
}

/** Params of one name are one object: state that a pass needs may be in the text already. */
class KnownState extends StateTable {
  readonly #known: ReadonlyMap<string, Param>;

  constructor(params: readonly Param[]) {
    super(params);
    this.#known = new Map(params.map((p) => [p.name, p]));
  }

  protected override make(added: Added, name: string): Param {
    const named = namespace();
    for (let known = this.#known.get(named.claim(name)); known; known = this.#known.get(named.claim(name)))
      if (known.role === added.role && sameType(known.type, added.type)) return known;
    const known = this.#known.get(name);
    if (known?.role !== added.role) return super.make(added, name);
    throw new CompileError(
      'bad-name',
      `'${name}' must be ${showType(added.type)} ${added.role}, and the text has it as ${showType(known.type)} ${known.role}`,
      { loc: known.loc, help: 'give the param of the text another name' },
    );
  }
}

export function contextOf(
  ir: Ir,
  options: {
    optimizer?: Optimizer | null;
    target?: Target;
    given?: GivenSchedules | undefined;
    print?: PrintOptions;
  } = {},
): PassContext {
  const module = 'module' in ir ? ir.module : null;
  return {
    table: new KnownState([...new Set(module?.graphs.flatMap((g) => g.params))]),
    optimizer: options.optimizer ?? null,
    target: options.target ?? wasm128,
    given: options.given,
    buffers: new Buffers(module ?? undefined),
    indices: module ? indexInputs(module) : new Map(),
    print: options.print ?? {},
  };
}

/** Runs one pass. Throws a `CompilerBug` with the IR before it for a fault of the pass; with `verify` also for what it made. */
export function runPass(name: string, ir: Ir, context: PassContext, print: PrintOptions, verify = false): Ir {
  const pass = passNamed(name);
  if (!pass) throw new PassError(`there is no pass '${name}': the passes are ${passNames().join(', ')}.`);
  try {
    const after = pass(ir, context);
    if (verify) verifyIr(after, context.target);
    return after;
  } catch (e) {
    if (e instanceof CompileError || e instanceof CompilerBug || e instanceof PassError) throw e;
    throw new CompilerBug(name, e instanceof Error ? e.message : String(e), printIr(ir, print), { cause: e });
  }
}

function verifyIr(ir: Ir, target?: Target): void {
  switch (ir.form) {
    case 'module':
      return verifyModule(ir.module, { tasks: true });
    case 'fused':
      for (const g of ir.fused) verifyFused(g, { maxBatch: ir.module.maxBatch });
      return;
    case 'kernels':
    case 'schedule':
      return verifyOutlined(ir.outline, ir.form === 'schedule' ? target : undefined);
    case 'program':
      verifyProgram(ir.program);
      verifyKernels(kernelsOf(ir.program), {
        maxBatch: ir.program.maxBatch,
        values: hostValues(ir.program.slots),
        throughMemory: true,
        ...(target ? { target } : {}),
      });
      return;
    case 'wasm':
    case 'wgsl':
      return;
    default:
      return ir satisfies never;
  }
}

function verifyOutlined(of: Outline, target?: Target): void {
  verifyKernels(kernelsOf(of), {
    maxBatch: of.maxBatch,
    values: hostValues(of.lasting),
    throughMemory: true,
    ...(target ? { target } : {}),
  });
  verifyOutline(of);
}
export function printIr(ir: Ir, print: PrintOptions): string {
  switch (ir.form) {
    case 'module':
      return printModule(ir.module, print);
    case 'fused':
      return printModule({ ...ir.module, graphs: ir.fused }, print);
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
    case 'wasm':
      return ir.emitted.wat();
    case 'wgsl':
      return ir.shaders.wgsl;
    default:
      return ir satisfies never;
  }
}
