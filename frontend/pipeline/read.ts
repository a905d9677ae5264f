/** Reads and checks texts of the IR, and makes the context for stages that continue from one. */

import { indexInputs } from '../../ir/analysis/index-ranges.ts';
import { CompileError, type Loc } from '../../ir/diagnostic.ts';
import type { FusedGraph, Module, Param } from '../../ir/graph.ts';
import { isPlanned, kernelsOf, type Outline } from '../../ir/program.ts';
import type { Target } from '../../ir/target.ts';
import { directivesOf, type GraphTextOptions, parseText, type Text } from '../../ir/text/parse.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { sameType, showType } from '../../ir/type.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { type GivenSchedules, nothingGiven } from '../../passes/schedule/choose/given.ts';
import { type Ir, type StageContext, verifyIr } from '../../passes/stage.ts';
import { type Added, type Optimizer, StateTable } from '../../passes/update.ts';

/** Reads and verifies a text. Throws a `CompileError` at the fault. */
export function readIr(text: string, file: string, maxBatch: number): Ir {
  const ir = parseIr(text, file, { places: 'text', maxBatch });
  try {
    verifyIr(ir, { tasks: true, throughMemory: true });
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

/** Reads a text without verifying it. Throws a `CompileError` if it cannot be read. */
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
    throw refused(file, `a file holds one module, but this one has ${several ? 'several' : kinds.join(' and ')}`, {
      help: 'give each its own file',
    });
  if (schedules.length && !kernels.length && !program)
    throw refused(file, 'the text has schedules but no kernels', { help: 'write each schedule before its kernel' });
  const maxBatch = held.maxBatch ?? options.maxBatch;
  if (program && isPlanned(program)) return { form: 'program', program };
  if (program) return ofKernels(program, held, file);
  if (kernels.length) return ofKernels(outlineOfKernels(kernels, maxBatch), held, file);
  return ofModule(modules[0] ?? { name: 'main', maxBatch, graphs });
}

const refused = (file: string, problem: string, more: { help: string; loc?: Loc }): CompileError =>
  new CompileError('bad-text', problem, { loc: { file, line: 1, col: 1 }, ...more });

/** Kernels, scheduled if the text has schedules. */
function ofKernels(of: Outline, { schedules }: Text, file: string): Ir {
  if (schedules.length === 0) return { form: 'kernels', outline: of };
  const kernels = kernelsOf(of);
  const stranger = schedules.find((s) => !kernels.some((k) => k.name === s.kernel));
  if (stranger)
    throw refused(file, `there is no kernel @${stranger.kernel}`, {
      loc: stranger.loc,
      help: 'write each schedule before its kernel',
    });
  const missing = kernels.find((k) => !schedules.some((s) => s.kernel === k.name));
  if (missing)
    throw refused(file, `@${missing.name} has no schedule, but other kernels do`, {
      help: `write 'schedule @${missing.name} {}' to leave it as it was lowered`,
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
  if (fused.length === module.graphs.length) return { form: 'fused', module: { ...module, graphs: fused } };
  throw new CompileError('bad-text', 'some graphs of the module are fused and others are not', {
    help: 'fuse all or none of them',
  });
}

/** A state table that reuses the text's params: state that a pass needs may already be in the text. */
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
      `'${name}' must be ${showType(added.type)} ${added.role}, but the text declares it as ${showType(known.type)} ${known.role}`,
      { loc: known.loc, help: 'rename the param in the text' },
    );
  }
}

/** The context for stages that continue from a text. */
export function contextOf(
  ir: Ir,
  options: {
    readonly target: Target;
    readonly optimizer?: Optimizer | null;
    readonly given?: GivenSchedules | undefined;
  },
): StageContext {
  const module = ir.form === 'module' || ir.form === 'fused' ? ir.module : null;
  return {
    table: new KnownState([...new Set(module?.graphs.flatMap((g) => g.params))]),
    optimizer: options.optimizer ?? null,
    target: options.target,
    given: options.given ?? nothingGiven,
    indices: module ? indexInputs(module) : new Map(),
  };
}
