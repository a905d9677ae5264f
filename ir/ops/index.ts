/** Every op there is. A new op is its own file and a line here. */

import type { OpDef } from '../graph.ts';
import * as conv from './conv.ts';
import * as create from './create.ts';
import * as elementwise from './elementwise.ts';
import { matmul } from './matmul.ts';
import * as movement from './movement.ts';
import * as pool from './pool.ts';
import * as reduce from './reduce.ts';

const modules = [create, elementwise, movement, reduce, { matmul }, conv, pool];
const isOp = (v: unknown): v is OpDef => typeof v === 'function' && 'operands' in v && 'compute' in v;

/** Ops by the name that printed graphs use. */
export const ops: ReadonlyMap<string, OpDef> = new Map(
  modules.flatMap((m) => Object.values(m).filter(isOp)).map((op) => [op.name, op]),
);

export * from './conv.ts';
export * from './create.ts';
export * from './elementwise.ts';
export * from './matmul.ts';
export * from './movement.ts';
export * from './pool.ts';
export * from './reduce.ts';
