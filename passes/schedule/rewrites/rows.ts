/** The rewrite behind each directive, one row each: the new kernel, and the effect on the order of iterations. The
 *  syntax of a directive, and its description, are its row in `ir/schedule.ts`. */

import type { Buffer } from '../../../ir/expr.ts';
import type { Kernel, Loop, Stmt } from '../../../ir/kernel.ts';
import type { DirectiveName, DirectiveOf, Schedule } from '../../../ir/schedule.ts';
import { blocked } from './block.ts';
import { compressed, compressing, listName } from './compress.ts';
import { invoked } from './invoke.ts';
import { copiesAsLanes } from './lanes.ts';
import { type Order, requireLoops, ScheduleError } from './legal.ts';
import { interchanged, nestTo, parallel, peeled, reassociated, split, tiled } from './loops.ts';
import { packed, packedName, packing } from './pack.ts';
import { inPartialSums } from './partial.ts';
import { flattened, shared } from './share.ts';
import { sliced, slicesName, slicing, slicingName } from './slice.ts';
import { woven } from './weave.ts';

/** A directive applied: the lowered kernel, the earlier directives, and the kernel before and after this one. */
export interface Step {
  readonly lowered: Kernel;
  readonly earlier: Schedule;
  readonly before: Kernel;
  readonly after: Kernel;
}

/** A buffer that a directive makes its kernel read, and the kernel that fills it. */
interface Made<D extends DirectiveName> {
  /** The name of the buffer; there may be others beside it. */
  buffer(d: DirectiveOf<D>, before: Kernel): string;
  /** The kernel that makes it. */
  by(d: DirectiveOf<D>, step: Step, to: Buffer): Kernel;
}

export interface Rewrite<D extends DirectiveName> {
  /** The rewritten kernel, which computes the same. Throws a `ScheduleError` where that is not certain. */
  apply(k: Kernel, d: DirectiveOf<D>): Kernel;
  readonly order: Order;
  readonly makes?: Made<D>;
}

export const rewrites: { readonly [D in DirectiveName]: Rewrite<D> } = {
  over: {
    order: 'kept',
    apply(k, { loops }) {
      requireLoops(k, loops);
      return k;
    },
  },
  tile: {
    order: 'moved',
    apply: onLoops((l, d) => tiled(l, d.by, 'unrolled', d.shift ?? false, d.fenced ?? false)),
  },
  vectorize: {
    order: 'moved',
    apply: onLoops(
      (l, d) => tiled(l, d.by, 'vectorized', d.shift ?? false, false),
      (k, d) => copiesAsLanes(k, d.axis, d.by),
    ),
  },
  reassociate: { order: 'kept', apply: onNests((nest, d) => reassociated(nest, d.by)) },
  partial: { order: 'ahead', apply: (k, d) => inPartialSums(k, d.axis, d.by, d.compensated ?? false) },
  split: { order: 'kept', apply: onLoops((l, d) => split(l, d.by)) },
  peel: { order: 'kept', apply: onLoops((l, d) => peeled(l, d.at)) },
  interchange: { order: 'swapped', apply: onLoops(interchanged) },
  parallel: { order: 'moved', apply: onLoops(parallel) },
  invoke: { order: 'moved', apply: onLoops((l, d) => invoked(l, d.by)) },
  flatten: { order: 'kept', apply: onLoops(flattened) },
  share: { order: 'ahead', apply: onLoops((l, d) => shared(l, d.by, d.together ?? false)) },
  slice: {
    order: 'ahead',
    apply: (k, d) => sliced(k, d.axis, d.by),
    makes: {
      buffer: (d, before) => slicesName(before, d.axis),
      by: (d, { before }, to) => slicing(slicingName(before, d.axis), before, d.axis, d.by, to),
    },
  },
  block: { order: 'ahead', apply: onLoops((l, d) => blocked(l, d.with, d.over, d)) },
  weave: { order: 'ahead', apply: (k, d) => woven(k, d.axis, d.with) },
  compress: {
    order: 'ahead',
    apply: (k, d) => compressed(k, d.buffer),
    makes: {
      buffer: (d, before) => listName(before, d.buffer),
      by({ buffer }, { before, after }) {
        const made = after.params.map((p) => p.buffer);
        return compressing(`list_${before.name}_${buffer}`, before, buffer, made);
      },
    },
  },
  pack: {
    order: 'ahead',
    apply: (k, d) => packed(k, d.buffer, d.order),
    makes: {
      buffer: (d) => packedName(d.buffer, d.order),
      by({ buffer, order }, { lowered, earlier, before }, to) {
        const name = `pack_${before.name}_${buffer}`;
        const again = earlier.some((e) => e.do === 'pack' && e.buffer === buffer);
        return packing(again ? `${name}_${order.join('')}` : name, lowered, buffer, order, to);
      },
    },
  },
};

interface OnAxis {
  readonly axis: string;
}

/** Rewrites every serial loop over the directive's axis; if there is none, calls `otherwise`. */
function onLoops<D extends OnAxis>(
  rewrite: (l: Loop, d: D) => readonly Stmt[],
  otherwise: (k: Kernel, d: D) => Kernel = noLoop,
): (k: Kernel, d: D) => Kernel {
  return (k, d) => {
    let found = false;
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        if (s.kind !== 'for') return [s];
        const inner: Loop = { ...s, body: go(s.body) };
        if (s.axis.name !== d.axis || s.mode !== 'serial') return [inner];
        found = true;
        return rewrite(inner, d);
      });
    const body = go(k.body);
    return found ? { ...k, body } : otherwise(k, d);
  };
}

/** Rewrites every perfect nest down to a serial loop over the directive's axis. */
function onNests<D extends OnAxis>(
  rewrite: (nest: readonly Loop[], d: D) => readonly Stmt[],
): (k: Kernel, d: D) => Kernel {
  return (k, d) => {
    let found = false;
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        const nest = nestTo(s, d.axis);
        if (!nest) return s.kind === 'for' ? [{ ...s, body: go(s.body) }] : [s];
        found = true;
        return rewrite(nest, d);
      });
    const body = go(k.body);
    return found ? { ...k, body } : noLoop(k, d);
  };
}

function noLoop(_: Kernel, d: OnAxis): never {
  throw new ScheduleError(`there is no serial loop over ${d.axis}`);
}
