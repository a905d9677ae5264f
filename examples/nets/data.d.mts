/** The samples of one step, inputs and then targets. */
export type Batch = [x: Float32Array | Int32Array, ...more: (Float32Array | Int32Array)[]];
export interface Task {
  /** The file of the weights to start from. */
  readonly startsFrom?: string;
  /** The number of samples of a step. */
  readonly size: number;
  batch(step: number, size: number): Batch;
  /** Samples that are not learnt. */
  held(count: number): Batch;
}
export declare const tasks: Readonly<Record<string, Task>>;
