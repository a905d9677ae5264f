/** Classifies a damaged program by running it: unchanged, another sound program, or one that reads invalid memory or whose result
 *  depends on chance. */

import { listsIn } from '../../ir/analysis/lists.ts';
import { arrayOf, type Elements, elementOf, kindOf } from '../../ir/dtype.ts';
import { add, type Buffer, int, ix, sub } from '../../ir/expr.ts';
import type { FusedGraph } from '../../ir/graph.ts';
import { buffersOf, interpretKernel } from '../../ir/interpret/kernel.ts';
import { type Kernel, mapStmt, type Stmt, storageOf } from '../../ir/kernel.ts';
import { type Program, runOf } from '../../ir/program.ts';
import { byteSize, countAt, type StoredType } from '../../ir/type.ts';
import { Buffers, lower } from '../../passes/lower/index.ts';

export type Verdict = 'the same' | 'another' | 'unsound';

export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

/** Indices stay below the least extent that any example looks up: ten classes, windows of four. */
function fill(a: Elements, dtype: StoredType, next: () => number): void {
  for (let i = 0; i < a.length; i++)
    a[i] = elementOf(
      dtype,
      kindOf(dtype) === 'float' ? next() * 2 - 1 : Math.floor(next() * (dtype === 'i32' ? 10 : 4)),
    );
}
const bytesOf = (a: Elements): Uint8Array => new Uint8Array(a.buffer.slice(a.byteOffset, a.byteOffset + a.byteLength));
const equal = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.every((bytes, i) => globalThis.Buffer.compare(bytes, b[i]!) === 0);

/** Two kinds of garbage to fill memory with, on which results must not depend. */
const garbage = [0xff, 0x3e] as const;

function judge(run: (which: 'before' | 'after' | 'backwards', byte: number) => Uint8Array[]): Verdict {
  try {
    const after = run('after', garbage[0]);
    if (!equal(after, run('after', garbage[1])) || !equal(after, run('backwards', garbage[0]))) return 'unsound';
    return equal(after, run('before', garbage[0])) ? 'the same' : 'another';
  } catch {
    return 'unsound';
  }
}
const worst = (verdicts: readonly Verdict[]): Verdict =>
  (['unsound', 'another', 'the same'] as const).find((v) => verdicts.includes(v))!;

export function judgeKernel(before: Kernel, after: Kernel): Verdict {
  const kernels = { before, after, backwards: backwards(after) };
  const lists = listsIn(before);
  return worst(
    [1, 3].map((n) =>
      judge((which, byte) => {
        const next = random(7);
        const memory = new Map<Buffer, Elements>();
        for (const b of new Set(buffersOf(before).map(storageOf))) {
          const a = new (arrayOf(b.type.dtype))(countAt(b.type.shape, n));
          fill(a, b.type.dtype, next);
          if (before.params.find((p) => p.buffer === b)?.access === 'out') new Uint8Array(a.buffer).fill(byte);
          memory.set(b, a);
        }
        interpretKernel(kernels[which], memory, n);
        for (const [list, { count }] of lists) clearUncounted(memory.get(list)!, memory.get(count)!);
        return [...memory.values()].map(bytesOf);
      }),
    ),
  );
}

/** Clears the elements after the counted ones of a list's rows, which are meaningless. */
function clearUncounted(list: Elements, count: Elements): void {
  const row = list.length / count.length;
  for (const [i, n] of count.entries()) list.fill(0, i * row + n, (i + 1) * row);
}

/** Loops that may run in any order run backwards. Their steps are taken to be whole. */
function backwards(k: Kernel): Kernel {
  const go = (s: Stmt): Stmt => {
    if (s.kind !== 'for') return s;
    const body = s.body.map(go);
    if (s.mode !== 'parallel' && s.mode !== 'vectorized') return { ...s, body };
    const axis = { ...s.axis };
    const mirrored = sub(sub(add(s.from, s.to), int(s.step)), ix(axis));
    return {
      ...s,
      axis,
      body: body.map((b) => mapStmt(b, (e) => (e.kind === 'axis' && e.axis === s.axis ? mirrored : e))),
    };
  };
  return { ...k, body: k.body.map(go) };
}

/** Runs every entry in one arena; what the host sees of it. */
export const judgeProgram = (before: Program, after: Program): Verdict =>
  judge((which, byte) => {
    const p = which === 'before' ? before : after;
    const n = 2;
    const next = random(11);
    const arena = new ArrayBuffer(Math.max(p.arenaBytes, before.arenaBytes) + 64);
    new Uint8Array(arena).fill(byte);
    const view = (b: Buffer): Elements => {
      const s = p.slots.find((o) => o.buffer === b)!;
      return new (arrayOf(b.type.dtype))(arena, s.offset, countAt(b.type.shape, n));
    };
    const lasting = before.slots.filter((s) => s.purpose !== 'temp').map((s) => s.buffer);
    const outputs = new Set(before.slots.filter((s) => s.purpose === 'output').map((s) => s.buffer));
    for (const b of lasting) if (!outputs.has(b)) fill(view(b), b.type.dtype, next);
    return p.entries.flatMap((e) => {
      for (const b of outputs) bytesIn(arena, view(b), b).fill(byte);
      for (const k of runOf(e)) interpretKernel(k, new Map(k.params.map(({ buffer }) => [buffer, view(buffer)])), n);
      const mine = new Set(e.outputs.map((o) => o.buffer));
      return lasting.filter((b) => !outputs.has(b) || mine.has(b)).map((b) => bytesIn(arena, view(b), b).slice());
    });
  });
const bytesIn = (arena: ArrayBuffer, a: Elements, b: Buffer): Uint8Array =>
  new Uint8Array(arena, a.byteOffset, a.length * byteSize(b.type.dtype));

/** Lowers a graph in groups, and runs its kernels. */
export const judgeFused = (before: FusedGraph, after: FusedGraph): Verdict =>
  judge((which, byte) => {
    const g = which === 'before' ? before : after;
    const buffers = new Buffers();
    const { kernels, outputs } = lower(g, buffers);
    const next = random(5);
    const memory = new Map<Buffer, Elements>();
    for (const p of before.params) {
      const a = new (arrayOf(p.type.dtype))(countAt(p.type.shape, 1));
      fill(a, p.type.dtype, next);
      memory.set(buffers.of(p), a);
    }
    for (const b of kernels.flatMap((k) => k.params.map((p) => p.buffer)))
      if (!memory.has(b)) {
        const a = new (arrayOf(b.type.dtype))(countAt(b.type.shape, 1));
        new Uint8Array(a.buffer).fill(byte);
        memory.set(b, a);
      }
    for (const k of kernels) interpretKernel(k, memory, 1);
    return [...outputs.values()].map((b) => bytesOf(memory.get(b)!));
  });
