/** Gives every buffer its place in one arena, so that addresses are constants. Values between kernels share space once
 *  they are dead; what the host sees never moves. */

import { upsert } from '../ir/collections.ts';
import { CompileError } from '../ir/diagnostic.ts';
import type { Buffer } from '../ir/expr.ts';
import type { Module, Param, Role } from '../ir/graph.ts';
import { storageOf } from '../ir/kernel.ts';
import type { Entry, Port, Program, Purpose, Slot } from '../ir/program.ts';
import { byteSize, countAt, showType, type TensorType } from '../ir/type.ts';
import type { Buffers, Lowered } from './lower.ts';
import { type Lasting, mostLive, placeAll, type Span } from './place.ts';

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
interface Temp extends Lasting {
  readonly buffer: Buffer;
  /** In launches of the first graph that has it. */
  readonly first: Span;
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
  const offsets = placeAll(temps);
  for (const [i, t] of temps.entries()) {
    const offset = fixedTop + (offsets[i] as number);
    slots.push({ buffer: t.buffer, purpose: 'temp', bytes: t.bytes, offset, ...t.first });
    top = Math.max(top, offset + t.bytes);
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
    liveBytes: fixedTop + mostLive(temps),
  };
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const port = (name: string, buffer: Buffer): Port => ({
  name,
  buffer,
  dtype: buffer.type.dtype,
  shape: buffer.type.shape,
});

/** All graphs' launches are one timeline, one graph behind the other: a value of several graphs lives in each. */
function lifetimes(lowered: readonly Lowered[], held: ReadonlySet<Buffer>, bytesOf: (t: TensorType) => number): Temp[] {
  const found = new Map<Buffer, Map<Lowered, Span>>();
  const starts = new Map<Lowered, number>();
  let launches = 0;
  for (const l of lowered) {
    starts.set(l, launches);
    launches += l.kernels.length;
    for (const [i, k] of l.kernels.entries())
      for (const { buffer } of k.params) {
        const b = storageOf(buffer);
        if (held.has(b)) continue;
        const spans = upsert(found, b, () => new Map<Lowered, Span>());
        spans.set(l, { from: spans.get(l)?.from ?? i, to: i });
      }
  }
  return [...found].map(([buffer, spans]) => ({
    buffer,
    bytes: bytesOf(buffer.type),
    first: [...spans.values()][0] as Span,
    lives: [...spans].map(([l, { from, to }]) => {
      const start = starts.get(l) as number;
      return { from: start + from, to: start + to };
    }),
  }));
}
