/** A schedule is data: printable, storable, searchable. It never changes what a kernel computes, and only `reassociate`
 *  changes the order of a floating-point sum. Each directive is a checked rewrite of a kernel. */

import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import { interchanged, nestTo, packed, peeled, reassociated, ScheduleError, split, tiled } from './loops.ts';
import { woven } from './weave.ts';

export type Directive =
  /** for i { S }  -->  for i step `by` { unroll i' in by { S } }, with i' moved inwards to every statement of S and the
   *  tiles of S made `by` times as large. What is left over runs as a smaller copy, or as a last copy moved back to end
   *  with the extent, whose overlap computes the same values again (`shift`). */
  | {
      readonly do: 'tile';
      readonly axis: string;
      readonly by: number;
      readonly shift?: boolean;
      readonly fenced?: boolean;
    }
  /** The same with the copies in SIMD lanes. */
  | { readonly do: 'vectorize'; readonly axis: string; readonly by: number; readonly shift?: boolean }
  /** for j { for k { acc += e } }  -->  `by` partial sums over k side by side, added up behind all the loops. */
  | { readonly do: 'reassociate'; readonly axis: string; readonly by: number }
  /** for i { S(i) }  -->  for i in extent/`by` { for i_in in by { S(i·by + i_in) } }, so that i/by and i%by become axes. */
  | { readonly do: 'split'; readonly axis: string; readonly by: number }
  /** for i in 0..e { S }  -->  for i in 0..a { S }; for i in a..b { S }; for i in b..e { S }: what S asks of i is settled. */
  | { readonly do: 'peel'; readonly axis: string; readonly at: readonly number[] }
  /** for i { for j { S } }  -->  for j { for i { S } } */
  | { readonly do: 'interchange'; readonly axis: string }
  /** vectorize i in v { unroll j in w { t[j, i] += f(w·i + j) } }  -->  vectorize q in v·w { t[q] += f(q) }, and t[w·i + j]
   *  wherever t[j, i] is read: lanes whose operands lie w apart, w of them between, become neighbours. */
  | { readonly do: 'weave'; readonly axis: string; readonly with: string }
  /** Reads a copy of a buffer whose dimensions lie in another order, made by a kernel of its own. */
  | { readonly do: 'pack'; readonly buffer: string; readonly order: readonly number[] };
export type Schedule = readonly Directive[];

export const showDirective = (d: Directive): string => {
  const more = [
    'by' in d ? `by ${d.by}` : '',
    'with' in d ? `with ${d.with}` : '',
    'shift' in d && d.shift ? 'shift' : '',
    'fenced' in d && d.fenced ? 'fenced' : '',
  ].filter(Boolean);
  const at = 'at' in d ? [`at ${d.at.join(', ')}`] : 'order' in d ? [`order ${d.order.join(', ')}`] : [];
  return [`${d.do} ${'axis' in d ? d.axis : d.buffer}`, ...more, ...at].join(' ');
};

export const applySchedule = (k: Kernel, s: Schedule): Kernel => s.reduce(applyDirective, k);

function applyDirective(k: Kernel, d: Directive): Kernel {
  if (d.do === 'pack') return packed(k, d.buffer, d.order);
  if (d.do === 'weave') return woven(k, d.axis, d.with);
  let found = false;
  const onLoop = (f: (l: Loop) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        if (s.kind !== 'for') return [s];
        const inner: Loop = { ...s, body: go(s.body) };
        if (s.axis.name !== d.axis || s.mode !== 'serial') return [inner];
        found = true;
        return f(inner);
      });
    return { ...k, body: go(k.body) };
  };
  const onNest = (f: (nest: readonly Loop[]) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        const nest = nestTo(s, d.axis);
        if (nest) {
          found = true;
          return f(nest);
        }
        return s.kind === 'for' ? [{ ...s, body: go(s.body) }] : [s];
      });
    return { ...k, body: go(k.body) };
  };
  const out = ((): Kernel => {
    switch (d.do) {
      case 'tile':
        return onLoop((l) => tiled(l, d.by, 'unrolled', d.shift ?? false, d.fenced ?? false));
      case 'vectorize':
        return onLoop((l) => tiled(l, d.by, 'vectorized', d.shift ?? false, false));
      case 'reassociate':
        return onNest((nest) => reassociated(nest, d.by));
      case 'split':
        return onLoop((l) => split(l, d.by));
      case 'peel':
        return onLoop((l) => peeled(l, d.at));
      case 'interchange':
        return onLoop(interchanged);
      default:
        return d satisfies never;
    }
  })();
  if (!found) throw new ScheduleError(`@${k.name} has no serial loop over ${d.axis}: ${showDirective(d)}`);
  return out;
}
