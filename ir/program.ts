/** A program: entries that a host calls, each a list of kernel launches, over buffers with fixed offsets in one arena. */

import { upsert } from './collections.ts';
import type { Loc } from './diagnostic.ts';
import type { Buffer } from './expr.ts';
import { isShared, type Kernel, type Placed, storageOf } from './kernel.ts';
import type { Shape, StoredType } from './type.ts';

/** The purposes of buffers, which say who may access them between calls. `temp` buffers live within one run of an
 *  entry. */
export const purposes = ['parameter', 'gradient', 'state', 'scalar', 'input', 'output', 'temp'] as const;
/** The purpose of a buffer, as a host sees it. */
export type Purpose = (typeof purposes)[number];

/** A buffer and its purpose. */
export interface Storage extends Placed {
  readonly buffer: Buffer;
  readonly purpose: Purpose;
  /** For inputs that hold indices: values are 0 … range-1. */
  readonly range?: number;
  /** A value outside that range which readers skip. */
  readonly ignored?: number;
}

/** The first and the last launch of an entry that need a buffer. */
export interface Span {
  readonly entry: string;
  readonly from: number;
  readonly to: number;
}

/** A buffer with its offset in the arena. */
export interface Slot extends Storage {
  /** Bytes from the start of the arena, 16-aligned. */
  readonly offset: number;
  /** Bytes at the largest batch. */
  readonly bytes: number;
  /** For temps: the launches during which it is live in each entry that uses it, in the order of entries. */
  readonly live?: readonly Span[];
}

/** The name under which a host passes or reads a buffer. */
export interface Port extends Placed {
  readonly name: string;
  readonly buffer: Buffer;
  readonly dtype: StoredType;
  readonly shape: Shape;
}

/** A function for the host: launches in order, over ports. */
export interface Entry extends Placed {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly launches: readonly Kernel[];
  /** The location of each launch, if the entry was read from a text. */
  readonly launchPlaces?: readonly Loc[];
  /** The launches before which threads wait for each other, in increasing order; the launches between two of them may
   *  run concurrently. Only in programs for threads. */
  readonly barriers?: readonly number[];
}

/** Launches before memory is planned: the result of lowering a module, and of scheduling it. */
export interface Outline {
  readonly name: string;
  readonly maxBatch: number;
  readonly entries: readonly Entry[];
  /** Buffers that outlive a run of an entry: everything that the host sees. All others in launches are temps. */
  readonly lasting: readonly Storage[];
}

/** Entries over one memory in which every buffer has an offset. */
export interface Program {
  readonly name: string;
  readonly maxBatch: number;
  readonly entries: readonly Entry[];
  readonly slots: readonly Slot[];
  readonly arenaBytes: number;
  /** The most bytes live at one time, including parameters and inputs: a lower bound for any plan. */
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

/** The outline with each kernel replaced, once however often it is launched. */
export function mapKernels(of: Outline, f: (k: Kernel) => Kernel): Outline {
  const done = new Map(kernelsOf(of).map((k) => [k, f(k)]));
  return { ...of, entries: of.entries.map((e) => ({ ...e, launches: e.launches.map((k) => done.get(k) as Kernel) })) };
}

/** Memory that two launches share such that the later must wait for the earlier: one of them writes it. Consecutive
 *  launches that threads do not share are run by one thread, in order. */
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

/** The spans in which each buffer outside `lasting` is needed, in the order in which launches first name them. */
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
