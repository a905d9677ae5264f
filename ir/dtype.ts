/** Element types, a row each: the size, the range, and the spelling in the interpreters and emitters. Buffers may have
 *  elements of any type, but values only of the types that are computed with: an f16 becomes an f32 when it is read,
 *  and an f32 is rounded to an f16 when it is stored. */

import { fromHalf, toHalf } from './half.ts';

/** `truth` holds 0 and 1. */
export type Kind = 'float' | 'whole' | 'truth';

/** Conversions between an element of the typed array and its value. */
interface Coded {
  readonly read: (element: number) => number;
  readonly written: (value: number) => number;
}

interface Row {
  readonly kind: Kind;
  /** The type of an element once it is read. */
  readonly value: 'f32' | 'i32' | 'u8' | 'bool';
  /** Bytes one element takes in a buffer. */
  readonly bytes: 1 | 2 | 4;
  /** The finite values lie between these. */
  readonly least: number;
  readonly most: number;
  /** The typed array of its elements. */
  readonly array: Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor | Uint16ArrayConstructor;
  /** For types whose elements in that array are not their values. */
  readonly coded?: Coded;
  /** The interpreter's value of elements not yet written. */
  readonly poison: string;
  /** The type of one value and of four lanes in WebAssembly. Lanes of truth values are all ones or all zeros. */
  readonly wasm: readonly [one: 'f32' | 'i32', four: 'f32x4' | 'i32x4'];
  /** The type of a value in WGSL, and the conversions of a word `$` of memory to a value and back. */
  readonly wgsl: { readonly type: 'f32' | 'i32' | 'bool'; readonly fromWord: string; readonly toWord: string };
}

const greatestF32 = (2 - 2 ** -23) * 2 ** 127;
const greatestF16 = (2 - 2 ** -10) * 2 ** 15;

export const dtypes = {
  f32: {
    kind: 'float',
    value: 'f32',
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
    value: 'i32',
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
    value: 'u8',
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
    value: 'bool',
    bytes: 1,
    least: 0,
    most: 1,
    array: Uint8Array,
    poison: '170',
    wasm: ['i32', 'i32x4'],
    wgsl: { type: 'bool', fromWord: '($ != 0u)', toWord: 'u32($)' },
  },
  f16: {
    kind: 'float',
    value: 'f32',
    bytes: 2,
    least: -greatestF16,
    most: greatestF16,
    array: Uint16Array,
    coded: { read: fromHalf, written: toHalf },
    poison: 'NaN',
    wasm: ['f32', 'f32x4'],
    wgsl: { type: 'f32', fromWord: 'from_f16($)', toWord: 'to_f16($)' },
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The type of a buffer's elements, by its name in the table. */
export type StoredType = keyof typeof dtypes;
/** The type of a value: of a graph's tensors, of tiles, and of expressions. */
export type DType = (typeof dtypes)[StoredType]['value'];

/** The type of an element after it is read. */
export const valueType = (dtype: StoredType): DType => dtypes[dtype].value;

/** True if a text names an element type of buffers. */
export const isStoredType = (text: string): text is StoredType => Object.hasOwn(dtypes, text);
/** True if a text names a type of values. */
export const isDType = (text: string): text is DType => isStoredType(text) && valueType(text) === text;

/** The types of buffers, in the order in which errors list them. */
export const storedTypeNames: readonly StoredType[] = Object.keys(dtypes) as StoredType[];
/** The types of values, in the same order. */
export const dtypeNames: readonly DType[] = storedTypeNames.filter(isDType);

/** The kind of an element type. */
export type KindOf<D extends DType> = (typeof dtypes)[D]['kind'];
export const kindOf = (dtype: StoredType): Kind => dtypes[dtype].kind;

/** Bytes one element takes in a buffer. */
export const byteSize = (dtype: StoredType): number => dtypes[dtype].bytes;

/** Elements of a buffer, as typed arrays have them: those of f16 are bits. */
export type Elements = Float32Array | Int32Array | Uint8Array | Uint16Array;
/** The typed array of a buffer's elements. */
export const arrayOf = (dtype: StoredType): Row['array'] => dtypes[dtype].array;
/** The types whose array elements are not their values. */
export type CodedType = { [T in StoredType]: (typeof dtypes)[T] extends { coded: Coded } ? T : never }[StoredType];
/** The conversions for a type whose array elements are not their values. */
export const codedAs = (dtype: StoredType): Coded | undefined => (dtypes[dtype] as Row).coded;
/** The value of an element of the typed array. */
export const numberOf = (dtype: StoredType, element: number): number => codedAs(dtype)?.read(element) ?? element;
/** The element of the typed array for a value. */
export const elementOf = (dtype: StoredType, value: number): number => codedAs(dtype)?.written(value) ?? value;

/** True if elements of this type can hold a number. */
export function isValueOf(dtype: DType, v: number): boolean {
  const { kind, least, most } = dtypes[dtype];
  // A finite number that overflows to infinity in 32 bits cannot be held.
  if (kind === 'float') return !Number.isFinite(v) || Number.isFinite(Math.fround(v));
  return Number.isInteger(v) && v >= least && v <= most;
}
