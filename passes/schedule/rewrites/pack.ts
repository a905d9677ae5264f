/** Packed copies: a kernel reads the elements of a buffer from a copy in another order, which another kernel makes. */

import type { Buffer, Expr } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { exprsOf, finish, type Kernel, mapStmt, walkStmts } from '../../../ir/kernel.ts';
import type { Dim } from '../../../ir/type.ts';
import { copyKernel } from '../../lower/copy.ts';
import { ScheduleError } from './legal.ts';

/** The name of the copy that a packed kernel reads. */
export const packedName = (buffer: string, order: readonly number[]): string => `${buffer}.packed_${order.join('')}`;

export function packed(k: Kernel, name: string, order: readonly number[]): Kernel {
  const copies = new Map<Buffer, Buffer>();
  const onExpr = (e: Expr): Expr => {
    if (e.kind !== 'load' || e.buffer.name !== name || e.at.length !== order.length) return e;
    let copy = copies.get(e.buffer);
    if (!copy) {
      const shape = order.map((d) => e.buffer.type.shape[d] as Dim);
      copy = { name: packedName(name, order), type: { ...e.buffer.type, shape } };
      copies.set(e.buffer, copy);
    }
    return x.load(
      copy,
      order.map((d) => e.at[d] as Expr),
    );
  };
  const done = new Map<Expr, Expr>();
  const body = k.body.map((s) => mapStmt(s, onExpr, done));
  if (copies.size !== 1)
    throw new ScheduleError(`the kernel does not read exactly one buffer ${name} of ${order.length} dimensions`);
  return finish(k.name, body, k.locs);
}

/** The kernel that makes the copy, from the buffer that `lowered` reads under this name. */
export function packing(name: string, lowered: Kernel, buffer: string, order: readonly number[], to: Buffer): Kernel {
  const from = readAs(lowered, buffer, order.length);
  if (!from) throw new ScheduleError('a packed copy cannot be packed again');
  return copyKernel(name, from, to, order, lowered.locs);
}

/** The buffer that a kernel reads under this name with this rank; it may be a view. */
function readAs(k: Kernel, name: string, rank: number): Buffer | undefined {
  const found = new Set<Buffer>();
  walkStmts(k.body, (s) => {
    for (const e of exprsOf(s))
      x.walk(e, (p) => p.kind === 'load' && p.buffer.name === name && p.at.length === rank && found.add(p.buffer));
  });
  return [...found][0];
}
