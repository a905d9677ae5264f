import type { Buffer } from '../../ir/expr.ts';
import type { Helper } from './spell.ts';

/** The place of a buffer: in an array of words, from this word on, or in the uniform buffer, under this name. */
export type Address = { readonly array: string; readonly word: number } | { readonly member: string };

export interface Layout {
  address(storage: Buffer): Address;
  /** Called with each helper function that the shader needs. */
  uses(h: Helper): void;
}
