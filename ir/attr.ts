/** The kinds of attributes that ops may have. An op declares the kind of each; attributes read from a text are checked
 *  against it, and the reference of the ops prints it. */

import { dtypeNames } from './dtype.ts';
import { type DType, isBatch, mostBatches, type Shape, showDim } from './type.ts';

/** A value of an op's attribute. */
export type Attr = number | boolean | string | readonly number[] | Shape;
/** An op's attributes by name. */
export type Attrs = Readonly<Record<string, Attr>>;

/** The kind of an attribute: its allowed values. */
export interface AttrKind<T extends Attr> {
  /** A phrase: 'a whole number of at least 1'. */
  readonly says: string;
  holds(v: Attr): v is T;
}
/** The kind of each attribute. */
export type AttrKinds<A> = { readonly [K in keyof A]: A[K] extends Attr ? AttrKind<A[K]> : never };

const kind = <T extends Attr>(says: string, holds: (v: Attr) => boolean): AttrKind<T> => ({
  says,
  holds: holds as (v: Attr) => v is T,
});

/** True for an integer that is at least `least` and fits a 32-bit index. */
const isWhole = (v: unknown, least: number): boolean =>
  typeof v === 'number' && Number.isInteger(v) && v >= least && v <= 2147483647;
const anyWhole = -2147483648;
const from = (least: number): string => (least === anyWhole ? '' : ` of at least ${least}`);

/** Any number, including `inf` and `nan`. */
export const number: AttrKind<number> = kind('a number', (v) => typeof v === 'number');
/** true or false. */
export const flag: AttrKind<boolean> = kind('true or false', (v) => typeof v === 'boolean');
/** A name. */
export const word: AttrKind<string> = kind('a name', (v) => typeof v === 'string' && v !== '');
/** An element type: 'f32', 'i32', 'u8' or 'bool'. */
export const dtype: AttrKind<DType> = kind(`an element type: ${dtypeNames.join(', ')}`, (v) =>
  dtypeNames.includes(v as DType),
);
/** A shape: whole numbers of at least 0, of which two may be the batch or a multiple of it. */
export const shape: AttrKind<Shape> = kind(
  'a shape: whole numbers of at least 0, of which two may be the batch N or a multiple of it',
  (v) =>
    Array.isArray(v) &&
    v.every((d) => (isBatch(d) ? isWhole(d.times, 1) : isWhole(d, 0))) &&
    v.filter(isBatch).length <= mostBatches,
);
/** A whole number of at least `least`, which fits in 32 bits. */
export const integer = (least: number = anyWhole): AttrKind<number> =>
  kind(`a whole number${from(least)}`, (v) => isWhole(v, least));
/** A list of whole numbers, of this length if `count` is given. */
export const integers = (least: number = anyWhole, count?: number): AttrKind<readonly number[]> =>
  kind(
    `a list of ${count === undefined ? '' : `${count} `}whole numbers${from(least)}`,
    (v) => Array.isArray(v) && (count === undefined || v.length === count) && v.every((d) => isWhole(d, least)),
  );

/** True if a tensor can have this shape. A type rule with bad inputs may well give one that it cannot. */
export const isShape = (s: Shape): boolean => shape.holds(s);
/** A shape as text, whatever its dimensions contain. */
export const showAnyShape = (s: Shape): string =>
  `[${s.map((d) => (typeof d === 'object' && d !== null ? showDim(d) : String(d))).join(',')}]`;
