/** Gives every buffer its place in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; what the host sees never moves. Greedy by size, after Pisarchyk & Lee 2020, section 5. */

import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import { lifetimes, type Outline, type Program, type Slot, type Span } from '../ir/program.ts';
import { byteSize, countAt, type TensorType } from '../ir/type.ts';

/** 16 bytes, a vector's width. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;
/** Null pointers stay out of the arena, and a vector that reads past a buffer's end stays inside memory. */
const reserved = 64;
const slack = 32;
/** memory32 holds 4 GiB, and signed arithmetic on addresses half of that. */
const most = 2 ** 31 - 65536;

/** A value between kernels. */
interface Temp {
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly live: readonly Span[];
}

export function plan({ name, maxBatch, entries, lasting }: Outline): Program {
  const bytesOf = (t: TensorType): number => align(countAt(t.shape, maxBatch) * byteSize(t.dtype));
  const slots: Slot[] = [];
  let top = reserved;
  for (const s of lasting) {
    const bytes = bytesOf(s.buffer.type);
    slots.push({ ...s, offset: top, bytes });
    top += bytes;
  }
  const fixedTop = top;

  const temps = [...lifetimes(entries, new Set(lasting.map((s) => s.buffer)))].map(
    ([buffer, live]): Temp => ({ buffer, bytes: bytesOf(buffer.type), live }),
  );
  const placed = new Map<Temp, Slot>();
  for (const t of [...temps].sort((a, b) => b.bytes - a.bytes)) {
    const rivals = [...placed].filter(([other]) => overlap(t, other)).map(([, slot]) => slot);
    const slot: Slot = {
      buffer: t.buffer,
      purpose: 'temp',
      bytes: t.bytes,
      offset: lowestGap(t.bytes, rivals, fixedTop),
      live: t.live,
    };
    placed.set(t, slot);
    top = Math.max(top, slot.offset + slot.bytes);
  }
  slots.push(...temps.map((t) => placed.get(t) as Slot));
  const liveAt = (entry: string, i: number): number =>
    temps.reduce((sum, t) => {
      const span = t.live.find((s) => s.entry === entry);
      return span && span.from <= i && i <= span.to ? sum + t.bytes : sum;
    }, 0);
  const live = Math.max(0, ...entries.flatMap((e) => e.launches.map((_, i) => liveAt(e.name, i))));
  if (top > most)
    throw new CompileError(
      'too-large',
      `the model needs ${gib(top)} of memory at a batch of ${maxBatch}; WebAssembly offers ${gib(most)}`,
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
    liveBytes: fixedTop + live,
  };
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const overlap = (a: Temp, b: Temp): boolean =>
  a.live.some((s) => b.live.some((t) => t.entry === s.entry && t.from <= s.to && s.from <= t.to));

/** The lowest offset from `bottom` on at which nothing that lives at the same time lies. */
function lowestGap(bytes: number, rivals: readonly Slot[], bottom: number): number {
  let offset = bottom;
  for (const r of [...rivals].sort((a, b) => a.offset - b.offset)) {
    if (offset + bytes <= r.offset) break;
    offset = Math.max(offset, r.offset + r.bytes);
  }
  return offset;
}
