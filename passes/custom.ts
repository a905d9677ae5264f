/** Passes of users: each runs after the pass that it names, and is printed, timed and verified like the others. */

import { callSite } from '../ir/call-site.ts';
import { CompileError, type Loc, type Note, PassFault } from '../ir/diagnostic.ts';
import type { Graph, Module } from '../ir/graph.ts';
import { printModule } from '../ir/text/print-graph.ts';
import type { PrintOptions } from '../ir/text/print-options.ts';
import { sameType, showType } from '../ir/type.ts';
import { verifyModule } from '../ir/verify/graph.ts';
import { VerifyError } from '../ir/verify/index.ts';
import { inferShapes } from './infer-shapes.ts';

/** A pass from module to module. It returns a new module: values, graphs and modules never change. */
export interface GraphPass {
  /** The name under which it prints, an identifier: `--print-after=my_pass`, `pass 'my_pass', which is not Tapeout's
   *  own: …`. */
  readonly name: string;
  /** The pass after which it runs: `recorded`, `inferShapes`, `autodiff`, `update`, `canonicalize` or another of the
   *  user's. Of several after one pass, the first given runs first. */
  readonly after: string;
  run(module: Module): Module;
}

const registered: GraphPass[] = [];
const sites = new WeakMap<GraphPass, Loc>();

/** The passes that every compilation runs, besides those given to it. */
export const registeredPasses = (): readonly GraphPass[] => registered;

/** Adds a pass to every compilation from now on, and returns it. Throws if another pass has its name. */
export function registerPass<P extends GraphPass>(pass: P): P {
  checkPass(pass);
  const known = registered.find((p) => p.name === pass.name);
  if (known && known !== (pass as GraphPass))
    throw fail('duplicate-pass', `another pass named '${pass.name}' is registered`, 'give it a name of its own');
  if (!known) {
    registered.push(pass);
    const site = callSite();
    if (site) sites.set(pass, site);
  }
  return pass;
}

/** `builtIn`, each followed by the passes that run after it. Throws for an `after` that does not exist, and for a name
 *  that another pass or one of the later `stages` has. */
export function inOrder<B extends string>(
  builtIn: readonly B[],
  custom: readonly GraphPass[],
  stages: readonly string[],
): readonly (B | GraphPass)[] {
  const left = new Set(custom);
  const names = new Set<string>(builtIn);
  for (const pass of left) {
    checkPass(pass);
    if (names.has(pass.name) || stages.includes(pass.name))
      throw fail('duplicate-pass', `two passes are named '${pass.name}'`, 'give it a name of its own');
    names.add(pass.name);
  }
  const order: (B | GraphPass)[] = [];
  const append = (pass: B | GraphPass): void => {
    order.push(pass);
    const name = typeof pass === 'string' ? pass : pass.name;
    for (const next of [...left].filter((p) => p.after === name)) {
      left.delete(next);
      append(next);
    }
  };
  for (const pass of builtIn) append(pass);
  for (const { name, after } of left)
    throw fail(
      'unknown-pass',
      `pass '${name}' is to run after '${after}', but there is no graph pass of that name`,
      `take one of ${[...names].filter((n) => n !== name).join(', ')}`,
    );
  return order;
}

/** Runs a pass. Throws a `PassFault` if the pass fails, if its result is not a valid module, or if a result of a graph
 *  is gone or has changed type; `site` is the line to blame if the pass was not registered. Errors that the pass
 *  reports about the user's model pass through, with the name of the pass added. */
export function runCustomPass(
  pass: GraphPass,
  before: Module,
  print: PrintOptions = {},
  site: Loc | null = null,
): Module {
  const loc = sites.get(pass) ?? site;
  const fault = (problem: string, more: { notes?: readonly Note[]; cause?: unknown } = {}): PassFault =>
    new PassFault(pass.name, problem, printModule(before, print), { loc, ...more });
  let after: Module;
  try {
    after = pass.run(before);
  } catch (e) {
    if (e instanceof CompileError && e.loc) {
      const by = { message: `reported by pass '${pass.name}'`, loc };
      throw new CompileError(e.code, e.message, { loc: e.loc, notes: [...e.notes, by], help: e.help });
    }
    const endless = e instanceof RangeError && /call stack/i.test(e.message);
    throw fault(endless ? 'it recurses without end' : `it throws: ${e instanceof Error ? e.message : String(e)}`, {
      cause: e,
    });
  }
  if (!after || !Array.isArray(after.graphs)) throw fault('run() must return a module');
  for (const { name, results } of before.graphs) {
    const graph = (after.graphs as readonly Graph[]).find((g) => g?.name === name);
    if (!graph) throw fault(`graph @${name} is gone`);
    for (const r of results) {
      const now = graph.results?.find((other) => other.name === r.name && other.into === r.into);
      if (!now) throw fault(`graph @${name} has no result '${r.name}' any more`);
      if (!sameType(now.value.type, r.value.type))
        throw fault(
          `graph @${name}: its result '${r.name}' was ${showType(r.value.type)} and is ${showType(now.value.type)}`,
        );
    }
  }
  try {
    verifyModule(after, { tasks: before.graphs.some((g) => g.task) });
    return inferShapes(after);
  } catch (e) {
    if (!(e instanceof VerifyError || e instanceof CompileError || e instanceof TypeError)) throw e;
    const [first, ...others] =
      e instanceof VerifyError ? e.problems : [{ where: 'the module', message: e.message, loc: null }];
    throw fault(`the module it returns is not valid: ${first?.where}: ${first?.message}`, {
      notes: others.slice(0, 8).map((p) => ({ message: `${p.where}: ${p.message}`, loc: p.loc })),
      cause: e,
    });
  }
}

function checkPass(pass: GraphPass): void {
  if (typeof pass?.run !== 'function' || typeof pass.name !== 'string' || typeof pass.after !== 'string')
    throw fail('bad-pass', "a pass is { name, after: 'canonicalize', run(module) { … } }");
  if (!/^[A-Za-z_][\w-]*$/.test(pass.name)) throw fail('bad-pass', `'${pass.name}' is not a valid name for a pass`);
}

const fail = (code: string, problem: string, help: string | null = null): CompileError =>
  new CompileError(code, problem, { help, loc: callSite() });
