/** Pools by the p-norm of windows. */

import type * as ir from '../../../ir/ops/index.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { type Pair, type Single, type Sizes, sizesOf } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { lpPoolKinds } from './kinds.ts';
import { avgPool1d, avgPool2d } from './pool.ts';

/** The options of pools by norms, by PyTorch's names. */
export interface LPPoolOptions<S extends Sizes = Pair> {
  /** The distance between windows; defaults to the kernel's extent. */
  readonly stride?: S | null;
  /** Allow the last window to extend over the edge; defaults to false. */
  readonly ceilMode?: boolean;
}

type Pool = (...args: never[]) => Tensor;
const lpPoolOf = <P extends Pool>(rank: 1 | 2): P =>
  withOptions<P>(
    `lpPool${rank}d`,
    { x: k.tensor, normType: k.finite(), kernelSize: k.sizes(rank as ir.Rank, 1) },
    lpPoolKinds(rank),
    (x: Tensor, normType: number, kernelSize: Sizes, { stride = null, ceilMode = false }: LPPoolOptions<Sizes>) => {
      const average = (rank === 1 ? avgPool1d : avgPool2d) as (x: Tensor, k: Sizes, o: LPPoolOptions<Sizes>) => Tensor;
      const mean = average(x.pow(normType), kernelSize, { stride, ceilMode });
      const count = sizesOf(kernelSize, rank).reduce((p, e) => p * e);
      return mean
        .sign()
        .mul(mean.abs().relu())
        .mul(count)
        .pow(1 / normType) as ReturnType<P>;
    },
  );

/** (Σ x^p)^(1/p) of each window of `x` [N,C,L] or [C,L], p = `normType`. The options in a last object or in PyTorch's order: stride (the kernel's
 *  extent), ceilMode (false). Throws if the window does not fit. */
export const lpPool1d: (
  x: Tensor,
  normType: number,
  kernelSize: Single,
  stride?: Single | null | LPPoolOptions<Single>,
  ceilMode?: boolean,
) => Tensor = lpPoolOf(1);

/** (Σ x^p)^(1/p) of each window of `x` [N,C,H,W] or [C,H,W], p = `normType`. The options in a last object or in PyTorch's order: stride (the
 *  kernel's extent), ceilMode (false). Throws if the window does not fit. */
export const lpPool2d: (
  x: Tensor,
  normType: number,
  kernelSize: Pair,
  stride?: Pair | null | LPPoolOptions,
  ceilMode?: boolean,
) => Tensor = lpPoolOf(2);
