/** What an op's attributes may be. An op states the kind of each; what is read from a text is held to it, and the
 *  reference of the ops prints it. */

import { dtypeNames } from './dtype.ts';
import { type DType, isBatch, type Shape, showDim } from './type.ts';

/** What an attribute of an op may hold. */
export type Attr = number | boolean | string | readonly number[] | Shape;
/** An op's attributes by name. */
export type Attrs = Readonly<Record<string, Attr>>;

/** What one attribute of an op may be. */
export interface AttrKind<T extends Attr> {
  /** In a sentence: 'a whole number of at least 1'. */
  readonly says: string;
  holds(v: Attr): v is T;
}
/** The kind of each attribute. */
export type AttrKinds<A> = { readonly [K in keyof A]: A[K] extends Attr ? AttrKind<A[K]> : never };

const kind = <T extends Attr>(says: string, holds: (v: Attr) => boolean): AttrKind<T> => ({
  says,
  holds: holds as (v: Attr) => v is T,
});

/** Whole, and small enough for an index in 32 bits. */
const isWhole = (v: unknown, least: number): boolean =>
  typeof v === 'number' && Number.isInteger(v) && v >= least && v <= 2147483647;
const anyWhole = -2147483648;
const from = (least: number): string => (least === anyWhole ? '' : ` of at least ${least}`);

/** Any number, `inf` and `nan` among them. */
export const number: AttrKind<number> = kind('a number', (v) => typeof v === 'number');
/** true or false. */
export const flag: AttrKind<boolean> = kind('true or false', (v) => typeof v === 'boolean');
/** An element type: 'f32', 'i32', 'u8' or 'bool'. */
export const dtype: AttrKind<DType> = kind(`an element type: ${dtypeNames.join(', ')}`, (v) =>
  dtypeNames.includes(v as DType),
);
/** A shape: whole numbers of at least 0, of which one may be the batch or a multiple of it. */
export const shape: AttrKind<Shape> = kind(
  'a shape: whole numbers of at least 0, of which one may be the batch N or a multiple of it',
  (v) =>
    Array.isArray(v) &&
    v.every((d) => (isBatch(d) ? isWhole(d.times, 1) : isWhole(d, 0))) &&
    v.filter(isBatch).length <= 1,
);
/** A whole number of at least `least`, which fits in 32 bits. */
export const integer = (least: number = anyWhole): AttrKind<number> =>
  kind(`a whole number${from(least)}`, (v) => isWhole(v, least));
/** A list of whole numbers; of `count` of them where that is told. */
export const integers = (least: number = anyWhole, count?: number): AttrKind<readonly number[]> =>
  kind(
    `a list of ${count === undefined ? '' : `${count} `}whole numbers${from(least)}`,
    (v) => Array.isArray(v) && (count === undefined || v.length === count) && v.every((d) => isWhole(d, least)),
  );

/** Whether every dimension is one that a tensor can have. A type rule that was given nonsense may well make some. */
export const isShape = (s: Shape): boolean => shape.holds(s);
/** A shape as text, whatever stands in it. */
export const showAnyShape = (s: Shape): string =>
  `[${s.map((d) => (typeof d === 'object' && d !== null ? showDim(d) : String(d))).join(',')}]`;
