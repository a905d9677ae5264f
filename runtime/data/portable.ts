/** What workers can be given: plain data, typed arrays, which they share, and objects that say how to make them again. */
import { kindOf } from '../check.ts';
import { isTypedArray } from './dtypes.ts';
import { DataError } from './error.ts';
import type { TypedArray } from './types.ts';

/** The method by which an object says how a worker makes it: the name of its class, and the arguments of its constructor. */
export const portable: unique symbol = Symbol.for('tapeout.portable') as never;
export type Parts = readonly [className: string, ...args: unknown[]];

interface Portable {
  [portable](): Parts;
}
const isPortable = (x: unknown): x is Portable =>
  typeof x === 'object' && x !== null && typeof (x as Partial<Portable>)[portable] === 'function';

/** True where memory can be shared with workers: in Node, and in pages that are cross-origin isolated. */
export const canShare = (): boolean =>
  typeof SharedArrayBuffer === 'function' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

/** A value for `postMessage`. Throws DataError for functions and objects of the user's classes; `what` names the value. */
export function packed(value: unknown, what: string, shared = new Map<ArrayBufferLike, SharedArrayBuffer>()): unknown {
  const isPlain = typeof value !== 'object' || value === null;
  if (isPlain && typeof value !== 'function' && typeof value !== 'symbol') return value;
  if (isPortable(value)) {
    const [className, ...args] = value[portable]();
    return { className, args: args.map((arg) => packed(arg, what, shared)) };
  }
  if (isTypedArray(value)) return sharedView(value, shared);
  if (Array.isArray(value)) return value.map((item) => packed(item, what, shared));
  if (value instanceof Blob || value instanceof ArrayBuffer) return value;
  if (value instanceof URL) return value.href;
  const prototype = isPlain ? null : Object.getPrototypeOf(value);
  if (!isPlain && (prototype === Object.prototype || prototype === null))
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, packed(item, what, shared)]));
  throw new DataError(
    `${what} cannot be sent to a worker: it holds ${kindOf(value)}. Workers make the data sets and transforms of tapeout/data from what ` +
      'these hold. For your own, pass module: a URL of a module whose default export is the data set, or a function that returns it.',
  );
}

/** The same elements in shared memory, where there is any. */
function sharedView(view: TypedArray, shared: Map<ArrayBufferLike, SharedArrayBuffer>): TypedArray {
  if (!canShare() || view.buffer instanceof SharedArrayBuffer) return view;
  let buffer = shared.get(view.buffer);
  if (!buffer) {
    buffer = new SharedArrayBuffer(view.buffer.byteLength);
    new Uint8Array(buffer).set(new Uint8Array(view.buffer));
    shared.set(view.buffer, buffer);
  }
  return new (view.constructor as Float32ArrayConstructor)(buffer, view.byteOffset, view.length) as never;
}

/** The value that was packed, made by the given classes. */
export function unpacked(value: unknown, classes: Readonly<Record<string, unknown>>): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (value instanceof Blob || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map((item) => unpacked(item, classes));
  const { className, args } = value as { className?: string; args?: unknown[] };
  if (typeof className === 'string' && Array.isArray(args)) {
    const Class = classes[className] as new (...args: unknown[]) => unknown;
    return new Class(...args.map((arg) => unpacked(arg, classes)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpacked(item, classes)]));
}
