/** What lowering makes, and what the graphs of a module and the bodies of their loops share while they are lowered. */

import { kernelKey } from '../../ir/analysis/kernel-key.ts';
import { numbering, upsert } from '../../ir/collections.ts';
import type { Buffer, Expr } from '../../ir/expr.ts';
import type { FusedGraph, Module, Param, Result, Value } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Repeat } from '../../ir/program.ts';
import type { Target } from '../../ir/target.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { showType, type TensorType } from '../../ir/type.ts';
import type { Names } from './names.ts';

/** The kernels of a graph in launch order, and the buffers of its results. */
export interface Lowered {
  readonly name: string;
  readonly graph: FusedGraph;
  readonly kernels: readonly Kernel[];
  /** The kernels of loops. */
  readonly repeats: readonly Repeat[];
  /** The buffer of each result after the kernels ran. */
  readonly outputs: ReadonlyMap<Result, Buffer>;
}

/** State shared by the graphs of a module: the buffers of params, buffers of equal name and type, and so whole kernels. */
export class Buffers {
  /** Names of params, which no other buffer of any graph takes. */
  readonly reserved: ReadonlySet<string>;
  readonly #params = new Map<Param, Buffer>();
  readonly #named = new Map<string, Buffer>();
  readonly #kernels = new Map<string, Kernel>();
  readonly #names = namespace();
  readonly #number = numbering<Buffer>();

  constructor({ graphs }: Pick<Module, 'graphs'> = { graphs: [] }) {
    this.reserved = new Set(graphs.flatMap((g) => g.params.map((p) => p.name)));
  }

  /** Gives a param of a loop's body its buffer. */
  bind(p: Param, buffer: Buffer): void {
    this.#params.set(p, buffer);
  }
  of(p: Param): Buffer {
    return upsert(this.#params, p, () => ({ name: p.name, type: p.type }));
  }

  named(purpose: 'output' | 'temp', name: string, type: TensorType): Buffer {
    return upsert(this.#named, `${purpose} ${name}: ${showType(type)}`, () => ({ name, type }));
  }

  /** The equal kernel of an earlier graph, if there is one; else this kernel, under a unique name. */
  shared(k: Kernel): Kernel {
    const { key, storages } = kernelKey(k);
    return upsert(this.#kernels, `${k.name} ${storages.map((b) => this.#number(b)).join(' ')} ${key}`, () => ({
      ...k,
      name: this.#names.claim(k.name),
    }));
  }
}

/** What a graph and the bodies of its loops share while they are lowered. */
export interface Lowering {
  readonly buffers: Buffers;
  readonly target: Target;
  /** The names taken by buffers, and by kernels. */
  readonly names: Names;
  readonly kernels: Names;
}

/** Results that are stored as slices of a stack: the buffer of each, and the index of the slice. */
export interface Stacks {
  readonly buffers: ReadonlyMap<Value, Buffer>;
  readonly at: Expr;
}
