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

/** Launches from one to another, both included, that run several times in order before those after them. */
export interface Repeat {
  readonly from: number;
  readonly to: number;
  readonly times: number;
}

/** A function for the host: launches in order, over ports. */
export interface Entry extends Placed {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly launches: readonly Kernel[];
  /** What of the launches is repeated, in increasing order and apart from each other. */
  readonly repeats?: readonly Repeat[];
  /** The fewest samples that it takes, if more than 1. */
  readonly leastBatch?: number;
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

const repeatAt = (e: Entry, launch: number): Repeat | undefined =>
  e.repeats?.find((r) => r.from <= launch && launch <= r.to);
/** How often a launch runs in a call of an entry. */
export const timesOf = (e: Entry, launch: number): number => repeatAt(e, launch)?.times ?? 1;
/** The launches during which a buffer has to live that one needs: with it, all that are repeated with it, as a turn may
 *  need what one before has left. */
export const neededIn = (e: Entry, launch: number): Pick<Repeat, 'from' | 'to'> =>
  repeatAt(e, launch) ?? { from: launch, to: launch };

/** The kernels of an entry in the order in which they run, each as often as it does. */
export function* runOf(e: Entry): Generator<Kernel> {
  for (let i = 0; i < e.launches.length; i++) {
    const again = repeatAt(e, i);
    const last = again?.to ?? i;
    for (let turn = 0; turn < (again?.times ?? 1); turn++) yield* e.launches.slice(i, last + 1);
    i = last;
  }
}

/** The entry with other launches for those of each of its parts, all or none of which are repeated. */
export function mapParts(e: Entry, f: (launches: readonly Kernel[]) => readonly Kernel[]): Entry {
  const [made, repeats]: [Kernel[], Repeat[]] = [[], []];
  let next = 0;
  const part = (end: number, repeated: Repeat | null): void => {
    const from = made.length;
    made.push(...f(e.launches.slice(next, end)));
    if (repeated) repeats.push({ ...repeated, from, to: made.length - 1 });
    next = end;
  };
  for (const r of e.repeats ?? []) {
    if (r.from > next) part(r.from, null);
    part(r.to + 1, r);
  }
  if (next < e.launches.length) part(e.launches.length, null);
  return { ...e, launches: made, ...(e.repeats ? { repeats } : {}) };
}

/** The entry with those launches run once, before the others, that would do the same in each turn. */
export function hoisted(e: Entry): Entry {
  const [made, repeats]: [Kernel[], Repeat[]] = [[], []];
  let next = 0;
  for (const r of e.repeats ?? []) {
    made.push(...e.launches.slice(next, r.from));
    let turn = e.launches.slice(r.from, r.to + 1);
    for (;;) {
      const once = turn.filter((k) => isSameInEachTurn(k, turn));
      if (once.length === 0) break;
      made.push(...once);
      turn = turn.filter((k) => !once.includes(k));
    }
    repeats.push({ ...r, from: made.length, to: made.length + turn.length - 1 });
    made.push(...turn);
    next = r.to + 1;
  }
  return e.repeats ? { ...e, launches: [...made, ...e.launches.slice(next)], repeats } : e;
}

/** True if no launch of a turn writes what a kernel reads, and no other writes what it writes. */
const isSameInEachTurn = (k: Kernel, turn: readonly Kernel[]): boolean =>
  k.params.every(
    (p) =>
      p.access !== 'inout' &&
      turn.every(
        (other) =>
          other === k || other.params.every((q) => q.access === 'in' || storageOf(q.buffer) !== storageOf(p.buffer)),
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
        const before = spans.at(-1)?.entry === e.name ? spans.pop() : undefined;
        const { from, to } = neededIn(e, i);
        spans.push({ entry: e.name, from: before?.from ?? from, to });
      }
  return found;
}
