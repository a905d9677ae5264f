/** Images as transforms see them: u8 or f32, the last two extents height and width, those before them planes, such as channels. */
import { kindOf } from '../../check.ts';
import { arrayOf, dtypeOf, elementsOf } from '../dtypes.ts';
import { DataError } from '../error.ts';
import type { Field, NdArray, SampleContext } from '../types.ts';

/** An image, [height, width] or [channels, height, width]. */
export type Image = NdArray<'u8' | 'f32'>;
/** Height and width; one number is both. */
export type Size = number | readonly [height: number, width: number];

/** A transform of tapeout/data. It changes no array that it is given, and draws what is random from `context.random` alone. */
export interface ImageTransform {
  apply(image: Field, context: SampleContext): Field | Promise<Field>;
}

export interface Extents {
  readonly image: Image;
  readonly planes: number;
  readonly height: number;
  readonly width: number;
}

/** An image and its extents. Throws DataError for other fields; `what` names the transform. */
export function extentsOf(field: Field, what: string): Extents {
  const { data, shape = [] } = (typeof field === 'object' ? field : {}) as Partial<Image>;
  const dtype = dtypeOf(data);
  if (!data || (dtype !== 'u8' && dtype !== 'f32') || shape.length < 2 || elementsOf(shape) !== data.length)
    throw new DataError(
      `${what} takes images, { data, shape } of u8 or f32 with the shape [channels, height, width] or [height, width], but the field is ` +
        `${data && dtype ? `${dtype}[${shape}]` : kindOf(field)}.`,
    );
  const [height, width] = shape.slice(-2) as [number, number];
  return { image: { data, shape, dtype } as Image, planes: elementsOf(shape.slice(0, -2)), height, width };
}

/** An image of zeros like another, but for its height and width. */
export function blank({ image: { shape, dtype } }: Extents, height: number, width: number): Image {
  const extents = [...shape.slice(0, -2), height, width];
  return { data: new arrayOf[dtype](elementsOf(extents)), shape: extents, dtype } as Image;
}

/** Height and width. Throws DataError unless they are whole numbers from 1 on. */
export function sizeOf(size: Size, what: string): readonly [height: number, width: number] {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if (Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0) return [height, width];
  throw new DataError(`${what}: the size must be whole numbers from 1 on, but it is ${JSON.stringify(size)}.`);
}

/** A range of numbers from two, or of ±d from one. */
export const rangeOf = (d: number | readonly [number, number]): readonly [number, number] =>
  typeof d === 'number' ? [-d, d] : d;

/** Throws DataError unless p is a probability. */
export function checkProbability(p: number, what: string): void {
  if (typeof p !== 'number' || !(p >= 0 && p <= 1))
    throw new DataError(`${what}: p must be a probability, from 0 to 1, but it is ${p}.`);
}
