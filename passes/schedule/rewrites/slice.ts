/** Sums in two stages: a kernel of its own adds up slices of a long sum in parallel, and the other one adds the slices
 *  in order. */

import { endsByData } from '../../../ir/analysis/lists.ts';
import type { Buffer, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import {
  type Accumulate,
  declare,
  finish,
  type Kernel,
  type Loop,
  loop,
  type Stmt,
  set,
  store,
  walkStmts,
} from '../../../ir/kernel.ts';
import { batch, type Dim, isBatch } from '../../../ir/type.ts';
import { ScheduleError } from './legal.ts';
import { boundsOf, replaceAxis, sameLoops } from './loops.ts';

interface Sum {
  readonly over: Loop;
  readonly add: Accumulate;
  /** The loops around the sum; the slices have a dimension for each. */
  readonly around: readonly Loop[];
}

/** The name of the buffer that holds the sums of the slices. Slices may be sliced again. */
export const slicesName = (k: Kernel, axis: string): string => `${k.name}.${axis}_slices${again(k, axis)}`;
/** The name of the kernel that computes them. */
export const slicingName = (k: Kernel, axis: string): string => `slice_${k.name}_${axis}${again(k, axis)}`;

function again(k: Kernel, axis: string): string {
  const taken = new Set(k.params.map((p) => p.buffer.name));
  let number = 1;
  const numbered = (): string => (number === 1 ? '' : `_${number}`);
  while (taken.has(`${k.name}.${axis}_slices${numbered()}`)) number++;
  return numbered();
}

/** for k { acc += e }  -->  for s in 0..`by` { acc += slices[s, …] } */
export function sliced(k: Kernel, axis: string, by: number): Kernel {
  const { over, add, around } = sumOver(k, axis);
  const slices: Buffer = {
    name: slicesName(k, axis),
    type: { dtype: add.tile.dtype, shape: [by, ...around.map((l) => l.axis.extent)] },
  };
  const s = x.axis('s', by);
  const value = x.load(slices, [x.ix(s), ...around.map((l) => x.ix(l.axis))]);
  const sums = loop(s, x.int(0), x.int(by), [{ ...add, value }]);
  const go = (l: Stmt): Stmt => (l === over ? sums : l.kind === 'for' ? { ...l, body: l.body.map(go) } : l);
  return finish(k.name, k.body.map(go), k.locs);
}

/** The kernel that adds up each slice, a run of neighbouring steps, and stores its sum for the other kernel. */
export function slicing(name: string, k: Kernel, axis: string, by: number, slices: Buffer): Kernel {
  const { over, add, around } = sumOver(k, axis);
  const s = x.axis('s', by);
  const each = x.idiv(x.add(over.to, x.int(by - 1)), x.int(by));
  const start = x.mul(x.ix(s), each);
  const step = x.axis(axis, partOf(over.axis.extent, by));
  const own: Tile = { name: 'acc', dtype: add.tile.dtype, shape: [] };
  const part = replaceAxis([{ ...add, tile: own }], over.axis, x.add(start, x.ix(step)));
  const body: readonly Stmt[] = [
    declare(own),
    set(own, [], x.identity(add.fn, own.dtype)),
    loop(step, x.int(0), x.min(each, x.sub(over.to, start)), part),
    store(slices, [x.ix(s), ...around.map((l) => x.ix(l.axis))], x.read(own)),
  ];
  return finish(name, [loop(s, x.int(0), x.int(by), sameLoops(around, body))], k.locs);
}

/** The largest number of steps in a slice. */
const partOf = (extent: Dim, by: number): Dim =>
  isBatch(extent) ? batch(Math.ceil(extent.times / by)) : Math.ceil(extent / by);

function sumOver(k: Kernel, axis: string): Sum {
  const found: { over: Loop; around: readonly Loop[] }[] = [];
  walkStmts(k.body, (s, around) => {
    if (s.kind === 'for' && s.axis.name === axis && s.mode === 'serial') found.push({ over: s, around });
  });
  const [only, ...others] = found;
  if (!only || others.length > 0)
    throw new ScheduleError(`there is ${only ? 'more than one' : 'no'} serial loop over ${axis}`);
  const { over, around } = only;
  const [add, ...more] = over.body;
  if (add?.kind !== 'accumulate' || more.length > 0 || add.at.length > 0)
    throw new ScheduleError(`the loop over ${axis} does more than add to one accumulator`);
  if (x.some(add.value, (p) => p.kind === 'tile'))
    throw new ScheduleError(`what the loop over ${axis} adds reads a tile`);
  if (endsByData(over)) throw new ScheduleError(`the trip count of the loop over ${axis} depends on data`);
  for (const l of [...around, over])
    if (l.mode !== 'serial' || boundsOf(l).from !== 0)
      throw new ScheduleError(`the loop over ${l.axis.name} does not run serially from 0`);
  if (around.filter((l) => isBatch(l.axis.extent)).length > 1)
    throw new ScheduleError(`two loops around ${axis} have the length of the batch`);
  return { over, add, around };
}
