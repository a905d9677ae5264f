/** Sizes along the dimensions that windows move along: of sequences, images and volumes. */

/** One number, alone or in a list. */
export type Single = number | readonly [number];
/** One number for both dimensions, or [height, width]. */
export type Pair = number | readonly [number, number];
/** One number for all three dimensions, or [depth, height, width]. */
export type Triple = number | readonly [number, number, number];
/** One number for all dimensions, or one for each. */
export type Sizes = number | readonly number[];

/** A number for each dimension. As in PyTorch, a list of one number counts for all. */
export const sizesOf = (given: Sizes, rank: number): readonly number[] => {
  const list = typeof given === 'number' ? [given] : given;
  return list.length === 1 ? Array.from({ length: rank }, () => list[0] as number) : [...list];
};

/** The sum of the padding along one dimension for which a window of stride 1 gives as many results as there are elements. */
export const samePadding = (kernel: number, dilation: number): number => dilation * (kernel - 1);
