/** Gives every buffer its place in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; what the host sees never moves. Greedy by size, after Pisarchyk & Lee 2020, section 5. */

import { upsert } from '../ir/collections.ts';
import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import type { Module, Param, Role } from '../ir/graph.ts';
import { storageOf } from '../ir/kernel.ts';
import type { Entry, Port, Program, Purpose, Slot } from '../ir/program.ts';
import { byteSize, countAt, showType, type TensorType } from '../ir/type.ts';
import type { Buffers, Lowered } from './lower.ts';

/** 16 bytes, a vector's width. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;
/** Null pointers stay out of the arena, and a vector that reads past a buffer's end stays inside memory. */
const reserved = 64;
const slack = 32;
/** memory32 holds 4 GiB, and signed arithmetic on addresses half of that. */
const most = 2 ** 31 - 65536;

const purposes: Readonly<Record<Role, Purpose>> = {
  input: 'input',
  parameter: 'parameter',
  state: 'state',
  scalar: 'scalar',
};

/** A value between kernels: from the launch that writes it to the last that reads it, in each graph that has it. */
interface Temp {
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly spans: ReadonlyMap<Lowered, Span>;
}
interface Span {
  readonly from: number;
  readonly to: number;
}

export function plan(
  module: Module,
  lowered: readonly Lowered[],
  buffers: Buffers,
  ranges: ReadonlyMap<Param, number>,
  /** Params that have a place though no graph reads them. */
  kept: readonly Param[] = [],
): Program {
  const bytesOf = (t: TensorType): number => align(countAt(t.shape, module.maxBatch) * byteSize(t.dtype));
  const slots: Slot[] = [];
  let top = reserved;
  const fix = (buffer: Buffer, purpose: Purpose, more: { range?: number } = {}): void => {
    const bytes = bytesOf(buffer.type);
    slots.push({ buffer, purpose, offset: top, bytes, ...more });
    top += bytes;
  };

  // What the host sees: params in the order in which graphs first name them, by purpose, then results by name.
  const params = [...new Set([...lowered.flatMap((l) => l.graph.params), ...kept])];
  const purposeOf = (p: Param): Purpose =>
    p.role === 'state' && p.name.endsWith('.grad') ? 'gradient' : purposes[p.role];
  const order: readonly Purpose[] = ['parameter', 'gradient', 'state', 'scalar', 'input'];
  for (const purpose of order)
    for (const p of params)
      if (purposeOf(p) === purpose) {
        const range = ranges.get(p);
        fix(buffers.of(p), purpose, range === undefined ? {} : { range });
      }
  const held = new Set(slots.map((s) => s.buffer));
  const names = new Map<string, Buffer>();
  for (const l of lowered)
    for (const [r, b] of l.outputs) {
      if (held.has(b)) continue;
      const other = names.get(r.name);
      if (other)
        throw new CompileError(
          'bad-name',
          `two results are called '${r.name}', of types ${showType(other.type)} and ${showType(b.type)}`,
        );
      names.set(r.name, b);
      held.add(b);
      fix(b, 'output');
    }
  const fixedTop = top;

  const temps = lifetimes(lowered, held, bytesOf);
  const placed = new Map<Temp, Slot>();
  for (const t of [...temps].sort((a, b) => b.bytes - a.bytes)) {
    const rivals = [...placed].filter(([other]) => overlap(t, other)).map(([, slot]) => slot);
    const slot: Slot = {
      buffer: t.buffer,
      purpose: 'temp',
      bytes: t.bytes,
      offset: lowestGap(t.bytes, rivals, fixedTop),
      ...firstSpan(t),
    };
    placed.set(t, slot);
    top = Math.max(top, slot.offset + slot.bytes);
  }
  slots.push(...temps.map((t) => placed.get(t) as Slot));
  const liveAt = (l: Lowered, i: number): number =>
    temps.reduce((sum, t) => {
      const span = t.spans.get(l);
      return span && span.from <= i && i <= span.to ? sum + t.bytes : sum;
    }, 0);
  const live = Math.max(0, ...lowered.flatMap((l) => l.kernels.map((_, i) => liveAt(l, i))));
  if (top > most)
    throw new CompileError(
      'too-large',
      `the model needs ${gib(top)} of memory at a batch of ${module.maxBatch}; WebAssembly offers ${gib(most)}`,
      {
        help: 'compile for a smaller maxBatch',
      },
    );

  const entries = lowered.map(
    (l): Entry => ({
      name: l.name,
      inputs: l.graph.params.filter((p) => p.role === 'input').map((p) => port(p.name, buffers.of(p))),
      outputs: [...l.outputs].filter(([r]) => !r.into).map(([r, b]) => port(r.name, b)),
      launches: l.kernels,
    }),
  );
  return {
    name: module.name,
    maxBatch: module.maxBatch,
    entries,
    slots,
    arenaBytes: top + slack,
    liveBytes: fixedTop + live,
  };
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const port = (name: string, buffer: Buffer): Port => ({
  name,
  buffer,
  dtype: buffer.type.dtype,
  shape: buffer.type.shape,
});

function lifetimes(lowered: readonly Lowered[], held: ReadonlySet<Buffer>, bytesOf: (t: TensorType) => number): Temp[] {
  const found = new Map<Buffer, Map<Lowered, Span>>();
  for (const l of lowered)
    for (const [i, k] of l.kernels.entries())
      for (const { buffer } of k.params) {
        const b = storageOf(buffer);
        if (held.has(b)) continue;
        const spans = upsert(found, b, () => new Map<Lowered, Span>());
        spans.set(l, { from: spans.get(l)?.from ?? i, to: i });
      }
  return [...found].map(([buffer, spans]) => ({ buffer, bytes: bytesOf(buffer.type), spans }));
}

const overlap = (a: Temp, b: Temp): boolean =>
  [...a.spans].some(([l, s]) => {
    const other = b.spans.get(l);
    return other !== undefined && other.from <= s.to && s.from <= other.to;
  });
const firstSpan = ({ spans }: Temp): Span => [...spans.values()][0] as Span;

/** The lowest offset from `bottom` on at which nothing that lives at the same time lies. */
function lowestGap(bytes: number, rivals: readonly Slot[], bottom: number): number {
  let offset = bottom;
  for (const r of [...rivals].sort((a, b) => a.offset - b.offset)) {
    if (offset + bytes <= r.offset) break;
    offset = Math.max(offset, r.offset + r.bytes);
  }
  return offset;
}
