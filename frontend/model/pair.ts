/** Sizes along height and width. */

/** One number for both dimensions, or [height, width]. */
export type Pair = number | readonly [number, number];

/** [height, width]. As in PyTorch, a list of one number counts for both. */
export const both = (p: Pair): readonly [number, number] => (typeof p === 'number' ? [p, p] : [p[0], p[1] ?? p[0]]);
