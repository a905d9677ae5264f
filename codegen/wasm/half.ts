/** f16 in WebAssembly, which lacks it: the bits of an element to f32, and f32 to bits. Lanes compute what single values
 *  do, and every step is exact or rounds as IEEE 754 does, so that all backends store the same bits. */

import type { Code, Val, WasmType } from './code.ts';

/** The operations on single values, or on lanes. */
interface Spelling {
  readonly whole: (op: string, ...args: Val[]) => Val;
  readonly float: (op: string, ...args: Val[]) => Val;
  readonly int: (value: number) => Val;
  readonly num: (value: number) => Val;
  readonly shifted: (op: 'shl' | 'shr_u', v: Val, by: number) => Val;
  /** `a` where `v` < `limit`, else `b`; all are non-negative integers. */
  readonly below: (v: Val, limit: number, a: Val, b: Val) => Val;
  readonly least: (v: Val, limit: number) => Val;
  readonly asWhole: (v: Val) => Val;
  readonly asFloat: (v: Val) => Val;
  readonly ofCount: (v: Val) => Val;
}

const shiftBy = (c: Code, by: number): Val => c.leaf('i32.const', 'i32', [by]);

function single(c: Code): Spelling {
  const op =
    (type: WasmType) =>
    (name: string, ...args: Val[]): Val =>
      c.pure(`${type}.${name}`, type, args);
  const [whole, float] = [op('i32'), op('f32')];
  const int = (value: number): Val => c.leaf('i32.const', 'i32', [value]);
  const below = (v: Val, limit: number, a: Val, b: Val): Val =>
    c.pure('select', a.type, [c.pure('i32.lt_u', 'i32', [v, int(limit)]), a, b]);
  return {
    whole,
    float,
    int,
    below,
    num: (value) => c.leaf('f32.const', 'f32', [value]),
    shifted: (name, v, by) => whole(name, v, shiftBy(c, by)),
    least: (v, limit) => below(v, limit, v, int(limit)),
    asWhole: (v) => whole('reinterpret', v),
    asFloat: (v) => float('reinterpret', v),
    ofCount: (v) => c.pure('f32.convert_s.i32', 'f32', [v]),
  };
}

function lanes(c: Code): Spelling {
  const op =
    (type: string) =>
    (name: string, ...args: Val[]): Val =>
      c.pure(`${type}.${name}`, 'v128', args);
  const [whole, float] = [op('i32x4'), op('f32x4')];
  const all = (values: Int32Array | Float32Array): Val =>
    c.leaf('v128.const', 'v128', [...new Uint8Array(values.buffer)]);
  const int = (value: number): Val => all(new Int32Array(4).fill(value));
  const bits = op('v128');
  return {
    whole: (name, ...args) => (name === 'and' || name === 'or' ? bits(name, ...args) : whole(name, ...args)),
    float,
    int,
    num: (value) => all(new Float32Array(4).fill(value)),
    shifted: (name, v, by) => whole(name, v, shiftBy(c, by)),
    below: (v, limit, a, b) => bits('bitselect', a, b, whole('lt_s', v, int(limit))),
    least: (v, limit) => whole('min_u', v, int(limit)),
    asWhole: (v) => v,
    asFloat: (v) => v,
    ofCount: (v) => c.pure('f32x4.convert_i32x4_s', 'v128', [v]),
  };
}

/** The value of 16 bits, each in a word. */
function read(s: Spelling, bits: Val): Val {
  const sign = s.shifted('shl', s.whole('and', bits, s.int(0x8000)), 16);
  const size = s.whole('and', bits, s.int(0x7fff));
  // Exponents are biased by 15 in an f16 and by 127 in an f32; infinities have the greatest in both.
  const normal = s.whole(
    'add',
    s.shifted('shl', size, 13),
    s.below(size, 0x7c00, s.int(0x38000000), s.int(0x70000000)),
  );
  const subnormal = s.asWhole(s.float('mul', s.ofCount(size), s.num(2 ** -24)));
  return s.asFloat(s.whole('or', s.below(size, 0x400, subnormal, normal), sign));
}

/** The 16 bits of a value, each in a word. */
function written(s: Spelling, value: Val): Val {
  const word = s.asWhole(value);
  const sign = s.whole('and', s.shifted('shr_u', word, 16), s.int(0x8000));
  const size = s.whole('and', word, s.int(0x7fffffff));
  // Half of the last kept place, less one, plus the bit that rounds ties to even.
  const odd = s.whole('and', s.shifted('shr_u', size, 13), s.int(1));
  const near = s.whole('add', s.whole('add', size, s.int(0xfff - 0x38000000)), odd);
  const normal = s.least(s.shifted('shr_u', near, 13), 0x7c00);
  // The last place of 1/2 in an f32 is that of a subnormal f16.
  const sum = s.asWhole(s.float('add', s.asFloat(size), s.num(0.5)));
  const subnormal = s.whole('sub', sum, s.int(0x3f000000));
  const signed = s.whole('or', s.below(size, 0x38800000, subnormal, normal), sign);
  return s.below(size, 0x7f800001, signed, s.int(0x7e00));
}

/** Conversions for reads and for writes of elements. */
export const half = {
  read: {
    one: (c: Code, bits: Val): Val => read(single(c), bits),
    four: (c: Code, bits: Val): Val => read(lanes(c), bits),
  },
  written: {
    one: (c: Code, v: Val): Val => written(single(c), v),
    four: (c: Code, v: Val): Val => written(lanes(c), v),
  },
};
