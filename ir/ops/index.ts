/** All ops. A new op is a file of its own and a line here; users register theirs. */

import { callSite } from '../call-site.ts';
import { CompileError } from '../diagnostic.ts';
import type { OpDef } from '../graph.ts';
import { noteRegistration, trust } from '../op-contract.ts';
import * as activation from './activation.ts';
import { broadcast, reduceSum } from './broadcast.ts';
import * as conv from './conv.ts';
import * as create from './create.ts';
import * as elementwise from './elementwise.ts';
import * as gradient from './gradient.ts';
import * as indexed from './indexed.ts';
import { matmul } from './matmul.ts';
import * as movement from './movement.ts';
import * as pool from './pool.ts';
import * as random from './random.ts';
import * as reduce from './reduce.ts';
import * as resample from './resample.ts';
import * as special from './special.ts';
import * as trigonometry from './trigonometry.ts';

const modules = [
  create,
  elementwise,
  gradient,
  activation,
  trigonometry,
  special,
  { broadcast },
  movement,
  reduce,
  { reduceSum },
  { matmul },
  conv,
  pool,
  indexed,
  resample,
  random,
];
/** True for an op made by `defineOp`. */
export const isOp = (v: unknown): v is OpDef => typeof v === 'function' && 'operands' in v && 'compute' in v;

const table = new Map<string, OpDef>(modules.flatMap((m) => Object.values(m).filter(isOp)).map((op) => [op.name, op]));
const builtIn: ReadonlySet<string> = new Set(table.keys());
for (const op of table.values()) trust(op);

/** Ops by the name that printed graphs use, registered ones included. */
export const ops: ReadonlyMap<string, OpDef> = table;

/** A valid name of an op, an operand or an attribute, which the parser can read back. */
const opName = /^[A-Za-z_]\w*(?:\.\w+)*$/;
const identifier = /^[A-Za-z_]\w*$/;

/** Makes an op known to the parser, the fuzzers and the ops reference, and returns it: `export const swish =
 *  registerOp(defineOp({ … }))`. Throws if another op has its name, or if its definition cannot be written as text.
 *  Registering an op twice is not an error. */
export function registerOp<O extends { readonly name: string }>(op: O): O {
  if (!isOp(op)) throw new CompileError('bad-op', 'registerOp takes what defineOp gives', { loc: callSite() });
  const fail = (code: string, problem: string, help: string | null = null): CompileError =>
    new CompileError(code, `op '${op.name}': ${problem}`, { help, loc: callSite() });
  const known = table.get(op.name);
  if (known === op) return op;
  if (known)
    throw fail(
      'duplicate-op',
      builtIn.has(op.name) ? 'Tapeout has an op of this name' : 'another op of this name is registered',
      `give it a name of its own, such as 'my.${op.name}'`,
    );
  if (!opName.test(op.name)) throw fail('bad-op', 'its name must be an identifier, or several with dots between');
  const words = [...op.operands, ...Object.keys(op.attrs)];
  const wrong = words.find((w) => !identifier.test(w));
  if (wrong !== undefined) throw fail('bad-op', `'${wrong}' is not an identifier`);
  const twice = words.find((w, i) => words.indexOf(w) !== i);
  if (twice !== undefined) throw fail('bad-op', `'${twice}' names two of its operands and attributes`);
  table.set(op.name, op);
  noteRegistration(op);
  return op;
}

export * from './activation.ts';
export * from './broadcast.ts';
export * from './conv.ts';
export * from './create.ts';
export * from './elementwise.ts';
export * from './gradient.ts';
export * from './indexed.ts';
export * from './matmul.ts';
export * from './movement.ts';
export * from './pool.ts';
export * from './random.ts';
export * from './reduce.ts';
export * from './resample.ts';
export * from './special.ts';
export * from './trigonometry.ts';
export type { Rank } from './windows.ts';
