/** Gives every buffer its place in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; what the host sees never moves. */

import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import { type Entry, lifetimes, type Outline, type Program, type Slot, type Span } from '../ir/program.ts';
import { type Target, wasm128 } from '../ir/target.ts';
import { countAt, type TensorType } from '../ir/type.ts';
import { type Lasting, mostLive, placeAll } from './place.ts';

/** 16 bytes, a vector's width. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;
/** Null pointers stay out of the arena, and a vector that reads past a buffer's end stays inside memory. */
const reserved = 64;
const slack = 32;

/** A value between kernels. */
interface Temp extends Lasting {
  readonly buffer: Buffer;
  /** The same spans, by entry. */
  readonly live: readonly Span[];
}

export function plan({ name, maxBatch, entries, lasting }: Outline, target: Target = wasm128): Program {
  const bytesOf = (t: TensorType): number => align(countAt(t.shape, maxBatch) * target.bytes[t.dtype]);
  const slots: Slot[] = [];
  let top = reserved;
  for (const s of lasting) {
    const bytes = bytesOf(s.buffer.type);
    slots.push({ ...s, offset: top, bytes });
    top += bytes;
  }
  const fixedTop = top;

  const starts = startsOf(entries);
  const temps = [...lifetimes(entries, new Set(lasting.map((s) => s.buffer)))].map(([buffer, live]): Temp => {
    const lives = live.map(({ entry, from, to }) => {
      const start = starts.get(entry) as number;
      return { from: start + from, to: start + to };
    });
    return { buffer, bytes: bytesOf(buffer.type), live, lives };
  });
  const offsets = placeAll(temps);
  for (const [i, { buffer, bytes, live }] of temps.entries()) {
    const offset = fixedTop + (offsets[i] as number);
    slots.push({ buffer, purpose: 'temp', bytes, offset, live });
    top = Math.max(top, offset + bytes);
  }
  const { most, limit } = target.memory;
  if (top + slack > most)
    throw new CompileError(
      'too-large',
      `the model needs ${size(top, most)} of memory at a batch of ${maxBatch}; ${limit} ${size(most, most)}`,
      {
        help: 'compile for a smaller maxBatch',
      },
    );

  return {
    name,
    maxBatch,
    entries,
    slots,
    arenaBytes: top + slack,
    liveBytes: fixedTop + mostLive(temps),
  };
}

/** Bytes in the unit that suits the limit. */
const size = (bytes: number, most: number): string =>
  most < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** All entries' launches are one timeline, one entry behind the other: a value of several entries lives in each. */
function startsOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  let launches = 0;
  for (const e of entries) {
    starts.set(e.name, launches);
    launches += e.launches.length;
  }
  return starts;
}
