/** Passes from outside: each runs behind the pass that it names, and is printed, timed and verified as the others are. */

import { CompileError } from '../ir/diagnostic.ts';
import type { Module } from '../ir/graph.ts';

/** A pass from module to module. It returns a new module: values, graphs and modules never change. */
export interface GraphPass {
  /** What it prints under, an identifier: `--print-after=my_pass`, `bug in pass 'my_pass'`. */
  readonly name: string;
  /** The pass behind which it runs: `recorded`, `inferShapes`, `autodiff`, `update`, `canonicalize` or another from
   *  outside. Of several behind one pass the first given runs first. */
  readonly after: string;
  run(module: Module): Module;
}

const registered: GraphPass[] = [];

/** Passes that every compilation runs beside those that it is given. */
export const registeredPasses = (): readonly GraphPass[] => registered;

/** Makes every compilation from now on run a pass, and gives it back. Throws where another pass has its name. */
export function registerPass<P extends GraphPass>(pass: P): P {
  checkPass(pass);
  const known = registered.find((p) => p.name === pass.name);
  if (known && known !== (pass as GraphPass))
    throw fail('duplicate-pass', `another pass named '${pass.name}' is registered`, 'give it a name of its own');
  if (!known) registered.push(pass);
  return pass;
}

/** `builtIn`, each followed by the passes that ask to run behind it. Throws for a place that is not there, and for a name
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
  const place = (pass: B | GraphPass): void => {
    order.push(pass);
    const name = typeof pass === 'string' ? pass : pass.name;
    for (const next of [...left].filter((p) => p.after === name)) {
      left.delete(next);
      place(next);
    }
  };
  for (const pass of builtIn) place(pass);
  for (const { name, after } of left)
    throw fail(
      'unknown-pass',
      `pass '${name}' is to run after '${after}', and no graph pass of that name runs`,
      `take one of ${[...names].filter((n) => n !== name).join(', ')}`,
    );
  return order;
}

function checkPass(pass: GraphPass): void {
  if (typeof pass?.run !== 'function' || typeof pass.name !== 'string' || typeof pass.after !== 'string')
    throw fail('bad-pass', "a pass is { name, after: 'canonicalize', run(module) { … } }");
  if (!/^[A-Za-z_][\w-]*$/.test(pass.name)) throw fail('bad-pass', `'${pass.name}' is no name for a pass`);
}

const fail = (code: string, problem: string, help: string | null = null): CompileError =>
  new CompileError(code, problem, { help });
