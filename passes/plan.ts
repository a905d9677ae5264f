/** Gives every buffer an offset in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; buffers that the host sees never move. Where the target's memory comes in pieces, buffers that do not
 *  fit one go to the next. */

import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import { type Entry, lifetimes, type Outline, type Program, type Slot, type Span } from '../ir/program.ts';
import type { Target } from '../ir/target.ts';
import { countAt } from '../ir/type.ts';
import { type Lasting, lowest, mostLive, placeAll, startOf } from './place.ts';

/** Rounds up to 16 bytes, the width of a vector. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;
/** Bytes kept free at the start, so that no offset is null, and at the end, so that vectors that read past a buffer
 *  stay in memory. */
const reserved = 64;
const slack = 32;

/** A value between kernels. */
interface Temp extends Lasting {
  readonly buffer: Buffer;
  /** The same spans, by entry. */
  readonly live: readonly Span[];
}

/** The program of an outline: every buffer has an offset in one memory, in bytes. Throws a `CompileError` if they do
 *  not fit. */
export function plan({ name, maxBatch, entries, lasting }: Outline, target: Target): Program {
  const { memory } = target;
  // A single piece may grow past its limit here, so that the error can report the total.
  const every = memory.pieces === 1 ? Number.POSITIVE_INFINITY : memory.bytes;
  const tooLarge = (who: string, bytes: number, limit: string, most: number): CompileError => {
    const [needed, offered] = sizes(bytes, most);
    const needs = `${who} ${needed} of memory at a batch of ${maxBatch}`;
    return new CompileError('too-large', `${needs}; ${limit} ${offered}`, { help: memory.help });
  };
  const bytesOf = ({ name, type }: Buffer): number => {
    const bytes = align(countAt(type.shape, maxBatch) * target.bytes[type.dtype]);
    if (bytes > every) throw tooLarge(`'${name}' needs`, bytes, memory.limit, memory.bytes);
    return bytes;
  };
  const slots: Slot[] = [];
  const taken = [reserved];
  for (const s of lasting) {
    // For a host each has a place of its own, even those without elements.
    const bytes = Math.max(align(1), bytesOf(s.buffer));
    const offset = lowest({ every, taken }, 0, bytes);
    slots.push({ ...s, offset, bytes });
    const piece = Math.floor(offset / every);
    taken[piece] = offset + bytes - startOf(every, piece);
  }
  const lastingBytes = slots.reduce((sum, s) => sum + s.bytes, reserved);

  const starts = startsOf(entries);
  const temps = [...lifetimes(entries, new Set(lasting.map((s) => s.buffer)))].map(([buffer, live]): Temp => {
    const lives = live.map(({ entry, from, to }) => {
      const start = starts.get(entry) as number;
      return { from: start + from, to: start + to };
    });
    return { buffer, bytes: bytesOf(buffer), live, lives };
  });
  const offsets = placeAll(temps, { every, taken });
  for (const [i, { buffer, bytes, live }] of temps.entries())
    slots.push({ buffer, purpose: 'temp', bytes, offset: offsets[i] as number, live });
  const top = slots.reduce((top, s) => Math.max(top, s.offset + s.bytes), reserved);
  const arenaBytes = Math.min(top + slack, every * Math.max(1, Math.ceil(top / every)));
  if (arenaBytes > memory.pieces * memory.bytes)
    throw tooLarge('the model needs', arenaBytes, memory.most, memory.pieces * memory.bytes);

  return { name, maxBatch, entries, slots, arenaBytes, liveBytes: lastingBytes + mostLive(temps) };
}

/** A size and its limit, in the unit that suits the limit, or in bytes where the two would read the same. */
function sizes(bytes: number, most: number): [bytes: string, most: string] {
  const shown = [bytes, most].map((n) =>
    most < 2 ** 30 ? `${Math.ceil(n / 2 ** 20)} MiB` : `${(n / 2 ** 30).toFixed(1)} GiB`,
  ) as [string, string];
  return shown[0] === shown[1] ? [`${bytes} bytes`, `${most} bytes`] : shown;
}

/** Concatenates the launches of all entries into one timeline: a value of several entries lives in each. */
function startsOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  let launches = 0;
  for (const e of entries) {
    starts.set(e.name, launches);
    launches += e.launches.length;
  }
  return starts;
}
