/** Lowers groups to kernels: equations become loops, reductions become accumulators in the outermost loop that fixes
 *  their operands, and each root is stored once its index is complete. This file assigns the buffers. */

import { kernelKey } from '../../ir/analysis/kernel-key.ts';
import { numbering, upsert } from '../../ir/collections.ts';
import type { Buffer } from '../../ir/expr.ts';
import type { FusedGraph, Group, Module, Node, Param, Result, Value } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { isEmpty, showType, type TensorType } from '../../ir/type.ts';
import { equationOf } from '../access.ts';
import { copyKernel } from './copy.ts';
import { lowerGroup } from './group.ts';
import { Names } from './names.ts';
import { lowerPoints } from './points.ts';
import { lowerWindows } from './windows.ts';

/** The kernels of a graph in launch order, and the buffers of its results. */
export interface Lowered {
  readonly name: string;
  readonly graph: FusedGraph;
  readonly kernels: readonly Kernel[];
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

/** The kernels of a fused graph, serial and scalar. */
export function lower(graph: FusedGraph, buffers: Buffers): Lowered {
  const names = new Names();
  for (const name of new Set([...buffers.reserved, ...graph.params.map((p) => p.name)])) names.take(name);
  const stored = new Map<Value, Buffer>();
  for (const p of graph.params) stored.set(p, buffers.of(p));
  const outputs = new Map<Result, Buffer>();

  // In-place updates write to their param; other results, and values between kernels, to buffers of their own.
  for (const r of graph.results) {
    if (r.value.kind === 'param') continue;
    if (r.into && !graph.staged.has(r) && !stored.has(r.value)) stored.set(r.value, buffers.of(r.into));
  }
  const outputNames = new Map(graph.results.flatMap((r) => (r.into ? [] : [[r, names.take(r.name)] as const])));
  const outputOf = (r: Result): Buffer => buffers.named('output', outputNames.get(r) as string, r.value.type);
  for (const r of graph.results)
    if (!r.into && r.value.kind === 'node' && !stored.has(r.value)) stored.set(r.value, outputOf(r));
  for (const g of graph.groups)
    for (const root of g.roots)
      if (!stored.has(root)) stored.set(root, buffers.named('temp', names.take(root.op.name), root.type));

  const kernelNames = new Names();
  // A kernel that overwrites a param is the last to read its old value, so reads of params may use their buffers.
  const kernels = graph.groups.flatMap((g) => {
    if (g.roots.every((r) => isEmpty(r.type))) return [];
    const name = kernelNames.take(kernelName(g, graph));
    switch (g.form) {
      case 'windows':
        return lowerWindows(name, g, stored, (n) => kernelNames.take(n));
      case 'points':
        return [lowerPoints(name, g, stored)];
      case 'loops':
        return [lowerGroup(name, g, stored)];
      default:
        return g.form satisfies never;
    }
  });
  const copy = (name: string, from: Buffer, to: Buffer): void => {
    if (isEmpty(to.type)) return;
    kernels.push(copyKernel(kernelNames.take(`copy_${name}`), from, to));
  };
  // Old values of params that are themselves results are saved before the params are overwritten.
  const overwritten = new Set(graph.results.flatMap((r) => r.into ?? []));
  for (const r of graph.results) {
    if (r.value.kind !== 'param' || !r.into || r.value === r.into || !overwritten.has(r.value)) continue;
    const saved = buffers.named('temp', names.take(`${r.value.name}.old`), r.value.type);
    copy(saved.name, buffers.of(r.value), saved);
    stored.set(r.value, saved);
  }
  // A result that is a param, or a second name for a value, is a copy …
  const named = new Set<Value>();
  for (const r of graph.results) {
    if (r.into) continue;
    const from = stored.get(r.value) as Buffer;
    const direct = r.value.kind === 'node' && !isUpdated(graph, r.value) && !named.has(r.value);
    named.add(r.value);
    outputs.set(r, direct ? from : outputOf(r));
    if (!direct) copy(r.name, from, outputs.get(r) as Buffer);
  }
  // … and updates that could not happen in place come last.
  for (const r of graph.results) {
    if (!r.into) continue;
    outputs.set(r, buffers.of(r.into));
    if (graph.staged.has(r)) copy(r.name, stored.get(r.value) as Buffer, buffers.of(r.into));
  }
  return { name: graph.name, graph, kernels: kernels.map((k) => buffers.shared(k)), outputs };
}

const isUpdated = (graph: FusedGraph, v: Value): boolean =>
  graph.results.some((r) => r.into && r.value === v && !graph.staged.has(r));

/** A kernel name from the ops that matter: its reductions or else its roots, and the param that it updates. */
function kernelName(g: Group, graph: FusedGraph): string {
  const updated = graph.results.find((r) => r.into && g.roots.includes(r.value as Node) && r.into.role === 'parameter');
  const members = [...g.members].filter((m) => !m.op.view && m.inputs.length > 0);
  const heavy = members.filter((m) => equationOf(m).trips > 0);
  const words = [...new Set((heavy.length ? heavy : g.roots).map((m) => m.op.name))].slice(0, 3);
  const what = words.join('_') || (g.roots[0] as Node).op.name;
  return updated ? `${what}_${(updated.into as Param).name}` : what;
}
