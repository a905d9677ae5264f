/** A backend from outside, in one file: scalar kernels as C. Nothing else is needed to write one. */

import type { ProgramBackend } from '../../codegen/backend.ts';
import { flatPlace } from '../../ir/analysis/linear.ts';
import { remembered } from '../../ir/analysis/remembered.ts';
import { upsert } from '../../ir/collections.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { exprsOf, type Kernel, type Stmt, storageOf } from '../../ir/kernel.ts';
import { kernelsOf, type Program } from '../../ir/program.ts';
import { type VectorTarget, wasm128 } from '../../ir/target.ts';
import type { DType, StoredType } from '../../ir/type.ts';
import type { Code } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';

/** Kernels as lowered, without a schedule. */
export const cBackend: ProgramBackend<VectorTarget, Code> = {
  kind: 'program',
  name: 'c',
  target: { ...wasm128, name: 'c' },
  stages: [stages.fuse, stages.lower, stages.expandMath, stages.plan],
  text: 'c',
  emit(program) {
    const source = emitC(program);
    return { codeBytes: source.length, text: () => source };
  },
};

const types: Readonly<Record<StoredType, string>> = {
  f32: 'float',
  i32: 'int',
  u8: 'unsigned char',
  bool: 'unsigned char',
  f16: 'unsigned short',
};

const prelude = `#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static float f32_bits(int i) { float f; memcpy(&f, &i, 4); return f; }
static int i32_bits(float f) { int i; memcpy(&i, &f, 4); return i; }
static int to_i32(float v) { return v != v ? 0 : v >= 2147483648.f ? 2147483647 : v < -2147483648.f ? -2147483647 - 1 : (int)v; }
static float max_f(float a, float b) { return a != a ? a : b != b ? b : b > a ? b : a; }
static float min_f(float a, float b) { return a != a ? a : b != b ? b : b < a ? b : a; }
static float from_f16(int h) {
  int size = h & 0x7fff, normal = (size << 13) + (size < 0x7c00 ? 0x38000000 : 0x70000000);
  return f32_bits((size < 0x400 ? i32_bits(size * 0x1p-24f) : normal) | (h & 0x8000) << 16);
}
static int to_f16(float f) {
  int size = i32_bits(f) & 0x7fffffff, near = (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13;
  if (size > 0x7f800000) return 0x7e00;
  if (size < 0x38800000) near = i32_bits(f32_bits(size) + 0.5f) - 0x3f000000;
  return (near < 0x7c00 ? near : 0x7c00) | (i32_bits(f) >> 16 & 0x8000);
}
static int max_i(int a, int b) { return b > a ? b : a; }
static int min_i(int a, int b) { return b < a ? b : a; }
`;

/** A program that reads its memory from the input, runs an entry at a batch, and writes its memory: `a.out ENTRY N`. */
function emitC(program: Program): string {
  const offsets = new Map(program.slots.map((s) => [s.buffer, s.offset]));
  const names = new Map(kernelsOf(program).map((k, i) => [k, `k${i}`]));
  const calls = program.entries.map(
    (e) =>
      `if (!strcmp(argv[1], ${JSON.stringify(e.name)})) { ${e.launches.map((k) => `${names.get(k)}(m, n);`).join(' ')} }`,
  );
  return [
    prelude,
    ...[...names].map(([k, name]) => kernel(name, k, offsets)),
    'int main(int argc, char **argv) {',
    `  char *m = malloc(${program.arenaBytes}); int n = atoi(argv[2]);`,
    `  if (fread(m, 1, ${program.arenaBytes}, stdin) != ${program.arenaBytes}) return 1;`,
    ...calls.map((c) => `  ${c}`),
    `  return fwrite(m, 1, ${program.arenaBytes}, stdout) != ${program.arenaBytes};`,
    '}',
    '',
  ].join('\n');
}

function kernel(name: string, k: Kernel, offsets: ReadonlyMap<Buffer, number>): string {
  const numbers = new Map<object, string>();
  const named = (o: object, prefix: string): string => upsert(numbers, o, () => `${prefix}${numbers.size}`);
  const element = (b: Buffer, at: readonly Expr[]): string =>
    `((${types[b.type.dtype]} *)(m + ${offsets.get(storageOf(b))}))[${value(flatPlace(b.type.shape, at))}]`;
  const ofTile = (t: Tile, at: readonly Expr[]): string =>
    t.shape.length === 0 ? named(t, 't') : `${named(t, 't')}[${value(flatPlace(t.shape, at))}]`;

  /** Subexpressions that the current statement uses more than once. */
  const bound = new Map<Expr, string>();
  const value = (e: Expr): string => bound.get(e) ?? spelt(e);
  const spelt = (e: Expr): string => {
    switch (e.kind) {
      case 'const':
        return e.dtype === 'f32' ? float(e.value) : String(e.value);
      case 'axis':
        return named(e.axis, 'i');
      case 'size':
        return `(${e.of.times} * n)`;
      case 'load':
        return e.buffer.type.dtype === 'f16' ? `from_f16(${element(e.buffer, e.at)})` : element(e.buffer, e.at);
      case 'tile':
        return ofTile(e.tile, e.at);
      case 'unary':
        return unary(e.fn, value(e.x));
      case 'binary':
        return binary(e.fn, x.dtypeOf(e.a), value(e.a), value(e.b));
      case 'select':
        return `(${value(e.cond)} ? ${value(e.then)} : ${value(e.otherwise)})`;
      case 'convert':
        return convert(x.dtypeOf(e.x), e.to, value(e.x));
      default:
        throw new Error(`C has no ${e.kind}`);
    }
  };
  const one = (s: Stmt): string[] => {
    switch (s.kind) {
      case 'for': {
        const i = named(s.axis satisfies Axis, 'i');
        const head = `for (int ${i} = ${value(s.from)}; ${i} < ${value(s.to)}; ${i} += ${s.step}) {`;
        return [head, ...s.body.flatMap(one).map((l) => `  ${l}`), '}'];
      }
      case 'tile': {
        const extent = s.tile.shape.reduce((p, d) => p * d, 1);
        return [`${types[s.tile.dtype]} ${named(s.tile, 't')}${s.tile.shape.length ? `[${extent}]` : ''};`];
      }
      case 'barrier':
        return [];
      case 'set':
        return sharing(s, () => `${ofTile(s.tile, s.at)} = ${value(s.value)};`);
      case 'accumulate':
        return sharing(s, () => {
          const to = ofTile(s.tile, s.at);
          return `${to} = ${binary(s.fn, s.tile.dtype, to, value(s.value))};`;
        });
      case 'store':
        return sharing(s, () => {
          const to = element(s.buffer, s.at);
          if (s.buffer.type.dtype !== 'f16') return `${to} ${s.add ? '+' : ''}= ${value(s.value)};`;
          return `${to} = to_f16(${s.add ? `from_f16(${to}) + ` : ''}${value(s.value)});`;
        });
      default:
        return s satisfies never;
    }
  };
  /** A statement after the values that it needs more than once, unless these read memory, which a condition may guard. */
  const sharing = (s: Stmt, spell: () => string): string[] => {
    const uses = new Map<Expr, number>();
    const reads = remembered((p, below) => p.kind === 'load' || below);
    for (const root of exprsOf(s))
      x.walk(root, (e) => {
        for (const c of x.children(e)) uses.set(c, (uses.get(c) ?? 0) + 1);
      });
    const lines = [...uses].flatMap(([e, times]) => {
      if (times < 2 || x.children(e).length === 0 || reads(e)) return [];
      const text = spelt(e);
      const name = `v${numbers.size}_${bound.size}`;
      bound.set(e, name);
      return [`const ${types[x.dtypeOf(e)]} ${name} = ${text};`];
    });
    const all = [...lines, spell()];
    bound.clear();
    return lines.length > 0 ? ['{', ...all.map((l) => `  ${l}`), '}'] : all;
  };
  const body = k.body.flatMap(one).map((l) => `  ${l}`);
  return [`static void ${name}(char *m, int n) { // ${k.name.replace(/\W/g, '_')}`, ...body, '}'].join('\n');
}

const float = (v: number): string => {
  if (Number.isNaN(v)) return 'NAN';
  return Number.isFinite(v)
    ? `f32_bits(${new Int32Array(Float32Array.of(v).buffer)[0]})`
    : v > 0
      ? 'INFINITY'
      : '-INFINITY';
};

const calls: Partial<Record<x.UnaryFn, string>> = {
  ...{ neg: '-', not: '!', abs: 'fabsf', sqrt: 'sqrtf', floor: 'floorf', nearest: 'rintf' },
  ...{ f32_bits: 'f32_bits', i32_bits: 'i32_bits' },
};
function unary(fn: x.UnaryFn, v: string): string {
  const call = calls[fn];
  if (!call) throw new Error(`C has no ${fn}: it is a polynomial by now`);
  return `${call}(${v})`;
}

const signs: Partial<Record<x.BinaryFn, string>> = {
  ...{ add: '+', sub: '-', mul: '*', div: '/', idiv: '/', imod: '%', and: '&&', or: '||', shr: '>>', bitand: '&' },
  ...{ lt: '<', le: '<=', gt: '>', ge: '>=', eq: '==', ne: '!=' },
};
function binary(fn: x.BinaryFn, dtype: DType, a: string, b: string): string {
  const sign = signs[fn];
  if (sign) return `(${a} ${sign} ${b})`;
  if (fn === 'shl') return `((int)((unsigned)${a} << ${b}))`;
  if (fn === 'max' || fn === 'min') return `${fn}_${dtype === 'f32' ? 'f' : 'i'}(${a}, ${b})`;
  throw new Error(`C has no ${fn}`);
}

function convert(from: DType, to: DType, v: string): string {
  if (to === 'bool') return `(${v} != 0)`;
  if (to === 'f32') return `((float)${v})`;
  const whole = from === 'f32' ? `to_i32(${v})` : v;
  return to === 'u8' ? `((unsigned char)${whole})` : whole;
}
