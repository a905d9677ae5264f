/** The functions of scalar expressions, a row each: operand and result types, value, cost, and spelling in the text
 *  form, in WebAssembly and in WGSL. The constructors, parser, printer, verifier, interpreters, cost models, emitters
 *  and random test kernels read these rows, and need no function's name for what a row says. */

import { type DType, dtypes, type Kind, type KindOf } from './dtype.ts';
import { digamma, erf, erfc, erfcx, erfinv, lgamma } from './special.ts';

/** Operator precedence, from the loosest to the tightest. */
export const precedence = {
  select: 1,
  or: 2,
  and: 3,
  equal: 4,
  order: 5,
  shift: 6,
  sum: 7,
  product: 8,
  prefix: 9,
  call: 10,
} as const;

/** Rounds to f32 where the interpreter rounds; the identity where it keeps 64 bits. */
type Round = (v: number) => number;
type RoundText = (text: string) => string;

/** An instruction. `composed`: the emitter combines several. Null: there is none, and a vector is computed lane by
 *  lane. */
type Instruction = string | null;
type ByKind<T> = { readonly [K in Kind]?: T };

interface Row {
  readonly doc: string;
  /** The element types of its operands, which have the same type. */
  readonly takes: readonly DType[];
  /** The element type of its value, if different from its operands'. */
  readonly result?: DType;
  /** Its cost in float operations. */
  readonly cost: number;
  /** By the kind of the operands: for one value, and for four lanes. */
  readonly wasm?: ByKind<readonly [one: Instruction, four: Instruction]>;
  /** `$a` and `$b` are the operands, `$n` is the second as a shift count. It may call helpers of `wgsl/spell.ts`. */
  readonly wgsl?: ByKind<string>;
  /** `passes/math.ts` expands it into other functions before code is emitted. Such a row has no instructions. */
  readonly expanded?: true;
}

export interface UnaryRow extends Row {
  /** Spelt as this sign before its operand; without one, as a call. */
  readonly sign?: string;
  /** Its value. Whole numbers are i32, and so is the result. */
  readonly eval: ByKind<(x: number, round: Round) => number>;
  /** The same in JavaScript, if it is short; else `eval` is called. */
  readonly js?: ByKind<(x: string, round: RoundText) => string>;
}

export interface BinaryRow extends Row {
  /** Spelt between its operands, if of this kind where one is given; else as a call. */
  readonly sign?: { readonly text: string; readonly level: number; readonly of?: Kind };
  /** Its value. Whole numbers are i32, and so is the result. Conditions are 0 and 1. */
  readonly eval: ByKind<(a: number, b: number, round: Round) => number>;
  /** The same in JavaScript, if it is short: a condition where the result is one. Else `eval` is called. */
  readonly js?: ByKind<(a: string, b: string, round: RoundText) => string>;
  /** Folding of i32 and conditions as they are built: of two constants, and of one that is neutral on a side or decides
   *  alone. */
  readonly fold?: {
    readonly constants?: true;
    readonly left?: number;
    readonly right?: number;
    readonly decides?: number;
  };
  /** The comparison that holds where this one does not; for floats, unless an operand is NaN. */
  readonly opposite?: string;
  /** An order comparison, which is false if an operand is NaN. */
  readonly order?: true;
  /** Undefined for integers if the second operand is 0. */
  readonly divides?: true;
  /** The second operand is a shift count, of which the lowest five bits count. All lanes share it. */
  readonly shifts?: true;
  /** The result of two u8 is in their range without narrowing. */
  readonly closed?: true;
  /** WGSL has it for vectors as for numbers. */
  readonly vectors?: true;
}

const float = ['f32'] as const;
const i32 = ['i32'] as const;
const signed = ['f32', 'i32'] as const;
const whole = ['i32', 'u8'] as const;
const numbers = ['f32', 'i32', 'u8'] as const;
const truth = ['bool'] as const;
const any = ['f32', 'i32', 'u8', 'bool'] as const;

const scratch = new DataView(new ArrayBuffer(4));

export const unaryRows = {
  neg: {
    doc: '-x',
    takes: signed,
    sign: '-',
    cost: 1,
    eval: { float: (x) => -x, whole: (x) => -x | 0 },
    js: { float: (x) => `(-${x})`, whole: (x) => `(-${x} | 0)` },
    wasm: { float: ['f32.neg', 'f32x4.neg'], whole: ['composed', 'i32x4.neg'] },
    wgsl: { float: '(-$a)', whole: '(-$a)' },
  },
  abs: {
    doc: '|x|',
    takes: signed,
    cost: 1,
    eval: { float: (x) => Math.abs(x), whole: (x) => Math.abs(x) | 0 },
    js: { float: (x) => `Math.abs(${x})`, whole: (x) => `(Math.abs(${x}) | 0)` },
    wasm: { float: ['f32.abs', 'f32x4.abs'], whole: ['composed', 'i32x4.abs'] },
    wgsl: { float: 'abs($a)', whole: 'abs($a)' },
  },
  exp: { doc: 'eˣ', takes: float, cost: 12, eval: { float: (x, round) => round(Math.exp(x)) }, expanded: true },
  log: {
    doc: 'the natural logarithm',
    takes: float,
    cost: 12,
    eval: { float: (x, round) => round(Math.log(x)) },
    expanded: true,
  },
  expm1: {
    doc: 'eˣ - 1, exact near 0',
    takes: float,
    cost: 14,
    eval: { float: (x, round) => round(Math.expm1(x)) },
    expanded: true,
  },
  log1p: {
    doc: 'the natural logarithm of 1 + x, exact near 0',
    takes: float,
    cost: 14,
    eval: { float: (x, round) => round(Math.log1p(x)) },
    expanded: true,
  },
  log2: {
    doc: 'the logarithm to base 2',
    takes: float,
    cost: 12,
    eval: { float: (x, round) => round(Math.log2(x)) },
    expanded: true,
  },
  sqrt: {
    doc: 'the square root',
    takes: float,
    cost: 4,
    eval: { float: (x, round) => round(Math.sqrt(x)) },
    wasm: { float: ['f32.sqrt', 'f32x4.sqrt'] },
    wgsl: { float: 'sqrt($a)' },
  },
  tanh: {
    doc: 'the hyperbolic tangent',
    takes: float,
    cost: 16,
    eval: { float: (x, round) => round(Math.tanh(x)) },
    expanded: true,
  },
  erf: {
    doc: 'the error function',
    takes: float,
    cost: 20,
    eval: { float: (x, round) => round(erf(x)) },
    expanded: true,
  },
  erfc: {
    doc: '1 - erf x, exact where erf x is near 1',
    takes: float,
    cost: 40,
    eval: { float: (x, round) => round(erfc(x)) },
    expanded: true,
  },
  erfcx: {
    doc: 'e^(x²)·(1 - erf x)',
    takes: float,
    cost: 60,
    eval: { float: (x, round) => round(erfcx(x)) },
    expanded: true,
  },
  erfinv: {
    doc: 'the number whose error function is x',
    takes: float,
    cost: 24,
    eval: { float: (x, round) => round(erfinv(x)) },
    expanded: true,
  },
  lgamma: {
    doc: 'the logarithm of the absolute value of the gamma function',
    takes: float,
    cost: 60,
    eval: { float: (x, round) => round(lgamma(x)) },
    expanded: true,
  },
  digamma: {
    doc: 'the slope of lgamma',
    takes: float,
    cost: 60,
    eval: { float: (x, round) => round(digamma(x)) },
    expanded: true,
  },
  sin: { doc: 'the sine', takes: float, cost: 16, eval: { float: (x, round) => round(Math.sin(x)) }, expanded: true },
  cos: { doc: 'the cosine', takes: float, cost: 16, eval: { float: (x, round) => round(Math.cos(x)) }, expanded: true },
  atan: {
    doc: 'the angle, within ±π/2, whose tangent is x',
    takes: float,
    cost: 16,
    eval: { float: (x, round) => round(Math.atan(x)) },
    expanded: true,
  },
  floor: {
    doc: 'the greatest whole number not above x',
    takes: float,
    cost: 1,
    eval: { float: (x) => Math.floor(x) },
    wasm: { float: ['f32.floor', 'f32x4.floor'] },
    wgsl: { float: 'floor($a)' },
  },
  nearest: {
    doc: 'the whole number next to x; ties go to the even one',
    takes: float,
    cost: 1,
    eval: { float: (x) => nearest(x) },
    wasm: { float: ['f32.nearest', 'f32x4.nearest'] },
    wgsl: { float: 'round($a)' },
  },
  not: {
    doc: 'the negation of a condition',
    takes: truth,
    sign: '!',
    cost: 1,
    eval: { truth: (x) => (x ? 0 : 1) },
    js: { truth: (x) => `(${x} ? 0 : 1)` },
    wasm: { truth: ['i32.eqz', 'v128.not'] },
    wgsl: { truth: '(!$a)' },
  },
  f32_bits: {
    doc: 'the f32 of an i32’s bits',
    takes: i32,
    result: 'f32',
    cost: 1,
    eval: {
      whole: (x) => {
        scratch.setInt32(0, x);
        return scratch.getFloat32(0);
      },
    },
    wasm: { whole: ['f32.reinterpret', 'composed'] },
    wgsl: { whole: 'bitcast<f32>($a)' },
  },
  i32_bits: {
    doc: 'the bits of an f32 as an i32',
    takes: float,
    result: 'i32',
    cost: 1,
    eval: {
      float: (x) => {
        scratch.setFloat32(0, x);
        return scratch.getInt32(0);
      },
    },
    wasm: { float: ['i32.reinterpret', 'composed'] },
    wgsl: { float: 'bitcast<i32>($a)' },
  },
} as const satisfies Readonly<Record<string, UnaryRow>>;

/** A comparison has one value for all kinds of operands. */
const comparison = (f: (a: number, b: number) => boolean, sign: string) => {
  const value = (a: number, b: number): number => (f(a, b) ? 1 : 0);
  const js = (a: string, b: string): string => `${a} ${sign} ${b}`;
  return {
    takes: any,
    result: 'bool',
    cost: 1,
    fold: { constants: true },
    eval: { float: value, whole: value, truth: value },
    js: { float: js, whole: js, truth: js },
  } as const;
};
/** WGSL has no order of conditions. Lanes that are all ones are greatest in an unsigned comparison. */
const orderWasm = (fn: string) =>
  ({
    float: [`f32.${fn}`, `f32x4.${fn}`],
    whole: [`i32.${fn}_s`, `i32x4.${fn}_s`],
    truth: [`i32.${fn}_s`, `i32x4.${fn}_u`],
  }) as const;
const equalWasm = (fn: string) =>
  ({
    float: [`f32.${fn}`, `f32x4.${fn}`],
    whole: [`i32.${fn}`, `i32x4.${fn}`],
    truth: [`i32.${fn}`, `i32x4.${fn}`],
  }) as const;
const orderWgsl = (sign: string) =>
  ({ float: `($a ${sign} $b)`, whole: `($a ${sign} $b)`, truth: `(i32($a) ${sign} i32($b))` }) as const;

/** Integer division rounds towards zero. */
const divided = (a: number, b: number): number => {
  if (b === 0) throw new RangeError('an integer was divided by zero');
  return (a / b) | 0;
};
const isDivisor = (text: string): boolean => /^[1-9]\d*$/.test(text);

export const binaryRows = {
  add: {
    doc: 'a + b',
    takes: numbers,
    sign: { text: '+', level: precedence.sum },
    cost: 1,
    fold: { constants: true, left: 0, right: 0 },
    eval: { float: (a, b, round) => round(a + b), whole: (a, b) => (a + b) | 0 },
    js: { float: (a, b, round) => round(`(${a} + ${b})`), whole: (a, b) => `(${a} + ${b} | 0)` },
    wasm: { float: ['f32.add', 'f32x4.add'], whole: ['i32.add', 'i32x4.add'] },
    wgsl: { float: '($a + $b)', whole: '($a + $b)' },
    vectors: true,
  },
  sub: {
    doc: 'a - b',
    takes: numbers,
    sign: { text: '-', level: precedence.sum },
    cost: 1,
    fold: { constants: true, right: 0 },
    eval: { float: (a, b, round) => round(a - b), whole: (a, b) => (a - b) | 0 },
    js: { float: (a, b, round) => round(`(${a} - ${b})`), whole: (a, b) => `(${a} - ${b} | 0)` },
    wasm: { float: ['f32.sub', 'f32x4.sub'], whole: ['i32.sub', 'i32x4.sub'] },
    wgsl: { float: '($a - $b)', whole: '($a - $b)' },
    vectors: true,
  },
  mul: {
    doc: 'a · b',
    takes: numbers,
    sign: { text: '*', level: precedence.product },
    cost: 1,
    fold: { constants: true, left: 1, right: 1, decides: 0 },
    eval: { float: (a, b, round) => round(a * b), whole: (a, b) => Math.imul(a, b) },
    js: { float: (a, b, round) => round(`(${a} * ${b})`), whole: (a, b) => `Math.imul(${a}, ${b})` },
    wasm: { float: ['f32.mul', 'f32x4.mul'], whole: ['i32.mul', 'i32x4.mul'] },
    wgsl: { float: '($a * $b)', whole: '($a * $b)' },
    vectors: true,
  },
  min: {
    doc: 'the lesser of two: NaN if either is, and of zeros the first',
    takes: numbers,
    cost: 1,
    eval: { float: (a, b) => (a > b || Number.isNaN(b) ? b : a), whole: (a, b) => Math.min(a, b) },
    wasm: { float: ['composed', 'composed'], whole: ['composed', 'i32x4.min_s'] },
    wgsl: { float: 'min_f32($a, $b)', whole: 'min($a, $b)' },
    closed: true,
  },
  max: {
    doc: 'the greater of two: NaN if either is, and of zeros the first',
    takes: numbers,
    cost: 1,
    eval: { float: (a, b) => (a < b || Number.isNaN(b) ? b : a), whole: (a, b) => Math.max(a, b) },
    wasm: { float: ['composed', 'composed'], whole: ['composed', 'i32x4.max_s'] },
    wgsl: { float: 'max_f32($a, $b)', whole: 'max($a, $b)' },
    closed: true,
  },
  fmod: {
    doc: 'what the division of a by b leaves, exactly, with the sign of a',
    takes: float,
    cost: 200,
    eval: { float: (a, b) => a % b },
    expanded: true,
  },
  pow: {
    doc: 'a to the b',
    takes: numbers,
    cost: 60,
    eval: {
      // As in IEEE 754: JavaScript returns NaN for 1 to the power of NaN or infinity.
      float: (a, b, round) => round(a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
      whole: (a, b) => (a ** b) | 0,
    },
    expanded: true,
  },
  div: {
    doc: 'a / b; for integers the same as `idiv`',
    takes: numbers,
    sign: { text: '/', level: precedence.product, of: 'float' },
    cost: 4,
    eval: { float: (a, b, round) => round(a / b), whole: divided },
    js: {
      float: (a, b, round) => round(`(${a} / ${b})`),
      whole: (a, b) => (isDivisor(b) ? `(${a} / ${b} | 0)` : `whole_div(${a}, ${b})`),
    },
    wasm: { float: ['f32.div', 'f32x4.div'], whole: ['i32.div_s', null] },
    wgsl: { float: '($a / $b)', whole: '($a / $b)' },
    divides: true,
    vectors: true,
  },
  idiv: {
    doc: 'the quotient, rounded towards zero',
    takes: numbers,
    sign: { text: '/', level: precedence.product, of: 'whole' },
    cost: 1,
    fold: { constants: true, right: 1 },
    eval: { float: (a, b, round) => Math.trunc(round(a / b)), whole: divided },
    js: {
      float: (a, b, round) => `Math.trunc(${round(`(${a} / ${b})`)})`,
      whole: (a, b) => (isDivisor(b) ? `(${a} / ${b} | 0)` : `whole_idiv(${a}, ${b})`),
    },
    wasm: { float: [null, null], whole: ['i32.div_s', null] },
    wgsl: { float: 'trunc($a / $b)', whole: '($a / $b)' },
    divides: true,
  },
  imod: {
    doc: 'the remainder of `idiv`, with the sign of the dividend',
    takes: numbers,
    sign: { text: '%', level: precedence.product, of: 'whole' },
    cost: 1,
    fold: { constants: true },
    eval: {
      float: (a, b, round) => round(a % b),
      whole: (a, b) => {
        if (b === 0) throw new RangeError('an integer was divided by zero');
        return (a % b) | 0;
      },
    },
    js: {
      float: (a, b, round) => round(`(${a} % ${b})`),
      whole: (a, b) => (isDivisor(b) ? `(${a} % ${b} | 0)` : `whole_imod(${a}, ${b})`),
    },
    wasm: { float: [null, null], whole: ['i32.rem_s', null] },
    wgsl: { float: '($a % $b)', whole: '($a % $b)' },
    divides: true,
    closed: true,
  },
  lt: {
    doc: 'whether a < b',
    ...comparison((a, b) => a < b, '<'),
    sign: { text: '<', level: precedence.order },
    wasm: orderWasm('lt'),
    wgsl: orderWgsl('<'),
    opposite: 'ge',
    order: true,
  },
  le: {
    doc: 'whether a <= b',
    ...comparison((a, b) => a <= b, '<='),
    sign: { text: '<=', level: precedence.order },
    wasm: orderWasm('le'),
    wgsl: orderWgsl('<='),
    opposite: 'gt',
    order: true,
  },
  gt: {
    doc: 'whether a > b',
    ...comparison((a, b) => a > b, '>'),
    sign: { text: '>', level: precedence.order },
    wasm: orderWasm('gt'),
    wgsl: orderWgsl('>'),
    opposite: 'le',
    order: true,
  },
  ge: {
    doc: 'whether a >= b',
    ...comparison((a, b) => a >= b, '>='),
    sign: { text: '>=', level: precedence.order },
    wasm: orderWasm('ge'),
    wgsl: orderWgsl('>='),
    opposite: 'lt',
    order: true,
  },
  eq: {
    doc: 'whether a = b',
    ...comparison((a, b) => a === b, '==='),
    sign: { text: '==', level: precedence.equal },
    wasm: equalWasm('eq'),
    wgsl: { float: '($a == $b)', whole: '($a == $b)', truth: '($a == $b)' },
    opposite: 'ne',
  },
  ne: {
    doc: 'whether a and b differ',
    ...comparison((a, b) => a !== b, '!=='),
    sign: { text: '!=', level: precedence.equal },
    wasm: equalWasm('ne'),
    // NaN differs from everything, which WGSL's != does not guarantee.
    wgsl: { float: '!($a == $b)', whole: '($a != $b)', truth: '($a != $b)' },
    opposite: 'eq',
  },
  and: {
    doc: 'whether both conditions hold',
    takes: truth,
    result: 'bool',
    sign: { text: '&&', level: precedence.and },
    cost: 1,
    fold: { left: 1, right: 1, decides: 0 },
    eval: { truth: (a, b) => (a && b ? 1 : 0) },
    js: { truth: (a, b) => `(${a} && ${b})` },
    wasm: { truth: ['i32.and', 'composed'] },
    wgsl: { truth: '($a && $b)' },
  },
  or: {
    doc: 'whether either condition holds',
    takes: truth,
    result: 'bool',
    sign: { text: '||', level: precedence.or },
    cost: 1,
    fold: { left: 0, right: 0, decides: 1 },
    eval: { truth: (a, b) => (a || b ? 1 : 0) },
    js: { truth: (a, b) => `(${a} || ${b})` },
    wasm: { truth: ['i32.or', 'v128.or'] },
    wgsl: { truth: '($a || $b)' },
  },
  shl: {
    doc: 'a shifted left by b bits',
    takes: i32,
    sign: { text: '<<', level: precedence.shift },
    cost: 1,
    eval: { whole: (a, b) => a << b },
    wasm: { whole: ['i32.shl', 'i32x4.shl'] },
    wgsl: { whole: '($a << $n)' },
    shifts: true,
  },
  shr: {
    doc: 'a shifted right by b bits, keeping its sign',
    takes: i32,
    cost: 1,
    eval: { whole: (a, b) => a >> b },
    wasm: { whole: ['i32.shr_s', 'i32x4.shr_s'] },
    wgsl: { whole: '($a >> $n)' },
    shifts: true,
  },
  bitand: {
    doc: 'the bits that both have',
    takes: whole,
    cost: 1,
    eval: { whole: (a, b) => a & b },
    wasm: { whole: ['i32.and', 'v128.and'] },
    wgsl: { whole: '($a & $b)' },
    closed: true,
  },
  bitxor: {
    doc: 'the bits that one of the two has',
    takes: whole,
    cost: 1,
    eval: { whole: (a, b) => a ^ b },
    wasm: { whole: ['i32.xor', 'v128.xor'] },
    wgsl: { whole: '($a ^ $b)' },
    closed: true,
  },
  ushr: {
    doc: 'a shifted right by b bits, filled with zeros',
    takes: i32,
    cost: 1,
    eval: { whole: (a, b) => (a >>> b) | 0 },
    wasm: { whole: ['i32.shr_u', 'i32x4.shr_u'] },
    wgsl: { whole: 'bitcast<i32>(bitcast<u32>($a) >> $n)' },
    shifts: true,
  },
} as const satisfies Readonly<Record<string, BinaryRow>>;

/** A function of one scalar, by its name in the table. */
export type UnaryFn = keyof typeof unaryRows;
/** A function of two scalars of one type, by its name in the table. */
export type BinaryFn = keyof typeof binaryRows;

/** The rows in the form that passes use. */
export const unaries: Readonly<Record<UnaryFn, UnaryRow>> = unaryRows;
export const binaries: Readonly<Record<BinaryFn, BinaryRow>> = binaryRows;
export const unaryFns: readonly UnaryFn[] = Object.keys(unaryRows) as UnaryFn[];
export const binaryFns: readonly BinaryFn[] = Object.keys(binaryRows) as BinaryFn[];

// Every kind of operand has a value, and instructions unless the function is expanded: a missing one is a type error.
type Kinds<R extends { readonly takes: readonly DType[] }> = KindOf<R['takes'][number]>;
type Whole<R extends { readonly takes: readonly DType[] }> = { readonly eval: Readonly<Record<Kinds<R>, unknown>> } & (
  | { readonly expanded: true }
  | {
      readonly wasm: Readonly<Record<Kinds<R>, unknown>>;
      readonly wgsl: Readonly<Record<Kinds<R>, string>>;
    }
);
unaryRows satisfies { readonly [F in UnaryFn]: Whole<(typeof unaryRows)[F]> };
binaryRows satisfies { readonly [F in BinaryFn]: Whole<(typeof binaryRows)[F]> };

/** The functions whose rows have a value of `T` at `K`. */
type With<Rows, T> = { [F in keyof Rows]: Rows[F] extends T ? F : never }[keyof Rows];
/** The functions that are expanded before code is emitted. */
export type ExpandedFn = With<typeof unaryRows & typeof binaryRows, { readonly expanded: true }>;
/** The functions that take several WebAssembly instructions. */
type Composed<R> = R extends { readonly wasm: infer W }
  ? 'composed' extends { [K in keyof W]: W[K] extends readonly unknown[] ? W[K][number] : never }[keyof W]
    ? true
    : false
  : false;
type ComposedOf<Rows> = { [F in keyof Rows]: Composed<Rows[F]> extends true ? F : never }[keyof Rows];
export type ComposedFn = ComposedOf<typeof unaryRows> | ComposedOf<typeof binaryRows>;

/** The result type of a function for operands of this type. */
export const resultOf = (row: Row, operand: DType): DType => row.result ?? operand;
/** True for functions whose value is a condition. */
export const isCondition = (fn: BinaryFn): boolean => binaries[fn].result === 'bool';

/** The value of a function of constants, with f32 and integer arithmetic; null if it has none. */
export function folded(
  row: UnaryRow | BinaryRow,
  dtype: DType,
  operands: readonly [number] | readonly [number, number],
): number | null {
  const { kind } = dtypes[dtype];
  const [a, b] = operands;
  if (row.expanded || ('divides' in row && row.divides && kind === 'whole' && b === 0)) return null;
  const f = row.eval[kind] as ((...args: unknown[]) => number) | undefined;
  const v = f?.(...(b === undefined ? [a] : [a, b]), Math.fround);
  return v === undefined ? null : narrow(resultOf(row, dtype), v);
}

/** An integer brought into the range of its type. */
const narrow = (dtype: DType, v: number): number => (dtype === 'u8' ? v & 255 : v);

/** The nearest integer, ties to even. */
export function nearest(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
