/** Gives every buffer its place in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; what the host sees never moves. Greedy by size, after Pisarchyk & Lee 2020, section 5. */

import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import type { Module, Param, Role } from '../ir/graph.ts';
import { type Kernel, storageOf } from '../ir/kernel.ts';
import type { Entry, Port, Program, Purpose, Slot } from '../ir/program.ts';
import { byteSize, countAt, type TensorType } from '../ir/type.ts';
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

interface Temp {
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export function plan(
  module: Module,
  lowered: readonly Lowered[],
  buffers: Buffers,
  ranges: ReadonlyMap<Param, number>,
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
  const params = [...new Set(lowered.flatMap((l) => l.graph.params))];
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
  const alias = new Map<Buffer, Buffer>();
  const named = new Map<string, Buffer>();
  for (const l of lowered)
    for (const [r, b] of l.outputs) {
      if (held.has(b) || r.into) continue;
      const twin = named.get(r.name);
      if (twin && bytesOf(twin.type) === bytesOf(b.type)) {
        alias.set(b, twin);
        continue;
      }
      named.set(r.name, b);
      held.add(b);
      fix(b, 'output');
    }
  const fixedTop = top;

  // What lives between kernels: from the launch that writes it to the last that reads it.
  let live = 0;
  for (const l of lowered) {
    const temps = lifetimes(l.kernels, (b) => held.has(b) || alias.has(b), bytesOf);
    const placed: Slot[] = [];
    const spans = new Map<Slot, Temp>();
    for (const t of [...temps].sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
      const slot: Slot = {
        buffer: t.buffer,
        purpose: 'temp',
        bytes: t.bytes,
        offset: lowestGap(t, placed, spans, fixedTop),
      };
      placed.push(slot);
      spans.set(slot, t);
      top = Math.max(top, slot.offset + slot.bytes);
    }
    slots.push(...placed.sort((a, b) => (spans.get(a) as Temp).from - (spans.get(b) as Temp).from));
    for (let i = 0; i < l.kernels.length; i++)
      live = Math.max(
        live,
        temps.reduce((sum, t) => (t.from <= i && i <= t.to ? sum + t.bytes : sum), 0),
      );
  }
  for (const [from, to] of alias) {
    const slot = slots.find((s) => s.buffer === to) as Slot;
    slots.push({ ...slot, buffer: from });
  }
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
      outputs: [...l.outputs].filter(([r]) => !r.into).map(([r, b]) => port(r.name, alias.get(b) ?? b)),
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

function lifetimes(
  kernels: readonly Kernel[],
  isHeld: (b: Buffer) => boolean,
  bytesOf: (t: TensorType) => number,
): Temp[] {
  const spans = new Map<Buffer, { from: number; to: number }>();
  for (const [i, k] of kernels.entries())
    for (const { buffer } of k.params) {
      const b = storageOf(buffer);
      if (isHeld(b)) continue;
      const span = spans.get(b);
      if (span) span.to = i;
      else spans.set(b, { from: i, to: i });
    }
  return [...spans].map(([buffer, span]) => ({ buffer, bytes: bytesOf(buffer.type), ...span }));
}

/** The lowest offset at which nothing that lives at the same time lies. */
function lowestGap(t: Temp, placed: readonly Slot[], spans: ReadonlyMap<Slot, Temp>, bottom: number): number {
  const rivals = placed
    .filter((s) => {
      const other = spans.get(s) as Temp;
      return other.from <= t.to && t.from <= other.to;
    })
    .sort((a, b) => a.offset - b.offset);
  let offset = bottom;
  for (const r of rivals) {
    if (offset + t.bytes <= r.offset) break;
    offset = Math.max(offset, r.offset + r.bytes);
  }
  return offset;
}
