/** LeNet, compiled: 61,706 parameters, batches of 1 to 64. */

/** PyTorch's names of the parameters. */
export type ParameterName =
  | 'conv1.weight'
  | 'conv1.bias'
  | 'conv2.weight'
  | 'conv2.bias'
  | 'fc1.weight'
  | 'fc1.bias'
  | 'fc2.weight'
  | 'fc2.bias'
  | 'fc3.weight'
  | 'fc3.bias';

/** What each array holds, row-major; 'N' is the batch. */
export declare const shapes: {
  readonly 'conv1.weight': readonly [6, 1, 5, 5];
  readonly 'conv1.bias': readonly [6];
  readonly 'conv2.weight': readonly [16, 6, 5, 5];
  readonly 'conv2.bias': readonly [16];
  readonly 'fc1.weight': readonly [120, 400];
  readonly 'fc1.bias': readonly [120];
  readonly 'fc2.weight': readonly [84, 120];
  readonly 'fc2.bias': readonly [84];
  readonly 'fc3.weight': readonly [10, 84];
  readonly 'fc3.bias': readonly [10];
  readonly x: readonly ['N', 1, 32, 32];
  readonly y: readonly ['N'];
  readonly output: readonly ['N', 10];
  readonly loss: readonly [];
  readonly correct: readonly [];
};

export interface LeNet {
  readonly maxBatch: 64;
  /** Views of the model's memory: writing to them changes the model. */
  readonly parameters: {
    /** [6, 1, 5, 5] */
    readonly 'conv1.weight': Float32Array;
    /** [6] */
    readonly 'conv1.bias': Float32Array;
    /** [16, 6, 5, 5] */
    readonly 'conv2.weight': Float32Array;
    /** [16] */
    readonly 'conv2.bias': Float32Array;
    /** [120, 400] */
    readonly 'fc1.weight': Float32Array;
    /** [120] */
    readonly 'fc1.bias': Float32Array;
    /** [84, 120] */
    readonly 'fc2.weight': Float32Array;
    /** [84] */
    readonly 'fc2.bias': Float32Array;
    /** [10, 84] */
    readonly 'fc3.weight': Float32Array;
    /** [10] */
    readonly 'fc3.bias': Float32Array;
  };
  /** What backward() and vjp() add to and zeroGrad() clears. */
  readonly gradients: {
  };
  /** The optimizer's state. */
  readonly state: {
    /** [6, 1, 5, 5] */
    readonly 'conv1.weight.momentum_buffer': Float32Array;
    /** [6] */
    readonly 'conv1.bias.momentum_buffer': Float32Array;
    /** [16, 6, 5, 5] */
    readonly 'conv2.weight.momentum_buffer': Float32Array;
    /** [16] */
    readonly 'conv2.bias.momentum_buffer': Float32Array;
    /** [120, 400] */
    readonly 'fc1.weight.momentum_buffer': Float32Array;
    /** [120] */
    readonly 'fc1.bias.momentum_buffer': Float32Array;
    /** [84, 120] */
    readonly 'fc2.weight.momentum_buffer': Float32Array;
    /** [84] */
    readonly 'fc2.bias.momentum_buffer': Float32Array;
    /** [10, 84] */
    readonly 'fc3.weight.momentum_buffer': Float32Array;
    /** [10] */
    readonly 'fc3.bias.momentum_buffer': Float32Array;
  };
  /** For 64 samples: fill the first n, then call with n alone. */
  readonly inputs: {
    /** [N, 1, 32, 32] */
    readonly x: Float32Array;
    /** [N] */
    readonly y: Int32Array;
  };
  /** Results of the last call. */
  readonly outputs: {
    /** [N, 10] */
    readonly output: Float32Array;
    /** [] */
    readonly loss: Float32Array;
    /** [] */
    readonly correct: Float32Array;
  };
  /** Numbers to set between steps. Setting NaN or infinity throws. */
  readonly scalars: { lr: number };
  /** The learning rate. */
  lr: number;

  /** The outputs of n samples: a view, valid until the next call.
   *  x: f32[N, 1, 32, 32]
   *  N: 1 to 64 */
  forward(x: Float32Array): Float32Array;
  forward(n: number): Float32Array;
  /** Mean loss, right answers and outputs, with nothing learnt; one object, filled anew by each call.
   *  x: f32[N, 1, 32, 32]
   *  y: i32[N], from 0 to 9
   *  N: 1 to 64 */
  evaluate(x: Float32Array, y: Int32Array): { loss: number; correct: number | null; output: Float32Array };
  evaluate(n: number): { loss: number; correct: number | null; output: Float32Array };
  /** Forward, backward and the optimizer's update. Returns the loss.
   *  x: f32[N, 1, 32, 32]
   *  y: i32[N], from 0 to 9
   *  N: 1 to 64 */
  trainStep(x: Float32Array, y: Int32Array): number;
  trainStep(n: number): number;
  /** Views of the first n samples. */
  input(name: 'x' | 'y', n?: number): Float32Array | Int32Array | Uint8Array;
  output(name: 'output' | 'loss' | 'correct', n?: number): Float32Array | Int32Array | Uint8Array;
  parameter(name: ParameterName): Float32Array;
  /** Copies of all parameters; with `state` of the optimizer's state too, so that training can resume. */
  stateDict(options?: { state?: boolean }): Map<string, Float32Array | Int32Array | Uint8Array>;
  /** Throws a TapeoutError, and changes nothing, when a name or a size is wrong. */
  loadStateDict(weights: Weights, options?: { strict?: boolean }): void;
  /** The bytes of a safetensors file, which PyTorch can load. */
  toSafetensors(options?: { state?: boolean }): Uint8Array;
  dispose(): void;
}

/** Parameters by name, or the bytes of a safetensors file. */
export type Weights =
  | ReadonlyMap<string, Float32Array | Int32Array | Uint8Array>
  | { readonly [name in ParameterName]?: Float32Array }
  | Uint8Array;

/** What is wrong with a call, and what to try. */
export declare class TapeoutError extends Error {
  readonly code: string;
}

/** Loads the WebAssembly and the initial weights that lie beside this file, or those that are given. */
export declare function load(options?: {
  wasm?: ArrayBuffer | Uint8Array | WebAssembly.Module;
  weights?: Weights;
}): Promise<LeNet>;
export default load;
