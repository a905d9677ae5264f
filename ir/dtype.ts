/** Element types, a row each: how large one is, what it holds, and how the interpreters and the emitters spell it. */

/** `truth` holds 0 and 1. */
export type Kind = 'float' | 'whole' | 'truth';

interface Row {
  readonly kind: Kind;
  /** Bytes one element takes in a buffer. */
  readonly bytes: 1 | 4;
  /** The finite numbers that it holds lie between these. */
  readonly least: number;
  readonly most: number;
  /** The array of its elements. */
  readonly array: Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;
  /** The interpreter's value of what is not yet written. */
  readonly poison: string;
  /** The type of one value and of four lanes in WebAssembly. Lanes of truth values are all ones or all zeros. */
  readonly wasm: readonly [one: 'f32' | 'i32', four: 'f32x4' | 'i32x4'];
  /** The type of a value in WGSL, and how a word `$` of memory becomes one and is made of one. */
  readonly wgsl: { readonly type: 'f32' | 'i32' | 'bool'; readonly fromWord: string; readonly toWord: string };
}

const greatestF32 = (2 - 2 ** -23) * 2 ** 127;

export const dtypes = {
  f32: {
    kind: 'float',
    bytes: 4,
    least: -greatestF32,
    most: greatestF32,
    array: Float32Array,
    poison: 'NaN',
    wasm: ['f32', 'f32x4'],
    wgsl: { type: 'f32', fromWord: 'bitcast<f32>($)', toWord: 'bitcast<u32>($)' },
  },
  i32: {
    kind: 'whole',
    bytes: 4,
    least: -(2 ** 31),
    most: 2 ** 31 - 1,
    array: Int32Array,
    poison: '170',
    wasm: ['i32', 'i32x4'],
    wgsl: { type: 'i32', fromWord: 'bitcast<i32>($)', toWord: 'bitcast<u32>($)' },
  },
  u8: {
    kind: 'whole',
    bytes: 1,
    least: 0,
    most: 255,
    array: Uint8Array,
    poison: '170',
    wasm: ['i32', 'i32x4'],
    wgsl: { type: 'i32', fromWord: 'i32($)', toWord: 'u32($)' },
  },
  bool: {
    kind: 'truth',
    bytes: 1,
    least: 0,
    most: 1,
    array: Uint8Array,
    poison: '170',
    wasm: ['i32', 'i32x4'],
    wgsl: { type: 'bool', fromWord: '($ != 0u)', toWord: 'u32($)' },
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The type of an element, by its name in the table. */
export type DType = keyof typeof dtypes;
/** The element types, in the order in which errors list them. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes) as DType[];

/** The kind of an element type. */
export type KindOf<D extends DType> = (typeof dtypes)[D]['kind'];
export const kindOf = (dtype: DType): Kind => dtypes[dtype].kind;

/** Whether a text is the name of an element type. */
export const isDType = (text: string): text is DType => Object.hasOwn(dtypes, text);

/** Bytes one element takes in a buffer. */
export const byteSize = (dtype: DType): number => dtypes[dtype].bytes;

/** Whether a number is one that elements of this type can hold. */
export function isValueOf(dtype: DType, v: number): boolean {
  const { kind, least, most } = dtypes[dtype];
  // What is finite and becomes an infinity in 32 bits is not the number that was written.
  if (kind === 'float') return !Number.isFinite(v) || Number.isFinite(Math.fround(v));
  return Number.isInteger(v) && v >= least && v <= most;
}
