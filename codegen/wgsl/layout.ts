import type { Buffer } from '../../ir/expr.ts';
import type { Helper } from './spell.ts';

/** Where a buffer lies: in an array of words, from this one on, or in the call, under this name. */
export type Place = { readonly array: string; readonly word: number } | { readonly member: string };

export interface Layout {
  place(storage: Buffer): Place;
  /** Told of each function that the shader needs. */
  uses(h: Helper): void;
}
