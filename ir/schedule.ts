/** A schedule is data: printable, storable, searchable. It says how the loops of one kernel run, and never what they
 *  compute; only `reassociate`, `share`, `slice` and `partial` change the order of a floating-point sum. */

import type { Dim } from './type.ts';

/** A loop as a schedule tells it. */
export interface LoopExtent {
  readonly axis: string;
  readonly extent: Dim;
}

/** How much of something a block has along its rows, and along its columns. */
export type Sides = readonly [rows: number, cols: number];

/** One checked rewrite of a kernel, as data. */
export type Directive =
  /** Rewrites nothing: these are all the loops of the kernel, each in front of those in it. Refused where they are others,
   *  so that what was written for one kernel does not go to another of its name. */
  | { readonly do: 'over'; readonly loops: readonly LoopExtent[] }
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
  /** The same with the copies in SIMD lanes. Where i is copies already, those of them that only set neighbours in a tile:
   *  unroll i in 0..e { t[…, i] = f }  -->  unroll i in 0..e/`by` { vectorize i_i in 0..by { t[…, i·by + i_i] = f } } */
  | { readonly do: 'vectorize'; readonly axis: string; readonly by: number; readonly shift?: boolean }
  /** for j { for k { acc += e } }  -->  `by` partial sums over k side by side, added up behind all the loops. */
  | { readonly do: 'reassociate'; readonly axis: string; readonly by: number }
  /** for k { acc += e }  -->  for k step `by` { block = 0; for k_b in 0..`by` { block += e }; acc += block }. `compensated`: what rounding
   *  adds to acc with each block is taken off the next one, so that the error of a sum does not grow with its length. */
  | { readonly do: 'partial'; readonly axis: string; readonly by: number; readonly compensated?: boolean }
  /** for i { S(i) }  -->  for i in extent/`by` { for i_in in by { S(i·by + i_in) } }, so that i/by and i%by become axes. */
  | { readonly do: 'split'; readonly axis: string; readonly by: number }
  /** for i in 0..e { S }  -->  for i in 0..a { S }; for i in a..b { S }; for i in b..e { S }: what S asks of i is settled. */
  | { readonly do: 'peel'; readonly axis: string; readonly at: readonly number[] }
  /** for i { for j { S } }  -->  for j { for i { S } } */
  | { readonly do: 'interchange'; readonly axis: string }
  /** vectorize i in v { unroll j in w { t[j, i] += f(w·i + j) } }  -->  vectorize q in v·w { t[q] += f(q) }, and t[w·i + j]
   *  wherever t[j, i] is read: lanes whose operands lie w apart, w of them between, become neighbours. So do those of b[i, j]
   *  where j is the whole last dimension: they are read through a view of b in which the two are one. */
  | { readonly do: 'weave'; readonly axis: string; readonly with: string }
  /** for i { S }  -->  parallel i { S }: threads share the iterations. Behind all others, as these take serial loops. */
  | { readonly do: 'parallel'; readonly axis: string }
  /** for i in 0..e { S }  -->  for i step `by` { invoke i' in min(`by`, e - i) { S } }: the invocations of a workgroup share
   *  the iterations. The loop over them goes inwards, past the loops that S consists of, to those over invocations in S. */
  | { readonly do: 'invoke'; readonly axis: string; readonly by: number }
  /** for i { for j { S(i, j) } }  -->  for i { S(i / extent of j, i % extent of j) }, for all loops that i consists of. */
  | { readonly do: 'flatten'; readonly axis: string }
  /** for k { acc += e }  -->  for s in 0..`by` { acc += slices[s, …] }: a kernel of its own adds up `by` slices of the sum,
   *  side by side. */
  | { readonly do: 'slice'; readonly axis: string; readonly by: number }
  /** for k { acc += e }  -->  `by` invocations that sum up every `by`-th step each, and their sums added in order; with `together` in the
   *  groups that a device has for that, whose order is the device's. */
  | { readonly do: 'share'; readonly axis: string; readonly by: number; readonly together?: boolean }
  /** for i { for j { acc = s; for k { acc += e }; S } }  -->  blocks of `invocations`·`registers` rows and columns: `by` steps
   *  of what e reads along i or j are brought into workgroup memory, rounded to 16 bits where they are f32 and `half` says so,
   *  and each invocation keeps a sum for each of its `registers` rows and columns. Where loops w of constant length stand around
   *  the sum, for j { for w { acc = s; for k { acc += e }; T }; S }, it keeps one for each place of these too. */
  | {
      readonly do: 'block';
      readonly axis: string;
      readonly with: string;
      readonly over: string;
      readonly by: number;
      readonly invocations: Sides;
      readonly registers: Sides;
      readonly half?: boolean;
    }
  /** for i { acc += b[i] · f[at(i)] }  -->  for e in 0..count { acc += values[e] · f[places[e]] }: the sum runs over a list of the
   *  steps at which b is not zero, made by a kernel of its own. */
  | { readonly do: 'compress'; readonly buffer: string }
  /** Reads a copy of a buffer whose dimensions lie in another order, made by a kernel of its own. */
  | { readonly do: 'pack'; readonly buffer: string; readonly order: readonly number[] };
/** The directives of one kernel, in the order in which they are applied. */
export type Schedule = readonly Directive[];

/** A directive that a scheduler would have chosen and that does not fit, and why. */
export interface Dropped {
  readonly directive: Directive;
  readonly why: string;
}

const sumDirectives: ReadonlySet<Directive['do']> = new Set(['reassociate', 'partial', 'share', 'slice']);
/** Whether sums are added in another order after it. */
export const reordersSums = (d: Directive): boolean => sumDirectives.has(d.do);

/** A piece of a directive's text, behind its first word: what it holds, and the word that stands before it. */
export interface Piece {
  readonly key: string;
  readonly holds: 'loop' | 'loops' | 'buffer' | 'count' | 'sides' | 'flag' | 'cuts' | 'order';
  readonly word?: string;
}

const loop: Piece = { key: 'axis', holds: 'loop' };
const by: Piece = { key: 'by', holds: 'count', word: 'by' };
const shift: Piece = { key: 'shift', holds: 'flag', word: 'shift' };
const fenced: Piece = { key: 'fenced', holds: 'flag', word: 'fenced' };

/** How each directive is written: `vectorize x by 4 shift`. */
export const directiveForms: Readonly<Record<Directive['do'], readonly Piece[]>> = {
  over: [{ key: 'loops', holds: 'loops' }],
  tile: [loop, by, shift, fenced],
  vectorize: [loop, by, shift],
  reassociate: [loop, by],
  partial: [loop, by, { key: 'compensated', holds: 'flag', word: 'compensated' }],
  split: [loop, by],
  peel: [loop, { key: 'at', holds: 'cuts', word: 'at' }],
  interchange: [loop],
  parallel: [loop],
  invoke: [loop, by],
  flatten: [loop],
  share: [loop, by, { key: 'together', holds: 'flag', word: 'together' }],
  slice: [loop, by],
  block: [
    loop,
    { key: 'with', holds: 'loop', word: 'with' },
    { key: 'over', holds: 'loop', word: 'over' },
    by,
    { key: 'invocations', holds: 'sides', word: 'invocations' },
    { key: 'registers', holds: 'sides', word: 'registers' },
    { key: 'half', holds: 'flag', word: 'half' },
  ],
  weave: [loop, { key: 'with', holds: 'loop', word: 'with' }],
  compress: [{ key: 'buffer', holds: 'buffer' }],
  pack: [
    { key: 'buffer', holds: 'buffer' },
    { key: 'order', holds: 'order', word: 'order' },
  ],
};
