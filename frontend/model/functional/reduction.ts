/** The option that all losses share. */

/** The reduction over the losses of single elements: their mean, their sum, or none. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The option of every loss. */
export interface ReductionOption {
  /** Defaults to 'mean'. */
  readonly reduction?: Reduction;
}
