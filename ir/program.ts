/** A program: entries that a host calls, each a list of kernel launches, over buffers with fixed offsets in one arena. */

import { upsert } from './collections.ts';
import type { Loc } from './diagnostic.ts';
import type { Buffer } from './expr.ts';
import { isShared, type Kernel, type Placed, storageOf } from './kernel.ts';
import type { Shape, StoredType } from './type.ts';

/** What a buffer is for, which says who may touch it between calls. `temp` buffers live within one entry's run. */
export const purposes = ['parameter', 'gradient', 'state', 'scalar', 'input', 'output', 'temp'] as const;
/** What a buffer is for, as a host sees it. */
export type Purpose = (typeof purposes)[number];

/** A buffer and what it is for. */
export interface Storage extends Placed {
  readonly buffer: Buffer;
  readonly purpose: Purpose;
  /** For inputs that hold indices: values are 0 … range-1. */
  readonly range?: number;
  /** And one outside of the range, where a reader passes over it. */
  readonly ignored?: number;
}

/** In one entry, the first and the last launch that need a buffer. */
export interface Span {
  readonly entry: string;
  readonly from: number;
  readonly to: number;
}

/** A buffer's place in the arena. */
export interface Slot extends Storage {
  /** Bytes from the start of the arena, 16-aligned. */
  readonly offset: number;
  /** Bytes at the largest batch. */
  readonly bytes: number;
  /** For temps: when the bytes are taken, in each entry that uses them, in the order of the entries. */
  readonly live?: readonly Span[];
}

/** A host's handle on a buffer: the name under which it passes or reads it. */
export interface Port extends Placed {
  readonly name: string;
  readonly buffer: Buffer;
  readonly dtype: StoredType;
  readonly shape: Shape;
}

/** What a host may call: launches in order, over ports. */
export interface Entry extends Placed {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly launches: readonly Kernel[];
  /** Where each launch stands in a text that the entry was read from. */
  readonly launchPlaces?: readonly Loc[];
  /** Launches ahead of which threads wait for each other, in rising order; what stands between two of them may run at one
   *  time. Only where threads were asked for. */
  readonly barriers?: readonly number[];
}

/** Launches before memory is planned: what lowering makes of a module, and what a schedule changes. */
export interface Outline {
  readonly name: string;
  readonly maxBatch: number;
  readonly entries: readonly Entry[];
  /** What outlives an entry's run: everything that the host sees. What else launches name are temps. */
  readonly lasting: readonly Storage[];
}

/** Entries over one memory, in which every buffer has its place. */
export interface Program {
  readonly name: string;
  readonly maxBatch: number;
  readonly entries: readonly Entry[];
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  /** The most bytes alive at one time, parameters and inputs included: no plan can need fewer. */
  readonly liveBytes: number;
}

export const isPlanned = (p: Outline | Program): p is Program => 'slots' in p;

/** For each buffer whose values the host checks: the number of allowed values. */
export const hostValues = (all: readonly Storage[]): ReadonlyMap<Buffer, number> =>
  new Map(
    all.flatMap(({ buffer, range, ignored }) =>
      range === undefined || ignored !== undefined ? [] : [[buffer, range] as const],
    ),
  );

/** Every kernel once, in the order of its first launch. */
export const kernelsOf = (p: Outline | Program): Kernel[] => [...new Set(p.entries.flatMap((e) => e.launches))];

/** A place whose bytes two launches share so that the later has to wait for the earlier: one of them writes there. Launches in
 *  a row that threads do not share are done by one thread, in their order. */
export function clash(
  launches: readonly Kernel[],
  earlier: number,
  later: number,
  slots: ReadonlyMap<Buffer, Slot>,
): Slot | null {
  const between = launches.slice(earlier, later + 1);
  if (!between.some(isShared)) return null;
  for (const p of (between[0] as Kernel).params)
    for (const q of (between.at(-1) as Kernel).params) {
      if (p.access === 'in' && q.access === 'in') continue;
      const [a, b] = [slots.get(storageOf(p.buffer)), slots.get(storageOf(q.buffer))];
      if (a && b && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes) return b;
    }
  return null;
}

/** When each buffer that is not among `lasting` is needed, in the order in which launches first name them. */
export function lifetimes(entries: readonly Entry[], lasting: ReadonlySet<Buffer>): Map<Buffer, readonly Span[]> {
  const found = new Map<Buffer, Span[]>();
  for (const e of entries)
    for (const [i, k] of e.launches.entries())
      for (const { buffer } of k.params) {
        const b = storageOf(buffer);
        if (lasting.has(b)) continue;
        const spans = upsert(found, b, () => []);
        if (spans.at(-1)?.entry === e.name) spans[spans.length - 1] = { ...(spans.at(-1) as Span), to: i };
        else spans.push({ entry: e.name, from: i, to: i });
      }
  return found;
}
