/** What gives tensors outside of a recording their values. `tapeout/torch` installs it; without it, such tensors are errors. */

import type { Value } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import { currentTape } from './tape.ts';

/** The elements of a tensor in memory, row-major; bools are 0 and 1. */
export type Elements = Float32Array | Int32Array | Uint8Array;

/** Operations on tensors with values. They are recorded as in `forward`, and run when somebody asks for numbers. */
export interface Live {
  /** The value that a tensor holds which an operation has made. */
  made(value: Value): Value;
  /** The value that stands for one now: its numbers, once they are known and nobody differentiates it. */
  now(value: Value): Value;
  /** The value of a parameter or buffer. */
  stored(of: object): Value;
  /** The numbers of a parameter or buffer, after all that was done to it; they may be written to. */
  numbers(of: object): Elements | null;
  /** Called when a parameter or buffer has got other numbers, or is frozen or unfrozen. */
  changed(of: object): void;
  /** Writes a value to a buffer. */
  write(to: object, value: Value): void;
  /** Writes what `f` makes of these numbers back to them. */
  inPlace(numbers: Elements, f: (was: Value) => Value): void;
  /** Called after a function or method of this name has run. */
  applied(name: string, args: readonly unknown[], result: unknown): void;
  /** Runs a module's forward, which may assign to the fields of buffers. */
  forward<T>(module: object, f: () => T): T;
  /** New random numbers. */
  drawn(kind: 'uniform' | 'normal', type: TensorType): Value;
}

let installed: Live | null = null;
/** Gives tensors outside of recordings values from now on. */
export const install = (live: Live): void => {
  installed = live;
};
/** What tensors' values come from, also while a model is recorded; null where nothing is installed. */
export const engine = (): Live | null => installed;
/** The same, but null while a model is recorded. */
export const live = (): Live | null => (currentTape() ? null : installed);

/** True for a shape that no batch is part of, as all tensors with values have. */
export const isFixed = (shape: readonly unknown[]): shape is readonly number[] =>
  shape.every((d) => typeof d === 'number');
