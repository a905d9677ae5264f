import type { Buffer } from '../../ir/expr.ts';
import type { Helper } from './spell.ts';

/** The place of a buffer: in an array of words, from this word on, or in the uniform buffer, under this name. */
export type Place = { readonly array: string; readonly word: number } | { readonly member: string };

export interface Layout {
  place(storage: Buffer): Place;
  /** Called with each helper function that the shader needs. */
  uses(h: Helper): void;
}
