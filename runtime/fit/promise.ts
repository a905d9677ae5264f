/** Promises among values that may be there at once, for which nothing waits. */
export const isPromise = <T>(x: T | PromiseLike<T>): x is PromiseLike<T> =>
  typeof (x as PromiseLike<T> | null)?.then === 'function';
