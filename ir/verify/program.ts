/** Verifies programs: every buffer has its place, no live buffer is overwritten, and nothing is read before it is
 *  written. Lifetimes are computed from the launches, not taken from the plan. */

import { upsert } from '../collections.ts';
import type { Buffer } from '../expr.ts';
import { type Kernel, stepOf, storageOf, walkStmts } from '../kernel.ts';
import {
  clash,
  type Entry,
  lifetimes,
  neededIn,
  type Outline,
  type Program,
  type Purpose,
  type Slot,
  type Span,
  type Storage,
  timesOf,
} from '../program.ts';
import { showLife } from '../text/print-program.ts';
import { byteSize, countAt, type Dim, isEmpty, sameShape, showDim, showType } from '../type.ts';
import { collect, type Problem, type Report } from './index.ts';

/** Throws a `VerifyError` that lists every problem. */
export const verifyProgram = (program: Program): Problem[] => collect((report) => check(program, report));

/** Buffers that the host may access between calls and that keep their values. */
const lasting: ReadonlySet<Purpose> = new Set(['parameter', 'gradient', 'state', 'scalar', 'input', 'output']);
/** Buffers that only the host writes. */
const given: ReadonlySet<Purpose> = new Set(['scalar', 'input']);
/** Buffers that have a value before an entry runs. */
const kept: ReadonlySet<Purpose> = new Set(['parameter', 'gradient', 'state', 'scalar', 'input']);

function check(program: Program, report: Report): void {
  const slots = new Map<Buffer, Slot>();
  for (const s of program.slots) {
    if (slots.has(s.buffer)) report('slot', slotName(s), 'its buffer has two places', s.place);
    slots.set(s.buffer, s);
    verifySlot(s, program, report);
  }
  const fixed = program.slots.filter((s) => lasting.has(s.purpose));
  for (const [i, a] of fixed.entries())
    for (const b of program.slots)
      if (b !== a && meet(a, b) && !(lasting.has(b.purpose) && fixed.indexOf(b) < i))
        report('overlap', slotName(a), `shares bytes ${shared(a, b)} with ${slotName(b)}`, a.place);

  const lives = new Map<Slot, Span[]>();
  for (const [e, spans] of runs(program.entries, slots, report)) {
    for (const [s, span] of spans) upsert(lives, s, () => []).push(span);
    for (const [i, [a, own]] of spans.entries())
      for (const [b, other] of spans.slice(i + 1))
        if (own.from <= other.to && other.from <= own.to && meet(a, b))
          report(
            'overlap',
            `entry @${e.name}`,
            `${slotName(a)} and ${slotName(b)} share bytes ${shared(a, b)}, and both live in launch ${Math.max(own.from, other.from)}`,
            a.place,
          );
  }
  for (const e of program.entries) atOnce(e, slots, report);
  for (const s of program.slots) {
    const [told, found] = [showLife(s.live) || 'nowhere', showLife(lives.get(s)) || 'nowhere'];
    if (told !== found) report('slot', slotName(s), `is declared live ${told}, but is live ${found}`, s.place);
  }
}

/** Launches without a barrier between them may not share bytes that one of them writes, unless one thread runs both. */
function atOnce(e: Entry, slots: ReadonlyMap<Buffer, Slot>, report: Report): void {
  if (!e.barriers) return;
  for (const [i, k] of e.launches.entries()) {
    const first = Math.max(0, ...e.barriers.filter((b) => b <= i));
    for (let j = first; j < i; j++) {
      const both = clash(e.launches, j, i, slots);
      if (both)
        report(
          'race',
          `entry @${e.name}, launch ${i}, @${k.name}`,
          `shares ${slotName(both)} with launch ${j}, @${e.launches[j]?.name}, with no barrier between them`,
        );
    }
  }
}

/** Throws a `VerifyError` that lists every problem. The kernels are verified separately. */
export const verifyOutline = ({ entries, lasting }: Outline): Problem[] =>
  collect((report) => {
    const storages = new Map(lasting.map((s) => [s.buffer, s]));
    for (const buffer of lifetimes(entries, new Set(storages.keys())).keys())
      storages.set(buffer, { buffer, purpose: 'temp' });
    runs(entries, storages, report);
  });

/** Checks each entry; returns the lifetimes of its temporaries. */
function runs<S extends Storage>(
  entries: readonly Entry[],
  storages: ReadonlyMap<Buffer, S>,
  report: Report,
): [Entry, [S, Span][]][] {
  const names = new Set<string>();
  return entries.map((e) => {
    if (names.has(e.name)) report('name', `entry @${e.name}`, 'two entries have this name', e.place);
    names.add(e.name);
    ports(e, storages, report);
    return [e, launches(e, storages, report)];
  });
}

function verifySlot(s: Slot, program: Program, report: Report): void {
  const where = slotName(s);
  if (s.buffer.viewOf) report('slot', where, 'a view has no place of its own', s.place);
  if (!Number.isInteger(s.offset) || s.offset % 16 !== 0)
    report('slot', where, `offset ${s.offset} is not 16-aligned`, s.place);
  if (s.offset < 16) report('slot', where, `offset ${s.offset} holds the null pointer`, s.place);
  const need = countAt(s.buffer.type.shape, program.maxBatch) * byteSize(s.buffer.type.dtype);
  if (s.bytes < need)
    report(
      'slot',
      where,
      `${s.bytes} bytes, and ${showType(s.buffer.type)} takes ${need} at a batch of ${program.maxBatch}`,
      s.place,
    );
  if (s.offset + s.bytes > program.arenaBytes)
    report('slot', where, `ends at ${s.offset + s.bytes}, outside the arena of ${program.arenaBytes} bytes`, s.place);
}

function ports(e: Entry, slots: ReadonlyMap<Buffer, Storage>, report: Report): void {
  for (const [way, list] of [
    ['input', e.inputs],
    ['output', e.outputs],
  ] as const) {
    const names = new Set<string>();
    for (const p of list) {
      const where = `entry @${e.name}, ${way} '${p.name}'`;
      if (names.has(p.name)) report('name', where, `two ${way}s have this name`, p.place);
      names.add(p.name);
      const slot = slots.get(p.buffer);
      if (!slot) report('slot', where, `its buffer ${p.buffer.name} has no place`, p.place);
      else if (slot.purpose === 'temp')
        report('slot', where, `${slotName(slot)} is freed when the entry ends`, p.place);
      if (p.dtype !== p.buffer.type.dtype || !sameShape(p.shape, p.buffer.type.shape))
        report('type', where, `it is ${showType(p)}, and its buffer ${showType(p.buffer.type)}`, p.place);
    }
  }
}

/** Checks an entry's launches in order; returns the lifetimes of its temporaries. */
function launches<S extends Storage>(e: Entry, slots: ReadonlyMap<Buffer, S>, report: Report): [S, Span][] {
  const written = new Set<Buffer>();
  const spans = new Map<S, Span>();
  for (const [i, k] of e.launches.entries()) {
    const where = `entry @${e.name}, launch ${i}, @${k.name}`;
    const at = e.launchPlaces?.[i];
    for (const { buffer, access } of k.params) {
      const b = storageOf(buffer);
      const slot = slots.get(b);
      if (!slot) {
        report('slot', where, `${b.name} has no place`, at);
        continue;
      }
      if (access !== 'out' && !written.has(b) && !kept.has(slot.purpose))
        report('unwritten', where, `it reads ${slotName(slot)}, which nothing has written`, at);
      if (access !== 'in' && given.has(slot.purpose))
        report('read-only', where, `it writes ${slotName(slot)}, which only the host sets`, at);
      const { from, to } = neededIn(e, i);
      if (slot.purpose === 'temp') spans.set(slot, { entry: e.name, from: spans.get(slot)?.from ?? from, to });
    }
    for (const { buffer, access } of k.params) if (access !== 'in') written.add(storageOf(buffer));
    slices(k, timesOf(e, i), (problem) => report('uncovered', where, problem, at));
  }
  for (const p of e.outputs)
    if (!written.has(p.buffer) && !isEmpty(p.buffer.type))
      report('unwritten', `entry @${e.name}, output '${p.name}'`, 'no launch writes it', p.place);
  return [...spans];
}

/** A kernel that fills a buffer slice by slice runs once for each. */
function slices(k: Kernel, times: number, report: (problem: string) => void): void {
  const found = new Set<Buffer>();
  walkStmts(k.body, (s) => {
    if (s.kind !== 'store' || !stepOf(s.at) || found.has(s.buffer)) return;
    found.add(s.buffer);
    const extent = s.buffer.type.shape[0] as Dim;
    if (times !== extent)
      report(`it fills a slice of ${s.buffer.name}, which has ${showDim(extent)}, and runs ${times} times`);
  });
}

const meet = (a: Slot, b: Slot): boolean => a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
const shared = (a: Slot, b: Slot): string =>
  `${Math.max(a.offset, b.offset)}..${Math.min(a.offset + a.bytes, b.offset + b.bytes)}`;
const slotName = (s: Storage): string => `${s.purpose} '${s.buffer.name}'`;
